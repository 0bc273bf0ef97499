"""Boxes for numbers."""

from typing import Any

from django import forms

from orders.quantities import decimal_of


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
