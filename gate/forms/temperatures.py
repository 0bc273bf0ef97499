"""Forms of the temperatures and the isolations."""

import datetime as dt
import re
import unicodedata
from decimal import Decimal
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from compound.forms.moments import MomentField, set_clock
from compound.forms.once import OnceField
from compound.models import Compound
from gate.forms.places import DoorField
from gate.measuring import METHODS
from gate.models import Isolation, TemperatureRecord
from gate.typed import visible

# 36.5 as people type it: 36,5 · 36。5 · 36度5 · 365 · 36.5℃, also full width.
_READING = re.compile(r"(?P<whole>[0-9]{2})(?:[.,、。度](?P<tenth>[0-9]))?(?:度|°C|°|C)?|(?P<three>[0-9]{3})")
LOWEST, HIGHEST = Decimal(30), Decimal(45)
# In isolation for so long unless somebody says otherwise.
DAYS = 14


class ReadingField(forms.CharField):
    """A temperature with one decimal, as a `Decimal`."""

    def __init__(self, **kwargs: Any) -> None:
        attrs = {"class": "short", "inputmode": "decimal", "autocomplete": "off"}
        super().__init__(max_length=12, widget=forms.TextInput(attrs=attrs), **kwargs)

    def clean(self, value: Any) -> Any:
        text = re.sub(r"\s", "", unicodedata.normalize("NFKC", super().clean(value)))
        found = _READING.fullmatch(text)
        if found is None:
            raise ValidationError(_("Write the temperature with one decimal, for example 36.5."), code="no_reading")
        tenths = found["three"] or found["whole"] + (found["tenth"] or "0")
        reading = (Decimal(tenths) / 10).quantize(Decimal("0.1"))
        if not LOWEST <= reading <= HIGHEST:
            raise ValidationError(_("A temperature lies between 30 and 45 °C."), code="no_temperature")
        return reading


class HandInForm(forms.Form):
    """A reading taken at a door."""

    id = OnceField()
    room = DoorField(label=_("Room"))
    person = forms.CharField(
        label=_("Who"),
        max_length=40,
        required=False,
        help_text=_("So that a second reading finds the first one, for example: grandmother."),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    value = ReadingField(label=_("°C"), help_text=_("36.5, 36,5 or 365"))
    method = forms.ChoiceField(
        label=_("Measured at"),
        choices=[("", "–"), *METHODS.items()],
        required=False,
        widget=forms.Select(attrs={"class": "short"}),
    )
    taken_at = MomentField(label=_("When"), required=False, help_text=_("Empty: just now."))

    def __init__(
        self, *args: Any, compound: Compound, at: dt.datetime, only: frozenset[int] | None, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.at = at
        self.fields["room"].compound = compound  # type: ignore[attr-defined]
        self.fields["room"].only = only  # type: ignore[attr-defined]
        set_clock(self, compound, at)

    def clean_person(self) -> str:
        return visible(self.cleaned_data["person"])

    def clean_taken_at(self) -> dt.datetime:
        """The minute that is going on is no future, though the box knows no seconds."""
        taken_at: dt.datetime | None = self.cleaned_data["taken_at"]
        return self.at if taken_at is None else taken_at


class CloseRecordForm(forms.Form):
    """How a fever ended: `outcome` is the button that was pressed."""

    record = forms.ModelChoiceField(queryset=TemperatureRecord.objects.none())
    outcome = forms.ChoiceField(choices=TemperatureRecord.Outcome.choices)
    note = forms.CharField(max_length=200, required=False)

    def __init__(self, *args: Any, compound: Compound, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        rows = TemperatureRecord.objects.filter(compound=compound)
        self.fields["record"].queryset = rows  # type: ignore[attr-defined]


class IsolateForm(forms.Form):
    """Who stays at home until when. The end is offered at midnight after two weeks."""

    room = DoorField(label=_("Room"))
    until = MomentField(label=_("Until"), help_text=_("The gate lets nobody of this household out before then."))
    note = forms.CharField(
        label=_("Note"),
        max_length=200,
        required=False,
        help_text=_("Why: for the medical group, coordinator and secretary. No gate and no captain sees it."),
    )

    def __init__(self, *args: Any, compound: Compound, at: dt.datetime, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["room"].compound = compound  # type: ignore[attr-defined]
        midnight = compound.moment(compound.day_of(at) + dt.timedelta(days=DAYS + 1), dt.time(0))
        self.initial.setdefault("until", midnight)
        set_clock(self, compound, at)


class EndIsolationForm(forms.Form):
    isolation = forms.ModelChoiceField(queryset=Isolation.objects.none())

    def __init__(self, *args: Any, compound: Compound, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        rows = Isolation.objects.filter(household__compound=compound)
        self.fields["isolation"].queryset = rows  # type: ignore[attr-defined]
