"""One shift with everybody on it, and who else could be: the page behind a seat of the board."""

import datetime as dt
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, replace

from django.utils.translation import gettext as _

from roster.models import Assignment, GroupMember, Shift, StandIn, Volunteer
from roster.queries.board import State
from roster.queries.facts import limits_of, people_for, places_for
from roster.queries.load import BACK, Share, done_lately, share_of
from roster.rules import ASK, REFUSE, Candidate, Place, Reason, ranked
from roster.words import reason_words

ON_IT = (*Assignment.SEATED, State.PROPOSED)
# So many are shown at once; the others are behind a fold.
FIRST = 12
NO_MARKS: Mapping[uuid.UUID, str] = {}


@dataclass(frozen=True)
class OnShift:
    """Somebody on the shift. `note` says what the state alone does not."""

    assignment: Assignment
    is_missing: bool
    looks_for_stand_in: bool

    @property
    def can_be_replaced(self) -> bool:
        """Has a seat, and nobody has seen them on it."""
        return self.assignment.seat is not None and self.assignment.signed_in_at is None

    @property
    def sign(self) -> str:
        """The kind of the chip (templates/components/sign.html)."""
        if self.is_missing:
            return "no"
        if self.looks_for_stand_in:
            return "ask"
        return SIGNS.get(self.assignment.state, "plain")


SIGNS: dict[str, str] = {
    State.PROPOSED: "info",
    State.OFFERED: "wait",
    State.PUBLISHED: "plain",
    State.CONFIRMED: "done",
    State.SIGNED_IN: "done",
    State.SIGNED_OUT: "done",
}


@dataclass(frozen=True)
class ShiftPeople:
    """Who is on the shift, who waits for a place, who is not on it any more."""

    here: list[OnShift]
    waiting: list[Assignment]
    gone: list[Assignment]

    @property
    def taken(self) -> int:
        return sum(one.assignment.seat is not None for one in self.here)

    @property
    def proposed(self) -> int:
        return sum(one.assignment.state == State.PROPOSED for one in self.here)


@dataclass(frozen=True)
class Choice:
    """A candidate in words. `against` is what stands against them, `warned` what merely should be known,
    `known` the facts; `mark`: proposed or waiting."""

    id: uuid.UUID
    name: str
    phone: str
    known: list[str]
    warned: list[str]
    against: list[str]
    is_member: bool
    mark: str


@dataclass(frozen=True)
class Choices:
    """`suited` may at once, `asked` only with a written reason, `refused` not at all."""

    suited: list[Choice]
    asked: list[Choice]
    refused: list[Choice]

    @property
    def first(self) -> list[Choice]:
        return self.suited[:FIRST]

    @property
    def others(self) -> list[Choice]:
        return self.suited[FIRST:]

    @property
    def anybody(self) -> bool:
        return bool(self.suited or self.asked or self.refused)


def people_on(shift: Shift, at: dt.datetime, *, missing_minutes: int) -> ShiftPeople:
    """Two queries."""
    rows = list(
        Assignment.objects.filter(shift=shift)
        .select_related("volunteer__user", "overridden_by", "ended_by")
        .order_by("seat", "made_at")
    )
    searching = set(
        StandIn.objects.filter(assignment__shift=shift, state=StandIn.State.OPEN).values_list(
            "assignment_id", flat=True
        )
    )
    late = shift.starts_at + dt.timedelta(minutes=missing_minutes) <= at < shift.ends_at
    here = [
        OnShift(row, late and row.state in (State.PUBLISHED, State.CONFIRMED), row.pk in searching)
        for row in rows
        if row.state in ON_IT
    ]
    # Proposals have no seat yet: they stand after those who have one.
    here.sort(key=lambda one: one.assignment.state == State.PROPOSED)
    waiting = [row for row in rows if row.state == State.WAITING]
    return ShiftPeople(here, waiting, [row for row in rows if row.state in Assignment.OVER])


def choices_for(
    shift: Shift,
    at: dt.datetime,
    *,
    only_group: bool = False,
    marks: Mapping[uuid.UUID, str] = NO_MARKS,
    on_top: str = "",
    instead: Assignment | None = None,
) -> Choices:
    """Everybody who is not on the shift, the fittest first, each with reasons in the active language.

    `only_group`: a leader chooses among the members of the own group. `marks`: a word beside some names. `on_top`: the
    id of whoever was just chosen with something missing stands first among their likes. `instead`: a seat that is
    to be somebody else's, as if it were free. Thirteen queries at the most.
    """
    members = set(GroupMember.objects.filter(group=shift.post.group_id).values_list("volunteer_id", flat=True))
    # Also the turns of the last 14 days from now, which every page tells.
    around = (min(at, shift.starts_at), max(at, shift.ends_at))
    only = [*members, *([instead.volunteer_id] if instead else [])] if only_group else None
    people = people_for(shift.compound, around=around, only=only)
    place: Place = places_for([shift])[shift.pk]
    if instead is not None:
        goes = people.pop(instead.volunteer_id, None)
        has = {skill: count - (goes is not None and skill in goes.skills) for skill, count in place.has.items()}
        place = replace(place, taken=place.taken - 1, has=has, on_it=place.on_it - {instead.volunteer_id})
    found = ranked(people.values(), place, limits_of(shift.compound), at)
    found.sort(key=lambda one: str(one.person.id) != on_top)
    were = done_lately(people.values(), at)
    phones = dict(Volunteer.objects.filter(pk__in=people).values_list("pk", "user__phone"))
    choices: dict[str, list[Choice]] = {"": [], ASK: [], REFUSE: []}
    for one in found:
        key, turns = one.person.id, one.person.turns
        load = share_of(turn for turn in turns if turn.id in were)
        # What comes before this shift weighs on them as well.
        coming = share_of(
            turn for turn in turns if turn.id not in were and turn.ends_at > at and turn.starts_at < shift.starts_at
        )
        known = [words for reason in one.why for words in _known(reason, load, coming)]
        choices[one.effect].append(_choice(one, known, phones.get(key, ""), key in members, marks.get(key, "")))
    return Choices(choices[""], choices[ASK], choices[REFUSE])


def _known(reason: Reason, load: Share, coming: Share) -> list[str]:
    """The order looks at the 14 days before the shift; what is told is what the load page tells, and what comes."""
    if reason.code != "load":
        return [reason_words(reason)]
    params = {"hours": load.hours, "nights": load.nights, "days": BACK}
    words = [reason_words(replace(reason, params=params))]
    if coming.shifts:
        words.append(_("%(hours)s h more before this shift") % {"hours": f"{coming.hours:g}"})
    return words


def _choice(candidate: Candidate, known: list[str], phone: str, is_member: bool, mark: str) -> Choice:
    """Of somebody who may not, only what forbids it: the rest would change nothing."""
    effect = candidate.effect
    against = [reason for reason in candidate.reasons if reason.effect == effect]
    warned = [reason for reason in candidate.reasons if reason.effect not in (ASK, REFUSE)]
    return Choice(
        id=candidate.person.id,
        name=candidate.person.name,
        phone=phone,
        known=known,
        warned=[reason_words(reason) for reason in warned],
        against=[reason_words(reason) for reason in against],
        is_member=is_member,
        mark=mark,
    )
