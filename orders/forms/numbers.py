"""Whole numbers out of an address or a form that anybody can write."""

# Room enough for any position or primary key here, and far below what int() refuses to read.
MOST_DIGITS = 9


def number_of(text: str) -> int | None:
    """`12`; None for `²` and `１２` (digits for Python, and the first is no number), a sign, nothing, or too many."""
    return int(text) if text.isascii() and text.isdigit() and len(text) <= MOST_DIGITS else None
