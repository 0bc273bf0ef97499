"""我的班: what stands on a volunteer's phone, what its buttons do, and that it is nobody else's."""

import uuid

import pytest
from django.test import Client

from compound.models import Membership, Role
from roster.models import Assignment, StandIn, Volunteer
from tests import make
from tests.roster.phones import DAY, DUTY, ELEVEN, HOUR, feng, lead, moment, phone, queries_of, said, song, worked

State = Assignment.State


@pytest.fixture
def of(db, clock):
    clock(ELEVEN)
    return make.compound()


@pytest.fixture
def me(of):
    return feng(of)


@pytest.fixture
def post(of):
    return make.post(of, "东门岗", seats=2, place="东门岗亭")


def page_of(person):
    return phone(person).get(DUTY).context["page"]


# ── what stands there ─────────────────────────────


def test_my_duty_shows_the_next_shift_first_with_post_hours_and_company(of, me, post):
    other = song(of)
    tomorrow = make.assignment(make.shift(post, moment(24, 20), hours=12), me)
    today = make.shift(post, moment(23, 20))
    make.assignment(today, me, "confirmed")
    make.assignment(today, other, seat=2)
    page = page_of(me)
    assert [one.shift for one in page.shifts] == [today, tomorrow.shift]
    assert page.next.beside == ("宋佳",)
    text = phone(me).get(DUTY).content.decode()
    assert [part in text for part in ("20:00–24:00", "东门岗", "东门岗亭", "宋佳", "20:00–次日08:00")] == [True] * 5


def test_my_duty_at_half_past_midnight_calls_that_night_today(of, me, post, clock):
    make.assignment(make.shift(post, moment(24, 0, 30), hours=7, is_night=True), me)
    clock(moment(24, 0, 10))
    text = phone(me).get(DUTY, headers={"Accept-Language": "zh-hans"}).content.decode()
    assert '<span class="duty-day">今天</span>' in text


def test_my_duty_leaves_out_what_is_cancelled_over_proposed_or_another_persons(of, me, post):
    make.assignment(make.shift(post, moment(23, 14), cancelled_at=ELEVEN), me)
    make.assignment(make.shift(post, moment(23, 6)), me)
    make.assignment(make.shift(post, moment(24, 6)), me, "proposed")
    make.assignment(make.shift(post, moment(25, 6)), song(of))
    make.assignment(make.shift(post, moment(26, 6)), me, "declined")
    assert page_of(me).shifts == []


def test_my_duty_counts_hours_by_the_day_on_the_wall_and_says_where_nobody_signed_in(of, me, post):
    worked(post, me, moment(22, 0, 30), hours=7, is_night=True)  # Monday of this week; Sunday in UTC.
    worked(post, me, moment(21, 22), hours=2)  # Sunday: last week, within 14 days.
    worked(post, me, moment(9, 8), hours=4)  # 14 days and three hours ago.
    make.assignment(make.shift(post, moment(22, 20)), me)  # Over, and nobody ticked it.
    make.assignment(make.shift(post, moment(24, 20), hours=3), me, "confirmed")
    hours = page_of(me).hours
    assert (hours.week, hours.planned, hours.fortnight, hours.total) == (11, 3, 13, 17)
    assert (hours.nights, hours.shifts, hours.unsigned) == (1, 4, 1)


@pytest.mark.parametrize("rows", [1, 3])
def test_my_duty_takes_the_same_queries_for_more_rows(of, me, rows):
    other = song(of)
    for number in range(rows):
        post = make.post(of, f"岗{number}", seats=3)
        day = number * DAY
        make.assignment(shift := make.shift(post, moment(24, 8) + day), me)
        make.assignment(shift, other, seat=2)
        make.assignment(make.shift(post, moment(24, 16) + day), me, "waiting")
        make.assignment(make.shift(post, moment(24, 20) + day), me, "offered")
        theirs = make.assignment(make.shift(post, moment(24, 12) + day), other)
        StandIn.objects.create(assignment=theirs, to=me, asked_at=ELEVEN, asked_by=other.user)
    assert queries_of(phone(me), DUTY) == 12


def test_my_duty_for_a_member_who_is_no_volunteer_says_what_to_do(of):
    client = Client()
    client.force_login(make.member(of, Role.GATE), backend="django.contrib.auth.backends.ModelBackend")
    for url in (DUTY, DUTY + "open/", DUTY + "requests/", DUTY + "calendar/"):
        answer = client.get(url)
        assert (answer.status_code, answer.templates[0].name) == (200, "roster/duty/none.html")
        assert client.get(answer.context["sign_up_url"]).status_code == 200


def test_my_duty_of_who_has_left_says_so_too(of, me):
    Volunteer.objects.update(ended_at=ELEVEN)
    assert phone(me).get(DUTY).templates[0].name == "roster/duty/none.html"


