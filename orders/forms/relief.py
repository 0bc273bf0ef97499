"""Forms of a relief round: whom it is for, counts, the gap, its doors, its end."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from compound.forms.doors import FindsDoor, RoomField
from compound.forms.once import OnceField
from compound.models import Building, Compound, Tag
from orders.models import Donation, Relief, ReliefCount
from orders.relief_rules import MOST_AT_A_DOOR

NUMBER = {"inputmode": "numeric", "class": "short", "autocomplete": "off"}
# Donations that can be chosen for a round: the newest.
RECENT_DONATIONS = 40


class ReliefForm(forms.Form):
    """A new round: what, how many each, and for whom. Nothing chosen among buildings or tags means all of them."""

    id = OnceField()
    title = forms.CharField(label=_("Title"), max_length=80, help_text=_("For example: vegetables, third delivery"))
    content = forms.CharField(label=_("In the parcel"), max_length=200, required=False)
    count_by = forms.ChoiceField(
        label=_("Counted"), choices=Relief.CountBy.choices, widget=forms.RadioSelect, initial=Relief.CountBy.HOUSEHOLD
    )
    per_count = forms.IntegerField(
        label=_("Parcels each"),
        min_value=1,
        max_value=MOST_AT_A_DOOR,
        initial=1,
        widget=forms.NumberInput(attrs=NUMBER),
    )
    occupied = forms.BooleanField(label=_("Only flats in which somebody lives"), required=False, initial=True)
    buildings = forms.ModelMultipleChoiceField(
        label=_("Only these buildings"),
        queryset=Building.objects.none(),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    tags = forms.ModelMultipleChoiceField(
        label=_("Only households with one of these tags"),
        queryset=Tag.objects.none(),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )

    def __init__(self, *args: Any, compound: Compound, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["buildings"].queryset = compound.buildings.order_by("sort_key")  # type: ignore[attr-defined]
        self.fields["tags"].queryset = Tag.objects.all()  # type: ignore[attr-defined]

    @property
    def who(self) -> dict[str, Any]:
        """The filter of `orders.queries.relief.households_for`."""
        return {
            "occupied": self.cleaned_data["occupied"],
            "buildings": [building.pk for building in self.cleaned_data["buildings"]],
            "tags": [tag.code for tag in self.cleaned_data["tags"]],
        }


class CountForm(forms.Form):
    """What was counted at one station; below zero puts an earlier count right."""

    id = OnceField()
    step = forms.ChoiceField(
        label=_("Station"), choices=[choice for choice in ReliefCount.Step.choices if choice[0] != "explained"]
    )
    count = forms.IntegerField(
        label=_("Parcels counted"),
        help_text=_("A wrong count is put right by a further one, for example −5."),
        widget=forms.TextInput(attrs=NUMBER | {"inputmode": "text"}),
    )
    note = forms.CharField(label=_("Note"), max_length=200, required=False)


class ExplainForm(forms.Form):
    """Where parcels are that nobody has counted."""

    id = OnceField()
    count = forms.IntegerField(
        label=pgettext_lazy("relief", "Parcels"), widget=forms.TextInput(attrs=NUMBER | {"inputmode": "text"})
    )
    reason = forms.CharField(
        label=_("Where are they?"), max_length=200, help_text=_("For example: two torn on the way, given to the gate.")
    )
    owed = forms.BooleanField(
        label=_("Parcels of doors that have none yet are among them: these doors get none"), required=False
    )


class EndForm(forms.Form):
    """Closing, with a reason when doors are left."""

    reason = forms.CharField(label=_("Why is this the end of it?"), max_length=200, required=False)


class ReopenForm(forms.Form):
    reason = forms.CharField(label=_("Why is it opened again?"), max_length=200)


class ReliefDoorForm(FindsDoor):
    """One door by its room: added to a round, or taken off it with a reason."""

    room = RoomField()
    chosen = forms.CharField(required=False, max_length=62)
    due = forms.IntegerField(
        label=pgettext_lazy("relief", "Parcels"),
        required=False,
        min_value=1,
        max_value=MOST_AT_A_DOOR,
        help_text=_("Empty: as everybody gets."),
        widget=forms.NumberInput(attrs=NUMBER),
    )
    reason = forms.CharField(label=_("Why"), max_length=200, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # It stands far down on the page of a round.
        self.fields["room"].widget.attrs.pop("autofocus", None)

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        if data.get("room"):
            self.find_door(data["room"], data.get("chosen", ""))
        return data


class GiftsForm(forms.Form):
    """Which donations a round is made of."""

    donations = forms.ModelMultipleChoiceField(
        label=_("Made of these donations"),
        queryset=Donation.objects.none(),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )

    def __init__(self, *args: Any, compound: Compound, relief: Relief, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        recent = Donation.objects.filter(compound=compound).order_by("-received_at").values("pk")[:RECENT_DONATIONS]
        linked = relief.donations.values("pk")
        gifts = Donation.objects.filter(compound=compound).filter(pk__in=recent) | Donation.objects.filter(
            compound=compound
        ).filter(pk__in=linked)
        self.fields["donations"].queryset = gifts.order_by("-received_at")  # type: ignore[attr-defined]


class DaysForm(forms.Form):
    """From one day to another, both included."""

    first = forms.DateField(
        label=pgettext_lazy("relief", "From"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )
    last = forms.DateField(label=_("To"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"))

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        first, last = data.get("first"), data.get("last")
        if first and last and first > last:
            raise ValidationError(_("The first day comes before the last."), code="days")
        return data
