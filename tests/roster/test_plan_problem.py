"""From the tables to the planner's problem: which seats are open, who can, what is promised already."""

import datetime as dt

import pytest

from roster.models import Availability, GroupMember
from roster.planner import plan
from roster.services.plan_problem import OTHER_GROUP, RATHER_NOT, SAME_AGAIN, build
from tests import make
from tests.make import ELEVEN, NOON

pytestmark = pytest.mark.django_db

HOUR, DAY = dt.timedelta(hours=1), dt.timedelta(days=1)
# 23 August 2022 is a Tuesday.
TODAY = ELEVEN.date()


@pytest.fixture
def of():
    return make.compound()


def seats(mapping):
    return [(seat.shift.starts_at, seat.skill is not None, seat.need) for seat in mapping.seats]


def who_can(problem, mapping):
    """(name, number of the seat) with what it costs of wishes."""
    return {(mapping.people[who].name, turn): wish for (who, turn), wish in problem.can.items()}


def open_problem(of, **more):
    return build(of, TODAY, TODAY + DAY, ELEVEN, **more)


# -- seats ----------------------------------------------------------------------------------------------------------


def test_seats_when_some_need_a_skill_stand_apart_from_the_rest(of):
    make.shift(make.post(of, seats=3, needs={"医护": 1}), NOON)
    _problem, mapping = open_problem(of)
    assert seats(mapping) == [(NOON, True, 1), (NOON, False, 2)]


def test_seats_when_somebody_with_the_skill_is_there_are_the_rest(of):
    on = make.shift(make.post(of, seats=3, needs={"医护": 1}), NOON)
    make.assignment(on, make.volunteer(of, skills=["医护"]))
    _problem, mapping = open_problem(of)
    assert seats(mapping) == [(NOON, False, 2)]


def test_seats_when_the_shift_is_full_cancelled_or_has_begun_are_none(of):
    at_post = make.post(of)
    make.assignment(make.shift(at_post, NOON), make.volunteer(of))
    make.shift(at_post, NOON + 4 * HOUR, cancelled_at=ELEVEN)
    make.shift(at_post, ELEVEN - HOUR)
    make.shift(at_post, NOON + 2 * DAY)
    _problem, mapping = open_problem(of)
    assert seats(mapping) == []


def test_seats_beyond_the_minimum_are_not_filled(of):
    make.shift(make.post(of, minimum=1, maximum=4), NOON)
    _problem, mapping = open_problem(of)
    assert seats(mapping) == [(NOON, False, 1)]


# -- who can --------------------------------------------------------------------------------------------------------


def test_can_when_somebody_has_said_nothing_or_no_leaves_them_out(of):
    make.shift(make.post(of), NOON)
    make.volunteer(of, "冯磊", "13000000007")
    make.volunteer(of, "吴敏", "13000000008", always=False)
    away = make.volunteer(of, "孙丽", "13000000009")
    Availability.objects.create(volunteer=away, on=TODAY, level="cannot")
    rather = make.volunteer(of, "郑浩", "13000000010")
    Availability.objects.create(volunteer=rather, on=TODAY, level="rather_not")
    assert who_can(*open_problem(of)) == {("冯磊", 0): 0.0, ("郑浩", 0): RATHER_NOT}


def test_can_when_there_are_stairs_leaves_out_who_stays_on_the_ground(of):
    make.shift(make.post(of, "楼上", has_stairs=True), NOON)
    make.shift(make.post(of, "楼下"), NOON)
    make.volunteer(of, ground_floor_only=True)
    problem, mapping = open_problem(of)
    assert [mapping.seats[turn].shift.post.name for _who, turn in problem.can] == ["楼下"]


def test_can_when_a_skill_is_needed_is_whoever_has_it(of):
    make.shift(make.post(of, seats=2, needs={"医护": 1}), NOON)
    make.volunteer(of, "冯磊", "13000000007")
    make.volunteer(of, "吴敏", "13000000008", skills=["医护"])
    assert who_can(*open_problem(of)) == {("吴敏", 0): 0.0, ("冯磊", 1): 0.0, ("吴敏", 1): 0.0}


