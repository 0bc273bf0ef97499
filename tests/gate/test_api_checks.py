"""POST /api/v1/gate/checks, as a phone sends it."""

import datetime as dt

import pytest
from django.test import Client

from compound.models import Compound
from gate.models import Check, Outing
from gate.services.tokens import pass_token
from tests import make
from tests.gate.phones import URL, Phone, a_check, codes
from tests.make import ELEVEN

pytestmark = pytest.mark.django_db


@pytest.fixture
def compound(clock) -> Compound:
    clock(ELEVEN)
    of = make.compound()
    make.rulebook(of)
    return of


@pytest.fixture
def phone(compound) -> Phone:
    return Phone(compound)


def test_check_by_room_when_no_outing_yet_is_let_through_and_recorded(phone, compound):
    door = make.household(compound, "20-1702")
    make.resident(door, "周旻")
    asked = a_check(household="20栋1702", temperature="36.6", method="额温枪")

    (answer,) = phone.send(asked)

    assert answer == {
        "id": asked["id"], "verdict": "allow", "amber": False, "reasons": [], "conflict": False,
        "next_out_on": "2022-08-25", "next_out_at": "2022-08-25T00:00:00+08:00", "room": "20-1702", "surname": "周",
        "kind": "household", "direction": "out", "replayed": False,
    }  # fmt: skip
    row = Check.objects.get()
    assert (str(row.id), row.household, row.device, row.shown) == (asked["id"], door, phone.device, "20栋1702")
    assert (str(row.temperature), row.method, row.rulebook.notice) == ("36.6", "额温枪", "8月20日通告")
    outing = Outing.objects.get()
    assert (outing.check_out, outing.household, outing.slot, outing.out_at) == (row, door, 1, ELEVEN)
    assert outing.period.lower == ELEVEN.replace(hour=0)
    assert outing.period.upper == dt.datetime(2022, 8, 25, tzinfo=make.SHANGHAI)


def test_check_when_the_household_went_out_is_refused_with_gate_time_and_next(phone, compound):
    make.household(compound, "20-1702")
    phone.send(a_check(household="20-1702", at=ELEVEN - dt.timedelta(hours=2)))

    (answer,) = phone.send(a_check(household="20-1702"))

    assert (answer["verdict"], answer["next_out_on"]) == ("refuse", "2022-08-25")
    first, second = answer["reasons"]
    assert (first["code"], first["effect"]) == ("quota_used", "refuse")
    assert first["params"] == {
        "of": "household", "persons": 1, "per_days": 2, "window": "calendar", "out": "2022-08-23T09:00:00+08:00",
        "gate": "东门", "forfeited": False,
    }  # fmt: skip
    assert second["code"] == "already_out"
    assert Outing.objects.count() == 1


def test_check_by_pass_when_known_twice_gets_its_first_answer(phone, compound):
    door = make.household(compound, "20-1702")
    card = make.gate_pass(compound, door)
    asked = a_check(card=pass_token(card.pk))

    (first,) = phone.send(asked)
    (again,) = phone.send(asked)

    assert first["verdict"] == "allow"
    assert again == first | {"replayed": True}
    assert Check.objects.count() == 1


def test_return_closes_the_outing(phone, compound, clock):
    make.household(compound, "20-1702")
    phone.send(a_check(household="20-1702", at=ELEVEN - dt.timedelta(hours=1)))

    (answer,) = phone.send(a_check(household="20-1702", direction="in"))

    assert (answer["verdict"], answer["reasons"]) == ("allow", [])
    assert Outing.objects.get().back_at == ELEVEN


# ── what is wrong with a request ──────────────────


@pytest.mark.parametrize("body", [{}, [], {"checks": []}, {"checks": {}}, {"checks": [{}] * 201}, None])
def test_body_that_is_no_batch_is_400_and_says_so(phone, body):
    response = phone.post(body)

    assert response.status_code == 400
    assert response.json()["error"]["code"] == "invalid"


def test_body_that_is_no_json_is_400(phone):
    response = phone.client.post(URL, "{", content_type="application/json")

    assert (response.status_code, response.json()["error"]["code"]) == (400, "parse_error")


