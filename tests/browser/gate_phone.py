"""A gate phone as a test holds it: the page, and what the guard does by a session of its own beside the page's."""

import datetime as dt
from collections.abc import Callable, Iterator
from typing import Any

from django.conf import settings
from django.utils import timezone
from playwright.sync_api import Browser, Page

from compound.models import Compound, Role
from gate.models import Device
from gate.services.devices import code_of, invite_device
from tests import make
from tests.browser.conftest import Visitor
from tests.browser.network import network_away, network_back
from tests.embedded import SERVERS

PAGE = "/c/xingfuli/gate/"
ROOMS = [f"20-{n}02" for n in range(1, 31)]
# The page's own module, under the name that it has in this version.
OPEN = """async () => {
    const page = document.querySelector("script[type=module]").src;
    const [, name] = /["'](\\.\\/session\\.[^"']*)["']/.exec(await (await fetch(page)).text());
    window.engine = await (await import(new URL(name, page).href)).openSession();
}"""
KEPT = """async () => {
    const ready = await navigator.serviceWorker.ready;
    return ready.active.state === "activated" || new Promise((done) => {
        ready.active.onstatechange = ({ target }) => target.state === "activated" && done(true);
    });
}"""


class GatePhone:
    """A phone in somebody's hand: its page, and what the guard does, by the engine of the page."""

    def __init__(self, visitor: Visitor) -> None:
        self.visitor = visitor
        self.page: Page = visitor.context.new_page()

    def open(self, url: str = PAGE) -> None:
        self.page.goto(url)
        self.page.evaluate(OPEN)

    def reload(self) -> None:
        self.page.reload()
        self.page.evaluate(OPEN)

    def keep(self) -> None:
        """Until the worker has everything."""
        assert self.page.evaluate(KEPT) is True

    def bind(self, phone: Device) -> None:
        self.page.evaluate("(code) => engine.bind(code)", code_of(phone))

    def network(self, there: bool) -> None:
        (network_back if there else network_away)(self.page)

    def judge(self, room: str, direction: str = "out", **more: Any) -> dict[str, Any]:
        asked = {"by": "room", "text": room, "direction": direction, **more}
        answer: dict[str, Any] = self.page.evaluate("(asked) => engine.judge(asked)", asked)
        return answer

    @property
    def status(self) -> dict[str, Any]:
        status: dict[str, Any] = self.page.evaluate("() => engine.status")
        return status

    @property
    def aside(self) -> list[dict[str, Any]]:
        rows: list[dict[str, Any]] = self.page.evaluate("() => engine.aside()")
        return rows

    def flush(self) -> None:
        self.page.evaluate("() => engine.flush()")

    def until(self, name: str, value: Any) -> None:
        told = "([name, value]) => JSON.stringify(engine.status[name]) === JSON.stringify(value)"
        self.page.wait_for_function(told, arg=[name, value], timeout=30_000, polling=200)

    def kept(self, box: str) -> int:
        """How many values a store of the phone holds."""
        count: int = self.page.evaluate("async (box) => (await engine.store.all(box)).length", box)
        return count


def phones_at(browser: Browser, server: str) -> Iterator[Callable[..., GatePhone]]:
    """A maker of phones; the next step of the iterator puts them away and looks for faults."""
    visitors: list[Visitor] = []

    def make_one(address: str = server, zone: str = "Asia/Shanghai") -> GatePhone:
        visitors.append(Visitor(browser, address, 390, 844, phone=True, zone=zone))
        return GatePhone(visitors[-1])

    yield make_one
    for visitor in visitors:
        visitor.context.close()
    assert [fault for visitor in visitors for fault in visitor.faults] == []


def thirty_households() -> Compound:
    """Of `ROOMS`: one person every two days since a week ago, 东门 and 南门."""
    of = make.compound()
    for room in ROOMS:
        make.household(of, room)
    now = timezone.now()
    make.rulebook(of, starts_at=now - dt.timedelta(days=7))
    for name in ("东门", "南门"):
        make.gate(of, name)
    return of


def invited(of: Compound, gate: str = "东门") -> Device:
    now = timezone.now()
    by = make.member(of, Role.COORDINATOR) if not of.memberships.exists() else of.memberships.get().user
    return invite_device(
        compound=of, gate=make.gate(of, gate), label=gate, ends_at=now + dt.timedelta(hours=12), by=by, at=now
    )


def database_url() -> str:
    base, _, _ = SERVERS.database_url.rpartition("/")
    return f"{base}/{settings.DATABASES['default']['NAME']}"
