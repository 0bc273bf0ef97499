"""The four fonts of the sheets and the one question that matters: which font has a glyph for this character?

A character is looked for in bold (if bold is asked for), regular, extra and emoji, in that order; what no font
has is written in its compatibility form (𝓐 as A), and failing that as `〓`, the printer's mark for a missing sort,
so that no sheet ever shows an empty box. The fonts are read once per process, at the first use: 0.2 s and some
50 MB (`bench/sheets.py` measures both).
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path
from threading import Lock
from typing import Any, Final, NamedTuple

from reportlab.pdfbase.ttfonts import TTFont

FOLDER: Final = Path(__file__).resolve().parent / "fonts"
MISSING: Final = "〓"
ELLIPSIS: Final = "…"
# Emoji glyphs are a quarter wider than an ideograph; at four fifths they sit in the line like one.
EMOJI_SCALE: Final = 0.8

REGULAR, BOLD, EXTRA, EMOJI = range(4)
FILES: Final = (
    "ShouwangSans-Regular.ttf",
    "ShouwangSans-Bold.ttf",
    "ShouwangSans-Extra.ttf",
    "ShouwangEmoji-Regular.ttf",
)
_LOADING: Final = Lock()
# Signs that a text font has as a mere outline or not at all and that only modify the sign before them.
_DROPPED_RANGES: Final = (
    (0x200B, 0x200F),  # zero-width characters and joiners, direction marks
    (0x202A, 0x202E),  # direction embedding
    (0x2060, 0x206F),  # word joiner, invisible operators, direction isolates
    (0xFE00, 0xFE0F),  # variation selectors
    (0x1F3FB, 0x1F3FF),  # skin tones
    (0xE0000, 0xE01EF),  # tags of flags, ideographic variation selectors
)
_DROPPED: Final = frozenset({0x00AD, 0x034F, 0x061C, 0x180E, 0x20E3, 0xFEFF})


class PaperFont(TTFont):
    """A TrueType font whose text can be searched and copied beyond the basic plane as well.

    ReportLab writes the code point of 𠮷 into the ToUnicode map as five hexadecimal digits; the map takes UTF-16.
    """

    def addObjects(self, doc: Any) -> None:  # noqa: N802 (ReportLab's name)
        state = self.state[doc]
        subsets = [list(subset) for subset in state.subsets]
        super().addObjects(doc)
        fonts = doc.idToObject["BasicFonts"].dict
        for number, subset in enumerate(subsets):
            font = fonts[f"{state.internalName}+{number}"]
            stream = doc.idToObject[font.ToUnicode.name]
            stream.content = _to_unicode_map(font.BaseFont, subset)


def _to_unicode_map(name: str, subset: list[int]) -> str:
    """PDF 32000-1, 9.10.3: one byte to UTF-16BE, in blocks of at most a hundred lines."""
    pairs = [f"<{code:02X}> <{chr(point).encode('utf-16-be').hex().upper()}>" for code, point in enumerate(subset)]
    blocks = (pairs[start : start + 100] for start in range(0, len(pairs), 100))
    body = "\n".join(f"{len(block)} beginbfchar\n" + "\n".join(block) + "\nendbfchar" for block in blocks)
    return (
        "/CIDInit /ProcSet findresource begin\n12 dict begin\nbegincmap\n"
        f"/CIDSystemInfo << /Registry (Adobe) /Ordering (UCS) /Supplement 0 >> def\n/CMapName /{name} def\n"
        f"/CMapType 2 def\n1 begincodespacerange\n<00> <FF>\nendcodespacerange\n{body}\n"
        "endcmap\nCMapName currentdict /CMap defineresource pop\nend\nend"
    )


class Glyph(NamedTuple):
    """Where a character is printed from. `advance` is in thousandths of the size, emoji already scaled."""

    font: int
    text: str
    advance: float


def fonts() -> tuple[PaperFont, ...]:
    """The fonts by number (`REGULAR`, `BOLD`, `EXTRA`, `EMOJI`), read at the first call; the same in all threads."""
    with _LOADING:
        return _read_fonts()


@lru_cache(maxsize=1)
def _read_fonts() -> tuple[PaperFont, ...]:
    return tuple(PaperFont(name.removesuffix(".ttf"), str(FOLDER / name), shapable=False) for name in FILES)


def is_dropped(code: int) -> bool:
    """Whether a character only joins or varies its neighbours and is left out of print."""
    return code in _DROPPED or any(first <= code <= last for first, last in _DROPPED_RANGES)


def _from(font: int, char: str) -> Glyph | None:
    face: Any = fonts()[font].face
    code = ord(char)
    # Glyph 0 is the empty box itself, even where a character map points at it.
    if not face.charToGlyph.get(code):
        return None
    scale = EMOJI_SCALE if font == EMOJI else 1.0
    return Glyph(font, char, face.getCharWidth(code) * scale)


def _plain(char: str, *, bold: bool) -> Glyph | None:
    order = (BOLD, REGULAR, EXTRA, EMOJI) if bold else (REGULAR, EXTRA, EMOJI)
    return next((glyph for font in order if (glyph := _from(font, char))), None)


@lru_cache(maxsize=16_384)
def glyphs(char: str, bold: bool) -> tuple[Glyph, ...]:
    """What is printed for one character: nothing, one glyph, or several (½ of a fancy alphabet, ㍿)."""
    code = ord(char)
    if is_dropped(code):
        return ()
    category = unicodedata.category(char)
    if category in {"Cc", "Zl", "Zp", "Zs"}:
        char = "　" if char == "　" else " "
    if found := _plain(char, bold=bold):
        return (found,)
    compatible = unicodedata.normalize("NFKC", char)
    if compatible != char:
        replaced = [_plain(part, bold=bold) for part in compatible]
        if all(replaced):
            return tuple(glyph for glyph in replaced if glyph)
    if category in {"Mn", "Me", "Cf"}:
        return ()  # an accent without a glyph: the letter under it still reads
    missing = _plain(MISSING, bold=bold)
    return (missing,) if missing else ()


def _runs(text: str, bold: bool) -> Iterator[tuple[int, str]]:
    font = -1
    held: list[str] = []
    for char in text:
        for glyph in glyphs(char, bold):
            if glyph.font != font:
                if held:
                    yield font, "".join(held)
                font, held = glyph.font, []
            held.append(glyph.text)
    if held:
        yield font, "".join(held)


@lru_cache(maxsize=32_768)
def runs(text: str, bold: bool) -> tuple[tuple[int, str], ...]:
    """The text cut where the font changes: (font number, characters that this font has)."""
    return tuple(_runs(text, bold))


@lru_cache(maxsize=32_768)
def em_width(text: str, bold: bool) -> float:
    """Width of a text at size 1; multiply by the size in points."""
    return sum(glyph.advance for char in text for glyph in glyphs(char, bold)) / 1000


def width(text: str, size: float, *, bold: bool = False) -> float:
    """Width of a text in points."""
    return em_width(text, bold) * size
