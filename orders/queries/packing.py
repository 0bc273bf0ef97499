"""Bags of a round: what belongs into each, what is packed, who has looked a second time."""

from collections import defaultdict
from dataclasses import dataclass, field
from decimal import Decimal

from django.db.models import Count, Q

from compound.listing import listed
from compound.models import Building, Household
from orders.models import Allotment, Bag, Order, OrderLine, Round
from orders.queries.sheet_rows import without_numbers
from orders.queries.undecided import held_back, is_undecided, undecided_goods
from orders.queries.walking import walks_of
from orders.rules import is_enough, to_pack


@dataclass(frozen=True)
class PackLine:
    """`need` in the line's unit, of it `other` of something else, named by `instead`.

    `waits`: ordered when its good was shared out already; nothing is due until that is done anew. `is_undecided`: its
    good came short, and nobody has shared it out yet.
    """

    line: OrderLine
    need: Decimal
    instead: str = ""
    other: Decimal | None = None
    waits: bool = False
    is_undecided: bool = False

    @property
    def is_weighed(self) -> bool:
        return self.line.item is not None and self.line.item.is_weighed

    @property
    def is_less(self) -> bool:
        return not is_enough(self.need, ordered=self.line.ordered, is_weighed=self.is_weighed)

    @property
    def typed(self) -> Decimal | None:
        """What stands in its box: what was packed, else what is due, else nothing where it must be weighed."""
        if self.line.packed is not None:
            return self.line.packed
        return None if self.is_weighed else self.need


@dataclass
class PackDoor:
    household: Household
    lines: list[PackLine] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)
    bag: Bag | None = None
    error: str = ""
    # What was typed and refused, by line.
    typed: dict[int, str] = field(default_factory=dict)

    @property
    def is_marked(self) -> bool:
        """Something has happened at its door: the bag is out of the packers' hands."""
        return any(pack.line.outcome for pack in self.lines)

    @property
    def waits(self) -> list[PackLine]:
        """What is not packed before it is shared out anew."""
        return [pack for pack in self.lines if pack.waits]

    @property
    def to_tick(self) -> list[PackLine]:
        return [pack for pack in self.lines if not pack.waits]

    @property
    def is_open_again(self) -> bool:
        """Its bag was packed and taken back: some of it is still written down."""
        return self.bag is None and any(pack.line.packed is not None for pack in self.lines)

    @property
    def is_empty(self) -> bool:
        """Nothing is due: what it ordered could not be had."""
        return not any(pack.need for pack in self.lines)


@dataclass(frozen=True)
class PackBuilding:
    name: str
    doors: int
    packed: int
    checked: int

    @property
    def is_done(self) -> bool:
        return self.packed == self.doors


@dataclass(frozen=True)
class PackingPage:
    """Progress of the round and the doors of one building. `building` None: nobody has ordered anything."""

    buildings: tuple[PackBuilding, ...]
    building: PackBuilding | None
    doors: tuple[PackDoor, ...]
    is_weighing: bool

    @property
    def households(self) -> int:
        return sum(row.doors for row in self.buildings)

    @property
    def packed(self) -> int:
        return sum(row.packed for row in self.buildings)

    @property
    def checked(self) -> int:
        return sum(row.checked for row in self.buildings)

    @property
    def empty(self) -> int:
        """Doors of the building that nobody has packed, and for which nothing is due."""
        return sum(door.bag is None and door.is_empty for door in self.doors)

    @property
    def next_building(self) -> PackBuilding | None:
        """Where somebody is needed next, once this building is done."""
        return next((row for row in self.buildings if not row.is_done and row != self.building), None)


def packing_page(round: Round, chosen: str = "") -> PackingPage:
    """The page of a round for one building: `chosen`, else the first that is not packed. At most nine statements."""
    buildings = pack_buildings(round)
    building = next((row for row in buildings if row.name == chosen), None)
    if building is None:
        building = next((row for row in buildings if not row.is_done), buildings[0] if buildings else None)
    doors: tuple[PackDoor, ...] = ()
    if building is not None:
        found = round.compound.buildings.filter(name=building.name).first()
        doors = tuple(pack_doors(round, found)) if found else ()
    return PackingPage(buildings, building, doors, any(p.is_weighed for door in doors for p in door.lines))


def pack_buildings(round: Round) -> tuple[PackBuilding, ...]:
    """Buildings in natural order with how far each is. Two statements. A door without any line has no bag."""
    ordered = (
        Order.objects.filter(round=round, state=Order.State.PLACED, lines__isnull=False)
        .values("household__building", "household__building__name")
        .annotate(doors=Count("household", distinct=True))
        .order_by("household__building__sort_key")
    )
    bags = {
        row["household__building"]: row
        for row in Bag.objects.filter(round=round)
        .values("household__building")
        .annotate(packed=Count("pk"), checked=Count("pk", filter=Q(checked_at__isnull=False)))
        .order_by()
    }
    none = {"packed": 0, "checked": 0}
    return tuple(
        PackBuilding(
            row["household__building__name"],
            row["doors"],
            min(row["doors"], bags.get(row["household__building"], none)["packed"]),
            bags.get(row["household__building"], none)["checked"],
        )
        for row in ordered
    )


def pack_doors(round: Round, building: Building, household: Household | None = None) -> list[PackDoor]:
    """The doors of a building (or the one) in walking order. At most eight statements."""
    lines = (
        OrderLine.objects.filter(order__round=round, order__state=Order.State.PLACED)
        .filter(order__household__building=building)
        .select_related("order__household__building", "order__household__unit", "item")
        .order_by("order__household__sort_key", "order__entered_at", "order", "position", "pk")
    )
    bags = Bag.objects.filter(round=round, household__building=building).select_related("packed_by", "checked_by")
    if household is not None:
        lines, bags = lines.filter(order__household=household), bags.filter(household=household)
    found = list(lines)
    others = substitutes_of([line.pk for line in found if line.allocated_instead])
    waits, short = held_back(found), undecided_goods([round.pk])
    doors: dict[int, PackDoor] = {}
    for line in found:
        door = doors.setdefault(line.order.household_id, PackDoor(line.order.household))
        instead, other = others.get(line.pk, ("", None))
        is_open = is_undecided(line, short, ())
        door.lines.append(PackLine(line, to_pack(line), instead, other, line.pk in waits, is_open))
        remark = without_numbers(line.order.remark)
        if remark and remark not in door.remarks:
            door.remarks.append(remark)
    for bag in bags:
        if bag.household_id in doors:
            doors[bag.household_id].bag = bag
    walks = walks_of(round.compound, [building.pk])
    return sorted(doors.values(), key=lambda door: walks.way(door.household))


def substitutes_of(lines: list[int]) -> dict[int, tuple[str, Decimal]]:
    """What else goes into the bag of a line that came short, by line: what, and for how much of the good it stands."""
    if not lines:
        return {}
    rows = Allotment.objects.filter(
        line__in=lines, quantity__gt=0, sharing__applied_at__isnull=False, sharing__replaced_at__isnull=True
    ).exclude(sharing__instead="")
    found: dict[int, list[tuple[str, Decimal]]] = defaultdict(list)
    for line, instead, quantity in rows.order_by("pk").values_list("line", "sharing__instead", "quantity"):
        found[line].append((instead, quantity))
    return {
        line: (listed(name for name, _ in parts), sum((quantity for _, quantity in parts), Decimal(0)))
        for line, parts in found.items()
    }
