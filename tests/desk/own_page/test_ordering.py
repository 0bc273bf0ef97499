"""Ordering, changing, withdrawing, repeating; what comes too late; what is refused, with all of it still there."""

import datetime as dt
import re
import uuid
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from orders.models import Order, Round, SubstituteWish
from tests import make
from tests.make import ELEVEN, NOON


def placed():
    rows = Order.objects.filter(state="placed").order_by("pk").values_list("lines__goods", "lines__ordered")
    return sorted((goods, str(ordered.normalize())) for goods, ordered in rows)


def box(offer, page):
    """What stands in the box of a good."""
    return re.search(rf'name="q{offer.pk}"\s+value="([^"]*)"', page)[1]


def send(scene, phone, **boxes):
    data = {
        "id": str(uuid.uuid4()),
        f"q{scene.eggs.pk}": boxes.pop("eggs", ""),
        f"q{scene.milk.pk}": boxes.pop("milk", ""),
    }
    return phone.post(scene.order_url, data | boxes)


def test_order_when_sent_from_the_page_is_the_households_own_word(scene, phone):
    answer = send(scene, phone, eggs="2", more="盐2包", remark="放门口")
    order = Order.objects.get()
    assert (answer.status_code, answer.url) == (302, f"/h/{scene.token}/?said=ordered")
    assert (order.household, order.channel, order.entered_by, order.remark) == (scene.home, "household", None, "放门口")
    assert placed() == [("盐", "2"), ("鸡蛋", "2")]
    page = phone.get(answer.url).text
    assert ("鸡蛋" in page, "2板" in page, "截单前都能改" in page) == (True, True, True)


def test_order_when_the_same_form_comes_twice_is_one_order(scene, phone):
    data = {"id": str(uuid.uuid4()), f"q{scene.eggs.pk}": "1"}
    assert [phone.post(scene.order_url, data).status_code for _ in range(2)] == [302, 302]
    assert (placed(), Order.objects.count()) == ([("鸡蛋", "1")], 1)


def test_order_when_the_form_comes_again_after_it_was_withdrawn_is_ordered_again(scene, phone):
    data = {"id": str(uuid.uuid4()), f"q{scene.eggs.pk}": "1"}
    phone.post(scene.order_url, data)
    phone.post(scene.url(f"withdraw/{Order.objects.get().pk}/"))
    again = [phone.post(scene.order_url, data) for _ in range(2)]
    assert [answer.url.endswith("said=ordered") for answer in again] == [True, True]
    assert (placed(), Order.objects.count()) == ([("鸡蛋", "1")], 2)


def test_order_when_the_form_comes_again_after_it_was_changed_is_refused_in_words(scene, phone):
    data = {"id": str(uuid.uuid4()), f"q{scene.milk.pk}": "1"}
    phone.post(scene.order_url, data)
    send(scene, phone, milk="5", instead_of=str(Order.objects.get().pk))
    answer = phone.post(scene.order_url, data)
    assert (answer.status_code, "您在这一轮已经订过了" in answer.text, placed()) == (422, True, [("牛奶", "5")])


def test_order_when_the_form_goes_back_and_another_one_is_sent_twice_is_one_change(scene, phone):
    id = str(uuid.uuid4())
    phone.post(scene.order_url, {"id": id, f"q{scene.milk.pk}": "1"})
    sent = [phone.post(scene.order_url, {"id": id, f"q{scene.milk.pk}": "4"}).status_code for _ in range(2)]
    assert (sent, placed()) == ([302, 302], [("牛奶", "4")])


def test_order_when_changed_replaces_what_was_ordered(scene, phone):
    send(scene, phone, eggs="1")
    first = Order.objects.get()
    shown = phone.get(scene.order_url).text
    assert f'name="instead_of" value="{first.pk}"' in shown
    answer = send(scene, phone, eggs="2", milk="1", instead_of=str(first.pk))
    first.refresh_from_db()
    assert (answer.url.endswith("said=changed"), placed()) == (True, [("牛奶", "1"), ("鸡蛋", "2")])
    assert (first.state, first.ended_by, first.end_reason) == ("replaced", None, "住户自己改了")


def test_order_when_a_second_one_is_sent_beside_the_first_is_refused_and_kept_in_its_boxes(scene, phone):
    send(scene, phone, eggs="1")
    answer = send(scene, phone, milk="3")
    assert (answer.status_code, 'value="3"' in answer.text, placed()) == (422, True, [("鸡蛋", "1")])


