"""Stand-ins and swaps: until somebody has said yes, whoever asked is on duty."""

import datetime as dt

import pytest
from django.utils import translation

from compound.models import AuditEntry, Message
from roster.models import Shift, StandIn, Volunteer
from roster.services.assignments import mark_absent
from roster.services.stand_ins import (
    accept_stand_in,
    ask_stand_in,
    expire_requests,
    refuse_stand_in,
    withdraw_stand_in,
)
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
def noon(of) -> Shift:
    return make.shift(make.post(of))


@pytest.fixture
def mine(feng, noon):
    return make.assignment(noon, feng)


@pytest.fixture
def request_(mine, feng) -> StandIn:
    return ask_stand_in(assignment=mine, why="发烧", by=feng.user, at=EARLY)


def test_ask_when_it_is_for_everybody_opens_one_request_and_leaves_them_on_duty(mine, feng, noon):
    request = ask_stand_in(assignment=mine, why=" 发烧 ", by=feng.user, at=EARLY)

    assert (request.state, request.to, request.is_late, request.why) == ("open", None, False, "发烧")
    assert rows(noon) == [("冯磊", "published", 1)]
    assert ask_stand_in(assignment=mine, why="", by=feng.user, at=ELEVEN) == request
    assert AuditEntry.objects.get().action == "roster.stand_in_asked"


def test_ask_when_somebody_else_is_asked_already_is_refused_and_tells_nobody(of, mine, feng, fang):
    su = make.volunteer(of, "苏珊", "13000000013")
    first = ask_stand_in(assignment=mine, to=fang, why="", by=feng.user, at=EARLY)

    code, message = refusal(ask_stand_in, assignment=mine, to=su, why="", by=feng.user, at=EARLY)

    assert (code, message) == (
        "asked_already",
        "方琴 was asked already and has not answered. Take that back first: “I can come after all”.",
    )
    assert (StandIn.objects.get(), [one.to for one in Message.objects.all()]) == (first, [fang.user])
    assert refusal(ask_stand_in, assignment=mine, why="", by=feng.user, at=EARLY)[0] == "asked_already"
    withdraw_stand_in(request=first, by=feng.user, at=EARLY)
    assert ask_stand_in(assignment=mine, to=su, why="", by=feng.user, at=EARLY).to == su


@pytest.mark.parametrize(("at", "late"), [(EARLY, False), (EARLY + MINUTE, True)])
def test_ask_when_there_is_little_time_is_marked(mine, feng, at, late):
    assert ask_stand_in(assignment=mine, why="", by=feng.user, at=at).is_late is late


def test_ask_when_it_is_for_one_person_tells_only_them(mine, feng, fang):
    ask_stand_in(assignment=mine, to=fang, why="", by=feng.user, at=EARLY)

    assert [one.to for one in Message.objects.all()] == [fang.user]


@pytest.mark.parametrize(
    ("state", "code"), [("signed_in", "not_on_duty"), ("waiting", "not_on_duty"), ("absent", "not_on_duty")]
)
def test_ask_when_they_are_not_expected_is_refused(noon, feng, state, code):
    row = make.assignment(noon, feng, state)

    assert refusal(ask_stand_in, assignment=row, why="", by=feng.user, at=EARLY)[0] == code


def test_ask_when_the_shift_is_over_or_oneself_is_asked_is_refused(mine, feng, noon):
    assert refusal(ask_stand_in, assignment=mine, why="", by=feng.user, at=noon.ends_at)[0] == "over"
    assert refusal(ask_stand_in, assignment=mine, to=feng, why="", by=feng.user, at=EARLY)[0] == "own_self"


def test_ask_for_a_swap_when_the_shift_is_not_theirs_is_refused(of, mine, feng, fang):
    other = make.assignment(
        make.shift(make.post(of, "西门岗"), NOON + 24 * HOUR), make.volunteer(of, "苏珊", "13000000013")
    )

    assert refusal(ask_stand_in, assignment=mine, to=fang, offered=other, why="", by=feng.user, at=EARLY)[0] == (
        "not_theirs"
    )


