"""The act `door` of a runner's phone or of a form: one door, or the one hand-over of a sealed building.

One door: `round` UUID, `room`, `do` (an outcome, or `undo`), `note`. With `missing` every `line` names a line that is
missing and `arrived-<line>` what did come of it; the door's other lines were handed over. An undo takes back the acts
that it names with `of` (ids, those of this door that the page knew), without them one's own; what somebody has said
since stands, and the undo is `overtaken`. What came short and nobody has shared out is handed over by `missing` alone,
with how much of it came (all of it too); a plain `delivered` leaves it open, and `text` names it.

A sealed building, whose bags are handed over at its own door: `building`, one `round` or several, `bags`, `taken_by`.
Every door of it counts as delivered about which nothing else has been said, but for what came short and nobody has
shared out. With `batch` it is the run's count at that building too.

Both: `source` `phone` (default) or `desk`. Answer of a door: {"room", "outcome" as it stands now, "flags", "text"}; of
a building: {"building", "lines", "open", "flags", "text"}, `open` the rooms that something is still open of. Flags:
`already`, `overtaken` by a later word, `nothing` was ordered there, `settled`, `quiet` hours without medicine,
`not_shared_out`.
"""

import uuid
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from compound import access
from compound.access import sees_building
from compound.models import Building, Household
from compound.refusals import Refusal
from compound.rooms import clean
from orders.events import Act, event_kind
from orders.models import Batch, DoorMark, Handover, Order, OrderLine, Round, Stop, SupplyPoint
from orders.quantities import decimal_of
from orders.queries.house_rules import house_rules, is_quiet_at
from orders.queries.sheet_rows import without_numbers
from orders.queries.totals import building_words
from orders.queries.undecided import names_of, undecided_lines
from orders.services.delivery import check_doors, note_building, note_door, of_doors_with_something
from orders.services.doors import Teller, Try, placed_lines, record_tries
from orders.services.locks import lock_rounds
from orders.sharing_words import not_shared_out

Outcome = OrderLine.Outcome
DO = (*(outcome.value for outcome in Outcome if outcome), "undo")
MOST_ROUNDS, MOST_BAGS, MOST_TRIES = 20, 9999, 200


@event_kind("door", roles=access.DELIVER)
def door(act: Act) -> dict[str, Any]:
    """Raises `malformed`, `round_unknown`, `door_unknown`, `round_not_closed`, `no_lines`, `missing_not_less`,
    `more_than_came`, and `place_unknown` for a building that is not on the run named with it."""
    return _building(act) if "building" in act.body else _one_door(act)


def _one_door(act: Act) -> dict[str, Any]:
    do = act.body.get("do")
    if do not in DO:
        raise _malformed()
    outcome = Outcome.PENDING if do == "undo" else Outcome(do)
    given = _texts(act.body.get("round"))
    if len(given) != 1:
        raise _malformed()
    [round] = _rounds(act, given)
    household = _household(act, round)
    arrived = _arrived(act.body, round, household) if outcome == Outcome.MISSING else {}
    of = _undone(act.body.get("of")) if do == "undo" else None
    one = Try(household.pk, outcome, act.id, arrived=arrived, note=_words(act.body.get("note")), of=of)
    now = record_tries(round=round, tries=[one], teller=_teller(act))[household.pk]
    if now.changed:
        note_door(round=round, household=household, outcome=outcome, lines=now.changed, by=act.by, at=act.received_at)
    words = Outcome(now.outcome).label if now.outcome in Outcome.values else _("in part")
    text = _("%(room)s: %(outcome)s.") % {"room": household.room, "outcome": words}
    flags = [*now.flags, *_flags(act, round, outcome)]
    if now.undecided:
        flags.append("not_shared_out")
        text = not_shared_out(now.undecided)
    return {"room": household.room, "outcome": now.outcome, "flags": flags, "text": text}


def _undone(given: Any) -> tuple[str, ...]:
    """The ids as they are written down; no more than a door can have been tried."""
    return tuple(sorted(str(one) for one in _ids(_texts(given)[:MOST_TRIES])))


def _building(act: Act) -> dict[str, Any]:
    given = _texts(act.body.get("round"))
    if not 1 <= len(given) <= MOST_ROUNDS:
        raise _malformed()
    building = Building.objects.filter(compound=act.compound, name=_words(act.body.get("building"))).first()
    if building is None or not sees_building(act.standing, building.pk):
        raise Refusal("door_unknown", _("This door is not on the run."))
    bags = _bags(act.body.get("bags"))
    note = _handed_words(bags, _words(act.body.get("taken_by")))
    lines = 0
    rounds = _rounds(act, given)
    undecided = _undecided(rounds, building)
    for round in rounds:
        open_lines: dict[int, list[int]] = {}
        placed = placed_lines(round).filter(order__household__building=building, outcome=Outcome.PENDING)
        decided = of_doors_with_something(round, placed.exclude(pk__in=[line.pk for line in undecided]))
        for household, line in decided.order_by("pk").values_list("order__household", "pk"):
            open_lines.setdefault(household, []).append(line)
        tries = [
            Try(pk, Outcome.DELIVERED, uuid.uuid5(act.id, f"{round.pk}/{pk}"), tuple(only), is_rest=True, note=note)
            for pk, only in open_lines.items()
        ]
        if not tries:
            continue
        count = sum(now.changed for now in record_tries(round=round, tries=tries, teller=_teller(act)).values())
        lines += count
        if count:
            note_building(round=round, building=building, lines=count, by=act.by, at=act.received_at, handed=note)
    if act.body.get("batch") and bags is not None:
        _count(act, building, bags, note)
    flags = {flag for round in rounds for flag in _flags(act, round, Outcome.DELIVERED)}
    text = _("%(building)s: handed over.") % {"building": building_words(building.name)}
    if undecided:
        flags.add("not_shared_out")
        text = f"{text} {not_shared_out(names_of(undecided))}"
    elif not lines:
        flags.add("already")
    rooms = sorted({line.order.household.room for line in undecided})
    return {"building": building.name, "lines": lines, "open": rooms, "flags": sorted(flags), "text": text}


