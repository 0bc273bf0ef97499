"""The proposal of trips: no database, and rules that must hold for every load."""

import datetime as dt
from decimal import Decimal
from itertools import groupby

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from orders.rules import is_quiet
from orders.trips import Carrier, Drop, plan_trips, times_between

HALF = Decimal("0.5")
HANDS = [Carrier(None, 30)]


def doors(building, *bags, station="A", floors=0):
    return [Drop(f"{building}-{n}", station, building, count, floors) for n, count in enumerate(bags, start=1)]


def shape(proposal):
    return [(load.station, load.carrier.key, [drop.key for drop in load.drops]) for load in proposal.loads]


def plan(drops, carriers=HANDS, runners=("冯磊",)):
    return plan_trips(drops, carriers=carriers, runners=runners, floor_weight=HALF)


def test_buildings_of_one_station_that_fit_go_on_one_trip_in_walking_order():
    proposal = plan([*doors("2", 1, 2), *doors("10", 3)])
    assert shape(proposal) == [("A", None, ["2-1", "2-2", "10-1"])]


def test_building_that_no_longer_fits_opens_the_next_trip_whole():
    proposal = plan([*doors("2", 20), *doors("3", 6, 6)])
    assert shape(proposal) == [("A", None, ["2-1"]), ("A", None, ["3-1", "3-2"])]


def test_building_larger_than_any_vehicle_is_split_in_walking_order():
    proposal = plan(doors("8", 12, 12, 12, 2))
    assert shape(proposal) == [("A", None, ["8-1", "8-2"]), ("A", None, ["8-3", "8-4"])]


def test_building_too_large_for_the_next_vehicle_waits_for_the_one_that_holds_it():
    carriers = [Carrier("小车", 10), Carrier("大车", 40)]
    proposal = plan(doors("8", 12, 12), carriers)
    assert shape(proposal) == [("A", "大车", ["8-1", "8-2"])]


def test_vehicles_take_turns_and_stations_share_no_trip():
    carriers = [Carrier("一号", 10), Carrier("二号", 10)]
    drops = [*doors("1", 9), *doors("2", 9), *doors("3", 1, station="B")]
    assert shape(plan(drops, carriers)) == [
        ("A", "一号", ["1-1"]),
        ("A", "二号", ["2-1"]),
        ("B", "一号", ["3-1"]),
    ]


def test_door_with_more_bags_than_any_vehicle_holds_is_named_and_the_rest_goes():
    proposal = plan(doors("8", 31, 1))
    assert ([drop.key for drop in proposal.left_over], shape(proposal)) == (["8-1"], [("A", None, ["8-2"])])


def test_runner_with_floors_on_foot_gets_fewer_bags():
    low = [*doors("1", 28), *doors("2", 28)]
    high = doors("3", 28, floors=60)
    proposal = plan([*low, *high], runners=["冯磊", "罗强"])
    assert [(load.drops[0].building, load.runner) for load in proposal.loads] == [
        ("1", "罗强"),
        ("2", "罗强"),
        ("3", "冯磊"),
    ]


def test_trips_without_anybody_to_choose_from_have_no_runner():
    assert [load.runner for load in plan(doors("1", 1), runners=[]).loads] == [None]


@st.composite
def problems(draw):
    stations = draw(st.lists(st.integers(1, 4), max_size=4))
    drops = []
    for station, buildings in enumerate(stations):
        for building in range(buildings):
            sizes = draw(st.lists(st.tuples(st.integers(1, 9), st.integers(0, 30)), min_size=1, max_size=12))
            for n, (bags, floors) in enumerate(sizes):
                drops.append(Drop((station, building, n), station, (station, building), bags, floors))
    carriers = [Carrier(n, size) for n, size in enumerate(draw(st.lists(st.integers(1, 40), min_size=1, max_size=4)))]
    return drops, carriers, list(range(draw(st.integers(1, 6))))


@settings(max_examples=200, deadline=None)
@given(problems())
def test_any_proposal_keeps_capacity_order_and_buildings_and_balances_runners(problem):
    drops, carriers, runners = problem
    proposal = plan_trips(drops, carriers=carriers, runners=runners, floor_weight=HALF)
    most = max(carrier.capacity for carrier in carriers)
    # Each bag on one trip, or named as left over; walking order kept over all trips.
    assert [drop for load in proposal.loads for drop in load.drops] == [d for d in drops if d.bags <= most]
    assert list(proposal.left_over) == [drop for drop in drops if drop.bags > most]
    assert all(0 < load.bags <= load.carrier.capacity for load in proposal.loads)
    assert all({drop.station for drop in load.drops} == {load.station} for load in proposal.loads)
    # Split only when it must be.
    for building, group in groupby((drop for drop in drops if drop.bags <= most), key=lambda drop: drop.building):
        on = [load for load in proposal.loads if any(drop.building == building for drop in load.drops)]
        assert len(on) == 1 or sum(drop.bags for drop in group) > most
    # Nobody carries more than the lightest plus one trip.
    sums = {runner: Decimal(0) for runner in runners}
    for load in proposal.loads:
        sums[load.runner] += load.weight(HALF)
    heaviest = max((load.weight(HALF) for load in proposal.loads), default=Decimal(0))
    assert max(sums.values()) - min(sums.values()) <= heaviest


@pytest.mark.parametrize(
    ("time", "quiet"), [("21:59", False), ("22:00", True), ("00:30", True), ("06:59", True), ("07:00", False)]
)
def test_quiet_hours_over_midnight(time, quiet):
    hours = {"quiet_from": dt.time(22), "quiet_until": dt.time(7)}
    assert is_quiet(dt.time.fromisoformat(time), **hours) is quiet


def test_quiet_hours_from_and_until_the_same_time_are_none():
    assert not is_quiet(dt.time(0), quiet_from=dt.time(0), quiet_until=dt.time(0))


def test_half_hourly_runs_are_times_of_the_day():
    assert [f"{time:%H:%M}" for time in times_between(dt.time(9), dt.time(10, 40), 30)] == [
        "09:00",
        "09:30",
        "10:00",
        "10:30",
    ]
