"""The shopping list on a phone without a network: tick, substitute, short, reload; and two shoppers flushed late."""

import datetime as dt
import os
from decimal import Decimal

import pytest
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import Browser, Page, expect

from compound.models import Role, User
from orders.models import PhoneEvent, Purchase, Round
from orders.queries.shopping import lists_of
from orders.services.round_goods import list_goods
from tests import make
from tests.browser.conftest import WORKER_NOT_FETCHED
from tests.browser.network import is_kept, network_away, network_back

HOUR = dt.timedelta(hours=1)


@pytest.fixture
def round(server: str) -> Round:
    of, now = make.compound(at=timezone.now()), timezone.now()
    round = make.round(of, "今天", opens_at=now - 20 * HOUR, cutoff_at=now - HOUR)
    for name, unit in (("鸡蛋", "板"), ("白菜", "颗"), ("牛奶", "箱")):
        make.offer(round, name, unit, section="蛋菜奶", price="10")
    by = make.member(of)
    for room in ("20-1702", "3-2-501"):
        wanted = (("鸡蛋", "2", "板"), ("白菜", "3", "颗"), ("牛奶", "1", "箱"))
        order = make.order(round, make.household(of, room), *wanted, by=by)
        for line in order.lines.all():
            line.item = round.supply_point.items.get(name=line.goods)
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


def open_list(page: Page, round: Round) -> None:
    page.goto(address_of(round))
    is_kept(page)


def address_of(round: Round) -> str:
    return reverse("orders:shopping", kwargs={"code": "xingfuli", "round": round.pk})


def line(page: Page, goods: str) -> object:
    return page.locator(".shop-line", has=page.locator(".shop-name", has_text=goods))


def picture(page: Page, name: str) -> None:
    """For whoever wants to look: SHOTS=folder."""
    if folder := os.environ.get("SHOTS"):
        page.screenshot(path=f"{folder}/{name}.png", full_page=True)


def test_list_when_the_network_is_away_takes_everything_and_sends_it_once(
    phone_page: Page, round: Round, server: str
) -> None:
    luo = make.member(round.compound, Role.SUPPLY)
    log_in(phone_page, luo)
    open_list(phone_page, round)
    picture(phone_page, "list")
    network_away(phone_page)
    line(phone_page, "鸡蛋").locator(".shop-button").click()
    expect(line(phone_page, "鸡蛋")).to_have_attribute("data-stand", "done")
    line(phone_page, "白菜").locator("summary").click()
    panel = line(phone_page, "白菜").locator(".shop-panel")
    picture(phone_page, "panel")
    panel.get_by_label("代替品").fill("小白菜")
    panel.get_by_label("代替多少").fill("6")
    panel.get_by_role("button", name="拿了代替品").click()
    line(phone_page, "牛奶").locator("summary").click()
    line(phone_page, "牛奶").get_by_role("button", name="没有了").click()
    expect(phone_page.locator("[data-outbox-line]")).to_contain_text("3 条待发")
    assert PhoneEvent.objects.count() == 0

    phone_page.reload()
    expect(phone_page.locator("[data-done]")).to_have_text("3")
    for goods, stand in (("鸡蛋", "done"), ("白菜", "done"), ("牛奶", "short")):
        expect(line(phone_page, goods)).to_have_attribute("data-stand", stand)
    picture(phone_page, "offline")

    network_back(phone_page)
    phone_page.evaluate("() => dispatchEvent(new Event('online'))")
    expect(phone_page.locator("[data-outbox]")).to_have_attribute("data-unsent", "0")
    expect(phone_page.locator("[data-event]")).to_have_count(3)
    expect(phone_page.locator("[data-act-id]")).to_have_count(0)
    picture(phone_page, "sent")
    rows = Purchase.objects.order_by("at").values_list("good__goods", "kind", "quantity", "instead", "by")
    assert list(rows) == [
        ("鸡蛋", "bought", Decimal(4), "", luo.pk), ("白菜", "substitute", Decimal(6), "小白菜", luo.pk),
        ("牛奶", "short", Decimal(0), "", luo.pk),
    ]  # fmt: skip


