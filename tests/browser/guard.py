"""A guard's thumb on the gate phone, for the tests of its screens."""

import datetime as dt

from django.utils import timezone
from playwright.sync_api import Locator, Page, expect

from compound.models import Compound, Role
from gate.services.devices import code_of, invite_device
from gate.services.tokens import pass_token
from tests import make

PAGE = "/c/xingfuli/gate/"
WECHAT = "Mozilla/5.0 (Linux; Android 13) AppleWebKit/537.36 Chrome/116 Mobile Safari/537.36 MicroMessenger/8.0.49"


class Guard:
    """A thumb on the phone. Every tap is counted since the last `fresh()`."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.taps = 0

    def tap(self, what: str | Locator) -> None:
        (self.page.locator(what) if isinstance(what, str) else what).first.tap()
        self.taps += 1

    def room(self, text: str) -> None:
        for char in text:
            self.tap(f"[data-key='{char}']")

    def measure(self, temperature: str) -> None:
        degrees, tenth = temperature.split(".")
        self.tap(f"[data-degrees='{degrees}']")
        self.tap(f"[data-tenth='{tenth}']")

    def scan_by_keys(self, text: str) -> None:
        """A hand scanner that is a keyboard."""
        self.page.keyboard.type(text)
        self.page.keyboard.press("Enter")

    def sees(self, verdict: str) -> None:
        expect(self.page.locator(f"[data-verdict='{verdict}']")).to_be_visible()

    def all_sent(self) -> None:
        """A loaded server answers after the second and a half that a phone waits: the rows come later then."""
        expect(self.page.locator("main[data-to-send='0']")).to_be_attached(timeout=30_000)

    def is_between(self) -> None:
        expect(self.page.locator(".between")).to_be_visible()


def card_of(of: Compound, room: str = "20-1702") -> str:
    door = next(door for door in of.households.all() if door.room == room)
    return pass_token(make.gate_pass(of, door).pk)


def code_for(of: Compound) -> str:
    now = timezone.now()
    by = of.memberships.get().user if of.memberships.exists() else make.member(of, Role.COORDINATOR)
    phone = invite_device(
        compound=of, gate=make.gate(of), label="", ends_at=now + dt.timedelta(hours=12), by=by, at=now
    )
    code: str = code_of(phone)
    return code


def on_duty(page: Page, of: Compound) -> Guard:
    page.goto(f"{PAGE}#bind={code_for(of)}")
    page.locator("[data-bind]").tap()
    # Not "between": a camera may have seen the first pass by then.
    expect(page.locator("main:not([data-screen='bind'])")).to_be_visible()
    return Guard(page)


def until_known(guard: Guard, room: str = "20-1702") -> None:
    """Until the roll is on the phone: the surname stands beside the room."""
    guard.room(room)
    expect(guard.page.locator("[data-who]")).not_to_be_empty()


def refused(guard: Guard) -> None:
    """20-1702 has been out and in, and wants out again."""
    for direction in ("out", "in"):
        until_known(guard)
        guard.tap(f"[data-lane='{direction}']")
        guard.tap("[data-go]")
        guard.measure("36.5")
        guard.is_between()
    # The same room and way within five seconds would be one scan.
    guard.page.wait_for_timeout(5_100)
    until_known(guard)
    guard.tap("[data-lane='out']")
    guard.tap("[data-go]")
    guard.sees("refuse")
