"""One round from the chat to the last door: two shoppers, one good short, one replaced, and at the doors one refusal,
one nobody home, and one exception that comes back on paper."""

import datetime as dt
from decimal import Decimal

import pytest
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import Browser, Locator, Page, expect

from compound.models import Compound, Role, Sheet, User
from orders.models import Batch, DoorMark, OrderLine, OrderRules, Round, SubstituteWish, Trip
from orders.services import rounds
from tests import make

HOUR = dt.timedelta(hours=1)
CHAIN = """#接龙
明早的菜
例 楼栋号-房间号 东西

1.1-101 鸡蛋2板，白菜1颗
2.1-201 白菜1颗，鸡蛋1板
3.1-301 鸡蛋1板，白菜1颗
4.2-1102 牛奶1箱
5.2-1202 鸡蛋1板
"""


@pytest.fixture
def compound(server: str) -> Compound:
    compound = make.compound(at=timezone.now())
    for room in ("1-101", "1-201", "2-1202"):
        make.household(compound, room)
    # At a shortage this family comes first; who wants milk takes something like it.
    make.household(compound, "1-301", tags=["medical_family"])
    door = make.household(compound, "2-1102")
    SubstituteWish.objects.create(household=door, wish="similar", set_at=timezone.now())
    # The same hour twice: no hour is quiet, whenever the test runs.
    OrderRules.objects.create(compound=compound, quiet_from=dt.time(3), quiet_until=dt.time(3))
    return compound


def log_in(page: Page, user: User) -> None:
    page.goto("/login/")
    page.fill("[name=username]", user.phone)
    page.fill("[name=password]", make.PASSWORD)
    page.press("[name=password]", "Enter")
    page.wait_for_url(lambda address: "/login/" not in address)


def address(name: str, **where: object) -> str:
    return reverse(f"orders:{name}", kwargs={"code": "xingfuli", **where})


def good(page: Page, name: str) -> Locator:
    return page.locator(".shop-line", has=page.locator(".shop-name", has_text=name))


def sent(page: Page) -> None:
    expect(page.locator("[data-outbox]")).to_have_attribute("data-unsent", "0")


