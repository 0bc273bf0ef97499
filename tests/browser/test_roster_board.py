"""The week board by hand: a gap is filled from the panel by keyboard alone, an exception asks for its reason."""

import datetime as dt

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from compound.models import Compound
from roster.models import Assignment, Shift, Volunteer
from tests import make

BOARD = "/c/xingfuli/roster/"
HOUR = dt.timedelta(hours=1)


@pytest.fixture
def compound(server: str) -> Compound:
    compound = make.compound(at=timezone.now())
    make.member(compound)
    return compound


@pytest.fixture
def shift(compound: Compound) -> Shift:
    """On now, and begun today: the board shows the week in which a shift begins."""
    now = timezone.now().astimezone(make.SHANGHAI)
    begun = max(now - HOUR, now.replace(hour=0, minute=0, second=0, microsecond=0))
    return make.shift(make.post(compound, "东门岗", seats=2), begun, hours=4)


@pytest.fixture
def zhao(compound: Compound) -> Volunteer:
    return make.volunteer(compound, "赵丽", "13100000001")


@pytest.fixture
def tired(compound: Compound) -> Volunteer:
    """Has come off duty two hours ago."""
    qian = make.volunteer(compound, "钱建军", "13100000002")
    before = make.shift(make.post(compound, "热线"), timezone.now() - 6 * HOUR, hours=4)
    make.assignment(before, qian, "signed_out")
    return qian


def log_in(page: Page) -> None:
    page.goto("/login/")
    page.fill("[name=username]", "13000000002")
    page.fill("[name=password]", make.PASSWORD)
    page.press("[name=password]", "Enter")
    page.wait_for_url(lambda address: "/login/" not in address)


def test_gap_when_filled_by_keyboard_shows_the_name_on_the_board(page: Page, shift: Shift, zhao: Volunteer) -> None:
    log_in(page)
    page.goto(BOARD)
    slot = page.locator(f"#s-{shift.pk}")
    expect(slot).to_contain_text("缺2")
    slot.focus()
    page.keyboard.press("Enter")
    panel = page.get_by_role("dialog")
    expect(panel.get_by_role("heading", name="东门岗")).to_be_visible()
    panel.get_by_role("button", name="安排 赵丽").focus()
    page.keyboard.press("Enter")
    expect(panel.get_by_text("已安排赵丽，会通知本人。")).to_be_visible()
    page.keyboard.press("Escape")
    expect(panel).to_be_hidden()
    expect(slot).to_be_focused()
    expect(slot).to_contain_text("赵丽")
    expect(slot).to_contain_text("缺1")
    assert list(Assignment.objects.values_list("user__name", "state")) == [("赵丽", "published")]


def test_exception_when_no_reason_is_written_asks_and_then_does_it(page: Page, shift: Shift, tired: Volunteer) -> None:
    log_in(page)
    page.goto(BOARD)
    page.locator(f"#s-{shift.pk}").click()
    panel = page.get_by_role("dialog")
    tired_one = panel.locator(".row--choice", has_text="钱建军")
    expect(tired_one.locator(".reason--against")).to_contain_text("休息")
    tired_one.locator("summary").click()
    tired_one.get_by_role("button", name="安排").click()
    assert tired_one.locator("input[name=why]").evaluate("box => box.validity.valueMissing") is True
    assert not Assignment.objects.filter(shift=shift).exists()
    tired_one.get_by_label("为什么非钱建军不可").fill("没有别人")
    tired_one.get_by_role("button", name="安排").click()
    expect(panel.get_by_text("林涛破例：没有别人")).to_be_visible()
    row = Assignment.objects.get(shift=shift)
    assert ([rule["code"] for rule in row.overridden], row.overridden_why) == (["rest"], "没有别人")


def test_board_on_a_phone_is_a_list_of_days_and_nothing_is_wider_than_it(
    phone_page: Page, shift: Shift, zhao: Volunteer
) -> None:
    log_in(phone_page)
    phone_page.goto(BOARD)
    phone_page.locator(".board-days").get_by_role("link", name="今天").click()
    phone_page.locator(f"#s-{shift.pk}").click()
    expect(phone_page.get_by_role("dialog").get_by_role("button", name="安排 赵丽")).to_be_visible()
    for path in ("", "now/", "load/", f"shifts/{shift.pk}/", "shifts/new/"):
        phone_page.goto(BOARD + path)
        assert phone_page.evaluate("document.documentElement.scrollWidth <= innerWidth"), path
