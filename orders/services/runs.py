"""Runs: planned from what waits, changed by hand, sent out, done. Locks: OrderRules, Rounds, Batch, then rows by id."""

import datetime as dt
import uuid
from collections.abc import Collection, Sequence

from django.db import transaction
from django.db.models import Case, Exists, F, Max, OuterRef, Q, QuerySet, When
from django.utils.translation import gettext as _

from compound.models import Compound, User
from compound.refusals import Refusal
from compound.services import audit
from orders.models import Batch, Order, OrderLine, OrderRules, Round, StationBuilding, Stop, Trip, Vehicle
from orders.queries.due import DUE
from orders.queries.gone import delivered_stops, gone_stops
from orders.queries.handovers import places_of
from orders.queries.runs import HANDED_OVER, WaitingDoor, capacity_of, rules_of, waiting_doors
from orders.queries.undecided import HELD_BACK
from orders.rules import is_quiet
from orders.services.locks import lock_rounds
from orders.trips import Carrier, Drop, Proposal, plan_trips

S = Batch.State


def lock_rules(compound: Compound) -> OrderRules:
    """The compound's rules, made when first asked for; locked, so that one run is planned after the other."""
    OrderRules.objects.get_or_create(compound=compound)
    return OrderRules.objects.select_for_update(no_key=True).get(compound=compound)


def check_quiet(*, compound: Compound, rules: OrderRules, moment: dt.datetime, is_medicine: bool, reason: str) -> None:
    """Raises `quiet_hours` for a run in the quiet hours that carries no medicine and has no reason."""
    time = compound.local(moment).time()
    if is_medicine or reason or not is_quiet(time, quiet_from=rules.quiet_from, quiet_until=rules.quiet_until):
        return
    raise Refusal(
        "quiet_hours",
        _("Nobody rings at doors from %(start)s to %(end)s: choose another time, carry medicine only, or say why.")
        % {"start": f"{rules.quiet_from:%H:%M}", "end": f"{rules.quiet_until:%H:%M}"},
        start=f"{rules.quiet_from:%H:%M}",
        end=f"{rules.quiet_until:%H:%M}",
    )


@transaction.atomic
def plan_run(
    *,
    compound: Compound,
    leaves_at: dt.datetime,
    runners: Sequence[User],
    by: User,
    at: dt.datetime,
    is_medicine: bool = False,
    reason: str = "",
    also: Collection[str] = (),
) -> tuple[Batch, tuple[str, ...]]:
    """A run of everything that waits, shared out by `orders.trips`. Returns it and the rooms that fit on no vehicle.

    `also`: tokens of doors that came back refused or damaged and are carried all the same. Whoever plans second at the
    same moment finds what the first has left. Some 20 statements, however many doors.
    Raises `leaves_in_the_past`, `quiet_hours`, `nothing_waits`, `fits_nowhere`.
    """
    if compound.day_of(leaves_at) < compound.day_of(at):
        raise Refusal("leaves_in_the_past", _("That day is over: choose today or a later day."))
    rules = lock_rules(compound)
    check_quiet(compound=compound, rules=rules, moment=leaves_at, is_medicine=is_medicine, reason=reason)
    # Whoever packs or marks a door now is waited for.
    moving = (Round.State.CLOSED, Round.State.SHOPPING, Round.State.DELIVERING)
    lock_rounds(compound.rounds.filter(state__in=moving).values_list("pk", flat=True))
    waits = waiting_doors(compound, is_medicine=is_medicine)
    again = [door for door in waits.came_back if door.token in set(also)]
    doors = sorted([*waits.ready, *again], key=WaitingDoor.order)
    if not doors:
        raise Refusal("nothing_waits", _("Nothing waits to be carried. Perhaps somebody has just planned it."))
    drops = _drops(compound, doors)
    vehicles = {row.pk: row for row in compound.vehicles.filter(is_active=True).order_by("name")}
    carriers = [Carrier(row.pk, row.capacity) for row in vehicles.values()] or [Carrier(None, rules.bags_a_trip)]
    people = {person.pk: person for person in runners}
    proposal = plan_trips(drops, carriers=carriers, runners=list(people), floor_weight=rules.floor_weight)
    if not proposal.loads:
        raise Refusal("fits_nowhere", _("No vehicle holds so many bags of one household: enter a larger one."))
    day = compound.day_of(leaves_at)
    last = Batch.objects.filter(compound=compound, day=day).aggregate(last=Max("number"))["last"] or 0
    batch = Batch.objects.create(
        compound=compound,
        leaves_at=leaves_at,
        day=day,
        number=last + 1,
        is_medicine=is_medicine,
        state_at=at,
        made_by=by,
        quiet_reason=reason,
    )
    _write(batch, proposal, at=at)
    left_over = tuple(_door_of(drop).household.room for drop in proposal.left_over)
    audit.record(
        compound=compound,
        by=by,
        at=at,
        action="run.planned",
        subject=str(batch),
        text=str(batch),
        batch=str(batch.pk),
        doors=len(doors) - len(left_over),
        trips=len(proposal.loads),
        reason=reason,
    )
    return batch, left_over


