"""Packing bags: what went in, in how many bags, and a second pair of eyes."""

import datetime as dt
import uuid
from collections import defaultdict
from collections.abc import Collection, Mapping
from decimal import Decimal
from typing import NamedTuple

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from compound.models import Building, Household, User
from compound.refusals import Refusal
from compound.services import audit
from orders import rules
from orders.models import Bag, Batch, Order, OrderLine, Round, Stop, Trip
from orders.quantities import plain
from orders.queries.undecided import held_back, is_undecided, names_of, undecided_goods
from orders.services.locks import lock_round

PACKED_FROM = (Round.State.CLOSED, Round.State.SHOPPING, Round.State.DELIVERING)
MOST_BAGS = 99


class PackedBuilding(NamedTuple):
    """`doors`: how many bags; `unweighed`: rooms that wait for a weight; `undecided`: goods that came short and that
    nobody has shared out, left open."""

    doors: int
    unweighed: list[str]
    undecided: tuple[str, ...] = ()


def _lines_of(round: Round) -> QuerySet[OrderLine]:
    return OrderLine.objects.filter(order__round=round, order__state=Order.State.PLACED)


def _open(round: Round) -> Round:
    """The round, locked; raises `round_not_packed` before its cut-off and once it is settled."""
    locked = lock_round(round.pk)
    if locked.state not in PACKED_FROM:
        raise Refusal("round_not_packed", _("Bags are packed from the cut-off until the round is settled."))
    return locked


def _locked(lines: QuerySet[OrderLine]) -> list[OrderLine]:
    return list(lines.select_related("item", "order").select_for_update(of=("self",)).order_by("pk"))


@transaction.atomic
def pack_household(
    *, round: Round, household: Household, packed: Mapping[int, Decimal], bags: int, by: User, at: dt.datetime
) -> Bag:
    """Writes what is in the bag of one door: `packed` by line, 0 for what is not there; every line must be named.

    The same again changes nothing; anything else takes a second check back. A line that waits to be shared out anew
    stays open. Raises `round_not_packed`, `line_not_named`, `packed_too_much` (only weighed goods may be over),
    `packed_over_share` (and they by a little only, once they are shared out), `not_shared_out`, `bags_out_of_range`,
    `door_marked`, `no_order`.
    """
    round = _open(round)
    if not 1 <= bags <= MOST_BAGS:
        raise Refusal("bags_out_of_range", _("A household has 1 to %(most)d bags.") % {"most": MOST_BAGS})
    lines = _locked(_lines_of(round).filter(order__household=household))
    if not lines:
        raise Refusal("no_order", _("This household has no order in this round any more. Load the page again."))
    _refuse_marked(lines)
    if {line.pk for line in lines} != set(packed):
        raise Refusal("line_not_named", _("The order has changed meanwhile. Load the page again."))
    changed = False
    waits = held_back(lines)
    for line in lines:
        quantity = packed[line.pk]
        if line.pk in waits:
            _refuse_held_back(line, quantity)
            continue
        _refuse_too_much(line, quantity)
        if line.packed != quantity:
            changed = True
            line.packed, line.packed_at, line.packed_by = quantity, at, by
            line.save(update_fields=["packed", "packed_at", "packed_by"])
    bag = Bag.objects.filter(round=round, household=household).first()
    if bag is not None and bag.bags == bags and not changed:
        return bag
    values = {"bags": bags, "packed_at": at, "packed_by": by, "checked_at": None, "checked_by": None}
    bag, _made = Bag.objects.update_or_create(round=round, household=household, defaults=values)
    # On a trip that has not left yet the number of bags goes along.
    Stop.objects.filter(round=round, household=household, ended_at=None, trip__batch__state="planned").update(bags=bags)
    audit.record(
        compound=round.compound,
        by=by,
        at=at,
        action="bag.packed",
        subject=household.room,
        text=household.room,
        round=str(round.pk),
        bags=bags,
    )
    return bag


def _refuse_marked(lines: Collection[OrderLine]) -> None:
    if any(line.outcome for line in lines):
        raise Refusal("door_marked", _("Something has happened at this door already: the bag is not packed any more."))


