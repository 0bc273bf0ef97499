"""The price history of a good: what it was offered at, what it cost at the till. Rows are only added."""

import datetime as dt
from decimal import ROUND_HALF_UP, Decimal

from compound.models import User
from orders.models import Item, ItemPrice

CENT = Decimal("0.01")
# What the column holds.
MOST = Decimal("999999.99")


def note_price(
    *, item: Item, price: Decimal, source: str, by: User | None, at: dt.datetime, always: bool = False
) -> ItemPrice | None:
    """Notes what one unit of `item` costs, in yuan; half a cent and more is rounded up.

    Called inside the transaction of its cause. The price that this source had last is not written again
    (None) unless `always`; nor is one that no column holds: a history is no reason to refuse what was bought.
    """
    price = price.quantize(CENT, rounding=ROUND_HALF_UP)
    if not 0 <= price <= MOST:
        return None
    last = ItemPrice.objects.filter(item=item, source=source, at__lte=at).order_by("-at", "-pk").first()
    if last is not None and last.price == price and not always:
        return None
    return ItemPrice.objects.create(item=item, price=price, source=source, by=by, at=at)


def note_paid(*, item: Item, amount: Decimal, quantity: Decimal, by: User | None, at: dt.datetime) -> ItemPrice | None:
    """Notes the price of one unit that a purchase of `quantity` > 0 for `amount` yuan comes to."""
    return note_price(item=item, price=amount / quantity, source=ItemPrice.Source.TILL, by=by, at=at)