def _door_of(drop: Drop) -> WaitingDoor:
    assert isinstance(drop.key, WaitingDoor)  # noqa: S101 - made a few lines above
    return drop.key


def _drops(compound: Compound, doors: Sequence[WaitingDoor]) -> list[Drop]:
    """The doors as `orders.trips` wants them: by station, then as they are walked; those without a station last."""
    served = {
        row.building_id: row.station
        for row in StationBuilding.objects.filter(station__compound=compound, station__is_active=True).select_related(
            "station"
        )
    }

    def place(door: WaitingDoor) -> tuple[bool, int, str]:
        station = served.get(door.household.building_id)
        return (station is None, station.position if station else 0, station.name if station else "")

    return [
        Drop(
            door,
            served[door.household.building_id].pk if door.household.building_id in served else None,
            door.household.building_id,
            door.bags,
            door.household.floors,
        )
        for door in sorted(doors, key=place)
    ]


def _write(batch: Batch, proposal: Proposal, *, at: dt.datetime) -> None:
    """Trips and stops. A stop still in force on a run that is over gives way."""
    trips = Trip.objects.bulk_create(
        Trip(
            batch=batch, position=position, station_id=load.station, vehicle_id=load.carrier.key, runner_id=load.runner
        )
        for position, load in enumerate(proposal.loads, start=1)
    )
    doors = [_door_of(drop) for load in proposal.loads for drop in load.drops]
    wanted = {door.key for door in doors}
    stale = Stop.objects.filter(
        ended_at=None, round__in={door.round for door in doors}, household__in={door.household.pk for door in doors}
    )
    ids = [pk for pk, *key in stale.values_list("pk", "round", "household") if tuple(key) in wanted]
    Stop.objects.filter(pk__in=ids).update(ended_at=at)
    Stop.objects.bulk_create(
        Stop(
            trip=trip,
            round_id=_door_of(drop).round,
            household_id=_door_of(drop).household.pk,
            bags=drop.bags,
            is_again=_door_of(drop).is_again,
        )
        for trip, load in zip(trips, proposal.loads, strict=True)
        for drop in load.drops
    )


def _locked(batch: Batch, *states: str) -> Batch:
    """The run, locked, in one of `states`; raises `run_state` else."""
    row = Batch.objects.select_for_update(of=("self",), no_key=True).select_related("compound").get(pk=batch.pk)
    if row.state not in states:
        raise Refusal(
            "run_state",
            _("This run is “%(now)s” already. Load the page again to see where it stands.")
            % {"now": row.get_state_display()},
            now=row.state,
        )
    return row


# ── by hand, while it is planned ──────────────────


