"""Gate phones: made by the command, bound by a code, ended, revoked, forgotten."""

import datetime as dt
import json
from collections.abc import Callable
from contextlib import nullcontext
from typing import Any

import pytest
import time_machine
from django.core.management import CommandError, call_command
from django.test import Client

from compound.models import AuditEntry, Gate, Role, User
from compound.refusals import Refusal
from gate.models import Device
from gate.queries.devices import device_behind, hash_of
from gate.services import devices
from tests import make
from tests.at_once import Other

Stop = Callable[..., time_machine.Traveller]
HOUR = dt.timedelta(hours=1)
SOON = make.ELEVEN + 12 * HOUR


def invited(of: Any = None) -> Device:
    of = of or make.compound()
    by = User.objects.filter(memberships__compound=of).first() or make.member(of)
    return devices.invite_device(compound=of, gate=make.gate(of), label="周静", ends_at=SOON, by=by, at=make.ELEVEN)


def bind(client: Client, body: Any, **headers: str) -> Any:
    return client.post("/api/v1/gate/devices", json.dumps(body), content_type="application/json", headers=headers)


def ask(client: Client, token: str, path: str = "/api/v1/gate/roll") -> Any:
    return client.get(path, headers={"Authorization": f"Device {token}"})


# ── the command ───────────────────────────────────


@pytest.mark.django_db
def test_command_when_run_prints_nothing_but_a_token_that_opens_the_roll(
    client: Client, clock: Stop, capsys: pytest.CaptureFixture[str]
) -> None:
    clock(make.ELEVEN)
    make.gate(make.compound())
    call_command("device", compound="xingfuli", gate="东门")
    lines = capsys.readouterr().out.splitlines()
    device = Device.objects.get()
    assert (len(lines), len(lines[0]), device.token_hash) == (1, 43, hash_of(lines[0]))
    assert (device.ends_at - device.issued_at, device.bound_at) == (12 * HOUR, make.ELEVEN)
    assert ask(client, lines[0]).status_code == 200


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"compound": "nowhere"}, "No compound 'nowhere'."),
        ({"gate": "北门"}, "No gate '北门' in 'xingfuli' (there are: 东门，后门)."),
        ({"gate": "后门"}, "后门已封闭，没有人从那里通行。"),
    ],
)
def test_command_when_something_is_wrong_says_what(changed: dict[str, str], words: str) -> None:
    of = make.compound()
    make.gate(of)
    make.gate(of, "后门", kind=Gate.Kind.SEALED)
    with pytest.raises(CommandError) as error:
        call_command("device", **{"compound": "xingfuli", "gate": "东门", **changed})
    assert (str(error.value), Device.objects.count()) == (words, 0)


@pytest.mark.parametrize("hours", ["0", "-1", "745", "soon", "nan"])
def test_command_when_hours_are_none_is_refused(hours: str) -> None:
    with pytest.raises(CommandError):
        call_command("device", "--compound=xingfuli", "--gate=东门", f"--hours={hours}")


# ── binding ───────────────────────────────────────


@pytest.mark.django_db
def test_binding_when_the_code_is_good_answers_with_token_and_gates(client: Client, clock: Stop) -> None:
    clock(make.ELEVEN)
    device = invited()
    make.gate(device.compound, "南门")
    make.gate(device.compound, "后门", kind=Gate.Kind.SEALED)
    answer = bind(client, {"code": devices.code_of(device)})
    body = answer.json()
    token = body.pop("token")
    assert (answer.status_code, body) == (
        200,
        {
            "compound": {"code": "xingfuli", "name": "幸福里"},
            "gate": "东门",
            "gates": ["东门", "南门"],
            "ends_at": "2022-08-23T15:00:00Z",
            "offsets": [[0, 480]],
        },
    )
    assert device_behind(token) == device
    device.refresh_from_db()
    assert (device.code_hash, device.code_expires_at, device.bound_at) == (None, None, make.ELEVEN)
    assert AuditEntry.objects.get(action="device.bound").text == "卡口手机 周静 已绑定到 东门"


