"""The clock on the compound's wall, from an explicit table of offsets, and the two texts that hold numbers."""

import datetime as dt
import re
from functools import cache, lru_cache

from gate.rules.facts import Offsets

MINUTE = 60_000
DAY = 24 * 60 * MINUTE
LONG_AGO = 0
EPOCH = dt.date(1970, 1, 1).toordinal()


def wall(offsets: Offsets, moment: int) -> int:
    """The wall's date and time at `moment`, as milliseconds as if the wall showed UTC."""
    minutes = offsets[0][1]
    for start, later in offsets[1:]:
        if start > moment:
            break
        minutes = later
    return moment + minutes * MINUTE


def first_showing(offsets: Offsets, shown: int, after: int = LONG_AGO) -> int:
    """The first moment from `after` on at which the wall shows `shown` or later: right when clocks are changed too."""
    moment = after
    for n, (start, minutes) in enumerate(offsets):
        moment = max(shown - minutes * MINUTE, after, start if n else LONG_AGO)
        if n + 1 == len(offsets) or moment < offsets[n + 1][0]:
            break
    return moment


def day_start(offsets: Offsets, moment: int, days: int) -> int:
    """When the wall's day begins that is `days` after the one of `moment`."""
    return first_showing(offsets, (wall(offsets, moment) // DAY + days) * DAY)


def day_name(offsets: Offsets, moment: int) -> str:
    return dt.date.fromordinal(EPOCH + wall(offsets, moment) // DAY).isoformat()


@cache
def time_of_day(text: str) -> int:
    """`07:30` or `07:30:00` in milliseconds since midnight."""
    hours, minutes, *seconds = (int(part) for part in text.split(":"))
    return (hours * 60 + minutes) * MINUTE + (seconds[0] if seconds else 0) * 1000


@lru_cache(1024)
def tenths(celsius: str) -> int:
    """`36.6` is 366, so that exactly at the line is exactly at the line; ValueError for anything else."""
    match = re.fullmatch(r"([0-9]{1,3})(?:\.([0-9]))?", celsius)
    if match is None:
        raise ValueError(f"no temperature with at most one decimal: {celsius!r}")
    return int(match[1]) * 10 + int(match[2] or 0)
