"""Somebody's hours in words, for whoever reads them and does not change them."""

import datetime as dt
from typing import Any

from compound.days import WEEKDAYS
from roster.forms.availability import clock_words
from roster.models import Availability, Volunteer
from roster.times_of_day import Week, rows_of

KINDS = {Availability.Level.CAN: "done", Availability.Level.RATHER_NOT: "ask", Availability.Level.CANNOT: "no"}


def week_words(week: Week) -> list[dict[str, Any]]:
    """One line for each weekday about which something was said: {day, hours: [{words, kind, level}]}."""
    days: dict[int, list[dict[str, Any]]] = {}
    for row in rows_of(week.cells, week.own):
        days.setdefault(row.weekday, []).append(_said(row.start, row.until, row.level))
    return [{"day": WEEKDAYS[day], "hours": hours} for day, hours in sorted(days.items())]


def dates_of(volunteer: Volunteer, today: dt.date) -> list[dict[str, Any]]:
    """The dates from today on: {on, start, words, kind, level}. One query."""
    rows = volunteer.availability.filter(on__gte=today).order_by("on", "from_minute")
    return [
        {"on": row.on, "start": row.from_minute, **_said(row.from_minute, row.until_minute, row.level)} for row in rows
    ]


def _said(start: int, until: int, level: str) -> dict[str, Any]:
    return {
        "words": clock_words(start, until),
        "kind": KINDS[Availability.Level(level)],
        "level": Availability.Level(level).label,
    }
