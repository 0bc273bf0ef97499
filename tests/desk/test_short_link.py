"""/s/: what a paper's short code shows to whoever holds it."""

import datetime as dt

import pytest
from django.test import Client

from compound.models import AuditEntry, Role, Sheet, ShortCode
from compound.services.sheets import CODE_LIFE
from desk.views import short_link
from orders.models import Round
from orders.services.sheets import make_sheets
from tests import make
from tests.make import ELEVEN, NOON

HOUR = dt.timedelta(hours=1)


@pytest.fixture
def round(of):
    """A closed round with one order that says more than a stranger should read."""
    round = make.round(of, opens_at=NOON - 24 * HOUR, cutoff_at=ELEVEN - HOUR)
    door = make.household(of, "20-1702")
    make.resident(door, "周旻")
    make.household(of, "20-301")
    by = make.user("罗强", "13000000088")
    make.order(round, door, ("鸡蛋", "2", "板"), by=by, remark="放周旻门口")
    Round.objects.filter(pk=round.pk).update(state="closed", closed_at=ELEVEN - HOUR, state_at=ELEVEN - HOUR)
    round.refresh_from_db()
    sheets(round)
    return round


def sheets(round, at=ELEVEN - HOUR):
    make_sheets(round=round, at=at, by=None, progress=lambda done, total: None)


def code_of(round, kind, version=1):
    return ShortCode.objects.get(sheet__group=round.pk, sheet__kind=kind, sheet__version=version).code


def lines(answer):
    return [
        (line.title, line.sub, line.number, line.unit)
        for section in answer.context["link"].sections
        for line in section.lines
    ]


@pytest.mark.parametrize(
    ("kind", "found"),
    [
        ("shopping_list", [("鸡蛋", "", "2", "板")]),
        ("bag_slips", [("20-1702", "", "1", "样")]),
        ("delivery_run", [("20-1702", "", "1", "袋"), ("另有1户没有下单", "", "", "")]),
        ("not_served", []),
    ],
)
def test_short_link_without_a_login_shows_rooms_and_nothing_of_the_people(round, client, kind, found):
    answer = client.get(f"/s/{code_of(round, kind)}")
    words = answer.content.decode()
    assert lines(answer) == found
    assert [word for word in ("周旻", "放周", "打开PDF", "收回") if word in words] == []
    assert "no-store" in answer.headers["Cache-Control"]


def test_short_link_of_a_bag_shows_its_goods_to_members_only(of, round, client, log_in):
    code = code_of(round, "bag_slips")
    assert lines(client.get(f"/s/{code}")) == [("20-1702", "", "1", "样")]
    assert lines(log_in(Role.VOLUNTEER).get(f"/s/{code}")) == [("20-1702", "鸡蛋 2板", "1", "样")]


def test_short_link_for_a_member_of_another_compound_is_that_of_a_stranger(round, log_in):
    client = Client()
    other = make.member(make.compound("yangguang", "阳光"), Role.SECRETARY)
    client.force_login(other, backend="django.contrib.auth.backends.ModelBackend")
    answer = client.get(f"/s/{code_of(round, 'bag_slips')}")
    assert (answer.context["may_open"], answer.context["may_revoke"]) == (False, False)


def test_short_link_for_a_coordinator_leads_to_pdf_and_round(of, round, log_in):
    sheet = Sheet.objects.get(group=round.pk, kind="bag_slips")
    words = log_in().get(f"/s/{sheet.short_code.code}").content.decode()
    assert f'href="/c/xingfuli/files/{sheet.file_id}/"' in words
    assert f'href="/c/xingfuli/rounds/{round.pk}/"' in words


def test_short_link_of_another_building_gives_a_captain_no_pdf(of, round, log_in):
    code = code_of(round, "delivery_run")
    three = make.household(of, "3-2-501").building
    assert log_in(Role.CAPTAIN, building=three).get(f"/s/{code}").context["may_open"] is False


