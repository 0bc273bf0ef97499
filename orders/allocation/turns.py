"""Rules that serve one household after another: tiers with parts kept for them, and first come first served.

A pass gives every household at most `each`; nobody gets more before everybody has had that. Within a pass the tiers
come in their order, each with the part kept for it and what those above have left over; who gets nothing there is
in the last turn, together with everybody else, for all that is left.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from orders.allocation.doors import Door
from orders.allocation.model import Rule, Step, Tier, decimal, thousandths
from orders.quantities import plain


class _Table:
    """What arrived, lying in one heap a tier. A turn of a tier may use its own heap and those above it."""

    def __init__(self, arrived: int, tiers: Sequence[Tier], step: int) -> None:
        self.heaps = []
        kept = percent = 0
        for tier in tiers:
            percent += tier.percent
            # In whole parts; what does not come out even is the higher tier's, so that a single cabbage has an owner.
            upto = min(-(-arrived * percent // (100 * step)) * step, arrived)
            self.heaps.append(upto - kept)
            kept = upto
        self.heaps.append(arrived - kept)
        self.step = step
        self.turn = 0

    def serve(self, doors: Sequence[Door], tier: int) -> int:
        """One turn: each of `doors` gets what it is due in this pass while there is any. Returns how much went."""
        left = sum(self.heaps[: tier + 1])
        begun = left
        for door in doors:
            if left == 0:
                break
            quantity = door.due if door.due <= left else left - left % self.step
            door.uneven = quantity < door.due and quantity < left
            if quantity == 0:
                continue
            left -= quantity
            door.due -= quantity
            door.got += quantity
            self.turn += 1
            door.turn = door.turn or self.turn
        self._take(begun - left, tier)
        return begun - left

    def _take(self, quantity: int, tier: int) -> None:
        """Its own heap first, then the nearest above: a higher tier may still need what was kept for it."""
        for heap in range(tier, -1, -1):
            taken = min(quantity, self.heaps[heap])
            self.heaps[heap] -= taken
            quantity -= taken


def by_turns(
    doors: Sequence[Door], arrived: int, rule: Rule, tiers: Sequence[Tier], code: str
) -> tuple[int, list[Step]]:
    """Serves `doors`, first in order first, and writes into them what they get. Returns (what is left, steps).

    `code` is the reason of whoever was served in the last turn, the one of everybody.
    """
    table, last = _Table(arrived, tiers, thousandths(rule.step)), len(tiers)
    each = None if rule.each is None else thousandths(rule.each)
    members = [[door for door in doors if door.tier == tier] for tier in range(last)]
    steps: list[Step] = []
    number = 1
    while hungry := [door for door in doors if door.got < door.wants]:
        for door in hungry:
            lack = door.wants - door.got
            door.due = lack if each is None or lack < each else each
        given = 0
        for tier, own in enumerate(members):
            waiting = [door for door in own if door.got < door.wants]
            kept = table.heaps[tier]
            went = table.serve(waiting, tier)
            given += went
            if number == 1:
                steps.append(_tier_step(rule, tier, kept, waiting, went))
        waiting = [door for door in hungry if door.due]
        went = table.serve(waiting, last)
        given += went
        if number == 1:
            steps.append(_last_step(rule, waiting, went, code))
        elif given:
            steps.append(Step("again", {"pass": number, "given": _words(given)}))
        if given == 0 or sum(table.heaps) == 0:
            break
        number += 1
    return sum(table.heaps), steps


def _tier_step(rule: Rule, tier: int, kept: int, waiting: Sequence[Door], went: int) -> Step:
    served = _reasons(waiting, "tier", rule, {"tier": tier, "name": rule.tiers[tier].name})
    facts = {"tier": tier, "name": rule.tiers[tier].name, "percent": rule.tiers[tier].percent, "kept": _words(kept)}
    return Step("tier", {**facts, "households": len(waiting), "served": served, "given": _words(went)})


def _last_step(rule: Rule, waiting: Sequence[Door], went: int, code: str) -> Step:
    served = _reasons(waiting, code, rule, {}, empty="used_up")
    return Step(code, {"households": len(waiting), "served": served, "given": _words(went)})


def _reasons(waiting: Sequence[Door], code: str, rule: Rule, facts: Mapping[str, Any], *, empty: str = "") -> int:
    """Says of whoever was served that it was in this turn: at which place of how many, and whether the lot mattered.

    With `empty`, also of who was not. The first reason of a household stays. Returns how many were served.
    """
    served = sum(1 for door in waiting if door.got)
    of, first, lot = len(waiting), rule.missed_first, served < len(waiting)
    for place, door in enumerate(waiting, start=1):
        if door.code:
            continue
        missed = first and door.missed > 0
        if door.got:
            door.code, door.params = code, {**facts, "place": place, "of": of, "lot": lot, "missed": missed}
        elif empty:
            door.code, door.params = empty, {"place": place, "of": of, "missed": missed}
    return served


def _words(thousandths: int) -> str:
    return plain(decimal(thousandths))
