"""The roster's sheets: drawing only. What they say is decided in `roster/queries/sheet_rows.py`.

`draw` is pure: the same rows and the same stamp give the same bytes. Black on A4, nothing smaller than 12 pt.
"""

from __future__ import annotations

from typing import NamedTuple

from django.utils import translation
from django.utils.translation import gettext as _

from compound.paper.ink import Ink
from roster.queries.sheet_rows import DutyDay, DutyWeek, GroupList, SheetRows
from roster.sheets import stamp as stamps
from roster.sheets.day import draw_day
from roster.sheets.group import draw_group
from roster.sheets.stamp import Stamp
from roster.sheets.week import draw_week

__all__ = ["Drawn", "Stamp", "draw", "kind_name", "title"]


class Drawn(NamedTuple):
    """One sheet: its PDF and how many pages that has."""

    content: bytes
    pages: int


def kind_name(kind: str) -> str:
    """The users' word for a kind of sheet, in the active language."""
    return {
        DutyDay.kind: _("Duty sheet"),
        DutyWeek.kind: _("Week plan"),
        GroupList.kind: _("Group list"),
    }[kind]


def title(rows: SheetRows, language: str) -> str:
    """What a sheet is called (值班表：东门岗 8月23日(周二)), for lists and file names."""
    with translation.override(language):
        return stamps.title(rows)


def draw(rows: SheetRows, stamp: Stamp) -> Drawn:
    with translation.override(stamp.language):
        frame = stamps.frame(rows, stamp)
        language = "en" if stamp.language == "en" else "zh-Hans"
        ink = Ink(frame.title, subject=frame.lines[0], language=language, wide=isinstance(rows, DutyWeek))
        match rows:
            case DutyDay():
                draw_day(ink, frame, rows, stamp.tz)
            case DutyWeek():
                draw_week(ink, frame, rows, stamp.tz)
            case GroupList():
                draw_group(ink, frame, rows, stamp.tz)
        return Drawn(ink.finish(), ink.pages)
