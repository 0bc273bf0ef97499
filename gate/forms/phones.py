"""A phone for a gate."""

import datetime as dt
from collections.abc import Mapping
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from compound.forms.moments import MomentField, set_clock
from compound.forms.once import OnceField
from compound.models import Compound, Gate
from roster.queries.at_gates import AtGate

HOURS = 12
MOST_DAYS = 7


class PhoneForm(forms.Form):
    """Which gate, whose phone, until when. `gate`: by its name; then its shift in the roster says whose and how long,
    else 12 hours are proposed."""

    id = OnceField()
    gate = forms.ModelChoiceField(label=_("Gate"), queryset=Gate.objects.none(), empty_label=None)
    label = forms.CharField(
        label=_("Whose phone"), max_length=40, help_text=_("So that you find it in the list, for example: 周静")
    )
    ends_at = MomentField(label=_("Until"), help_text=_("When the shift ends. The phone then lets nobody through."))

    def __init__(
        self,
        *args: Any,
        compound: Compound,
        at: dt.datetime,
        gate: str = "",
        roster: Mapping[int, AtGate] | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.at = at
        gates: Any = self.fields["gate"]
        gates.queryset = compound.gates.exclude(kind=Gate.Kind.SEALED)
        chosen = gates.queryset.filter(name=gate).first() if gate else None
        if chosen is not None:
            self.initial.setdefault("gate", chosen)
            if shift := (roster or {}).get(chosen.pk):
                self.initial.setdefault("ends_at", shift.ends_at)
                self.initial.setdefault("label", shift.names[0][:40])
        self.initial.setdefault("ends_at", (at + dt.timedelta(hours=HOURS)).replace(second=0, microsecond=0))
        set_clock(self, compound, at)

    def clean_ends_at(self) -> dt.datetime:
        ends_at: dt.datetime = self.cleaned_data["ends_at"]
        if ends_at > self.at + dt.timedelta(days=MOST_DAYS):
            raise ValidationError(_("Seven days at the most. Bind the phone again then."), code="too_long")
        return ends_at
