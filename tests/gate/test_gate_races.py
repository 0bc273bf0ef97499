"""Four gates at the same moment: one outing, one row, one answer. And what a check costs."""

import datetime as dt
import threading
from collections import Counter
from functools import partial
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from compound.models import Compound
from gate.models import Check, Outing
from gate.services.tokens import pass_token
from tests import make
from tests.at_once import Other
from tests.gate.phones import Phone, a_check, codes
from tests.make import ELEVEN

pytestmark = pytest.mark.django_db(transaction=True)
GATES = ("东门", "南门", "西门", "北门")
HOUR = dt.timedelta(hours=1)
# The embedded PostgreSQL has 60, and the real server never holds more than 8 of them at once.
CONNECTIONS = 40


@pytest.fixture
def compound(clock) -> Compound:
    clock(ELEVEN)
    of = make.compound()
    make.rulebook(of)
    make.household(of, "20-1702")
    return of


@pytest.fixture
def phones(compound) -> list[Phone]:
    return [Phone(compound, gate) for gate in GATES]


def at_once(phones: list[Phone], checks: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Each check as a request of its own, all at the same moment, from the gates in turn."""
    places = threading.Semaphore(CONNECTIONS)

    def sent(number: int, check: dict[str, Any]) -> dict[str, Any]:
        with places:
            try:
                return phones[number % len(phones)].send(check)[0]
            finally:
                connection.close()

    others = [Other(partial(sent, number, check)) for number, check in enumerate(checks)]
    answers = [other.ended() for other in others]
    assert not [answer for answer in answers if isinstance(answer, BaseException)], answers
    return answers


def test_64_exits_at_four_gates_are_one_outing_and_63_refusals(phones):
    answers = at_once(phones, [a_check("20-1702") for _ in range(64)])

    assert Counter(answer["verdict"] for answer in answers) == {"allow": 1, "refuse": 63}
    assert Counter(codes(answer)[0] for answer in answers if answer["verdict"] == "refuse") == {"quota_used": 63}
    assert (Outing.objects.count(), Check.objects.count()) == (1, 64)
    outing = Outing.objects.get()
    assert (outing.slot, outing.check_out.verdict) == (1, "allow")


def test_64_exits_where_three_may_go_are_three_outings_in_three_slots(phones, compound):
    make.rulebook(compound, "三人", starts_at=ELEVEN - HOUR, persons=3)

    answers = at_once(phones, [a_check("20-1702") for _ in range(64)])

    assert Counter(answer["verdict"] for answer in answers) == {"allow": 3, "refuse": 61}
    assert sorted(Outing.objects.values_list("slot", flat=True)) == [1, 2, 3]


def test_32_repeats_of_one_exit_are_one_row_and_32_equal_answers(phones):
    asked = a_check("20-1702")

    answers = at_once(phones, [asked] * 32)

    assert Counter(answer.pop("replayed") for answer in answers) == {False: 1, True: 31}
    assert answers == [answers[0]] * 32
    assert answers[0]["verdict"] == "allow"
    assert (Check.objects.count(), Outing.objects.count()) == (1, 1)


def test_32_repeats_of_one_return_are_one_row_and_32_equal_answers(phones):
    phones[0].one("20-1702", at=ELEVEN - HOUR)
    asked = a_check("20-1702", "in")

    answers = at_once(phones, [asked] * 32)

    assert Counter(answer.pop("replayed") for answer in answers) == {False: 1, True: 31}
    assert answers == [answers[0]] * 32
    assert (answers[0]["reasons"], Check.objects.count()) == ([], 2)
    assert str(Outing.objects.get().check_in_id) == asked["id"]


def test_32_repeats_of_an_unknown_code_are_one_row(phones):
    asked = a_check(card="NOSUCHPASSNOSUCHPASS00")

    answers = at_once(phones, [asked] * 32)

    assert Counter(answer.pop("replayed") for answer in answers) == {False: 1, True: 31}
    assert answers == [answers[0]] * 32
    assert Check.objects.count() == 1


def test_16_returns_of_one_household_close_its_outing_once(phones):
    phones[0].one("20-1702", at=ELEVEN - HOUR)

    answers = at_once(phones, [a_check("20-1702", "in") for _ in range(16)])

    assert Counter(tuple(codes(answer)) for answer in answers) == {(): 1, ("not_out",): 15}


def test_24_households_where_five_may_be_outside_are_five_outings(phones, compound):
    make.rulebook(compound, "限五人", starts_at=ELEVEN - HOUR, max_outside=5)
    for n in range(24):
        make.household(compound, f"7-{n + 1}01")

    answers = at_once(phones, [a_check(f"7-{n + 1}01") for n in range(24)])

    assert Counter(tuple(codes(answer)) for answer in answers) == {(): 5, ("too_many_outside",): 19}
    assert Outing.objects.count() == 5


def test_offline_exits_sent_by_four_phones_at_once_are_one_slot_and_pairs(phones):
    answers = at_once(
        phones, [a_check("20-1702", at=ELEVEN - n * HOUR, verdict="allow") for n in range(4)]
    )  # fmt: skip

    assert Counter(answer["verdict"] for answer in answers) == {"allow": 4}
    assert Counter(answer["conflict"] for answer in answers) == {False: 1, True: 3}
    assert sorted(Outing.objects.values_list("slot", flat=True), key=str) == [1, None, None, None]


def test_8_corrections_of_one_passage_at_once_leave_one_outing(phones, compound):
    for n in range(8):
        make.household(compound, f"7-{n + 1}01")
    out = phones[0].one("20-1702")
    change = {"action": "correct", "refers_to": out["id"], "reason": "看错房号"}

    answers = at_once(phones[:1], [a_check(f"7-{n + 1}01", **change) for n in range(8)])

    assert Counter(answer["verdict"] for answer in answers) == {"allow": 8}
    assert Outing.objects.filter(void_at=None).count() == 1


def test_8_undoings_of_one_passage_at_once_are_one(phones):
    out = phones[0].one("20-1702")
    change = {"action": "undo", "refers_to": out["id"], "reason": "扫错了"}

    answers = at_once(phones[:1], [a_check(**change) for _ in range(8)])

    assert Counter(answer.get("error", {}).get("code") for answer in answers) == {None: 1, "already_undone": 7}
    assert Check.objects.filter(action="undo").count() == 1


def test_undoing_and_its_passage_at_once_leave_nobody_outside(phones, compound):
    rooms = [make.household(compound, f"7-{n + 1}01").room for n in range(8)]
    outs = [a_check(room, verdict="allow") for room in rooms]
    undoings = [a_check(action="undo", refers_to=out["id"], reason="扫错了") for out in outs]

    at_once(phones[:1], [check for pair in zip(outs, undoings, strict=True) for check in pair])

    assert Outing.objects.filter(void_at=None).count() == 0


# ── what it costs ─────────────────────────────────


def statements(phone: Phone, check: dict[str, Any]) -> int:
    with CaptureQueriesContext(connection) as captured:
        (answer,) = phone.send(check)
    assert "error" not in answer
    # Two of them go in one message.
    return sum(max(1, q["sql"].count("EXECUTE ")) for q in captured if q["sql"] not in ("BEGIN", "COMMIT"))


def test_check_is_six_statements_at_the_most(phones, compound):
    phone = phones[0]
    make.rulebook(compound, "限五人", starts_at=ELEVEN - HOUR, max_outside=5)
    card = pass_token(make.gate_pass(compound, make.household(compound, "7-101")).pk)

    out, refused, back = a_check("20-1702", temperature="36.6"), a_check("20-1702"), a_check("20-1702", "in")
    counts = [statements(phone, check) for check in (out, refused, back)]
    by_pass = [statements(phone, a_check(card=card)), statements(phone, a_check(card=card, direction="in"))]
    offline = statements(phone, a_check(card=card, direction="in", verdict="allow"))
    reading = statements(phone, {**a_check(direction="out"), "action": "reading", "refers_to": out["id"],
                                 "temperature": "36.6"})  # fmt: skip

    # Two more for the first check: compound and gate, and the rules, each read once after a change.
    assert (counts, by_pass, offline, reading) == ([8, 5, 6], [6, 6], 5, 6)
    assert statements(phone, out) == 3


def test_check_without_a_cap_is_four_statements_in_three_messages(phones, compound):
    phone = phones[0]
    phone.one("20-1702", "in")
    card = pass_token(make.gate_pass(compound, make.household(compound, "7-101")).pk)
    with CaptureQueriesContext(connection) as captured:
        (answer,) = phone.send(a_check(card=card))

    assert (answer["verdict"], len(captured)) == ("allow", 3)
    checks = [a_check("20-1702"), a_check("20-1702"), a_check("20-1702", "in"), a_check(card=card, direction="in")]
    assert [statements(phone, check) for check in checks] == [4, 4, 4, 4]
