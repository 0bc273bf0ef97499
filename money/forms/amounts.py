"""Yuan as people type them."""

import unicodedata
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext_lazy as _

from money.services.limits import MOST
from orders.forms.numbers import AmountField

_SIGNS = ("¥", "元", "块", "yuan")


class YuanField(AmountField):
    """`12.5`, `１，２００元`, `¥35`: two places at the most, from 0.01 up; `nought=True` lets 0 in."""

    def __init__(self, *, nought: bool = False, **kwargs: Any) -> None:
        least = Decimal(0) if nought else Decimal("0.01")
        # What Django says of a number is said to somebody who knows what a value is.
        words = {
            "invalid": _("Write how much it is in yuan, like 35.50."),
            "min_value": _("Not below zero.") if nought else _("More than zero: 0.01 yuan at the least."),
            "max_value": _("So much it cannot be: look at the number again."),
            "max_decimal_places": _("Two places after the point at the most, like 35.50."),
        }
        super().__init__(min_value=least, max_value=MOST, decimal_places=2, error_messages=words, **kwargs)

    def to_python(self, value: Any) -> Any:
        if isinstance(value, str):
            value = unicodedata.normalize("NFKC", value).lower()
            for sign in _SIGNS:
                value = value.replace(sign, "")
        return super().to_python(value)

    def prepare_value(self, value: Any) -> Any:
        return f"{value:.2f}" if isinstance(value, Decimal) else value
