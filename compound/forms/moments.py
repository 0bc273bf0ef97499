"""A moment as somebody types it: the clock on the compound's wall."""

import datetime as dt
import zoneinfo
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from compound.models import Compound

# What is planned here is a matter of days. Another year is a slip of the pen, and near the ends of the calendar no
# zone can be reckoned with any more.
FARTHEST = dt.timedelta(days=400)


class MomentField(forms.DateTimeField):
    """A `datetime-local` box in the compound's zone, whatever zone the server stands in; not far from `at`."""

    widget = forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M")
    tz: zoneinfo.ZoneInfo = zoneinfo.ZoneInfo("Asia/Shanghai")
    at: dt.datetime | None = None

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(input_formats=["%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%d %H:%M"], **kwargs)

    def prepare_value(self, value: Any) -> Any:
        if isinstance(value, dt.datetime) and value.tzinfo is not None:
            return value.astimezone(self.tz).replace(tzinfo=None)
        return value

    def to_python(self, value: Any) -> dt.datetime | None:
        if isinstance(value, dt.datetime) and value.tzinfo is not None:
            return value
        moment = _without_zone(super().to_python(value))
        return moment.replace(tzinfo=self.tz) if moment else None

    def validate(self, value: Any) -> None:
        super().validate(value)
        if value and self.at and abs(value - self.at) > FARTHEST:
            raise ValidationError(_("More than a year away from today: check the year."), code="far_away")


def _without_zone(moment: dt.datetime | None) -> dt.datetime | None:
    """Django has put the server's zone on what was typed; what was typed is the clock on the wall."""
    if moment is None or moment.tzinfo is None:
        return moment
    return timezone.make_naive(moment, timezone.get_current_timezone())


def set_clock(form: forms.Form, compound: Compound, at: dt.datetime) -> None:
    """Whose clock the moments of the form are read by, and what it says now."""
    for field in form.fields.values():
        if isinstance(field, MomentField):
            field.tz, field.at = compound.tz, at