def _refuse_held_back(line: OrderLine, quantity: Decimal) -> None:
    if quantity:
        raise Refusal(
            "not_shared_out",
            _("%(goods)s was ordered when it was shared out already: share it out anew first.") % {"goods": line.goods},
            goods=line.goods,
        )


def _refuse_too_much(line: OrderLine, quantity: Decimal) -> None:
    most = rules.most_to_pack(line)
    if rules.is_weighed(line) and most is not None and quantity > most:
        raise Refusal(
            "packed_over_share",
            _(
                "%(goods)s was shared out: %(share)s%(unit)s is for this door, at most %(most)s%(unit)s on the scales. "
                "Put the rest back, or share it out anew first."
            )
            % {
                "goods": line.goods,
                "share": plain(rules.to_pack(line)),
                "most": plain(most),
                "unit": line.unit,
            },
            goods=line.goods,
            most=plain(most),
        )
    if quantity < 0 or (most is not None and quantity > most):
        raise Refusal(
            "packed_too_much",
            _("%(goods)s: more than is due. Only weighed goods may be over.") % {"goods": line.goods},
            goods=line.goods,
        )


@transaction.atomic
def unpack_household(*, round: Round, household: Household, by: User, at: dt.datetime) -> None:
    """Takes a bag back: packed by mistake. Raises `round_not_packed`, `door_marked`, `bag_on_its_way`."""
    round = _open(round)
    lines = _locked(_lines_of(round).filter(order__household=household))
    _refuse_marked(lines)
    if Stop.objects.filter(round=round, household=household, ended_at=None).exists():
        raise Refusal("bag_on_its_way", _("This bag is on a trip: take it off the trip first."))
    if not Bag.objects.filter(round=round, household=household).delete()[0]:
        return
    for line in lines:
        line.packed = line.packed_at = line.packed_by = None
        line.save(update_fields=["packed", "packed_at", "packed_by"])
    audit.record(
        compound=round.compound,
        by=by,
        at=at,
        action="bag.unpacked",
        subject=household.room,
        text=household.room,
        round=str(round.pk),
    )


@transaction.atomic
def pack_building(*, round: Round, building: Building, by: User, at: dt.datetime) -> PackedBuilding:
    """ "All packed as listed": every bag of the building that nobody has packed, one bag each.

    What waits to be shared out, or shared out anew, stays open: who gets some of that is said bag by bag. Ten
    statements at the most, however many doors.
    """
    round = _open(round)
    packed = set(Bag.objects.filter(round=round, household__building=building).values_list("household", flat=True))
    waiting = _lines_of(round).filter(order__household__building=building).exclude(order__household__in=packed)
    rooms = dict(waiting.values_list("order__household", "order__household__room"))
    owners = dict(waiting.values_list("pk", "order__household"))
    lines = _locked(waiting)
    held, short = held_back(lines), undecided_goods([round.pk])
    undecided = [line for line in lines if is_undecided(line, short, held)]
    waits = held | {line.pk for line in undecided}
    unweighed = {
        owners[line.pk]
        for line in lines
        if rules.is_weighed(line) and line.packed is None and rules.to_pack(line) and line.pk not in waits
    }
    ready = [line for line in lines if owners[line.pk] not in unweighed and not line.outcome and line.pk not in waits]
    for line in ready:
        if line.packed is None:
            line.packed = rules.to_pack(line)
        line.packed_at, line.packed_by = at, by
    OrderLine.objects.bulk_update(ready, ["packed", "packed_at", "packed_by"], batch_size=500)
    doors = sorted({owners[line.pk] for line in ready})
    Bag.objects.bulk_create(Bag(round=round, household_id=door, bags=1, packed_at=at, packed_by=by) for door in doors)
    if doors:
        audit.record(
            compound=round.compound,
            by=by,
            at=at,
            action="building.packed",
            subject=building.name,
            text=building.name,
            round=str(round.pk),
            doors=len(doors),
        )
    return PackedBuilding(len(doors), sorted(rooms[door] for door in unweighed), names_of(undecided))


