"""The common check in two messages says and writes what the long way does, and gives up whenever that could differ."""

import datetime as dt
import uuid
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection, transaction

from compound.models import Household
from gate.models import Check, Outing
from gate.queries.devices import device_behind
from gate.queries.facts import Ground, moment_of, ms_of
from gate.services.checks import NewCheck, Result, record_checks
from gate.services.checks.act import Desk
from gate.services.checks.quick import record_quickly
from gate.services.checks.recording import record_passage
from gate.services.checks.subjects import ground_for
from gate.services.tokens import pass_token
from tests import make
from tests.at_once import Other, until_blocked
from tests.make import ELEVEN

HOUR, DAY, MINUTE = dt.timedelta(hours=1), dt.timedelta(days=1), dt.timedelta(minutes=1)
Way = Callable[[Desk, NewCheck, Ground], Result | None]


def the_long_way(desk: Desk, check: NewCheck, ground: Ground) -> Result:
    with transaction.atomic():
        return record_passage(desk, check, ground)


class Place:
    """A compound with a door, its pass, and a phone at the gate; each `Place` is a world of its own."""

    def __init__(self, code: str, **rules: Any) -> None:
        self.of = make.compound(code)
        make.rulebook(self.of, starts_at=ELEVEN - 9 * DAY, **rules)
        self.door = make.household(self.of, "20-1702")
        make.resident(self.door)
        self.phone = make.device(make.gate(self.of), code)

    def desk(self, at: dt.datetime) -> Desk:
        at = moment_of(ms_of(at))
        return Desk(compound=self.of, gate=self.phone.gate, at=at, device=self.phone, by=None)

    def does(self, way: Way, *, at: dt.datetime = ELEVEN, received: dt.datetime | None = None, **more: Any) -> Any:
        desk = self.desk(received or at)
        if "card" in more:
            more["token"] = pass_token(make.gate_pass(self.of, self.door, more.pop("card")).pk)
        else:
            more["household"] = more.get("household", "20-1702")
        check = NewCheck(id=uuid.uuid4(), at=at, **more)
        result = way(desk, check, ground_for(desk, check))
        return None if result is None else {**result.as_json(), "id": ""}

    def rows(self) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
        """Of the log and of the outings, without what differs between two worlds."""
        own = ("id", "compound_id", "gate_id", "device_id", "household_id", "gate_pass_id", "rulebook_id")
        checks = list(Check.objects.filter(compound=self.of).order_by("event_at", "direction").values())
        outings = list(Outing.objects.filter(compound=self.of).order_by("out_at").values())
        kept = [{name: value for name, value in row.items() if name not in own} for row in checks]
        names = ("id", "compound_id", "household_id", "gate_pass_id", "check_out_id", "check_in_id")
        return kept, [
            {name: value if name not in names else value is not None for name, value in row.items()} for row in outings
        ]


OUT, IN = {"direction": "out"}, {"direction": "in"}
DAYS: dict[str, tuple[dict[str, Any], list[dict[str, Any]]]] = {
    "out and in": ({}, [OUT, IN | {"at": ELEVEN + HOUR}]),
    "out twice": ({}, [OUT, OUT | {"at": ELEVEN + HOUR}]),
    "two persons": ({"persons": 2}, [OUT, OUT | {"at": ELEVEN + MINUTE}, OUT | {"at": ELEVEN + 2 * MINUTE}]),
    "in without an exit": ({}, [IN]),
    "late, and it costs": (
        {"longest_minutes": 120, "overstay": "forfeit"},
        [OUT, IN | {"at": ELEVEN + 3 * HOUR}, OUT | {"at": ELEVEN + 2 * DAY}],
    ),
    "in time": ({"longest_minutes": 120, "overstay": "warn"}, [OUT, IN | {"at": ELEVEN + HOUR}]),
    "at night": ({"opens": dt.time(7), "closes": dt.time(10)}, [OUT]),
    "sent an hour late": ({}, [OUT | {"received": ELEVEN + HOUR}]),
    "again in the next window": ({}, [OUT | {"at": ELEVEN - 2 * DAY}, OUT]),
    "with a temperature": ({}, [OUT | {"temperature": Decimal("36.6")}]),
    "medical": ({}, [OUT | {"card": "medical"}, IN | {"at": ELEVEN + HOUR}]),
    "essential": ({}, [OUT | {"card": "essential"}, OUT | {"at": ELEVEN + HOUR}]),
    "let out by the guard": ({}, [OUT, OUT | {"at": ELEVEN + HOUR, "override": "去医院"}]),
    "visitors, none": ({"visitors": "none"}, [OUT | {"kind": "visitor"}]),
}