@transaction.atomic
def move_stops(*, batch: Batch, stops: Collection[uuid.UUID], to: Trip | None, by: User, at: dt.datetime) -> Trip:
    """Puts doors on another trip of the run; `to` None: on a new one of the same kind. Trips left empty go.

    Raises `run_state`, `no_stops`, `trip_full`.
    """
    batch = _locked(batch, S.PLANNED)
    chosen = list(_to_carry(batch, stops).select_related("trip").order_by("pk"))
    if not chosen:
        raise Refusal("no_stops", _("Tick the doors first."))
    if to is None:
        last = batch.trips.aggregate(last=Max("position"))["last"] or 0
        first = chosen[0].trip
        to = Trip.objects.create(
            batch=batch, position=last + 1, station_id=first.station_id, vehicle_id=first.vehicle_id
        )
    to = batch.trips.select_related("vehicle").get(pk=to.pk)
    Stop.objects.filter(pk__in=[stop.pk for stop in chosen]).update(trip=to)
    _refuse_full(to, rules_of(batch.compound))
    batch.trips.filter(stops__isnull=True).exclude(pk=to.pk).delete()
    return to


@transaction.atomic
def take_off(*, batch: Batch, stops: Collection[uuid.UUID], by: User, at: dt.datetime) -> int:
    """Takes doors off the run: they wait for the next one. Raises `run_state`, `no_stops`."""
    batch = _locked(batch, S.PLANNED)
    count = _to_carry(batch, stops).delete()[0]
    if not count:
        raise Refusal("no_stops", _("Tick the doors first."))
    batch.trips.filter(stops__isnull=True).delete()
    return count


def _to_carry(batch: Batch, stops: Collection[uuid.UUID]) -> QuerySet[Stop]:
    """Of these stops those that are not handed over yet: whoever has handed one over keeps it, to take it back."""
    return Stop.objects.filter(trip__batch=batch, pk__in=stops).exclude(pk__in=delivered_stops(batch))


@transaction.atomic
def set_trip(*, trip: Trip, vehicle: Vehicle | None, runner: User | None, by: User, at: dt.datetime) -> Trip:
    """Who carries it, and with what. The runner may change while it is on its way. Raises `run_state`, `trip_full`."""
    batch = _locked(trip.batch, S.PLANNED, S.OUT)
    trip = batch.trips.select_related("vehicle").get(pk=trip.pk)
    trip.vehicle, trip.runner = vehicle, runner
    trip.save(update_fields=["vehicle", "runner"])
    _refuse_full(trip, rules_of(batch.compound))
    return trip


def _refuse_full(trip: Trip, rules: OrderRules) -> None:
    bags = sum(trip.stops.exclude(pk__in=gone_stops(trip.batch)).values_list("bags", flat=True))
    most = capacity_of(trip, rules)
    if bags > most:
        raise Refusal(
            "trip_full",
            _("Trip %(number)d holds %(most)d bags, that would be %(bags)d.")
            % {"number": trip.position, "most": most, "bags": bags},
            most=most,
            bags=bags,
        )


# ── on its way, and over ──────────────────────────


@transaction.atomic
def send_run(*, batch: Batch, by: User, at: dt.datetime, reason: str = "") -> Batch:
    """It leaves the gate. Raises `run_state`, `run_empty`, `trip_full`, `quiet_hours`."""
    batch = _locked(batch, S.PLANNED)
    rules = rules_of(batch.compound)
    trips = list(batch.trips.select_related("vehicle").filter(stops__isnull=False).distinct())
    if not trips:
        raise Refusal("run_empty", _("There is nothing on this run: cancel it."))
    for trip in trips:
        _refuse_full(trip, rules)
    reason = reason or batch.quiet_reason
    check_quiet(compound=batch.compound, rules=rules, moment=at, is_medicine=batch.is_medicine, reason=reason)
    batch.quiet_reason = reason
    return _advance(batch, S.OUT, by=by, at=at)


