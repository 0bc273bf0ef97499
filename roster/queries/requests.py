"""Stand-ins and swaps: whom a volunteer may ask, and what they are asked."""

import datetime as dt
import uuid
from dataclasses import dataclass, replace

from django.db.models import Exists, OuterRef, Q

from compound.models import Compound
from roster.models import Assignment, StandIn, Volunteer
from roster.queries.facts import limits_of, people_for, places_for
from roster.queries.open_shifts import Search, could_stand_in, open_searches, without
from roster.rules import TELL, Limits, Person, Place, ranked, reasons_against

State = Assignment.State
# How far ahead a colleague's shift may lie that is offered for a swap; how many are shown.
SWAP_DAYS = 14
MOST_PEOPLE, MOST_SWAPS = 12, 20
# Answers stay on the page so long.
ANSWERED_DAYS = 7


@dataclass(frozen=True)
class Whom:
    """`people`: may take this shift by the rules, the least loaded first. `swaps`: shifts of others, each of which
    fits the asker while the asker's fits them."""

    people: list[Volunteer]
    swaps: list[Assignment]


@dataclass(frozen=True)
class RequestsPage:
    """`to_me`: by name. `to_all`: asked of everybody and allowed to me. `mine`: open ones, then what was answered."""

    to_me: list[StandIn]
    to_all: list[Search]
    mine: list[StandIn]
    answered: list[StandIn]


def requests_page(*, compound: Compound, volunteer: Volunteer, at: dt.datetime) -> RequestsPage:
    """A constant number of queries."""
    related = ("assignment__shift__post", "assignment__user", "to__user", "offered__shift__post", "result__user")
    rows = StandIn.objects.select_related(*related).filter(assignment__compound=compound)
    to_me = rows.filter(to=volunteer, state=StandIn.State.OPEN, assignment__ends_at__gt=at)
    mine = rows.filter(assignment__volunteer=volunteer, assignment__ends_at__gt=at - dt.timedelta(days=ANSWERED_DAYS))
    found = list(mine.order_by("assignment__starts_at", "-asked_at"))
    searches = list(open_searches(compound, volunteer, at))
    asking = [search.assignment.volunteer_id for search in searches]
    last = max((search.assignment.ends_at for search in searches), default=at)
    people = people_for(compound, around=(at, last), only=[volunteer.pk, *asking])
    places = places_for([search.assignment.shift for search in searches])
    return RequestsPage(
        to_me=list(to_me.order_by("assignment__starts_at")),
        to_all=could_stand_in(searches, volunteer, people, places, limits_of(compound), at),
        mine=[one for one in found if one.state == StandIn.State.OPEN],
        answered=[one for one in found if one.state != StandIn.State.OPEN],
    )


def request_to_answer(compound: Compound, volunteer: Volunteer, request_id: uuid.UUID) -> StandIn | None:
    """Of the compound, to this volunteer or to everybody, by somebody else; whatever its state. One query."""
    rows = StandIn.objects.filter(Q(to=volunteer) | Q(to=None), pk=request_id, assignment__compound=compound)
    rows = rows.exclude(assignment__volunteer=volunteer)
    return rows.select_related("assignment__shift__post", "assignment__user", "offered__shift__post").first()


def whom_to_ask(*, compound: Compound, assignment: Assignment, at: dt.datetime) -> Whom:
    """A constant number of queries; two checks of the rules for each shift of the others."""
    until = at + dt.timedelta(days=SWAP_DAYS)
    theirs = _swappable(compound, assignment, at, until)
    first = min(at, assignment.starts_at)
    last = max(until, assignment.ends_at)
    people = people_for(compound, around=(first, last))
    places = places_for([assignment.shift, *(row.shift for row in theirs)])
    limits = limits_of(compound)
    me = people[assignment.volunteer_id]
    mine = without(places[assignment.shift_id], me)
    others = [person for person in people.values() if person.id != me.id]
    able = [one.person.id for one in ranked(others, mine, limits, at) if not one.effect][:MOST_PEOPLE]
    by_id = Volunteer.objects.select_related("user").in_bulk(able)
    swaps = []
    for row in theirs:
        partner = people.get(row.volunteer_id)
        if partner is None or not _fit(partner, row.shift_id, mine, limits, at):
            continue
        if _fit(me, assignment.shift_id, without(places[row.shift_id], partner), limits, at):
            swaps.append(row)
            if len(swaps) == MOST_SWAPS:
                break
    return Whom([by_id[pk] for pk in able], swaps)


def _swappable(compound: Compound, assignment: Assignment, at: dt.datetime, until: dt.datetime) -> list[Assignment]:
    """Shifts of others that have not begun, for which nobody is looked for yet, on other shifts than this one."""
    searching = StandIn.objects.filter(assignment=OuterRef("pk"), state=StandIn.State.OPEN)
    rows = Assignment.objects.filter(
        compound=compound, state__in=[State.PUBLISHED, State.CONFIRMED], starts_at__gt=at, starts_at__lt=until
    )
    rows = rows.filter(~Exists(searching), shift__cancelled_at=None, volunteer__ended_at=None)
    rows = rows.exclude(volunteer=assignment.volunteer_id).exclude(shift=assignment.shift_id)
    return list(rows.select_related("shift__post", "user").order_by("starts_at", "user__name"))


def _fit(person: Person, gives_up: object, place: Place, limits: Limits, at: dt.datetime) -> bool:
    """Whether the rules let `person` take `place` once the shift `gives_up` is no longer theirs."""
    freed = replace(person, turns=tuple(turn for turn in person.turns if turn.shift_id != gives_up))
    return all(reason.effect == TELL for reason in reasons_against(freed, place, limits, at))
