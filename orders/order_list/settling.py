"""All that a row says about its door: boxes, address, remark, nickname, what stands above → one door or a doubt.

Boxes and address are read into parts (`places`), joined where they do not contradict each other, and looked up. What
is left out is filled from nickname or remark, if that leads to exactly one door. Where two readings of one row lead to
two doors that are both there, nobody is asked to guess: there is no room, and the warning names both.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice, product

from compound.rooms import clean, room_number
from compound.spreadsheet import Cell
from orders.order_list.dates import what_it_was
from orders.order_list.doors import Doors, Part
from orders.order_list.layouts import read_with
from orders.order_list.places import (
    EMPTY,
    Place,
    read_building,
    read_nickname,
    read_number,
    read_place,
    read_remark,
    read_unit,
)

_MOST = 64


@dataclass(frozen=True)
class Said:
    """`cells`: (coordinate, cell) by field. `building`: of a line or sheet's name above. `report`: names a bad cell."""

    cells: Mapping[str, Sequence[tuple[str, Cell]]]
    nickname: str = ""
    remark: str = ""
    building: str | None = None
    report: Callable[[str, str, str], None] = lambda code, where, text: None


@dataclass(frozen=True, slots=True)
class Settled:
    room: str | None
    words: str
    warnings: tuple[str, ...] = ()


@dataclass
class _Read:
    """One row's readings, before columns are compared with each other."""

    said: Said
    buildings: tuple[Part, ...] = ()
    units: tuple[Part, ...] = ()
    numbers: tuple[Part, ...] = ()
    addresses: list[Place] = field(default_factory=list)
    # What an address that was read as a room of the building above says by itself.
    outside: list[Part] = field(default_factory=list)
    dates: list[tuple[str, str]] = field(default_factory=list)
    bad: list[str] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)


def settle(rows: Sequence[Said], doors: Doors) -> list[Settled]:
    """In the order of `rows`; they are those of one table, so that its habits show."""
    reads = [_read(said, doors) for said in rows]
    as_units = _first_is_unit(reads)
    return [_Row(read, doors, as_units).settled() for read in reads]


def _texts(cells: Iterable[tuple[str, Cell]], read: _Read) -> list[str]:
    """What the cells can have said: a date is all that it may have been, 20.171 perhaps 20.1710."""
    found: list[str] = []
    for where, cell in cells:
        if cell.kind == "date":
            read.dates.append((where, cell.text))
            found += what_it_was(cell.text)
        elif cell.kind in ("formula", "error"):
            read.bad.append(where)
        elif re.fullmatch(r"[0-9]+\.0+", cell.text):
            found.append(cell.text.partition(".")[0])
        elif cell.kind == "number" and "." in cell.text:
            found += [cell.text, cell.text + "0"]
        else:
            found.append(clean(cell.text))
    return found


def _read(said: Said, doors: Doors) -> _Read:
    read = _Read(said)
    boxes: dict[str, list[Part]] = {"building": [], "unit": [], "room": []}
    area = next(iter(_texts(said.cells.get("area", ()), read)), "")
    for text in _texts(said.cells.get("building", ()), read):
        named = doors.building(f"{area}{text}") if area else None
        boxes["building"] += [Part(named)] if named else read_building(text, doors)
    if not boxes["building"] and said.building and _has_room_box(said):
        boxes["building"] = [Part(said.building)]
    for text in _texts(said.cells.get("unit", ()), read):
        boxes["unit"] += read_unit(text)
    for text in _texts(said.cells.get("room", ()), read):
        boxes["room"] += read_number(text, doors)
    floor = next(iter(_texts(said.cells.get("floor", ()), read)), "")
    digits = re.sub(r"[^0-9]", "", floor)[:2]
    if digits:
        boxes["room"] = [
            Part(p.building, p.unit, f"{int(digits)}{int(p.number):02d}")
            if p.number and p.number.isdigit() and len(p.number) <= 2
            else p
            for p in boxes["room"]
        ]
    read.buildings, read.units, read.numbers = (
        tuple(dict.fromkeys(boxes[name])) for name in ("building", "unit", "room")
    )
    for text in _texts(said.cells.get("address", ()), read):
        if said.building and not read.buildings and not read.numbers and (inside := _inside(text, doors)):
            read.buildings, read.numbers = (Part(said.building),), inside
            read.outside += read_place(text, doors).parts
            continue
        place = read_place(f"{area}{text}" if area and area not in text else text, doors)
        read.addresses.append(place if place != EMPTY or not area else read_place(text, doors))
    return read


# No building, no street: 2-201, 2单元201室, 5楼502.
_NO_BUILDING = re.compile(
    r"[0-9A-Za-z零〇一二三四五六七八九十第 _/-]{1,8}(?:(?:单元|门|梯|层|楼)[0-9A-Za-z ]{0,6}){0,2}(?:室|户|房|号)?"
)


