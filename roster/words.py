"""What the planner's and the rules' codes say, in the reader's language. And hours and days of shifts."""

import datetime as dt
from collections.abc import Callable, Iterable, Mapping
from typing import Any
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from compound.days import WEEKDAYS
from roster.planner import empty
from roster.planner.empty import Empty
from roster.rules import Reason


def why_empty(seats: Empty) -> str:
    """“Of 4 people with the skill 3 are in their rest time, 1 has not said that they can.” in the active language."""
    if not seats.skilled:
        return _("Nobody else has the skill.")
    who = ngettext("%(count)d other person has the skill", "%(count)d other people have the skill", seats.skilled)
    parts = [words(count) % {"count": count} for reason, count in seats.reasons.items() for words in [REASONS[reason]]]
    return _("%(who)s: %(why)s.") % {"who": who % {"count": seats.skilled}, "why": _(", ").join(parts)}


REASONS: dict[empty.Reason, Callable[[int], str]] = {
    "away": lambda n: ngettext("%(count)d has not said that they can", "%(count)d have not said that they can", n),
    "works": lambda n: ngettext("%(count)d is on duty then", "%(count)d are on duty then", n),
    "rests": lambda n: ngettext("%(count)d is in their rest time", "%(count)d are in their rest time", n),
    "week_full": lambda n: ngettext(
        "%(count)d has as many shifts this week as they may", "%(count)d have as many shifts this week as they may", n
    ),
    "day_full": lambda n: ngettext("%(count)d would have too long a day", "%(count)d would have too long a day", n),
    "apart": lambda n: ngettext(
        "%(count)d would be without their partner", "%(count)d would be without their partner", n
    ),
    "price": lambda n: ngettext(
        "%(count)d would have too much elsewhere", "%(count)d would have too much elsewhere", n
    ),
}

# -- hours and days -----------------------------------------------------------------------------------------------


def span_words(starts_at: dt.datetime, ends_at: dt.datetime, tz: ZoneInfo) -> str:
    """`08:00–16:00`, `20:00–24:00`, `20:00–次日08:00`."""
    start, end = starts_at.astimezone(tz), ends_at.astimezone(tz)
    days = (end.date() - start.date()).days
    if days == 0:
        return f"{start:%H:%M}–{end:%H:%M}"
    if days == 1 and end.time() == dt.time(0):
        return f"{start:%H:%M}–24:00"
    # Translators: hours of a shift that ends on the next day, for example 20:00–次日08:00
    return _("%(from)s–%(until)s the next day") % {"from": f"{start:%H:%M}", "until": f"{end:%H:%M}"}


def day_words(day: dt.date) -> str:
    """`8月23日(周二)`: never today or tomorrow, for what is read later."""
    # Translators: a date of this year with its weekday, for example 8月23日(周二)
    return _("%(month)d/%(day)d (%(weekday)s)") % {
        "month": day.month, "day": day.day, "weekday": WEEKDAYS[day.weekday()]
    }  # fmt: skip


def shift_words(starts_at: dt.datetime, ends_at: dt.datetime, tz: ZoneInfo, post: str = "") -> str:
    """`8月23日(周二) 20:00–24:00 东门岗`."""
    parts = [day_words(starts_at.astimezone(tz).date()), span_words(starts_at, ends_at, tz), post]
    return " ".join(part for part in parts if part)


def moment_words(moment: dt.datetime | str) -> str:
    """`8月23日(周二) 20:00`, as the moment's own zone has it; also from ISO 8601, as reasons are stored."""
    there = dt.datetime.fromisoformat(moment) if isinstance(moment, str) else moment
    return f"{day_words(there.date())} {there:%H:%M}"


def hours_words(minutes: int) -> str:
    """`8`, `7.5`: a length in hours."""
    return f"{minutes / 60:.1f}".removesuffix(".0")


# -- reasons ------------------------------------------------------------------------------------------------------


def reason_words(reason: Reason | Mapping[str, Any]) -> str:
    """One reason as part of a sentence, without a full stop: “full (2 people)”. Also as `Reason.as_json` stores it."""
    if isinstance(reason, Reason):
        code, params = reason.code, dict(reason.params)
    else:
        code, params = str(reason["code"]), dict(reason)
    words = SAYINGS.get(code)
    return words(params) if words else code


