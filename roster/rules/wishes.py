"""What somebody has said about their time, held against the hours of a shift."""

import datetime as dt
from collections.abc import Iterable, Iterator
from zoneinfo import ZoneInfo

from roster.rules.facts import Hours

Said = str | None
# Of two rows for the same hour the one that asks more care counts.
CARE = {"cannot": 2, "rather_not": 1, "can": 0}


def said_of(hours: Iterable[Hours], starts_at: dt.datetime, ends_at: dt.datetime, tz: ZoneInfo) -> frozenset[Said]:
    """Every level that holds somewhere in those hours; None for a stretch about which nothing was said.

    Wall-clock minutes. A date beats the weekday where both speak, minute by minute: "not on Tuesday from 8 to 12"
    leaves the rest of that Tuesday as it is every week.
    """
    since, until = _wall(starts_at, tz), _wall(ends_at, tz)
    if until <= since:  # A short shift within the hour that the clock repeats.
        until = since + (ends_at - starts_at)
    spans = [span for span in _spans(tuple(hours), since, until) if span[0] < until and since < span[1]]
    cuts = sorted({since, *(max(since, one[0]) for one in spans), *(min(until, one[1]) for one in spans)} - {until})
    return frozenset(_level_at(spans, moment) for moment in cuts)


def _wall(moment: dt.datetime, tz: ZoneInfo) -> dt.datetime:
    return moment.astimezone(tz).replace(tzinfo=None)


def _spans(
    hours: tuple[Hours, ...], since: dt.datetime, until: dt.datetime
) -> Iterator[tuple[dt.datetime, dt.datetime, bool, str]]:
    # From the day before on: its evening may run until the next one.
    first = since.date() - dt.timedelta(days=1)
    for number in range((until.date() - first).days + 1):
        day = first + dt.timedelta(days=number)
        midnight = dt.datetime.combine(day, dt.time())
        for row in hours:
            if row.on == day or (row.on is None and row.weekday == day.weekday()):
                start = midnight + dt.timedelta(minutes=row.from_minute)
                end = midnight + dt.timedelta(minutes=row.until_minute)
                yield start, end, row.on is not None, row.level


def _level_at(spans: list[tuple[dt.datetime, dt.datetime, bool, str]], moment: dt.datetime) -> Said:
    here = [(dated, level) for start, end, dated, level in spans if start <= moment < end]
    dated = [level for is_dated, level in here if is_dated]
    return max(dated or [level for _, level in here], key=CARE.__getitem__, default=None)
