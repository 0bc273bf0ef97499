"""Rounds: made ahead by schedule, closed by the clock, moved along by the coordinator.

Whoever writes an order holds the round's row (locks.py), so the closing job waits for writers and then sees all
they wrote.
"""

import datetime as dt
import uuid
from collections import defaultdict
from collections.abc import Iterable, Sequence
from itertools import pairwise

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import override

from compound.jobs import sweeper
from compound.models import Compound, User
from compound.refusals import Refusal
from compound.services import audit
from orders import rules
from orders.models import Bag, Batch, Order, Round, RoundSchedule, SupplyPoint
from orders.names import scheduled_title
from orders.services.delivery import deliver_the_rest
from orders.services.locks import lock_round, lock_rounds
from orders.services.orders import Catalogue, Line, check_caps, end_orders, placed_lines_of, refuse_on_its_way
from orders.services.packing import bags_out, open_bags
from orders.services.round_goods import list_goods
from orders.services.sharing import refuse_short
from orders.services.sheet_requests import renew_sheets, request_sheets
from orders.signals import round_settled

# Each day's cut-offs of a compound that has said nothing else.
DEFAULT_CUTOFFS = (dt.time(12, 0), dt.time(18, 0))


@transaction.atomic
def open_round(
    *,
    compound: Compound,
    supply_point: SupplyPoint,
    title: str,
    opens_at: dt.datetime,
    cutoff_at: dt.datetime,
    by: User,
    at: dt.datetime,
    id: uuid.UUID | None = None,
) -> Round:
    """A round beside those of the schedule. The same round again under the same `id` is the round that is there.

    Raises `supply_point_elsewhere`, `cutoff_past`, `cutoff_before_opening`.
    """
    facts = {"compound": compound, "supply_point": supply_point, "title": title}
    facts |= {"opens_at": opens_at, "cutoff_at": cutoff_at}
    if id and (known := Round.objects.filter(pk=id, **facts).first()):
        return known
    if supply_point.compound_id != compound.pk:
        raise Refusal("supply_point_elsewhere", _("This supply point belongs to another compound."))
    if cutoff_at <= at:
        raise Refusal("cutoff_past", _("The cut-off has passed already: choose a later time."))
    if cutoff_at <= opens_at:
        raise Refusal("cutoff_before_opening", _("The cut-off must come after the opening."))
    if id is None or Round.objects.filter(pk=id).exists():
        # Somebody who goes back to the page and writes another round there sends the first one's id with it.
        id = uuid.uuid4()
    # Of two at the same moment the second waits for the first, and finds it.
    round, is_new = Round.objects.get_or_create(pk=id, defaults={**facts, "state_at": at})
    if not is_new:
        return round
    audit.record(compound=compound, by=by, at=at, action="round.opened", subject=str(round.pk), text=title, title=title)
    return round


@transaction.atomic
def move_cutoff(*, round: Round, cutoff_at: dt.datetime, by: User, at: dt.datetime) -> Round:
    """Moves the cut-off of an open round, and with it the opening of the scheduled one that comes after.

    Raises `round_closed`, `cutoff_past`, `cutoff_before_opening`, `cutoff_after_next`.
    """
    beside = _scheduled(round.compound_id, at).filter(supply_point=round.supply_point_id)
    locked = lock_rounds([round.pk, *beside.values_list("pk", flat=True)])
    round = locked[round.pk]
    rules.check_cutoff(round, cutoff_at=cutoff_at, at=at)
    before = round.cutoff_at
    if round.scheduled_for is not None:
        _check_next(round, locked.values(), cutoff_at=cutoff_at, at=at)
    round.cutoff_at = cutoff_at
    round.save(update_fields=["cutoff_at"])
    _line_up(locked.values(), at)
    audit.record(
        compound=round.compound,
        by=by,
        at=at,
        action="round.cutoff_moved",
        subject=str(round.pk),
        text=round.title,
        before=before.isoformat(),
        after=cutoff_at.isoformat(),
    )
    return round


