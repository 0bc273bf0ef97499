"""The browser fixtures themselves."""

import pytest
from playwright.sync_api import Browser, Error, Page, expect

from compound.models import Compound


def test_page_when_opened_shows_the_real_site_in_chinese(page: Page) -> None:
    page.goto("/login/")
    expect(page.locator("html")).to_have_attribute("lang", "zh-Hans")
    assert Compound.objects.count() == 0


def test_phone_page_when_opened_is_as_wide_as_a_phone(phone_page: Page) -> None:
    phone_page.goto("/login/")
    assert phone_page.evaluate("[innerWidth, devicePixelRatio]") == [390, 2]


def test_browser_when_it_asks_for_another_host_gets_nothing(browser: Browser) -> None:
    page = browser.new_page()
    with pytest.raises(Error, match="ERR_NAME_NOT_RESOLVED"):
        page.goto("http://example.com/")
    page.close()
