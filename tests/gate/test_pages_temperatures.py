"""The page of the temperatures by its real address: who sees what, and nobody else a value."""

import datetime as dt
import io
from decimal import Decimal

import openpyxl
import pytest
from django.core.exceptions import ValidationError
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from compound.models import AuditEntry, Membership, Role
from gate.forms.temperatures import ReadingField
from gate.models import TemperatureReading, TemperatureRecord
from gate.services.home_readings import hand_in_reading
from gate.services.isolations import isolate
from gate.services.temperature import follow_reading
from gate.services.tokens import pass_token
from tests import make
from tests.make import ELEVEN

pytestmark = pytest.mark.django_db

MINUTE, DAY = dt.timedelta(minutes=1), dt.timedelta(days=1)
HEALTH = (Role.SECRETARY, Role.COORDINATOR, Role.MEDICAL, Role.GATE)


@pytest.fixture
def compound():
    return make.compound()


@pytest.fixture
def phone(compound):
    return make.device(make.gate(compound, "东门"))


@pytest.fixture
def door(compound):
    return make.household(compound, "20-1702")


@pytest.fixture
def client(client, compound, clock):
    clock(ELEVEN)
    client.force_login(make.member(compound, Role.MEDICAL))
    return client


def url(name):
    return reverse(f"gate:{name}", kwargs={"code": "xingfuli"})


def page(client, query=""):
    answer = client.get(url("temperatures") + query)
    assert answer.status_code == 200
    return answer.content.decode()


def fever(door, phone, value="38.6", *, at=ELEVEN - 2 * MINUTE, first=None):
    about = {"action": "reading", "refers_to": first.pk} if first else {}
    row = make.check(
        door,
        at=at,
        phone=phone,
        verdict="recheck",
        temperature=Decimal(value),
        reasons=[{"code": "fever", "effect": "recheck", "params": {}, "text": ""}],
        **about,
    )
    with transaction.atomic():
        follow_reading(
            check=row,
            first_check_id=(first or row).pk,
            is_fever=True,
            is_implausible=False,
            recheck_minutes=5,
            at=at,
        )
    return row


def from_home(door, value, *, by, at=ELEVEN - MINUTE, person="奶奶"):
    key = make.uuid.uuid4()
    return hand_in_reading(id=key, household=door, value=Decimal(value), person=person, taken_at=at, by=by, at=at)


# ── who sees what ─────────────────────────────────


@pytest.mark.parametrize("role", list(Role))
def test_value_of_anybody_is_seen_by_those_who_answer_for_health_and_by_nobody_else(
    client, compound, door, phone, role
):
    doctor = Membership.objects.get().user
    fever(door, phone, "38.6")
    from_home(door, "39.4", by=doctor)
    closed = fever(door, phone, "37.7", at=ELEVEN - 60 * MINUTE)
    client.post(url("temperature_close"), {"record": closed.temperature_record.pk, "outcome": "hospital"})
    Membership.objects.all().delete()
    building = door.building if role == Role.CAPTAIN else None
    client.force_login(make.member(compound, role, building=building))

    seen = {}
    for name in ("temperatures", "temperatures_live", "temperatures_file", "isolations", "parcels"):
        answer = client.get(url(name))
        words = answer.content.decode() if "html" in answer["Content-Type"] else ""
        seen[name] = (answer.status_code, any(value in words for value in ("38.6", "39.4", "37.7")))

    health, hands_in = role in HEALTH, role in (*HEALTH, Role.CAPTAIN)
    assert seen["temperatures"] == (200 if hands_in else 404, health)
    assert (seen["temperatures_live"][0], seen["temperatures_file"][0]) == ((200, 200) if health else (404, 404))
    assert [seen[name][1] for name in ("temperatures_live", "isolations", "parcels")] == [False] * 3


def test_captain_hands_in_for_the_own_building_only_and_is_not_told_the_value_again(client, compound, door):
    other = make.household(compound, "3-501")
    client.force_login(make.member(compound, Role.CAPTAIN, building=door.building))

    refused = client.post(url("temperature_hand_in"), {"room": "3-501", "value": "36.5"})
    answer = client.post(url("temperature_hand_in"), {"room": "1702", "person": "爷爷", "value": "38,4"}, follow=True)

    assert refused.context["form"].errors == {"room": ["住户名单里没有“3-501”。"]}
    reading = TemperatureReading.objects.get()
    assert (reading.household, reading.value, reading.source, reading.taken_at) == (
        door,
        Decimal("38.4"),
        "captain",
        ELEVEN,
    )
    assert TemperatureRecord.objects.get().is_fever
    words = answer.content.decode()
    assert ("20-1702：已登记。" in words, "爷爷" in words, "38.4" in words, "38,4" in words) == (
        True,
        True,
        False,
        False,
    )
    assert other.temperature_readings.count() == 0


