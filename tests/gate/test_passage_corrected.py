"""A passage that was put right: what comes after it speaks about it as it stands now, not as it was first written."""

import datetime as dt
from typing import Any

import pytest

from compound.models import Compound, Household, Role
from gate.models import Check, Conflict, Outing, TemperatureRecord
from gate.services.checks import NewCheck, Result, record_checks
from gate.services.tokens import pass_token
from tests import make
from tests.gate.phones import Phone, a_check, codes
from tests.make import ELEVEN

pytestmark = pytest.mark.django_db
HOUR, MINUTE = dt.timedelta(hours=1), dt.timedelta(minutes=1)


@pytest.fixture
def compound(clock) -> Compound:
    clock(ELEVEN)
    of = make.compound()
    make.rulebook(of)
    return of


@pytest.fixture
def door(compound) -> Household:
    make.household(compound, "20-1703")
    make.household(compound, "20-1704")
    return make.household(compound, "20-1702")


@pytest.fixture
def phone(compound, door) -> Phone:
    return Phone(compound)


@pytest.fixture
def other(compound, phone) -> Phone:
    return Phone(compound, "西门")


def about(answer: dict[str, Any], action: str, *, at: dt.datetime = ELEVEN, **more: Any) -> dict[str, Any]:
    return a_check(at=at, action=action, refers_to=answer["id"], **more)


def desk(phone: Phone, answer: dict[str, Any], action: str, **more: Any) -> Result:
    asked = NewCheck(
        id=make.uuid.uuid4(), at=ELEVEN, action=action, refers_to=make.uuid.UUID(answer["id"]), source="desk", **more
    )
    by = make.member(phone.device.compound, Role.COORDINATOR)
    return record_checks(compound=phone.device.compound, gate=phone.device.gate, checks=[asked], at=ELEVEN, by=by)[0]


def outside() -> list[tuple[str, int | None]]:
    """Who is out, and in which slot."""
    rows = Outing.objects.filter(void_at=None, back_at=None).order_by("pk")
    return [(row.household.room, row.slot) for row in rows]


# ── the room was wrong ────────────────────────────


def test_reading_after_the_room_was_corrected_is_of_the_right_room(phone):
    out = phone.one("20-1702")
    phone.send(about(out, "correct", household="20-1703", reason="看错房号"))

    (normal,) = phone.send(about(out, "reading", temperature="36.5"))

    assert (normal["verdict"], normal["room"], outside()) == ("allow", "20-1703", [("20-1703", 1)])


def test_fever_after_the_room_was_corrected_turns_back_the_right_room(phone):
    out = phone.one("20-1702")
    phone.send(about(out, "correct", household="20-1703", reason="看错房号"))

    (hot,) = phone.send(about(out, "reading", temperature="38.5"))
    assert (hot["verdict"], hot["room"], outside()) == ("recheck", "20-1703", [])
    assert TemperatureRecord.objects.get().household.room == "20-1703"

    (cool,) = phone.send(about(out, "reading", temperature="36.5"))
    assert (cool["verdict"], outside()) == ("allow", [("20-1703", 1)])


def test_room_corrected_twice_leaves_one_outing_at_the_last_one(phone):
    out = phone.one("20-1702")

    phone.send(*[about(out, "correct", household=room, reason="看错") for room in ("20-1703", "20-1704")])

    assert outside() == [("20-1704", 1)]
    assert Outing.objects.filter(void_at=None).count() == 1


def test_correction_of_a_correction_is_of_the_passage(phone):
    out = phone.one("20-1702")
    (first,) = phone.send(about(out, "correct", household="20-1703", reason="看错"))

    (second,) = phone.send(about(first, "correct", household="20-1702", reason="原来没错"))

    assert (second["verdict"], outside()) == ("allow", [("20-1702", 1)])
    assert {str(c.refers_to) for c in Check.objects.filter(action="correct")} == {out["id"]}


def test_undo_after_the_room_was_corrected_undoes_the_right_room(phone):
    out = phone.one("20-1702")
    phone.send(about(out, "correct", household="20-1703", reason="看错房号"))

    phone.send(about(out, "undo", reason="没有出去"))

    assert outside() == []
    assert phone.one("20-1703")["verdict"] == "allow"


def test_undo_of_a_return_after_the_room_was_corrected_opens_the_right_room(phone):
    phone.one("20-1702", at=ELEVEN - HOUR)
    phone.one("20-1703", at=ELEVEN - HOUR)
    back = phone.one("20-1702", "in")
    phone.send(about(back, "correct", household="20-1703", reason="看错房号"))

    phone.send(about(back, "undo", reason="没有进来"))

    assert outside() == [("20-1702", 1), ("20-1703", 1)]


