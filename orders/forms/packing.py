"""The form of one bag, and what labels are printed."""

from decimal import Decimal
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from compound.models import Building, Compound, Household
from orders.forms.pastes import quantity_of
from orders.queries.packing import PackDoor
from orders.services.packing import MOST_BAGS


class BagForm(forms.Form):
    """`do`: packed, rest_missing, check, undo. Of each line `in-<pk>` is its tick and `packed-<pk>` how much."""

    room = forms.CharField(max_length=62)
    do = forms.ChoiceField(choices=[(do, do) for do in ("packed", "rest_missing", "check", "undo")])
    bags = forms.IntegerField(
        min_value=1,
        max_value=MOST_BAGS,
        required=False,
        error_messages={
            "invalid": _("How many bags? A whole number."),
            "min_value": _("How many bags? A whole number."),
            "max_value": _("How many bags? A whole number."),
        },
    )

    def __init__(self, *args: Any, building: Building, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.building = building
        self.household: Household | None = None

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        self.household = Household.objects.filter(building=self.building, room=data.get("room", "")).first()
        if self.household is None:
            raise ValidationError(_("This door is not in this round."), code="room")
        return data

    def packed(self, door: PackDoor) -> dict[int, Decimal]:
        """By line how much is in the bag. Raises ValidationError for what is not ticked, or ticked without a weight."""
        found: dict[int, Decimal] = {}
        unticked = 0
        for pack in door.lines:
            key = pack.line.pk
            if pack.waits:
                found[key] = Decimal(0)
                continue
            typed = str(self.data.get(f"packed-{key}", "")).strip()
            door.typed[key] = typed
            if not pack.need and not typed:
                found[key] = Decimal(0)
            elif f"in-{key}" not in self.data:
                unticked += 1
                found[key] = Decimal(0)
            else:
                found[key] = self._amount(typed, pack.line.goods, is_weighed=pack.is_weighed, need=pack.need)
        if unticked and self.cleaned_data["do"] != "rest_missing":
            text = _("Tick each good that is in the bag. What is not there at all: “The rest is missing”.")
            raise ValidationError(text, code="unticked")
        return found

    def _amount(self, typed: str, goods: str, *, is_weighed: bool, need: Decimal) -> Decimal:
        if not typed and not is_weighed:
            return need
        quantity = quantity_of(typed) if typed else None
        if quantity is None:
            raise ValidationError(_("%(goods)s: how much is it?"), code="weight", params={"goods": goods})
        return Decimal(quantity)


class LabelsForm(forms.Form):
    """Which labels: on which paper, of which building (empty: of all), from which place of a begun sheet on."""

    ROLL, SHEET = "roll", "a4"
    paper = forms.ChoiceField(
        label=_("Paper"),
        choices=[(SHEET, _("A4, 3 × 8 labels")), (ROLL, _("Label printer, 8 × 6 cm"))],
        initial=SHEET,
    )
    building = forms.ModelChoiceField(
        label=_("Building"),
        queryset=Building.objects.none(),
        required=False,
        to_field_name="name",
        empty_label=_("all"),
    )
    first = forms.IntegerField(
        label=_("First free label of the A4 sheet"),
        min_value=1,
        max_value=24,
        required=False,
        initial=1,
        widget=forms.NumberInput(attrs={"class": "short", "inputmode": "numeric"}),
    )

    def __init__(self, *args: Any, compound: Compound, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["building"].queryset = compound.buildings.all()  # type: ignore[attr-defined]
