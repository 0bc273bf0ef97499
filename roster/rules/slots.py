"""From how a post's shifts repeat to the hours of each: pure arithmetic on a wall clock."""

import datetime as dt
import zoneinfo
from collections.abc import Iterator
from dataclasses import dataclass

MIDNIGHT = dt.time(0)
DAY = dt.timedelta(days=1)


@dataclass(frozen=True)
class Timing:
    """The hours of a ShiftPattern, see there: `anchor_at` makes it rolling, else `starts` are minutes of a day."""

    length_minutes: int
    starts: tuple[int, ...] = ()
    weekdays: tuple[int, ...] = ()
    anchor_at: dt.datetime | None = None


@dataclass(frozen=True)
class Slot:
    """One turn, both ends in UTC. `duty_on`: the date on the wall clock at its start."""

    starts_at: dt.datetime
    ends_at: dt.datetime
    duty_on: dt.date


def slots(timing: Timing, tz: zoneinfo.ZoneInfo, first: dt.date, last: dt.date) -> Iterator[Slot]:
    """The turns that start on the days from `first` to `last`, both included, in order.

    In the night in which the clocks change daily turns keep to the wall clock, so that one of them is an hour longer
    or shorter and none overlap; one that lies in the missing hour does not take place. Rolling turns keep their length.
    """
    if timing.anchor_at is None:
        yield from _daily(timing, tz, first, last)
    else:
        yield from _rolling(timing, timing.anchor_at, tz, first, last)


def _daily(timing: Timing, tz: zoneinfo.ZoneInfo, first: dt.date, last: dt.date) -> Iterator[Slot]:
    day = first
    while day <= last:
        if not timing.weekdays or day.weekday() in timing.weekdays:
            for start in sorted(set(timing.starts)):
                starts_at, ends_at = _wall(day, start, tz), _wall(day, start + timing.length_minutes, tz)
                if ends_at > starts_at:
                    yield Slot(starts_at, ends_at, starts_at.astimezone(tz).date())
        day += DAY


def _wall(day: dt.date, minute: int, tz: zoneinfo.ZoneInfo) -> dt.datetime:
    """The moment at which the wall clock has gone `minute` minutes beyond midnight of `day`."""
    return (dt.datetime.combine(day, MIDNIGHT) + dt.timedelta(minutes=minute)).replace(tzinfo=tz).astimezone(dt.UTC)


def _rolling(
    timing: Timing, anchor_at: dt.datetime, tz: zoneinfo.ZoneInfo, first: dt.date, last: dt.date
) -> Iterator[Slot]:
    length, anchor = dt.timedelta(minutes=timing.length_minutes), anchor_at.astimezone(dt.UTC)
    begin, end = _wall(first, 0, tz), _wall(last, 24 * 60, tz)
    # The first turn that starts at or after `begin`, never one before the anchor.
    number = max(0, -((anchor - begin) // length))
    starts_at = anchor + number * length
    while starts_at < end:
        yield Slot(starts_at, starts_at + length, starts_at.astimezone(tz).date())
        starts_at += length


def minutes_of_a_day(timing: Timing) -> int:
    """How many minutes of a full day somebody stands there: 1,440 where there is no gap."""
    if timing.anchor_at is not None:
        return 1440
    manned: set[int] = set()
    for start in timing.starts:
        manned.update(minute % 1440 for minute in range(start, start + timing.length_minutes))
    return len(manned)
