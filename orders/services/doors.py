"""Each try at a door as a row, and what the lines say since: who, when, what, from a phone, the desk or paper."""

import datetime as dt
import uuid
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Any

from django.db.models import F, Max, QuerySet
from django.utils.translation import gettext as _

from compound.models import AuditEntry, User
from compound.refusals import Refusal
from orders import rules
from orders.doors import (
    LEFT_OPEN,
    NOT_HANDED_OVER,
    SERVED,
    UNDONE,
    Standing,
    is_unsigned,
    leaves_open,
    order_of,
    outcome_of_door,
    speaks_of,
    standing,
)
from orders.models import DoorMark, Order, OrderLine, Round
from orders.quantities import plain
from orders.queries.due import DUE, ENOUGH
from orders.queries.undecided import Good, held_back, left_to_give, names_of, nobody_decided, undecided_goods

Outcome = OrderLine.Outcome
TICK = dt.timedelta(microseconds=1)
COLUMNS = ["outcome", "delivered", "outcome_at", "outcome_by"]


@dataclass(frozen=True)
class Try:
    """What is said about one door: for all its lines, or `only` those primary keys.

    `arrived`: of each missing line what did arrive. `is_rest`: "all the others", counts only where nothing was said.
    `of`: of an undo, the words that it takes back, () for one's own; None takes back whatever stands.
    """

    household: int
    outcome: str
    id: uuid.UUID = field(default_factory=uuid.uuid4)
    only: tuple[int, ...] = ()
    arrived: Mapping[int, Decimal] = field(default_factory=dict)
    is_rest: bool = False
    note: str = ""
    of: tuple[str, ...] | None = None
    # Its lines that nobody has shared out: `record_tries` knows them.
    open: tuple[int, ...] = ()


@dataclass(frozen=True)
class Teller:
    """Who says so and when it was. From paper nobody is known, `paper` is its short code."""

    source: str
    at: dt.datetime
    received_at: dt.datetime
    by: User | None = None
    paper: str = ""


@dataclass(frozen=True)
class DoorNow:
    """A door of a round after a try. `flags`: `already` said so, `overtaken` by a later word, `nothing` was ordered,
    `kept`: unsigned paper says otherwise, and what was said at a phone or at the desk (`kept_from`) stands.
    `undecided`: goods of the door that came short and are open, because the word did not say how many were handed over.
    """

    changed: int
    outcome: str
    flags: tuple[str, ...]
    kept_from: str = ""
    undecided: tuple[str, ...] = ()


def placed_lines(round: Round) -> QuerySet[OrderLine]:
    return OrderLine.objects.filter(order__round=round, order__state=Order.State.PLACED)


def _joined_at(round: Round, by_door: Mapping[int, Sequence[OrderLine]]) -> dict[uuid.UUID, dt.datetime]:
    """By order that came after the cut-off and was taken in all the same: when. One statement where there is any."""
    orders = (line.order for lines in by_door.values() for line in lines)
    late = {order.pk: order.entered_at for order in orders if order.entered_at >= round.cutoff_at}
    if late:
        taken = AuditEntry.objects.filter(compound=round.compound_id, at__gte=round.cutoff_at)
        taken = taken.filter(action="order.late_taken", subject__in=[str(pk) for pk in late])
        for order, at in taken.values_list("subject", "at"):
            late[uuid.UUID(order)] = max(late[uuid.UUID(order)], at)
    return late


