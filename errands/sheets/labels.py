"""Labels of the medicine bags: the room, whose bag it is, whether it must be kept cold. No medicine stands on it.

Plain files, not kept. One on each label of 8×6 cm, or 24 on a sheet of A4 (3 across, 8 down).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from django.utils import translation
from django.utils.translation import gettext as _

from compound.paper.fonts import width
from compound.paper.ink import HEIGHT, MM, WIDTH, Ink
from compound.paper.text import clip, fit_size
from errands.queries.pharmacies import BagLabel

ROOM_SIZE: Final = 36.0
_LEAST: Final = 18.0
ACROSS, DOWN = 3, 8
ROLL_WIDE, ROLL_HIGH = 80 * MM, 60 * MM
_PAD: Final = 3 * MM


def draw_labels(rows: Sequence[BagLabel], *, on_roll: bool, language: str) -> bytes:
    """The PDF."""
    with translation.override(language):
        title = _("Medicine bags")
        if on_roll:
            ink = Ink(title, language=language, size=(ROLL_WIDE, ROLL_HIGH))
            for row in rows:
                _label(ink, 0, 0, ROLL_WIDE, ROLL_HIGH, row)
                ink.end_page()
            return ink.finish()
        ink = Ink(title, language=language)
        wide, high, most = WIDTH / ACROSS, HEIGHT / DOWN, ACROSS * DOWN
        for start in range(0, len(rows), most):
            for place, row in enumerate(rows[start : start + most]):
                down, across = divmod(place, ACROSS)
                _label(ink, across * wide, down * high, wide, high, row)
            ink.end_page()
        return ink.finish()


def _label(ink: Ink, x: float, y: float, wide: float, high: float, row: BagLabel) -> None:
    room = wide - 2 * _PAD
    is_tall = high > 50 * MM
    small, middle = (12.0, 20.0) if is_tall else (9.0, 13.0)
    # An office printer leaves the last 4 to 5 mm of an A4 sheet white.
    foot = y + high - (_PAD if is_tall else 5 * MM) - 1
    ink.text(x + _PAD, foot, clip(_("Medicine · hand to nobody else"), room, small), small)
    line = foot - small - 4
    ink.line(x + _PAD, line, x + wide - _PAD, line)
    left = room
    if row.is_cold:
        words = _("keep cold")
        cold = width(words, middle, bold=True) + 8
        ink.rectangle(x + wide - _PAD - cold, line - middle - 9, cold, middle + 6, thick=1.2)
        ink.text(x + wide - _PAD - 4, line - 8, words, middle, bold=True, align="right")
        left -= cold + 2 * MM
    size = fit_size(row.person, left, middle, small, bold=True)
    ink.text(x + _PAD, line - 7, clip(row.person, left, size, True), size, bold=True)
    size = fit_size(row.room, room, ROOM_SIZE, _LEAST, bold=True)
    above = line - 9 - middle
    base = y + _PAD + (above - y - _PAD + size * 0.72) / 2
    ink.text(x + wide / 2, base, clip(row.room, room, size, True), size, bold=True, align="center")
