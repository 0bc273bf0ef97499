"""A price typed with a comma at the shelf, a part of what was wanted; and bags: ticked, weighed, looked at twice."""

import datetime as dt
import os
from decimal import Decimal

import pytest
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import Locator, Page, expect

from compound.models import Role, User
from orders.models import Bag, OrderLine, Purchase, Round
from orders.services.round_goods import list_goods
from tests import make
from tests.browser.network import is_kept

HOUR = dt.timedelta(hours=1)


@pytest.fixture
def round(server: str) -> Round:
    """Two doors want 2 斤 of meat and a board of eggs each."""
    of, now = make.compound(at=timezone.now()), timezone.now()
    round = make.round(of, "今天", opens_at=now - 20 * HOUR, cutoff_at=now - HOUR)
    meat, eggs = (make.offer(round, name, unit, section="肉蛋").item for name, unit in (("猪肉", "斤"), ("鸡蛋", "板")))
    meat.is_weighed = True
    meat.save(update_fields=["is_weighed"])
    by = make.member(of)
    for room in ("3-101", "3-102"):
        order = make.order(round, make.household(of, room), ("猪肉", "2", "斤"), ("鸡蛋", "1", "板"), by=by)
        for line in order.lines.all():
            line.item = meat if line.goods == "猪肉" else eggs
            line.save(update_fields=["item"])
    Round.objects.filter(pk=round.pk).update(state="shopping", closed_at=now)
    list_goods(round)
    return round


def log_in(page: Page, user: User) -> None:
    page.goto("/login/")
    page.fill("[name=username]", user.phone)
    page.fill("[name=password]", make.PASSWORD)
    page.press("[name=password]", "Enter")
    page.wait_for_url(lambda address: "/login/" not in address)


def address(name: str, round: Round, **more: str) -> str:
    return reverse(f"orders:{name}", kwargs={"code": "xingfuli", "round": round.pk, **more})


def picture(page: Page, name: str) -> None:
    """For whoever wants to look: SHOTS=folder."""
    if folder := os.environ.get("SHOTS"):
        page.screenshot(path=f"{folder}/{name}.png", full_page=True)


def good(page: Page, name: str) -> Locator:
    return page.locator(".shop-line", has=page.locator(".shop-name", has_text=name))


def sent(page: Page) -> None:
    expect(page.locator("[data-outbox]")).to_have_attribute("data-unsent", "0")


def test_price_typed_with_a_comma_and_said_later_is_what_was_paid(phone_page: Page, round: Round) -> None:
    log_in(phone_page, make.member(round.compound, Role.SUPPLY))
    phone_page.goto(address("shopping", round))
    is_kept(phone_page)
    good(phone_page, "猪肉").locator("summary").click()
    panel = good(phone_page, "猪肉").locator(".shop-panel")
    panel.get_by_label("多少", exact=True).fill("3,9")
    panel.get_by_label("实付(元)").first.fill("58,50")
    panel.get_by_role("button", name="买了这么多").click()
    sent(phone_page)
    # A part, and its price later.
    good(phone_page, "鸡蛋").locator("summary").click()
    panel = good(phone_page, "鸡蛋").locator(".shop-panel")
    panel.get_by_label("多少", exact=True).fill("1")
    panel.get_by_role("button", name="买了这么多").click()
    sent(phone_page)
    expect(good(phone_page, "鸡蛋")).to_have_attribute("data-stand", "part")
    price = good(phone_page, "鸡蛋").locator(".shop-price")
    expect(price).to_have_count(1)
    price.locator("[name=amount]").fill("11，50")
    price.get_by_role("button", name="记价").click()
    expect(good(phone_page, "鸡蛋").locator(".shop-price")).to_be_hidden()
    sent(phone_page)
    standing = Purchase.objects.exclude(kind="void").filter(taken_back_by=None).order_by("good__goods")
    assert list(standing.values_list("good__goods", "quantity", "amount")) == [
        ("猪肉", Decimal("3.9"), Decimal("58.50")),
        ("鸡蛋", Decimal(1), Decimal("11.50")),
    ]


def door(page: Page, room: str) -> Locator:
    return page.locator(f"[id='d{room}']")


def test_bags_are_ticked_weighed_opened_again_and_looked_at_twice(page: Page, round: Round) -> None:
    log_in(page, make.member(round.compound, Role.SUPPLY))
    page.goto(address("packing", round))
    first = door(page, "3-101")
    first.get_by_label("鸡蛋").check()
    first.get_by_role("button", name="装好了").click()
    expect(first).to_contain_text("勾")
    first.get_by_label("鸡蛋").check()
    first.get_by_label("猪肉").check()
    first.get_by_label("重量").fill("1,95")
    first.locator("[name=bags]").fill("2")
    first.get_by_role("button", name="装好了").click()
    expect(first).to_contain_text("2袋")
    first.get_by_role("button", name="撤销").click()
    expect(first.get_by_label("重量")).to_be_visible()
    first.get_by_label("鸡蛋").check()
    first.get_by_label("猪肉").check()
    first.get_by_label("重量").fill("2.1")
    first.get_by_role("button", name="装好了").click()
    expect(first.get_by_role("button", name="已复核")).to_be_visible()
    # The other door has eggs and no meat.
    second = door(page, "3-102")
    second.get_by_label("鸡蛋").check()
    second.get_by_role("button", name="其余缺货").click()
    expect(second).to_contain_text("要2斤")
    second.get_by_role("button", name="已复核").click()
    expect(second.get_by_role("button", name="已复核")).to_have_count(0)
    packed = OrderLine.objects.order_by("order__household__room", "position").values_list("packed", flat=True)
    assert list(packed) == [Decimal("2.1"), Decimal(1), Decimal(0), Decimal(1)]
    checked = {bag.household.room: bag.checked_at is not None for bag in Bag.objects.select_related("household")}
    assert checked == {"3-101": False, "3-102": True}
    page.locator("summary", has_text="打印标签").click()
    answer = page.request.get(address("labels", round))
    assert (answer.status, answer.headers["content-type"]) == (200, "application/pdf")


def test_building_packed_as_listed_leaves_open_what_came_short_and_nobody_shared_out(page: Page, round: Round) -> None:
    luo = make.member(round.compound, Role.SUPPLY)
    log_in(page, luo)
    page.goto(address("shopping", round))
    good(page, "鸡蛋").locator("summary").click()
    good(page, "鸡蛋").get_by_role("button", name="没有了").click()
    sent(page)
    page.goto(address("packing", round))
    for room in ("3-101", "3-102"):
        expect(door(page, room)).to_contain_text("来的不够，还没分配")
    OrderLine.objects.filter(goods="猪肉").update(packed=2, packed_at=timezone.now(), packed_by=luo)
    page.get_by_role("button", name="其余都按单装好了").click()
    expect(page.locator("main")).to_contain_text("鸡蛋来的不够，还没有分配：没有装袋")
    picture(page, "packing-undecided")
    assert set(OrderLine.objects.filter(goods="鸡蛋").values_list("packed", flat=True)) == {None}
    page.goto(address("delivery", round, building="3"))
    expect(page.locator("main")).to_contain_text("鸡蛋来的不够，还没有分配：先不算送达")
    picture(page, "delivery-undecided")