def test_pass_corrected_to_a_room_is_a_household_s_outing(phone, compound, door):
    make.rulebook(compound, "就医", starts_at=ELEVEN - 24 * HOUR, exempt_kinds=["medical"])
    out = phone.one(card=pass_token(make.gate_pass(compound, door, "medical").pk))

    (answer,) = phone.send(about(out, "correct", household="20-1703", reason="拿错证"))

    assert (answer["kind"], codes(answer), outside()) == ("household", ["corrected"], [("20-1703", 1)])


def test_emergency_corrected_to_another_room_stays_an_emergency(phone):
    out = phone.one("20-1702", action="emergency")

    (answer,) = phone.send(about(out, "correct", household="20-1703", reason="看错房号"))

    assert (answer["kind"], outside()) == ("emergency", [("20-1703", None)])


# ── it did not take place, or another verdict ─────


def test_reading_after_the_exit_was_corrected_to_refused_lets_nobody_out(phone):
    out = phone.one("20-1702")
    phone.send(about(out, "correct", verdict="refuse", reason="又回去了"))

    (reading,) = phone.send(about(out, "reading", temperature="36.5"))

    assert (reading["verdict"], outside()) == ("refuse", [])


def test_reading_after_the_guard_let_somebody_pass_is_green(phone):
    phone.one("20-1702", at=ELEVEN - 2 * HOUR)
    phone.one("20-1702", "in", at=ELEVEN - HOUR)
    out = phone.one("20-1702")
    phone.send(about(out, "correct", verdict="allow", reason="保安放行"))

    (reading,) = phone.send(about(out, "reading", temperature="36.5"))

    assert (reading["verdict"], codes(reading)) == ("allow", ["quota_used", "corrected"])
    assert outside() == [("20-1702", None)]


def test_reading_of_an_undone_passage_takes_no_slot_by_whichever_row_it_is_named(phone):
    out = phone.one("20-1702")
    (reading,) = phone.send(about(out, "reading", temperature="36.5"))
    phone.send(about(out, "undo", reason="没有出去"))

    answers = phone.send(
        about(out, "reading", temperature="36.5"), about(reading, "reading", temperature="36.5"),
        about(reading, "correct", verdict="allow", reason="出去了"),
    )  # fmt: skip

    assert outside() == []
    assert answers[2]["error"]["code"] == "already_undone"


def test_undo_of_a_reading_twice_is_an_error(phone):
    out = phone.one("20-1702")
    (reading,) = phone.send(about(out, "reading", temperature="36.5"))

    first, second = phone.send(about(reading, "undo", reason="扫错"), about(reading, "undo", reason="扫错"))

    assert (first["verdict"], second["error"]["code"]) == ("allow", "already_undone")
    assert Check.objects.filter(action="undo").count() == 1


def test_correction_that_is_sent_after_a_later_one_changes_nothing(phone):
    out = phone.one("20-1702")
    phone.send(about(out, "correct", household="20-1704", reason="看错", at=ELEVEN))
    (late,) = phone.send(about(out, "correct", household="20-1703", reason="看错", at=ELEVEN - MINUTE))

    assert (late["room"], outside()) == ("20-1703", [("20-1704", 1)])


# ── an entry is never refused ─────────────────────


@pytest.mark.parametrize("outcome", ["sent_home", "hospital"])
@pytest.mark.parametrize("verdict", ["refuse", "recheck"])
def test_outcome_of_a_fever_coming_in_closes_the_record_and_leaves_the_return(phone, outcome, verdict):
    phone.one("20-1702", at=ELEVEN - HOUR)
    back = phone.one("20-1702", "in", temperature="38.0")

    (answer,) = phone.send(about(back, "correct", verdict=verdict, reason=outcome))

    assert (answer["verdict"], outside()) == ("recheck", [])
    assert Outing.objects.get().back_at == ELEVEN
    assert TemperatureRecord.objects.get().outcome == outcome


def test_entry_corrected_to_refused_is_an_error_and_stays(phone):
    phone.one("20-1702", at=ELEVEN - HOUR)
    back = phone.one("20-1702", "in")

    (answer,) = phone.send(about(back, "correct", verdict="refuse", reason="没有进来"))

    assert (answer["error"]["code"], outside()) == ("entry_stays", [])


def test_reading_of_an_entry_that_closed_nothing_ends_no_later_outing(phone, other):
    back = phone.one("20-1702", "in", at=ELEVEN - 2 * MINUTE)
    other.one("20-1702", at=ELEVEN - MINUTE)

    phone.send(about(back, "reading", temperature="36.5"))

    assert outside() == [("20-1702", 1)]


# ── a reading decides the temperature, not the passage ─


def test_reading_after_the_gate_closed_keeps_who_was_let_out(phone, compound, clock):
    make.rulebook(compound, "至11点", starts_at=ELEVEN - 24 * HOUR, opens=dt.time(6), closes=dt.time(11, 1))
    out = phone.one("20-1702")
    later = ELEVEN + 2 * MINUTE
    clock(later)

    (normal,) = phone.send(about(out, "reading", at=later, temperature="36.5"))

    assert (normal["verdict"], normal["reasons"], outside()) == ("allow", [], [("20-1702", 1)])
    assert normal["next_out_at"] == out["next_out_at"]