def test_accept_when_it_is_open_moves_the_seat_and_tells_whoever_asked(request_, mine, fang, noon):
    Message.objects.all().delete()

    row = accept_stand_in(request=request_, volunteer=fang, by=fang.user, at=ELEVEN)

    assert rows(noon) == [("方琴", "confirmed", 1), ("冯磊", "excused", None)]
    request_.refresh_from_db()
    mine.refresh_from_db()
    assert (request_.state, request_.result, request_.answered_by, request_.answered_at) == (
        "accepted", row, fang.user, ELEVEN
    )  # fmt: skip
    assert mine.ended_why == "由方琴替班"
    assert [(one.to.name, one.text) for one in Message.objects.all()] == [
        ("冯磊", "方琴替您的班：8月23日(周二) 12:00–16:00 东门岗。您不用来了。")
    ]
    assert AuditEntry.objects.get(action="roster.stood_in").params["asker"] == "冯磊"


def test_accept_when_somebody_was_quicker_says_who(request_, fang, of):
    su = make.volunteer(of, "苏珊", "13000000013")
    accept_stand_in(request=request_, volunteer=fang, by=fang.user, at=ELEVEN)

    code, message = refusal(accept_stand_in, request=request_, volunteer=su, by=su.user, at=ELEVEN)

    assert (code, message) == (
        "request_closed", "方琴 was quicker and takes this shift. Look at the other open shifts."
    )  # fmt: skip


def test_accept_when_somebody_else_was_asked_is_refused(mine, feng, fang, of):
    request = ask_stand_in(assignment=mine, to=fang, why="", by=feng.user, at=EARLY)
    su = make.volunteer(of, "苏珊", "13000000013")

    assert refusal(accept_stand_in, request=request, volunteer=su, by=su.user, at=ELEVEN)[0] == "not_asked"
    assert accept_stand_in(request=request, volunteer=fang, by=fang.user, at=ELEVEN).state == "confirmed"


def test_accept_when_a_rule_is_broken_is_refused_and_leaves_everything(of, request_, fang, noon):
    make.assignment(make.shift(make.post(of, "西门岗"), NOON + 3 * HOUR), fang)

    assert refusal(accept_stand_in, request=request_, volunteer=fang, by=fang.user, at=ELEVEN)[0] == "overlap"
    assert rows(noon) == [("冯磊", "published", 1)]
    request_.refresh_from_db()
    assert request_.state == "open"


def test_accept_when_the_one_who_asked_is_absent_by_now_is_refused(of, request_, mine, fang):
    mark_absent(assignment=mine, by=make.member(of), at=NOON)

    assert refusal(accept_stand_in, request=request_, volunteer=fang, by=fang.user, at=NOON)[0] == "request_closed"


def test_accept_when_the_person_was_waiting_for_that_shift_uses_their_row(request_, fang, noon):
    waiting = make.assignment(noon, fang, "waiting")

    assert accept_stand_in(request=request_, volunteer=fang, by=fang.user, at=ELEVEN).pk == waiting.pk


def test_accept_when_the_skill_leaves_with_whoever_asked_needs_it_again(of, fang):
    nurse = make.volunteer(of, "唐静", "13000000014", skills=["医护"])
    shift = make.shift(make.post(of, "测温岗", needs={"医护": 1}))
    request = ask_stand_in(assignment=make.assignment(shift, nurse), why="", by=nurse.user, at=EARLY)

    assert refusal(accept_stand_in, request=request, volunteer=fang, by=fang.user, at=ELEVEN)[0] == "skill"
    other = make.volunteer(of, "秦悦", "13000000015", skills=["医护"])
    assert accept_stand_in(request=request, volunteer=other, by=other.user, at=ELEVEN).state == "confirmed"


