"""Moments as the decision has them, whole milliseconds since the epoch, and the wall's clock."""

import datetime as dt
import zoneinfo
from functools import lru_cache

from compound.models import Compound
from gate.rules import Offsets

EPOCH = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
MS = dt.timedelta(milliseconds=1)


def ms_of(moment: dt.datetime) -> int:
    return (moment - EPOCH) // MS


def moment_of(ms: int) -> dt.datetime:
    return EPOCH + ms * MS


def offsets_of(compound: Compound, at: dt.datetime) -> Offsets:
    """`Facts.offsets` of the compound's zone from a year before `at` to a year after it."""
    return _offsets(compound.time_zone, at.year)


@lru_cache(256)
def _offsets(zone: str, year: int) -> Offsets:
    tz = zoneinfo.ZoneInfo(zone)

    def minutes(hours: int) -> int:
        shift = (EPOCH + dt.timedelta(hours=hours)).astimezone(tz).utcoffset()
        assert shift is not None  # noqa: S101 - an aware moment has one
        return int(shift.total_seconds()) // 60

    first, last = ((dt.datetime(y, 1, 1, tzinfo=dt.UTC) - EPOCH) // dt.timedelta(hours=1) for y in (year - 1, year + 2))
    # Clocks are changed on a full hour of UTC wherever people live in compounds.
    found = [(0, minutes(first))]
    for hour in range(first, last, 24):
        if minutes(hour + 24) != found[-1][1]:
            change = next(h for h in range(hour + 1, hour + 25) if minutes(h) == minutes(hour + 24))
            found.append((change * 60 * 60_000, minutes(change)))
    return tuple(found)