def test_can_when_the_group_has_members_costs_the_others_something(of):
    group = make.duty_group(of)
    make.shift(make.post(of, group=group), NOON)
    GroupMember.objects.create(group=group, volunteer=make.volunteer(of), compound=of)
    make.volunteer(of, "吴敏", "13000000008")
    assert who_can(*open_problem(of)) == {("冯磊", 0): 0.0, ("吴敏", 0): OTHER_GROUP}


def test_can_when_proposed_before_is_liked_again_and_when_waiting_is_left_alone(of):
    on = make.shift(make.post(of), NOON)
    make.assignment(on, make.volunteer(of), "proposed")
    make.assignment(on, make.volunteer(of, "吴敏", "13000000008"), "waiting")
    assert who_can(*open_problem(of)) == {("冯磊", 0): SAME_AGAIN}


# -- what is promised -----------------------------------------------------------------------------------------------


def test_promised_shift_when_too_close_is_kept_and_nothing_is_added(of):
    one = make.volunteer(of)
    make.assignment(make.shift(make.post(of), NOON), one)
    make.shift(make.post(of, "西门岗"), NOON + 6 * HOUR)
    problem, mapping = open_problem(of)
    assert problem.pinned == {(0, 1)}
    assert mapping.rows(plan(problem, seconds=2).assignments) == []


def test_promised_shift_when_far_enough_leaves_room(of):
    one = make.volunteer(of)
    make.assignment(make.shift(make.post(of), NOON), one)
    later = make.shift(make.post(of, "西门岗"), NOON + 20 * HOUR)
    problem, mapping = open_problem(of)
    assert [(shift, person.id) for shift, person in mapping.rows(plan(problem, seconds=2).assignments)] == [
        (later, one.pk)
    ]


def test_promised_shift_in_another_compound_holds_the_same_person(of):
    elsewhere = make.compound("heping", "和平里")
    there = make.volunteer(elsewhere)
    make.assignment(make.shift(make.post(elsewhere), NOON), there)
    make.volunteer(of)
    make.shift(make.post(of), NOON + HOUR)
    problem, mapping = open_problem(of)
    assert mapping.rows(plan(problem, seconds=2).assignments) == []


def test_week_when_hours_are_used_up_gives_nothing_more(of):
    """4 + 4 hours on Monday and Tuesday; 8 may be had in a week."""
    one = make.volunteer(of, hours_a_week=8)
    at_post = make.post(of)
    make.assignment(make.shift(at_post, NOON - DAY), one, "signed_out")
    make.shift(at_post, NOON)
    make.shift(at_post, NOON + DAY)
    problem, mapping = open_problem(of)
    assert len(mapping.rows(plan(problem, seconds=2).assignments)) == 1


def test_last_week_weighs_and_the_rest_after_its_last_night_is_kept(of):
    one = make.volunteer(of)
    sunday = make.shift(make.post(of), NOON - dt.timedelta(days=1, hours=14), hours=6, is_night=True)
    make.assignment(sunday, one, "signed_out")
    problem, _mapping = open_problem(of)
    worker = problem.volunteers[0]
    assert (worker.carried_shifts, worker.carried_nights, worker.last_end, worker.last_was_night) == (
        1, 1, 4 * 3600, True,
    )  # fmt: skip


def test_together_when_one_is_no_volunteer_here_is_left_out(of):
    one, other = make.volunteer(of), make.volunteer(of, "吴敏", "13000000008")
    away = make.volunteer(make.compound("heping", "和平里"), "孙丽", "13000000009")
    problem, _mapping = open_problem(of, together=[(one.pk, other.pk), (one.pk, away.pk)])
    assert problem.together == ((0, 1),)
