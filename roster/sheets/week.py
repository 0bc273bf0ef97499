"""The week plan for the wall: a band for each post, a line for each shift of the day, a column for each day."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from compound.days import WEEKDAYS
from compound.paper.flow import Block, draw_pages, paginate, text_lines
from compound.paper.fonts import width
from compound.paper.ink import HEIGHT, WIDTH, Ink
from compound.paper.page import LEFT, MARGIN, TEXT, Frame
from compound.paper.text import fit_size, wrap
from roster.queries.sheet_rows import WEEK, DutyShift, DutyWeek, WeekPost
from roster.sheets.stamp import span

BOTTOM: Final = WIDTH - MARGIN
RIGHT: Final = HEIGHT - MARGIN
LABEL: Final = 104.0
DAY: Final = (RIGHT - LEFT - LABEL) / WEEK
NAME: Final = 14.0
LEADING: Final = 17.0
# Where that saves a last page with next to nothing on it.
TIGHT: Final = 15.5
NEARLY_EMPTY: Final = 0.3
EARLIER: Final = 12.0
PAD: Final = 4.0
# A post of more lines than these may run over a page.
KEPT_TOGETHER: Final = 4


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a post: its hours, when they are the same on all days, else '' and each cell says its own."""

    hours: str
    is_night: bool
    cells: tuple[tuple[DutyShift, ...], ...]


def lines_of(post: WeekPost, tz: ZoneInfo) -> list[Line]:
    """Shifts at the same hours make one line. Where they walk through the day (turns of five hours) the first ones
    of each day do, the second ones, and so on."""
    by_hours: dict[tuple[str, str], dict[int, list[DutyShift]]] = {}
    for day, shifts in enumerate(post.days):
        for shift in shifts:
            # The wall clock of the start puts the lines in order; the words tell two lengths apart.
            hours = (shift.starts_at[11:16], span(shift.starts_at, shift.ends_at, tz))
            by_hours.setdefault(hours, {}).setdefault(day, []).append(shift)
    most = max((len(shifts) for shifts in post.days), default=0)
    if len(by_hours) <= most + 1:
        return [
            Line(hours, _is_night(of_day), tuple(tuple(of_day.get(day, ())) for day in range(WEEK)))
            for (_start, hours), of_day in sorted(by_hours.items())
        ]
    return [
        Line("", False, tuple(shifts[place : place + 1] for shifts in post.days)) for place in range(most)
    ]  # fmt: skip


def _is_night(of_day: dict[int, list[DutyShift]]) -> bool:
    return all(shift.is_night for shifts in of_day.values() for shift in shifts)


def draw_week(ink: Ink, frame: Frame, rows: DutyWeek, tz: ZoneInfo) -> None:
    head = _days(dt.date.fromisoformat(rows.monday))
    blocks, bottom = _fitted([_blocks(rows, tz, leading) for leading in (LEADING, TIGHT)], frame.top, head)
    draw_pages(ink, frame, blocks, head, bottom)


def _blocks(rows: DutyWeek, tz: ZoneInfo, leading: float) -> list[Block]:
    blocks = [block for post in rows.posts for block in _post(post, tz, leading)]
    return blocks or text_lines(_("No shifts in this week."), size=14)


def _fitted(ways: Sequence[list[Block]], top: float, head: Block) -> tuple[list[Block], float]:
    """The first way, or a tighter one that needs a page less where the last page would be nearly empty; if none does,
    pages that end earlier, so that the last one gets its share."""
    pages = paginate(ways[0], top, head, BOTTOM)
    last, block = pages[-1][-1]
    if len(pages) == 1 or last + block.height - top > NEARLY_EMPTY * (BOTTOM - top):
        return ways[0], BOTTOM
    for blocks in ways[1:]:
        if len(paginate(blocks, top, head, BOTTOM)) < len(pages):
            return blocks, BOTTOM
    bottom, half = BOTTOM, (top + BOTTOM) / 2
    while bottom - EARLIER > half and len(paginate(ways[0], top, head, bottom - EARLIER)) == len(pages):
        bottom -= EARLIER
    return ways[0], bottom


