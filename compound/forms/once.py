"""A form that may arrive twice: a double click, a network that asks again, a page that is loaded anew."""

import uuid
from typing import Any

from django import forms
from django.core.exceptions import ValidationError


class OnceField(forms.UUIDField):
    """A hidden id, made with the page, that becomes the primary key of the row: sent twice, it is one row.

    What is no id counts as none: nobody can see the box, so nobody could put it right.
    """

    widget = forms.HiddenInput

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(required=False, initial=uuid.uuid4, **kwargs)

    def to_python(self, value: Any) -> Any:
        try:
            return super().to_python(value)
        except ValidationError:
            return None
