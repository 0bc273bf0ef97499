"""One day of the board, and a shift that is added by hand."""

import pytest

from roster.models import Shift
from tests import make
from tests.roster.board import ROSTER, desk, people, slots
from tests.roster.phones import ELEVEN, moment, queries_of, said


@pytest.fixture
def of(db, clock):
    clock(ELEVEN)
    return make.compound()


@pytest.fixture
def post(of):
    return make.post(of, "东门岗", seats=2)


def test_day_shows_the_shifts_that_start_on_it_and_no_others(of, post):
    make.shift(post, moment(23, 20), hours=10, is_night=True)
    make.shift(post, moment(24, 0, 30), hours=7, is_night=True)
    make.shift(post, moment(24, 23), hours=2)
    make.shift(post, moment(25, 0), hours=8)
    answer = desk(of).get(f"{ROSTER}day/2022-08-24/")
    assert [hours for _post, hours, _seats in slots(answer)] == ["00:30–07:30", "23:00–次日01:00"]


def test_day_asks_as_often_for_three_rows_as_for_one(of, post):
    client, url = desk(of), f"{ROSTER}day/2022-08-24/"
    make.assignment(make.shift(post, moment(24, 8)), people(of, 1)[0])
    one = queries_of(client, url)
    for hour in (12, 16):
        make.shift(post, moment(24, hour))
    assert queries_of(client, url) == one


NEW = {"starts_at": "2022-08-24T22:00", "ends_at": "2022-08-25T02:00", "minimum": 1, "maximum": 2, "note": "带手电"}


def test_new_shift_stands_on_the_day_of_its_start_and_leads_to_its_people(of, post):
    answer = desk(of).post(f"{ROSTER}shifts/new/", {"post": post.pk, **NEW}, follow=True)
    made = Shift.objects.get()
    assert answer.redirect_chain == [(f"{ROSTER}shifts/{made.pk}/", 302)]
    assert (made.starts_at, made.ends_at, made.duty_on.isoformat(), made.is_night, made.maximum, made.note) == (
        moment(24, 22), moment(25, 2), "2022-08-24", True, 2, "带手电",
    )  # fmt: skip
    assert said(answer) == ["班次已加到排班表上。谁来值？"]


def test_new_shift_when_it_ends_before_it_starts_keeps_what_was_typed(of, post):
    answer = desk(of).post(f"{ROSTER}shifts/new/", {"post": post.pk, **NEW, "ends_at": "2022-08-24T02:00"})
    assert (answer.status_code, Shift.objects.count()) == (422, 0)
    assert answer.context["form"].errors == {"ends_at": ["结束时间要晚于开始时间。"]}
    assert 'value="带手电"' in answer.content.decode()


def test_new_shift_at_a_post_of_another_compound_is_refused(of, post):
    theirs = make.post(make.compound("dongyuan", "东园"), "西门岗")
    answer = desk(of).post(f"{ROSTER}shifts/new/", {"post": theirs.pk, **NEW})
    assert (answer.status_code, list(answer.context["form"].errors), Shift.objects.count()) == (422, ["post"], 0)
