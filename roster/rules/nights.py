"""A night shift is one that covers enough of the night, however early it starts or late it ends."""

import datetime as dt

from roster.rules.facts import Limits


def is_night(starts_at: dt.datetime, ends_at: dt.datetime, limits: Limits) -> bool:
    return night_minutes(starts_at, ends_at, limits) >= limits.night_minutes


def night_minutes(starts_at: dt.datetime, ends_at: dt.datetime, limits: Limits) -> int:
    """Minutes that really pass in the nights of the wall clock: seven hours of them when the clock goes forward."""
    since, until = starts_at.astimezone(dt.UTC), ends_at.astimezone(dt.UTC)
    first = starts_at.astimezone(limits.tz).date() - dt.timedelta(days=1)
    last = ends_at.astimezone(limits.tz).date()
    over_midnight = limits.night_until <= limits.night_from
    seconds = 0.0
    for number in range((last - first).days + 1):
        evening = first + dt.timedelta(days=number)
        morning = evening + dt.timedelta(days=1) if over_midnight else evening
        dusk = dt.datetime.combine(evening, limits.night_from, tzinfo=limits.tz).astimezone(dt.UTC)
        dawn = dt.datetime.combine(morning, limits.night_until, tzinfo=limits.tz).astimezone(dt.UTC)
        seconds += max(0.0, (min(until, dawn) - max(since, dusk)).total_seconds())
    return int(seconds // 60)
