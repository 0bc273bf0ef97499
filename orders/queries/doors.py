"""Doors as whoever carries the bags goes along them: of one building in one round, or of a trip."""

import datetime as dt
import uuid
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cached_property

from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from compound.listing import listed
from compound.models import Building, Compound, Household
from orders import rules
from orders.doors import NOT_HANDED_OVER, UNDONE, is_unsigned, order_of, outcome_of_door, speaks_of, standing
from orders.models import Bag, Batch, DoorMark, Order, OrderLine, OrderRules, Round, Stop, SupplyPoint, Trip
from orders.quantities import plain
from orders.queries.house_rules import house_rules, is_quiet_at, quiet_times
from orders.queries.packing import substitutes_of
from orders.queries.sheet_rows import without_numbers
from orders.queries.sheet_rows.build import floor_of
from orders.queries.undecided import held_back, is_undecided, undecided_goods
from orders.queries.walking import sealed_buildings, walks_of
from orders.sharing_words import not_shared_out

Outcome = OrderLine.Outcome
Key = tuple[uuid.UUID, int]


@dataclass(frozen=True)
class DoorLine:
    """A good at its door. `amount`: what is in the bag of the good itself; `note`: what differs from the order."""

    line: OrderLine
    goods: str
    amount: str
    note: str = ""
    is_less: bool = False
    # It came short, and nobody has said who gets any.
    is_undecided: bool = False


def _door_line(line: OrderLine, instead: str, other: Decimal | None, is_undecided: bool) -> DoorLine:
    due, notes = rules.due(line), []
    if other:
        notes.append(_("and %(goods)s instead") % {"goods": f"{instead} {plain(other)}"})
    is_less = not rules.is_enough(due, ordered=line.ordered, is_weighed=rules.is_weighed(line))
    if is_less:
        notes.append(_("of %(quantity)s") % {"quantity": f"{plain(line.ordered)}{line.unit}"})
    if line.outcome == Outcome.MISSING and line.delivered is not None and line.delivered != due:
        notes.append(_("%(quantity)s came") % {"quantity": f"{plain(line.delivered)}{line.unit}"})
    if is_undecided:
        notes.append(_("came short, not shared out yet"))
    own = due - (other or 0)
    return DoorLine(line, line.goods, f"{plain(own)}{line.unit}", listed(notes), is_less, is_undecided)


