"""From what somebody typed into a room box to the doors that it can mean."""

from collections.abc import Collection
from difflib import get_close_matches

from compound.models import Building, Compound, Household
from compound.rooms import parse_room, room_number

MOST_DOORS = 12
MOST_NEAR = 3


def doors_for(
    compound: Compound, text: str, *, building: Building | None = None, only: Collection[int] | None = None
) -> list[Household]:
    """The one household of that room, or all that it may be (no unit written, no building written); [] for none.

    Never a guess: more than one means that somebody has to choose. `building`: what a number alone belongs to. `only`:
    primary keys of the buildings that may be seen. At most four statements.
    """
    households = compound.households.select_related("building")
    if only is not None:
        households = households.filter(building__in=only)
    names = list(compound.buildings.values_list("name", flat=True))
    number = room_number(text)
    if building is not None and number:
        found = list(households.filter(building=building, number=number).order_by("sort_key"))
        if found:
            return found
    room = parse_room(text, buildings=names)
    if room is not None:
        if exact := list(households.filter(room=str(room))):
            return exact
        if room.unit is None:
            same = households.filter(building__name=room.building, number=room.number)
            return list(same.order_by("sort_key")[:MOST_DOORS])
        return []
    if number:
        return list(households.filter(number=number).order_by("sort_key")[:MOST_DOORS])
    return []


def near_rooms(compound: Compound, text: str) -> list[str]:
    """Rooms of the same building whose number is a slip away from what was typed, the nearest first. Two statements."""
    room = parse_room(text, buildings=list(compound.buildings.values_list("name", flat=True)))
    if room is None:
        return []
    doors = compound.households.filter(building__name=room.building).order_by("sort_key").values_list("room", "number")
    rooms: dict[str, list[str]] = {}
    for door, number in doors:
        rooms.setdefault(number, []).append(door)
    close = get_close_matches(room.number, rooms, n=MOST_NEAR, cutoff=0.7)
    return [door for number in close for door in rooms[number]][:MOST_NEAR]
