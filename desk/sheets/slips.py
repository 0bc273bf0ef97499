"""家门单: the slips that hang inside the doors, A5, two to an A4 sheet. Black only: room and address, no names.

The QR code holds `http…/h/<token>/`; below it the token stands in groups, for whoever types it. What it opens is said
in the compound's language, in words that need no second reading.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import Final

from django.utils import translation
from django.utils.translation import gettext as _

from compound.paper.ink import HEIGHT, MM, WIDTH, Ink
from compound.paper.text import clip, fit_size, wrap
from compound.queries.household_keys import Slip

A_SHEET: Final = 2
HALF: Final = HEIGHT / A_SHEET
MARGIN: Final = 12 * MM
LEFT: Final = MARGIN
RIGHT: Final = WIDTH - MARGIN
QR_SIDE: Final = 44 * MM
# To find the best of the eight masks takes four fifths of a code's time, and no phone cares.
QR_MASK: Final = 3
# Left of the code, with its quiet zone.
BESIDE: Final = RIGHT - QR_SIDE - 10 * MM - LEFT
ROOM: Final = 36.0
TEXT: Final = 14.0
SMALL: Final = 12.0
LEADING: Final = 1.4
GROUP: Final = 6


def draw_slips(slips: Sequence[Slip], *, compound: str, language: str, site: str) -> bytes:
    """A PDF; the same slips give the same bytes. `site`: the address that a phone in the compound can reach."""
    with translation.override(language):
        ink = Ink(_("Slips"), subject=compound, language="en" if language == "en" else "zh-Hans")
        for pair in _pairs(slips):
            for place, slip in enumerate(pair):
                _slip(ink, place * HALF, slip, compound, site)
            _cut(ink)
            ink.end_page()
    return ink.finish()


def _pairs(slips: Sequence[Slip]) -> Iterator[Sequence[Slip]]:
    """Each building begins a new sheet, so that its captain gets a pile. Read down the first pile, then the second:
    cut once through the pile, and the slips lie in walking order."""
    for _building, group in groupby(slips, key=lambda slip: slip.building):
        own = list(group)
        sheets = -(-len(own) // A_SHEET)
        for number in range(sheets):
            yield [own[place] for place in range(number, len(own), sheets)]


def _cut(ink: Ink) -> None:
    ink.line(MARGIN / 2, HALF, WIDTH - MARGIN / 2, HALF, dash="1.5 3")


def _slip(ink: Ink, top: float, slip: Slip, compound: str, site: str) -> None:
    """`top`: the upper edge of its half."""
    base = top + MARGIN + SMALL * 0.8
    ink.text(LEFT, base, clip(compound, BESIDE, SMALL), SMALL)
    size = fit_size(slip.room, BESIDE, ROOM, 24, bold=True)
    base += size * 1.2
    ink.text(LEFT, base, slip.room, size, bold=True)
    title = _("Your household's own page")
    size = fit_size(title, BESIDE, 20, TEXT, bold=True)
    base += size * 1.6
    ink.text(LEFT, base, title, size, bold=True)
    for words in (
        _("Open the camera of a phone, or 扫一扫 in WeChat, and hold it to the square."),
        _("No account, no app, no password."),
    ):
        for line in wrap(words, BESIDE, TEXT):
            base += TEXT * LEADING
            ink.text(LEFT, base, line, TEXT)
    _qr(ink, top, slip, site)
    base = max(base, top + MARGIN + QR_SIDE + 19 * MM) + 4
    ink.line(LEFT, base, RIGHT, base)
    base += 4
    for mark, words in _opens():
        base += TEXT * LEADING * 1.05
        ink.text(LEFT, base, mark, TEXT, bold=True)
        ink.text(LEFT + 8 * MM, base, clip(words, RIGHT - LEFT - 8 * MM, TEXT), TEXT)
    _foot(ink, top)


def _qr(ink: Ink, top: float, slip: Slip, site: str) -> None:
    x = RIGHT - QR_SIDE
    ink.qr(x, top + MARGIN, QR_SIDE, f"{site}/h/{slip.token}/", mask=QR_MASK)
    base = top + MARGIN + QR_SIDE + 8 * MM
    address = site.partition("://")[2]
    typed = f"{address}/h/"
    size = fit_size(typed, QR_SIDE + 10 * MM, SMALL, 8)
    ink.text(RIGHT, base, typed, size, align="right")
    groups = [slip.token[start : start + GROUP] for start in range(0, len(slip.token), GROUP)]
    half = -(-len(groups) // 2)
    # The hyphen at the end says that it goes on; none of them has to be typed.
    for words in ("-".join(groups[:half]) + "-", "-".join(groups[half:])):
        base += SMALL * 1.25
        ink.text(RIGHT, base, words, SMALL, bold=True, align="right")


def _opens() -> tuple[tuple[str, str], ...]:
    """What the page is for, each on one line."""
    return (
        ("1", _("Order in the round that is open, or the same as last time")),
        ("2", _("See what comes when, and what could not be had")),
        ("3", _("Say that it has arrived, or that something is wrong")),
        ("4", _("Ask for medicine, a top-up or help")),
        ("5", _("See your account, your pass and your outings")),
    )


def _foot(ink: Ink, top: float) -> None:
    """Kept at the bottom edge: what to do when somebody else has it."""
    words = _(
        "This slip is the key to your page. Hang it inside the door and show it to nobody. "
        "Lost, or seen by somebody else? Tell your building captain: you get a new one, and this one opens nothing "
        "any more."
    )
    lines = wrap(words, RIGHT - LEFT, SMALL)
    base = top + HALF - MARGIN - SMALL * LEADING * (len(lines) - 1)
    ink.line(LEFT, base - SMALL * 1.4, RIGHT, base - SMALL * 1.4)
    for line in lines:
        ink.text(LEFT, base, line, SMALL)
        base += SMALL * LEADING
