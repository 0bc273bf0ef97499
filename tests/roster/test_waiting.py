"""The waiting list: who waits, who is offered what falls free, and who has not answered in time."""

import datetime as dt

import pytest
from django.utils import translation

from compound.models import AuditEntry, Message
from roster.models import Assignment, Shift, Volunteer
from roster.services.assignments import accept_offer, expire_offers, offer_next, unassign, wait, withdraw
from roster.services.house_rules import rules_of
from roster.services.waiting import end_waiting, offer_again
from tests import make
from tests.make import ELEVEN, NOON
from tests.roster.reading import refusal, rows

pytestmark = pytest.mark.django_db
HOUR, MINUTE = dt.timedelta(hours=1), dt.timedelta(minutes=1)
EARLY = NOON - 12 * HOUR


@pytest.fixture(autouse=True)
def _in_english():
    with translation.override("en"):
        yield


@pytest.fixture
def of():
    return make.compound()


@pytest.fixture
def feng(of) -> Volunteer:
    return make.volunteer(of)


@pytest.fixture
def fang(of) -> Volunteer:
    return make.volunteer(of, "方琴", "13000000012")


@pytest.fixture
def su(of) -> Volunteer:
    return make.volunteer(of, "苏珊", "13000000013")


@pytest.fixture
def full(of, su) -> Shift:
    """Noon, with 苏珊 on its only seat."""
    shift = make.shift(make.post(of))
    make.assignment(shift, su)
    return shift


def test_wait_when_the_shift_is_full_is_a_place_on_the_list(feng, full):
    row = wait(shift=full, volunteer=feng, by=feng.user, at=EARLY)

    assert rows(full) == [("苏珊", "published", 1), ("冯磊", "waiting", None)]
    assert wait(shift=full, volunteer=feng, by=feng.user, at=ELEVEN) == row
    assert Assignment.objects.get(pk=row.pk).made_at == EARLY


def test_wait_when_there_is_a_free_place_says_to_take_it(of, feng):
    shift = make.shift(make.post(of))

    code, message = refusal(wait, shift=shift, volunteer=feng, by=feng.user, at=EARLY)

    assert (code, message) == ("not_full", "There is a free place on this shift: you need not wait, take it.")


def test_wait_when_they_could_not_take_it_anyway_is_refused(of, feng, full):
    make.assignment(make.shift(make.post(of, "西门岗"), NOON + 2 * HOUR), feng)

    assert refusal(wait, shift=full, volunteer=feng, by=feng.user, at=EARLY)[0] == "overlap"


def test_wait_when_a_needed_skill_is_there_already_takes_whoever_has_it_not(of, feng, su, fang):
    shift = make.shift(make.post(of, seats=2, needs={"医护": 1}))
    make.assignment(shift, make.volunteer(of, "李昕", "13000000014", skills=["医护"]))
    make.assignment(shift, su, seat=2)

    assert wait(shift=shift, volunteer=feng, by=feng.user, at=EARLY).state == "waiting"

    # Its twin: the seat of the one with the skill is for somebody with the skill.
    alone = make.shift(make.post(of, "热线", needs={"医护": 1}))
    make.assignment(alone, make.volunteer(of, "吴芳", "13000000015"), "confirmed")
    assert refusal(wait, shift=alone, volunteer=fang, by=fang.user, at=EARLY)[0] == "skill"


def test_sweep_when_somebody_who_was_passed_over_is_free_again_offers_them_the_seat(of, feng, full):
    wait(shift=full, volunteer=feng, by=feng.user, at=EARLY)
    clash = make.assignment(make.shift(make.post(of, "西门岗"), NOON), feng)
    lin = make.member(of)
    unassign(assignment=full.assignments.get(seat=1), by=lin, at=EARLY, why="")
    offer_again(EARLY)
    assert rows(full) == [("冯磊", "waiting", None), ("苏珊", "excused", None)]

    unassign(assignment=clash, by=lin, at=EARLY + HOUR, why="")
    offer_again(EARLY + HOUR)

    assert rows(full)[0] == ("冯磊", "offered", 1)
    assert Assignment.objects.get(seat=1).offer_until == EARLY + 2 * HOUR


@pytest.mark.parametrize("spoilt", ["full", "cancelled", "over"])
def test_sweep_when_nothing_can_be_offered_costs_one_query(of, feng, fang, spoilt, django_assert_num_queries):
    shift = make.shift(make.post(of), cancelled_at=EARLY if spoilt == "cancelled" else None)
    make.assignment(shift, feng, "waiting")
    if spoilt == "full":
        make.assignment(shift, fang, "offered")
    with django_assert_num_queries(1):
        offer_again(shift.ends_at if spoilt == "over" else EARLY)


def test_offer_when_a_seat_falls_free_goes_to_the_first_who_may(of, feng, fang, full):
    wait(shift=full, volunteer=feng, by=feng.user, at=EARLY)
    wait(shift=full, volunteer=fang, by=fang.user, at=EARLY + MINUTE)
    # 冯磊 has taken another shift since.
    make.assignment(make.shift(make.post(of, "西门岗"), NOON + 2 * HOUR), feng)

    unassign(assignment=full.assignments.get(seat=1), by=make.member(of), at=ELEVEN, why="")

    assert rows(full) == [("方琴", "offered", 1), ("冯磊", "waiting", None), ("苏珊", "excused", None)]