@pytest.mark.parametrize(
    ("boxes", "words"),
    [
        ({"eggs": "3"}, "鸡蛋每户限购2板"),
        ({"eggs": "很多"}, "写一个数字"),
        ({"more": "一些东西"}, "例如：盐2包 葱1把"),
        ({"more": "盐2包 我住20-1702 酱油1瓶"}, "没看懂“我住20-1702”"),
        ({"more": "盐2包 20-1703 牛奶1箱"}, "没看懂“20-1703”"),
        ({"more": "盐2包 不要葱1把"}, "没看懂“不要葱1把”"),
        ({"more": "盐2包 谢谢"}, "没看懂“谢谢”"),
        ({"more": "盐2包 电话13800001234"}, "没看懂“电话13800001234”"),
        ({}, "还没有选"),
    ],
)
def test_order_when_it_cannot_be_taken_says_why_and_keeps_every_word(scene, phone, boxes, words):
    answer = send(scene, phone, remark="放门口", **boxes)
    assert (answer.status_code, words in answer.text, 'value="放门口"' in answer.text) == (422, True, True)
    assert all(value in answer.text for value in boxes.values())
    assert Order.objects.count() == 0


@pytest.mark.parametrize(
    "more",
    ["1、盐2包\n2、葱1把", "1. 盐2包\n2. 葱1把", "盐 2包，葱1把", "①盐2包 ②葱1把", "盐两包葱一把", "\0盐2包 葱1把。"],
)
def test_goods_that_are_not_on_the_list_when_written_in_any_usual_way_are_all_ordered(scene, phone, more):
    send(scene, phone, more=more)
    assert placed() == [("盐", "2"), ("葱", "1")]


def test_goods_that_are_not_on_the_list_when_the_order_is_changed_are_understood_again(scene, phone):
    send(scene, phone, more="牛奶250ml 2盒")
    first = Order.objects.get()
    more = re.search(r"<textarea[^>]*>([^<]*)<", phone.get(scene.order_url).text)[1]
    send(scene, phone, more=f"{more} 盐 两包", instead_of=str(first.pk))
    assert placed() == [("牛奶250ml", "2"), ("盐", "2")]


def test_order_when_its_round_is_cancelled_meanwhile_keeps_what_was_typed(scene, phone):
    Round.objects.update(state="cancelled", closed_at=ELEVEN, state_at=ELEVEN, cancel_reason="封店")
    answer = send(scene, phone, eggs="1", remark="放门口")
    assert (answer.status_code, 'value="放门口"' in answer.text, Order.objects.count()) == (422, True, 0)
    assert phone.get(scene.order_url).status_code == 404


def test_order_when_the_number_has_its_unit_is_understood(scene, phone):
    send(scene, phone, eggs="2板", milk="0")
    assert placed() == [("鸡蛋", "2")]


def test_order_when_withdrawn_before_the_cutoff_is_nobodys_any_more(scene, phone):
    send(scene, phone, eggs="1")
    order = Order.objects.get()
    asked = phone.get(scene.url(f"withdraw/{order.pk}/"))
    answers = [phone.post(scene.url(f"withdraw/{order.pk}/")).status_code for _ in range(2)]
    order.refresh_from_db()
    assert (asked.status_code, answers) == (200, [302, 302])
    assert (order.state, order.ended_at, order.ended_by) == ("cancelled", ELEVEN, None)


def test_order_when_withdrawn_after_the_cutoff_stays(scene, phone, clock):
    send(scene, phone, eggs="1")
    clock(NOON)
    answer = phone.post(scene.url(f"withdraw/{Order.objects.get().pk}/"))
    assert (answer.status_code, placed()) == (422, [("鸡蛋", "1")])


def test_change_when_it_comes_after_the_cutoff_is_kept_beside_the_order(scene, phone, clock):
    send(scene, phone, eggs="1")
    first = Order.objects.get()
    clock(NOON + dt.timedelta(minutes=1))
    answer = send(scene, phone, eggs="2", instead_of=str(first.pk))
    late = Order.objects.get(state="late")
    assert (answer.url.endswith("said=late"), late.instead_of, placed()) == (True, first, [("鸡蛋", "1")])
    assert "截单后到的，先留着" in phone.get(scene.url()).text
    assert phone.get(scene.order_url).status_code == 404


