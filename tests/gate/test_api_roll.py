"""GET /api/v1/gate/roll: what stands in it, what must never, how much of it, in how many queries."""

import datetime as dt
import gzip
import json
from collections.abc import Callable
from typing import Any

import pytest
import time_machine
from django.test import Client

from compound.models import Compound, Gate, Household
from gate.models import Device, Isolation
from gate.queries.roll import iso, roll_for
from gate.services.tokens import pass_token, roll_hash, token_hash
from tests import make

Stop = Callable[..., time_machine.Traveller]
HOUR, DAY = dt.timedelta(hours=1), dt.timedelta(days=1)
NOW = make.ELEVEN

pytestmark = pytest.mark.django_db


def ask(client: Client, cursor: str = "", **headers: str) -> Any:
    given = {"Authorization": "Device tok", **headers}
    return client.get("/api/v1/gate/roll", {"cursor": cursor} if cursor else {}, headers=given)


EMPTY = {"surname": "", "passes": [], "outings": [], "outside_since": None, "no_outing_until": None}


def hash_of(card: Any) -> str:
    return roll_hash(token_hash(pass_token(card.pk)))


def busy(of: Compound, number: int) -> Household:
    """A door with everything that a roll can say of one."""
    door, phone = make.household(of, f"20-{number}"), of.gate_devices.get()
    make.resident(door, "欧阳静")
    card = make.gate_pass(of, door)
    make.gate_pass(of, door, "vehicle", at=NOW - DAY, plate=f"沪A{number:05}")
    make.outing(make.check(door, phone=phone, at=NOW - DAY, gate_pass=card), back_at=NOW - 22 * HOUR)
    make.outing(make.check(door, phone=phone, at=NOW - HOUR, gate_pass=card), slot=2)
    by = phone.compound.memberships.first().user
    Isolation.objects.create(household=door, until=NOW + DAY, set_at=NOW, set_by=by, note="发热 待核酸")
    return door


@pytest.fixture
def of(clock: Stop) -> Compound:
    clock(NOW)
    made = make.compound()
    make.member(made)
    make.device(make.gate(made))
    make.gate(made, "后门", kind=Gate.Kind.SEALED)
    make.rulebook(made)
    return made


def test_roll_when_everything_is_there_says_it_once(client: Client, of: Compound) -> None:
    door = busy(of, 1702)
    quiet = make.household(of, "20-1703")
    household_pass, car = door.passes.order_by("kind")
    volunteer = make.gate_pass(of, None, "volunteer", holder="冯磊")
    body = ask(client).json()
    assert len(body.pop("cursor")) > 16
    assert body == {
        "full": True,
        "server_time": "2022-08-23T03:00:00Z",
        "ends_at": "2022-08-23T15:00:00Z",
        "compound": {"code": "xingfuli", "name": "幸福里", "language": "zh-hans"},
        "gate": "东门",
        "gates": ["东门"],
        "offsets": [[0, 480]],
        "rules": [{"id": of.rulebooks.get().pk, "starts_at": "2022-08-16T03:00:00Z"}],
        "outside": {"compound": 1, "buildings": {"20": 1}},
        "households": [
            {
                "room": "20-1702",
                "surname": "欧阳",
                "passes": [
                    {
                        "hash": hash_of(household_pass),
                        "kind": "household",
                        "from": None,
                        "until": None,
                        "outside_since": "2022-08-23T02:00:00Z",
                    },
                    {"hash": hash_of(car), "kind": "vehicle", "from": None, "until": None, "plate": "沪A01702"},
                ],
                "outings": [
                    {"out": "2022-08-22T03:00:00Z", "back": "2022-08-22T05:00:00Z", "gate": "东门"},
                    {"out": "2022-08-23T02:00:00Z", "gate": "东门"},
                ],
                "outside_since": "2022-08-23T02:00:00Z",
                "no_outing_until": "2022-08-24T03:00:00Z",
            },
            {**EMPTY, "room": quiet.room},
        ],
        "passes": [{"hash": hash_of(volunteer), "kind": "volunteer", "from": None, "until": None}],
        "plates": [{"plate": "沪A01702", "room": "20-1702"}],
        "deleted": [],
    }


def test_roll_when_looked_through_holds_no_phone_no_name_and_no_word_about_health(client: Client, of: Compound) -> None:
    door = busy(of, 1702)
    person = door.residents.get()
    make.gate_pass(of, door, "essential", employer="第一医院", holder="欧阳静")
    Household.objects.filter(pk=door.pk).update(has_returnee=True, remark="密接", card="pink", card_reason="从外地返回")
    text = ask(client).content.decode()
    gone = [
        person.phone,
        person.name,
        "静",
        "发热",
        "核酸",
        "密接",
        "返回",
        "第一医院",
        "isolation",
        "returnee",
        "pink",
    ]
    assert [word for word in gone if word in text] == []
    assert '"no_outing":true' in text


