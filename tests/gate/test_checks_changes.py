"""What comes after a passage: another reading, an undoing, a correction. Always a row of its own."""

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest
from django.utils import translation

from compound.models import Compound, Household, Role
from gate.models import Check, Conflict, Outing, TemperatureRecord
from gate.services.checks import NewCheck, record_checks
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
    return make.household(compound, "20-1702")


@pytest.fixture
def phone(compound, door) -> Phone:
    return Phone(compound)


def about(answer: dict[str, Any], action: str, *, at: dt.datetime = ELEVEN, **more: Any) -> dict[str, Any]:
    return a_check(at=at, action=action, refers_to=answer["id"], **more)


def outings() -> list[tuple[int | None, str, bool]]:
    return [(o.slot, o.released_why, o.void_at is None) for o in Outing.objects.order_by("pk")]


# ── readings ──────────────────────────────────────


def test_normal_reading_leaves_the_outing_and_opens_nothing(phone):
    out = phone.one("20-1702")

    (reading,) = phone.send(about(out, "reading", temperature="36.5", method="额温枪"))

    assert (reading["verdict"], codes(reading), reading["room"]) == ("allow", [], "20-1702")
    assert outings() == [(1, "", True)]
    assert TemperatureRecord.objects.count() == 0
    row = Check.objects.get(action="reading")
    assert (row.temperature, row.direction, row.shown) == (Decimal("36.5"), "out", "20-1702")


def test_fever_turns_the_exit_back_and_a_normal_reading_lets_it_go(phone):
    out = phone.one("20-1702")

    (hot,) = phone.send(about(out, "reading", temperature="37.3"))
    assert (hot["verdict"], codes(hot)) == ("recheck", ["fever"])
    assert outings() == [(1, "fever", False)]
    assert TemperatureRecord.objects.get().is_fever

    (cool,) = phone.send(about(out, "reading", temperature="36.9"))
    assert (cool["verdict"], codes(cool)) == ("allow", [])
    assert outings() == [(1, "fever", False), (1, "", True)]
    assert Outing.objects.get(void_at=None).check_out.action == "reading"
    assert TemperatureRecord.objects.get().outcome == "cleared"


def test_fever_after_a_cleared_reading_turns_that_exit_back(phone):
    out = phone.one("20-1702", temperature="37.5")
    phone.send(about(out, "reading", temperature="36.9"))

    phone.send(about(out, "reading", temperature="37.8"))

    assert outings() == [(1, "fever", False)]


def test_check_with_its_own_fever_takes_no_slot_until_it_is_cleared(phone):
    out = phone.one("20-1702", temperature="37.3")
    assert (out["verdict"], outings()) == ("recheck", [])
    assert TemperatureRecord.objects.get().check_first_id is not None

    (cool,) = phone.send(about(out, "reading", temperature="37.2"))

    assert (cool["verdict"], outings()) == ("allow", [(1, "", True)])


def test_reading_that_is_cleared_after_another_one_went_out_is_refused(phone):
    out = phone.one("20-1702", temperature="37.3")
    phone.one("20-1702", temperature="36.5")

    (cool,) = phone.send(about(out, "reading", temperature="36.5"))

    assert (cool["verdict"], codes(cool)) == ("refuse", ["quota_used", "already_out"])
    assert outings() == [(1, "", True)]


def test_reading_too_low_asks_again(phone):
    out = phone.one("20-1702")

    (low,) = phone.send(about(out, "reading", temperature="34.9"))

    assert (low["verdict"], codes(low)) == ("recheck", ["reading_implausible"])
    assert not TemperatureRecord.objects.get().is_fever


def test_fever_coming_in_asks_again_and_keeps_the_return(phone):
    phone.one("20-1702", at=ELEVEN - HOUR)
    back = phone.one("20-1702", "in")

    (hot,) = phone.send(about(back, "reading", temperature="38.0"))

    assert (hot["verdict"], codes(hot)) == ("recheck", ["fever"])
    assert Outing.objects.get().back_at == ELEVEN


