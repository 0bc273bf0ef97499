"""Two volunteers hand out at the same doors without a network; what they ticked arrives late, and counts once."""

from collections.abc import Iterator

import pytest
from django.utils import timezone
from playwright.sync_api import Browser, Page, expect

from compound.models import Compound, Role
from orders.models import PhoneEvent
from orders.services.relief import make_relief
from tests import make
from tests.browser.conftest import _visit
from tests.browser.network import is_kept, network_away, network_back
from tests.browser.test_roster_life import log_in


@pytest.fixture
def other_phone(browser: Browser, server: str) -> Iterator[Page]:
    yield from _visit(browser, server, 390, 844, phone=True)


def door(page: Page, room: str) -> "Door":
    return Door(page, room)


class Door:
    def __init__(self, page: Page, room: str) -> None:
        self.row = page.locator(f'.relief-door[data-room="{room}"]')

    def tap(self, word: str) -> None:
        self.row.get_by_role("button", name=word, exact=True).click()

    def says(self, word: str) -> None:
        expect(self.row.locator(".chip:visible")).to_have_text(word)


def test_two_volunteers_offline_at_one_door_hand_out_one_parcel(
    phone_page: Page, other_phone: Page, xingfuli: Compound
) -> None:
    coordinator = make.member(xingfuli)
    make.member(xingfuli, Role.VOLUNTEER)
    make.member(xingfuli, Role.SUPPLY)
    relief = make_relief(
        compound=xingfuli,
        title="第三批蔬菜包",
        count_by="household",
        per_count=1,
        who={"occupied": True},
        by=coordinator,
        at=timezone.now(),
    )
    for page, phone in ((phone_page, "13000000007"), (other_phone, "13000000005")):
        log_in(page, phone)
        page.goto(f"/c/xingfuli/relief/{relief.pk}/20/")
        expect(page.locator(".relief-door")).to_have_count(2)
        is_kept(page)
        network_away(page)

    # Shown at once, undone and done again, with nobody to ask.
    door(phone_page, "20-1702").tap("已发出")
    door(phone_page, "20-1702").says("已发出")
    door(phone_page, "20-1701").tap("拒收")
    door(phone_page, "20-1701").says("拒收")
    phone_page.wait_for_timeout(800)
    door(phone_page, "20-1701").tap("撤销")
    door(phone_page, "20-1701").tap("无人在家")
    door(phone_page, "20-1701").says("无人在家")
    door(other_phone, "20-1702").tap("已发出")
    door(other_phone, "20-1702").says("已发出")
    expect(phone_page.locator("[data-outbox]")).to_have_attribute("data-unsent", "4")
    assert not PhoneEvent.objects.exists()

    for page in (phone_page, other_phone):
        network_back(page)
        page.evaluate("dispatchEvent(new Event('online'))")
        expect(page.locator("[data-outbox]")).to_have_attribute("data-unsent", "0")
    rows = relief.parcels.filter(household__building__name="20").order_by("household__room")
    assert list(rows.values_list("household__room", "outcome", "handed")) == [
        ("20-1701", "nobody_home", 0),
        ("20-1702", "handed", 1),
    ]
    assert PhoneEvent.objects.count() == 5
    # The later of the two stands, on both phones, when somebody looks: the first has heard its answers before the
    # second has sent anything.
    for page in (phone_page, other_phone):
        page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
        expect(door(page, "20-1702").row).to_contain_text("罗强")
