"""What was decided without the server: it is recorded as it was, and what does not fit together is shown as a pair."""

from __future__ import annotations

import datetime as dt
import uuid
from dataclasses import replace
from typing import TYPE_CHECKING

from django.db import connection

from gate.queries.facts import Row, moment_of
from gate.rules.quota import OF_SEVERAL, is_missed, pass_free_at
from gate.services.checks.outings import close_outing

if TYPE_CHECKING:
    from gate.services.checks.act import Act

INSERT_CONFLICT = """
INSERT INTO gate_conflict
    (id, compound_id, household_id, earlier_id, later_id, code, found_at, outcome, note, reopened_why)
VALUES (%s, %s, %s, %s, %s, %s, %s, '', '', '') ON CONFLICT DO NOTHING
"""
# The first return after the exit that no exit was known for.
ORPHAN = """
SELECT c.id, c.event_at FROM gate_check c
WHERE {whose} AND c.direction = 'in' AND c.action IN ('check', 'emergency') AND c.verdict <> 'refuse'
AND c.event_at >= %(out)s
AND NOT EXISTS (SELECT FROM gate_outing o WHERE o.check_in_id = c.id AND o.void_at IS NULL)
AND NOT EXISTS (SELECT FROM gate_check u WHERE u.refers_to = c.id AND u.action IN ('undo', 'correct')
    AND u.compound_id = c.compound_id AND (u.device_id IS NULL OR u.device_id = c.device_id))
ORDER BY c.event_at LIMIT 1
"""


def collides_with(act: Act) -> Row | None:
    """The passage that this exit should not have come after, or that should not have come after it; None if none.

    A guard's override is no collision: he knew. What else the server would have refused is said in the reasons.
    """
    for reason in act.decision.reasons:
        if reason.code == "quota_used" and reason.effect == "refuse":
            rows = act.known.own if reason.params["of"] == "pass" else act.known.home
            return next((row for row in reversed(rows) if row.out == reason.params["out"]), None)
    card = act.known.facts.pass_
    if card is None or act.case.kind == "emergency":
        return None
    free = pass_free_at(replace(card, last_out=act.event), act.known.facts.offsets)
    later = (row for row in act.known.own if row.out > act.event and row.kind != "emergency")
    return next((row for row in later if free is None or row.out < free), None)


def write_conflict(act: Act, other: Row) -> None:
    """By the corrected time of the events, whichever was sent first; at the same moment the known one is first."""
    earlier, later = (other.check_out, act.check.id) if other.out <= act.event else (act.check.id, other.check_out)
    door = act.ground.door
    with connection.cursor() as cursor:
        cursor.execute(
            INSERT_CONFLICT,
            [uuid.uuid4(), act.desk.compound.pk, door.id if door else None, earlier, later, "quota_used", act.desk.at],
        )


def find_return(act: Act) -> None:
    """An exit that is sent late, when the return is known already."""
    door, card = act.ground.door, act.ground.card
    take_orphan(
        check_out=act.check.id,
        kind=act.case.kind,
        household=door.id if door else None,
        card=card.id if card else None,
        out=moment_of(act.event),
    )


def take_orphan(
    *, check_out: uuid.UUID, kind: str, household: int | None, card: uuid.UUID | None, out: dt.datetime
) -> None:
    """The outing of this exit ends with the first return after it that has none."""
    whose = "c.gate_pass_id = %(card)s"
    if kind in OF_SEVERAL:
        # Whoever was fetched in an emergency comes home by room or by pass.
        kinds = "'household'" if kind == "household" else "'household', 'emergency'"
        own = "" if kind == "household" else f" OR {whose}"
        whose = f"(c.household_id = %(household)s AND c.kind IN ({kinds}){own})"
    values = {"household": household, "card": card, "out": out}
    with connection.cursor() as cursor:
        cursor.execute(ORPHAN.format(whose=whose), values)
        found = cursor.fetchone()
        if found is not None:
            cursor.execute(
                "UPDATE gate_outing SET back_at = %s, check_in_id = %s WHERE check_out_id = %s",
                [found[1], found[0], check_out],
            )


def close_before_another(act: Act) -> None:
    """A return that is sent late, when a later one has closed its outing: each return gets the exit before it."""
    if act.case.kind == "household":
        rows = [row for row in act.known.home if row.kind == "household"]
    else:
        rows = list(act.known.own)
    shapes = [row.shape() for row in rows]
    rows = [row for row in rows if not is_missed(row.shape(), shapes, act.case.rules.persons)]
    check, at = act.check.id, act.event
    while True:
        row = next((row for row in rows if row.out <= at and (row.back is None or row.back > at)), None)
        if row is None:
            return
        close_outing(row, check=check, back=at, extends_until=None)
        if row.back is None or row.check_in is None:
            return
        rows.remove(row)
        check, at = row.check_in, row.back