def record_tries(*, round: Round, tries: Sequence[Try], teller: Teller) -> dict[int, DoorNow]:
    """Writes the tries down and brings the doors' lines up to date. By household: where its door stands now.

    Inside the caller's transaction, with `round` locked. Eleven statements at most, however many doors (two more for
    each good of which is said how much came although nobody has shared it out). What came short and nobody has decided
    is handed over by nobody who does not say how many. Raises `missing_not_less` and `more_than_came` before anything
    is written.
    """
    doors = {one.household for one in tries}
    lines = placed_lines(round).filter(order__household__in=doors).select_related("order", "item", "outcome_by")
    by_door: dict[int, list[OrderLine]] = defaultdict(list)
    for line in lines.select_for_update(of=("self",)).order_by("pk"):
        by_door[line.order.household_id].append(line)
    said: dict[int, list[DoorMark]] = defaultdict(list)
    for mark in DoorMark.objects.filter(round=round, household__in=doors).select_related("by"):
        said[mark.household_id].append(mark)
    tries = _without_undecided(round, tries, by_door)
    # What comes in the same moment keeps the order in which it came.
    latest = max((mark.received_at for marks in said.values() for mark in marks), default=None)
    received_at = max(teller.received_at, latest + TICK) if latest else teller.received_at
    late = _joined_at(round, by_door)
    before = {door: [_before(line, said[door], late) for line in by_door[door]] for door in doors}
    new = [_mark(round, _own(one, said[one.household], teller), teller, received_at) for one in tries]
    DoorMark.objects.bulk_create(new)
    for mark in new:
        said[mark.household_id].append(mark)
    return _bring_up_to_date(by_door, said, before, late, {mark.household_id: mark for mark in new})


def _without_undecided(round: Round, tries: Sequence[Try], by_door: Mapping[int, Sequence[OrderLine]]) -> Sequence[Try]:
    """The tries, each with the lines that it does not hand over; what is said to have come is checked.

    Of an undecided line all that was ordered may have been handed over, but never more of its good than came.
    """
    handing = [one for one in tries if one.outcome in (*SERVED, Outcome.MISSING) and not one.is_rest]
    if not handing:
        return tries
    goods = undecided_goods([round.pk])
    held = held_back(line for one in handing for line in by_door[one.household])
    said: dict[Good, dict[int, Decimal]] = defaultdict(dict)
    made = []
    for one in tries:
        is_handing, left = one.outcome in (*SERVED, Outcome.MISSING) and not one.is_rest, []
        for line in by_door[one.household] if is_handing else ():
            is_open = nobody_decided(line, goods, held)
            if (arrived := one.arrived.get(line.pk)) is None:
                left += [line.pk] if is_open else []
            elif is_open and arrived == line.ordered:
                said[round.pk, line.goods, line.unit][line.pk] = arrived
            else:
                rules.check_arrived(line, arrived)
                if (round.pk, line.goods, line.unit) in goods:
                    said[round.pk, line.goods, line.unit][line.pk] = arrived
        made.append(replace(one, open=tuple(left)))
    for good, arrived_of in said.items():
        _check_came(good, arrived_of)
    return made


def _check_came(good: Good, arrived: Mapping[int, Decimal]) -> None:
    total = sum(arrived.values(), Decimal(0))
    if not total or total <= (left := left_to_give(good, but=arrived)):
        return
    left = max(left, Decimal(0))
    raise Refusal(
        "more_than_came",
        _("Of %(goods)s only %(left)s%(unit)s that came are not given to anybody yet: that would be more.")
        % {"goods": good[1], "left": plain(left), "unit": good[2]},
        left=plain(left),
    )


def _own(one: Try, said: Iterable[DoorMark], teller: Teller) -> Try:
    """An undo of an older page names nothing: it is of one's own words."""
    if one.of != ():
        return one
    return replace(one, of=tuple(str(mark.pk) for mark in said if teller.by and mark.by_id == teller.by.pk))


def _mark(round: Round, one: Try, teller: Teller, received_at: dt.datetime) -> DoorMark:
    arrived: dict[str, Any] = {str(line): str(quantity) for line, quantity in one.arrived.items()}
    if one.of is not None:
        arrived[UNDONE] = list(one.of)
    if one.open:
        arrived[LEFT_OPEN] = list(one.open)
    return DoorMark(
        id=one.id,
        round=round,
        household_id=one.household,
        outcome=one.outcome,
        only=list(one.only),
        arrived=arrived,
        is_rest=one.is_rest,
        note=one.note[:200],
        source=teller.source,
        by=teller.by,
        paper=teller.paper,
        at=teller.at,
        received_at=received_at,
    )


def _before(line: OrderLine, marks: Iterable[DoorMark], late: Mapping[uuid.UUID, dt.datetime]) -> Standing | None:
    """What the line said before its door had any mark that counts: written when there were none yet, or by hand."""
    if not line.outcome or standing(line, sorted(marks, key=order_of), since=late.get(line.order_id)).mark is not None:
        return None
    return Standing(line.outcome, line.delivered)