def test_order_of_last_time_when_repeated_fills_the_boxes_and_names_what_is_not_there(scene, phone):
    before = make.round(
        scene.of, "8月22日 12:00", opens_at=ELEVEN - dt.timedelta(days=2), cutoff_at=NOON - dt.timedelta(days=1)
    )
    Round.objects.filter(pk=before.pk).update(state="settled", closed_at=ELEVEN)
    order = make.order(before, scene.home, ("鸡蛋", "2", "板"), ("西瓜", "1", "个"), by=scene.chief)
    order.lines.filter(goods="鸡蛋").update(item=scene.eggs.item)
    shown = phone.get(scene.order_url).text
    again = phone.get(scene.order_url + "?again=1").text
    assert ("照上次再来一份" in shown, box(scene.eggs, shown), box(scene.eggs, again)) == (True, "", "2")
    assert ("西瓜" in again, "这次单子上没有" in again) == (True, True)
    assert Order.objects.filter(channel="household").count() == 0


def test_order_of_last_time_when_it_is_still_open_or_shares_nothing_is_not_offered(scene, phone):
    pork = make.round(scene.of, "平价猪肉", opens_at=ELEVEN - dt.timedelta(hours=1), cutoff_at=NOON)
    order = make.order(pork, scene.home, ("鸡蛋", "1", "板"), by=scene.chief)
    order.lines.update(item=scene.eggs.item)
    assert "照上次再来一份" not in phone.get(scene.order_url).text
    Round.objects.filter(pk=pork.pk).update(state="settled", closed_at=ELEVEN, cutoff_at=ELEVEN)
    assert "照上次再来一份" in phone.get(scene.order_url).text
    order.lines.update(item=None, goods="猪肉")
    assert "照上次再来一份" not in phone.get(scene.order_url).text


def test_rounds_that_are_open_when_shown_say_what_can_be_had(scene, phone):
    make.offer(make.round(scene.of, "平价肉", cutoff_at=NOON), "平价猪肉", "份")
    page = phone.get(scene.url()).text
    assert [word in page for word in ("平价肉", "平价猪肉", "鸡蛋、牛奶", "今天 12:00截单")] == [True] * 4
    assert "今天 12:00截单" in phone.get(scene.order_url).text


def test_order_when_the_chat_has_used_up_the_cap_says_whom_to_ask(scene, phone):
    make.order(scene.round, scene.home, ("鸡蛋", "1", "板"), by=scene.chief)
    answer = send(scene, phone, eggs="2")
    said = "鸡蛋每户限2板，群里或电话里已经替您订了1板：请少写一些，或请楼长撤回那一份。"
    assert (answer.status_code, said in answer.text, 'value="2"' in answer.text) == (422, True, True)


def test_orders_of_chat_and_telephone_when_shown_cannot_be_changed_here(scene, phone):
    order = make.order(scene.round, scene.home, ("牛奶", "1", "箱"), by=scene.chief)
    page = phone.get(scene.url()).text
    assert ("群里或电话里替您订的" in page, f"withdraw/{order.pk}/" in page) == (True, False)
    assert phone.post(scene.url(f"withdraw/{order.pk}/")).status_code == 404


def test_wish_when_the_household_says_it_is_its_own(scene, phone):
    answer = phone.post(scene.url("wish/"), {"wish": "similar"})
    wish = SubstituteWish.objects.get()
    assert (answer.status_code, wish.household, wish.wish, wish.set_by) == (302, scene.home, "similar", None)
    assert phone.post(scene.url("wish/"), {"wish": "anything"}).status_code == 422


def test_round_when_the_coordinator_looks_shows_who_ordered_by_the_page(scene, phone, log_in):
    send(scene, phone, eggs="1")
    client = log_in()
    order = Order.objects.get()
    pages = [client.get(f"/c/xingfuli/orders/{order.pk}/"), client.get("/c/xingfuli/households/20-1702/")]
    assert [page.status_code for page in pages] == [200, 200]
    assert "本户页面" in pages[0].text


def test_first_page_when_more_was_ordered_asks_the_database_no_oftener(scene, phone):
    def statements() -> int:
        with CaptureQueriesContext(connection) as queries:
            assert phone.get(scene.url()).status_code == 200
        return len(queries)

    def close(title, *goods):
        one = make.round(
            scene.of, title, opens_at=ELEVEN - dt.timedelta(hours=5), cutoff_at=ELEVEN - dt.timedelta(hours=1)
        )
        make.order(one, scene.home, *goods, by=scene.chief)
        Round.objects.filter(pk=one.pk).update(state="shopping", closed_at=ELEVEN)

    phone.get(scene.url())
    close("1", ("牛奶", "1", "箱"))
    one = statements()
    close("2", ("牛奶", "1", "箱"), ("盐", "1", "包"))
    close("3", ("鸡蛋", "1", "板"))
    assert statements() == one
    assert Decimal(one) < 30
