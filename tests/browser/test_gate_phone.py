"""What a guard sees and taps: who it is, in Chromium, against the real server."""

import os
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from compound.models import Compound
from gate.models import Check, Outing, Pass
from tests import make
from tests.browser.conftest import CHROMIUM, Visitor
from tests.browser.guard import PAGE, WECHAT, Guard, card_of, code_for, on_duty, until_known
from tests.browser.qr_film import film

# At five pixels a module, turned and blurred as the film begins, it is read only when it is drawn larger.
HARD_WHEN_BLURRED = "A4M2HB1G1D22DT37MYJCZ1"

# -- binding ----------------------------------------------------------------------------------------------------


def test_gate_phone_when_the_code_is_typed_is_bound_and_shows_its_gate(phone_page: Page, xingfuli: Compound) -> None:
    phone_page.goto(PAGE)
    phone_page.fill("#code", "0000000000")
    phone_page.locator("[data-bind]").tap()
    expect(phone_page.locator("[data-problem]")).not_to_be_empty()
    # Read aloud and typed as it sounds: O for 0, I or L for 1, U for V, in two groups.
    typed = code_for(xingfuli).lower().replace("0", "o").replace("1", "l").replace("v", "u")
    phone_page.fill("#code", f" {typed[:5]} {typed[5:]}")
    phone_page.locator("[data-bind]").tap()
    expect(phone_page.locator("[data-settings]")).to_contain_text("东门")
    phone_page.reload()
    expect(phone_page.locator("[data-settings]")).to_contain_text("东门")


def test_gate_phone_when_another_gate_is_picked_stands_there(guard: Guard) -> None:
    guard.tap("[data-settings]")
    guard.tap("[data-value='南门']")
    expect(guard.page.locator("[data-settings]")).to_contain_text("南门")


def test_gate_phone_when_duty_ends_forgets_who_lives_there(guard: Guard) -> None:
    until_known(guard)
    guard.tap("[data-settings]")
    guard.tap("[data-leave]")
    guard.tap("[data-answer='yes']")
    expect(guard.page.locator("[data-ended]")).to_have_text("已全部发出，值守结束，谢谢")
    guard.tap("[data-bind-again]")
    expect(guard.page.locator("#code")).to_be_visible()


def test_link_with_a_code_is_one_button_and_names_the_gate(phone_page: Page, xingfuli: Compound) -> None:
    phone_page.goto(f"{PAGE}#bind={code_for(xingfuli)}")
    expect(phone_page.locator("[data-bind]")).to_be_visible()
    assert [phone_page.locator(each).is_visible() for each in (".window", "#code")] == [False, False]
    phone_page.locator("[data-bind]").tap()
    expect(phone_page.locator("[data-note]")).to_contain_text("已绑定：东门")


def test_link_with_a_dead_code_shows_the_other_ways(phone_page: Page, xingfuli: Compound) -> None:
    phone_page.goto(f"{PAGE}#bind=0000000000")
    phone_page.locator("[data-bind]").tap()
    expect(phone_page.locator("[data-problem]")).not_to_be_empty()
    expect(phone_page.locator("#code")).to_be_visible()


def test_link_in_wechat_keeps_its_code_for_the_browser_of_the_phone(
    browser: Browser, server: str, xingfuli: Compound
) -> None:
    context = browser.new_context(base_url=server, user_agent=WECHAT)
    page = context.new_page()
    page.goto(f"{PAGE}#bind={code_for(xingfuli)}")
    expect(page.locator("[data-wechat]")).to_be_visible()
    assert page.evaluate("location.hash").startswith("#bind=")
    context.close()


@pytest.mark.parametrize(("agent", "shown"), [(WECHAT, True), ("", False)])
def test_gate_phone_in_wechat_is_sent_to_the_browser_of_the_phone(
    browser: Browser, server: str, xingfuli: Compound, agent: str, shown: bool
) -> None:
    context = browser.new_context(base_url=server, **({"user_agent": agent} if agent else {}))
    page = context.new_page()
    page.goto(PAGE)
    expect(page.locator("h1")).to_be_visible()
    assert page.locator("[data-wechat]").is_visible() is shown
    context.close()


# -- who it is --------------------------------------------------------------------------------------------------