def test_short_link_of_the_own_building_gives_a_captain_the_pdf(of, round, log_in):
    twenty = of.buildings.get(name="20")
    captain = log_in(Role.CAPTAIN, building=twenty)
    assert captain.get(f"/s/{code_of(round, 'delivery_run')}").context["may_open"] is True


def test_short_link_of_an_older_version_says_which_one_is_current(of, round, client):
    code = code_of(round, "bag_slips")
    assert client.get(f"/s/{code}").context["link"].is_current is True

    make.order(round, of.households.get(room="20-301"), ("青菜", "1", "斤"), by=make.User.objects.get(name="罗强"))
    sheets(round, ELEVEN)

    assert "现在是第2版" in client.get(f"/s/{code}").content.decode()
    assert client.get(f"/s/{code_of(round, 'bag_slips', 2)}").context["link"].is_current is True


@pytest.mark.parametrize(
    "spell", [str.lower, lambda code: f"{code[:5]} {code[5:]}", lambda code: f" {code[:3]}-{code[3:]}"]
)
def test_short_link_typed_by_hand_opens_in_every_spelling(round, client, spell):
    code = code_of(round, "bag_slips")
    answer = client.get("/s/", {"code": spell(code)})
    assert answer.headers["Location"] == f"/s/{code}"
    assert client.get(f"/s/{spell(code).strip()}").status_code == 200


def plain(answer):
    """The answer without what differs in every request."""
    import re

    return answer.status_code, re.sub(
        r'(csrf\w*"?[^>]*value="|X-CSRFToken": ")[^"]*|/s/[^"]*', "", answer.content.decode()
    )


def test_short_links_unknown_run_out_and_taken_back_look_alike(of, round, client, clock):
    run_out, revoked = code_of(round, "bag_slips"), code_of(round, "shopping_list")
    ShortCode.objects.filter(code=revoked).update(revoked_at=ELEVEN, revoked_by=make.User.objects.get(name="罗强"))
    ShortCode.objects.filter(code=run_out).update(expires_at=ELEVEN)
    answers = [plain(client.get(f"/s/{code}")) for code in (run_out, revoked, "0000000000", "x", "🙂")]
    assert answers[0][0] == 404
    assert answers == [answers[0]] * 5


def test_short_link_holds_for_fourteen_days(round, client, clock):
    code = code_of(round, "bag_slips")
    traveller = clock(ELEVEN - HOUR + CODE_LIFE - dt.timedelta(seconds=1))
    assert client.get(f"/s/{code}").status_code == 200
    traveller.shift(1)
    assert client.get(f"/s/{code}").status_code == 404


def test_revoke_by_the_coordinator_ends_the_code_and_is_logged_without_it(of, round, client, log_in):
    code = code_of(round, "bag_slips")
    assert client.post(f"/s/{code}/revoke/").status_code == 302  # to the login
    assert log_in(Role.SUPPLY).post(f"/s/{code}/revoke/").status_code == 404
    assert client.get(f"/s/{code}").status_code == 200

    assert log_in().post(f"/s/{code}/revoke/").headers["Location"] == f"/c/xingfuli/rounds/{round.pk}/"

    assert client.get(f"/s/{code}").status_code == 404
    entry = AuditEntry.objects.get(action="short_code.revoked")
    assert code not in f"{entry.subject}{entry.text}{entry.params}"


def test_short_link_after_too_many_tries_from_one_address_is_closed_to_it_only(round, monkeypatch):
    monkeypatch.setattr(short_link, "TRIES", 3)
    code = code_of(round, "bag_slips")
    guesser, runner = Client(REMOTE_ADDR="10.0.0.9"), Client(REMOTE_ADDR="10.0.0.8")
    assert [guesser.get("/s/0000000000").status_code for _ in range(4)] == [404, 404, 404, 429]
    assert (guesser.get(f"/s/{code}").status_code, runner.get(f"/s/{code}").status_code) == (429, 200)


def test_page_to_type_a_code_is_open_to_everybody(db, client):
    assert "您手里是哪张单子？" in client.get("/s/").content.decode()
