"""The shopping list of a round as it stands: what is wanted, by whom, and what the shoppers have done about it."""

import uuid
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.db import connection
from django.db.models import Count, F, QuerySet, Sum

from compound.listing import between
from compound.models import Compound
from orders.models import Offer, Order, OrderLine, Purchase, Round, RoundGood, Sharing, SubstituteWish
from orders.packs import ToBuy, to_buy
from orders.shelf import Shelf, Stand, shelf_of

ZERO = Decimal(0)
# What is closed waits to be bought; what is on its way may still get a forgotten purchase.
SHOPPED = (Round.State.CLOSED, Round.State.SHOPPING)
KEPT = (*SHOPPED, Round.State.DELIVERING)
Wish = SubstituteWish.Wish

# Who wants how much, household by household, as one text a good and wish: five thousand rows would be a page that no
# phone draws. A household with no wish written down is called.
WANTS = """
SELECT goods, unit, wish, string_agg(room || ' ' || quantity, %s ORDER BY sort_key), count(*)
FROM (
    SELECT line.goods, line.unit, coalesce(wish.wish, 'call') AS wish, door.room, door.sort_key,
        trim_scale(sum(line.ordered))::text AS quantity
    FROM orders_orderline line
    JOIN orders_order placed ON placed.id = line.order_id
    JOIN compound_household door ON door.id = placed.household_id
    LEFT JOIN orders_substitutewish wish ON wish.household_id = door.id
    WHERE placed.round_id = %s AND placed.state = 'placed'
    GROUP BY line.goods, line.unit, wish.wish, door.room, door.sort_key
) wanted
GROUP BY goods, unit, wish
"""


@dataclass(frozen=True)
class Wants:
    """The households of one wish that want a good: `20-1702 2、20-1703 1`."""

    wish: str
    households: int
    text: str

    @property
    def label(self) -> str:
        return str(Wish(self.wish).label)


@dataclass
class GoodLine:
    """One line of the list. `purchases`: what is not taken back, by event time."""

    good: RoundGood
    households: int
    buy: ToBuy
    shelf: Shelf
    price: Decimal | None
    purchases: list[Purchase]
    wants: Sequence[Wants] = ()
    # What there was, once it has been shared out among all who ordered it: the rest is not waited for.
    shared: Decimal | None = None

    @property
    def is_over(self) -> bool:
        """Nobody has to look for it any more."""
        return self.shelf.stand in (Stand.DONE, Stand.SHORT)

    @property
    def packs_left(self) -> Decimal | None:
        size = self.good.item.pack_size if self.good.item else None
        return self.shelf.left / size if size and self.shelf.left % size == 0 else None

    @property
    def version(self) -> str:
        """Differs when what is shown does: the page of another shopper puts the new line in place."""
        shelf, last = self.shelf, self.purchases[-1].pk if self.purchases else ""
        return (
            f"{shelf.wanted} {shelf.covered} {shelf.stand} {self.households} {len(self.purchases)} {last} {self.shared}"
        )


@dataclass(frozen=True)
class Section:
    name: str
    lines: tuple[GoodLine, ...]


@dataclass(frozen=True)
class ShoppingList:
    """The whole list, section by section in walking order."""

    round: Round
    sections: tuple[Section, ...]

    @property
    def lines(self) -> list[GoodLine]:
        return [line for section in self.sections for line in section.lines]

    @property
    def done(self) -> int:
        return sum(line.is_over for line in self.lines)

    @property
    def total(self) -> int:
        return len(self.lines)

    @property
    def paid(self) -> Decimal:
        """What was said at the till."""
        return sum((row.amount for row in self._rows() if row.amount is not None), ZERO)

    @property
    def listed(self) -> Decimal:
        """What the rest comes to at the offers' prices, as far as those are known."""
        rows = ((line.price or ZERO) * row.quantity for line in self.lines for row in line.purchases if _at_list(row))
        return sum(rows, ZERO).quantize(Decimal("0.01"))

    @property
    def unpriced(self) -> int:
        """Purchases in no sum."""
        return sum(
            (line.price is None and _at_list(row)) or (row.kind == Purchase.Kind.SUBSTITUTE and row.amount is None)
            for line in self.lines
            for row in line.purchases
        )

    @property
    def sum(self) -> Decimal:
        return self.paid + self.listed

    def _rows(self) -> list[Purchase]:
        return [row for line in self.lines for row in line.purchases]


def _at_list(row: Purchase) -> bool:
    return row.kind == Purchase.Kind.BOUGHT and row.amount is None


def rounds_to_shop(compound: Compound) -> QuerySet[Round]:
    """What is to be bought now, the oldest cut-off first."""
    rounds = Round.objects.filter(compound=compound, state__in=SHOPPED)
    return rounds.select_related("supply_point").order_by("cutoff_at")


