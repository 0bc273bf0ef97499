"""(e) The tick-off sheet of relief parcels: one building, door by door, a box for each that has got its parcels."""

from __future__ import annotations

from typing import Final

from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from compound.paper.flow import (
    BOX,
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
from compound.paper.text import fit_size
from orders.queries.sheet_rows import Change, Marked, ReliefStop, ReliefTicks, Walk, merge
from orders.sheets import words
from orders.sheets.run import households
from orders.sheets.stamp import Stamp

_ROOM_SIZE: Final = 20.0
_TICK: Final = 64.0
_DUE: Final = 56.0


def parcels(count: int) -> str:
    return ngettext("%(count)d parcel", "%(count)d parcels", count) % {"count": count}


def _columns(stops: list[Marked[ReliefStop]]) -> Columns:
    widest = max((width(stop.row.room, _ROOM_SIZE, bold=True) for stop in stops), default=0)
    marks = 48 if any(stop.change is not Change.SAME for stop in stops) else 0
    room_wide = min(max(widest + 2 * PAD, 100), 180) + marks
    return Columns(
        Column("", BOX + 6),
        Column(_("Room"), room_wide),
        Column(pgettext("heading of a column", "Parcels"), _DUE, "center"),
        Column(pgettext("tick at a door", "not in"), _TICK, "center", ruled=True),
        Column(pgettext("tick at a door", "refused"), _TICK, "center", ruled=True),
        Column(_("Remark"), ROOM - BOX - 6 - room_wide - _DUE - 2 * _TICK),
    )


def _row(marked: Marked[ReliefStop], columns: Columns, title: Block | None) -> Block:
    stop = marked.row
    gone = marked.change is Change.GONE
    mark = words.mark(marked.change, served=True)
    remark = _("nobody home last time") if stop.tried and not gone else ""
    mark_wide = width(mark, TEXT, bold=True) + PAD if mark else 0.0
    size = fit_size(stop.room, columns.room(1) - mark_wide, _ROOM_SIZE, TEXT, bold=True)
    height = BOX + 8

    def paint(ink: Ink, y: float) -> None:
        base = y + 19
        if not gone:
            ink.box(LEFT, y + 4)
            columns.write(ink, 2, base, str(stop.due), 16, bold=True)
        wide = ink.text(columns.x(1), base, stop.room, size, bold=True)
        if mark:
            ink.text(columns.x(1) + wide + PAD, base, mark, TEXT, bold=True)
        if gone:
            strike(ink, columns.x(1), base, wide, size)
        columns.write(ink, 5, y + 16, remark, TEXT)
        columns.rules(ink, y, height)

    return Block(height, paint, heading=title)


def _rooms(title: str, rooms: tuple[str, ...]) -> list[Block]:
    head = heading(title, size=13)
    blocks = [head]
    for line in token_lines(rooms, ROOM, 13, gap=14):

        def paint(ink: Ink, y: float, line: list[tuple[float, str]] = line) -> None:
            for x, room in line:
                ink.text(LEFT + x, y + 16, room, 13)

        blocks.append(Block(19, paint, heading=head))
    return blocks


def _totals(rows: ReliefTicks) -> list[Block]:
    text = _("On this sheet: %(households)s, %(parcels)s") % {
        "households": households(len(rows.stops)),
        "parcels": parcels(rows.parcels),
    }
    rest = []
    if rows.served:
        rest.append(_("served already: %(households)s") % {"households": households(rows.served)})
    if rows.refused:
        rest.append(_("did not want it: %(households)s") % {"households": households(rows.refused)})
    blocks = [space(8), *text_lines(text, size=16, bold=True)]
    blocks += text_lines(pgettext("between two counts", ", ").join(rest)) if rest else []
    blocks.append(by_hand(_("Handed out by"), _("Handed out"), _("Brought back")))
    for block in blocks[:-1]:
        block.keep = True
    if rows.not_listed:
        title = _("%(households)s not in this round") % {"households": households(len(rows.not_listed))}
        blocks += _rooms(title, rows.not_listed)
    else:
        blocks += [space(8), *text_lines(_("Every household that lives here is in this round."))]
    if rows.empty:
        count = ngettext("%(count)d flat", "%(count)d flats", len(rows.empty)) % {"count": len(rows.empty)}
        blocks += _rooms(_("%(flats)s registered as empty") % {"flats": count}, rows.empty)
    return blocks


def draw_relief(ink: Ink, frame: Frame, rows: ReliefTicks, stamp: Stamp) -> None:
    previous = stamp.previous.stops if isinstance(stamp.previous, ReliefTicks) else None
    stops = merge(previous, rows.stops, key=lambda stop: stop.key, group=lambda stop: stop.unit)
    columns = _columns(stops)
    way = words.walk(Walk(rows.walk))
    blocks: list[Block] = []
    if rows.content:
        blocks += text_lines(_("In the parcel: %(content)s") % {"content": rows.content}, size=13)
    unit: str | None = None
    title: Block | None = None
    for marked in stops:
        if marked.row.unit != unit:
            unit = marked.row.unit
            name = f"{words.unit(unit)} · {way}" if unit else way
            title = heading(_("%(section)s (continued)") % {"section": name}, size=13)
            blocks.append(heading(name, size=13))
        blocks.append(_row(marked, columns, title))
    if not rows.stops:
        blocks += text_lines(_("Every door on the list has been served."), size=14)
    draw_pages(ink, frame, [*blocks, *_totals(rows)], columns.head())
