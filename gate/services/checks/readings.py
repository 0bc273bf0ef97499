"""Temperatures: what a reading sets aside before it is judged, and what follows from one that is out of line."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from gate.models import Check
from gate.queries.facts import Ground, Past, Row, ms_of
from gate.rules import Outside, Verdict
from gate.services.checks.asking import NewCheck
from gate.services.temperature import follow_outcome, follow_reading

if TYPE_CHECKING:
    from gate.services.checks.act import Act


OF_TEMPERATURE = frozenset({"fever", "reading_implausible"})


def set_aside(past: Past, ground: Ground, check: NewCheck) -> tuple[Past, list[Row]]:
    """A reading is judged as its passage was: without the exit that this passage made, or with the return still to
    come. Second: the outings that this passage, or an earlier reading of it, made or ended.
    """
    target = ground.target
    if check.action != "reading" or target is None:
        return past, []
    linked = [row for row in past.rows if row.is_of(target.root, target.direction)]
    if target.direction == "in":
        rows = (replace(row, back=None, check_in=None) if row in linked else row for row in past.rows)
        return replace(past, rows=tuple(rows)), linked
    # Of this household, so of this building.
    fewer = sum(1 for row in linked if row.back is None and not row.is_exempt)
    outside = Outside(max(0, past.outside.compound - fewer), max(0, past.outside.building - fewer))
    rows_left = tuple(row for row in past.rows if row not in linked)
    return replace(past, rows=rows_left, outside=outside), linked


def is_of_temperature_only(check: NewCheck, ground: Ground) -> bool:
    """Whether this reading leaves what was decided about the passage, as the phone does (judge.js).

    A passage that waits for a reading is decided by it; so is one that the server refused and the phone let out.
    """
    target = ground.target
    if check.action != "reading" or target is None or target.verdict == "recheck":
        return False
    return target.verdict == "allow" or check.verdict != "allow"


def only_temperature(act: Act) -> Act:
    """The passage's own answer, with what this reading says instead of the earlier ones."""
    target = act.ground.target
    assert target is not None  # noqa: S101 - is_of_temperature_only
    said = tuple(reason for reason in act.decision.reasons if reason.code in OF_TEMPERATURE)
    is_held_up = target.verdict == "allow" and any(reason.effect == "recheck" for reason in said)
    verdict: Verdict = "recheck" if is_held_up else target.verdict
    decision = replace(
        act.decision,
        verdict=verdict,
        reasons=said,
        amber=target.amber,
        next_out_at=None if target.next_out_at is None else ms_of(target.next_out_at),
        slot=None,
        extends_until=None,
    )
    kept = tuple(reason for reason in target.reasons if reason["code"] not in OF_TEMPERATURE)
    return replace(act, decision=decision, kept=kept, verdict=act.check.verdict or verdict)


def follow(act: Act, values: dict[str, Any]) -> None:
    """Opens, continues or closes the record of this person's temperature. `values`: of the row in the log."""
    codes = {reason.code for reason in act.decision.reasons}
    is_fever, is_implausible = "fever" in codes, "reading_implausible" in codes
    if values["action"] != "reading" and not (is_fever or is_implausible):
        return
    row = Check(**values)
    first = act.ground.target.root if act.ground.target else row.refers_to or row.id
    follow_reading(
        check=row,
        first_check_id=first,
        is_fever=is_fever,
        is_implausible=is_implausible,
        recheck_minutes=act.case.rules.recheck_minutes,
        at=act.desk.at,
    )
    if row.reason:
        follow_outcome(check=row, first_check_id=first, at=act.desk.at)
