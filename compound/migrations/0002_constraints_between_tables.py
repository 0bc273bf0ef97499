"""What Django's model options cannot say: composite foreign keys, and tables that only grow."""

from django.db import migrations

# A household's building is of its compound, its unit of its building; a captain's building is of the compound.
# DEFERRABLE like Django's own foreign keys.
COMPOSITE_KEYS = [
    (
        "compound_household",
        "household_building_in_compound",
        ("building_id", "compound_id"),
        "compound_building",
        ("id", "compound_id"),
    ),
    (
        "compound_household",
        "household_unit_in_building",
        ("unit_id", "building_id"),
        "compound_unit",
        ("id", "building_id"),
    ),
    (
        "compound_membership",
        "membership_building_in_compound",
        ("building_id", "compound_id"),
        "compound_building",
        ("id", "compound_id"),
    ),
    (
        "compound_rulebook",
        "rulebook_building_in_compound",
        ("building_id", "compound_id"),
        "compound_building",
        ("id", "compound_id"),
    ),
]

# Rows that must never change. The retention service alone may delete, after SET LOCAL shouwang.retention = 'on'.
APPEND_ONLY_FUNCTION = """
CREATE FUNCTION shouwang_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' AND current_setting('shouwang.retention', true) = 'on' THEN
        RETURN OLD;
    END IF;
    RAISE EXCEPTION '% is append-only', TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
END $$
"""


def append_only(table: str) -> migrations.RunSQL:
    return migrations.RunSQL(
        f"CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON {table} "
        "FOR EACH ROW EXECUTE FUNCTION shouwang_append_only()",
        f"DROP TRIGGER append_only ON {table}",
    )


class Migration(migrations.Migration):
    dependencies = [("compound", "0001_initial")]

    operations = [
        *(
            migrations.RunSQL(
                f"ALTER TABLE {table} ADD CONSTRAINT {name} FOREIGN KEY ({', '.join(columns)}) "
                f"REFERENCES {target} ({', '.join(target_columns)}) DEFERRABLE INITIALLY DEFERRED",
                f"ALTER TABLE {table} DROP CONSTRAINT {name}",
            )
            for table, name, columns, target, target_columns in COMPOSITE_KEYS
        ),
        migrations.RunSQL(APPEND_ONLY_FUNCTION, "DROP FUNCTION shouwang_append_only"),
        append_only("compound_sheet"),
        append_only("compound_auditentry"),
    ]