def _bring_up_to_date(
    by_door: Mapping[int, Sequence[OrderLine]],
    said: Mapping[int, list[DoorMark]],
    before: Mapping[int, Sequence[Standing | None]],
    late: Mapping[uuid.UUID, dt.datetime],
    new: Mapping[int, DoorMark],
) -> dict[int, DoorNow]:
    changed: list[OrderLine] = []
    answers: dict[int, DoorNow] = {}
    for door, mark in new.items():
        marks, count, flags, kept_from = sorted(said[door], key=order_of), 0, set(), ""
        for line, old in zip(by_door[door], before[door], strict=True):
            since = late.get(line.order_id)
            now = standing(line, marks, before=old, since=since)
            if leaves_open(mark, line):
                pass
            elif now.mark is not mark and speaks_of(mark, line, since) and not mark.is_rest:
                if is_unsigned(mark) and now.outcome not in ("", mark.outcome):
                    flags.add("kept")
                    kept_from = now.mark.source if now.mark else DoorMark.Source.DESK
                elif marks[-1] is not mark or (now.outcome and not mark.outcome):
                    flags.add("overtaken")
            if now.mark is None:
                continue
            if (line.outcome, line.delivered) == (now.outcome, now.delivered):
                # In vain once more, on a later run: it is this run's word now.
                if now.outcome in NOT_HANDED_OVER and line.outcome_at != now.mark.at:
                    line.outcome_at, line.outcome_by = now.mark.at, now.mark.by
                    changed.append(line)
                continue
            line.outcome, line.delivered = now.outcome, now.delivered
            line.outcome_at = now.mark.at if now.outcome else None
            line.outcome_by = now.mark.by if now.outcome else None
            changed.append(line)
            count += 1
        if not by_door[door]:
            flags.add("nothing")
        elif not count and not flags and not any(leaves_open(mark, line) for line in by_door[door]):
            flags.add("already")
        outcome = outcome_of_door(line.outcome for line in by_door[door])
        undecided = names_of(line for line in by_door[door] if leaves_open(mark, line) and not line.outcome)
        answers[door] = DoorNow(count, outcome, tuple(sorted(flags)), kept_from, undecided)
    if changed:
        OrderLine.objects.bulk_update(changed, COLUMNS, batch_size=500)
    return answers


def record_rest(*, round: Round, lines: QuerySet[OrderLine], teller: Teller, ids: uuid.UUID | None = None) -> int:
    """Counts the unmarked ones among `lines` as delivered: "all the others". Returns how many lines.

    What is short of what was ordered becomes `missing` and stays owed. Each door gets its row. Inside the caller's
    transaction, with `round` locked, for what is said now (`teller.at` is the moment). Five statements. `ids`: from
    which the rows' keys are made, one by one for each door.
    """
    lines = lines.filter(outcome=Outcome.PENDING)
    by_door: dict[int, list[int]] = defaultdict(list)
    for door, line in lines.select_for_update(of=("self",)).order_by("pk").values_list("order__household", "pk"):
        by_door[door].append(line)
    if not by_door:
        return 0
    latest = DoorMark.objects.filter(round=round).aggregate(latest=Max("received_at"))["latest"]
    received_at = max(teller.received_at, latest + TICK) if latest else teller.received_at
    DoorMark.objects.bulk_create(
        _mark(
            round,
            Try(
                door,
                Outcome.DELIVERED,
                uuid.uuid5(ids, str(door)) if ids else uuid.uuid4(),
                only=tuple(pks),
                is_rest=True,
            ),
            teller,
            received_at,
        )
        for door, pks in by_door.items()
    )
    rest = OrderLine.objects.filter(pk__in=[pk for pks in by_door.values() for pk in pks])
    facts = {"delivered": DUE, "outcome_at": teller.at, "outcome_by": teller.by}
    rest.annotate(due=DUE, enough=ENOUGH).filter(due__lt=F("enough")).update(outcome=Outcome.MISSING, **facts)
    rest.filter(outcome=Outcome.PENDING).update(outcome=Outcome.DELIVERED, **facts)
    return sum(len(pks) for pks in by_door.values())


def is_served(outcome: str) -> bool:
    return outcome in SERVED
