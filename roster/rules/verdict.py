"""Every reason against a person on a place, the heaviest first."""

import datetime as dt
from collections.abc import Callable, Iterator

from roster.rules.facts import Limits, Person, Place, Turn
from roster.rules.reasons import ASK, REFUSE, TELL, Reason, week_of
from roster.rules.wishes import said_of

Rule = Callable[[Person, Place, Limits, dt.datetime], Iterator[Reason]]


def reasons_against(person: Person, place: Place, limits: Limits, at: dt.datetime) -> list[Reason]:
    """All of them. The codes and their params:

    refuse: cancelled, over, not_active, on_it_already, full, overlap {since, until, post};
    ask: rest {free_at, minutes, until} (`until`: the later shift that would come too soon, where it is one),
    week_hours {hours, most}, week_nights {nights, most}, long_day {minutes, most}, skill {skills}, stairs, cannot;
    tell: long_day_soon {minutes, most}, rather_not, not_said.
    """
    return [reason for rule in RULES for reason in rule(person, place, limits, at)]


def _cancelled(person: Person, place: Place, limits: Limits, at: dt.datetime) -> Iterator[Reason]:
    if place.is_cancelled:
        yield Reason("cancelled", REFUSE)


def _over(person: Person, place: Place, limits: Limits, at: dt.datetime) -> Iterator[Reason]:
    if place.ends_at <= at:
        yield Reason("over", REFUSE, {"ended_at": place.ends_at.astimezone(limits.tz)})


def _not_active(person: Person, place: Place, limits: Limits, at: dt.datetime) -> Iterator[Reason]:
    if not person.is_active:
        yield Reason("not_active", REFUSE)


def _on_it_already(person: Person, place: Place, limits: Limits, at: dt.datetime) -> Iterator[Reason]:
    if person.id in place.on_it:
        yield Reason("on_it_already", REFUSE)


def _full(person: Person, place: Place, limits: Limits, at: dt.datetime) -> Iterator[Reason]:
    if place.taken >= place.maximum and person.id not in place.offered_to | place.on_it:
        yield Reason("full", REFUSE, {"maximum": place.maximum})


def _overlap(person: Person, place: Place, limits: Limits, at: dt.datetime) -> Iterator[Reason]:
    """Half-open: whoever is free at noon may start at noon."""
    for turn in _others(person, place):
        if turn.starts_at < place.ends_at and place.starts_at < turn.ends_at:
            since, until = turn.starts_at.astimezone(limits.tz), turn.ends_at.astimezone(limits.tz)
            yield Reason("overlap", REFUSE, {"since": since, "until": until, "post": turn.post})
            return


def _rest(person: Person, place: Place, limits: Limits, at: dt.datetime) -> Iterator[Reason]:
    """Before the shift and after it, longer after a night; said once."""
    before = [one for one in _others(person, place) if one.ends_at <= place.starts_at]
    free_at, rest = max(((t.ends_at + limits.rest_after(t), limits.rest_after(t)) for t in before), default=(at, None))
    if rest and free_at > place.starts_at:
        minutes = int(rest.total_seconds() // 60)
        yield Reason("rest", ASK, {"free_at": free_at.astimezone(limits.tz), "minutes": minutes})
        return
    rest = limits.rest_after(place)
    later = [one for one in _others(person, place) if one.starts_at >= place.ends_at]
    next_at = min((one.starts_at for one in later), default=None)
    if next_at and place.ends_at + rest > next_at:
        free_at, minutes = (place.ends_at + rest).astimezone(limits.tz), int(rest.total_seconds() // 60)
        params = {"free_at": free_at, "minutes": minutes, "until": next_at.astimezone(limits.tz)}
        yield Reason("rest", ASK, params)


def _week_hours(person: Person, place: Place, limits: Limits, at: dt.datetime) -> Iterator[Reason]:
    minutes = place.minutes + sum(one.minutes for one in _others(person, place) if _same_week(one.duty_on, place))
    most = limits.hours_a_week if person.hours_a_week is None else person.hours_a_week
    if minutes > most * 60:
        yield Reason("week_hours", ASK, {"hours": round(minutes / 60, 1), "most": most})


def _week_nights(person: Person, place: Place, limits: Limits, at: dt.datetime) -> Iterator[Reason]:
    if not place.is_night:
        return
    nights = 1 + sum(one.is_night for one in _others(person, place) if _same_week(one.duty_on, place))
    most = limits.nights_a_week if person.nights_a_week is None else person.nights_a_week
    if nights > most:
        yield Reason("week_nights", ASK, {"nights": nights, "most": most})


def _long_day(person: Person, place: Place, limits: Limits, at: dt.datetime) -> Iterator[Reason]:
    """By the day on which the shifts start. A single shift of exactly the most is no breach: three make a day."""
    minutes = place.minutes + sum(one.minutes for one in _others(person, place) if one.duty_on == place.duty_on)
    if minutes > limits.most_minutes:
        yield Reason("long_day", ASK, {"minutes": minutes, "most": limits.most_minutes})


def _skill(person: Person, place: Place, limits: Limits, at: dt.datetime) -> Iterator[Reason]:
    """The seats that would be left are fewer than the people with the skill that are still to come. Of a full shift
    (somebody asks to wait for it) it is judged as if one seat were free."""
    left = max(0, place.maximum - place.taken - (0 if person.id in place.offered_to else 1))
    missing = [
        skill
        for skill, count in place.needs.items()
        if skill not in person.skills and count - place.has.get(skill, 0) > left
    ]
    if missing:
        yield Reason("skill", ASK, {"skills": missing})


def _stairs(person: Person, place: Place, limits: Limits, at: dt.datetime) -> Iterator[Reason]:
    if place.has_stairs and person.ground_floor_only:
        yield Reason("stairs", ASK)


def _wishes(person: Person, place: Place, limits: Limits, at: dt.datetime) -> Iterator[Reason]:
    said = said_of(person.hours, place.starts_at, place.ends_at, limits.tz)
    if "cannot" in said:
        yield Reason("cannot", ASK)
        return
    if "rather_not" in said:
        yield Reason("rather_not", TELL)
    if None in said:
        yield Reason("not_said", TELL)


def _long_day_soon(person: Person, place: Place, limits: Limits, at: dt.datetime) -> Iterator[Reason]:
    minutes = place.minutes + sum(one.minutes for one in _others(person, place) if one.duty_on == place.duty_on)
    if limits.warn_minutes <= minutes <= limits.most_minutes:
        yield Reason("long_day_soon", TELL, {"minutes": minutes, "most": limits.warn_minutes})


def _others(person: Person, place: Place) -> list[Turn]:
    return [one for one in person.turns if one.shift_id != place.id]


def _same_week(day: dt.date, place: Place) -> bool:
    return week_of(day) == week_of(place.duty_on)


RULES: tuple[Rule, ...] = (
    _cancelled, _over, _not_active, _on_it_already, _full, _overlap,
    _rest, _week_hours, _week_nights, _long_day, _skill, _stairs, _wishes, _long_day_soon,
)  # fmt: skip
