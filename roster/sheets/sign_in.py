"""The page with a post's QR code, to hang where people report for duty. It is a key and kept nowhere."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from django.utils import translation
from django.utils.translation import gettext as _

from compound.paper.ink import HEIGHT, MM, WIDTH, Ink
from compound.paper.page import MARGIN
from compound.paper.text import fit_size, wrap

QR_SIDE: Final = 118 * MM
ROOM: Final = WIDTH - 2 * MARGIN


@dataclass(frozen=True, slots=True)
class SignIn:
    """`url` is what the code opens; `version` tells a print that is over from the one that holds."""

    post: str
    place: str
    url: str
    version: int


def draw_sign_ins(posts: Sequence[SignIn], *, compound: str, language: str) -> bytes:
    """One A4 page for each post; the same posts give the same bytes."""
    with translation.override(language):
        ink = Ink(_("Sign in at the post"), subject=compound, language="en" if language == "en" else "zh-Hans")
        for post in posts:
            _page(ink, post, compound)
            ink.end_page()
    return ink.finish()


def _page(ink: Ink, post: SignIn, compound: str) -> None:
    middle = WIDTH / 2
    y = MARGIN + 34
    size = fit_size(post.post, ROOM, 54, 28, bold=True)
    for text in wrap(post.post, ROOM, size, True)[:2]:
        y += size * 1.1
        ink.text(middle, y, text, size, bold=True, align="center")
    y += 34
    for text in wrap(post.place, ROOM, 18)[:1]:
        ink.text(middle, y, text, 18, align="center")
    y += 22
    ink.qr((WIDTH - QR_SIDE) / 2, y, QR_SIDE, post.url, error="q")
    y += QR_SIDE + 52
    ink.text(middle, y, _("Scan when you come and when you leave"), 30, bold=True, align="center")
    y += 20
    for sentence in (
        _("Sign in and out with your own phone: open the camera, or scan in the chat."),
        _("No phone, or it does not scan? Sign on the duty sheet; the leader ticks you off."),
    ):
        for text in wrap(sentence, ROOM - 40, 17):
            y += 25
            ink.text(middle, y, text, 17, align="center")
    foot = _("%(compound)s · code number %(version)d") % {"compound": compound, "version": post.version}
    ink.text(middle, HEIGHT - MARGIN - 4, foot, 12, align="center")
