"""What can be carried now: trips that are somebody's or nobody's, and buildings of rounds on their way."""

import datetime as dt
import uuid
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext as _

from compound.listing import listed
from compound.models import Compound
from orders.doors import NOT_HANDED_OVER, outcome_of_door
from orders.models import Batch, DoorMark, Order, OrderLine, Round, Stop, Trip
from orders.queries.doors import Key, Outcome
from orders.queries.due import DUE
from orders.queries.totals import buildings_words
from orders.queries.undecided import NOTHING_COMES
from orders.rules import begins_at

# A run that is over stays on its runner's page so long, and no more of them than that.
SHOWN_FOR = dt.timedelta(days=7)
MOST_CARRIED = 20
# Of the lines of a door: outcome, when, by whom.
Words = list[tuple[str, dt.datetime | None, int | None]]


@dataclass(frozen=True)
class TripRow:
    trip: Trip
    stops: int
    bags: int
    open: int
    buildings: str
    # How many doors ended how, and whether whoever asks has said so of any.
    recorded: tuple[tuple[str, int], ...] = ()
    is_told_by_me: bool = False

    @property
    def words(self) -> str:
        return _ends_words(self.recorded)


@dataclass(frozen=True)
class CarriedTrip:
    """A trip of a run that is over. `recorded`: how many doors ended how; '' is for those that came back."""

    trip: Trip
    stops: int
    buildings: str
    recorded: tuple[tuple[str, int], ...]

    @property
    def words(self) -> str:
        return _ends_words(self.recorded)


def _ends_words(recorded: Iterable[tuple[str, int]]) -> str:
    return listed(f"{_end_words(outcome)} {count}" for outcome, count in recorded)


def _end_words(outcome: str) -> str:
    if outcome in Outcome.values and outcome:
        return str(Outcome(outcome).label)
    return _("in part") if outcome else _("not handed over")


@dataclass(frozen=True)
class RoundDoors:
    """A building with open doors of a round that is on its way."""

    round: Round
    building: str
    doors: int
    open: int


def _said(stops: Iterable[Stop]) -> dict[Key, Words]:
    """What the lines of these doors say; of a door for which nothing was left there are none: nobody goes there.

    One statement, or none.
    """
    said: dict[Key, Words] = defaultdict(list)
    rounds, doors = {stop.round_id for stop in stops}, {stop.household_id for stop in stops}
    if not rounds:
        return said
    lines = OrderLine.objects.filter(
        order__state=Order.State.PLACED, order__round__in=rounds, order__household__in=doors
    )
    columns = ("order__round", "order__household", "outcome", "outcome_at", "outcome_by")
    for round, household, *word in lines.annotate(due=DUE).exclude(NOTHING_COMES).values_list(*columns):
        said[round, household].append((word[0], word[1], word[2]))
    return said


def _is_open(stop: Stop, batch: Batch, said: Words) -> bool:
    """A word of the last try is not one of this trip, as on the trip's own page."""
    return any(
        not outcome or (stop.is_again and outcome in NOT_HANDED_OVER and at is not None and at < begins_at(batch))
        for outcome, at, _by in said
    )


def has_begun(trip: Trip, *, runner: int) -> bool:
    """Whether somebody (primary key) has said something of its doors since the run was planned. One statement."""
    doors = Stop.objects.filter(trip=trip, round=OuterRef("round"), household=OuterRef("household"))
    return DoorMark.objects.filter(Exists(doors), by=runner, received_at__gte=trip.batch.state_at).exists()


