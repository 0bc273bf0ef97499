"""What volunteers and leaders send from their phones: a button, sometimes a few words."""

import datetime as dt
import re
from typing import Any

from django import forms
from django.utils import translation
from django.utils.translation import gettext_lazy as _

from compound.models import Compound
from roster.duty_words import WHYS
from roster.models import Assignment, Volunteer

ILL = re.compile(r"发烧|发热|咳|阳性|不舒服|生病|病了|抗原|fever|cough|\bill\b|\bsick\b|positive", re.IGNORECASE)


class CannotComeForm(forms.Form):
    """Why somebody cannot come. `text` is what is kept, in the compound's language: others read it."""

    why = forms.ChoiceField(label=_("Why can't you come?"), choices=WHYS, widget=forms.RadioSelect, required=False)
    words = forms.CharField(
        label=_("In your own words"),
        max_length=120,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off", "enterkeyhint": "send"}),
    )

    def __init__(self, *args: Any, compound: Compound, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.compound = compound

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if not cleaned.get("why") and not cleaned.get("words") and not self.errors:
            self.add_error("why", _("Choose what it is, or write it: who looks for somebody else wants to know."))
        return cleaned

    @property
    def is_ill(self) -> bool:
        """Chosen, or written: whoever has a fever must not be told to come until somebody takes over."""
        why, words = self.cleaned_data["why"], self.cleaned_data["words"]
        # “Needed at home: the child has a fever” is somebody else's.
        return why == "sick" or (why in ("", "other") and bool(ILL.search(words)))

    @property
    def text(self) -> str:
        words: str = self.cleaned_data["words"].strip()
        with translation.override(self.compound.language):
            label = str(dict(WHYS).get(self.cleaned_data["why"], ""))
        if self.cleaned_data["why"] == "other" and words:
            return words
        return " · ".join(part for part in (label, words) if part)


class AskForm(forms.Form):
    """Everybody, one person (`to`), or one person's shift for mine (`offered`). The rules are the service's."""

    everybody = forms.BooleanField(required=False)
    to = forms.ModelChoiceField(queryset=Volunteer.objects.none(), required=False)
    offered = forms.ModelChoiceField(queryset=Assignment.objects.none(), required=False)
    why = forms.CharField(
        label=_("What you want to say to them"),
        max_length=120,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )

    def __init__(self, *args: Any, compound: Compound, me: Volunteer, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        people = Volunteer.objects.filter(compound=compound, ended_at=None).exclude(pk=me.pk)
        self.fields["to"].queryset = people.select_related("user")  # type: ignore[attr-defined]
        swaps = Assignment.objects.filter(compound=compound, volunteer__in=people)
        self.fields["offered"].queryset = swaps.select_related("volunteer__user", "shift__post")  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if not self.errors and not any(cleaned.get(name) for name in ("everybody", "to", "offered")):
            raise forms.ValidationError(_("Choose whom to ask."))
        return cleaned

    @property
    def to_whom(self) -> Volunteer | None:
        offered = self.cleaned_data["offered"]
        found: Volunteer | None = offered.volunteer if offered else self.cleaned_data["to"]
        return found


class AnswerForm(forms.Form):
    do = forms.ChoiceField(choices=[("accept", ""), ("refuse", "")])


class TickForm(forms.Form):
    """One tick of the leader's list; excused needs a word why."""

    assignment = forms.UUIDField()
    do = forms.ChoiceField(choices=[(do, "") for do in ("in", "out", "absent", "excuse", "undo")])
    why = forms.CharField(max_length=120, required=False)


class DayForm(forms.Form):
    """`?day=2022-08-23`; whatever is no date counts as today."""

    day = forms.DateField(required=False)

    def day_or(self, today: dt.date) -> dt.date:
        found: dt.date | None = self.cleaned_data.get("day") if self.is_valid() else None
        return found or today


class AtPostForm(forms.Form):
    """The button at the post: sign in, sign out, or take the empty seat `shift` and sign in."""

    do = forms.ChoiceField(choices=[("in", ""), ("out", ""), ("take", "")])
    of = forms.UUIDField()