@pytest.fixture
def camera(browser: Browser, server: str, xingfuli: Compound, tmp_path: Path) -> Iterator[Page]:
    """A phone whose camera sees the pass of 20-1702."""
    seen = film(card_of(xingfuli), tmp_path / "pass.mjpeg")
    arguments = [
        "--use-fake-ui-for-media-stream",
        "--use-fake-device-for-media-stream",
        f"--use-file-for-fake-video-capture={seen}",
    ]
    if os.geteuid() == 0:
        arguments.append("--no-sandbox")
    chromium = browser.browser_type.launch(executable_path=CHROMIUM, args=arguments)
    visitor = Visitor(chromium, server, 390, 844, phone=True)
    visitor.context.grant_permissions(["camera"])
    yield visitor.context.new_page()
    chromium.close()
    assert visitor.faults == []


def test_pass_before_the_camera_is_read_judged_and_recorded_in_two_taps(camera: Page, xingfuli: Compound) -> None:
    guard = on_duty(camera, xingfuli)
    guard.sees("allow")
    expect(camera.locator("[data-room]")).to_have_text("20-1702周")
    guard.measure("36.5")
    guard.is_between()
    expect(camera.locator("[data-note]")).to_contain_text("20-1702 周 · 36.5 ℃ 已记录")
    assert guard.taps == 2
    guard.all_sent()
    exit_, reading = Check.objects.order_by("received_at")
    assert (exit_.action, exit_.direction, exit_.gate_pass.household.room) == ("check", "out", "20-1702")  # type: ignore[union-attr]
    assert (reading.refers_to, reading.temperature, reading.method) == (exit_.pk, Decimal("36.5"), "forehead")


def test_code_in_a_photo_is_read_without_a_camera(guard: Guard, xingfuli: Compound, tmp_path: Path) -> None:
    photo = film(card_of(xingfuli), tmp_path / "pass.jpg")
    guard.page.locator("[data-photo]").set_input_files(photo)
    guard.sees("allow")


def test_code_in_a_photo_that_is_blurred_is_read_where_it_is_drawn_larger(guard: Guard, tmp_path: Path) -> None:
    photo = film(HARD_WHEN_BLURRED, tmp_path / "pass.jpg", [(5, 9, 2.4)])
    guard.page.locator("[data-photo]").set_input_files(photo)
    # Read, and no pass of this compound.
    guard.sees("refuse")


def test_room_on_the_keypad_shows_who_it_is_and_is_recorded(guard: Guard) -> None:
    until_known(guard)
    expect(guard.page.locator("[data-who]")).to_have_text("周")
    guard.taps = 0
    guard.tap("[data-go]")
    guard.sees("allow")
    guard.measure("36.5")
    guard.is_between()
    assert guard.taps == 3
    guard.all_sent()
    assert Check.objects.get(action="check").household.room == "20-1702"  # type: ignore[union-attr]


def test_room_with_a_unit_and_a_named_building_are_typed_with_thumb(guard: Guard) -> None:
    until_known(guard, "3-2-501")
    expect(guard.page.locator("[data-who]")).to_have_text("郭")
    guard.page.keyboard.press("Escape")
    guard.tap(guard.page.get_by_role("button", name="字母"))
    guard.tap("[data-key='商务楼']")
    guard.room("305")
    expect(guard.page.locator("[data-who]")).to_have_text("唐")


def test_scanner_that_types_and_ends_with_enter_is_heard_on_every_screen(guard: Guard, xingfuli: Compound) -> None:
    first, second = card_of(xingfuli), card_of(xingfuli, "20-1701")
    until_known(guard, "20-1701")
    guard.page.keyboard.press("Escape")
    guard.scan_by_keys(first)
    guard.sees("allow")
    expect(guard.page.locator("[data-room]")).to_contain_text("20-1702")
    # The next one is scanned before the temperature of the first.
    guard.scan_by_keys(second.lower())
    expect(guard.page.locator("[data-room]")).to_contain_text("20-1701")
    guard.page.keyboard.type("36.8")
    guard.page.keyboard.press("Enter")
    guard.is_between()
    guard.all_sent()
    assert Check.objects.get(action="reading").temperature == Decimal("36.8")