def test_request_without_a_token_is_401(compound):
    assert Client().post(URL, "{}", content_type="application/json").status_code == 401


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("id", "7"),
        ("at", "2022-08-23T11:00:00"),
        ("at", "yesterday"),
        ("at", "0001-01-01T00:00:00+14:00"),
        ("direction", "up"),
        ("temperature", "36.65"),
        ("temperature", "abc"),
        ("temperature", True),
        ("kind", "king"),
        ("action", "undo"),
        ("action", "reading"),
        ("clock_offset_ms", "soon"),
        ("clock_offset_ms", 10**17),
        ("household", "20-1702\u0000"),
        ("household", "\ud800"),
        ("household", None),
        ("verdict", "maybe"),
        ("override", "x" * 201),
    ],
)
def test_check_with_a_wrong_field_is_an_error_and_harms_no_other(phone, compound, field, value):
    make.household(compound, "20-1702")
    bad = a_check("20-1702") | {field: value}

    first, second, third = phone.send(bad, a_check("20-1702"), a_check("20-1702", "in"))

    assert (first["id"], first["error"]["code"]) == (None if field == "id" else bad["id"], "invalid")
    assert (second["verdict"], third["verdict"]) == ("allow", "allow")
    assert Check.objects.count() == 2


@pytest.mark.parametrize("value", ["36.6", "36", 36.6, None, "30.0", "45.0"])
def test_check_with_a_temperature_is_recorded_with_one_decimal(phone, compound, value):
    make.household(compound, "20-1702")

    phone.one("20-1702", "in", temperature=value)

    written = Check.objects.get().temperature
    assert (None if written is None else str(written)) == (None if value is None else f"{float(value):.1f}")


@pytest.mark.parametrize("value", ["29.9", "45.1", 12, "366"])
def test_temperature_of_no_person_is_measured_again_and_not_written(phone, compound, value):
    make.household(compound, "20-1702")

    out = phone.one("20-1702", temperature=value)

    assert (out["verdict"], codes(out), Outing.objects.count()) == ("recheck", ["reading_implausible"], 0)
    assert out["reasons"][0]["params"] == {"celsius": f"{float(value):.1f}", "line": "35.0", "why": "none"}
    assert out["reasons"][0]["text"] == "这不是人的体温。请重新测量。"
    assert Check.objects.get().temperature is None
    (normal,) = phone.send(a_check(action="reading", refers_to=out["id"], temperature="36.5"))
    assert (normal["verdict"], Outing.objects.count()) == ("allow", 1)


@pytest.mark.parametrize(("value", "shown"), [("29.9", "29.9"), ("45.1", "45.1"), ("abc", None), ("36.65", None)])
def test_passage_that_took_place_is_recorded_whatever_the_thermometer_showed(phone, compound, value, shown):
    make.household(compound, "20-1702")

    out = phone.one("20-1702", verdict="allow", temperature=value)

    assert (out["verdict"], codes(out)) == ("allow", ["reading_implausible"])
    assert out["reasons"][0]["params"]["celsius"] == shown
    assert (Check.objects.get().temperature, Outing.objects.get().slot) == (None, 1)


def test_reading_of_no_person_is_recorded_and_asks_for_another(phone, compound):
    make.household(compound, "20-1702")
    out = phone.one("20-1702")

    (answer,) = phone.send(a_check(action="reading", refers_to=out["id"], temperature="29.9"))

    assert (answer["verdict"], codes(answer)) == ("recheck", ["reading_implausible"])
    assert Check.objects.filter(action="reading", temperature=None).count() == 1


def test_repeat_when_room_and_contact_have_changed_is_equal(phone, compound):
    door = make.household(compound, "20-1702")
    make.resident(door, "周旻")
    asked = a_check("20-1702")
    (first,) = phone.send(asked)
    door.residents.update(name="何安")
    door.number, door.room = "1799", "20-1799"
    door.save()

    (again,) = phone.send(asked)

    assert first["surname"] == "周"
    assert again == first | {"replayed": True}


def test_check_that_is_no_object_is_an_error(phone):
    (answer,) = phone.send("hello")

    assert (answer["id"], answer["error"]["code"]) == (None, "invalid")


def test_check_with_an_id_of_another_compound_is_an_error(phone, compound):
    elsewhere = make.compound("other", "别处")
    make.rulebook(elsewhere)
    make.household(elsewhere, "20-1702")
    make.household(compound, "20-1702")
    asked = a_check("20-1702")
    Phone(elsewhere, token="tok-else").send(asked)

    (answer,) = phone.send(asked)

    assert answer["error"]["code"] == "id_taken"
    assert Check.objects.get().compound == elsewhere


