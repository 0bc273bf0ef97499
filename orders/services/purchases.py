"""What a shopper does about a good: `purchase`, an act of a phone or a form (orders/events.py).

    {"good": UUID, "did": "bought", "quantity": "2.3", "amount": "11.50"?}
    {"good": UUID, "did": "substitute", "quantity": "3", "instead": "小白菜", "amount"?}
    {"good": UUID, "did": "short"}
    {"good": UUID, "did": "void", "refers_to": UUID of the purchase}
    {"good": UUID, "did": "price", "refers_to": UUID of the purchase, "amount": "11.50"}: said later, or put right

`price` instead of `amount` is of one unit. Answer: where the good stands now, and flags: `surplus` more was bought than
wanted, `not_needed` nobody asks for it any more, `already` it was taken back before, `on_receipt` what is taken back
stands on a receipt, which does not add up any more, `late` the round is on its way
or settled, `cancelled`, `shared` what came short was shared out before this. None of them keeps it from being recorded.
"""

import datetime as dt
import uuid
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from compound import access
from compound.models import User
from compound.refusals import Refusal
from orders.events import Act, event_kind
from orders.models import PhoneEvent, Purchase, Receipt, Round, RoundGood, Sharing
from orders.quantities import decimal_of, plain
from orders.queries.shopping import shelf_now
from orders.services.prices import note_paid
from orders.shelf import Shelf

Kind = Purchase.Kind
# What can be said of a purchase and is no row of its own kind.
PRICE = "price"
# What the columns hold.
MOST_QUANTITY, MOST_AMOUNT = Decimal(1_000_000), Decimal(10_000_000)
MILLI, CENT = Decimal("0.001"), Decimal("0.01")


@event_kind("purchase", roles=access.SHOP)
def take_purchase(act: Act) -> dict[str, Any]:
    """Raises `good_unknown`, `did_unknown`, `quantity_wrong`, `amount_wrong`, `instead_missing`, `purchase_unknown`."""
    did, body = act.body.get("did"), act.body
    # Not its item with it: a joined row is read as it was before the wait, and a word may just have been learned.
    goods = RoundGood.objects.select_for_update(of=("self",), no_key=True).select_related("round")
    asked = _uuid(body.get("good"))
    good = goods.filter(round__compound=act.compound, pk=asked).first() if asked else None
    if good is None:
        raise Refusal("good_unknown", _("This good is not on the list: load the page again."))
    facts: dict[str, Any] = {"event": act.id, "good": good, "by": act.by, "at": act.at}
    flags: list[str] = []
    if did == Kind.BOUGHT:
        quantity = _quantity(body.get("quantity"), good)
        buy(**facts, quantity=quantity, amount=_amount(body, quantity, good))
    elif did == Kind.SUBSTITUTE:
        quantity = _quantity(body.get("quantity"), good)
        instead = str(body.get("instead") or "").strip()
        substitute(**facts, quantity=quantity, instead=instead, amount=_amount(body, quantity, good))
    elif did == Kind.SHORT:
        find_none(**facts)
    elif did == Kind.VOID:
        taken_back = take_back(**facts, refers_to=_uuid(body.get("refers_to")))
        if taken_back is None:
            flags.append("already")
        elif Receipt.objects.filter(purchases=taken_back.refers_to_id, void_at=None).exists():
            flags.append("on_receipt")
    elif did == PRICE:
        if say_price(act=act, good=good, refers_to=_uuid(body.get("refers_to"))) is None:
            flags.append("already")
    else:
        raise Refusal("did_unknown", _("This page is older than the server: load it again."))
    shelf = shelf_now(good)
    answer = {"good": str(good.pk), **_told(shelf), "flags": [*flags, *_flags(good, shelf)]}
    if "on_receipt" in flags:
        answer["text"] = _("Taken back. It stands on a receipt: the difference is shown there.")
    return answer


def _told(shelf: Shelf) -> dict[str, str]:
    return {
        "stand": shelf.stand.value,
        "bought": plain(shelf.bought),
        "replaced": plain(shelf.replaced),
        "left": plain(shelf.left),
        "surplus": plain(shelf.surplus),
        "short": plain(shelf.short),
    }


def _flags(good: RoundGood, shelf: Shelf) -> list[str]:
    state = good.round.state
    flags = {
        "surplus": shelf.surplus > 0,
        "not_needed": shelf.needed == 0,
        "late": state in (Round.State.DELIVERING, Round.State.SETTLED),
        "cancelled": state == Round.State.CANCELLED,
        "shared": Sharing.objects.filter(good=good, replaced_at=None).exists(),
    }
    return [flag for flag, holds in flags.items() if holds]


# ── the four things that can be said ──────────────


@transaction.atomic
def buy(
    *, event: uuid.UUID, good: RoundGood, quantity: Decimal, amount: Decimal | None, by: User, at: dt.datetime
) -> Purchase:
    """Bought so much, in the good's unit; `amount` is what all of it cost. The caller holds the good's row."""
    if good.item is not None and amount is not None:
        note_paid(item=good.item, amount=amount, quantity=quantity, by=by, at=at)
    return Purchase.objects.create(
        event_id=event, good=good, kind=Kind.BOUGHT, quantity=quantity, amount=amount, by=by, at=at
    )


