"""What makes it a ledger: each entry balances, a reversal mirrors what it reverses, and nothing is ever changed."""

from importlib import import_module

from django.db import migrations

append_only = import_module("compound.migrations.0002_constraints_between_tables").append_only

# Of one compound, each of them. DEFERRABLE like Django's own foreign keys.
IN_COMPOUND = [
    ("money_account", "household", "compound_household"),
    ("money_entry", "round", "orders_round"),
    ("money_entry", "errand", "errands_errand"),
    ("money_posting", "entry", "money_entry"),
    ("money_posting", "account", "money_account"),
    ("money_cashcount", "entry", "money_entry"),
]


def in_compound(table: str, column: str, target: str) -> migrations.RunSQL:
    name = f"{table.removeprefix('money_')}_{column}_in_compound"
    return migrations.RunSQL(
        f"ALTER TABLE {table} ADD CONSTRAINT {name} FOREIGN KEY ({column}_id, compound_id) "
        f"REFERENCES {target} (id, compound_id) DEFERRABLE INITIALLY DEFERRED",
        f"ALTER TABLE {table} DROP CONSTRAINT {name}",
    )


# Looked at on commit, for the entry and again for whatever is added to it. Names of constraints, as of CHECKs, so that
# a program can tell them apart. A reversal's lines mirror the bill's like its postings.
FUNCTION = """
CREATE FUNCTION money_entry_holds() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    it uuid := CASE WHEN TG_TABLE_NAME = 'money_entry' THEN (to_jsonb(NEW)->>'id')::uuid
                    ELSE (to_jsonb(NEW)->>'entry_id')::uuid END;
    mirrored uuid;
    sides int;
    total numeric;
BEGIN
    -- Written and forgotten in one transaction.
    IF NOT EXISTS (SELECT FROM money_entry WHERE id = it) THEN
        RETURN NULL;
    END IF;
    SELECT count(*), coalesce(sum(amount), 0) INTO sides, total FROM money_posting WHERE entry_id = it;
    IF sides < 2 OR total <> 0 THEN
        RAISE EXCEPTION 'entry % does not balance: % postings, sum %', it, sides, total
            USING ERRCODE = 'check_violation', CONSTRAINT = 'entry_balances';
    END IF;
    SELECT reverses_id INTO mirrored FROM money_entry WHERE id = it;
    IF mirrored IS NOT NULL AND (
        EXISTS (
            SELECT account_id, -amount FROM money_posting WHERE entry_id = it
            EXCEPT SELECT account_id, amount FROM money_posting WHERE entry_id = mirrored
        ) OR sides <> (SELECT count(*) FROM money_posting WHERE entry_id = mirrored)
    ) THEN
        RAISE EXCEPTION 'entry % does not mirror %', it, mirrored
            USING ERRCODE = 'check_violation', CONSTRAINT = 'entry_mirrors_what_it_reverses';
    END IF;
    SELECT sum(amount) INTO total FROM money_billline WHERE entry_id = it;
    IF total IS NOT NULL AND total IS DISTINCT FROM (
        SELECT sum(p.amount) FROM money_posting p JOIN money_account a ON a.id = p.account_id
        WHERE p.entry_id = it AND a.kind = 'household'
    ) THEN
        RAISE EXCEPTION 'the lines of entry % sum up to %, which is not what is posted', it, total
            USING ERRCODE = 'check_violation', CONSTRAINT = 'entry_lines_sum_up';
    END IF;
    RETURN NULL;
END $$
"""


def holds(table: str) -> migrations.RunSQL:
    return migrations.RunSQL(
        f"CREATE CONSTRAINT TRIGGER entry_holds AFTER INSERT ON {table} DEFERRABLE INITIALLY DEFERRED "
        "FOR EACH ROW EXECUTE FUNCTION money_entry_holds()",
        f"DROP TRIGGER entry_holds ON {table}",
    )


class Migration(migrations.Migration):
    dependencies = [
        ("money", "0001_initial"),
        ("compound", "0003_targets_of_composite_keys"),
        ("orders", "0004_notices_and_own_orders"),
        ("errands", "0001_initial"),
    ]

    operations = [
        *(in_compound(*one) for one in IN_COMPOUND),
        migrations.RunSQL(FUNCTION, "DROP FUNCTION money_entry_holds"),
        *(holds(table) for table in ("money_entry", "money_posting", "money_billline")),
        *(append_only(f"money_{table}") for table in ("entry", "posting", "billline", "cashcount")),
    ]
