"""From what somebody typed into a room box to the doors that it can mean."""

from collections.abc import Collection

from compound.models import Building, Compound, Household
from compound.rooms import parse_room, room_number

MOST_DOORS = 12


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
