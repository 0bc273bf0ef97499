"""What waits to be carried."""

from __future__ import annotations

import uuid
from collections.abc import Collection
from dataclasses import dataclass

from django.contrib.postgres.aggregates import ArrayAgg
from django.db.models import QuerySet

from compound.models import Compound, Household
from orders.models import Bag, Batch, Order, OrderLine, Round, Stop, SupplyPoint
from orders.names import round_name
from orders.queries.undecided import is_undecided_of, undecided_goods
from orders.queries.walking import Way, walks_of

Outcome = OrderLine.Outcome
DoorKey = tuple[uuid.UUID, int]

HANDED_OVER = (Outcome.DELIVERED, Outcome.LEFT)
# Carried again by itself; of the others somebody decides whether there is anything to carry.
GOES_AGAIN = frozenset({Outcome.PENDING, Outcome.NOBODY_HOME})
ON_THE_WAY = (Batch.State.PLANNED, Batch.State.OUT)
# A round of which nobody packs the bags with the packing page leaves by its own state.
LEAVING = (Round.State.DELIVERING, Round.State.SETTLED)
# In a settled round everything has its word.
UNDER_WAY = (Round.State.CLOSED, Round.State.SHOPPING, Round.State.DELIVERING)
IN_PLAY = (Round.State.CLOSED, Round.State.SHOPPING, Round.State.DELIVERING, Round.State.SETTLED)


@dataclass(frozen=True, slots=True)
class Doorstep:
    """As much of a household as the way to it needs: a run may have 1,760 of them. `floors`: on foot."""

    pk: int
    room: str
    building_id: int
    floors: int
    way: Way


@dataclass(frozen=True, slots=True)
class WaitingDoor:
    """One household's bags of one round. `outcomes`: of its lines that are still owed."""

    round: uuid.UUID
    title: str
    household: Doorstep
    bags: int
    is_again: bool
    outcomes: frozenset[str]

    def order(self) -> tuple[Way, str]:
        """Along the way; of two rounds for one door by title."""
        return self.household.way, self.title

    @property
    def key(self) -> DoorKey:
        return self.round, self.household.pk

    @property
    def token(self) -> str:
        """As a form names it."""
        return f"{self.round}:{self.household.room}"

    @property
    def worst(self) -> str:
        return next(
            (o for o in (Outcome.REFUSED, Outcome.DAMAGED, Outcome.MISSING) if o in self.outcomes), Outcome.PENDING
        )


@dataclass(frozen=True)
class Waits:
    """`ready` goes on the next run by itself; of `came_back` somebody decides; `unpacked` households are packed first.

    Both lists in walking order.
    """

    ready: tuple[WaitingDoor, ...]
    came_back: tuple[WaitingDoor, ...]
    unpacked: int

    @property
    def bags(self) -> int:
        return sum(door.bags for door in self.ready)

    @property
    def again(self) -> int:
        return sum(door.is_again for door in self.ready)

    @property
    def buildings(self) -> int:
        return len({door.household.building_id for door in self.ready})


