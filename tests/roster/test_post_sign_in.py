"""The QR at the post: my shift here now, else what is the case and what to do."""

import pytest
from django.test import Client

from compound.models import AuditEntry, Role
from roster.models import Assignment, Post
from roster.queries.attendance import sign_in_path
from tests import make
from tests.roster.phones import DUTY, ELEVEN, feng, lead, moment, phone, said, song


@pytest.fixture
def of(db, clock):
    clock(ELEVEN)
    return make.compound()


@pytest.fixture
def me(of):
    return feng(of)


@pytest.fixture
def post(of):
    return make.post(of, "东门岗")


@pytest.fixture
def url(post):
    return sign_in_path(post)


def press(person, url, do, of):
    return phone(person).post(url, {"do": do, "of": of.pk}, follow=True)


def test_code_at_the_post_signs_in_and_out_with_one_button_each(me, post, url, clock):
    row = make.assignment(make.shift(post, moment(23, 11)), me)
    assert phone(me).get(url).context["found"].here.assignment == row
    answer = press(me, url, "in", row)
    row.refresh_from_db()
    assert (row.state, row.signed_in_at, said(answer)) == ("signed_in", ELEVEN, ["11:00 已签到，辛苦了。"])
    assert not row.on_own_word
    clock(moment(23, 15, 5))
    press(me, url, "out", row)
    row.refresh_from_db()
    assert (row.state, row.signed_out_at) == ("signed_out", moment(23, 15, 5))


def test_code_between_two_own_shifts_first_ends_the_one_and_then_begins_the_other(of, me, post, url):
    first = make.assignment(make.shift(post, moment(23, 7)), me, "signed_in")
    second = make.assignment(make.shift(post, moment(23, 11)), me)
    assert phone(me).get(url).context["found"].here.assignment == first
    press(me, url, "out", first)
    assert phone(me).get(url).context["found"].here.assignment == second


def test_code_too_early_says_from_when(me, post, url):
    row = make.assignment(make.shift(post, moment(23, 20)), me)
    answer = phone(me).get(url)
    assert (answer.context["found"].here, answer.context["found"].later.assignment) == (None, row)
    assert "今天 19:30起可以签到" in answer.content.decode()


def test_code_at_the_wrong_post_says_where_my_shift_is(of, me, post, url):
    make.assignment(make.shift(make.post(of, "西门岗"), moment(23, 10)), me)
    answer = phone(me).get(url)
    assert (answer.context["seat"], "您现在的班在西门岗" in answer.content.decode()) == (None, True)


def test_code_where_a_seat_is_empty_lets_me_take_it_and_signs_me_in(me, post, url):
    shift = make.shift(post, moment(23, 10))
    assert phone(me).get(url).context["seat"].why_not is None
    press(me, url, "take", shift)
    row = Assignment.objects.get()
    assert (row.shift, row.volunteer, row.state) == (shift, me, "signed_in")


def test_code_where_the_rules_forbid_the_empty_seat_says_why(me, post, url):
    make.assignment(make.shift(post, moment(23, 2)), me, "signed_out")
    shift = make.shift(post, moment(23, 10))
    answer = phone(me).get(url)
    assert answer.context["seat"].why_not.code == "rest"
    press(me, url, "take", shift)
    assert Assignment.objects.filter(shift=shift).count() == 0


def test_code_where_all_seats_are_taken_offers_nothing(of, me, post, url):
    make.assignment(make.shift(post, moment(23, 10)), song(of))
    answer = phone(me).get(url)
    assert (answer.context["seat"].free, 'value="take"' in answer.content.decode()) == (0, False)


def test_button_for_somebody_elses_shift_changes_nothing(of, me, post, url):
    row = make.assignment(make.shift(post, moment(23, 11)), song(of))
    press(me, url, "in", row)
    row.refresh_from_db()
    assert row.state == "published"


def test_code_that_is_wrong_or_of_another_post_is_not_found_in_words(of, me, post, url):
    other = make.post(of, "西门岗")
    token = url.rsplit("/", 2)[1]
    answers = [phone(me).get(f"{DUTY}at/{pk}/{token}/") for pk in (other.pk, of_nobody())]
    assert [(answer.status_code, answer.templates[0].name) for answer in answers] == [
        (404, "roster/duty/old_code.html")
    ] * 2


def of_nobody():
    return "00000000-0000-0000-0000-000000000000"


def test_code_when_renewed_ends_the_old_print(of, me, post, url):
    client = Client()
    client.force_login(make.member(of), backend="django.contrib.auth.backends.ModelBackend")
    client.post(f"{DUTY}posts/{post.pk}/code/renew/")
    assert phone(me).get(url).status_code == 404
    assert phone(me).get(sign_in_path(Post.objects.get())).status_code == 200
    assert AuditEntry.objects.get(action="roster.post_code_renewed").subject == "东门岗"


def test_code_when_scanned_without_a_login_asks_for_it_and_comes_back(post, url):
    assert Client().get(url).headers["Location"] == f"/login/?next={url}"


def test_page_of_the_code_is_for_leaders_of_the_group_and_the_coordinator(of, me, post):
    page = f"{DUTY}posts/{post.pk}/code/"
    leader, member = song(of), make.member(of, Role.COORDINATOR)
    lead(post.group, leader)
    client = Client()
    client.force_login(member, backend="django.contrib.auth.backends.ModelBackend")
    codes = [one.get(page).status_code for one in (phone(leader), client, phone(me))]
    assert codes == [200, 200, 404]
    assert phone(leader).get(page).context["url"].endswith(sign_in_path(post))
