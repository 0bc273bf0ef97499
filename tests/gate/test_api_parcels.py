"""POST and GET /api/v1/gate/parcels by their real address."""

import datetime as dt
import uuid

import pytest

from gate.models import Parcel
from tests import make
from tests.make import ELEVEN

pytestmark = pytest.mark.django_db

URL = "/api/v1/gate/parcels"
MINUTE = dt.timedelta(minutes=1)
FIRST, SECOND, THIRD = (uuid.UUID(int=number) for number in (1, 2, 3))


@pytest.fixture
def compound():
    return make.compound()


@pytest.fixture
def phone(compound):
    return make.device(make.gate(compound, "南门"))


@pytest.fixture(autouse=True)
def _eleven(clock):
    clock(ELEVEN)


@pytest.fixture
def door(compound):
    return make.household(compound, "20-1702")


def send(client, *rows, token="tok", language="zh-hans"):
    return client.post(
        URL,
        {"parcels": list(rows)},
        content_type="application/json",
        headers={"Authorization": f"Device {token}", "Accept-Language": language},
    )


def results(response):
    assert response.status_code == 200, response.content
    return response.json()["results"]


def step(action, key=FIRST, *, at=ELEVEN - 10 * MINUTE, **more):
    return {"id": str(key), "action": action, "at": at.isoformat(), "clock_offset_ms": 0, **more}


def test_parcel_when_dropped_disinfected_and_handed_over_keeps_the_time_of_each(client, phone, door):
    rows = [
        step("drop", building="20", room="20-1702", count=2, at=ELEVEN - 30 * MINUTE),
        step("disinfect", at=ELEVEN - 20 * MINUTE),
        step("hand_over", at=ELEVEN - 10 * MINUTE, to="本人"),
    ]

    assert results(send(client, *rows)) == [{"id": str(FIRST), "ok": True}] * 3

    parcel = Parcel.objects.get()
    assert (parcel.pk, parcel.household, parcel.building, parcel.count, parcel.gate.name) == (
        FIRST,
        door,
        door.building,
        2,
        "南门",
    )
    assert (parcel.dropped_at, parcel.disinfected_at, parcel.handed_at, parcel.handed_to) == (
        ELEVEN - 30 * MINUTE,
        ELEVEN - 20 * MINUTE,
        ELEVEN - 10 * MINUTE,
        "本人",
    )


def test_parcel_when_told_in_the_wrong_order_within_one_batch_is_handed_over(client, phone, door):
    rows = [
        step("hand_over", at=ELEVEN - 10 * MINUTE),
        step("disinfect", at=ELEVEN - 20 * MINUTE),
        step("drop", building="20", at=ELEVEN - 30 * MINUTE),
    ]
    assert results(send(client, *rows)) == [{"id": str(FIRST), "ok": True}] * 3
    assert Parcel.objects.get().handed_to == "20"


def test_parcel_when_not_disinfected_is_not_handed_over_and_says_why(client, phone, door):
    send(client, step("drop", building="20"))

    refused = results(send(client, step("hand_over")))
    in_english = results(send(client, step("hand_over"), language="en"))

    assert [refused[0]["error"]["code"], refused[0]["error"]["text"]] == [
        "parcel_not_disinfected",
        "还不行：这件快递还没有消毒。先消毒，再交付。",
    ]
    assert in_english[0]["error"]["text"] == (
        "Not yet: this parcel has not been disinfected. Disinfect it first, then hand it over."
    )
    assert Parcel.objects.get().handed_at is None


def test_parcel_when_each_step_is_sent_twice_has_one_effect(client, phone, door):
    rows = [
        step("drop", building="20", at=ELEVEN - 30 * MINUTE),
        step("disinfect", at=ELEVEN - 20 * MINUTE),
        step("hand_over", to="本人"),
    ]
    first = results(send(client, *rows))
    before = Parcel.objects.values().get()
    again = [{**row, "at": ELEVEN.isoformat(), "to": "别人", "count": 9} for row in rows]

    assert results(send(client, *again)) == first
    assert Parcel.objects.values().get() == before
    assert phone.compound.audit.count() == 3


