"""Shifts of the same hours that the same people can take at the same wish are one shift with more seats.

Two gates of one compound are that, as a rule. The plan costs the same, and the search has a fraction of the columns
and none of the plans that differ only in who stands at which of the two.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from roster.planner.problem import Id, Pair, Problem, Shift


class Merged:
    """`problem` with fewer shifts; `split` turns its assignments back into those of the problem it was made of."""

    def __init__(self, original: Problem) -> None:
        groups = _groups(original)
        self.members = {group[0].id: group for group in groups}
        shifts = tuple(replace(group[0], need=sum(one.need for one in group)) for group in groups)
        can = {pair: wish for pair, wish in original.can.items() if pair[1] in self.members}
        self.problem = replace(original, shifts=shifts, can=can) if len(shifts) < len(original.shifts) else original

    def split(self, assignments: Iterable[Pair]) -> set[Pair]:
        """One seat of each shift first, then the second ones: what stays empty is spread."""
        people: defaultdict[Id, list[Id]] = defaultdict(list)
        for volunteer, shift in sorted(assignments, key=repr):
            people[shift].append(volunteer)
        return {
            pair
            for shift, there in people.items()
            for pair in zip(there, _seats(self.members[shift], len(there)), strict=True)
        }


def _groups(problem: Problem) -> list[list[Shift]]:
    who: defaultdict[Id, dict[Id, float]] = defaultdict(dict)
    for (volunteer, turn), wish in problem.can.items():
        who[turn][volunteer] = wish
    fixed = {turn for _volunteer, turn in problem.pinned}
    groups: defaultdict[Any, list[Shift]] = defaultdict(list)
    for shift in problem.shifts:
        # Published people stay where they are, and who keeps together means the same post.
        alone = shift.id in fixed or bool(problem.together)
        groups[
            shift.start, shift.end, shift.night, frozenset(who[shift.id].items()), shift.id if alone else None
        ].append(shift)
    return list(groups.values())


def _seats(group: list[Shift], people: int) -> list[Id]:
    """The shift of each of `people`. More people than seats is only where they were published: then it is one shift."""
    rounds = max(one.need for one in group)
    seats = [one.id for place in range(rounds) for one in group if one.need > place]
    return [*seats, *[group[0].id] * (people - len(seats))][:people]
