"""Temperatures: what is open, what was closed, what came from home, who still has to be measured.

Everything here is for those who may see health (compound.access.can_see_health) unless it says otherwise.
"""

import datetime as dt
from collections.abc import Collection

from django.db.models import Prefetch, Q, QuerySet

from compound.models import Compound, Household, Rulebook
from gate.models import Isolation, TemperatureReading, TemperatureRecord
from gate.queries.isolations import isolated_now
from gate.queries.rulebooks import in_force


def rulebook_for(household: Household, at: dt.datetime) -> Rulebook:
    """The row that holds for this door at that moment; an unsaved one with the defaults where none does."""
    rows = Rulebook.objects.filter(compound=household.compound_id, starts_at__lte=at).select_related("building")
    mine = list(rows.filter(Q(building=None) | Q(building=household.building_id)).order_by("starts_at", "pk"))
    found = in_force(mine, at)
    own = [row for row in found if row.building_id is not None]
    return (own or found or [Rulebook()])[0]


def _with_readings(rows: QuerySet[TemperatureRecord]) -> QuerySet[TemperatureRecord]:
    readings = TemperatureReading.objects.order_by("attempt")
    return rows.select_related("household", "check_first__gate", "closed_by").prefetch_related(
        Prefetch("readings", queryset=readings)
    )


def open_records(compound: Compound) -> QuerySet[TemperatureRecord]:
    """Those about which nobody has said how they ended: fevers first, the oldest first. Two statements."""
    rows = TemperatureRecord.objects.filter(compound=compound, closed_at=None)
    return _with_readings(rows).order_by("-is_fever", "opened_at")


def closed_records(compound: Compound, day: dt.date) -> QuerySet[TemperatureRecord]:
    """Those that were opened on that day of the compound's wall and are closed, the latest first."""
    begin, end = day_span(compound, day)
    rows = TemperatureRecord.objects.filter(
        compound=compound, closed_at__isnull=False, opened_at__gte=begin, opened_at__lt=end
    )
    return _with_readings(rows).order_by("-opened_at")


def home_readings(
    compound: Compound, day: dt.date, *, only: Collection[int] | None = None
) -> QuerySet[TemperatureReading]:
    """What was handed in on that day and not measured at a gate, the latest first. Who may not see health
    must not be shown the values."""
    begin, end = day_span(compound, day)
    rows = TemperatureReading.objects.filter(compound=compound, taken_at__gte=begin, taken_at__lt=end)
    rows = rows.exclude(source=TemperatureReading.Source.GATE)
    if only is not None:
        rows = rows.filter(household__building__in=only)
    return rows.select_related("household", "by").order_by("-taken_at", "pk")


def not_measured(
    compound: Compound, *, day: dt.date, at: dt.datetime, only: Collection[int] | None = None
) -> list[Isolation]:
    """Isolated households of which nobody has handed in a reading that day, in walking order. One statement."""
    begin, end = day_span(compound, day)
    measured = TemperatureReading.objects.filter(
        compound=compound, household__isnull=False, taken_at__gte=begin, taken_at__lt=end
    )
    rows = isolated_now(compound, at=at, only=only)
    return list(rows.exclude(household__in=measured.values("household")))


def day_span(compound: Compound, day: dt.date) -> tuple[dt.datetime, dt.datetime]:
    """From midnight to midnight on the compound's wall, half-open."""
    return compound.moment(day, dt.time(0)), compound.moment(day + dt.timedelta(days=1), dt.time(0))
