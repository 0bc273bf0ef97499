"""The lines of a round's shopping list."""

from decimal import Decimal

from django.db.models import Exists, Max, OuterRef

from orders.models import Order, OrderLine, Round, RoundGood, Sharing


def list_goods(round: Round) -> int:
    """Makes the lines that the round's placed orders ask for and that are not there yet. Returns how many are new.

    Inside the transaction of whoever changed the orders; safe to repeat and to run twice at once. A line that nobody
    asks for any more stays: somebody may have bought it meanwhile without a network. Five statements at the most.
    """
    _hold_back(round)
    asked = {
        (goods, unit): item
        for goods, unit, item in OrderLine.objects.filter(order__round=round, order__state=Order.State.PLACED)
        .values_list("goods", "unit")
        .annotate(one=Max("item"))
        .order_by("goods", "unit")
    }
    known = {(good.goods, good.unit): good for good in RoundGood.objects.filter(round=round)}
    RoundGood.objects.bulk_create(
        [
            RoundGood(round=round, goods=goods, unit=unit, item_id=item)
            for (goods, unit), item in asked.items()
            if (goods, unit) not in known
        ],
        ignore_conflicts=True,
    )
    joined = [good for key, good in known.items() if asked.get(key) and good.item_id != asked[key]]
    for good in joined:
        good.item_id = asked[good.goods, good.unit]
    if joined:
        RoundGood.objects.bulk_update(joined, ["item"])
    return len(asked.keys() - known.keys())


def _hold_back(round: Round) -> None:
    """Lines that came to a good after it was shared out are due nothing until it is shared out anew.

    All that arrived is promised to others: a line without an allotment would be due as ordered.
    """
    shared = Sharing.objects.filter(good__round=round, instead="", applied_at__isnull=False, replaced_at__isnull=True)
    if not shared.exists():
        return
    goods = shared.filter(good__goods=OuterRef("goods"), good__unit=OuterRef("unit"))
    OrderLine.objects.filter(
        Exists(goods),
        order__round=round,
        order__state=Order.State.PLACED,
        allocated=None,
        allocated_instead=None,
        packed=None,
        outcome="",
    ).update(allocated=Decimal(0))
