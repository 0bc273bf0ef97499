"""Characters and numerals of rooms: folding to plain ones, Chinese numbers."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from functools import lru_cache

_DASHES = "‐‑‒–—―−─━﹘﹣－ー"
# Only the words of addresses; people's names stay as they are.
TRADITIONAL = str.maketrans("號樓單棟橦門區層", "号楼单栋幢门区层")


# Nothing to fold: the usual case by far.
_PLAIN = re.compile("[ -~\u4e00-\u9fff、。]*")


def fold(text: str) -> tuple[str, Sequence[int]]:
    """Fold to plain characters, with the offset in ``text`` of each character of the result.

    NFKC one character at a time (so that offsets survive), dashes to ``-``, spaces of every kind to a plain
    one; zero-width and control characters disappear. Line breaks and tabs count as spaces.
    """
    if _PLAIN.fullmatch(text):
        return text, range(len(text))
    out: list[str] = []
    offsets: list[int] = []
    for offset, char in enumerate(text):
        plain = _fold_char(char)
        out.append(plain)
        offsets.extend([offset] * len(plain))
    return "".join(out), offsets


@lru_cache(maxsize=10_000)
def _fold_char(char: str) -> str:
    if " " <= char <= "~":
        return char
    if char in _DASHES:
        return "-"
    category = unicodedata.category(char)
    if char in "\t\n\r\v\f" or category.startswith("Z"):
        return " "
    if category in ("Cc", "Cf", "Cs", "Co") or "\ufe00" <= char <= "\ufe0f":
        return ""
    return unicodedata.normalize("NFKC", char)


def clean(text: str) -> str:
    """Half width, plain dashes and spaces, no zero-width and no control characters."""
    return " ".join(fold(text)[0].split())


_CHINESE_DIGITS = {"〇": 0, "两": 2, "兩": 2} | {
    char: value for row in ("零一二三四五六七八九", "零壹贰叁肆伍陆柒捌玖") for value, char in enumerate(row)
}
_CHINESE_POWERS = {"十": 10, "拾": 10, "百": 100}
CHINESE_NUMERAL = "零〇一二三四五六七八九十百两"


def chinese_number(word: str) -> int | None:
    """``十二`` → 12, ``一百零五`` → 105, digit by digit ``五零一`` → 501; None for anything else."""
    if not word:
        return None
    if all(char in _CHINESE_DIGITS for char in word):
        return int("".join(str(_CHINESE_DIGITS[char]) for char in word))
    total, digit = 0, None
    for char in word:
        if char in _CHINESE_DIGITS:
            digit = _CHINESE_DIGITS[char]
        elif char in _CHINESE_POWERS:
            total += (1 if digit is None else digit) * _CHINESE_POWERS[char]
            digit = None
        else:
            return None
    return total + (digit or 0)