def test_captain_does_not_see_who_was_measured_in_other_buildings(client, compound, door):
    doctor, other = Membership.objects.get().user, make.household(compound, "3-501")
    from_home(door, "36.5", by=doctor, person="甲")
    from_home(other, "36.5", by=doctor, person="乙")
    client.force_login(make.member(compound, Role.CAPTAIN, building=other.building))
    words = page(client)
    assert ("甲" in words, "乙" in words) == (False, True)


def test_captain_closes_no_record(client, compound, door, phone):
    record = fever(door, phone).temperature_record
    client.force_login(make.member(compound, Role.CAPTAIN, building=door.building))
    assert client.post(url("temperature_close"), {"record": record.pk, "outcome": "cleared"}).status_code == 404
    assert TemperatureRecord.objects.get().closed_at is None


# ── records ───────────────────────────────────────


def test_open_record_shows_its_readings_and_when_to_measure_again(client, door, phone):
    first = fever(door, phone, "37.9", at=ELEVEN - 8 * MINUTE)
    fever(door, phone, "38.1", at=ELEVEN - 2 * MINUTE, first=first)
    words = page(client)
    assert [text in words for text in ("20-1702", "37.9", "38.1", "今天 10:52", "11:03 复测", "发热 1 人")] == [
        True
    ] * 6


def test_open_record_that_nobody_measured_again_says_so(client, door, phone):
    fever(door, phone, at=ELEVEN - 30 * MINUTE)
    assert "应在 今天 10:35 复测" in page(client)


def test_close_says_how_it_ended_and_the_record_moves_to_its_day(client, door, phone):
    record = fever(door, phone, at=ELEVEN - DAY).temperature_record
    form = {"record": record.pk, "outcome": "sent_home", "note": "家属接回"}
    words = client.post(url("temperature_close"), form, follow=True).content.decode()
    assert ("20-1702：劝返并上报。" in words, "家属接回" in words) == (True, False)
    assert "家属接回" in page(client, "?day=2022-08-22")
    record.refresh_from_db()
    assert (record.outcome, record.closed_at) == ("sent_home", ELEVEN)


def test_close_of_what_somebody_closed_otherwise_says_so(client, door, phone):
    record = fever(door, phone).temperature_record
    client.post(url("temperature_close"), {"record": record.pk, "outcome": "hospital"})
    answer = client.post(url("temperature_close"), {"record": record.pk, "outcome": "cleared"}, follow=True)
    assert "这条记录已经有结果了：送医院。" in answer.content.decode()
    record.refresh_from_db()
    assert record.outcome == "hospital"


def test_close_of_a_record_of_another_compound_is_not_there(client):
    other = make.compound("dongyuan", "东园")
    record = fever(make.household(other, "1-101"), make.device(make.gate(other), "other")).temperature_record
    assert client.post(url("temperature_close"), {"record": record.pk, "outcome": "cleared"}).status_code == 404


def test_live_line_says_when_the_page_is_not_true_any_more(client, door, phone):
    before = client.get(url("temperatures")).context["state"]
    quiet = client.get(url("temperatures_live"), {"seen": before}).content.decode()
    fever(door, phone)
    loud = client.get(url("temperatures_live"), {"seen": before}).content.decode()
    assert [("没有待处理的发热" in words, "点此刷新" in words) for words in (quiet, loud)] == [
        (True, False),
        (False, True),
    ]
    assert f"seen={before}" in loud


# ── handing in ────────────────────────────────────


@pytest.mark.parametrize(
    ("typed", "value"),
    [
        ("36.5", "36.5"),
        ("36,5", "36.5"),
        ("365", "36.5"),
        ("36。5", "36.5"),
        ("３６．５", "36.5"),
        ("36度5", "36.5"),
        (" 36.5 ℃", "36.5"),
        ("37", "37.0"),
        ("36.55", None),
        ("3.65", None),
        ("465", None),
        ("29.9", None),
        ("98.6", None),
        ("hot", None),
        ("-36", None),
    ],
)
def test_reading_is_understood_as_people_type_it_and_never_guessed(typed, value):
    field = ReadingField()
    if value is None:
        with pytest.raises(ValidationError):
            field.clean(typed)
    else:
        assert str(field.clean(typed)) == value


def test_hand_in_that_is_too_low_keeps_what_was_typed_and_says_what_now(client, door):
    answer = client.post(url("temperature_hand_in"), {"room": "20-1702", "person": "奶奶", "value": "34.1"})
    assert answer.context["form"].errors == {"value": ["34.1℃ 太低，不像真的。请重新测量。"]}
    assert 'value="奶奶"' in answer.content.decode()
    assert TemperatureReading.objects.count() == 0


def test_hand_in_twice_with_one_form_is_one_reading(client, door):
    form = {"id": "00000000-0000-4000-8000-000000000001", "room": "20-1702", "value": "36.5"}
    for _ in range(2):
        assert client.post(url("temperature_hand_in"), form).status_code == 302
    assert TemperatureReading.objects.count() == 1