def test_parcel_at_a_phone_whose_clock_is_fast_is_put_right_and_never_after_its_receipt(client, phone, door):
    ahead = {"at": (ELEVEN + 60 * MINUTE).isoformat()}
    send(client, step("drop", building="20") | ahead | {"clock_offset_ms": -65 * 60_000})
    send(client, step("disinfect") | ahead)

    parcel = Parcel.objects.get()
    assert (parcel.dropped_at, parcel.disinfected_at) == (ELEVEN - 5 * MINUTE, ELEVEN)


def test_batch_when_one_row_is_bad_keeps_the_others(client, phone, door):
    rows = [
        {"id": "nonsense", "action": "drop"},
        step("drop", FIRST, building="99"),
        step("drop", SECOND, room="20栋1702"),
        step("disinfect", THIRD),
        step("burn", THIRD),
        "text",
    ]

    found = results(send(client, *rows))

    assert [(row["id"], row.get("ok"), row.get("error", {}).get("code")) for row in found] == [
        (None, None, "invalid"),
        (str(FIRST), None, "building_unknown"),
        (str(SECOND), True, None),
        (str(THIRD), None, "parcel_unknown"),
        (str(THIRD), None, "invalid"),
        (None, None, "invalid"),
    ]
    assert [(parcel.pk, parcel.household) for parcel in Parcel.objects.all()] == [(SECOND, door)]


def test_parcel_with_an_unknown_room_but_a_known_building_waits_for_the_building(client, phone, door):
    send(client, step("drop", building="20栋", room="20-9999"))
    assert Parcel.objects.values_list("household", "building__name", "note").get() == (None, "20", "20-9999")


def test_parcel_of_another_compound_is_not_known_and_its_number_not_given_again(client, phone, door):
    send(client, step("drop", building="20"))
    other = make.compound("dongyuan", "东园")
    make.household(other, "20-101")
    make.device(make.gate(other), "other")

    assert results(send(client, step("disinfect"), token="other"))[0]["error"]["code"] == "parcel_unknown"
    assert results(send(client, step("drop", building="20"), token="other"))[0]["error"]["code"] == "id_taken"
    assert Parcel.objects.values_list("compound__code", "disinfected_at").get() == ("xingfuli", None)


def test_waiting_list_has_what_waits_in_this_compound_and_no_names(client, phone, door):
    other = make.compound("dongyuan", "东园")
    make.household(other, "1-101")
    make.device(make.gate(other), "other")
    send(client, step("drop", FIRST, building="1"), token="other")
    send(client, step("drop", FIRST, room="20-1702", count=3), step("disinfect", FIRST))
    send(client, step("drop", SECOND, building="20"), step("withdraw", SECOND, reason="送错"))
    Parcel.objects.filter(pk=FIRST).update(note="x")
    send(client, step("drop", THIRD, building="20", at=ELEVEN - 5 * MINUTE))

    response = client.get(URL, headers={"Authorization": "Device tok"})

    assert [{**row, "dropped_at": None, "disinfected_at": None} for row in response.json()["parcels"]] == [
        {
            "id": str(THIRD),
            "gate": "南门",
            "building": "20",
            "room": None,
            "count": 1,
            "dropped_at": None,
            "disinfected_at": None,
        }
    ]


@pytest.mark.parametrize("rows", [None, [], "text", [{}] * 201])
def test_post_without_a_list_of_1_to_200_rows_is_refused(client, phone, rows):
    response = client.post(
        URL, {"parcels": rows}, content_type="application/json", headers={"Authorization": "Device tok"}
    )
    assert (response.status_code, response.json()["error"]["code"]) == (400, "invalid")


def test_parcels_without_a_token_or_after_the_shift_are_closed_and_during_it_open(client, phone, clock, door):
    assert client.get(URL).status_code == 401
    assert client.get(URL, headers={"Authorization": "Device tok"}).status_code == 200
    clock(ELEVEN + dt.timedelta(hours=12))
    assert client.get(URL, headers={"Authorization": "Device tok"}).status_code == 403
    assert send(client, step("drop", building="20")).status_code == 403


def test_waiting_list_of_one_and_of_three_parcels_asks_the_database_equally_often(
    client, phone, door, django_assert_num_queries
):
    for many in (1, 2):
        send(client, *(step("drop", uuid.uuid4(), room="20-1702") for _ in range(many)))
        with django_assert_num_queries(2):
            assert client.get(URL, headers={"Authorization": "Device tok"}).status_code == 200
