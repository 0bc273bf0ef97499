"""What one cell of an export is: a sum of money, a text with somebody's telephone number."""

import re
from decimal import Decimal

from compound.rooms import clean
from compound.spreadsheet import Cell

_PHONES = re.compile(
    r"(?<![0-9])(?:\+?86[- ]?)?1[3-9][0-9][- ]?[0-9]{4}[- ]?[0-9]{4}(?![0-9])"
    r"|(?<![0-9])0[0-9]{2,3}-?[2-9][0-9]{6,7}(?![0-9])"
)


def is_money(cell: Cell) -> bool:
    """`¥35.00`, `35元`: more than nothing."""
    digits = re.search(r"[0-9]+(?:\.[0-9]+)?", clean(cell.text))
    return cell.kind != "date" and digits is not None and Decimal(digits[0]) > 0


def without_phones(text: str) -> str:
    return _PHONES.sub("…", text)
