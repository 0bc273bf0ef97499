"""Rounds made ahead by their schedule: one open at any time, wherever a cut-off has been moved to."""

import datetime as dt

import pytest

from compound.refusals import Refusal
from orders.models import Round, RoundSchedule
from orders.services import goods, rounds
from tests import make
from tests.make import ELEVEN, NOON

pytestmark = pytest.mark.django_db

MINUTE = dt.timedelta(minutes=1)


def refused(code: str) -> "pytest.RaisesContext[Refusal]":
    return pytest.raises(Refusal, check=lambda refusal: refusal.code == code)


@pytest.fixture
def compound():
    return make.compound()


@pytest.fixture
def coordinator(compound):
    return make.member(compound)


@pytest.fixture
def door(compound):
    return make.household(compound, "20-1702")


def test_start_orders_at_eleven_makes_the_rounds_of_today_and_tomorrow(compound):
    rounds.start_orders(compound=compound, at=ELEVEN)

    made = [(r.opens_at, r.cutoff_at, r.title) for r in compound.rounds.order_by("cutoff_at")]
    day = dt.timedelta(days=1)
    six = dt.timedelta(hours=6)
    assert made == [
        (NOON - day + six, NOON, "8月23日 12:00"),
        (NOON, NOON + six, "8月23日 18:00"),
        (NOON + six, NOON + day, "8月24日 12:00"),
        (NOON + day, NOON + day + six, "8月24日 18:00"),
    ]


def test_schedule_rounds_twice_makes_nothing_new(compound):
    rounds.start_orders(compound=compound, at=ELEVEN)
    before = set(compound.rounds.values_list("pk", flat=True))

    rounds.schedule_rounds(compound=compound, at=ELEVEN + MINUTE)

    assert set(compound.rounds.values_list("pk", flat=True)) == before


def test_schedule_rounds_half_past_midnight_counts_the_local_day(compound):
    """00:30 in Shanghai is still yesterday in UTC."""
    at = dt.datetime(2022, 8, 23, 0, 30, tzinfo=make.SHANGHAI)
    rounds.start_orders(compound=compound, at=at)
    assert [r.title for r in compound.rounds.order_by("cutoff_at")][:2] == ["8月23日 12:00", "8月23日 18:00"]


def test_schedule_rounds_with_the_cutoff_moved_does_not_make_a_second_one_for_the_same_noon(compound, coordinator):
    rounds.start_orders(compound=compound, at=ELEVEN)
    noon = compound.rounds.get(cutoff_at=NOON)
    rounds.move_cutoff(round=noon, cutoff_at=NOON + 30 * MINUTE, by=coordinator, at=ELEVEN)

    rounds.schedule_rounds(compound=compound, at=ELEVEN + MINUTE)

    assert compound.rounds.filter(title="8月23日 12:00").count() == 1


def spans(compound, at=ELEVEN):
    """Opening and cut-off of each scheduled round still to close, in hours after the midnight before 23 August."""
    midnight = NOON - dt.timedelta(hours=12)
    hour = dt.timedelta(hours=1)
    rows = compound.rounds.filter(cutoff_at__gt=at).order_by("cutoff_at")
    return [((r.opens_at - midnight) / hour, (r.cutoff_at - midnight) / hour) for r in rows]


@pytest.mark.parametrize("hour", [11.5, 13.0])
def test_move_cutoff_of_a_scheduled_round_moves_the_opening_of_the_next_so_that_one_is_open(
    compound, coordinator, hour
):
    rounds.start_orders(compound=compound, at=ELEVEN)
    noon = compound.rounds.get(cutoff_at=NOON)

    moved = NOON + dt.timedelta(hours=hour - 12)
    rounds.move_cutoff(round=noon, cutoff_at=moved, by=coordinator, at=ELEVEN)
    rounds.schedule_rounds(compound=compound, at=ELEVEN + MINUTE)

    assert spans(compound) == [(-6, hour), (hour, 18), (18, 36), (36, 42)]


def test_move_cutoff_of_the_last_scheduled_round_is_where_the_one_made_later_opens(compound, coordinator):
    rounds.start_orders(compound=compound, at=ELEVEN)
    last = compound.rounds.order_by("cutoff_at").last()
    rounds.move_cutoff(round=last, cutoff_at=last.cutoff_at + 60 * MINUTE, by=coordinator, at=ELEVEN)

    tomorrow = ELEVEN + dt.timedelta(days=1)
    rounds.schedule_rounds(compound=compound, at=tomorrow)

    assert spans(compound, tomorrow) == [(18, 36), (36, 43), (43, 60), (60, 66)]