def reasons_words(reasons: Iterable[Reason | Mapping[str, Any]]) -> str:
    return _("; ").join(reason_words(one) for one in reasons)


def now_words(code: str, *, self_service: bool, can_override: bool = False) -> str:
    """What to do now; said behind the reason. `self_service`: it is the person who reads it."""
    if self_service:
        return str(NOW_SELF.get(code, NOW_SELF[""]))
    return str(NOW_REASON if can_override else NOW_OTHER.get(code, NOW_OTHER[""]))


def _overlap(params: Mapping[str, Any]) -> str:
    facts = {
        "since": moment_words(params["since"]), "until": moment_words(params["until"]), "post": params.get("post") or ""
    }  # fmt: skip
    if facts["post"]:
        return _("on duty at %(post)s from %(since)s to %(until)s") % facts
    return _("on duty elsewhere from %(since)s to %(until)s") % facts


def _rest(params: Mapping[str, Any]) -> str:
    hours = hours_words(params["minutes"])
    if params.get("until"):
        facts = {"next": moment_words(params["until"]), "hours": hours}
        return _("the next shift at %(next)s would come before %(hours)s hours of rest are over") % facts
    return _("in rest time until %(free)s (%(hours)s hours)") % {
        "free": moment_words(params["free_at"]), "hours": hours
    }  # fmt: skip


SAYINGS: dict[str, Callable[[Mapping[str, Any]], str]] = {
    "cancelled": lambda p: _("the shift was cancelled"),
    "over": lambda p: _("the shift is over"),
    "not_active": lambda p: _("no volunteer here any more"),
    "on_it_already": lambda p: _("on this shift already"),
    "full": lambda p: ngettext(
        "the shift is full (%(maximum)d person)", "the shift is full (%(maximum)d people)", p["maximum"]
    ) % {"maximum": p["maximum"]},
    "overlap": _overlap,
    "rest": _rest,
    "week_hours": lambda p: _("%(hours)g hours in this week, at most %(most)d") % p,
    "week_nights": lambda p: _("%(nights)d nights in this week, at most %(most)d") % p,
    "long_day": lambda p: _("%(hours)s hours on one day, at most %(most)s") % _day(p),
    "skill": lambda p: _("the last seats are for somebody with the skill that is still missing"),
    "stairs": lambda p: _("stairs, and ground-floor work only"),
    "cannot": lambda p: _("has said that they can't at that time"),
    "long_day_soon": lambda p: _("a long day: %(hours)s hours") % _day(p),
    "rather_not": lambda p: _("would rather not at that time"),
    "not_said": lambda p: _("has not said that they can at that time"),
    "load": lambda p: _("%(hours)g hours and %(nights)d nights in %(days)d days") % p,
    "has_skill": lambda p: _("has the skill"),
    "said_can": lambda p: _("has said that they can"),
}  # fmt: skip


def _day(params: Mapping[str, Any]) -> dict[str, str]:
    return {"hours": hours_words(params["minutes"]), "most": hours_words(params["most"])}


NOW_SELF = {
    "": gettext_lazy("Choose another shift, or ask the coordinator."),
    "full": gettext_lazy("Put yourself on the waiting list, or choose another shift."),
    "cancelled": gettext_lazy("Choose another shift."),
    "over": gettext_lazy("Choose another shift."),
    "overlap": gettext_lazy("Swap that shift first, or choose another one."),
    "on_it_already": gettext_lazy("Look at my shifts."),
    "not_active": gettext_lazy("Ask the coordinator to put you on the list again."),
    "cannot": gettext_lazy("Change your available hours first, or choose another shift."),
}
NOW_OTHER = {
    "": gettext_lazy("Choose somebody else."),
    "full": gettext_lazy("Take somebody off first, or raise the number of seats."),
    "cancelled": gettext_lazy("Choose another shift."),
    "over": gettext_lazy("Choose another shift."),
    "not_active": gettext_lazy("Put them on the list of volunteers again, or choose somebody else."),
}
NOW_REASON = gettext_lazy("Choose somebody else, or write down the reason why it must be.")
