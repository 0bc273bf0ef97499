"""Bill strips: cut apart along the dashed lines, one into each bag. What it holds, what each good costs, and the sum.

Two columns that read down the left one first. A strip is not parted unless it is longer than a sheet; then it goes on,
marked (1/2), and the sum stands on the last part.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from compound.paper.fonts import width
from compound.paper.ink import MM, Ink
from compound.paper.page import BOTTOM, LEFT, RIGHT, TEXT, Frame
from compound.paper.text import clip, fit_size, wrap
from money.queries.strips import Strip, StripLine
from orders.sheets import words

_GUTTER: Final = 8 * MM
COLUMN: Final = (RIGHT - LEFT - _GUTTER) / 2
_CUT: Final = 16.0  # a cut line with the white around it
_LINE: Final = 16.0
_HEAD: Final = 32.0
_SUM: Final = 24.0
_AMOUNT_WIDE: Final = 62.0


@dataclass(frozen=True, slots=True)
class Stamp:
    """All that the sheet says besides its rows, as orders.sheets.Stamp."""

    compound: str
    round: str
    version: int
    made_at: dt.datetime
    tz: dt.tzinfo
    code: str
    url: str
    language: str = "zh-hans"


@dataclass(frozen=True, slots=True)
class _Part:
    """One household's strip, or one of several pieces of it."""

    strip: Strip
    lines: tuple[StripLine, ...]
    number: int
    of: int

    @property
    def is_last(self) -> bool:
        return self.number == self.of

    @property
    def height(self) -> float:
        below = _sum_height(self.strip) + _footer_height(self.strip) if self.is_last else 0
        return _HEAD + sum(map(_line_height, self.lines)) + below


def title(language: str) -> str:
    with translation.override(language):
        return _("Bill strips")


def draw_strips(strips: Sequence[Strip], stamp: Stamp) -> tuple[bytes, int]:
    """The PDF and how many pages it has. Pure: the same rows and stamp give the same bytes."""
    with translation.override(stamp.language):
        at = stamp.made_at.astimezone(stamp.tz)
        version = _("Version %(version)d · %(time)s") % {
            "version": stamp.version,
            "time": words.day_and_time(at),
        }
        lines = (f"{stamp.compound} · {stamp.round}", version)
        frame = Frame(_("Bill strips"), lines, stamp.code, stamp.url, words.page)
        ink = Ink(f"{frame.title} · {stamp.round}", subject=version, language=stamp.language)
        top = frame.top + 6
        pages = _place([part for strip in strips for part in _parts(strip, BOTTOM - top)], top)
        for number, page in enumerate(pages, start=1):
            frame.draw(ink, number, len(pages))
            for column, y, part in page:
                _paint(ink, LEFT + column * (COLUMN + _GUTTER), y, part, stamp)
            _cut_lines(ink, page, top)
            ink.end_page()
        return ink.finish(), ink.pages


def _parts(strip: Strip, room: float) -> list[_Part]:
    whole = _Part(strip, strip.lines, 1, 1)
    if whole.height <= room:
        return [whole]
    pieces: list[list[StripLine]] = [[]]
    left = full = room - _HEAD - _sum_height(strip) - _footer_height(strip)
    for line in strip.lines:
        if left < _line_height(line):
            pieces.append([])
            left = full
        pieces[-1].append(line)
        left -= _line_height(line)
    return [_Part(strip, tuple(lines), n, len(pieces)) for n, lines in enumerate(pieces, start=1)]


def _place(parts: Sequence[_Part], top: float) -> list[list[tuple[int, float, _Part]]]:
    pages: list[list[tuple[int, float, _Part]]] = [[]]
    column, y = 0, top
    for part in parts:
        if y + part.height > BOTTOM:
            column, y = column + 1, top
            if column > 1:
                pages.append([])
                column = 0
        pages[-1].append((column, y, part))
        y += part.height + _CUT
    return pages


def _goods(line: StripLine) -> tuple[str, ...]:
    return wrap(line.goods, COLUMN - _AMOUNT_WIDE - 6, TEXT + 1)


