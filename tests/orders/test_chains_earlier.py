"""A line that cancels what another round has: shown with that round's orders, never folded away."""

import datetime as dt

import pytest
from django.urls import reverse

from orders.models import Round
from orders.services import chains
from tests import make
from tests.make import ELEVEN, NOON

pytestmark = pytest.mark.django_db

DAY = dt.timedelta(days=1)


class Chat:
    """20-1702 has eggs in yesterday's round, which goes on; 20-1703 has nothing."""

    def __init__(self):
        self.compound = make.compound()
        self.coordinator = make.member(self.compound)
        self.doors = {room: make.household(self.compound, room) for room in ("20-1702", "20-1703")}
        self.yesterday = make.round(
            self.compound, "昨天的菜", opens_at=NOON - DAY - dt.timedelta(hours=18), cutoff_at=NOON - DAY
        )
        Round.objects.filter(pk=self.yesterday.pk).update(state="shopping", closed_at=NOON - DAY)
        self.round = make.round(self.compound)
        self.source = make.chain_source(self.compound)
        self.order = make.order(self.yesterday, self.doors["20-1702"], ("鸡蛋", "2", "板"), by=self.coordinator)

    def paste(self, *lines):
        numbered = "\n".join(f"{n}. {line}" for n, line in enumerate(lines, start=1))
        return chains.paste_chain(
            round=self.round, source=self.source, text=f"#接龙\n菜\n\n{numbered}\n", by=self.coordinator, at=ELEVEN
        )


@pytest.fixture
def chat():
    return Chat()


@pytest.fixture
def client(client, chat, clock):
    clock(ELEVEN)
    client.force_login(chat.coordinator)
    return client


def url(name, pasted):
    return reverse(f"orders:{name}", kwargs={"code": "xingfuli", "paste": pasted.pk})


def decision(pasted, position=0):
    return pasted.entries.get(position=position).decision


@pytest.mark.parametrize(
    "line", ["20-1702 昨天那个取消", "20-1702 上次的不要了", "20-1703 昨天的鸡蛋不要了", "尘 昨天那个取消"]
)
def test_line_that_cancels_what_was_ordered_before_is_left_to_a_person(chat, line):
    assert decision(chat.paste(line)) == "open"


@pytest.mark.parametrize(("line", "expected"), [("20-1702 取消", "open"), ("20-1703 取消", "leave")])
def test_line_that_only_cancels_is_asked_about_where_another_round_has_an_order(chat, line, expected):
    assert decision(chat.paste(line)) == expected


@pytest.mark.parametrize(("state", "expected"), [("shopping", "open"), ("settled", "leave"), ("cancelled", "leave")])
def test_line_that_only_cancels_is_asked_about_while_that_round_goes_on(chat, state, expected):
    reason = "超市停业" if state == "cancelled" else ""
    Round.objects.filter(pk=chat.yesterday.pk).update(state=state, cancel_reason=reason)
    assert decision(chat.paste("20-1702 取消")) == expected


def test_review_names_the_orders_of_the_rounds_before_and_leads_to_them(client, chat):
    page = client.get(url("review", chat.paste("20-1702 昨天那个取消")))
    (row,) = page.context["review"].rows
    assert [(e.order, e.round, e.goods) for e in row.earlier_orders] == [(chat.order.pk, "昨天的菜", ("鸡蛋 2板",))]
    assert row.amounts == []
    text = page.content.decode()
    assert reverse("orders:order", kwargs={"code": "xingfuli", "order": chat.order.pk}) in text
    assert [word in text for word in ("说的是另一个批次的单子", "看过了，这条不算", "撤回订单")] == [True, True, False]


def test_review_of_a_household_without_an_order_before_says_so(client, chat):
    page = client.get(url("review", chat.paste("20-1703 昨天那个取消")))
    assert "这一户最近几个批次里没有单子。" in page.content.decode()


def test_room_chosen_for_such_a_line_shows_the_orders_and_keeps_it_open(client, chat):
    pasted = chat.paste("尘 昨天的鸡蛋2板取消")
    data = {"position": 0, "room_text": "20-1702"}
    answer = client.post(url("review_decide", pasted), data, headers={"HX-Request": "true"})
    assert decision(pasted) == "open"
    assert "昨天的菜" in answer.content.decode()


def test_such_a_line_that_was_seen_is_left_out_and_ends_no_order(client, chat):
    pasted = chat.paste("20-1702 昨天那个取消")
    client.post(url("review_decide", pasted), {"position": 0, "do": "leave"})
    client.post(url("review_confirm", pasted))
    chat.order.refresh_from_db()
    assert (decision(pasted), chat.order.state) == ("leave", "placed")


class Midnight:
    """The round was open yesterday: what 20-1703 ordered then is an order of this one."""

    def __init__(self, chat, client):
        self.chat, self.client = chat, client

    def confirmed(self, *lines):
        pasted = self.chat.paste(*lines)
        self.client.post(url("review_confirm", pasted))
        return pasted

    def page(self, pasted):
        page = self.client.get(url("review", pasted))
        (row,) = [row for row in page.context["review"].rows if row.is_open and row.speaks_of_earlier]
        return row, page.content.decode()

    def withdraw(self, pasted, row, do):
        self.client.post(url("review_decide", pasted), {"position": row.entry.position, "do": do})
        self.client.post(url("review_confirm", pasted))
        return sorted(self.chat.round.orders.values_list("state", flat=True))


@pytest.fixture
def midnight(chat, client):
    return Midnight(chat, client)


def test_line_beside_a_confirmed_one_can_withdraw_its_order(midnight):
    midnight.confirmed("20-1703王姐 鸡蛋2板", "20-1702 牛奶1箱")
    pasted = midnight.chat.paste("20-1703王姐 鸡蛋2板", "20-1702 牛奶1箱", "20-1703王姐 昨天订的鸡蛋不要了")
    row, text = midnight.page(pasted)
    assert (row.other_orders, "撤回订单" in text, "看过了，这条不算" in text) == (["鸡蛋 2板"], True, False)
    assert midnight.withdraw(pasted, row, "later") == ["cancelled", "placed"]


def test_line_that_was_edited_can_withdraw_its_order_and_shows_both_rounds(midnight):
    midnight.confirmed("20-1702王姐 牛奶1箱")
    pasted = midnight.chat.paste("20-1702王姐 昨天订的牛奶不要了")
    row, text = midnight.page(pasted)
    assert (row.other_orders, [e.goods for e in row.earlier_orders]) == (["牛奶 1箱"], [("鸡蛋 2板",)])
    assert ("撤回订单" in text, "看过了，这条不算" in text) == (True, False)
    assert midnight.withdraw(pasted, row, "take") == ["cancelled"]
    midnight.chat.order.refresh_from_db()
    assert midnight.chat.order.state == "placed"


def test_line_can_withdraw_an_order_of_this_round_that_was_typed_in(midnight):
    chat = midnight.chat
    make.order(chat.round, chat.doors["20-1703"], ("鸡蛋", "2", "板"), by=chat.coordinator)
    pasted = chat.paste("20-1703王姐 昨天订的鸡蛋不要了")
    row, text = midnight.page(pasted)
    assert (row.other_orders, "撤回订单" in text, "看过了，这条不算" in text) == (["鸡蛋 2板"], True, False)
    assert midnight.withdraw(pasted, row, "take") == ["cancelled"]
