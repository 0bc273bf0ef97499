"""(b) Bag slips: cut apart along the dashed lines, one on each household's bag.

Two columns of slips that read down the left one first. A slip is never parted: one that is longer than a column
takes the whole width, its goods in two columns, and only what is longer than a whole sheet goes on, marked (1/2).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final, NamedTuple

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from compound.paper.flow import BOX, LINE, Block, heading, paginate, space, strike, text_lines, token_lines
from compound.paper.fonts import width
from compound.paper.ink import MM, Ink
from compound.paper.page import BOTTOM, LEFT, RIGHT, TEXT, Frame
from compound.paper.text import clip, fit_size, wrap
from orders.queries.sheet_rows import BagLine, BagSlip, BagSlips, Change, Marked, bag_changes, merge
from orders.sheets import words
from orders.sheets.run import bags, households
from orders.sheets.shopping import amount
from orders.sheets.stamp import Stamp

_GUTTER: Final = 8 * MM
COLUMN: Final = (RIGHT - LEFT - _GUTTER) / 2
_CUT: Final = 14.0  # height of a cut line with the white around it
_ROOM_SIZE: Final = 24.0
_GOODS: Final = 13.0
_GOODS_LINE: Final = 16.0
_AMOUNT: Final = 15.0

# (ink, x, y) with the top left corner of the part.
_Paint = Callable[[Ink, float, float], None]


@dataclass(slots=True)
class _Part:
    height: float
    paint: _Paint


@dataclass(slots=True)
class _Slip:
    """One slip, or one sheet of a household that needs several. `wide` goes over both columns."""

    slip: BagSlip
    mark: str
    footer: str
    goods: list[_Part] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)
    wide: bool = False
    number: int = 1
    of: int = 1

    @property
    def across(self) -> float:
        return RIGHT - LEFT if self.wide else COLUMN

    def part_mark(self) -> str:
        return f"({self.number}/{self.of})" if self.of > 1 else ""

    def head_lines(self) -> tuple[tuple[str, ...], float]:
        """The room, in two lines when it is very long, and its size (20 pt at least)."""
        marks = (part for part in (self.part_mark(), self.mark) if part)
        room = self.across - sum(width(mark, 16, bold=True) + 8 for mark in marks)
        size = fit_size(self.slip.room, room, _ROOM_SIZE, 20, bold=True)
        return wrap(self.slip.room, room, size, bold=True), size

    def columns(self) -> tuple[list[_Part], list[_Part]]:
        """The goods in one column, or in two of nearly the same height."""
        if not self.wide:
            return self.goods, []
        half = sum(part.height for part in self.goods) / 2
        taken, height = 0, 0.0
        while taken < len(self.goods) and height < half:
            height += self.goods[taken].height
            taken += 1
        return self.goods[:taken], self.goods[taken:]

    @property
    def head(self) -> float:
        rooms, size = self.head_lines()
        return len(rooms) * (size + 3) + 5

    @property
    def height(self) -> float:
        body = max(sum(part.height for part in column) for column in self.columns())
        return self.head + body + len(self.remarks) * LINE + LINE

    def paint(self, ink: Ink, x: float, y: float) -> None:
        rooms, size = self.head_lines()
        wide = 0.0
        for room in rooms:
            y += size
            wide = ink.text(x, y, room, size, bold=True)
            y += 3
        for mark, mark_size in ((self.part_mark(), 16.0), (self.mark, TEXT)):
            if mark:
                wide += 6 + ink.text(x + wide + 6, y - 3, mark, mark_size, bold=True)
        if self.slip.name and (name := clip(self.slip.name, self.across - wide - 10, TEXT)):
            ink.text(x + self.across, y - 3, name, TEXT, align="right")
        ink.line(x, y + 3, x + self.across, y + 3, thick=1)
        y += 5
        lowest = y
        for index, column in enumerate(self.columns()):
            below = y
            for part in column:
                part.paint(ink, x + index * (COLUMN + _GUTTER), below)
                below += part.height
            lowest = max(lowest, below)
        for remark in self.remarks:
            ink.text(x, lowest + 13, remark, TEXT, bold=True)
            lowest += LINE
        ink.text(x, lowest + TEXT, self.footer, TEXT)


def _goods(marked: Marked[BagLine], amount_wide: float) -> _Part:
    line = marked.row
    gone = marked.change is Change.GONE
    mark = words.mark(marked.change)
    quantity = amount(line.quantity, line.unit)
    size = fit_size(quantity, amount_wide, _AMOUNT, TEXT, bold=True)
    left = BOX + 6 + amount_wide + 7
    mark_wide = width(mark, TEXT, bold=True) + 4 if mark else 0.0
    goods = wrap(words.in_bag(line.goods, line.instead_of), COLUMN - left - mark_wide, _GOODS)
    before = marked.before
    was = [] if before is None else list(wrap(words.was(amount(before.quantity, before.unit)), COLUMN - left, TEXT))
    if line.ordered:
        was = [*wrap(words.wanted(amount(line.ordered, line.unit)), COLUMN - left, TEXT), *was]
    height = max(BOX + 2, (len(goods) + len(was)) * _GOODS_LINE + 3)

    def paint(ink: Ink, x: float, y: float) -> None:
        base = y + 14
        # Of a good that it does not get there is nothing to put into the bag.
        if not gone and line.quantity != "0":
            ink.box(x + 0.5, y + 0.5)
        wide = ink.text(x + BOX + 6 + amount_wide, base, quantity, size, bold=True, align="right")
        if gone:
            strike(ink, x + BOX + 6 + amount_wide - wide, base, wide, size)
        if mark:
            ink.text(x + left, base, mark, TEXT, bold=True)
        for number, text in enumerate(goods):
            wide = ink.text(x + left + mark_wide, base + number * _GOODS_LINE, text, _GOODS)
            if gone:
                strike(ink, x + left + mark_wide, base + number * _GOODS_LINE, wide, _GOODS)
        for number, text in enumerate(was, start=len(goods)):
            ink.text(x + left, base + number * _GOODS_LINE, text, TEXT)
        # The line begins beside the box, or the boxes would run together into a ladder.
        ink.line(x + BOX + 6, y + height - 0.5, x + COLUMN, y + height - 0.5, thick=0.25)

    return _Part(height, paint)


def _slips(marked: Marked[BagSlip], footer: str, room: float) -> list[_Slip]:
    """The slip of one household: narrow if that fits into a column `room` high, else wide, else several wide ones."""
    slip = marked.row
    lines = bag_changes(marked.before, slip) if marked.before else [Marked(line) for line in slip.lines]
    widest = max((width(amount(line.row.quantity, line.row.unit), _AMOUNT, bold=True) for line in lines), default=0)
    goods = [_goods(line, min(max(widest, 36), 96)) for line in lines]
    remark = _("Remark: %(remark)s") % {"remark": slip.remark} if slip.remark else ""
    if not lines:
        remark = " ".join(part for part in (_("No goods are written down."), remark) if part)
    inside = ngettext("%(count)d kind", "%(count)d kinds", len(slip.lines)) % {"count": len(slip.lines)}
    if slip.bags > 1:
        inside = f"{inside} · {bags(slip.bags)}"
    mark = words.mark(marked.change)

    def made(across: float) -> _Slip:
        remarks = list(wrap(remark, across, TEXT, bold=True))
        return _Slip(slip, mark, clip(f"{inside} · {footer}", across, TEXT), goods, remarks, across > COLUMN)

    for across in (COLUMN, RIGHT - LEFT):
        whole = made(across)
        if whole.height <= room:
            return [whole]
    return _parted(whole, room)


def _parted(whole: _Slip, room: float) -> list[_Slip]:
    """A household with more goods than a sheet holds, sheet by sheet; the remark comes after the goods."""

    def begun(number: int) -> _Slip:
        # Two digits are enough for the width of the mark.
        return _Slip(whole.slip, whole.mark, whole.footer, wide=True, number=number, of=99)

    parts = [begun(1)]

    def full() -> bool:
        if parts[-1].height <= room:
            return False
        parts.append(begun(len(parts) + 1))
        return True

    for part in whole.goods:
        parts[-1].goods.append(part)
        if full():
            parts[-1].goods.append(parts[-2].goods.pop())
    for remark in whole.remarks:
        parts[-1].remarks.append(remark)
        if full():
            parts[-1].remarks.append(parts[-2].remarks.pop())
    for slip in parts:
        slip.of = len(parts)
    return parts


class _Placed(NamedTuple):
    column: int
    y: float
    slip: _Slip


def _place(slips: list[_Slip], top: float) -> list[list[_Placed]]:
    """Pages of slips: down the left column, then down the right one; what does not fit goes on whole."""
    pages: list[list[_Placed]] = [[]]
    begin = top  # where the columns of this page begin: below a wide slip
    column, y = 0, top
    for slip in slips:
        if slip.wide:
            if (column, y) != (0, begin) or y + slip.height > BOTTOM:
                pages.append([])
                y = top
            pages[-1].append(_Placed(0, y, slip))
            column, begin = 0, y + slip.height + _CUT
            y = begin
            continue
        if y + slip.height > BOTTOM:
            # Under a tall wide slip even an empty column may be too short.
            if column == 0 and begin + slip.height <= BOTTOM:
                column, y = 1, begin
            else:
                pages.append([])
                column, begin, y = 0, top, top
        pages[-1].append(_Placed(column, y, slip))
        y += slip.height + _CUT
    return pages


def _cut_lines(ink: Ink, page: list[_Placed]) -> None:
    middle = LEFT + COLUMN + _GUTTER / 2
    narrow = [placed for placed in page if not placed.slip.wide]
    if any(placed.column == 1 for placed in narrow):
        lowest = max(placed.y + placed.slip.height for placed in narrow)
        ink.line(middle, narrow[0].y - 2, middle, min(lowest + _CUT, BOTTOM), dash="4 3")
    for column, y, slip in page:
        cut = y + slip.height + _CUT / 2
        if cut + _CUT / 2 > BOTTOM:
            continue  # the edge of the sheet is near enough
        left = middle + 4 if column else LEFT - 6
        right = RIGHT + 6 if column or slip.wide else middle - 4
        ink.text(left, cut + 4, "✂", TEXT)
        ink.line(left + 14, cut, right, cut, dash="4 3")


def _control(rows: BagSlips, gone: list[str]) -> list[Block]:
    """The first page: how many bags each building gets, with a box each; who has cancelled; who ordered nothing."""
    by_building: dict[str, list[BagSlip]] = {}
    for slip in rows.slips:
        by_building.setdefault(slip.room.split("-")[0], []).append(slip)
    count = _("Total: %(households)s, %(bags)s") % {
        "households": households(len(rows.slips)),
        "bags": bags(sum(slip.bags for slip in rows.slips)),
    }
    blocks = [heading(count, size=16)]
    if gone:
        blocks += _room_list(_("Cancelled since the last version: take these bags out"), gone)
    names = list(by_building)
    each = (RIGHT - LEFT) / 3
    for start in range(0, len(names), 3):

        def paint(ink: Ink, y: float, row: list[str] = names[start : start + 3]) -> None:
            for index, name in enumerate(row):
                x = LEFT + index * each
                ink.box(x, y + 4)
                number = bags(sum(slip.bags for slip in by_building[name]))
                right = x + each - 12
                room = right - width(number, 14, bold=True) - 6 - x - BOX - 6
                word = words.building(name)
                ink.text(x + BOX + 6, y + 18, word, fit_size(word, room, 14, TEXT))
                ink.text(right, y + 18, number, 14, bold=True, align="right")

        blocks.append(Block(BOX + 9, paint))
    if rows.silent_buildings:
        title = _("Buildings without any order, and so without a delivery run")
        named = [f"{words.building(name)} {households(count)}" for name, count in rows.silent_buildings]
        blocks += _room_list(title, named)
    if rows.without_order:
        text = _("In these buildings %(households)s have not ordered: see the end of each delivery run.")
        blocks += [space(8), *text_lines(text % {"households": households(rows.without_order)})]
    return blocks


def _room_list(title: str, rooms: list[str]) -> list[Block]:
    head = heading(title, size=14)
    blocks = [head]
    for line in token_lines(rooms, RIGHT - LEFT, 14):

        def paint(ink: Ink, y: float, line: list[tuple[float, str]] = line) -> None:
            for x, room in line:
                ink.text(LEFT + x, y + 17, room, 14)

        blocks.append(Block(20, paint, heading=head))
    return [*blocks, space(6)]


def draw_bags(ink: Ink, frame: Frame, rows: BagSlips, stamp: Stamp) -> None:
    previous = stamp.previous if isinstance(stamp.previous, BagSlips) else None
    marked = merge(previous.slips if previous else None, rows.slips, key=lambda slip: slip.key)
    footer = _("version %(version)d · %(round)s") % {"round": stamp.round, "version": stamp.version}
    # A cancelled household gets no slip, or it would get a bag: it is named on the first page.
    top = frame.top + 4
    slips = [slip for row in marked if row.change is not Change.GONE for slip in _slips(row, footer, BOTTOM - top)]
    gone = [row.row.room for row in marked if row.change is Change.GONE]
    placed = _place(slips, top) if slips else []
    control = paginate(_control(rows, gone), frame.top, None)
    pages = len(control) + len(placed)
    for number, blocks in enumerate(control, start=1):
        frame.draw(ink, number, pages)
        for y, block in blocks:
            block.paint(ink, y)
        ink.end_page()
    for number, page in enumerate(placed, start=len(control) + 1):
        frame.draw(ink, number, pages)
        for column, y, slip in page:
            slip.paint(ink, LEFT + column * (COLUMN + _GUTTER), y)
        _cut_lines(ink, page)
        ink.end_page()
