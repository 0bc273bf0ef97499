"""Orders: written once, ended by a new fact, never rewritten."""

import datetime as dt
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.db import transaction
from django.db.models import Exists, F, OuterRef, QuerySet
from django.utils.translation import gettext as _

from compound.models import Household, User
from compound.refusals import Refusal
from compound.rooms import clean
from compound.services import audit
from orders import rules
from orders.models import GoodsWord, Item, Offer, Order, OrderLine, Round
from orders.quantities import plain
from orders.services.locks import lock_round
from orders.services.packing import on_their_way, unpack_orders
from orders.services.sheet_requests import renew_sheets


@dataclass(frozen=True)
class Line:
    """One wanted good in the words of whoever wants it. `ordered` > 0, at most three decimals.

    `own`: somebody has said that these words mean no good of the list, whatever was learned of them.
    """

    goods: str
    ordered: Decimal
    unit: str = ""
    own: bool = False


class Catalogue:
    """A round's offers by every name they go by, so that `鸡蛋` in a chat is the item 鸡蛋 on the list.

    Exact after cleaning, nothing is guessed: a good's name, its other names, and what a person has said that the
    neighbours call it (`GoodsWord`). What matches no offer stays in its own words. Two queries.
    """

    def __init__(self, round: Round) -> None:
        self.offers: list[Offer] = list(round.offers.select_related("item"))
        self._by_name: dict[str, list[Offer]] = {}
        for offer in self.offers:
            for name in (offer.item.name, *offer.item.aliases):
                self._by_name.setdefault(folded(name), []).append(offer)
        self._by_item = {offer.item_id: offer for offer in self.offers}
        words = GoodsWord.objects.filter(supply_point=round.supply_point_id)
        self._words = {(word, folded(unit)): item for word, unit, item in words.values_list("word", "unit", "item_id")}

    def offer_for(self, goods: str, unit: str = "") -> Offer | None:
        """Of a good that is offered in several units the one in `unit`, else what was learned, else the first."""
        word, unit = folded(goods), folded(unit)
        named = self._by_name.get(word, [])
        return _in_unit(named, unit) or self._learned(word, unit) or (named[0] if named else None)

    def _learned(self, word: str, unit: str) -> Offer | None:
        if offer := self._by_item.get(self._words.get((word, unit), 0)):
            return offer
        if offer := self._by_item.get(self._words.get((word, ""), 0)):
            return _in_unit(self._by_name[folded(offer.item.name)], unit) or offer
        return None

    @property
    def only(self) -> Offer | None:
        """The round's single offer: what a bare `6份` means."""
        return self.offers[0] if len(self.offers) == 1 else None


def _in_unit(offers: Sequence[Offer], unit: str) -> Offer | None:
    return next((offer for offer in offers if folded(offer.item.unit) == unit), None)


def folded(name: str) -> str:
    """How names are compared, and how `GoodsWord.word` is kept."""
    return clean(name).replace(" ", "").casefold()


def new_lines(order: Order, lines: Sequence[Line], catalogue: Catalogue) -> list[OrderLine]:
    """Unsaved rows for `lines`, joined to the catalogue where they match; what was said instead of its name stays."""
    rows = []
    for position, line in enumerate(lines):
        offer = None if line.own else catalogue.offer_for(line.goods, line.unit)
        item: Item | None = offer.item if offer else None
        row = OrderLine(order=order, position=position, goods=line.goods[:100], unit=line.unit[:10])
        row.ordered = line.ordered
        if item is not None:
            join_line(row, item)
        rows.append(row)
    return rows


def join_line(line: OrderLine, item: Item) -> None:
    """Gives an unsaved or locked line its good. A unit that was left out is the good's."""
    line.item = item
    line.said = "" if folded(line.goods) == folded(item.name) else line.goods
    line.goods, line.unit = item.name, line.unit or item.unit


