"""A group buy that did not reach its minimum: somebody decides, once, what happens to it.

Nothing that was ordered is lost: a line that is called off stays, with its reason, in an ended order of its own beside
the rest of what its household ordered. So every list, sheet and door that reads placed orders knows of it.
"""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from django.db import transaction
from django.utils.translation import gettext as _

from compound.models import User
from compound.refusals import Refusal
from compound.services import audit
from orders.models import Offer, Order, OrderLine, Purchase, Round
from orders.services.locks import lock_rounds
from orders.services.round_goods import list_goods
from orders.services.sheet_requests import PAPER_MATTERS, renew_sheets

Fate = Offer.Fate
# When the cut-off has passed and nothing is on its way yet.
TO_DECIDE = (Round.State.OPEN, Round.State.CLOSED, Round.State.SHOPPING)
# What an order that is made of another has in common with it.
SAME = ("household", "channel", "chain_import", "remark", "entered_at", "entered_by")


@dataclass(frozen=True)
class Decided:
    """`lines` were called off now; `moved` of them into the other round."""

    offer: Offer
    lines: int
    moved: int


@transaction.atomic
def decide_minimum(*, offer: Offer, fate: str, into: Round | None = None, by: User, at: dt.datetime) -> Decided:
    """Buys a good below its minimum all the same, calls it off, or takes its lines into the open round `into`.

    The same word a second time does what is left of it: nothing, or the lines that came after the first. Who has said
    "buy it" may say otherwise until the goods are on their way; what was called off stays called off.
    Raises `round_open`, `round_on_its_way`, `fate_decided`, `minimum_reached`, `no_minimum`, `round_missing`,
    `round_closed`, `supply_point_elsewhere`, `bought_already`, `shared_out`.
    """
    rounds = lock_rounds([offer.round_id, *([into.pk] if into else [])])
    round = rounds[offer.round_id]
    into = rounds[into.pk] if into else None
    # Not `fate_by` with it: a joined row is read as it was before the wait, and nobody would have decided.
    offer = Offer.objects.select_for_update(of=("self",)).select_related("item").get(pk=offer.pk)
    _check_round(round, at)
    lines = _placed_lines(round, offer)
    _check_fate(offer, fate, lines)
    if fate == Fate.NEXT:
        into = _check_into(round, into, at)
    first = offer.fate != fate
    if first:
        offer.fate, offer.fate_at, offer.fate_by = fate, at, by
        offer.save(update_fields=["fate", "fate_at", "fate_by"])
    moved = 0
    if fate != Fate.BUY and lines:
        if into is not None and fate == Fate.NEXT:
            moved = _roll_over(lines, offer, into, by, at)
        _call_off(lines, _reason(fate, into), by, at)
        _renew([round, *([into] if moved and into else [])], by, at)
    if first or lines:
        _record(round, offer, fate, into, len(lines), by, at)
    return Decided(offer, len(lines) if fate != Fate.BUY else 0, moved)


def _check_round(round: Round, at: dt.datetime) -> None:
    if round.takes_orders(at) or at < round.cutoff_at:
        raise Refusal("round_open", _("Orders still come in: decide when the round has closed."))
    if round.state not in TO_DECIDE:
        raise Refusal("round_on_its_way", _("The goods are on their way, or the round is over: nothing to decide."))


def _check_fate(offer: Offer, fate: str, lines: Sequence[OrderLine]) -> None:
    if offer.minimum is None:
        raise Refusal("no_minimum", _("%(goods)s has no minimum.") % {"goods": offer.item.name})
    if offer.fate in (Fate.CANCEL, Fate.NEXT) and offer.fate != fate:
        raise Refusal(
            "fate_decided",
            _("%(who)s has decided about %(goods)s already: %(fate)s.")
            % {
                "who": offer.fate_by.name if offer.fate_by else "",
                "goods": offer.item.name,
                "fate": offer.get_fate_display(),
            },
            fate=offer.fate,
        )
    if not offer.fate and sum(line.ordered for line in lines) >= offer.minimum:
        raise Refusal(
            "minimum_reached", _("%(goods)s has reached its minimum: it is bought.") % {"goods": offer.item.name}
        )
    if fate != Fate.BUY and _is_bought(offer):
        raise Refusal(
            "bought_already",
            _("%(goods)s was bought already: it goes to whoever ordered it.") % {"goods": offer.item.name},
        )
    if fate != Fate.BUY and any(line.allocated is not None or line.packed is not None for line in lines):
        raise Refusal(
            "shared_out", _("%(goods)s is shared out or packed already: it stays.") % {"goods": offer.item.name}
        )


