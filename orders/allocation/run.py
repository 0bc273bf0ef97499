"""One run from problem to result."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from orders.allocation.doors import Door, doors_of, draw
from orders.allocation.levels import by_level
from orders.allocation.model import Kind, Problem, Result, Rule, Share, Step, decimal, thousandths
from orders.allocation.turns import by_turns
from orders.quantities import plain

__all__ = ["allocate", "draw", "shared_among"]


def allocate(problem: Problem) -> Result:
    """Shares out; see the package. O(n log n) for n claims and a few passes: 2,000 of them take some 15 ms."""
    doors = sorted(doors_of(problem.claims, problem.seed), key=_order(problem.rule))
    arrived, wanted = thousandths(problem.arrived), sum(door.wants for door in doors)
    start = {"arrived": plain(problem.arrived), "wanted": plain(decimal(wanted)), "households": len(doors)}
    steps = [Step("start", start)]
    rule = problem.rule
    if wanted <= arrived:
        left = arrived - wanted
        for door in doors:
            door.got = door.wants
            door.because("enough", {})
        steps.append(Step("enough", {}))
    elif arrived == 0:
        left = 0
        for door in doors:
            door.because("none", {})
        steps.append(Step("none", {}))
    else:
        left, more = _by_rule(doors, arrived, rule)
        steps += more
        _say_uneven(doors, thousandths(rule.step))
    if left:
        steps.append(Step("left", {"left": plain(decimal(left))}))
    never = len(doors) + 1
    doors.sort(key=lambda door: door.turn or never)
    return Result(tuple(_shares(doors)), decimal(left), tuple(steps))


def _order(rule: Rule) -> Callable[[Door], tuple[Any, ...]]:
    """Who comes first where nothing else decides. The household's name is last: two lots are never the same."""
    first = rule.missed_first
    if rule.kind is Kind.FIRST_COME:
        return lambda door: (-door.missed if first else 0, door.came, door.lot, door.household)
    return lambda door: (-door.missed if first else 0, door.lot, door.household)


def _by_rule(doors: Sequence[Door], arrived: int, rule: Rule) -> tuple[int, list[Step]]:
    if rule.kind is Kind.TIERS:
        return by_turns(doors, arrived, rule, rule.tiers, "everybody")
    if rule.kind is Kind.FIRST_COME:
        return by_turns(doors, arrived, rule, (), "came")
    return by_level(doors, arrived, rule)


def _say_uneven(doors: Sequence[Door], step: int) -> None:
    """Adds to the reason that parts smaller than `step` decided: it may have got less than one behind it."""
    for door in doors:
        if door.got % step:
            door.params = {**(door.params or {}), "odd": True}
        elif door.uneven and door.got < door.wants:
            door.params = {**(door.params or {}), "uneven": True}


def _shares(doors: Sequence[Door]) -> list[Share]:
    """Of all claims. Most households have one."""
    shares: list[Share] = []
    for door in doors:
        if len(door.claims) == 1:
            shares.append(Share(door.claims[0].id, door.household, decimal(door.got), door.code, door.params or {}))
        else:
            shares += shared_among(door)
    return shares


def shared_among(door: Door) -> list[Share]:
    """What a household got, over its claims: the earliest is met first."""
    params = door.params or {}
    left = door.got
    shares = []
    for claim in sorted(door.claims, key=lambda claim: (claim.came, claim.id)):
        quantity = min(left, thousandths(claim.wants))
        left -= quantity
        shares.append(Share(claim.id, door.household, decimal(quantity), door.code, params))
    return shares
