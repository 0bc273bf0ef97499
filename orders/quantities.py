"""Numbers as people write them, out of an address or a form that anybody can write, and as pages show them. Pure."""

import re
import unicodedata
from decimal import Decimal, InvalidOperation

# 1,200 and 1,200.50: thousands set apart. Nobody sets apart what begins with 0, so 0,500 is a half.
_THOUSANDS = re.compile(r"[1-9]\d{0,2}(,\d{3})+(\.\d+)?\Z")
# 12,5: the only mark on the number keys of some phones.
_COMMA = re.compile(r"\d*,\d+\Z")
# Room enough for any position or primary key here, and far below what int() refuses to read.
MOST_DIGITS = 9


def number_of(text: str) -> int | None:
    """`12`; None for `²` and `１２` (digits for Python, and the first is no number), a sign, nothing, or too many."""
    return int(text) if text.isascii() and text.isdigit() and len(text) <= MOST_DIGITS else None


def decimal_of(text: object) -> Decimal | None:
    """What was typed into a box for a number: `12.5`, `１２．５`, `12,5`, `1,200`, `1，200.5`; None for all else."""
    typed = unicodedata.normalize("NFKC", str(text)).strip()
    if _THOUSANDS.match(typed):
        typed = typed.replace(",", "")
    elif _COMMA.match(typed):
        typed = typed.replace(",", ".")
    try:
        value = Decimal(typed)
    except InvalidOperation:
        return None
    return value if value.is_finite() else None


def plain(quantity: Decimal) -> str:
    """`2.000` → `2`, `2.500` → `2.5`, `1E+2` → `100`."""
    text = f"{quantity:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text
