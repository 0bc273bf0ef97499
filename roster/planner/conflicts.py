"""Which shifts one person cannot both take: overlap and rest in one family of sets."""

from collections.abc import Iterable, Iterator

from roster.planner.problem import Problem, Shift


def clash(problem: Problem, one: Shift, other: Shift) -> bool:
    """Whether nobody can take both. A shift holds a person from its start until its rest is over."""
    earlier, later = (one, other) if (one.start, one.end) <= (other.start, other.end) else (other, one)
    return later.start < problem.rested_at(earlier)


def at_most_one(problem: Problem, shifts: Iterable[Shift]) -> Iterator[list[Shift]]:
    """Sets of which one person takes one at the most; together they say all that `clash` says.

    Who works is held over an interval, start until end plus rest. Intervals that meet all meet at the start of the
    last of them, so one set for each start is enough, and those that lie within the next one are left out.
    """
    ordered = sorted(shifts, key=lambda one: (one.start, one.end))
    held: list[Shift] = []
    waiting: list[Shift] = []
    for shift in ordered:
        still = [one for one in held if problem.rested_at(one) > shift.start]
        # Somebody was let go: what was held until now is a set that no later one contains.
        if len(still) < len(held) and len(waiting) > 1:
            yield waiting
        held = [*still, shift]
        waiting = held
    if len(waiting) > 1:
        yield waiting
