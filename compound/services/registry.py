"""Renaming buildings and units: every door behind them is named anew, in the same transaction."""

import datetime as dt

from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext as _

from compound.models import Building, Compound, Household, Unit, User
from compound.refusals import Refusal
from compound.services.audit import record

BATCH = 500


@transaction.atomic
def rename_building(*, building: Building, name: str, by: User, at: dt.datetime) -> int:
    """Renames a building and all its doors; returns how many doors. Does nothing when that is its name.

    Sheets that are printed keep the name that stands on them. Six statements and one for each 500 doors.
    Raises `building_known`, `room_taken`.
    """
    row = _locked(building)
    before = row.name
    if before == name:
        return 0
    if Building.objects.filter(compound=row.compound_id, name=name).exclude(pk=row.pk).exists():
        raise Refusal("building_known", _("There is a building of this name already."))
    row.name = name
    doors = _named(row)
    _refuse_taken(row, doors)
    row.save(update_fields=["name"])
    building.name, building.sort_key = row.name, row.sort_key
    _write(doors)
    with translation.override(row.compound.language):
        words = _("Building %(before)s is now called %(after)s; %(doors)d doors are renamed with it") % {
            "before": before,
            "after": name,
            "doors": len(doors),
        }
    record(
        compound=row.compound,
        by=by,
        at=at,
        action="building.renamed",
        subject=name,
        text=words,
        before=before,
        after=name,
        doors=len(doors),
    )
    return len(doors)


@transaction.atomic
def rename_unit(*, unit: Unit, name: str, by: User, at: dt.datetime) -> int:
    """Renames a unit and its doors; returns how many doors. Does nothing when that is its name.

    Raises `unit_known`, `room_taken`.
    """
    building = _locked(Building.objects.get(units=unit))
    row = Unit.objects.select_for_update(no_key=True).get(pk=unit.pk)
    row.building = building
    before = str(row)
    if row.name == name:
        return 0
    if building.units.filter(name=name).exclude(pk=row.pk).exists():
        raise Refusal("unit_known", _("This building has a unit of this name already."))
    row.name = name
    doors = _named(building, row)
    _refuse_taken(building, doors)
    row.save(update_fields=["name"])
    unit.name, unit.sort_key = row.name, row.sort_key
    _write(doors)
    with translation.override(building.compound.language):
        words = _("Unit %(before)s is now called %(after)s; %(doors)d doors are renamed with it") % {
            "before": before,
            "after": str(row),
            "doors": len(doors),
        }
    record(
        compound=building.compound,
        by=by,
        at=at,
        action="unit.renamed",
        subject=str(row),
        text=words,
        before=before,
        after=str(row),
        doors=len(doors),
    )
    return len(doors)


def taken_room(*, building: Building, unit: Unit | None = None, name: str) -> str | None:
    """A room that another door has already, should `building` (or its `unit`) be called `name`. Two statements."""
    renamed = Building(pk=building.pk, compound_id=building.compound_id, name=building.name if unit else name)
    of = unit and Unit(pk=unit.pk, building=renamed, name=name)
    return _taken(renamed, _named(renamed, of))


def doors_without_unit(building: Building) -> int:
    """How many doors would be left behind if the building had units: no list could name them by their stairwell."""
    return building.households.filter(unit=None).count()


def _locked(building: Building) -> Building:
    """The building, after its compound: an import that is writing doors is waited for, and the next one waits."""
    Compound.objects.select_for_update(no_key=True).get(pk=building.compound_id)
    return Building.objects.select_for_update(of=("self",)).select_related("compound").get(pk=building.pk)


def _named(building: Building, unit: Unit | None = None) -> list[Household]:
    """The doors of `building` (of `unit` alone where it is given) under the names that these rows carry, unsaved."""
    doors = Household.objects.filter(building=building.pk).select_related("unit").order_by("pk")
    if unit is not None:
        doors = doors.filter(unit=unit.pk)
    found = list(doors)
    for door in found:
        door.building = building
        door.unit = unit or door.unit
        door.name_room()
    return found


def _taken(building: Building, doors: list[Household]) -> str | None:
    others = Household.objects.filter(compound=building.compound_id, room__in=[door.room for door in doors])
    return others.exclude(pk__in=[door.pk for door in doors]).values_list("room", flat=True).first()


def _refuse_taken(building: Building, doors: list[Household]) -> None:
    if room := _taken(building, doors):
        raise Refusal("room_taken", room_taken(room), room=room)


def room_taken(room: str) -> str:
    return _("There is a household %(room)s already, so this cannot get that name.") % {"room": room}


def _write(doors: list[Household]) -> None:
    Household.objects.bulk_update(doors, ["room", "sort_key"], batch_size=BATCH)
