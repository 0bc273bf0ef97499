"""A household on its own page: with a screen reader, at twice the text size, without JavaScript, on an old phone."""

import datetime as dt
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from decimal import Decimal
from pathlib import Path
from typing import Any

import axe_playwright_python
import pytest
from django.utils import timezone
from playwright.sync_api import Browser, Page, Response, expect

from compound.models import Household, User
from compound.services.household_keys import issue_key, token_of_key
from orders.models import HouseholdReport, Order, OrderLine, Round
from tests import make

AXE = (Path(axe_playwright_python.__file__).parent / "axe.min.js").read_text()
# A round has some sixty goods; the demo's has fewer.
GOODS = 60
MOST_BYTES = 50_000


@contextmanager
def phone(browser: Browser, server: str, *, width: int = 360, scripts: bool = True) -> Iterator[Page]:
    """A small phone that has never been here."""
    context = browser.new_context(
        base_url=server, locale="zh-CN", viewport={"width": width, "height": 640}, has_touch=True,
        java_script_enabled=scripts,
    )  # fmt: skip
    context.set_default_timeout(10_000)
    yield context.new_page()
    context.close()


@pytest.fixture
def home(transactional_db: None) -> Household:
    """20-1702 with its slip, a round that is open, and one of the morning that has come."""
    of = make.compound()
    now = timezone.now()
    door, chief = make.household(of, "20-1702"), make.user()
    issue_key(household=door, by=chief, at=now)
    round = make.round(of, "中午", opens_at=now - dt.timedelta(hours=2), cutoff_at=now + dt.timedelta(hours=2))
    make.offer(round, "鸡蛋", "板", section="蛋奶", price="18.50", cap="2")
    make.offer(round, "青菜", "斤", price="3.50")
    _brought(door, chief, now)
    return door


def _brought(door: Household, chief: User, now: dt.datetime) -> None:
    before = now - dt.timedelta(hours=3)
    morning = make.round(door.compound, "早上", opens_at=before - dt.timedelta(hours=9), cutoff_at=before)
    order = make.order(morning, door, ("鸡蛋", "1", "板"), ("盐", "2", "包"), by=chief, at=before)
    Round.objects.filter(pk=morning.pk).update(state="delivering", closed_at=before)
    lines = OrderLine.objects.filter(order=order)
    lines.filter(goods="鸡蛋").update(outcome="delivered", outcome_at=before, delivered=1)
    lines.filter(goods="盐").update(allocated=0)


def page_of(door: Household) -> str:
    return f"/h/{token_of_key(door.keys.get(revoked_at=None))}/"


def violations(page: Page) -> list[tuple[str, Any]]:
    page.evaluate(AXE)
    found = page.evaluate("axe.run()")["violations"]
    return [(one["id"], [node["target"] for node in one["nodes"]][:3]) for one in found]


def test_every_page_when_read_by_a_screen_reader_has_no_violations(
    browser: Browser, server: str, home: Household
) -> None:
    at = page_of(home)
    order = Round.objects.get(title="中午").pk
    wrong = Round.objects.get(title="早上").pk
    rest = ["", f"order/{order}/", f"wrong/{wrong}/", "ask/medicine/", "ask/top-up/", "ask/help/", "money/"]
    rest += ["outings/", "before/", "wish/"]
    found = {}
    with phone(browser, server) as page:
        for one in rest:
            page.goto(at + one)
            if broken := violations(page):
                found[one] = broken
        page.goto("/h/0000000000000000000000/")
        assert violations(page) == []
    assert found == {}


