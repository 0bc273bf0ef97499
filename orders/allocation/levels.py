"""Rules that serve all households at once: the same for everybody, by heads, by what was ordered.

The fair share of a household is `level × weight`, but never more than it asked for: the level is as high as what
arrived allows (constrained equal awards; for weights O'Neill 1982 and Aumann & Maschler 1985, for their discrete
form Moulin 2000). Fair shares are cut down to whole parts; what the cutting leaves over goes out part by part.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from fractions import Fraction
from math import lcm
from typing import Any

from orders.allocation.doors import Door
from orders.allocation.model import Kind, Rule, Step, decimal, thousandths
from orders.quantities import plain

WEIGHTS: dict[Kind, Callable[[Door], int]] = {
    Kind.EQUAL: lambda door: 1,
    Kind.PER_HEAD: lambda door: door.people,
    Kind.PROPORTIONAL: lambda door: door.wants,
}


def by_level(doors: Sequence[Door], arrived: int, rule: Rule) -> tuple[int, list[Step]]:
    """Writes into `doors` what they get. Returns (what is left, steps).

    With `each` the level first rises for wishes up to `each`; only what is left after that goes to larger ones.
    """
    weigh, step = WEIGHTS[rule.kind], thousandths(rule.step)
    # Whoever asks for more than there is asks for all of it, no more.
    weights = [min(weigh(door), arrived) for door in doors]
    steps: list[Step] = []
    left = arrived
    limits = [[door.wants for door in doors]]
    if rule.each is not None:
        each = thousandths(rule.each)
        limits.insert(0, [min(door.wants, each) for door in doors])
    for limit in limits:
        before = left
        rooms = [top - door.got for door, top in zip(doors, limit, strict=True)]
        level = _level(rooms, weights, left)
        for door, room, weight in zip(doors, rooms, weights, strict=True):
            fair = room if level is None else min(room, level.numerator * weight // level.denominator)
            # A wish that is met as a whole need not be a whole number of parts.
            door.got += fair if fair == room else fair - fair % step
        left = arrived - sum(door.got for door in doors)
        given = before - left
        left, extra = _parts(doors, limit, left, rule, step)
        facts = {"given": _words(given), "parts": _words(extra), "households": len(doors)}
        if given or extra:
            steps.append(Step(rule.kind.value, facts))
        if left == 0:
            break
    _reasons(doors, rule)
    return left, steps


def _level(room: Sequence[int], weights: Sequence[int], amount: int) -> Fraction | None:
    """The highest level at which `Σ min(room, level × weight)` stays within `amount`; None where all fits.

    Exact: households that are alike are counted together, and few are different.
    """
    if sum(room) <= amount:
        return None
    alike = Counter(pair for pair in zip(room, weights, strict=True) if pair[0])
    full, open_weight = 0, sum(weight * count for (_room, weight), count in alike.items())
    for (top, weight), count in sorted(alike.items(), key=lambda item: Fraction(item[0][0], item[0][1])):
        if full * weight + top * open_weight > amount * weight:
            break
        full += top * count
        open_weight -= weight * count
    return Fraction(amount - full, open_weight)


def _parts(doors: Sequence[Door], limit: Sequence[int], left: int, rule: Rule, step: int) -> tuple[int, int]:
    """What the cutting left, a part each, round after round. Returns (what is left then, what went out)."""
    begun = left
    tops = {door.household: top for door, top in zip(doors, limit, strict=True)}
    rank = _rank(doors, rule, step)
    waiting = [door for door in doors if door.got < tops[door.household]]
    while waiting and left:
        given = False
        for door in sorted(waiting, key=rank):
            part = min(step, tops[door.household] - door.got)
            door.uneven = 0 < left < part
            if part <= left:
                left -= part
                door.got += part
                door.more = True
                given = True
        if not given:
            break
        waiting = [door for door in waiting if door.got < tops[door.household]]
    return left, begun - left


def _rank(doors: Sequence[Door], rule: Rule, step: int) -> Callable[[Door], Any]:
    """Sorts by who gets the next part, doors that stand in the order of `run` (who missed, then the lot): sorting
    keeps it where nothing else decides.

    By what was ordered: whoever has least, so that a small order does not go empty because others ordered much. By
    heads: whoever is furthest behind for their number (the divisor of Sainte-Laguë). Then the lot.
    """
    first = rule.missed_first
    if rule.kind is Kind.PROPORTIONAL:
        return lambda door: door.got
    heads = lcm(*(door.people for door in doors)) if rule.kind is Kind.PER_HEAD else 1
    if heads == 1:
        return (lambda door: (-door.missed, door.got)) if first else (lambda door: door.got)
    times = {people: heads // people for people in {door.people for door in doors}}
    if first:
        return lambda door: (-door.missed, (2 * door.got + step) * times[door.people])
    return lambda door: (2 * door.got + step) * times[door.people]


def _reasons(doors: Sequence[Door], rule: Rule) -> None:
    rank = _rank(doors, rule, thousandths(rule.step))
    served = [door for door in doors if door.got]
    order = sorted(served, key=rank) + sorted((door for door in doors if not door.got), key=rank)
    for turn, door in enumerate(order, start=1):
        door.turn = turn
        missed = rule.missed_first and door.missed > 0
        if door.got == 0:
            door.because("used_up", {"place": turn, "of": len(order), "missed": missed})
        elif rule.kind is Kind.PER_HEAD:
            door.because(rule.kind.value, {"people": door.people, "more": door.more, "missed": missed})
        else:
            door.because(rule.kind.value, {"more": door.more, "missed": missed})


def _words(thousandths: int) -> str:
    return plain(decimal(thousandths))