@pytest.mark.django_db
@pytest.mark.parametrize("day", DAYS)
def test_quick_way_when_it_answers_says_and_writes_what_the_long_way_does(day: str) -> None:
    rules, acts = DAYS[day]
    quick, slow = Place("quick", **rules), Place("slow", **rules)
    was_quick = []
    for act in acts:
        long = slow.does(the_long_way, **act)
        short = quick.does(record_quickly, **act)
        was_quick.append(short is not None)
        if short is None:
            short = quick.does(the_long_way, **act)
        assert short == long
    assert quick.rows() == slow.rows()
    assert was_quick[0]


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("rules", "act"),
    [
        ({"max_outside": 5}, OUT),
        ({}, OUT | {"temperature": Decimal("37.6")}),
        ({}, OUT | {"temperature": Decimal("34.1")}),
        ({}, OUT | {"implausible": "99"}),
        ({}, OUT | {"verdict": "allow"}),
        ({}, OUT | {"action": "emergency", "reason": "胸痛"}),
        ({}, OUT | {"household": "20-9999"}),
        ({}, {"action": "reading", "refers_to": uuid.uuid4(), "temperature": Decimal("36.6")}),
    ],
)  # fmt: skip
def test_quick_way_when_more_than_a_doors_outing_is_in_question_writes_nothing(
    rules: dict[str, Any], act: dict[str, Any]
) -> None:
    place = Place("quick", **rules)

    assert place.does(record_quickly, **act) is None
    assert (Check.objects.count(), Outing.objects.count()) == (0, 0)


# ── between the reading and the writing ───────────


@pytest.fixture
def place(transactional_db: None, clock: Any) -> Place:
    clock(ELEVEN)
    return Place("quick")


def read(place: Place, **more: Any) -> tuple[Desk, NewCheck, Ground]:
    desk = place.desk(ELEVEN)
    check = NewCheck(id=uuid.uuid4(), at=ELEVEN, household="20-1702", **more)
    return desk, check, ground_for(desk, check)


def record(place: Place, **more: Any) -> Result:
    asked: dict[str, Any] = {"id": uuid.uuid4(), "at": ELEVEN, "household": "20-1702"} | more
    check = NewCheck(**asked)
    return record_checks(compound=place.of, gate=place.phone.gate, checks=[check], at=ELEVEN, device=place.phone)[0]


def out(place: Place) -> None:
    record(place)


def undone(place: Place, check: uuid.UUID) -> None:
    record(place, action="undo", refers_to=check, reason="扫错了", household="")


def test_quick_way_when_nothing_has_happened_since_writes(place: Place) -> None:
    result = record_quickly(*read(place))

    assert result is not None
    assert (result.verdict, Outing.objects.count(), Check.objects.count()) == ("allow", 1, 1)


def test_quick_way_when_somebody_has_gone_out_since_writes_nothing(place: Place) -> None:
    asked = read(place)
    out(place)

    assert record_quickly(*asked) is None
    assert (Outing.objects.count(), Check.objects.count()) == (1, 1)


def test_quick_way_when_the_check_was_undone_since_writes_nothing(place: Place) -> None:
    asked = read(place)
    undone(place, asked[1].id)

    assert record_quickly(*asked) is None
    assert list(Check.objects.values_list("action", flat=True)) == ["undo"]


def test_quick_way_when_the_same_check_is_written_already_writes_nothing(place: Place) -> None:
    desk, check, ground = read(place, direction="in")
    assert record_quickly(desk, check, ground) is not None

    assert record_quickly(desk, check, ground) is None
    assert Check.objects.count() == 1


def test_quick_way_when_the_door_is_locked_waits_and_sees_what_was_written(place: Place) -> None:
    asked = read(place)
    with transaction.atomic():
        other = Household.objects.select_for_update().get(pk=place.door.pk)
        late = Other(lambda: record_quickly(*asked))
        assert until_blocked(late)
        out_at_another_gate(other)
    assert late.ended() is None
    assert (Outing.objects.count(), Check.objects.count()) == (1, 1)


def out_at_another_gate(door: Household) -> None:
    make.outing(make.check(door, phone=make.device(make.gate(door.compound, "西门"), "west")))


def test_record_checks_when_the_door_has_moved_on_judges_again(place: Place) -> None:
    with transaction.atomic():
        door = Household.objects.select_for_update().get(pk=place.door.pk)
        late = Other(lambda: record(place))
        assert until_blocked(late)
        out_at_another_gate(door)
    result = late.ended()

    assert (result.verdict, [reason["code"] for reason in result.reasons]) == (
        "refuse",
        ["quota_used", "already_out"],
    )
    assert (Outing.objects.count(), Check.objects.count()) == (1, 2)


# ── the rules, kept by their version ──────────────


@pytest.mark.django_db
def test_rules_when_they_change_within_one_transaction_are_read_anew(clock: Any) -> None:
    place = Place("quick", per_days=2)
    assert [rules.per_days for rules in read(place)[2].rows] == [2]
    assert [rules.per_days for rules in read(place)[2].rows] == [2]

    make.rulebook(place.of, "每天一人", starts_at=ELEVEN - HOUR, per_days=1)

    assert sorted(rules.per_days for rules in read(place)[2].rows) == [1, 2]


def test_rules_that_were_taken_back_are_not_kept(place: Place) -> None:
    try:
        with transaction.atomic():
            make.rulebook(place.of, "每天一人", starts_at=ELEVEN - HOUR, per_days=1)
            assert len(read(place)[2].rows) == 2
            raise InterruptedError
    except InterruptedError:
        pass

    assert [rules.per_days for rules in read(place)[2].rows] == [2]


# ── the kept connection ───────────────────────────


def test_phone_when_the_kept_connection_has_broken_is_found_on_a_new_one(place: Place) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        (pid,) = cursor.fetchone()
    Other(lambda: end(pid)).ended()
    own: Any = connection
    own.health_check_enabled, own.health_check_done = True, False

    found = device_behind("quick")

    assert (found, own.health_check_done) == (place.phone, True)


def end(pid: int) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_terminate_backend(%s, 5000)", [pid])
