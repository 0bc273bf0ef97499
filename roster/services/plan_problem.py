"""From the tables to a problem of the planner, and back from its numbers to shifts and people.

The planner keeps what needs the whole plan: overlap, rest, hours of a day and a week, nights. Everything else about one
person and one place is asked of `roster.rules`, so that whoever is proposed is somebody whom the rules allow.
Hour 0 is Monday midnight of the first week, so that the planner's weeks and days are those of the rules.
"""

import datetime as dt
import uuid
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field, replace

from compound.models import Compound
from roster.models import Assignment, GroupMember, Shift
from roster.planner import Pair, Problem
from roster.planner.problem import Id, Weights
from roster.planner.problem import Shift as Turn
from roster.planner.problem import Volunteer as Worker
from roster.queries.facts import limits_of, people_for, places_for
from roster.rules import TELL, Limits, Person, Place, reasons_against, week_of

# Costs beside an empty seat (1000) and a shift squared (1): against somebody's wish, at the post of another group; and
# what it is worth to propose the same again.
RATHER_NOT, OTHER_GROUP, SAME_AGAIN = 4.0, 6.0, -2.0
CARRY = dt.timedelta(days=14)
DAY = dt.timedelta(days=1)


@dataclass(frozen=True)
class Seat:
    """Where the planner's turn `of` is: a shift's seats for people with `skill`, or for anybody."""

    shift: Shift
    skill: uuid.UUID | None
    need: int


@dataclass(frozen=True)
class Mapping:
    """The planner's ids are numbers: `seats` and `people` say what they stand for. Turns beyond the seats are
    duties that are promised already."""

    seats: list[Seat] = field(default_factory=list)
    people: list[Person] = field(default_factory=list)

    @property
    def open_seats(self) -> int:
        return sum(seat.need for seat in self.seats)

    def rows(self, pairs: Iterable[Pair]) -> list[tuple[Shift, Person]]:
        """The new ones, in order of time; what was promised before is left out."""
        found = [
            (self.seats[int(turn)].shift, self.people[int(who)]) for who, turn in pairs if int(turn) < len(self.seats)
        ]
        return sorted(found, key=lambda row: (row[0].starts_at, row[0].pk, row[1].name, row[1].id))


def build(
    compound: Compound,
    from_on: dt.date,
    until_on: dt.date,
    at: dt.datetime,
    *,
    together: Collection[tuple[uuid.UUID, uuid.UUID]] = (),
) -> tuple[Problem, Mapping]:
    """What is still open in the shifts of these days that have not begun. `together`: pairs of volunteers who take a
    shift both or neither.

    Twelve queries. 300 people and 1,100 shifts take some two seconds.
    """
    shifts = list(
        Shift.objects.filter(
            compound=compound, duty_on__range=(from_on, until_on), starts_at__gt=at, cancelled_at=None
        ).select_related("post")
    )
    monday = compound.moment(week_of(from_on), dt.time())
    until = compound.moment(week_of(until_on) + 7 * DAY, dt.time()) + DAY
    limits = limits_of(compound)
    people = sorted(people_for(compound, around=(monday, until)).values(), key=lambda one: (one.name, one.id))
    places = places_for(shifts)
    seats = [seat for shift in shifts for seat in _seats(shift, places[shift.pk])]
    number = {one.id: place for place, one in enumerate(people)}
    fixed = Fixed(people, monday, until, first=len(seats))
    problem = Problem(
        volunteers=tuple(_worker(place, one, limits, monday) for place, one in enumerate(people)),
        shifts=(*(_turn(place, seat, monday) for place, seat in enumerate(seats)), *fixed.turns),
        can=dict(_can(compound, seats, people, places, limits, at)),
        weights=Weights(empty=1000, load=1, night=1, wish=1),
        rest=limits.rest_minutes * 60,
        night_rest=limits.night_rest_minutes * 60,
        pinned=frozenset(fixed.pinned),
        together=tuple((number[one], number[other]) for one, other in together if one in number and other in number),
        horizon_days=(until_on - week_of(from_on)).days + 1,
    )
    return problem, Mapping(seats, people)


def _seats(shift: Shift, place: Place) -> Iterator[Seat]:
    """For each skill that is still missing, then for anybody; never more than there are free seats."""
    left = place.maximum - place.taken
    wanted = place.minimum - place.taken
    for skill, count in sorted(place.needs.items()):
        need = min(count - place.has.get(skill, 0), left)
        if need > 0:
            yield Seat(shift, skill, need)
            left, wanted = left - need, wanted - need
    if min(wanted, left) > 0:
        yield Seat(shift, None, min(wanted, left))


def _turn(place: int, seat: Seat, monday: dt.datetime) -> Turn:
    start, end = _seconds(seat.shift.starts_at, monday), _seconds(seat.shift.ends_at, monday)
    return Turn(place, start, end, str(seat.skill or ""), seat.need, seat.shift.is_night)


def _seconds(moment: dt.datetime, monday: dt.datetime) -> int:
    """Seconds that really pass, also in a week in which the clock changes."""
    return round((moment.astimezone(dt.UTC) - monday.astimezone(dt.UTC)).total_seconds())


