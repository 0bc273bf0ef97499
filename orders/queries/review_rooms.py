"""Rooms that an unclear line of a paste could mean: to choose from with one tap."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from django.db.models import Q

from compound.models import Compound, Household, Resident
from compound.rooms import clean, find_room
from orders.models import ChainEntry, Nickname
from orders.warning_words import code_of, detail_of

if TYPE_CHECKING:
    from orders.queries.review import Row

MOST_ROOMS = 5
MOST_NAMES = 3
# Two of three characters in common: 真真妈 and 真真, not 王姐 and 李姐.
ALIKE = 0.6


def suggest_rooms(rows: Sequence[Row], compound: Compound) -> None:
    """Rooms to choose from with one tap. Three statements when somebody's room is unknown, else none."""
    if not rows:
        return
    doors = _Doors(compound)
    names = _Names(compound)
    people = _People(compound, [row.entry for row in rows])
    for row in rows:
        rooms = doors.like(row.entry)
        if not row.entry.room_text:
            rooms = rooms + names.like(row.entry.name) + people.like(row.entry)
        row.rooms = list(dict.fromkeys(rooms))[:MOST_ROOMS]


class _Doors:
    """The compound's rooms by number, for "the same number elsewhere" and "a digit off"."""

    def __init__(self, compound: Compound) -> None:
        self.by_number: dict[str, list[str]] = defaultdict(list)
        self.by_building: dict[str, list[tuple[str, str]]] = defaultdict(list)
        rows = compound.households.order_by("sort_key").values_list("room", "building__name", "number", "occupancy")
        for room, building, number, occupancy in rows:
            # Nobody orders from an empty flat, except by a slip of the pen that leads elsewhere.
            if occupancy == Household.Occupancy.OCCUPIED:
                self.by_number[number].append(room)
                self.by_building[building].append((number, room))

    def like(self, entry: ChainEntry) -> list[str]:
        for warning in entry.warnings:
            if code_of(warning) == "unit_ambiguous":
                return detail_of(warning).split("|")
            if code_of(warning) == "room_only":
                return self.by_number.get(detail_of(warning), [])
        if not entry.room_text:
            return []
        building, _dash, rest = entry.room_text.partition("-")
        number = rest.rpartition("-")[2]
        same_building = [room for other, room in self.by_building.get(building, []) if other == number]
        near = [room for other, room in self.by_building.get(building, []) if _a_slip(number, other)]
        elsewhere = self.by_number.get(number, []) if building not in self.by_building else []
        return same_building + near[:MOST_ROOMS] + elsewhere[:MOST_ROOMS]


def _a_slip(written: str, real: str) -> bool:
    """One character wrong, two neighbours swapped, or one left out."""
    if len(written) == len(real):
        wrong = [place for place, (a, b) in enumerate(zip(written, real, strict=True)) if a != b]
        if len(wrong) == 1:
            return True
        swapped = len(wrong) == 2 and wrong[1] == wrong[0] + 1
        return swapped and written[wrong[0]] == real[wrong[1]] and written[wrong[1]] == real[wrong[0]]
    short, long = sorted((written, real), key=len)
    return len(long) == len(short) + 1 and any(long[:i] + long[i + 1 :] == short for i in range(len(long)))


class _Names:
    """Nicknames that were matched by hand before, by their characters."""

    def __init__(self, compound: Compound) -> None:
        self.known = [
            (frozenset(clean(name).casefold()), room)
            for name, room in Nickname.objects.filter(compound=compound).values_list("name", "household__room")
        ]

    def like(self, name: str) -> list[str]:
        mine = frozenset(clean(name).casefold()) - {" ", "-"}
        if not mine:
            return []
        scored = [(2 * len(mine & other) / (len(mine) + len(other)), room) for other, room in self.known]
        return [room for score, room in sorted(scored, reverse=True)[:MOST_NAMES] if score >= ALIKE]


class _People:
    """Residents by name: 张三 without a room, and 王姐 of building 3 where a 王 lives in it."""

    def __init__(self, compound: Compound, entries: Iterable[ChainEntry]) -> None:
        self.by_name: dict[str, list[str]] = defaultdict(list)
        self.by_surname: dict[tuple[str, str], list[str]] = defaultdict(list)
        names = [clean(entry.name) for entry in entries if not entry.room_text]
        in_buildings = [building for entry in entries if (building := _building_of(entry))]
        rows = (
            Resident.objects.filter(household__compound=compound)
            .filter(Q(name__in=names) | Q(household__building__name__in=in_buildings))
            .order_by("household__sort_key")
            .values_list("name", "household__room", "household__building__name")
        )
        for name, room, building in rows:
            self.by_name[name].append(room)
            self.by_surname[building, name[:1]].append(room)

    def like(self, entry: ChainEntry) -> list[str]:
        name, building = clean(entry.name), _building_of(entry)
        if not name:
            return []
        return self.by_name[name] + (self.by_surname[building, name[:1]] if building else [])


def _building_of(entry: ChainEntry) -> str:
    """The building that is written where the room is not: `3` of 3栋王姐."""
    for warning in entry.warnings:
        if code_of(warning) == "building_only" and (found := find_room(detail_of(warning))):
            return found.building
    return ""
