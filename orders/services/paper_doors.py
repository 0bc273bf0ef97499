"""What came back written on a delivery run, typed in by whoever holds the paper: exceptions, and "all the others"."""

import datetime as dt
import uuid
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import override

from compound.models import Household, Sheet, User
from compound.refusals import Refusal
from compound.services import audit
from orders.models import DoorMark, Order, OrderLine, Round
from orders.queries.sheet_rows import BagSlips, DeliveryRun, without_numbers
from orders.services.delivery import check_doors, decided_lines, left_open, of_doors_with_something
from orders.services.doors import Teller, Try, placed_lines, record_rest, record_tries
from orders.services.locks import lock_round

Outcome = OrderLine.Outcome


@dataclass(frozen=True)
class Written:
    """`doors`: exceptions that were written down; `rest`: lines that "all the others" have delivered.

    `kept`: by room where a phone or the desk has said otherwise and stands (`DoorMark.Source`). `more`: rooms for which
    something is on the list that does not stand on this sheet, and of which nothing was said therefore. `undecided`:
    goods that "all the others" has left open because they came short and nobody has shared them out.
    """

    doors: int
    rest: int
    replayed: bool = False
    kept: Mapping[str, str] = field(default_factory=dict)
    more: tuple[str, ...] = ()
    undecided: tuple[str, ...] = ()


def rooms_on(sheet: Sheet) -> tuple[str, ...]:
    """Rooms of a delivery run as they stand on the paper; () for every other sheet."""
    if sheet.kind != DeliveryRun.kind:
        return ()
    return tuple(stop[0] for stop in sheet.rows["stops"])


@transaction.atomic
def record_paper(
    *,
    sheet: Sheet,
    code: str,
    id: uuid.UUID,
    doors: Mapping[str, str],
    rest: bool,
    by: User | None,
    at: dt.datetime,
) -> Written:
    """`doors`: outcome by room, '' takes a mark back. `rest`: every other door of the sheet was delivered.

    `code` is the one on the paper, `id` that of the form: the same form again changes nothing. `by` is whoever is
    logged in and may deliver here, if anybody. Nothing but the rooms on that sheet, in its own round, and of them the
    goods that were on it. Without an account nothing that a phone or the desk has said is changed, and nothing at all
    once the round is settled. Raises `sheet_no_run`, `round_not_closed`, `round_settled`, `room_not_on_sheet`,
    `nothing_said`.
    """
    rooms = rooms_on(sheet)
    known = Round.objects.filter(pk=sheet.group, compound=sheet.compound_id).first()
    if not rooms or known is None:
        raise Refusal("sheet_no_run", _("Only on delivery runs something can be entered."))
    if stranger := next((room for room in doors if room not in rooms), None):
        raise Refusal("room_not_on_sheet", _("%(room)s is not on this sheet.") % {"room": stranger}, room=stranger)
    if not doors and not rest:
        raise Refusal("nothing_said", _("Nothing is filled in yet."))
    round = lock_round(known.pk)
    check_doors(round, at)
    if is_over_for(round, by):
        raise Refusal("round_settled", _("This round is settled: tell the coordinator what was different."))
    households = _households(round, rooms)
    if DoorMark.objects.filter(pk__in=[uuid.uuid5(id, str(door.pk)) for door in households.values()]).exists():
        return Written(len(doors), 0, replayed=True)
    teller = Teller(source=DoorMark.Source.PAPER, at=at, received_at=at, by=by, paper=code)
    spoken = [room for room in rooms if room in households and (rest or room in doors)]
    printed, more = _printed(sheet, round, {households[room].pk: room for room in spoken})
    tries = {
        room: Try(door.pk, outcome, uuid.uuid5(id, str(door.pk)), only=tuple(printed[room]))
        for room, outcome in doors.items()
        if (door := households.get(room)) and room in printed
    }
    now = record_tries(round=round, tries=list(tries.values()), teller=teller) if tries else {}
    delivered = 0
    undecided: tuple[str, ...] = ()
    if rest:
        others = [line for room, lines in printed.items() if room not in doors for line in lines]
        undecided = left_open(round, placed_lines(round).filter(pk__in=others))
        lines = of_doors_with_something(round, decided_lines(round).filter(pk__in=others))
        delivered = record_rest(round=round, lines=lines, teller=teller, ids=id)
    _note(sheet, round, doors, delivered, by, at)
    kept = {room: now[one.household].kept_from for room, one in tries.items() if "kept" in now[one.household].flags}
    more_rooms = tuple(room for room in rooms if room in more)
    return Written(len(tries), delivered, kept=kept, more=more_rooms, undecided=undecided)


def is_over_for(round: Round, by: User | None) -> bool:
    """Whoever holds the paper says nothing any more once the round is settled; with an account it is a correction."""
    return by is None and round.state == Round.State.SETTLED


def _printed(sheet: Sheet, round: Round, rooms: Mapping[int, str]) -> tuple[dict[str, list[int]], set[str]]:
    """By room the lines that were in its bag when the sheet was made, placed still or not; and the rooms with others.

    `rooms`: of households. A run prints bags; what is in them stands on the slips of that moment. Two statements.
    """
    slips = Sheet.objects.filter(group=sheet.group, kind=BagSlips.kind, made_at__lte=sheet.made_at)
    newest = slips.order_by("-version").values_list("rows", flat=True).first()
    bags = {slip["room"]: slip["lines"] for slip in newest["slips"]} if newest else None
    lines = OrderLine.objects.filter(order__round=round, order__household__in=rooms).exclude(
        order__state=Order.State.LATE
    )
    printed: dict[str, list[int]] = defaultdict(list)
    more = set()
    for line in lines.select_related("order", "item").order_by("pk"):
        room = rooms[line.order.household_id]
        if line.order.entered_at <= sheet.made_at if bags is None else _is_in_bag(line, bags.get(room, ())):
            printed[room].append(line.pk)
        elif line.order.state == Order.State.PLACED:
            more.add(room)
    return dict(printed), more


def _is_in_bag(line: OrderLine, bag: Iterable[list[str]]) -> bool:
    """By goods and unit, under any name that it has had: a slip adds a qualifier to it, or says what goes instead."""
    unit = line.unit or (line.item.unit if line.item else "")
    names = {without_numbers(name) for name in (line.goods, line.said, line.item.name if line.item else "") if name}
    for goods, of, _quantity, *more in bag:
        known = more[1] if len(more) > 1 else goods
        if of == unit and (known in names or any(known.startswith((f"{name}（", f"{name}(")) for name in names)):
            return True
    return False


def _households(round: Round, rooms: tuple[str, ...]) -> dict[str, Household]:
    """By room, those that have ordered in the round, now or before they changed their mind."""
    doors = Household.objects.filter(compound=round.compound, room__in=rooms)
    doors = doors.filter(orders__in=Order.objects.filter(round=round)).distinct()
    return {door.room: door for door in doors}


def _note(sheet: Sheet, round: Round, doors: Mapping[str, str], rest: int, by: User | None, at: dt.datetime) -> None:
    """In the audit without the code: it opens the page."""
    with override(round.compound.language):
        said = [f"{room} {Outcome(outcome).label if outcome else _('taken back')}" for room, outcome in doors.items()]
        if rest:
            said.append(_("all others delivered"))
        text = f"{sheet.title}: {'，'.join(said)}"
    audit.record(
        compound=round.compound,
        by=by,
        at=at,
        action="doors.from_paper",
        subject=sheet.part,
        text=text,
        round=str(round.pk),
        sheet=str(sheet.pk),
        version=sheet.version,
        doors=dict(doors),
        lines=rest,
    )
