"""What phones of people who are logged in send: /api/v1/orders/."""

import io
import json
import uuid
from typing import Any

import pytest
from django.test import Client
from PIL import Image

from compound.models import StoredFile, User
from compound.phone_pages import user_mark
from orders.events import KINDS, EventKind
from orders.models import PhoneEvent, Picture, Purchase
from tests.orders.shopping.conftest import ONE, Shop

EVENTS, PICTURES = "/api/v1/orders/events", "/api/v1/orders/pictures"


def event(shop: Shop, **body: Any) -> dict[str, Any]:
    given = {"good": str(shop.good().pk), "did": "bought", "quantity": "12", **body}
    return {"id": str(uuid.uuid4()), "kind": "purchase", "at": ONE.isoformat(), "clock_offset_ms": 0, "body": given}


def send(client: Client, *events: Any, **more: Any) -> Any:
    as_ = user_mark(User.objects.get(pk=client.session["_auth_user_id"])) if "_auth_user_id" in client.session else "x"
    body = {"compound": "xingfuli", "as": as_, "events": list(events), **more}
    return client.post(EVENTS, json.dumps(body), content_type="application/json")


@pytest.fixture
def luo(client: Client, shop: Shop) -> Client:
    client.force_login(shop.luo)
    return client


def test_events_when_one_is_bad_answers_each_and_takes_the_others(luo: Client, shop: Shop) -> None:
    good, later = event(shop), event(shop, did="short", quantity="")
    bad: list[Any] = [
        {**event(shop), "at": "yesterday"},
        {**event(shop), "kind": "dance"},
        "x",
        event(shop, quantity="no"),
    ]
    results = send(luo, good, *bad, later).json()["results"]
    assert [row.get("error", {}).get("code") for row in results] == [
        None, "invalid", "kind_unknown", "invalid", "quantity_wrong", None,
    ]  # fmt: skip
    assert [row["id"] for row in results] == [
        good["id"], bad[0]["id"], bad[1]["id"], None, bad[3]["id"], later["id"],
    ]  # fmt: skip
    assert Purchase.objects.count() == 2


def test_events_when_one_has_what_no_column_holds_takes_it_without_and_the_others(luo: Client, shop: Shop) -> None:
    # A zero, and an emoji that a box has cut in half.
    rows = [
        event(shop, did="substitute", quantity="1", instead="小\0白菜"),
        event(shop, did="substitute", quantity="1", instead="小白菜\ud83d"),
        event(shop),
    ]
    results = send(luo, *rows).json()["results"]
    assert [(row["id"], row["replayed"]) for row in results] == [(row["id"], False) for row in rows]
    assert list(Purchase.objects.exclude(instead="").values_list("instead", flat=True)) == ["小白菜", "小白菜"]
    assert [row["replayed"] for row in send(luo, *rows).json()["results"]] == [True, True, True]


@pytest.mark.parametrize(
    ("kind", "body", "code"),
    [
        ("door", {"room": "20-1702", "do": "refused"}, "malformed"),
        ("door", {"round": [], "room": "20-1702", "do": "refused"}, "malformed"),
        ("door", {"round": ["x", "y"], "room": "20-1702", "do": "refused"}, "malformed"),
        ("door", {"round": {"a": 1}, "room": "20-1702", "do": "refused"}, "malformed"),
        ("door", {"round": "x", "room": "20-1702", "do": ["refused"]}, "malformed"),
        ("relief", {"relief": "x", "room": "20-1702", "do": "handed", "count": float("inf")}, "count_malformed"),
    ],
)
def test_events_when_one_is_malformed_refuse_it_and_take_the_next(
    luo: Client, shop: Shop, kind: str, body: Any, code: str
) -> None:
    # As JSON of a phone says it: Python would write Infinity.
    sent = json.dumps([{**event(shop), "kind": kind, "body": body}, event(shop)]).replace("Infinity", "1e400")
    request = f'{{"compound": "xingfuli", "as": "{user_mark(shop.feng)}", "events": {sent}}}'
    luo.force_login(shop.feng)
    results = luo.post(EVENTS, request, content_type="application/json").json()["results"]
    assert [row.get("error", {}).get("code") for row in results] == [code, None]