@transaction.atomic
def advance_round(*, round: Round, to: str, by: User, at: dt.datetime) -> Round:
    """Moves a closed round one step on. Closing itself is the clock's: see `close_due_rounds`.

    Settling counts every line without a mark as delivered: the runs come back with their exceptions written on them.
    Raises `round_state`, `short_not_shared` before delivering (see `refuse_short`), `run_still_out` before settling.
    """
    round = lock_round(round.pk)
    if to in (Round.State.CLOSED, Round.State.CANCELLED):
        raise Refusal("round_state", _("A round is closed by its cut-off. To end it earlier, move the cut-off."))
    rules.check_next_state(round, to)
    if to == Round.State.DELIVERING:
        refuse_short(round)
    if to == Round.State.SETTLED:
        _refuse_out(round)
    round.state, round.state_at = to, at
    round.save(update_fields=["state", "state_at"])
    if to == Round.State.SETTLED:
        deliver_the_rest(round=round, by=by, at=at)
    audit.record(
        compound=round.compound,
        by=by,
        at=at,
        action="round.moved_on",
        subject=str(round.pk),
        text=round.title,
        to=to,
    )
    if to == Round.State.SETTLED:
        round_settled.send(Round, round=round, by=by, at=at)
    return round


def _refuse_out(round: Round) -> None:
    """The doors of a run that is out are its runners' to tell: settling would count them as delivered before."""
    out = Batch.objects.filter(state=Batch.State.OUT, trips__stops__round=round, trips__stops__ended_at=None)
    if run := out.order_by("leaves_at").first():
        raise Refusal(
            "run_still_out",
            _("The run of %(when)s with bags of this round is still out. End that run first, then settle.")
            % {"when": f"{round.compound.local(run.leaves_at):%H:%M}"},
        )


@transaction.atomic
def cancel_round(*, round: Round, reason: str, by: User, at: dt.datetime) -> Round:
    """Ends a round before it is on its way. Its orders stay as they were written and count nowhere."""
    round = lock_round(round.pk)
    rules.check_next_state(round, Round.State.CANCELLED)
    if not reason.strip():
        raise Refusal("reason_missing", _("Say why, so that the neighbours can be told."))
    round.state, round.state_at, round.cancel_reason = Round.State.CANCELLED, at, reason.strip()
    round.save(update_fields=["state", "state_at", "cancel_reason"])
    audit.record(
        compound=round.compound,
        by=by,
        at=at,
        action="round.cancelled",
        subject=str(round.pk),
        text=round.title,
        reason=reason.strip(),
    )
    return round


@transaction.atomic
def _close_round(round_id: uuid.UUID, at: dt.datetime, *, offer: bool) -> bool:
    round = lock_round(round_id)
    if round.state != Round.State.OPEN or round.cutoff_at > at:
        return False
    round.state, round.closed_at, round.state_at = Round.State.CLOSED, at, at
    round.save(update_fields=["state", "closed_at", "state_at"])
    list_goods(round)
    request_sheets(round=round, by=None, at=at, offer=offer)
    audit.record(
        compound=round.compound,
        by=None,
        at=at,
        action="round.closed",
        subject=str(round.pk),
        text=round.title,
    )
    return True


def close_due_rounds(at: dt.datetime, *, compound: Compound | None = None, offer: bool = True) -> None:
    """Closes every round whose cut-off has passed, however long ago: no window that downtime could outlast.

    Each round is its own transaction, and closing it and asking for its sheets are one. Two sweeps at once take
    turns on the row and the second finds it closed. `compound`: only its rounds; `offer`: see `request_job`.
    """
    due = Round.objects.filter(state=Round.State.OPEN, cutoff_at__lte=at).order_by("cutoff_at")
    if compound is not None:
        due = due.filter(compound=compound)
    for round_id in list(due.values_list("pk", flat=True)):
        _close_round(round_id, at, offer=offer)


sweeper(close_due_rounds)


@transaction.atomic
def start_orders(*, compound: Compound, at: dt.datetime) -> SupplyPoint:
    """What a new compound needs before its first order: a supply point, the default cut-offs, a chat group."""
    with override(compound.language):
        supply_point, _created = SupplyPoint.objects.get_or_create(
            compound=compound, name=_("Supply point"), defaults={"position": 1}
        )
        for cutoff in DEFAULT_CUTOFFS:
            RoundSchedule.objects.get_or_create(compound=compound, supply_point=supply_point, cutoff=cutoff)
        compound.chain_sources.get_or_create(name=_("Residents' group"))
    schedule_rounds(compound=compound, at=at)
    return supply_point


