"""What somebody with a phone's token, or none, may try: another's passages, secrets in the log, poisoned batches."""

import datetime as dt
import json
from collections import Counter
from typing import Any

import pytest
from django.db import connection

from compound.models import Compound, Household, Role
from gate.models import Check, Incident, Outing, Parcel
from gate.queries.conflicts import unratified
from gate.queries.passages import Filters, passages_page
from gate.services.tokens import pass_token
from tests import make
from tests.at_once import Other
from tests.gate.phones import URL, Phone, a_check, codes
from tests.make import ELEVEN

pytestmark = pytest.mark.django_db
HOUR, MINUTE = dt.timedelta(hours=1), dt.timedelta(minutes=1)
PARCELS, INCIDENTS, DEVICES = (f"/api/v1/gate/{name}" for name in ("parcels", "incidents", "devices"))
# A phone's token: 43 characters of base64url.
SECRET = "Zk3vQx8hJ2mT-s7LqWb_N4cYfR6uDpG1aXeK9oHtVwI"


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


@pytest.fixture
def other(compound, door) -> Phone:
    return Phone(compound, "西门")


@pytest.fixture
def stranger(compound) -> Phone:
    elsewhere = make.compound("other", "别处")
    make.rulebook(elsewhere)
    return Phone(elsewhere, token="tok-else")


def about(answer: dict[str, Any], action: str, **more: Any) -> dict[str, Any]:
    return a_check(action=action, refers_to=answer["id"], **more)


def marks(of: Compound, mark: str = "") -> list[list[str]]:
    page = passages_page(compound=of, filters=Filters(day=ELEVEN.date(), mark=mark), page="1", sees_health=False)
    return [[str(one.word) for one in row.marks] for row in page.object_list]  # type: ignore[attr-defined]


def row(**more: Any) -> dict[str, Any]:
    """An incident that is a parcel too."""
    given = {"kind": "rushed", "action": "drop", "building": "20"}
    return {k: v for k, v in a_check().items() if k != "direction"} | given | more


def send(phone: Phone, url: str, *rows: Any) -> Any:
    body = json.dumps({url.rpartition("/")[2]: list(rows)})
    return phone.client.post(url, body, content_type="application/json")


# ── an event that is told of late ─────────────────


@pytest.mark.parametrize(
    ("given", "late"),
    [
        ({"at": ELEVEN - 2 * MINUTE}, False),
        ({"at": ELEVEN - 2 * MINUTE - dt.timedelta(seconds=1)}, True),
        ({"at": ELEVEN, "clock_offset_ms": -120_000}, False),
        ({"at": ELEVEN, "clock_offset_ms": -119_000}, False),
        ({"at": ELEVEN - 2 * HOUR, "verdict": "allow"}, False),
    ],
)
def test_check_the_phone_did_not_decide_is_marked_when_it_tells_of_it_late(phone, compound, given, late):
    answer = phone.one("20-1702", **given)

    assert codes(answer) == (["reported_late"] if late else [])
    assert [r["code"] for r in Check.objects.get().reasons] == codes(answer)
    assert ("晚报" in marks(compound)[0], len(marks(compound, "late"))) == (late, int(late))


def test_check_reported_late_says_when_in_both_languages(phone):
    asked = {"at": ELEVEN - 2 * HOUR}
    (zh,) = phone.send(a_check("20-1702", **asked))
    (en,) = phone.send(a_check("20-1702", "in", **asked), **{"Accept-Language": "en"})

    assert (zh["reasons"][-1]["effect"], zh["reasons"][-1]["params"]) == ("inform", {"minutes": 120})
    assert zh["reasons"][-1]["text"] == "120 分钟后才报上来，按发生时的情况判断。"
    assert en["reasons"][-1]["text"] == "Reported 120 minutes late, and judged as of then."


# ── readings ──────────────────────────────────────


@pytest.mark.parametrize(("celsius", "is_out"), [("36.5", True), ("37.3", False), ("34.5", False)])
def test_reading_called_recheck_by_a_phone_turns_back_only_who_is_out_of_line(phone, other, celsius, is_out):
    out = phone.one("20-1702")

    (said,) = other.send(about(out, "reading", temperature=celsius, verdict="recheck"))

    assert said["verdict"] == "recheck"
    assert (Outing.objects.get().void_at is None) == is_out


# ── secrets ───────────────────────────────────────


@pytest.mark.parametrize("name", ["household", "plate"])
def test_token_typed_as_room_or_plate_is_not_kept(phone, compound, door, name):
    token = pass_token(make.gate_pass(compound, door).pk)
    spaced = " ".join(token[n : n + 4] for n in range(0, 22, 4))

    phone.send(*(a_check(**{name: typed}) for typed in (token, token.lower(), spaced, token[:17], SECRET)))

    kept = set(Check.objects.values_list("shown", flat=True))
    assert kept <= {token[:4] + "…", token[:4].lower() + "…", (SECRET[:4] if name == "household" else "ZK3V") + "…"}


