"""The hand-overs of a run: each place with what should have come, who counted how many, and gaps with their reasons."""

from __future__ import annotations

import uuid
from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass

from django.db.models import Sum

from orders.handovers import Spot, expected_at
from orders.models import Batch, Handover, HandoverGap, Stop
from orders.queries.gone import gone_stops

Leg = Handover.Leg
GATE = "gate"


@dataclass(frozen=True)
class Place:
    """`key` is `gate`, `station:<id>` or `building:<id>`; `name` '' at the gate. `counts`: the one that stands first,
    then history."""

    key: str
    leg: str
    name: str
    planned: int
    expected: int
    counts: tuple[Handover, ...] = ()
    gap: HandoverGap | None = None
    is_sealed: bool = False

    @property
    def address(self) -> str:
        """As the page's address names it: `building:8`."""
        return f"{self.leg}:{self.name}" if self.name else GATE

    @property
    def count(self) -> Handover | None:
        return self.counts[0] if self.counts else None

    @property
    def missing(self) -> int:
        """Negative: more than should have come. 0 while nobody has counted."""
        return self.expected - self.count.bags if self.count else 0

    @property
    def over(self) -> int:
        return -self.missing

    @property
    def is_explained(self) -> bool:
        """The reason is for this count and this number: a new count at this place or before it asks again."""
        return self.gap is not None and self.gap.missing == self.missing

    @property
    def is_open(self) -> bool:
        return self.missing != 0 and not self.is_explained


def place_key(leg: str, station: int | None, building: int | None) -> str:
    return {Leg.STATION: f"station:{station}", Leg.BUILDING: f"building:{building}"}.get(Leg(leg), GATE)


def places_of(
    batch: Batch, *, sealed: frozenset[int] = frozenset(), gone: Collection[uuid.UUID] | None = None
) -> list[Place]:
    """In the order in which bags pass: the gate, each station with its buildings, then buildings without one.

    A place of which somebody has told although nothing goes there any more is kept with 0 planned. What was
    handed over before the run left (`gone`, by stop) is not to be counted. Two statements, four more without `gone`.
    """
    planned = (
        Stop.objects.filter(trip__batch=batch)
        .exclude(pk__in=gone_stops(batch) if gone is None else gone)
        .values_list(
            "trip__station",
            "trip__station__name",
            "trip__station__position",
            "household__building",
            "household__building__name",
            "household__building__sort_key",
        )
        .annotate(sum=Sum("bags"))
        .order_by()
    )
    counts: dict[str, list[Handover]] = defaultdict(list)
    told = Handover.objects.filter(batch=batch).select_related("by", "gap", "gap__by", "station", "building")
    # The latest by event time stands; of two at the same moment always the same one.
    for count in sorted(told, key=lambda row: (row.at, str(row.pk)), reverse=True):
        counts[place_key(count.leg, count.station_id, count.building_id)].append(count)
    return _chain(list(planned), counts, sealed)


def _chain(
    planned: list[tuple[int | None, str | None, int | None, int, str, str, int]],
    counts: dict[str, list[Handover]],
    sealed: frozenset[int],
) -> list[Place]:
    stations: dict[int, tuple[tuple[int, str], int]] = {}
    parts: dict[int, dict[int | None, int]] = defaultdict(dict)
    names: dict[int, tuple[str, str]] = {}
    for station, name, position, building, building_name, way, bags in planned:
        names[building] = (way, building_name)
        parts[building][station] = bags
        if station is not None:
            before = stations.get(station, ((position or 0, name or ""), 0))
            stations[station] = (before[0], before[1] + bags)
    for row in (count for rows in counts.values() for count in rows):
        if row.station is not None:
            stations.setdefault(row.station.pk, ((row.station.position, row.station.name), 0))
        if row.building is not None:
            names.setdefault(row.building.pk, (row.building.sort_key, row.building.name))
    # A building whose doors a person has spread over two stations hangs below the one that brings more.
    above = {building: max(by, key=lambda station: by[station]) for building, by in parts.items()}
    spots = [Spot(GATE, None, sum(sum(by.values()) for by in parts.values()), *_counted(counts, GATE))]
    labels: dict[str, tuple[str, str, int | None]] = {GATE: (Leg.GATE, "", None)}

    def add(building: int, parent: str) -> None:
        key = f"building:{building}"
        labels[key] = (Leg.BUILDING, names[building][1], building)
        spots.append(Spot(key, parent, sum(parts[building].values()), *_counted(counts, key)))

    walked = sorted(names, key=lambda building: names[building][0])
    for station in sorted(stations, key=lambda station: stations[station][0]):
        key = f"station:{station}"
        labels[key] = (Leg.STATION, stations[station][0][1], None)
        spots.append(Spot(key, GATE, stations[station][1], *_counted(counts, key)))
        for building in walked:
            if above.get(building) == station:
                add(building, key)
    for building in walked:
        if above.get(building) is None:
            add(building, GATE)
    expected = expected_at(spots)
    places = []
    for spot in spots:
        key = str(spot.key)
        leg, name, building_id = labels[key]
        rows = tuple(counts.get(key, ()))
        gap = getattr(rows[0], "gap", None) if rows else None
        is_sealed = building_id in sealed
        places.append(Place(key, leg, name, spot.planned, expected[spot.key], rows, gap, is_sealed))
    return places


def _counted(counts: dict[str, list[Handover]], key: str) -> tuple:  # type: ignore[type-arg]
    rows = counts.get(key)
    return (rows[0].bags, rows[0].at) if rows else (None, None)
