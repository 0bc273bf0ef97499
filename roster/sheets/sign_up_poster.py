"""The notice for the door of each stairwell: scan and sign up. One A4 page."""

from typing import Final

from django.utils import translation
from django.utils.translation import gettext as _

from compound.paper.ink import HEIGHT, MM, WIDTH, Ink
from compound.paper.page import LEFT, RIGHT
from compound.paper.text import fit_size, wrap

SIDE: Final = 110 * MM


def draw_sign_up_poster(*, compound: str, url: str, language: str) -> bytes:
    """A PDF. The address stands below the code in letters, for whoever cannot scan."""
    with translation.override(language):
        title = _("Volunteers wanted")
        ink = Ink(title, subject=compound, language="en" if language == "en" else "zh-Hans")
        room, middle = RIGHT - LEFT, WIDTH / 2
        y = 42 * MM
        for line in wrap(title, room, 44, bold=True)[:2]:
            _centred(ink, middle, y, line, fit_size(line, room, 44, 24, bold=True), bold=True)
            y += 50
        _centred(ink, middle, y - 8, compound, fit_size(compound, room, 26, 14), bold=False)
        top = y + 16
        ink.qr(middle - SIDE / 2, top, SIDE, url)
        y = top + SIDE + 34
        lines = [
            _("Scan, say what you can do and when. The coordinator calls you back."),
            _("Gate, shopping, packing, calls to elders: an hour a week is a help."),
            _("No smartphone? Tell your building captain."),
        ]
        for text in lines:
            for line in wrap(text, room, 18)[:3]:
                _centred(ink, middle, y, line, 18, bold=False)
                y += 26
        _centred(ink, middle, HEIGHT - 18 * MM, url, fit_size(url, room, 14, 9), bold=True)
        ink.end_page()
    return ink.finish()


def _centred(ink: Ink, x: float, y: float, text: str, size: float, *, bold: bool) -> None:
    ink.text(x, y, text, size, bold=bold, align="center")