def test_token_given_as_the_room_of_an_incident_or_a_parcel_is_not_kept(phone, door):
    send(phone, INCIDENTS, row(room=SECRET))
    send(phone, PARCELS, row(room=SECRET))

    assert (Incident.objects.get().note, Parcel.objects.get().note) == ("Zk3v…", "Zk3v…")


def test_token_given_as_a_reason_is_not_kept(phone, compound, door):
    token = pass_token(make.gate_pass(compound, door).pk)

    phone.one("20-1702", override=f"扫到 {token}", reason=SECRET)
    send(phone, INCIDENTS, row(note=f"{token}。"))

    check = Check.objects.get()
    assert (check.override, check.reason) == (f"扫到 {token[:4]}…", "Zk3v…")
    assert Incident.objects.get().note == f"{token[:4]}…。"


@pytest.mark.parametrize("typed", ["99栋2单元1702室", "Building 12-1-1702", "东苑小楼-301"])
def test_room_that_is_none_is_kept_as_it_was_typed(phone, typed):
    phone.one(typed)

    assert Check.objects.get().shown == typed


# ── poisoned batches ──────────────────────────────


POISON = ["\ud800", 1e400, "x" * 100_000, {"a": [1]}, 10**400, "0001-01-01T00:00:00+00:00"]


@pytest.mark.parametrize("value", POISON, ids=["surrogate", "infinite", "long", "object", "big", "first year"])
@pytest.mark.parametrize(
    "name",
    ["id", "at", "direction", "kind", "verdict", "action", "source", "clock_offset_ms", "temperature", "refers_to"],
)
def test_check_with_poison_in_a_field_is_an_error_and_harms_no_other(phone, name, value):
    body = json.dumps({"checks": [a_check("20-1702") | {name: value}, a_check("20-1702")]}).replace("Infinity", "1e400")

    response = phone.client.post(URL, body, content_type="application/json")

    bad, good = response.json()["results"]
    assert (response.status_code, bad["error"]["code"], good["verdict"]) == (200, "invalid", "allow")
    assert len(response.content) < 2_000
    assert (bad["id"] is None) == (name == "id")


@pytest.mark.parametrize("url", [PARCELS, INCIDENTS])
@pytest.mark.parametrize("value", POISON, ids=["surrogate", "infinite", "long", "object", "big", "first year"])
@pytest.mark.parametrize("name", ["id", "at", "kind", "action", "clock_offset_ms"])
def test_row_with_poison_in_a_field_is_an_error_and_harms_no_other(phone, url, name, value):
    used = name not in ("kind", "action") or name == {PARCELS: "action", INCIDENTS: "kind"}[url]
    body = {url.rpartition("/")[2]: [row(clock_offset_ms=-1) | {name: value}, row()]}

    response = phone.client.post(url, json.dumps(body).replace("Infinity", "1e400"), content_type="application/json")

    bad, good = response.json()["results"]
    assert (response.status_code, "error" in bad, good.get("ok")) == (200, used, True)
    assert len(response.content) < 2_000
    assert (bad["id"] is None) == (name == "id")


@pytest.mark.parametrize("url", [URL, PARCELS, INCIDENTS, DEVICES])
def test_json_that_is_too_deep_is_400(phone, url):
    name = url.rpartition("/")[2]
    whole = phone.client.post(url, "[" * 100_000, content_type="application/json")
    nested = [f'{{"{name}": [{{"id": {"[" * depth + "]" * depth}}}], "code": 1}}' for depth in (5, 700, 5000)]
    within = [phone.client.post(url, body, content_type="application/json") for body in nested]

    assert [(r.status_code, r.json()["error"]["code"]) for r in (whole, *within)] == [(400, "parse_error")] * 4


# ── another's passages ────────────────────────────


def test_emergency_of_another_compound_stays_when_it_is_undone_from_elsewhere(phone, stranger, compound):
    out = phone.one("20-1702", action="emergency", reason="高烧")

    stranger.send(about(out, "undo", reason="x"))

    assert [(str(check.pk), check.is_undone) for check in unratified(compound)] == [(out["id"], False)]
    assert marks(compound) == [["紧急"]]


