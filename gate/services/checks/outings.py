"""The writes to `Outing`: who has gone out, in which slot, and who is back. Each is one statement."""

import datetime as dt
import uuid
from collections.abc import Container, Sequence
from typing import Any

from django.db import connection

from gate.queries.facts import Known, Row, moment_of
from gate.queries.prepared import Prepared
from gate.rules import Rules, Slot
from gate.rules.quota import outing_ends

EXIT_COLUMNS = (
    "compound_id, household_id, gate_pass_id, kind, is_exempt, check_out_id, out_at, due_at, forfeit, slot, period, "
    "released_why"
)
RELEASE_AND_INSERT = f"""
WITH released AS (
    UPDATE gate_outing SET released_at = %(now)s, released_why = 'outdated' WHERE id = ANY(%(outdated)s) RETURNING id
)
INSERT INTO gate_outing ({EXIT_COLUMNS})
SELECT
    %(compound)s, %(household)s, %(card)s, %(kind)s, %(is_exempt)s, %(check)s, %(out_at)s, %(due_at)s, %(forfeit)s,
    %(slot)s, CASE WHEN %(slot)s IS NOT NULL THEN tstzrange(%(start)s, %(until)s) END, ''
FROM (SELECT count(*) FROM released) AS first
ON CONFLICT DO NOTHING
RETURNING id
"""  # noqa: S608 - column names of our own
# A return after the next one has begun lengthens up to that one.
BACK = """
    back_at = greatest(%(event_at)s, o.out_at),
    check_in_id = %(id)s,
    period = CASE
        WHEN %(until)s::timestamptz IS NULL OR o.slot IS NULL OR o.released_at IS NOT NULL THEN o.period
        ELSE tstzrange(lower(o.period), greatest(upper(o.period), least(%(until)s, (
            SELECT min(lower(x.period)) FROM gate_outing x
            WHERE x.household_id = o.household_id AND x.slot = o.slot AND x.released_at IS NULL AND x.id <> o.id
            AND lower(x.period) >= upper(o.period)
        ))))
    END
"""
CLOSE = f"UPDATE gate_outing o SET {BACK} WHERE o.id = %(outing)s AND o.void_at IS NULL"  # noqa: S608
# The extension of a late return goes with it; what counts is decided by the rule, the period only stops races.
REOPEN = """
UPDATE gate_outing SET back_at = NULL, check_in_id = NULL,
    period = CASE WHEN slot IS NOT NULL AND %(until)s > lower(period) AND %(until)s < upper(period)
        THEN tstzrange(lower(period), %(until)s) ELSE period END
WHERE id = %(id)s
"""
VOID = """
UPDATE gate_outing SET void_at = %(at)s, released_at = coalesce(released_at, %(at)s),
    released_why = CASE WHEN released_at IS NULL THEN %(why)s ELSE released_why END
WHERE id = ANY(%(ids)s) AND void_at IS NULL
"""


INSERT = Prepared(
    "gate_outing_insert", RELEASE_AND_INSERT, now="timestamptz", outdated="bigint[]", compound="bigint",
    household="bigint", card="uuid", kind="text", is_exempt="bool", check="uuid", out_at="timestamptz",
    due_at="timestamptz", forfeit="bool", slot="int", start="timestamptz", until="timestamptz",
)  # fmt: skip
CLOSE_ONE = Prepared(
    "gate_outing_close", CLOSE, outing="bigint", id="uuid", event_at="timestamptz", until="timestamptz"
)


def _run(statement: Prepared | str, values: dict[str, Any]) -> int:
    if isinstance(statement, Prepared):
        return statement.count(values)
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return int(cursor.rowcount)


def write_outing(
    *,
    compound: int,
    household: int | None,
    card: uuid.UUID | None,
    kind: str,
    is_exempt: bool,
    check: uuid.UUID,
    out: int,
    slot: Slot | None,
    known: Known,
    rules: Rules,
    received_at: dt.datetime,
) -> bool:
    """The exit, in the lowest free slot where `slot` asks for one; False when there is none left: a race, or a
    slot that an exit recorded before, and later in time, has taken. The household is locked by the caller.

    Outings that no longer count under the rules in force, though their period runs on, are released first.
    """
    outdated: list[int] = []
    taken: dict[int, Row] = {}
    if slot is not None:
        outdated, taken = overlapping(known, rules, slot)
    of_slot = slot_values(slot, taken)
    if of_slot is None:
        return False
    values = {
        "now": received_at,
        "outdated": outdated,
        "compound": compound,
        "household": household,
        "card": card,
        "kind": kind,
        "is_exempt": is_exempt,
        "check": check,
        "out_at": moment_of(out),
        **of_slot,
    }
    return _run(INSERT, values) == 1


def slot_values(slot: Slot | None, taken: Container[int]) -> dict[str, Any] | None:
    """What the slot says of an outing, by name; None when it asks for one and all are taken."""
    if slot is None:
        return {"due_at": None, "forfeit": False, "slot": None, "start": None, "until": None}
    number = next((n for n in range(1, slot.of + 1) if n not in taken), None)
    if number is None:
        return None
    return {
        "due_at": None if slot.due is None else moment_of(slot.due),
        "forfeit": slot.forfeit,
        "slot": number,
        "start": moment_of(slot.from_),
        "until": moment_of(slot.until),
    }


def overlapping(known: Known, rules: Rules, slot: Slot) -> tuple[list[int], dict[int, Row]]:
    """Of the outings whose period meets the slot's: the ids of those that count no longer, the others by slot."""
    now, offsets = known.facts.now, known.facts.offsets
    outdated, taken = [], {}
    for row in known.home:
        if not row.counts or row.start is None or row.until is None or row.slot is None:
            continue
        if row.start >= slot.until or row.until <= slot.from_:
            continue
        if row.out <= now and outing_ends(rules, offsets, row.shape(), now) <= now:
            outdated.append(row.id)
        else:
            taken[row.slot] = row
    return outdated, taken


def in_the_way(known: Known, rules: Rules, slot: Slot) -> Row | None:
    """The last of the outings that left no slot."""
    return max(overlapping(known, rules, slot)[1].values(), key=lambda row: row.out, default=None)


def close_outing(row: Row, *, check: uuid.UUID, back: int, extends_until: int | None) -> None:
    """Somebody is back. Also replaces a return that was taken for this one's and was another's."""
    values = {"outing": row.id, "id": check, "event_at": moment_of(back), "until": back_until(extends_until)}
    _run(CLOSE_ONE, values)


def back_until(extends_until: int | None) -> dt.datetime | None:
    return None if extends_until is None else moment_of(extends_until)


def reopen_outing(row: Row, *, until: int) -> None:
    """Nobody has come back after all. `until`: where the period ends without the overstay."""
    _run(REOPEN, {"id": row.id, "until": moment_of(until)})


def void_outings(rows: Sequence[Row], *, why: str, at: dt.datetime) -> None:
    """They did not take place: no passage, no slot."""
    _run(VOID, {"ids": [row.id for row in rows], "why": why, "at": at})
