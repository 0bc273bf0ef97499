"""The common check in two messages: a door's own pass or room, by the rules, one outing begun or ended or none.

What was read before the locks stands as long as the roll's line for that door has not moved (`Ground.version`), and
the statement that writes asks for that behind the locks. So nothing has to be read again, and neither BEGIN nor COMMIT
is sent: PostgreSQL takes what comes in one message as one transaction. It is the same judgement and the same rows as
in `recording`, which does all that is not so simple: there each of these would be a round trip of its own, and most of
a check's cost is waiting and waking at both ends.
"""

import contextlib
from typing import Any

from django.db import IntegrityError, connection, transaction

from compound.moments import event_moment
from gate.queries.facts import Ground, Known, Row, known_of, ms_of
from gate.queries.prepared import Prepared
from gate.services.checks.act import Act, Desk, returning
from gate.services.checks.asking import NewCheck, Result
from gate.services.checks.outings import BACK, EXIT_COLUMNS, back_until, overlapping, slot_values
from gate.services.checks.readings import OF_TEMPERATURE
from gate.services.checks.rows import FIELDS, INSERT_SELECT, answer_of, column_values
from gate.services.checks.subjects import asked_facts, locks_of

# One row while nothing has happened to the door since it was read, and nothing was said about this check.
STILL = """
WITH still AS (
    SELECT FROM gate_rollchange
    WHERE compound_id = %(compound_id)s AND household_id = %(household_id)s AND xid = %(version)s
    AND NOT EXISTS (SELECT FROM gate_check WHERE refers_to = %(id)s)
)"""
EXIT = f"""{STILL}, gone AS (
    INSERT INTO gate_outing ({EXIT_COLUMNS}) SELECT
        %(compound_id)s, %(household_id)s, %(gate_pass_id)s, %(kind)s, %(is_exempt)s, %(id)s, %(event_at)s, %(due_at)s,
        %(forfeit)s, %(slot)s, CASE WHEN %(slot)s IS NOT NULL THEN tstzrange(%(start)s, %(until)s) END, ''
    FROM still
)
{INSERT_SELECT} FROM still
"""  # noqa: S608 - the models' own column names
RETURN = f"""{STILL}, back AS (
    UPDATE gate_outing o SET {BACK} FROM still WHERE o.id = %(outing)s AND o.void_at IS NULL
)
{INSERT_SELECT} FROM still
"""  # noqa: S608
ONLY = f"{STILL} {INSERT_SELECT} FROM still"
TYPES = {name: str(field.db_type(connection)) for name, field in FIELDS.items()} | {
    "version": "bigint", "is_exempt": "bool", "due_at": "timestamptz", "forfeit": "bool", "slot": "int",
    "start": "timestamptz", "until": "timestamptz", "outing": "bigint",
}  # fmt: skip
RECORD_EXIT, RECORD_RETURN, RECORD_ONLY = (
    Prepared(f"gate_record_{name}", sql, **TYPES) for name, sql in (("exit", EXIT), ("return", RETURN), ("only", ONLY))
)


def record_quickly(desk: Desk, check: NewCheck, ground: Ground) -> Result | None:
    """The answer, with its rows written; None with nothing written where more is in question than one door's outing,
    or somebody was quicker.
    """
    if not _is_plain(check, ground):
        return None
    assert ground.past is not None  # noqa: S101 - _is_plain
    event = ms_of(event_moment(check.at, check.clock_offset_ms, desk.at))
    if ground.rules_at(event).max_outside is not None:
        return None
    known = known_of(ground, ground.past, asked_facts(desk, check, ground, event), without_later=False)
    act = Act.of(desk, check, ground, known, written_at=event).reported()
    if any(reason.code in OF_TEMPERATURE for reason in act.decision.reasons):
        return None
    what = _what_follows(act, known)
    if what is None:
        return None
    statement, more = what
    values = act.values()
    locks, of_locks = locks_of(desk, ground, is_capped=False, root=check.id)
    given = {**of_locks, **column_values(values), **more, "version": ground.version}
    try:
        with transaction.atomic() if connection.in_atomic_block else contextlib.nullcontext():
            written = statement.count(given, behind=locks)
    except IntegrityError:
        # The same check at the same moment, or a slot that was free: judged again behind the locks.
        return None
    return answer_of(values) if written else None


def _is_plain(check: NewCheck, ground: Ground) -> bool:
    """Asked for, not reported; of one door that is known; about nothing but itself."""
    return (
        check.action == "check"
        and check.verdict is None
        and check.refers_to is None
        and check.implausible is None
        and ground.door is not None
        and ground.version is not None
        and ground.changes == 0
    )


def _what_follows(act: Act, known: Known) -> tuple[Prepared, dict[str, Any]] | None:
    """The statement that writes it, and its values besides the check's own."""
    if act.verdict == "refuse" or (act.verdict != "allow" and known.facts.direction == "out"):
        return RECORD_ONLY, {}
    if known.facts.direction == "in":
        row: Row | None = returning(act.case, known)
        if row is None:
            return RECORD_ONLY, {}
        return RECORD_RETURN, {"outing": row.id, "until": back_until(act.decision.extends_until)}
    if not act.goes_out:
        return RECORD_ONLY, {}
    slot = act.slot()
    outdated, taken = ([], {}) if slot is None else overlapping(known, act.case.rules, slot)
    of_slot = slot_values(slot, taken)
    if outdated or of_slot is None:
        return None
    return RECORD_EXIT, {"is_exempt": not act.case.ordinary, **of_slot}
