"""From a pasted 接龙 to orders in a real browser: one tap on an unclear line, confirm, counts; and doors by thumb."""

import datetime as dt
from collections.abc import Callable

import pytest
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import Browser, Page, expect

from compound.models import Compound, User
from orders.models import Order, Round
from orders.services import rounds
from tests import make

CHAIN = "#接龙\n周二鸡蛋团\n\n1. 20-1702 鸡蛋2板\n2. 3-501 鸡蛋1板\n3. 尘 消毒液两瓶\n"
HOUR = dt.timedelta(hours=1)


@pytest.fixture
def compound(server: str) -> Compound:
    compound = make.compound(at=timezone.now())
    for room in ("20-1702", "3-1-501", "3-2-501"):
        make.household(compound, room)
    return compound


@pytest.fixture
def coordinator(compound: Compound) -> User:
    return make.member(compound)


@pytest.fixture
def round(compound: Compound) -> Round:
    make.chain_source(compound)
    now = timezone.now()
    return make.round(compound, "今天", opens_at=now - HOUR, cutoff_at=now + HOUR)


def url(name: str, **kwargs: object) -> str:
    return reverse(f"orders:{name}", kwargs={"code": "xingfuli", **kwargs})


def log_in(page: Page, user: User) -> None:
    page.goto("/login/")
    page.fill("[name=username]", user.phone)
    page.fill("[name=password]", make.PASSWORD)
    page.press("[name=password]", "Enter")
    page.wait_for_url(lambda address: "/login/" not in address)


def paste(page: Page, round: Round) -> None:
    page.goto(url("round", round=round.pk))
    page.get_by_role("link", name="粘贴接龙").click()
    page.get_by_label("群里的文字").fill(CHAIN)
    page.get_by_role("button", name="读取").click()


def ordered() -> list[tuple[str, str]]:
    rows = Order.objects.filter(state="placed").order_by("household__sort_key")
    return [(order.household.room, str(order.lines.get())) for order in rows]


def test_paste_when_one_unclear_line_is_tapped_it_is_swapped_in_place_and_ordered(
    page: Page, coordinator: User, round: Round
) -> None:
    log_in(page, coordinator)
    paste(page, round)
    bar = page.locator("#review-bar")
    expect(bar).to_contain_text("2 条要看")
    page.evaluate("window.stays = true")

    page.get_by_role("button", name="3-2-501").click()

    expect(bar).to_contain_text("1 条要看")
    expect(page.locator("#e1")).to_contain_text("3-2-501")
    expect(page.locator("#e1").get_by_role("button", name="3-1-501")).to_have_count(0)
    assert page.evaluate("window.stays") is True
    page.get_by_role("button", name="确认这 2 条").click()
    expect(page.get_by_text("已确认2条：新增2份。")).to_be_visible()
    expect(page.get_by_text("还有1条要看。")).to_be_visible()
    assert ordered() == [("3-2-501", "鸡蛋 1板"), ("20-1702", "鸡蛋 2板")]


def test_paste_when_a_decided_line_is_opened_again_it_can_be_decided_otherwise(
    page: Page, coordinator: User, round: Round
) -> None:
    log_in(page, coordinator)
    paste(page, round)
    page.get_by_role("button", name="3-2-501").click()
    page.locator("#e1").get_by_role("button", name="修改").click()
    page.locator("#e1").get_by_text("我来填").click()
    page.locator("#e1").get_by_label("房号", exact=True).fill("3-1-501")
    page.locator("#e1").get_by_role("button", name="就这样算").click()
    expect(page.locator("#e1 .room")).to_have_text("3-1-501")


@pytest.fixture
def plain_page(browser: Browser, server: str) -> "Callable[[], Page]":
    """A browser in which no script runs."""
    context = browser.new_context(base_url=server, java_script_enabled=False, viewport={"width": 390, "height": 844})
    yield context.new_page
    context.close()


def test_paste_without_javascript_goes_the_same_way(
    plain_page: Callable[[], Page], coordinator: User, round: Round
) -> None:
    page = plain_page()
    log_in(page, coordinator)
    paste(page, round)

    page.get_by_role("button", name="3-2-501").click()

    expect(page.locator("#review-bar")).to_contain_text("1 条要看")
    assert page.url.endswith("#e2")
    page.get_by_role("button", name="确认这 2 条").click()
    expect(page.get_by_text("已确认2条：新增2份。")).to_be_visible()
    assert ordered() == [("3-2-501", "鸡蛋 1板"), ("20-1702", "鸡蛋 2板")]


def test_order_form_when_one_more_good_is_wanted_adds_a_row(page: Page, coordinator: User, round: Round) -> None:
    log_in(page, coordinator)
    page.goto(url("order_new", round=round.pk))
    page.get_by_label("房号", exact=True).fill("20-1702")
    page.get_by_role("button", name="再加一样").click()
    page.locator("[name=goods]").nth(3).fill("盐")
    page.locator("[name=quantity]").nth(3).fill("1")
    page.get_by_role("button", name="登记", exact=True).click()
    expect(page.get_by_text("已登记：20-1702，盐 1。")).to_be_visible()


def test_doors_when_marked_by_thumb_change_in_place(
    phone_page: Page, compound: Compound, coordinator: User, round: Round
) -> None:
    make.order(round, compound.households.get(room="3-1-501"), ("鸡蛋", "2", "板"), by=coordinator)
    make.order(round, compound.households.get(room="3-2-501"), ("盐", "1", "包"), by=coordinator)
    Round.objects.filter(pk=round.pk).update(cutoff_at=timezone.now())
    rounds.close_due_rounds(timezone.now())
    log_in(phone_page, coordinator)
    phone_page.goto(url("delivery", round=round.pk, building="3"))
    door = phone_page.locator("#d3-1-501")

    door.get_by_role("button", name="送到了").tap()

    expect(phone_page.locator("#counts")).to_contain_text("1/2")
    expect(door.locator(".chip")).to_contain_text("已送达")
    phone_page.locator("#rest > summary").tap()
    phone_page.get_by_role("button", name="其余全部送达").tap()
    expect(phone_page.locator("#counts")).to_contain_text("2/2")
    assert phone_page.evaluate("document.documentElement.scrollWidth") == 390
