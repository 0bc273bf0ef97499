"""Quantities, and goods with their quantities in one cell. Pure, never raises."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache

from compound.rooms import chinese_number, clean
from orders.order_list import words

_UNITS = (
    "份|个|件|箱|盒|袋|包|瓶|斤|公斤|千克|kg|只|板|提|桶|罐|把|颗|棵|条|块|套|组|打|扎|捆|枚|支|卷|盘|串|篮|筐|单|杯|碗|根|头|束"
    "|盆|兜|尾|筒|听|副|双|台|本|朵|对|张"
)
_COUNT = r"(?:[0-9]{1,6}(?:\.[0-9]{1,3})?|[一二两三四五六七八九十半]{1,3})"
_WHOLE = re.compile(rf"[xX×*+]?\s?(?P<n>{_COUNT})\s?(?P<unit>{_UNITS})?", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Amount:
    """`quantity` None: it says something that is no quantity."""

    quantity: Decimal | None
    unit: str = ""


@lru_cache(maxsize=4096)
def read_amount(text: str) -> Amount:
    """`2` `2.0` `x2` `2份` `两箱` `半斤` → 2, 2, 2, 2, 2, 0.5 and the unit; `1+1` `约3` `2-3` `-1` → None."""
    match = _WHOLE.fullmatch(clean(text).strip("()[]【】 "))
    if match is None:
        return Amount(None)
    return Amount(_number(match["n"]), (match["unit"] or "").lower())


def _number(word: str) -> Decimal | None:
    if word[0].isdigit():
        return Decimal(word).normalize() + 0
    if word == "半":
        return Decimal("0.5")
    if "半" in word:
        return None
    value = chinese_number(word)
    return None if value is None else Decimal(value)


@dataclass(frozen=True, slots=True)
class Part:
    goods: str
    spec: str
    amount: Amount


# 600ml*24瓶 is the size of a pack; *2, *2份, ×2箱 is how many.
_SIZE = r"(?:瓶|包|抽|片|枚|支|罐|听|粒|颗|ml|毫升|g|克|kg|斤|升|l|卷|条)"
# What is multiplied afterwards was a size too: 鸡蛋30枚 x3板, 大米(10kg)*4.
_THEN_TIMES = r"(?!\s?[)\]】]?\s?[xX×*✕]\s?[0-9])"
_ONE = re.compile(
    rf"(?P<goods>(?![xX×*✕]\s?[0-9])[^\s,，;；、+|/].{{0,60}}?)\s?"
    rf"(?:[xX×*✕]\s?(?P<n>[0-9]{{1,4}}(?:\.[0-9]{{1,3}})?)(?![0-9.])\s?(?!{_SIZE})(?P<u>{_UNITS})?"
    rf"|(?:[:：]|(?<![0-9A-Za-z.*×]))\s?(?P<n2>[0-9]{{1,3}})\s?(?P<u2>{_UNITS})(?!/))"
    rf"{_THEN_TIMES}(?=$|[\s,，;；、+|/)\]】])[)\]】]?",
)
# A specification in brackets between good and count may count something itself: 五花肉【2斤】 4件.
_SPECIFIED = re.compile(
    rf"(?P<goods>[^\s,，;；、+|/()\[\]【】][^,，;；、+|()\[\]【】]{{0,40}}?)\s?[(\[【](?P<spec>[^()\[\]【】]{{1,40}})[)\]】]\s?"
    rf"(?:[xX×*✕]\s?(?P<n>[0-9]{{1,4}})\s?(?!{_SIZE})(?P<u>{_UNITS})?|[:：]?\s?(?P<n2>[0-9]{{1,4}})\s?(?P<u2>{_UNITS}))"
    r"(?=$|[\s,，;；、+|/])"
)
_BETWEEN = re.compile(r"[\s,，;；、+|/]*")


_LABELLED = re.compile(
    rf"[【\[]?(?P<goods>[^\s,，;；【】\[\]][^,，;；【】\[\]]{{0,40}}?)[】\]]?[,，;； ]*"
    rf"(?:(?:规格|款式)[:：]\s?(?P<spec>[^,，;；]{{1,40}})[,，;； ]+)?"
    rf"(?:数量|份数|件数)[:：]?\s?[xX×*]?(?P<n>[0-9]{{1,4}})\s?(?P<u>{_UNITS})?(?![0-9.])"
    rf"(?:[,，;； ]*(?:单价|价格|金额|小计|合计|总价)[:：]?\s?[¥￥]?[0-9.]+\s?元?)*[,，;；。 ]*"
)


def _labelled(plain: str) -> tuple[Part, ...]:
    """`【鸡蛋】规格：30枚，数量：2，单价：35元`, over and over; () for anything else."""
    parts: list[Part] = []
    at = 0
    while at < len(plain):
        match = _LABELLED.match(plain, at)
        if match is None:
            return ()
        goods, spec = split_spec(match["goods"].strip())
        parts.append(Part(goods, (match["spec"] or spec).strip(), Amount(Decimal(match["n"]), match["u"] or "")))
        at = match.end()
    return tuple(parts)


def _specified(plain: str) -> tuple[Part, ...]:
    """`五花肉【2斤】 4件；鸡蛋[30枚]x2`; () where a good has no specification, or anything else stands between."""
    parts: list[Part] = []
    at = 0
    while at < len(plain):
        match = _SPECIFIED.match(plain, _BETWEEN.match(plain, at).end())  # type: ignore[union-attr]  # as below
        if match is None:
            break
        count = Decimal(match["n"] or match["n2"])
        goods = words.NUMBERING.sub("", match["goods"].strip())
        parts.append(Part(goods, match["spec"].strip(), Amount(count, match["u"] or match["u2"] or "")))
        at = match.end()
    return tuple(parts) if not plain[at:].strip(" ,，;；、+|/") else ()


@lru_cache(maxsize=4096)
def read_parts(text: str) -> tuple[Part, ...]:
    """`鸡蛋(30枚/板)×2；纯牛奶[24盒/箱]×1` → two parts; () unless the whole text is goods with quantities."""
    plain = clean(text)
    if labelled := _labelled(plain) or _specified(plain):
        return labelled
    parts: list[Part] = []
    at = 0
    while at < len(plain):
        at = _BETWEEN.match(plain, at).end()  # type: ignore[union-attr]  # matches nothing at least
        if at == len(plain):
            break
        match = _ONE.match(plain, at)
        if match is None:
            return ()
        goods, spec = split_spec(re.sub(r"^[0-9]{1,2}[.、)]\s?(?=[^0-9])", "", match["goods"].strip(" :：([【")))
        count = Decimal(match["n"] or match["n2"]).normalize() + 0
        parts.append(Part(goods, spec, Amount(count, match["u"] or match["u2"] or "")))
        at = match.end()
    return tuple(parts)


_BRACKETED = re.compile(r"(?P<goods>[^()\[\]【】]+)[(\[【](?P<spec>[^()\[\]【】]{1,60})[)\]】]\s?")
_SLASHED = re.compile(r"(?P<goods>[^\s/;；|:：]{1,40})\s?[;；|:：]\s?(?P<spec>[^;；|]{1,60})")


# What a shop puts before the name: it tells no two goods apart.
_PRAISE = re.compile(
    r"(?:[【\[(](?:现货|现发|急送|次日达|当日达|预售|包邮|秒杀|爆款|爆品|团购|新品|热销|热卖|特价|限时|推荐|今日)[^】\])0-9]{0,4}[】\])]\s?)+(?=.)"
)


def without_praise(plain: str) -> str:
    """`【现货】鸡蛋` → `鸡蛋`."""
    return _PRAISE.sub("", plain, count=1) if plain[:1] in ("【", "[", "(") else plain


@lru_cache(maxsize=4096)
def split_spec(text: str) -> tuple[str, str]:
    """`鸡蛋（30枚/板）` → `鸡蛋`, `30枚/板`; whatever has no brackets at its end stays whole."""
    plain = without_praise(clean(text))
    match = _BRACKETED.fullmatch(plain) or _SLASHED.fullmatch(plain)
    return (match["goods"].strip(), match["spec"].strip()) if match else (plain, "")


_PER = re.compile(rf"/\s?({_UNITS})$")


def unit_of(spec: str) -> str:
    """`24盒/箱` → `箱`."""
    match = _PER.search(clean(spec))
    return match[1] if match else ""
