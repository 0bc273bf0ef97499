"""What stands on the labels of a round's bags: the room, which bag of how many, the station. No names, no numbers."""

from dataclasses import dataclass

from compound.models import Building, Household
from orders.models import Bag, Order, OrderLine, Round, StationBuilding
from orders.queries.walking import walks_of


@dataclass(frozen=True)
class Label:
    room: str
    number: int
    bags: int
    station: str = ""


def labels_of(round: Round, building: Building | None = None) -> list[Label]:
    """One a bag, building by building as they are walked. A door that is not packed yet has one bag. Six statements.

    What got nothing in the sharing out has no label, unless somebody has packed something for it all the same.
    """
    doors = Household.objects.filter(
        pk__in=Order.objects.filter(round=round, state=Order.State.PLACED, lines__isnull=False).values("household")
    ).select_related("building", "unit")
    if building is not None:
        doors = doors.filter(building=building)
    bags = dict(Bag.objects.filter(round=round).values_list("household", "bags"))
    full = OrderLine.objects.filter(order__round=round, packed__gt=0).values_list("order__household", flat=True)
    empty = _without_anything(round) - set(full)
    stations = dict(
        StationBuilding.objects.filter(building__compound=round.compound_id).values_list("building", "station__name")
    )
    found = [door for door in doors if door.pk not in empty]
    walks = walks_of(round.compound, {door.building_id for door in found})
    return [
        Label(door.room, number, bags.get(door.pk, 1), stations.get(door.building_id, ""))
        for door in sorted(found, key=walks.way)
        for number in range(1, bags.get(door.pk, 1) + 1)
    ]


def _without_anything(round: Round) -> set[int]:
    """Households all of whose lines were shared out to nothing."""
    rows = Order.objects.filter(round=round, state=Order.State.PLACED).values_list(
        "household", "lines__allocated", "lines__allocated_instead"
    )
    got: dict[int, bool] = {}
    for household, allocated, instead in rows:
        something = (allocated is None and instead is None) or bool(allocated or instead)
        got[household] = got.get(household, False) or something
    return {household for household, something in got.items() if not something}
