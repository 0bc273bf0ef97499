"""Who asked for a good last time and came away with less: the memory of the sharing out."""

import datetime as dt
from collections.abc import Iterable
from decimal import Decimal
from typing import Final

from django.db.models import F, Max, Q, Sum

from orders.doors import SERVED
from orders.models import Allotment, Order, OrderLine, Round, RoundGood, Sharing

# So many earlier sharings of the good are looked at; who went empty in all of them is first anyway.
LOOK_BACK: Final = 10


def memory_of(good: RoundGood) -> dict[int, int]:
    """By household (primary key) what it has to make up for; who is not named has nothing. Two or three statements.

    1: it got a part of what it asked for when it last asked. 2, 4, 6 …: it went away empty once, twice, three times
    in a row. More comes first (`orders.allocation`). A round in which there was enough for everybody ends a row.
    """
    round = good.round
    same = Q(good__goods=good.goods, good__unit=good.unit)
    if good.item_id is not None:
        same |= Q(good__item=good.item_id, good__unit=good.unit)
    shared = Sharing.objects.filter(
        same,
        good__round__compound=round.compound_id,
        good__round__cutoff_at__lt=round.cutoff_at,
        applied_at__isnull=False,
        replaced_at__isnull=True,
    ).exclude(good__round__state=Round.State.CANCELLED)
    goods = list(
        shared.filter(instead="").order_by("-good__round__cutoff_at").values_list("good_id", "good__round__cutoff_at")
    )[:LOOK_BACK]
    if not goods:
        return {}
    whens = dict(goods)
    rows = (
        Allotment.objects.filter(sharing__in=shared.filter(good__in=list(whens)))
        .values_list("sharing__good", "line__order__household")
        .annotate(got=Sum("quantity"), asked=Sum("line__ordered", filter=Q(sharing__instead="")))
        .order_by()
    )
    served = _served_elsewhere(good, since=goods[-1][1])
    came_away: dict[int, list[tuple[dt.datetime, Decimal, Decimal]]] = {}
    for good_id, household, got, asked in rows:
        when = whens[good_id]
        if household not in served or when > served[household]:
            came_away.setdefault(household, []).append((when, got, asked or Decimal(0)))
    missed = {household: _missed(sorted(times, reverse=True)) for household, times in came_away.items()}
    return {household: number for household, number in missed.items() if number}


def _missed(times: Iterable[tuple[dt.datetime, Decimal, Decimal]]) -> int:
    """`times`: (when, got, asked), the latest first."""
    empty = 0
    for _when, got, asked in times:
        if got == 0:
            empty += 1
            continue
        return 2 * empty if empty else int(got < asked)
    return 2 * empty


def _served_elsewhere(good: RoundGood, *, since: dt.datetime) -> dict[int, dt.datetime]:
    """When each household last got all it had asked for of the good, in a round where nobody had to share."""
    same = Q(goods=good.goods, unit=good.unit)
    if good.item_id is not None:
        same |= Q(item=good.item_id, unit=good.unit)
    lines = OrderLine.objects.filter(
        same,
        order__state=Order.State.PLACED,
        order__round__compound=good.round.compound_id,
        order__round__state__in=[Round.State.DELIVERING, Round.State.SETTLED],
        order__round__cutoff_at__gt=since,
        order__round__cutoff_at__lt=good.round.cutoff_at,
        allocated__isnull=True,
    ).filter(Q(delivered__isnull=True) | Q(delivered__gte=F("ordered")) | Q(outcome__in=SERVED))
    rows = lines.values_list("order__household").annotate(last=Max("order__round__cutoff_at")).order_by()
    return dict(rows)
