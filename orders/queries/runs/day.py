"""The runs of a day, the rules that they keep to, and who may carry."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.db.models import Aggregate, Count, IntegerField, OuterRef, Q, Subquery, Sum
from django.db.models.functions import Coalesce

from compound import access
from compound.models import Compound, Role, User
from orders.models import Batch, OrderRules, Stop
from orders.queries.runs.waiting import ON_THE_WAY


def rules_of(compound: Compound) -> OrderRules:
    """The compound's rules; its defaults, not saved, where nobody has set them. One statement."""
    found = OrderRules.objects.filter(compound=compound).first()
    if found is None:
        found = OrderRules(compound=compound)
        # The defaults of the columns as what they stand for: times and decimals.
        found.clean_fields(exclude=["compound"])
    return found


def runners_of(compound: Compound) -> list[User]:
    """Who may carry: one statement."""
    return list(
        User.objects.filter(
            is_active=True, memberships__compound=compound, memberships__role__in=[*access.DELIVER, Role.SECRETARY]
        )
        .distinct()
        .order_by("name", "phone")
    )


@dataclass(frozen=True)
class Departure:
    """A time of the rules at which nothing is planned yet."""

    at: dt.datetime
    is_past: bool


@dataclass(frozen=True)
class RunsPage:
    """`runs`: today's and whatever is still on its way of the days before; `earlier`: the last that are over."""

    runs: tuple[Batch, ...]
    earlier: tuple[Batch, ...]
    departures: tuple[Departure, ...]

    @property
    def next_departure(self) -> dt.datetime | None:
        return next((row.at for row in self.departures if not row.is_past), None)


EARLIER = 10


def runs_page(compound: Compound, rules: OrderRules, *, at: dt.datetime) -> RunsPage:
    """Two statements. The times of the rules are no rows: a run is written down when something is planned for it."""
    today = compound.day_of(at)
    counted = (
        Batch.objects.filter(compound=compound)
        .select_related("made_by")
        .annotate(
            trip_count=Count("trips", distinct=True),
            runner_count=Count("trips__runner", distinct=True),
            bags=_of_stops(Sum("bags")),
            doors=_of_stops(Count("pk")),
            again=_of_stops(Count("pk", filter=Q(is_again=True))),
        )
    )
    now = list(counted.filter(Q(day=today) | Q(state__in=ON_THE_WAY)).order_by("leaves_at", "number"))
    earlier = list(counted.filter(day__lt=today).exclude(state__in=ON_THE_WAY).order_by("-day", "-number")[:EARLIER])
    taken = {row.leaves_at for row in now if row.state != Batch.State.CANCELLED}
    moments = [compound.moment(today, time) for time in rules.run_times]
    departures = tuple(Departure(moment, moment < at) for moment in moments if moment not in taken)
    return RunsPage(tuple(now), tuple(earlier), departures)


def _of_stops(figure: Aggregate) -> Coalesce:
    """A figure of a batch's stops, without the stops' rows multiplying the trips'."""
    rows = Stop.objects.filter(trip__batch=OuterRef("pk")).order_by().values("trip__batch").annotate(figure=figure)
    return Coalesce(Subquery(rows.values("figure"), output_field=IntegerField()), 0)
