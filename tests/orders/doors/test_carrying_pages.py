"""The runner's pages: trips that are mine or nobody's, doors in walking order, quiet hours, sealed buildings."""

import datetime as dt

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from compound.models import Role
from orders.models import Batch, DoorMark, Stop, SupplyPoint, Trip
from tests import make
from tests.make import NOON
from tests.orders.doors.conftest import ROOMS, THREE, captain, log_in, outcomes, tap, trip

LATE = NOON.replace(hour=23)


def url(name, **kwargs):
    return reverse(f"orders:{name}", kwargs={"code": "xingfuli", **kwargs})


def text_of(response):
    return response.content.decode()


def get(user, name, **kwargs):
    return log_in(user).get(url(name, **kwargs))


def test_carrying_shows_my_trips_and_those_that_nobody_has(compound, round, runner):
    mine, free = trip(round, "3-1-501", runner=runner), trip_of_others(round, None, "3-1-502")
    trip_of_others(round, make.member(compound, Role.SUPPLY), "3-2-501")
    context = get(runner, "carrying").context
    assert [(row.trip, row.stops, row.open) for row in context["mine"]] == [(mine, 1, 1)]
    assert [(row.trip, row.buildings) for row in context["free"]] == [(free, "3栋")]


def trip_of_others(round, runner, room):
    batch = Trip.objects.get().batch if Trip.objects.count() == 1 else Trip.objects.first().batch
    made = Trip.objects.create(batch=batch, position=batch.trips.count() + 1, runner=runner)
    Stop.objects.create(trip=made, round=round, household=round.compound.households.get(room=room))
    return made


def test_carrying_without_trips_shows_rounds_on_their_way_by_building(round, runner):
    tap(round, "3-2-501", "delivered", runner)
    context = get(runner, "carrying").context
    assert [(row.building, row.doors, row.open) for row in context["rounds"]] == [("3", 3, 2), ("20", 1, 1)]


def test_carrying_with_nothing_to_carry_says_so(compound, runner):
    assert "现在没有要送的" in text_of(get(runner, "carrying"))


def test_carrying_for_a_captain_is_the_own_building_and_for_the_gate_not_there(compound, round):
    trip(round, "20-1702")
    context = get(captain(compound), "carrying").context
    assert ([row.building for row in context["rounds"]], context["free"]) == (["3"], [])
    assert get(make.member(compound, Role.GATE), "carrying").status_code == 404


def test_take_a_free_trip_makes_it_mine_and_of_two_the_second_is_told_who_has_it(compound, round, runner):
    on = trip(round, "3-1-501")
    assert log_in(runner).post(url("trip_take", trip=on.pk)).url == url("trip", trip=on.pk)
    other = make.member(compound, Role.SUPPLY)
    refused = log_in(other).post(url("trip_take", trip=on.pk), follow=True)
    assert "这趟已由冯磊在送。" in text_of(refused)
    on.refresh_from_db()
    assert on.runner == runner


def test_take_and_give_back_leaves_the_trip_free(round, runner):
    on = trip(round, "3-1-501", runner=runner)
    log_in(runner).post(url("trip_take", trip=on.pk), {"do": "back"})
    on.refresh_from_db()
    assert on.runner is None


def test_take_a_trip_that_goes_further_than_the_own_building_is_refused_for_a_captain(compound, round):
    on = trip(round, "3-1-501", "20-1702")
    log_in(captain(compound)).post(url("trip_take", trip=on.pk))
    on.refresh_from_db()
    assert on.runner is None


def test_trip_has_its_doors_in_walking_order_with_floors(compound, round, runner):
    for room in ("3-1-101", "3-1-1202"):
        make.order(round, make.household(compound, room), ("盐", "1", "包"), by=runner)
    on = trip(round, *ROOMS, "3-1-101", "3-1-1202", "20-1702")
    walk = get(runner, "trip", trip=on.pk).context["walk"]
    # Twelve floors have a lift: from the top down, unit by unit.
    assert [(door.household.room, door.heading) for door in walk.doors] == [
        ("3-1-1202", "3栋 · 1单元 · 12楼"),
        ("3-1-501", "3栋 · 1单元 · 5楼"),
        ("3-1-502", ""),
        ("3-1-101", "3栋 · 1单元 · 1楼"),
        ("3-2-501", "3栋 · 2单元 · 5楼"),
        ("20-1702", "20栋 · 17楼"),
    ]


