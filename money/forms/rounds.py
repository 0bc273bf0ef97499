"""The rest of a round's receipts: parts that are ticked as they were shown, and what only a person knows."""

from decimal import Decimal, InvalidOperation
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from compound.forms.once import OnceField
from money.forms.amounts import YuanField
from money.models import Entry

WHY = [(why, label) for why, label in Entry.Why.choices if why]


class PartsField(forms.MultipleChoiceField):
    """Boxes whose values are `surplus:12.50`, as the page showed them; cleans to {"surplus": Decimal("12.50")}."""

    def to_python(self, value: Any) -> Any:
        parts: dict[str, Decimal] = {}
        for ticked in super().to_python(value):
            why, _colon, amount = ticked.partition(":")
            try:
                parts[why] = Decimal(amount)
            except InvalidOperation:
                raise ValidationError(_("Load the page again.")) from None
            if why not in Entry.Why.values or not parts[why].is_finite():
                raise ValidationError(_("Load the page again."))
        return parts

    def validate(self, value: Any) -> None:
        """What may be posted is the service's business."""


class PartsForm(forms.Form):
    id = OnceField()
    parts = PartsField(required=False)


class RestForm(forms.Form):
    """`is_less`: charged and never paid, so that the rest is below zero."""

    id = OnceField()
    why = forms.ChoiceField(label=_("What it is"), choices=WHY, initial=Entry.Why.OTHER)
    amount = YuanField(label=_("How much, yuan"))
    is_less = forms.BooleanField(label=_("It is charged and was not paid at the till (below zero)"), required=False)
    reason = forms.CharField(label=_("What happened?"), max_length=200)

    def signed(self) -> Decimal:
        amount: Decimal = self.cleaned_data["amount"]
        return -amount if self.cleaned_data["is_less"] else amount