def test_my_duty_of_a_leader_leads_to_the_attendance_lists_of_the_own_groups(of, me, post):
    other = make.duty_group(of, "采买组")
    lead(post.group, me, "deputy")
    text = phone(me).get(DUTY).content.decode()
    assert (f"{DUTY}group/{post.group_id}/" in text, f"{DUTY}group/{other.pk}/" in text) == (True, False)


# ── confirming, signing in and out ────────────────


def test_confirm_when_published_confirms_that_one(of, me, post):
    row = make.assignment(make.shift(post, moment(24, 8)), me)
    other = make.assignment(make.shift(post, moment(25, 8)), me)
    phone(me).post(f"{DUTY}{row.pk}/confirm/")
    assert [Assignment.objects.get(pk=one.pk).state for one in (row, other)] == ["confirmed", "published"]


def test_confirm_all_confirms_every_shift_ahead_and_counts_them(of, me, post):
    rows = [make.assignment(make.shift(post, moment(24 + n, 8)), me) for n in range(3)]
    past = make.assignment(make.shift(post, moment(22, 8)), me)
    answer = phone(me).post(f"{DUTY}confirm/", follow=True)
    assert {Assignment.objects.get(pk=row.pk).state for row in rows} == {"confirmed"}
    assert Assignment.objects.get(pk=past.pk).state == "published"
    assert said(answer) == ["3个班已确认。"]


def test_sign_in_button_stands_there_from_half_an_hour_before(of, me, post, clock):
    row = make.assignment(make.shift(post, moment(23, 12)), me)
    url = f"{DUTY}{row.pk}/sign-in/"
    assert url not in phone(me).get(DUTY).content.decode()
    clock(moment(23, 11, 30))
    assert url in phone(me).get(DUTY).content.decode()
    phone(me).post(url)
    row.refresh_from_db()
    assert (row.state, row.signed_in_at, row.signed_in_by) == ("signed_in", moment(23, 11, 30), me.user)
    assert row.on_own_word


def test_sign_out_after_the_end_is_still_offered_and_counts(of, me, post, clock):
    row = make.assignment(make.shift(post, moment(23, 8)), me, "signed_in")
    clock(moment(23, 12, 20))
    assert f"{DUTY}{row.pk}/sign-out/" in phone(me).get(DUTY).content.decode()
    phone(me).post(f"{DUTY}{row.pk}/sign-out/")
    row.refresh_from_db()
    assert (row.state, row.signed_out_at, page_of(me).hours.total) == ("signed_out", moment(23, 12, 20), 4)


def test_sign_in_too_early_says_when(of, me, post):
    row = make.assignment(make.shift(post, moment(23, 20)), me)
    answer = phone(me).post(f"{DUTY}{row.pk}/sign-in/", follow=True)
    row.refresh_from_db()
    assert (row.state, "19:30" in said(answer)[0]) == ("published", True)


# ── nobody acts on another's ──────────────────────

ACTS = ["", "cannot/", "ask/", "confirm/", "accept/", "withdraw/", "sign-in/", "sign-out/"]


@pytest.mark.parametrize("act", ACTS)
def test_own_pages_for_somebody_elses_assignment_are_not_found(of, me, post, act):
    row = make.assignment(make.shift(post, moment(23, 11)), me)
    stranger = phone(song(of))
    answers = (stranger.post(f"{DUTY}{row.pk}/{act}", {"why": "sick"}), stranger.post(f"{DUTY}{uuid.uuid4()}/{act}"))
    codes = [answer.status_code for answer in answers]
    row.refresh_from_db()
    assert (codes, row.state) == (([405, 405] if not act else [404, 404]), "published")
    assert stranger.get(f"{DUTY}{row.pk}/").status_code == 404


def test_own_pages_for_the_coordinator_are_not_found_either(of, me, post):
    row = make.assignment(make.shift(post, moment(23, 11)), me)
    client = Client()
    client.force_login(make.member(of), backend="django.contrib.auth.backends.ModelBackend")
    assert client.post(f"{DUTY}{row.pk}/sign-in/").status_code == 404


def test_own_pages_of_a_proposal_are_not_found(of, me, post):
    row = make.assignment(make.shift(post, moment(24, 8)), me, "proposed")
    assert phone(me).get(f"{DUTY}{row.pk}/").status_code == 404


def test_own_pages_in_another_compound_are_not_found(of, me, post):
    row = make.assignment(make.shift(post, moment(24, 8)), me)
    elsewhere = make.compound("dongyuan", "东园")
    Membership.objects.create(user=me.user, compound=elsewhere, role=Role.VOLUNTEER)
    Volunteer.objects.create(compound=elsewhere, user=me.user, joined_at=ELEVEN)
    assert phone(me).get(f"/c/dongyuan/duty/{row.pk}/").status_code == 404
    assert phone(me).get(f"{DUTY}{row.pk}/").status_code == 200


# ── 我来不了 ──────────────────────────────────────


