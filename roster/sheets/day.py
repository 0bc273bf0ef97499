"""The duty sheet of one post and day: who comes when, to be signed by hand on arrival and on leaving."""

from __future__ import annotations

from typing import Final
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from compound.paper.flow import ROOM, Block, Column, Columns, by_hand, draw_pages, heading, space, text_lines
from compound.paper.fonts import width
from compound.paper.ink import MM, Ink
from compound.paper.page import BOTTOM, LEFT, RIGHT, TEXT, Frame
from compound.paper.text import fit_size, wrap
from roster.queries.sheet_rows import DutyDay, DutyShift
from roster.sheets.stamp import span

# Of one person: as tall as fills the page, for hands in gloves; not less, and not more.
ROW: Final = 12 * MM
TALLEST: Final = 20 * MM
HOURS, NUMBER, NAME, TIME = 122.0, 26.0, 98.0, 48.0
SIGN: Final = (ROOM - HOURS - NUMBER - NAME - 2 * TIME) / 2
# A shift of more rows than these may run over a page.
KEPT_TOGETHER: Final = 8
# For somebody who stands in, or comes to help.
SPARE: Final = 2


def _columns() -> Columns:
    return Columns(
        Column(_("Shift"), HOURS),
        Column("", NUMBER, "center", ruled=True),
        Column(_("Name"), NAME, ruled=True),
        Column(pgettext("time of arrival", "In at"), TIME, "center", ruled=True),
        Column(_("Signature"), SIGN, ruled=True),
        Column(pgettext("time of leaving", "Out at"), TIME, "center", ruled=True),
        Column(_("Signature"), SIGN, ruled=True),
    )


def draw_day(ink: Ink, frame: Frame, rows: DutyDay, tz: ZoneInfo) -> None:
    columns = _columns()
    head = columns.head()
    count = SPARE + sum(len(_seats(shift)) for shift in rows.shifts)
    used = frame.top + head.height + sum(block.height for block in _blocks(rows, tz, columns, ROW))
    row = min(TALLEST, ROW + max(0.0, BOTTOM - used - 1) / count)
    draw_pages(ink, frame, _blocks(rows, tz, columns, row), head)


def _blocks(rows: DutyDay, tz: ZoneInfo, columns: Columns, row: float) -> list[Block]:
    """Everything below the titles; each person's line is `row` points high."""
    blocks: list[Block] = []
    for shift in rows.before:
        facts = {"hours": span(shift.starts_at, shift.ends_at, tz), "names": _names(shift)}
        blocks += text_lines(_("Since the evening before: %(hours)s %(names)s (they sign on that day's sheet)") % facts)
    if blocks:
        blocks.append(Block(5, lambda ink, y: ink.line(LEFT, y + 5, RIGHT, y + 5)))
    for shift in rows.shifts:
        blocks += _shift(shift, columns, tz, row)
    spare = _("Stand-ins")
    blocks += [
        _row(columns, row, "", "", label=spare if count == 0 else "", last=count == SPARE - 1) for count in range(SPARE)
    ]
    blocks += [space(10), *text_lines(_totals(rows), size=14, bold=True)]
    blocks += text_lines(_("Stand-ins sign on the empty lines. Who has not come: tell the leader at once."))
    blocks.append(by_hand(_("Leader"), _("Remark")))
    return blocks


def _names(shift: DutyShift) -> str:
    return _(", ").join(shift.people) or _("nobody")


def _totals(rows: DutyDay) -> str:
    missing = sum(shift.missing for shift in rows.shifts)
    shifts = ngettext("%(count)d shift", "%(count)d shifts", len(rows.shifts)) % {"count": len(rows.shifts)}
    proposed = sum(shift.proposed for shift in rows.shifts)
    if not missing and proposed:
        seats = ngettext("%(count)d proposed", "%(count)d proposed", proposed) % {"count": proposed}
        return _("%(shifts)s, %(proposed)s") % {"shifts": shifts, "proposed": seats}
    if not missing:
        return _("%(shifts)s, all filled") % {"shifts": shifts}
    people = ngettext("%(count)d person is still needed", "%(count)d people are still needed", missing)
    return _("%(shifts)s, %(missing)s") % {"shifts": shifts, "missing": people % {"count": missing}}


