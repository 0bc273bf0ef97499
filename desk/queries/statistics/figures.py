"""The figures in the order of the page, each with its days and the days before."""

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, pgettext_lazy

from compound.models import Compound
from desk.goods_categories import CATEGORIES
from desk.queries.statistics.period import Period
from desk.queries.statistics.sources import (
    SOURCES,
    Counts,
    Span,
    households_served,
    volunteers_on_duty,
)

ZERO = Decimal(0)
YUAN, HOURS = pgettext_lazy("statistics", "yuan"), pgettext_lazy("statistics", "hours")

# Group by group: code, words, unit. What `goods:` stands for comes from desk/goods_categories.py.
TIMES, DOORS, SHARES = (
    pgettext_lazy("statistics", "times"),
    pgettext_lazy("statistics", "households"),
    pgettext_lazy("statistics", "portions"),
)
FIGURES: tuple[tuple[Any, tuple[tuple[str, Any, Any], ...]], ...] = (
    (
        gettext_lazy("To the door"),
        (
            ("households", gettext_lazy("Households served"), DOORS),
            ("delivered", gettext_lazy("Deliveries"), TIMES),
            ("nobody_home", gettext_lazy("Nobody was at home"), TIMES),
            ("door_refused", gettext_lazy("Refused at the door"), TIMES),
            ("relief", gettext_lazy("Relief parcels"), SHARES),
            ("parcels", gettext_lazy("Parcels from the outer line"), pgettext_lazy("statistics", "pieces")),
        ),
    ),
    (
        gettext_lazy("Errands"),
        (
            ("errand:medicine", gettext_lazy("Medicine"), TIMES),
            ("errand:top_up", gettext_lazy("Top-ups"), TIMES),
            ("errand:help", gettext_lazy("Help"), TIMES),
            ("errand_failed", gettext_lazy("Refused or not to be had"), TIMES),
        ),
    ),
    (
        gettext_lazy("Goods handed over"),
        tuple((f"goods:{category.code}", category.label, SHARES) for category in CATEGORIES),
    ),
    (
        gettext_lazy("Gates"),
        (
            ("gate_out", gettext_lazy("Out"), TIMES),
            ("gate_in", gettext_lazy("In"), TIMES),
            ("gate_refused", gettext_lazy("Refused at the gate"), TIMES),
            ("gate_rechecked", gettext_lazy("Measured again"), TIMES),
        ),
    ),
    (
        gettext_lazy("Volunteers"),
        (
            ("volunteers", gettext_lazy("People on duty"), pgettext_lazy("statistics", "people")),
            ("shifts", gettext_lazy("Shifts served"), pgettext_lazy("statistics", "shifts")),
            ("hours", gettext_lazy("Hours served"), HOURS),
        ),
    ),
    (
        gettext_lazy("Money"),
        (
            ("receipts", gettext_lazy("Paid at tills"), YUAN),
            ("billed", gettext_lazy("Billed to households"), YUAN),
            ("paid", gettext_lazy("Paid by households"), YUAN),
            ("paid_back", gettext_lazy("Paid back to volunteers"), YUAN),
            ("donated", gettext_lazy("Donated"), YUAN),
            ("written_off", gettext_lazy("Written off"), YUAN),
        ),
    ),
)


@dataclass(frozen=True)
class Figure:
    """One row. `days`, `days_before`: by day in order; empty where it cannot be summed up (households, people)."""

    code: str
    label: Any
    unit: Any
    number: Decimal
    before: Decimal
    days: tuple[Decimal, ...] = ()
    days_before: tuple[Decimal, ...] = ()

    @property
    def is_money(self) -> bool:
        return self.unit is YUAN

    @property
    def has_days(self) -> bool:
        return bool(self.days)

    @property
    def is_empty(self) -> bool:
        return not self.number and not self.before

    @property
    def text(self) -> str:
        return self.say(self.number)

    @property
    def text_before(self) -> str:
        return self.say(self.before)

    def say(self, number: Decimal) -> str:
        """`1,234.50` yuan, `12.5` hours, `3,000`."""
        if self.is_money:
            return f"{number:,.2f}"
        return f"{number:,.1f}".removesuffix(".0")

    @property
    def change(self) -> str:
        """`多12`, `少12`, `一样`: in words, beside the number."""
        if self.is_empty:
            return ""
        more = self.number - self.before
        if not more:
            return _("the same")
        words = _("%(number)s more") if more > 0 else _("%(number)s fewer")
        return words % {"number": self.say(abs(more))}


@dataclass(frozen=True)
class Group:
    label: Any
    figures: tuple[Figure, ...]


@dataclass(frozen=True)
class Statistics:
    period: Period
    groups: tuple[Group, ...]

    @property
    def figures(self) -> list[Figure]:
        return [figure for group in self.groups for figure in group.figures]

    @property
    def is_empty(self) -> bool:
        return all(figure.is_empty for figure in self.figures)

    def figure(self, code: str) -> Figure | None:
        """One that has days to draw."""
        return next((one for one in self.figures if one.code == code and one.has_days), None)

    @property
    def before_words(self) -> str:
        length = self.period.length
        return ngettext("the day before", "the %(count)d days before", length) % {"count": length}


def statistics(*, compound: Compound, first: dt.date, last: dt.date) -> Statistics:
    """All figures. Thirteen statements, however many days."""
    period = Period(compound, first, last)
    before = period.before
    counts: Counts = {}
    span = Span(compound, before.start, period.until)
    for source in SOURCES:
        counts.update(source(span))
    sums = {
        "households": _both(period, lambda one: households_served(Span(compound, one.start, one.until))),
        "volunteers": _both(period, lambda one: volunteers_on_duty(compound, one.first, one.last)),
    }
    groups = tuple(
        Group(label, tuple(_figure(row, period, before, counts, sums) for row in rows)) for label, rows in FIGURES
    )
    return Statistics(period, groups)


def _both(period: Period, count: Callable[[Period], int]) -> tuple[Decimal, Decimal]:
    return Decimal(count(period)), Decimal(count(period.before))


def _figure(
    row: tuple[str, Any, Any],
    period: Period,
    before: Period,
    counts: Counts,
    sums: Mapping[str, tuple[Decimal, Decimal]],
) -> Figure:
    code, label, unit = row
    if code in sums:
        return Figure(code, label, unit, *sums[code])
    by_day = counts.get(code, {})
    days, days_before = (tuple(by_day.get(day, ZERO) for day in one.days) for one in (period, before))
    return Figure(code, label, unit, sum(days, ZERO), sum(days_before, ZERO), days, days_before)
