"""The list for one pharmacy: bag by bag, what stands on each box, and who signs for a card that goes along.

Not kept and without a short code: who holds the paper reads who takes which medicine, so the QR opens the page, which
asks for a login. Taken back and shredded with the receipts (docs/errands.md).
"""

from __future__ import annotations

import datetime as dt
from typing import Final

from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from compound.paper.flow import BOX, LINE, PAD, ROOM, Block, by_hand, draw_pages, space, text_lines
from compound.paper.fonts import width
from compound.paper.ink import Ink
from compound.paper.page import LEFT, RIGHT, TEXT, Frame
from compound.paper.text import clip, fit_size, wrap
from errands.queries.pharmacies import ListLine, PersonBag, PharmacyList
from orders.sheets import words

_ROOM_SIZE: Final = 20.0
_QUANTITY: Final = 16.0
_QUANTITY_WIDE: Final = 64.0
_INDENT: Final = BOX + 8


def draw_list(rows: PharmacyList, *, compound: str, made_at: dt.datetime, url: str, language: str) -> bytes:
    """The PDF. `made_at` is local time; `url` is what the QR opens."""
    with translation.override(language):
        title = _("Medicine list: %(pharmacy)s") % {"pharmacy": rows.point}
        bags = ngettext("%(count)d person, %(count)d bag", "%(count)d people, one bag each", len(rows.bags))
        lines = [f"{compound} · {words.day_and_time(made_at)}", bags % {"count": len(rows.bags)}]
        if rows.address:
            lines.insert(1, rows.address)
        ink = Ink(title, subject=rows.point, language=language)
        blocks: list[Block] = [*text_lines(_("Only what stands here: nothing else instead, or leave it.")), space(4)]
        for bag in rows.bags:
            blocks += _bag(bag)
        blocks += [space(10), by_hand(_("Fetched by"), _("Time"), _("Paid, yuan"))]
        draw_pages(ink, Frame(title, tuple(lines), "", url, words.page), blocks)
        return ink.finish()


def _bag(bag: PersonBag) -> list[Block]:
    """Room and person, the medicines with a box to tick, the two signatures of a card that goes along.

    Cut nowhere but between lines.
    """
    title = _title(bag, continued=False)
    again = _title(bag, continued=True)
    blocks = [title]
    body = [_line(line) for line in bag.lines]
    if bag.note:
        body += [space(4), *text_lines(bag.note, indent=_INDENT)]
    if bag.cards:
        body.append(_signatures(bag))
    for block in body:
        block.heading = again
    return [*blocks, *body, space(6)]


def _title(bag: PersonBag, *, continued: bool) -> Block:
    facts = [_("urgent")] if bag.is_urgent and not continued else []
    if bag.runner:
        facts.append(_("fetched by %(name)s") % {"name": bag.runner})
    if bag.bears:
        facts.append(_("refused: %(who)s pays") % {"who": bag.bears})
    below = wrap(" · ".join(facts), ROOM, TEXT)[:2] if facts and not continued else ()
    height = 32 + len(below) * LINE

    def paint(ink: Ink, y: float) -> None:
        ink.line(LEFT, y + 2, RIGHT, y + 2, thick=1.2)
        size = fit_size(bag.room, ROOM / 2, _ROOM_SIZE, TEXT, bold=True)
        wide = ink.text(LEFT, y + 24, bag.room, size, bold=True)
        name = _("%(name)s (continued)") % {"name": bag.person} if continued else bag.person
        ink.text(LEFT + wide + 12, y + 24, clip(name, ROOM - wide - 12, 16, True), 16, bold=True)
        for number, text in enumerate(below, start=1):
            ink.text(LEFT, y + 24 + number * LINE, text, TEXT)

    return Block(height, paint, keep=True)


def _line(line: ListLine) -> Block:
    room = ROOM - _INDENT - _QUANTITY_WIDE
    name = wrap(line.name, room, 14, True)
    marks = [line.specification, line.maker]
    marks += [_("KEEP COLD")] if line.is_cold else []
    marks += [_("on prescription")] if line.needs_prescription else []
    second = wrap(" · ".join(mark for mark in marks if mark), room, TEXT) if any(marks) else ()
    height = max(BOX + 8, 20 * len(name) + LINE * len(second) + 6)

    def paint(ink: Ink, y: float) -> None:
        ink.box(LEFT, y + 4)
        ink.text(RIGHT - PAD, y + 18, line.quantity, _QUANTITY, bold=True, align="right")
        base = y + 18
        for text in name:
            ink.text(LEFT + _INDENT, base, text, 14, bold=True)
            base += 20
        for text in second:
            ink.text(LEFT + _INDENT, base - 3, text, TEXT)
            base += LINE
        ink.line(LEFT + _INDENT, y + height, RIGHT, y + height)

    return Block(height, paint, keep=True)


def _signatures(bag: PersonBag) -> Block:
    """Two boxes to tick with a line to sign on: the card goes out, the card comes back."""
    card = "、".join(bag.cards)
    out, back = _("card given, signed"), _("card back, signed")
    half = ROOM / 2
    top = LINE + 2
    height = top + BOX + 16

    def paint(ink: Ink, y: float) -> None:
        goes = _("Goes along: %(cards)s") % {"cards": card}
        ink.text(LEFT, y + LINE, clip(goes, ROOM, TEXT, True), TEXT, bold=True)
        for index, label in enumerate((out, back)):
            x = LEFT + index * half
            ink.box(x, y + top + 8)
            begin = x + BOX + 6
            ink.text(begin, y + top + 8 + 14, label, TEXT)
            after = begin + width(label, TEXT) + PAD
            ink.line(after, y + top + 8 + 16, x + half - 10, y + top + 8 + 16)

    return Block(height, paint)