def _seats(shift: DutyShift) -> list[tuple[str, str]]:
    """Number and name of each line. A seat that is only proposed is blank: nobody has been told of it."""
    seats: list[tuple[str, str]] = [(str(number), name) for number, name in enumerate(shift.people, start=1)]
    seats += [("", "")] * shift.proposed
    return seats + [(pgettext("an empty seat on paper", "free"), "")] * shift.missing


def _shift(shift: DutyShift, columns: Columns, tz: ZoneInfo, tall: float) -> list[Block]:
    hours = span(shift.starts_at, shift.ends_at, tz)
    seats = _seats(shift)
    notes = wrap(shift.note, ROOM - HOURS - 12, TEXT)
    long = len(seats) > KEPT_TOGETHER
    again = heading(_("%(section)s (continued)") % {"section": hours}, size=13) if long else None
    blocks = []
    for place, (number, name) in enumerate(seats):
        last = place == len(seats) - 1 and not notes
        night = shift.is_night and place == min(1, len(seats) - 1)
        row = _row(columns, tall, number, name, label=hours if place == 0 else "", is_night=night, last=last)
        row.keep, row.heading = not long and not last, again
        blocks.append(row)
    for line, text in enumerate(notes):

        def paint(ink: Ink, y: float, text: str = text, last: bool = line == len(notes) - 1) -> None:
            ink.text(LEFT + HOURS + 6, y + 14, text, TEXT)
            if last:
                ink.line(LEFT, y + 20, RIGHT, y + 20, thick=1.0)

        blocks.append(Block(20, paint, keep=line < len(notes) - 1))
    return blocks


def _row(
    columns: Columns,
    tall: float,
    number: str,
    name: str,
    *,
    label: str = "",
    is_night: bool = False,
    last: bool = False,
) -> Block:
    """One person, or a line for one. The last row of a shift ends with a thick line."""

    def paint(ink: Ink, y: float) -> None:
        _label(ink, y + tall / 2, label, is_night, apart=min(5.0, (tall - ROW) / 4))
        bold = not number.isdecimal()
        columns.write(ink, 1, y + tall / 2 + 5, number, TEXT, bold=bold)
        size = fit_size(name, NAME - 8, 17, TEXT, bold=True)
        lines = wrap(name, NAME - 8, size, True)[:2]
        for at, text in enumerate(lines):
            base = y + tall / 2 + 6 + (at - (len(lines) - 1) / 2) * size * 1.15
            columns.write(ink, 2, base, text, size, bold=True)
        for time in (3, 5):
            ink.text(columns.x(time), y + tall / 2 + 5, ":", 14, bold=True, align="center")
        _rules(ink, columns, y, tall, last=last)

    return Block(tall, paint)


def _label(ink: Ink, middle: float, hours: str, is_night: bool, *, apart: float) -> None:
    """Hours beside the first name, 夜班 beside the second; of a single one both share the row."""
    size = fit_size(hours, HOURS - 8, 17, TEXT, bold=True)
    if hours:
        ink.text(LEFT, middle - 3.5 - apart if is_night else middle + 6, hours, size, bold=True)
    if is_night:
        word = _("Night")
        wide = width(word, TEXT, bold=True) + 8
        top = middle + 0.5 + apart if hours else middle - 7
        ink.rectangle(LEFT, top, wide, 14, thick=1.0)
        ink.text(LEFT + 4, top + 11.3, word, TEXT, bold=True)


def _rules(ink: Ink, columns: Columns, y: float, tall: float, *, last: bool) -> None:
    for index in range(1, len(columns.columns)):
        ink.line(columns.left[index], y, columns.left[index], y + tall)
    ink.line(RIGHT, y, RIGHT, y + tall)
    if last:
        ink.line(LEFT, y + tall, RIGHT, y + tall, thick=1.0)
    else:
        ink.line(LEFT + HOURS, y + tall, RIGHT, y + tall)
