"""Gate phones without a network: nothing is lost, nothing is there twice, and nobody is blamed for another's exit.

The real page, worker and IndexedDB in Chromium against the real server. Acts go through a session of their own
beside the page's (`engine`), as in a second tab; what the screens make of it is tested in test_gate_phone.py.
"""

import datetime as dt
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.utils import timezone
from playwright.sync_api import Browser

from compound.models import Compound, Role
from compound.servers.paths import BASE_DIR
from gate.models import Check, Conflict, Device, Outing
from gate.services.devices import end_device, invite_device, revoke_device
from tests import make
from tests.browser.conftest import Server, Visitor
from tests.browser.gate_phone import OPEN, GatePhone
from tests.browser.network import until_true
from tests.embedded import SERVERS

ROOMS = [f"20-{n}02" for n in range(1, 31)]
NOBODY_LOOKS = """() => {
    Object.defineProperty(document, "visibilityState", { get: () => "hidden" });
    document.dispatchEvent(new Event("visibilitychange"));
}"""


@pytest.fixture
def new_phone(browser: Browser, server: str) -> Iterator[Callable[..., GatePhone]]:
    yield from _phones(browser, server)


def _phones(browser: Browser, server: str) -> Iterator[Callable[..., GatePhone]]:
    visitors: list[Visitor] = []

    def make_one(address: str = server) -> GatePhone:
        visitors.append(Visitor(browser, address, 390, 844, phone=True))
        return GatePhone(visitors[-1])

    yield make_one
    for visitor in visitors:
        visitor.context.close()
    assert [fault for visitor in visitors for fault in visitor.faults] == []


@pytest.fixture
def xingfuli(transactional_db: None) -> Compound:
    """Thirty households, one person every two days since a week ago, 东门 and 南门."""
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


def test_two_phones_when_the_network_is_off_have_all_twenty_passages_on_the_server_once(
    xingfuli: Compound, new_phone: Callable[..., GatePhone]
) -> None:
    east, south = new_phone(), new_phone()
    for phone, gate in ((east, "东门"), (south, "南门")):
        phone.open()
        phone.bind(invited(xingfuli, gate))
        phone.keep()
        phone.network(False)
    # Ten at the east gate, ten at the south gate; three households go out at both, first in the east.
    answers = [east.judge(room) for room in ROOMS[:7]] + [east.judge(room, "in") for room in ROOMS[:3]]
    answers += [south.judge(room) for room in ROOMS[4:11]] + [south.judge(room, "in") for room in ROOMS[8:11]]
    assert [(a["verdict"], a["from"], a["reasons"]) for a in answers] == [("allow", "phone", [])] * 20

    for phone in (east, south):
        phone.reload()
        # Nobody has asked the server yet: that it is away shows with the first question.
        phone.until("offline", True)
        assert (phone.status["unsent"], phone.status["today"]) == (10, {"out": 7, "in": 3})
    assert Check.objects.count() == 0

    # The later passages are uploaded first.
    for phone in (south, east):
        phone.network(True)
        phone.flush()
        phone.until("unsent", 0)
        assert [row["error"] for row in phone.aside] == []
    assert set(Check.objects.values_list("pk", flat=True)) == {_uuid(a["id"]) for a in answers}
    assert Check.objects.filter(decided_offline=True, verdict="allow").count() == 20
    # Pairs by the time of the events: the east gate's are the earlier ones, and nothing is held against them.
    pairs = Conflict.objects.order_by("household__sort_key")
    assert [(c.household and c.household.room, c.earlier.gate.name, c.later.gate.name) for c in pairs] == [
        (room, "东门", "南门") for room in ROOMS[4:7]
    ]
    assert [reason for check in Check.objects.filter(gate__name="东门") for reason in check.reasons] == []
    # Eleven households were out, each was granted one outing.
    assert Outing.objects.filter(slot__isnull=False, released_at=None).count() == 11
    for phone in (east, south):
        phone.flush()
    assert Check.objects.count() == 20


