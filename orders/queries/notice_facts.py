"""What the chats are told about a round, building by building: what comes, what is short, who has it already."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from django.db.models import Count, Sum

from compound.models import Building
from orders.models import Bag, Order, OrderLine, Receipt, Round
from orders.queries.packing import substitutes_of
from orders.queries.sharing import GoodRow, goods_rows
from orders.queries.undecided import held_back
from orders.rules import is_enough, is_weighed, to_pack

ZERO = Decimal(0)
Outcome = OrderLine.Outcome


@dataclass(frozen=True)
class Lack:
    """A line that gets less than was ordered, in its own unit. `instead`: what goes into the bag for part of it."""

    room: str
    goods: str
    unit: str
    quantity: Decimal
    instead: str = ""
    other: Decimal = ZERO


@dataclass
class BuildingNews:
    """One building of a round. `goods`: what is due at its doors, by (goods, unit), in the order of the lines.

    A door stands in one of `received`, `again` (nobody at home), `refused` and `waiting`, by its room; in
    `incomplete` besides where something of it was missing or damaged at the door.
    """

    building: Building
    bags: int = 0
    goods: dict[tuple[str, str], Decimal] = field(default_factory=lambda: defaultdict(Decimal))
    lacks: list[Lack] = field(default_factory=list)
    received: list[str] = field(default_factory=list)
    again: list[str] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)
    waiting: list[str] = field(default_factory=list)
    incomplete: list[str] = field(default_factory=list)

    @property
    def households(self) -> int:
        return len(self.received) + len(self.again) + len(self.refused) + len(self.waiting)

    @property
    def lacking_households(self) -> int:
        return len({lack.room for lack in self.lacks})


@dataclass(frozen=True)
class RoundNews:
    """`undecided`: goods of which too little was bought and that nobody has shared out yet, or anew.

    `paid`: what the receipts come to.
    """

    round: Round
    buildings: tuple[BuildingNews, ...]
    undecided: tuple[GoodRow, ...]
    receipts: int
    paid: Decimal

    @property
    def households(self) -> int:
        return sum(one.households for one in self.buildings)

    @property
    def bags(self) -> int:
        return sum(one.bags for one in self.buildings)

    @property
    def lacks(self) -> dict[tuple[str, str], Decimal]:
        """Σ of what could not be had, by (goods, unit)."""
        found: dict[tuple[str, str], Decimal] = defaultdict(Decimal)
        for one in self.buildings:
            for lack in one.lacks:
                found[lack.goods, lack.unit] += lack.quantity
        return dict(found)


def round_news(round: Round) -> RoundNews:
    """All buildings with orders, in walking order. At most ten statements, however many lines there are."""
    lines = list(
        OrderLine.objects.filter(order__round=round, order__state=Order.State.PLACED)
        .select_related("order__household__building", "item")
        .order_by("order__household__sort_key", "order__entered_at", "position", "pk")
    )
    others = substitutes_of([line.pk for line in lines if line.allocated_instead])
    waits = held_back(lines)
    buildings: dict[int, BuildingNews] = {}
    for household_lines in _by_household(lines):
        building = household_lines[0].order.household.building
        news = buildings.setdefault(building.pk, BuildingNews(building))
        _add_door(news, household_lines)
        for line in household_lines:
            if line.pk not in waits:
                _add_line(news, line, *others.get(line.pk, ("", ZERO)))
    for building_id, bags in _bags(round).items():
        if building_id in buildings:
            buildings[building_id].bags = bags
    sums = Receipt.objects.filter(round=round, void_at=None).aggregate(count=Count("pk"), sum=Sum("total"))
    return RoundNews(
        round=round,
        buildings=tuple(sorted(buildings.values(), key=lambda one: one.building.sort_key)),
        undecided=tuple(row for row in goods_rows(round) if row.is_left_short or (row.is_stale and row.short)),
        receipts=sums["count"],
        paid=sums["sum"] or ZERO,
    )


def _by_household(lines: Sequence[OrderLine]) -> Iterator[list[OrderLine]]:
    doors: dict[int, list[OrderLine]] = defaultdict(list)
    for line in lines:
        doors[line.order.household_id].append(line)
    yield from doors.values()


def _bags(round: Round) -> dict[int, int]:
    """By building, as packed. One statement."""
    rows = Bag.objects.filter(round=round).values_list("household__building")
    return dict(rows.annotate(bags=Sum("bags")).order_by())


def _add_door(news: BuildingNews, lines: Sequence[OrderLine]) -> None:
    room, outcomes = lines[0].order.household.room, {line.outcome for line in lines}
    if any(line.delivered for line in lines):
        news.received.append(room)
        if outcomes & {Outcome.MISSING, Outcome.DAMAGED}:
            news.incomplete.append(room)
    elif Outcome.PENDING in outcomes or Outcome.MISSING in outcomes or Outcome.DAMAGED in outcomes:
        news.waiting.append(room)
    elif Outcome.NOBODY_HOME in outcomes:
        news.again.append(room)
    else:
        news.refused.append(room)


def _add_line(news: BuildingNews, line: OrderLine, instead: str, other: Decimal) -> None:
    due = to_pack(line)
    if due - other > 0:
        news.goods[line.goods, line.unit] += due - other
    if instead:
        news.goods[instead, line.unit] += other
    if not is_enough(due - other, ordered=line.ordered, is_weighed=is_weighed(line)):
        lacking = line.ordered - (due - other)
        news.lacks.append(Lack(line.order.household.room, line.goods, line.unit, lacking, instead, other))
