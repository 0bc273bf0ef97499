"""What happened at the doors, and closing what could not be served."""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal

from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.translation import gettext as _

from compound.models import Building, Household, User
from compound.refusals import Refusal
from compound.services import audit
from orders import rules
from orders.models import DoorMark, OrderLine, Round
from orders.queries.due import ALLOTTED_NOTHING, DUE
from orders.queries.undecided import names_of, undecided_lines
from orders.services.doors import Teller, Try, is_served, placed_lines, record_rest, record_tries
from orders.services.locks import lock_round, lock_rounds

# From its cut-off on a round has doors to be marked; a cancelled one has none.
DOORS_FROM = (Round.State.CLOSED, Round.State.SHOPPING, Round.State.DELIVERING, Round.State.SETTLED)


def check_doors(round: Round, at: dt.datetime) -> None:
    """Raises `round_not_closed` while nothing of the round can have been carried to a door."""
    if not rules.can_have_been_delivered(round, at):
        raise Refusal("round_not_closed", _("This round has not closed yet: nothing can have been delivered."))


def _at_the_desk(by: User, at: dt.datetime) -> Teller:
    return Teller(source=DoorMark.Source.DESK, at=at, received_at=at, by=by)


@transaction.atomic
def mark_door(
    *,
    round: Round,
    household: Household,
    outcome: str,
    by: User,
    at: dt.datetime,
    only: Iterable[int] = (),
    delivered: Decimal | None = None,
) -> int:
    """Marks at the desk what happened at one door: for all its lines of the round, or `only` those ids.

    Returns how many lines changed; the same mark again changes nothing. `pending` takes a mark back. `delivered` is the
    part of the `only` missing lines that did arrive, none by default.
    """
    round = lock_round(round.pk)
    check_doors(round, at)
    chosen = tuple(only)
    arrived: dict[int, Decimal] = {}
    if outcome == OrderLine.Outcome.MISSING:
        lines = chosen or placed_lines(round).filter(order__household=household).values_list("pk", flat=True)
        arrived = dict.fromkeys(lines, delivered if delivered is not None else Decimal(0))
    one = Try(household.pk, outcome, only=chosen, arrived=arrived)
    changed = record_tries(round=round, tries=[one], teller=_at_the_desk(by, at))[household.pk].changed
    if changed:
        note_door(round=round, household=household, outcome=outcome, lines=changed, by=by, at=at)
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
    round = lock_round(round.pk)
    check_doors(round, at)
    one = Try(household.pk, OrderLine.Outcome.MISSING, arrived=arrived)
    changed = record_tries(round=round, tries=[one], teller=_at_the_desk(by, at))[household.pk].changed
    if changed:
        note_door(round=round, household=household, outcome=one.outcome, lines=changed, by=by, at=at)
    return changed


def note_door(
    *, round: Round, household: Household, outcome: str, lines: int, by: User | None, at: dt.datetime
) -> None:
    audit.record(
        compound=round.compound,
        by=by,
        at=at,
        action="door.marked",
        subject=household.room,
        text=household.room,
        round=str(round.pk),
        outcome=outcome,
        lines=lines,
    )


@transaction.atomic
def deliver_building(*, round: Round, building: Building, by: User, at: dt.datetime) -> int:
    """ "All delivered but these": marks every line of `rest_of_building`. Returns how many."""
    round = lock_round(round.pk)
    check_doors(round, at)
    changed = record_rest(round=round, lines=rest_of_building(round, building), teller=_at_the_desk(by, at))
    if changed:
        note_building(round=round, building=building, lines=changed, by=by, at=at)
    return changed


def rest_of_building(round: Round, building: Building) -> QuerySet[OrderLine]:
    """What "all delivered but these" marks of a building: its lines without a mark. Once bags of the round are packed,
    those that nobody has packed stay out: they are not in any bag that could have been handed over. So does what came
    short and nobody has decided (`orders.queries.undecided`). A door for which nothing was left has no word to be said.
    """
    lines = decided_lines(round).filter(order__household__building=building, outcome=OrderLine.Outcome.PENDING)
    lines = of_doors_with_something(round, lines)
    return lines.filter(packed__isnull=False) if round.bags.exists() else lines


def of_doors_with_something(round: Round, lines: QuerySet[OrderLine]) -> QuerySet[OrderLine]:
    """Those of `lines` at whose door anything of the round is handed over: to the others nobody goes."""
    something = placed_lines(round).filter(order__household=OuterRef("order__household")).annotate(due=DUE)
    return lines.annotate(due=DUE).filter(Q(due__gt=0) | Exists(something.filter(due__gt=0)))


def decided_lines(round: Round) -> QuerySet[OrderLine]:
    """Placed lines that a sweeping word may speak of: of the others nobody knows who gets them."""
    return placed_lines(round).exclude(pk__in=undecided_lines([round.pk]).values("pk"))


def left_open(round: Round, lines: QuerySet[OrderLine]) -> tuple[str, ...]:
    """The goods among `lines` that a sweeping word leaves open, by name."""
    return names_of(lines.filter(pk__in=undecided_lines([round.pk]).values("pk")).only("goods"))


def note_building(*, round: Round, building: Building, lines: int, by: User, at: dt.datetime, **more: object) -> None:
    audit.record(
        compound=round.compound,
        by=by,
        at=at,
        action="building.delivered",
        subject=building.name,
        text=building.name,
        round=str(round.pk),
        lines=lines,
        **more,
    )


def deliver_the_rest(*, round: Round, by: User, at: dt.datetime) -> int:
    """Counts every unmarked line of the round as delivered. Inside the caller's transaction and round lock.

    But what came short and nobody has decided: nobody knows who got any, so it is missing, and stays on "not served
    yet". A door to which the sharing out gave nothing of all it ordered has no word to be said, now as before.
    """
    teller = _at_the_desk(by, at)
    none = defaultdict(list)
    for door, line in undecided_lines([round.pk]).values_list("order__household", "pk"):
        none[door].append(line)
    tries = [
        Try(door, OrderLine.Outcome.MISSING, only=tuple(lines), arrived=dict.fromkeys(lines, Decimal(0)))
        for door, lines in none.items()
    ]
    if tries:
        record_tries(round=round, tries=tries, teller=teller)
    of_door = placed_lines(round).filter(order__household=OuterRef("order__household"))
    lines = placed_lines(round).filter(Exists(of_door.exclude(ALLOTTED_NOTHING & (Q(packed=None) | Q(packed=0)))))
    rest = record_rest(round=round, lines=lines, teller=teller)
    return sum(len(lines) for lines in none.values()) + rest


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
        if line.closed_at is not None or is_served(line.outcome):
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
