"""Forms of the parcels at the outer line."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from compound.forms.once import OnceField
from compound.models import Building, Compound, Gate
from gate.forms.places import PlaceField
from gate.models import Parcel


class DropForm(forms.Form):
    """What was put at the outer line, and for whom."""

    id = OnceField()
    place = PlaceField(label=_("Room or building"), help_text=_("20-1702, or 20 for the whole building."))
    count = forms.IntegerField(
        label=_("How many"),
        min_value=1,
        max_value=99,
        initial=1,
        widget=forms.NumberInput(attrs={"class": "short", "inputmode": "numeric"}),
    )
    gate = forms.ModelChoiceField(label=_("Gate"), queryset=Gate.objects.none(), empty_label=None)
    note = forms.CharField(
        label=_("Note"), max_length=100, required=False, help_text=_("For example: fresh food, cool box.")
    )

    def __init__(self, *args: Any, compound: Compound, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["gate"].queryset = compound.gates.exclude(kind=Gate.Kind.SEALED)  # type: ignore[attr-defined]
        self.fields["place"].compound = compound  # type: ignore[attr-defined]


class StepForm(forms.Form):
    """Which parcel, and which step: `do` is the button that was pressed."""

    parcel = forms.ModelChoiceField(queryset=Parcel.objects.none())
    do = forms.ChoiceField(choices=[(step, step) for step in ("disinfect", "hand_over", "withdraw")])
    to = forms.CharField(max_length=40, required=False)
    why = forms.CharField(max_length=100, required=False)

    def __init__(self, *args: Any, compound: Compound, only: frozenset[int] | None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        rows = Parcel.objects.filter(compound=compound)
        if only is not None:
            rows = rows.filter(building__in=only)
        self.fields["parcel"].queryset = rows  # type: ignore[attr-defined]


class PileForm(forms.Form):
    """A building, all of whose parcels are sprayed at once."""

    building = forms.ModelChoiceField(queryset=Building.objects.none(), to_field_name="name")

    def __init__(self, *args: Any, compound: Compound, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["building"].queryset = compound.buildings.all()  # type: ignore[attr-defined]
