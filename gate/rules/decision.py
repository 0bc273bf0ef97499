"""The decision: verdict, every reason, the next outing, and what the log has to write."""

import json
from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any, Literal

from gate.rules.clock import DAY, LONG_AGO, MINUTE, day_name, day_start, first_showing, time_of_day, wall
from gate.rules.facts import Facts, Offsets, Outing, Pass, Rules
from gate.rules.quota import (
    NO_RULES,
    is_late,
    outing_ends,
    pass_free_at,
    quota_free_at,
    rules_in_force,
    turns,
    without_missed,
)
from gate.rules.reasons import (
    REASONS,
    Case,
    Params,
    household_quota_used,
    is_ordinary,
    is_sealed,
    is_void,
    is_within_hours,
)

Effect = Literal["refuse", "recheck", "warn", "inform", "none"]
Verdict = Literal["allow", "refuse", "recheck"]

CASES = Path(__file__).parents[1] / "cases.json"
# code → direction → effect, in the order in which reasons are given.
EFFECTS: dict[str, dict[str, Effect]] = json.loads(CASES.read_text(encoding="utf-8"))["effects"]
# What is asked in each direction.
ASKED: dict[str, list[tuple[str, Callable[[Case], Params | None], Effect]]] = {
    direction: [
        (reason.__name__, reason, EFFECTS[reason.__name__][direction])
        for reason in REASONS
        if EFFECTS[reason.__name__][direction] != "none"
    ]
    for direction in ("out", "in")
}
# A phone's copy may be too old to know these.
UNKNOWN = frozenset({"pass_unknown", "household_unknown"})


@dataclass(frozen=True, slots=True)
class Reason:
    """`params` are the facts behind it, moments in milliseconds; the page makes a sentence of them."""

    code: str
    effect: Effect
    params: Params


@dataclass(frozen=True, slots=True)
class Slot:
    """The outing to be written: one of the slots 1..`of`, for the half-open period `from_`..`until` (JSON: `from`)."""

    of: int
    from_: int
    until: int
    due: int | None
    forfeit: bool


@dataclass(frozen=True, slots=True)
class Decision:
    """`amber`: the verdict stands, but look twice (a car at the line, a code that this copy does not know).

    `next_out_at` is the first moment at which nothing but the cap would refuse this exit, this one counted; None
    when the rules that are written name no such moment. `extends_until`: a return this late lengthens its outing.
    """

    verdict: Verdict
    amber: bool
    reasons: tuple[Reason, ...]
    next_out_on: str | None
    next_out_at: int | None
    rulebook: int | str | None
    slot: Slot | None
    extends_until: int | None

    def as_json(self) -> dict[str, Any]:
        answer = asdict(self) | {"reasons": [asdict(reason) for reason in self.reasons]}
        if self.slot is not None:
            answer["slot"]["from"] = answer["slot"].pop("from_")
        return answer


# ── the next outing ───────────────────────────────


def next_out(case: Case, outings: tuple[Outing, ...], card: Pass | None) -> int | None:
    """The first moment from now on at which only the cap could refuse this exit, under the rules that are written."""
    facts, home = case.facts, case.home
    free = pass_free_at(card, facts.offsets)
    unknown = facts.household is None and card is None
    if unknown or free is None or case.kind in ("visitor", "emergency") or (card is not None and card.revoked):
        return None
    begins = [facts.now, *turns(facts.rulebooks, facts.now)]
    for begin, end in zip(begins, [*begins[1:], None], strict=True):
        rules = rules_in_force(facts.rulebooks, home.building, begin)
        no_car = case.kind == "vehicle" and rules.vehicles == "none"
        if no_car or is_sealed(case.kind, rules) or is_void(home, case.kind, rules):
            continue
        at = max(begin, free, home.no_outing_until or LONG_AGO, (card and card.valid_from) or LONG_AGO)
        if is_ordinary(case.kind, rules):
            at = into_hours(rules, facts.offsets, max(at, quota_free_at(rules, facts.offsets, outings, facts.now)))
        if end is None or at < end:
            return None if card and card.valid_until is not None and at >= card.valid_until else at
    return None


