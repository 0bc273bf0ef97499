"""How the shifts of a post repeat, as somebody types it."""

import datetime as dt
import hashlib
import re
import unicodedata
from decimal import Decimal
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from compound.days import WEEKDAYS
from compound.forms.moments import FARTHEST
from compound.forms.once import OnceField
from compound.models import Compound
from roster.models import ShiftPattern
from roster.pattern_words import clock_words
from roster.rules.slots import Timing
from roster.services.patterns import Repeating

Kind = ShiftPattern.Kind
# More turns a day than quarter hours is a slip of the pen.
MOST_STARTS = 24


def date_input() -> forms.DateInput:
    return forms.DateInput(attrs={"type": "date", "class": "short"}, format="%Y-%m-%d")


def number_input(**attrs: Any) -> forms.NumberInput:
    return forms.NumberInput(attrs={"class": "short", "inputmode": "numeric", **attrs})


class StartsField(forms.CharField):
    """`0:00 8：00、16` → (0, 480, 960): minutes from midnight, sorted."""

    def to_python(self, value: Any) -> Any:
        text = unicodedata.normalize("NFKC", super().to_python(value) or "")
        pieces = [piece for piece in re.split(r"[\s,;、，；和]+", text) if piece]
        return tuple(sorted({_minute(piece) for piece in pieces}))

    def validate(self, value: Any) -> None:
        """Whether it is needed depends on the kind: the form says so."""

    def prepare_value(self, value: Any) -> Any:
        return " ".join(clock_words(minute) for minute in value) if isinstance(value, tuple | list) else value


class FirstField(forms.TimeField):
    def validate(self, value: Any) -> None:
        """Whether it is needed depends on the kind: the form says so."""


def _minute(piece: str) -> int:
    found = re.fullmatch(r"(\d{1,2})(?:[:.点时](\d{2})?)?分?", piece)
    hour, minute = (int(found[1]), int(found[2] or 0)) if found else (99, 0)
    if hour > 23 or minute > 59:
        if found and (hour, minute) == (24, 0):
            return 0
        text = _("“%(text)s” is no time of day. Write 08:00, several with spaces: 00:00 08:00 16:00.")
        raise ValidationError(text % {"text": piece[:20]}, code="no_time")
    return hour * 60 + minute


