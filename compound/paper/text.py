"""Breaking and fitting text for paper. Chinese breaks anywhere but beside its punctuation, Latin between words."""

from __future__ import annotations

import unicodedata
from functools import lru_cache
from typing import Final

from compound.paper.fonts import ELLIPSIS, glyphs, is_dropped, width

# GB/T 15834: these do not begin a line, those do not end one.
NO_START: Final = frozenset("，。、；：？！）〕】》」』”’…％%℃,.;:?!)]}》〉·—～~")
NO_END: Final = frozenset("（〔【《「『“‘([{《〈￥¥$")


@lru_cache(maxsize=16_384)
def printable(text: str) -> str:
    """The text in composed form, on one line, without characters that print nothing, spaces squeezed."""
    composed = unicodedata.normalize("NFC", text)
    kept = "".join(
        " " if unicodedata.category(char) == "Cc" else char for char in composed if not is_dropped(ord(char))
    )
    return " ".join(kept.split())


def _pieces(text: str) -> list[str]:
    """The smallest parts that stay together: a Latin word, a number with the measure word after it, one ideograph."""
    pieces: list[str] = []
    word = ""
    for char in text:
        # East Asian width: W and F are ideographs and full-width signs, the rest clings into words.
        if char == " " or unicodedata.east_asian_width(char) in "WF":
            if word:
                pieces.append(word)
                word = ""
            pieces.append(char)
        else:
            word += char
    if word:
        pieces.append(word)
    glued: list[str] = []
    for piece in pieces:
        last = glued[-1] if glued else " "
        if last != " " and (piece[0] in NO_START or last[-1] in NO_END or (last[-1].isdecimal() and piece != " ")):
            glued[-1] += piece
        else:
            glued.append(piece)
    return glued


def _split_piece(piece: str, room: float, size: float, bold: bool) -> list[str]:
    """A piece wider than the line, cut by characters."""
    parts = [""]
    used = 0.0
    for char in piece:
        advance = sum(glyph.advance for glyph in glyphs(char, bold)) / 1000 * size
        if parts[-1] and used + advance > room:
            parts.append("")
            used = 0.0
        parts[-1] += char
        used += advance
    return parts


@lru_cache(maxsize=32_768)
def wrap(text: str, room: float, size: float, bold: bool = False) -> tuple[str, ...]:
    """The lines of a text, none wider than `room` points. An empty text has no lines. Nothing is left out."""
    text = printable(text)
    if not text:
        return ()
    if width(text, size, bold=bold) <= room:
        return (text,)
    lines: list[str] = []
    line, used = "", 0.0
    for piece in _pieces(text):
        advance = width(piece, size, bold=bold)
        if used + advance <= room:
            line += piece
            used += advance
            continue
        if piece == " ":
            continue
        if line.strip():
            lines.append(line.rstrip())
        if advance <= room:
            line, used = piece, advance
        else:
            *full, line = _split_piece(piece, room, size, bold)
            lines.extend(full)
            used = width(line, size, bold=bold)
    if line.strip():
        lines.append(line.rstrip())
    return tuple(lines)


@lru_cache(maxsize=8_192)
def clip(text: str, room: float, size: float, bold: bool = False) -> str:
    """The text, or its beginning with `…` when it is wider than `room`. Only for titles, never for goods or rooms."""
    text = printable(text)
    if width(text, size, bold=bold) <= room:
        return text
    room -= width(ELLIPSIS, size, bold=bold)
    used = 0.0
    for index, char in enumerate(text):
        used += sum(glyph.advance for glyph in glyphs(char, bold)) / 1000 * size
        if used > room:
            return text[:index].rstrip() + ELLIPSIS
    return text


def fit_size(text: str, room: float, largest: float, smallest: float, *, bold: bool = False) -> float:
    """The largest size in whole points at which a text fits, `smallest` if none does."""
    wide = width(text, 1, bold=bold)
    if wide <= 0:
        return largest
    return float(max(smallest, min(largest, int(room / wide))))