@dataclass
class Door:
    """A household's lines of one round. `outcome` is that of all its lines, or `mixed`, or '' while one is open.

    `heading`: the unit and floor where they begin. `may_ring`: also in the quiet hours. `tries`: in the order in which
    they happened.
    """

    round: Round
    household: Household
    lines: list[DoorLine] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)
    tries: list[DoorMark] = field(default_factory=list)
    bags: int = 1
    is_again: bool = False
    may_ring: bool = False
    heading: str = ""
    error: str = ""
    # Where its card stands on the page, and what it says of its bags.
    anchor: str = ""
    about: str = ""
    # The hidden id of its form: sent twice, it is one act.
    act_id: uuid.UUID = field(default_factory=uuid.uuid4)

    @property
    def room(self) -> str:
        return self.household.room

    @property
    def building(self) -> str:
        return self.household.building.name

    @property
    def version(self) -> str:
        """Another text when another word has been said."""
        return f"{self.outcome}.{len(self.tries)}.{self.tries[-1].pk.hex[:8] if self.tries else ''}"

    @cached_property
    def outcome(self) -> str:
        return outcome_of_door(line.line.outcome for line in self.lines)

    @cached_property
    def has_nothing(self) -> bool:
        """Nothing of what was ordered is in a bag for this door, and that is decided."""
        return not any(
            rules.due(one.line) or one.line.delivered or one.is_undecided or one.line.outcome in NOT_HANDED_OVER
            for one in self.lines
        )

    @cached_property
    def comes_back(self) -> bool:
        """Something of its bags is not handed over, although somebody was there."""
        return any(one.line.outcome in NOT_HANDED_OVER for one in self.lines)

    @property
    def newest(self) -> DoorMark | None:
        return self.tries[-1] if self.tries else None

    @cached_property
    def last(self) -> DoorMark | None:
        """The last word that counts, for who and when."""
        if len(self.tries) < 2:
            return self.newest
        marks = [mark for line in self.lines if (mark := standing(line.line, self.tries).mark) is not None]
        return max(marks, key=order_of, default=self.newest)

    @cached_property
    def paper_says(self) -> DoorMark | None:
        """What somebody without an account has written off the paper, where a phone or the desk has said otherwise.

        Until somebody says something about this very door after that.
        """
        unsigned = [one for one in self.tries if is_unsigned(one) and not one.is_rest]
        if not unsigned or not unsigned[-1].outcome:
            return None
        paper = unsigned[-1]
        if any(not is_unsigned(one) and not one.is_rest and order_of(one) > order_of(paper) for one in self.tries):
            return None
        about = [line.line for line in self.lines if line.line.outcome and speaks_of(paper, line.line)]
        stands = [standing(line, self.tries).mark for line in about]
        return paper if any(mark is None or mark.outcome != paper.outcome for mark in stands) else None

    @property
    def in_vain(self) -> str:
        """Of an open door at which somebody rang in vain: how often, as its chip says it."""
        undone = {id for one in self.tries for id in one.arrived.get(UNDONE, ())}
        times = sum(one.outcome == Outcome.NOBODY_HOME and str(one.pk) not in undone for one in self.tries)
        if self.outcome or not times:
            return ""
        return ngettext("nobody home %(count)d time", "nobody home %(count)d times", times) % {"count": times}

    @property
    def failed(self) -> list[DoorMark]:
        """Earlier tries that came to nothing."""
        before = self.tries[:-1] if self.outcome else self.tries
        return [one for one in before if one.outcome in NOT_HANDED_OVER]


@dataclass
class SealedBuilding:
    """A building whose bags are handed over at its own door."""

    building: Building
    rounds: list[str]
    doors: int = 0
    open: int = 0
    bags: int = 0


@dataclass(frozen=True)
class Counts:
    doors: int
    open: int
    delivered: int
    left: int
    missing: int
    refused: int
    nobody_home: int
    damaged: int

    @property
    def marked(self) -> int:
        return self.doors - self.open


@dataclass(frozen=True)
class Quiet:
    """`is_now`: nobody rings. `times`: for a page that stays open; `rings`: some doors may be rung all the same."""

    house: OrderRules
    is_now: bool
    times: list[tuple[dt.datetime, dt.datetime]]
    rings: bool

    @property
    def milliseconds(self) -> str:
        """`from-until from-until`, for the page's module."""
        return " ".join(f"{start.timestamp() * 1000:.0f}-{end.timestamp() * 1000:.0f}" for start, end in self.times)


