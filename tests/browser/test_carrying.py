"""A runner's trip in a real browser: one tap a door, without a network, over a reload, and sent once it is back."""

import datetime as dt

import pytest
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import Page, expect

from compound.models import Compound, Role
from orders.models import Batch, DoorMark, OrderLine, Round, Stop, Trip
from tests import make
from tests.browser.network import is_kept, network_away, network_back
from tests.browser.test_orders import log_in

HOUR = dt.timedelta(hours=1)
ROOMS = ("3-1-501", "3-1-502", "3-2-501", "3-2-502")


@pytest.fixture
def trip(server: str) -> Trip:
    now = timezone.now()
    compound: Compound = make.compound(at=now)
    runner = make.member(compound, Role.VOLUNTEER)
    round = make.round(compound, "今天", opens_at=now - 5 * HOUR, cutoff_at=now - HOUR)
    batch = Batch.objects.create(
        compound=compound, leaves_at=now, number=1, day=compound.day_of(now), state="out", state_at=now
    )
    made = Trip.objects.create(batch=batch, position=1, runner=runner)
    for room in ROOMS:
        door = make.household(compound, room)
        make.order(round, door, ("鸡蛋", "2", "板"), by=runner)
        Stop.objects.create(trip=made, round=round, household=door)
    Round.objects.filter(pk=round.pk).update(state="delivering", closed_at=now)
    return made


def outcomes() -> list[str]:
    return list(OrderLine.objects.order_by("order__household__sort_key").values_list("outcome", flat=True))


def test_trip_without_a_network_is_ticked_door_by_door_and_sent_when_it_is_back(phone_page: Page, trip: Trip) -> None:
    page = phone_page
    log_in(page, trip.runner)
    page.goto(reverse("orders:trip", kwargs={"code": "xingfuli", "trip": trip.pk}))
    is_kept(page)
    doors = [page.locator(f"#d{room}") for room in ROOMS]
    network_away(page)

    doors[0].get_by_role("button", name="送到了").tap()
    expect(doors[0].locator("[data-chip]")).to_contain_text("已送达")
    expect(doors[0].locator("[data-chip]")).to_contain_text("待发")
    expect(doors[1]).to_be_in_viewport()
    doors[1].get_by_role("button", name="拒收").tap()
    expect(doors[1].locator("[data-chip]")).to_contain_text("拒收")
    doors[2].get_by_role("button", name="无人在家").tap()
    expect(doors[2].locator("[data-chip]")).to_contain_text("无人在家")
    doors[2].get_by_role("button", name="撤销").tap()
    expect(doors[2].get_by_role("button", name="无人在家")).to_be_visible()
    doors[2].get_by_role("button", name="无人在家").tap()
    expect(page.locator("[data-doors-marked]")).to_have_text("3")
    assert DoorMark.objects.count() == 0

    page.reload()
    expect(doors[0].locator("[data-chip]")).to_contain_text("已送达")
    expect(doors[2].locator("[data-chip]")).to_contain_text("无人在家")
    expect(page.locator("[data-doors-marked]")).to_have_text("3")

    network_back(page)
    expect(page.locator("[data-outbox]")).to_have_attribute("data-unsent", "0")
    expect(doors[0].locator("[data-chip]")).not_to_contain_text("待发")
    assert outcomes() == ["delivered", "refused", "nobody_home", ""]
    assert DoorMark.objects.count() == 5

    # Done, before anything of it is sent: back to the gate, with the bags of two doors.
    network_away(page)
    doors[3].get_by_role("button", name="送到了").tap()
    expect(page.locator("[data-all-done]")).to_contain_text("送完了，可以回去")
    expect(page.locator("[data-bring-back]")).to_contain_text("3-1-502、3-2-501")
    network_back(page)
    expect(page.locator("[data-outbox]")).to_have_attribute("data-unsent", "0")
