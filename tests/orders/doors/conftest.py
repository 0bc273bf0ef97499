"""Building 3 with three doors whose round is on its way, at three in the afternoon."""

import datetime as dt
import uuid
from collections.abc import Callable

import pytest
from django.test import Client

from compound.access import Standing, standing_of
from compound.models import Building, Compound, Role, User
from orders.events import phone_act, take_act
from orders.models import Batch, OrderLine, Round, Stop, Trip
from tests import make
from tests.make import NOON

HOUR = dt.timedelta(hours=1)
THREE = NOON + 3 * HOUR
ROOMS = ("3-1-501", "3-1-502", "3-2-501")


@pytest.fixture
def compound(db: None) -> Compound:
    compound = make.compound()
    for room in (*ROOMS, "20-1702"):
        make.household(compound, room)
    return compound


@pytest.fixture
def coordinator(compound: Compound) -> User:
    return make.member(compound)


@pytest.fixture
def round(compound: Compound, coordinator: User, clock) -> Round:
    """501 has ordered two goods, every other door one."""
    clock(THREE)
    round = make.round(compound)
    for door in compound.households.order_by("sort_key"):
        goods = [("鸡蛋", "2", "板"), ("土豆", "4", "斤")] if door.room == "3-1-501" else [("盐", "1", "包")]
        make.order(round, door, *goods, by=coordinator)
    Round.objects.filter(pk=round.pk).update(state="delivering", closed_at=NOON, state_at=NOON)
    round.refresh_from_db()
    return round


@pytest.fixture
def runner(compound: Compound) -> User:
    return make.member(compound, Role.VOLUNTEER)


def log_in(user: User) -> Client:
    client = Client()
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return client


def captain(compound: Compound, building: str = "3") -> User:
    return make.member(compound, Role.CAPTAIN, building=compound.buildings.get(name=building))


def standing(user: User) -> Standing:
    found = standing_of(user, "xingfuli")
    assert found is not None
    return found


Tap = Callable[..., dict]


def tap(round: Round, room: str, do: str, by: User, at: dt.datetime = THREE, /, **more: object) -> dict:
    """What a phone sends of one door; `received` later where it had no network, `id` where it sends again."""
    at = more.pop("at", at)
    received = more.pop("received", None) or max(at, THREE)
    act = phone_act(
        id=more.pop("id", None) or uuid.uuid4(),
        standing=standing(by),
        kind="door",
        at=at,
        clock_offset_ms=0,
        received_at=received,
        body={"round": str(round.pk), "room": room, "do": do, **more},
    )
    return take_act(act)[0]


def outcomes(room: str) -> list[tuple[str, str, str | None]]:
    lines = OrderLine.objects.filter(order__household__room=room).order_by("position")
    return [
        (line.goods, line.outcome, None if line.delivered is None else f"{line.delivered.normalize():f}")
        for line in lines
    ]


def trip(round: Round, *rooms: str, runner: User | None = None, is_medicine: bool = False) -> Trip:
    """The first run of the day with these doors on its one trip."""
    batch = Batch.objects.create(
        compound=round.compound, leaves_at=THREE, number=1, day=THREE.date(), state="out", state_at=THREE,
        is_medicine=is_medicine,
    )  # fmt: skip
    made = Trip.objects.create(batch=batch, position=1, runner=runner)
    for door in round.compound.households.filter(room__in=rooms):
        Stop.objects.create(trip=made, round=round, household=door, bags=1)
    return made


def building(compound: Compound, name: str = "3") -> Building:
    return compound.buildings.get(name=name)
