"""Slips as the coordinator sees them: building by building, door by door, one with its history, rows to print."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Count, Prefetch, Q

from compound.models import Building, Compound, Household, HouseholdKey, Job
from compound.refusals import Refusal
from compound.services.household_keys import KEYS_JOB, token_of_key

OCCUPIED = Household.Occupancy.OCCUPIED


@dataclass(frozen=True)
class BuildingSlips:
    """`households`: occupied ones; `slips` and `opened` count valid keys of every door."""

    building: Building
    households: int
    missing: int
    slips: int
    opened: int


@dataclass(frozen=True)
class SlipDoor:
    """A door with its valid key, None where it has none."""

    household: Household
    key: HouseholdKey | None


@dataclass(frozen=True)
class Slip:
    """What stands on one slip besides what all of them say."""

    room: str
    building: str
    token: str


def slips_by_building(compound: Compound) -> list[BuildingSlips]:
    """Two statements."""
    keys = HouseholdKey.objects.filter(household__compound=compound, revoked_at=None)
    counted = {
        row["household__building"]: row
        for row in keys.values("household__building")
        .annotate(
            slips=Count("pk"),
            opened=Count("first_opened_at"),
            occupied=Count("pk", filter=Q(household__occupancy=OCCUPIED)),
        )
        .order_by()
    }
    none = {"slips": 0, "opened": 0, "occupied": 0}
    buildings = compound.buildings.annotate(lived_in=Count("households", filter=Q(households__occupancy=OCCUPIED)))
    rows = []
    for building in buildings.order_by("sort_key"):
        row = counted.get(building.pk, none)
        missing = building.lived_in - row["occupied"]
        rows.append(BuildingSlips(building, building.lived_in, missing, row["slips"], row["opened"]))
    return rows


def slip_doors(building: Building) -> list[SlipDoor]:
    """Every door of a building in walking order. Two statements."""
    valid = Prefetch("keys", HouseholdKey.objects.filter(revoked_at=None), to_attr="valid_keys")
    doors = building.households.order_by("sort_key").prefetch_related(valid)
    return [SlipDoor(door, door.valid_keys[0] if door.valid_keys else None) for door in doors]


def keys_of(household: Household) -> list[HouseholdKey]:
    """The door's keys, the valid one first, then the newest. One statement."""
    keys = household.keys.select_related("issued_by", "revoked_by").order_by("-issued_at", "pk")
    return sorted(keys, key=lambda key: key.revoked_at is not None)


def keys_job(compound: Compound) -> Job | None:
    """The newest job that makes slips for all."""
    return compound.jobs.filter(kind=KEYS_JOB).order_by("-created_at").first()


def slips_to_print(compound: Compound, *, building: str = "", household: Household | None = None) -> list[Slip]:
    """Valid slips in walking order: all, of a building, of one door. One statement.

    Raises `key_changed` when one of the tokens cannot be made any more: none is left out silently.
    """
    keys = HouseholdKey.objects.filter(household__compound=compound, revoked_at=None)
    if household is not None:
        keys = keys.filter(household=household)
    if building:
        keys = keys.filter(household__building__name=building)
    keys = keys.select_related("household__building")
    return _slips(keys.order_by("household__building__sort_key", "household__sort_key"))


def _slips(keys: Iterable[HouseholdKey]) -> list[Slip]:
    found: list[Slip] = []
    for key in keys:
        try:
            token = token_of_key(key)
        except Refusal as refusal:
            raise Refusal(refusal.code, f"{key.household.room}: {refusal.message}", room=key.household.room) from None
        found.append(Slip(key.household.room, key.household.building.name, token))
    return found