def trips_to_carry(
    compound: Compound, *, runner: int, only: Collection[int] | None
) -> tuple[list[TripRow], list[TripRow]]:
    """(mine, free): trips of runs that are planned or out. Three statements. `only`: buildings that may be seen.

    A trip that nobody has taken and whose doors all have their word is of whoever has said one of them.
    """
    trips = Trip.objects.filter(batch__compound=compound, batch__state__in=["planned", "out"])
    trips = trips.filter(Q(runner=runner) | Q(runner=None)).select_related("batch", "station", "vehicle")
    rows = {trip.pk: trip for trip in trips.order_by("batch__leaves_at", "batch__number", "position")}
    stops = Stop.objects.filter(trip__in=rows, ended_at=None).select_related("household__building")
    by_trip: dict[uuid.UUID, list[Stop]] = defaultdict(list)
    for stop in stops.order_by("household__building__sort_key"):
        if only is None or stop.household.building_id in only:
            by_trip[stop.trip_id].append(stop)
    said = _said([stop for found in by_trip.values() for stop in found])
    made = [
        TripRow(
            trip,
            len(found),
            sum(stop.bags for stop in found),
            sum(_is_open(stop, trip.batch, said[_key(stop)]) for stop in found),
            buildings_words(stop.household.building.name for stop in found),
            _recorded(found, said, runner),
            any(by == runner for stop in found for _outcome, _at, by in said[_key(stop)]),
        )
        for trip in rows.values()
        if (found := [stop for stop in by_trip.get(trip.pk, ()) if _key(stop) in said])
    ]
    mine = [row for row in made if row.trip.runner_id == runner]
    free = [row for row in made if row.trip.runner_id is None]
    mine += [row for row in free if not row.open and row.is_told_by_me]
    return mine, [row for row in free if row.open]


def _key(stop: Stop) -> Key:
    return stop.round_id, stop.household_id


def trips_carried(compound: Compound, *, runner: int, at: dt.datetime) -> list[CarriedTrip]:
    """What the runner has carried on runs that were ended in the last days, the latest first. Three statements.

    A door that came back counts as such, whoever has handed it over on a later run; what the runner has said of it
    counts, also where that came in after the run was ended.
    """
    trips = Trip.objects.filter(
        batch__compound=compound, runner=runner, batch__state=Batch.State.DONE, batch__state_at__gte=at - SHOWN_FOR
    )
    found = list(trips.select_related("batch", "station").order_by("-batch__state_at", "position")[:MOST_CARRIED])
    stops: dict[uuid.UUID, list[Stop]] = defaultdict(list)
    every = Stop.objects.filter(trip__in=found).select_related("household__building")
    for stop in every.order_by("household__building__sort_key", "household__sort_key"):
        stops[stop.trip_id].append(stop)
    if not stops:
        return []
    said = _said([stop for mine in stops.values() for stop in mine])
    return [
        CarriedTrip(
            trip,
            len(carried),
            buildings_words(stop.household.building.name for stop in carried),
            _recorded(carried, said, runner),
        )
        for trip in found
        if (carried := [stop for stop in stops[trip.pk] if _key(stop) in said])
    ]


def _recorded(stops: Sequence[Stop], said: Mapping[Key, Words], runner: int) -> tuple[tuple[str, int], ...]:
    ends = Counter(_end(stop, said[_key(stop)], runner) for stop in stops)
    return tuple(ends.most_common())


def _end(stop: Stop, said: Words, runner: int) -> str:
    """How a door ended on this trip."""
    ended_at = stop.ended_at
    later = ended_at is not None and any(when and when > ended_at and by != runner for _outcome, when, by in said)
    return "" if later else outcome_of_door(outcome for outcome, _when, _by in said)


def rounds_to_carry(compound: Compound, *, only: Collection[int] | None) -> list[RoundDoors]:
    """Buildings with open doors of rounds that are on their way. Two statements."""
    rounds = {round.pk: round for round in compound.rounds.filter(state=Round.State.DELIVERING).order_by("cutoff_at")}
    lines = OrderLine.objects.filter(order__round__in=rounds, order__state=Order.State.PLACED)
    lines = lines.annotate(due=DUE).filter(due__gt=0)
    if only is not None:
        lines = lines.filter(order__household__building__in=only)
    doors: dict[tuple[uuid.UUID, str, str], dict[int, bool]] = defaultdict(dict)
    columns = ("order__round", "order__household__building__sort_key", "order__household__building__name")
    for *place, household, outcome in lines.values_list(*columns, "order__household", "outcome").distinct():
        door = doors[place[0], place[1], place[2]]
        door[household] = door.get(household, False) or not outcome
    rows = [
        RoundDoors(rounds[round], name, len(found), sum(found.values()))
        for (round, _key, name), found in sorted(doors.items(), key=lambda item: item[0][1])
    ]
    order = {round: position for position, round in enumerate(rounds)}
    return sorted((row for row in rows if row.open), key=lambda row: order[row.round.pk])
