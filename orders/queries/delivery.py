"""What is still owed over all rounds, and what is on its way."""

import datetime as dt
from collections.abc import Collection

from django.db.models import F, Q, QuerySet

from compound.models import Compound
from orders.doors import SERVED
from orders.models import Order, OrderLine, Round
from orders.queries.due import ALLOTTED_NOTHING
from orders.queries.undecided import HELD_BACK
from orders.rules import ON_ITS_WAY

Outcome = OrderLine.Outcome


def owed_lines(compound: Compound, *, at: dt.datetime, only: Collection[int] | None = None) -> QuerySet[OrderLine]:
    """Lines that somebody is still owed, oldest round first.

    Marked as not handed over; or unmarked although their round is settled, or its cut-off a day ago. What is on its
    way is no debt yet: `on_the_way` counts it. Nor is what a sharing out gave others: nothing of it comes to this door.
    """
    lines = _unserved(compound, only).filter(
        ~Q(outcome=Outcome.PENDING)
        | Q(order__round__state=Round.State.SETTLED)
        | Q(order__round__cutoff_at__lte=at - ON_ITS_WAY)
    )
    return lines.select_related("order__household__building", "order__round__supply_point").order_by(
        "order__round__cutoff_at", "order__household__sort_key", "position"
    )


def on_the_way(compound: Compound, *, at: dt.datetime, only: Collection[int] | None = None) -> int:
    """Lines of the last day's rounds about which nobody has said anything yet. One statement."""
    return (
        _unserved(compound, only)
        .filter(outcome=Outcome.PENDING, order__round__cutoff_at__gt=at - ON_ITS_WAY)
        .exclude(order__round__state=Round.State.SETTLED)
        .count()
    )


# Shared out to others, and nothing came: nobody owes it.
WENT_TO_OTHERS = ALLOTTED_NOTHING & ~HELD_BACK & (Q(delivered=None) | Q(delivered=0))


def _unserved(compound: Compound, only: Collection[int] | None) -> QuerySet[OrderLine]:
    lines = (
        OrderLine.objects.filter(order__round__compound=compound, order__state=Order.State.PLACED, closed_at=None)
        .exclude(outcome__in=SERVED)
        .exclude(order__round__state__in=[Round.State.OPEN, Round.State.CANCELLED])
        .exclude(WENT_TO_OTHERS)
        .annotate(owed=F("ordered") - F("delivered"))
    )
    return lines if only is None else lines.filter(order__household__building__in=only)


def waiting_orders(compound: Compound, *, only: Collection[int] | None = None) -> list[Order]:
    """Orders that came too late for their round and that nobody has taken into another. Two statements."""
    orders = Order.objects.filter(round__compound=compound, state=Order.State.LATE)
    if only is not None:
        orders = orders.filter(household__building__in=only)
    rows = orders.select_related("household", "round").prefetch_related("lines")
    return list(rows.order_by("round__cutoff_at", "household__sort_key"))