def test_trip_for_a_captain_shows_the_own_building_and_is_not_there_without_it(compound, round):
    on, user = trip(round, *ROOMS, "20-1702"), captain(compound)
    walk = get(user, "trip", trip=on.pk).context["walk"]
    assert {door.household.building.name for door in walk.doors} == {"3"}
    Stop.objects.filter(household__building__name="3").delete()
    assert get(user, "trip", trip=on.pk).status_code == 404


def test_mark_without_a_script_goes_on_to_the_next_open_door(round, runner):
    on = trip(round, *ROOMS, runner=runner)
    form = {"round": str(round.pk), "room": "3-1-501", "do": "nobody_home"}
    assert log_in(runner).post(url("trip_mark", trip=on.pk), form).url == f"{url('trip', trip=on.pk)}#d3-1-502"
    assert outcomes("3-1-501")[0][1] == "nobody_home"
    assert DoorMark.objects.get().source == "phone"


def test_mark_that_is_refused_says_why_at_its_door(round, runner):
    on = trip(round, *ROOMS, runner=runner)
    form = {"round": str(round.pk), "room": "3-1-501", "do": "missing"}
    walk = log_in(runner).post(url("trip_mark", trip=on.pk), form).context["walk"]
    assert [door.error for door in walk.doors] == ["请勾选缺的货品。", "", ""]


def test_trip_of_somebody_after_a_failed_try_says_who_was_there_when(round, runner):
    tap(round, "3-1-501", "nobody_home", runner)
    tap(round, "3-1-501", "undo", runner, THREE + dt.timedelta(minutes=5), received=THREE + dt.timedelta(minutes=5))
    on = trip(round, "3-1-501")
    [door] = get(runner, "trip", trip=on.pk).context["walk"].doors
    assert [(one.by.name, one.outcome) for one in door.failed] == [("冯磊", "nobody_home")]


# ── the quiet hours ───────────────────────────────


def test_trip_at_eleven_at_night_says_to_ring_nowhere(round, runner, clock):
    on = trip(round, *ROOMS)
    clock(LATE)
    walk = get(runner, "trip", trip=on.pk).context["walk"]
    assert (walk.quiet.is_now, walk.quiet.rings) == (True, False)
    assert "静音时段 22:00–07:00：不要敲门按铃。" in text_of(get(runner, "trip", trip=on.pk))


@pytest.mark.parametrize("how", ["pharmacy", "medicine run"])
def test_trip_with_medicine_at_eleven_at_night_names_its_doors(round, runner, clock, how):
    if how == "pharmacy":
        SupplyPoint.objects.update(kind="pharmacy")
    on = trip(round, *ROOMS, is_medicine=how != "pharmacy")
    clock(LATE)
    page = text_of(get(runner, "trip", trip=on.pk))
    assert (page.count("药品：可以敲门"), "只有药品的门可以敲" in page) == (3, True)


def test_trip_in_the_afternoon_keeps_quiet_about_quiet(round, runner):
    on = trip(round, *ROOMS)
    assert get(runner, "trip", trip=on.pk).context["walk"].quiet.is_now is False


# ── sealed ────────────────────────────────────────


def test_trip_into_a_sealed_building_offers_the_one_hand_over(compound, round, runner):
    make.rulebook(compound, persons=0, building=compound.buildings.get(name="3"))
    on = trip(round, *ROOMS, "20-1702")
    walk = get(runner, "trip", trip=on.pk).context["walk"]
    assert [(one.building.name, one.open, one.bags) for one in walk.sealed] == [("3", 3, 3)]
    form = {"building": "3", "round": str(round.pk), "bags": "3", "taken_by": "郭芳", "batch": str(on.batch_id)}
    log_in(runner).post(url("trip_mark", trip=on.pk), form)
    assert [outcomes(room)[0][1] for room in (*ROOMS, "20-1702")] == ["delivered"] * 3 + [""]


def test_trip_into_a_building_that_is_not_sealed_any_more_offers_none(compound, round, runner):
    three = compound.buildings.get(name="3")
    make.rulebook(compound, persons=0, building=three, ends_at=NOON)
    on = trip(round, *ROOMS)
    assert get(runner, "trip", trip=on.pk).context["walk"].sealed == ()


