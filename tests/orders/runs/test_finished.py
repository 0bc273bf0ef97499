"""A run that is over: whoever carried it finds it again, and what comes in after that is kept and shown."""

import datetime as dt
import uuid

import pytest
from django.db import connection, transaction
from django.test import Client
from django.urls import reverse

from compound.access import standing_of
from orders.events import phone_act, take_act
from orders.models import Batch, DoorMark, OrderLine, Stop
from orders.queries.carrying import trips_carried
from orders.queries.runs import rules_of, run_page
from orders.services import runs
from orders.services.locks import lock_round
from tests.at_once import Other, until_blocked
from tests.make import NOON
from tests.orders.runs.conftest import TWO, House

THREE = NOON + dt.timedelta(hours=3)
HOUR = dt.timedelta(hours=1)
MINUTE = dt.timedelta(minutes=1)


@pytest.fixture
def client() -> Client:
    return Client()


def out(house: House) -> Batch:
    """A run with the doors of building 2 and 3 that 冯磊 carries."""
    house.pack("2-101", "2-501", "3-201")
    batch = house.plan()
    batch.trips.update(runner=house.runner)
    runs.send_run(batch=batch, by=house.by, at=TWO)
    return batch


def tap(house: House, room: str, do: str, at: dt.datetime, received: dt.datetime | None = None, by=None) -> dict:
    standing = standing_of(by or house.runner, house.compound.code)
    body = {"round": str(house.round.pk), "room": room, "do": do}
    return take_act(
        phone_act(
            id=uuid.uuid4(), standing=standing, kind="door", at=at, clock_offset_ms=0,
            received_at=received or at, body=body,
        )
    )[0]  # fmt: skip


def carried(house: House, at: dt.datetime = THREE) -> list[tuple[int, tuple[tuple[str, int], ...]]]:
    rows = trips_carried(house.compound, runner=house.runner.pk, at=at)
    return [(row.stops, row.recorded) for row in rows]


def words_of(house: House, room: str) -> set[str]:
    return set(OrderLine.objects.filter(order__household__room=room).values_list("outcome", flat=True))


def finish(house: House, batch: Batch, at: dt.datetime = THREE) -> int:
    return runs.finish_run(batch=batch, by=house.by, at=at)


@pytest.mark.django_db
def test_carried_trips_are_those_of_ended_runs_with_what_was_recorded(house, clock):
    clock(TWO)
    batch = out(house)
    tap(house, "2-101", "delivered", TWO + MINUTE)
    tap(house, "2-501", "refused", TWO + MINUTE)
    assert carried(house) == []
    finish(house, batch)
    assert carried(house) == [(3, (("delivered", 1), ("refused", 1), ("", 1)))]
    assert carried(house, THREE + dt.timedelta(days=8)) == []
    assert trips_carried(house.compound, runner=house.packer.pk, at=THREE) == []


@pytest.mark.django_db
def test_carried_trip_counts_what_came_in_late_and_not_what_another_run_did(house, clock):
    clock(TWO)
    batch = out(house)
    finish(house, batch)
    tap(house, "2-101", "delivered", TWO + MINUTE, received=THREE + HOUR)
    tap(house, "2-501", "delivered", THREE + HOUR, by=house.by)
    assert carried(house) == [(3, (("", 2), ("delivered", 1)))]


@pytest.mark.django_db
def test_page_of_what_is_carried_leads_to_the_ended_trip_with_its_doors(client, house, clock):
    clock(TWO)
    batch = out(house)
    tap(house, "2-101", "delivered", TWO + MINUTE)
    finish(house, batch)
    clock(THREE)
    client.force_login(house.runner, backend="django.contrib.auth.backends.ModelBackend")
    text = client.get(reverse("orders:carrying", kwargs={"code": house.compound.code})).content.decode()
    trip = batch.trips.get()
    url = reverse("orders:trip", kwargs={"code": house.compound.code, "trip": trip.pk})
    assert (f'href="{url}"' in text, "已送达 1" in text, "没有送到 2" in text) == (True, True, True)
    page = client.get(url)
    assert [door.room for door in page.context["walk"].doors] == ["2-101", "2-501", "3-201"]
    assert (page.context["is_over"], page.context["can_mark"]) == (True, True)
    text = page.content.decode()
    # An open page gets the notice too, and keeps its doors.
    assert ('id="run-over"' in text, 'data-live="done"' in text, "这一批已经结束" in text) == (True, True, True)
    assert "data-live-list" not in text


