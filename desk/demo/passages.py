"""Writes what happened at the gates in the last days: who went out and came back, who is outside now.

Straight into the tables and in bulk, as the gate's services would have written it: each exit is judged by the
rulebook that was in force. What is out of the ordinary comes in `desk.demo.gate_cases`, through the services.
"""

import datetime as dt
import random
import secrets
from dataclasses import dataclass, field
from decimal import Decimal

from compound.models import Compound, Gate, Household, Rulebook
from desk.demo.passes import Passes, may_go_out
from desk.demo.registry import Registry
from gate.models import Check, Device, Outing, Pass
from gate.queries.devices import hash_of
from gate.words import sentence

MINUTE, HOUR, DAY = dt.timedelta(minutes=1), dt.timedelta(hours=1), dt.timedelta(days=1)
# Days of passages that are told, and the share of the households that use the day on which they may go out.
DAYS, SHARE = 2, 0.3
OUTSIDE, OVERDUE = 8, 2
# Share of the essential workers who are at work on a day: the others have another shift, or none.
AT_WORK = 0.4
LATE = 0.03
BY_PASS = 0.75
# When people go: before work, mid-morning, after lunch, after work.
HOURS = (7, 8, 8, 9, 9, 9, 10, 10, 11, 13, 14, 14, 15, 16, 16, 17, 17, 18)
OPEN_UNTIL = 21


@dataclass
class Log:
    """Rows on their way into the tables. `free_on`: the day from which on a household may go out again."""

    compound: Compound
    rules: list[Rulebook]
    gates: list[Gate]
    phones: dict[tuple[dt.date, int], Device]
    checks: list[Check] = field(default_factory=list)
    outings: list[Outing] = field(default_factory=list)
    free_on: dict[int, dt.date] = field(default_factory=dict)

    def rule_at(self, at: dt.datetime) -> Rulebook:
        return next((row for row in reversed(self.rules) if row.starts_at <= at), self.rules[0])

    def phone(self, at: dt.datetime, gate: Gate) -> Device:
        """The phone that was at this gate then; the day's shift begins at six."""
        return self.phones[self.compound.day_of(at - 6 * HOUR), gate.pk]


