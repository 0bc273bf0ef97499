"""Runs: what waits, planned once, changed by hand, sent out, over; and what was not handed over is on the next."""

import datetime as dt

import pytest
from django.db import transaction

from compound.refusals import Refusal
from orders.models import Batch, OrderLine, Stop, SupplyPoint
from orders.queries.doors import trip_walk
from orders.queries.runs import rules_of, run_page, waiting_doors
from orders.services import runs
from tests import make
from tests.at_once import Other, until_blocked
from tests.orders.runs.conftest import NOON, ROOMS, TWO, House, rooms_of

NIGHT = dt.datetime(2022, 8, 23, 23, 0, tzinfo=make.SHANGHAI)


def refused(code):
    return pytest.raises(Refusal, check=lambda refusal: refusal.code == code)


def waiting(house, **more):
    return [door.household.room for door in waiting_doors(house.compound, **more).ready]


def finish(house, batch):
    runs.send_run(batch=batch, by=house.by, at=TWO)
    return runs.finish_run(batch=batch, by=house.by, at=TWO)


# ── what waits ────────────────────────────────────


def test_waiting_are_packed_doors_in_walking_order_and_unpacked_ones_are_counted(house):
    house.pack("20-1702", "2-501", "2-101")
    waits = waiting_doors(house.compound)
    assert ([door.household.room for door in waits.ready], waits.unpacked) == (["2-101", "2-501", "20-1702"], 2)


def test_waiting_of_a_round_that_nobody_packs_on_the_page_is_all_of_it_once_it_is_delivered(house):
    assert waiting(house) == list(ROOMS)
    house.to("shopping")
    assert waiting(house) == []


def test_waiting_leaves_out_what_was_delivered_closed_or_not_due(house):
    house.mark("2-101", "delivered")
    house.mark("2-501", "left")
    OrderLine.objects.filter(order__household=house.doors["3-201"]).update(
        closed_at=TWO, closed_by=house.by, closed_reason="退款"
    )
    OrderLine.objects.filter(order__household=house.doors["3-601"]).update(allocated=0)
    assert waiting(house) == ["20-1702"]


def test_waiting_of_refused_doors_is_somebodys_decision_and_nobody_home_goes_again(house):
    house.mark("2-101", "refused")
    house.mark("2-501", "nobody_home")
    waits = waiting_doors(house.compound)
    assert [door.household.room for door in waits.ready if door.is_again] == ["2-501"]
    assert [(door.household.room, door.worst) for door in waits.came_back] == [("2-101", "refused")]
    token = waits.came_back[0].token
    batch = house.plan(also=[token])
    assert rooms_of(batch) == [list(ROOMS)]


def test_waiting_for_a_medicine_run_is_of_pharmacies_only(house):
    assert waiting(house, is_medicine=True) == []
    SupplyPoint.objects.update(kind="pharmacy")
    assert waiting(house, is_medicine=True) == list(ROOMS)


# ── planning ──────────────────────────────────────


def test_plan_run_shares_doors_out_by_station_and_vehicle(house):
    house.station("南区", "3")
    house.station("北区", "20")
    house.vehicle(capacity=2)
    house.pack()
    batch = house.plan()
    assert [
        (trip.station and trip.station.name, trip.vehicle.name, trip.runner, rooms)
        for trip, rooms in zip(batch.trips.order_by("position"), rooms_of(batch), strict=True)
    ] == [
        ("南区", "一号三轮车", house.runner, ["3-201", "3-601"]),
        ("北区", "一号三轮车", house.runner, ["20-1702"]),
        (None, "一号三轮车", house.runner, ["2-101", "2-501"]),
    ]
    assert (batch.number, waiting(house)) == (1, [])


def test_plan_run_never_loads_more_than_a_vehicle_holds(house):
    house.vehicle(capacity=4)
    house.pack(bags=2)
    batch = house.plan()
    assert [sum(stop.bags for stop in trip.stops.all()) for trip in batch.trips.order_by("position")] == [4, 4, 2]


def test_plan_run_leaves_a_door_that_fits_on_no_vehicle_waiting_and_names_it(house):
    house.vehicle(capacity=4)
    house.pack("2-101", bags=5)
    house.pack("2-501")
    batch, left_over = runs.plan_run(compound=house.compound, leaves_at=TWO, runners=[], by=house.by, at=TWO)
    assert (left_over, rooms_of(batch), waiting(house)) == (("2-101",), [["2-501"]], ["2-101"])


def test_plan_run_of_nothing_is_refused(house):
    house.plan()
    with refused("nothing_waits"):
        house.plan()


