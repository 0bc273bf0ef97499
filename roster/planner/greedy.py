"""A first answer within a second, and the one that stands when the solver has none.

Seats with the fewest candidates first, each to whoever it costs least; what stays empty is tried again by moving one
person out of another shift that somebody else can take. Not the best plan, but always an allowed one.
"""

import time
from collections import Counter, defaultdict
from collections.abc import Collection

from roster.planner.conflicts import clash
from roster.planner.limits import Kind, limits_of
from roster.planner.problem import Id, Pair, Problem, Shift


class Draft:
    """A plan that grows. Every change asks `free` first, so that it is allowed at each moment."""

    def __init__(self, problem: Problem) -> None:
        self.problem = problem
        self.of: defaultdict[Id, list[Shift]] = defaultdict(list)
        self.taken: Counter[Id] = Counter()
        self.candidates: defaultdict[Id, list[Id]] = defaultdict(list)
        self.partners: defaultdict[Id, list[Id]] = defaultdict(list)
        self.limits = {one.id: limits_of(one) for one in problem.volunteers}
        for one, other in problem.together:
            self.partners[one].append(other)
            self.partners[other].append(one)
        for volunteer, shift in problem.can:
            self.candidates[shift].append(volunteer)
        for volunteer, shift in sorted(problem.pinned, key=repr):
            self.put(volunteer, problem.shift[shift])

    def put(self, volunteer: Id, shift: Shift) -> None:
        self.of[volunteer].append(shift)
        self.taken[shift.id] += 1

    def take(self, volunteer: Id, shift: Shift) -> None:
        self.of[volunteer].remove(shift)
        self.taken[shift.id] -= 1

    def free(self, volunteer: Id, shift: Shift) -> bool:
        """Whether this person may take this shift beside all that they have."""
        person, mine = self.problem.volunteer[volunteer], self.of[volunteer]
        free_at = self.problem.free_at(person)
        if free_at is not None and shift.start < free_at:
            return False
        return self.within(volunteer, shift) and not any(clash(self.problem, one, shift) for one in mine)

    def within(self, volunteer: Id, shift: Shift, *, kind: Kind | None = None) -> bool:
        """Whether the limits of day and week, or of one `kind`, leave room for this shift."""
        mine = self.of[volunteer]
        return all(limit.leaves(shift, mine) for limit in self.limits[volunteer] if kind is None or limit.kind == kind)

    def price(self, volunteer: Id, shift: Shift) -> float:
        """What this assignment adds to the cost, the empty seat apart."""
        person, weights = self.problem.volunteer[volunteer], self.problem.weights
        shifts = person.carried_shifts + len(self.of[volunteer])
        price = weights.load * (2 * shifts + 1) + weights.wish * self.problem.can.get((volunteer, shift.id), 0)
        if shift.night:
            nights = person.carried_nights + sum(one.night for one in self.of[volunteer])
            price += weights.night * (2 * nights + 1)
        return price

    def alone(self, volunteer: Id) -> bool:
        return not self.partners[volunteer]

    def assignments(self) -> set[Pair]:
        return {(volunteer, shift.id) for volunteer, shifts in self.of.items() for shift in shifts}


def greedy(problem: Problem, *, given: Collection[Pair] = (), seconds: float = 60) -> set[Pair]:
    """An allowed plan, which begins with those of the `given` pairs that are allowed together.

    About volunteers × shifts steps: 300 × 14 days take half a second, which are never cut short. Where many seats
    stay empty the moves take longer; they end after `seconds`.
    """
    until = time.monotonic() + seconds
    draft = Draft(problem)
    for volunteer, shift_id in sorted(set(given) - problem.pinned, key=repr):
        shift = problem.shift[shift_id]
        if draft.taken[shift_id] < shift.need and draft.free(volunteer, shift):
            draft.put(volunteer, shift)
    for shift in sorted(problem.shifts, key=lambda one: (len(draft.candidates[one.id]) - 2 * one.need, one.start)):
        _pairs(draft, shift)
        while draft.taken[shift.id] < shift.need and _fill(draft, shift):
            pass
    # A move may make room for another one.
    while any(_move(draft, shift, until) for shift in problem.shifts if draft.taken[shift.id] < shift.need):
        pass
    return draft.assignments()


def _pairs(draft: Draft, shift: Shift) -> None:
    """Two who keep together take two seats at once."""
    for one, other in draft.problem.together:
        both = [(one, shift.id), (other, shift.id)]
        single = len(draft.partners[one]) == len(draft.partners[other]) == 1
        can = single and all(pair in draft.problem.can and pair not in draft.problem.pinned for pair in both)
        if can and shift.need - draft.taken[shift.id] >= 2 and draft.free(one, shift) and draft.free(other, shift):
            price = draft.price(one, shift) + draft.price(other, shift)
            if price < 2 * draft.problem.weights.empty:
                draft.put(one, shift)
                draft.put(other, shift)


def _fill(draft: Draft, shift: Shift) -> bool:
    """One more person from among those who are free, if that costs less than the empty seat."""
    able = [
        one
        for one in draft.candidates[shift.id]
        if draft.alone(one) and shift not in draft.of[one] and draft.free(one, shift)
    ]
    best = min(able, key=lambda one: draft.price(one, shift), default=None)
    if best is None or draft.price(best, shift) >= draft.problem.weights.empty:
        return False
    draft.put(best, shift)
    return True


def _move(draft: Draft, empty: Shift, until: float) -> bool:
    """Takes somebody out of one shift, which another person takes over, to fill this one."""
    for volunteer in draft.candidates[empty.id]:
        if not draft.alone(volunteer) or empty in draft.of[volunteer]:
            continue
        if time.monotonic() > until:
            return False
        for shift in list(draft.of[volunteer]):
            if (volunteer, shift.id) in draft.problem.pinned:
                continue
            draft.take(volunteer, shift)
            if draft.free(volunteer, empty):
                draft.put(volunteer, empty)
                if _fill(draft, shift):
                    return True
                draft.take(volunteer, empty)
            draft.put(volunteer, shift)
    return False
