"""How the people of one compound write an address, learned from what somebody corrected. Pure.

`168弄302支弄5号601` was put right to `5-601`: then the third number of `#弄#支弄#号#` is the building and the fourth
the room. A later address of that shape that means nothing otherwise is read so, and only if that door is there.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from compound.rooms import clean

_NUMBER = re.compile(r"[A-Za-z]?[0-9]+[A-Za-z]?")
# Names of people behind the address, and telephone numbers, are no part of its shape.
_TAIL = re.compile(r"(?<=#)(?!\s?[份人口位件箱袋盒包板斤个元楼层点])[^#]*$|^[^#]*$")
_PHONE = re.compile(r"(?<![0-9])1[3-9][0-9]{9}(?![0-9])|〔…〕")
MOST_CHARACTERS = 60


@dataclass(frozen=True, slots=True)
class Layout:
    """`pattern`: the address with # for each number. Places count its numbers from 0; `unit` None: none is written.

    `building` None: the shape names one building in words, `literal`.
    """

    pattern: str
    building: int | None
    unit: int | None
    number: int
    literal: str = ""


def shape_of(text: str) -> tuple[str, tuple[str, ...]]:
    """The pattern and its numbers: `168弄5号601室张` → `#弄#号#`, (168, 5, 601)."""
    plain = _PHONE.sub("", clean(text)).upper()
    numbers = tuple(_plain(number) for number in _NUMBER.findall(plain))
    pattern = _TAIL.sub("", _NUMBER.sub("#", plain)).replace(" ", "")
    return pattern, numbers


def _plain(number: str) -> str:
    match = re.fullmatch(r"([A-Z]?)0*([0-9].*)", number)
    return match[1] + match[2] if match else number


def learn(text: str, room: str) -> Layout | None:
    """The layout that makes `room` of `text`; None where the text does not hold it, or holds it in two ways."""
    pattern, numbers = shape_of(text)
    if not pattern or len(pattern) > MOST_CHARACTERS or len(numbers) > 8:
        return None
    building, _dash, rest = room.partition("-")
    unit, _dash, number = rest.rpartition("-")
    places: list[int | None] = []
    for word in (building, unit, number):
        at = [index for index, written in enumerate(numbers) if written == word]
        if len(at) > 1:
            return None
        places.append(at[0] if at else None)
    of_building, of_unit, of_number = places
    if of_number is None or (unit and of_unit is None):
        return None
    if of_building is None and (not re.search("[\u4e00-\u9fff]", building) or building not in clean(text).upper()):
        return None
    taken = [place for place in places if place is not None]
    if len(set(taken)) != len(taken):
        return None
    if of_unit is not None and of_unit > of_number and not _is_joined(pattern, of_unit):
        return None
    return Layout(pattern, of_building, of_unit, of_number, building if of_building is None else "")


def _is_joined(pattern: str, place: int) -> bool:
    """Whether the number stands close to what is before it: `101(2)`, `101-2`; in `101 2份` it counts something."""
    before, _behind = pattern.split("#")[place : place + 2]
    return bool(before) and before[-1] in "(-/[【_#元门梯"


def read_with(layout: Layout, text: str) -> tuple[str, str | None, str] | None:
    """Building, unit and number of an address of this shape; None for another shape."""
    pattern, numbers = shape_of(text)
    if pattern != layout.pattern:
        return None
    building = layout.literal if layout.building is None else numbers[layout.building]
    return building, None if layout.unit is None else numbers[layout.unit], numbers[layout.number]