def test_plan_run_in_the_quiet_hours_is_refused_and_medicine_or_a_reason_may(house):
    with refused("quiet_hours"):
        house.plan(NIGHT)
    batch = house.plan(NIGHT, reason="停电，冷藏品不能过夜")
    assert (batch.quiet_reason, batch.number) == ("停电，冷藏品不能过夜", 1)
    runs.cancel_run(batch=batch, by=house.by, at=TWO)
    SupplyPoint.objects.update(kind="pharmacy")
    assert house.plan(NIGHT, is_medicine=True).is_medicine
    assert [row.number for row in Batch.objects.order_by("number")] == [1, 2]


def test_plan_run_for_yesterday_is_refused(house):
    with refused("leaves_in_the_past"):
        house.plan(TWO - dt.timedelta(days=1))


@pytest.mark.django_db(transaction=True)
def test_plan_run_by_two_at_once_puts_each_bag_on_one_trip(clock):
    clock(TWO)
    house = House()
    with transaction.atomic():
        runs.lock_rules(house.compound)
        others = [Other(house.plan), Other(house.plan)]
        assert until_blocked(*others)
    ended = [other.ended() for other in others]
    assert sorted(type(each).__name__ for each in ended) == ["Batch", "str"]
    assert [each for each in ended if isinstance(each, str)] == ["nothing_waits"]
    assert sorted(stop.household.room for stop in Stop.objects.all()) == sorted(ROOMS)


# ── by hand ───────────────────────────────────────


def stops(batch, *rooms):
    return [stop.pk for stop in Stop.objects.filter(trip__batch=batch, household__room__in=rooms)]


def test_move_stops_to_another_trip_that_has_room_and_not_to_one_that_is_full(house):
    house.vehicle(capacity=3)
    house.pack()
    batch = house.plan()
    assert rooms_of(batch) == [["2-101", "2-501"], ["3-201", "3-601", "20-1702"]]
    first, second = batch.trips.order_by("position")
    with refused("trip_full"):
        runs.move_stops(batch=batch, stops=stops(batch, "2-101"), to=second, by=house.by, at=TWO)
    runs.move_stops(batch=batch, stops=stops(batch, "20-1702"), to=first, by=house.by, at=TWO)
    assert rooms_of(batch) == [["2-101", "2-501", "20-1702"], ["3-201", "3-601"]]


def test_move_stops_to_a_new_trip_and_an_empty_trip_goes(house):
    batch = house.plan()
    runs.move_stops(batch=batch, stops=stops(batch, "20-1702"), to=None, by=house.by, at=TWO)
    assert rooms_of(batch) == [["2-101", "2-501", "3-201", "3-601"], ["20-1702"]]
    runs.move_stops(batch=batch, stops=stops(batch, "20-1702"), to=batch.trips.get(position=1), by=house.by, at=TWO)
    assert rooms_of(batch) == [list(ROOMS)]


def test_take_off_puts_a_door_back_into_what_waits(house):
    batch = house.plan()
    assert runs.take_off(batch=batch, stops=stops(batch, "20-1702"), by=house.by, at=TWO) == 1
    assert waiting(house) == ["20-1702"]


def test_set_trip_to_a_vehicle_that_is_too_small_is_refused_and_a_large_one_fits(house):
    batch = house.plan()
    small, large = house.vehicle("小车", 2), house.vehicle("大车", 20)
    trip = batch.trips.get()
    with refused("trip_full"):
        runs.set_trip(trip=trip, vehicle=small, runner=house.packer, by=house.by, at=TWO)
    trip = runs.set_trip(trip=trip, vehicle=large, runner=house.packer, by=house.by, at=TWO)
    assert (trip.vehicle, trip.runner) == (large, house.packer)


def test_move_stops_of_a_run_that_has_left_is_refused(house):
    batch = house.plan()
    runs.send_run(batch=batch, by=house.by, at=TWO)
    with refused("run_state"):
        runs.move_stops(batch=batch, stops=stops(batch, "20-1702"), to=None, by=house.by, at=TWO)


# ── out, done, cancelled ──────────────────────────


def test_send_run_in_the_quiet_hours_is_refused_and_a_reason_may(house):
    batch = house.plan()
    with refused("quiet_hours"):
        runs.send_run(batch=batch, by=house.by, at=NIGHT)
    sent = runs.send_run(batch=batch, by=house.by, at=NIGHT, reason="停电")
    assert (sent.state, sent.quiet_reason) == ("out", "停电")


def test_send_run_with_a_trip_over_its_capacity_is_refused(house):
    house.pack()
    house.vehicle(capacity=5)
    batch = house.plan()
    house.pack("2-101", bags=2)
    with refused("trip_full"):
        runs.send_run(batch=batch, by=house.by, at=TWO)


