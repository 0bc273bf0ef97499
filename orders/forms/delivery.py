"""Which owed lines are closed, and why."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from compound.models import Compound
from orders.models import OrderLine


class CloseForm(forms.Form):
    """Which lines are closed, and why."""

    line = forms.ModelMultipleChoiceField(
        queryset=OrderLine.objects.none(), error_messages={"required": _("Tick the lines first.")}
    )
    reason = forms.CharField(
        label=_("Why is this the end of it?"),
        max_length=100,
        help_text=_("For example: money given back, bought by themselves."),
    )

    def __init__(self, *args: Any, compound: Compound, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        lines = OrderLine.objects.filter(order__round__compound=compound)
        self.fields["line"].queryset = lines  # type: ignore[attr-defined]
