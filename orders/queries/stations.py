"""Stations, what they serve, vehicles."""

from collections import defaultdict
from dataclasses import dataclass

from compound.models import Compound
from orders.models import StationBuilding, TransitStation, Vehicle


@dataclass(frozen=True)
class StationsPage:
    stations: tuple[tuple[TransitStation, tuple[str, ...]], ...]
    vehicles: tuple[Vehicle, ...]
    # Buildings that no station serves: carried to from the gate.
    without: tuple[str, ...]


def stations_page(compound: Compound) -> StationsPage:
    """Four statements."""
    served: dict[int, list[str]] = defaultdict(list)
    taken = set()
    rows = StationBuilding.objects.filter(station__compound=compound).order_by("building__sort_key")
    for station, name in rows.values_list("station", "building__name"):
        served[station].append(name)
        taken.add(name)
    stations = compound.transit_stations.order_by("position", "name")
    return StationsPage(
        tuple((station, tuple(served[station.pk])) for station in stations),
        tuple(compound.vehicles.order_by("name")),
        tuple(
            name for name in compound.buildings.values_list("name", flat=True).order_by("sort_key") if name not in taken
        ),
    )
