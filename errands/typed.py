"""Sums and counts as people type them: `1,200元`, `¥35`, `2盒`, `两盒`."""

import re
import unicodedata
from decimal import Decimal

from orders.quantities import decimal_of, number_of

_YUAN = re.compile(r"[¥元块]|yuan|rmb")
# How many boxes: digits, or one character for it, and whatever measure stands behind.
_COUNT = re.compile(r"(\d+|半|[一二两三四五六七八九十])\s*([^\d\s.,]{0,10})")
_CHARACTERS = {"一": 1, "二": 2, "两": 2, "三": 3, "四": 4, "五": 5, "六": 6, "七": 7, "八": 8, "九": 9, "十": 10}


def bare_sum(text: str) -> str:
    """`1,200元` → `1,200`: without what only says that it is money."""
    return _YUAN.sub("", unicodedata.normalize("NFKC", text).lower()).strip()


def sum_of(text: str) -> Decimal | None:
    """What `AmountField` reads, with 元 or ¥ beside it; None for all else."""
    return decimal_of(bare_sum(text))


def count_of(text: str) -> int | None:
    """`2盒`, `两盒`, `２` → 2; None for `半盒`, `1.5`, `十二盒`, words."""
    match = _COUNT.fullmatch(unicodedata.normalize("NFKC", text).strip())
    if match is None:
        return None
    return _CHARACTERS.get(match[1]) or number_of(match[1])
