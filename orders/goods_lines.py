"""Goods as somebody types or pastes them, one a line: `鸡蛋 板 23.5 限2`. Pure: text in, lines out, nothing guessed.

A line is a name, then in any order a unit, a price in yuan (`23.5`, `23.5元`, `¥23.5`, `23.5元/板`), a cap per
household (`限2`, `限购2板`, `max 2`), what a group buy needs to take place (`600斤起`, `满600`, `min 600`), what is in
a pack (`12瓶/箱`) and `称重` for what is weighed. `【蔬菜】`, `# 蔬菜` or `蔬菜：` alone on a line begins a section.
"""

import re
from dataclasses import dataclass
from decimal import Decimal

from compound.rooms import clean

MOST_LINES = 300
NAME_LENGTH, UNIT_LENGTH, SECTION_LENGTH = 60, 10, 20

_SECTION = re.compile(r"(?:【(?P<a>[^】]{1,40})】|\[(?P<b>[^\]]{1,40})\]|#\s?(?P<c>.{1,40})|(?P<d>[^:\d]{1,20}):)")
_PRICE = re.compile(
    r"(?:[¥￥]\s?)?(?P<price>[0-9]{1,6}(?:\.[0-9]{1,2})?)(?P<yuan>元|块钱|块|yuan)?(?:\s?/\s?(?P<unit>[^\s/0-9]{1,10}))?",
    re.IGNORECASE,
)
_CAP = re.compile(
    r"(?:每户)?(?:限购|限|最多|max)\s?(?P<cap>[0-9]{1,6}(?:\.[0-9]{1,3})?)(?P<unit>[^\s0-9]{0,10})", re.IGNORECASE
)
_MINIMUM = re.compile(
    r"(?:(?:起团|满|至少|min)\s?(?P<a>[0-9]{1,6}(?:\.[0-9]{1,3})?)(?P<ua>[^\s0-9起]{0,10})起?"
    r"|(?P<b>[0-9]{1,6}(?:\.[0-9]{1,3})?)(?!元|块)(?P<ub>[^\s0-9起]{0,10})起(?:团)?)",
    re.IGNORECASE,
)
_PACK = re.compile(r"(?P<size>[0-9]{1,4}(?:\.[0-9]{1,3})?)(?!元|块)(?P<unit>[^\s0-9/]{1,10})/(?P<pack>[^\s0-9/]{1,10})")
_WEIGHED = ("称重", "weighed")
# `max 2`, `限购 2`: one word, whatever the space says.
_CAP_APART = re.compile(r"(限购|限|最多|max|起团|满|至少|min)\s+(?=[0-9])", re.IGNORECASE)
_NUMBERED = re.compile(r"^(?:[0-9]{1,3}[.、)]\s?)")


@dataclass(frozen=True)
class GoodsLine:
    """`problem` is a word that was not understood, or '' ; a line with a problem is not to be added.

    `pack_size` of `unit` are in one `pack_name`: None and '' where it is not sold by the pack.
    """

    line: int
    raw: str
    section: str
    name: str
    unit: str
    price: Decimal | None
    cap: Decimal | None
    problem: str = ""
    minimum: Decimal | None = None
    pack_size: Decimal | None = None
    pack_name: str = ""
    is_weighed: bool = False


def parse_goods(text: str) -> list[GoodsLine]:
    """Linear in the length of the text; empty lines and sections give no row. At most `MOST_LINES` rows."""
    rows: list[GoodsLine] = []
    section = ""
    for number, raw in enumerate(text.splitlines(), start=1):
        words = clean(raw)
        if not words or len(rows) >= MOST_LINES:
            continue
        head = _SECTION.fullmatch(words)
        if head:
            section = next(part for part in head.groups() if part)[:SECTION_LENGTH].strip()
            continue
        rows.append(_row(number, raw, section, words))
    return rows


def _row(number: int, raw: str, section: str, words: str) -> GoodsLine:
    whole = _CAP_APART.sub(r"\1", _NUMBERED.sub("", words))
    tokens = re.split(r"[\s,，、;；|]+", whole)
    name, unit = tokens[0], ""
    price: Decimal | None = None
    cap: Decimal | None = None
    minimum: Decimal | None = None
    pack_size: Decimal | None = None
    pack_name, is_weighed = "", False
    problem = "" if name and len(name) <= NAME_LENGTH and not _PRICE.fullmatch(name) else name or words
    for token in filter(None, tokens[1:]):
        if price is None and (match := _PRICE.fullmatch(token)):
            price = Decimal(match["price"])
            unit = unit or match["unit"] or ""
        elif cap is None and (match := _CAP.fullmatch(token)):
            cap = Decimal(match["cap"])
            unit = unit or match["unit"]
        elif minimum is None and (match := _MINIMUM.fullmatch(token)):
            minimum = Decimal(match["a"] or match["b"])
            unit = unit or match["ua"] or match["ub"] or ""
        elif pack_size is None and (match := _PACK.fullmatch(token)):
            pack_size, pack_name = Decimal(match["size"]), match["pack"]
            unit = unit or match["unit"]
        elif token.casefold() in _WEIGHED:
            is_weighed = True
        elif not unit and len(token.lstrip("/")) <= UNIT_LENGTH and not re.search(r"[0-9]", token):
            unit = token.lstrip("/")
        else:
            problem = problem or token
    if 0 in (cap, minimum, pack_size):
        problem, cap, minimum, pack_size, pack_name = problem or words, None, None, None, ""
    return GoodsLine(number, raw, section, name, unit, price, cap, problem, minimum, pack_size, pack_name, is_weighed)