# ── statements ────────────────────────────────────


@pytest.mark.parametrize("page", ["trip", "carrying", "delivery"])
def test_pages_ask_the_database_equally_often_for_one_and_three_doors(compound, round, runner, page):
    on = trip(round, "3-1-501", runner=runner)
    client, counts = log_in(runner), []
    where = {"trip": {"trip": on.pk}, "carrying": {}, "delivery": {"round": round.pk, "building": "3"}}[page]
    for number in ("601", "602", "603"):
        door = make.household(compound, f"3-1-{number}")
        make.order(round, door, ("盐", "1", "包"), by=runner)
        Stop.objects.create(trip=on, round=round, household=door)
        tap(round, door.room, "nobody_home", runner)
        with CaptureQueriesContext(connection) as caught:
            client.get(url(page, **where))
        counts.append(len(caught))
    assert len(set(counts)) == 1
    assert counts[0] <= 15


def test_trip_to_several_buildings_has_a_way_to_the_first_door_of_each(round, runner):
    carried = trip(round, "3-1-501", "20-1702", runner=runner)
    page = get(runner, "trip", trip=carried.pk)
    firsts = {}
    for door in page.context["walk"].doors:
        firsts.setdefault(door.building, door.anchor)
    said = text_of(page)
    assert [f'<a class="pick" href="#{anchor}">' in said for anchor in firsts.values()] == [True, True]


def test_door_that_is_tried_once_more_is_open_on_the_new_trip_and_the_old_try_stands_beside_it(round, runner):
    tap(round, "3-1-502", "nobody_home", runner, THREE - dt.timedelta(days=1))
    again = trip(round, "3-1-502", "3-1-501", runner=runner)
    Stop.objects.filter(household__room="3-1-502").update(is_again=True)
    [row] = get(runner, "carrying").context["mine"]
    doors = {door.room: door for door in get(runner, "trip", trip=again.pk).context["walk"].doors}
    assert row.open == 2
    assert [(doors[room].outcome, len(doors[room].failed)) for room in ("3-1-502", "3-1-501")] == [("", 1), ("", 0)]
    tap(round, "3-1-502", "nobody_home", runner, THREE)
    [row] = get(runner, "carrying").context["mine"]
    doors = {door.room: door for door in get(runner, "trip", trip=again.pk).context["walk"].doors}
    assert (row.open, doors["3-1-502"].outcome) == (1, "nobody_home")


def test_nobody_home_on_a_run_that_is_tried_once_more_has_its_chip_and_its_undo(round, runner):
    tap(round, "3-1-502", "nobody_home", runner, THREE - dt.timedelta(hours=5))
    on = trip(round, "3-1-502", runner=runner)
    on.stops.update(is_again=True)
    text = text_of(get(runner, "trip", trip=on.pk))
    assert ("无人在家 1次" in text, "door--vain" in text) == (True, True)
    # Planned for tomorrow, and somebody is at the door today.
    Batch.objects.update(state="planned", state_at=THREE, leaves_at=THREE + dt.timedelta(days=1))
    tap(round, "3-1-502", "nobody_home", runner, THREE + dt.timedelta(minutes=1))
    [door] = get(runner, "trip", trip=on.pk).context["walk"].doors
    assert door.outcome == "nobody_home"


def test_finished_trip_says_so_and_is_under_what_was_carried(round, runner):
    on = trip(round, "3-1-502", runner=runner)
    assert "data-all-done hidden" in text_of(get(runner, "trip", trip=on.pk))
    tap(round, "3-1-502", "delivered", runner)
    page = get(runner, "carrying")
    assert (page.context["mine"], [row.trip for row in page.context["finished"]]) == ([], [on])
    assert "送完了" in text_of(page)
    assert "data-all-done hidden" not in text_of(get(runner, "trip", trip=on.pk))


def test_trip_that_has_not_left_says_when_it_leaves(round, runner):
    on = trip(round, "3-1-502", runner=runner)
    assert "还没有出发" not in text_of(get(runner, "trip", trip=on.pk))
    Batch.objects.update(state="planned", leaves_at=THREE + dt.timedelta(days=1))
    assert "这一趟还没有出发：明天 15:00出发。" in text_of(get(runner, "trip", trip=on.pk))
