"""Forms of the doors: what happened at one, and which owed lines are closed."""

from decimal import Decimal
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from compound.models import Building, Compound, Household
from orders.forms.numbers import number_of
from orders.forms.pastes import quantity_of
from orders.models import Order, OrderLine, Round

Outcome = OrderLine.Outcome


class DoorForm(forms.Form):
    """`do`: delivered, refused, nobody_home, undo, or missing with the ticked `line`s and `arrived-<line>` of each."""

    room = forms.CharField(max_length=62)
    do = forms.ChoiceField(
        choices=[(w, w) for w in (Outcome.DELIVERED, Outcome.REFUSED, Outcome.NOBODY_HOME, Outcome.MISSING, "undo")]
    )

    def __init__(self, *args: Any, round: Round, building: Building, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.round, self.building = round, building
        self.household: Household | None = None
        self.arrived: dict[int, Decimal] = {}

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        self.household = Household.objects.filter(building=self.building, room=data.get("room", "")).first()
        if self.household is None:
            raise ValidationError(_("This door is not on the run."), code="room")
        if data.get("do") == Outcome.MISSING:
            self._read_missing(self.household)
        return data

    def _read_missing(self, household: Household) -> None:
        """A line that is not of this door would be passed over, and all that is really here marked as delivered."""
        lines = OrderLine.objects.filter(order__round=self.round, order__state=Order.State.PLACED)
        own = set(lines.filter(order__household=household).values_list("pk", flat=True))
        getlist = getattr(self.data, "getlist", None)
        for ticked in getlist("line") if getlist else []:
            line = number_of(ticked)
            if line not in own:
                raise ValidationError(_("This line is not there any more. Load the page again."), code="gone")
            self.arrived[line] = self._arrived(ticked)

    def _arrived(self, line: str) -> Decimal:
        typed = str(self.data.get(f"arrived-{line}", "")).strip()
        return Decimal(0) if typed in ("", "0", "０") else Decimal(quantity_of(typed) or 0)

    @property
    def outcome(self) -> str:
        do = str(self.cleaned_data["do"])
        return Outcome.PENDING if do == "undo" else do


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
