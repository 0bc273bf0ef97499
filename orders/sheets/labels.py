"""Labels to stick on bags: the room so large that it is read from the end of a corridor. Black only, no names.

Plain files, not kept: a label says no more than the bag that it sticks on, and is printed again when it is torn. Either
one on each label of 8×6 cm, or 24 on a sheet of A4 (3 across, 8 down, the usual 70 × 37 mm without margins).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from django.utils import translation
from django.utils.translation import gettext as _

from compound.paper.fonts import width
from compound.paper.ink import HEIGHT, MM, WIDTH, Ink
from compound.paper.text import clip, fit_size
from orders.queries.labels import Label

ROOM_SIZE: Final = 36.0
# A long name of a building shrinks to this before it is cut.
_LEAST: Final = 18.0
ACROSS, DOWN = 3, 8
ROLL_WIDE, ROLL_HIGH = 80 * MM, 60 * MM
_PAD: Final = 3 * MM


def draw_labels(rows: Sequence[Label], *, title: str, on_roll: bool, first: int, language: str) -> bytes:
    """The PDF. `first`: the place on the first A4 sheet, from 1, where labels begin: a begun sheet is used up."""
    with translation.override(language):
        if on_roll:
            ink = Ink(_("Labels"), subject=title, language=language, size=(ROLL_WIDE, ROLL_HIGH))
            for row in rows:
                _label(ink, 0, 0, ROLL_WIDE, ROLL_HIGH, row, title)
                ink.end_page()
            return ink.finish()
        ink = Ink(_("Labels"), subject=title, language=language)
        wide, high, most = WIDTH / ACROSS, HEIGHT / DOWN, ACROSS * DOWN
        place = min(max(first, 1), most) - 1
        for row in rows:
            if place == most:
                ink.end_page()
                place = 0
            down, across = divmod(place, ACROSS)
            _label(ink, across * wide, down * high, wide, high, row, title)
            place += 1
        ink.end_page()
        return ink.finish()


def _label(ink: Ink, x: float, y: float, wide: float, high: float, row: Label, title: str) -> None:
    room = wide - 2 * _PAD
    is_tall = high > 50 * MM
    small, middle = (12.0, 20.0) if is_tall else (9.0, 13.0)
    # From below: the round; above it which bag, and the station; the room takes what is left, in its middle.
    # An office printer leaves the last 4 to 5 mm of an A4 sheet white.
    foot = y + high - (_PAD if is_tall else 5 * MM) - 1
    ink.text(x + _PAD, foot, clip(title, room, small), small)
    line = foot - small - 4
    ink.line(x + _PAD, line, x + wide - _PAD, line)
    words = _("bag %(number)d of %(bags)d") % {"number": row.number, "bags": row.bags}
    ink.text(x + _PAD, line - 5, words, middle, bold=True)
    if row.station:
        left = room - width(words, middle, bold=True) - 3 * MM
        size = fit_size(row.station, left, middle, small)
        ink.text(x + wide - _PAD, line - 5, clip(row.station, left, size), size, align="right")
    size = fit_size(row.room, room, ROOM_SIZE, _LEAST, bold=True)
    above = line - 5 - middle
    # Capitals and digits stand some 0.72 of the size high: that is what is centred.
    base = y + _PAD + (above - y - _PAD + size * 0.72) / 2
    ink.text(x + wide / 2, base, clip(row.room, room, size, True), size, bold=True, align="center")
