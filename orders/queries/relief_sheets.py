"""What the tick-off sheets of a relief round are made of: two statements, however many doors there are."""

from collections import defaultdict

from orders.models import Relief, ReliefParcel
from orders.queries.relief import Outcome
from orders.queries.sheet_rows import Door, ReliefStop, ReliefTicks, walk_of, walking_order, without_numbers


def tick_sheets(relief: Relief) -> tuple[ReliefTicks, ...]:
    """One sheet for each building with a door on the list, in natural order. Call it under the round's lock."""
    parcels = {
        parcel.household_id: parcel
        for parcel in ReliefParcel.objects.filter(relief=relief).only(
            "relief_id", "household_id", "due", "handed", "outcome"
        )
    }
    doors: dict[str, list[tuple[int, Door]]] = defaultdict(list)
    rows = relief.compound.households.order_by("building__sort_key", "sort_key").values_list(
        "pk", "room", "building__name", "unit__name", "number", "occupancy", "building__has_lift", "building__floors"
    )
    for pk, room, building, unit, number, occupancy, lift, floors in rows:
        doors[building].append((pk, Door(room, building, unit or "", number, occupancy == "occupied", lift, floors)))
    return tuple(
        _sheet(relief, building, found, parcels)
        for building, found in doors.items()
        if any(pk in parcels for pk, _door in found)
    )


def _sheet(
    relief: Relief, building: str, doors: list[tuple[int, Door]], parcels: dict[int, ReliefParcel]
) -> ReliefTicks:
    keys = {door.room: pk for pk, door in doors}
    stops: list[ReliefStop] = []
    not_listed: list[str] = []
    empty: list[str] = []
    served = refused = 0
    for door in walking_order([door for _pk, door in doors]):
        parcel = parcels.get(keys[door.room])
        if parcel is None:
            (not_listed if door.occupied else empty).append(door.room)
        elif parcel.outcome == Outcome.REFUSED:
            refused += 1
        elif parcel.outcome == Outcome.HANDED and parcel.handed >= parcel.due:
            served += 1
        else:
            tried = Outcome.NOBODY_HOME.value if parcel.outcome == Outcome.NOBODY_HOME else ""
            stops.append(ReliefStop(door.room, door.unit, max(parcel.due - parcel.handed, 0), tried))
    return ReliefTicks(
        building,
        walk_of(door for _pk, door in doors).value,
        without_numbers(relief.content),
        tuple(stops),
        served,
        refused,
        tuple(not_listed),
        tuple(empty),
    )