def check_caps(
    lines: Sequence[Line], catalogue: Catalogue, *, before: Sequence[Line] = (), is_own: bool = False
) -> None:
    """Raises `over_cap` for the first good of which a household wants more than the round's cap.

    `before`: what the household has ordered in the round already. What of it is over the cap by itself was said
    elsewhere and stops no order for other goods. `is_own`: the household itself is told, which can cancel none of that.
    """
    wanted, had = _by_offer(lines, catalogue), _by_offer(before, catalogue)
    for offer in catalogue.offers:
        more, ordered = wanted.get(offer.pk), had.get(offer.pk, Decimal(0))
        if more is None or offer.cap is None or not rules.over_cap(more + ordered, offer.cap):
            continue
        facts = {"goods": offer.item.name, "cap": plain(offer.cap)}
        text = _("At most %(cap)s%(unit)s of %(goods)s per household: write a smaller number.")
        if ordered:
            facts["ordered"] = plain(ordered)
            text = _(
                "At most %(cap)s%(unit)s of %(goods)s per household, and this one has ordered %(ordered)s%(unit)s "
                "already: write a smaller number, or cancel the other order first."
            )
        if ordered and is_own:
            text = _(
                "At most %(cap)s%(unit)s of %(goods)s per household, and %(ordered)s%(unit)s were ordered for you in "
                "the chat or by telephone: write a smaller number, or ask your building captain to withdraw that order."
            )
        raise Refusal("over_cap", text % {"unit": offer.item.unit, **facts}, **facts)


def _by_offer(lines: Sequence[Line], catalogue: Catalogue) -> dict[int, Decimal]:
    sums: dict[int, Decimal] = {}
    for line in lines:
        if not line.own and (offer := catalogue.offer_for(line.goods, line.unit)):
            sums[offer.pk] = sums.get(offer.pk, Decimal(0)) + line.ordered
    return sums


def placed_lines_of(round: Round, household: Household) -> list[Line]:
    """What the household has ordered in the round and not cancelled. Complete under the round's lock."""
    rows = OrderLine.objects.filter(order__round=round, order__household=household, order__state=Order.State.PLACED)
    return [Line(goods, ordered, unit) for goods, ordered, unit in rows.values_list("goods", "ordered", "unit")]


@transaction.atomic
def enter_order(
    *,
    round: Round,
    household: Household,
    lines: Sequence[Line],
    remark: str,
    channel: str,
    by: User | None,
    at: dt.datetime,
    id: uuid.UUID | None = None,
) -> Order:
    """An order typed in for somebody; `by` None: the household itself, on its page.

    After the cut-off it is kept as `late`, never refused for that.

    The same order again under the same `id` is the order that is there, whatever has changed since.
    Raises `no_lines`, `over_cap`, `household_elsewhere`, `round_cancelled`, `round_not_open_yet`.
    """
    if not lines:
        raise Refusal("no_lines", _("Write at least one good and how much of it."))
    round = lock_round(round.pk)
    catalogue = Catalogue(round)
    known = Order.objects.select_related("household").filter(pk=id).first() if id else None
    if known is not None and is_same_order(known, round, household, by, remark, new_lines(known, lines, catalogue)):
        return known
    state = rules.order_state(round, at)
    if household.compound_id != round.compound_id:
        raise Refusal("household_elsewhere", _("This household belongs to another compound."))
    # What comes late is for a later round, with a cap of its own.
    before = placed_lines_of(round, household) if state == Order.State.PLACED else []
    check_caps(lines, catalogue, before=before, is_own=by is None)
    # Somebody who goes back to the page and writes another order there sends the first one's id with it.
    own_id = {"id": id} if id and known is None else {}
    order = Order.objects.create(
        **own_id,
        round=round,
        household=household,
        state=state,
        channel=channel,
        remark=remark[:200],
        entered_at=at,
        entered_by=by,
    )
    OrderLine.objects.bulk_create(new_lines(order, lines, catalogue))
    audit.record(
        compound=round.compound,
        by=by,
        at=at,
        action="order.entered",
        subject=household.room,
        text=household.room,
        order=str(order.pk),
        state=state,
    )
    return order


