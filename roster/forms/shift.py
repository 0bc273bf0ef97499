"""One shift by hand: when, how many, who, why."""

import datetime as dt
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from compound.forms.moments import MomentField, set_clock
from compound.models import Compound
from roster.models import Post, Shift

LONGEST = dt.timedelta(hours=24)
SHORT = {"class": "short"}


class HoursForm(forms.Form):
    """When and how many; the hours are the clock on the compound's wall."""

    starts_at = MomentField(label=_("Starts at"))
    ends_at = MomentField(label=_("Ends at"), help_text=_("After midnight it is the next day's date."))
    minimum = forms.IntegerField(
        label=_("People at least"), min_value=1, max_value=30, widget=forms.NumberInput(attrs=SHORT)
    )
    maximum = forms.IntegerField(
        label=_("People at most"), min_value=1, max_value=30, widget=forms.NumberInput(attrs=SHORT)
    )
    note = forms.CharField(
        label=_("Note"),
        max_length=200,
        required=False,
        help_text=_("Seen by those who are on it. For example: bring a raincoat."),
    )

    def __init__(self, *args: Any, compound: Compound, at: dt.datetime, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        set_clock(self, compound, at)

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        starts_at, ends_at = data.get("starts_at"), data.get("ends_at")
        if starts_at and ends_at and ends_at <= starts_at:
            self.add_error("ends_at", ValidationError(_("The end must come after the start."), "end_before_start"))
        elif starts_at and ends_at and ends_at - starts_at > LONGEST:
            self.add_error("ends_at", ValidationError(_("Longer than 24 hours: make several shifts of it."), "long"))
        minimum, maximum = data.get("minimum"), data.get("maximum")
        if minimum and maximum and maximum < minimum:
            self.add_error("maximum", ValidationError(_("Not fewer than at least."), "maximum"))
        return data


class NewShiftForm(HoursForm):
    post = forms.ModelChoiceField(label=_("Post"), queryset=Post.objects.none(), empty_label=None)
    field_order = ("post", "starts_at", "ends_at", "minimum", "maximum", "note")

    def __init__(self, *args: Any, compound: Compound, at: dt.datetime, **kwargs: Any) -> None:
        super().__init__(*args, compound=compound, at=at, **kwargs)
        posts = Post.objects.filter(compound=compound, ended_at=None).select_related("group")
        self.fields["post"].queryset = posts  # type: ignore[attr-defined]


class EditShiftForm(HoursForm):
    """Filled in with the shift as it stands."""

    def __init__(self, *args: Any, shift: Shift, at: dt.datetime, **kwargs: Any) -> None:
        now = {name: getattr(shift, name) for name in ("starts_at", "ends_at", "minimum", "maximum", "note")}
        super().__init__(*args, compound=shift.compound, at=at, initial=now, **kwargs)


class AssignForm(forms.Form):
    """`why` sets aside what a coordinator or leader may set aside; without it only what no rule asks about."""

    volunteer = forms.UUIDField()
    why = forms.CharField(max_length=200, required=False)
    # The assignment whose seat it is until now.
    instead = forms.UUIDField(required=False)


class UnassignForm(forms.Form):
    assignment = forms.UUIDField()
    why = forms.CharField(label=_("Why"), max_length=200)


class CancelForm(forms.Form):
    why = forms.CharField(
        label=_("Why is it cancelled?"),
        max_length=100,
        help_text=_("Whoever is on it is told, with these words."),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
