"""From a round's plain data to the rows of its sheets.

Walking order: unit by unit; within a unit by floor, and along a floor by number. Without a lift the runner goes up:
each bag is carried no higher than its own door and the load gets lighter with every floor, while going
down means first carrying all of it to the top. With a lift the runner rides up with everything and walks
down. Where the registry does not say, seven floors and more have a lift (GB 50096 asks for one from there on).
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import lru_cache
from itertools import groupby
from typing import Final

from compound.rooms import sort_key as _sort_key
from orders.packs import to_buy
from orders.queries.sheet_rows.numbers import plain
from orders.queries.sheet_rows.rows import (
    BagLine,
    BagSlip,
    BagSlips,
    DeliveryRun,
    LeftLine,
    NotServed,
    Packs,
    RunStop,
    SheetRows,
    ShoppingLine,
    ShoppingList,
    Variant,
    Walk,
    Why,
    total,
)
from orders.queries.sheet_rows.sharing import SharingResult

LIFT_FROM_FLOORS: Final = 7
# A room is sorted several times a round, and its key is as dear as reading it.
sort_key = lru_cache(maxsize=16_384)(_sort_key)
# What stands in brackets qualifies goods (contracts.md, 接龙): it must survive the change to the catalogue's name.
_QUALIFIER = re.compile(r"[（(][^（()）]*[)）]")


@dataclass(frozen=True, slots=True)
class Door:
    """A household as the registry has it. `has_lift` and `floors` are the building's, None when unknown."""

    room: str
    building: str
    unit: str
    number: str
    occupied: bool = True
    has_lift: bool | None = None
    floors: int | None = None


@dataclass(frozen=True, slots=True)
class Buying:
    """How a good is bought: weighed, or `pack_size` of it in one `pack_name`, rounded as `Offer.Rounding` says."""

    is_weighed: bool = False
    pack_size: Decimal | None = None
    pack_name: str = ""
    rounding: str = "up"
    surplus: str = "stock"

    def packs(self, needed: Decimal) -> Packs | None:
        count, quantity, over = to_buy(needed, self.pack_size, self.rounding)
        if count is None or self.pack_size is None:
            return None
        return Packs(count, self.pack_name, plain(self.pack_size), plain(quantity), plain(over), self.surplus)


@dataclass(frozen=True, slots=True)
class OrderedLine:
    """One line of a placed order. `goods` '' stands for an order without any line: its household still gets a slip.

    `words` are the orderer's, `goods` the catalogue's where they matched, else the same. `buying` says how the good
    is bought where that is not one by one; it is for the good's own unit.
    """

    room: str
    goods: str
    words: str
    unit: str
    quantity: Decimal
    supply_point: str
    section: str = ""
    section_order: int = 0
    price: Decimal | None = None
    order: str = ""
    remark: str = ""
    name: str = ""
    buying: Buying | None = None
    # After a sharing out: what it gets of the good, and what of something else, by name.
    allocated: Decimal | None = None
    instead: tuple[tuple[str, Decimal], ...] = ()

    @property
    def in_bag(self) -> Decimal:
        """Of the good itself."""
        return self.quantity if self.allocated is None else self.allocated

    @property
    def shown(self) -> str:
        """The catalogue's name with the orderer's qualifier: 香蕉（熟点）."""
        if self.words == self.goods or _QUALIFIER.search(self.goods):
            return self.goods
        return self.goods + "".join(_QUALIFIER.findall(self.words))


@dataclass(frozen=True, slots=True)
class Leftover:
    """A thing owed from an earlier round; see `LeftLine`."""

    room: str
    goods: str
    unit: str
    quantity: Decimal | None
    since: str
    round: str
    why: Why


@dataclass(frozen=True, slots=True)
class Snapshot:
    """All that the sheets of one round are made of, read in one transaction.

    `doors` is every household of the compound in any order; `lines` those of placed orders in the order in which
    they were entered; `supply_points` the shops that get a list even when nothing is bought there, `runs` the
    buildings that get a run even when nothing is delivered there: those of an earlier version, so that the newest
    paper no longer says what has been cancelled since.
    """

    supply_points: tuple[str, ...]
    doors: tuple[Door, ...]
    lines: tuple[OrderedLine, ...]
    leftovers: tuple[Leftover, ...] = ()
    runs: tuple[str, ...] = ()
    sharings: tuple[SharingResult, ...] = ()


