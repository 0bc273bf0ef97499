"""The way along the doors: buildings in order, floors up or down as on the printed run, what is climbed on foot."""

import datetime as dt
from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from functools import lru_cache

from django.db.models import Q

from compound.models import Building, Compound, Household
from orders.queries.sheet_rows.build import Door, floor_of, walk_of
from orders.queries.sheet_rows.rows import Walk

# The same numbers come back in each building.
_floor = lru_cache(maxsize=4_096)(floor_of)
# Sorts doors over all buildings as somebody walks along them.
Way = tuple[str, str, int, str]


@dataclass(frozen=True)
class Walks:
    """Whether each building is walked upwards, which is when it has no lift."""

    upward: dict[int, bool]

    def way(self, door: Household) -> Way:
        """`door` with its building and unit."""
        return (
            door.building.sort_key,
            door.unit.sort_key if door.unit else "",
            self.rank(door.building_id, door.number),
            door.sort_key,
        )

    def rank(self, building: int, number: str) -> int:
        """Within a stairwell, floor by floor."""
        floor = _floor(number)
        return floor if self.upward.get(building) else -floor

    def on_foot(self, building: int, number: str) -> int:
        """Floors to climb: 501 lies four above 101, a cellar one below; none with a lift."""
        if not self.upward.get(building):
            return 0
        floor = _floor(number)
        return -floor if floor < 0 else max(floor - 1, 0)


def walks_of(compound: Compound, buildings: Collection[int] | None = None) -> Walks:
    """For `buildings` (primary keys) or all. One statement; one more where the registry knows neither lift nor floors.

    Then the highest door decides, as on the printed run (`orders.queries.sheet_rows.build.walk_of`).
    """
    rows = Building.objects.filter(compound=compound)
    if buildings is not None:
        rows = rows.filter(pk__in=buildings)
    known = {
        pk: (name, lift, floors) for pk, name, lift, floors in rows.values_list("pk", "name", "has_lift", "floors")
    }
    unsure = [pk for pk, (_name, lift, floors) in known.items() if lift is None and floors is None]
    numbers: dict[int, list[str]] = defaultdict(list)
    if unsure:
        for building, number in Household.objects.filter(building__in=unsure).values_list("building", "number"):
            numbers[building].append(number)
    return Walks(
        {
            pk: walk_of(Door("", name, "", number, True, lift, floors) for number in numbers.get(pk, [""])) is Walk.UP
            for pk, (name, lift, floors) in known.items()
        }
    )


def sealed_buildings(compound: Compound, at: dt.datetime) -> frozenset[int]:
    """Primary keys of the buildings that nobody leaves by a rule of their own: bags are handed over at their doors.

    The latest row of a building replaces those before it; a row of the compound may have ended them all. One statement.
    """
    rows = compound.rulebooks.filter(Q(building__isnull=False) | Q(ends_building_rows=True), starts_at__lte=at)
    latest: dict[int, tuple[dt.datetime, bool]] = {}
    swept: dt.datetime | None = None
    columns = ("building", "starts_at", "ends_at", "persons")
    for building, starts_at, ends_at, persons in rows.order_by("starts_at", "pk").values_list(*columns):
        if building is None:
            swept = starts_at
        else:
            latest[building] = (starts_at, persons == 0 and (ends_at is None or at < ends_at))
    return frozenset(
        building
        for building, (starts_at, is_sealed) in latest.items()
        if is_sealed and (swept is None or starts_at >= swept)
    )
