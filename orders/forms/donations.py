"""Forms of donations."""

import datetime as dt
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from compound.forms.moments import MomentField, set_clock
from compound.forms.once import OnceField
from compound.models import Compound
from orders.forms.numbers import AmountField

DECIMAL = {"inputmode": "decimal", "class": "short", "autocomplete": "off"}


class DonationForm(forms.Form):
    """What came, from whom."""

    id = OnceField()
    donor = forms.CharField(label=_("Donor"), max_length=80, help_text=_("For the thanks. It is never published."))
    contact = forms.CharField(label=_("Contact"), max_length=80, required=False)
    goods = forms.CharField(label=_("Goods"), max_length=100)
    quantity = AmountField(
        label=_("Quantity"),
        max_digits=9,
        decimal_places=3,
        min_value=0,
        widget=forms.TextInput(attrs=DECIMAL),
    )
    unit = forms.CharField(label=pgettext_lazy("of goods", "unit"), max_length=10, required=False)
    weight_kg = AmountField(
        label=_("Weight, kg"),
        max_digits=9,
        decimal_places=3,
        min_value=0,
        required=False,
        widget=forms.TextInput(attrs=DECIMAL),
    )
    received_at = MomentField(label=_("Received"))
    note = forms.CharField(label=_("Note"), max_length=200, required=False)

    def __init__(self, *args: Any, compound: Compound, at: dt.datetime, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["received_at"].initial = at
        set_clock(self, compound, at)

    def clean_quantity(self) -> Any:
        if not self.cleaned_data["quantity"]:
            raise forms.ValidationError(_("Write how much it is."), code="nothing")
        return self.cleaned_data["quantity"]

    def clean_weight_kg(self) -> Any:
        # Nought is how some say "not weighed".
        return self.cleaned_data["weight_kg"] or None


class ThanksForm(forms.Form):
    """`thanked`: on marks, empty takes the mark back."""

    thanked = forms.BooleanField(required=False)