def floor_of(number: str) -> int:
    """`1702` is on 17, `501` and `501A` on 5, `B101` one below the ground, `12` on the ground floor (0)."""
    digits = "".join(re.findall(r"[0-9]+", number)[:1])
    floor = int(digits[:-2] or 0) if digits else 0
    return -max(floor, 1) if number[:1].upper() == "B" else floor


def walk_of(doors: Iterable[Door]) -> Walk:
    """Up or down, for the doors of one building."""
    doors = tuple(doors)
    lift = next((door.has_lift for door in doors if door.has_lift is not None), None)
    if lift is None:
        floors = next((door.floors for door in doors if door.floors is not None), None)
        highest = floors if floors is not None else max((floor_of(door.number) for door in doors), default=0)
        lift = highest >= LIFT_FROM_FLOORS
    return Walk.DOWN if lift else Walk.UP


def walking_order(doors: Sequence[Door]) -> list[Door]:
    upward = walk_of(doors) is Walk.UP
    return sorted(
        doors,
        key=lambda door: (
            sort_key(door.unit) if door.unit else "",
            floor_of(door.number) if upward else -floor_of(door.number),
            sort_key(door.room),
        ),
    )


def _by_building(doors: Iterable[Door]) -> list[tuple[str, list[Door]]]:
    """The buildings in natural order, each with its doors as they are walked."""
    found: dict[str, list[Door]] = defaultdict(list)
    for door in doors:
        found[door.building].append(door)
    return [(name, walking_order(found[name])) for name in sorted(found, key=sort_key)]


def shopping_lists(snapshot: Snapshot) -> tuple[ShoppingList, ...]:
    """One list per supply point of the round, an empty one included; goods without a section come last."""
    by_point: dict[str, list[OrderedLine]] = {point: [] for point in snapshot.supply_points}
    shelves = {
        (line.supply_point, line.goods, line.unit): (line.section, line.section_order)
        for line in snapshot.lines
        if line.section
    }
    for line in snapshot.lines:
        if line.goods:
            # The same words typed freely belong on the shelf of the catalogue's good.
            section, order = shelves.get((line.supply_point, line.goods, line.unit), ("", 0))
            if (line.section, line.section_order) != (section, order):
                line = replace(line, section=section, section_order=order)
            by_point.setdefault(line.supply_point, []).append(line)
    return tuple(
        ShoppingList(
            point,
            len({line.room for line in lines}),
            tuple(
                _shopping_line(list(group))
                for _, group in groupby(sorted(lines, key=_shelf), key=lambda line: _shelf(line)[:6])
            ),
        )
        for point, lines in by_point.items()
    )


def _shelf(line: OrderedLine) -> tuple[bool, int, str, str, str, str, str]:
    return (
        not line.section,
        line.section_order,
        line.section,
        sort_key(line.goods),
        line.goods,
        line.unit,
        line.shown,
    )


def _shopping_line(lines: list[OrderedLine]) -> ShoppingLine:
    first = lines[0]
    variants = [
        Variant(shown, total([line.quantity for line in group]))
        for shown, group in ((shown, list(group)) for shown, group in groupby(lines, key=lambda line: line.shown))
        if shown != first.goods
    ]
    prices = [line.price for line in lines if line.price is not None]
    buying = next((line.buying for line in lines if line.buying is not None), Buying())
    return ShoppingLine(
        first.section,
        first.goods,
        first.unit,
        total([line.quantity for line in lines]),
        len({line.room for line in lines}),
        plain(prices[0]) if prices else None,
        tuple(variants),
        buying.packs(sum((line.quantity for line in lines), Decimal(0))),
        buying.is_weighed,
    )


