"""What a check at a gate need not pay for: an index of nulls, a lock on the compound's row, a function within a function.

At the compound's row all exits met; the composite keys of 0002 hold it, of which each outing has one.
"""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models
from django.db.models import Q

# As in 0002, with what `gate_mark_roll` does written where it is done for every outing.
ROLL_OF_DOOR = """
CREATE OR REPLACE FUNCTION gate_roll_of_door() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' THEN
        PERFORM gate_mark_roll(OLD.compound_id, OLD.household_id, '');
        RETURN NULL;
    END IF;
    IF TG_OP = 'UPDATE' AND OLD.household_id IS DISTINCT FROM NEW.household_id AND OLD.household_id IS NOT NULL THEN
        PERFORM gate_mark_roll(OLD.compound_id, OLD.household_id, '');
    END IF;
    IF current_setting('shouwang.retention', true) = 'on' THEN
        RETURN NULL;
    END IF;
    INSERT INTO gate_rollchange (compound_id, household_id, room, xid)
    VALUES (NEW.compound_id, NEW.household_id, '', pg_current_xact_id()::text::bigint)
    ON CONFLICT (compound_id, household_id) DO UPDATE SET xid = EXCLUDED.xid, room = EXCLUDED.room;
    RETURN NULL;
END $$
"""
AS_IT_WAS = """
CREATE OR REPLACE FUNCTION gate_roll_of_door() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' THEN
        PERFORM gate_mark_roll(OLD.compound_id, OLD.household_id, '');
    ELSE
        PERFORM gate_mark_roll(NEW.compound_id, NEW.household_id, '');
        IF TG_OP = 'UPDATE' AND OLD.household_id IS DISTINCT FROM NEW.household_id AND OLD.household_id IS NOT NULL THEN
            PERFORM gate_mark_roll(OLD.compound_id, OLD.household_id, '');
        END IF;
    END IF;
    RETURN NULL;
END $$
"""


class Migration(migrations.Migration):
    dependencies = [
        ("gate", "0002_between_tables"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AlterField(
            "check",
            "by",
            models.ForeignKey(
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.RESTRICT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="written by",
            ),
        ),
        migrations.AddIndex("check", models.Index(fields=["by"], condition=Q(by__isnull=False), name="check_by_user")),
        migrations.AlterField(
            "outing",
            "compound",
            models.ForeignKey(
                db_constraint=False,
                db_index=False,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="outings",
                to="compound.compound",
                verbose_name="compound",
            ),
        ),
        migrations.AddConstraint(
            "outing",
            models.CheckConstraint(
                condition=Q(household__isnull=False) | Q(gate_pass__isnull=False), name="outing_is_somebodys"
            ),
        ),
        migrations.RunSQL(ROLL_OF_DOOR, AS_IT_WAS),
    ]
