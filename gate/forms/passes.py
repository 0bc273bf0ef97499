"""Forms of the passes: one for each kind, since each has other questions."""

import datetime as dt
import uuid
from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from compound.forms.doors import RoomField
from compound.forms.moments import MomentField, set_clock
from compound.forms.once import OnceField
from compound.models import Compound
from gate.forms.doors import DoorForm
from gate.models import Pass
from gate.services.passes import MOST_DAYS, Terms

Kind = Pass.Kind


def _name(**kwargs: Any) -> forms.CharField:
    kwargs.setdefault("label", _("Name"))
    return forms.CharField(max_length=40, widget=forms.TextInput(attrs={"autocomplete": "off"}), **kwargs)


class PassForm(DoorForm):
    """A household's pass, and what all kinds have in common. `terms` of a valid form is for the service."""

    kind: str = Kind.HOUSEHOLD
    id = OnceField()
    valid_until = MomentField(
        label=_("Good until"), required=False, help_text=_("Empty: until it is revoked or replaced.")
    )

    def __init__(self, *args: Any, compound: Compound, at: dt.datetime, **kwargs: Any) -> None:
        super().__init__(*args, compound=compound, **kwargs)
        set_clock(self, compound, at)

    @property
    def terms(self) -> Terms:
        data = self.cleaned_data
        names = ("holder", "employer", "plate", "valid_from", "valid_until", "every_days", "single", "consent", "seen")
        return Terms(**{name: data[name] for name in names if data.get(name) not in (None, "")})


class EssentialForm(PassForm):
    kind = Kind.ESSENTIAL
    holder = _name(help_text=_("As it stands on the identity card: the guard compares it."))
    employer = forms.CharField(label=_("Employer"), max_length=80)
    seen = forms.BooleanField(
        label=_("I have seen the employer's certificate"),
        help_text=_("Your name is noted with it. No copy is kept."),
    )
    valid_until = MomentField(label=_("Good until"), help_text=_("At the latest as long as the certificate."))


class MedicalForm(PassForm):
    kind = Kind.MEDICAL
    holder = _name(required=False, help_text=_("No illness: only who goes."))
    how_often = forms.ChoiceField(
        label=_("How often"),
        choices=[("days", _("every so many days")), ("single", _("once"))],
        initial="days",
        widget=forms.RadioSelect,
    )
    every_days = forms.IntegerField(
        label=_("Every so many days"),
        required=False,
        initial=2,
        min_value=1,
        max_value=MOST_DAYS,
        help_text=_("2: every second day, for example for dialysis."),
        widget=forms.NumberInput(attrs={"class": "short"}),
    )
    seen = forms.BooleanField(
        label=_("I have seen the hospital's letter"),
        required=False,
        help_text=_("Your name is noted with it. No copy is kept."),
    )
    valid_from = MomentField(label=_("Good from"), required=False, help_text=_("Empty: from now on."))

    @property
    def terms(self) -> Terms:
        data = self.cleaned_data
        data["single"] = data["how_often"] == "single"
        if data["single"]:
            data["every_days"] = None
        return super().terms


class VisitorForm(PassForm):
    kind = Kind.VISITOR
    room = RoomField(label=_("Room that is visited"))
    holder = _name(label=_("Name of the visitor"))
    consent = forms.BooleanField(
        label=_("The household has agreed"), help_text=_("Ask it first, by telephone or in the chat.")
    )
    valid_from = MomentField(label=_("Good from"), required=False, help_text=_("Empty: from now on."))
    valid_until = MomentField(label=_("Good until"))


class VehicleForm(PassForm):
    kind = Kind.VEHICLE
    room = RoomField(required=False, help_text=_("Empty for a supply vehicle that belongs to no household."))
    plate = forms.CharField(
        label=_("Plate"),
        max_length=16,
        help_text=_("For example 沪A12345."),
        widget=forms.TextInput(attrs={"class": "short", "autocomplete": "off", "autocapitalize": "characters"}),
    )
    holder = _name(label=_("Driver"), required=False)


class VolunteerForm(PassForm):
    kind = Kind.VOLUNTEER
    room = RoomField(required=False, help_text=_("Empty for somebody who was sent in from outside."))
    holder = _name()
    employer = forms.CharField(label=_("Sent by"), max_length=80, required=False)


FORMS: dict[str, type[PassForm]] = {
    form.kind: form for form in (PassForm, EssentialForm, MedicalForm, VisitorForm, VehicleForm, VolunteerForm)
}
ORDER = {
    Kind.HOUSEHOLD: ["room", "valid_until"],
    Kind.ESSENTIAL: ["room", "holder", "employer", "seen", "valid_until"],
    Kind.MEDICAL: ["room", "holder", "how_often", "every_days", "seen", "valid_from", "valid_until"],
    Kind.VISITOR: ["room", "holder", "consent", "valid_from", "valid_until"],
    Kind.VEHICLE: ["plate", "room", "holder", "valid_until"],
    Kind.VOLUNTEER: ["holder", "employer", "room", "valid_until"],
}


def pass_form(kind: str, data: QueryDict | None, *, compound: Compound, at: dt.datetime, room: str = "") -> PassForm:
    """The form of a kind, with its boxes in the order in which one asks; `room` fills the first one."""
    kind = kind if kind in FORMS else Kind.HOUSEHOLD
    form = FORMS[kind](data, compound=compound, at=at, initial={"room": room})
    form.order_fields(["id", *ORDER[Kind(kind)]])
    return form


class EndForm(forms.Form):
    """Why a pass ends."""

    reason = forms.CharField(label=_("Why"), max_length=100)


class ForAllForm(forms.Form):
    with_empty = forms.BooleanField(label=_("Empty flats too"), required=False)


class ChosenForm(forms.Form):
    """Which passes are printed: those ticked, those of a building, or all of them."""

    card = forms.TypedMultipleChoiceField(coerce=uuid.UUID, required=False)
    building = forms.CharField(max_length=20, required=False)
    kind = forms.ChoiceField(choices=[("", ""), *Kind.choices], required=False)

    def __init__(self, data: QueryDict) -> None:
        super().__init__(data)
        # Any id may be asked for; those of other compounds are not found.
        self.fields["card"].choices = [(text, text) for text in data.getlist("card")[:500]]  # type: ignore[attr-defined]

    def clean_card(self) -> list[uuid.UUID]:
        return list(self.cleaned_data["card"])