def test_reading_of_a_full_cap_does_not_count_itself(phone, compound):
    make.rulebook(compound, "限一人", starts_at=ELEVEN - HOUR, max_outside=1)
    out = phone.one("20-1702")

    (reading,) = phone.send(about(out, "reading", temperature="36.5"))

    assert (reading["verdict"], codes(reading)) == ("allow", [])


def test_reading_of_an_unknown_passage_is_an_error_and_one_decided_offline_is_kept(phone):
    unknown = {"id": "5e2f5f0e-0000-4000-8000-000000000000"}

    asked, kept = phone.send(
        about(unknown, "reading", temperature="36.5"), about(unknown, "reading", temperature="36.5", verdict="allow")
    )

    assert (asked["error"]["code"], kept["verdict"]) == ("refers_to_unknown", "allow")


# ── undoing ───────────────────────────────────────


def test_undo_of_an_exit_gives_the_slot_back(phone):
    out = phone.one("20-1702")

    (undone,) = phone.send(about(out, "undo", reason="扫错了"))

    assert (undone["verdict"], [(r["code"], r["text"]) for r in undone["reasons"]]) == (
        "allow",
        [("undone", "已撤销：扫错了")],
    )
    assert outings() == [(1, "undone", False)]
    assert phone.one("20-1702")["verdict"] == "allow"


def test_undo_of_a_return_opens_its_outing_again(phone, compound):
    make.rulebook(compound, "两小时", starts_at=ELEVEN - 24 * HOUR, longest_minutes=60, overstay="forfeit")
    phone.one("20-1702", at=ELEVEN - 3 * HOUR)
    whole = Outing.objects.get().period
    back = phone.one("20-1702", "in")
    assert Outing.objects.get().period.upper > whole.upper

    phone.send(about(back, "undo", reason="是 1703"))

    outing = Outing.objects.get()
    assert (outing.back_at, outing.check_in, outing.period) == (None, None, whole)


@pytest.mark.parametrize(("minutes", "code"), [(15, None), (16, "too_late")])
def test_undo_by_the_same_phone_is_possible_for_15_minutes(phone, clock, minutes, code):
    out = phone.one("20-1702")
    clock(ELEVEN + minutes * MINUTE)

    (undone,) = phone.send(about(out, "undo", reason="扫错了", at=ELEVEN + minutes * MINUTE))

    assert undone.get("error", {}).get("code") == code
    assert outings() == [(1, "", True) if code else (1, "undone", False)]


def test_undo_by_another_phone_is_an_error(phone, compound):
    out = phone.one("20-1702")

    (answer,) = Phone(compound, "西门").send(about(out, "undo", reason="扫错了"))

    assert (answer["error"]["code"], outings()) == ("not_this_phone", [(1, "", True)])


def test_undo_later_at_the_desk_is_possible(phone, compound, clock):
    out = phone.one("20-1702")
    clock(ELEVEN + 5 * HOUR)
    asked = NewCheck(
        id=make.uuid.uuid4(), at=ELEVEN + 5 * HOUR, action="undo", refers_to=Check.objects.get(pk=out["id"]).pk,
        reason="没有出去", source="desk",
    )  # fmt: skip

    (result,) = record_checks(
        compound=compound, gate=phone.device.gate, checks=[asked], at=ELEVEN + 5 * HOUR,
        by=make.member(compound, Role.COORDINATOR),
    )  # fmt: skip

    assert (result.error, outings()) == (None, [(1, "undone", False)])
    assert Check.objects.get(action="undo").by.name == "林涛"


def test_undo_twice_is_an_error_and_its_repeat_is_not(phone):
    out = phone.one("20-1702")
    asked = about(out, "undo", reason="扫错了")
    (first,) = phone.send(asked)

    again, other = phone.send(asked, about(out, "undo", reason="扫错了"))

    assert again == first | {"replayed": True}
    assert other["error"]["code"] == "already_undone"


def test_undo_that_arrives_before_its_check_is_found_by_it(phone):
    out = a_check("20-1702", verdict="allow")
    phone.send(about(out, "undo", reason="扫错了"))

    (answer,) = phone.send(out)

    assert (answer["verdict"], Outing.objects.count(), Check.objects.count()) == ("allow", 0, 2)


