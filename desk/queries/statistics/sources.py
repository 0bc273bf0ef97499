"""Counts by day, one statement each whatever the dates: `{code: {day: number}}`, days without anything left out.

`Span` runs over both periods at once; who compares them cuts the days apart.
"""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db.models import Count, DurationField, F, Func, IntegerField, Q, Sum
from django.db.models.functions import TruncDate

from compound.models import Compound
from desk.goods_categories import category_of
from errands.models import Errand
from gate.models import Parcel
from gate.models.passages import Direction, Verdict
from gate.queries.passages import passages_between
from money.models import Account, Entry, Posting
from orders.models import Order, OrderLine, Receipt, ReliefParcel
from roster.models import Assignment
from roster.queries.served import served

Counts = dict[str, dict[dt.date, Decimal]]
Outcome, Kind, Of = OrderLine.Outcome, Entry.Kind, Account.Kind
HOUR = Decimal(3600)


@dataclass(frozen=True)
class Span:
    """From the first day of the days before until the end of the last day."""

    compound: Compound
    start: dt.datetime
    until: dt.datetime

    def of(self, field: str) -> Q:
        return Q(**{f"{field}__gte": self.start, f"{field}__lt": self.until})

    def day(self, field: str) -> TruncDate:
        return TruncDate(field, tzinfo=self.compound.tz)


def _counts(rows: Iterable[tuple[str, dt.date, Any]]) -> Counts:
    found: Counts = defaultdict(lambda: defaultdict(Decimal))
    for code, day, number in rows:
        found[code][day] += Decimal(number or 0)
    return found


def deliveries(span: Span) -> Counts:
    """Doors of a round that got something (`delivered`), that refused all or some of it, where nobody was at home.

    One household of one round is one delivery, however many goods and bags.
    """
    # PostgreSQL counts the pairs themselves.
    door = Func(F("order__round"), F("order__household"), template="(%(expressions)s)", output_field=IntegerField())
    rows = (
        _lines(span)
        .annotate(day=span.day("outcome_at"))
        .values_list("day")
        .annotate(
            delivered=Count(door, distinct=True, filter=Q(delivered__gt=0)),
            refused=Count(door, distinct=True, filter=Q(outcome=Outcome.REFUSED)),
            nobody_home=Count(door, distinct=True, filter=Q(outcome=Outcome.NOBODY_HOME)),
        )
        .order_by()
    )
    codes = ("delivered", "door_refused", "nobody_home")
    return _counts((code, day, n) for day, *numbers in rows for code, n in zip(codes, numbers, strict=True))


def goods(span: Span) -> Counts:
    """Portions handed over by kind of goods: one line of one order is one portion, as the newspapers count."""
    rows = (
        _lines(span)
        .filter(delivered__gt=0)
        .annotate(day=span.day("outcome_at"))
        .values_list("day", "goods", "item__section__name")
        .annotate(count=Count("pk"))
        .order_by()
    )
    return _counts((f"goods:{category_of(name, section or '')}", day, n) for day, name, section, n in rows)


def _lines(span: Span) -> Any:
    placed = Q(order__round__compound=span.compound, order__state=Order.State.PLACED)
    return OrderLine.objects.filter(placed, span.of("outcome_at"))


def errands(span: Span) -> Counts:
    """Handed over, by kind; and all that ended otherwise."""
    done = Errand.State.HANDED_OVER
    rows = (
        Errand.objects.filter(span.of("ended_at"), compound=span.compound)
        .exclude(state=Errand.State.WITHDRAWN)
        .annotate(day=span.day("ended_at"))
        .values_list("day", "kind", "state")
        .annotate(count=Count("pk"))
        .order_by()
    )
    return _counts((f"errand:{kind}" if state == done else "errand_failed", day, n) for day, kind, state, n in rows)


def relief(span: Span) -> Counts:
    rows = (
        ReliefParcel.objects.filter(span.of("outcome_at"), relief__compound=span.compound, handed__gt=0)
        .annotate(day=span.day("outcome_at"))
        .values_list("day")
        .annotate(count=Sum("handed"))
        .order_by()
    )
    return _counts(("relief", day, n) for day, n in rows)


def parcels(span: Span) -> Counts:
    rows = (
        Parcel.objects.filter(span.of("handed_at"), compound=span.compound)
        .annotate(day=span.day("handed_at"))
        .values_list("day")
        .annotate(sum=Sum("count"))
        .order_by()
    )
    return _counts(("parcels", day, n) for day, n in rows)


