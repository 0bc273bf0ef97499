"""Rows of the bill strips: what goes into each bag of a round, and what it comes to at the till's prices."""

import hashlib
import json
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from decimal import Decimal
from typing import Any

from compound.models import Household
from money.bills import Charge, Handed, charges
from money.queries.rounds import facts_of
from orders.models import Round
from orders.quantities import plain
from orders.queries.sheet_rows import without_numbers
from orders.queries.undecided import undecided_lines

KIND = "bill_strips"
ZERO = Decimal(0)


@dataclass(frozen=True, slots=True)
class StripLine:
    """`quantity` with its unit, '' where the good came short and nobody has said yet who gets how much.

    `price` of one and `amount` in yuan, '' where the price is not known yet.
    """

    goods: str
    quantity: str
    price: str
    amount: str


@dataclass(frozen=True, slots=True)
class Strip:
    """What a household finds in its bag. `pay`: how to pay it, line by line.

    `total`: of what has a price, '' where nothing is in the bag and all of it waits to be shared out.
    """

    room: str
    lines: tuple[StripLine, ...]
    total: str
    pay: tuple[str, ...] = ()

    @property
    def is_open(self) -> bool:
        return any(line.quantity and not line.amount for line in self.lines)

    @property
    def is_undecided(self) -> bool:
        return any(not line.quantity for line in self.lines)


def strips_of(round: Round) -> tuple[Strip, ...]:
    """Of every household that gets something or may yet, in the order of the buildings. Twelve statements at most.

    What came short and nobody has decided is named, and not charged (`orders.queries.undecided`).
    """
    facts = facts_of(round)
    undecided = set(undecided_lines([round.pk]).values_list("pk", flat=True))
    lines: dict[int, list[Charge]] = defaultdict(list)
    decided = (line for line in facts.lines if line.line not in undecided)
    for charge in charges(map(_expected, decided), facts.known):
        lines[charge.key.household].append(charge)
    waits: dict[int, dict[str, None]] = defaultdict(dict)
    for line in facts.lines:
        if line.line in undecided:
            waits[line.household][line.goods] = None
    doors = Household.objects.filter(pk__in={*lines, *waits}).order_by("building__sort_key", "sort_key")
    pay = tuple(without_numbers(round.compound.how_to_pay).splitlines())
    return tuple(_strip(room, lines[pk], tuple(waits[pk]), pay) for pk, room in doors.values_list("pk", "room"))


def _expected(line: Handed) -> Handed:
    """The strip goes into the bag: what nobody has marked yet counts as it was packed, else as it is due."""
    if line.delivered is not None:
        return line
    in_bag = line.packed if line.packed is not None else sum(line.due.values(), ZERO)
    return replace(line, delivered=in_bag)


def _strip(room: str, rows: list[Charge], waits: tuple[str, ...], pay: tuple[str, ...]) -> Strip:
    lines = tuple(
        StripLine(
            without_numbers(row.key.goods),
            f"{plain(row.quantity)}{row.key.unit}",
            price_words(row.price.shown) if row.price else "",
            f"{row.amount:.2f}" if row.price else "",
        )
        for row in rows
    )
    lines += tuple(StripLine(without_numbers(goods), "", "", "") for goods in waits)
    total = f"{sum((row.amount for row in rows), ZERO):.2f}" if rows else ""
    return Strip(room, lines, total, pay)


def price_words(shown: Decimal) -> str:
    """`12.50`; of what was paid for several at once, and is no whole cent for one of them: `≈6.96`."""
    cents = shown.quantize(Decimal("0.01"))
    return f"{cents:.2f}" if shown == cents else f"≈{cents:.2f}"


def to_json(strips: tuple[Strip, ...]) -> dict[str, Any]:
    """`pay` only where something is said: what was printed before there was such a text stays the same version."""
    return {"kind": KIND, "strips": [_without_nothing(asdict(strip)) for strip in strips]}


def _without_nothing(row: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in row.items() if name != "pay" or value}


def checksum(content: Mapping[str, Any]) -> str:
    return hashlib.sha256(json.dumps(content, sort_keys=True, ensure_ascii=False).encode()).hexdigest()
