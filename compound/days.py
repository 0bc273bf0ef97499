"""Moments and days in the users' words: 14:05, 今天 12:00, 8月23日(周二) 18:00."""

import datetime as dt
from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from compound.models import Compound

WEEKDAYS = (
    gettext_lazy("Mon"),
    gettext_lazy("Tue"),
    gettext_lazy("Wed"),
    gettext_lazy("Thu"),
    gettext_lazy("Fri"),
    gettext_lazy("Sat"),
    gettext_lazy("Sun"),
)


def day_with_year(day: dt.date) -> str:
    """`2022年8月23日`: where nobody knows when it is read, on a drawing."""
    # Translators: a date of another year, for example 2022年8月23日
    return _("%(year)d-%(month)02d-%(day)02d") % {"year": day.year, "month": day.month, "day": day.day}


@dataclass(frozen=True)
class Clock:
    """A compound's wall clock at one moment, for saying other moments in words."""

    compound: Compound
    now: dt.datetime

    def day(self, day: dt.date) -> str:
        """`今天`, `明天`, `昨天`, else `8月23日(周二)`, with the year when it is another one."""
        today = self.compound.day_of(self.now)
        near = {0: _("today"), 1: _("tomorrow"), -1: _("yesterday")}.get((day - today).days)
        if near is not None:
            return near
        if day.year != today.year:
            return day_with_year(day)
        facts = {"month": day.month, "day": day.day, "weekday": WEEKDAYS[day.weekday()]}
        # Translators: a date of this year with its weekday, for example 8月23日(周二)
        return _("%(month)d/%(day)d (%(weekday)s)") % facts

    def when(self, moment: dt.datetime) -> str:
        """`今天 12:00`."""
        local = self.compound.local(moment)
        return f"{self.day(local.date())} {local:%H:%M}"

    def time(self, moment: dt.datetime) -> str:
        """`12:00`, without its day."""
        return f"{self.compound.local(moment):%H:%M}"

    def near(self, moment: dt.datetime) -> str:
        """`12:00` of today, a moment of another day with its day: `明天 12:00`."""
        is_today = self.compound.day_of(moment) == self.compound.day_of(self.now)
        return self.time(moment) if is_today else self.when(moment)