def test_emergency_that_is_undone_still_waits_and_says_so(phone, compound):
    out = phone.one("20-1702", action="emergency", reason="高烧")
    phone.send(about(out, "undo", reason="按错了"))

    assert [(str(check.pk), check.is_undone) for check in unratified(compound)] == [(out["id"], True)]
    page = log_in_to(compound).get("/c/xingfuli/emergencies/").content.decode()
    assert "已撤销" in page or "已撤回" in page


def test_undo_by_another_phone_before_the_passage_is_sent_changes_nothing(phone, other, compound):
    out = a_check("20-1702", verdict="allow")
    other.send(about(out, "undo", reason="x"))

    phone.send(out)

    assert (Outing.objects.get().void_at, marks(compound)) == (None, [["没有网络"]])
    (mine,) = phone.send(about(out, "undo", reason="扫错了"))
    assert mine["verdict"] == "allow"
    assert Outing.objects.get().void_at == ELEVEN


def test_return_undone_by_another_phone_still_closes_an_exit_that_is_sent_late(phone, other):
    back = a_check("20-1702", "in")
    other.send(about(back, "undo", reason="x"))
    phone.send(back)

    phone.one("20-1702", at=ELEVEN - HOUR, verdict="allow")

    assert str(Outing.objects.get().check_in_id) == back["id"]


def test_passage_of_another_phone_is_not_undone_by_way_of_an_own_reading(phone, other):
    out = phone.one("20-1702")
    (reading,) = other.send(about(out, "reading", temperature="36.5"))

    (theirs,) = other.send(about(reading, "undo", reason="x"))
    assert (theirs["error"]["code"], Outing.objects.get().void_at) == ("not_this_phone", None)

    (own,) = phone.send(about(reading, "undo", reason="扫错了"))
    assert (own["verdict"], Outing.objects.get().void_at) == ("allow", ELEVEN)


@pytest.mark.django_db(transaction=True)
def test_16_undoings_at_once_are_one(phone):
    out = phone.one("20-1702")

    def undo() -> dict[str, Any]:
        try:
            return phone.send(about(out, "undo", reason="扫错了"))[0]
        finally:
            connection.close()

    answers = [one.ended() for one in [Other(undo) for _ in range(16)]]

    assert Counter(a.get("error", {}).get("code") for a in answers) == {None: 1, "already_undone": 15}


# ── what nobody sees ──────────────────────────────


@pytest.mark.parametrize("nothing", ["\u200b", "\u2060 \ufeff", "\u3164", "\x01"])
def test_reason_that_nobody_can_read_is_none(phone, nothing):
    phone.one("20-1702")

    refused = phone.one("20-1702", override=nothing)
    (undone,) = phone.send(about(refused, "undo", reason=nothing))

    assert (refused["verdict"], undone["error"]["code"]) == ("refuse", "invalid")
    assert phone.one("20-1702", override="取药\u200b")["verdict"] == "allow"


@pytest.mark.parametrize("offset", ["+23:59", "-23:59"])
def test_moment_with_a_far_offset_is_that_moment(phone, offset):
    hours = dt.timedelta(hours=23, minutes=59) * (1 if offset[0] == "+" else -1)
    there = ELEVEN.astimezone(dt.timezone(hours))

    answer = phone.one("20-1702", at=there)

    assert (answer["verdict"], Check.objects.get().device_at) == ("allow", ELEVEN)


def test_method_with_a_control_character_leaves_the_workbook_whole(phone, compound):
    out = phone.one("20-1702")
    phone.send(about(out, "reading", temperature="37.5", method="额\x01温枪"))
    client = log_in_to(compound)
    client.post(
        "/c/xingfuli/temperatures/hand-in/",
        {"id": out["id"], "room": "20-1702", "person": "奶\x01奶", "value": "36.5", "method": ""},
    )

    answer = client.get("/c/xingfuli/temperatures/day.xlsx")

    assert answer.status_code == 200


# ── what a browser may keep ───────────────────────


@pytest.mark.parametrize("path", ["/c/xingfuli/", "/c/xingfuli/passages/", "/c/xingfuli/temperatures/"])
def test_page_of_somebody_logged_in_is_kept_nowhere(compound, path):
    assert log_in_to(compound).get(path)["Cache-Control"] == "private, no-store"


@pytest.mark.parametrize("path", ["gate/", "gate/worker.js", "gate/app.webmanifest"])
def test_shell_of_the_phone_page_is_kept_as_before(client, compound, path):
    before = client.get(f"/c/xingfuli/{path}")["Cache-Control"]

    assert log_in_to(compound).get(f"/c/xingfuli/{path}")["Cache-Control"] == before != "private, no-store"


def log_in_to(of: Compound) -> Any:
    from django.test import Client

    client = Client()
    client.force_login(make.member(of, Role.COORDINATOR), backend="django.contrib.auth.backends.ModelBackend")
    return client
