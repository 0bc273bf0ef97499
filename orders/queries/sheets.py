"""What the sheets of a round are made of, read once: ten statements, however many households there are."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from decimal import Decimal
from uuid import UUID

from compound.models import Household, Sheet
from orders.models import ChainEntry, Offer, Order, OrderLine, Round
from orders.queries.delivery import owed_lines
from orders.queries.sharing_results import instead_by_line, sharing_results
from orders.queries.sheet_rows import Buying, DeliveryRun, Door, Leftover, OrderedLine, ShoppingList, Snapshot, Why
from orders.queries.unread import unread_entries

_WHY = {
    OrderLine.Outcome.MISSING: Why.MISSING,
    OrderLine.Outcome.REFUSED: Why.REFUSED,
    OrderLine.Outcome.NOBODY_HOME: Why.NOBODY_HOME,
    OrderLine.Outcome.DAMAGED: Why.DAMAGED,
    OrderLine.Outcome.PENDING: Why.NOT_DELIVERED,
}
# A chat entry that nobody has read yet may be long; its beginning is enough to find it again.
_RAW = 120
# Nobody shops any more for a line of the chat that is older; without an end each sheet would read all pastes ever.
_UNREAD_FOR = dt.timedelta(days=14)


def round_snapshot(round: Round) -> Snapshot:
    """All that `sheets_of` needs. Call it in one transaction, under the round's lock, for a consistent picture."""
    point = round.supply_point
    earlier = _earlier_parts(round)
    return Snapshot(
        # A supply point that had another name: its list must not stay the newest under the old one.
        supply_points=tuple(dict.fromkeys([point.name, *earlier[ShoppingList.kind]])),
        doors=tuple(_doors(round.compound_id)),
        lines=tuple(_lines(round, point.name)),
        leftovers=(*_left_lines(round), *_unread(round)),
        runs=tuple(earlier[DeliveryRun.kind]),
        sharings=sharing_results(round),
    )


def _earlier_parts(round: Round) -> dict[str, list[str]]:
    """Of which supply points and buildings there is a sheet already, by kind."""
    kinds: dict[str, list[str]] = {ShoppingList.kind: [], DeliveryRun.kind: []}
    sheets = Sheet.objects.filter(group=round.pk, kind__in=list(kinds), version=1)
    for kind, part in sheets.order_by("part_key").values_list("kind", "part"):
        kinds[kind].append(part)
    return kinds


def _doors(compound_id: int) -> Iterator[Door]:
    rows = (
        Household.objects.filter(compound_id=compound_id)
        .order_by("sort_key")
        .values_list(
            "room",
            "building__name",
            "unit__name",
            "number",
            "occupancy",
            "building__has_lift",
            "building__floors",
        )
    )
    for room, building, unit, number, occupancy, has_lift, floors in rows.iterator(chunk_size=5_000):
        occupied = occupancy == Household.Occupancy.OCCUPIED
        yield Door(room, building, unit or "", number, occupied, has_lift, floors)


def _lines(round: Round, point: str) -> Iterator[OrderedLine]:
    offers = {offer.item_id: offer for offer in Offer.objects.filter(round=round).select_related("item")}
    buying = {item: how for item, offer in offers.items() if (how := _buying(offer))}
    rows = (
        Order.objects.filter(round=round, state=Order.State.PLACED)
        .order_by("household__sort_key", "entered_at", "id", "lines__position", "lines__id")
        .values_list(
            "id",
            "household__room",
            "remark",
            "lines__goods",
            "lines__said",
            "lines__unit",
            "lines__ordered",
            "lines__allocated",
            "lines__id",
            "lines__item_id",
            "lines__item__name",
            "lines__item__unit",
            "lines__item__section__name",
            "lines__item__section__position",
        )
    )
    names, instead = _names(round), instead_by_line(round)
    for row in rows.iterator(chunk_size=5_000):
        order, room, remark, goods, said, unit, ordered, got, line, item, good, good_unit, section, position = row
        # A price, and how it is bought, are for the unit on offer; for another unit they say nothing.
        offer = offers.get(item) if not unit or unit == good_unit else None
        yield OrderedLine(
            room=room,
            goods=good or goods or "",
            words=said or goods or "",
            unit=unit or good_unit or "",
            quantity=ordered or Decimal(0),
            supply_point=point,
            section=section or "",
            section_order=position or 0,
            price=offer.price if offer else None,
            order=str(order),
            remark=remark,
            name=names.get(order, ""),
            buying=buying.get(item) if offer else None,
            allocated=got,
            instead=instead.get(line, ()),
        )


def _buying(offer: Offer) -> Buying | None:
    item = offer.item
    if not item.is_weighed and item.pack_size is None:
        return None
    return Buying(item.is_weighed, item.pack_size, item.pack_name, offer.rounding, offer.surplus)


def _names(round: Round) -> dict[UUID, str]:
    """What the chat calls the orderer, by order; the latest paste counts."""
    entries = ChainEntry.objects.filter(order__round=round, order__state=Order.State.PLACED).exclude(name="")
    return {
        order: name
        for order, name in entries.order_by("chain_import__pasted_at", "position").values_list("order_id", "name")
        if order is not None
    }


def _left_lines(round: Round) -> Iterator[Leftover]:
    """What earlier rounds still owe: lines not handed over and not closed, and orders that came too late."""
    owed = owed_lines(round.compound, at=round.cutoff_at).filter(order__round__cutoff_at__lt=round.cutoff_at)
    late = OrderLine.objects.filter(
        order__round__compound_id=round.compound_id,
        order__round__cutoff_at__lte=round.cutoff_at,
        order__state=Order.State.LATE,
    ).exclude(order__round__state=Round.State.CANCELLED)
    columns = (
        "order__household__room",
        "goods",
        "unit",
        "ordered",
        "delivered",
        "outcome",
        "order__round__title",
        "order__round__cutoff_at",
    )
    for rows, why in ((owed, None), (late, Why.LATE)):
        for room, goods, unit, ordered, delivered, outcome, title, cutoff_at in rows.values_list(*columns):
            since = round.compound.day_of(cutoff_at).isoformat()
            left = ordered - (delivered or 0)
            yield Leftover(room, goods, unit, left, since, title, why or _WHY[OrderLine.Outcome(outcome)])


def _unread(round: Round) -> Iterator[Leftover]:
    """What was written in the chat of the last rounds and decided by nobody."""
    entries = unread_entries(round.compound_id, until=round.cutoff_at).filter(
        chain_import__round__cutoff_at__gte=round.cutoff_at - _UNREAD_FOR
    )
    rows = entries.values_list("household__room", "raw", "chain_import__round__title", "chain_import__pasted_at")
    for room, raw, title, pasted_at in rows:
        text = " ".join(raw.split())
        since: dt.date = round.compound.day_of(pasted_at)
        yield Leftover(
            room or "", text if len(text) <= _RAW else f"{text[:_RAW]}…", "", None, since.isoformat(), title, Why.UNREAD
        )