def test_finish_run_frees_what_was_not_handed_over_and_once_more_is_a_door_that_was_tried(house):
    batch = house.plan()
    for room in ROOMS[:3]:
        house.mark(room, "delivered")
    house.mark("3-601", "nobody_home")
    assert finish(house, batch) == 2
    # At 20-1702 nobody has knocked yet.
    assert [(d.household.room, d.is_again) for d in waiting_doors(house.compound).ready] == [
        ("3-601", True),
        ("20-1702", False),
    ]
    again = house.plan()
    assert [(stop.household.room, stop.is_again) for stop in Stop.objects.filter(trip__batch=again)] == [
        ("3-601", True),
        ("20-1702", False),
    ]


def test_finish_run_counts_no_door_for_which_nothing_was_packed(house):
    batch = house.plan()
    for room in ROOMS[:2]:
        house.mark(room, "delivered")
    house.mark("2-501", "nobody_home")
    empty = {"packed": 0, "packed_at": NOON, "packed_by": house.packer}
    for room in ("2-501", "3-201"):
        OrderLine.objects.filter(order__household=house.doors[room]).update(**empty)
    [first, _second] = house.lines("3-601")
    OrderLine.objects.filter(pk=first.pk).update(**empty)
    assert finish(house, batch) == 2
    assert waiting(house) == ["3-601", "20-1702"]


def test_finish_run_leaves_the_runner_the_doors_that_are_still_in_hand(house):
    batch = house.plan()
    house.mark("2-101", "delivered")
    trip = batch.trips.select_related("batch").get()
    before = trip_walk(trip, house.compound, at=TWO)
    finish(house, batch)
    trip = batch.trips.select_related("batch").get()
    after = trip_walk(trip, house.compound, at=TWO)
    assert [door.household.room for door in after.doors] == [door.household.room for door in before.doors]
    assert (after.counts.marked, after.counts.doors) == (1, 5)


def test_run_that_was_done_too_early_is_taken_back_with_the_doors_that_no_other_run_has(house):
    batch = house.plan()
    house.mark("2-101", "delivered")
    assert finish(house, batch) == 4
    other = house.plan()
    runs.take_off(
        batch=other,
        stops=[stop.pk for stop in Stop.objects.filter(trip__batch=other).exclude(household__room="2-501")],
        by=house.by,
        at=TWO,
    )
    assert runs.take_finish_back(batch=batch, by=house.by, at=TWO + dt.timedelta(hours=1)) == 3
    batch.refresh_from_db()
    assert (batch.state, waiting(house)) == ("out", [])
    live = Stop.objects.filter(trip__batch=batch, ended_at=None).order_by("household__sort_key")
    assert [stop.household.room for stop in live] == ["2-101", "3-201", "3-601", "20-1702"]


def test_run_taken_back_on_another_day_or_while_it_is_out_is_refused(house):
    batch = house.plan()
    runs.send_run(batch=batch, by=house.by, at=TWO)
    with refused("run_state"):
        runs.take_finish_back(batch=batch, by=house.by, at=TWO)
    runs.finish_run(batch=batch, by=house.by, at=TWO)
    with refused("run_day_over"):
        runs.take_finish_back(batch=batch, by=house.by, at=TWO + dt.timedelta(days=1))


def test_door_taken_back_after_its_run_is_over_waits_again(house):
    batch = house.plan()
    for room in ROOMS:
        house.mark(room, "delivered")
    assert (finish(house, batch), waiting(house)) == (0, [])
    house.mark("2-101", "nobody_home")
    assert rooms_of(house.plan()) == [["2-101"]]
    assert Stop.objects.filter(household=house.doors["2-101"], ended_at=None).count() == 1


def test_cancel_run_frees_everything_on_it(house):
    batch = house.plan()
    assert (runs.cancel_run(batch=batch, by=house.by, at=TWO), waiting(house)) == (5, list(ROOMS))
    assert not any(door.is_again for door in waiting_doors(house.compound).ready)


def test_run_page_of_a_second_try_shows_no_mark_of_the_first(house):
    house.mark("2-101", "nobody_home")
    batch = house.plan()
    runs.send_run(batch=batch, by=house.by, at=TWO + dt.timedelta(minutes=5))
    batch.refresh_from_db()
    rules = rules_of(house.compound)
    assert run_page(batch, rules, at=TWO).done == 0
    house.mark("2-501", "delivered")
    OrderLine.objects.filter(outcome="delivered").update(outcome_at=TWO + dt.timedelta(minutes=6))
    assert run_page(batch, rules, at=TWO).done == 1