@dataclass(frozen=True)
class Walk:
    """All that a page of doors shows. `next` is the first open door, `several_rounds`: the cards say which round.

    `nothing`: doors for which nothing was left, apart from the others: nobody goes there and nothing is counted.
    """

    doors: tuple[Door, ...]
    sealed: tuple[SealedBuilding, ...]
    quiet: Quiet
    several_rounds: bool = False
    nothing: tuple[Door, ...] = ()

    @property
    def nothing_for(self) -> str:
        """Their rooms."""
        return listed(dict.fromkeys(door.room for door in self.nothing))

    @cached_property
    def counts(self) -> Counts:
        outcomes = [door.outcome for door in self.doors]
        return Counts(
            doors=len(outcomes),
            open=outcomes.count(""),
            delivered=outcomes.count(Outcome.DELIVERED),
            left=outcomes.count(Outcome.LEFT),
            missing=outcomes.count(Outcome.MISSING) + outcomes.count("mixed"),
            refused=outcomes.count(Outcome.REFUSED),
            nobody_home=outcomes.count(Outcome.NOBODY_HOME),
            damaged=outcomes.count(Outcome.DAMAGED),
        )

    @cached_property
    def brought_back(self) -> str:
        """Rooms whose bags go back with whoever carries."""
        return listed(door.room for door in self.doors if door.comes_back)

    @cached_property
    def contradicted(self) -> tuple[Door, ...]:
        """Doors of which the paper says something else than a phone or the desk."""
        return tuple(door for door in self.doors if door.paper_says)

    @cached_property
    def undecided(self) -> tuple[str, ...]:
        """Goods of open lines that came short and that nobody has shared out, by name."""
        return tuple(sorted({one.goods for door in self.doors for one in door.lines if one.is_undecided}))

    @property
    def undecided_words(self) -> str:
        return not_shared_out(self.undecided) if self.undecided else ""

    @property
    def next(self) -> Door | None:
        return next((door for door in self.doors if not door.outcome), None)

    def next_after(self, room: str) -> Door | None:
        """The next open door on the way, else the first one left behind."""
        rooms = [door.household.room for door in self.doors]
        start = rooms.index(room) if room in rooms else 0
        return next((door for door in self.doors[start:] if not door.outcome), self.next)


def building_walk(round: Round, building: Building, *, at: dt.datetime) -> Walk:
    """The doors of a building that ordered in the round, in walking order. At most twelve statements."""
    lines = _lines().filter(order__round=round, order__household__building=building)
    marks = DoorMark.objects.filter(round=round, household__building=building)
    bags = Bag.objects.filter(round=round, household__building=building).values_list("household", "bags")
    doors = _doors(lines, {round.pk: round}, marks)
    for household, count in bags:
        if (round.pk, household) in doors:
            doors[round.pk, household].bags = count
    return _walk(round.compound, doors.values(), at=at)


def trip_walk(trip: Trip, compound: Compound, *, at: dt.datetime, only: Collection[int] | None = None) -> Walk:
    """The doors of a trip. At most twelve statements. `only`: primary keys of the buildings that may be seen.

    Of a run that is over the doors that go with a later one stay: whoever stands on the stairs has them in hand.
    """
    stops = Stop.objects.filter(trip=trip).select_related("round__supply_point")
    if trip.batch.state not in (Batch.State.DONE, Batch.State.CANCELLED):
        stops = stops.filter(ended_at=None)
    if only is not None:
        stops = stops.filter(household__building__in=only)
    by_key = {(stop.round_id, stop.household_id): stop for stop in stops}
    rounds = {stop.round_id: stop.round for stop in by_key.values()}
    households = {household for _round, household in by_key}
    lines = _lines().filter(order__round__in=rounds, order__household__in=households)
    marks = DoorMark.objects.filter(round__in=rounds, household__in=households)
    doors = {key: door for key, door in _doors(lines, rounds, marks).items() if key in by_key}
    since = rules.begins_at(trip.batch)
    for key, door in doors.items():
        door.bags, door.is_again = by_key[key].bags, by_key[key].is_again
        if door.is_again:
            _open_again(door, since)
    return _walk(compound, doors.values(), at=at, is_medicine=trip.batch.is_medicine)


def _open_again(door: Door, since: dt.datetime) -> None:
    """What somebody said at the last try is not what this trip has done: an earlier try, and open. Not saved."""
    for line in (one.line for one in door.lines):
        if line.outcome in NOT_HANDED_OVER and line.outcome_at is not None and line.outcome_at < since:
            line.outcome = ""


def _lines() -> QuerySet[OrderLine]:
    lines = OrderLine.objects.filter(order__state=Order.State.PLACED)
    lines = lines.select_related("order__household__building", "order__household__unit", "item")
    return lines.order_by("order__entered_at", "order", "position", "pk")


