"""The days that are counted, and as many days before them. Days are dates in the compound's zone."""

import datetime as dt
from dataclasses import dataclass

from compound.models import Compound

# A question about more days than these would read half the log.
MAX_DAYS = 366


@dataclass(frozen=True)
class Period:
    """`first` to `last`, both counted."""

    compound: Compound
    first: dt.date
    last: dt.date

    @property
    def length(self) -> int:
        return (self.last - self.first).days + 1

    @property
    def days(self) -> list[dt.date]:
        return [self.first + dt.timedelta(days=n) for n in range(self.length)]

    @property
    def before(self) -> "Period":
        return Period(self.compound, self.first - dt.timedelta(days=self.length), self.first - dt.timedelta(days=1))

    @property
    def start(self) -> dt.datetime:
        return self.compound.moment(self.first, dt.time(0))

    @property
    def until(self) -> dt.datetime:
        """Midnight after the last day: not counted any more."""
        return self.compound.moment(self.last + dt.timedelta(days=1), dt.time(0))
