"""A better plan out of an allowed one, by changes of one or two shifts at a time. What the solver begins with.

Every assignment in turn goes to whoever would have it for less; where that person is held by one other shift, that
one goes to a third person. It ends when a whole turn changed nothing, so the result is the same each time.
"""

import time
from collections.abc import Iterable

from roster.planner.conflicts import clash
from roster.planner.greedy import Draft
from roster.planner.problem import Id, Pair, Problem, Shift

# Less than this is rounding, not a gain.
NOTHING = 1e-9


def improve(problem: Problem, assignments: Iterable[Pair], *, seconds: float) -> set[Pair]:
    """An allowed plan that costs at most as much. Stops after `seconds`; 300 × 14 days take a few."""
    until = time.monotonic() + seconds
    draft = Draft(problem)
    for volunteer, shift in sorted(set(assignments) - problem.pinned, key=repr):
        draft.put(volunteer, problem.shift[shift])
    while _turn(draft, until) and time.monotonic() < until:
        pass
    return draft.assignments()


def _turn(draft: Draft, until: float) -> bool:
    """Tries each assignment once; whether any was changed."""
    changed = False
    for volunteer, shift_id in sorted(draft.assignments() - draft.problem.pinned, key=repr):
        shift = draft.problem.shift[shift_id]
        if not draft.alone(volunteer) or shift not in draft.of[volunteer]:
            continue
        draft.take(volunteer, shift)
        saved = draft.price(volunteer, shift)
        if _hand_on(draft, shift, saved, besides=volunteer):
            changed = True
        else:
            draft.put(volunteer, shift)
        if time.monotonic() > until:
            break
    return changed


def _hand_on(draft: Draft, shift: Shift, saved: float, *, besides: Id) -> bool:
    """Gives `shift`, which nobody has now, to somebody for less than `saved`."""
    others = [
        (draft.price(one, shift), one)
        for one in draft.candidates[shift.id]
        if one != besides and draft.alone(one) and shift not in draft.of[one]
    ]
    cheaper = sorted((each for each in others if each[0] < saved - NOTHING), key=lambda each: each[0])
    for _price, one in cheaper:
        if draft.free(one, shift):
            draft.put(one, shift)
            return True
    return any(_through(draft, shift, one, saved) for _price, one in cheaper)


def _through(draft: Draft, shift: Shift, one: Id, saved: float) -> bool:
    """`one` takes `shift` and gives the one shift that stands in the way to a third person."""
    held = [mine for mine in draft.of[one] if clash(draft.problem, mine, shift)]
    if len(held) != 1 or (one, held[0].id) in draft.problem.pinned:
        return False
    way = held[0]
    draft.take(one, way)
    # With `way` gone and `shift` in its place `one` has as many shifts as before; nights and wishes may differ.
    if draft.free(one, shift):
        given_up, taken = draft.price(one, way), draft.price(one, shift)
        third = _cheapest(draft, way, besides=one)
        if third is not None and taken - given_up + draft.price(third, way) < saved - NOTHING:
            draft.put(one, shift)
            draft.put(third, way)
            return True
    draft.put(one, way)
    return False


def _cheapest(draft: Draft, shift: Shift, *, besides: Id) -> Id | None:
    able = (
        one
        for one in draft.candidates[shift.id]
        if one != besides and draft.alone(one) and shift not in draft.of[one] and draft.free(one, shift)
    )
    return min(able, key=lambda one: draft.price(one, shift), default=None)