def test_list_when_two_bought_the_same_offline_counts_both_once_and_names_the_surplus(
    browser: Browser, phone_page: Page, round: Round, server: str
) -> None:
    luo, feng = make.member(round.compound, Role.SUPPLY), make.member(round.compound, Role.VOLUNTEER)
    other = browser.new_context(base_url=server, locale="zh-CN", viewport={"width": 1280, "height": 800})
    try:
        pages = [phone_page, other.new_page()]
        for page, user in zip(pages, (luo, feng), strict=True):
            log_in(page, user)
            open_list(page, round)
            network_away(page)
            line(page, "鸡蛋").locator(".shop-button").click()
            expect(line(page, "鸡蛋")).to_have_attribute("data-stand", "done")
        assert Purchase.objects.count() == 0
        for page in pages:
            network_back(page)
            page.evaluate("() => dispatchEvent(new Event('online'))")
            expect(page.locator("[data-outbox]")).to_have_attribute("data-unsent", "0")
        assert sorted(Purchase.objects.values_list("by__name", "quantity")) == [
            ("冯磊", Decimal(4)),
            ("罗强", Decimal(4)),
        ]
        [found] = lists_of([round])
        eggs = next(one for one in found.lines if one.good.goods == "鸡蛋")
        assert (eggs.shelf.bought, eggs.shelf.surplus, found.sum) == (Decimal(8), Decimal(4), Decimal("80.00"))
        phone_page.evaluate("() => document.dispatchEvent(new Event('visibilitychange'))")
        expect(line(phone_page, "鸡蛋").locator(".shop-over")).to_contain_text("多了 4板")
        expect(line(phone_page, "鸡蛋").locator(".shop-entry")).to_have_count(2)
        picture(pages[1], "desk")
    finally:
        other.close()


def test_list_when_its_worker_was_stopped_and_cannot_be_fetched_opens_all_the_same(
    phone_page: Page, round: Round, server: str
) -> None:
    log_in(phone_page, make.member(round.compound, Role.SUPPLY))
    open_list(phone_page, round)
    workers = phone_page.context.new_cdp_session(phone_page)
    workers.send("ServiceWorker.enable")
    network_away(phone_page)
    for _ in range(2):
        # As a phone does with a worker that nobody has needed for a while.
        workers.send("ServiceWorker.stopAllWorkers")
        phone_page.reload()
        expect(line(phone_page, "鸡蛋").locator(".shop-button")).to_be_visible()
        phone_page.evaluate("async () => (await navigator.serviceWorker.ready).update().catch(() => {})")
    line(phone_page, "鸡蛋").locator(".shop-button").click()
    expect(line(phone_page, "鸡蛋")).to_have_attribute("data-stand", "done")


# The first question for a worker waits here until the test says go.
REGISTER_LATER = """
const container = globalThis.ServiceWorkerContainer?.prototype;
const register = container?.register;
const go = new Promise((done) => (globalThis.go = done));
if (container) container.register = async function (...given) {
    globalThis.isAsked = true;
    await go;
    return register.apply(this, given);
};
"""


def test_list_when_the_network_was_away_before_it_was_kept_is_kept_once_it_is_back(
    phone_page: Page, round: Round, server: str
) -> None:
    log_in(phone_page, make.member(round.compound, Role.SUPPLY))
    phone_page.add_init_script(REGISTER_LATER)
    phone_page.goto(address_of(round))
    phone_page.wait_for_function("() => globalThis.isAsked")
    network_away(phone_page)
    with phone_page.context.expect_event("console", lambda said: said.text == WORKER_NOT_FETCHED):
        phone_page.evaluate("() => go()")
    assert phone_page.locator("[data-outbox]").get_attribute("data-kept") is None
    network_back(phone_page)
    is_kept(phone_page)
    network_away(phone_page)
    phone_page.reload()
    expect(line(phone_page, "鸡蛋").locator(".shop-button")).to_be_visible()