def test_plate_on_its_keypad_finds_the_car(guard: Guard, xingfuli: Compound) -> None:
    door = next(door for door in xingfuli.households.all() if door.room == "20-1702")
    make.gate_pass(xingfuli, door, Pass.Kind.VEHICLE, plate="沪A12345")
    guard.tap("[data-mode='plate']")
    for char in "沪A12345":
        guard.tap(f"[data-key='{char}']")
    expect(guard.page.locator("[data-entry]")).to_have_text("沪A12345")
    guard.tap("[data-go]")
    guard.sees("allow")
    expect(guard.page.locator("[data-room] b")).to_have_text("沪A12345")
    guard.all_sent()
    assert Check.objects.get().kind == "vehicle"


# -- which way --------------------------------------------------------------------------------------------------


def out_with(guard: Guard, token: str) -> None:
    """They go out with their pass; more than the five seconds of one scan ago."""
    guard.scan_by_keys(token)
    guard.sees("allow")
    guard.measure("36.5")
    guard.is_between()
    guard.page.wait_for_timeout(5_100)


def test_pass_of_a_household_that_is_outside_is_asked_about_and_judged_only_then(
    guard: Guard, xingfuli: Compound
) -> None:
    token = card_of(xingfuli)
    until_known(guard)
    out_with(guard, token)
    guard.taps = 0
    guard.scan_by_keys(token)
    expect(guard.page.locator("[data-which='outside']")).to_contain_text("20-1702周")
    expect(guard.page.locator("[data-which]")).to_contain_text("还没回来")
    size = guard.page.evaluate("parseFloat(getComputedStyle(document.querySelector('[data-room] b')).fontSize)")
    assert size == 64
    guard.all_sent()
    assert Check.objects.filter(action="check").count() == 1
    guard.tap("[data-way='in']")
    guard.sees("allow")
    expect(guard.page.locator(".verdict-way")).to_have_text("进小区")
    guard.measure("36.5")
    guard.is_between()
    assert guard.taps == 3
    expect(guard.page.locator("[data-lane='out']")).to_have_attribute("aria-pressed", "true")
    guard.all_sent()
    assert list(Check.objects.filter(action="check").order_by("received_at").values_list("direction", flat=True)) == [
        "out", "in",
    ]  # fmt: skip


def test_second_of_a_household_that_is_outside_is_judged_as_going_out(guard: Guard, xingfuli: Compound) -> None:
    token = card_of(xingfuli)
    until_known(guard)
    out_with(guard, token)
    guard.scan_by_keys(token)
    guard.tap("[data-way='out']")
    guard.sees("refuse")
    expect(guard.page.locator("[data-why]")).to_contain_text("今天不能外出")
    guard.all_sent()
    assert Check.objects.filter(direction="out", action="check").count() == 2
    assert Outing.objects.get().back_at is None


def test_room_that_is_inside_when_the_lane_says_in_is_asked_about(guard: Guard) -> None:
    until_known(guard)
    guard.tap("[data-lane='in']")
    guard.tap("[data-go]")
    expect(guard.page.locator("[data-which='inside']")).to_be_visible()
    guard.page.go_back()
    guard.is_between()
    guard.all_sent()
    assert Check.objects.count() == 0
    until_known(guard)
    guard.tap("[data-go]")
    guard.tap("[data-way='out']")
    guard.sees("allow")
    expect(guard.page.locator(".verdict-way")).to_have_text("出小区")
    expect(guard.page.locator("[data-back-by]")).to_contain_text("前回来")
    guard.measure("36.5")
    expect(guard.page.locator("[data-lane='in']")).to_have_attribute("aria-pressed", "true")


def test_room_without_its_unit_is_told_how_rooms_are_written_there(guard: Guard) -> None:
    until_known(guard)
    guard.page.keyboard.press("Escape")
    guard.room("19-101")
    expect(guard.page.locator("[data-who]")).to_have_text("19栋有单元，例如 19-1-101")
    guard.tap("[data-key='1']")
    guard.tap("[data-go]")
    guard.sees("refuse")
    expect(guard.page.locator("[data-why]")).to_have_text("19栋有单元，例如 19-1-101")


def test_back_of_the_phone_leads_from_a_verdict_to_between_people(guard: Guard) -> None:
    until_known(guard)
    guard.tap("[data-go]")
    guard.sees("allow")
    guard.page.go_back()
    guard.is_between()
