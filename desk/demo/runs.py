"""Writes stations, two e-tricycles, bags and runs: one over with a gap explained, one on its way, and the next."""

import datetime as dt
import random
from collections import Counter
from dataclasses import dataclass

from compound.access import standing_of
from compound.models import Building, Household, Role, User
from compound.refusals import Refusal
from desk.demo.ids import seeded_uuid
from desk.demo.registry import Registry
from orders.events import form_act, take_act
from orders.models import (
    Bag,
    Batch,
    Order,
    OrderLine,
    OrderRules,
    Round,
    StationBuilding,
    Stop,
    TransitStation,
    Trip,
    Vehicle,
)
from orders.queries.handovers import places_of
from orders.queries.runs import rules_of
from orders.queries.walking import walks_of
from orders.services.handovers import explain_gap
from orders.services.packing import check_building, pack_building
from orders.services.runs import plan_run, send_run
from orders.trips import Carrier, Drop, plan_trips

STATIONS = ("东区中转站", "西区中转站", "南区中转站", "北区中转站")
TRICYCLES = ("一号三轮车", "二号三轮车")
CAPACITY = 60
# Two a day: what was ordered by six goes out in the morning, what was ordered by noon in the afternoon.
RUN_TIMES = (dt.time(11, 0), dt.time(15, 30))
MINUTE = dt.timedelta(minutes=1)
RUNNERS = 4
PACKED_BUILDINGS = 3


@dataclass(frozen=True)
class Ground:
    """What the runs are made with."""

    registry: Registry
    stations: dict[int, TransitStation]
    vehicles: list[Vehicle]
    runners: list[User]
    rules: OrderRules

    @property
    def coordinator(self) -> User:
        return self.registry.people[Role.COORDINATOR]


def write_runs(registry: Registry, rounds: list[Round], *, seed: int, now: dt.datetime) -> None:
    """`rounds`: the closed ones, oldest first. Through the services, but for the run that is over: its doors have been
    marked before. Some 100 statements."""
    rng = random.Random(f"{seed}:runs")
    ground = _ground(registry, rng)
    settled = next((round for round in reversed(rounds) if round.state == Round.State.SETTLED), None)
    if settled is not None:
        _finished(ground, settled, rng)
    last = rounds[-1] if rounds else None
    if last is not None and last.state in (Round.State.SHOPPING, Round.State.DELIVERING):
        _pack(ground, last, now)
    if last is not None and last.state == Round.State.DELIVERING:
        _on_its_way(ground, last, rng, now)
    _next(ground, now)


