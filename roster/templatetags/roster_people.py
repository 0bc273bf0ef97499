"""`{{ time|hours }}`: a timedelta in hours, halves and quarters as a decimal."""

import datetime as dt

from django import template

from compound.days import WEEKDAYS

register = template.Library()


@register.filter
def hours(time: dt.timedelta | None) -> str:
    """`12`, `4.5`, `0.25`."""
    return f"{round((time or dt.timedelta()).total_seconds() / 3600, 2):g}"


@register.filter
def weekday(number: int) -> str:
    """0 → 周一."""
    return str(WEEKDAYS[number])
