"""(a) The shopping list: what a volunteer holds in one hand in the crowd of a supermarket."""

from __future__ import annotations

from decimal import Decimal
from typing import Final

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

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
)
from compound.paper.fonts import width
from compound.paper.ink import Ink
from compound.paper.page import LEFT, TEXT, Frame
from compound.paper.text import fit_size, wrap
from orders.models import Offer
from orders.queries.sheet_rows import Change, Marked, Packs, ShoppingLine, ShoppingList, merge, plain
from orders.sheets import words
from orders.sheets.stamp import Stamp

_AMOUNT: Final = 17.0
_GOODS: Final = 14.0
_GOODS_LINE: Final = 18.0


def amount(quantity: str, unit: str) -> str:
    """`2 斤`; a Latin unit and a Chinese one read equally well with the space."""
    return f"{quantity} {unit}".strip()


def yuan(sum: Decimal) -> str:
    """Two places, as on a till receipt."""
    return f"{sum:.2f}"


def _columns(rows: ShoppingList) -> Columns:
    widest = max((width(amount(line.quantity, line.unit), _AMOUNT, bold=True) for line in rows.lines), default=0)
    amount_wide = min(max(widest + 2 * PAD, 62), 110)
    priced = 54 if any(line.price is not None for line in rows.lines) else 0
    fixed = BOX + 6 + amount_wide + 46 + priced + 74 + 78
    return Columns(
        Column("", BOX + 6),
        Column(_("Amount"), amount_wide, "right"),
        Column(_("Goods"), ROOM - fixed),
        Column(_("Doors"), 46, "right"),
        *([Column(_("Price, yuan"), priced, "right")] if priced else []),
        Column(_("Paid, yuan"), 74, ruled=True),
        Column(_("Missing or swapped"), 78, ruled=True),
    )


def _details(line: ShoppingLine, before: ShoppingLine | None, room: float) -> list[str]:
    """What stands under the goods, at 12 pt: what it was, wishes within the total."""
    parts = []
    if before is not None and before.quantity != line.quantity:
        parts.append(words.was(amount(before.quantity, before.unit)))
    if line.packs is not None:
        parts.append(_packs(line.packs, line.unit))
    if line.is_weighed:
        parts.append(_("weighed: about so much"))
    if line.variants:
        wishes = "；".join(f"{variant.goods} {amount(variant.quantity, line.unit)}" for variant in line.variants)
        parts.append(_("of which %(wishes)s") % {"wishes": wishes})
    return [text for part in parts for text in wrap(part, room, TEXT)]


def _packs(packs: Packs, unit: str) -> str:
    """`2 箱 = 48 瓶，多 3 瓶：留在服务台`: how many packs to take, and where it goes that is over."""
    facts = {"packs": amount(str(packs.count), packs.name), "quantity": amount(packs.quantity, unit)}
    over = Decimal(packs.over)
    if over > 0:
        facts |= {"over": amount(packs.over, unit), "to": str(Offer.Surplus(packs.to).label)}
        return _("%(packs)s = %(quantity)s, %(over)s over: %(to)s") % facts
    if over < 0:
        return _("%(packs)s = %(quantity)s, %(short)s short") % {**facts, "short": amount(plain(-over), unit)}
    return _("%(packs)s = %(quantity)s") % facts


def _row(marked: Marked[ShoppingLine], columns: Columns, section: Block | None) -> Block:
    line = marked.row
    gone = marked.change is Change.GONE
    mark = words.mark(marked.change)
    mark_wide = width(mark, TEXT, bold=True) + 5 if mark else 0.0
    goods = wrap(line.goods, columns.room(2) - mark_wide, _GOODS)
    details = [] if gone else _details(line, marked.before, columns.room(2))
    height = max(BOX + 7, len(goods) * _GOODS_LINE + len(details) * LINE + 7)
    quantity = amount(line.quantity, line.unit)
    size = fit_size(quantity, columns.room(1), _AMOUNT, TEXT, bold=True)

    def paint(ink: Ink, y: float) -> None:
        base = y + _GOODS_LINE
        if not gone:
            ink.box(LEFT, y + 3.5)
        columns.write(ink, 1, base, quantity, size, bold=True)
        x = columns.x(2)
        if mark:
            ink.text(x, base, mark, TEXT, bold=True)
        for number, text in enumerate(goods):
            wide = ink.text(x + mark_wide, base + number * _GOODS_LINE, text, _GOODS)
            if gone:
                strike(ink, x + mark_wide, base + number * _GOODS_LINE, wide, _GOODS)
        if gone:
            wide = width(quantity, size, bold=True)
            strike(ink, columns.x(1) - wide, base, wide, size)
        for number, text in enumerate(details):
            ink.text(x, base + (len(goods) - 1) * _GOODS_LINE + (number + 1) * LINE, text, TEXT)
        if not gone:
            columns.write(ink, 3, base, str(line.households), TEXT)
            if line.price is not None:
                columns.write(ink, 4, base, yuan(Decimal(line.price)), TEXT)
        columns.rules(ink, y, height)

    return Block(height, paint, heading=section)


def _totals(rows: ShoppingList) -> list[Block]:
    offered = sum((Decimal(line.price) * Decimal(line.quantity) for line in rows.lines if line.price), Decimal(0))
    unpriced = sum(line.price is None for line in rows.lines)
    kinds = ngettext("%(count)d kind", "%(count)d kinds", len(rows.lines)) % {"count": len(rows.lines)}
    households = ngettext("%(count)d household", "%(count)d households", rows.households) % {"count": rows.households}
    texts = [_("Total: %(kinds)s, for %(households)s") % {"kinds": kinds, "households": households}]
    if offered:
        texts.append(_("At these prices: %(sum)s yuan") % {"sum": yuan(offered)})
        if unpriced:
            text = ngettext(
                "%(count)d kind has no price yet and is not in this sum",
                "%(count)d kinds have no price yet and are not in this sum",
                unpriced,
            )
            texts.append(text % {"count": unpriced})
    blocks: list[Block] = [space(8)]
    for index, text in enumerate(texts):
        blocks += text_lines(text, size=14 if index == 0 else TEXT, bold=index == 0)
    blocks.append(by_hand(_("Paid in all, yuan"), _("Bought by"), _("Time")))
    for block in blocks[:-1]:
        block.keep = True
    return blocks


def draw_shopping(ink: Ink, frame: Frame, rows: ShoppingList, stamp: Stamp) -> None:
    previous = stamp.previous.lines if isinstance(stamp.previous, ShoppingList) else None
    columns = _columns(rows)
    blocks: list[Block] = []
    section: str | None = None
    title: Block | None = None
    for marked in merge(previous, rows.lines, key=lambda line: line.key, group=lambda line: line.section):
        if marked.row.section != section:
            section = marked.row.section
            name = section or _("Other goods")
            title = heading(_("%(section)s (continued)") % {"section": name})
            blocks.append(heading(name))
        blocks.append(_row(marked, columns, title))
    if not blocks:
        blocks += text_lines(_("Nothing is bought here in this round."), size=14)
    blocks += _totals(rows)
    draw_pages(ink, frame, blocks, columns.head())