def start_orders_of_new_compound(*, compound: Compound, at: dt.datetime, **kwargs: object) -> None:
    start_orders(compound=compound, at=at)


@sweeper
def schedule_all_rounds(at: dt.datetime) -> None:
    for compound in Compound.objects.filter(round_schedules__isnull=False).distinct():
        schedule_rounds(compound=compound, at=at)


def schedule_rounds(*, compound: Compound, at: dt.datetime) -> None:
    """Makes the rounds of today and tomorrow that are still to come. Safe to repeat: one row per schedule and cut-off.

    A round opens at the cut-off before its own of the same supply point, wherever that has been moved to, so that one
    is open at any time: no gap, and no two, but where a schedule comes in between while a later round is
    open already. Coming rounds that no active schedule asks for any more go, unless somebody has written into them.
    """
    today = compound.day_of(at)
    wanted = {
        (schedule.pk, compound.moment(today + dt.timedelta(days=day), schedule.cutoff)): schedule
        for schedule in compound.round_schedules.filter(is_active=True, supply_point__is_active=True).select_related(
            "supply_point"
        )
        for day in (-1, 0, 1)
    }
    _drop_unwanted(compound, wanted.keys(), at)
    scheduled = list(_scheduled(compound.pk, at))
    known = {(round.schedule_id, round.scheduled_for) for round in scheduled}
    cutoffs: dict[int, list[dt.datetime]] = defaultdict(list)
    for round in scheduled:
        cutoffs[round.supply_point_id].append(round.cutoff_at)
    for (schedule_id, moment), schedule in wanted.items():
        if (schedule_id, moment) not in known:
            cutoffs[schedule.supply_point_id].append(moment)
    several = len({schedule.supply_point_id for schedule in wanted.values()}) > 1
    Round.objects.bulk_create(
        [
            Round(
                compound=compound,
                supply_point=schedule.supply_point,
                schedule=schedule,
                scheduled_for=moment,
                title=_round_title(compound, schedule, moment, several=several),
                opens_at=max(
                    (cutoff for cutoff in cutoffs[schedule.supply_point_id] if cutoff < moment),
                    default=moment - dt.timedelta(days=1),
                ),
                cutoff_at=moment,
                state_at=at,
            )
            for (schedule_id, moment), schedule in wanted.items()
            if moment > at and (schedule_id, moment) not in known
        ],
        ignore_conflicts=True,
    )
    scheduled = list(_scheduled(compound.pk, at))
    if _out_of_line(scheduled, at):
        with transaction.atomic():
            _line_up(lock_rounds(round.pk for round in scheduled).values(), at)


def _scheduled(compound_id: int, at: dt.datetime) -> QuerySet[Round]:
    """The scheduled rounds of the last days and all to come: two days hold a cut-off before any that is to come."""
    return Round.objects.filter(
        compound=compound_id, scheduled_for__isnull=False, scheduled_for__gt=at - dt.timedelta(days=2)
    )


def _drop_unwanted(compound: Compound, wanted: Iterable[tuple[int, dt.datetime]], at: dt.datetime) -> None:
    """Coming rounds of a schedule that was switched off, or got another time: nobody has been told of them yet."""
    keys: set[tuple[int | None, dt.datetime | None]] = set(wanted)
    coming = Round.objects.filter(state=Round.State.OPEN, opens_at__gt=at)
    # Of the days after tomorrow nothing is asked yet.
    until = compound.moment(compound.day_of(at) + dt.timedelta(days=2), dt.time(0))
    mine = coming.filter(compound=compound, scheduled_for__lt=until)
    unwanted = [round.pk for round in mine if (round.schedule_id, round.scheduled_for) not in keys]
    if unwanted:
        with transaction.atomic():
            lock_rounds(unwanted)
            coming.filter(pk__in=unwanted, orders=None, late_orders=None, chain_imports=None).delete()


def _out_of_line(rounds: Iterable[Round], at: dt.datetime) -> list[tuple[Round, dt.datetime]]:
    """Scheduled rounds that have not opened yet, with the cut-off before their own where that is not their opening."""
    found = []
    scheduled = [round for round in rounds if round.scheduled_for is not None]
    scheduled.sort(key=lambda round: (round.supply_point_id, round.cutoff_at))
    for before, after in pairwise(scheduled):
        if (
            before.supply_point_id == after.supply_point_id
            and after.state == Round.State.OPEN
            and at < after.opens_at != before.cutoff_at < after.cutoff_at
        ):
            found.append((after, before.cutoff_at))
    return found