def _is_bought(offer: Offer) -> bool:
    kinds = [Purchase.Kind.BOUGHT, Purchase.Kind.SUBSTITUTE]
    bought = Purchase.objects.filter(good__round=offer.round_id, good__item=offer.item_id, kind__in=kinds)
    return bought.filter(taken_back_by=None).exists()


def _check_into(round: Round, into: Round | None, at: dt.datetime) -> Round:
    if into is None or into.pk == round.pk:
        raise Refusal("round_missing", _("Choose the round that the orders go into."))
    if into.supply_point_id != round.supply_point_id:
        raise Refusal("supply_point_elsewhere", _("That round was of another supply point."))
    if not into.takes_orders(at):
        raise Refusal("round_closed", _("This round takes no more orders: choose the one that is open."))
    return into


def _placed_lines(round: Round, offer: Offer) -> list[OrderLine]:
    lines = OrderLine.objects.select_for_update(of=("self", "order")).select_related("order")
    lines = lines.filter(order__round=round, order__state=Order.State.PLACED, item=offer.item_id, closed_at=None)
    return list(lines.order_by("order_id", "pk"))


def _reason(fate: str, into: Round | None) -> str:
    if fate == Fate.NEXT and into is not None:
        return (_("minimum not reached, taken into “%(title)s”") % {"title": into.title})[:100]
    return _("minimum not reached")


def _beside(order: Order, **facts: object) -> Order:
    """A further order of the same household that says where it came from, not saved yet."""
    return Order(**{name: getattr(order, name) for name in SAME}, **facts)


def _roll_over(lines: Sequence[OrderLine], offer: Offer, into: Round, by: User, at: dt.datetime) -> int:
    """Writes the same lines into `into`, one order there for each order here. Offers the good there if need be."""
    Offer.objects.get_or_create(
        round=into,
        item=offer.item,
        defaults={
            "price": offer.price,
            "cap": offer.cap,
            "minimum": offer.minimum,
            "rounding": offer.rounding,
            "surplus": offer.surplus,
            "position": into.offers.count() + 1,
        },
    )
    there = {line.order_id: _beside(line.order, round=into, state=Order.State.PLACED) for line in lines}
    for order in there.values():
        order.entered_at = at
        # What a household ordered on its own page stays its own word.
        if order.channel != Order.Channel.HOUSEHOLD:
            order.entered_by = by
    Order.objects.bulk_create(there.values())
    copies = [
        OrderLine(
            order=there[line.order_id],
            position=line.position,
            item_id=line.item_id,
            goods=line.goods,
            unit=line.unit,
            said=line.said,
            ordered=line.ordered,
        )
        for line in lines
    ]
    return len(OrderLine.objects.bulk_create(copies))


def _call_off(lines: Sequence[OrderLine], reason: str, by: User, at: dt.datetime) -> None:
    """Ends the lines: each goes into an ended order of its own, or its order ends where nothing else is in it."""
    orders = {line.order_id: line.order for line in lines}
    called_off = {line.pk for line in lines}
    rest = set(OrderLine.objects.filter(order__in=orders).exclude(pk__in=called_off).values_list("order_id", flat=True))
    ended = {"state": Order.State.CANCELLED, "ended_at": at, "ended_by": by, "end_reason": reason}
    apart = {key: _beside(order, round_id=order.round_id, **ended) for key, order in orders.items() if key in rest}
    Order.objects.bulk_create(apart.values())
    Order.objects.filter(pk__in=orders.keys() - rest).update(**ended)
    for line in lines:
        line.order = apart.get(line.order_id, line.order)
        line.closed_at, line.closed_by, line.closed_reason = at, by, reason
    OrderLine.objects.bulk_update(lines, ["order", "closed_at", "closed_by", "closed_reason"], batch_size=1000)


def _renew(rounds: Sequence[Round], by: User, at: dt.datetime) -> None:
    for round in rounds:
        if round.state in PAPER_MATTERS:
            list_goods(round)
        renew_sheets(round=round, by=by, at=at)


def _record(round: Round, offer: Offer, fate: str, into: Round | None, lines: int, by: User, at: dt.datetime) -> None:
    audit.record(
        compound=round.compound,
        by=by,
        at=at,
        action="minimum.decided",
        subject=str(round.pk),
        text=round.title,
        goods=offer.item.name,
        fate=fate,
        into=into.title if into and fate == Fate.NEXT else "",
        lines=lines if fate != Fate.BUY else 0,
    )
