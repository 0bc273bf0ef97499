"""The coordinator's page of gate phones."""

import datetime as dt
import re
from collections.abc import Callable
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from compound.models import Compound, Gate, Role
from gate.models import Device
from gate.queries.phones import phones_page, state_of
from gate.services import devices
from tests import make

Stop = Callable[..., time_machine.Traveller]
HOUR = dt.timedelta(hours=1)
NOW = make.ELEVEN

pytestmark = pytest.mark.django_db


def page(name: str = "phones", **more: Any) -> str:
    return reverse(f"gate:{name}", kwargs={"code": "xingfuli", **more})


@pytest.fixture
def of(client: Client, clock: Stop) -> Compound:
    clock(NOW)
    made = make.compound()
    make.gate(made)
    client.force_login(make.member(made))
    return made


def invited(of: Compound, label: str = "周静") -> Device:
    by = of.memberships.select_related("user").first()
    assert by is not None
    return devices.invite_device(
        compound=of, gate=make.gate(of), label=label, ends_at=NOW + 12 * HOUR, by=by.user, at=NOW
    )


def form(of: Compound, **more: Any) -> dict[str, Any]:
    return {"gate": make.gate(of).pk, "label": "周静", "ends_at": "2022-08-23T20:00", **more}


@pytest.mark.parametrize(
    ("role", "status"), [(Role.COORDINATOR, 200), (Role.SECRETARY, 200), (Role.GATE, 404), (Role.VOLUNTEER, 404)]
)
def test_phones_when_asked_for_by_each_role_are_the_coordinators(client: Client, role: Role, status: int) -> None:
    of = make.compound()
    device = make.device(make.gate(of))
    client.force_login(make.member(of, role))
    names = ("phones", "phone_new", "phone_binding")
    asked = [client.get(page(name, **({"phone": device.pk} if name == "phone_binding" else {}))) for name in names]
    assert [answer.status_code for answer in asked] == [status] * 3
    for name in ("phone_end", "phone_revoke", "phone_renew"):
        client.post(page(name, phone=device.pk))
    device.refresh_from_db()
    assert (device.revoked_at is None) is (status == 404)


@pytest.mark.parametrize("rows", [1, 3])
def test_phones_when_more_take_no_more_queries(
    client: Client, of: Compound, rows: int, django_assert_num_queries: Any
) -> None:
    for number in range(rows):
        make.device(make.gate(of), f"tok{number}")
        make.device(make.gate(of), f"old{number}", at=NOW - 30 * HOUR)
    with django_assert_num_queries(4):
        assert client.get(page()).status_code == 200


def test_phones_when_in_every_state_are_named_by_it(of: Compound) -> None:
    waits, lapsed, bound, revoked = (invited(of, label) for label in ("甲", "乙", "丙", "丁"))
    devices.bind_device(code=devices.code_of(bound), at=NOW)
    devices.revoke_device(device=revoked, by=None, at=NOW)
    later = NOW + dt.timedelta(minutes=9)
    Device.objects.filter(pk=lapsed.pk).update(code_expires_at=later)
    rows = {device.label: state_of(device, later) for device in Device.objects.all()}
    assert rows == {"甲": "invited", "乙": "lapsed", "丙": "on_duty", "丁": "revoked"}
    assert {state_of(device, NOW + 12 * HOUR) for device in Device.objects.filter(revoked_at=None)} == {"ended"}
    shown = phones_page(compound=of, at=later)
    assert ([phone.device.label for phone in shown.over], shown.on_duty) == (["丁"], 1)
    assert {phone.device.label for phone in shown.open} == {"甲", "乙", "丙"}
    assert waits.pk is not None