@pytest.mark.django_db
def test_code_when_typed_by_hand_is_read_all_the_same(client: Client, clock: Stop) -> None:
    clock(make.ELEVEN)
    code = devices.code_of(invited())
    typed = f" {code[:5].lower()}-{code[5:]}".replace("0", "o").replace("1", "l")
    assert bind(client, {"code": typed}).status_code == 200


@pytest.mark.django_db
def test_code_when_wrong_used_run_out_revoked_or_absent_gets_the_same_answer(client: Client, clock: Stop) -> None:
    stand = clock(make.ELEVEN)
    of = make.compound()
    used, late, revoked = (invited(of) for _ in range(3))
    codes = [devices.code_of(device) for device in (used, late, revoked)]
    assert bind(client, {"code": codes[0]}).status_code == 200
    devices.revoke_device(device=revoked, by=None, at=make.ELEVEN)
    bodies: list[Any] = [{"code": codes[0]}, {"code": codes[2]}, {"code": "0" * 10}, {}, {"code": "x" * 99}, [], "code"]
    answers = [bind(client, body) for body in bodies]
    stand.shift(dt.timedelta(minutes=10))
    answers.append(bind(client, {"code": codes[1]}))
    text = "这个绑定码无效或已失效，请协调员重新出示一个。"
    same = (404, {"error": {"code": "code_over", "text": text}})
    assert [(answer.status_code, answer.json()) for answer in answers] == [same] * 8


@pytest.mark.django_db
def test_code_when_tried_a_moment_before_its_end_still_binds(client: Client, clock: Stop) -> None:
    stand = clock(make.ELEVEN)
    code = devices.code_of(invited())
    stand.shift(dt.timedelta(minutes=10, seconds=-1))
    assert bind(client, {"code": code}).status_code == 200


@pytest.mark.django_db
def test_binding_when_tried_thirty_times_from_one_address_has_to_wait(client: Client, clock: Stop) -> None:
    clock(make.ELEVEN)
    answers = [bind(client, {"code": "0" * 10}).status_code for _ in range(31)]
    assert answers == [404] * 30 + [429]
    code = devices.code_of(invited())
    elsewhere = client.post(
        "/api/v1/gate/devices", json.dumps({"code": code}), content_type="application/json", REMOTE_ADDR="10.0.0.9"
    )
    assert elsewhere.status_code == 200


@pytest.mark.django_db(transaction=True)
def test_code_when_two_phones_scan_it_at_once_binds_one() -> None:
    code = devices.code_of(invited())
    work = lambda: devices.bind_device(code=code, at=make.ELEVEN)[1]  # noqa: E731
    outcomes = [other.ended() for other in [Other(work) for _ in range(6)]]
    tokens = [outcome for outcome in outcomes if outcome != "code_over"]
    assert (len(tokens), outcomes.count("code_over")) == (1, 5)
    assert device_behind(tokens[0]) == Device.objects.get()


@pytest.mark.django_db
def test_code_when_renewed_is_another_one_and_the_old_one_is_dead(client: Client, clock: Stop) -> None:
    stand = clock(make.ELEVEN)
    device = invited()
    old = devices.code_of(device)
    stand.shift(dt.timedelta(minutes=11))
    by = device.issued_by
    assert by is not None
    devices.renew_invitation(device=device, by=by, at=make.ELEVEN + dt.timedelta(minutes=11))
    assert [bind(client, {"code": code}).status_code for code in (old, devices.code_of(device))] == [404, 200]
    with pytest.raises(Refusal) as refusal:
        devices.renew_invitation(device=device, by=by, at=make.ELEVEN + dt.timedelta(minutes=12))
    assert refusal.value.code == "device_bound"