@transaction.atomic
def substitute(
    *,
    event: uuid.UUID,
    good: RoundGood,
    quantity: Decimal,
    instead: str,
    amount: Decimal | None,
    by: User,
    at: dt.datetime,
) -> Purchase:
    """Something else instead of `quantity` of the good. Who gets it is decided by the sharing out and by the wishes."""
    if not instead:
        raise Refusal(
            "instead_missing",
            _("What did you take instead of %(goods)s? Write its name.") % {"goods": good.goods},
            goods=good.goods,
        )
    return Purchase.objects.create(
        event_id=event,
        good=good,
        kind=Kind.SUBSTITUTE,
        quantity=quantity,
        instead=instead[:100],
        amount=amount,
        by=by,
        at=at,
    )


@transaction.atomic
def find_none(*, event: uuid.UUID, good: RoundGood, by: User, at: dt.datetime) -> Purchase:
    """There is no more of it than what was bought so far."""
    return Purchase.objects.create(event_id=event, good=good, kind=Kind.SHORT, by=by, at=at)


@transaction.atomic
def take_back(
    *, event: uuid.UUID, good: RoundGood, refers_to: uuid.UUID | None, by: User, at: dt.datetime
) -> Purchase | None:
    """Takes an earlier row back; None when somebody has done that before. The caller holds the good's row."""
    earlier = Purchase.objects.filter(good=good, pk=refers_to).exclude(kind=Kind.VOID).first()
    if earlier is None:
        raise Refusal("purchase_unknown", _("There is nothing here that could be taken back: load the page again."))
    if Purchase.objects.filter(refers_to=earlier).exists():
        return None
    return Purchase.objects.create(event_id=event, good=good, kind=Kind.VOID, refers_to=earlier, by=by, at=at)


@transaction.atomic
def say_price(*, act: Act, good: RoundGood, refers_to: uuid.UUID | None) -> Purchase | None:
    """What an earlier purchase cost, said later or put right. None when it has that amount, or was taken back since.

    Purchases only grow: the earlier row is taken back by this act, and one with the amount stands in its place, with
    the same shopper, moment and receipt. The caller holds the good's row. Raises `purchase_unknown`, `amount_wrong`.
    """
    earlier = Purchase.objects.filter(good=good, pk=refers_to, kind__in=[Kind.BOUGHT, Kind.SUBSTITUTE]).first()
    if earlier is None:
        raise Refusal("purchase_unknown", _("There is nothing here that could be taken back: load the page again."))
    amount = _amount(act.body, earlier.quantity, good)
    if amount is None:
        raise _amount_wrong(good)
    if amount == earlier.amount or Purchase.objects.filter(refers_to=earlier).exists():
        return None
    event = PhoneEvent.objects.create(
        id=uuid.uuid5(act.id, PRICE),
        compound=act.compound,
        kind=act.kind,
        by=act.by,
        at=act.at,
        received_at=act.received_at,
        clock_offset_ms=act.clock_offset_ms,
    )
    receipts = list(Receipt.objects.filter(purchases=earlier, void_at=None))
    Purchase.objects.create(event_id=act.id, good=good, kind=Kind.VOID, refers_to=earlier, by=act.by, at=act.at)
    priced = Purchase.objects.create(
        event=event,
        good=good,
        kind=earlier.kind,
        quantity=earlier.quantity,
        amount=amount,
        instead=earlier.instead,
        by=earlier.by,
        at=earlier.at,
    )
    for receipt in receipts:
        receipt.purchases.remove(earlier)
        receipt.purchases.add(priced)
    if good.item is not None and earlier.kind == Kind.BOUGHT:
        note_paid(item=good.item, amount=amount, quantity=earlier.quantity, by=act.by, at=act.at)
    return priced


# ── what a phone says ─────────────────────────────


def _uuid(given: Any) -> uuid.UUID | None:
    try:
        return uuid.UUID(given) if isinstance(given, str) else None
    except ValueError:
        return None


def _quantity(given: Any, good: RoundGood) -> Decimal:
    value = decimal_of(given)
    # Rounding may make nothing of it, or too much.
    if value is None or not 0 < value < MOST_QUANTITY or not 0 < (rounded := value.quantize(MILLI)) < MOST_QUANTITY:
        raise Refusal(
            "quantity_wrong",
            _("%(goods)s: how much was it? Write a number, for example 2.3.") % {"goods": good.goods},
            goods=good.goods,
        )
    return rounded


def _amount(body: Any, quantity: Decimal, good: RoundGood) -> Decimal | None:
    """What all of it cost: `amount`, or `price` of one unit. None while nobody has said."""
    given, per_unit = body.get("amount"), body.get("price")
    if given in (None, "") and per_unit in (None, ""):
        return None
    value = decimal_of(given if given not in (None, "") else per_unit)
    if value is not None and given in (None, ""):
        value *= quantity
    if value is None or not 0 <= value < MOST_AMOUNT or (rounded := value.quantize(CENT)) >= MOST_AMOUNT:
        raise _amount_wrong(good)
    return rounded


def _amount_wrong(good: RoundGood) -> Refusal:
    words = _("%(goods)s: what did it cost? Write yuan, for example 11.50.")
    return Refusal("amount_wrong", words % {"goods": good.goods}, goods=good.goods)
