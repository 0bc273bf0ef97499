"""The public page of new volunteers, and the coordinator's answer."""

import datetime as dt
import uuid
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from compound.days import WEEKDAYS
from compound.forms.moments import MomentField, set_clock
from compound.models import Compound
from roster.forms.volunteers import PhoneNumber
from roster.models import DutyGroup, Skill
from roster.models.people import Origin
from roster.queries.sign_ups import Waiting
from roster.services.sign_ups import Answers
from roster.times_of_day import PART_HOURS, PART_NAMES, PARTS

NO_DOOR = "-"


def _ticks(**kwargs: Any) -> dict[str, Any]:
    return {"required": False, "widget": forms.CheckboxSelectMultiple, **kwargs}


class SignUpForm(forms.Form):
    """Few words, big ticks. `answers` of a valid form is for the service."""

    name = forms.CharField(
        label=pgettext_lazy("of somebody who signs up", "Your name"),
        max_length=40,
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )
    phone = PhoneNumber(label=_("Phone"), help_text=_("The coordinator calls you back on it."))
    origin = forms.ChoiceField(
        label=_("Where do you come from?"),
        choices=Origin.choices,
        widget=forms.RadioSelect,
        initial=Origin.RESIDENT,
    )
    room = forms.CharField(
        label=_("Room"),
        max_length=20,
        required=False,
        help_text=_("If you live here, for example 20-1702."),
        widget=forms.TextInput(attrs={"class": "short", "autocomplete": "off"}),
    )
    organisation = forms.CharField(
        label=_("Organisation"), max_length=80, required=False, help_text=_("If somebody has sent you.")
    )
    skills = forms.ModelMultipleChoiceField(label=_("What can you do?"), queryset=Skill.objects.none(), **_ticks())
    days = forms.TypedMultipleChoiceField(
        label=_("On which days can you?"), coerce=int, choices=list(enumerate(WEEKDAYS)), **_ticks()
    )
    times = forms.MultipleChoiceField(
        label=_("At what time?"),
        choices=[(part, PART_NAMES[part]) for part in ("morning", "afternoon", "evening", "night")],
        **_ticks(),
    )
    hours_a_week = forms.IntegerField(
        label=_("Hours a week at most"),
        required=False,
        min_value=1,
        max_value=168,
        widget=forms.NumberInput(attrs={"class": "short", "inputmode": "numeric"}),
    )
    ground_floor_only = forms.BooleanField(label=_("I cannot climb stairs"), required=False)
    note = forms.CharField(label=_("Anything else we should know?"), max_length=200, required=False)
    consent = forms.BooleanField(
        label=_(
            "I agree: the coordinator uses this to call me and to plan shifts, and nothing else. "
            "It is deleted 30 days after I stop or am not needed."
        ),
        error_messages={"required": _("Please tick this; without it we may not keep your number.")},
    )

    def __init__(self, *args: Any, compound: Compound, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        skills: Any = self.fields["skills"]
        skills.queryset = Skill.objects.filter(compound=compound)
        times: Any = self.fields["times"]
        # The hours stay in one piece on the narrowest phone.
        hours = '{} <span class="nowrap">{}</span>'
        times.choices = [(part, format_html(hours, PART_NAMES[part], PART_HOURS[part])) for part in PARTS]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        if data.get("times") and not data.get("days"):
            self.add_error("days", ValidationError(_("Tick the days as well."), code="days_missing"))
        if data.get("days") and not data.get("times"):
            self.add_error("times", ValidationError(_("Tick the times as well."), code="times_missing"))
        return data

    @property
    def answers(self) -> Answers:
        data = self.cleaned_data
        names = (
            "name", "phone", "origin", "room", "organisation", "skills", "days", "times", "hours_a_week",
            "ground_floor_only", "note",
        )  # fmt: skip
        return Answers(**{name: data[name] for name in names})


class IdsField(forms.MultipleChoiceField):
    """Boxes that stand elsewhere on the page; whatever is no UUID is left out."""

    def to_python(self, value: Any) -> list[str]:
        return [str(each) for each in super().to_python(value) if _is_uuid(each)]

    def valid_value(self, value: str) -> bool:
        return True


def _is_uuid(text: str) -> bool:
    try:
        uuid.UUID(text)
    except ValueError:
        return False
    return True


class RefuseForm(forms.Form):
    """Many at once: the ticked ones, or all that have come since a moment."""

    sign_up = IdsField(required=False)
    since = MomentField(
        label=_("All that have come since"),
        required=False,
        help_text=_("When somebody has sent very many: look at the time of the first one."),
    )

    def __init__(self, data: Any = None, *, compound: Compound, at: dt.datetime) -> None:
        super().__init__(data)
        set_clock(self, compound, at)

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        if not self.errors and not data["sign_up"] and data["since"] is None:
            text = _("Tick who is not taken, or write since when.")
            self.add_error("since", ValidationError(text, code="none_chosen"))
        return data

    @property
    def which(self) -> dict[str, Any]:
        """The service's arguments. Ticks count before a moment."""
        ticked = [uuid.UUID(each) for each in self.cleaned_data["sign_up"]]
        return {"sign_ups": ticked} if ticked else {"since": self.cleaned_data["since"]}


class ConfirmForm(forms.Form):
    """Which groups, and which door where what was written can mean several.

    `is_leader`: whoever only leads groups takes somebody into one of them, not into the compound at large.
    """

    def __init__(self, data: Any = None, *, waiting: Waiting, groups: list[DutyGroup], is_leader: bool = False) -> None:
        super().__init__(data, prefix=str(waiting.row.pk))
        self.waiting, self.is_leader = waiting, is_leader
        if len(waiting.doors) > 1:
            doors = [(door.room, door.room) for door in waiting.doors]
            self.fields["door"] = forms.ChoiceField(
                label=_("Which door?"),
                choices=[*doors, (NO_DOOR, _("none of these"))],
                widget=forms.RadioSelect,
                error_messages={"required": _("Choose the door.")},
            )
        if groups:
            self.fields["groups"] = forms.ModelMultipleChoiceField(
                label=_("Duty groups"),
                queryset=DutyGroup.objects.filter(pk__in=[group.pk for group in groups]),
                required=is_leader,
                widget=forms.CheckboxSelectMultiple,
                error_messages={"required": _("Choose one of your groups.")},
            )
            # The list is here already: without this each form of the page asks for it again.
            boxes: Any = self.fields["groups"].widget
            boxes.choices = [(group.pk, group.name) for group in groups]
            if is_leader and len(groups) == 1:
                self.fields["groups"].initial = [groups[0].pk]

    @property
    def household(self) -> Any:
        doors = self.waiting.doors
        if len(doors) > 1:
            return next((door for door in doors if door.room == self.cleaned_data["door"]), None)
        return doors[0] if doors else None

    @property
    def groups(self) -> list[DutyGroup]:
        return list(self.cleaned_data.get("groups", []))