def test_round_from_the_chat_to_the_last_door(
    browser: Browser, page: Page, phone_page: Page, server: str, compound: Compound, run_jobs
) -> None:
    chief, luo, feng = (make.member(compound, role) for role in (Role.COORDINATOR, Role.SUPPLY, Role.VOLUNTEER))
    now = timezone.now()
    round = make.round(compound, "今天中午", opens_at=now - HOUR, cutoff_at=now + HOUR)
    for name, unit in (("鸡蛋", "板"), ("白菜", "颗"), ("牛奶", "箱")):
        make.offer(round, name, unit, section="蛋菜奶", price="10")
    make.chain_source(compound)
    log_in(page, chief)
    log_in(phone_page, luo)

    # The chat.
    page.goto(address("paste", round=round.pk))
    page.locator("textarea[name=text]").fill(CHAIN)
    page.locator("main button.button--primary").click()
    expect(page.get_by_text("5 条明确")).to_be_visible()
    page.locator("main button.button--primary").click()
    Round.objects.filter(pk=round.pk).update(cutoff_at=timezone.now())
    rounds.close_due_rounds(timezone.now())
    run_jobs()
    page.goto(address("round", round=round.pk))
    page.locator("form[action$='/advance/shopping/'] button").click()

    # Two at the shelves: 罗强 has the eggs and finds other milk, 冯磊 two cabbages of three.
    other = browser.new_context(base_url=server, locale="zh-CN", viewport={"width": 390, "height": 844})
    try:
        second = other.new_page()
        log_in(second, feng)
        for shopper in (phone_page, second):
            shopper.goto(address("shopping", round=round.pk))
        good(phone_page, "鸡蛋").locator(".shop-button").click()
        good(phone_page, "牛奶").locator("summary").click()
        panel = good(phone_page, "牛奶").locator(".shop-panel")
        panel.get_by_label("代替品").fill("酸奶")
        panel.get_by_label("代替多少").fill("1")
        panel.get_by_role("button", name="拿了代替品").click()
        sent(phone_page)
        good(second, "白菜").locator("summary").click()
        panel = good(second, "白菜").locator(".shop-panel")
        panel.get_by_label("多少", exact=True).fill("2")
        panel.get_by_role("button", name="买了这么多").click()
        sent(second)
        good(second, "白菜").locator("summary").click()
        good(second, "白菜").get_by_role("button", name="没有了").click()
        sent(second)
    finally:
        other.close()

    # Sharing out: looked at first, then it holds; the good itself, then what was found instead.
    page.goto(address("sharing", round=round.pk))
    page.locator("form[action$='/sharing/make/'] button[type=submit]").click()
    page.goto(address("sharing", round=round.pk))
    page.locator("form[action$='/sharing/apply/'] button[type=submit]").click()
    page.locator("form[action$='/sharing/instead/'] button[type=submit]").click()
    page.locator("form[action$='/apply/'] button[type=submit]").click()
    cabbages = OrderLine.objects.filter(goods="白菜").order_by("order__household__sort_key")
    shares = dict(cabbages.values_list("order__household__room", "allocated"))
    assert sum(shares.values()) == 2
    assert shares["1-301"] == 1
    milk = OrderLine.objects.get(goods="牛奶")
    assert (milk.allocated, milk.allocated_instead) == (Decimal(0), Decimal(1))

    # Packed as listed, checked, onto a run that one runner carries.
    for building in ("1", "2"):
        page.goto(f"{address('packing', round=round.pk)}?building={building}")
        page.locator("button[name=do][value=pack]").click()
    page.goto(address("round", round=round.pk))
    page.locator("form[action$='/advance/delivering/'] button").click()
    page.goto(address("runs"))
    page.locator("form[action$='/runs/plan/'] button[type=submit]").click()
    page.locator("form[action$='/send/'] button[type=submit]").first.click()
    # Nobody carries it yet: it asks.
    page.get_by_role("button", name="没有人送也出发").click()
    expect(page.locator("form[action$='/finish/']")).to_have_count(1)
    assert Batch.objects.get().state == "out"
    Trip.objects.update(runner=feng)

    # At the doors.
    phone_page.context.clear_cookies()
    log_in(phone_page, feng)
    marks = {"1-101": "送到了", "2-1102": "送到了", "1-301": "拒收", "2-1202": "无人在家"}
    for trip in Trip.objects.order_by("position"):
        phone_page.goto(address("trip", trip=trip.pk))
        for room, word in marks.items():
            card = phone_page.locator(f"#d{room}")
            if card.count():
                card.get_by_role("button", name=word).tap()
        sent(phone_page)

    # From paper, without a login: 1-201 was left at the door.
    sheet = Sheet.objects.filter(kind="delivery_run", part="1").latest("version")
    stranger = browser.new_context(base_url=server, locale="zh-CN", viewport={"width": 390, "height": 844})
    try:
        paper = stranger.new_page()
        paper.goto(f"/s/{sheet.short_code.code}")
        paper.locator("textarea[name=words]").fill("201放门口")
        paper.locator("main button.button--primary").click()
        paper.locator("button[name=do][value=send]").click()
        expect(paper.locator("main")).to_contain_text("1-201")
    finally:
        stranger.close()

    said = DoorMark.objects.order_by("household__sort_key").values_list("household__room", "outcome", "source")
    assert [row for row in said if row[1]] == [
        ("1-101", "delivered", "phone"),
        ("1-201", "left", "paper"),
        ("1-301", "refused", "phone"),
        ("2-1102", "delivered", "phone"),
        ("2-1202", "nobody_home", "phone"),
    ]
    page.goto(address("not_served"))
    for room in ("1-301", "2-1202"):
        expect(page.locator("main")).to_contain_text(room)
