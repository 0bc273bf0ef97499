"""The shopper's pages by their real addresses."""

import datetime as dt
import io
import uuid
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from PIL import Image

from compound.models import AuditEntry, Role
from compound.refusals import Refusal
from orders.models import PhoneEvent, Purchase, Receipt, Round, RoundGood, Sharing, SubstituteWish
from orders.queries.receipts import receipts_of
from orders.queries.shopping import lists_of
from orders.services.receipts import enter_receipt, void_receipt
from orders.services.round_goods import list_goods
from orders.services.substitute_wishes import set_wish
from tests import make
from tests.orders.shopping.conftest import ONE, Shop

TWO = ONE + dt.timedelta(hours=1)


@pytest.fixture
def client(client: Client, shop: Shop, clock: Any) -> Client:
    clock(TWO)
    client.force_login(shop.luo)
    return client


def url(name: str, shop: Shop | None = None, **kwargs: Any) -> str:
    if shop is not None:
        kwargs["round"] = shop.round.pk
    return reverse(f"orders:{name}", kwargs={"code": "xingfuli", **kwargs})


def text_of(response: Any) -> str:
    return " ".join(response.content.decode().split())


def statements(client: Client, address: str) -> int:
    with CaptureQueriesContext(connection) as caught:
        assert client.get(address).status_code == 200
    return len(caught)


def test_shopping_of_a_good_that_is_shared_out_says_so(client: Client, shop: Shop) -> None:
    [good] = RoundGood.objects.filter(round=shop.round, goods="鸡蛋")
    facts = {
        "good": good,
        "arrived": 7,
        "rule": {},
        "claims": {"claims": []},
        "seed": "1",
        "made_at": ONE,
        "made_by": shop.luo,
    }
    Sharing.objects.create(**facts)
    assert "分配好" not in text_of(client.get(url("shopping", shop)))
    Sharing.objects.create(**facts, applied_at=ONE, applied_by=shop.luo)
    assert f"要12{good.unit}，已按7{good.unit}分配好：要再买请先问协调员" in text_of(client.get(url("shopping", shop)))


def test_shopping_when_opened_has_the_sections_in_walking_order_with_what_is_wanted(client: Client, shop: Shop) -> None:
    [found] = lists_of([shop.round], with_wants=True)
    assert [(section.name, [line.good.goods for line in section.lines]) for section in found.sections] == [
        ("蛋奶", ["鸡蛋"]), ("肉类", ["五花肉"]), ("", ["白菜"]),
    ]  # fmt: skip
    page = text_of(client.get(url("shopping", shop)))
    assert ("<b data-need>12</b>" in page, "其他" in page, "3 户" in page) == (True, True, True)


def test_shopping_when_a_good_is_opened_says_who_wants_how_much_and_what_else(client: Client, shop: Shop) -> None:
    set_wish(household=shop.doors[0], wish="none", by=shop.luo, at=ONE)
    set_wish(household=shop.doors[2], wish="similar", by=shop.luo, at=ONE)
    [found] = lists_of([shop.round], with_wants=True)
    eggs = next(line for line in found.lines if line.good.goods == "鸡蛋")
    assert [(want.wish, want.households, want.text) for want in eggs.wants] == [
        ("call", 1, "3-2-501 4"), ("similar", 1, "3-2-502 3"), ("none", 1, "20-1702 5"),
    ]  # fmt: skip
    page = text_of(client.get(url("shopping", shop)))
    assert ("缺货时不要代替（1 户）" in page, "20-1702 5" in page) == (True, True)


def test_shopping_when_somebody_has_bought_says_who_and_when(client: Client, shop: Shop) -> None:
    shop.act("bought", quantity="12")
    assert "罗强 13:00 买了 12板" in text_of(client.get(url("shopping", shop)))


def test_shopping_when_opened_asks_as_often_for_three_goods_as_for_one(client: Client, shop: Shop) -> None:
    """And at most fifteen times: session, user, roles, round, the list."""
    shop.act("bought", quantity="12")
    three = [statements(client, url(name, shop)) for name in ("shopping", "receipts")]
    lists = statements(client, url("shopping_lists"))
    other = make.round(shop.compound, "另一轮")
    make.order(other, shop.doors[0], ("鸡蛋", "2", "板"), by=shop.coordinator)
    Round.objects.filter(pk=other.pk).update(state="closed", closed_at=ONE)
    list_goods(other)
    one = [statements(client, url(name, round=other.pk)) for name in ("shopping", "receipts")]
    assert one == three
    assert max(*one, lists) <= 15
    assert statements(client, url("shopping_lists")) == lists


