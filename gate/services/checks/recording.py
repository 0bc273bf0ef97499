"""`record_checks`: each check in a transaction of its own, answered once and for all.

A check of a phone is at most six statements with its authentication: who is meant and which rules (outside the
transaction), locks, what they have done lately, the outing, the check itself. Lock order: compound (only where
a cap is in force), household, pass. Before them the passage that it is about, so that what was read of it stands.
"""

import datetime as dt
import logging
from collections.abc import Sequence
from dataclasses import replace

from django.db import DatabaseError, InterfaceError, OperationalError, connection, transaction
from django.utils.translation import gettext as _

from compound import throttle
from compound.models import Compound, Gate, User
from compound.moments import event_moment
from compound.refusals import Refusal
from gate.models import Device
from gate.queries.facts import Ground, known_of, moment_of, ms_of, past_of
from gate.services import corrections
from gate.services.checks import readings
from gate.services.checks.act import Act, Desk
from gate.services.checks.asking import NewCheck, Result
from gate.services.checks.quick import record_quickly
from gate.services.checks.rows import Moved, Replayed, stored_answer
from gate.services.checks.subjects import asked_facts, ground_for, locks_of, root_of

logger = logging.getLogger(__name__)

# One phone: more than a hand mistypes, too few to try codes or rooms out. What is known costs nothing: the phone's own
# roll names every door, so counting those would only cost the busiest gate its answer.
UNKNOWN_IN_FIVE_MINUTES = 100


def record_checks(
    *,
    compound: Compound,
    gate: Gate,
    checks: Sequence[NewCheck],
    at: dt.datetime,
    device: Device | None = None,
    by: User | None = None,
) -> list[Result]:
    """The answers in the order of `checks`; `gate` is where those took place that name none.

    Either `device` or `by`. Each check is a transaction of its own, so that one that cannot be recorded (`error`)
    harms no other. Texts are in the active language; a check that is known gets the answer that it got first.
    Raises OperationalError when the database is gone: then nothing is known about the checks that are left.
    """
    desk = Desk(compound=compound, gate=gate, at=moment_of(ms_of(at)), device=device, by=by)
    return [_recorded(desk, check) for check in checks]


def _recorded(desk: Desk, check: NewCheck) -> Result:
    for attempt in (1, 2, 3):
        try:
            return _record(desk, check)
        except Refusal as refusal:
            return Result(id=check.id, error={"code": refusal.code, "text": refusal.message})
        except (OperationalError, InterfaceError):
            # A deadlock gives its lock back and is tried again; a database that is gone is the caller's matter.
            if attempt == 3 or not connection.is_usable():
                raise
        except DatabaseError:
            logger.exception("check %s could not be recorded", check.id)
            break
    text = _("This could not be recorded. Write it down and tell the coordinator.")
    return Result(id=check.id, error={"code": "not_recorded", "text": text})


def _record(desk: Desk, check: NewCheck) -> Result:
    ground = ground_for(desk, check)
    if ground.known_in is not None:
        return stored_answer(desk.compound, check.id)
    if check.gate not in ("", desk.gate.name) and ground.gate is None:
        raise Refusal("gate_unknown", _("This compound has no gate of that name."))
    result = record_quickly(desk, check, ground)
    if result is not None:
        return result
    try:
        with transaction.atomic():
            if check.action == "undo":
                return corrections.record_undo(desk, check, ground)
            if check.action == "correct":
                return corrections.record_correction(desk, check, ground)
            return record_passage(desk, check, ground)
    except Replayed:
        return stored_answer(desk.compound, check.id)
    except Moved:
        return _record(desk, check)


def record_passage(desk: Desk, check: NewCheck, ground: Ground) -> Result:
    """Judges and writes; in the caller's transaction. Raises `Replayed` when the same check was quicker elsewhere."""
    if check.action == "reading" and ground.target is None and check.verdict is None:
        raise Refusal("refers_to_unknown", _("The passage of this reading is not known. Scan the pass again."))
    _limit(desk, check, ground)
    made_at = event = ms_of(event_moment(check.at, check.clock_offset_ms, desk.at))
    is_of_temperature = readings.is_of_temperature_only(check, ground)
    if check.action == "reading" and ground.target is not None:
        check = replace(check, refers_to=ground.target.root)
        if is_of_temperature:
            event = ms_of(ground.target.event_at)
    asked = asked_facts(desk, check, ground, event)
    rules = ground.rules_at(event)
    is_capped = rules.max_outside is not None and not is_of_temperature
    root = root_of(check, ground)
    locks = locks_of(desk, ground, is_capped=is_capped and asked.direction == "out", root=root)
    past = past_of(desk.compound, ground, check=check.id, now=event, count_outside=is_capped, root=root, locks=locks)
    if past.known_in is not None:
        raise Replayed
    if past.changes != ground.changes:
        raise Moved
    past, linked = readings.set_aside(past, ground, check)
    known = known_of(ground, past, asked, without_later=check.verdict is not None and asked.direction == "out")
    act = Act.of(desk, check, ground, known, written_at=made_at)
    if is_of_temperature:
        act = readings.only_temperature(act)
    return act.reported().carried_out(linked).written()


def _limit(desk: Desk, check: NewCheck, ground: Ground) -> None:
    """What has happened is recorded, however much of it; what is asked has a limit for each phone."""
    if desk.device is None or check.verdict is not None or check.refers_to is not None:
        return
    by_room = not check.token and not check.plate
    is_known = ground.card is not None or (by_room and ground.doors)
    who = str(desk.device.pk)
    if not is_known and not throttle.allowed(scope="gate-unknown", who=who, limit=UNKNOWN_IN_FIVE_MINUTES, seconds=300):
        raise Refusal("too_many", _("Too many unknown codes or rooms. Wait a few minutes."))
