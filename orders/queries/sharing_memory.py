"""Who asked for a good last time and came away with less: the memory of the sharing out.

It reads what arrived at the doors, whoever decided that: a sharing run, a packer, or whoever stood there with too few.
"""

import datetime as dt
from collections.abc import Iterable
from decimal import Decimal
from typing import Any, Final

from django.db.models import Case, DecimalField, F, Q, QuerySet, Value, When

from orders.doors import SERVED
from orders.models import Order, OrderLine, Round, RoundGood
from orders.queries.due import DUE, ENOUGH
from orders.queries.undecided import HELD_BACK, is_undecided_in

# So many earlier rounds in which it came short are looked at; who went empty in all of them is first anyway.
LOOK_BACK: Final = 10
Outcome = OrderLine.Outcome


def memory_of(good: RoundGood) -> dict[int, int]:
    """By household (primary key) what it has to make up for; who is not named has nothing. Four statements or five.

    1: it got a part of what it asked for when it last asked. 2, 4, 6 …: it went away empty once, twice, three times
    in a row. More comes first (`orders.allocation`). Whoever got all that it had asked for ends its row.
    """
    asked = _asked_before(good)
    short = asked.filter(got__lt=F("ordered"))
    cutoffs = short.order_by("-order__round__cutoff_at").values_list("order__round__cutoff_at", flat=True)
    latest = list(cutoffs.distinct()[:LOOK_BACK])
    if not latest:
        return {}
    since = asked.filter(order__round__cutoff_at__gte=latest[-1])
    missed = short.filter(order__round__cutoff_at__gte=latest[-1]).values("order__household")
    sums: dict[tuple[int, dt.datetime], tuple[Decimal, Decimal]] = {}
    rows = since.filter(order__household__in=missed)
    for household, when, ordered, got in rows.values_list(
        "order__household", "order__round__cutoff_at", "ordered", "got"
    ):
        had = sums.get((household, when), (Decimal(0), Decimal(0)))
        sums[household, when] = (had[0] + got, had[1] + ordered)
    came_away: dict[int, list[tuple[dt.datetime, Decimal, Decimal]]] = {}
    for (household, when), (got, ordered) in sums.items():
        came_away.setdefault(household, []).append((when, got, ordered))
    owed = {household: _missed(sorted(times, reverse=True)) for household, times in came_away.items()}
    return {household: number for household, number in owed.items() if number}


def _missed(times: Iterable[tuple[dt.datetime, Decimal, Decimal]]) -> int:
    """`times`: (when, got, asked), the latest first."""
    empty = 0
    for _when, got, asked in times:
        if got == 0:
            empty += 1
            continue
        return 2 * empty if empty else int(got < asked)
    return 2 * empty


def _asked_before(good: RoundGood) -> QuerySet[Any]:
    """Lines of the good in earlier rounds, each with what its household has `got`, at most what it asked for.

    Where its door has said nothing yet, that is what is due to it by now; nothing of what came short and nobody has
    decided. Before the goods are on their way only what was shared out is known. What was refused, or waits for
    somebody to be at home, was there for them; what was damaged, or was closed without having arrived, was not.
    """
    same = Q(goods=good.goods, unit=good.unit)
    if good.item_id is not None:
        same |= Q(item=good.item_id, unit=good.unit)
    earlier = Round.objects.filter(compound=good.round.compound_id, cutoff_at__lt=good.round.cutoff_at)
    on_its_way = Q(order__round__state__in=[Round.State.DELIVERING, Round.State.SETTLED])
    shared = Q(allocated__isnull=False) | Q(allocated_instead__isnull=False)
    before = Q(order__round__state__in=[Round.State.CLOSED, Round.State.SHOPPING]) & shared & ~HELD_BACK
    lines = OrderLine.objects.filter(same, on_its_way | before, order__state=Order.State.PLACED)
    lines = lines.filter(order__round__in=earlier)
    delivering = list(earlier.filter(state=Round.State.DELIVERING).values_list("pk", flat=True))
    return lines.annotate(due=DUE, enough=ENOUGH).annotate(got=_got(is_undecided_in(delivering)))


def _got(undecided: Q) -> Case:
    nothing = Value(Decimal(0))
    return Case(
        When(outcome__in=SERVED, then=F("ordered")),
        When(outcome__in=[Outcome.MISSING, Outcome.DAMAGED], then=F("delivered")),
        When(Q(closed_at__isnull=False) & ~Q(outcome=Outcome.REFUSED), then=nothing),
        When(Q(outcome=Outcome.PENDING) & undecided, then=nothing),
        When(due__gte=F("enough"), then=F("ordered")),
        default=F("due"),
        output_field=DecimalField(max_digits=9, decimal_places=3),
    )