def _line_up(rounds: Iterable[Round], at: dt.datetime) -> None:
    """Lets each of the locked rounds open when the one before closes; one that has opened stays as it is."""
    for round, opens_at in _out_of_line(rounds, at):
        round.opens_at = opens_at
        round.save(update_fields=["opens_at"])


def _check_next(round: Round, rounds: Iterable[Round], *, cutoff_at: dt.datetime, at: dt.datetime) -> None:
    """Raises `cutoff_after_next` when the scheduled round after this one would close before it could open."""
    for other in rounds:
        coming = other.scheduled_for is not None and other.state == Round.State.OPEN and other.opens_at > at
        if other.pk != round.pk and coming and round.cutoff_at < other.cutoff_at <= cutoff_at:
            raise Refusal(
                "cutoff_after_next",
                _("“%(next)s” would close before this round does: choose an earlier time, or move that one first.")
                % {"next": other.title},
                next=other.title,
            )


def _round_title(compound: Compound, schedule: RoundSchedule, cutoff_at: dt.datetime, *, several: bool) -> str:
    """`8月23日 12:00`, with the supply point's name where there is more than one."""
    local = compound.local(cutoff_at)
    with override(compound.language):
        title = scheduled_title(local)
    return f"{title} {schedule.supply_point.name}" if several else title


@transaction.atomic
def take_late_order(*, order: Order, into: Round, by: User, at: dt.datetime) -> Order:
    """Takes an order that missed its round into one that is open, or into its own while that is only just closed."""
    return _take_late([order], into=into, by=by, at=at)[0]


@transaction.atomic
def take_late_orders(*, orders: Sequence[Order], into: Round, by: User, at: dt.datetime) -> int:
    """Takes several late orders into one round, all or none. Returns how many."""
    return len(_take_late(orders, into=into, by=by, at=at))


def _take_late(orders: Sequence[Order], *, into: Round, by: User, at: dt.datetime) -> list[Order]:
    into = lock_rounds([into.pk, *(order.round_id for order in orders)])[into.pk]
    locked = Order.objects.select_for_update(of=("self",)).filter(pk__in=[order.pk for order in orders])
    taken = list(locked.select_related("household", "instead_of").order_by("pk"))
    catalogue = Catalogue(into)
    for order in taken:
        if order.state != Order.State.LATE:
            raise Refusal("order_not_late", _("Somebody has dealt with this order already."))
        own = into.pk == order.round_id
        if not (into.takes_orders(at) or (own and into.state == Round.State.CLOSED)):
            raise Refusal("round_closed", _("This round takes no more orders: choose the one that is open."))
        if not own:
            order.late_for_id, order.round = order.round_id, into
        elif order.instead_of is not None and order.instead_of.state == Order.State.PLACED:
            # The change that came too late is in time after all.
            refuse_on_its_way([order.instead_of])
            end_orders([order.instead_of], state=Order.State.REPLACED, reason=_("changed late"), by=by, at=at)
        goods = [Line(line.said or line.goods, line.ordered, line.unit) for line in order.lines.order_by("position")]
        check_caps(goods, catalogue, before=placed_lines_of(into, order.household))
        order.state = Order.State.PLACED
        order.save(update_fields=["late_for", "round", "state"])
        audit.record(
            compound=into.compound,
            by=by,
            at=at,
            action="order.late_taken",
            subject=str(order.pk),
            text=into.title,
            round=str(into.pk),
        )
    _open_bags_of(taken, into, by, at)
    renew_sheets(round=into, by=by, at=at)
    return taken


def _open_bags_of(orders: Sequence[Order], round: Round, by: User, at: dt.datetime) -> None:
    """A bag that is packed lacks what has come to it, unless it has left: then that goes on a later run."""
    doors = {order.household_id for order in orders}
    packed = set(Bag.objects.filter(round=round, household__in=doors).values_list("household", flat=True))
    if packed:
        open_bags(round=round, households=packed - bags_out(round=round, households=packed), by=by, at=at)
