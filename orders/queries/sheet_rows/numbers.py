"""Numbers on paper: quantities without idle zeros, and no number that belongs to a person."""

from __future__ import annotations

import re
from decimal import Decimal
from functools import lru_cache
from typing import Final

LEFT_OUT: Final = "（号码略）"

_D = "[0-9０-９]"
_SEP = r"[\s\-‐-―－.·]{0,2}"
# 一三八…, as people write a number that a filter must not see; 幺 is the 1 of the telephone.
_WORD = "[0-9０-９零〇一幺二两三四五六七八九]"
_PERSONAL: Final = re.compile(
    rf"""
    (?<!{_D}){_D}{{6}}(?:19|20|１９|２０){_D}{{9}}[0-9０-９Xx]?(?!{_D})          # identity card, 17 to 18 characters
  | (?:\+?86{_SEP}|\(\+?86\){_SEP})?(?<!{_D})(?:1|１)[3-9３-９](?:{_SEP}{_D}){{9}}(?!{_D})  # mobile
  | (?:\+?86{_SEP})(?:1|１)[3-9３-９](?:{_SEP}{_D}){{9}}(?!{_D})                # the same, 86 glued to it
  | (?<!{_WORD})[一幺1１][三四五六七八九3-9３-９]{_WORD}{{9}}(?!{_WORD})          # mobile in Chinese numerals
  | (?<!{_D})[(（]?0(?:10|2{_D}|[3-9]{_D}{{2}})[)）]?{_SEP}{_D}{{4}}{_SEP}{_D}{{3,4}}(?!{_D})  # landline with area code
  | (?<!{_D})[48]00{_SEP}{_D}{{3}}{_SEP}{_D}{{4}}(?!{_D})                       # 400 and 800 numbers
  | (?P<word>(?:电话|手机|座机|固话|联系方式|身份证|微信|[Tt][Ee][Ll]|[Pp]hone)(?:号码?)?\s*[:：是为]?\s*)
    \+?{_D}(?:{_SEP}{_D}){{4,19}}[Xx]?
    """,
    re.VERBOSE,
)
# A gas card may look like a telephone number; the shopper needs it to top the card up.
_CARD: Final = re.compile(r"(?:卡号|表号|户号|燃气号|缴费号|账号|card|meter)\s*[:：]?\s*$", re.IGNORECASE)


@lru_cache(maxsize=32_768)
def without_numbers(text: str) -> str:
    """The text without telephone and identity-card numbers: `（号码略）` stands where one was.

    No number of a person goes on paper (design.md, "What is never allowed"). Found are mainland mobile numbers in
    digits of any width, grouped or in Chinese numerals, landlines, 400 numbers, identity cards, and whatever number
    follows a word like 电话. A number right after 卡号, 表号 or 户号 stays, unless it is a mobile number.
    """

    def left_out(match: re.Match[str]) -> str:
        word = match["word"] or ""
        landline = match[0].lstrip("(（").startswith("0")
        if landline and _CARD.search(text, 0, match.start()):
            return match[0]
        return word + LEFT_OUT

    return _PERSONAL.sub(left_out, text)


def plain(quantity: Decimal) -> str:
    """`2.000` as `2`, `0.500` as `0.5`: how a quantity is stored with the rows and printed."""
    text = f"{quantity:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text
