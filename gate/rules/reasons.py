"""Who stands at the gate, and each reason that speaks against it: one reason, one function."""

from collections.abc import Callable
from dataclasses import dataclass, replace

from gate.rules.clock import DAY, MINUTE, tenths, time_of_day, wall
from gate.rules.facts import Facts, Household, Kind, Offsets, Outing, Rules
from gate.rules.quota import (
    NO_RULES,
    SKEW,
    awaited_of,
    counted,
    is_late,
    outing_ends,
    pass_free_at,
    quota_free_at,
    returning,
    rules_in_force,
    without_missed,
)

Params = dict[str, str | int | bool | None]

# The offset is estimated from a round trip; less than this beyond the receipt is the estimate's error.
JITTER = 1_000


@dataclass(frozen=True, slots=True)
class Case:
    """The facts with what follows from them at once. `rules` are NO_RULES where none are in force."""

    facts: Facts
    rules: Rules
    kind: Kind
    ordinary: bool  # under quota, hours and cap
    home: Household  # without what is not known yet at this moment
    reading: int | None

    @classmethod
    def of(cls, facts: Facts) -> "Case":
        card, home = facts.pass_, facts.household or Household()
        kind = facts.kind if card is None or facts.kind == "emergency" else card.kind
        rules = rules_in_force(facts.rulebooks, home.building, facts.now)
        reading = None if facts.temperature is None else tenths(facts.temperature)
        known = [o for o in home.outings if o.out <= facts.now + SKEW]
        home = replace(home, outings=without_missed(known, rules.persons))
        return cls(facts, rules, kind, is_ordinary(kind, rules), home, reading)

    def open_outings(self) -> list[Outing]:
        """Of this kind, without a return, the oldest first; not those whose return was missed."""
        return awaited_of(self.home.outings, self.kind, self.rules.persons)

    def returning(self) -> Outing | None:
        """The one of them that ends with this return."""
        return returning(self.home.outings, self.kind, self.rules.persons)


def is_exempt(kind: str, rules: Rules) -> bool:
    return kind in rules.exempt_kinds


def is_ordinary(kind: str, rules: Rules) -> bool:
    """Whoever is not exempt is somebody of the household going out, also in a car; a visitor goes home."""
    return kind not in ("visitor", "emergency") and not is_exempt(kind, rules)


def is_sealed(kind: str, rules: Rules) -> bool:
    return rules.persons == 0 and not is_exempt(kind, rules)


def is_void(home: Household, kind: str, rules: Rules) -> bool:
    """Somebody has come back from elsewhere: the household has no outing; exempt people and visitors are no outing."""
    return home.has_returnee and rules.returnee_voids_pass and kind != "visitor" and not is_exempt(kind, rules)


def is_within_hours(rules: Rules, offsets: Offsets, moment: int) -> bool:
    if rules.opens is None or rules.closes is None:
        return True
    return time_of_day(rules.opens) <= wall(offsets, moment) % DAY < time_of_day(rules.closes)


# ── one reason, one function: its parameters, or None ─


def pass_unknown(case: Case) -> Params | None:
    """Without a pass only an ordinary exit of a household is possible, and an emergency."""
    needs = case.facts.by != "room" or case.kind not in ("household", "emergency")
    return {"by": case.facts.by, "kind": case.kind} if needs and case.facts.pass_ is None else None


def household_unknown(case: Case) -> Params | None:
    """A room that is none, or a household's pass that leads to no household; a volunteer may live elsewhere."""
    needs = case.facts.by == "room" or (case.facts.pass_ is not None and case.kind == "household")
    return {} if needs and case.facts.household is None else None


def pass_revoked(case: Case) -> Params | None:
    return {} if case.facts.pass_ is not None and case.facts.pass_.revoked else None


def pass_not_yet_valid(case: Case) -> Params | None:
    start = case.facts.pass_.valid_from if case.facts.pass_ is not None else None
    return {"from": start} if start is not None and case.facts.now < start else None


def pass_expired(case: Case) -> Params | None:
    end = case.facts.pass_.valid_until if case.facts.pass_ is not None else None
    return {"until": end} if end is not None and case.facts.now >= end else None


def sealed_building(case: Case) -> Params | None:
    scope = "compound" if case.rules.building is None else "building"
    return {"scope": scope} if is_sealed(case.kind, case.rules) else None


def isolation(case: Case) -> Params | None:
    """Neutral on purpose: the same code and no word for a returnee, whose end nobody knows, and for a set date."""
    if is_void(case.home, case.kind, case.rules):
        return {"until": None}
    until = case.home.no_outing_until
    return {"until": until} if until is not None and case.facts.now < until else None


def vehicle_not_allowed(case: Case) -> Params | None:
    facts, allowed = case.facts, case.rules.vehicles
    if case.kind != "vehicle":
        return None
    if allowed == "none" or (allowed == "out" and facts.direction == "in"):
        return {"why": "none" if allowed == "none" else "out_only"}
    own = facts.pass_.plate if facts.pass_ is not None else None
    return {"why": "plate", "plate": own} if own and facts.plate and own != facts.plate else None


