"""(f) The result of a sharing out: for the desk, to show to whoever asks. Rooms only, with reason and seed."""

from __future__ import annotations

from typing import Final

from django.utils.translation import gettext as _

from compound.paper.flow import LINE, PAD, ROOM, Block, Column, Columns, draw_pages, heading, space, text_lines
from compound.paper.fonts import width
from compound.paper.ink import Ink
from compound.paper.page import TEXT, Frame
from compound.paper.text import fit_size, wrap
from orders import sharing_words
from orders.queries.sheet_rows import Change, Marked, SharedLine, SharingResult, merge
from orders.sheets import words
from orders.sheets.run import households
from orders.sheets.shopping import amount
from orders.sheets.stamp import Stamp

_ROOM_SIZE: Final = 16.0
_AMOUNT: Final = 14.0


def _columns(rows: SharingResult) -> Columns:
    rooms = max((width(line.room, _ROOM_SIZE, bold=True) for line in rows.lines), default=0)
    amounts = max((width(amount(line.quantity, rows.unit), _AMOUNT, bold=True) for line in rows.lines), default=0)
    room_wide = min(max(rooms + 2 * PAD, 80), 140)
    amount_wide = min(max(amounts + 2 * PAD, 50), 90)
    return Columns(
        Column(_("Room"), room_wide),
        Column(_("Gets"), amount_wide, "right"),
        Column(_("Wanted"), 52, "right"),
        Column(_("Tier"), 40, "center"),
        Column(_("Why"), ROOM - room_wide - amount_wide - 92),
    )


def _row(marked: Marked[SharedLine], rows: SharingResult, columns: Columns) -> Block:
    line = marked.row
    why = list(wrap(sharing_words.reason(line.code, line.params), columns.room(4), TEXT))
    if marked.before is not None:
        why.insert(0, words.was(amount(marked.before.quantity, rows.unit)))
    if mark := words.mark(marked.change):
        why.insert(0, mark)
    room_size = fit_size(line.room, columns.room(0), _ROOM_SIZE, TEXT, bold=True)
    quantity = amount(line.quantity, rows.unit)
    size = fit_size(quantity, columns.room(1), _AMOUNT, TEXT, bold=True)
    height = max(22.0, len(why) * LINE + 6)
    gone = marked.change is Change.GONE

    def paint(ink: Ink, y: float) -> None:
        columns.write(ink, 0, y + 16, line.room, room_size, bold=not gone)
        if not gone:
            columns.write(ink, 1, y + 16, quantity, size, bold=True)
            columns.write(ink, 2, y + 16, line.wants, TEXT)
            columns.write(ink, 3, y + 16, str(line.tier + 1) if rows.rule["tiers"] else "", TEXT)
        for number, text in enumerate(why):
            columns.write(ink, 4, y + 15 + number * LINE, text, TEXT)
        columns.rules(ink, y, height)

    return Block(height, paint)


def _head(rows: SharingResult) -> list[Block]:
    arrived, wanted = amount(rows.arrived, rows.unit), amount(rows.wanted, rows.unit)
    facts = {"arrived": arrived, "wanted": wanted, "households": households(len(rows.lines)), "got": rows.got}
    blocks = text_lines(
        _("%(arrived)s arrived, %(households)s want %(wanted)s; %(got)d get some.") % facts, size=14, bold=True
    )
    if rows.instead:
        blocks += text_lines(_("Instead of %(goods)s, for whoever takes it.") % {"goods": rows.goods})
    blocks.append(heading(_("Rule: %(name)s") % {"name": rows.rule["name"]}, size=13))
    for text in sharing_words.rule_lines(rows.rule, rows.unit):
        blocks += text_lines(text)
    if rows.reason:
        text = _("Another rule than the one chosen before, because: %(reason)s") % {"reason": rows.reason}
        blocks += text_lines(text, bold=True)
    seed = _("Seed of the lots: %(seed)s. It was fixed with the round; the lot of a room is SHA-256 of seed:room.")
    blocks += text_lines(seed % {"seed": rows.seed})
    check = _("Run again it must give this checksum: %(sha256)s") % {"sha256": rows.sha256[:16]}
    blocks += text_lines(check)
    blocks += text_lines(_("For the desk, not for the wall: it says which room belongs to which tier."), bold=True)
    blocks.append(space(6))
    return blocks


def draw_sharing(ink: Ink, frame: Frame, rows: SharingResult, stamp: Stamp) -> None:
    previous = stamp.previous.lines if isinstance(stamp.previous, SharingResult) else None
    columns = _columns(rows)
    blocks = _head(rows)
    # The titles of the columns come after the words on the first page, and begin every further one.
    title = columns.head()
    blocks.append(title)
    for marked in merge(previous, rows.lines, key=lambda line: line.key):
        block = _row(marked, rows, columns)
        block.heading = title
        blocks.append(block)
    blocks += [space(8), *text_lines(_("Left over: %(left)s") % {"left": amount(rows.left, rows.unit)}, bold=True)]
    draw_pages(ink, frame, blocks)
