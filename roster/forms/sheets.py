"""Which sheets of the roster are shown or made: a day (and its week), and for leaders their groups."""

import datetime as dt
import uuid
from collections.abc import Sequence

from django import forms
from django.core.exceptions import ValidationError
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from roster.models import DutyGroup

# Farther away than this no roster reaches, and near the ends of the calendar no zone can be reckoned with.
FARTHEST = dt.timedelta(days=400)
WHAT = (("day", _("Duty sheets")), ("week", _("Week plan")), ("groups", _("Group lists")))


class DayForm(forms.Form):
    """A day and a group, as both pages of this folder are asked for; nothing chosen is today and the first group."""

    day = forms.DateField(
        label=_("Day"), required=False, widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )
    group = forms.ChoiceField(label=_("Duty group"), required=False)

    def __init__(self, data: QueryDict | None, *, groups: Sequence[DutyGroup], today: dt.date, all_groups: bool):
        super().__init__(data)
        self.today, self.groups = today, {str(group.pk): group for group in groups}
        choices = [(key, group.name) for key, group in self.groups.items()]
        self.fields["group"].choices = [("", _("all groups")), *choices] if all_groups else choices  # type: ignore[attr-defined]
        self.initial = {"day": today, "group": "" if all_groups else next(iter(self.groups), "")}

    def clean_day(self) -> dt.date:
        day: dt.date = self.cleaned_data["day"] or self.today
        if abs(day - self.today) > FARTHEST:
            raise ValidationError(_("More than a year away from today: check the year."), code="far_away")
        return day

    def chosen(self) -> tuple[dt.date, DutyGroup | None]:
        """Today and no group where nothing, or nonsense, was asked for."""
        if not self.is_bound or not self.is_valid():
            return self.today, None
        return self.cleaned_data["day"], self.cleaned_data["group"]

    def clean_group(self) -> DutyGroup | None:
        return self.groups.get(self.cleaned_data["group"])


class MakeForm(DayForm):
    what = forms.ChoiceField(label=_("Which sheets"), choices=WHAT)


class CodesForm(forms.Form):
    """Whose sign-in codes are printed: one post's, or those of all posts (of the group)."""

    post = forms.UUIDField(required=False)

    def post_id(self) -> uuid.UUID | None:
        found: uuid.UUID | None = self.cleaned_data["post"]
        return found
