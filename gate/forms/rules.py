"""A new row of the rules, and the end of one that holds."""

import datetime as dt
import hashlib
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from compound.forms.moments import MomentField, set_clock
from compound.models import Building, Compound, Rulebook
from compound.queries.rulebooks import EXEMPT_WORDS, rule_phrases
from gate.queries.parcels import building_words

TIME = forms.TimeInput(attrs={"type": "time", "class": "short"}, format="%H:%M")


def _number(**attrs: Any) -> forms.NumberInput:
    return forms.NumberInput(attrs={"class": "short", "inputmode": "numeric", **attrs})


class BuildingField(forms.ModelChoiceField[Building]):
    """`20栋` instead of a bare number."""

    def label_from_instance(self, building: Building) -> str:
        return building_words(building.name)


class RuleForm(forms.ModelForm[Rulebook]):
    """`seen` is what the preview said: the row is written only if the words have been read as they are now."""

    building = BuildingField(
        label=_("For"),
        queryset=Building.objects.none(),
        required=False,
        empty_label=_("the whole compound"),
        help_text=_("A building's own rules beat those of the compound until their end."),
    )
    starts_at = MomentField(
        label=_("Starts at"), required=False, help_text=_("Empty: at once. Rules cannot start in the past.")
    )
    ends_at = MomentField(label=_("Ends at"), required=False, help_text=_("Empty: until other rules take their place."))
    exempt_kinds = forms.MultipleChoiceField(
        label=_("Exempt"),
        choices=list(EXEMPT_WORDS.items()),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("These go out by their pass, whatever the household's outing."),
    )
    seen = forms.CharField(required=False, widget=forms.HiddenInput)

    class Meta:
        model = Rulebook
        fields = [
            "notice",
            "level",
            "building",
            "starts_at",
            "ends_at",
            "ends_building_rows",
            "persons",
            "per_days",
            "window",
            "longest_minutes",
            "overstay",
            "opens",
            "closes",
            "max_outside",
            "vehicles",
            "visitors",
            "exempt_kinds",
            "returnee_voids_pass",
            "fever_line",
            "fever_at_line",
            "low_line",
            "recheck_minutes",
        ]
        widgets = {
            "level": forms.HiddenInput,
            "persons": _number(),
            "per_days": _number(),
            "longest_minutes": _number(),
            "max_outside": _number(),
            "recheck_minutes": _number(),
            "opens": TIME,
            "closes": TIME,
            "fever_line": forms.NumberInput(attrs={"class": "short", "step": "0.1"}),
            "low_line": forms.NumberInput(attrs={"class": "short", "step": "0.1"}),
        }

    GROUPS = (
        (None, ("notice", "building", "starts_at", "ends_at", "ends_building_rows")),
        (
            _("Going out"),
            (
                *("persons", "per_days", "window", "longest_minutes", "overstay", "opens", "closes", "max_outside"),
                *("exempt_kinds", "returnee_voids_pass"),
            ),
        ),
        (_("Coming in"), ("vehicles", "visitors")),
        (_("Temperature"), ("fever_line", "fever_at_line", "low_line", "recheck_minutes")),
    )

    def __init__(self, *args: Any, compound: Compound, at: dt.datetime, **kwargs: Any) -> None:
        # The preview is made from these too; the service writes them once more.
        kwargs["instance"] = Rulebook(compound=compound, created_at=at)
        super().__init__(*args, **kwargs)
        self.at = at
        self.fields["building"].queryset = compound.buildings.all()  # type: ignore[attr-defined]
        set_clock(self, compound, at)  # type: ignore[arg-type]

    def groups(self) -> list[tuple[Any, list[forms.BoundField]]]:
        return [(title, [self[name] for name in names]) for title, names in self.GROUPS]

    def clean_starts_at(self) -> dt.datetime:
        starts_at: dt.datetime | None = self.cleaned_data["starts_at"]
        if starts_at is None or dt.timedelta(0) <= self.at - starts_at < dt.timedelta(minutes=1):
            return self.at
        if starts_at < self.at:
            raise ValidationError(_("Rules cannot start in the past: choose a minute from now on."), "back_dated")
        return starts_at

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        if data.get("building") is not None and data.get("ends_building_rows"):
            text = _("Only a rulebook of the whole compound can end those of buildings.")
            self.add_error("ends_building_rows", ValidationError(text, "sweeps"))
        return data

    def _get_validation_exclusions(self) -> set[str]:
        """The constraints speak of these too, though nobody types them."""
        exclusions: set[str] = super()._get_validation_exclusions()  # type: ignore[misc]
        return exclusions - {"compound", "created_at"}

    @property
    def is_seen(self) -> bool:
        return bool(self.cleaned_data.get("seen")) and self.cleaned_data["seen"] == self.digest

    @property
    def digest(self) -> str:
        """Of every word of the preview; "at once" stays the same while the minutes pass."""
        row = self.instance
        start = "" if row.starts_at == self.at else row.starts_at.isoformat()
        end = row.ends_at.isoformat() if row.ends_at else ""
        words = [start, end, str(row.building_id), str(row.ends_building_rows), row.notice, *rule_phrases(row)]
        return hashlib.sha256("\n".join([*words, str(row.low_line)]).encode()).hexdigest()[:16]


class EndForm(forms.Form):
    """Which row ends, and when; nothing written means now."""

    rulebook = forms.ModelChoiceField(queryset=Rulebook.objects.none(), widget=forms.HiddenInput)
    ends_at = MomentField(label=_("Ends at"), required=False, help_text=_("Empty: now."))

    def __init__(self, *args: Any, compound: Compound, at: dt.datetime, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.at = at
        rows = compound.rulebooks.select_related("building")
        self.fields["rulebook"].queryset = rows  # type: ignore[attr-defined]
        set_clock(self, compound, at)

    def clean_ends_at(self) -> dt.datetime:
        return self.cleaned_data["ends_at"] or self.at