def test_shopping_when_asked_by_who_does_not_shop_is_not_found(client: Client, shop: Shop) -> None:
    client.force_login(make.member(shop.compound, Role.GATE))
    assert [client.get(url(name, shop)).status_code for name in ("shopping", "receipts")] == [404, 404]


def test_act_when_posted_without_script_is_the_same_act_once(client: Client, shop: Shop) -> None:
    form = {
        "id": str(uuid.uuid4()), "next": url("shopping", shop), "good": str(shop.good().pk), "did": "bought",
        "quantity": "12", "amount": "",
    }  # fmt: skip
    for _ in range(2):
        response = client.post(url("act", kind="purchase"), form)
        assert (response.status_code, response["Location"]) == (302, url("shopping", shop))
    row = Purchase.objects.get()
    assert (str(row.pk), row.quantity, row.by, PhoneEvent.objects.count()) == (form["id"], Decimal(12), shop.luo, 1)


def test_act_when_refused_says_why_and_leads_nowhere_else(client: Client, shop: Shop) -> None:
    form = {"next": "https://example.org/", "good": str(shop.good().pk), "did": "bought", "quantity": "x"}
    response = client.post(url("act", kind="purchase"), form)
    assert (response["Location"], Purchase.objects.count()) == ("/", 0)
    assert "：多少？请写数字，例如 2.3。" in text_of(client.get(url("shopping", shop)))


@pytest.mark.parametrize(("kind", "status"), [("purchase", 302), ("dance", 404)])
def test_act_when_the_kind_is_unknown_is_not_found(client: Client, shop: Shop, kind: str, status: int) -> None:
    assert client.post(url("act", kind=kind), {"good": str(shop.good().pk), "did": "short"}).status_code == status


def test_step_when_a_shopper_begins_is_shopping_and_only_the_coordinator_goes_on(client: Client, shop: Shop) -> None:
    def step(to: str) -> int:
        return client.post(url("shopping_step", shop), {"to": to}).status_code

    assert (step("shopping"), Round.objects.get(pk=shop.round.pk).state) == (302, "shopping")
    assert (step("delivering"), Round.objects.get(pk=shop.round.pk).state) == (404, "shopping")
    client.force_login(shop.coordinator)
    assert (step("delivering"), Round.objects.get(pk=shop.round.pk).state) == (302, "delivering")


def test_worker_when_asked_is_a_script_that_is_asked_for_again(client: Client, shop: Shop) -> None:
    response = client.get(url("phone_worker"))
    assert (response["Content-Type"], response["Cache-Control"]) == ("text/javascript", "no-cache")


# ── receipts ──────────────────────────────────────


def entered(shop: Shop, total: str = "280", *purchases: Purchase, **more: Any) -> Receipt:
    facts: dict[str, Any] = {
        "id": uuid.uuid4(), "round": shop.round, "paid_by": shop.luo, "total": Decimal(total), "paid_at": ONE,
        "purchases": [row.pk for row in purchases], "photo": None, "note": "", "by": shop.luo, "at": TWO,
    }  # fmt: skip
    return enter_receipt(**{**facts, **more})


def test_receipt_when_it_differs_from_the_purchases_says_by_how_much(shop: Shop) -> None:
    shop.act("bought", quantity="12", amount="270")
    entered(shop, "280", shop.last())
    found = receipts_of(shop.round)
    assert (found.total, found.covered, found.difference, found.open) == (
        Decimal(280), Decimal(270), Decimal(10), (),
    )  # fmt: skip
    assert found.paid == ((shop.luo, Decimal(280)),)


def test_receipt_when_repeated_is_one_and_a_second_may_not_cover_the_same(shop: Shop) -> None:
    shop.act("bought", quantity="12", amount="270")
    id = uuid.uuid4()
    assert entered(shop, "270", shop.last(), id=id) == entered(shop, "270", shop.last(), id=id)
    with pytest.raises(Refusal) as refused:
        entered(shop, "270", shop.last())
    assert (refused.value.code, Receipt.objects.count()) == ("purchase_covered", 1)


def test_receipt_when_its_id_is_that_of_another_round_is_refused(shop: Shop) -> None:
    there = entered(shop)
    with pytest.raises(Refusal) as refused:
        entered(shop, id=there.pk, round=make.round(shop.compound, "下一轮"))
    assert (refused.value.code, Receipt.objects.count()) == ("id_taken", 1)