def test_isolated_household_stands_in_the_list_until_it_is_measured(client, door):
    doctor = Membership.objects.get().user
    isolate(household=door, until=ELEVEN + DAY, note="密接", by=doctor, at=ELEVEN - DAY)
    before = client.get(url("temperatures")).context["not_measured"]
    client.post(url("temperature_hand_in"), {"room": "20-1702", "value": "36.5"})
    after = client.get(url("temperatures")).context["not_measured"]
    assert ([row.household for row in before], after) == ([door], [])


# ── the file for the street office ────────────────


def test_day_file_has_every_reading_by_unit_and_leaves_a_trace(client, compound, phone):
    doctor = Membership.objects.get().user
    two, ten = make.household(compound, "2-1-501"), make.household(compound, "10-101")
    fever(ten, phone, "38.6", at=ELEVEN - 9 * MINUTE)
    make.check(two, at=ELEVEN - 5 * MINUTE, phone=phone, temperature=Decimal("36.4"), method="forehead")
    make.check(None, "in", at=ELEVEN - 4 * MINUTE, phone=phone, temperature=Decimal("36.9"), kind="visitor")
    make.check(two, at=ELEVEN - DAY, phone=phone, temperature=Decimal("36.1"))
    from_home(two, "37.3", by=doctor, person="=1+1")

    answer = client.get(url("temperatures_file"), {"day": "2022-08-23"})

    assert answer["Content-Disposition"] == 'attachment; filename="temperatures-2022-08-23.xlsx"'
    book = openpyxl.load_workbook(io.BytesIO(answer.content))
    assert [tuple(row) for row in book["按单元"].iter_rows(values_only=True)] == [
        ("楼栋", "单元", "已测户数", "体温记录", "达到发热线"),
        ("2", "1", 1, 2, 1),
        ("10", None, 1, 1, 1),
        ("无住户", None, 0, 1, 0),
    ]
    assert [tuple(row) for row in book["体温记录"].iter_rows(values_only=True)] == [
        ("楼栋", "单元", "房号", "谁", "体温（℃）", "达到发热线", "测量部位", "地点", "时间"),
        ("2", "1", "2-1-501", None, 36.4, None, "额温枪", "东门 出小区", "2022-08-23 10:55"),
        ("2", "1", "2-1-501", "=1+1", 37.3, "是", None, "住户上报", "2022-08-23 10:59"),
        ("10", None, "10-101", None, 38.6, "是", None, "东门 出小区", "2022-08-23 10:51"),
        (None, None, "无住户", None, 36.9, None, None, "东门 进小区", "2022-08-23 10:56"),
    ]
    entry = AuditEntry.objects.get(action="temperatures.fetched")
    assert (entry.by, entry.subject, entry.params) == (doctor, "2022-08-23", {"rows": 4})


def test_page_of_one_and_of_three_rows_asks_the_database_equally_often(client, compound, phone):
    doctor = Membership.objects.get().user
    counts = []
    for rooms in (("1-101",), ("1-102", "2-201")):
        for room in rooms:
            door, later = make.household(compound, room), make.household(compound, f"{room}9")
            fever(door, phone)
            from_home(door, "36.5", by=doctor)
            done = fever(door, phone, "37.6", at=ELEVEN - 20 * MINUTE).temperature_record
            client.post(url("temperature_close"), {"record": done.pk, "outcome": "hospital"})
            isolate(household=later, until=ELEVEN + DAY, by=doctor, at=ELEVEN - DAY)
        with CaptureQueriesContext(connection) as caught:
            client.get(url("temperatures"))
        counts.append(len(caught))
    assert counts[0] == counts[1]


def test_gate_phone_that_measures_twice_and_sends_somebody_home_is_told_on_the_page(client, compound, door, phone):
    make.rulebook(compound)
    card = make.gate_pass(compound, door)
    ids = [str(make.uuid.UUID(int=number)) for number in (1, 2, 3, 4)]
    scan = {"id": ids[0], "direction": "out", "pass": pass_token(card.pk), "kind": "household"}
    again = {"direction": "out", "refers_to": ids[0]}
    acts = [
        scan,
        {"id": ids[1], "action": "reading", "temperature": "37.3", "method": "forehead", **again},
        {"id": ids[2], "action": "reading", "temperature": "38.0", **again},
        {"id": ids[3], "action": "correct", "verdict": "refuse", "reason": "sent_home", **again},
    ]
    for act in acts:
        answer = client.post(
            "/api/v1/gate/checks",
            {"checks": [{"at": ELEVEN.isoformat(), "clock_offset_ms": 0, **act}]},
            content_type="application/json",
            headers={"Authorization": "Device tok"},
        )
        assert "error" not in answer.json()["results"][0], answer.json()

    record = TemperatureRecord.objects.get()
    assert (record.household, record.outcome, record.closed_by) == (door, "sent_home", None)
    assert [str(reading.value) for reading in record.readings.order_by("attempt")] == ["37.3", "38.0"]
    words = page(client)
    assert ["37.3" in words, "38.0" in words, "劝返并上报" in words] == [True, True, True]
