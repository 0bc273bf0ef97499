"""The rows of the four sheets. Frozen, comparable, JSON there and back; quantities are decimal strings.

Free text (goods, names, remarks) loses telephone and identity-card numbers as it becomes a row, however
the row is made: neither the paper nor the page behind its QR can show what is not in the rows.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import Any, ClassVar

from orders.queries.sheet_rows.numbers import plain, without_numbers
from orders.queries.sheet_rows.relief import ReliefTicks
from orders.queries.sheet_rows.sharing import SharingResult

# What `json` makes of a stored version.
Json = Mapping[str, Any]


def _unnumbered(row: object, *names: str) -> None:
    for name in names:
        object.__setattr__(row, name, without_numbers(getattr(row, name)))


class Walk(StrEnum):
    """How a runner takes the floors of a building."""

    UP = "up"
    DOWN = "down"


class Why(StrEnum):
    """Why somebody has not been served yet."""

    MISSING = "missing"
    REFUSED = "refused"
    NOBODY_HOME = "nobody_home"
    DAMAGED = "damaged"
    NOT_DELIVERED = "not_delivered"
    LATE = "late"
    UNREAD = "unread"


@dataclass(frozen=True, slots=True)
class Variant:
    """A wish within a good: 3 of the 12 jin of bananas should be ripe."""

    goods: str
    quantity: str

    def __post_init__(self) -> None:
        _unnumbered(self, "goods")


@dataclass(frozen=True, slots=True)
class Packs:
    """A good that is bought by the pack: `count` packs of `size` each, and what is over or (`over` < 0) short then.

    `to` says where it goes that is over: a value of `Offer.Surplus`.
    """

    count: int
    name: str
    size: str
    quantity: str
    over: str
    to: str


@dataclass(frozen=True, slots=True)
class ShoppingLine:
    """One good: its total over all households. `price` is yuan a unit as offered, None when only the till knows.

    `is_weighed`: the total is a wish, the scales say how much it becomes.
    """

    section: str
    goods: str
    unit: str
    quantity: str
    households: int
    price: str | None = None
    variants: tuple[Variant, ...] = ()
    packs: Packs | None = None
    is_weighed: bool = False

    def __post_init__(self) -> None:
        _unnumbered(self, "goods")

    @property
    def key(self) -> tuple[str, str]:
        return self.goods, self.unit


@dataclass(frozen=True, slots=True)
class ShoppingList:
    """(a) What is bought at one supply point, by section in the order in which a shopper walks through it."""

    supply_point: str
    households: int
    lines: tuple[ShoppingLine, ...]
    kind: ClassVar[str] = "shopping_list"

    @property
    def part(self) -> str:
        return self.supply_point


@dataclass(frozen=True, slots=True)
class BagLine:
    """What is in the bag. After a sharing out `ordered` is what was wanted; `instead_of`: what it replaces."""

    goods: str
    unit: str
    quantity: str
    ordered: str = ""
    instead_of: str = ""

    def __post_init__(self) -> None:
        _unnumbered(self, "goods", "instead_of")

    @property
    def key(self) -> tuple[str, ...]:
        return (self.goods, self.unit, self.instead_of) if self.instead_of else (self.goods, self.unit)

    def to_list(self) -> list[str]:
        """Without what is empty at the end: a slip that nobody had to share reads as it always did."""
        parts = [self.goods, self.unit, self.quantity, self.ordered, self.instead_of]
        while len(parts) > 3 and not parts[-1]:
            parts.pop()
        return parts


@dataclass(frozen=True, slots=True)
class BagSlip:
    """One household's bag. `name` is what the chat calls the household, '' when nobody said."""

    room: str
    name: str
    lines: tuple[BagLine, ...]
    remark: str = ""
    bags: int = 1

    def __post_init__(self) -> None:
        _unnumbered(self, "name", "remark")

    @property
    def key(self) -> str:
        return self.room


@dataclass(frozen=True, slots=True)
class BagSlips:
    """(b) One slip per household that ordered, in the order in which the runs deliver them.

    `without_order` counts the households that the delivery runs name at their ends. `silent_buildings` (name,
    households) are those where nobody ordered: they have no run, so that they are named here.
    """

    slips: tuple[BagSlip, ...]
    without_order: int = 0
    silent_buildings: tuple[tuple[str, int], ...] = ()
    kind: ClassVar[str] = "bag_slips"
    part: ClassVar[str] = ""


@dataclass(frozen=True, slots=True)
class RunStop:
    """One door. `unit` is '' in a building without units."""

    room: str
    unit: str
    bags: int
    remark: str = ""

    def __post_init__(self) -> None:
        _unnumbered(self, "remark")

    @property
    def key(self) -> str:
        return self.room


@dataclass(frozen=True, slots=True)
class DeliveryRun:
    """(c) One building: the doors in walking order, then everybody who is not among them.

    stops, `without_order` and `empty` together are all doors of the building.
    """

    building: str
    walk: Walk
    stops: tuple[RunStop, ...]
    without_order: tuple[str, ...] = ()
    empty: tuple[str, ...] = ()
    kind: ClassVar[str] = "delivery_run"

    @property
    def part(self) -> str:
        return self.building

    @property
    def bags(self) -> int:
        return sum(stop.bags for stop in self.stops)