def visitor_not_allowed(case: Case) -> Params | None:
    if case.kind != "visitor" or case.rules is NO_RULES:
        return None
    if case.rules.visitors == "refused":
        return {"why": "refused"}
    return None if case.facts.pass_ is not None and case.facts.pass_.consent else {"why": "consent"}


def quota_used(case: Case) -> Params | None:
    return household_quota_used(case) or _pass_quota_used(case)


def household_quota_used(case: Case) -> Params | None:
    facts, rules = case.facts, case.rules
    if not case.ordinary or rules.persons == 0:
        return None
    if quota_free_at(rules, facts.offsets, case.home.outings, facts.now) <= facts.now:
        return None
    past = counted(case.home.outings, facts.now)
    counting = [o for o in past if outing_ends(rules, facts.offsets, o, facts.now) > facts.now]
    last = max(counting, key=lambda o: o.out)
    return {
        "of": "household",
        "persons": rules.persons,
        "per_days": rules.per_days,
        "window": rules.window,
        "out": last.out,
        "gate": last.gate,
        "forfeited": any(o.forfeit and is_late(o, facts.now) for o in counting),
    }


def _pass_quota_used(case: Case) -> Params | None:
    card, free = case.facts.pass_, pass_free_at(case.facts.pass_, case.facts.offsets)
    if card is None or case.kind == "emergency" or (free is not None and free <= case.facts.now):
        return None
    return {"of": "pass", "every_days": None if card.single else card.every_days, "out": card.last_out}


def outside_hours(case: Case) -> Params | None:
    if not case.ordinary or is_within_hours(case.rules, case.facts.offsets, case.facts.now):
        return None
    return {"opens": case.rules.opens, "closes": case.rules.closes}


def too_many_outside(case: Case) -> Params | None:
    limit, outside = case.rules.max_outside, case.facts.outside
    count = outside.compound if case.rules.building is None else outside.building
    return {"count": count, "limit": limit} if case.ordinary and limit is not None and count >= limit else None


def fever(case: Case) -> Params | None:
    rules, line = case.rules, tenths(case.rules.fever_line)
    if case.reading is None or case.reading < line or (case.reading == line and not rules.fever_at_line):
        return None
    return {"celsius": case.facts.temperature, "line": rules.fever_line, "minutes": rules.recheck_minutes}


def reading_implausible(case: Case) -> Params | None:
    if case.reading is None or case.reading >= tenths(case.rules.low_line):
        return None
    return {"celsius": case.facts.temperature, "line": case.rules.low_line}


def already_out(case: Case) -> Params | None:
    """The household has as many outside as may go; of the other kinds, this very pass is outside."""
    if case.kind == "household":
        outside = case.open_outings()
        enough = len(outside) >= max(1, case.rules.persons)
        return {"since": outside[0].out, "gate": outside[0].gate} if enough else None
    card = case.facts.pass_
    if card is None or card.outside_since is None or case.kind in ("visitor", "emergency"):
        return None
    return {"since": card.outside_since, "gate": None}


def not_out(case: Case) -> Params | None:
    """Comes in and has not gone out, as far as is known. Who was fetched in an emergency comes home by room or pass."""
    if case.kind in ("visitor", "emergency"):
        return None
    if case.kind != "household":
        return {} if case.facts.pass_ is not None and case.facts.pass_.outside_since is None else None
    if case.facts.household is None or case.open_outings():
        return None
    fetched = any(o.back is None and o.kind == "emergency" for o in case.home.outings)
    return None if fetched else {}


def overstay(case: Case) -> Params | None:
    """Measured by the rulebook that judged the exit: rules that came while somebody was out do not make them late."""
    outing = case.returning()
    if outing is None or outing.due is None or not is_late(outing, case.facts.now):
        return None
    minutes = -((outing.due - case.facts.now) // MINUTE)
    return {"since": outing.out, "due": outing.due, "minutes": minutes, "forfeits": outing.forfeit}


def clock_skew(case: Case) -> Params | None:
    offset, ahead = case.facts.clock_offset_ms, case.facts.ahead_ms
    return {"offset_ms": offset, "ahead_ms": ahead} if abs(offset) > SKEW or ahead > JITTER else None


def no_rulebook(case: Case) -> Params | None:
    return {} if case.rules is NO_RULES else None


def overridden(case: Case) -> Params | None:
    return {"reason": case.facts.override} if case.facts.override else None


# In the order of the table in cases.json, in which they are given; a test holds the two together.
REASONS: tuple[Callable[[Case], Params | None], ...] = (
    pass_unknown,
    household_unknown,
    pass_revoked,
    pass_not_yet_valid,
    pass_expired,
    sealed_building,
    isolation,
    vehicle_not_allowed,
    visitor_not_allowed,
    quota_used,
    outside_hours,
    too_many_outside,
    fever,
    reading_implausible,
    already_out,
    not_out,
    overstay,
    clock_skew,
    no_rulebook,
    overridden,
)
