"""Who should be asked first for a place."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

from roster.rules.facts import Limits, Person, Place
from roster.rules.reasons import ASK, REFUSE, TELL, Reason
from roster.rules.verdict import reasons_against
from roster.rules.wishes import said_of

DAYS = 14
# In hours of load: what a night weighs, and asking somebody against their wish.
NIGHT, RATHER_NOT = 4, 6


@dataclass(frozen=True)
class Candidate:
    """`score`: the lower the sooner, in hours. `reasons` stand against it, `why` are facts to show beside the name:
    load {hours, nights, days}, has_skill {skills}, said_can."""

    person: Person
    reasons: list[Reason]
    score: float
    why: list[Reason]

    @property
    def effect(self) -> str:
        """The heaviest of the reasons; "" where there is none but what is only told."""
        effects = {reason.effect for reason in self.reasons}
        return REFUSE if REFUSE in effects else ASK if ASK in effects else ""

    @property
    def has_said(self) -> bool:
        """Of all the hours, whatever it was."""
        return all(reason.code != "not_said" for reason in self.reasons)


def ranked(people: Iterable[Person], place: Place, limits: Limits, at: dt.datetime) -> list[Candidate]:
    """Everybody who is not on the shift yet: first who may, then who may with a reason, then who may not; within that
    who has said something about those hours before who has not: idle people who never said that they can would lead
    every list; then by the load of the 14 days before the shift, nights and wishes; then by name, so that the order
    stands still."""
    found = [_candidate(one, place, limits, at) for one in people if one.id not in place.on_it]
    order = {"": 0, ASK: 1, REFUSE: 2}
    return sorted(
        found, key=lambda one: (order[one.effect], not one.has_said, one.score, one.person.name, one.person.id)
    )


def _candidate(person: Person, place: Place, limits: Limits, at: dt.datetime) -> Candidate:
    reasons = reasons_against(person, place, limits, at)
    since = place.starts_at - dt.timedelta(days=DAYS)
    recent = [one for one in person.turns if since <= one.starts_at < place.starts_at]
    hours = round(sum(one.minutes for one in recent) / 60, 1)
    nights = sum(one.is_night for one in recent)
    codes = {reason.code for reason in reasons}
    score = hours + NIGHT * nights * (2 if place.is_night else 1)
    score += RATHER_NOT * ("rather_not" in codes)
    why = [Reason("load", TELL, {"hours": hours, "nights": nights, "days": DAYS})]
    wanted = [skill for skill in place.needs if skill in person.skills]
    if wanted:
        why.append(Reason("has_skill", TELL, {"skills": wanted}))
    if said_of(person.hours, place.starts_at, place.ends_at, limits.tz) == {"can"}:
        why.append(Reason("said_can", TELL))
    return Candidate(person, reasons, score, why)