def test_reading_after_the_gate_opened_leaves_the_refusal(phone, compound, clock):
    make.rulebook(compound, "11点起", starts_at=ELEVEN - 24 * HOUR, opens=dt.time(11, 1), closes=dt.time(20))
    out = phone.one("20-1702")
    later = ELEVEN + 2 * MINUTE
    clock(later)

    (normal,) = phone.send(about(out, "reading", at=later, temperature="36.5"))

    assert (normal["verdict"], codes(normal), outside()) == ("refuse", ["outside_hours"], [])
    assert normal["reasons"] == out["reasons"]


def test_reading_of_an_exit_decided_offline_stays_green_where_the_server_knows_a_conflict(phone, other):
    other.one("20-1702", at=ELEVEN - HOUR)
    out = phone.one("20-1702", verdict="allow")
    assert out["conflict"]

    (normal,) = phone.send(about(out, "reading", temperature="36.5"))

    assert (normal["verdict"], outside()) == ("allow", [("20-1702", 1), ("20-1702", None)])


def test_fever_read_before_a_normal_reading_and_sent_after_it_turns_nobody_back(phone, clock):
    out = phone.one("20-1702")
    clock(ELEVEN + 9 * MINUTE)
    phone.send(about(out, "reading", temperature="36.5", at=ELEVEN + 8 * MINUTE, verdict="allow"))

    phone.send(about(out, "reading", temperature="37.6", at=ELEVEN + 2 * MINUTE, verdict="recheck"))

    assert outside() == [("20-1702", 1)]


# ── what the phone had decided ────────────────────


def test_exit_that_the_phone_let_out_while_the_server_refused_is_a_conflict(phone, other):
    other.one("20-1702", at=ELEVEN - HOUR)
    out = phone.one("20-1702")
    assert out["verdict"] == "refuse"

    (answer,) = phone.send(about(out, "correct", verdict="allow", reason="decided_by_phone"))

    assert (answer["verdict"], answer["conflict"]) == ("allow", True)
    assert outside() == [("20-1702", 1), ("20-1702", None)]
    pair = Conflict.objects.get()
    assert (pair.earlier.event_at, pair.later_id) == (ELEVEN - HOUR, make.uuid.UUID(answer["id"]))


def test_exit_that_the_phone_let_out_and_that_fits_is_no_conflict(phone, compound, clock):
    make.rulebook(compound, "至10点", starts_at=ELEVEN - 24 * HOUR, opens=dt.time(6), closes=dt.time(10))
    out = phone.one("20-1702")
    clock(ELEVEN + HOUR)

    (answer,) = phone.send(about(out, "correct", verdict="allow", reason="decided_by_phone"))

    assert (answer["conflict"], outside(), Conflict.objects.count()) == (False, [("20-1702", 1)], 0)


def test_phone_s_own_correction_of_a_reading_long_after_the_passage_is_taken(phone, clock):
    out = phone.one("20-1702", temperature="37.5")
    later = ELEVEN + 20 * MINUTE
    clock(later)
    phone.send(about(out, "reading", temperature="37.4", at=later))

    (answer,) = phone.send(about(out, "correct", verdict="allow", reason="decided_by_phone", at=later))

    assert (answer["verdict"], outside()) == ("allow", [("20-1702", 1)])


def test_undoing_that_another_compound_sent_is_no_undoing(phone, compound):
    asked = a_check("20-1702")
    elsewhere = Phone(make.compound("other", "别处"), token="tok-else")
    elsewhere.send(a_check(action="undo", refers_to=asked["id"], reason="扫错了"))

    (out,) = phone.send(asked)
    (again,) = phone.send(about(out, "undo", reason="没有出去"))

    assert (out["verdict"], "error" in again, outside()) == ("allow", False, [])


def test_desk_that_writes_the_phone_s_reason_is_no_phone(phone, other):
    other.one("20-1702", at=ELEVEN - HOUR)
    out = phone.one("20-1702")

    answer = desk(phone, out, "correct", verdict="allow", reason="decided_by_phone")

    assert (answer.error, answer.conflict, Conflict.objects.count()) == (None, False, 0)


# ── an emergency that is sent late ────────────────


def test_emergency_by_room_that_is_sent_after_its_return_is_closed_with_it(phone, other):
    back = other.one("20-1702", "in")

    phone.one("20-1702", at=ELEVEN - HOUR, action="emergency", verdict="allow")

    outing = Outing.objects.get()
    assert (outing.kind, outing.back_at, str(outing.check_in_id)) == ("emergency", ELEVEN, back["id"])
