""" "Shifts I can take now": only what the rules allow, by time, and why not the rest."""

import pytest

from roster.models import Assignment, Availability, StandIn
from tests import make
from tests.roster.phones import DAY, DUTY, ELEVEN, HOUR, feng, moment, phone, queries_of, said, song

OPEN = DUTY + "open/"


@pytest.fixture
def of(db, clock):
    clock(ELEVEN)
    return make.compound()


@pytest.fixture
def me(of):
    return feng(of)


@pytest.fixture
def post(of):
    return make.post(of, "东门岗", seats=1)


def page_of(person, url=OPEN):
    return phone(person).get(url).context["page"]


def test_open_shifts_of_a_day_stand_by_time_however_empty_they_are(of, me, post):
    big = make.post(of, "西门岗", minimum=1, maximum=3)
    tomorrow = make.shift(post, moment(24, 6))
    spare = make.shift(big, moment(23, 12))
    make.assignment(spare, song(of))
    two_missing = make.shift(make.post(of, "超市", seats=2), moment(23, 18))
    late = make.shift(post, moment(23, 20))
    page = page_of(me)
    assert [(one.shift, one.gap, one.free) for one in page.can] == [
        (spare, 0, 2),
        (two_missing, 2, 2),
        (late, 1, 1),
        (tomorrow, 1, 1),
    ]


def test_open_shifts_after_the_first_two_days_are_folded(of, me, post):
    shifts = [make.shift(post, moment(day, 12)) for day in (23, 25, 26, 27)]
    page = page_of(me)
    assert [[one.shift for one in some] for _day, some in page.soon] == [[shifts[0]], [shifts[1]]]
    assert [[one.shift for one in some] for _day, some in page.later] == [[shifts[2]], [shifts[3]]]
    assert phone(me).get(OPEN).content.decode().count('<details class="fold">') == 2


def test_open_shifts_at_a_time_that_is_not_liked_say_so_to_the_person(of, me, post):
    Availability.objects.create(volunteer=me, weekday=1, from_minute=720, until_minute=1080, level="rather_not")
    make.shift(post, moment(23, 12))
    text = phone(me).get(OPEN, headers={"Accept-Language": "zh-hans"}).content.decode()
    assert "您说过不太想在这段时间" in text


def test_open_shifts_within_rest_is_told_and_not_offered(of, me, post):
    make.assignment(make.shift(post, moment(23, 12)), me)
    make.shift(post, moment(23, 20))  # 4 hours after it: 8 are asked for.
    free = make.shift(post, moment(24, 0))
    page = page_of(me)
    assert [one.shift for one in page.can] == [free]
    assert [(one.shift.starts_at, one.why_not.code) for one in page.cannot] == [(moment(23, 20), "rest")]


def test_open_shifts_that_are_mine_cancelled_over_or_far_away_are_left_out(of, me, post):
    make.assignment(make.shift(post, moment(24, 8)), me)
    make.assignment(make.shift(post, moment(25, 8), seats=2), me, "waiting")
    make.shift(post, moment(23, 20), cancelled_at=ELEVEN)
    make.shift(post, moment(23, 6))
    make.shift(post, moment(30, 12))
    page = page_of(me)
    assert (page.can, page.full, page.cannot) == ([], [], [])


def test_open_shifts_of_fourteen_days_are_one_tap_away(of, me, post):
    far = make.shift(post, moment(30, 12))
    assert [one.shift for one in page_of(me, OPEN + "?days=14").can] == [far]


def test_open_shifts_when_full_are_offered_for_the_waiting_list(of, me, post):
    full = make.shift(post, moment(24, 8))
    make.assignment(full, song(of))
    assert [one.shift for one in page_of(me).full] == [full]
    phone(me).post(f"{OPEN}{full.pk}/wait/")
    assert Assignment.objects.get(volunteer=me).state == "waiting"
    assert page_of(me).full == []


def test_open_shifts_in_another_compound_are_not_seen_and_not_taken(of, me, post):
    other = make.compound("dongyuan", "东园")
    theirs = make.shift(make.post(other, group=make.duty_group(other)), moment(24, 8))
    assert page_of(me).can == []
    assert phone(me).post(f"{OPEN}{theirs.pk}/take/").status_code == 404
    assert not Assignment.objects.exists()


def test_take_when_allowed_is_confirmed_and_shown(of, me, post):
    shift = make.shift(post, moment(24, 22), hours=7)
    answer = phone(me).post(f"{OPEN}{shift.pk}/take/", follow=True)
    row = Assignment.objects.get()
    assert (row.volunteer, row.state) == (me, "confirmed")
    assert answer.redirect_chain == [(f"{DUTY}{row.pk}/", 302)]
    assert said(answer) == ["明天 22:00–次日05:00 东门岗归您了，谢谢！"]


def test_take_when_somebody_was_quicker_says_so(of, me, post):
    shift = make.shift(post, moment(24, 8))
    make.assignment(shift, song(of))
    answer = phone(me).post(f"{OPEN}{shift.pk}/take/", follow=True)
    assert (Assignment.objects.filter(volunteer=me).count(), answer.redirect_chain) == (0, [(OPEN, 302)])
    assert len(said(answer)) == 1


def test_search_of_a_colleague_stands_there_for_who_may_and_not_for_who_may_not(of, me, post):
    busy = make.volunteer(of, "程颖", "13000000011")
    theirs = make.assignment(make.shift(post, moment(23, 20)), asker := song(of))
    make.assignment(make.shift(make.post(of, "西门岗"), moment(23, 20)), busy)
    search = StandIn.objects.create(assignment=theirs, asked_at=ELEVEN, asked_by=asker.user)
    assert [one.request for one in page_of(me).searches] == [search]
    assert page_of(busy).searches == []
    assert page_of(asker).searches == []


@pytest.mark.parametrize("rows", [1, 3])
def test_open_shifts_take_the_same_queries_for_more_rows(of, me, rows):
    for number in range(rows):
        post = make.post(of, f"岗{number}", needs={"医护": 1})
        make.shift(post, moment(24, 8) + number * DAY)
        make.assignment(make.shift(post, moment(24, 16) + number * DAY), other := song_number(of, number))
        theirs = make.assignment(make.shift(post, moment(24, 12) + number * DAY), other)
        StandIn.objects.create(assignment=theirs, asked_at=ELEVEN, asked_by=other.user)
    assert queries_of(phone(me), OPEN) == 17


def song_number(of, number):
    return make.volunteer(of, f"宋佳{number}", f"1300000003{number}", skills=["医护"])


def test_open_shifts_when_short_of_hours_tell_who_gets_long_days(of, me, post):
    make.assignment(make.shift(post, moment(23, 0), hours=3), me, "signed_out")
    shift = make.shift(post, moment(23, 14), hours=4)
    (one,) = page_of(me).can
    assert (one.shift, [reason.code for reason in one.reasons]) == (shift, ["long_day_soon"])
    assert one.shift.ends_at - ELEVEN == 7 * HOUR
