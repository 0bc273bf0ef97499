"""大字 on a phone: nothing is cut off, nothing is pushed beyond the edge, and what folds open is as high as a thumb."""

import datetime as dt
from decimal import Decimal

import pytest
from django.utils import timezone
from playwright.sync_api import Page

from compound.models import Compound, Role
from money.services.cash import receive_donation
from tests import make

# Elements that show only a part of their words, and lines to open that are lower than a finger.
CUT = """() => [...document.querySelectorAll('main .tile-number b')]
  .filter(word => word.getBoundingClientRect().right > word.closest('.tile').getBoundingClientRect().right + 1)
  .map(word => word.innerText)"""
LOW = """() => [...document.querySelectorAll('main summary')]
  .filter(line => line.getBoundingClientRect().height > 0 && line.getBoundingClientRect().height < 44)
  .map(line => line.innerText)"""
BEYOND = "() => document.documentElement.scrollWidth - innerWidth"


@pytest.fixture
def compound(server: str) -> Compound:
    compound = make.compound(at=timezone.now())
    make.household(compound, "20-1702")
    by = make.member(compound, Role.COORDINATOR)
    receive_donation(compound=compound, amount=Decimal("10074.80"), by=by, at=timezone.now())
    make.round(compound, opens_at=timezone.now(), cutoff_at=timezone.now() + dt.timedelta(hours=25))
    return compound


def test_big_letters_on_a_phone_show_every_figure_whole(phone_page: Page, compound: Compound) -> None:
    page = phone_page
    page.goto("/login/")
    page.fill("[name=username]", make.CAST[Role.COORDINATOR][1])
    page.fill("[name=password]", make.PASSWORD)
    page.press("[name=password]", "Enter")
    page.wait_for_url(lambda address: "/login/" not in address)
    page.locator("form[data-preference=view] button").click()
    page.wait_for_function("document.documentElement.dataset.view === 'elder'")
    found = {}
    for path in ("", "money/", "money/donations/", "money/cash/", "gates/", "rounds/", "roster/groups/", "not-served/"):
        page.goto(f"/c/xingfuli/{path}")
        assert page.evaluate("document.documentElement.dataset.view") == "elder"
        found[path] = (page.evaluate(CUT), page.evaluate(LOW), page.evaluate(BEYOND))
    assert {path: result for path, result in found.items() if result != ([], [], 0)} == {}
