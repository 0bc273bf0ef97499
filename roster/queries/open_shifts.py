""" "Shifts I can take now": the seats that the rules allow one person, and why not the others."""

import datetime as dt
import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from itertools import groupby

from django.db.models import QuerySet

from compound.models import Compound
from roster.models import Assignment, Post, Shift, StandIn, Volunteer
from roster.queries.facts import limits_of, people_for, places_for
from roster.rules import TELL, Limits, Person, Place, Reason, reasons_against

State = Assignment.State
DAYS = 7
# Of those that are full or not allowed: enough to see how it is.
MOST = 12
# Days that lie open on the page; the others are folded.
DAYS_OPEN = 2


@dataclass(frozen=True)
class OpenShift:
    """`gap`: seats short of the minimum; `free`: up to the maximum. `reasons` are facts to know where the shift may
    be taken (all "tell"), else what stands against it, the heaviest first."""

    shift: Shift
    gap: int
    free: int
    reasons: tuple[Reason, ...]

    @property
    def why_not(self) -> Reason | None:
        return next((one for one in self.reasons if one.effect != TELL), None)


@dataclass(frozen=True)
class Search:
    """Somebody asks for a stand-in, and this person could be it."""

    request: StandIn
    reasons: tuple[Reason, ...]


@dataclass(frozen=True)
class OpenPage:
    """`can`: strictly by time. `full`: would be allowed, but only the waiting list is left. `cannot`: gaps that this
    person may not fill."""

    can: list[OpenShift]
    full: list[OpenShift]
    cannot: list[OpenShift]
    searches: list[Search]

    @property
    def days(self) -> list[tuple[dt.date, list[OpenShift]]]:
        return [(day, list(some)) for day, some in groupby(self.can, key=lambda one: one.shift.duty_on)]

    @property
    def soon(self) -> list[tuple[dt.date, list[OpenShift]]]:
        return self.days[:DAYS_OPEN]

    @property
    def later(self) -> list[tuple[dt.date, list[OpenShift]]]:
        return self.days[DAYS_OPEN:]


def open_page(*, compound: Compound, volunteer: Volunteer, at: dt.datetime, days: int = DAYS) -> OpenPage:
    """The shifts of the next `days` days. A constant number of queries."""
    until = at + dt.timedelta(days=days)
    shifts = list(
        Shift.objects.filter(compound=compound, cancelled_at=None, ends_at__gt=at, starts_at__lt=until)
        .filter(post__ended_at=None)
        .select_related("post__group")
        .order_by("starts_at", "post__position", "post__name")
    )
    searches = list(open_searches(compound, volunteer, at).filter(assignment__starts_at__lt=until))
    limits = limits_of(compound)
    asking = [search.assignment.volunteer_id for search in searches]
    people = people_for(compound, around=(at, until), only=[volunteer.pk, *asking])
    places = places_for([*shifts, *(search.assignment.shift for search in searches)])
    person = people[volunteer.pk]
    mine = _mine(volunteer, at)
    page = OpenPage([], [], [], could_stand_in(searches, volunteer, people, places, limits, at))
    for shift in shifts:
        if shift.pk not in mine:
            _sort_in(page, shift, person, places[shift.pk], limits, at)
    page.can.sort(key=lambda one: (one.shift.duty_on, one.shift.starts_at))
    del page.full[MOST:], page.cannot[MOST:]
    return page


def _sort_in(page: OpenPage, shift: Shift, person: Person, place: Place, limits: Limits, at: dt.datetime) -> None:
    reasons = tuple(reasons_against(person, place, limits, at))
    gap, free = max(0, place.minimum - place.taken), max(0, place.maximum - place.taken)
    found = OpenShift(shift, gap, free, reasons)
    against = {one.code for one in reasons if one.effect != TELL}
    if not against:
        page.can.append(found)
    elif against == {"full"}:
        # A list for a shift that has begun would only make people wait.
        if place.starts_at > at:
            page.full.append(found)
    elif gap:
        page.cannot.append(found)


def seat_now(*, compound: Compound, volunteer: Volunteer, post: Post, at: dt.datetime) -> OpenShift | None:
    """The shift that runs at this post with an empty seat, and what stands against this person taking it."""
    shift = post.shifts.filter(cancelled_at=None, starts_at__lte=at, ends_at__gt=at).order_by("-starts_at").first()
    if shift is None:
        return None
    shift.post = post
    place = places_for([shift])[shift.pk]
    person = people_for(compound, around=(shift.starts_at, shift.ends_at), only=[volunteer.pk])[volunteer.pk]
    reasons = tuple(reasons_against(person, place, limits_of(compound), at))
    free = max(0, place.maximum - place.taken)
    return OpenShift(shift, max(0, place.minimum - place.taken), free, reasons)


def open_searches(compound: Compound, volunteer: Volunteer, at: dt.datetime) -> QuerySet[StandIn]:
    """Of the compound, asked of everybody, by somebody else, for a shift that is not over."""
    rows = StandIn.objects.filter(
        assignment__compound=compound, state=StandIn.State.OPEN, to=None, assignment__ends_at__gt=at
    )
    rows = rows.filter(assignment__shift__cancelled_at=None).exclude(assignment__volunteer=volunteer)
    rows = rows.select_related("assignment__shift__post__group", "assignment__user")
    return rows.order_by("assignment__starts_at", "asked_at")


def could_stand_in(
    searches: Iterable[StandIn],
    volunteer: Volunteer,
    people: Mapping[uuid.UUID, Person],
    places: Mapping[uuid.UUID, Place],
    limits: Limits,
    at: dt.datetime,
) -> list[Search]:
    """Those of `searches` that the rules allow the volunteer, the asker's seat counted as free. No query."""
    found = []
    for request in searches:
        place = without(places[request.assignment.shift_id], people[request.assignment.volunteer_id])
        reasons = tuple(reasons_against(people[volunteer.pk], place, limits, at))
        if all(one.effect == TELL for one in reasons):
            found.append(Search(request, reasons))
    return found


def without(place: Place, person: Person) -> Place:
    """The place as it is once `person` has left it."""
    if person.id not in place.on_it:
        return place
    has = {skill: count - (skill in person.skills) for skill, count in place.has.items()}
    return replace(place, taken=place.taken - 1, has=has, on_it=place.on_it - {person.id})


def _mine(volunteer: Volunteer, at: dt.datetime) -> set[uuid.UUID]:
    """Shifts on which the volunteer is in some way already, the waiting list included; proposals are not known yet."""
    rows = Assignment.objects.filter(volunteer=volunteer, ends_at__gt=at)
    return set(rows.filter(state__in=[*Assignment.SEATED, State.WAITING]).values_list("shift_id", flat=True))