def passages(span: Span) -> Counts:
    """Out, in and refused, as it stands after corrections; what was undone is not in it."""
    rows = (
        passages_between(span.compound, span.start, span.until)
        .filter(is_undone=False)
        .annotate(day=span.day("event_at"))
        .order_by()
        .values_list("day", "direction", "verdict_now")
        .annotate(count=Count("pk"))
    )
    return _counts((_passage(direction, verdict), day, n) for day, direction, verdict, n in rows)


def _passage(direction: str, verdict: str) -> str:
    if verdict == Verdict.REFUSE:
        return "gate_refused"
    if verdict == Verdict.RECHECK:
        return "gate_rechecked"
    return "gate_out" if direction == Direction.OUT else "gate_in"


def duty(span: Span) -> Counts:
    """Hours that were really served and shifts, on their duty date (a night belongs to the evening it begins)."""
    first, last = span.compound.day_of(span.start), span.compound.day_of(span.until - dt.timedelta(seconds=1))
    states = (Assignment.State.SIGNED_IN, Assignment.State.SIGNED_OUT)
    rows = (
        Assignment.objects.filter(compound=span.compound, state__in=states)
        .filter(shift__duty_on__gte=first, shift__duty_on__lte=last)
        .values_list("shift__duty_on")
        .annotate(time=Sum(served(), output_field=DurationField()), count=Count("pk"))
        .order_by()
    )
    found = [(day, Decimal(time.total_seconds()) / HOUR, n) for day, time, n in rows]
    return _counts(row for day, hours, n in found for row in (("hours", day, round(hours, 1)), ("shifts", day, n)))


# What of an entry is counted: the side that carries its meaning, with the sign that makes it a plain sum.
MONEY = {
    (Kind.BILL, Of.HOUSEHOLD): ("billed", 1),
    (Kind.PAYMENT, Of.HOUSEHOLD): ("paid", -1),
    (Kind.REIMBURSEMENT, Of.VOLUNTEER): ("paid_back", 1),
    (Kind.DONATION, Of.DONATIONS): ("donated", -1),
    (Kind.WRITE_OFF, Of.HOUSEHOLD): ("written_off", -1),
}


def money(span: Span) -> Counts:
    """Bills, payments, paid back, given, written off; what was taken back is not in it. Yuan."""
    # Taken back, unless the taking back was taken back itself.
    once, twice, thrice, again = (f"entry{'__reversed_by' * n}__isnull" for n in range(1, 5))
    in_force = Q(**{once: True}) | Q(**{twice: False, thrice: True}) | Q(**{again: False})
    rows = (
        Posting.objects.filter(in_force, span.of("entry__at"), compound=span.compound)
        .filter(entry__kind__in=[kind for kind, _ in MONEY])
        # Spent out of what was given is no new donation.
        .exclude(entry__kind=Kind.DONATION, amount__gt=0)
        .annotate(day=span.day("entry__at"))
        .values_list("day", "entry__kind", "account__kind")
        .annotate(sum=Sum("amount"))
        .order_by()
    )
    wanted = ((MONEY[kind, of], day, amount) for day, kind, of, amount in rows if (kind, of) in MONEY)
    return _counts((code, day, sign * amount) for (code, sign), day, amount in wanted)


def receipts(span: Span) -> Counts:
    """What the tills took, in yuan."""
    rows = (
        Receipt.objects.filter(span.of("paid_at"), round__compound=span.compound, void_at=None)
        .annotate(day=span.day("paid_at"))
        .values_list("day")
        .annotate(sum=Sum("total"))
        .order_by()
    )
    return _counts(("receipts", day, amount) for day, amount in rows)


SOURCES = (deliveries, goods, errands, relief, parcels, passages, duty, receipts, money)


def households_served(span: Span) -> int:
    """Doors that got anything at all: of a round, an errand, a relief round. Each once. One statement."""
    lines = _lines(span).filter(delivered__gt=0).order_by().values_list("order__household")
    done = Errand.objects.filter(span.of("ended_at"), compound=span.compound, state=Errand.State.HANDED_OVER)
    boxes = ReliefParcel.objects.filter(span.of("outcome_at"), relief__compound=span.compound, handed__gt=0)
    doors = lines.union(done.order_by().values_list("household"), boxes.order_by().values_list("household"))
    return int(doors.count())


def volunteers_on_duty(compound: Compound, first: dt.date, last: dt.date) -> int:
    """People who stood at least one shift. One statement."""
    rows = Assignment.objects.filter(
        compound=compound,
        state__in=(Assignment.State.SIGNED_IN, Assignment.State.SIGNED_OUT),
        shift__duty_on__gte=first,
        shift__duty_on__lte=last,
    )
    return rows.aggregate(count=Count("user", distinct=True))["count"] or 0
