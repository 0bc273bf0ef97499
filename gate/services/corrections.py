"""Undoing and correcting: always a new row with its reason, and the outings put right by it.

For 15 minutes by the phone that wrote the row, after that only by somebody logged in. An undoing that the server is
asked for comes when it is received, whatever the phone's clock says; one that was done without the server has only
the phone's time, and is marked where that lies back. So has every correction: its verdict is the corrected one, and
says nothing of whether the server was asked.
"""

import datetime as dt
from dataclasses import replace

from django.utils.translation import gettext as _

from compound.moments import event_moment
from compound.refusals import Refusal
from gate.queries.facts import (
    DECIDED_BY_PHONE,
    Ground,
    Past,
    Row,
    Target,
    known_of,
    moment_of,
    ms_of,
    offsets_of,
    past_of,
)
from gate.rules.quota import NO_RULES, SKEW, outing_ends
from gate.services.checks.act import Act, Desk
from gate.services.checks.asking import NewCheck, Result
from gate.services.checks.outings import reopen_outing, void_outings
from gate.services.checks.rows import Moved, Replayed
from gate.services.checks.subjects import asked_facts, ground_for, lock, root_of
from gate.services.temperature import GATE_OUTCOMES, follow_outcome

PHONE_MAY = dt.timedelta(minutes=15)


def record_undo(desk: Desk, check: NewCheck, ground: Ground) -> Result:
    """It did not take place: an exit is void and gives its slot back, a return leaves its outing open again.

    An undoing that arrives before its check is kept; the check finds it. Raises Refusal: `already_undone`,
    `not_undoable`, `not_this_phone`, `too_late`.
    """
    target = ground.target
    event = ms_of(event_moment(check.at, check.clock_offset_ms, desk.at))
    if target is not None:
        if target.action in ("undo", "correct"):
            raise Refusal("not_undoable", _("A correction is not undone. Correct the passage again."))
        _may_change(desk, target, None if check.verdict is None else event)
        check = replace(check, refers_to=target.root)
    facts = asked_facts(desk, check, ground, event)
    lock(desk, ground, is_capped=False, root=root_of(check, ground))
    past = _past(desk, check, ground, event)
    if target is not None:
        take_back(desk, ground, past, target, why="undone")
    act = Act.of(desk, replace(check, verdict="allow"), ground, known_of(ground, past, facts, without_later=False))
    return act.only_saying("undone", {"reason": check.reason}).marked_late().written()


def record_correction(desk: Desk, check: NewCheck, ground: Ground) -> Result:
    """What really happened: another verdict ("the guard let him in"), or another room or pass, or both.

    Who is meant by `check`'s own token, plate or room, if it has one, takes the place of whoever was written down.
    The exit takes a slot if there is one; that there is none is no conflict, for it was done knowingly: not so what
    a phone decided because the server was late (`DECIDED_BY_PHONE`). Nobody is refused an entry: how a fever at the
    way in ended closes its record, and that is all. What is sent after a later correction is written down and changes
    nothing. Raises Refusal: `refers_to_unknown`, `not_undoable`, `already_undone`, `entry_stays`,
    `household_unknown`, `pass_unknown`, `not_this_phone`, `too_late`.
    """
    target = ground.target
    if target is None:
        raise Refusal("refers_to_unknown", _("The passage that this corrects is not known."))
    if target.action == "undo":
        raise Refusal("not_undoable", _("An undoing is not corrected. Record the passage again."))
    event = ms_of(event_moment(check.at, check.clock_offset_ms, desk.at))
    _may_change(desk, target, event)
    check = replace(check, refers_to=target.root, verdict=_verdict_of(check, target))
    right = _right_ground(desk, check, ground)
    is_other = right is not ground
    lock(desk, ground, right, is_capped=False, root=target.root)
    past = _past(desk, check, ground, event)
    linked = of_passage(past, target)
    act = _as_it_was(desk, check, ground, right, past, linked)
    is_outdated = target.corrected_at is not None and event < ms_of(target.corrected_at)
    if not is_outdated and (target.direction == "out" or is_other):
        act = _put_right(act, ground, past, linked, is_other=is_other, event=event)
    is_known = not _by_phone(desk, check)
    act = replace(act, written_at=event, verdict=str(check.verdict), against=None if is_known else act.against)
    act = act.also_saying("corrected", {"reason": check.reason})
    if is_known:
        act = act.marked_late()
    answer = act.written()
    follow_outcome(check=act.row(), first_check_id=target.root, at=desk.at)
    return answer


