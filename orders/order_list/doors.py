"""The doors that there are, and which of them parts of an address can mean. Never a guess: two that fit are two."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from compound.rooms import building_name
from orders.order_list.layouts import Layout


@dataclass(frozen=True, slots=True)
class Part:
    """What was said of a door; None: not said."""

    building: str | None = None
    unit: str | None = None
    number: str | None = None

    @property
    def is_full(self) -> bool:
        return self.building is not None and self.number is not None

    def joined(self, other: Part) -> Part | None:
        """Both together; None when they contradict each other."""
        pairs = (
            (self.building, other.building),
            (self.unit, other.unit),
            (self.number, other.number),
        )
        if any(a is not None and b is not None and a != b for a, b in pairs):
            return None
        return self.filled(other)

    def filled(self, other: Part) -> Part:
        """What is not said here is taken from the other."""
        return Part(self.building or other.building, self.unit or other.unit, self.number or other.number)

    def __str__(self) -> str:
        return "-".join(part for part in (self.building, self.unit, self.number) if part)


@dataclass(frozen=True, slots=True)
class Found:
    """`rooms`: the doors that fit, in order. `unit_ignored`: a unit was said where the building has none."""

    rooms: tuple[str, ...] = ()
    unit_ignored: bool = False

    @property
    def room(self) -> str | None:
        return self.rooms[0] if len(self.rooms) == 1 else None


NOWHERE = Found()


class Doors:
    """A compound's rooms (`3-501`, `3-2-501`), by building and number; and what was learned by hand.

    `layouts` are ways of writing an address, `words` (cleaned) whole texts that stand for one door.
    """

    def __init__(
        self, rooms: Iterable[str], *, layouts: Sequence[Layout] = (), words: Mapping[str, str] | None = None
    ) -> None:
        self.rooms = frozenset(rooms)
        self.layouts = tuple(layouts)
        self.words = dict(words or {})
        self._units: dict[tuple[str, str], dict[str | None, str]] = defaultdict(dict)
        self._by_number: dict[str, list[str]] = defaultdict(list)
        self.units: dict[str, set[str]] = defaultdict(set)
        for room in sorted(self.rooms):
            building, _dash, rest = room.partition("-")
            unit, _dash, number = rest.rpartition("-")
            self._units[building, number][unit or None] = room
            self._by_number[number].append(room)
            self.units[building].update([unit] if unit else [])
        self.buildings = frozenset(self.units)
        # Only names with a Chinese character: `A` would be found in every A套餐.
        self.names = tuple(sorted(name for name in self.buildings if re.search("[\u4e00-\u9fff]", name)))

    def find(self, part: Part) -> Found:
        """The doors that a building with a number can be; nothing for less than that."""
        if part.building is None or part.number is None:
            return NOWHERE
        units = self._units.get((part.building, part.number))
        if not units:
            return NOWHERE
        if part.unit is not None:
            if part.unit in units:
                return Found((units[part.unit],))
            # The building has no units at all, and 1 is what people write then.
            bare = units.get(None)
            return Found((bare,), unit_ignored=part.unit != "1") if bare and len(units) == 1 else NOWHERE
        if None in units:
            return Found((units[None],))
        return Found(tuple(units.values()))

    def with_number(self, number: str) -> list[str]:
        return self._by_number.get(number, [])

    def building(self, text: str) -> str | None:
        """`10号楼`, `10室`, `幸福里10`, `3号楼(东)` → the registered building; None when there is no such one."""
        name = building_name(text)
        if name in self.buildings:
            return name
        bare = re.sub(r"[(\[【].*$", "", text).strip()
        name = building_name(bare)
        if name in self.buildings:
            return name
        for known in self.names:
            if known in bare:
                return known
        tokens = re.findall(
            r"[A-Za-z]?[0-9]+[A-Za-z]?|(?<![A-Za-z])[A-Za-z](?![A-Za-z])", re.sub(r"[0-9]+弄", "", bare)
        )
        if len(tokens) == 1:
            name = building_name(tokens[0])
            if name in self.buildings:
                return name
        return None
