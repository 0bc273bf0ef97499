"""Boxes in a form for sums and counts as people type them (errands/typed.py)."""

from typing import Any

from django import forms

from errands.typed import bare_sum, count_of
from orders.forms.numbers import AmountField


class SumField(AmountField):
    """Yuan in a text box with the number keys."""

    def to_python(self, value: Any) -> Any:
        return super().to_python(bare_sum(value) if isinstance(value, str) else value)


class CountField(forms.IntegerField):
    """Boxes, bottles: whole ones. A text box: a browser's own number box throws `2盒` away before anybody sees it."""

    def __init__(self, **kwargs: Any) -> None:
        attrs = {"inputmode": "numeric", "autocomplete": "off", "class": "short"}
        kwargs.setdefault("widget", forms.TextInput(attrs=attrs))
        super().__init__(**kwargs)

    def to_python(self, value: Any) -> Any:
        read = count_of(value) if isinstance(value, str) else None
        return super().to_python(value if read is None else read)
