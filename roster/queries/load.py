"""Who has had how much, and who will have: hours, nights and days off, with warnings in words."""

import datetime as dt
import uuid
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from compound.models import Compound
from roster.models import Assignment
from roster.queries.facts import limits_of, people_for
from roster.rules import Limits, Person, Turn, week_of

BACK, AHEAD = 14, 7
DAY = dt.timedelta(days=1)
State = Assignment.State
# A warning from so many days without one off: a week at a stretch is what people say they cannot keep up.
STRETCH = 7


def done(at: dt.datetime) -> Q:
    """Duty that was done: signed in or out; also without that when it is over, until somebody says that they did not
    come."""
    return Q(state__in=(State.SIGNED_IN, State.SIGNED_OUT)) | Q(
        state__in=(State.PUBLISHED, State.CONFIRMED), ends_at__lte=at
    )


def lately(at: dt.datetime) -> Q:
    """What "14 days" means on every page, for rows of Assignment: duty that was done and began in the last 14 days up
    to now."""
    return done(at) & Q(starts_at__gte=at - BACK * DAY, starts_at__lt=at)


def done_lately(people: Collection[Person], at: dt.datetime) -> set[uuid.UUID]:
    """The ids of those of their turns, in every compound. One query."""
    rows = Assignment.objects.filter(lately(at), user__in=[one.user_id for one in people])
    return set(rows.values_list("pk", flat=True))


@dataclass(frozen=True)
class Share:
    """What somebody has within some days."""

    shifts: int
    hours: float
    nights: int


@dataclass(frozen=True)
class Load:
    """`day_off`: the last day until today on which nothing was done, None when there was none in 14 days."""

    id: uuid.UUID
    name: str
    last: Share
    next: Share
    week: Share
    most_hours: int
    most_nights: int
    day_off: dt.date | None
    warnings: list[str]

    @property
    def is_idle(self) -> bool:
        """Had nothing and will have nothing."""
        return not self.last.shifts and not self.next.shifts


@dataclass(frozen=True)
class LoadPage:
    rows: list[Load]
    idle: list[Load]
    warned: int
    hours: float
    median: float


SORTS: dict[str, Callable[[Load], Any]] = {
    "hours": lambda one: (-one.last.hours, one.name),
    "nights": lambda one: (-one.last.nights, -one.last.hours, one.name),
    "shifts": lambda one: (-one.last.shifts, one.name),
    "next": lambda one: (-one.next.hours, one.name),
    "week": lambda one: (-one.week.hours, one.name),
    "off": lambda one: (one.day_off or dt.date.min, one.name),
    "name": lambda one: one.name,
    "warnings": lambda one: (-len(one.warnings), -one.last.hours, one.name),
}


def load_of(*, compound: Compound, at: dt.datetime, sort: str = "warnings") -> LoadPage:
    """Everybody who helps now; duties in other compounds count, a body is one. A constant number of queries."""
    limits = limits_of(compound)
    people = people_for(compound, around=(at, at + AHEAD * DAY))
    were = done_lately(people.values(), at)
    loads = [_load(compound, one, limits, were, at) for one in people.values() if one.is_active]
    loads.sort(key=SORTS.get(sort, SORTS["warnings"]))
    working = [one for one in loads if not one.is_idle]
    hours = sorted(one.last.hours for one in working)
    return LoadPage(
        rows=working,
        idle=sorted((one for one in loads if one.is_idle), key=lambda one: one.name),
        warned=sum(bool(one.warnings) for one in loads),
        hours=round(sum(hours), 1),
        median=hours[len(hours) // 2] if hours else 0,
    )


def _load(compound: Compound, person: Person, limits: Limits, were: set[uuid.UUID], at: dt.datetime) -> Load:
    today = compound.day_of(at)
    last = [turn for turn in person.turns if turn.id in were]
    ahead = [
        turn
        for turn in person.turns
        if turn.ends_at > at and turn.id not in were and turn.duty_on < today + AHEAD * DAY
    ]
    weeks = {monday: _week(person.turns, monday) for monday in (week_of(today), week_of(today + AHEAD * DAY))}
    most_hours = limits.hours_a_week if person.hours_a_week is None else person.hours_a_week
    most_nights = limits.nights_a_week if person.nights_a_week is None else person.nights_a_week
    busy = _busy_days(compound, person.turns)
    day_off = next((day for day in (today - n * DAY for n in range(BACK + 1)) if day not in busy), None)
    return Load(
        id=person.id,
        name=person.name,
        last=share_of(last),
        next=share_of(ahead),
        week=weeks[week_of(today)],
        most_hours=most_hours,
        most_nights=most_nights,
        day_off=day_off,
        warnings=_warnings(weeks, today, busy, most_hours, most_nights),
    )


def share_of(turns: Iterable[Turn]) -> Share:
    rows = list(turns)
    return Share(len(rows), round(sum(turn.minutes for turn in rows) / 60, 1), sum(turn.is_night for turn in rows))


def _week(turns: Iterable[Turn], monday: dt.date) -> Share:
    return share_of(turn for turn in turns if week_of(turn.duty_on) == monday)


def _busy_days(compound: Compound, turns: Iterable[Turn]) -> set[dt.date]:
    """Every date on which some of a shift lies: after a night that ends at 06:00 the morning is no day off."""
    days: set[dt.date] = set()
    for turn in turns:
        day, end = compound.day_of(turn.starts_at), compound.local(turn.ends_at)
        last = end.date() - DAY if end.time() == dt.time(0) else end.date()
        while day <= last:
            days.add(day)
            day += DAY
    return days


def _warnings(
    weeks: dict[dt.date, Share], today: dt.date, busy: set[dt.date], most_hours: int, most_nights: int
) -> list[str]:
    found = []
    this = week_of(today)
    for monday, share in weeks.items():
        facts = {"hours": f"{share.hours:g}", "most": most_hours, "nights": share.nights, "most_nights": most_nights}
        if share.hours > most_hours:
            text = (
                _("this week %(hours)s h, at most %(most)d h")
                if monday == this
                else _("next week %(hours)s h, at most %(most)d h")
            )
            found.append(text % facts)
        if share.nights > most_nights:
            text = (
                _("this week %(nights)d nights, at most %(most_nights)d")
                if monday == this
                else _("next week %(nights)d nights, at most %(most_nights)d")
            )
            found.append(text % facts)
    past, coming = _stretch(today, busy)
    if past + coming >= STRETCH:
        found.append(_stretch_words(past, coming))
    return found


def _stretch(today: dt.date, busy: set[dt.date]) -> tuple[int, int]:
    """Days in a row with duty: up to today, and from tomorrow on. Who has today off has begun anew."""
    return _run(today, -DAY, busy), _run(today + DAY, DAY, busy)


def _run(day: dt.date, step: dt.timedelta, busy: set[dt.date]) -> int:
    days = 0
    while day in busy:
        day, days = day + step, days + 1
    return days


def _stretch_words(past: int, coming: int) -> str:
    facts = {"count": past or coming, "coming": coming}
    if not coming:
        return ngettext("%(count)d day without a day off", "%(count)d days without a day off", past) % facts
    if not past:
        return (
            ngettext("from tomorrow %(count)d day with duty", "from tomorrow %(count)d days with duty", coming) % facts
        )
    return (
        ngettext(
            "%(count)d day without a day off until today, %(coming)d more planned",
            "%(count)d days without a day off until today, %(coming)d more planned",
            past,
        )
        % facts
    )
