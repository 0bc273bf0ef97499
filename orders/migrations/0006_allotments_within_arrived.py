"""Of no good more is shared out than has arrived, whoever writes it."""

from django.db import migrations

# One look a statement: a sharing's allotments are inserted at once, 2,000 of them in a big compound.
FUNCTION = """
CREATE FUNCTION orders_allotments_within_arrived() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    over text;
BEGIN
    SELECT s.id::text INTO over FROM orders_sharing s
    WHERE s.id IN (SELECT sharing_id FROM written)
    AND s.arrived < (SELECT sum(a.quantity) FROM orders_allotment a WHERE a.sharing_id = s.id) LIMIT 1;
    IF over IS NOT NULL THEN
        RAISE EXCEPTION 'more of sharing % is given out than has arrived', over
            USING ERRCODE = 'check_violation', CONSTRAINT = 'allotments_within_arrived';
    END IF;
    RETURN NULL;
END $$
"""


def holds(event: str) -> migrations.RunSQL:
    name = f"allotments_within_arrived_{event.lower()}"
    return migrations.RunSQL(
        f"CREATE TRIGGER {name} AFTER {event} ON orders_allotment REFERENCING NEW TABLE AS written "
        "FOR EACH STATEMENT EXECUTE FUNCTION orders_allotments_within_arrived()",
        f"DROP TRIGGER {name} ON orders_allotment",
    )


class Migration(migrations.Migration):
    dependencies = [("orders", "0005_notice_in_compound")]

    operations = [
        migrations.RunSQL(FUNCTION, "DROP FUNCTION orders_allotments_within_arrived"),
        holds("INSERT"),
        holds("UPDATE"),
    ]
