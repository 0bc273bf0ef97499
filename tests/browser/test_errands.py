"""A runner's phone at the door without a network: the wrong button, taken back, and a sum with a digit too many."""

import re
import uuid
from decimal import Decimal

import pytest
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import Page, expect

from compound.models import Role
from errands.models import Errand, ErrandStep
from errands.services import steps
from errands.services.asking import TopUpWish, ask_errand
from tests import make
from tests.browser.network import is_kept, network_away, network_back
from tests.browser.test_shopping import log_in


def test_errand_when_the_wrong_button_was_pressed_without_a_network_stands_as_it_really_is(
    phone_page: Page, server: str, transactional_db: None
) -> None:
    of, now = make.compound(at=timezone.now()), timezone.now()
    runner = make.member(of, Role.VOLUNTEER)
    wish = TopUpWish(service="gas", wanted=Decimal(100), number="80001234")
    errand, _replayed = ask_errand(
        id=uuid.uuid4(), household=make.household(of, "20-1702"), kind="top_up", channel="desk", by=make.member(of),
        at=now, top_up=wish,
    )  # fmt: skip
    steps.take_on(errand=errand, by=runner, at=now)
    page = phone_page
    log_in(page, runner)
    page.goto(reverse("errands:errand", kwargs={"code": "xingfuli", "errand": errand.pk}))
    is_kept(page)
    expect(page.get_by_label("500 元以上")).to_be_hidden()
    page.get_by_label("实付合计").fill("1150元")
    expect(page.get_by_label("500 元以上")).to_be_visible()
    page.get_by_role("button", name="办好了").click()
    place = page.locator("[data-errand]")
    expect(place).to_have_attribute("data-stand", "taken")
    page.get_by_label("实付合计").fill("11.50")
    network_away(page)
    page.get_by_role("button", name="办好了").click()
    page.get_by_label("谁收下的").fill("老周")
    page.get_by_role("button", name="交到了").click()
    expect(place).to_have_attribute("data-stand", "ended")
    page.get_by_role("button", name="按错了，还没办完").click()
    expect(place).to_have_attribute("data-stand", "bought")
    expect(page.locator("[data-steps]")).to_contain_text("你收回了按错的一步 · 待发")
    page.reload()
    expect(place).to_have_attribute("data-stand", "bought")
    network_back(page)
    page.evaluate("() => dispatchEvent(new Event('online'))")
    expect(page.locator("[data-steps]")).to_contain_text("收回: 已交付")
    errand.refresh_from_db()
    assert (errand.state, errand.amount, errand.ended_at) == ("bought", Decimal("11.50"), None)
    assert ErrandStep.objects.filter(step="taken_back").count() == 1
    assert Errand.objects.count() == 1


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_list_once_opened_opens_without_a_network_and_other_pages_say_so_as_the_house_does(
    phone_page: Page, server: str, transactional_db: None, language: str
) -> None:
    of = make.compound(at=timezone.now())
    runner = make.member(of, Role.VOLUNTEER)
    make.household(of, "20-1702")
    page = phone_page
    log_in(page, runner)
    page.context.add_cookies([{"name": "django_language", "value": language, "url": server}])
    page.goto(reverse("errands:errands", kwargs={"code": "xingfuli"}))
    is_kept(page)
    network_away(page)
    page.goto(reverse("errands:ask", kwargs={"code": "xingfuli"}))
    title, listed, other = {"zh-hans": ("没有网络", "跑腿", "No network"), "en": ("No network", "Errands", "没有网络")}[
        language
    ]
    expect(page.locator("h1")).to_have_text(title)
    expect(page.get_by_text(other)).to_have_count(0)
    expect(page.locator("body")).to_have_css("background-color", "rgb(250, 248, 243)")
    expect(page.locator("h1")).to_have_css("font-family", re.compile("PingFang"))
    page.get_by_role("link", name=listed, exact=True).click()
    expect(page.locator("[data-outbox]")).to_be_visible()
    network_back(page)