def test_phone_when_invited_shows_a_qr_that_binds_it(client: Client, of: Compound) -> None:
    answer = client.post(page("phone_new"), form(of))
    device = Device.objects.get()
    assert (device.label, device.ends_at, device.issued_by_id) == (
        "周静",
        NOW.replace(hour=20),
        of.memberships.get().user_id,
    )
    assert answer.headers["Location"] == page("phone_binding", phone=device.pk)
    shown = client.get(answer.headers["Location"])
    code = devices.code_of(device)
    assert (f"{code[:5]} {code[5:]}" in shown.content.decode(), shown.headers["Cache-Control"]) == (
        True,
        "max-age=0, no-cache, no-store, must-revalidate, private",
    )
    # The code stands in no address, neither in the page's own nor in one that it asks for.
    assert [
        found for found in re.findall(r'(?:href|action|hx-get)="([^"]*)"', shown.content.decode()) if code in found
    ] == []


def test_invitation_when_posted_twice_is_one(client: Client, of: Compound) -> None:
    key = re.search(r'name="id" value="([^"]+)"', client.get(page("phone_new")).content.decode())
    assert key is not None
    for _ in range(2):
        client.post(page("phone_new"), form(of, id=key[1]))
    assert str(Device.objects.get().pk) == key[1]


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"ends_at": "2022-08-23T10:59"}, "ends_at"),
        ({"ends_at": "2022-08-30T11:01"}, "ends_at"),
        ({"ends_at": "soon"}, "ends_at"),
        ({"label": ""}, "label"),
        ({"gate": 0}, "gate"),
    ],
)
def test_invitation_when_something_is_wrong_says_it_beside_the_field(
    client: Client, of: Compound, wrong: dict[str, Any], field: str
) -> None:
    answer = client.post(page("phone_new"), form(of, **wrong))
    assert (answer.status_code, list(answer.context["form"].errors), Device.objects.count()) == (200, [field], 0)


def test_gates_when_sealed_are_not_offered(client: Client, of: Compound) -> None:
    make.gate(of, "后门", kind=Gate.Kind.SEALED)
    make.gate(make.compound("dongyuan", "东园"), "北门")
    offered = client.get(page("phone_new")).context["form"].fields["gate"].queryset
    assert [gate.name for gate in offered] == ["东门"]


def test_page_of_the_code_when_asked_again_changes_by_itself_when_the_phone_is_bound(
    client: Client, of: Compound
) -> None:
    device = invited(of)
    state = page("phone_state", phone=device.pk)
    assert client.get(state).status_code == 204
    devices.bind_device(code=devices.code_of(device), at=NOW)
    answer = client.get(state)
    assert ("手机已绑定" in answer.content.decode(), "hx-get" in answer.content.decode()) == (True, False)


def test_page_of_the_code_when_it_ran_out_offers_another_one(client: Client, of: Compound, clock: Stop) -> None:
    device = invited(of)
    old = devices.code_of(device)
    clock(NOW + dt.timedelta(minutes=11))
    assert "出示新的绑定码" in client.get(page("phone_state", phone=device.pk)).content.decode()
    client.post(page("phone_renew", phone=device.pk))
    device.refresh_from_db()
    shown = client.get(page("phone_binding", phone=device.pk)).content.decode()
    code = devices.code_of(device)
    assert (code != old, f"{code[:5]} {code[5:]}" in shown) == (True, True)


@pytest.mark.parametrize(("name", "field"), [("phone_end", "ends_at"), ("phone_revoke", "revoked_at")])
def test_phone_when_taken_off_is_off(client: Client, of: Compound, clock: Stop, name: str, field: str) -> None:
    device = make.device(make.gate(of), label="周静")
    clock(NOW + HOUR)
    assert client.get(page(name, phone=device.pk)).status_code == 302
    answer = client.post(page(name, phone=device.pk), follow=True)
    device.refresh_from_db()
    assert getattr(device, field) == NOW + HOUR
    assert answer.context["page"].on_duty == 0


def test_phone_when_of_another_compound_is_not_found(client: Client, of: Compound) -> None:
    device = make.device(make.gate(make.compound("dongyuan", "东园"), "北门"))
    names = ("phone_binding", "phone_state")
    assert [client.get(page(name, phone=device.pk)).status_code for name in names] == [404, 404]
    for name in ("phone_end", "phone_revoke", "phone_renew"):
        assert client.post(page(name, phone=device.pk)).status_code == 404
    device.refresh_from_db()
    assert (device.revoked_at, device.ends_at) == (None, NOW + 12 * HOUR)
