"""What a sheet is stamped with, and the header made of it."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _

from compound.paper.ink import HEIGHT
from compound.paper.page import MARGIN, RIGHT, Frame
from roster import words
from roster.queries.sheet_rows import DutyDay, DutyWeek, GroupList, SheetRows


@dataclass(frozen=True, slots=True)
class Stamp:
    """All that a sheet says besides its rows. `made_at` is the moment of the snapshot, aware, printed in `tz`."""

    compound: str
    version: int
    made_at: dt.datetime
    tz: ZoneInfo
    code: str
    url: str
    language: str = "zh-hans"


def title(rows: SheetRows) -> str:
    """What the sheet is called, in the active language."""
    match rows:
        case DutyDay():
            day = words.day_words(dt.date.fromisoformat(rows.day))
            return _("Duty sheet: %(post)s, %(day)s") % {"post": rows.post, "day": day}
        case DutyWeek():
            return _("Week plan: %(days)s") % {"days": _week(rows.monday)}
        case GroupList():
            return _("%(group)s: people and shifts") % {"group": rows.group}


def frame(rows: SheetRows, stamp: Stamp) -> Frame:
    made = words.moment_words(stamp.made_at.astimezone(stamp.tz))
    version = _("Version %(version)d · %(time)s") % {"version": stamp.version, "time": made}
    match rows:
        case DutyDay():
            about = [f"{stamp.compound} · {rows.group}", rows.place]
        case DutyWeek():
            about = [stamp.compound]
        case GroupList():
            about = [stamp.compound, _week(rows.monday)]
    lines = tuple(line for line in (*about, version) if line)
    right = HEIGHT - MARGIN if isinstance(rows, DutyWeek) else RIGHT
    return Frame(title(rows), lines, stamp.code, stamp.url, _page, right)


def _week(monday: str) -> str:
    first = dt.date.fromisoformat(monday)
    return f"{words.day_words(first)}–{words.day_words(first + dt.timedelta(days=6))}"


def _page(number: int, pages: int) -> str:
    return _("Page %(number)d of %(pages)d") % {"number": number, "pages": pages}


def span(starts_at: str, ends_at: str, tz: ZoneInfo) -> str:
    """`20:00–次日08:00`, of two moments as they are stored."""
    return words.span_words(dt.datetime.fromisoformat(starts_at), dt.datetime.fromisoformat(ends_at), tz)