def _each(line: StripLine) -> str:
    if not line.quantity:
        return _("came short, not shared out yet")
    return f"{line.quantity} × {line.price}" if line.price else line.quantity


def _is_short(line: StripLine) -> bool:
    """Whether good, quantity and price stand on one line."""
    goods = _goods(line)
    room = COLUMN - _AMOUNT_WIDE - 6
    return len(goods) == 1 and width(goods[0], TEXT + 1) + 10 + width(_each(line), TEXT) <= room


def _line_height(line: StripLine) -> float:
    return (1 if _is_short(line) else len(_goods(line)) + 1) * _LINE + 2


def _footer_words(strip: Strip) -> list[str]:
    said = []
    if strip.is_open:
        said.append(_("Where no price stands, the till has not said one yet: it is charged later."))
    if strip.is_undecided:
        said.append(_("What came short is charged once it is shared out."))
    said.append(_("What is missing or refused at the door is not charged."))
    return [*said, *strip.pay]


def _sum_height(strip: Strip) -> float:
    return _SUM if strip.total else 0


def _footer_height(strip: Strip) -> float:
    return sum(len(wrap(text, COLUMN, TEXT)) for text in _footer_words(strip)) * (TEXT + 2) + (TEXT + 2)


def _paint(ink: Ink, x: float, y: float, part: _Part, stamp: Stamp) -> None:
    strip, right = part.strip, x + COLUMN
    mark = f"({part.number}/{part.of})" if part.of > 1 else ""
    said = _("bill")
    room = COLUMN - width(said, TEXT) - (width(mark, TEXT, bold=True) + 8 if mark else 0) - 10
    size = fit_size(strip.room, room, 22, 14, bold=True)
    wide = ink.text(x, y + 21, clip(strip.room, room, size, True), size, bold=True)
    if mark:
        ink.text(x + wide + 8, y + 21, mark, TEXT, bold=True)
    ink.text(right, y + 21, said, TEXT, align="right")
    ink.line(x, y + 27, right, y + 27, thick=1)
    y += _HEAD
    for line in part.lines:
        below = y + TEXT
        for text in _goods(line):
            ink.text(x, below, text, TEXT + 1)
            below += _LINE
        ink.text(right, y + TEXT, line.amount or pgettext("on a bill", "later"), TEXT + 1, bold=True, align="right")
        if _is_short(line):
            ink.text(right - _AMOUNT_WIDE, y + TEXT, _each(line), TEXT, align="right")
        else:
            ink.text(x, below, _each(line), TEXT)
        y += _line_height(line)
        ink.line(x, y - 3, right, y - 3, thick=0.25)
    if not part.is_last:
        return
    if strip.total:
        ink.text(x, y + 15, _("Sum"), 14, bold=True)
        ink.text(right, y + 15, _("%(sum)s yuan") % {"sum": strip.total}, 15, bold=True, align="right")
    y += _sum_height(strip)
    for text in _footer_words(strip):
        for row in wrap(text, COLUMN, TEXT):
            y += TEXT + 2
            ink.text(x, y - 2, row, TEXT)
    ink.text(x, y + TEXT, clip(stamp.round, COLUMN, TEXT), TEXT)


def _cut_lines(ink: Ink, page: Sequence[tuple[int, float, _Part]], top: float) -> None:
    middle = LEFT + COLUMN + _GUTTER / 2
    lowest = max((y + part.height + _CUT / 2 for _column, y, part in page), default=top)
    ink.line(middle, top, middle, min(lowest, BOTTOM), dash="4 3")
    for column, y, part in page:
        cut = y + part.height + _CUT / 2
        if cut + _CUT / 2 > BOTTOM:
            continue  # the edge of the sheet is near enough
        left = middle + 4 if column else LEFT - 6
        right = RIGHT + 6 if column else middle - 4
        ink.text(left, cut + 4, "✂", TEXT)
        ink.line(left + 14, cut, right, cut, dash="4 3")
