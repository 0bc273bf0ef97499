"""Stations, vehicles and the times of the runs, as the compound sets them."""

import datetime as dt
from collections.abc import Collection, Sequence
from decimal import Decimal

from django.db import transaction
from django.utils.translation import gettext as _

from compound.models import Building, Compound, User
from compound.refusals import Refusal
from compound.services import audit
from orders.models import OrderRules, StationBuilding, TransitStation, Vehicle
from orders.services.runs import lock_rules


@transaction.atomic
def save_station(
    *,
    compound: Compound,
    name: str,
    buildings: Collection[Building],
    is_active: bool = True,
    station: TransitStation | None = None,
    by: User,
    at: dt.datetime,
) -> TransitStation:
    """A station and the buildings that it serves; others lose those. Raises `station_known`."""
    lock_rules(compound)
    known = compound.transit_stations.filter(name=name).first()
    if known is not None and known != station:
        raise Refusal("station_known", _("There is a station of this name already."))
    if station is None:
        station = TransitStation(compound=compound, position=compound.transit_stations.count() + 1)
    station.name, station.is_active = name, is_active
    station.save()
    StationBuilding.objects.filter(building__in=buildings).exclude(station=station).delete()
    StationBuilding.objects.filter(station=station).exclude(building__in=buildings).delete()
    StationBuilding.objects.bulk_create(
        (StationBuilding(station=station, building=building) for building in buildings), ignore_conflicts=True
    )
    names = sorted(building.name for building in buildings)
    _note(compound, by, at, "station.saved", name, buildings=names, is_active=is_active)
    return station


@transaction.atomic
def save_vehicle(
    *,
    compound: Compound,
    name: str,
    capacity: int,
    is_active: bool = True,
    vehicle: Vehicle | None = None,
    by: User,
    at: dt.datetime,
) -> Vehicle:
    """Raises `vehicle_known`."""
    lock_rules(compound)
    known = compound.vehicles.filter(name=name).first()
    if known is not None and known != vehicle:
        raise Refusal("vehicle_known", _("There is a vehicle of this name already."))
    vehicle = vehicle or Vehicle(compound=compound)
    vehicle.name, vehicle.capacity, vehicle.is_active = name, capacity, is_active
    vehicle.save()
    _note(compound, by, at, "vehicle.saved", name, capacity=capacity, is_active=is_active)
    return vehicle


@transaction.atomic
def save_rules(
    *,
    compound: Compound,
    run_times: Sequence[dt.time],
    quiet_from: dt.time,
    quiet_until: dt.time,
    bags_a_trip: int,
    floor_weight: Decimal,
    by: User,
    at: dt.datetime,
) -> OrderRules:
    """When runs leave, when nobody rings, how much is carried. Runs that are planned already stay as they are."""
    rules = lock_rules(compound)
    rules.run_times = sorted(set(run_times))
    rules.quiet_from, rules.quiet_until = quiet_from, quiet_until
    rules.bags_a_trip, rules.floor_weight = bags_a_trip, floor_weight
    rules.save(update_fields=["run_times", "quiet_from", "quiet_until", "bags_a_trip", "floor_weight"])
    times = [f"{time:%H:%M}" for time in rules.run_times]
    _note(compound, by, at, "delivery_rules.saved", compound.name, run_times=times, bags_a_trip=bags_a_trip)
    return rules


def _note(compound: Compound, by: User, at: dt.datetime, action: str, subject: str, **params: object) -> None:
    audit.record(compound=compound, by=by, at=at, action=action, subject=subject, text=subject, **params)