@transaction.atomic
def finish_run(*, batch: Batch, by: User, at: dt.datetime) -> int:
    """It is over. What was not handed over is free for the next run; returns at how many doors.

    Whoever says something of its doors at this moment is waited for; what comes in later is written down all the same.
    Raises `run_state`, and `gap_open` while a hand-over counted another number than came to it and nobody has said why.
    """
    # Before the run, as whoever marks a door takes them.
    lock_rounds(Stop.objects.filter(trip__batch=batch).values_list("round", flat=True))
    batch = _locked(batch, S.OUT)
    if gaps := sum(place.is_open for place in places_of(batch)):
        raise Refusal("gap_open", _("%(count)d counts do not add up: say why first.") % {"count": gaps}, count=gaps)
    stops = _not_handed_over(batch)
    Stop.objects.filter(pk__in=stops).update(ended_at=at)
    back = sum(stops.values())
    _advance(batch, S.DONE, by=by, at=at, back=back)
    return back


@transaction.atomic
def take_finish_back(*, batch: Batch, by: User, at: dt.datetime) -> int:
    """It was called done too early: on its way again, on the day on which it was done. Returns at how many doors.

    A door that is on the next run by now stays there. Raises `run_state`, `run_day_over`.
    """
    # Before the run, as `plan_run` takes them: a run planned at this moment has its doors or leaves them here.
    lock_rules(batch.compound)
    batch = _locked(batch, S.DONE)
    if batch.compound.day_of(batch.state_at) != batch.compound.day_of(at):
        raise Refusal("run_day_over", _("This run was done on an earlier day: plan what is left on a new run."))
    mine = Stop.objects.filter(trip__batch=batch, ended_at=batch.state_at)
    elsewhere = Stop.objects.filter(ended_at=None, round=OuterRef("round"), household=OuterRef("household"))
    ids = list(mine.filter(~Exists(elsewhere)).values_list("pk", flat=True))
    again = Stop.objects.filter(pk__in=ids).update(ended_at=None)
    _advance(batch, S.OUT, by=by, at=at, again=again)
    return again


def _not_handed_over(batch: Batch) -> dict[uuid.UUID, bool]:
    """The stops that end with the run, and whether something of them is still to come."""
    owed = (
        OrderLine.objects.filter(order__state=Order.State.PLACED, closed_at=None)
        .filter(order__round__stops__trip__batch=batch, order__round__stops__household=F("order__household"))
        .exclude(outcome__in=HANDED_OVER)
    )
    # Nothing was packed, or all of it was given to others: `waiting_doors` takes it onto no run.
    nothing = Q(due=0) & ~HELD_BACK
    doors: dict[tuple[uuid.UUID, int], bool] = {}
    for round, household, comes in owed.annotate(due=DUE).values_list(
        "order__round", "order__household", Case(When(nothing, then=False), default=True)
    ):
        doors[round, household] = doors.get((round, household), False) or comes
    stops = Stop.objects.filter(trip__batch=batch, ended_at=None).values_list("pk", "round", "household")
    return {pk: doors[round, household] for pk, round, household in stops if (round, household) in doors}


@transaction.atomic
def cancel_run(*, batch: Batch, by: User, at: dt.datetime) -> int:
    """It does not take place, or came back at the gate: everything on it waits again. Raises `run_state`."""
    batch = _locked(batch, S.PLANNED, S.OUT)
    freed = Stop.objects.filter(trip__batch=batch, ended_at=None).update(ended_at=at)
    _advance(batch, S.CANCELLED, by=by, at=at)
    return freed


def _advance(batch: Batch, state: str, *, by: User, at: dt.datetime, **params: object) -> Batch:
    batch.state, batch.state_at = state, at
    batch.save(update_fields=["state", "state_at", "quiet_reason"])
    audit.record(
        compound=batch.compound,
        by=by,
        at=at,
        action=f"run.{state}",
        subject=str(batch),
        text=f"{batch} {Batch.State(state).label}",
        batch=str(batch.pk),
        reason=batch.quiet_reason,
        **params,
    )
    return batch
