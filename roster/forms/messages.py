"""Which texts somebody has sent."""

import uuid

from django import forms
from django.core.exceptions import ValidationError
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

MOST = 500


class SentForm(forms.Form):
    """Hidden boxes `message`; ids that are not there, or not to be seen, change nothing."""

    message = forms.TypedMultipleChoiceField(coerce=uuid.UUID)

    def __init__(self, data: QueryDict) -> None:
        super().__init__(data)
        self.fields["message"].choices = [(text, text) for text in data.getlist("message")[:MOST]]  # type: ignore[attr-defined]

    def clean_message(self) -> list[uuid.UUID]:
        found: list[uuid.UUID] = self.cleaned_data["message"]
        if not all(isinstance(each, uuid.UUID) for each in found):
            raise ValidationError(_("This is no message."), code="no_message")
        return found
