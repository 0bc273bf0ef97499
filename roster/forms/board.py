"""What is chosen on the week board: which proposals are published, which week is copied."""

import datetime as dt
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

DAY = {"type": "date", "class": "short"}


def day_field(**kwargs: Any) -> forms.DateField:
    return forms.DateField(widget=forms.DateInput(attrs=DAY, format="%Y-%m-%d"), **kwargs)


class PublishForm(forms.Form):
    """All proposals that are ahead, or those of one week, or of one day."""

    scope = forms.ChoiceField(choices=[("all", "all"), ("week", "week"), ("day", "day")])
    day = forms.DateField()


class CopyWeekForm(forms.Form):
    """`day` is any day of the week into which is copied; the week that is copied stands in the address."""

    day = day_field(label=_("Into the week of"), help_text=_("Any day of that week."))
    with_people = forms.BooleanField(
        label=_("With the same people, as proposals"),
        required=False,
        initial=True,
        help_text=_("Nobody is told anything before the proposals are published; who may not is left out then."),
    )

    def __init__(self, *args: Any, monday: dt.date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.monday = monday

    def clean_day(self) -> dt.date:
        day: dt.date = self.cleaned_data["day"]
        monday = day - dt.timedelta(days=day.weekday())
        if monday == self.monday:
            raise ValidationError(_("This is the week that is copied. Choose another one."), code="same_week")
        if abs((monday - self.monday).days) > 366:
            raise ValidationError(_("More than a year away from today: check the year."), code="far_away")
        return monday
