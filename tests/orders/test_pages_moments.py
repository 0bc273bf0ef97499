"""Days that are typed into the boxes of a round: a year that is a slip of the pen, and a form that is sent twice."""

import datetime as dt

import pytest
from django.urls import reverse

from tests import make
from tests.make import ELEVEN, NOON

pytestmark = pytest.mark.django_db

TOO_FAR = "离今天一年多了：请检查年份。"
DAY = dt.timedelta(days=1)


@pytest.fixture
def compound():
    return make.compound()


@pytest.fixture
def client(client, compound, clock):
    clock(ELEVEN)
    client.force_login(make.member(compound))
    return client


def url(name, **kwargs):
    return reverse(f"orders:{name}", kwargs={"code": "xingfuli", **kwargs})


def typed(compound, **changes):
    return {
        "title": "周六猪肉",
        "supply_point": make.supply_point(compound).pk,
        "opens_at": "2022-08-23T11:00",
        "cutoff_at": "2022-08-23T16:00",
    } | changes


@pytest.mark.parametrize(
    ("box", "moment"),
    [
        ("opens_at", "0001-01-01T00:00"),
        ("opens_at", "2021-07-19T10:59"),
        ("cutoff_at", "2023-09-27T11:01"),
        ("cutoff_at", "9999-12-31T23:59"),
    ],
)
def test_new_round_of_a_far_away_year_is_refused_and_kept(client, compound, box, moment):
    response = client.post(url("round_new"), typed(compound, **{box: moment}))
    assert dict(response.context["form"].errors) == {box: [TOO_FAR]}
    assert f'value="{moment}"' in response.content.decode()
    assert not compound.rounds.exists()


def test_new_round_of_a_year_ahead_is_opened_and_shown(client, compound):
    client.post(url("round_new"), typed(compound, opens_at="2021-07-19T11:00", cutoff_at="2023-09-27T11:00"))
    made = compound.rounds.get()
    assert (made.opens_at, made.cutoff_at) == (ELEVEN - 400 * DAY, ELEVEN + 400 * DAY)
    assert client.get(url("rounds")).status_code == 200


def test_new_round_sent_twice_is_one_round_and_is_answered_like_the_first_time(client, compound):
    page = client.get(url("round_new"))
    key = page.context["form"]["id"].value()
    assert f'<input type="hidden" name="id" value="{key}"' in page.content.decode()
    answers = [client.post(url("round_new"), typed(compound, id=key)) for _ in range(2)]
    assert [answer.url for answer in answers] == [url("goods", round=key)] * 2
    assert [str(round.pk) for round in compound.rounds.all()] == [key]


def test_new_round_of_another_title_from_the_page_before_is_a_round_of_its_own(client, compound):
    key = client.get(url("round_new")).context["form"]["id"].value()
    for title in ("周六猪肉", "周日青菜"):
        client.post(url("round_new"), typed(compound, id=key, title=title))
    assert sorted(round.title for round in compound.rounds.all()) == ["周六猪肉", "周日青菜"]


@pytest.mark.parametrize("moment", ["0001-01-01T00:00", "9999-12-31T23:59"])
def test_move_cutoff_to_a_far_away_year_is_refused(client, compound, moment):
    round = make.round(compound)
    response = client.post(url("round_cutoff", round=round.pk), {"cutoff_at": moment})
    round.refresh_from_db()
    assert response.context["cutoff_form"].errors["cutoff_at"] == [TOO_FAR]
    assert round.cutoff_at == NOON
