"""Forms of the notices: what is put into words, and which group has got it."""

import datetime as dt
from collections.abc import Collection
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from compound.forms.moments import MomentField, set_clock
from compound.models import Building, Compound
from orders.models import ChainSource, Notice, Round
from orders.queries.notices import groups_of
from orders.queries.sheet_rows import without_numbers


class NoticeForm(forms.Form):
    """One step, to be put into words."""

    step = forms.ChoiceField(choices=Notice.Step.choices, widget=forms.HiddenInput)
    about = MomentField(label=_("Arrives about"))
    more = forms.CharField(
        label=_("One more sentence"),
        max_length=200,
        required=False,
        help_text=_("Stands at the end of every text. No names, no telephone numbers: everybody reads it."),
    )

    def __init__(self, *args: Any, compound: Compound, at: dt.datetime, step: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        set_clock(self, compound, at)
        if step != Notice.Step.ARRIVES:
            del self.fields["about"]

    def clean_more(self) -> str:
        more = " ".join(self.cleaned_data["more"].split())
        if without_numbers(more) != more:
            raise ValidationError(_("There is a telephone or card number in it: leave it out."), code="number")
        return more


class SentForm(forms.Form):
    """Which text went into which group. `only`: primary keys of the buildings that may be seen; None for all."""

    notice = forms.ModelChoiceField(queryset=Notice.objects.none())
    group = forms.ModelChoiceField(queryset=ChainSource.objects.none())

    def __init__(self, *args: Any, round: Round, only: Collection[int] | None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        notices, groups = Notice.objects.filter(round=round), groups_of(round.compound)
        if only is not None:
            notices, groups = notices.filter(building__in=only), groups.filter(building__in=only)
        self.fields["notice"].queryset = notices  # type: ignore[attr-defined]
        self.fields["group"].queryset = groups  # type: ignore[attr-defined]


class GroupForm(forms.Form):
    """A further chat group."""

    name = forms.CharField(label=_("Chat group"), max_length=40)
    building = forms.ModelChoiceField(
        label=_("Of one building only"),
        queryset=Building.objects.none(),
        required=False,
        empty_label=_("of everybody"),
        help_text=_("The group of one building gets that building's text, with its rooms."),
    )

    def __init__(self, *args: Any, compound: Compound, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["building"].queryset = compound.buildings.all()  # type: ignore[attr-defined]
