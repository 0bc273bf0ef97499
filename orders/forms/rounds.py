"""Forms of the rounds: a new one, its cut-off, its end, its goods, the daily schedule."""

import datetime as dt
from decimal import Decimal
from typing import Any, ClassVar

from django import forms
from django.utils.translation import gettext_lazy as _

from compound.forms.moments import MomentField, set_clock
from compound.forms.once import OnceField
from compound.models import Compound
from orders.forms.numbers import AmountField
from orders.goods_lines import GoodsLine, parse_goods
from orders.models import Offer, Order, Round, RoundSchedule, SupplyPoint


class RoundForm(forms.Form):
    """A round beside those of the schedule."""

    id = OnceField()
    title = forms.CharField(
        label=_("Title"), max_length=80, help_text=_("What the neighbours call it, for example: Saturday's pork")
    )
    supply_point = forms.ModelChoiceField(
        label=_("Supply point"), queryset=SupplyPoint.objects.none(), empty_label=None
    )
    opens_at = MomentField(label=_("Opens"))
    cutoff_at = MomentField(label=_("Cut-off"), help_text=_("Orders that come later are kept for the next round."))

    def __init__(self, *args: Any, compound: Compound, at: dt.datetime, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["supply_point"].queryset = compound.supply_points.filter(is_active=True)  # type: ignore[attr-defined]
        set_clock(self, compound, at)


class CutoffForm(forms.Form):
    cutoff_at = MomentField(label=_("New cut-off"))

    def __init__(self, *args: Any, compound: Compound, at: dt.datetime, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        set_clock(self, compound, at)


class ReasonForm(forms.Form):
    """Why a round or an order ends."""

    reason = forms.CharField(label=_("Why"), max_length=100)


class LateForm(forms.Form):
    """Which late orders go into which round."""

    order = forms.ModelMultipleChoiceField(queryset=Order.objects.none())
    into = forms.ModelChoiceField(queryset=Round.objects.none())

    def __init__(self, *args: Any, compound: Compound, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        orders = Order.objects.filter(round__compound=compound)
        self.fields["order"].queryset = orders  # type: ignore[attr-defined]
        self.fields["into"].queryset = compound.rounds.all()  # type: ignore[attr-defined]


class GoodsForm(forms.Form):
    """Goods, one a line. `goods` is what was typed, `lines` what was understood."""

    goods = forms.CharField(
        label=_("Goods, one a line"),
        max_length=20_000,
        help_text=_(
            "Name, unit, price, cap per household, for example: eggs tray 23.5 max 2. What is not known stays away."
            " A section of the shop stands on a line of its own: 【vegetables】 Where it is so, also: min 600 (a"
            " group buy needs so much in all), 12bottles/crate, weighed."
        ),
        widget=forms.Textarea(attrs={"rows": 8, "class": "area", "spellcheck": "false"}),
    )

    @property
    def lines(self) -> list[GoodsLine]:
        return parse_goods(self.cleaned_data.get("goods", ""))


class OfferForm(forms.ModelForm[Offer]):
    class Meta:
        model = Offer
        fields = ["price", "cap", "minimum", "rounding", "surplus"]
        field_classes: ClassVar = {"price": AmountField, "cap": AmountField, "minimum": AmountField}
        help_texts: ClassVar = {
            "minimum": _("Over all households. Below it you are asked at the cut-off what happens."),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # What does not come by the pack has nothing to round.
        if self.instance.item.pack_size is None:
            for name in ("rounding", "surplus"):
                del self.fields[name]

    def clean_minimum(self) -> Decimal | None:
        minimum: Decimal | None = self.cleaned_data["minimum"]
        # Nought is how some say "none".
        return minimum or None


class OfferChoice(forms.Form):
    """Which offer of the round a button is about."""

    offer = forms.ModelChoiceField(queryset=Offer.objects.none())

    def __init__(self, *args: Any, round: Round, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["offer"].queryset = round.offers.select_related("item", "round")  # type: ignore[attr-defined]


class RoundChoice(forms.Form):
    """Which earlier round the goods are copied from."""

    source = forms.ModelChoiceField(queryset=Round.objects.none())

    def __init__(self, *args: Any, compound: Compound, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["source"].queryset = compound.rounds.all()  # type: ignore[attr-defined]


class ScheduleForm(forms.Form):
    supply_point = forms.ModelChoiceField(
        label=_("Supply point"), queryset=SupplyPoint.objects.none(), empty_label=None
    )
    cutoff = forms.TimeField(
        label=_("Cut-off each day"),
        widget=forms.TimeInput(attrs={"type": "time", "class": "short"}, format="%H:%M"),
    )

    def __init__(self, *args: Any, compound: Compound, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["supply_point"].queryset = compound.supply_points.filter(is_active=True)  # type: ignore[attr-defined]


class ScheduleSwitch(forms.Form):
    schedule = forms.ModelChoiceField(queryset=RoundSchedule.objects.none())
    is_active = forms.BooleanField(required=False)

    def __init__(self, *args: Any, compound: Compound, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        rows = compound.round_schedules.select_related("supply_point", "compound")
        self.fields["schedule"].queryset = rows  # type: ignore[attr-defined]


class SupplyPointForm(forms.Form):
    name = forms.CharField(label=_("Name"), max_length=40)
    kind = forms.ChoiceField(label=_("Kind"), choices=SupplyPoint.Kind.choices)
