"""The leader's list: what a day holds, what may be ticked by whom, who ticked, and how it is undone."""

import pytest
from django.test import Client

from roster.models import Assignment, StandIn
from tests import make
from tests.roster.phones import DAY, DUTY, ELEVEN, feng, lead, moment, phone, queries_of, said, song


@pytest.fixture
def of(db, clock):
    clock(ELEVEN)
    return make.compound()


@pytest.fixture
def leader(of):
    return make.volunteer(of, "韩梅", "13000000012")


@pytest.fixture
def post(of, leader):
    lead(make.duty_group(of), leader)
    return make.post(of, "东门岗", seats=2)


@pytest.fixture
def url(post):
    return f"{DUTY}group/{post.group_id}/"


def tick(client, url, row, do, **more):
    return client.post(url + "tick/", {"assignment": row.pk, "do": do, **more}, follow=True)


def test_attendance_lists_the_days_shifts_who_came_who_is_missing_and_the_gap(of, leader, post, url):
    me, other = feng(of), song(of)
    shift = make.shift(post, moment(23, 8))
    came = make.assignment(shift, me, "signed_in")
    late = make.assignment(shift, other, seat=2)
    evening = make.assignment(make.shift(post, moment(23, 20)), me)
    make.assignment(make.shift(post, moment(24, 8)), other)
    page = phone(leader).get(url).context["page"]
    assert [(one.shift, one.empty) for one in page.shifts] == [(shift, 0), (evening.shift, 1)]
    ticks = [(tick.assignment, tick.is_missing) for one in page.shifts for tick in one.people]
    assert ticks == [(came, False), (late, True), (evening, False)]
    assert (page.came, page.expected, page.missing) == (1, 3, 1)


def test_attendance_folds_what_is_over_below_what_is_on_now(of, leader, post, url):
    over = make.shift(post, moment(23, 6))
    make.assignment(over, feng(of))
    now, later = make.shift(post, moment(23, 10)), make.shift(post, moment(23, 20))
    answer = phone(leader).get(url)
    page = answer.context["page"]
    assert [one.shift for one in page.ahead] == [now, later]
    assert ([one.shift for one in page.over], page.unticked) == ([over], 1)
    text = answer.content.decode()
    assert text.index("20:00–24:00") < text.index('<details class="fold">') < text.index("06:00–10:00")


def test_attendance_of_a_day_that_is_over_lies_open(of, leader, post, url):
    make.shift(post, moment(22, 8))
    text = phone(leader).get(url + "?day=2022-08-22").content.decode()
    assert '<details class="fold" open>' in text


def test_attendance_in_the_night_shows_yesterdays_shift_that_is_not_over(of, leader, post, url, clock):
    night = make.shift(post, moment(23, 20), hours=12)
    make.shift(post, moment(23, 12))
    early = make.shift(post, moment(24, 0, 30), hours=7)
    clock(moment(24, 0, 40))
    page = phone(leader).get(url).context["page"]
    assert ([one.shift for one in page.running], [one.shift for one in page.shifts]) == ([night], [early])


def test_attendance_of_another_day_is_one_tap_away(of, leader, post, url):
    tomorrow = make.shift(post, moment(24, 0, 30), hours=7)
    answer = phone(leader).get(url + "?day=2022-08-24")
    assert [one.shift for one in answer.context["page"].shifts] == [tomorrow]
    assert phone(leader).get(url + "?day=never").context["page"].day == ELEVEN.date()


def test_tick_is_here_says_who_ticked_and_when(of, leader, post, url):
    row = make.assignment(make.shift(post, moment(23, 8)), feng(of))
    answer = tick(phone(leader), url, row, "in")
    row.refresh_from_db()
    assert (row.state, row.signed_in_at, row.signed_in_by) == ("signed_in", ELEVEN, leader.user)
    assert answer.redirect_chain == [(f"{url}?day=2022-08-23#a{row.pk}", 302)]
    assert "到岗：今天 11:00（韩梅）" in answer.content.decode()


def test_tick_for_a_shift_that_is_over_counts_from_its_start(of, leader, post, url):
    row = make.assignment(make.shift(post, moment(22, 8)), feng(of))
    tick(phone(leader), url, row, "in")
    row.refresh_from_db()
    assert (row.state, row.signed_in_at) == ("signed_in", moment(22, 8))