@pytest.mark.django_db
def test_page_of_a_trip_that_was_ended_yesterday_is_to_be_read_only(client, house, clock):
    clock(TWO)
    batch = out(house)
    finish(house, batch)
    clock(THREE + dt.timedelta(days=1))
    client.force_login(house.runner, backend="django.contrib.auth.backends.ModelBackend")
    page = client.get(reverse("orders:trip", kwargs={"code": house.compound.code, "trip": batch.trips.get().pk}))
    assert (len(page.context["walk"].doors), page.context["can_mark"]) == (3, False)
    assert 'data-act="door"' not in page.content.decode()


@pytest.mark.django_db
def test_page_of_a_trip_whose_run_was_cancelled_says_so_and_keeps_the_doors(client, house, clock):
    clock(TWO)
    batch = out(house)
    runs.cancel_run(batch=batch, by=house.by, at=THREE)
    client.force_login(house.runner, backend="django.contrib.auth.backends.ModelBackend")
    page = client.get(reverse("orders:trip", kwargs={"code": house.compound.code, "trip": batch.trips.get().pk}))
    assert (len(page.context["walk"].doors), "这一批取消了" in page.content.decode()) == (3, True)


# ── at the same moment ────────────────────────────


@pytest.mark.django_db(transaction=True)
def test_finish_run_by_two_desks_at_once_is_finished_once(clock):
    clock(TWO)
    house = House()
    batch = out(house)
    with transaction.atomic():
        Batch.objects.select_for_update().get(pk=batch.pk)
        others = [Other(lambda: finish(house, batch)) for _ in range(2)]
        until_blocked(*others)
    assert sorted((other.ended() for other in others), key=str) == [3, "run_state"]
    assert Stop.objects.filter(ended_at=THREE).count() == 3
    connection.close()


@pytest.mark.django_db(transaction=True)
def test_finish_run_while_a_runner_says_something_waits_for_it_and_does_not_send_that_door_again(clock):
    clock(TWO)
    house = House()
    batch = out(house)
    with transaction.atomic():
        lock_round(house.round.pk)
        tap(house, "2-101", "delivered", TWO + MINUTE)
        desk = Other(lambda: finish(house, batch))
        until_blocked(desk)
    assert desk.ended() == 2
    assert words_of(house, "2-101") == {"delivered"}
    assert Stop.objects.get(household__room="2-101").ended_at is None
    connection.close()


@pytest.mark.django_db(transaction=True)
def test_acts_without_a_network_that_come_in_while_the_run_is_finished_are_kept_and_shown(clock):
    clock(TWO)
    house = House()
    batch = out(house)

    def flush(room: str, do: str):
        return Other(lambda: tap(house, room, do, TWO + MINUTE, received=THREE + MINUTE)["outcome"])

    with transaction.atomic():
        lock_round(house.round.pk)
        others = [flush("2-101", "delivered"), Other(lambda: finish(house, batch)), flush("2-501", "nobody_home")]
        until_blocked(*others)
    ends = [other.ended() for other in others]
    assert (ends[0], ends[2], isinstance(ends[1], int)) == ("delivered", "nobody_home", True)
    assert DoorMark.objects.count() == 2
    batch.refresh_from_db()
    page = run_page(batch, rules_of(house.compound), at=THREE)
    shown = {stop.room: stop.outcome for trip in page.trips for row in trip.buildings for stop in row.stops}
    assert shown == {"2-101": "delivered", "2-501": "nobody_home", "3-201": ""}
    (row,) = trips_carried(house.compound, runner=house.runner.pk, at=THREE)
    assert dict(row.recorded) == {"delivered": 1, "nobody_home": 1, "": 1}
    connection.close()
