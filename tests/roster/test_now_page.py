"""现在谁在岗: signed in since when, missing since when, what is empty, what comes next."""

import pytest

from tests import make
from tests.roster.board import ROSTER, desk, people
from tests.roster.phones import ELEVEN, HOUR, lead, moment, phone, queries_of

NOW = f"{ROSTER}now/"


@pytest.fixture
def of(db, clock):
    clock(ELEVEN)
    return make.compound()


@pytest.fixture
def post(of):
    return make.post(of, "东门岗", seats=3)


def names(assignments):
    return [row.user.name for row in assignments]


def test_now_shows_who_is_here_who_is_missing_and_how_many_seats_are_empty(of, post):
    zhao, qian, *_ = people(of, 2)
    on = make.shift(post, ELEVEN - HOUR)
    make.assignment(on, zhao, "signed_in")
    make.assignment(on, qian, "confirmed", seat=2)
    answer = desk(of).get(NOW)
    page = answer.context["page"]
    assert [(p.shift, p.hours, names(p.here), names(p.missing), p.expected, p.empty) for p in page.posts] == [
        (on, "10:00–14:00", ["赵丽"], ["钱建军"], [], 1)
    ]
    assert (page.here, page.missing, page.empty) == (1, 1, 1)
    assert 'href="tel:13100000001"' in answer.content.decode()
    assert 'href="tel:13100000000"' not in answer.content.decode()


def test_now_within_the_minutes_of_grace_somebody_is_expected_and_not_missing(of, post, clock):
    on = make.shift(post, ELEVEN)
    make.assignment(on, people(of, 1)[0])
    clock(ELEVEN + HOUR / 60 * 9)
    client = desk(of)
    page = client.get(NOW).context["page"]
    assert [(names(p.missing), names(p.expected)) for p in page.posts] == [([], ["赵丽"])]
    clock(ELEVEN + HOUR / 60 * 10)
    page = client.get(NOW).context["page"]
    assert [(names(p.missing), names(p.expected)) for p in page.posts] == [(["赵丽"], [])]


def test_now_the_night_that_began_yesterday_is_still_on_at_half_past_midnight(of, post, clock):
    night = make.shift(post, moment(22, 20), hours=12, is_night=True)
    clock(moment(23, 0, 30))
    assert [p.shift for p in desk(of).get(NOW).context["page"].posts] == [night]


def test_now_says_what_comes_at_the_next_change(of, post):
    zhao, *_ = people(of, 1)
    soon = make.shift(post, moment(23, 14))
    make.assignment(soon, zhao)
    make.shift(post, moment(23, 18))
    page = desk(of).get(NOW).context["page"]
    assert (page.next_at, [(one.shift, one.names, one.gap) for one in page.coming]) == (
        moment(23, 14), [(soon, ["赵丽"], 2)],
    )  # fmt: skip


def test_now_for_a_leader_shows_the_own_groups_posts_alone(of, post):
    leader, other = people(of, 2)
    lead(post.group, leader)
    own = make.shift(post, ELEVEN)
    make.shift(make.post(of, "超市采买", group=make.duty_group(of, "采买组")), ELEVEN)
    assert [p.shift for p in phone(leader).get(NOW).context["page"].posts] == [own]
    assert phone(other).get(NOW).status_code == 404


def test_now_part_is_only_what_changes(of, post):
    make.shift(post, ELEVEN)
    text = desk(of).get(NOW, headers={"X-Part": "1"}).content.decode()
    assert ("<html" in text, "东门岗" in text) == (False, True)


def test_now_asks_as_often_for_three_posts_as_for_one(of, post):
    persons, client = people(of, 3), desk(of)
    make.assignment(make.shift(post, ELEVEN - HOUR), persons[0], "signed_in")
    make.shift(post, ELEVEN + HOUR)
    one = queries_of(client, NOW)
    for number, person in enumerate(persons[1:]):
        make.assignment(make.shift(make.post(of, f"岗{number}"), ELEVEN - HOUR), person)
    assert queries_of(client, NOW) == one