@pytest.mark.errors_expected
def test_events_when_one_breaks_the_program_say_so_of_it_alone(
    luo: Client, shop: Shop, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def breaks(act: Any) -> dict[str, Any]:
        raise ZeroDivisionError

    monkeypatch.setitem(KINDS, "breaks", EventKind("breaks", KINDS["purchase"].roles, breaks))
    broken, good = {**event(shop), "kind": "breaks"}, event(shop)
    results = send(luo, broken, good).json()["results"]
    assert [row.get("error", {}).get("code") for row in results] == ["not_recorded", None]
    assert [row.id for row in PhoneEvent.objects.all()] == [uuid.UUID(good["id"])]
    assert [record.message for record in caplog.records] == [f"act {broken['id']} could not be recorded"]


def test_events_when_the_id_is_known_with_something_else_in_it_are_refused(luo: Client, shop: Shop) -> None:
    row = event(shop)
    send(luo, row)
    [other] = send(luo, {**row, "body": {**row["body"], "quantity": "13"}}).json()["results"]
    assert other["error"]["code"] == "id_taken"
    # In another order, and sent at another time, it is the same.
    [same] = send(luo, {**row, "body": dict(reversed(row["body"].items())), "clock_offset_ms": 5}).json()["results"]
    assert same["replayed"] is True


@pytest.mark.parametrize("mark", [None, "", 3])
def test_events_when_they_do_not_say_whose_they_are_are_400(luo: Client, shop: Shop, mark: Any) -> None:
    answer = send(luo, event(shop), **{"as": mark})
    assert (answer.status_code, answer.json()["error"]["code"], PhoneEvent.objects.count()) == (400, "invalid", 0)


def test_events_when_repeated_get_the_first_answer_again(luo: Client, shop: Shop) -> None:
    row = event(shop)
    [first] = send(luo, row).json()["results"]
    [again] = send(luo, row).json()["results"]
    assert (first["replayed"], again["replayed"]) == (False, True)
    assert {**again, "replayed": False} == first
    assert Purchase.objects.count() == 1


def test_events_when_nobody_is_logged_in_are_403(client: Client, shop: Shop) -> None:
    answer = send(client, event(shop))
    assert (answer.status_code, answer.json()["error"]["code"]) == (403, "not_logged_in")


def test_events_when_the_csrf_token_is_missing_are_403_and_taken_with_it(shop: Shop) -> None:
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(shop.luo)
    body = json.dumps({"compound": "xingfuli", "as": user_mark(shop.luo), "events": [event(shop)]})
    assert strict.post(EVENTS, body, content_type="application/json").status_code == 403
    strict.get("/c/xingfuli/shopping/")
    token = strict.cookies["csrftoken"].value
    answer = strict.post(EVENTS, body, content_type="application/json", headers={"X-CSRFToken": token})
    assert (answer.status_code, Purchase.objects.count()) == (200, 1)


def test_events_when_another_user_is_logged_in_are_not_taken_under_the_wrong_name(luo: Client, shop: Shop) -> None:
    answer = send(luo, event(shop), **{"as": user_mark(shop.feng)})
    assert (answer.status_code, answer.json()["error"]["code"]) == (409, "other_user")
    assert send(luo, event(shop), **{"as": user_mark(shop.luo)}).status_code == 200
    assert [row.by for row in PhoneEvent.objects.all()] == [shop.luo]


@pytest.mark.parametrize("code", ["dongyuan", "xing\0fuli", None, 3])
def test_events_when_the_compound_is_none_of_ones_own_are_refused(luo: Client, shop: Shop, code: Any) -> None:
    answer = send(luo, event(shop), compound=code)
    assert (answer.status_code, answer.json()["error"]["code"]) == (409, "compound_unknown")


@pytest.mark.parametrize("body", ["[]", "{}", '{"events": []}', "{", "[" * 100_000])
def test_events_when_the_request_is_no_list_are_400(luo: Client, shop: Shop, body: str) -> None:
    assert luo.post(EVENTS, body, content_type="application/json").status_code == 400


def photo(**exif: Any) -> io.BytesIO:
    out = io.BytesIO()
    made = Image.new("RGB", (3000, 1000), "red")
    tags = made.getexif()
    tags[0x0110], tags[0x0112] = "A camera", 6
    tags.get_ifd(0x8825)[1] = "N"
    made.save(out, "JPEG", exif=tags)
    out.seek(0)
    out.name = "receipt.jpg"
    return out


def test_picture_when_sent_twice_is_one_and_says_nothing_of_the_camera(luo: Client, shop: Shop) -> None:
    row = event(shop)
    send(luo, row)
    first, again = (
        luo.post(PICTURES, {"compound": "xingfuli", "event": row["id"], "file": photo()}).json() for _ in range(2)
    )
    assert (first["replayed"], again) == (False, {**first, "replayed": True})
    kept = Picture.objects.get().file
    with Image.open(io.BytesIO(bytes(kept.content))) as made:
        assert (made.size, dict(made.getexif()), made.info.get("exif")) == ((667, 2000), {}, None)
    assert (kept.content_type, kept.roles, str(kept.keep_until)) == (
        "image/jpeg", ["coordinator", "supply"], str(shop.compound.day_of(kept.created_at).fromordinal(
            shop.compound.day_of(kept.created_at).toordinal() + 30))
    )  # fmt: skip


@pytest.mark.parametrize(("content", "code"), [(b"no picture", "no_picture"), (b"<svg/>", "no_picture")])
def test_picture_when_it_is_none_is_refused(luo: Client, shop: Shop, content: bytes, code: str) -> None:
    row = event(shop)
    send(luo, row)
    file = io.BytesIO(content)
    answer = luo.post(PICTURES, {"compound": "xingfuli", "event": row["id"], "file": file})
    assert (answer.status_code, answer.json()["error"]["code"], StoredFile.objects.count()) == (409, code, 0)


def test_picture_when_its_act_is_not_there_is_refused(luo: Client, shop: Shop) -> None:
    answer = luo.post(PICTURES, {"compound": "xingfuli", "event": str(uuid.uuid4()), "file": photo()})
    assert (answer.status_code, answer.json()["error"]["code"]) == (409, "event_unknown")


def test_schema_when_asked_has_both_addresses(client: Client, db: None) -> None:
    paths = client.get("/api/schema/", headers={"Accept": "application/json"}).content.decode()
    assert ("/api/v1/orders/events" in paths, "/api/v1/orders/pictures" in paths) == (True, True)