def test_offer_when_two_seats_are_free_goes_to_two(of, feng, fang):
    shift = make.shift(make.post(of, seats=2))
    for who, at in ((fang, EARLY), (feng, EARLY + MINUTE)):
        make.assignment(shift, who, "waiting", made_at=at)

    offered = offer_next(shift=shift, at=EARLY + HOUR)

    assert [row.user.name for row in offered] == ["方琴", "冯磊"]
    assert rows(shift) == [("方琴", "offered", 1), ("冯磊", "offered", 2)]
    assert sorted(one.to.name for one in Message.objects.all()) == ["冯磊", "方琴"]
    assert offer_next(shift=shift, at=EARLY + HOUR) == []


@pytest.mark.parametrize(
    ("at", "until"),
    [(EARLY, EARLY + HOUR), (NOON - 20 * MINUTE, NOON), (NOON, NOON + HOUR), (NOON + 210 * MINUTE, NOON + 4 * HOUR)],
)
def test_offer_when_it_is_made_is_kept_an_hour_but_not_beyond_the_start_or_the_end(of, feng, at, until):
    shift = make.shift(make.post(of))
    make.assignment(shift, feng, "waiting")

    assert [row.offer_until for row in offer_next(shift=shift, at=at)] == [until]


def test_offer_when_the_shift_is_over_or_cancelled_is_not_made(of, feng):
    shift = make.shift(make.post(of))
    make.assignment(shift, feng, "waiting")

    assert offer_next(shift=shift, at=shift.ends_at) == []
    Shift.objects.update(cancelled_at=ELEVEN)
    assert offer_next(shift=shift, at=ELEVEN) == []


def test_offer_when_the_last_seat_needs_a_skill_goes_to_whoever_has_it(of, feng):
    shift = make.shift(make.post(of, needs={"医护": 1}))
    nurse = make.volunteer(of, "唐静", "13000000014", skills=["医护"])
    make.assignment(shift, feng, "waiting", made_at=EARLY)
    make.assignment(shift, nurse, "waiting", made_at=EARLY + MINUTE)

    assert [row.user.name for row in offer_next(shift=shift, at=ELEVEN)] == ["唐静"]


def test_accept_offer_when_in_time_is_confirmed_on_that_seat(of, feng):
    shift = make.shift(make.post(of))
    row = make.assignment(shift, feng, "offered", offer_until=ELEVEN + MINUTE)

    accept_offer(assignment=row, by=feng.user, at=ELEVEN)

    row.refresh_from_db()
    assert (row.state, row.seat, row.offer_until, row.confirmed_at) == ("confirmed", 1, None, ELEVEN)
    assert AuditEntry.objects.get().action == "roster.offer_accepted"


def test_accept_offer_when_the_time_is_over_is_refused_before_the_sweep_too(of, feng):
    row = make.assignment(make.shift(make.post(of)), feng, "offered", offer_until=ELEVEN)

    code, message = refusal(accept_offer, assignment=row, by=feng.user, at=ELEVEN)

    assert code == "offer_over"
    assert message == (
        "This place is not kept for you any more: the time to answer is over. Look at the other open shifts."
    )


def test_accept_offer_when_on_duty_elsewhere_by_now_is_refused(of, feng):
    row = make.assignment(make.shift(make.post(of)), feng, "offered", offer_until=NOON)
    make.assignment(make.shift(make.post(of, "西门岗"), NOON + HOUR), feng)

    assert refusal(accept_offer, assignment=row, by=feng.user, at=ELEVEN)[0] == "overlap"


def test_withdraw_when_offered_asks_the_next_one(of, feng, fang):
    shift = make.shift(make.post(of))
    row = make.assignment(shift, feng, "offered", offer_until=NOON)
    make.assignment(shift, fang, "waiting")

    withdraw(assignment=row, by=feng.user, at=ELEVEN)
    withdraw(assignment=row, by=feng.user, at=ELEVEN)

    assert rows(shift) == [("方琴", "offered", 1), ("冯磊", "declined", None)]


def test_withdraw_when_they_have_a_seat_is_refused(of, feng):
    row = make.assignment(make.shift(make.post(of)), feng)

    assert refusal(withdraw, assignment=row, by=feng.user, at=ELEVEN)[0] == "not_waiting"


def test_sweep_when_an_offer_is_over_declines_it_and_asks_the_next(of, feng, fang):
    shift = make.shift(make.post(of))
    row = make.assignment(shift, feng, "offered", offer_until=ELEVEN)
    make.assignment(shift, fang, "waiting")

    expire_offers(ELEVEN - MINUTE)
    assert rows(shift)[0] == ("冯磊", "offered", 1)
    expire_offers(ELEVEN)

    assert rows(shift) == [("方琴", "offered", 1), ("冯磊", "declined", None)]
    row.refresh_from_db()
    assert (row.ended_at, row.ended_by, row.ended_why) == (ELEVEN, None, "没有及时答复")


def test_sweep_when_there_is_nothing_costs_one_query(of, full, django_assert_num_queries):
    rules_of(of)
    with django_assert_num_queries(1):
        expire_offers(ELEVEN)


def test_sweep_when_the_shift_is_over_ends_the_waiting(feng, full, django_assert_num_queries):
    row = make.assignment(full, feng, "waiting")

    with django_assert_num_queries(1):
        end_waiting(full.ends_at - MINUTE)
    end_waiting(full.ends_at)

    row.refresh_from_db()
    assert (row.state, row.ended_at, row.ended_by, row.ended_why) == ("declined", full.ends_at, None, "")
    assert Message.objects.count() == 0