def test_phone_when_the_server_dies_in_the_middle_of_a_flush_loses_and_doubles_nothing(
    xingfuli: Compound, browser: Browser, server: str
) -> None:
    mine = Server(_database_url())
    phones = _phones(browser, mine.url)
    phone = next(phones)()
    try:
        phone.open()
        phone.bind(invited(xingfuli))
        phone.network(False)
        ids = {_uuid(phone.judge(room, way)["id"]) for way in ("out", "in") for room in ROOMS}
        assert len(ids) == 60
        phone.network(True)
        phone.page.evaluate("() => { engine.flush(); }")
        end = time.monotonic() + 10
        while Check.objects.count() < 10 and time.monotonic() < end:
            time.sleep(0.002)
        mine.kill()
        there = Check.objects.count()
        assert 10 <= there < 60
        phone.until("offline", True)
        assert phone.status["unsent"] == 60
        mine = Server(_database_url(), mine.port)
        phone.until("unsent", 0)
        assert set(Check.objects.values_list("pk", flat=True)) == ids
        assert Outing.objects.count() == 30
        assert Outing.objects.filter(back_at=None).count() == 0
        assert Conflict.objects.count() == 0
    finally:
        mine.stop()
        next(phones, None)


def test_answer_when_it_comes_too_late_and_differs_corrects_the_log_to_what_the_guard_did(
    xingfuli: Compound, new_phone: Callable[..., GatePhone]
) -> None:
    phone = new_phone()
    phone.open()
    phone.bind(invited(xingfuli))
    # The other gate has let the household out meanwhile; this phone's roll does not know.
    other = make.device(make.gate(xingfuli, "南门"), at=timezone.now())
    earlier = make.check(xingfuli.households.get(room=ROOMS[0]), at=timezone.now(), phone=other)
    make.outing(earlier)
    # The question reaches the server, its answer does not reach the phone.
    phone.page.route("**/gate/roll*", lambda route: route.abort())
    phone.page.route("**/gate/checks", lambda route: (route.fetch(), route.abort()))
    answer = phone.judge(ROOMS[0])
    assert (answer["verdict"], answer["from"]) == ("allow", "phone")
    asked = Check.objects.get(pk=answer["id"])
    assert (asked.verdict, [reason["code"] for reason in asked.reasons]) == ("refuse", ["quota_used", "already_out"])

    phone.page.unroute_all(behavior="wait")
    phone.flush()
    phone.until("unsent", 0)
    assert (phone.status["differing"], phone.status["aside"]) == (1, 0)
    correction = Check.objects.get(refers_to=asked.pk)
    assert (correction.action, correction.verdict, correction.reason) == ("correct", "allow", "decided_by_phone")
    # He is outside, and it is no second slot.
    outing = Outing.objects.get(check_out=correction)
    assert (outing.slot, outing.back_at, outing.void_at) == (None, None, None)


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


def test_phone_when_it_loses_its_database_connection_opens_it_again(
    xingfuli: Compound, new_phone: Callable[..., GatePhone]
) -> None:
    phone = new_phone()
    phone.open()
    phone.bind(invited(xingfuli))
    phone.network(False)
    phone.page.evaluate("async () => { (await engine.store.open()).close(); }")
    phone.judge(ROOMS[0])
    assert phone.kept("rows") == 1


def test_two_tabs_when_one_judges_both_say_how_much_is_unsent(
    xingfuli: Compound, new_phone: Callable[..., GatePhone]
) -> None:
    phone = new_phone()
    phone.open()
    phone.bind(invited(xingfuli))
    phone.keep()
    other = GatePhone(phone.visitor)
    other.open()
    phone.network(False)
    phone.judge(ROOMS[0])
    other.judge(ROOMS[1])
    for tab in (phone, other):
        tab.until("unsent", 2)
    # What one tab has let out the other knows.
    assert other.judge(ROOMS[0])["verdict"] == "refuse"
    phone.network(True)
    other.flush()
    for tab in (phone, other):
        tab.until("unsent", 0)
    assert Check.objects.count() == 3