def _undecided(rounds: list[Round], building: Building) -> list[OrderLine]:
    lines = undecided_lines([round.pk for round in rounds]).filter(order__household__building=building)
    return list(lines.select_related("order__household"))


def _count(act: Act, building: Building, bags: int, note: str) -> None:
    # Locked after the rounds, as everywhere: whoever ends the run at this moment sees the count.
    batches = Batch.objects.select_for_update(of=("self",), no_key=True).filter(compound=act.compound)
    batch = batches.filter(pk__in=_ids(_texts(act.body["batch"])[:1])).first()
    if batch is None:
        raise _malformed()
    stops = Stop.objects.filter(trip__batch=batch, household__building=building)
    # Counted there before, and taken off the run since: it was on it.
    if not stops.exists() and not Handover.objects.filter(batch=batch, building=building).exists():
        raise Refusal("place_unknown", _("This place is not on the run. Load the page again."))
    Handover.objects.create(
        event_id=act.id,
        batch=batch,
        leg=Handover.Leg.BUILDING,
        building=building,
        bags=bags,
        by=act.by,
        at=act.at,
        note=note,
    )


def _ids(given: list[str]) -> set[uuid.UUID]:
    try:
        return {uuid.UUID(one) for one in given}
    except ValueError:
        raise _malformed() from None


def _teller(act: Act) -> Teller:
    source = act.body.get("source", DoorMark.Source.PHONE)
    if source not in (DoorMark.Source.PHONE, DoorMark.Source.DESK):
        raise _malformed()
    return Teller(source=source, at=act.at, received_at=act.received_at, by=act.by)


def _rounds(act: Act, given: list[str]) -> list[Round]:
    """The rounds, locked. A round that is still open has no doors yet; every other one has."""
    ids = _ids(given)
    known = Round.objects.filter(pk__in=ids, compound=act.compound).values_list("pk", flat=True)
    locked = lock_rounds(known)
    if len(locked) != len(ids):
        raise Refusal("round_unknown", _("There is no such round here. Load the page again."))
    for round in locked.values():
        check_doors(round, act.received_at)
    return list(locked.values())


def _household(act: Act, round: Round) -> Household:
    """A door that has ordered in the round, now or before it changed its mind: whoever was there was there."""
    doors = Household.objects.filter(compound=act.compound, room=_words(act.body.get("room")))
    household = doors.filter(orders__in=Order.objects.filter(round=round)).distinct().first()
    if household is None or not sees_building(act.standing, household.building_id):
        raise Refusal("door_unknown", _("This door is not on the run."))
    return household


def _arrived(body: Mapping[str, Any], round: Round, household: Household) -> dict[int, Decimal]:
    """A line that is not of this door would be passed over, and all that is really here counted as delivered."""
    own = set(placed_lines(round).filter(order__household=household).values_list("pk", flat=True))
    arrived: dict[int, Decimal] = {}
    for ticked in _texts(body.get("line")):
        line = _number(ticked)
        if line is None or line not in own:
            raise Refusal("gone", _("This line is not there any more. Load the page again."))
        arrived[line] = _quantity(body.get(f"arrived-{line}"))
    if not arrived:
        raise Refusal("no_lines", _("Tick what is missing."))
    return arrived


def _bags(given: Any) -> int | None:
    text = clean(given if isinstance(given, str) else str(given or ""))
    number = _number(text)
    if text and (number is None or number > MOST_BAGS):
        raise Refusal("bags_unread", _("Write the number of bags in digits."))
    return number


def _number(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else None


def _texts(given: Any) -> list[str]:
    """A name that came once, several times, or not at all."""
    return [str(one) for one in given] if isinstance(given, list) else [str(given)] if given not in (None, "") else []


def _quantity(given: Any) -> Decimal:
    """`1.5`, `０.５`; nothing typed is none. Raises `quantity_unread` for what is no quantity, or fits no column."""
    words = clean(str(given if given is not None else ""))[:40]
    number = decimal_of(words or "0")
    if number is None or not (0 <= number < 1_000_000 and number.quantize(Decimal("0.001")) == number):
        raise Refusal("quantity_unread", _("“%(text)s” is no quantity.") % {"text": words}, text=words)
    return number


def _flags(act: Act, round: Round, outcome: str) -> list[str]:
    flags = ["settled"] if round.state == Round.State.SETTLED else []
    is_medicine = round.supply_point.kind == SupplyPoint.Kind.PHARMACY
    if outcome and not is_medicine and is_quiet_at(house_rules(act.compound), act.at):
        flags.append("quiet")
    return flags


def _handed_words(bags: int | None, taken_by: str) -> str:
    counted = ngettext("%(count)d bag", "%(count)d bags", bags) % {"count": bags} if bags is not None else ""
    taken = _("taken by %(name)s") % {"name": taken_by} if taken_by else ""
    said = (_("handed over at the building's door"), counted, taken)
    return pgettext("between the parts of a sentence", ", ").join(words for words in said if words)[:200]


def _words(given: Any) -> str:
    """Free text without anybody's number."""
    return without_numbers(given).strip()[:200] if isinstance(given, str) else ""


def _malformed() -> Refusal:
    return Refusal("malformed", _("This page is older than the server: load it again."))