def test_room_and_pass_of_another_compound_are_not_known(phone, compound):
    elsewhere = make.compound("other", "别处")
    card = make.gate_pass(elsewhere, make.household(elsewhere, "7-101"))

    by_room, by_pass = phone.send(a_check("7-101"), a_check(card=pass_token(card.pk)))

    assert (codes(by_room), codes(by_pass)) == (["household_unknown"], ["pass_unknown"])
    assert list(Check.objects.values_list("household", "gate_pass", "shown").order_by("shown")) == [
        (None, None, ""),
        (None, None, "7-101"),
    ]


def test_check_names_another_gate_of_the_compound(phone, compound):
    west = make.gate(compound, "西门")
    make.household(compound, "20-1702")

    (answer, wrong) = phone.send(a_check("20-1702", gate="西门"), a_check("20-1702", gate="天门"))

    assert answer["verdict"] == "allow"
    assert Check.objects.get().gate == west
    assert wrong["error"]["code"] == "gate_unknown"


def test_answer_is_in_the_language_that_was_asked_for(phone, compound):
    make.household(compound, "20-1702")
    phone.one("20-1702", at=ELEVEN - dt.timedelta(days=1, hours=2))

    (chinese,) = phone.send(a_check("20-1702"))
    (english,) = phone.send(a_check("20-1702"), **{"Accept-Language": "en"})

    assert chinese["reasons"][0]["text"] == (
        "今天不能外出：20-1702 昨天 09:00 由东门出过，下次是明天。急病请按“紧急”。"
    )
    assert english["reasons"][0]["text"] == (
        "Not today: 20-1702 went out yesterday 09:00 by 东门; next tomorrow. For somebody who is ill press “Emergency”."
    )


# ── when the shift is over ────────────────────────


def test_ended_phone_sends_what_happened_before_its_end_and_nothing_else(phone, compound, clock):
    make.household(compound, "20-1702")
    make.household(compound, "20-1703")
    clock(phone.device.ends_at + dt.timedelta(days=6))

    before, after, now = phone.send(
        a_check("20-1702", at=phone.device.ends_at - dt.timedelta(minutes=1), verdict="allow"),
        a_check("20-1703", at=phone.device.ends_at, verdict="allow"),
        a_check("20-1703", at=phone.device.ends_at - dt.timedelta(hours=1), clock_offset_ms=7_200_000, verdict="allow"),
    )

    assert before["verdict"] == "allow"
    assert (after["error"]["code"], now["error"]["code"]) == ("device_ended", "device_ended")
    assert Check.objects.count() == 1


def test_phone_that_ended_a_week_ago_is_401(phone, clock):
    clock(phone.device.ends_at + dt.timedelta(days=7))

    assert phone.post({"checks": [a_check("20-1702")]}).status_code == 401


# ── how often ─────────────────────────────────────


def test_unknown_rooms_too_often_is_an_error_until_later(phone, compound, monkeypatch):
    """A known door costs nothing: the phone's own roll names them all."""
    monkeypatch.setattr("gate.services.checks.recording.UNKNOWN_IN_FIVE_MINUTES", 2)
    card = make.gate_pass(compound, make.household(compound, "20-1702"))
    asked = a_check("20-9901")
    phone.send(asked, a_check("20-9902", "in"))

    third, repeated, offline, by_room, by_pass = phone.send(
        a_check("20-9903", "in"), asked, a_check("20-9904", "in", verdict="allow"), a_check("20-1702", "in"),
        a_check(card=pass_token(card.pk), direction="in"),
    )  # fmt: skip

    assert third["error"]["code"] == "too_many"
    answers = [repeated["verdict"], offline["verdict"], by_room["verdict"], by_pass["verdict"]]
    assert answers == ["refuse", "allow", "allow", "allow"]


def test_name_is_told_to_whoever_asks_and_not_to_whoever_says_that_he_has_acted(phone, compound):
    make.resident(make.household(compound, "20-1702"), "周旻")

    asked, acted = phone.send(a_check("20-1702", "in"), a_check("20-1702", "in", verdict="allow"))

    assert (asked["surname"], acted["surname"]) == ("周", "")
    assert (asked["room"], acted["room"]) == ("20-1702", "20-1702")


def test_unknown_codes_too_often_is_an_error_until_later(phone, compound, monkeypatch):
    monkeypatch.setattr("gate.services.checks.recording.UNKNOWN_IN_FIVE_MINUTES", 2)

    answers = phone.send(*[a_check(card="NOSUCHPASSNOSUCHPASS00") for _ in range(3)])

    assert [codes(answer) for answer in answers[:2]] == [["pass_unknown"]] * 2
    assert answers[2]["error"]["code"] == "too_many"