def test_purchase_when_taken_back_off_a_receipt_is_flagged_and_named_there(client: Client, shop: Shop) -> None:
    shop.act("bought", quantity="12", amount="270")
    bought = shop.last()
    entered(shop, "270", bought)
    answer = shop.act("void", refers_to=str(bought.pk), at=TWO)
    assert answer["flags"] == ["on_receipt"]
    [row] = receipts_of(shop.round).rows
    assert (row.purchases, row.taken_back, row.difference) == ((), (bought,), Decimal(270))
    assert "后来撤回、仍在这张小票上： 鸡蛋 12板" in text_of(client.get(url("receipts", shop)))


def test_purchase_when_taken_back_and_on_no_receipt_is_not_flagged(shop: Shop) -> None:
    shop.act("bought", quantity="12", amount="270")
    assert shop.act("void", refers_to=str(shop.last().pk), at=TWO)["flags"] == []


def test_receipt_when_void_counts_nowhere_and_its_purchases_are_open_again(shop: Shop) -> None:
    shop.act("bought", quantity="12", amount="270")
    receipt = entered(shop, "270", shop.last())
    with pytest.raises(Refusal) as refused:
        void_receipt(receipt=receipt, reason=" ", by=shop.luo, at=TWO)
    assert refused.value.code == "reason_missing"
    void_receipt(receipt=receipt, reason="打错了", by=shop.luo, at=TWO)
    found = receipts_of(shop.round)
    assert (found.total, found.paid, len(found.open)) == (Decimal(0), (), 1)
    assert entered(shop, "275", shop.last()).total == Decimal(275)
    with pytest.raises(Refusal) as refused:
        void_receipt(receipt=receipt, reason="再来", by=shop.luo, at=TWO)
    assert refused.value.code == "receipt_void"
    said = AuditEntry.objects.filter(action__startswith="receipt.").order_by("pk")
    assert [entry.action for entry in said] == [
        "receipt.entered", "receipt.void", "receipt.entered",
    ]  # fmt: skip


def test_receipts_when_posted_with_a_photo_are_written_down_and_shown(client: Client, shop: Shop) -> None:
    shop.act("bought", quantity="12", amount="270")
    out = io.BytesIO()
    Image.new("RGB", (40, 90), "white").save(out, "PNG")
    out.seek(0)
    out.name = "receipt.png"
    form = {
        "id": str(uuid.uuid4()), "total": "280.50", "paid_by": shop.luo.pk, "paid_at": "2022-08-23T13:30", "photo": out,
        "note": "现金", "purchases": [str(shop.last().pk)],
    }  # fmt: skip
    assert client.post(url("receipt_add", shop), form).status_code == 302
    receipt = Receipt.objects.get()
    assert (receipt.total, receipt.photo is not None, receipt.note) == (Decimal("280.50"), True, "现金")
    page = text_of(client.get(url("receipts", shop)))
    assert "小票合计 280.50 元，所列商品合计 270.00 元，相差 10.50 元。" in page
    void = client.post(url("receipt_void", shop), {"receipt": str(receipt.pk), "reason": "打错了"})
    assert (void.status_code, Receipt.objects.get().void_reason) == (302, "打错了")
    assert "已作废：打错了（罗强，今天 14:00）" in text_of(client.get(url("receipts", shop)))


def test_void_when_asked_by_another_shopper_is_not_found(client: Client, shop: Shop) -> None:
    receipt = entered(shop)
    client.force_login(shop.feng)
    answer = client.post(url("receipt_void", shop), {"receipt": str(receipt.pk), "reason": "x"})
    assert (answer.status_code, Receipt.objects.get().void_at) == (404, None)


# ── a household's wish ────────────────────────────


def test_wish_when_set_on_the_households_page_is_kept_and_shown(client: Client, shop: Shop) -> None:
    address = url("substitute_wish", room="20-1702")
    assert client.post(address, {"wish": "none"}).status_code == 302
    assert SubstituteWish.objects.get().wish == "none"
    page = text_of(client.get(reverse("desk:household", kwargs={"code": "xingfuli", "room": "20-1702"})))
    assert '<option value="none" selected>' in page


def test_wish_when_set_by_a_captain_is_for_the_own_building(client: Client, shop: Shop) -> None:
    client.force_login(make.member(shop.compound, Role.CAPTAIN, building=shop.doors[1].building))
    rooms = ("3-2-501", "20-1702")
    assert [client.post(url("substitute_wish", room=room), {"wish": "none"}).status_code for room in rooms] == [
        302,
        404,
    ]
