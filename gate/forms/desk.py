"""Forms of the coordinator's pages: what is looked for, what is put right, what is settled, what is written down."""

import datetime as dt
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from compound.forms.moments import MomentField, set_clock
from compound.forms.once import OnceField
from compound.models import Compound, Gate
from gate.forms.places import DoorField
from gate.models import Conflict, Incident
from gate.models.passages import Direction, Verdict
from gate.queries.passages import Filters

SHORT = {"class": "short"}


class FilterForm(forms.Form):
    """What of the log is shown: of one day, today's where none is said; of one room, all days.

    What cannot be read counts as not said: nobody gets an error for an address.
    """

    day = forms.DateField(
        label=_("Day"), required=False, widget=forms.DateInput(attrs={"type": "date", **SHORT}, format="%Y-%m-%d")
    )
    room = forms.CharField(
        label=_("Room"), required=False, max_length=40, widget=forms.TextInput(attrs={"autocomplete": "off", **SHORT})
    )
    gate = forms.ModelChoiceField(label=_("Gate"), queryset=Gate.objects.none(), required=False, empty_label=_("all"))
    direction = forms.ChoiceField(
        label=_("Direction"), required=False, choices=[("", _("both ways")), *Direction.choices]
    )
    verdict = forms.ChoiceField(label=_("Verdict"), required=False, choices=[("", _("all")), *Verdict.choices])
    mark = forms.ChoiceField(
        label=_("Marked"),
        required=False,
        choices=[
            ("", _("all")),
            ("any", _("only marked ones")),
            ("conflict", _("conflict")),
            ("override", _("let through against the rule")),
            ("skew", _("clock was wrong")),
            ("offline", _("without network")),
            ("late", _("reported late")),
            ("changed", _("corrected or undone")),
        ],
    )

    def __init__(self, *args: Any, compound: Compound, today: dt.date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.today = today
        self.fields["gate"].queryset = compound.gates.all()  # type: ignore[attr-defined]

    @property
    def filters(self) -> Filters:
        """A room alone asks for all its days; everything else is asked of one day, today's if none is said."""
        self.is_valid()
        found = self.cleaned_data
        room, gate = found.get("room") or "", found.get("gate")
        day = found.get("day") or (None if room else self.today)
        if day is not None and not dt.date(2000, 1, 1) <= day < dt.date(2200, 1, 1):
            day = self.today
        return Filters(
            day=day,
            gate=gate.pk if gate else None,
            direction=found.get("direction") or "",
            verdict=found.get("verdict") or "",
            room=room,
            mark=found.get("mark") or "",
        )


class UndoForm(forms.Form):
    id = OnceField()
    reason = forms.CharField(label=_("Why did it not take place?"), max_length=200)


class CorrectForm(forms.Form):
    """What really happened, and why the log says something else. Without a room the door stays as it is."""

    id = OnceField()
    verdict = forms.ChoiceField(
        label=_("What really happened"),
        choices=[(Verdict.ALLOW.value, _("went through")), (Verdict.REFUSE.value, _("did not go through"))],
        widget=forms.RadioSelect,
    )
    room = DoorField(label=_("Right room"), required=False, help_text=_("Only if it was another one."))
    reason = forms.CharField(
        label=_("Why"), max_length=200, help_text=_("For example: the guard let him in, wrong room typed.")
    )

    def __init__(self, *args: Any, compound: Compound, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["room"].compound = compound  # type: ignore[attr-defined]


class BackForm(forms.Form):
    """Somebody came back and no gate wrote it down."""

    id = OnceField()
    check = forms.UUIDField(widget=forms.HiddenInput)
    reason = forms.CharField(
        label=_("How do you know?"), max_length=200, help_text=_("For example: called, is at home since 14:30.")
    )


class SettleForm(forms.Form):
    outcome = forms.ChoiceField(choices=Conflict.Outcome.choices)
    note = forms.CharField(label=_("Note"), max_length=200, required=False)


class TakeBackForm(forms.Form):
    reason = forms.CharField(
        label=_("Why is the settlement taken back?"), max_length=200,
        error_messages={"required": _("Say why: the reason stays with the settlement.")},
    )  # fmt: skip


class RatifyForm(forms.Form):
    verdict = forms.ChoiceField(choices=[("accept", "accept"), ("doubt", "doubt")])
    note = forms.CharField(label=_("Note"), max_length=200, required=False)

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        if data.get("verdict") == "doubt" and not data.get("note"):
            self.add_error(
                "note", ValidationError(_("Say what is doubtful: the reason stays with the passage."), "note")
            )
        return data


class IncidentForm(forms.Form):
    """What happened at a gate, written down at the desk."""

    id = OnceField()
    kind = forms.ChoiceField(label=_("What happened"), choices=Incident.Kind.choices, widget=forms.RadioSelect)
    gate = forms.ModelChoiceField(label=_("Gate"), queryset=Gate.objects.none(), empty_label=None)
    room = DoorField(label=_("Room"), required=False, help_text=_("If it is known who it was."))
    note = forms.CharField(label=_("Note"), max_length=200, required=False)
    at = MomentField(label=_("When"), required=False, help_text=_("Empty: just now."))

    def __init__(self, *args: Any, compound: Compound, at: dt.datetime, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.now = at
        self.fields["gate"].queryset = compound.gates.all()  # type: ignore[attr-defined]
        self.fields["room"].compound = compound  # type: ignore[attr-defined]
        set_clock(self, compound, at)

    def clean_at(self) -> dt.datetime:
        at: dt.datetime = self.cleaned_data["at"] or self.now
        if at > self.now:
            raise ValidationError(_("This is in the future."), "future")
        return at

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        if data.get("kind") == Incident.Kind.OTHER and not data.get("note"):
            self.add_error("note", ValidationError(_("Say in a few words what happened."), "note"))
        return data
