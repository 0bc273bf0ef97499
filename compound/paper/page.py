"""The A4 frame of every sheet: what it is, of which compound, version and time, page x of y, QR with its code."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from compound.paper.ink import HEIGHT, MM, WIDTH, Ink
from compound.paper.text import clip, fit_size, wrap

MARGIN: Final = 12 * MM
LEFT: Final = MARGIN
RIGHT: Final = WIDTH - MARGIN
BOTTOM: Final = HEIGHT - MARGIN
TEXT: Final = 12.0
QR_SIDE: Final = 21 * MM
LEADING: Final = 1.3


def code_in_groups(code: str) -> str:
    """A short code as people read it out: `ABCDE FGHJK`."""
    half = len(code) // 2
    return f"{code[:half]} {code[half:]}" if len(code) >= 8 else code


@dataclass(frozen=True, slots=True)
class Frame:
    """Header of one sheet, the same on each of its pages.

    `title` says which list it is (20 to 24 pt bold), `lines` what it belongs to (compound, round, version and time),
    `page_label` writes "page 2 of 3". `url` is what the QR opens and `code` what is read out when it will not scan.
    `right` is where the sheet's margin begins: further right on one that lies on its long side.
    """

    title: str
    lines: tuple[str, ...]
    code: str
    url: str
    page_label: Callable[[int, int], str]
    right: float = RIGHT

    @property
    def text_room(self) -> float:
        return self.right - LEFT - QR_SIDE - 14 * MM

    @property
    def typed_at(self) -> str:
        """`shouwang.example/s`, '' for a sheet whose QR opens no short code."""
        address, _slash, code = self.url.partition("://")[2].rpartition("/")
        return address if code == self.code and address.endswith("/s") else ""

    def _title(self) -> tuple[tuple[str, ...], float]:
        size = fit_size(self.title, self.text_room, 24, 18, bold=True)
        return wrap(self.title, self.text_room, size, bold=True)[:2], size

    def _lines(self) -> tuple[str, ...]:
        return tuple(line for text in self.lines for line in wrap(text, self.text_room, TEXT)[:2])

    @property
    def top(self) -> float:
        """Where the body begins, in points from the top of the sheet."""
        titles, size = self._title()
        words = len(titles) * size * LEADING + (len(self._lines()) + 1) * TEXT * LEADING
        return MARGIN + max(words, QR_SIDE + TEXT * LEADING + 4) + 6

    def draw(self, ink: Ink, page: int, pages: int) -> None:
        titles, size = self._title()
        y = MARGIN + size * 0.9
        for title in titles:
            ink.text(LEFT, y, title, size, bold=True)
            y += size * LEADING
        y += TEXT * LEADING - size * LEADING + 3
        for line in self._lines():
            ink.text(LEFT, y, line, TEXT)
            y += TEXT * LEADING
        wide = ink.text(LEFT, y, self.page_label(page, pages), TEXT, bold=True)
        # Where the code beside it is typed by whoever has no camera.
        ink.text(LEFT + wide + 2 * TEXT, y, clip(self.typed_at, self.text_room - wide - 2 * TEXT, TEXT), TEXT)
        ink.qr(self.right - QR_SIDE, MARGIN, QR_SIDE, self.url)
        code = clip(code_in_groups(self.code), QR_SIDE + 14 * MM, TEXT, True)
        ink.text(self.right, MARGIN + QR_SIDE + TEXT + 4, code, TEXT, bold=True, align="right")
        ink.line(LEFT, self.top - 4, self.right, self.top - 4, thick=1.2)
