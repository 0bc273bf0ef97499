"""Passes to be cut out: eight to an A4 sheet, or one. Black only; no telephone number, no full name of a household.

A card is 95 × 69 mm. The sheets of one building stand together, so that its captain gets a pile of them. The
QR code is version 2, level Q: 22 characters of the alphanumeric mode in 25 × 25 modules, 26 mm wide.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import Final

from django.utils import translation
from django.utils.translation import gettext as _

from compound.models import Rulebook
from compound.paper.ink import HEIGHT, MM, WIDTH, Ink
from compound.paper.text import clip, fit_size, wrap
from gate.models import Pass
from gate.queries.cards import Card

Kind = Pass.Kind
COLUMNS, ROWS = 2, 4
A_SHEET: Final = COLUMNS * ROWS
MARGIN: Final = 10 * MM
CARD_WIDE: Final = (WIDTH - 2 * MARGIN) / COLUMNS
CARD_HIGH: Final = (HEIGHT - 2 * MARGIN) / ROWS
QR_SIDE: Final = 26 * MM
# Measured on noisy frames: no worse than the mask that the standard's penalties choose (docs/decisions/0008).
QR_MASK: Final = 7
QUIET: Final = 4 / 25 * QR_SIDE  # four modules
PAD: Final = 4.5 * MM
TEXT: Final = 12.0
LEADING: Final = 1.28
# Left of the code, and the whole card.
BESIDE: Final = CARD_WIDE - PAD - QUIET - QR_SIDE - QUIET
ACROSS: Final = CARD_WIDE - 2 * PAD
BIGGEST, SMALLEST = 32.0, 20.0
BODY: Final = QUIET + QR_SIDE + QUIET


def draw_cards(cards: Sequence[Card], *, compound: str, language: str) -> bytes:
    """A PDF; the same cards give the same bytes. `cards` in the order in which they are to be printed."""
    with translation.override(language):
        ink = Ink(_("Passes"), subject=compound, language="en" if language == "en" else "zh-Hans")
        for building, number, sheets, some in _sheets(cards):
            if len(cards) > 1:
                _label(ink, compound, building, number, sheets)
            for place, card in enumerate(some):
                row, column = divmod(place, COLUMNS)
                _card(ink, MARGIN + column * CARD_WIDE, MARGIN + row * CARD_HIGH, card, compound)
            _cut_marks(ink, len(some))
            ink.end_page()
    return ink.finish()


def _sheets(cards: Sequence[Card]) -> Iterator[tuple[str, int, int, Sequence[Card]]]:
    """(building, sheet of the building from 1, its sheets, cards): a new sheet for each building."""
    for building, group in groupby(cards, key=lambda card: card.building):
        own = list(group)
        sheets = -(-len(own) // A_SHEET)
        for number in range(sheets):
            yield building, number + 1, sheets, own[number * A_SHEET : (number + 1) * A_SHEET]


def _label(ink: Ink, compound: str, building: str, number: int, sheets: int) -> None:
    """In the offcut: which pile the sheet belongs to."""
    name = _("building %(name)s") % {"name": building} if building.isascii() and building else building
    page = _("Page %(number)d of %(pages)d") % {"number": number, "pages": sheets}
    words = " · ".join(word for word in (compound, name or _("without a household"), page) if word)
    ink.text(MARGIN + 5 * MM, MARGIN - 3.2 * MM, clip(words, WIDTH - 2 * MARGIN - 10 * MM, 10), 10)


def _cut_marks(ink: Ink, cards: int) -> None:
    """Dashes along the cuts, and ticks in the margin for a ruler."""
    rows = -(-cards // COLUMNS)
    columns = min(cards, COLUMNS)
    bottom = MARGIN + rows * CARD_HIGH
    right = MARGIN + columns * CARD_WIDE
    for column in range(columns + 1):
        x = MARGIN + column * CARD_WIDE
        ink.line(x, MARGIN, x, bottom, dash="1.5 3")
        ink.line(x, MARGIN - 6 * MM, x, MARGIN - 1 * MM)
        ink.line(x, bottom + 1 * MM, x, bottom + 6 * MM)
    for row in range(rows + 1):
        y = MARGIN + row * CARD_HIGH
        ink.line(MARGIN, y, right, y, dash="1.5 3")
        ink.line(MARGIN - 6 * MM, y, MARGIN - 1 * MM, y)
        ink.line(right + 1 * MM, y, right + 6 * MM, y)


def _card(ink: Ink, x: float, y: float, card: Card, compound: str) -> None:
    """(x, y) is the top left corner of the card."""
    left, base = x + PAD, y + QUIET
    ink.qr(x + CARD_WIDE - QUIET - QR_SIDE, base, QR_SIDE, card.token, error="q", mask=QR_MASK)
    base += TEXT * 0.8
    ink.text(left, base, clip(compound, BESIDE, TEXT), TEXT)
    for text, largest, smallest in (
        (card.plate or card.room or card.name, BIGGEST, SMALLEST),
        (kind_words(card.kind), 16.0, TEXT),
        (name_words(card), 14.0, 10.0),
    ):
        size = fit_size(text, BESIDE, largest, smallest, bold=True)
        for line in wrap(text, BESIDE, size, bold=True)[:2]:
            base += size * 1.2
            ink.text(left, base, line, size, bold=True)
    # The last line is kept for what to do when the card is lost.
    last = y + CARD_HIGH - PAD
    foot = last - TEXT - 2
    ink.line(left, foot, left + ACROSS, foot)
    ink.text(left, last, clip(_("Lost? See your building captain"), ACROSS, TEXT), TEXT)
    top = max(y + QUIET + QR_SIDE + QUIET, base + 5)
    size, lines = _fitted(body_lines(card), foot - 3 - top)
    for line in lines:
        top += size * LEADING
        ink.text(left, top - size * 0.2, line, size)


def _fitted(texts: Sequence[str], room: float) -> tuple[float, list[str]]:
    """The lines at the largest size at which all of them fit; 12 pt but for the longest employers."""
    for size in (TEXT, 11.0, 10.0, 9.0, 8.0):
        lines = [line for text in texts for line in wrap(text, ACROSS, size)]
        if len(lines) * size * LEADING <= room:
            break
    return size, lines


def kind_words(kind: str) -> str:
    return str(Kind(kind).label)


def name_words(card: Card) -> str:
    """Whom the guard compares with the identity card; of a household only the surname."""
    if card.kind == Kind.HOUSEHOLD:
        return _("Family %(surname)s") % {"surname": card.name} if card.name else ""
    if card.kind == Kind.VEHICLE:
        return " ".join(word for word in (card.room, card.name) if word)
    # Where there is no room the name stands in its place.
    return card.name if card.room else ""


def body_lines(card: Card) -> list[str]:
    """The employer, how long the card is good, and the rule in one sentence."""
    lines = [card.employer, validity_words(card), schedule_words(card), rule_words(card)]
    return [line for line in lines if line]


def schedule_words(card: Card) -> str:
    if card.single:
        return _("Good for one outing")
    if card.kind != Kind.MEDICAL or card.every_days is None:
        return ""
    if card.every_days == 1:
        return _("One outing every day")
    return _("One outing every %(days)d days") % {"days": card.every_days}


def rule_words(card: Card) -> str:
    """The rule in one sentence, with the day since when: `每户每两天一人（8月20日起）`."""
    rule = card.rule
    if rule is None:
        return ""
    if card.kind == Kind.VEHICLE:
        sentence = {
            Rulebook.Vehicles.NONE: _("No vehicle passes the gate"),
            Rulebook.Vehicles.OUT: _("Vehicles may leave, not come in"),
            Rulebook.Vehicles.BOTH: _("Vehicles may leave and come in"),
        }[Rulebook.Vehicles(rule.vehicles)]
    elif card.kind == Kind.VISITOR:
        sentence = _("With the household's consent")
    elif rule.is_exempt:
        sentence = _("Not counted for the household")
    else:
        sentence = quota_words(rule.persons, rule.per_days)
    return _("%(rule)s (since %(day)s)") % {"rule": sentence, "day": _day(rule.since)}


def quota_words(persons: int, per_days: int) -> str:
    """`每户每两天一人`"""
    if persons == 0:
        return _("Nobody goes out for now")
    if persons == 1 and per_days == 1:
        return _("One person per household every day")
    if persons == 1 and per_days == 2:
        return _("One person per household every two days")
    facts = {"persons": persons, "days": per_days}
    if persons == 1:
        return _("One person per household every %(days)d days") % facts
    if per_days == 1:
        return _("%(persons)d persons per household every day") % facts
    return _("%(persons)d persons per household every %(days)d days") % facts


def validity_words(card: Card) -> str:
    """`有效期 8月23日 8:00 至 8月30日`, or how long the household has had it."""
    if card.valid_until is None and card.valid_from is None:
        return _("Good until further notice, issued %(day)s") % {"day": _day(card.issued_on)}
    if card.valid_until is None:
        return _("Good from %(from)s") % {"from": _moment(card.valid_from)}
    if card.valid_from is None:
        return _("Good until %(until)s") % {"until": _end(card.valid_until)}
    return _("Good from %(from)s to %(until)s") % {
        "from": _moment(card.valid_from),
        "until": _end(card.valid_until),
    }


def _day(day: dt.date) -> str:
    return _("%(day)d/%(month)d") % {"month": day.month, "day": day.day}


def _moment(moment: dt.datetime | None) -> str:
    if moment is None:
        return ""
    return _day(moment.date()) if moment.time() == dt.time(0) else f"{_day(moment.date())} {moment:%H:%M}"


def _end(moment: dt.datetime) -> str:
    """Midnight ends the day before, which is what people call the last day."""
    if moment.time() == dt.time(0):
        return _("the end of %(day)s") % {"day": _day(moment.date() - dt.timedelta(days=1))}
    return _moment(moment)
