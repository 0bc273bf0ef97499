"""What can be carried now: trips that are somebody's or nobody's, and buildings of rounds on their way."""

import uuid
from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass

from django.db.models import Q, QuerySet

from compound.models import Compound
from orders.models import Order, OrderLine, Round, Stop, Trip
from orders.queries.doors import Key, Outcome


@dataclass(frozen=True)
class TripRow:
    trip: Trip
    stops: int
    bags: int
    open: int
    buildings: str


@dataclass(frozen=True)
class RoundDoors:
    """A building with open doors of a round that is on its way."""

    round: Round
    building: str
    doors: int
    open: int


def _open_lines(lines: QuerySet[OrderLine]) -> set[Key]:
    return set(lines.filter(outcome=Outcome.PENDING).values_list("order__round", "order__household").distinct())


def trips_to_carry(
    compound: Compound, *, runner: int, only: Collection[int] | None
) -> tuple[list[TripRow], list[TripRow]]:
    """(mine, free): trips of runs that are planned or out. Three statements. `only`: buildings that may be seen."""
    trips = Trip.objects.filter(batch__compound=compound, batch__state__in=["planned", "out"])
    trips = trips.filter(Q(runner=runner) | Q(runner=None)).select_related("batch", "station", "vehicle")
    rows = {trip.pk: trip for trip in trips.order_by("batch__leaves_at", "batch__number", "position")}
    stops = Stop.objects.filter(trip__in=rows, ended_at=None).select_related("household__building")
    by_trip: dict[uuid.UUID, list[Stop]] = defaultdict(list)
    for stop in stops.order_by("household__building__sort_key"):
        if only is None or stop.household.building_id in only:
            by_trip[stop.trip_id].append(stop)
    lines = OrderLine.objects.filter(
        order__state=Order.State.PLACED,
        order__round__in={stop.round_id for found in by_trip.values() for stop in found},
        order__household__in={stop.household_id for found in by_trip.values() for stop in found},
    )
    still_open = _open_lines(lines) if by_trip else set()
    made = [
        TripRow(
            trip,
            len(found),
            sum(stop.bags for stop in found),
            sum((stop.round_id, stop.household_id) in still_open for stop in found),
            "、".join(dict.fromkeys(stop.household.building.name for stop in found)),
        )
        for trip in rows.values()
        if (found := by_trip.get(trip.pk))
    ]
    return [row for row in made if row.trip.runner_id == runner], [row for row in made if row.trip.runner_id is None]


def rounds_to_carry(compound: Compound, *, only: Collection[int] | None) -> list[RoundDoors]:
    """Buildings with open doors of rounds that are on their way. Two statements."""
    rounds = {round.pk: round for round in compound.rounds.filter(state=Round.State.DELIVERING).order_by("cutoff_at")}
    lines = OrderLine.objects.filter(order__round__in=rounds, order__state=Order.State.PLACED)
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