def test_roll_when_no_rule_asks_for_returnees_does_not_tell_who_they_are(client: Client, of: Compound) -> None:
    door = make.household(of, "20-1702")
    Household.objects.filter(pk=door.pk).update(has_returnee=True)
    of.rulebooks.update(returnee_voids_pass=False)
    assert ask(client).json()["households"] == [{**EMPTY, "room": "20-1702"}]


def test_roll_when_of_another_compound_is_not_in_it(client: Client, of: Compound) -> None:
    elsewhere = make.compound("dongyuan", "东园")
    make.gate_pass(elsewhere, make.household(elsewhere, "1-101"))
    make.gate_pass(elsewhere, None, "vehicle", plate="沪C00001")
    make.rulebook(elsewhere)
    body = ask(client).json()
    assert (body["households"], body["plates"], len(body["rules"])) == ([], [], 1)


@pytest.mark.parametrize(
    ("more", "is_there"),
    [
        ({"valid_until": NOW - 59 * DAY}, True),
        ({"valid_until": NOW - 61 * DAY}, False),
        ({"revoked_at": NOW - 59 * DAY}, True),
        ({"revoked_at": NOW - 61 * DAY}, False),
    ],
)
def test_pass_when_worthless_for_two_months_is_left_out(
    client: Client, of: Compound, more: Any, is_there: bool
) -> None:
    door = make.household(of, "20-1702")
    make.gate_pass(of, door, "visitor", at=NOW - 99 * DAY, **more)
    assert bool(ask(client).json()["households"][0]["passes"]) is is_there


def test_outing_when_nothing_depends_on_it_any_more_is_left_out(client: Client, of: Compound) -> None:
    """One person every 2 days: since the beginning of the day before yesterday, and twice that for who was late."""
    door, phone = make.household(of, "20-1702"), of.gate_devices.get()

    def outing(days: int, slot: int | None = 1, **more: Any) -> None:
        out = NOW - days * DAY
        make.outing(make.check(door, phone=phone, at=out), slot=slot, back_at=out + 3 * HOUR, **more)

    outing(3)
    outing(4, due_at=NOW - 4 * DAY + 2 * HOUR, forfeit=True, slot=3)
    outing(2, slot=None)
    outing(2, slot=2)
    outing(1, slot=4, due_at=NOW - DAY + 4 * HOUR, forfeit=True)
    given = ask(client).json()["households"][0]["outings"]
    assert [(row["out"], "due" in row) for row in given] == [
        (iso(NOW - 4 * DAY), True),
        (iso(NOW - 2 * DAY), False),
        (iso(NOW - DAY), False),
    ]


@pytest.mark.parametrize("rows", [1, 3])
def test_roll_when_longer_takes_no_more_queries(of: Compound, rows: int, django_assert_num_queries: Any) -> None:
    for number in range(rows):
        busy(of, 1701 + number)
    device = Device.objects.select_related("compound", "gate").get()
    with django_assert_num_queries(11):
        assert len(roll_for(device=device, cursor="", at=NOW)["households"]) == rows


def test_roll_when_the_phone_takes_gzip_is_compressed_and_kept_by_nobody(client: Client, of: Compound) -> None:
    for number in range(8):
        busy(of, 1701 + number)
    plain, packed = ask(client), ask(client, **{"Accept-Encoding": "gzip"})
    assert packed.headers["Content-Encoding"] == "gzip"
    assert json.loads(gzip.decompress(packed.content))["households"] == plain.json()["households"]
    assert len(packed.content) < len(plain.content) / 3
    assert packed.headers["Cache-Control"] == "no-store"
    assert "Set-Cookie" not in packed.headers


def test_roll_when_asked_without_end_has_to_wait(client: Client, of: Compound) -> None:
    answers = [ask(client).status_code for _ in range(61)]
    assert (set(answers[:60]), answers[60]) == ({200}, 429)


def test_roll_when_redis_is_down_is_given_all_the_same(client: Client, of: Compound, settings: Any) -> None:
    cache = {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": "redis://127.0.0.1:1/0"}
    settings.CACHES = {"default": {**cache, "OPTIONS": {"socket_connect_timeout": 0.2}}}
    assert ask(client).status_code == 200


def test_answer_when_another_language_is_asked_for_is_in_it(client: Client, of: Compound) -> None:
    of.gate_devices.update(issued_at=NOW - DAY, ends_at=NOW)
    texts = [ask(client, **{"Accept-Language": code}).json()["error"]["text"] for code in ("en-GB", "zh-CN", "fr", "")]
    chinese = "这部手机的值守已结束，请协调员重新绑定。"
    assert texts == ["The shift of this phone is over. Let the coordinator bind it again.", chinese, chinese, chinese]