def test_move_cutoff_to_where_the_next_scheduled_round_closes_is_refused(compound, coordinator):
    rounds.start_orders(compound=compound, at=ELEVEN)
    noon = compound.rounds.get(cutoff_at=NOON)
    six = NOON + dt.timedelta(hours=6)
    with refused("cutoff_after_next"):
        rounds.move_cutoff(round=noon, cutoff_at=six, by=coordinator, at=ELEVEN)
    assert rounds.move_cutoff(round=noon, cutoff_at=six - MINUTE, by=coordinator, at=ELEVEN).cutoff_at == six - MINUTE


def test_move_cutoff_of_a_round_beside_the_schedule_moves_no_other(compound, coordinator):
    rounds.start_orders(compound=compound, at=ELEVEN)
    before = spans(compound)
    beside = make.round(compound, "平价猪肉")
    rounds.move_cutoff(round=beside, cutoff_at=NOON + 60 * MINUTE, by=coordinator, at=ELEVEN)
    Round.objects.filter(pk=beside.pk).delete()
    assert spans(compound) == before


def test_move_cutoff_leaves_a_round_that_has_opened_where_it_opened(compound, coordinator):
    rounds.start_orders(compound=compound, at=ELEVEN)
    Round.objects.filter(cutoff_at=NOON + dt.timedelta(hours=6)).update(opens_at=ELEVEN)
    noon = compound.rounds.get(cutoff_at=NOON)
    rounds.move_cutoff(round=noon, cutoff_at=NOON + 60 * MINUTE, by=coordinator, at=ELEVEN + MINUTE)
    assert spans(compound)[:2] == [(-6, 13), (11, 18)]


def test_switch_schedule_off_takes_its_coming_rounds_away_and_the_others_fill_the_gap(compound, coordinator):
    rounds.start_orders(compound=compound, at=ELEVEN)
    evening = compound.round_schedules.get(cutoff=dt.time(18))

    goods.switch_schedule(schedule=evening, is_active=False, by=coordinator, at=ELEVEN)
    assert spans(compound) == [(-6, 12), (12, 36)]

    goods.switch_schedule(schedule=evening, is_active=True, by=coordinator, at=ELEVEN)
    assert spans(compound) == [(-6, 12), (12, 18), (18, 36), (36, 42)]


def test_switch_schedule_off_while_its_round_is_open_leaves_that_one_to_its_cutoff(compound, coordinator):
    rounds.start_orders(compound=compound, at=ELEVEN)
    noon = compound.round_schedules.get(cutoff=dt.time(12))
    goods.switch_schedule(schedule=noon, is_active=False, by=coordinator, at=ELEVEN)
    assert spans(compound) == [(-6, 12), (12, 18), (18, 42)]


@pytest.mark.parametrize("what", ["order", "paste"])
def test_switch_schedule_off_keeps_a_round_that_somebody_has_written_into(compound, coordinator, door, what):
    rounds.start_orders(compound=compound, at=ELEVEN)
    six = compound.rounds.get(cutoff_at=NOON + dt.timedelta(hours=6))
    if what == "order":
        make.order(six, door, ("鸡蛋", "2", "板"), by=coordinator)
    else:
        six.chain_imports.create(
            source=compound.chain_sources.get(), text="#接龙", pasted_at=ELEVEN, pasted_by=coordinator
        )
    evening = compound.round_schedules.get(cutoff=dt.time(18))
    goods.switch_schedule(schedule=evening, is_active=False, by=coordinator, at=ELEVEN)
    assert spans(compound) == [(-6, 12), (12, 18), (18, 36)]


def test_schedule_rounds_after_a_schedule_got_another_time_replaces_its_coming_rounds(compound):
    rounds.start_orders(compound=compound, at=ELEVEN)
    RoundSchedule.objects.filter(compound=compound, cutoff=dt.time(18)).update(cutoff=dt.time(17))
    rounds.schedule_all_rounds(ELEVEN + MINUTE)
    assert spans(compound) == [(-6, 12), (12, 17), (17, 36), (36, 41)]


def test_add_schedule_between_two_cutoffs_opens_between_them(compound, coordinator):
    rounds.start_orders(compound=compound, at=ELEVEN)
    point = compound.supply_points.get()
    goods.add_schedule(compound=compound, supply_point=point, cutoff=dt.time(15), by=coordinator, at=ELEVEN)
    assert spans(compound) == [(-6, 12), (12, 15), (15, 18), (18, 36), (36, 39), (39, 42)]
