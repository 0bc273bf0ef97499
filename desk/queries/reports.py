"""Words of households about what came: what waits for an answer, and how many said that all is there."""

import datetime as dt
from collections.abc import Collection
from dataclasses import dataclass

from django.db.models import Count, Max, QuerySet

from compound.models import Compound
from orders.models import HouseholdReport
from orders.names import round_name

Kind = HouseholdReport.Kind
ANSWERED = 20
ROUNDS = 5


@dataclass(frozen=True)
class Received:
    """How many households of a round have said “received”."""

    title: str
    households: int
    last_at: dt.datetime


def _of(compound: Compound, only: Collection[int] | None) -> QuerySet[HouseholdReport]:
    rows = HouseholdReport.objects.filter(household__compound=compound)
    return rows if only is None else rows.filter(household__building__in=only)


def open_reports(compound: Compound, *, only: Collection[int] | None = None) -> list[HouseholdReport]:
    """Something is wrong and nobody has answered, oldest first. `only`: primary keys of buildings. One statement."""
    rows = _of(compound, only).filter(kind=Kind.WRONG, answered_at=None)
    return list(rows.select_related("household", "round", "line").order_by("at", "pk"))


def answered_reports(compound: Compound, *, only: Collection[int] | None = None) -> list[HouseholdReport]:
    """The last ones that were answered. One statement."""
    rows = _of(compound, only).filter(kind=Kind.WRONG, answered_at__isnull=False)
    return list(rows.select_related("household", "round", "line", "answered_by").order_by("-answered_at")[:ANSWERED])


def received_counts(compound: Compound, *, only: Collection[int] | None = None) -> list[Received]:
    """The newest rounds about which somebody has said “received”. One statement."""
    rows = _of(compound, only).filter(kind=Kind.RECEIVED).values("round", "round__title")
    counted = rows.annotate(count=Count("household", distinct=True), last=Max("at")).order_by("-last")[:ROUNDS]
    return [Received(round_name(row["round__title"]), row["count"], row["last"]) for row in counted]
