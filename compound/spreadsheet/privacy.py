"""Identity numbers never get in: not into a cell, not into an error text, not into what is kept between two pages.

Two nets. Whatever looks like an identity number is blanked wherever it stands; and a whole column is blanked when its
heading says identity number, passport or bank card, whatever its cells look like.
"""

from __future__ import annotations

import re

# 18 digits (the last may be X), 15 digits of the older kind, and any longer run of digits (bank cards, medical
# insurance, numbers that a spreadsheet has rounded). No room, phone or count has 15 digits.
_LONG = re.compile(r"(?<![0-9])[0-9]{14,}[0-9Xx](?![0-9])")
_SPACED = re.compile(r"(?<![0-9])[0-9]{6}[ -][0-9]{4}[ -]?[0-9]{4}[ -][0-9]{3}[0-9Xx](?![0-9])")
_SCIENTIFIC = re.compile(r"[0-9](?:\.[0-9]+)?[eE]\+1[4-9]")
MASK = "〔…〕"

_HEADING = re.compile(
    r"(?:居民|本人|户主|业主|家属|公民|有效)?(?:身份证件?|身份号|身分证|证件|护照|社保卡|医保卡|银行卡|公民身份|军官证|居住证)"
    r"(?:证件)?(?:号码|号|编号|信息|复印件|照片|后[四六4-6]位|末[四六4-6]位)?"
    r"|(?:national )?(?:id|identity)(?: ?card)?(?: ?(?:no|number|num))?|passport(?: ?(?:no|number))?"
)


def is_identity_heading(label: str) -> bool:
    """`label` cleaned, without brackets or punctuation, lower case."""
    return _HEADING.fullmatch(label.replace("_", " ").replace(".", "").strip()) is not None


def without_identity(text: str) -> tuple[str, bool]:
    """The text with each identity number masked, and whether the whole text was one."""
    if sum(char.isdigit() for char in text) < 14 and "e+" not in text.lower():
        return text, False
    for pattern in (_LONG, _SPACED, _SCIENTIFIC):
        text = pattern.sub(MASK, text)
    return text, text.strip() == MASK
