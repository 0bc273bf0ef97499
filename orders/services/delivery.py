"""What happened at the doors, and closing what could not be served."""

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal

from django.db import transaction
from django.db.models import F, QuerySet
from django.utils.translation import gettext as _

from compound.models import Building, Household, User
from compound.refusals import Refusal
from compound.services import audit
from orders import rules
from orders.models import Order, OrderLine, Round
from orders.services.locks import lock_round, lock_rounds

# Marks come back on paper until the round is settled; corrections stay possible after that.
DOORS_FROM = (Round.State.CLOSED, Round.State.SHOPPING, Round.State.DELIVERING, Round.State.SETTLED)


def _lines_of(round: Round) -> QuerySet[OrderLine]:
    return OrderLine.objects.filter(order__round=round, order__state=Order.State.PLACED)


@transaction.atomic
def mark_door(
    *,
    round: Round,
    household: Household,
    outcome: str,
    by: User,
    at: dt.datetime,
    only: Iterable[int] | None = None,
    delivered: Decimal | None = None,
) -> int:
    """Marks what happened at one door: for all its lines of the round, or `only` those ids. Returns how many changed.

    The same mark again changes nothing. `pending` takes a mark back. `delivered` is the part of a missing line that did
    arrive and goes with a single line only.
    """
    round = lock_round(round.pk)
    if round.state not in DOORS_FROM:
        raise Refusal("round_not_closed", _("This round has not closed yet: nothing can have been delivered."))
    lines = _lines_of(round).filter(order__household=household)
    if only is not None:
        lines = lines.filter(pk__in=list(only))
    changed = 0
    for line in lines.select_for_update(of=("self",)).order_by("pk"):
        quantity = rules.delivered_quantity(outcome, ordered=line.ordered, delivered=delivered)
        if (line.outcome, line.delivered) == (outcome, quantity):
            continue
        line.outcome, line.delivered = outcome, quantity
        line.outcome_at, line.outcome_by = (at, by) if outcome else (None, None)
        line.save(update_fields=["outcome", "delivered", "outcome_at", "outcome_by"])
        changed += 1
    if changed:
        audit.record(
            compound=round.compound,
            by=by,
            at=at,
            action="door.marked",
            subject=household.room,
            text=household.room,
            round=str(round.pk),
            outcome=outcome,
            lines=changed,
        )
    return changed


@transaction.atomic
def mark_missing(
    *, round: Round, household: Household, arrived: Mapping[int, Decimal], by: User, at: dt.datetime
) -> int:
    """What came short at one door: by line id how much did arrive. The door's unmarked lines count as delivered.

    Raises `missing_not_less`, `no_lines`.
    """
    if not arrived:
        raise Refusal("no_lines", _("Tick what is missing."))
    changed = 0
    for line, quantity in arrived.items():
        changed += mark_door(
            round=round,
            household=household,
            outcome=OrderLine.Outcome.MISSING,
            by=by,
            at=at,
            only=[line],
            delivered=quantity,
        )
    rest = _lines_of(round).filter(order__household=household, outcome=OrderLine.Outcome.PENDING)
    if others := list(rest.values_list("pk", flat=True)):
        changed += mark_door(
            round=round, household=household, outcome=OrderLine.Outcome.DELIVERED, by=by, at=at, only=others
        )
    return changed


@transaction.atomic
def deliver_building(*, round: Round, building: Building, by: User, at: dt.datetime) -> int:
    """ "All delivered but these": marks every line of the building that nobody has marked. Returns how many."""
    round = lock_round(round.pk)
    if round.state not in DOORS_FROM:
        raise Refusal("round_not_closed", _("This round has not closed yet: nothing can have been delivered."))
    changed = (
        _lines_of(round)
        .filter(order__household__building=building, outcome=OrderLine.Outcome.PENDING)
        .update(outcome=OrderLine.Outcome.DELIVERED, delivered=F("ordered"), outcome_at=at, outcome_by=by)
    )
    if changed:
        audit.record(
            compound=round.compound,
            by=by,
            at=at,
            action="building.delivered",
            subject=building.name,
            text=building.name,
            round=str(round.pk),
            lines=changed,
        )
    return changed


def deliver_the_rest(*, round: Round, by: User, at: dt.datetime) -> int:
    """Counts every unmarked line of the round as delivered. Inside the caller's transaction and round lock."""
    return (
        _lines_of(round)
        .filter(outcome=OrderLine.Outcome.PENDING)
        .update(outcome=OrderLine.Outcome.DELIVERED, delivered=F("ordered"), outcome_at=at, outcome_by=by)
    )


@transaction.atomic
def close_line(*, line: OrderLine, reason: str, by: User, at: dt.datetime) -> OrderLine:
    """Takes a line off "not served yet" with a reason. Raises `reason_missing`, `line_served`."""
    return _close([line], reason=reason, by=by, at=at)[0]


@transaction.atomic
def close_lines(*, lines: Sequence[OrderLine], reason: str, by: User, at: dt.datetime) -> int:
    """Closes several lines for one reason, all or none. Returns how many."""
    if not lines:
        raise Refusal("no_lines", _("Tick the lines first."))
    return len(_close(lines, reason=reason, by=by, at=at))


def _close(lines: Sequence[OrderLine], *, reason: str, by: User, at: dt.datetime) -> list[OrderLine]:
    """Locks all rounds, then all lines, each in one order: whoever closes the same lines at once comes after."""
    reason = reason.strip()
    if not reason:
        raise Refusal("reason_missing", _("Say why this is the end of it: the reason stays in the record."))
    chosen = OrderLine.objects.filter(pk__in=[line.pk for line in lines])
    lock_rounds(chosen.values_list("order__round", flat=True))
    locked = list(
        chosen.select_for_update(of=("self",))
        .select_related("order__round__compound", "order__household")
        .order_by("pk")
    )
    for line in locked:
        if line.closed_at is not None or line.outcome == OrderLine.Outcome.DELIVERED:
            raise Refusal("line_served", _("This line is off the list already."))
        line.closed_at, line.closed_by, line.closed_reason = at, by, reason
        line.save(update_fields=["closed_at", "closed_by", "closed_reason"])
        audit.record(
            compound=line.order.round.compound,
            by=by,
            at=at,
            action="line.closed",
            subject=line.order.household.room,
            text=f"{line.goods}: {reason}",
            reason=reason,
        )
    return locked