def _verdict_of(check: NewCheck, target: Target) -> str:
    if target.direction == "out" or check.verdict is None:
        return check.verdict or target.verdict
    if check.reason in GATE_OUTCOMES:
        return target.verdict
    if check.verdict == "refuse":
        raise Refusal("entry_stays", _("Nobody is refused an entry. If nobody came in, undo it."))
    return check.verdict


def _as_it_was(desk: Desk, check: NewCheck, ground: Ground, right: Ground, past: Past, linked: list[Row]) -> Act:
    """The passage at its own time, of who it was; the reason of the correction lifts what refused it."""
    target = ground.target
    assert target is not None  # noqa: S101 - record_correction
    is_out, by_phone = target.direction == "out", _by_phone(desk, check)
    moments = [row.out if is_out else row.back for row in linked]
    facts = replace(
        asked_facts(desk, check, right, next((at for at in moments if at), ms_of(target.event_at))),
        override=target.override or None if by_phone else check.reason,
        temperature=None,
        clock_offset_ms=0,
        ahead_ms=0,
    )
    if right is not ground:
        past = _past(desk, check, right, facts.now)
        if ground.card is not None and right.card is None and facts.kind != "emergency":
            # The pass was another's; by room it is the household's own outing.
            facts = replace(facts, kind="household")
    elif is_out:
        past = replace(past, rows=tuple(row for row in past.rows if row not in linked))
    return Act.of(desk, check, right, known_of(right, past, facts, without_later=by_phone and is_out))


def _put_right(act: Act, ground: Ground, past: Past, linked: list[Row], *, is_other: bool, event: int) -> Act:
    """The outings as they should have been. A reading that was taken after this correction has the last word."""
    target = ground.target
    assert target is not None  # noqa: S101 - record_correction
    if target.stands_at is not None and ms_of(target.stands_at) > event:
        act = replace(act, verdict=target.verdict)
    is_wrong = is_other or act.verdict == "refuse"
    if is_wrong:
        take_back(act.desk, ground, past, target, why="corrected")
    return act.carried_out([] if is_wrong else linked)


def _by_phone(desk: Desk, check: NewCheck) -> bool:
    return desk.device is not None and check.reason == DECIDED_BY_PHONE


def of_passage(past: Past, target: Target) -> list[Row]:
    """The outings that a passage, or a reading or correction of it, made (going out) or ended (coming in)."""
    return [row for row in past.rows if row.is_of(target.root, target.direction)]


def take_back(desk: Desk, ground: Ground, past: Past, target: Target, *, why: str) -> None:
    linked = of_passage(past, target)
    if target.direction == "out":
        if linked:
            void_outings(linked, why=why, at=desk.at)
        return
    for row in linked:
        rules = next((rules for rules in ground.rows if rules.id == row.rulebook), NO_RULES)
        reopen_outing(
            row, until=outing_ends(rules, offsets_of(desk.compound, desk.at), replace(row.shape(), back=None), row.out)
        )


def _may_change(desk: Desk, target: Target, event: int | None) -> None:
    """`event`: when the phone changed it, by its clock; None where the server is asked, and so its clock counts. What
    the phone says to have done before the passage was done nobody knows when.
    """
    if target.is_undone:
        raise Refusal("already_undone", _("This passage has been undone already."))
    if desk.device is None:
        return
    if target.device != desk.device.pk:
        raise Refusal("not_this_phone", _("Another phone wrote this. The coordinator can change it."))
    if event is None or event < ms_of(target.event_at) - SKEW:
        passed = desk.at - target.heard_at
    else:
        passed = moment_of(event) - target.measured_at
    if passed > PHONE_MAY:
        raise Refusal("too_late", _("After 15 minutes only the coordinator can change this."))


def _right_ground(desk: Desk, check: NewCheck, ground: Ground) -> Ground:
    if not (check.token or check.plate or check.household):
        return ground
    right = ground_for(desk, replace(check, refers_to=None))
    if right.door is None and right.card is None:
        if check.token or check.plate:
            raise Refusal("pass_unknown", _("This code or plate is no pass of this compound."))
        raise Refusal(
            "household_unknown",
            _("This room is in several units: %(rooms)s. Which one?") % {"rooms": "|".join(d.room for d in right.doors)}
            if right.doors
            else _("There is no such room. Look at the number again."),
        )
    return replace(right, target=ground.target, gate=ground.gate, changes=ground.changes)


def _past(desk: Desk, check: NewCheck, ground: Ground, since: int) -> Past:
    """Also what was over long ago, if it is that which is spoken about."""
    since = min(since, ms_of(ground.target.event_at)) if ground.target else since
    past = past_of(desk.compound, ground, check=check.id, now=since, count_outside=False, root=root_of(check, ground))
    if past.known_in is not None:
        raise Replayed
    if past.changes != ground.changes:
        raise Moved
    return past
