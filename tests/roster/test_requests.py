"""替班 and 换班 on the phone: whom one may ask, who may answer, and what comes of it."""

import pytest

from roster.models import Assignment, StandIn
from tests import make
from tests.roster.phones import DAY, DUTY, ELEVEN, feng, moment, phone, queries_of, said, song

REQUESTS = DUTY + "requests/"


@pytest.fixture
def of(db, clock):
    clock(ELEVEN)
    return make.compound()


@pytest.fixture
def me(of):
    return feng(of)


@pytest.fixture
def other(of):
    return song(of)


@pytest.fixture
def post(of):
    return make.post(of, "东门岗")


@pytest.fixture
def mine(me, post):
    return make.assignment(make.shift(post, moment(24, 8)), me)


def asked(row, to=None, **more):
    return StandIn.objects.create(assignment=row, to=to, asked_at=ELEVEN, asked_by=row.user, **more)


def test_ask_lists_who_may_take_it_and_swaps_that_fit_both(of, me, other, post, mine):
    busy = make.volunteer(of, "程颖", "13000000011")
    make.assignment(make.shift(make.post(of, "西门岗"), moment(24, 10)), busy)  # Overlaps mine: no stand-in, …
    fits = make.assignment(make.shift(post, moment(25, 8)), other)
    away = make.assignment(make.shift(post, moment(26, 8)), busy)  # … and no swap either.
    whom = phone(me).get(f"{DUTY}{mine.pk}/ask/").context["whom"]
    assert [person.user.name for person in whom.people] == ["宋佳"]
    assert (fits in whom.swaps, away in whom.swaps) == (True, False)


def test_ask_somebody_waits_for_the_answer_and_leaves_it_mine(of, me, other, post, mine):
    answer = phone(me).post(f"{DUTY}{mine.pk}/ask/", {"to": other.pk, "why": "孩子发烧"}, follow=True)
    request = StandIn.objects.get()
    mine.refresh_from_db()
    assert (request.assignment, request.to, request.why, mine.state) == (mine, other, "孩子发烧", "published")
    assert said(answer) == ["已问宋佳。有人答应之前，这个班还是您的。"]
    text = phone(other).get(DUTY).content.decode()
    assert ("孩子发烧" in text, f"{REQUESTS}{request.pk}/answer/" in text) == (True, True)


def test_ask_nobody_says_to_choose(me, mine):
    answer = phone(me).post(f"{DUTY}{mine.pk}/ask/", {"why": "孩子发烧"})
    assert (answer.context["form"].non_field_errors(), StandIn.objects.count()) == (["请选择问谁。"], 0)


def test_ask_for_somebody_elses_shift_to_be_swapped_with_a_third_is_refused(of, me, other, post, mine):
    third = make.volunteer(of, "程颖", "13000000011")
    row = make.assignment(make.shift(post, moment(25, 8)), other, "declined")
    answer = phone(me).post(f"{DUTY}{mine.pk}/ask/", {"to": third.pk, "offered": row.pk})
    assert (answer.status_code, StandIn.objects.count()) == (200, 0)


def test_accept_takes_the_shift_over(me, other, mine):
    request = asked(mine, other)
    answer = phone(other).post(f"{REQUESTS}{request.pk}/answer/", {"do": "accept"}, follow=True)
    request.refresh_from_db()
    mine.refresh_from_db()
    assert (request.state, request.result.volunteer, mine.state) == ("accepted", other, "excused")
    assert answer.context["page"].next.shift == mine.shift


def test_swap_when_accepted_gives_each_the_others(me, other, post, mine):
    theirs = make.assignment(make.shift(post, moment(25, 8)), other)
    phone(me).post(f"{DUTY}{mine.pk}/ask/", {"offered": theirs.pk})
    request = StandIn.objects.get()
    phone(other).post(f"{REQUESTS}{request.pk}/answer/", {"do": "accept"})
    counted = Assignment.objects.filter(state__in=Assignment.COUNTED)
    assert set(counted.values_list("volunteer", "shift")) == {(other.pk, mine.shift_id), (me.pk, theirs.shift_id)}


def test_refuse_tells_and_leaves_it_with_who_asked(me, other, mine):
    request = asked(mine, other)
    phone(other).post(f"{REQUESTS}{request.pk}/answer/", {"do": "refuse"})
    request.refresh_from_db()
    mine.refresh_from_db()
    assert (request.state, mine.state) == ("refused", "published")
    assert [one.pk for one in phone(me).get(REQUESTS).context["page"].answered] == [request.pk]


def test_answer_by_whom_it_does_not_concern_is_not_found(of, me, other, mine):
    request = asked(mine, other)
    stranger = make.volunteer(of, "程颖", "13000000011")
    for person in (stranger, me):
        assert phone(person).post(f"{REQUESTS}{request.pk}/answer/", {"do": "accept"}).status_code == 404
    request.refresh_from_db()
    assert request.state == "open"


def test_request_to_everybody_is_answered_by_the_first_and_the_second_reads_who(of, me, other, mine):
    request = asked(mine)
    third = make.volunteer(of, "程颖", "13000000011")
    url = f"{REQUESTS}{request.pk}/answer/"
    assert [one.request.pk for one in phone(third).get(REQUESTS).context["page"].to_all] == [request.pk]
    phone(other).post(url, {"do": "accept"})
    answer = phone(third).post(url, {"do": "accept"}, follow=True)
    assert (Assignment.objects.filter(volunteer=third).count(), "宋佳" in said(answer)[0]) == (0, True)


def test_withdraw_by_who_asked_keeps_the_shift_and_by_others_is_not_found(me, other, mine):
    request = asked(mine, other)
    assert phone(other).post(f"{REQUESTS}{request.pk}/withdraw/").status_code == 404
    phone(me).post(f"{REQUESTS}{request.pk}/withdraw/")
    request.refresh_from_db()
    mine.refresh_from_db()
    assert (request.state, mine.state) == ("withdrawn", "published")


def test_cannot_come_while_one_person_was_asked_is_still_possible(me, other, mine, clock):
    asked(mine, other)
    clock(moment(24, 2))
    assert f"{DUTY}{mine.pk}/cannot/" in phone(me).get(DUTY).content.decode()
    phone(me).post(f"{DUTY}{mine.pk}/cannot/", {"why": "work"})
    assert StandIn.objects.get(state="open").to is None


@pytest.mark.parametrize("rows", [1, 3])
def test_requests_take_the_same_queries_for_more_rows(of, me, other, post, rows):
    for number in range(rows):
        day = number * DAY
        asked(make.assignment(make.shift(post, moment(24, 8) + day), other), me)
        asked(make.assignment(make.shift(post, moment(24, 12) + day), other))
        asked(make.assignment(make.shift(post, moment(24, 22) + day), me))
        asked(make.assignment(make.shift(post, moment(23, 4) - day), me), other, state="expired", answered_at=ELEVEN)
    assert queries_of(phone(me), REQUESTS) == 16


@pytest.mark.parametrize("rows", [1, 3])
def test_ask_takes_the_same_queries_for_more_people(of, me, post, mine, rows):
    for number in range(rows):
        person = make.volunteer(of, f"宋佳{number}", f"1300000003{number}")
        make.assignment(make.shift(post, moment(25, 8) + number * DAY), person)
    assert queries_of(phone(me), f"{DUTY}{mine.pk}/ask/") == 19
