"""Which rulebook is in force, and when the outings of a household leave room for another one."""

from collections.abc import Iterable, Sequence
from dataclasses import replace

from gate.rules.clock import DAY, LONG_AGO, MINUTE, day_start
from gate.rules.facts import Offsets, Outing, Pass, Rules

# Two clocks of a gate may differ by this much before it is marked; an outing recorded that little later is earlier.
SKEW = 2 * MINUTE
# Where no rulebook is in force nobody is refused, but a fever is a fever.
NO_RULES = Rules(id="", starts_at=LONG_AGO, persons=2**15, vehicles="both", returnee_voids_pass=False)


def rules_in_force(rows: Iterable[Rules], building: str | None, moment: int) -> Rules:
    """The building's row while it holds, else the compound's; NO_RULES when there is neither.

    The latest row of a building replaces those before it for good. A compound's row that has an end gives way to the
    one before it: a compound is never without rules by accident.
    """
    begun = [row for row in rows if row.starts_at <= moment]
    compound = [row for row in begun if row.building is None]
    if building is not None:
        swept = max((row.starts_at for row in compound if row.ends_building_rows), default=None)
        own = max((row for row in begun if row.building == building), key=_start, default=None)
        if own is not None and _holds(own, moment) and (swept is None or own.starts_at >= swept):
            return own
    return max((row for row in compound if _holds(row, moment)), key=_start, default=NO_RULES)


def _start(row: Rules) -> int:
    return row.starts_at


def _holds(row: Rules, moment: int) -> bool:
    return row.ends_at is None or moment < row.ends_at


def turns(rows: Iterable[Rules], after: int) -> list[int]:
    """The moments after `after` at which another row may come into force."""
    return sorted({at for row in rows for at in (row.starts_at, row.ends_at) if at is not None and at > after})


# Several of a household may be outside as these at once; every other kind is one person's or one car's pass.
OF_SEVERAL = ("household", "emergency")


def is_missed(outing: Outing, outings: Iterable[Outing], persons: int) -> bool:
    """Not seen coming back, and back all the same: since then as many have gone out with a slot as may be outside.

    Of a kind that is one person's pass, its next exit says so.
    """
    if outing.back is not None:
        return False
    later = [other for other in outings if other.kind == outing.kind and other.out > outing.out]
    if outing.kind not in OF_SEVERAL:
        return bool(later)
    return sum(other.counts for other in later) >= max(1, persons)


def without_missed(outings: Sequence[Outing], persons: int) -> tuple[Outing, ...]:
    """The same outings; whose return was missed is due no more, so that it is neither late nor lost twice."""
    return tuple(replace(o, due=None, forfeit=False) if is_missed(o, outings, persons) else o for o in outings)


def returning(outings: Iterable[Outing], kind: str, persons: int) -> Outing | None:
    """Which of the known outings a return of this kind ends: the one that went first of those that are awaited.

    Whoever was overdue already when the last one left is not taken to be the one who comes: else one return that
    nobody saw would make every later one late.
    """
    awaited = awaited_of(outings, kind, persons)
    return next((o for o in awaited if o.due is None or awaited[-1].out <= o.due), None)


def awaited_of(outings: Iterable[Outing], kind: str, persons: int) -> list[Outing]:
    """Of this kind, without a return that came or was missed, the oldest first."""
    same = [outing for outing in outings if outing.kind == kind]
    found = (o for o in same if o.back is None and not is_missed(o, same, persons))
    return sorted(found, key=lambda outing: outing.out)


def is_late(outing: Outing, now: int) -> bool:
    """Back, or still out, after it was due; the due minute itself is in time."""
    return outing.due is not None and (outing.back if outing.back is not None else now) > outing.due


def outing_ends(rules: Rules, offsets: Offsets, outing: Outing, now: int) -> int:
    """When the outing stops counting. An overstay that costs the next outing makes it count twice as long."""
    days = rules.per_days * (2 if outing.forfeit and is_late(outing, now) else 1)
    return outing.out + days * DAY if rules.window == "rolling" else day_start(offsets, outing.out, days)


def counted(outings: Iterable[Outing], now: int) -> list[Outing]:
    """Those that took a slot, and not after `now`: offline checks arrive late, and the earlier event is unblamed."""
    return [outing for outing in outings if outing.counts and outing.out <= now + SKEW]


def quota_free_at(rules: Rules, offsets: Offsets, outings: Iterable[Outing], now: int) -> int:
    """From when on fewer than `persons` outings count; LONG_AGO when no more than that ever have."""
    ends = sorted((outing_ends(rules, offsets, o, now) for o in counted(outings, now)), reverse=True)
    return ends[rules.persons - 1] if len(ends) >= rules.persons else LONG_AGO


def pass_free_at(card: Pass | None, offsets: Offsets) -> int | None:
    """From when on the pass's own schedule lets it out again; None when never."""
    if card is None or card.last_out is None:
        return LONG_AGO
    if card.single:
        return None
    return LONG_AGO if card.every_days is None else day_start(offsets, card.last_out, card.every_days)