def test_cannot_come_early_frees_the_seat_and_leads_to_the_free_shifts(of, me, post):
    row = make.assignment(make.shift(post, moment(24, 8)), me)
    other = make.shift(post, moment(25, 8))
    answer = phone(me).post(f"{DUTY}{row.pk}/cannot/", {"why": "work", "words": "加班"}, follow=True)
    row.refresh_from_db()
    assert (row.state, row.ended_by, row.ended_why) == ("declined", me.user, "要上班 · 加班")
    assert answer.redirect_chain == [(f"{DUTY}open/", 302)]
    assert [one.shift for one in answer.context["page"].can] == [row.shift, other]


def test_cannot_come_late_opens_a_search_and_says_that_it_is_still_mine(of, me, post):
    row = make.assignment(make.shift(post, moment(23, 20)), me)
    page = phone(me).get(f"{DUTY}{row.pk}/cannot/")
    assert page.context["is_early"] is False
    answer = phone(me).post(f"{DUTY}{row.pk}/cannot/", {"why": "work"}, follow=True)
    row.refresh_from_db()
    search = StandIn.objects.get()
    assert (row.state, search.assignment, search.to, search.is_late) == ("published", row, None, True)
    text = answer.content.decode()
    there = ("有人接之前，这个班还是您的。", "我又能来了")
    gone = ("确认能来", "已问", "已经知道")
    assert [words in text for words in (*there, *gone)] == [True, True, False, False, False]
    assert page_of(me).next.can_confirm is False


def test_cannot_come_late_names_the_leader_to_call_and_not_oneself(of, me, post):
    lead(post.group, song(of))
    lead(post.group, me, "deputy")
    row = make.assignment(make.shift(post, moment(23, 20)), me)
    text = phone(me).post(f"{DUTY}{row.pk}/cannot/", {"why": "work"}, follow=True).content.decode()
    assert ("正在通知组长，请也打个电话：" in text, 'href="tel:13000000021"' in text) == (True, True)
    assert 'href="tel:13000000007"' not in text


@pytest.mark.parametrize("answer", [{"why": "sick"}, {"why": "other", "words": "发烧38度"}])
def test_cannot_come_late_and_ill_is_told_not_to_come_and_whom_to_call(of, me, post, answer):
    lead(make.duty_group(of, "医疗组", kind="medical"), song(of))
    row = make.assignment(make.shift(post, moment(23, 20)), me)
    page = phone(me).post(f"{DUTY}{row.pk}/cannot/", answer, follow=True)
    row.refresh_from_db()
    assert (row.state, row.seat, StandIn.objects.count()) == ("declined", None, 0)
    assert page.redirect_chain == [(f"{DUTY}{row.pk}/?ill=1", 302)]
    text = page.content.decode()
    assert [words in text for words in ("请不要来。", "先测体温", 'href="tel:13000000021"', "还是您的")] == [
        True, True, True, False
    ]  # fmt: skip


def test_cannot_come_twelve_hours_before_is_early_and_a_minute_later_is_not(of, me, post, clock):
    row = make.assignment(make.shift(post, moment(23, 23)), me)
    assert phone(me).get(f"{DUTY}{row.pk}/cannot/").context["is_early"] is True
    clock(moment(23, 11, 1))
    assert phone(me).get(f"{DUTY}{row.pk}/cannot/").context["is_early"] is False


def test_cannot_come_without_a_reason_asks_for_one(of, me, post):
    row = make.assignment(make.shift(post, moment(24, 8)), me)
    answer = phone(me).post(f"{DUTY}{row.pk}/cannot/", {})
    row.refresh_from_db()
    assert (answer.status_code, row.state, list(answer.context["form"].errors)) == (200, "published", ["why"])


def test_cannot_come_when_somebody_was_asked_already_leads_back(of, me, post):
    row = make.assignment(make.shift(post, moment(23, 20)), me)
    StandIn.objects.create(assignment=row, asked_at=ELEVEN, asked_by=me.user)
    answer = phone(me).get(f"{DUTY}{row.pk}/cannot/")
    assert answer.headers["Location"] == f"{DUTY}{row.pk}/"


# ── the waiting list ──────────────────────────────


def test_offer_when_accepted_is_mine(of, me, post):
    row = make.assignment(make.shift(post, moment(24, 8)), me, "offered", offer_until=ELEVEN + HOUR)
    assert [one.pk for one in page_of(me).offers] == [row.pk]
    phone(me).post(f"{DUTY}{row.pk}/accept/")
    row.refresh_from_db()
    assert row.state == "confirmed"


def test_offer_when_declined_goes_to_the_next_who_waits(of, me, post):
    shift = make.shift(post, moment(24, 8), seats=1)
    mine = make.assignment(shift, me, "offered", offer_until=ELEVEN + HOUR)
    theirs = make.assignment(shift, song(of), "waiting")
    phone(me).post(f"{DUTY}{mine.pk}/withdraw/")
    assert [Assignment.objects.get(pk=one.pk).state for one in (mine, theirs)] == ["declined", "offered"]