def waiting_doors(compound: Compound, *, is_medicine: bool = False) -> Waits:
    """All that has not been handed over, is on no trip and is not closed. At most ten statements.

    A household is ready once it is packed; in a round where nobody packs with this page, once the round is being
    delivered; and whenever somebody tried its door in vain. What came short and nobody has shared out is nothing to
    carry yet: who waits for that alone counts as `unpacked`. `is_medicine`: of pharmacies only.
    """
    lines = (
        OrderLine.objects.filter(order__round__compound=compound, order__state=Order.State.PLACED, closed_at=None)
        .filter(order__round__state__in=IN_PLAY)
        .exclude(outcome__in=HANDED_OVER)
        .exclude(packed=0)
        .exclude(packed__isnull=True, allocated=0, allocated_instead__isnull=True)
        .exclude(packed__isnull=True, allocated__isnull=True, allocated_instead=0)
        .exclude(packed__isnull=True, allocated=0, allocated_instead=0)
    )
    if is_medicine:
        lines = lines.filter(order__round__supply_point__kind=SupplyPoint.Kind.PHARMACY)
    owed = _doors_of(lines)
    rounds = {
        pk: (round_name(title), state)
        for pk, title, state in Round.objects.filter(pk__in={r for r, _ in owed}).values_list("pk", "title", "state")
    }
    short = undecided_goods([round for round, (_title, state) in rounds.items() if state in UNDER_WAY])
    every, owed = owed, _doors_of(lines.exclude(is_undecided_of(short))) if short else owed
    on_the_way, planned = _stops(rounds)
    tried = _tried({key for key in planned if owed.get(key) == frozenset({Outcome.PENDING})})
    bags: dict[DoorKey, int] = {
        (round, household): count
        for round, household, count in Bag.objects.filter(round__in=rounds).values_list("round", "household", "bags")
    }
    packing = {round for round, _household in bags}
    doors = _doorsteps(compound, {household for _, household in owed})
    ready, came_back, unpacked = [], [], len(every.keys() - owed.keys() - on_the_way)
    for key, outcomes in owed.items():
        round, household = key
        title, state = rounds[round]
        if key in on_the_way:
            continue
        is_again = key in tried or outcomes != {Outcome.PENDING}
        was_packed = key in bags or key in planned or is_again
        door = WaitingDoor(round, title, doors[household], bags.get(key, 1), is_again, outcomes)
        if not outcomes & GOES_AGAIN:
            came_back.append(door)
        elif was_packed or (state in LEAVING and round not in packing):
            ready.append(door)
        else:
            unpacked += 1
    return Waits(tuple(sorted(ready, key=WaitingDoor.order)), tuple(sorted(came_back, key=WaitingDoor.order)), unpacked)


def _doors_of(lines: QuerySet[OrderLine]) -> dict[DoorKey, frozenset[str]]:
    """Outcomes of the lines by door. One statement."""
    rows = lines.order_by().values_list("order__round", "order__household")
    return {
        (round, household): frozenset(outcomes)
        for round, household, outcomes in rows.annotate(outcomes=ArrayAgg("outcome", distinct=True))
    }


def _doorsteps(compound: Compound, households: Collection[int]) -> dict[int, Doorstep]:
    """Two statements, three where lifts are unknown."""
    rows = list(
        Household.objects.filter(pk__in=households).values_list(
            "pk", "room", "number", "sort_key", "building", "building__sort_key", "unit__sort_key"
        )
    )
    walks = walks_of(compound, {row[4] for row in rows})
    return {
        pk: Doorstep(
            pk,
            room,
            building,
            walks.on_foot(building, number),
            (building_key, unit_key or "", walks.rank(building, number), key),
        )
        for pk, room, number, key, building, building_key, unit_key in rows
    }


def _tried(doors: Collection[DoorKey]) -> set[DoorKey]:
    """Of doors that were on a run and still wait, those at which anything has happened. One statement, or none.

    A run may be over before its runner came to a door: nobody has knocked there, and nobody comes once more.
    """
    if not doors:
        return set()
    marked = OrderLine.objects.exclude(outcome=Outcome.PENDING).filter(
        order__state=Order.State.PLACED,
        order__round__in={round for round, _household in doors},
        order__household__in={household for _round, household in doors},
    )
    return set(doors) & set(marked.values_list("order__round", "order__household").distinct())


def _stops(rounds: Collection[uuid.UUID]) -> tuple[set[DoorKey], set[DoorKey]]:
    """Doors that are on a trip now, and doors that were on one before. One statement."""
    on_the_way: set[DoorKey] = set()
    tried: set[DoorKey] = set()
    stops = Stop.objects.filter(round__in=rounds).exclude(trip__batch__state=Batch.State.CANCELLED)
    for round, household, ended_at, state in stops.values_list("round", "household", "ended_at", "trip__batch__state"):
        (on_the_way if ended_at is None and state in ON_THE_WAY else tried).add((round, household))
    return on_the_way, tried