@transaction.atomic
def check_bag(*, round: Round, household: Household, by: User, at: dt.datetime) -> bool:
    """The second look at one bag. Returns whether it was another person's than the packer's: better so, not a must.

    The first check stands. Raises `round_not_packed`, `bag_not_packed`.
    """
    round = _open(round)
    bag = Bag.objects.select_for_update(no_key=True).filter(round=round, household=household).first()
    if bag is None:
        raise Refusal("bag_not_packed", _("This bag is not packed yet. Load the page again."))
    if bag.checked_at is None:
        bag.checked_at, bag.checked_by = at, by
        bag.save(update_fields=["checked_at", "checked_by"])
    return bag.checked_by_id != bag.packed_by_id


@transaction.atomic
def check_building(*, round: Round, building: Building, by: User, at: dt.datetime) -> tuple[int, int]:
    """The second look at all packed bags of a building. Returns (checked now, of those packed by the same person)."""
    round = _open(round)
    bags = Bag.objects.filter(round=round, household__building=building, checked_at=None)
    own = bags.filter(packed_by=by).count()
    return bags.update(checked_at=at, checked_by=by), own


# ── bags that something has overtaken ─────────────


def bags_out(*, round: Round, households: Collection[int]) -> set[int]:
    """Of these households the ones whose bag of the round is on a run that has left. Two statements.

    The caller holds the round; runs that are planned stay so until its transaction ends.
    """
    stops = Stop.objects.filter(round=round, household__in=households, ended_at=None)
    runs = Batch.objects.filter(trips__stops__in=stops, state__in=[Batch.State.PLANNED, Batch.State.OUT])
    locked = Batch.objects.select_for_update(of=("self",), no_key=True).filter(pk__in=runs.values("pk")).order_by("pk")
    out = [batch.pk for batch in locked if batch.state == Batch.State.OUT]
    return set(stops.filter(trip__batch__in=out).values_list("household", flat=True)) if out else set()


def open_bags(*, round: Round, households: Collection[int], by: User | None, at: dt.datetime) -> tuple[str, ...]:
    """Takes bags back that must be packed anew, and off the runs that have not left. Returns the rooms.

    What is written of their lines stays: who packs again need not weigh again. Inside the transaction of the caller,
    who holds the round and knows from `bags_out` that none has left. Some seven statements.
    """
    bags = Bag.objects.filter(round=round, household__in=households)
    rooms = dict(bags.order_by("household__sort_key").values_list("household", "household__room"))
    if not rooms:
        return ()
    bags.delete()
    stops = Stop.objects.filter(round=round, household__in=rooms, ended_at=None, trip__batch__state=Batch.State.PLANNED)
    trips = set(stops.values_list("trip", flat=True))
    stops.delete()
    Trip.objects.filter(pk__in=trips, stops__isnull=True).delete()
    audit.record(
        compound=round.compound,
        by=by,
        at=at,
        action="bags.opened",
        subject=str(round.pk),
        text=round.title,
        rooms=list(rooms.values()),
    )
    return tuple(rooms.values())


def on_their_way(orders: Collection[Order]) -> set[uuid.UUID]:
    """Placed orders with a word from their door, or in a bag on a run that has left. Their rounds are locked."""
    placed = [order for order in orders if order.state == Order.State.PLACED]
    lines = OrderLine.objects.filter(order__in=placed)
    found = set(lines.exclude(outcome="").values_list("order", flat=True))
    packed: dict[uuid.UUID, list[Order]] = defaultdict(list)
    in_bags = set(lines.filter(packed__isnull=False).values_list("order", flat=True))
    for order in placed:
        if order.pk in in_bags - found:
            packed[order.round_id].append(order)
    for round in Round.objects.filter(pk__in=packed):
        out = bags_out(round=round, households=[order.household_id for order in packed[round.pk]])
        found |= {order.pk for order in packed[round.pk] if order.household_id in out}
    return found


def unpack_orders(*, orders: Collection[Order], by: User | None, at: dt.datetime) -> None:
    """What of these orders is packed is so no more, and their bags are opened: see `open_bags`."""
    lines = OrderLine.objects.filter(order__in=orders, packed__isnull=False)
    doors: dict[uuid.UUID, set[int]] = defaultdict(set)
    for round_id, household in lines.values_list("order__round", "order__household"):
        doors[round_id].add(household)
    if not doors:
        return
    lines.update(packed=None, packed_at=None, packed_by=None)
    for round in Round.objects.filter(pk__in=doors).select_related("compound").order_by("pk"):
        open_bags(round=round, households=doors[round.pk], by=by, at=at)