@pytest.mark.django_db
def test_invitation_when_sent_twice_is_one() -> None:
    of = make.compound()
    by, key = make.member(of), make.gate_pass(of, make.household(of, "20-1702")).pk
    twice = [
        devices.invite_device(
            compound=of, gate=make.gate(of), label="周静", ends_at=SOON, by=by, at=make.ELEVEN, id=key
        )
        for _ in range(2)
    ]
    assert (twice[0].pk, twice[1].pk, Device.objects.count()) == (key, key, 1)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("kind", "hours", "code"),
    [("guarded", 0, "ends_in_the_past"), ("sealed", 1, "gate_sealed"), ("emergency", 1, None)],
)
def test_invitation_when_there_is_nothing_to_guard_is_refused(kind: str, hours: int, code: str | None) -> None:
    of = make.compound()
    by, gate = make.member(of), make.gate(of, kind=kind)
    with pytest.raises(Refusal) if code else nullcontext() as refusal:
        devices.invite_device(
            compound=of, gate=gate, label="", ends_at=make.ELEVEN + hours * HOUR, by=by, at=make.ELEVEN
        )
    assert (refusal.value.code if refusal else None) == code


# ── what a token opens, and until when ────────────


@pytest.mark.django_db
def test_token_when_its_shift_is_over_opens_the_roll_no_more(client: Client, clock: Stop) -> None:
    stand = clock(make.ELEVEN)
    make.device(make.gate(make.compound()))
    stand.move_to(SOON - dt.timedelta(seconds=1))
    assert ask(client, "tok").status_code == 200
    stand.move_to(SOON)
    answer = ask(client, "tok")
    text = "这部手机的值守已结束，请协调员重新绑定。"
    assert (answer.status_code, answer.json()) == (403, {"error": {"code": "device_ended", "text": text}})


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("header", "code"),
    [
        ("Device tok", "device_revoked"),
        ("Device TOK", "device_unknown"),
        ("Device", "device_unknown"),
        ("Device tok tok", "device_unknown"),
        ("Device t\xf6k", "device_unknown"),
        ("Bearer tok", "not_authenticated"),
        ("", "not_authenticated"),
    ],
)
def test_token_when_not_good_gets_401_with_a_code(client: Client, clock: Stop, header: str, code: str) -> None:
    clock(make.ELEVEN)
    device = make.device(make.gate(make.compound()))
    devices.revoke_device(device=device, by=None, at=make.ELEVEN)
    answer = client.get("/api/v1/gate/roll", headers={"Authorization": header, "Accept-Language": "en"})
    error = answer.json()["error"]
    assert (answer.status_code, answer["WWW-Authenticate"], error["code"]) == (401, "Device", code)
    assert error["text"].isascii()


@pytest.mark.django_db
def test_ended_token_when_seven_days_are_over_is_not_known_any_more(client: Client, clock: Stop) -> None:
    clock(SOON + dt.timedelta(days=7))
    make.device(make.gate(make.compound()))
    answer = ask(client, "tok")
    assert (answer.status_code, answer.json()["error"]["code"]) == (401, "device_ended")


@pytest.mark.django_db
def test_authentication_when_asked_again_takes_one_query(clock: Stop, django_assert_num_queries: Any) -> None:
    clock(make.ELEVEN)
    gate = make.gate(make.compound())
    make.device(gate)
    assert device_behind("tok") is not None
    with django_assert_num_queries(1):
        device = device_behind("tok")
        assert device is not None
        assert (device.compound.name, device.gate.name) == ("幸福里", "东门")
    gate.name = "正门"
    gate.save()
    with django_assert_num_queries(2):
        renamed = device_behind("tok")
    assert renamed is not None
    assert renamed.gate.name == "正门"


@pytest.mark.django_db
def test_phone_when_it_leaves_is_over_and_may_not_ask_again(client: Client, clock: Stop) -> None:
    stand = clock(make.ELEVEN)
    device = make.device(make.gate(make.compound()))
    stand.shift(HOUR)
    answer = client.delete("/api/v1/gate/devices", headers={"Authorization": "Device tok"})
    device.refresh_from_db()
    assert (answer.status_code, device.ends_at, device.revoked_at) == (204, make.ELEVEN + HOUR, None)
    assert ask(client, "tok").status_code == 403


