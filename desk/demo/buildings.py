"""Where the demo's households live: buildings, stairwells, doors. Pure: the same number gives the same doors."""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import count, islice
from typing import Final

from desk.demo.cast import CAPTAINS_BUILDING, SEALED_BUILDING

SEALED_DOORS, SEALED_PEOPLE = 42, 163
ROOM_ALWAYS_THERE: Final = ("20", "1702")
# These come first, so that the smallest compound has them; the others are 1, 2, 4, …
FIRST_BUILDINGS: Final = (ROOM_ALWAYS_THERE[0], SEALED_BUILDING, CAPTAINS_BUILDING, "商务楼")
DOORS_A_BUILDING: Final = 1300 / 24
PEOPLE_A_HOUSEHOLD: Final = 4500 / 1300
EMPTY_SHARE: Final = 0.06


@dataclass(frozen=True)
class Shape:
    """Stairwells ('' for none), doors on a floor of one stairwell, and whether there is a lift."""

    units: tuple[str, ...]
    doors: int
    has_lift: bool


TOWER = Shape(("",), 3, has_lift=True)
SHAPES: Final = {
    ROOM_ALWAYS_THERE[0]: TOWER,
    SEALED_BUILDING: TOWER,
    CAPTAINS_BUILDING: Shape(("1", "2", "3"), 3, has_lift=False),
    "商务楼": Shape(("",), 8, has_lift=True),
}
OTHERS: Final = (
    Shape(("1", "2", "3"), 3, has_lift=False),
    Shape(("1", "2"), 3, has_lift=True),
    TOWER,
    Shape(("1", "2", "3", "4"), 2, has_lift=False),
    Shape(("",), 4, has_lift=True),
)
# Its ground floor was split into small flats: 12-101 and 12-101A are two doors.
BUILDING_WITH_LETTERS: Final = "12"


@dataclass(frozen=True)
class Door:
    unit: str
    number: str


@dataclass(frozen=True)
class Block:
    """One building with its doors in walking order."""

    name: str
    floors: int
    has_lift: bool
    doors: tuple[Door, ...]

    @property
    def units(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(door.unit for door in self.doors if door.unit))


def blocks_for(households: int) -> list[Block]:
    """All buildings of a compound with exactly so many doors: 24 for 1,300, and 20-1702 in any."""
    names = _names(households)
    sealed = min(SEALED_DOORS, households // 4) if SEALED_BUILDING in names else 0
    free = [name for name in names if name != SEALED_BUILDING]
    each, more = divmod(households - sealed, len(free))
    sizes = {name: each + (place < more) for place, name in enumerate(free)} | {SEALED_BUILDING: sealed}
    return [_block(name, sizes[name], place) for place, name in enumerate(names)]


def _names(households: int) -> list[str]:
    fewest = min(len(FIRST_BUILDINGS), 1 + households // 8)
    number = max(fewest, math.ceil(households / DOORS_A_BUILDING - 1e-9))
    others = (str(n) for n in count(1) if str(n) not in FIRST_BUILDINGS)
    return [*FIRST_BUILDINGS, *islice(others, max(0, number - len(FIRST_BUILDINGS)))][:number]


def _block(name: str, size: int, place: int) -> Block:
    shape = SHAPES.get(name) or OTHERS[place % len(OTHERS)]
    doors = list(islice(_doors(name, shape), size))
    always = Door("", ROOM_ALWAYS_THERE[1])
    if name == ROOM_ALWAYS_THERE[0] and always not in doors:
        doors[-1] = always
    floors = max(int("".join(c for c in door.number if c.isdigit())[:-2]) for door in doors)
    return Block(name, floors, shape.has_lift, tuple(doors))


def _doors(name: str, shape: Shape) -> Iterator[Door]:
    for floor in count(1):
        for unit in shape.units:
            for place in range(1, shape.doors + 1):
                yield Door(unit, f"{floor}{place:02d}")
                if name == BUILDING_WITH_LETTERS and floor == 1:
                    yield Door(unit, f"{floor}{place:02d}A")
