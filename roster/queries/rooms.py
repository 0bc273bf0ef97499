"""Which doors a number of written rooms can mean: `compound.queries.doors.doors_for` for many at once."""

from collections.abc import Iterable

from django.db.models import Q

from compound.models import Compound, Household
from compound.queries.doors import MOST_DOORS
from compound.rooms import parse_room, room_number


def doors_of(compound: Compound, texts: Iterable[str]) -> dict[str, list[Household]]:
    """For each text the one household of that room, all that it may be, or []. Two queries, none for no text."""
    wanted = {text: None for text in texts if text.strip()}
    if not wanted:
        return {}
    names = list(compound.buildings.values_list("name", flat=True))
    rooms = {text: parse_room(text, buildings=names) for text in wanted}
    numbers = {text: room_number(text) for text, room in rooms.items() if room is None}
    which = Q(room__in=[str(room) for room in rooms.values() if room])
    which |= Q(number__in=[number for number in numbers.values() if number])
    for room in rooms.values():
        if room and room.unit is None:
            which |= Q(building__name=room.building, number=room.number)
    doors = list(compound.households.filter(which).select_related("building").order_by("sort_key", "id"))
    found: dict[str, list[Household]] = {}
    for text, room in rooms.items():
        if room is None:
            number = numbers[text]
            found[text] = [door for door in doors if number and door.number == number][:MOST_DOORS]
            continue
        exact = [door for door in doors if door.room == str(room)]
        if exact or room.unit is not None:
            found[text] = exact
        else:
            same = (room.building, room.number)
            found[text] = [door for door in doors if (door.building.name, door.number) == same][:MOST_DOORS]
    return found
