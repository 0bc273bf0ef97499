"""Two stations, a lift, stairs, and a round whose bags are packed."""

import datetime as dt

import pytest

from compound.models import Role
from orders.models import Item, Round, StationBuilding, TransitStation, Vehicle
from orders.services import packing, runs
from tests import make
from tests.make import ELEVEN, NOON

TWO = dt.datetime(2022, 8, 23, 14, 0, tzinfo=make.SHANGHAI)
ROOMS = ("2-101", "2-501", "3-201", "3-601", "20-1702")


class House:
    """幸福里: five doors have ordered in a round that is being delivered. 20 has a lift, 2 and 3 have not."""

    def __init__(self):
        self.compound = make.compound()
        self.by = make.member(self.compound)
        self.packer = make.member(self.compound, Role.SUPPLY)
        self.runner = make.member(self.compound, Role.VOLUNTEER)
        self.doors = {room: make.household(self.compound, room) for room in ROOMS}
        self.compound.buildings.exclude(name="20").update(has_lift=False, floors=6)
        self.compound.buildings.filter(name="20").update(has_lift=True, floors=18)
        self.round = make.round(self.compound)
        self.item = Item.objects.create(supply_point=self.round.supply_point, name="五花肉", unit="斤", is_weighed=True)
        for room in ROOMS:
            make.order(self.round, self.doors[room], ("鸡蛋", "2", "板"), ("青菜", "1", "斤"), by=self.by)
        self.to("delivering")

    def to(self, state):
        self.round.state, self.round.closed_at = state, NOON if state != "open" else None
        self.round.save(update_fields=["state", "closed_at"])

    def building(self, name):
        return self.compound.buildings.get(name=name)

    def lines(self, room, of=None):
        return list(self.doors[room].orders.filter(round=of or self.round).get().lines.order_by("position"))

    def pack(self, *rooms, bags=1, at=NOON):
        for room in rooms or ROOMS:
            packing.pack_household(
                round=self.round,
                household=self.doors[room],
                packed={line.pk: line.ordered for line in self.lines(room)},
                bags=bags,
                by=self.packer,
                at=at,
            )

    def mark(self, room, outcome):
        """As whoever carries would have marked the door."""
        delivered = {"delivered": True, "left": True}.get(outcome, False)
        for line in self.lines(room):
            line.outcome, line.outcome_at, line.outcome_by = outcome, TWO, self.runner
            line.delivered = line.ordered if delivered else 0
            line.save()

    def station(self, name, *buildings):
        station = TransitStation.objects.create(
            compound=self.compound, name=name, position=self.compound.transit_stations.count() + 1
        )
        for building in buildings:
            StationBuilding.objects.create(station=station, building=self.building(building))
        return station

    def vehicle(self, name="一号三轮车", capacity=10):
        return Vehicle.objects.create(compound=self.compound, name=name, capacity=capacity)

    def plan(self, leaves_at=TWO, **more):
        return runs.plan_run(
            compound=self.compound,
            leaves_at=leaves_at,
            **{"runners": [self.runner], "by": self.by, "at": TWO, **more},
        )[0]


@pytest.fixture
def house(db, clock):
    clock(TWO)
    return House()


def rooms_of(batch):
    """`[["2-101", "2-501"], ...]` trip by trip."""
    return [
        [stop.household.room for stop in trip.stops.order_by("household__sort_key")]
        for trip in batch.trips.order_by("position")
    ]


__all__ = ["ELEVEN", "NOON", "ROOMS", "TWO", "House", "Round", "rooms_of"]