def is_same_order(
    known: Order, round: Round, household: Household, by: User | None, remark: str, lines: Sequence[OrderLine]
) -> bool:
    """Whether a form was sent twice: `lines` as `new_lines` makes them for `known`.

    Also where it came too late for its round and stands in another one by now, or where some of it was called off.
    """
    if round.pk not in (known.round_id, known.late_for_id):
        return False
    facts = (known.household_id, known.entered_by_id, known.remark)
    # In the words as they were typed: a word may have been learned in between.
    written = OrderLine.objects.filter(order__in=[known.pk, *_called_off(known)]).order_by("position", "pk")
    goods = [(line.said or line.goods, line.unit, line.ordered) for line in written]
    return facts == (household.pk, by.pk if by else None, remark[:200]) and goods == [
        (line.said or line.goods, line.unit, line.ordered) for line in lines
    ]


@transaction.atomic
def cancel_order(*, order: Order, reason: str, by: User, at: dt.datetime) -> Order:
    """Ends an order. Possible until its round is delivering, or its bag has left; the sheets' next version marks it.

    Raises `order_over`, `round_delivering`, `order_on_its_way`.
    """
    round = lock_round(order.round_id)
    order = Order.objects.select_for_update(of=("self",)).select_related("household").get(pk=order.pk)
    if order.state not in (Order.State.PLACED, Order.State.LATE):
        raise Refusal("order_over", _("This order has ended already."))
    if round.state in (Round.State.DELIVERING, Round.State.SETTLED) and order.state == Order.State.PLACED:
        raise Refusal(
            "round_delivering",
            _("The goods are on their way: mark at the door what happens to them instead."),
        )
    refuse_on_its_way([order])
    end_orders([order], state=Order.State.CANCELLED, reason=reason or _("cancelled"), by=by, at=at)
    renew_sheets(round=round, by=by, at=at)
    audit.record(
        compound=round.compound,
        by=by,
        at=at,
        action="order.cancelled",
        subject=order.household.room,
        text=order.household.room,
        order=str(order.pk),
        reason=reason,
    )
    return order


def refuse_on_its_way(orders: Sequence[Order]) -> None:
    """Raises `order_on_its_way` where a bag has left or something has happened at the door. Their rounds are locked."""
    if on_their_way(orders):
        raise Refusal(
            "order_on_its_way",
            _("Its bag has left, or is at the door already: mark at the door what happens to it instead."),
        )


def end_orders(
    orders: Sequence[Order], *, state: str, reason: str, by: User | None, at: dt.datetime, **facts: object
) -> None:
    """Ends orders that the caller has locked and knows not to be on their way. Their bags are packed anew."""
    unpack_orders(orders=orders, by=by, at=at)
    for order in orders:
        order.state, order.ended_at, order.ended_by, order.end_reason = state, at, by, reason[:100]
        for name, value in facts.items():
            setattr(order, name, value)
    Order.objects.bulk_update(orders, ["state", "ended_at", "ended_by", "end_reason", *facts])


def _called_off(order: Order) -> QuerySet[Order]:
    """The ended orders that lines of this one went into because their good did not reach its minimum."""
    same = {name: getattr(order, name) for name in ("round", "household", "channel", "entered_at", "entered_by")}
    lines = OrderLine.objects.filter(order=OuterRef("pk"), closed_at=F("order__ended_at"))
    return Order.objects.filter(Exists(lines), **same, state=Order.State.CANCELLED).exclude(pk=order.pk)


def as_line(item: Mapping[str, str | None]) -> Line | None:
    """A line from an entry's JSON item; None while its goods or quantity are not known, or no column could hold it."""
    quantity = item.get("quantity")
    goods = item.get("goods") or ""
    if quantity is None or not goods or not 0 < Decimal(quantity) < 1_000_000:
        return None
    ordered = Decimal(quantity).quantize(Decimal("0.001"))
    # Rounding may have made nothing of it, or a million.
    if not 0 < ordered < 1_000_000:
        return None
    return Line(goods=goods, ordered=ordered, unit=item.get("unit") or "", own=bool(item.get("own")))
