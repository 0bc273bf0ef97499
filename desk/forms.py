"""Forms of the desk's pages."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from compound.models import Household


class CardForm(forms.Form):
    """三色门牌: the colour of a door's card, and why."""

    card = forms.ChoiceField(label=_("Colour"), choices=Household.Card.choices, widget=forms.RadioSelect)
    reason = forms.CharField(
        label=_("Reason"),
        required=False,
        max_length=100,
        help_text=_("For pink and yellow. It stands on the card: no health words, no names."),
    )

    def __init__(self, *args: Any, household: Household, **kwargs: Any) -> None:
        kwargs.setdefault("initial", {"card": household.card, "reason": household.card_reason})
        super().__init__(*args, **kwargs)


class CodeForm(forms.Form):
    """A short code as it is read from paper and typed by hand."""

    code = forms.CharField(
        label=_("Code"),
        max_length=40,
        widget=forms.TextInput(
            attrs={"autocomplete": "off", "autocapitalize": "characters", "spellcheck": "false", "enterkeyhint": "go"}
        ),
        help_text=_("The ten letters and digits below the square on the sheet."),
    )