def into_hours(rules: Rules, offsets: Offsets, moment: int) -> int:
    """`moment`, or the next opening of the gate after it."""
    if rules.opens is None or is_within_hours(rules, offsets, moment):
        return moment
    shown, opens = wall(offsets, moment), time_of_day(rules.opens)
    day = shown // DAY + (shown % DAY >= opens)
    return first_showing(offsets, day * DAY + opens, moment)


# ── the decision ──────────────────────────────────


def decide(facts: Facts) -> Decision:
    """All reasons in the order of EFFECTS, and what follows. ValueError for a temperature that is none."""
    case = Case.of(facts)
    reasons = reasons_of(case)
    verdict = verdict_of(reasons)
    slot = slot_of(case) if verdict == "allow" else None
    outings, card = after_this(case, verdict, slot)
    at = None if any(r.code in UNKNOWN for r in reasons) else next_out(case, outings, card)
    return Decision(
        verdict=verdict,
        amber=is_amber(case, reasons),
        reasons=reasons,
        next_out_on=None if at is None else day_name(facts.offsets, at),
        next_out_at=at,
        rulebook=None if case.rules is NO_RULES else case.rules.id,
        slot=slot,
        extends_until=extends_until(case),
    )


def reasons_of(case: Case) -> tuple[Reason, ...]:
    asked = ((code, effect, reason(case)) for code, reason, effect in ASKED[case.facts.direction])
    return tuple(Reason(code, softened(case, effect), params) for code, effect, params in asked if params is not None)


def softened(case: Case, effect: Effect) -> Effect:
    """An emergency is never held up. A guard's override lifts a refusal, never a second reading."""
    if case.kind == "emergency" and effect in ("refuse", "recheck"):
        return "inform"
    return "inform" if effect == "refuse" and case.facts.override else effect


def verdict_of(reasons: tuple[Reason, ...]) -> Verdict:
    effects = {reason.effect for reason in reasons}
    return "refuse" if "refuse" in effects else "recheck" if "recheck" in effects else "allow"


def is_amber(case: Case, reasons: tuple[Reason, ...]) -> bool:
    """A warning; or refused only because a copy that may be old does not know the code."""
    refused = {reason.code for reason in reasons if reason.effect == "refuse"}
    doubt = case.facts.stale and bool(refused) and refused <= UNKNOWN
    return doubt or any(reason.effect == "warn" for reason in reasons)


def slot_of(case: Case) -> Slot | None:
    """An allowed ordinary exit takes a slot, if there is one: an override may let out more than there are."""
    facts, rules = case.facts, case.rules
    ordinary = facts.direction == "out" and case.ordinary and facts.household is not None
    if not ordinary or rules is NO_RULES or rules.persons == 0 or household_quota_used(case) is not None:
        return None
    return Slot(
        of=rules.persons,
        from_=facts.now if rules.window == "rolling" else day_start(facts.offsets, facts.now, 0),
        until=outing_ends(rules, facts.offsets, Outing(out=facts.now), facts.now),
        due=None if rules.longest_minutes is None else facts.now + rules.longest_minutes * MINUTE,
        forfeit=rules.overstay == "forfeit" and rules.longest_minutes is not None,
    )


def after_this(case: Case, verdict: Verdict, slot: Slot | None) -> tuple[tuple[Outing, ...], Pass | None]:
    """Outings and pass as they are once this person has passed: the next outing is counted from there."""
    card, outings = case.facts.pass_, case.home.outings
    if slot is not None:
        outings = without_missed((*outings, Outing(out=case.facts.now, kind=case.kind)), case.rules.persons)
    if card is not None and case.facts.direction == "out" and verdict == "allow":
        card = replace(card, last_out=case.facts.now)
    return outings, card


def extends_until(case: Case) -> int | None:
    """When the outing that ends with this return stops counting, if it is an overstay that costs the next one."""
    outing = case.returning() if case.facts.direction == "in" else None
    if outing is None or case.rules is NO_RULES or not outing.counts:
        return None
    if not outing.forfeit or not is_late(outing, case.facts.now):
        return None
    return outing_ends(case.rules, case.facts.offsets, outing, case.facts.now)
