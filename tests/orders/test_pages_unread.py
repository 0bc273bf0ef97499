"""Lines of the chat that nobody has decided, on the not-served page until somebody closes them."""

import datetime as dt

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from compound.models import Role
from orders.models import Round
from orders.services import chains
from tests import make
from tests.make import ELEVEN, NOON

pytestmark = pytest.mark.django_db

MINUTE = dt.timedelta(minutes=1)
CHAIN = "#接龙\n\n1. 20-1702 鸡蛋2板\n2. 尘 消毒液两瓶 13900001234\n3. 3-1-501 牛奶\n"


@pytest.fixture
def compound():
    compound = make.compound()
    for room in ("20-1702", "3-1-501"):
        make.household(compound, room)
    return compound


@pytest.fixture
def coordinator(compound):
    return make.member(compound)


@pytest.fixture
def round(compound):
    return make.round(compound)


@pytest.fixture
def paste(compound, round, coordinator):
    source = make.chain_source(compound)
    return chains.paste_chain(round=round, source=source, text=CHAIN, by=coordinator, at=ELEVEN)


@pytest.fixture
def client(client, coordinator, clock):
    clock(NOON + MINUTE)
    client.force_login(coordinator)
    return client


def url(name, **kwargs):
    return reverse(f"orders:{name}", kwargs={"code": "xingfuli", **kwargs})


def unread(client):
    return [(entry.line, entry.words) for entry in client.get(url("not_served")).context["unread"]]


DUST = (4, "2. 尘 消毒液两瓶 （号码略）")
MILK = (5, "3. 3-1-501 牛奶")


def test_not_served_lists_a_paste_that_nobody_confirmed_in_whole(client, paste):
    assert unread(client) == [(3, "1. 20-1702 鸡蛋2板"), DUST, MILK]


def test_not_served_lists_what_a_confirmed_paste_left_open_with_the_way_there(client, coordinator, paste):
    chains.confirm_chain(chain_import=paste, by=coordinator, at=ELEVEN)
    assert unread(client) == [DUST, MILK]
    page = client.get(url("not_served")).content.decode()
    assert f'href="{url("review", paste=paste.pk)}#e1"' in page
    assert "都送到了" not in page


def test_not_served_before_the_cutoff_lists_no_line_of_the_chat(client, clock, paste):
    clock(NOON - MINUTE)
    assert unread(client) == []


def test_not_served_lists_a_line_of_the_later_paste_only(client, coordinator, round, paste):
    chains.confirm_chain(chain_import=paste, by=coordinator, at=ELEVEN)
    later = chains.paste_chain(round=round, source=paste.source, text=CHAIN, by=coordinator, at=ELEVEN + MINUTE)
    chains.confirm_chain(chain_import=later, by=coordinator, at=ELEVEN + MINUTE)
    found = client.get(url("not_served")).context["unread"]
    assert [entry.paste for entry in found] == [later.pk, later.pk]


@pytest.mark.parametrize("state", ["closed", "delivering", "settled", "cancelled"])
@pytest.mark.parametrize("confirmed", [True, False])
def test_left_out_by_hand_a_line_is_off_the_list_whatever_became_of_the_round(
    client, coordinator, round, paste, state, confirmed
):
    if confirmed:
        chains.confirm_chain(chain_import=paste, by=coordinator, at=ELEVEN)
    Round.objects.filter(pk=round.pk).update(state=state, closed_at=NOON, cancel_reason="超市停业")
    before = unread(client)
    response = client.post(url("review_decide", paste=paste.pk), {"position": 1, "do": "leave"})
    assert (response.status_code, paste.entries.get(position=1).decision) == (302, "leave")
    assert unread(client) == [entry for entry in before if entry != DUST]


def test_not_served_of_a_cancelled_round_lists_no_line_of_the_chat(client, round, paste):
    Round.objects.filter(pk=round.pk).update(state="cancelled", cancel_reason="超市停业")
    assert unread(client) == []


def test_not_served_of_a_captain_lists_the_lines_of_the_own_building_without_a_link(
    client, compound, coordinator, paste
):
    chains.confirm_chain(chain_import=paste, by=coordinator, at=ELEVEN)
    client.force_login(make.member(compound, Role.CAPTAIN, building=compound.buildings.get(name="3")))
    assert unread(client) == [MILK]
    assert url("review", paste=paste.pk) not in client.get(url("not_served")).content.decode()


def test_not_served_of_52_unread_lines_shows_50_and_says_how_many_more(client, coordinator, round, paste):
    text = "#接龙\n\n" + "".join(f"{n}. 尘{n} 盐\n" for n in range(1, 53))
    chains.paste_chain(round=round, source=paste.source, text=text, by=coordinator, at=ELEVEN)
    assert len(unread(client)) == 50
    assert "还有2条：请先处理上面的。" in client.get(url("not_served")).content.decode()


def test_not_served_of_1_and_3_unread_lines_asks_the_database_equally_often(client, coordinator, round, paste):
    counts = []
    for size in (1, 3):
        text = "#接龙\n\n" + "".join(f"{n}. 尘{n} 盐\n" for n in range(1, size + 1))
        chains.paste_chain(round=round, source=paste.source, text=text, by=coordinator, at=ELEVEN)
        with CaptureQueriesContext(connection) as caught:
            assert len(client.get(url("not_served")).context["unread"]) == size
        counts.append(len(caught))
    assert counts[0] == counts[1]
