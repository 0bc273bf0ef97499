"""POST /api/v1/gate/incidents by its real address."""

import datetime as dt
import uuid

import pytest
from django.db import DatabaseError, transaction

from gate.models import Incident
from tests import make
from tests.make import ELEVEN

pytestmark = pytest.mark.django_db

URL = "/api/v1/gate/incidents"
MINUTE = dt.timedelta(minutes=1)
FIRST = uuid.UUID(int=1)


@pytest.fixture
def phone(clock):
    clock(ELEVEN)
    return make.device(make.gate(make.compound(), "西门"))


def send(client, *rows, token="tok"):
    return client.post(
        URL, {"incidents": list(rows)}, content_type="application/json", headers={"Authorization": f"Device {token}"}
    )


def row(key=FIRST, **more):
    return {
        "id": str(key),
        "at": (ELEVEN - 10 * MINUTE).isoformat(),
        "kind": "rushed",
        "room": None,
        "note": "",
        **more,
    }


def test_incident_when_sent_twice_is_one_row_and_two_equal_answers(client, phone):
    door = make.household(phone.compound, "20-1702")
    sent = row(room="20-1702", clock_offset_ms=60_000)

    answers = [send(client, sent).json(), send(client, {**sent, "kind": "abuse"}).json()]

    assert answers == [{"results": [{"id": str(FIRST), "ok": True}]}] * 2
    found = Incident.objects.get()
    assert (found.pk, found.kind, found.household, found.gate, found.device, found.event_at, found.received_at) == (
        FIRST,
        "rushed",
        door,
        phone.gate,
        phone,
        ELEVEN - 9 * MINUTE,
        ELEVEN,
    )


def test_incident_with_a_room_that_is_none_is_kept_with_the_room_in_its_note(client, phone):
    send(client, row(room="99-101", note="推门"))
    assert Incident.objects.values_list("household", "note").get() == (None, "99-101 推门")


def test_incident_of_another_kind_needs_a_note(client, phone):
    refused = send(client, row(kind="other")).json()["results"][0]["error"]
    assert (refused["code"], refused["text"]) == ("note_missing", "请简单写明发生了什么。")
    assert Incident.objects.count() == 0
    assert send(client, row(kind="other", note="翻越绿化带")).json()["results"] == [{"id": str(FIRST), "ok": True}]


def test_incident_at_a_gate_that_the_volunteer_chose_stands_at_that_gate(client, phone):
    make.gate(phone.compound, "北门")
    send(client, row(gate="北门"))
    assert Incident.objects.get().gate.name == "北门"


def test_incident_with_the_number_of_another_compounds_is_refused(client, phone):
    send(client, row())
    make.device(make.gate(make.compound("dongyuan", "东园")), "other")
    assert send(client, row(), token="other").json()["results"][0]["error"]["code"] == "id_taken"
    assert Incident.objects.count() == 1


def test_incidents_without_a_token_or_with_an_ended_one_are_not_taken(client, phone, clock):
    assert send(client, row(), token="wrong").status_code == 401
    clock(ELEVEN + dt.timedelta(hours=12))
    assert send(client, row()).status_code == 403
    assert Incident.objects.count() == 0


def test_incident_once_written_cannot_be_changed(client, phone):
    send(client, row())
    with pytest.raises(DatabaseError), transaction.atomic():
        Incident.objects.update(note="nichts")