def _ground(registry: Registry, rng: random.Random) -> Ground:
    compound = registry.compound
    buildings = list(Building.objects.filter(compound=compound).order_by("sort_key"))
    stations = TransitStation.objects.bulk_create(
        TransitStation(compound=compound, name=name, position=place) for place, name in enumerate(STATIONS, start=1)
    )
    served = {
        building.pk: stations[place * len(stations) // len(buildings)] for place, building in enumerate(buildings)
    }
    StationBuilding.objects.bulk_create(
        StationBuilding(station=station, building_id=building) for building, station in served.items()
    )
    vehicles = Vehicle.objects.bulk_create(
        Vehicle(compound=compound, name=name, capacity=CAPACITY) for name in TRICYCLES
    )
    OrderRules.objects.update_or_create(compound=compound, defaults={"run_times": list(RUN_TIMES)})
    others = User.objects.filter(memberships__compound=compound, memberships__role=Role.VOLUNTEER)
    known = registry.people[Role.VOLUNTEER]
    found = list(others.exclude(pk=known.pk).distinct().order_by("phone")[: RUNNERS - 1])
    return Ground(registry, served, vehicles, [known, *found], rules_of(compound))


def _finished(ground: Ground, round: Round, rng: random.Random) -> None:
    """The run that brought `round`: one bag short at a station, and why."""
    compound = ground.registry.compound
    home = OrderLine.objects.filter(order__round=round, order__state=Order.State.PLACED, outcome_at__isnull=False)
    times = home.order_by("outcome_at").values_list("outcome_at", flat=True)
    first = times.first()
    if first is None:
        return
    leaves_at = first - 25 * MINUTE
    owed = set(home.exclude(outcome__in=["delivered", "left"]).values_list("order__household", flat=True))
    doors = list(
        Household.objects.filter(orders__round=round, orders__state=Order.State.PLACED)
        .select_related("building", "unit")
        .distinct()
    )
    walks = walks_of(compound, {door.building_id for door in doors})
    doors.sort(key=lambda door: (ground.stations[door.building_id].position, walks.way(door)))
    drops = [
        Drop(
            door.pk,
            ground.stations[door.building_id].pk,
            door.building_id,
            1,
            walks.on_foot(door.building_id, door.number),
        )
        for door in doors
    ]
    carriers = [Carrier(row.pk, row.capacity) for row in ground.vehicles]
    people = [person.pk for person in ground.runners]
    loads = plan_trips(drops, carriers=carriers, runners=people, floor_weight=ground.rules.floor_weight).loads
    over_at = leaves_at + 100 * MINUTE
    batch = Batch.objects.create(
        compound=compound,
        leaves_at=leaves_at,
        day=compound.day_of(leaves_at),
        number=1,
        state=Batch.State.DONE,
        state_at=over_at,
        made_by=ground.coordinator,
    )
    trips = Trip.objects.bulk_create(
        Trip(batch=batch, position=place, station_id=load.station, vehicle_id=load.carrier.key, runner_id=load.runner)
        for place, load in enumerate(loads, start=1)
    )
    Stop.objects.bulk_create(
        Stop(
            trip=trip,
            round=round,
            household_id=drop.key,
            ended_at=over_at if drop.key in owed else None,
        )
        for trip, load in zip(trips, loads, strict=True)
        for drop in load.drops
    )
    bags: Counter[int] = Counter()
    for load in loads:
        bags[load.station] += load.bags
    _count(ground, batch, "gate", sum(bags.values()), rng, at=leaves_at + 2 * MINUTE)
    for place, (station, count) in enumerate(sorted(bags.items())):
        short = 1 if place == 0 else 0
        _count(ground, batch, f"station:{station}", count - short, rng, at=leaves_at + (10 + 3 * place) * MINUTE)
    lacks = next((place for place in places_of(batch) if place.missing and place.count), None)
    if lacks is not None and lacks.count is not None:
        explain_gap(
            batch=batch,
            count=lacks.count.pk,
            reason="一袋留在卡口消毒，下一趟补送",
            by=ground.coordinator,
            at=leaves_at + 40 * MINUTE,
        )


def _count(ground: Ground, batch: Batch, place: str, bags: int, rng: random.Random, *, at: dt.datetime) -> None:
    runner = rng.choice(ground.runners)
    standing = standing_of(runner, ground.registry.compound.code)
    assert standing is not None  # noqa: S101 - chosen among the members
    body = {"batch": str(batch.pk), "place": place, "bags": str(bags)}
    take_act(form_act(id=seeded_uuid(rng), standing=standing, kind="handover", at=at, body=body))


def _pack(ground: Ground, round: Round, now: dt.datetime) -> None:
    """All of it once it is on its way to the doors, three buildings of it before that; half of them looked at twice."""
    supply, volunteer = ground.registry.people[Role.SUPPLY], ground.registry.people[Role.VOLUNTEER]
    buildings = list(
        Building.objects.filter(
            households__orders__round=round, households__orders__state=Order.State.PLACED
        ).distinct().order_by("sort_key")
    )  # fmt: skip
    if round.state != Round.State.DELIVERING:
        buildings = buildings[:PACKED_BUILDINGS]
    at = max(round.state_at, now - 30 * MINUTE)
    for place, building in enumerate(buildings):
        pack_building(round=round, building=building, by=supply, at=at)
        if place % 2 == 0:
            check_building(round=round, building=building, by=volunteer, at=at)


def _on_its_way(ground: Ground, round: Round, rng: random.Random, now: dt.datetime) -> None:
    """What is packed has left the gate, and the gate has counted it."""
    if not Bag.objects.filter(round=round).exists():
        return
    leaves_at = max(round.state_at, now - 20 * MINUTE)
    try:
        batch, _left = plan_run(
            compound=ground.registry.compound,
            leaves_at=leaves_at,
            runners=ground.runners,
            by=ground.coordinator,
            at=leaves_at - 10 * MINUTE,
        )
        send_run(batch=batch, by=ground.coordinator, at=leaves_at)
    except Refusal:
        return  # the demo is made at night
    planned = places_of(batch)[0].planned
    _count(ground, batch, "gate", planned, rng, at=min(now, leaves_at + 3 * MINUTE))


def _next(ground: Ground, now: dt.datetime) -> None:
    """The next time of the day with all that waits: what nobody took at the door goes once more."""
    compound = ground.registry.compound
    today = compound.day_of(now)
    moments = [compound.moment(today + dt.timedelta(days=day), time) for day in (0, 1) for time in RUN_TIMES]
    leaves_at = next(moment for moment in moments if moment > now)
    try:
        plan_run(compound=compound, leaves_at=leaves_at, runners=ground.runners, by=ground.coordinator, at=now)
    except Refusal:
        return  # nothing waits
