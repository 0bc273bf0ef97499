"""What the household of an unclear line has ordered already: in this round another way, and in the rounds before."""

from __future__ import annotations

import uuid
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from orders.models import ChainImport, Order, OrderLine, Round

if TYPE_CHECKING:
    from orders.queries.review import Row

_ALIVE = (Order.State.PLACED, Order.State.LATE)
# How far back somebody's "the last one" reaches.
RECENT_ROUNDS = 6
MOST_ORDERS = 4


@dataclass(frozen=True)
class EarlierOrder:
    """An order of another round; `goods` in words, `state` of its round in words."""

    order: uuid.UUID
    round: str
    state: str
    goods: tuple[str, ...]


def show_other_orders(rows: Sequence[Row], chain_import: ChainImport) -> None:
    """What the household has ordered in the round already, beside the question. One statement where anybody is asked.

    What came by this group too where the line may be about it: `昨天订的` in a round that was open yesterday.
    """
    doors = {row.entry.household_id for row in rows} - {None}
    if not doors:
        return
    lines = OrderLine.objects.filter(order__round=chain_import.round, order__household__in=doors)
    lines = lines.filter(order__state__in=_ALIVE)
    lines = lines.select_related("order__chain_import").order_by("pk")
    every: dict[int, list[str]] = defaultdict(list)
    words: dict[int, list[str]] = defaultdict(list)
    orders: dict[int, set[object]] = defaultdict(set)
    for line in lines:
        every[line.order.household_id].append(str(line))
        paste = line.order.chain_import
        if paste is None or paste.source_id != chain_import.source_id:
            orders[line.order.household_id].add(line.order_id)
            words[line.order.household_id].append(str(line))
    for row in rows:
        door = row.entry.household_id or 0
        row.other_orders = (every if row.speaks_of_earlier else words).get(door, [])
        row.other_orders_count = len(orders.get(door, ()))


def show_earlier_orders(rows: Sequence[Row], chain_import: ChainImport) -> None:
    """The household's orders that stand in the last rounds, newest first. Two statements where a line asks."""
    doors = {row.entry.household_id for row in rows} - {None}
    if not doors:
        return
    rounds = Round.objects.filter(compound=chain_import.round.compound_id).exclude(state=Round.State.CANCELLED)
    recent = list(rounds.exclude(pk=chain_import.round_id).order_by("-cutoff_at").values("pk")[:RECENT_ROUNDS])
    lines = OrderLine.objects.filter(order__household__in=doors, order__round__in=[row["pk"] for row in recent])
    lines = lines.filter(order__state__in=_ALIVE).select_related("order__round")
    found: dict[int, dict[Order, list[str]]] = defaultdict(dict)
    for line in lines.order_by("-order__round__cutoff_at", "order__pk", "pk"):
        found[line.order.household_id].setdefault(line.order, []).append(str(line))
    for row in rows:
        orders = list(found.get(row.entry.household_id or 0, {}).items())[:MOST_ORDERS]
        row.earlier_orders = [
            EarlierOrder(order.pk, order.round.name, order.round.get_state_display(), tuple(goods))
            for order, goods in orders
        ]