def test_tick_absent_excused_and_out_can_each_be_undone(of, leader, post, url):
    client = phone(leader)
    row = make.assignment(make.shift(post, moment(23, 8)), feng(of))
    for do, state in (("absent", "absent"), ("excuse", "excused"), ("in", "signed_in")):
        tick(client, url, row, do, why="发烧")
        row.refresh_from_db()
        assert row.state == state
        assert "撤销" in client.get(url).content.decode()
        tick(client, url, row, "undo")
        row.refresh_from_db()
        assert (row.state, row.ended_by, row.signed_in_by) == ("published", None, None)
    tick(client, url, row, "in")
    tick(client, url, row, "out")
    tick(client, url, row, "undo")
    row.refresh_from_db()
    assert (row.state, row.signed_out_by) == ("signed_in", None)


def test_attendance_marks_who_signed_in_on_their_own_word(of, leader, post, url):
    make.assignment(make.shift(post, moment(23, 8)), feng(of), "signed_in")
    words = "（没有扫岗位的码）"
    assert words not in phone(leader).get(url).content.decode()
    Assignment.objects.update(on_own_word=True)
    assert words in phone(leader).get(url).content.decode()


@pytest.mark.parametrize("may", [False, True])
def test_attendance_of_a_shift_to_come_excuses_only_for_who_may_assign(of, leader, post, url, may):
    post.group.leaders_assign = may
    post.group.save(update_fields=["leaders_assign"])
    row = make.assignment(make.shift(post, moment(23, 20)), feng(of))
    assert ('value="excuse"' in phone(leader).get(url).content.decode()) is may
    tick(phone(leader), url, row, "excuse")
    row.refresh_from_db()
    assert row.state == ("excused" if may else "published")
    assert ('value="undo"' in phone(leader).get(url).content.decode()) is may


def test_attendance_undoes_nothing_that_was_not_ticked_there(of, leader, post, url):
    make.assignment(make.shift(post, moment(23, 8)), feng(of), "excused")
    assert 'value="undo"' not in phone(leader).get(url).content.decode()


def test_tick_that_is_refused_says_why(of, leader, post, url):
    row = make.assignment(make.shift(post, moment(23, 20)), feng(of))
    answer = tick(phone(leader), url, row, "in")
    row.refresh_from_db()
    assert (row.state, len(said(answer)), "19:30" in said(answer)[0]) == ("published", 1, True)


@pytest.mark.parametrize("part", ["leader", "deputy", "coordinator"])
def test_attendance_is_for_leader_deputy_and_coordinator(of, post, url, part):
    client = Client()
    if part == "coordinator":
        person = make.member(of)
    else:
        who = make.volunteer(of, "程颖", "13000000011")
        group = make.duty_group(of, "采买组")
        url = f"{DUTY}group/{group.pk}/"
        lead(group, who, part)
        person = who.user
    client.force_login(person, backend="django.contrib.auth.backends.ModelBackend")
    assert client.get(url).status_code == 200


def test_attendance_for_members_other_leaders_and_strangers_is_not_found(of, leader, post, url):
    member = make.volunteer(of, "程颖", "13000000011")
    lead(post.group, member, "member")
    other = make.volunteer(of, "姚勇", "13000000013")
    lead(make.duty_group(of, "采买组"), other)
    row = make.assignment(make.shift(post, moment(23, 8)), feng(of))
    for person in (member, other):
        assert phone(person).get(url).status_code == 404
        assert tick(phone(person), url, row, "in").status_code == 404
    row.refresh_from_db()
    assert row.state == "published"


def test_tick_of_another_groups_shift_changes_nothing(of, leader, post, url):
    elsewhere = make.post(of, "超市", group=make.duty_group(of, "采买组"))
    row = make.assignment(make.shift(elsewhere, moment(23, 8)), feng(of))
    tick(phone(leader), url, row, "in")
    row.refresh_from_db()
    assert row.state == "published"


def test_open_searches_lead_to_the_shift(of, leader, post, url):
    row = make.assignment(make.shift(post, moment(23, 20)), feng(of))
    StandIn.objects.create(assignment=row, why="发烧", is_late=True, asked_at=ELEVEN, asked_by=row.user)
    answer = phone(leader).get(url)
    shift_url = f"/c/xingfuli/roster/shifts/{row.shift_id}/"
    assert (shift_url in answer.content.decode(), phone(leader).get(shift_url).status_code) == (True, 200)


@pytest.mark.parametrize("rows", [1, 3])
def test_attendance_takes_the_same_queries_for_more_rows(of, leader, post, url, rows):
    for number in range(rows):
        person = make.volunteer(of, f"宋佳{number}", f"1300000003{number}")
        make.assignment(make.shift(post, moment(23, 8 + number)), person, "signed_out")
        row = make.assignment(make.shift(post, moment(24, 8) + number * DAY), person)
        StandIn.objects.create(assignment=row, asked_at=ELEVEN, asked_by=person.user)
    assert queries_of(phone(leader), url) == 10