def _worker(place: int, person: Person, limits: Limits, monday: dt.datetime) -> Worker:
    before = [one for one in person.turns if monday - CARRY <= one.starts_at < monday]
    last = max(before, key=lambda one: one.ends_at + limits.rest_after(one), default=None)
    hours = limits.hours_a_week if person.hours_a_week is None else person.hours_a_week
    return Worker(
        id=place,
        skills=frozenset(str(skill) for skill in person.skills),
        carried_shifts=len(before),
        carried_nights=sum(one.is_night for one in before),
        last_end=_seconds(last.ends_at, monday) if last else None,
        last_was_night=bool(last and last.is_night),
        max_week_seconds=hours * 3600,
        max_day_seconds=limits.most_minutes * 60,
        max_nights_per_week=limits.nights_a_week if person.nights_a_week is None else person.nights_a_week,
    )


class Fixed:
    """What people have promised in these weeks, here or in another compound: turns of their own, pinned."""

    def __init__(self, people: list[Person], monday: dt.datetime, until: dt.datetime, *, first: int) -> None:
        there: defaultdict[uuid.UUID, list[int]] = defaultdict(list)
        shapes = {}
        for place, person in enumerate(people):
            for turn in person.turns:
                if monday <= turn.starts_at < until:
                    there[turn.shift_id].append(place)
                    shapes[turn.shift_id] = turn
        self.turns: list[Turn] = []
        self.pinned: list[tuple[Id, Id]] = []
        for number, (shift, who) in enumerate(there.items(), start=first):
            shape = shapes[shift]
            start, end = _seconds(shape.starts_at, monday), _seconds(shape.ends_at, monday)
            self.turns.append(Turn(number, start, end, "", len(who), shape.is_night))
            self.pinned += [(place, number) for place in who]


def _can(
    compound: Compound,
    seats: list[Seat],
    people: list[Person],
    places: dict[uuid.UUID, Place],
    limits: Limits,
    at: dt.datetime,
) -> Iterator[tuple[Pair, float]]:
    """Whom the rules allow there when they look at nothing else that this person does, and what it costs of wishes."""
    judge = Judge(limits, at)
    members = _members(compound)
    known = _open_rows(seats)
    for number, seat in enumerate(seats):
        place, group = places[seat.shift.pk], members[seat.shift.post.group_id]
        for who, person in enumerate(people):
            if seat.skill is not None and seat.skill not in person.skills:
                continue
            state = known.get((seat.shift.pk, person.id))
            if state not in (None, Assignment.State.PROPOSED):
                continue
            wish = judge.wish(person, place)
            if wish is None:
                continue
            # A group without members is one that everybody may help.
            wish += OTHER_GROUP if group and person.id not in group else 0.0
            yield (who, number), wish + (SAME_AGAIN if state else 0.0)


class Judge:
    """Asks the rules once for all people who have said the same and all places at the same hours."""

    def __init__(self, limits: Limits, at: dt.datetime) -> None:
        self.limits, self.at = limits, at
        self._known: dict[object, float | None] = {}
        self._classes: dict[object, int] = {}
        self._of: dict[uuid.UUID, int] = {}

    def wish(self, person: Person, place: Place) -> float | None:
        """What it costs of wishes; None: the rules are against it, or the person has not said that they can."""
        kind = self._of.get(person.id)
        if kind is None:
            said = (person.hours, person.ground_floor_only, person.is_active)
            kind = self._of[person.id] = self._classes.setdefault(said, len(self._classes))
        key = (kind, place.starts_at, place.ends_at, place.has_stairs)
        if key not in self._known:
            self._known[key] = self._ask(person, place)
        return self._known[key]

    def _ask(self, person: Person, place: Place) -> float | None:
        alone = replace(person, turns=())
        # Seats and skills are the planner's.
        empty = replace(place, taken=0, needs={}, has={}, on_it=frozenset(), offered_to=frozenset())
        reasons = reasons_against(alone, empty, self.limits, self.at)
        codes = {one.code for one in reasons}
        if "not_said" in codes or any(one.effect != TELL for one in reasons):
            return None
        return RATHER_NOT if "rather_not" in codes else 0.0


def _members(compound: Compound) -> defaultdict[uuid.UUID, set[uuid.UUID]]:
    members: defaultdict[uuid.UUID, set[uuid.UUID]] = defaultdict(set)
    rows = GroupMember.objects.filter(compound=compound, volunteer__ended_at=None)
    for group, volunteer in rows.values_list("group", "volunteer"):
        members[group].add(volunteer)
    return members


def _open_rows(seats: list[Seat]) -> dict[tuple[uuid.UUID, uuid.UUID], str]:
    """What there is already of a person on a shift: proposed, waiting, offered or promised."""
    rows = Assignment.objects.filter(shift__in={seat.shift.pk for seat in seats}).exclude(state__in=Assignment.OVER)
    return {(shift, volunteer): state for shift, volunteer, state in rows.values_list("shift", "volunteer", "state")}
