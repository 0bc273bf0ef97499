"""Remarks: what of their text is kept, and which known groups they name. Pure, never raises."""

from __future__ import annotations

import re
from dataclasses import dataclass

from compound.household_list import words
from compound.household_list.values import SEPARATORS, is_nothing
from compound.rooms import clean
from compound.spreadsheet.labels import label
from compound.spreadsheet.privacy import MASK, without_identity

# What the registry's column holds.
MOST_CHARACTERS = 200
BETWEEN = "；"

_GAP = r"[ .\-–—]{0,3}"
_PHONES = (
    re.compile(rf"(?<![0-9])(?:\+?86{_GAP})?1[3-9][0-9]{_GAP}[0-9]{{4}}{_GAP}[0-9]{{4}}(?![0-9])"),
    re.compile(rf"(?<![0-9])(?:\+?86{_GAP})?1[3-9][0-9]{{2}}{_GAP}[0-9]{{3}}{_GAP}[0-9]{{4}}(?![0-9])"),
    # A landline with its area code.
    re.compile(rf"(?:\(0[0-9]{{2,3}}\)|(?<![0-9])0[0-9]{{2,3}}){_GAP}[2-9][0-9]{{6,7}}(?![0-9])"),
    re.compile(r"(?<![0-9])[0-9]{11}(?![0-9])"),
)
_EMPTY_BRACKETS = re.compile(r"\([\s,;:/]*\)|\[\s*\]|【\s*】")
_LOOSE_MARK = re.compile(r"\s+(?=[,;、)])|(?<=\()\s+")
_CHINESE = r"[\u3400-\u9fff]"
_FULL_WIDTH = str.maketrans(",;:!?", "，；：！？")
_MARK = re.compile(rf"(?<={_CHINESE})[,;:!?](?!\w)|(?<={_CHINESE})[,;:!?](?={_CHINESE})")
_BRACKETED = re.compile(rf"\(([^()]*{_CHINESE}[^()]*)\)")


def remark_of(text: str) -> str:
    """The text to keep, of any length: without identity and telephone numbers; '' for `/` and `无`.

    A cell has been folded to half width for its numbers; between Chinese words the marks are set back.
    """
    # A space in place of a number: what stood on both sides of it must not become another one.
    kept = without_identity(clean(text.replace(MASK, " ")))[0].replace(MASK, " ")
    for pattern in _PHONES:
        kept = pattern.sub(" ", kept)
    kept = _LOOSE_MARK.sub("", " ".join(_EMPTY_BRACKETS.sub("", kept).split())).strip(" ,;:/、")
    if is_nothing(kept):
        return ""
    return _BRACKETED.sub(r"（\1）", _MARK.sub(lambda mark: mark[0].translate(_FULL_WIDTH), kept))


@dataclass(frozen=True, slots=True)
class Named:
    """A word of a remark that is a known group. Not `sure`: something beside it may mean the contrary."""

    word: str
    group: str
    sure: bool


_ABOUT = re.compile(r"^(?:家?有|系|为|是|户主)|^[0-9]{2,3}岁(?:以上)?(?:的)?")
_DENIED = re.compile(r"无|非|没有?|不是|未|否")
# 独居老人(已过世), 孕妇?
_DOUBTED = re.compile(r"[()\[\]【】?]")


def groups_named(text: str) -> tuple[Named, ...]:
    """The words that are a group as a whole, split as in a column of groups. 独居老人已过世 is none."""
    whole = label(text) in words.TAG_OF
    parts = [clean(text)] if whole else SEPARATORS.split(clean(text))
    # 低保 无: nobody can say which word it belongs to.
    denied = any(_DENIED.fullmatch(label(part)) for part in parts)
    found: dict[str, Named] = {}
    for part in parts:
        group = words.TAG_OF.get(label(part)) or words.TAG_OF.get(_ABOUT.sub("", label(part)))
        if group:
            found.setdefault(group, Named(part.strip(), group, not denied and not _DOUBTED.search(part)))
    return tuple(found.values())
