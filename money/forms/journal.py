"""What of the journal somebody wants to see."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from compound.models import User
from compound.rooms import parse_room
from money.forms.moving import PersonField
from money.models import Entry
from money.queries.journal import Filter

DAY = {"type": "date"}


class JournalForm(forms.Form):
    """All of it optional, in the address."""

    first = forms.DateField(
        label=pgettext_lazy("days", "From"), required=False, widget=forms.DateInput(attrs=DAY, format="%Y-%m-%d")
    )
    last = forms.DateField(
        label=pgettext_lazy("days", "To"), required=False, widget=forms.DateInput(attrs=DAY, format="%Y-%m-%d")
    )
    kind = forms.ChoiceField(label=_("What"), required=False, choices=[("", _("everything")), *Entry.Kind.choices])
    room = forms.CharField(
        label=_("Room"), required=False, max_length=62, widget=forms.TextInput(attrs={"class": "short"})
    )
    person = PersonField(label=_("Volunteer"), required=False, empty_label=_("everybody"))
    words = forms.CharField(label=_("Words"), required=False, max_length=40)

    def __init__(self, *args: Any, people: Iterable[User], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["person"].offer(people)  # type: ignore[attr-defined]

    def clean_room(self) -> str:
        typed = self.cleaned_data["room"].strip()
        if not typed:
            return ""
        room = parse_room(typed)
        if room is None:
            raise ValidationError(_("Write the room as 20-1702."), code="room")
        return str(room)

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        if data.get("first") and data.get("last") and data["first"] > data["last"]:
            raise ValidationError(_("The first day comes before the last."), code="days")
        return data

    @property
    def wanted(self) -> Filter:
        """Everything where nothing was asked for, or nothing that can be answered."""
        return Filter(**self.cleaned_data) if self.is_bound and self.is_valid() else Filter()
