"""What Django's model options cannot say: an assignment's hours are its shift's, whoever meets is of one compound, and
how often an assignment and a shift were changed: a subscribed calendar takes a change from the number that grew."""

from django.db import migrations

# Table, constraint, own columns, target. An assignment's hours follow its shift's.
COMPOSITE_KEYS = [
    ("roster_assignment", "assignment_has_hours_of_shift", "shift_id, starts_at, ends_at", "roster_shift (id, starts_at, ends_at) ON UPDATE CASCADE"),
    ("roster_assignment", "assignment_shift_in_compound", "shift_id, compound_id", "roster_shift (id, compound_id)"),
    ("roster_assignment", "assignment_volunteer_in_compound", "volunteer_id, compound_id", "roster_volunteer (id, compound_id)"),
    ("roster_assignment", "assignment_is_of_the_person", "volunteer_id, user_id", "roster_volunteer (id, user_id)"),
    ("roster_shift", "shift_post_in_compound", "post_id, compound_id", "roster_post (id, compound_id)"),
    ("roster_post", "post_group_in_compound", "group_id, compound_id", "roster_dutygroup (id, compound_id)"),
    ("roster_post", "post_gate_in_compound", "gate_id, compound_id", "compound_gate (id, compound_id)"),
    ("roster_post", "post_building_in_compound", "building_id, compound_id", "compound_building (id, compound_id)"),
    ("roster_postneed", "post_need_post_in_compound", "post_id, compound_id", "roster_post (id, compound_id)"),
    ("roster_postneed", "post_need_skill_in_compound", "skill_id, compound_id", "roster_skill (id, compound_id)"),
    ("roster_groupmember", "group_member_group_in_compound", "group_id, compound_id", "roster_dutygroup (id, compound_id)"),
    ("roster_groupmember", "group_member_volunteer_in_compound", "volunteer_id, compound_id", "roster_volunteer (id, compound_id)"),
    ("roster_volunteerskill", "volunteer_skill_volunteer_in_compound", "volunteer_id, compound_id", "roster_volunteer (id, compound_id)"),
    ("roster_volunteerskill", "volunteer_skill_skill_in_compound", "skill_id, compound_id", "roster_skill (id, compound_id)"),
    ("roster_volunteer", "volunteer_household_in_compound", "household_id, compound_id", "compound_household (id, compound_id)"),
]  # fmt: skip


def composite_key(table: str, name: str, columns: str, target: str) -> migrations.RunSQL:
    return migrations.RunSQL(
        f"ALTER TABLE {table} ADD CONSTRAINT {name} FOREIGN KEY ({columns}) REFERENCES {target} "
        "DEFERRABLE INITIALLY DEFERRED",
        f"ALTER TABLE {table} DROP CONSTRAINT {name}",
    )


FUNCTION = """
CREATE FUNCTION roster_one_more_revision() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.revision := OLD.revision + 1;
    RETURN NEW;
END $$
"""


def counts_changes(table: str) -> migrations.RunSQL:
    """Whoever writes and however, also by the cascade of a shift's hours; writing the same again counts nothing."""
    return migrations.RunSQL(
        f"CREATE TRIGGER one_more_revision BEFORE UPDATE ON {table} FOR EACH ROW "
        "WHEN (OLD IS DISTINCT FROM NEW) EXECUTE FUNCTION roster_one_more_revision()",
        f"DROP TRIGGER one_more_revision ON {table}",
    )


class Migration(migrations.Migration):
    dependencies = [("roster", "0001_initial"), ("compound", "0003_targets_of_composite_keys")]

    operations = [
        *(composite_key(*key) for key in COMPOSITE_KEYS),
        migrations.RunSQL(FUNCTION, "DROP FUNCTION roster_one_more_revision"),
        counts_changes("roster_assignment"),
        counts_changes("roster_shift"),
    ]
