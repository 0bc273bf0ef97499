"""Forms of the volunteers: a new one, changes, skills with their papers, the boxes above the list."""

import uuid
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from compound.forms.doors import FindsDoor, RoomField
from compound.models import PHONE, Compound
from compound.models.accounts import clean_phone
from compound.rooms import clean
from roster.models import Skill, Volunteer
from roster.models.people import Origin
from roster.phone_numbers import phone_fault
from roster.queries.volunteers import STATES, Filter
from roster.services.volunteers import FIELDS, Details, Evidence

FAULTS = {
    "short": _(
        "Is a digit missing? A mobile has 11, for example 13800001234; a landline needs its area code, a number from "
        "abroad begins with +."
    ),
    "long": _(
        "A digit too many? A mobile has 11, for example 13800001234; a landline needs its area code, a number from "
        "abroad begins with +."
    ),
    "strange": _(
        "Is this number right? A mobile has 11 digits, for example 13800001234; a landline needs its area code, a "
        "number from abroad begins with +."
    ),
}


class PhoneNumber(forms.CharField):
    """A number as people write it; what comes out is as it is kept."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("label", _("Phone"))
        super().__init__(
            max_length=30,
            widget=forms.TextInput(attrs={"class": "short", "inputmode": "tel", "autocomplete": "tel"}),
            **kwargs,
        )

    def to_python(self, value: Any) -> str:
        text = str(super().to_python(value) or "")
        return clean_phone(text)

    def run_validators(self, value: Any) -> None:
        super().run_validators(value)
        if value not in self.empty_values:
            PHONE(value)
            if fault := phone_fault(value):
                raise ValidationError(FAULTS[fault], code=fault)


def _number(label: Any, most: int) -> forms.IntegerField:
    return forms.IntegerField(
        label=label,
        required=False,
        min_value=0,
        max_value=most,
        help_text=_("Empty: the compound's own limit."),
        widget=forms.NumberInput(attrs={"class": "short", "inputmode": "numeric"}),
    )


class DetailsForm(FindsDoor):
    """What is known of a volunteer beside name and number. `details` of a valid form is for the service."""

    origin = forms.ChoiceField(label=_("From where"), choices=Origin.choices, widget=forms.RadioSelect)
    room = RoomField(label=_("Lives in"), required=False, help_text=_("20-1702; empty for somebody from outside."))
    chosen = forms.CharField(max_length=62, required=False, widget=forms.HiddenInput)
    organisation = forms.CharField(
        label=_("Organisation"), max_length=80, required=False, help_text=_("Who sent them, for example 区财政局.")
    )
    email = forms.EmailField(label=_("E-mail"), required=False, help_text=_("For reminders before a shift."))
    hours_a_week = _number(_("Hours a week at most"), 168)
    nights_a_week = _number(_("Nights a week at most"), 7)
    ground_floor_only = forms.BooleanField(label=_("No stairs: ground-floor work only"), required=False)
    note = forms.CharField(label=_("Note"), max_length=200, required=False, help_text=_("No illnesses, please."))

    def __init__(self, *args: Any, compound: Compound, volunteer: Volunteer | None = None, **kwargs: Any) -> None:
        super().__init__(*args, compound=compound, **kwargs)
        del self.fields["room"].widget.attrs["autofocus"]
        self.initial.setdefault("origin", Origin.RESIDENT)
        if volunteer:
            self.initial.update({name: getattr(volunteer, name) for name in FIELDS if name != "household"})
            self.initial["room"] = volunteer.household.room if volunteer.household else ""

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        if room := clean(data.get("room") or ""):
            self.find_door(room, data.get("chosen") or "")
        return data

    @property
    def details(self) -> Details:
        given = {name: self.cleaned_data[name] for name in FIELDS if name != "household"}
        return Details(household=self.household, **given)


class NewVolunteerForm(DetailsForm):
    phone = PhoneNumber(help_text=_("Whoever has this number already keeps name and password."))
    name = forms.CharField(label=_("Name"), max_length=40, widget=forms.TextInput(attrs={"autocomplete": "off"}))
    skills = forms.ModelMultipleChoiceField(
        label=_("What they can do"),
        queryset=Skill.objects.none(),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    field_order = ("name", "phone", "origin", "room", "chosen", "organisation", "skills")

    def __init__(self, *args: Any, compound: Compound, **kwargs: Any) -> None:
        super().__init__(*args, compound=compound, **kwargs)
        skills: Any = self.fields["skills"]
        skills.queryset = Skill.objects.filter(compound=compound)
        if not skills.queryset.exists():
            del self.fields["skills"]


class SkillsForm(forms.Form):
    """For each skill of the compound: has it, which paper, seen. `lines` pairs them for the page."""

    def __init__(self, data: Any = None, *, compound: Compound, volunteer: Volunteer) -> None:
        super().__init__(data)
        has = {row.skill_id: row for row in volunteer.skill_rows.select_related("seen_by")}
        self.skills = list(Skill.objects.filter(compound=compound))
        self.rows = [(skill, has.get(skill.pk)) for skill in self.skills]
        for skill, row in self.rows:
            self.fields[f"has-{skill.pk}"] = forms.BooleanField(
                label=skill.name, required=False, initial=row is not None
            )
            self.fields[f"paper-{skill.pk}"] = forms.CharField(
                label=_("Paper"),
                max_length=80,
                required=False,
                initial=row.evidence if row else "",
                widget=forms.TextInput(attrs={"autocomplete": "off"}),
            )
            self.fields[f"seen-{skill.pk}"] = forms.BooleanField(
                label=_("I have seen it"), required=False, initial=bool(row and row.seen_at)
            )

    @property
    def lines(self) -> list[dict[str, Any]]:
        return [
            {
                "skill": skill,
                "row": row,
                "has": self[f"has-{skill.pk}"],
                "paper": self[f"paper-{skill.pk}"],
                "seen": self[f"seen-{skill.pk}"],
            }
            for skill, row in self.rows
        ]

    @property
    def chosen(self) -> dict[uuid.UUID, Evidence]:
        data = self.cleaned_data
        return {
            skill.pk: Evidence(data[f"paper-{skill.pk}"], data[f"seen-{skill.pk}"])
            for skill in self.skills
            if data[f"has-{skill.pk}"]
        }


def filter_of(query: QueryDict) -> Filter:
    """Whatever is no choice counts as none."""
    return Filter(
        text=query.get("q", "")[:40],
        group=_uuid(query.get("group", "")),
        skill=_uuid(query.get("skill", "")),
        origin=query.get("origin", "") if query.get("origin") in Origin.values else "",
        state=query.get("state", "") if query.get("state") in STATES else "active",
    )


def _uuid(text: str) -> uuid.UUID | None:
    try:
        return uuid.UUID(text)
    except ValueError:
        return None
