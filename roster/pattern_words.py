"""How a post's shifts repeat, in words; and the presets that one tap fills in."""

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from compound.days import WEEKDAYS
from roster.rules.slots import Timing
from roster.words import hours_words

HOUR = 60


@dataclass(frozen=True)
class Preset:
    """`timing(first)`: the timing whose first turn may start at `first`, a moment on the hour."""

    key: str
    label: Any
    hint: Any
    timing: Callable[[dt.datetime], Timing]


PRESETS = (
    Preset(
        "three",
        gettext_lazy("Three shifts of 8 hours"),
        gettext_lazy("00:00, 08:00, 16:00"),
        lambda first: Timing(8 * HOUR, (0, 8 * HOUR, 16 * HOUR)),
    ),
    Preset(
        "four",
        gettext_lazy("Blocks of 4 hours"),
        gettext_lazy("from 00:00, six a day"),
        lambda first: Timing(4 * HOUR, tuple(range(0, 24 * HOUR, 4 * HOUR))),
    ),
    Preset(
        "five",
        gettext_lazy("Turns of 5 hours"),
        gettext_lazy("one after the other, at other hours every day"),
        lambda first: Timing(5 * HOUR, anchor_at=first),
    ),
    Preset(
        "evening",
        gettext_lazy("Evening 20:00–24:00"),
        gettext_lazy("once a day"),
        lambda first: Timing(4 * HOUR, (20 * HOUR,)),
    ),
    Preset(
        "two",
        gettext_lazy("Day and night"),
        gettext_lazy("08:00–20:00 and over midnight"),
        lambda first: Timing(12 * HOUR, (8 * HOUR, 20 * HOUR)),
    ),
    Preset(
        "morning",
        gettext_lazy("Shopping run 08:30"),
        gettext_lazy("3 hours, once a day"),
        lambda first: Timing(3 * HOUR, (8 * HOUR + 30,)),
    ),
)


def clock_words(minute: int) -> str:
    """510 is 08:30."""
    return f"{minute // 60 % 24:02}:{minute % 60:02}"


def timing_words(timing: Timing, tz: ZoneInfo) -> str:
    """“each day 08:00–20:00, 20:00–08:00 the next day” in the active language."""
    length = _("%(hours)s h") % {"hours": hours_words(timing.length_minutes)}
    if timing.anchor_at is not None:
        anchor = timing.anchor_at.astimezone(tz)
        facts = {"length": length, "day": f"{anchor:%Y-%m-%d}", "time": f"{anchor:%H:%M}"}
        return _("turns of %(length)s one after the other, the first on %(day)s at %(time)s") % facts
    days = _("each day")
    if timing.weekdays and len(timing.weekdays) < 7:
        days = _(", ").join(str(WEEKDAYS[day]) for day in sorted(timing.weekdays))
    if len(timing.starts) > 3:
        starts = _(", ").join(clock_words(start) for start in timing.starts)
        return _("%(days)s at %(starts)s, %(length)s each") % {"days": days, "starts": starts, "length": length}
    spans = _(", ").join(_span(start, start + timing.length_minutes) for start in timing.starts)
    return f"{days} {spans}"


def _span(start: int, end: int) -> str:
    """As roster.words.span_words, of minutes: 24:00 is midnight of the same day."""
    if end <= 24 * HOUR:
        return f"{clock_words(start)}–{'24:00' if end == 24 * HOUR else clock_words(end)}"
    return _("%(from)s–%(until)s the next day") % {"from": clock_words(start), "until": clock_words(end)}
