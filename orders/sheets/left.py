"""(d) Not served yet: what earlier rounds still owe somebody, since when and why."""

from __future__ import annotations

import datetime as dt
from typing import Final

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from compound.paper.flow import BOX, LINE, PAD, ROOM, Block, Column, Columns, draw_pages, space, strike, text_lines
from compound.paper.fonts import width
from compound.paper.ink import Ink
from compound.paper.page import LEFT, TEXT, Frame
from compound.paper.text import fit_size, wrap
from orders.queries.sheet_rows import Change, LeftLine, Marked, NotServed, merge
from orders.sheets import words
from orders.sheets.run import households
from orders.sheets.shopping import amount
from orders.sheets.stamp import Stamp

_ROOM_SIZE: Final = 16.0
_AMOUNT: Final = 14.0
_FIRST_LINES: Final = 30


def _columns(rows: NotServed) -> Columns:
    rooms = max((width(line.room, _ROOM_SIZE, bold=True) for line in rows.lines), default=0)
    amounts = max((width(amount(line.quantity, line.unit), _AMOUNT, bold=True) for line in rows.lines), default=0)
    room_wide = min(max(rooms + 2 * PAD, 80), 130)
    amount_wide = min(max(amounts + 2 * PAD, 58), 90)
    since_wide, why_wide = 112.0, 88.0
    return Columns(
        Column("", BOX + 6),
        Column(_("Room"), room_wide),
        Column(_("Amount"), amount_wide, "right"),
        Column(_("Goods"), ROOM - BOX - 6 - room_wide - amount_wide - since_wide - why_wide),
        Column(_("Since, round"), since_wide),
        Column(_("Why"), why_wide),
    )


def _row(marked: Marked[LeftLine], columns: Columns) -> list[Block]:
    line = marked.row
    gone = marked.change is Change.GONE
    mark = words.mark(marked.change, served=True)
    room = line.room or _("no room")
    room_size = fit_size(room, columns.room(1), _ROOM_SIZE, TEXT, bold=True)
    rooms = wrap(room, columns.room(1), room_size, bold=True)
    quantity = amount(line.quantity, line.unit)
    amount_size = fit_size(quantity, columns.room(2), _AMOUNT, TEXT, bold=True)
    goods = list(wrap(line.goods, columns.room(3), TEXT))
    if marked.before is not None:
        goods += wrap(words.was(amount(marked.before.quantity, marked.before.unit)), columns.room(3), TEXT)
    if mark:
        goods = [*wrap(mark, columns.room(3), TEXT, bold=True), *goods]
    since = words.short_day(dt.date.fromisoformat(line.since))
    cells = {
        3: goods,
        4: [since, *wrap(line.round, columns.room(4), TEXT)],
        5: list(wrap(words.why(line.why), columns.room(5), TEXT)),
    }
    depth = max(len(rooms), *(len(cell) for cell in cells.values()))
    first = min(depth, _FIRST_LINES)
    height = max(BOX + 7, first * LINE + 8)

    def paint(ink: Ink, y: float) -> None:
        if not gone:
            ink.box(LEFT, y + 3.5)
        for number, text in enumerate(rooms):
            wide = ink.text(columns.x(1), y + 18 + number * (room_size + 3), text, room_size, bold=True)
            if gone:
                strike(ink, columns.x(1), y + 18 + number * (room_size + 3), wide, room_size)
        columns.write(ink, 2, y + 17, quantity, amount_size, bold=True)
        for index, cell in cells.items():
            for number, text in enumerate(cell[:first]):
                marking = index == 3 and number == 0 and bool(mark)
                columns.write(ink, index, y + 17 + number * LINE, text, TEXT, bold=marking)
        if depth == first:
            columns.rules(ink, y, height)

    blocks = [Block(height, paint)]
    for number in range(first, depth):

        def more(ink: Ink, y: float, number: int = number) -> None:
            for index, cell in cells.items():
                if number < len(cell):
                    columns.write(ink, index, y + 13, cell[number], TEXT)
            if number == depth - 1:
                columns.rules(ink, y, LINE + 4)

        blocks.append(Block(LINE + (4 if number == depth - 1 else 0), more))
    return blocks


def draw_left(ink: Ink, frame: Frame, rows: NotServed, stamp: Stamp) -> None:
    previous = stamp.previous.lines if isinstance(stamp.previous, NotServed) else None
    columns = _columns(rows)
    blocks = [
        block for marked in merge(previous, rows.lines, key=lambda line: line.key) for block in _row(marked, columns)
    ]
    if not rows.lines:
        blocks += [space(8), *text_lines(_("Nothing is left over from earlier rounds."), size=16, bold=True)]
        draw_pages(ink, frame, blocks, columns.head() if previous else None)
        return
    things = ngettext("%(count)d thing", "%(count)d things", len(rows.lines)) % {"count": len(rows.lines)}
    text = _("Total: %(things)s, %(households)s") % {"things": things, "households": households(rows.households)}
    last = [space(8), *text_lines(text, size=16, bold=True)]
    last[0].keep = True
    draw_pages(ink, frame, [*blocks, *last], columns.head())
