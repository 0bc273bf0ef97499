"""What Django's model options cannot say: composite foreign keys, tables that only grow, and what moves the roll."""

from importlib import import_module

from django.db import migrations

append_only = import_module("compound.migrations.0002_constraints_between_tables").append_only

# Gate, door, building, pass and phone are of the row's own compound. DEFERRABLE like Django's own foreign keys, in
# whose place they stand where rows are many. A check's rulebook and an outing's and a conflict's checks have
# the plain key alone: the server finds them by the compound, and nobody names them.
IN_COMPOUND = [
    ("gate_pass", "household"),
    ("gate_device", "gate"),
    ("gate_check", "gate"),
    ("gate_check", "household"),
    ("gate_check", "gate_pass"),
    ("gate_check", "device"),
    ("gate_outing", "household"),
    ("gate_outing", "gate_pass"),
    ("gate_conflict", "household"),
    ("gate_incident", "gate"),
    ("gate_incident", "household"),
    ("gate_temperaturerecord", "household"),
    ("gate_temperaturereading", "household"),
    ("gate_parcel", "gate"),
    ("gate_parcel", "building"),
    ("gate_parcel", "household"),
]


def in_compound(table: str, column: str) -> migrations.RunSQL:
    name = f"{table.removeprefix('gate_')}_{column}_in_compound"
    target = {"gate_pass": "gate_pass", "device": "gate_device"}.get(column, f"compound_{column}")
    return migrations.RunSQL(
        f"ALTER TABLE {table} ADD CONSTRAINT {name} FOREIGN KEY ({column}_id, compound_id) "
        f"REFERENCES {target} (id, compound_id) DEFERRABLE INITIALLY DEFERRED",
        f"ALTER TABLE {table} DROP CONSTRAINT {name}",
    )


# The row's own transaction number goes into RollChange (see its docstring). Forgetting a compound moves nothing.
ROLL_FUNCTIONS = """
CREATE FUNCTION gate_mark_roll(of_compound bigint, of_household bigint, its_room text) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    IF current_setting('shouwang.retention', true) = 'on' THEN
        RETURN;
    END IF;
    INSERT INTO gate_rollchange (compound_id, household_id, room, xid)
    VALUES (of_compound, of_household, its_room, pg_current_xact_id()::text::bigint)
    ON CONFLICT (compound_id, household_id) DO UPDATE SET xid = EXCLUDED.xid, room = EXCLUDED.room;
END $$;
CREATE FUNCTION gate_roll_of_door() RETURNS trigger LANGUAGE plpgsql AS $$
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
END $$;
CREATE FUNCTION gate_roll_of_resident() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    door bigint := CASE WHEN TG_OP = 'DELETE' THEN OLD.household_id ELSE NEW.household_id END;
BEGIN
    PERFORM gate_mark_roll(compound_id, id, '') FROM compound_household WHERE id = door;
    RETURN NULL;
END $$;
CREATE FUNCTION gate_roll_of_household() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' THEN
        PERFORM gate_mark_roll(OLD.compound_id, OLD.id, OLD.room);
    ELSIF TG_OP = 'UPDATE' AND (OLD.room, OLD.compound_id) IS DISTINCT FROM (NEW.room, NEW.compound_id) THEN
        -- A door that is called otherwise: whoever has it by its old name must start again.
        PERFORM gate_mark_roll(OLD.compound_id, 0, '');
        PERFORM gate_mark_roll(NEW.compound_id, 0, '');
    ELSE
        PERFORM gate_mark_roll(NEW.compound_id, NEW.id, '');
    END IF;
    RETURN NULL;
END $$;
CREATE FUNCTION gate_roll_of_compound() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM gate_mark_roll(CASE WHEN TG_OP = 'DELETE' THEN OLD.compound_id ELSE NEW.compound_id END, 0, '');
    RETURN NULL;
END $$
"""
DROP_ROLL_FUNCTIONS = """
DROP FUNCTION gate_roll_of_door; DROP FUNCTION gate_roll_of_resident; DROP FUNCTION gate_roll_of_household;
DROP FUNCTION gate_roll_of_compound; DROP FUNCTION gate_mark_roll
"""
# Table, event, condition, function.
ROLL_TRIGGERS = [
    ("gate_outing", "INSERT OR UPDATE", "NEW.household_id IS NOT NULL", "gate_roll_of_door"),
    ("gate_outing", "DELETE", "OLD.household_id IS NOT NULL", "gate_roll_of_door"),
    ("gate_pass", "INSERT OR UPDATE", "NEW.household_id IS NOT NULL", "gate_roll_of_door"),
    ("gate_pass", "DELETE", "OLD.household_id IS NOT NULL", "gate_roll_of_door"),
    ("gate_isolation", "INSERT OR UPDATE OR DELETE", "true", "gate_roll_of_resident"),
    ("compound_resident", "INSERT OR UPDATE OR DELETE", "true", "gate_roll_of_resident"),
    ("compound_household", "INSERT OR DELETE", "true", "gate_roll_of_household"),
    ("compound_household", "UPDATE", "OLD IS DISTINCT FROM NEW", "gate_roll_of_household"),
    ("compound_rulebook", "INSERT OR UPDATE OR DELETE", "true", "gate_roll_of_compound"),
    ("compound_gate", "INSERT OR UPDATE OR DELETE", "true", "gate_roll_of_compound"),
]


def roll_trigger(table: str, event: str, condition: str, function: str) -> migrations.RunSQL:
    name = f"roll_after_{event.split()[0].lower()}"
    return migrations.RunSQL(
        f"CREATE TRIGGER {name} AFTER {event} ON {table} FOR EACH ROW WHEN ({condition}) EXECUTE FUNCTION {function}()",
        f"DROP TRIGGER {name} ON {table}",
    )


class Migration(migrations.Migration):
    dependencies = [("gate", "0001_initial"), ("compound", "0003_targets_of_composite_keys")]

    operations = [
        *(in_compound(table, column) for table, column in IN_COMPOUND),
        append_only("gate_check"),
        append_only("gate_incident"),
        migrations.RunSQL(ROLL_FUNCTIONS, DROP_ROLL_FUNCTIONS),
        *(roll_trigger(*trigger) for trigger in ROLL_TRIGGERS),
    ]
