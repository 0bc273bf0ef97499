"""Goods that came and of which nobody knows the price yet: nobody is charged for them, so they are named instead."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from uuid import UUID

from django.db.models import Exists, OuterRef, Q

from compound.listing import listed
from compound.models import Building, Household
from money.bills import Handed, charges, prices
from money.models import BillLine
from money.queries.rounds import COLUMNS, bought_in, handed, offered
from orders.models import Order, OrderLine, Purchase, Round
from orders.quantities import plain

ZERO = Decimal(0)


@dataclass(frozen=True)
class Unpriced:
    """So much of a good was handed over to a household (primary key) and has no price."""

    round: Round
    household: int
    goods: str
    unit: str
    quantity: Decimal


def unpriced_of(household: Household) -> tuple[Unpriced, ...]:
    """Of one household, newest round first. One statement; four more where there is such a good, or a round whose bills
    are not written yet.
    """
    return _unpriced(Q(order__household=household))


def unpriced_in(building: Building) -> tuple[Unpriced, ...]:
    """Of all households of a building, as `unpriced_of`."""
    return _unpriced(Q(order__household__building=building))


def unpriced_on(round: Round) -> tuple[Unpriced, ...]:
    """Of all households of a round, as `unpriced_of`."""
    return _unpriced(Q(order__round=round))


def goods_words(rows: Iterable[Unpriced]) -> str:
    """大白菜 1棵、猪肉 1.2斤"""
    sums: dict[tuple[str, str], Decimal] = defaultdict(lambda: ZERO)
    for row in rows:
        sums[row.goods, row.unit] += row.quantity
    return listed(f"{goods} {plain(quantity)}{unit}" for (goods, unit), quantity in sums.items())


def _unpriced(doors: Q) -> tuple[Unpriced, ...]:
    came = OrderLine.objects.filter(
        doors,
        order__state=Order.State.PLACED,
        order__round__state__in=[Round.State.DELIVERING, Round.State.SETTLED],
        delivered__gt=0,
    )
    # What is billed has a price. Of a line that something else went with, only one of the two may have one.
    no_amount = Purchase.objects.filter(
        good__round=OuterRef("order__round"), good__goods=OuterRef("goods"), amount__isnull=True
    )
    open_ones = came.filter(
        ~Exists(BillLine.objects.filter(line=OuterRef("pk"))) | Q(allocated_instead__gt=0) & Exists(no_amount)
    )
    rounds = list(Round.objects.filter(pk__in=open_ones.values("order__round")).order_by("-cutoff_at", "pk"))
    if not rounds:
        return ()
    lines = list(came.filter(order__round__in=rounds).order_by("pk").values_list(*COLUMNS, named=True))
    lists, bought = offered(rounds, lines), bought_in(rounds)
    of_round: dict[UUID, list[Handed]] = defaultdict(list)
    for row, line in zip(lines, handed(lines), strict=True):
        of_round[row.order__round].append(line)
    return tuple(
        Unpriced(round, charge.key.household, charge.key.goods, charge.key.unit, charge.quantity)
        for round in rounds
        for charge in charges(of_round[round.pk], prices(bought[round.pk], lists[round.pk].listed))
        if charge.price is None
    )
