"""Gate phones without a network: nothing is lost, nothing is there twice, and nobody is blamed for another's exit.

The real page, worker and IndexedDB in Chromium against the real server. Acts go through a session of their own
beside the page's (`engine`), as in a second tab; what the screens make of it is tested in test_gate_phone.py.
How a binding ends: test_gate_binding.py; another version of the page, or one without TLS: test_gate_versions.py.
"""

import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.utils import timezone
from playwright.sync_api import Browser

from compound.models import Compound
from gate.models import Check, Conflict, Outing
from tests import make
from tests.browser.conftest import Server
from tests.browser.gate_phone import ROOMS, GatePhone, database_url, invited, phones_at, thirty_households


@pytest.fixture
def new_phone(browser: Browser, server: str) -> Iterator[Callable[..., GatePhone]]:
    yield from phones_at(browser, server)


@pytest.fixture
def xingfuli(transactional_db: None) -> Compound:
    return thirty_households()


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
    mine = Server(database_url())
    phones = phones_at(browser, mine.url)
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
        mine = Server(database_url(), mine.port)
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


def _uuid(text: str) -> Any:
    return Check._meta.pk.to_python(text)
