"""A gate phone can do nothing but checks, roll, parcels and incidents of its own compound, until its shift ends."""

import datetime as dt
import json
import uuid
from collections.abc import Callable
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from compound.models import Role
from gate.models import Check, Incident, Parcel
from gate.services.devices import revoke_device
from tests import make
from tests.compound.test_access import NOWHERE, patterns

Stop = Callable[..., time_machine.Traveller]
HOUR, DAY = dt.timedelta(hours=1), dt.timedelta(days=1)
NOW = make.ELEVEN
# Where a token may do something: address → the methods.
ITS_OWN = {
    "api/v1/gate/checks": {"POST"},
    "api/v1/gate/roll": {"GET"},
    "api/v1/gate/parcels": {"GET", "POST"},
    "api/v1/gate/incidents": {"POST"},
    "api/v1/gate/devices": {"DELETE"},
}

pytestmark = pytest.mark.django_db


def everything() -> list[tuple[str, str]]:
    """Every address of the project, with codes of a compound that is there and ids of nothing."""
    rows = []
    for route, name, pattern in patterns():
        kinds = {
            key: type(c).__name__.removesuffix("Converter").lower() for key, c in pattern.pattern.converters.items()
        }
        given = {key: NOWHERE["str" if kind == "string" else kind] for key, kind in kinds.items()}
        if "code" in given and route.startswith("c/<"):
            given["code"] = "xingfuli"
        try:
            rows.append((route, reverse(name, kwargs=given)))
        except Exception:
            # The admin's pages of single rows, with converters of their own.
            rows.append((route, "/" + route.replace("<path:object_id>", "1").split("<")[0].split("(")[0]))
    return rows


def answer_of(client: Client, method: str, url: str, token: str | None) -> tuple[Any, ...]:
    headers = {"Authorization": f"Device {token}"} if token else {}
    body = {} if method == "GET" else {"data": "{}", "content_type": "application/json"}
    response = client.generic(method, url, headers=headers, **body) if body else client.get(url, headers=headers)
    return response.status_code, response.headers.get("Location"), response.cookies.keys()


def test_pages_when_a_phone_asks_with_its_token_give_what_anybody_gets(client: Client, clock: Stop) -> None:
    clock(NOW)
    of = make.compound()
    make.member(of, Role.SECRETARY)
    make.device(make.gate(of))
    # How the servers are, which tests have none of.
    pages = [(route, url) for route, url in everything() if route not in (*ITS_OWN, "healthz")]
    assert len(pages) > 100
    more = [
        (route, method)
        for route, url in pages
        for method in ("GET", "POST")
        if answer_of(client, method, url, "tok") != answer_of(client, method, url, None)
    ]
    assert more == []


def test_addresses_when_walked_are_those_that_a_token_is_for() -> None:
    api = {route for route, _url in everything() if route.startswith("api/v1/gate/")}
    assert api == set(ITS_OWN)


@pytest.mark.parametrize("route", list(ITS_OWN))
@pytest.mark.parametrize("method", ["GET", "POST", "PUT", "PATCH", "DELETE"])
def test_api_when_asked_without_a_token_says_401_and_with_one_only_to_its_methods(
    client: Client, clock: Stop, route: str, method: str
) -> None:
    clock(NOW)
    make.device(make.gate(make.compound()))
    # Binding has no token yet: a body without a code is an unknown code.
    without = {"api/v1/gate/devices": {"POST": 404}}.get(route, {}).get(method)
    if without is None:
        without = 401 if method in ITS_OWN[route] or route != "api/v1/gate/devices" else 405
    status = answer_of(client, method, f"/{route}", None)[0]
    assert status == without or (method not in ITS_OWN[route] and status in (401, 405))
    status = answer_of(client, method, f"/{route}", "tok")[0]
    if method in ITS_OWN[route]:
        assert status in (200, 204, 400)
    else:
        assert status == 405 or (route == "api/v1/gate/devices" and method == "POST" and status == 404)


# ── of its own compound, until its end ────────────


def send(client: Client, what: str, row: dict[str, Any], token: str = "tok") -> Any:
    given = {"id": str(uuid.uuid4()), "at": row.pop("at", NOW).isoformat(), "clock_offset_ms": 0, **row}
    return client.post(
        f"/api/v1/gate/{what}",
        json.dumps({what: [given]}),
        content_type="application/json",
        headers={"Authorization": f"Device {token}"},
    )


def test_phone_when_it_names_what_is_elsewhere_finds_nothing_there(client: Client, clock: Stop) -> None:
    clock(NOW)
    of, elsewhere = make.compound(), make.compound("dongyuan", "东园")
    make.device(make.gate(of))
    make.gate(elsewhere, "北门")
    make.household(elsewhere, "9-901")
    make.household(of, "20-1702")
    ours, theirs = (
        send(client, "checks", {"direction": "out", "household": room}).json()["results"][0]
        for room in ("20-1702", "9-901")
    )
    assert (ours["verdict"], theirs["verdict"]) == ("allow", "refuse")
    assert theirs["reasons"][0]["code"] == "household_unknown"
    send(client, "incidents", {"kind": "rushed", "gate": "北门", "room": "9-901", "note": ""})
    drop = send(client, "parcels", {"action": "drop", "building": "9", "count": 1}).json()["results"][0]
    assert drop["error"]["code"] == "building_unknown"
    assert set(Check.objects.values_list("compound", flat=True)) == {of.pk}
    assert set(Incident.objects.values_list("compound", "household")) == {(of.pk, None)}
    assert Parcel.objects.count() == 0


def test_phone_when_ended_sends_what_was_before_and_nothing_else(client: Client, clock: Stop) -> None:
    of = make.compound()
    phone = make.device(make.gate(of))
    make.household(of, "20-1702")
    make.household(of, "20-1703")
    clock(phone.ends_at + HOUR)

    def check(room: str, at: dt.datetime) -> Any:
        row = {"direction": "out", "household": room, "verdict": "allow", "at": at}
        return send(client, "checks", row).json()["results"][0]

    before, after = check("20-1702", phone.ends_at - HOUR), check("20-1703", phone.ends_at + dt.timedelta(minutes=1))
    assert (before["verdict"], after["error"]["code"]) == ("allow", "device_ended")
    assert Check.objects.count() == 1
    headers = {"Authorization": "Device tok"}
    asked = [client.get(f"/api/v1/gate/{what}", headers=headers).status_code for what in ("roll", "parcels")]
    assert asked == [403, 403]


@pytest.mark.parametrize("days", [6.9, 7.1])
def test_phone_when_seven_days_are_over_sends_nothing_more(client: Client, clock: Stop, days: float) -> None:
    of = make.compound()
    phone = make.device(make.gate(of))
    make.household(of, "20-1702")
    clock(phone.ends_at + days * DAY)
    row = {"direction": "out", "household": "20-1702", "verdict": "allow", "at": NOW + HOUR}
    assert send(client, "checks", row).status_code == (200 if days < 7 else 401)


def test_phone_when_revoked_sends_nothing(client: Client, clock: Stop) -> None:
    clock(NOW)
    of = make.compound()
    phone = make.device(make.gate(of))
    make.household(of, "20-1702")
    revoke_device(device=phone, by=None, at=NOW)
    row = {"direction": "out", "household": "20-1702"}
    answer = send(client, "checks", row)
    assert (answer.status_code, answer.json()["error"]["code"]) == (401, "device_revoked")
    assert Check.objects.count() == 0
