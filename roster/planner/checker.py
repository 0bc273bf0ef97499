"""Is a plan allowed, and what does it cost? Written apart from what makes plans: nothing is saved that fails here."""

from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterator

from roster.planner.problem import DAY, WEEK, Id, Pair, Problem, Shift


def cost_of(problem: Problem, assignments: Collection[Pair]) -> float:
    """empty × unfilled seats + load × Σ shifts² + night × Σ nights² + wish × Σ wish costs.

    Shifts carried over count into the squares, and what they alone would cost is taken off again, so that without
    any it is the plain sum.
    """
    weights = problem.weights
    taken = Counter(shift for _volunteer, shift in assignments)
    unfilled = sum(max(0, shift.need - taken[shift.id]) for shift in problem.shifts)
    load = Counter(volunteer for volunteer, _shift in assignments)
    nights = Counter(volunteer for volunteer, shift in assignments if problem.shift[shift].night)
    squares = sum(_square(load[one.id], one.carried_shifts) for one in problem.volunteers)
    night_squares = sum(_square(nights[one.id], one.carried_nights) for one in problem.volunteers)
    wishes = sum(problem.can.get(pair, 0) for pair in assignments)
    return weights.empty * unfilled + weights.load * squares + weights.night * night_squares + weights.wish * wishes


def _square(new: int, carried: int) -> int:
    return (carried + new) ** 2 - carried**2


def faults(problem: Problem, assignments: Collection[Pair]) -> Iterator[str]:
    """Every rule that a plan breaks, in English, for the log; none when it may be published.

    What was pinned has been published before: pairs of pinned shifts may stand too close, or be too many.
    """
    pinned = problem.pinned
    given = set(assignments)
    if len(given) != len(assignments):
        yield "somebody is assigned to the same shift twice"
    yield from (f"pinned {pair!r} is missing" for pair in pinned if pair not in given)
    for pair in sorted(given - pinned, key=repr):
        if pair not in problem.can:
            yield f"{pair!r} cannot be assigned"
    yield from _overfull(problem, given)
    by_volunteer: defaultdict[Id, list[Id]] = defaultdict(list)
    for volunteer, shift in given:
        by_volunteer[volunteer].append(shift)
    for volunteer, shifts in by_volunteer.items():
        yield from _too_close(problem, volunteer, shifts)
        yield from _too_many(problem, volunteer, shifts)
    yield from _apart(problem, given)


def _overfull(problem: Problem, given: set[Pair]) -> Iterator[str]:
    taken = Counter(shift for _volunteer, shift in given)
    fixed = Counter(shift for _volunteer, shift in problem.pinned)
    for shift in problem.shifts:
        if taken[shift.id] > max(shift.need, fixed[shift.id]):
            yield f"shift {shift.id!r} has {taken[shift.id]} people for {shift.need} seats"


def _too_close(problem: Problem, volunteer: Id, shifts: list[Id]) -> Iterator[str]:
    ordered = sorted((problem.shift[shift] for shift in shifts), key=lambda one: (one.start, one.end))
    free_at = problem.free_at(problem.volunteer[volunteer])
    for place, earlier in enumerate(ordered):
        is_pinned = (volunteer, earlier.id) in problem.pinned
        if free_at is not None and earlier.start < free_at and not is_pinned:
            yield f"{volunteer!r} still rests at shift {earlier.id!r}"
        for later in ordered[place + 1 :]:
            both = is_pinned and (volunteer, later.id) in problem.pinned
            if later.start < problem.rested_at(earlier) and not both:
                yield f"{volunteer!r} has too little rest between {earlier.id!r} and {later.id!r}"


def _too_many(problem: Problem, volunteer: Id, shifts: list[Id]) -> Iterator[str]:
    """Four limits, each over the shifts that start in one block of 168 or 24 hours."""
    person = problem.volunteer[volunteer]
    mine = [problem.shift[shift] for shift in shifts]
    fixed = [problem.shift[shift] for one, shift in problem.pinned if one == volunteer]
    limits: list[tuple[str, int | None, int, Callable[[Shift], int]]] = [
        ("shifts in week", person.max_shifts_per_week, WEEK, lambda shift: 1),
        ("nights in week", person.max_nights_per_week, WEEK, lambda shift: int(shift.night)),
        ("seconds in week", person.max_week_seconds, WEEK, lambda shift: shift.end - shift.start),
        ("seconds on day", person.max_day_seconds, DAY, lambda shift: shift.end - shift.start),
    ]
    for words, most, block, amount in limits:
        if most is None:
            continue
        for period in {shift.start // block for shift in mine}:
            spent = sum(amount(shift) for shift in mine if shift.start // block == period)
            if spent > max(most, sum(amount(shift) for shift in fixed if shift.start // block == period)):
                yield f"{volunteer!r} has {spent} {words} {period}, {most} at the most"


def _apart(problem: Problem, given: set[Pair]) -> Iterator[str]:
    """Of two who keep together both take a shift or neither; where only one is pinned, that one stands alone."""
    for one, other in problem.together:
        for shift in problem.shifts:
            here = {who for who in (one, other) if (who, shift.id) in given}
            fixed = {who for who in (one, other) if (who, shift.id) in problem.pinned}
            if len(here) == 1 and here != fixed:
                yield f"{one!r} and {other!r} are not together at shift {shift.id!r}"