def test_undo_of_a_passage_with_readings_voids_what_they_made(phone):
    out = phone.one("20-1702", temperature="37.3")
    phone.send(about(out, "reading", temperature="36.9"))

    phone.send(about(out, "undo", reason="没有出去"))

    assert outings() == [(1, "undone", False)]


# ── correcting ────────────────────────────────────


def test_guard_who_let_somebody_out_against_the_rule_corrects_it(phone):
    phone.one("20-1702", at=ELEVEN - 2 * HOUR)
    phone.one("20-1702", "in", at=ELEVEN - HOUR)
    refused = phone.one("20-1702")

    (answer,) = phone.send(about(refused, "correct", verdict="allow", reason="保安放行"))

    assert (answer["verdict"], codes(answer)) == ("allow", ["quota_used", "corrected"])
    assert outings() == [(1, "", True), (None, "", True)]
    assert Outing.objects.first().out_at == ELEVEN
    assert Conflict.objects.count() == 0


def test_exit_that_the_hours_refused_and_the_guard_let_pass_takes_its_slot(phone, compound):
    make.rulebook(compound, "上午", starts_at=ELEVEN - 24 * HOUR, opens=dt.time(6), closes=dt.time(10))
    refused = phone.one("20-1702")

    phone.send(about(refused, "correct", verdict="allow", reason="保安放行"))

    assert outings() == [(1, "", True)]


def test_exit_written_for_the_wrong_room_is_moved_to_the_right_one(phone, compound):
    right = make.household(compound, "20-1703")
    out = phone.one("20-1702")

    (answer,) = phone.send(about(out, "correct", household="20-1703", reason="看错房号"))

    assert (answer["verdict"], answer["room"]) == ("allow", "20-1703")
    assert outings() == [(1, "corrected", False), (1, "", True)]
    moved = Outing.objects.get(void_at=None)
    assert (moved.household, moved.out_at) == (right, ELEVEN)
    assert phone.one("20-1702")["verdict"] == "allow"


def test_return_written_for_the_wrong_room_is_moved_to_the_right_one(phone, compound):
    make.household(compound, "20-1703")
    phone.one("20-1702", at=ELEVEN - HOUR)
    phone.one("20-1703", at=ELEVEN - HOUR)
    back = phone.one("20-1702", "in")

    phone.send(about(back, "correct", household="20-1703", reason="看错房号"))

    assert {o.household.room: o.back_at for o in Outing.objects.all()} == {"20-1702": None, "20-1703": ELEVEN}


def test_exit_that_did_not_take_place_is_corrected_to_refused(phone):
    out = phone.one("20-1702")

    phone.send(about(out, "correct", verdict="refuse", reason="又回去了"))

    assert outings() == [(1, "corrected", False)]


def test_correction_with_a_room_that_is_none_is_an_error_and_changes_nothing(phone, compound):
    make.household(compound, "3-1-501")
    make.household(compound, "3-2-501")
    out = phone.one("20-1702")

    none, several, card = phone.send(
        about(out, "correct", household="99-101", reason="看错"),
        about(out, "correct", household="3-501", reason="看错"),
        about(out, "correct", card="NOSUCHPASSNOSUCHPASS00", reason="看错"),
    )

    assert [a["error"]["code"] for a in (none, several, card)] == [
        "household_unknown", "household_unknown", "pass_unknown",
    ]  # fmt: skip
    assert (outings(), Check.objects.count()) == ([(1, "", True)], 1)


def test_correction_to_a_pass_takes_that_pass(phone, compound, door):
    make.rulebook(compound, "就医", starts_at=ELEVEN - 24 * HOUR, exempt_kinds=["medical"])
    card = make.gate_pass(compound, door, "medical")
    out = phone.one("20-1702")

    (answer,) = phone.send(about(out, "correct", card=pass_token(card.pk), reason="是就医证"))

    assert answer["kind"] == "medical"
    assert outings() == [(1, "corrected", False), (None, "", True)]


def test_text_that_was_first_shown_stays_in_another_language(phone):
    with translation.override("en"):
        out = a_check("20-1702", verdict="allow", clock_offset_ms=3_600_000)
    (first,) = phone.send(out, **{"Accept-Language": "en"})
    (again,) = phone.send(out)

    assert again["reasons"] == first["reasons"]
