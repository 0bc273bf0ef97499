"""Forms of the shopper: a till receipt, why one does not count, a household's wish."""

import datetime as dt
from decimal import Decimal
from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from compound.access import SHOP
from compound.forms.moments import MomentField, set_clock
from compound.forms.once import OnceField
from compound.models import Compound, Membership, Role, User
from orders.forms.numbers import AmountField
from orders.models import Purchase, SubstituteWish


def shoppers_of(compound: Compound) -> QuerySet[User]:
    roles = [Role.SECRETARY, *SHOP]
    members = Membership.objects.filter(compound=compound, role__in=roles).values("user")
    return User.objects.filter(pk__in=members).order_by("name", "phone")


class ReceiptForm(forms.Form):
    """`purchases`: the ids of what is on it; which of them may be is the service's business."""

    id = OnceField()
    total = AmountField(label=_("Sum of the receipt, yuan"), min_value=Decimal("0.01"), max_digits=9, decimal_places=2)
    paid_by = forms.ModelChoiceField(label=_("Who paid"), queryset=User.objects.none(), empty_label=None)
    paid_at = MomentField(label=_("When"))
    photo = forms.FileField(
        label=_("Photo of the receipt"),
        required=False,
        widget=forms.FileInput(attrs={"accept": "image/*", "capture": "environment"}),
    )
    note = forms.CharField(label=_("Note"), max_length=200, required=False)
    purchases = forms.ModelMultipleChoiceField(queryset=Purchase.objects.none(), required=False)

    def __init__(self, *args: Any, compound: Compound, at: dt.datetime, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["paid_by"].queryset = shoppers_of(compound)  # type: ignore[attr-defined]
        purchases = Purchase.objects.filter(good__round__compound=compound)
        self.fields["purchases"].queryset = purchases  # type: ignore[attr-defined]
        set_clock(self, compound, at)


class VoidForm(forms.Form):
    reason = forms.CharField(label=_("Why does it not count?"), max_length=100)


class WishForm(forms.Form):
    """What a household wants when its good cannot be had."""

    wish = forms.ChoiceField(label=_("When something cannot be had"), choices=SubstituteWish.Wish.choices)
