"""Why a seat is empty: everybody who has the skill, by what keeps them from it."""

from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass
from typing import Literal

from roster.planner.greedy import Draft
from roster.planner.problem import Id, Pair, Problem, Shift, Volunteer

# `away`: has not said that they can. `apart`: their partner cannot. `price`: the plan is better with the seat empty.
Reason = Literal["away", "works", "rests", "week_full", "day_full", "apart", "price"]


@dataclass(frozen=True)
class Empty:
    """`missing` seats of `shift`; of `skilled` people `reasons` says how many cannot for which reason."""

    shift: Id
    missing: int
    skilled: int
    reasons: dict[Reason, int]


def empty_seats(problem: Problem, assignments: Collection[Pair]) -> list[Empty]:
    """Every shift that is short of somebody, in the order of their start."""
    draft = Draft(problem)
    for volunteer, shift in set(assignments) - problem.pinned:
        draft.put(volunteer, problem.shift[shift])
    short = [one for one in problem.shifts if draft.taken[one.id] < one.need]
    return [_empty(draft, shift) for shift in sorted(short, key=lambda one: one.start)]


def _empty(draft: Draft, shift: Shift) -> Empty:
    skilled = [
        one
        for one in draft.problem.volunteers
        if (not shift.skill or shift.skill in one.skills) and shift not in draft.of[one.id]
    ]
    reasons = Counter(_reason(draft, one, shift) for one in skilled)
    return Empty(shift.id, shift.need - draft.taken[shift.id], len(skilled), dict(reasons.most_common()))


def _reason(draft: Draft, volunteer: Volunteer, shift: Shift) -> Reason:
    problem, mine = draft.problem, draft.of[volunteer.id]
    if (volunteer.id, shift.id) not in problem.can:
        return "away"
    if any(one.start < shift.end and shift.start < one.end for one in mine):
        return "works"
    if not draft.within(volunteer.id, shift, kind="week"):
        return "week_full"
    if not draft.within(volunteer.id, shift, kind="day"):
        return "day_full"
    if not draft.free(volunteer.id, shift):
        return "rests"
    return "price" if draft.alone(volunteer.id) else "apart"
