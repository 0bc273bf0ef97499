"""(c) The delivery run: one building, door by door, for a runner with a bag in the other hand."""

from __future__ import annotations

from typing import Final

from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from compound.paper.flow import (
    BOX,
    LINE,
    PAD,
    ROOM,
    Block,
    Column,
    Columns,
    by_hand,
    draw_pages,
    heading,
    space,
    strike,
    text_lines,
    token_lines,
)
from compound.paper.fonts import width
from compound.paper.ink import Ink
from compound.paper.page import LEFT, TEXT, Frame
from compound.paper.text import fit_size, wrap
from orders.queries.sheet_rows import Change, DeliveryRun, Marked, RunStop, merge
from orders.sheets import words
from orders.sheets.stamp import Stamp

_ROOM_SIZE: Final = 20.0
# What the page of the short code takes, and 缺货, which is told with what was missing.
_TICK: Final = 38.4
# A remark is never cut: what is longer than these lines goes on under the row, over the page if need be.
_FIRST_LINES: Final = 30


def households(count: int) -> str:
    return ngettext("%(count)d household", "%(count)d households", count) % {"count": count}


def bags(count: int) -> str:
    return ngettext("%(count)d bag", "%(count)d bags", count) % {"count": count}


def _columns(stops: list[Marked[RunStop]]) -> Columns:
    widest = max((width(stop.row.room, _ROOM_SIZE, bold=True) for stop in stops), default=0)
    # ▲新 and 取消 stand behind the room.
    marks = 48 if any(stop.change is not Change.SAME for stop in stops) else 0
    room_wide = min(max(widest + 2 * PAD, 90), 170) + marks
    ticks = [
        Column(word, _TICK, "center", ruled=True)
        for word in (
            pgettext("tick at a door", "short"),
            pgettext("tick at a door", "refused"),
            pgettext("tick at a door", "not in"),
            pgettext("tick at a door", "damaged"),
            pgettext("tick at a door", "at door"),
        )
    ]
    bag_wide = 40.0
    return Columns(
        Column("", BOX + 6),
        Column(_("Room"), room_wide),
        Column(_("Bags"), bag_wide, "center"),
        *ticks,
        Column(_("Remark"), ROOM - BOX - 6 - room_wide - bag_wide - len(ticks) * _TICK),
    )


def _row(marked: Marked[RunStop], columns: Columns, title: Block | None) -> list[Block]:
    stop = marked.row
    gone = marked.change is Change.GONE
    mark = words.mark(marked.change)
    remark = [] if gone else list(wrap(stop.remark, columns.room(7), TEXT))
    if marked.before is not None and marked.before.bags != stop.bags:
        remark.insert(0, words.was(bags(marked.before.bags)))
    first, rest = remark[:_FIRST_LINES], remark[_FIRST_LINES:]
    height = max(BOX + 8, len(first) * LINE + 8)
    mark_wide = width(mark, TEXT, bold=True) + PAD if mark else 0.0
    size = fit_size(stop.room, columns.room(1) - mark_wide, _ROOM_SIZE, TEXT, bold=True)

    def paint(ink: Ink, y: float) -> None:
        base = y + 19
        if not gone:
            ink.box(LEFT, y + 4)
            columns.write(ink, 2, base, str(stop.bags), 16, bold=True)
        wide = ink.text(columns.x(1), base, stop.room, size, bold=True)
        if mark:
            ink.text(columns.x(1) + wide + PAD, base, mark, TEXT, bold=True)
        if gone:
            strike(ink, columns.x(1), base, wide, size)
        for number, text in enumerate(first):
            columns.write(ink, 7, y + 16 + number * LINE, text, TEXT)
        columns.rules(ink, y, height)

    blocks = [Block(height, paint, heading=title)]
    for text in rest:

        def more(ink: Ink, y: float, text: str = text) -> None:
            columns.write(ink, 7, y + 13, text, TEXT)
            columns.rules(ink, y, LINE + 2)

        blocks.append(Block(LINE + 2, more, heading=title))
    return blocks


def _rooms(title: str, rooms: tuple[str, ...]) -> list[Block]:
    """A list of rooms under its count; on the next page it begins again with its title."""
    head = heading(title, size=13)
    blocks = [head]
    for line in token_lines(rooms, ROOM, 13, gap=14):

        def paint(ink: Ink, y: float, line: list[tuple[float, str]] = line) -> None:
            for x, room in line:
                ink.text(LEFT + x, y + 16, room, 13)

        blocks.append(Block(19, paint, heading=head))
    return blocks


def _totals(rows: DeliveryRun) -> list[Block]:
    text = _("Total: %(households)s, %(bags)s") % {
        "households": households(len(rows.stops)),
        "bags": bags(rows.bags),
    }
    blocks = [
        space(8),
        *text_lines(text, size=16, bold=True),
        by_hand(_("Delivered by"), _("Set out at"), _("Back at")),
    ]
    for block in blocks[:-1]:
        block.keep = True
    if rows.without_order:
        count = households(len(rows.without_order))
        blocks += _rooms(_("%(households)s without an order") % {"households": count}, rows.without_order)
    else:
        blocks += [space(8), *text_lines(_("Every household that lives here has ordered."))]
    if rows.empty:
        count = ngettext("%(count)d flat", "%(count)d flats", len(rows.empty)) % {"count": len(rows.empty)}
        blocks += _rooms(_("%(flats)s registered as empty") % {"flats": count}, rows.empty)
    return blocks


def draw_run(ink: Ink, frame: Frame, rows: DeliveryRun, stamp: Stamp) -> None:
    previous = stamp.previous.stops if isinstance(stamp.previous, DeliveryRun) else None
    stops = merge(previous, rows.stops, key=lambda stop: stop.key, group=lambda stop: stop.unit)
    columns = _columns(stops)
    way = words.walk(rows.walk)
    blocks: list[Block] = []
    unit: str | None = None
    title: Block | None = None
    for marked in stops:
        if marked.row.unit != unit:
            unit = marked.row.unit
            name = f"{words.unit(unit)} · {way}" if unit else way
            title = heading(_("%(section)s (continued)") % {"section": name}, size=13)
            blocks.append(heading(name, size=13))
        blocks += _row(marked, columns, title)
    if not blocks:
        blocks += text_lines(_("Nothing is delivered here in this round."), size=14)
    draw_pages(ink, frame, [*blocks, *_totals(rows)], columns.head())
