"""A price that is said after the tap: in the place of the purchase, on its receipt, once."""

import datetime as dt
import uuid

import pytest
from django.test import Client
from django.urls import reverse

from compound.refusals import Refusal
from orders.models import ItemPrice, Purchase
from orders.queries.receipts import receipts_of
from orders.services.receipts import enter_receipt
from tests.orders.shopping.conftest import ONE, Shop, yuan


def test_price_said_later_stands_in_the_place_of_the_purchase_and_on_its_receipt(shop: Shop) -> None:
    shop.act("bought", quantity="12")
    earlier = shop.last()
    receipt = enter_receipt(
        id=uuid.uuid4(), round=shop.round, paid_by=shop.luo, total=yuan("282"), paid_at=ONE,
        purchases=[earlier.pk], photo=None, note="", by=shop.luo, at=ONE,
    )  # fmt: skip
    later = ONE + dt.timedelta(hours=1)

    answer = shop.act("price", shop.feng, at=later, refers_to=str(earlier.pk), amount="282")

    [row] = receipts_of(shop.round).rows
    [priced] = row.purchases
    assert (answer["flags"], row.receipt, row.difference, row.unpriced) == ([], receipt, 0, 0)
    assert (priced.amount, priced.quantity, priced.by, priced.at) == (yuan("282"), 12, shop.luo, earlier.at)
    assert (earlier.taken_back_by.by, earlier.taken_back_by.at) == (shop.feng, later)
    assert ItemPrice.objects.get(source="till").price == yuan("23.50")


def test_price_said_twice_or_after_taking_back_is_taken_once(shop: Shop) -> None:
    id = uuid.uuid4()
    shop.act("bought", quantity="12")
    earlier = shop.last()
    facts = {"refers_to": str(earlier.pk), "price": "23.50"}

    assert shop.act("price", id=id, **facts)["flags"] == []
    assert shop.act("price", id=id, **facts)["flags"] == []
    assert shop.act("price", **facts)["flags"] == ["already"]
    assert [row.amount for row in shop.line().purchases] == [yuan("282")]
    assert Purchase.objects.filter(kind="bought").count() == 2


@pytest.mark.parametrize(("facts", "code"), [({"amount": "x"}, "amount_wrong"), ({}, "amount_wrong")])
def test_price_that_is_none_is_refused(shop: Shop, facts: dict[str, str], code: str) -> None:
    shop.act("bought", quantity="12")
    with pytest.raises(Refusal) as refused:
        shop.act("price", refers_to=str(shop.last().pk), **facts)
    assert refused.value.code == code


def test_price_of_what_is_no_purchase_is_refused(shop: Shop) -> None:
    shop.act("short")
    with pytest.raises(Refusal) as refused:
        shop.act("price", refers_to=str(shop.last().pk), amount="1")
    assert refused.value.code == "purchase_unknown"


def test_receipts_page_asks_for_the_prices_that_nobody_has_said(shop: Shop, client: Client) -> None:
    shop.act("bought", quantity="12")
    client.force_login(shop.feng)
    page = reverse("orders:receipts", kwargs={"code": "xingfuli", "round": shop.round.pk})
    assert [row.good.goods for row in client.get(page).context["receipts"].to_price] == ["鸡蛋"]

    form = {"good": shop.good().pk, "did": "price", "refers_to": shop.last().pk, "amount": "282", "next": page}
    client.post(reverse("orders:act", kwargs={"code": "xingfuli", "kind": "purchase"}), form)

    assert client.get(page).context["receipts"].to_price == []
