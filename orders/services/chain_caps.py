"""The cap per household, over everything that a household orders in a round: all its lines, and what came otherwise."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any

from orders import rules
from orders.models import ChainEntry, ChainImport, Offer, Order, OrderLine
from orders.quantities import plain
from orders.services.orders import Catalogue

Change, Decision, Status = ChainEntry.Change, ChainEntry.Decision, ChainEntry.Status
CODE = "over_cap"


class Caps:
    """What the households of a paste have of each good with a cap. One query, none where no good has one."""

    def __init__(self, chain_import: ChainImport, entries: Iterable[ChainEntry], catalogue: Catalogue) -> None:
        self._catalogue = catalogue
        self._capped = {offer.pk for offer in catalogue.offers if offer.cap is not None}
        self._sums: dict[tuple[int, int], Decimal] = defaultdict(Decimal)
        if not self._capped:
            return
        entries = list(entries)
        for entry in entries:
            if entry.household_id is not None and _counts(entry):
                for offer, quantity in self._of(_items(entry)):
                    self._sums[entry.household_id, offer.pk] += quantity
        self._add_orders(chain_import, {entry.household_id for entry in entries})

    def _add_orders(self, chain_import: ChainImport, households: set[int | None]) -> None:
        """What the same households ordered another way: another group, typed in, on their own page."""
        rows = OrderLine.objects.filter(order__round=chain_import.round, order__state=Order.State.PLACED)
        rows = rows.exclude(order__chain_import__source=chain_import.source)
        for household, goods, unit, ordered in rows.values_list("order__household_id", "goods", "unit", "ordered"):
            if household in households and (offer := self._offer(goods, unit)):
                self._sums[household, offer.pk] += ordered

    def warnings(self, entry: ChainEntry) -> list[str]:
        """`over_cap: 鸡蛋 5板 > 2板`, for each good of the entry of which its household wants too many."""
        if not self._capped or not _counts(entry):
            return []
        own: dict[int, Decimal] = defaultdict(Decimal)
        offers: dict[int, Offer] = {}
        for offer, quantity in self._of(_items(entry)):
            own[offer.pk] += quantity
            offers[offer.pk] = offer
        found = []
        for pk, offer in offers.items():
            total = own[pk] if entry.household_id is None else max(own[pk], self._sums[entry.household_id, pk])
            if offer.cap is not None and rules.over_cap(total, offer.cap):
                unit = offer.item.unit
                found.append(f"{CODE}: {offer.item.name} {plain(total)}{unit} > {plain(offer.cap)}{unit}")
        return found

    def _of(self, items: Sequence[Mapping[str, Any]]) -> list[tuple[Offer, Decimal]]:
        found = []
        for item in items:
            offer = None if item.get("own") or not item["quantity"] else self._offer(item["goods"], item["unit"] or "")
            if offer is not None:
                found.append((offer, Decimal(item["quantity"])))
        return found

    def _offer(self, goods: str, unit: str) -> Offer | None:
        offer = self._catalogue.offer_for(goods, unit)
        return offer if offer is not None and offer.pk in self._capped else None


def _counts(entry: ChainEntry) -> bool:
    """Whether the entry orders something, as far as is known by now."""
    before = entry.follows if entry.change == Change.SAME else None
    decision = entry.decision if before is None or before.change == Change.GONE else before.decision
    return entry.change != Change.GONE and entry.status != Status.CANCEL and decision != Decision.LEAVE


def _items(entry: ChainEntry) -> list[dict[str, Any]]:
    same = entry.change == Change.SAME and entry.follows is not None
    items: list[dict[str, Any]] = entry.follows.items if same and entry.follows else entry.items
    return items
