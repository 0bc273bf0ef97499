"""Doors of a delivery run, and what is still owed over all rounds."""

import datetime as dt
from collections.abc import Collection
from dataclasses import dataclass, field

from django.db.models import F, Q, QuerySet

from compound.models import Building, Compound, Household
from orders.models import Order, OrderLine, Round
from orders.queries.sheet_rows import without_numbers
from orders.rules import ON_ITS_WAY

Outcome = OrderLine.Outcome


@dataclass
class Door:
    """A household's lines of one round. `outcome` is that of all its lines, or `mixed`, or '' while one is open."""

    household: Household
    lines: list[OrderLine] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)
    error: str = ""

    @property
    def outcome(self) -> str:
        outcomes = {line.outcome for line in self.lines}
        if Outcome.PENDING in outcomes:
            return ""
        if outcomes == {Outcome.MISSING, Outcome.DELIVERED} or outcomes == {Outcome.MISSING}:
            return Outcome.MISSING
        return outcomes.pop() if len(outcomes) == 1 else "mixed"

    @property
    def last(self) -> OrderLine | None:
        """The line that was marked last, for who and when."""
        return max((line for line in self.lines if line.outcome_at), key=lambda line: line.outcome_at, default=None)  # type: ignore[arg-type, return-value]


@dataclass(frozen=True)
class Run:
    doors: tuple[Door, ...]
    open: int
    delivered: int
    missing: int
    refused: int
    nobody_home: int

    @property
    def marked(self) -> int:
        return len(self.doors) - self.open


def run_of(round: Round, building: Building) -> Run:
    """All doors of a building that ordered in the round, in walking order. One statement.

    Remarks come without anybody's number: whoever carries the bags has no need of it.
    """
    lines = (
        OrderLine.objects.filter(order__round=round, order__state=Order.State.PLACED)
        .filter(order__household__building=building)
        .select_related("order__household", "outcome_by")
        .order_by("order__household__sort_key", "order__entered_at", "order", "position")
    )
    doors: dict[int, Door] = {}
    for line in lines:
        door = doors.setdefault(line.order.household_id, Door(line.order.household))
        door.lines.append(line)
        remark = without_numbers(line.order.remark)
        if remark and remark not in door.remarks:
            door.remarks.append(remark)
    outcomes = [door.outcome for door in doors.values()]
    return Run(
        doors=tuple(doors.values()),
        open=outcomes.count(""),
        delivered=outcomes.count(Outcome.DELIVERED),
        missing=outcomes.count(Outcome.MISSING) + outcomes.count("mixed"),
        refused=outcomes.count(Outcome.REFUSED),
        nobody_home=outcomes.count(Outcome.NOBODY_HOME),
    )


# ── not served yet ────────────────────────────────


def owed_lines(compound: Compound, *, at: dt.datetime, only: Collection[int] | None = None) -> QuerySet[OrderLine]:
    """Lines that somebody is still owed, oldest round first.

    Marked as not handed over; or unmarked although their round is settled, or its cut-off a day ago. What is on its
    way is no debt yet: `on_the_way` counts it.
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


def _unserved(compound: Compound, only: Collection[int] | None) -> QuerySet[OrderLine]:
    lines = (
        OrderLine.objects.filter(order__round__compound=compound, order__state=Order.State.PLACED, closed_at=None)
        .exclude(outcome=Outcome.DELIVERED)
        .exclude(order__round__state__in=[Round.State.OPEN, Round.State.CANCELLED])
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
