"""Counted on the way: gate, station, building. What each place counts, gaps and their reasons."""

import datetime as dt
import uuid

import pytest
from django.db import transaction

from compound.access import standing_of
from compound.models import Role
from compound.refusals import Refusal
from orders.events import phone_act, take_act
from orders.handovers import Spot, expected_at
from orders.models import Handover
from orders.queries.handovers import places_of
from orders.services import runs
from orders.services.handovers import explain_gap
from tests import make
from tests.at_once import Other, until_blocked
from tests.orders.runs.conftest import TWO, House

MINUTE = dt.timedelta(minutes=1)


def refused(code):
    return pytest.raises(Refusal, check=lambda refusal: refusal.code == code)


@pytest.fixture
def batch(house):
    """Ten bags: gate → 南区 (2, 3: eight) and straight to 20 (two)."""
    house.station("南区", "2", "3")
    house.pack(bags=2)
    made = house.plan()
    runs.send_run(batch=made, by=house.by, at=TWO)
    return made


def count(house, batch, place, bags, *, by=None, at=TWO, received=None, id=None, **more):
    act = phone_act(
        id=id or uuid.uuid4(),
        standing=standing_of(by or house.runner, house.compound.code),
        kind="handover",
        at=at,
        clock_offset_ms=0,
        received_at=received or at,
        body={"batch": str(batch.pk), "place": place, "bags": str(bags), **more},
    )
    return take_act(act)


def key(house, name):
    station = house.compound.transit_stations.filter(name=name).first()
    return f"station:{station.pk}" if station else f"building:{house.building(name).pk}"


def table(batch):
    return {
        place.name or "gate": (place.count and place.count.bags, place.expected, place.missing, place.is_open)
        for place in places_of(batch)
    }


def test_places_of_a_run_are_the_chain_with_what_is_planned(house, batch):
    assert table(batch) == {
        "gate": (None, 10, 0, False),
        "南区": (None, 8, 0, False),
        "2": (None, 4, 0, False),
        "3": (None, 4, 0, False),
        "20": (None, 2, 0, False),
    }


def test_hand_over_that_adds_up_and_one_that_lacks_bags_names_the_gap_at_once(house, batch):
    answer, replayed = count(house, batch, "gate", 10)
    assert (answer["expected"], answer["counted"], answer["missing"], answer["flags"], replayed) == (
        10,
        10,
        0,
        [],
        False,
    )
    answer, _ = count(house, batch, key(house, "南区"), 7)
    assert (answer["missing"], answer["text"]) == (1, "已记下。少了1袋：协调员会看到。")
    assert table(batch)["南区"] == (7, 8, 1, True)


def test_place_takes_on_what_was_counted_before_it(house, batch):
    count(house, batch, key(house, "南区"), 7)
    count(house, batch, key(house, "2"), 4, at=TWO + MINUTE)
    count(house, batch, key(house, "3"), 3, at=TWO + 2 * MINUTE)
    assert table(batch)["3"] == (3, 3, 0, False)


def test_hand_over_counted_by_two_offline_and_flushed_late_stands_once_by_event_time(house, batch):
    late = TWO + dt.timedelta(hours=3)
    first, second = TWO + MINUTE, TWO + 2 * MINUTE
    answer, _ = count(house, batch, "gate", 9, by=house.packer, at=second, received=late)
    assert (answer["counted"], answer["flags"]) == (9, [])
    # The earlier count arrives after the later one: history.
    answer, _ = count(house, batch, "gate", 10, at=first, received=late + MINUTE)
    assert (answer["counted"], answer["missing"], answer["flags"]) == (9, 1, ["again", "superseded"])
    assert table(batch)["gate"] == (9, 10, 1, True)
    gate = places_of(batch)[0]
    assert [(row.bags, row.by) for row in gate.counts] == [(9, house.packer), (10, house.runner)]


def test_hand_over_sent_twice_is_one(house, batch):
    id = uuid.uuid4()
    first, _ = count(house, batch, "gate", 9, id=id)
    again, replayed = count(house, batch, "gate", 9, id=id)
    assert (again, replayed, Handover.objects.count()) == (first, True, 1)


def test_gap_explained_lets_the_run_be_done_and_a_new_count_reopens_it(house, batch):
    count(house, batch, "gate", 9)
    with refused("gap_open"):
        runs.finish_run(batch=batch, by=house.by, at=TWO)
    place = places_of(batch)[0]
    explain_gap(batch=batch, count=place.count.pk, reason="一袋破了，留在卡口", by=house.by, at=TWO)
    place = places_of(batch)[0]
    assert (place.is_open, place.gap.missing, place.gap.reason) == (False, 1, "一袋破了，留在卡口")
    count(house, batch, "gate", 8, at=TWO + MINUTE)
    assert table(batch)["gate"] == (8, 10, 2, True)
    with refused("counted_again"):
        explain_gap(batch=batch, count=place.count.pk, reason="还是那袋", by=house.by, at=TWO)
    count(house, batch, "gate", 10, at=TWO + 2 * MINUTE)
    assert table(batch)["gate"] == (10, 10, 0, False)
    assert runs.finish_run(batch=batch, by=house.by, at=TWO) == 5


