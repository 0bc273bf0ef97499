"""One run with its trips, and how each of its doors ended."""

from __future__ import annotations

import datetime as dt
import uuid
from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from compound.models import User
from orders.models import Batch, OrderLine, OrderRules, Round, Stop, Trip
from orders.queries.gone import NOTHING, ends_of, is_not_carried, left_at
from orders.queries.walking import Way, sealed_buildings, walks_of
from orders.rules import begins_at
from orders.trips import weight_of


@dataclass(slots=True)
class RunStop:
    id: uuid.UUID
    room: str
    bags: int
    is_again: bool
    round: uuid.UUID
    # '' while something is still to be handed over, 'delivered', `gone.NOTHING`, else how it ended.
    outcome: str = ""
    # Delivered before the run left, or nothing was left for it: nothing of it is carried on this run.
    is_gone: bool = False


@dataclass
class RunBuilding:
    pk: int
    name: str
    is_sealed: bool
    stops: list[RunStop] = field(default_factory=list)

    @property
    def bags(self) -> int:
        return sum(stop.bags for stop in self.stops if not stop.is_gone)

    @property
    def doors(self) -> int:
        return sum(not stop.is_gone for stop in self.stops)


@dataclass
class RunTrip:
    trip: Trip
    capacity: int
    buildings: list[RunBuilding] = field(default_factory=list)
    weight: Decimal = Decimal(0)
    floors: int = 0

    @property
    def bags(self) -> int:
        return sum(building.bags for building in self.buildings)

    @property
    def doors(self) -> int:
        return sum(building.doors for building in self.buildings)

    @property
    def done(self) -> int:
        return sum(bool(stop.outcome) and not stop.is_gone for row in self.buildings for stop in row.stops)

    @property
    def is_over(self) -> bool:
        return self.bags > self.capacity


@dataclass(frozen=True)
class RunnerLoad:
    """What one runner has on this run; `weight` in bags, floors on foot in it."""

    name: str
    trips: int
    bags: int
    floors: int
    weight: Decimal


@dataclass(frozen=True)
class RunPage:
    trips: tuple[RunTrip, ...]
    rounds: tuple[Round, ...]
    runners: tuple[RunnerLoad, ...]
    sealed: frozenset[int]

    @property
    def bags(self) -> int:
        return sum(trip.bags for trip in self.trips)

    @property
    def doors(self) -> int:
        return sum(trip.doors for trip in self.trips)

    @property
    def done(self) -> int:
        return sum(trip.done for trip in self.trips)

    @property
    def gone(self) -> list[uuid.UUID]:
        """Stops that were handed over before the run left, or for which nothing was left."""
        return [stop.id for trip in self.trips for row in trip.buildings for stop in row.stops if stop.is_gone]

    @property
    def again(self) -> int:
        return sum(stop.is_again for trip in self.trips for row in trip.buildings for stop in row.stops)


def capacity_of(trip: Trip, rules: OrderRules) -> int:
    return trip.vehicle.capacity if trip.vehicle else rules.bags_a_trip


def run_page(batch: Batch, rules: OrderRules, *, at: dt.datetime) -> RunPage:
    """The run's trips, their buildings and doors in walking order, and how each door ended. Nine statements at most."""
    trips = {
        trip.pk: RunTrip(trip, capacity_of(trip, rules))
        for trip in batch.trips.select_related("station", "vehicle", "runner").order_by("position")
    }
    rows = list(
        Stop.objects.filter(trip__batch=batch).values_list(
            "id",
            "trip",
            "round",
            "household",
            "household__room",
            "household__number",
            "household__sort_key",
            "household__unit__sort_key",
            "household__building",
            "household__building__name",
            "household__building__sort_key",
            "bags",
            "is_again",
        )
    )
    compound = batch.compound
    sealed = sealed_buildings(compound, at)
    walks = walks_of(compound, {row[8] for row in rows})
    ends, left = ends_of(batch), left_at(batch)
    since = begins_at(batch)

    def way(row: tuple[Any, ...]) -> Way:
        return (row[10], row[7] or "", walks.rank(row[8], row[5]), row[6])

    for row in sorted(rows, key=way):
        stop, trip, round, household, room, number, _key, _unit, building, name, _way, bags, is_again = row
        load = trips[trip]
        if not load.buildings or load.buildings[-1].pk != building:
            load.buildings.append(RunBuilding(building, name, building in sealed))
        outcome, told_at = ends.get((round, household), ("", None))
        is_gone = is_not_carried(outcome, told_at, left)
        if is_again and not is_gone and told_at is not None and told_at < since:
            # What somebody said at the last try is not what this run has done.
            outcome = ""
        if batch.state == Batch.State.PLANNED and outcome not in (OrderLine.Outcome.DELIVERED, NOTHING):
            outcome = ""
        load.buildings[-1].stops.append(RunStop(stop, room, bags, is_again, round, outcome, is_gone))
        if is_gone:
            continue
        floors = walks.on_foot(building, number)
        load.floors += floors
        load.weight += weight_of(bags, floors, rules.floor_weight)
    rounds = Round.objects.filter(pk__in={row[2] for row in rows}).order_by("cutoff_at")
    return RunPage(tuple(trips.values()), tuple(rounds), _runner_loads(trips.values()), sealed)


def _runner_loads(trips: Collection[RunTrip]) -> tuple[RunnerLoad, ...]:
    by: dict[User, list[RunTrip]] = defaultdict(list)
    for load in trips:
        if load.trip.runner is not None:
            by[load.trip.runner].append(load)
    return tuple(
        RunnerLoad(
            runner.name,
            len(loads),
            sum(load.bags for load in loads),
            sum(load.floors for load in loads),
            sum((load.weight for load in loads), Decimal(0)),
        )
        for runner, loads in sorted(by.items(), key=lambda pair: pair[0].name)
    )