def _doors(lines: QuerySet[OrderLine], rounds: dict[uuid.UUID, Round], marks: QuerySet[DoorMark]) -> dict[Key, Door]:
    """Remarks come without anybody's number: whoever carries the bags has no need of it."""
    found = list(lines)
    others = substitutes_of([line.pk for line in found if line.allocated_instead])
    short, held = undecided_goods(rounds.keys()), held_back(found)
    doors: dict[Key, Door] = {}
    for line in found:
        order = line.order
        key = (order.round_id, order.household_id)
        if key not in doors:
            doors[key] = Door(rounds[order.round_id], order.household)
        instead, other = others.get(line.pk, ("", None))
        doors[key].lines.append(_door_line(line, instead, other, is_undecided(line, short, held)))
        remark = without_numbers(order.remark) if order.remark else ""
        if remark and remark not in doors[key].remarks:
            doors[key].remarks.append(remark)
    for mark in marks.select_related("by"):
        if (mark.round_id, mark.household_id) in doors:
            doors[mark.round_id, mark.household_id].tries.append(mark)
    for door in doors.values():
        door.tries.sort(key=order_of)
    return doors


def _walk(compound: Compound, found: Iterable[Door], *, at: dt.datetime, is_medicine: bool = False) -> Walk:
    every = list(found)
    doors, nothing = [door for door in every if not door.has_nothing], [door for door in every if door.has_nothing]
    buildings = {door.household.building_id: door.household.building for door in every}
    walks = walks_of(compound, list(buildings))
    for some in (doors, nothing):
        some.sort(key=lambda door: (*walks.way(door.household), door.round.cutoff_at))
    several_rounds = len({door.round.pk for door in doors}) > 1
    for door in doors:
        door.anchor = f"d{door.household.room}" + (f"-{door.round.pk.hex[:8]}" if several_rounds else "")
        door.about = _about(door, several_rounds=several_rounds)
        door.may_ring = is_medicine or door.round.supply_point.kind == SupplyPoint.Kind.PHARMACY
    _headings(doors, several=len(buildings) > 1)
    house = house_rules(compound)
    house.compound = compound
    rings = any(door.may_ring and not door.outcome for door in doors)
    quiet = Quiet(house, is_quiet_at(house, at), quiet_times(house, at), rings)
    sealed = _sealed(doors, buildings, sealed_buildings(compound, at))
    return Walk(tuple(doors), sealed, quiet, several_rounds, tuple(nothing))


def _about(door: Door, *, several_rounds: bool) -> str:
    bags = ngettext("%(count)d bag", "%(count)d bags", door.bags) % {"count": door.bags}
    words = [bags if any(rules.due(line.line) for line in door.lines) else _("no bag")]
    words += [door.round.name] if several_rounds else []
    words += [_("once more")] if door.is_again else []
    return " · ".join(words)


def _headings(doors: Sequence[Door], *, several: bool) -> None:
    """Unit and floor at the first door of each floor; the building too where there are several."""
    last = None
    for door in doors:
        home = door.household
        floor = floor_of(home.number)
        place = (home.building_id, home.unit_id, floor)
        if place == last:
            continue
        words = [_("building %(name)s") % {"name": home.building.name}] if several else []
        words += [_("unit %(name)s") % {"name": home.unit.name}] if home.unit else []
        words.append(_("floor %(number)d") % {"number": floor} if floor >= 0 else _("cellar"))
        door.heading = " · ".join(words)
        last = place


def _sealed(
    doors: Sequence[Door], buildings: dict[int, Building], sealed: Collection[int]
) -> tuple[SealedBuilding, ...]:
    found: dict[int, SealedBuilding] = {}
    for door in doors:
        building = door.household.building_id
        if building not in sealed:
            continue
        one = found.setdefault(building, SealedBuilding(buildings[building], []))
        one.doors += 1
        one.bags += door.bags
        one.open += not door.outcome
        if str(door.round.pk) not in one.rounds:
            one.rounds.append(str(door.round.pk))
    return tuple(found.values())
