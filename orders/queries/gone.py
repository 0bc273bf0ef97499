"""Doors of a run that were handed over before it left: a phone writes them down whenever it happens."""

from __future__ import annotations

import datetime as dt
import uuid

from django.contrib.postgres.aggregates import ArrayAgg
from django.db.models import F, Max, Min, Value

from compound.models import AuditEntry
from orders.doors import SERVED, Outcome
from orders.models import Batch, Handover, Order, OrderLine, Stop
from orders.queries.due import DUE
from orders.queries.undecided import NOTHING_COMES

DoorKey = tuple[uuid.UUID, int]
# How a door "ended" of which nothing is handed over: nobody goes there.
NOTHING = "nothing"
# A run is not sent out more days than this before its time.
LONGEST_BEFORE = dt.timedelta(days=7)
LONG_AGO = dt.datetime.min.replace(tzinfo=dt.UTC)


def left_at(batch: Batch) -> dt.datetime | None:
    """From when its bags are on their way: sent out, or counted somewhere before; none while neither is.

    Without a trace of when it was sent: long ago, nothing is left out. Two statements.
    """
    first: dt.datetime | None = Handover.objects.filter(batch=batch).aggregate(at=Min("at"))["at"]
    if batch.state == Batch.State.PLANNED:
        return first
    told_of = AuditEntry.objects.filter(compound=batch.compound_id, at__gte=batch.leaves_at - LONGEST_BEFORE)
    sent = told_of.filter(action="run.out", params__batch=str(batch.pk))
    told = sent.order_by("at").values_list("at", flat=True).first() or LONG_AGO
    return min(told, first) if first else told


def is_gone_before(outcome: str, told_at: dt.datetime | None, left: dt.datetime | None) -> bool:
    """`outcome` of a door and when it was said; `left`: of `left_at`."""
    return outcome == Outcome.DELIVERED and told_at is not None and (left is None or told_at < left)


def gone_stops(batch: Batch) -> list[uuid.UUID]:
    """Delivered before the run left, and those for which nothing was left: no bag of theirs is carried.

    Four statements.
    """
    ends, left = ends_of(batch), left_at(batch)
    stops = Stop.objects.filter(trip__batch=batch).values_list("pk", "round", "household")
    return [pk for pk, round, door in stops if is_not_carried(*ends.get((round, door), ("", None)), left)]


def is_not_carried(outcome: str, told_at: dt.datetime | None, left: dt.datetime | None) -> bool:
    return outcome == NOTHING or is_gone_before(outcome, told_at, left)


def delivered_stops(batch: Batch, *, before: dt.datetime | None = None) -> list[uuid.UUID]:
    """Two statements."""
    ends = ends_of(batch)
    stops = Stop.objects.filter(trip__batch=batch).values_list("pk", "round", "household")
    return [pk for pk, round, door in stops if is_gone_before(*ends.get((round, door), ("", None)), before)]


def ends_of(batch: Batch) -> dict[DoorKey, tuple[str, dt.datetime | None]]:
    """How each door of the run ended, '' while a line of it has no mark, and when that was said. One statement.

    Lines of which nothing comes do not count; a door without others is `NOTHING`.
    """
    rows = (
        OrderLine.objects.filter(
            order__state=Order.State.PLACED,
            order__round__stops__trip__batch=batch,
            order__round__stops__household=F("order__household"),
        )
        .order_by()
        .annotate(due=DUE)
        .values_list("order__round", "order__household")
        .annotate(
            outcomes=ArrayAgg("outcome", distinct=True, filter=~NOTHING_COMES, default=Value([])),
            told_at=Max("outcome_at"),
        )
    )
    return {(round, household): (_end(set(outcomes)), told_at) for round, household, outcomes, told_at in rows}


def _end(outcomes: set[str]) -> str:
    if not outcomes:
        return NOTHING
    if Outcome.PENDING in outcomes:
        return ""
    if outcomes <= {*SERVED, Outcome.MISSING}:
        return Outcome.DELIVERED
    return outcomes.pop() if len(outcomes) == 1 else "mixed"