class PatternForm(forms.Form):
    """After `is_valid`: `repeating` and `first_day`."""

    id = OnceField()
    kind = forms.ChoiceField(label=gettext_lazy("How they repeat"), choices=Kind.choices, initial=Kind.DAILY)
    starts = StartsField(
        label=gettext_lazy("Starts at"),
        max_length=200,
        help_text=gettext_lazy("Times with spaces between: 00:00 08:00 16:00"),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    first = FirstField(
        label=gettext_lazy("The first turn starts at"),
        help_text=gettext_lazy("On the first day; from then on one turn follows the other, day and night."),
        widget=forms.TimeInput(attrs={"type": "time", "class": "short"}, format="%H:%M"),
    )
    hours = forms.DecimalField(
        label=gettext_lazy("Length in hours"),
        min_value=Decimal("0.5"),
        max_value=24,
        max_digits=4,
        decimal_places=2,
        help_text=gettext_lazy("0.5 to 24. It may go over midnight."),
        widget=forms.NumberInput(attrs={"class": "short", "step": "0.25", "inputmode": "decimal"}),
    )
    weekdays = forms.TypedMultipleChoiceField(
        label=gettext_lazy("Only on"),
        choices=list(enumerate(WEEKDAYS)),
        coerce=int,
        required=False,
        help_text=gettext_lazy("None ticked: every day."),
        widget=forms.CheckboxSelectMultiple,
    )
    starts_on = forms.DateField(label=gettext_lazy("First day"), widget=date_input())
    ends_on = forms.DateField(
        label=gettext_lazy("Last day"),
        required=False,
        help_text=gettext_lazy("Empty: until further notice."),
        widget=date_input(),
    )
    minimum = forms.IntegerField(
        label=gettext_lazy("People at least"),
        required=False,
        min_value=1,
        max_value=30,
        help_text=gettext_lazy("Both empty: as many as the post says."),
        widget=number_input(),
    )
    maximum = forms.IntegerField(
        label=gettext_lazy("People at most"), required=False, min_value=1, max_value=30, widget=number_input()
    )
    seen = forms.CharField(required=False, widget=forms.HiddenInput)

    # One of the two kinds' boxes is hidden: a browser would wait for it to be filled in.
    use_required_attribute = False

    def __init__(self, *args: Any, compound: Compound, at: dt.datetime, is_change: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.compound, self.at = compound, at
        if is_change:
            self.fields["starts_on"].label = _("From this day on")

    def clean_hours(self) -> Decimal:
        hours: Decimal = self.cleaned_data["hours"]
        if hours * 60 % 5:
            raise ValidationError(_("In steps of five minutes, please: 0.25 is a quarter of an hour."), code="odd")
        return hours

    def clean_starts_on(self) -> dt.date:
        return self._near(self.cleaned_data["starts_on"])

    def clean_ends_on(self) -> dt.date | None:
        day: dt.date | None = self.cleaned_data["ends_on"]
        return self._near(day) if day else None

    def _near(self, day: dt.date) -> dt.date:
        if abs(day - self.compound.day_of(self.at)) > FARTHEST:
            raise ValidationError(_("More than a year away from today: check the year."), code="far_away")
        return day

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        if data.get("kind") == Kind.DAILY and "starts" in data:
            if not data["starts"]:
                self.add_error("starts", ValidationError(_("At what time does it start?"), code="required"))
            elif len(data["starts"]) > MOST_STARTS:
                self.add_error("starts", ValidationError(_("At most %(most)d a day.") % {"most": MOST_STARTS}, "many"))
        if data.get("kind") == Kind.ROLLING and "first" in data and data["first"] is None:
            self.add_error("first", ValidationError(_("At what time does the first turn start?"), code="required"))
        if "minimum" in data and "maximum" in data:
            self._clean_seats(data)
        if data.get("ends_on") and data.get("starts_on") and data["ends_on"] < data["starts_on"]:
            self.add_error("ends_on", ValidationError(_("The end must come after the start."), code="order"))
        return data

    def _clean_seats(self, data: dict[str, Any]) -> None:
        least, most = data["minimum"], data["maximum"]
        if least is None and most is None:
            return
        if least is None or most is None:
            missing = "minimum" if least is None else "maximum"
            self.add_error(missing, ValidationError(_("Fill in both or none."), code="both"))
        elif most < least:
            self.add_error("maximum", ValidationError(_("Not fewer than at least."), code="order"))

    @property
    def first_day(self) -> dt.date:
        day: dt.date = self.cleaned_data["starts_on"]
        return day

    @property
    def repeating(self) -> Repeating:
        data = self.cleaned_data
        minutes = int(data["hours"] * 60)
        if data["kind"] == Kind.ROLLING:
            timing = Timing(minutes, anchor_at=self.compound.moment(self.first_day, data["first"]))
        else:
            timing = Timing(minutes, data["starts"], tuple(sorted(data["weekdays"])))
        return Repeating(timing, data["minimum"], data["maximum"], data["ends_on"])

    @property
    def digest(self) -> str:
        """Of all that the preview was made of."""
        return hashlib.sha256(repr((self.repeating, self.first_day)).encode()).hexdigest()[:16]

    @property
    def is_seen(self) -> bool:
        return bool(self.cleaned_data.get("seen")) and self.cleaned_data["seen"] == self.digest


def initial_of(timing: Timing, compound: Compound, starts_on: dt.date) -> dict[str, Any]:
    """What fills the form so that it says this timing from that day on."""
    values: dict[str, Any] = {
        "kind": Kind.DAILY,
        "starts": timing.starts,
        "weekdays": list(timing.weekdays),
        "hours": Decimal(timing.length_minutes) / 60,
        "starts_on": starts_on,
    }
    values["hours"] = values["hours"].quantize(Decimal("0.01")).normalize()
    if timing.anchor_at is not None:
        values |= {"kind": Kind.ROLLING, "first": compound.local(timing.anchor_at).time()}
    return values


class EndPatternForm(forms.Form):
    last_on = forms.DateField(label=gettext_lazy("Last day"), widget=date_input())