def standing(purchases: QuerySet[Purchase]) -> QuerySet[Purchase]:
    """Without what is taken back, and without the taking back itself."""
    return purchases.exclude(kind=Purchase.Kind.VOID).filter(taken_back_by=None)


def lists_of(rounds: Sequence[Round], *, with_wants: bool = False) -> list[ShoppingList]:
    """The lists of these rounds. Four statements; with `with_wants` one more, and one a round."""
    asked = _asked(rounds)
    offers = {
        (offer.round_id, offer.item_id): offer
        for offer in Offer.objects.filter(round__in=rounds).only("round", "item", "price", "rounding")
    }
    purchases: dict[uuid.UUID, list[Purchase]] = defaultdict(list)
    rows = standing(Purchase.objects.filter(good__round__in=rounds))
    for row in rows.select_related("by").order_by("at", "pk"):
        purchases[row.good_id].append(row)
    lines: dict[uuid.UUID, list[GoodLine]] = defaultdict(list)
    goods = RoundGood.objects.filter(round__in=rounds).select_related("item__section")
    shelf = F("item__section__position").asc(nulls_last=True)
    for good in goods.order_by(shelf, "item__section__name", "goods", "unit"):
        needed, households = asked.get((good.round_id, good.goods, good.unit), (ZERO, 0))
        if needed or purchases[good.pk]:
            offer = offers.get((good.round_id, good.item_id)) if good.item_id else None
            lines[good.round_id].append(_line(good, needed, households, offer, purchases[good.pk]))
    if with_wants:
        in_force = Sharing.objects.filter(
            good__round__in=rounds, instead="", replaced_at=None, applied_at__isnull=False
        )
        shared = dict(in_force.values_list("good", "arrived"))
        for round in rounds:
            wants = _wants(round)
            for line in lines[round.pk]:
                line.shared = shared.get(line.good.pk)
                line.wants = wants.get((line.good.goods, line.good.unit), ())
    return [ShoppingList(round, _sections(lines[round.pk])) for round in rounds]


def _asked(rounds: Sequence[Round]) -> dict[tuple[uuid.UUID, str, str], tuple[Decimal, int]]:
    rows = (
        OrderLine.objects.filter(order__round__in=rounds, order__state=Order.State.PLACED)
        .values_list("order__round", "goods", "unit")
        .annotate(needed=Sum("ordered"), households=Count("order__household", distinct=True))
        .order_by()
    )
    return {(round, goods, unit): (needed, households) for round, goods, unit, needed, households in rows}


def _line(
    good: RoundGood, needed: Decimal, households: int, offer: Offer | None, purchases: list[Purchase]
) -> GoodLine:
    item = good.item
    # A price and a pack are of the item's own unit.
    fits = item is not None and item.unit == good.unit
    buy = to_buy(needed, item.pack_size if item and fits else None, offer.rounding if offer else Offer.Rounding.UP)
    shelf = shelf_of(needed=needed, wanted=buy.quantity, is_weighed=bool(item and item.is_weighed), purchases=purchases)
    return GoodLine(good, households, buy, shelf, offer.price if offer and fits else None, purchases)


def _sections(lines: Sequence[GoodLine]) -> tuple[Section, ...]:
    sections: dict[str, list[GoodLine]] = {}
    for line in lines:
        section = line.good.item.section if line.good.item else None
        sections.setdefault(section.name if section else "", []).append(line)
    return tuple(Section(name, tuple(rows)) for name, rows in sections.items())


def _wants(round: Round) -> dict[tuple[str, str], tuple[Wants, ...]]:
    found: dict[tuple[str, str], list[Wants]] = defaultdict(list)
    with connection.cursor() as cursor:
        cursor.execute(WANTS, [between(), round.pk])
        for goods, unit, wish, text, households in cursor.fetchall():
            found[goods, unit].append(Wants(wish, households, text))
    order = list(Wish.values)
    return {key: tuple(sorted(rows, key=lambda row: order.index(row.wish))) for key, rows in found.items()}


def shelf_now(good: RoundGood) -> Shelf:
    """Of one good; its `round` and `item` are there. Three statements."""
    offer = Offer.objects.filter(round=good.round_id, item=good.item_id).first()
    purchases = list(standing(good.purchases.all()).order_by("at", "pk"))
    return _line(good, _needed(good), 0, offer, purchases).shelf


def _needed(good: RoundGood) -> Decimal:
    lines = OrderLine.objects.filter(
        order__round=good.round_id, order__state=Order.State.PLACED, goods=good.goods, unit=good.unit
    )
    return lines.aggregate(sum=Sum("ordered"))["sum"] or ZERO