def test_order_when_the_text_is_twice_as_large_is_sent_and_nothing_scrolls_sideways(
    browser: Browser, server: str, home: Household
) -> None:
    with phone(browser, server) as page:
        too_wide: list[str] = []

        def enlarge() -> None:
            page.evaluate("document.documentElement.style.fontSize = '250%'")
            if page.evaluate("document.documentElement.scrollWidth > innerWidth"):
                too_wide.append(page.url)

        page.goto(page_of(home))
        enlarge()
        page.get_by_role("link", name="我要订").click()
        enlarge()
        page.get_by_role("button", name="鸡蛋加一").click()
        page.get_by_role("button", name="鸡蛋加一").click()
        page.get_by_role("button", name="鸡蛋减一").click()
        expect(page.get_by_role("textbox", name="鸡蛋")).to_have_value("1")
        page.get_by_label("单子上没有的").fill("盐2包")
        page.get_by_role("button", name="选好了，发送").click()
        expect(page.get_by_role("status")).to_contain_text("订好了")
        enlarge()
        page.get_by_role("link", name="我要买药").click()
        enlarge()
        assert too_wide == []
    lines = OrderLine.objects.filter(order__channel="household").order_by("position")
    assert list(lines.values_list("goods", "ordered")) == [("鸡蛋", Decimal(1)), ("盐", Decimal(2))]


def test_page_when_the_phone_runs_no_scripts_does_all_the_same(browser: Browser, server: str, home: Household) -> None:
    with phone(browser, server, width=320, scripts=False) as page:
        page.goto(page_of(home))
        page.get_by_role("button", name="最大的字").click()
        page.get_by_role("link", name="我要订").click()
        page.get_by_label("鸡蛋").fill("3")
        # Language and text size take nothing away from what is typed, and Enter in a box is still "send".
        page.get_by_role("button", name="English").click()
        expect(page.get_by_label("鸡蛋")).to_have_value("3")
        page.get_by_role("button", name="中文").click()
        page.get_by_label("单子上没有的").fill("盐2包")
        page.get_by_role("button", name="更大的字").click()
        expect(page.get_by_label("单子上没有的")).to_have_value("盐2包")
        page.get_by_label("单子上没有的").fill("")
        page.get_by_label("鸡蛋").press("Enter")
        expect(page.get_by_role("alert")).to_contain_text("鸡蛋每户限购2板")
        expect(page.get_by_label("鸡蛋")).to_have_value("3")
        page.get_by_label("鸡蛋").fill("2")
        page.get_by_role("button", name="选好了，发送").click()
        page.get_by_role("link", name="修改").click()
        page.get_by_label("鸡蛋").fill("1")
        page.get_by_role("button", name="改好了，发送").click()
        assert Order.objects.get(state="placed", channel="household").lines.get().ordered == 1
        page.get_by_role("link", name="撤回").click()
        page.get_by_role("button", name="是，撤回").click()
        expect(page.get_by_role("status")).to_contain_text("撤回了")
        assert not Order.objects.filter(state="placed", channel="household").exists()
        page.get_by_role("link", name="有问题").click()
        page.get_by_label("鸡蛋 1板").check()
        page.get_by_label("简单说说").fill("碎了两个")
        page.get_by_role("button", name="发送").click()
        expect(page.get_by_text("还没有答复。")).to_be_visible()
        page.get_by_role("button", name="收到了，谢谢").click()
        expect(page.get_by_role("status")).to_contain_text("知道您收到了")
        assert HouseholdReport.objects.get(kind="wrong").text == "碎了两个"
        page.goto(f"/h/{uuid.uuid4().hex[:22]}/")
        expect(page.get_by_role("heading", name="这张家门单打不开")).to_be_visible()


def test_heaviest_page_when_fetched_weighs_no_more_than_an_old_phone_bears(
    browser: Browser, server: str, home: Household
) -> None:
    weights: dict[str, int] = {}
    round = Round.objects.get(title="中午")
    for number in range(2, GOODS):
        make.offer(round, f"青菜{number}", "斤", section=f"第{number // 12 + 1}排", price="3.50", cap="5")

    def weigh(response: Response) -> None:
        weights[response.url.removeprefix(server)] = len(response.body())

    with phone(browser, server) as page:
        page.on("requestfinished", lambda request: weigh(request.response()))  # type: ignore[arg-type]
        page.goto(f"{page_of(home)}order/{round.pk}/")
        page.wait_for_load_state("networkidle")
        expect(page.get_by_role("button", name="鸡蛋加一")).to_be_visible()
    # Uncompressed: with style sheets and module.
    assert (len(weights) >= 4, sum(weights.values()) <= MOST_BYTES) == (True, True), weights
