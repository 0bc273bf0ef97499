"""How much one person may be asked for: typed in hours where people think in hours, kept in minutes."""

from decimal import Decimal
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from roster.forms.patterns import number_input
from roster.models import RosterRules


class HoursField(forms.DecimalField):
    """Typed as 7.5, cleaned to 450 minutes."""

    def __init__(self, *, most: int, **kwargs: Any) -> None:
        widget = forms.NumberInput(attrs={"class": "short", "step": "0.25", "inputmode": "decimal"})
        super().__init__(min_value=0, max_value=most, max_digits=5, decimal_places=2, widget=widget, **kwargs)

    def prepare_value(self, value: Any) -> Any:
        """Minutes out of the row, or what was typed."""
        if isinstance(value, int) and not isinstance(value, bool):
            return f"{(Decimal(value) / 60).quantize(Decimal('0.01')).normalize():f}"
        return value

    def clean(self, value: Any) -> Any:
        hours = super().clean(value)
        if hours is None:
            return None
        if hours * 60 % 5:
            raise ValidationError(_("In steps of five minutes, please: 0.25 is a quarter of an hour."), code="odd")
        return int(hours * 60)


class MinutesField(forms.IntegerField):
    def __init__(self, *, most: int, least: int = 0, **kwargs: Any) -> None:
        super().__init__(min_value=least, max_value=most, widget=number_input(), **kwargs)


def _time() -> forms.TimeInput:
    return forms.TimeInput(attrs={"type": "time", "class": "short"}, format="%H:%M")


class HouseRulesForm(forms.Form):
    """Every column of RosterRules under its name, in four parts."""

    rest_minutes = HoursField(
        label=gettext_lazy("Rest between two shifts, hours"), most=24, help_text=gettext_lazy("Usual: 8.")
    )
    night_rest_minutes = HoursField(
        label=gettext_lazy("Rest after a night shift, hours"), most=24, help_text=gettext_lazy("Usual: 11.")
    )
    warn_minutes = HoursField(
        label=gettext_lazy("Warn from so many hours a day"),
        most=24,
        help_text=gettext_lazy("It is only said, nothing is refused. Usual: 6."),
    )
    most_minutes = HoursField(
        label=gettext_lazy("Ask for a reason beyond so many hours a day"),
        most=24,
        help_text=gettext_lazy(
            "Volunteers cannot take more by themselves; coordinator and leaders give a reason, which is kept. Usual: 8."
        ),
    )
    hours_a_week = forms.IntegerField(
        label=gettext_lazy("Hours a week"),
        min_value=0,
        max_value=168,
        help_text=gettext_lazy("For everybody who has named no limit of their own. Usual: 28."),
        widget=number_input(),
    )
    nights_a_week = forms.IntegerField(
        label=gettext_lazy("Nights a week"),
        min_value=0,
        max_value=7,
        help_text=gettext_lazy("Usual: 3."),
        widget=number_input(),
    )
    night_from = forms.TimeField(label=gettext_lazy("The night starts at"), widget=_time())
    night_until = forms.TimeField(label=gettext_lazy("The night ends at"), widget=_time())
    night_minutes = HoursField(
        label=gettext_lazy("A shift counts as night from so many hours of it"),
        most=24,
        help_text=gettext_lazy("20:00–24:00 has two of them and is no night by the usual 3. Holds for shifts to come."),
    )
    early_minutes = HoursField(
        label=gettext_lazy("“I can't come” is early until so many hours before"),
        most=336,
        help_text=gettext_lazy(
            "Early: the shift goes back to the pool. Later than that the leader is told and a stand-in is looked for. "
            "Usual: 12."
        ),
    )
    remind_minutes = HoursField(
        label=gettext_lazy("Remind so many hours before the start"), most=336, help_text=gettext_lazy("Usual: 8.")
    )
    alert_hours = forms.IntegerField(
        label=gettext_lazy("Report gaps of the next hours"),
        min_value=1,
        max_value=336,
        help_text=gettext_lazy("Usual: 48."),
        widget=number_input(),
    )
    offer_minutes = MinutesField(
        label=gettext_lazy("A place is kept for the waiting list, minutes"),
        most=2880,
        least=5,
        help_text=gettext_lazy("Then the next one is asked. Usual: 60."),
    )
    sign_in_minutes = MinutesField(
        label=gettext_lazy("Sign in at most so many minutes before"), most=240, help_text=gettext_lazy("Usual: 30.")
    )
    missing_minutes = MinutesField(
        label=gettext_lazy("Missing after so many minutes"),
        most=240,
        help_text=gettext_lazy("Whoever has not signed in by then stands in red on the page “On duty now”. Usual: 10."),
    )
    sign_up_open = forms.BooleanField(
        label=gettext_lazy("New volunteers may sign up by the link"),
        required=False,
        help_text=gettext_lazy("Each is still confirmed by a coordinator."),
    )

    PARTS = (
        (
            gettext_lazy("So that nobody is worn out"),
            (
                *("rest_minutes", "night_rest_minutes", "warn_minutes", "most_minutes"),
                *("hours_a_week", "nights_a_week"),
            ),
        ),
        (gettext_lazy("What is a night"), ("night_from", "night_until", "night_minutes")),
        (
            gettext_lazy("So that nobody is missing"),
            (
                *("early_minutes", "remind_minutes", "alert_hours"),
                *("offer_minutes", "sign_in_minutes", "missing_minutes"),
            ),
        ),
        (gettext_lazy("New volunteers"), ("sign_up_open",)),
    )

    def parts(self) -> list[tuple[Any, list[forms.BoundField]]]:
        return [(title, [self[name] for name in names]) for title, names in self.PARTS]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        warn, most = data.get("warn_minutes"), data.get("most_minutes")
        if warn is not None and most is not None and most < warn:
            text = _("The warning must come before the question.")
            self.add_error("most_minutes", ValidationError(text, code="order"))
        if data.get("night_from") is not None and data.get("night_from") == data.get("night_until"):
            self.add_error("night_until", ValidationError(_("The night has to have an end."), code="empty"))
        return data


def initial_of(rules: RosterRules) -> dict[str, Any]:
    names = [name for _title, names in HouseRulesForm.PARTS for name in names]
    return {name: getattr(rules, name) for name in names}