def test_swap_when_accepted_exchanges_both_even_where_the_shifts_overlap(of, mine, feng, fang, noon):
    """13:00 to 17:00 for noon to 16:00: each gives up what would stand in the way."""
    theirs = make.assignment(make.shift(make.post(of, "西门岗"), NOON + HOUR), fang)
    request = ask_stand_in(assignment=mine, to=fang, offered=theirs, why="", by=feng.user, at=EARLY)

    accept_stand_in(request=request, volunteer=fang, by=fang.user, at=ELEVEN)

    assert rows(noon) == [("方琴", "confirmed", 1), ("冯磊", "excused", None)]
    assert rows(theirs.shift) == [("冯磊", "confirmed", 1), ("方琴", "excused", None)]


def test_swap_when_the_other_one_could_not_take_theirs_is_refused(of, mine, feng, fang):
    theirs = make.assignment(make.shift(make.post(of, "西门岗"), NOON + 24 * HOUR), fang)
    request = ask_stand_in(assignment=mine, to=fang, offered=theirs, why="", by=feng.user, at=EARLY)
    make.assignment(make.shift(make.post(of, "南门岗"), NOON + 25 * HOUR), feng)

    code, message = refusal(accept_stand_in, request=request, volunteer=fang, by=fang.user, at=ELEVEN)

    assert (code, message.split(":")[0]) == ("overlap", "冯磊 can't take this shift")


def test_swap_when_accepted_withdraws_other_requests_for_the_two_shifts(of, mine, feng, fang):
    theirs = make.assignment(make.shift(make.post(of, "西门岗"), NOON + 24 * HOUR), fang)
    su = make.volunteer(of, "苏珊", "13000000013")
    third = make.assignment(make.shift(make.post(of, "南门岗"), NOON + 48 * HOUR), su)
    request = ask_stand_in(assignment=mine, to=fang, offered=theirs, why="", by=feng.user, at=EARLY)
    other = ask_stand_in(assignment=third, to=fang, offered=theirs, why="", by=su.user, at=EARLY)

    accept_stand_in(request=request, volunteer=fang, by=fang.user, at=ELEVEN)

    other.refresh_from_db()
    assert other.state == "withdrawn"


def test_refuse_when_asked_in_particular_tells_whoever_asked(mine, feng, fang, noon):
    request = ask_stand_in(assignment=mine, to=fang, why="", by=feng.user, at=EARLY)
    Message.objects.all().delete()

    refuse_stand_in(request=request, by=fang.user, at=ELEVEN)

    request.refresh_from_db()
    assert (request.state, request.answered_by, request.answered_at) == ("refused", fang.user, ELEVEN)
    assert [one.to for one in Message.objects.all()] == [feng.user]
    assert rows(noon) == [("冯磊", "published", 1)]
    assert ask_stand_in(assignment=mine, why="", by=feng.user, at=ELEVEN) != request


def test_refuse_when_everybody_was_asked_is_refused(request_, fang):
    assert refusal(refuse_stand_in, request=request_, by=fang.user, at=ELEVEN)[0] == "not_asked"


def test_withdraw_when_open_closes_it_and_a_second_time_is_refused(request_, feng):
    withdraw_stand_in(request=request_, by=feng.user, at=ELEVEN)

    request_.refresh_from_db()
    assert request_.state == "withdrawn"
    assert refusal(withdraw_stand_in, request=request_, by=feng.user, at=ELEVEN)[0] == "request_closed"


def test_sweep_when_the_shift_is_over_expires_the_request(request_, noon, django_assert_num_queries):
    with django_assert_num_queries(1):
        expire_requests(noon.ends_at - MINUTE)
    expire_requests(noon.ends_at)

    request_.refresh_from_db()
    assert (request_.state, request_.answered_at, request_.answered_by) == ("expired", noon.ends_at, None)
