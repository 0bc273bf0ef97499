"""What the gate phone says of somebody, and what the guard may do then."""

from decimal import Decimal

import pytest
from playwright.sync_api import expect

from compound.models import Compound
from gate.models import Check, Pass, TemperatureRecord
from gate.services.tokens import pass_token
from tests import make
from tests.browser.guard import Guard, refused, until_known
from tests.browser.network import network_away, network_back

# -- verdicts ---------------------------------------------------------------------------------------------------


def test_refusal_says_why_aloud_and_an_override_needs_a_reason(guard: Guard) -> None:
    refused(guard)
    expect(guard.page.locator("[data-why]")).to_contain_text("20-1702 今天")
    expect(guard.page.locator("[data-why]")).to_contain_text("东门")
    expect(guard.page.locator("[data-cry]")).to_contain_text("不放行。20-1702 周。今天不能外出")
    expect(guard.page.locator("[data-word]")).to_be_focused()
    assert guard.page.evaluate("document.documentElement.dataset.sounded") == "refuse"
    guard.taps = 0
    guard.tap("[data-override]")
    guard.tap("[data-answer='协调员同意']")
    guard.sees("allow")
    assert guard.taps == 2
    guard.all_sent()
    assert Check.objects.exclude(override="").get().override == "协调员同意"


def test_fever_waits_five_minutes_and_a_normal_reading_clears_it(guard: Guard) -> None:
    until_known(guard)
    guard.tap("[data-go]")
    guard.measure("37.8")
    guard.sees("recheck")
    expect(guard.page.locator("[data-timer]")).to_have_text("5:00")
    guard.tap("[data-next]")
    expect(guard.page.locator("[data-waiting]")).to_contain_text("20-1702 周")
    guard.page.reload()
    guard.tap("[data-waiting]")
    guard.measure("36.6")
    guard.sees("allow")
    guard.tap("[data-next]")
    expect(guard.page.locator("[data-waiting]")).to_have_count(0)
    guard.all_sent()
    record = TemperatureRecord.objects.get()
    assert (record.outcome, [reading.value for reading in record.readings.order_by("attempt")]) == (
        "cleared", [Decimal("37.8"), Decimal("36.6")],
    )  # fmt: skip


def test_fever_when_measured_three_times_ends_at_home(guard: Guard) -> None:
    until_known(guard)
    guard.tap("[data-go]")
    guard.measure("38.1")
    guard.sees("recheck")
    for nth, temperature in ((2, "38.2"), (3, "38.4")):
        guard.tap("[data-measure]")
        expect(guard.page.locator(".verdict-field")).to_contain_text(f"第 {nth} 次测量，最多 3 次")
        guard.measure(temperature)
        guard.sees("recheck")
    expect(guard.page.locator("[data-measure]")).to_have_count(0)
    expect(guard.page.locator("[data-word]")).to_have_text("不放行")
    expect(guard.page.locator("[data-outcome='hospital']")).to_have_class("big big--ink")
    guard.tap("[data-outcome='sent_home']")
    guard.is_between()
    guard.all_sent()
    assert (TemperatureRecord.objects.get().outcome, TemperatureRecord.objects.get().readings.count()) == (
        "sent_home",
        3,
    )


def test_reading_too_low_to_be_true_is_asked_again_at_once(guard: Guard) -> None:
    until_known(guard)
    guard.tap("[data-go]")
    guard.tap("[data-more]")
    guard.measure("34.1")
    guard.sees("recheck")
    guard.measure("36.4")
    guard.sees("allow")


def test_unknown_code_without_a_network_is_amber(guard: Guard) -> None:
    until_known(guard)
    guard.page.keyboard.press("Escape")
    network_away(guard.page)
    guard.scan_by_keys("AB3D5F7H9J1K3M5N7P9QRS")
    guard.sees("refuse")
    expect(guard.page.locator("[data-look='look']")).to_be_visible()
    expect(guard.page.locator("[data-word]")).to_have_text("看清楚")
    assert guard.page.evaluate("document.documentElement.dataset.sounded") == "look"
    guard.tap("[data-next]")
    expect(guard.page.locator("[data-unsent]")).to_have_text("1 条待发，最早 0 分钟")
    network_back(guard.page)
    guard.page.evaluate("window.dispatchEvent(new Event('online'))")
    expect(guard.page.locator("[data-unsent]")).to_have_count(0)


def test_emergency_is_two_taps_and_names_its_reason(guard: Guard) -> None:
    refused(guard)
    guard.taps = 0
    guard.tap("[data-emergency]")
    guard.tap("[data-reason='fever']")
    guard.sees("allow")
    assert guard.taps == 2
    guard.all_sent()
    check = Check.objects.get(action="emergency")
    assert (check.kind, check.reason, check.household.room, check.verdict) == ("emergency", "高烧", "20-1702", "allow")  # type: ignore[union-attr]
    expect(guard.page.locator("[data-skip]")).to_be_visible()
    guard.measure("39.3")
    guard.is_between()


def test_emergency_of_somebody_whose_room_nobody_knows_is_two_taps(guard: Guard) -> None:
    guard.tap("[data-go-to='emergency']")
    guard.tap("[data-reason='heart']")
    guard.sees("allow")
    guard.all_sent()
    assert (guard.taps, Check.objects.get().household) == (2, None)


def test_wrong_direction_is_turned_in_one_tap(guard: Guard) -> None:
    until_known(guard)
    guard.tap("[data-go]")
    guard.sees("allow")
    guard.tap("[data-turn]")
    expect(guard.page.locator(".verdict-way")).to_have_text("进小区")
    guard.sees("allow")
    guard.all_sent()
    assert list(Check.objects.order_by("received_at").values_list("action", "direction")) == [
        ("check", "out"), ("undo", "out"), ("check", "in"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("tapped", "written"), [("allow", [("check", "")]), ("refuse", [("check", ""), ("undo", "没有放进来")])]
)
def test_visitor_where_none_are_received_is_the_guards_to_decide(
    guard: Guard, xingfuli: Compound, tapped: str, written: list[tuple[str, str]]
) -> None:
    door = next(door for door in xingfuli.households.all() if door.room == "20-1702")
    card = make.gate_pass(xingfuli, door, Pass.Kind.VISITOR, holder="访客甲")
    until_known(guard)
    guard.tap("[data-lane='in']")
    guard.scan_by_keys(pass_token(card.pk))
    expect(guard.page.locator("[data-word]")).to_have_text("看清楚")
    expect(guard.page.locator("[data-second]")).to_have_text("先别放人")
    sizes = guard.page.evaluate("[...document.querySelectorAll('[data-decide]')].map((e) => e.offsetWidth)")
    assert len(sizes) == 2
    assert len(set(sizes)) == 1
    guard.tap(f"[data-decide='{tapped}']")
    if tapped == "allow":
        guard.measure("36.5")
    guard.is_between()
    guard.all_sent()
    rows = Check.objects.exclude(action="reading").order_by("received_at")
    assert list(rows.values_list("action", "reason")) == written
