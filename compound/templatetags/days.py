"""`{{ moment|when:clock }}`, where `clock` is put into every page below /c/<code>/ by a context processor."""

import datetime as dt

from django import template

from compound.days import Clock

register = template.Library()


@register.filter
def when(moment: dt.datetime | None, clock: Clock) -> str:
    """今天 12:00"""
    return clock.when(moment) if moment else ""


@register.filter
def clock_time(moment: dt.datetime | None, clock: Clock) -> str:
    """12:00"""
    return clock.time(moment) if moment else ""


@register.filter
def day_words(day: dt.date | None, clock: Clock) -> str:
    """今天"""
    return clock.day(day) if day else ""