def _inside(text: str, doors: Doors) -> tuple[Part, ...]:
    """A room as it is written below a line `3号楼`, where nobody writes the building; () for a whole address."""
    return read_number(text, doors) if _NO_BUILDING.fullmatch(text.strip()) else ()


def _has_room_box(said: Said) -> bool:
    """Whether the room has a box of its own: below a line `3号楼` what is written in it is in building 3."""
    return bool(said.cells.get("room"))


def _first_is_unit(reads: Sequence[_Read]) -> bool | None:
    """What 2 in the box `2-501` means beside a building: the unit, the building again, or nobody knows (None)."""
    same = other = 0
    named: set[str] = set()
    for read in reads:
        if len(read.numbers) >= 2 and read.numbers[0].unit and read.numbers[1].building and read.buildings:
            if read.numbers[1].building == read.buildings[0].building:
                same += 1
                named.add(read.numbers[1].building)
            else:
                other += 1
    if other:
        return True
    return False if same >= 3 and len(named) >= 2 else None


class _Row:
    def __init__(self, read: _Read, doors: Doors, as_units: bool | None) -> None:
        self.read, self.doors, self.said = read, doors, read.said
        self.warnings: list[str] = []
        self.as_units = as_units

    def settled(self) -> Settled:
        room = self._room()
        if room is not None:
            for where, text in self.read.dates:
                self.warnings.append(f"date_recovered: {where} {text}")
            self._compare_with_remark(room)
        elif self.read.dates:
            for where, text in self.read.dates:
                self.said.report("room_is_date", where, text)
            self.warnings = [f"room_is_date: {where} {text}" for where, text in self.read.dates]
        if self.read.bad:
            self.warnings.append(f"bad_cell: {' '.join(self.read.bad)}")
        return Settled(room, self._words(), tuple(dict.fromkeys(self.warnings)))

    def _words(self) -> str:
        texts = [
            clean(cell.text)
            for name in ("address", "area", "building", "unit", "floor", "room")
            for _w, cell in self.said.cells.get(name, ())
        ]
        return " ".join(dict.fromkeys(text for text in texts if text))[:200]

    # ── the way to one door ───────────────────────

    def _room(self) -> str | None:
        boxes, clash = self._boxes()
        address = [part for place in self.read.addresses for part in place.parts]
        together = [
            part
            for b, a in islice(product(boxes or [Part()], address or [Part()]), _MOST)
            if (part := b.joined(a)) is not None
        ]
        rooms = [] if clash else self._rooms(together)
        if not rooms and (clash or (boxes and address)):
            apart = [
                one
                for b, a in islice(product(boxes, address or [Part()]), _MOST)
                for one in (b.filled(a), a.filled(b), b, a)
            ]
            rooms = self._rooms([*apart, *clash])
            if rooms:
                self.warnings.append(f"columns_conflict: {self._places()} {'|'.join(rooms)}")
                return rooms[0] if len(rooms) == 1 else None
        base = [part for part in dict.fromkeys(together) if part != Part()] or list(dict.fromkeys([*boxes, *address]))
        if len(rooms) != 1:
            filled = self._filled(base, rooms)
            if filled is not None:
                return filled
        if len(rooms) == 1:
            self._note_how()
            return rooms[0]
        if (known := self._learned(rooms)) is not None:
            return known
        if rooms:
            self._several(rooms)
            return None
        if outside := self._rooms(self.read.outside):
            self.warnings = [f"columns_conflict: {self.said.building} {'|'.join(outside)}"]
            return outside[0] if len(outside) == 1 else None
        return self._by_other_means(base)

    def _learned(self, rooms: list[str]) -> str | None:
        """Who with these words, these words without a number, or words of this shape, was put right by hand once.

        A shape only says which of the `rooms` that were read it is, if any were.
        """
        words = self._words()
        keys = [f"{self.said.nickname} {words}".strip()]
        if not words:
            keys.append(self.said.nickname)
        elif not re.search("[0-9]", words):
            keys.append(words)
        for key in keys:
            room = self.doors.words.get(clean(key)[:80]) if key else None
            if room in self.doors.rooms:
                self.warnings.append(f"by_nickname: {key[:40]}")
                return room
        for layout in self.doors.layouts:
            read = read_with(layout, words)
            found = self._rooms([Part(*read)]) if read is not None else []
            if len(found) == 1 and (not rooms or found[0] in rooms):
                self.warnings.append(f"by_layout: {words[:60]}")
                return found[0]
        return None

    def _boxes(self) -> tuple[list[Part], list[Part]]:
        """What the boxes say together; and where they contradict each other, what each of them says alone."""
        read = self.read
        numbers = read.numbers
        if len(numbers) >= 2 and numbers[0].unit and numbers[1].building and numbers[0].building is None:
            beside = [b.building for b in read.buildings if b.building]
            if self.as_units is True and any(self.doors.units.get(name) for name in beside):
                numbers = tuple(p for p in numbers if p.building is None or p.building not in beside) or numbers
                numbers = tuple(p for p in numbers if p.building is None) or numbers
            elif self.as_units is False and beside:
                numbers = tuple(p for p in numbers if p.unit is None)
        columns = [parts for parts in (read.buildings, read.units, numbers) if parts]
        if not columns:
            return [], []
        joined: list[Part | None] = [Part()]
        for parts in columns:
            joined = [one.joined(part) for one in joined if one is not None for part in parts]
        found = [part for part in dict.fromkeys(joined) if part is not None]
        if found:
            return found, []
        alone = [part for parts in columns for part in parts if part.is_full]
        alone += [b.filled(Part(None, None, n.number)) for b in read.buildings for n in numbers]
        return [], alone

    def _rooms(self, parts: Iterable[Part]) -> list[str]:
        """All doors that some of the parts fit, sorted."""
        rooms: set[str] = set()
        plain: set[str] = set()
        for part in parts:
            found = self.doors.find(part)
            rooms.update(found.rooms)
            plain.update(() if found.unit_ignored else found.rooms)
        if len(rooms) == 1 and not plain:
            self.warnings.append(f"unit_ignored: {next(iter(rooms))}")
        return sorted(rooms)

    def _filled(self, base: list[Part], rooms: list[str]) -> str | None:
        """One door by what the nickname, the remark or a heading adds; None where that leads to none or to several."""
        base = base or [Part()]
        wanted = set(rooms)
        if self.said.building and all(part.building is None for part in base):
            base = [Part(self.said.building, part.unit, part.number) for part in base]
            found = self._rooms(base)
            if len(found) == 1:
                return found[0]
            wanted = set(found)
        for code, parts in (
            ("place_hint", read_remark(self.said.remark, self.doors) if self.said.remark else ()),
            ("by_nickname", read_nickname(self.said.nickname, self.doors) if self.said.nickname else ()),
        ):
            more = [one for b in base for part in parts if (one := b.joined(part)) is not None and one != b]
            found = [room for room in self._rooms(more) if not wanted or room in wanted]
            if len(found) == 1:
                if code == "by_nickname":
                    self.warnings.append(f"by_nickname: {self.said.nickname}")
                return found[0]
        return None

    def _several(self, rooms: list[str]) -> None:
        ends = {(room.partition("-")[0], room.rpartition("-")[2]) for room in rooms}
        code = "unit_ambiguous" if len(ends) == 1 else "room_conflict"
        self.warnings.append(f"{code}: {'|'.join(rooms)}")

    def _by_other_means(self, base: list[Part]) -> str | None:
        pickup = [p for _w, cell in self.said.cells.get("pickup", ()) for p in read_building(cell.text, self.doors)]
        without = [part for part in base if part.building is None and part.number]
        found = self._rooms(p.filled(Part(hint.building)) for p in without for hint in pickup if hint.building)
        if len(found) == 1:
            self.warnings.append(f"place_hint: {found[0]}")
            return found[0]
        numbers = {part.number for part in without if part.number}
        if len(numbers) == 1:
            number = numbers.pop()
            doors = [
                r for r in self.doors.with_number(number) if without[0].unit is None or f"-{without[0].unit}-" in r
            ]
            if len(doors) == 1:
                self.warnings.append(f"by_number: {doors[0]}")
                return doors[0]
        self._why_none(base)
        return None

    def _why_none(self, base: list[Part]) -> None:
        unknown = [place.unknown for place in self.read.addresses if place.unknown]
        full = [str(part) for part in base if part.is_full]
        if full or unknown:
            self.warnings.append(f"room_unknown: {(full or unknown)[0]}")
            return
        with_building = [part for part in base if part.building]
        with_number = [part for part in base if part.number]
        if with_building:
            self.warnings.append(f"building_only: {with_building[0]}")
        elif with_number:
            self.warnings.append(f"room_only: {with_number[0].number}")
        else:
            self.warnings.append(f"no_room: {self._words()[:60]}")

    def _note_how(self) -> None:
        hows = {place.how for place in self.read.addresses if place.how}
        if not self.read.buildings:
            self.warnings += [f"{how}: {self._words()[:60]}" for how in sorted(hows)]

    def _compare_with_remark(self, room: str) -> None:
        """`放3-601门口` beside another address: whose is it?"""
        if not self.said.remark:
            return
        named = {
            found
            for part in read_remark(self.said.remark, self.doors)
            if part.is_full
            for found in self.doors.find(part).rooms
        }
        if named and room not in named:
            self.warnings.append(f"remark_room: {'|'.join(sorted(named))}")

    def _places(self) -> str:
        wheres = [
            where for name in ("building", "unit", "room", "address") for where, _c in self.said.cells.get(name, ())
        ]
        return "/".join(wheres)


__all__ = ["Said", "Settled", "room_number", "settle"]