def test_notes_of_counts_and_gaps_are_kept_without_anybodys_number(house, batch):
    count(house, batch, "gate", 9, note="袋子破了 打 13800001111")
    assert Handover.objects.get().note == "袋子破了 打 （号码略）"
    stands = places_of(batch)[0].count.pk
    gap = explain_gap(batch=batch, count=stands, reason="在王叔那里，电话13800001111", by=house.by, at=TWO)
    assert gap.reason == "在王叔那里，电话（号码略）"


@pytest.mark.django_db(transaction=True)
def test_count_with_a_gap_and_the_end_of_the_run_at_once_wait_for_each_other(transactional_db):
    house = House()
    house.pack()
    run = house.plan()
    runs.send_run(batch=run, by=house.by, at=TWO)
    with transaction.atomic():
        runs.finish_run(batch=run, by=house.by, at=TWO)
        other = Other(lambda: count(house, run, "gate", 1)[0]["flags"])
        assert until_blocked(other)
    assert other.ended() == ["run_over"]


def test_gap_is_open_again_when_the_place_before_it_was_counted_anew(house, batch):
    count(house, batch, key(house, "南区"), 7)
    place = next(place for place in places_of(batch) if place.name == "南区")
    explain_gap(batch=batch, count=place.count.pk, reason="一袋还在卡口", by=house.by, at=TWO)
    count(house, batch, "gate", 5)
    place = next(place for place in places_of(batch) if place.name == "南区")
    assert (place.expected, place.missing, place.is_open) == (5, -2, True)


def test_explain_gap_where_it_adds_up_or_without_a_reason_is_refused(house, batch):
    count(house, batch, "gate", 10)
    stands = places_of(batch)[0].count.pk
    with refused("no_gap"):
        explain_gap(batch=batch, count=stands, reason="无", by=house.by, at=TWO)
    with refused("reason_missing"):
        explain_gap(batch=batch, count=stands, reason=" ", by=house.by, at=TWO)


def test_hand_over_after_the_run_is_over_is_recorded_and_flagged(house, batch):
    runs.finish_run(batch=batch, by=house.by, at=TWO)
    answer, _ = count(house, batch, "gate", 10)
    assert answer["flags"] == ["run_over"]


@pytest.mark.parametrize("bags", ["", "zehn", "-1", "1.5", "123456"])
def test_hand_over_of_no_number_is_refused_and_full_width_digits_are_read(house, batch, bags):
    with refused("bags_unclear"):
        count(house, batch, "gate", bags)
    assert count(house, batch, "gate", "１０")[0]["counted"] == 10


@pytest.mark.parametrize("place", ["", "door:1", "station:99999999", "building:x", "gate:1"])
def test_hand_over_at_no_place_is_refused(house, batch, place):
    with refused("place_unknown"):
        count(house, batch, place, 1)


def test_hand_over_of_a_run_of_another_compound_is_refused(house, batch):
    other = make.compound("yangguang", "阳光苑")
    person = make.member(other, Role.VOLUNTEER)
    act = phone_act(
        id=uuid.uuid4(),
        standing=standing_of(person, other.code),
        kind="handover",
        at=TWO,
        clock_offset_ms=0,
        received_at=TWO,
        body={"batch": str(batch.pk), "place": "gate", "bags": "1"},
    )
    with refused("run_unknown"):
        take_act(act)


def test_captain_counts_at_the_own_building_only(house, batch):
    captain = make.member(house.compound, Role.CAPTAIN, building=house.building("3"))
    with refused("place_unknown"):
        count(house, batch, "gate", 10, by=captain)
    with refused("place_unknown"):
        count(house, batch, key(house, "2"), 4, by=captain)
    assert count(house, batch, key(house, "3"), 4, by=captain)[0]["missing"] == 0


def test_sealed_building_is_marked_on_the_chain(house, batch):
    from orders.queries.walking import sealed_buildings

    make.rulebook(house.compound, building=house.building("3"), persons=0, starts_at=TWO - 60 * MINUTE)
    sealed = sealed_buildings(house.compound, TWO)
    assert [place.name for place in places_of(batch, sealed=sealed) if place.is_sealed] == ["3"]
    make.rulebook(house.compound, "解封通告", ends_building_rows=True, starts_at=TWO - 30 * MINUTE)
    assert sealed_buildings(house.compound, TWO) == frozenset()


def test_expected_at_siblings_share_what_is_left_in_the_order_in_which_they_counted():
    spots = [
        Spot("gate", None, 40, 38, TWO),
        Spot("a", "gate", 20, 20, TWO + 2 * MINUTE),
        Spot("b", "gate", 20, 18, TWO + 3 * MINUTE),
        Spot("c", "a", 20),
    ]
    assert expected_at(spots) == {"gate": 40, "a": 20, "b": 18, "c": 20}