def _days(monday: dt.date) -> Block:
    """`周一 8/22`, on every page."""

    def paint(ink: Ink, y: float) -> None:
        for count in range(WEEK):
            day = monday + dt.timedelta(days=count)
            x = LEFT + LABEL + (count + 0.5) * DAY
            ink.text(x, y + 15, f"{WEEKDAYS[count]} {day.month}/{day.day}", 15, bold=True, align="center")
        ink.line(LEFT, y + 21, RIGHT, y + 21, thick=1.2)

    return Block(21, paint, keep=True)


def _post(post: WeekPost, tz: ZoneInfo, leading: float) -> list[Block]:
    band, again = _band(post.post, post.group), _band(_("%(section)s (continued)") % {"section": post.post}, "")
    again.keep = False
    lines = lines_of(post, tz)
    rows = [_line(line, tz, again, leading, last=place == len(lines) - 1) for place, line in enumerate(lines)]
    for row in rows[:-1]:
        row.keep = len(rows) <= KEPT_TOGETHER
    return [band, *rows]


def _band(name: str, group: str) -> Block:
    def paint(ink: Ink, y: float) -> None:
        used = ink.text(LEFT, y + 18, name, 16, bold=True)
        if group:
            ink.text(LEFT + used + 10, y + 18, group, TEXT)
        ink.line(LEFT, y + 23, RIGHT, y + 23)

    return Block(23, paint, keep=True)


# Text, bold, framed.
Word = tuple[str, bool, bool]


def _words(shifts: Sequence[DutyShift], tz: ZoneInfo, *, hours: bool) -> list[Word]:
    """What stands in a cell, line by line."""
    found: list[Word] = []
    night = pgettext("a night shift, in one letter", "N")
    for shift in shifts:
        if hours:
            words = span(shift.starts_at, shift.ends_at, tz)
            if shift.is_night:
                words = f"{words} {night}"
            found += [(text, True, False) for text in wrap(words, DAY - 2 * PAD, TEXT, True)]
        found += [(line, False, False) for line in _name_lines(shift.people)]
        if shift.proposed:
            words = ngettext("%(count)d proposed", "%(count)d proposed", shift.proposed) % {"count": shift.proposed}
            found.append((words, False, True))
        if shift.missing:
            found.append((_("%(count)d missing") % {"count": shift.missing}, True, True))
    return found


def _name_lines(names: Sequence[str]) -> list[str]:
    """Names in lines, none broken but one that is wider than the column."""
    lines: list[str] = []
    for name in names:
        longer = f"{lines[-1]} {name}" if lines else name
        if lines and width(longer, NAME) <= DAY - 2 * PAD:
            lines[-1] = longer
        else:
            lines += wrap(name, DAY - 2 * PAD, NAME)
    return lines


def _line(line: Line, tz: ZoneInfo, again: Block, leading: float, *, last: bool) -> Block:
    cells = [_words(shifts, tz, hours=not line.hours) for shifts in line.cells]
    label = wrap(line.hours, LABEL - 4, fit_size(line.hours, LABEL - 4, 15, 13, bold=True), True)
    tall = max(*(len(cell) for cell in cells), len(label) + line.is_night)
    height = tall * leading + 7

    def paint(ink: Ink, y: float) -> None:
        size = fit_size(line.hours, LABEL - 4, 15, 13, bold=True)
        for number, text in enumerate(label):
            ink.text(LEFT, y + 15 + number * leading, text, size, bold=True)
        if line.is_night:
            ink.text(LEFT, y + 15 + len(label) * leading, _("Night"), TEXT)
        for day, cell in enumerate(cells):
            x = LEFT + LABEL + day * DAY
            ink.line(x, y, x, y + height)
            for number, (text, bold, framed) in enumerate(cell):
                size = TEXT if bold or framed else fit_size(text, DAY - 2 * PAD, NAME, TEXT)
                base = y + 15 + number * leading
                wide = ink.text(x + PAD + (3 if framed else 0), base, text, size, bold=bold)
                if framed:
                    ink.rectangle(x + PAD, base - 11.5, wide + 6, 15, thick=1.0)
        ink.line(RIGHT, y, RIGHT, y + height)
        ink.line(LEFT, y + height, RIGHT, y + height, thick=1.2 if last else 0.4)

    return Block(height, paint, heading=again)