def test_page_when_a_new_version_is_there_comes_when_nobody_looks_and_keeps_the_outbox(
    xingfuli: Compound, browser: Browser, server: str, tmp_path: Path
) -> None:
    """Two versions of the collected files, under hashed names; the second one also migrates the phone's database."""
    source, data = tmp_path / "static", tmp_path / "data"
    shutil.copytree(BASE_DIR / "static", source)
    data.mkdir()
    (tmp_path / "newer_settings.py").write_text(
        f"from compound.settings import *\nSTATICFILES_DIRS = [{str(source)!r}]\n", encoding="utf-8"
    )
    more = {
        "DATA_DIR": str(data),
        "DJANGO_SETTINGS_MODULE": "newer_settings",
        "PYTHONPATH": str(tmp_path),
        "SECRET_KEY": settings.SECRET_KEY,
    }
    _collect(more)
    mine = Server(_database_url(), more=more)
    phones = _phones(browser, mine.url)
    phone = next(phones)()
    try:
        phone.open()
        phone.bind(invited(xingfuli))
        phone.keep()
        phone.reload()
        old = phone.page.evaluate("async () => (await caches.keys()).join()")
        phone.network(False)
        phone.judge(ROOMS[0])
        mine.stop()
        store = source / "js/gate/store.js"
        text = store.read_text(encoding="utf-8")
        migrated = text.replace("\n];\n// iOS", '\n  (db) => {\n    db.createObjectStore("later");\n  },\n];\n// iOS')
        assert migrated != text
        store.write_text(migrated, encoding="utf-8")
        _collect(more)
        mine = Server(_database_url(), mine.port, more)

        # The API is kept away, so that the row is still unsent when the new page opens.
        phone.page.context.route("**/api/v1/gate/**", lambda route: route.abort())
        phone.network(True)
        phone.reload()
        phone.page.evaluate("async () => { await (await navigator.serviceWorker.ready).update(); }")
        phone.until("update", True)
        phone.page.evaluate("() => { window.isOld = true; }")
        phone.page.wait_for_timeout(1_000)
        assert phone.page.evaluate("() => window.isOld") is True
        phone.page.evaluate(NOBODY_LOOKS)
        phone.page.wait_for_function("() => window.isOld === undefined", polling=200, timeout=60_000)
        phone.page.wait_for_load_state("load")
        phone.page.evaluate(OPEN)
        names = phone.page.evaluate("async () => [...(await engine.store.open()).objectStoreNames]")
        assert names == ["bindings", "facts", "households", "later", "rows"]
        assert (phone.status["unsent"], phone.status["update"]) == (1, False)
        assert phone.page.evaluate("async () => (await caches.keys()).join()") != old

        phone.page.context.unroute_all()
        phone.flush()
        phone.until("unsent", 0)
        assert Check.objects.count() == 1
    finally:
        mine.stop()
        next(phones, None)


def test_phone_over_plain_http_without_worker_locks_and_crypto_still_keeps_and_sends(
    xingfuli: Compound, browser: Browser, server: str
) -> None:
    """A name in the LAN is no secure context; only a browser of its own can be told that the name is here."""
    mine = Server(_database_url(), more={"ALLOWED_HOSTS": "127.0.0.1,gate.lan"})
    chromium = browser.browser_type.launch(
        executable_path=shutil.which("chromium"),
        args=["--host-resolver-rules=MAP gate.lan 127.0.0.1", "--no-sandbox"],
    )
    address = f"http://gate.lan:{mine.port}"
    phones = _phones(chromium, address)
    phone = next(phones)()
    try:
        phone.open()
        bare = "() => [isSecureContext, 'serviceWorker' in navigator, 'locks' in navigator, 'randomUUID' in crypto]"
        assert phone.page.evaluate(bare) == [False, False, False, False]
        phone.bind(invited(xingfuli))
        phone.network(False)
        assert phone.judge(ROOMS[0])["verdict"] == "allow"
        assert phone.status["unsent"] == 1
        phone.network(True)
        phone.flush()
        phone.until("unsent", 0)
        assert Check.objects.count() == 1
        # Chromium says so of every page without TLS.
        phone.visitor.faults = [f for f in phone.visitor.faults if "Cross-Origin-Opener-Policy" not in f]
        next(phones, None)
    finally:
        chromium.close()
        mine.stop()


def _uuid(text: str) -> Any:
    return Check._meta.pk.to_python(text)


def _database_url() -> str:
    base, _, _ = SERVERS.database_url.rpartition("/")
    return f"{base}/{settings.DATABASES['default']['NAME']}"


def _collect(more: dict[str, str]) -> None:
    import os

    subprocess.run(
        [sys.executable, "-m", "django", "collectstatic", "--noinput", "--verbosity=0"],
        cwd=BASE_DIR, env={**os.environ, **more, "PYTHONPATH": f"{more['PYTHONPATH']}:{BASE_DIR}"}, check=True,
    )  # fmt: skip
