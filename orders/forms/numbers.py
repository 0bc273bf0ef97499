"""Numbers out of an address or a form that anybody can write."""

from typing import Any

from django import forms

from orders.quantities import decimal_of

# Room enough for any position or primary key here, and far below what int() refuses to read.
MOST_DIGITS = 9


def number_of(text: str) -> int | None:
    """`12`; None for `²` and `１２` (digits for Python, and the first is no number), a sign, nothing, or too many."""
    return int(text) if text.isascii() and text.isdigit() and len(text) <= MOST_DIGITS else None


class AmountField(forms.DecimalField):
    """A number that somebody types: `12,5` and `1,200` are read as in every other box (orders/quantities.py).

    A text box with the number keys: a browser's own number box throws a comma away before anybody has seen it.
    """

    def __init__(self, **kwargs: Any) -> None:
        attrs = {"inputmode": "decimal", "autocomplete": "off", "class": "short"}
        kwargs.setdefault("widget", forms.TextInput(attrs=attrs))
        super().__init__(**kwargs)

    def to_python(self, value: Any) -> Any:
        read = decimal_of(value) if isinstance(value, str) and value.strip() else None
        return super().to_python(value if read is None else read)
