"""Quantities as people write them."""

from decimal import Decimal


def plain(quantity: Decimal) -> str:
    """`2.000` → `2`, `2.500` → `2.5`, `1E+2` → `100`."""
    text = f"{quantity:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text
