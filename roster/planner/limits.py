"""How much one person may do within a day and a week, each as a sum that may not pass a limit."""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Literal

from roster.planner.problem import Shift, Volunteer

Kind = Literal["week", "day"]


@dataclass(frozen=True, slots=True)
class Limit:
    """Within each period (a day or a week, by number) the weights of somebody's shifts are `most` together."""

    kind: Kind
    most: int
    period: Callable[[Shift], int]
    weight: Callable[[Shift], int]

    def leaves(self, shift: Shift, mine: Iterable[Shift]) -> bool:
        """Whether `shift` fits beside those that somebody has."""
        weight, period = self.weight(shift), self.period(shift)
        return not weight or weight + sum(self.weight(one) for one in mine if self.period(one) == period) <= self.most

    def groups(self, shifts: Iterable[Shift]) -> Iterator[list[Shift]]:
        """The shifts of each period that count."""
        periods: defaultdict[int, list[Shift]] = defaultdict(list)
        for shift in shifts:
            if self.weight(shift):
                periods[self.period(shift)].append(shift)
        yield from periods.values()

    def spent(self, shifts: Iterable[Shift]) -> Counter[int]:
        """By period, what these shifts use up."""
        spent: Counter[int] = Counter()
        for shift in shifts:
            spent[self.period(shift)] += self.weight(shift)
        return spent


def limits_of(volunteer: Volunteer) -> list[Limit]:
    """Those that this person has; none when nothing was said."""
    limits: list[tuple[Kind, int | None, Callable[[Shift], int], Callable[[Shift], int]]] = [
        ("week", volunteer.max_shifts_per_week, _week, _one),
        ("week", volunteer.max_week_seconds, _week, _length),
        ("week", volunteer.max_nights_per_week, _week, _night),
        ("day", volunteer.max_day_seconds, _day, _length),
    ]
    return [Limit(kind, most, period, weight) for kind, most, period, weight in limits if most is not None]


def _week(shift: Shift) -> int:
    return shift.week


def _day(shift: Shift) -> int:
    return shift.day


def _one(shift: Shift) -> int:
    return 1


def _length(shift: Shift) -> int:
    return shift.end - shift.start


def _night(shift: Shift) -> int:
    return int(shift.night)