@pytest.mark.django_db
def test_phone_when_nobody_asks_cannot_be_ended(client: Client) -> None:
    assert client.delete("/api/v1/gate/devices").status_code == 401


@pytest.mark.django_db
def test_last_seen_when_the_roll_is_asked_for_is_written_once_a_minute(client: Client, clock: Stop) -> None:
    stand = clock(make.ELEVEN)
    device = make.device(make.gate(make.compound()))
    seen = []
    for seconds in (0, 59, 1):
        stand.shift(dt.timedelta(seconds=seconds))
        assert ask(client, "tok").status_code == 200
        device.refresh_from_db()
        seen.append(device.last_seen_at)
    assert seen == [make.ELEVEN, make.ELEVEN, make.ELEVEN + dt.timedelta(minutes=1)]


# ── the end ───────────────────────────────────────


@pytest.mark.django_db
def test_device_when_ended_and_revoked_leaves_its_trace() -> None:
    of = make.compound()
    by, device = make.member(of), make.device(make.gate(of), label="周静")
    at = make.ELEVEN + HOUR
    ended = [devices.end_device(device=device, by=by, at=at) for _ in range(2)]
    revoked = [devices.revoke_device(device=device, by=by, at=at) for _ in range(2)]
    assert (ended, revoked) == ([True, False], [True, False])
    trace = AuditEntry.objects.order_by("pk").values_list("action", "subject", "text", "by__name")
    assert list(trace) == [
        ("device.ended", "东门 周静", "东门 的卡口手机 周静 结束值守", "林涛"),
        ("device.revoked", "东门 周静", "东门 的卡口手机 周静 已停用", "林涛"),
    ]


@pytest.mark.django_db
def test_audit_when_a_phone_is_invited_and_bound_holds_neither_code_nor_token(clock: Stop) -> None:
    clock(make.ELEVEN)
    device = invited()
    code = devices.code_of(device)
    _bound, token = devices.bind_device(code=code, at=make.ELEVEN)
    kept = json.dumps(list(AuditEntry.objects.values("action", "subject", "text", "params")))
    row = json.dumps(Device.objects.values().get(), default=str)
    assert [secret in text for secret in (code, token) for text in (kept, row)] == [False] * 4


@pytest.mark.django_db
def test_forgetting_when_thirty_days_are_over_keeps_rows_without_hashes() -> None:
    of = make.compound()
    old, fresh = make.device(make.gate(of), "old"), make.device(make.gate(of), "new", hours=24 * 20)
    unused = invited(of)
    check = make.check(None, phone=old)
    devices.forget_devices(SOON + dt.timedelta(days=30, seconds=1))
    hashes = dict(Device.objects.values_list("pk", "token_hash"))
    assert hashes == {old.pk: f"forgotten {old.pk}", fresh.pk: hash_of("new")}
    assert (unused.pk in hashes, check.device) == (False, old)
    assert [device_behind(token) for token in ("old", f"forgotten {old.pk}")] == [None, None]


@pytest.mark.django_db
def test_forgetting_when_a_day_is_not_over_looks_at_nothing(django_assert_num_queries: Any) -> None:
    devices.forget_devices(make.ELEVEN)
    with django_assert_num_queries(1):
        devices.forget_devices(make.ELEVEN + dt.timedelta(hours=23))


@pytest.mark.django_db
def test_admin_when_phones_are_locked_out_says_how_many(client: Client) -> None:
    of = make.compound()
    client.force_login(make.member(of, Role.SECRETARY))
    device = make.device(make.gate(of), label="周静")
    elsewhere = make.device(make.gate(make.compound("dongyuan", "东园")), "other")
    page = client.get("/admin/gate/device/")
    assert (page.status_code, "周静" in page.content.decode()) == (200, True)
    chosen = {"action": "lock_out", "_selected_action": [device.pk, elsewhere.pk]}
    client.post("/admin/gate/device/", chosen)
    assert set(Device.objects.filter(revoked_at=None)) == {elsewhere}