def _slip(room: str, lines: Sequence[OrderedLine]) -> BagSlip:
    """All orders of one household in one bag; the same good ordered twice is one line.

    What came short is there with what it gets, be it nothing, and with what it wanted; what it gets instead comes
    right after it. Who gets nothing at all has a slip and no bag.
    """
    goods: dict[tuple[str, str], list[OrderedLine]] = {}
    for line in lines:
        if line.goods:
            goods.setdefault((line.shown, line.unit), []).append(line)
    inside = tuple(bag for (shown, unit), group in goods.items() for bag in _in_bag(shown, unit, group))
    remarks = dict.fromkeys(line.remark for line in lines if line.remark)
    names = dict.fromkeys(line.name for line in lines if line.name)
    return BagSlip(
        room,
        " / ".join(names),
        inside,
        "；".join(remarks),
        bags=1 if not inside or any(bag.quantity != "0" for bag in inside) else 0,
    )


def _in_bag(shown: str, unit: str, lines: Sequence[OrderedLine]) -> Iterator[BagLine]:
    wanted, got = total([line.quantity for line in lines]), total([line.in_bag for line in lines])
    yield BagLine(shown, unit, got, "" if got == wanted else wanted)
    others: dict[str, list[Decimal]] = {}
    for line in lines:
        for name, quantity in line.instead:
            others.setdefault(name, []).append(quantity)
    for name, quantities in others.items():
        yield BagLine(name, unit, total(quantities), instead_of=shown)


def _slips(snapshot: Snapshot) -> dict[str, BagSlip]:
    by_room: dict[str, list[OrderedLine]] = defaultdict(list)
    for line in snapshot.lines:
        by_room[line.room].append(line)
    return {room: _slip(room, lines) for room, lines in by_room.items()}


def bag_slips(snapshot: Snapshot) -> BagSlips:
    """Building by building in walking order: packed in the order in which they are handed out."""
    slips = _slips(snapshot)
    buildings = _by_building(snapshot.doors)
    order = [door.room for _, doors in buildings for door in doors if door.room in slips]
    # An order of a room that the registry has lost since is packed all the same.
    order += sorted(slips.keys() - set(order), key=sort_key)
    without = 0
    silent: list[tuple[str, int]] = []
    for name, doors in buildings:
        waiting = sum(door.occupied and door.room not in slips for door in doors)
        if name in snapshot.runs or any(door.room in slips for door in doors):
            without += waiting
        elif waiting:
            silent.append((name, waiting))
    return BagSlips(tuple(slips[room] for room in order), without, tuple(silent))


def delivery_runs(snapshot: Snapshot) -> tuple[DeliveryRun, ...]:
    """One run per building that has an order, or had one in an earlier version; one where nobody ordered gets none."""
    slips = _slips(snapshot)
    lost = [
        Door(room, room.split("-")[0], "", room.split("-")[-1])
        for room in slips.keys() - {door.room for door in snapshot.doors}
    ]
    buildings = _by_building((*snapshot.doors, *lost))
    # The registry has lost the building since, or calls it something else.
    buildings += [(name, []) for name in sorted(set(snapshot.runs) - dict(buildings).keys(), key=sort_key)]
    return tuple(
        DeliveryRun(
            building,
            walk_of(doors),
            tuple(
                RunStop(door.room, door.unit, slips[door.room].bags, slips[door.room].remark)
                for door in doors
                if door.room in slips
            ),
            tuple(door.room for door in doors if door.occupied and door.room not in slips),
            tuple(door.room for door in doors if not door.occupied and door.room not in slips),
        )
        for building, doors in buildings
        if building in snapshot.runs or any(door.room in slips for door in doors)
    )


def not_served(snapshot: Snapshot) -> NotServed:
    """By room in natural order, the oldest first; what belongs to no room comes last."""
    owed: dict[LeftLine, list[Decimal]] = {}
    for left in snapshot.leftovers:
        line = LeftLine(left.room, left.goods, left.unit, "", left.since, left.round, left.why)
        owed.setdefault(line, []).extend(() if left.quantity is None else (left.quantity,))
    lines = sorted(
        owed, key=lambda line: (not line.room, sort_key(line.room), line.since, line.goods, line.unit, line.round)
    )
    return NotServed(tuple(replace(line, quantity=total(owed[line]) if owed[line] else "") for line in lines))


def sheets_of(snapshot: Snapshot) -> tuple[SheetRows, ...]:
    """All sheets of a round in the order in which they are used."""
    return (
        *shopping_lists(snapshot),
        *snapshot.sharings,
        bag_slips(snapshot),
        *delivery_runs(snapshot),
        not_served(snapshot),
    )
