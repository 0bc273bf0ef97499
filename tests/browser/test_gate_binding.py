"""A gate phone's binding: whose clock it shows from the first minute, and what is left on the phone when it ends."""

from collections.abc import Callable, Iterator

import pytest
from django.utils import timezone
from playwright.sync_api import Browser, expect

from compound.models import Compound
from gate.models import Check
from gate.services.devices import code_of, end_device, revoke_device
from tests.browser.gate_phone import OPEN, PAGE, ROOMS, GatePhone, invited, phones_at, thirty_households
from tests.browser.network import until_true


@pytest.fixture
def new_phone(browser: Browser, server: str) -> Iterator[Callable[..., GatePhone]]:
    yield from phones_at(browser, server)


@pytest.fixture
def xingfuli(transactional_db: None) -> Compound:
    return thirty_households()


def test_phone_of_another_zone_shows_the_compound_s_clock_before_its_first_roll(
    xingfuli: Compound, new_phone: Callable[..., GatePhone]
) -> None:
    phone = new_phone(zone="UTC")
    phone.page.context.route("**/api/v1/gate/roll*", lambda route: route.abort())
    device = invited(xingfuli)
    phone.page.goto(f"{PAGE}#bind={code_of(device)}")
    phone.page.locator("[data-bind]").click()
    expect(phone.page.locator("main")).to_have_attribute("data-screen", "between")
    until = xingfuli.local(device.ends_at)
    expect(phone.page.locator("main")).to_contain_text(f"{until:%H:%M}")
    expect(phone.page.locator("main")).not_to_contain_text(f"{device.ends_at:%H:%M}")

    # Kept with the binding, and given way to the roll's when there is one.
    phone.page.reload()
    phone.page.evaluate(OPEN)
    assert phone.page.evaluate("() => [engine.roll.isThere, engine.offsets]") == [False, [[0, 480]]]
    xingfuli.time_zone = "Asia/Tokyo"
    xingfuli.save(update_fields=["time_zone"])
    phone.page.context.unroute_all()
    phone.page.evaluate("() => engine.refresh()")
    assert phone.page.evaluate("() => [engine.roll.isThere, engine.offsets]") == [True, [[0, 540]]]


def test_shift_when_it_ends_with_unsent_rows_sends_them_and_leaves_nothing_on_the_phone(
    xingfuli: Compound, new_phone: Callable[..., GatePhone]
) -> None:
    phone = new_phone()
    phone.open()
    device = invited(xingfuli)
    phone.bind(device)
    phone.keep()
    assert phone.kept("households") == 30
    phone.network(False)
    for room in ROOMS[:3]:
        phone.judge(room)
    # A phone knows the server's time to within a round trip: what it did just now may be dated after the end.
    phone.page.wait_for_timeout(1_000)
    device.refresh_from_db()
    end_device(device=device, by=None, at=timezone.now())
    phone.reload()
    assert (phone.status["unsent"], phone.kept("households")) == (3, 30)

    phone.network(True)
    phone.page.evaluate("() => engine.refresh()")
    phone.until("unsent", 0)
    assert phone.status["aside"] == 0
    until_true(phone.page, "async () => (await engine.store.all('bindings')).length === 0")
    assert phone.page.evaluate("() => engine.binding") is None
    assert (Check.objects.count(), phone.kept("households"), phone.kept("rows")) == (3, 0, 0)
    assert phone.page.evaluate("() => engine.store.get('roll')") is None


def test_volunteer_when_leaving_without_a_network_leaves_only_what_must_still_be_sent(
    xingfuli: Compound, new_phone: Callable[..., GatePhone]
) -> None:
    phone = new_phone()
    phone.open()
    phone.bind(invited(xingfuli))
    phone.keep()
    phone.judge(ROOMS[9])
    phone.network(False)
    for room in ROOMS[:2]:
        phone.judge(room)
    phone.page.evaluate("() => engine.leave()")
    phone.reload()
    assert phone.page.evaluate("() => engine.binding") is None
    assert (phone.status["unsent"], phone.kept("rows"), phone.kept("households")) == (2, 2, 0)
    seen = phone.page.evaluate("async () => (await engine.store.all('rows')).map((row) => [row.saw, row.mark])")
    assert seen == [[None, None]] * 2

    phone.network(True)
    phone.flush()
    phone.until("unsent", 0)
    assert Check.objects.count() == 3


def test_phone_when_revoked_keeps_its_rows_until_it_is_bound_again(
    xingfuli: Compound, new_phone: Callable[..., GatePhone]
) -> None:
    phone = new_phone()
    phone.open()
    device = invited(xingfuli)
    phone.bind(device)
    phone.network(False)
    for room in ROOMS[:2]:
        phone.judge(room)
    revoke_device(device=device, by=None, at=timezone.now())
    phone.network(True)
    phone.flush()
    phone.page.wait_for_function("() => engine.binding === null", polling=200)
    assert (phone.status["unsent"], Check.objects.count(), phone.kept("households")) == (2, 0, 0)
    assert phone.page.evaluate("async () => (await engine.store.all('bindings'))[0].token") is None

    phone.bind(invited(xingfuli, "南门"))
    phone.until("unsent", 0)
    assert list(Check.objects.values_list("gate__name", flat=True)) == ["东门", "东门"]