def write_passages(registry: Registry, passes: Passes, *, seed: int, now: dt.datetime) -> Log:
    """Some 1,500 rows for 1,300 households in three statements."""
    rng = random.Random(f"{seed}:passages")
    log = _begun(registry, now)
    first = max(log.rules[0].starts_at, now - DAYS * DAY) + HOUR
    movable = [door for door in registry.occupied if may_go_out(door)]
    special = {card.household_id for card in (*passes.workers, *passes.dialysis)}
    shoppers = [door for door in movable if door.pk not in special]
    outside = rng.sample(shoppers, min(OUTSIDE + OVERDUE, len(shoppers) // 8))
    # Whoever is outside now has not used up the days before.
    away = {door.pk for door in outside}
    shoppers = [door for door in shoppers if door.pk not in away]
    days = (log.compound.day_of(now) - log.compound.day_of(first)).days
    for back in range(days, -1, -1):
        day = log.compound.day_of(now) - dt.timedelta(days=back)
        for door in shoppers:
            if rng.random() < SHARE:
                _ordinary(log, passes, door, day, first, now, rng)
        for card in passes.workers:
            if rng.random() < AT_WORK:
                _at_work(log, card, day, first, now, rng)
    for card in passes.dialysis:
        for back in range(days - days % 2, -1, -2):
            _to_dialysis(log, card, log.compound.day_of(now) - dt.timedelta(days=back), first, now, rng)
    for place, door in enumerate(outside):
        _is_outside(log, passes, door, now, rng, is_overdue=place < min(OVERDUE, len(outside) - 1))
    log.checks.sort(key=lambda check: check.event_at)
    Check.objects.bulk_create(log.checks, batch_size=2000)
    Outing.objects.bulk_create(log.outings, batch_size=2000)
    return log


def _begun(registry: Registry, now: dt.datetime) -> Log:
    """The rules of the compound, and a phone for each gate and day. Nobody holds a token of these phones."""
    compound = registry.compound
    gates = list(compound.gates.order_by("position"))
    rules = list(compound.rulebooks.filter(building=None).order_by("starts_at"))
    shift = compound.day_of(now - 6 * HOUR)
    phones: dict[tuple[dt.date, int], Device] = {}
    for back in range(DAYS + 2, -1, -1):
        day = shift - dt.timedelta(days=back)
        begins = compound.moment(day, dt.time(6))
        for gate in gates:
            phones[day, gate.pk] = Device(
                compound=compound,
                gate=gate,
                label="值守手机",
                token_hash=hash_of(secrets.token_hex()),
                bound_at=begins,
                issued_at=begins,
                ends_at=begins + DAY,
                last_seen_at=min(now, begins + DAY),
            )
    Device.objects.bulk_create(phones.values())
    return Log(compound, rules, gates, phones)


def _ordinary(
    log: Log, passes: Passes, door: Household, day: dt.date, first: dt.datetime, now: dt.datetime, rng: random.Random
) -> None:
    """One person of a household, out and back, if it is its day and both lie before now."""
    out_at = log.compound.moment(day, dt.time(rng.choice(HOURS), rng.randrange(60), rng.randrange(60)))
    rule = log.rule_at(out_at)
    longest = rule.longest_minutes or 120
    is_late = rng.random() < LATE
    stay = longest + rng.randrange(8, 50) if is_late else rng.randrange(18, longest - 5)
    back_at = out_at + stay * MINUTE
    if out_at < first or back_at > now - 2 * MINUTE or back_at.hour >= OPEN_UNTIL + 2:
        return
    if day < log.free_on.get(door.pk, day):
        return
    card = passes.household[door.pk] if rng.random() < BY_PASS else None
    exit = _check(log, "out", door, card, out_at, rng, next_out_on=day + dt.timedelta(days=rule.per_days))
    home = _check(log, "in", door, card, back_at, rng)
    outing = _outing(log, exit, rule, day)
    outing.back_at, outing.check_in = back_at, home
    days = rule.per_days
    if is_late:
        days *= 2 if outing.forfeit else 1
        home.reasons = [_overstay(log, outing, back_at)]
        outing.period = (outing.period[0], outing.period[0] + days * DAY)
        home.next_out_on = day + dt.timedelta(days=days)
        home.next_out_at = log.compound.moment(home.next_out_on, dt.time(0))
    log.free_on[door.pk] = day + dt.timedelta(days=max(days, 2))


def _is_outside(
    log: Log, passes: Passes, door: Household, now: dt.datetime, rng: random.Random, *, is_overdue: bool
) -> None:
    """Went out and is not back; overdue ones went before the longest outing began."""
    out_at = now - rng.randrange(6, 95) * MINUTE
    if is_overdue:
        longest = log.rule_at(now).longest_minutes or 120
        out_at = now - (longest + rng.randrange(12, 70)) * MINUTE
        # A rule that began meanwhile may have been shorter than the one at the exit.
        out_at = min(out_at, now - ((log.rule_at(out_at).longest_minutes or 120) + 12) * MINUTE)
    day = log.compound.day_of(out_at)
    rule = log.rule_at(out_at)
    exit = _check(
        log, "out", door, passes.household[door.pk], out_at, rng, next_out_on=day + dt.timedelta(days=rule.per_days)
    )
    _outing(log, exit, rule, day)


def _at_work(log: Log, card: Pass, day: dt.date, first: dt.datetime, now: dt.datetime, rng: random.Random) -> None:
    """Out in the morning, back in the evening; takes nothing from the household."""
    out_at = log.compound.moment(day, dt.time(6, 40 + rng.randrange(20)) if rng.random() < 0.5 else dt.time(8, 5))
    back_at = log.compound.moment(day, dt.time(17 + rng.randrange(3), rng.randrange(60)))
    _exempt(log, card, out_at, back_at, first, now, rng)


def _to_dialysis(log: Log, card: Pass, day: dt.date, first: dt.datetime, now: dt.datetime, rng: random.Random) -> None:
    out_at = log.compound.moment(day, dt.time(7, rng.randrange(10, 50)))
    next_out_on = day + dt.timedelta(days=card.every_days or 1)
    _exempt(log, card, out_at, out_at + rng.randrange(270, 330) * MINUTE, first, now, rng, next_out_on=next_out_on)


def _exempt(
    log: Log,
    card: Pass,
    out_at: dt.datetime,
    back_at: dt.datetime,
    first: dt.datetime,
    now: dt.datetime,
    rng: random.Random,
    *,
    next_out_on: dt.date | None = None,
) -> None:
    if out_at < first or out_at > now - MINUTE:
        return
    exit = _check(log, "out", card.household, card, out_at, rng, next_out_on=next_out_on)
    outing = Outing(
        compound=log.compound,
        household=card.household,
        gate_pass=card,
        kind=card.kind,
        is_exempt=True,
        check_out=exit,
        out_at=out_at,
    )
    if back_at < now - MINUTE:
        outing.back_at, outing.check_in = back_at, _check(log, "in", card.household, card, back_at, rng)
    log.outings.append(outing)


def _outing(log: Log, exit: Check, rule: Rulebook, day: dt.date) -> Outing:
    begins = log.compound.moment(day, dt.time(0))
    outing = Outing(
        compound=log.compound,
        household=exit.household,
        gate_pass=exit.gate_pass,
        kind=exit.kind,
        check_out=exit,
        out_at=exit.event_at,
        due_at=exit.event_at + rule.longest_minutes * MINUTE if rule.longest_minutes else None,
        forfeit=rule.overstay == Rulebook.Overstay.FORFEIT,
        slot=1,
        period=(begins, begins + rule.per_days * DAY),
    )
    log.outings.append(outing)
    return outing


def _check(
    log: Log,
    direction: str,
    door: Household | None,
    card: Pass | None,
    at: dt.datetime,
    rng: random.Random,
    *,
    next_out_on: dt.date | None = None,
) -> Check:
    gate = rng.choice(log.gates)
    check = Check(
        compound=log.compound,
        gate=gate,
        device=log.phone(at, gate),
        direction=direction,
        kind=card.kind if card else "household",
        household=door,
        gate_pass=card,
        shown=door.room if door else (card.holder if card else ""),
        event_at=at,
        device_at=at,
        received_at=at + dt.timedelta(milliseconds=rng.randrange(60, 900)),
        verdict="allow",
        next_out_on=next_out_on,
        next_out_at=log.compound.moment(next_out_on, dt.time(0)) if next_out_on else None,
        rulebook=log.rule_at(at),
        temperature=Decimal(rng.choice((360, 361, 362, 363, 364, 365, 365, 366, 366, 367, 368, 370))) / 10,
        method="forehead",
    )
    log.checks.append(check)
    return check


def _overstay(log: Log, outing: Outing, back_at: dt.datetime) -> dict[str, object]:
    """The reason as the return was answered with."""
    assert outing.due_at is not None  # noqa: S101 - nobody is late for nothing
    params = {
        "since": log.compound.local(outing.out_at).isoformat(),
        "due": log.compound.local(outing.due_at).isoformat(),
        "minutes": -((outing.due_at - back_at) // MINUTE),
        "forfeits": outing.forfeit,
    }
    room = outing.household.room if outing.household else ""
    text = sentence("overstay", params, direction="in", compound=log.compound, now=back_at, room=room)
    return {"code": "overstay", "effect": "inform", "params": params, "text": text}