@dataclass(frozen=True, slots=True)
class LeftLine:
    """One thing that is still owed. `since` is an ISO date; `room` is '' where nobody could tell the household.

    An unread entry of a 接龙 has its raw text as `goods` and no quantity ('').
    """

    room: str
    goods: str
    unit: str
    quantity: str
    since: str
    round: str
    why: Why

    def __post_init__(self) -> None:
        _unnumbered(self, "goods")

    @property
    def key(self) -> tuple[str, ...]:
        return self.room, self.goods, self.unit, self.since, self.round, self.why


@dataclass(frozen=True, slots=True)
class NotServed:
    """(d) What is left over from earlier rounds."""

    lines: tuple[LeftLine, ...]
    kind: ClassVar[str] = "not_served"
    part: ClassVar[str] = ""

    @property
    def households(self) -> int:
        return len({line.room for line in self.lines if line.room})


SheetRows = ShoppingList | BagSlips | DeliveryRun | NotServed | ReliefTicks | SharingResult


# ── JSON there and back ───────────────────────────


def to_json(rows: SheetRows) -> dict[str, Any]:
    """The rows as they are kept with a version: `kind` and the content, nothing of version, time or code."""
    content: dict[str, Any] = {"kind": rows.kind}
    match rows:
        case ShoppingList():
            lines = [
                {
                    "section": line.section,
                    "goods": line.goods,
                    "unit": line.unit,
                    "quantity": line.quantity,
                    "households": line.households,
                    "price": line.price,
                    "variants": [[variant.goods, variant.quantity] for variant in line.variants],
                    **_how_bought(line),
                }
                for line in rows.lines
            ]
            content |= {"supply_point": rows.supply_point, "households": rows.households, "lines": lines}
        case BagSlips():
            content["slips"] = [
                {
                    "room": slip.room,
                    "name": slip.name,
                    "lines": [line.to_list() for line in slip.lines],
                    "remark": slip.remark,
                    "bags": slip.bags,
                }
                for slip in rows.slips
            ]
            silent = [list(building) for building in rows.silent_buildings]
            content |= {"without_order": rows.without_order, "silent_buildings": silent}
        case DeliveryRun():
            stops = [[stop.room, stop.unit, stop.bags, stop.remark] for stop in rows.stops]
            content |= {
                "building": rows.building,
                "walk": rows.walk.value,
                "stops": stops,
                "without_order": list(rows.without_order),
                "empty": list(rows.empty),
            }
        case SharingResult():
            content |= rows.to_content()
        case ReliefTicks():
            content |= rows.to_content()
        case NotServed():
            content["lines"] = [
                [line.room, line.goods, line.unit, line.quantity, line.since, line.round, line.why.value]
                for line in rows.lines
            ]
    return content


def _how_bought(line: ShoppingLine) -> dict[str, Any]:
    """Only what is so: a list without packs has the checksum that it had before there were any."""
    said: dict[str, Any] = {}
    if line.packs is not None:
        packs = line.packs
        said["packs"] = [packs.count, packs.name, packs.size, packs.quantity, packs.over, packs.to]
    if line.is_weighed:
        said["weighed"] = True
    return said


def from_json(content: Json) -> SheetRows:
    """The rows of a stored version. KeyError or ValueError for anything that `to_json` did not write."""
    match content["kind"]:
        case ShoppingList.kind:
            return ShoppingList(
                content["supply_point"],
                content["households"],
                tuple(
                    ShoppingLine(
                        line["section"],
                        line["goods"],
                        line["unit"],
                        line["quantity"],
                        line["households"],
                        line["price"],
                        tuple(Variant(goods, quantity) for goods, quantity in line["variants"]),
                        Packs(*line["packs"]) if "packs" in line else None,
                        line.get("weighed", False),
                    )
                    for line in content["lines"]
                ),
            )
        case BagSlips.kind:
            return BagSlips(
                tuple(
                    BagSlip(
                        slip["room"],
                        slip["name"],
                        tuple(BagLine(*line) for line in slip["lines"]),
                        slip["remark"],
                        slip["bags"],
                    )
                    for slip in content["slips"]
                ),
                content["without_order"],
                tuple((name, count) for name, count in content["silent_buildings"]),
            )
        case DeliveryRun.kind:
            return DeliveryRun(
                content["building"],
                Walk(content["walk"]),
                tuple(RunStop(*stop) for stop in content["stops"]),
                tuple(content["without_order"]),
                tuple(content["empty"]),
            )
        case NotServed.kind:
            return NotServed(
                tuple(
                    LeftLine(room, goods, unit, quantity, since, title, Why(why))
                    for room, goods, unit, quantity, since, title, why in content["lines"]
                )
            )
        case SharingResult.kind:
            return SharingResult.from_content(content)
        case ReliefTicks.kind:
            return ReliefTicks.from_content(content)
        case other:
            raise ValueError(f"no sheet of the kind {other!r}")


def checksum(rows: SheetRows) -> str:
    """SHA-256 of the canonical JSON: equal exactly when the rows are equal."""
    text = json.dumps(to_json(rows), ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def total(quantities: list[Decimal]) -> str:
    return plain(sum(quantities, Decimal(0)))
