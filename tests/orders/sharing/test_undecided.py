"""What came short and nobody shared out: no sweeping word delivers it, and nobody is charged for it."""

import datetime as dt
import uuid
from decimal import Decimal

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from compound.access import standing_of
from compound.models import Role, User
from compound.refusals import Refusal
from money.queries.rounds import facts_of
from orders.events import phone_act, take_act
from orders.models import Bag, Batch, DoorMark, Item, OrderLine, Purchase, Round, RoundGood, Stop, Trip
from orders.queries.carrying import trips_to_carry
from orders.queries.delivery import owed_lines
from orders.queries.doors import building_walk
from orders.queries.handovers import places_of
from orders.queries.rounds import building_counts
from orders.queries.runs import rules_of, run_page
from orders.queries.undecided import undecided_goods, undecided_lines
from orders.services import delivery, packing, paper_doors, rounds, runs, sharing
from orders.services.sheets import make_sheets
from tests import make
from tests.orders.sharing.scene import AFTER, Scene, cabbages, purchase

pytestmark = pytest.mark.django_db

THREE = (("3-101", "1"), ("3-102", "2"), ("3-201", "1"))
LATER = AFTER + dt.timedelta(minutes=5)
OPEN, GIVEN = ("", None), ("delivered", 1)


def scene(bought: str = "2") -> Scene:
    """Every door has ordered salt too, of which nobody said anything: it counts as bought."""
    made = cabbages(bought, *THREE)
    for door in made.compound.households.all():
        make.order(made.round, door, ("盐", "1", "包"), by=made.coordinator)
    Round.objects.update(state="delivering")
    made.round.refresh_from_db()
    return made


def said(goods: str) -> dict[str, tuple[str, int | None]]:
    rows = OrderLine.objects.filter(goods=goods).order_by("order__household__sort_key")
    return {
        room: (outcome, None if got is None else int(got))
        for room, outcome, got in rows.values_list("order__household__room", "outcome", "delivered")
    }


def at_the_desk(of: Scene) -> None:
    building = of.compound.buildings.get()
    delivery.deliver_building(round=of.round, building=building, by=of.coordinator, at=LATER)


def at_the_sealed_door(of: Scene, **more) -> dict:
    runner = make.member(of.compound, Role.VOLUNTEER)
    act = phone_act(
        id=uuid.uuid4(), standing=standing_of(runner, "xingfuli"), kind="door", clock_offset_ms=0,
        **{"at": LATER, "received_at": LATER, **more},
        body={"building": "3", "round": str(of.round.pk), "bags": "3", "taken_by": "郭芳"},
    )  # fmt: skip
    return take_act(act)[0]


def sent_late(of: Scene) -> dict:
    """Without a network when it was said."""
    return at_the_sealed_door(of, at=AFTER, received_at=LATER)


def on_paper(of: Scene) -> paper_doors.Written:
    make_sheets(round=of.round, at=AFTER, by=None, progress=lambda done, total: None)
    sheet = of.compound.sheets.get(kind="delivery_run")
    return paper_doors.record_paper(
        sheet=sheet, code="ABCDEFGHJK", id=uuid.uuid4(), doors={}, rest=True, by=None, at=LATER
    )


def charged(of: Scene) -> Decimal:
    return sum((line.quantity for line in facts_of(of.round).charges if line.ware.goods == "大白菜"), Decimal(0))


SWEEPS = [at_the_desk, at_the_sealed_door, sent_late, on_paper]


@pytest.mark.parametrize("sweep", SWEEPS)
def test_sweep_leaves_open_what_came_short_and_nobody_shared_out(sweep):
    one = scene()
    sweep(one)
    assert set(said("盐").values()) == {GIVEN}
    assert set(said("大白菜").values()) == {OPEN}
    assert charged(one) == 0


@pytest.mark.parametrize("sweep", SWEEPS)
def test_sweep_after_it_was_shared_out_gives_what_was_decided(sweep):
    one = scene()
    draft = sharing.make_sharing(good=one.good, by=one.coordinator, at=AFTER)
    sharing.apply_sharing(sharing=draft, by=one.coordinator, at=AFTER)
    sweep(one)
    got = said("大白菜")
    assert {room: str(given) for room, (_outcome, given) in got.items()} == one.got()
    assert charged(one) == 2


@pytest.mark.parametrize("bought", ["4", ""])
def test_sweep_where_enough_came_or_nobody_said_anything_gives_all(bought):
    one = scene(bought)
    at_the_desk(one)
    assert said("大白菜") == {"3-101": GIVEN, "3-102": ("delivered", 2), "3-201": GIVEN}


@pytest.mark.parametrize("sweep", SWEEPS)
def test_sweep_counts_what_a_packer_wrote_of_a_bag_and_what_he_left_out(sweep):
    one = scene()
    for room, quantity in (("3-101", 1), ("3-201", 0)):
        lines = OrderLine.objects.filter(order__household__room=room)
        packed = {line.pk: Decimal(quantity if line.goods == "大白菜" else 1) for line in lines}
        door = one.compound.households.get(room=room)
        packing.pack_household(round=one.round, household=door, packed=packed, bags=1, by=one.coordinator, at=AFTER)
    sweep(one)
    assert said("大白菜") == {"3-101": GIVEN, "3-102": OPEN, "3-201": ("missing", 0)}


def test_pack_building_leaves_open_what_came_short_and_names_it():
    one = scene()
    building = one.compound.buildings.get()
    done = packing.pack_building(round=one.round, building=building, by=one.coordinator, at=AFTER)
    assert (done.doors, done.unweighed, done.undecided) == (3, [], ("大白菜",))
    assert set(OrderLine.objects.filter(goods="大白菜").values_list("packed", flat=True)) == {None}
    assert set(OrderLine.objects.filter(goods="盐").values_list("packed", flat=True)) == {1}
    at_the_desk(one)
    assert (set(said("盐").values()), set(said("大白菜").values())) == ({GIVEN}, {OPEN})


def test_bags_packed_as_listed_before_it_came_short_decide_nothing():
    one = scene("")
    building = one.compound.buildings.get()
    packing.pack_building(round=one.round, building=building, by=one.coordinator, at=AFTER)
    assert Bag.objects.count() == 3
    purchase(one.good, Purchase.Kind.BOUGHT, "2", by=one.coordinator)
    at_the_desk(one)
    # Four are in the bags as they were written, and two came.
    assert set(said("大白菜").values()) == {OPEN}
    purchase(one.good, Purchase.Kind.BOUGHT, "2", by=one.coordinator)
    at_the_desk(one)
    assert said("大白菜") == {"3-101": GIVEN, "3-102": ("delivered", 2), "3-201": GIVEN}


def at_its_door(of: Scene, room: str, **arrived: str) -> dict:
    """As the phone sends it: a plain "delivered", or how many cabbages came."""
    runner = User.objects.filter(memberships__role=Role.VOLUNTEER).first() or make.member(of.compound, Role.VOLUNTEER)
    line = OrderLine.objects.get(order__household__room=room, goods="大白菜")
    more = {"line": str(line.pk), f"arrived-{line.pk}": arrived["came"]} if arrived else {}
    act = phone_act(
        id=uuid.uuid4(), standing=standing_of(runner, "xingfuli"), kind="door", clock_offset_ms=0,
        at=LATER, received_at=LATER,
        body={"round": str(of.round.pk), "room": room, "do": "missing" if more else "delivered", **more},
    )  # fmt: skip
    return take_act(act)[0]


@pytest.mark.parametrize("are_packed", [True, False])
def test_plain_delivered_at_each_door_hands_over_nothing_that_nobody_decided(are_packed):
    one = scene()
    if are_packed:
        packing.pack_building(round=one.round, building=one.compound.buildings.get(), by=one.coordinator, at=AFTER)
    answers = [at_its_door(one, room) for room, _ordered in THREE]
    assert (set(said("盐").values()), set(said("大白菜").values())) == ({GIVEN}, {OPEN})
    assert charged(one) == 0
    assert all(answer["flags"] == ["not_shared_out"] and "大白菜" in answer["text"] for answer in answers)


def test_plain_delivered_hands_over_nothing_after_the_sharing_was_taken_back():
    one = scene()
    draft = sharing.make_sharing(good=one.good, by=one.coordinator, at=AFTER)
    done = sharing.apply_sharing(sharing=draft, by=one.coordinator, at=AFTER)
    sharing.withdraw_sharing(sharing=done, reason="数错了", by=one.coordinator, at=LATER)
    for room, _ordered in THREE:
        at_its_door(one, room)
    assert (set(said("大白菜").values()), charged(one)) == ({OPEN}, 0)


def test_who_handed_some_over_says_how_many_and_never_more_than_came():
    one = scene()
    at_its_door(one, "3-101", came="1")
    at_its_door(one, "3-102", came="1")
    with pytest.raises(Refusal) as refused:
        at_its_door(one, "3-201", came="1")
    assert (refused.value.code, refused.value.params["left"]) == ("more_than_came", "0")
    assert said("大白菜") == {"3-101": GIVEN, "3-102": ("missing", 1), "3-201": OPEN}
    # More at a door that has some already is more than came too; a plain word afterwards changes none of it.
    with pytest.raises(Refusal):
        at_its_door(one, "3-102", came="2")
    at_its_door(one, "3-102")
    assert said("大白菜")["3-102"] == ("missing", 1)
    assert charged(one) == 2


def test_plain_delivered_after_nobody_was_home_opens_what_nobody_decided():
    one = scene()
    door = one.compound.households.get(room="3-101")
    delivery.mark_door(round=one.round, household=door, outcome="nobody_home", by=one.coordinator, at=LATER)
    later = LATER + dt.timedelta(minutes=1)
    delivery.mark_door(round=one.round, household=door, outcome="delivered", by=one.coordinator, at=later)
    assert (said("盐")["3-101"], said("大白菜")["3-101"]) == (GIVEN, OPEN)


def test_page_says_at_the_door_what_a_plain_delivered_left_open(client: Client):
    one = scene()
    client.force_login(one.coordinator, backend="django.contrib.auth.backends.ModelBackend")
    url = f"/c/xingfuli/rounds/{one.round.pk}/delivery/3/mark/"
    answer = client.post(url, {"room": "3-101", "do": "delivered"}, follow=True)
    assert any("大白菜来的不够" in str(said) for said in answer.context["messages"])
    assert said("大白菜")["3-101"] == OPEN


def test_settling_calls_what_nobody_said_at_its_door_missing():
    one = scene()
    at_its_door(one, "3-101", came="1")
    at_the_desk(one)
    rounds.advance_round(round=one.round, to="settled", by=one.coordinator, at=LATER)
    assert said("大白菜") == {"3-101": GIVEN, "3-102": ("missing", 0), "3-201": ("missing", 0)}
    assert charged(one) == 1


def test_late_line_of_what_is_shared_out_is_left_open_too():
    one = scene()
    draft = sharing.make_sharing(good=one.good, by=one.coordinator, at=AFTER)
    sharing.apply_sharing(sharing=draft, by=one.coordinator, at=AFTER)
    late = make.order(one.round, one.compound.households.get(room="3-101"), ("大白菜", "1", "颗"), by=one.coordinator)
    OrderLine.objects.filter(order=late).update(allocated=0)
    at_the_desk(one)
    assert late.lines.get().outcome == ""


def test_weighed_goods_within_the_scales_are_not_short_and_beyond_them_are():
    one = scene("3.2")
    item = Item.objects.create(supply_point=one.round.supply_point, name="肉", unit="颗", is_weighed=True)
    RoundGood.objects.update(item=item)
    assert undecided_goods([one.round.pk]) == {}
    RoundGood.objects.update(item=None)
    assert undecided_goods([one.round.pk]) == {(one.round.pk, "大白菜", "颗"): False}


# ── what is said of it ────────────────────────────


def test_answers_name_the_goods_and_the_page_that_decides_them():
    one = scene()
    written, answer = on_paper(one), at_the_sealed_door(one)
    assert written.undecided == ("大白菜",)
    assert (answer["flags"], answer["open"]) == (["not_shared_out"], ["3-101", "3-102", "3-201"])
    assert "大白菜" in answer["text"]
    assert "“分配”" in answer["text"]


def test_page_of_a_building_says_what_is_left_open_and_leads_to_the_sharing(client: Client):
    one = scene()
    client.force_login(one.coordinator, backend="django.contrib.auth.backends.ModelBackend")
    url = f"/c/xingfuli/rounds/{one.round.pk}/delivery/3/"
    page = client.get(url)
    text = page.content.decode()
    assert page.context["rest"] == {"lines": 3, "doors": 3, "short": 0, "left_out": 0}
    assert "大白菜来的不够，还没有分配" in text
    assert f'href="/c/xingfuli/rounds/{one.round.pk}/sharing/"' in text
    answer = client.post(f"{url}rest/", {"lines": "3"}, follow=True)
    assert set(said("大白菜").values()) == {OPEN}
    assert "大白菜来的不够，还没有分配" in answer.content.decode()


def test_page_of_a_building_for_a_runner_names_it_without_the_way_there(client: Client):
    one = scene()
    runner = make.member(one.compound, Role.VOLUNTEER)
    client.force_login(runner, backend="django.contrib.auth.backends.ModelBackend")
    text = client.get(f"/c/xingfuli/rounds/{one.round.pk}/delivery/3/").content.decode()
    assert "大白菜来的不够，还没有分配" in text
    assert f"/rounds/{one.round.pk}/sharing/" not in text


def test_packing_a_building_by_its_page_names_it(client: Client):
    one = scene()
    client.force_login(one.coordinator, backend="django.contrib.auth.backends.ModelBackend")
    base = f"/c/xingfuli/rounds/{one.round.pk}/packing/"
    assert "来的不够，还没分配" in client.get(base).content.decode()
    answer = client.post(f"{base}building/", {"building": "3", "do": "pack"}, follow=True)
    assert "大白菜来的不够，还没有分配：没有装袋" in answer.content.decode()


def test_doors_and_their_open_lines_agree_and_cost_the_same_for_one_door_as_for_three():
    one = scene()
    with CaptureQueriesContext(connection) as caught:
        walk = building_walk(one.round, one.compound.buildings.get(), at=LATER)
    assert len(caught) <= 12
    lines = {line.line.pk for door in walk.doors for line in door.lines if line.is_undecided}
    assert lines == set(undecided_lines([one.round.pk]).values_list("pk", flat=True))
    assert walk.undecided == ("大白菜",)


def test_doors_that_got_nothing_stand_apart_in_no_count_and_not_on_not_served(client: Client):
    one = cabbages("2", *THREE)
    draft = sharing.make_sharing(good=one.good, by=one.coordinator, at=AFTER)
    sharing.apply_sharing(sharing=draft, by=one.coordinator, at=AFTER)
    Round.objects.update(state="delivering")
    one.round.refresh_from_db()
    nothing = [room for room, got in one.got().items() if got == "0"]
    assert nothing
    client.force_login(one.coordinator, backend="django.contrib.auth.backends.ModelBackend")
    url = f"/c/xingfuli/rounds/{one.round.pk}/delivery/3/"
    page = client.get(url)
    walk = page.context["walk"]
    assert ([door.room for door in walk.nothing], walk.counts.doors) == (nothing, 3 - len(nothing))
    assert page.context["rest"]["lines"] == 3 - len(nothing)
    assert [row.bags for row in building_counts(one.round)] == [3 - len(nothing)]
    short = page.context["rest"]["short"]
    text = page.content.decode()
    assert "这几户不用送" in text
    assert (f"其中{short}样来的不够" in text) == (short > 0)
    client.post(f"{url}rest/", {"lines": str(3 - len(nothing))})
    after = said("大白菜")
    assert [room for room, word in after.items() if word == OPEN] == nothing
    assert [word for word, _got in after.values()].count("missing") == short
    later = LATER + dt.timedelta(days=3)
    owed = {line.order.household.room for line in owed_lines(one.compound, at=later)}
    assert owed.isdisjoint(nothing)
    rounds.advance_round(round=one.round, to="settled", by=one.coordinator, at=later)
    assert {line.order.household.room for line in owed_lines(one.compound, at=later)}.isdisjoint(nothing)
    assert [room for room, word in said("大白菜").items() if word == OPEN] == nothing


@pytest.mark.parametrize("sweep", SWEEPS)
def test_sweep_says_nothing_of_a_door_that_got_nothing_and_missing_where_something_was_left_out(sweep):
    one = cabbages("2", *THREE)
    draft = sharing.make_sharing(good=one.good, by=one.coordinator, at=AFTER)
    sharing.apply_sharing(sharing=draft, by=one.coordinator, at=AFTER)
    Round.objects.update(state="delivering")
    one.round.refresh_from_db()
    [nothing, *_] = [room for room, got in one.got().items() if got == "0"]
    # With a good beside it there is somebody to go to.
    [other] = [room for room, got in one.got().items() if got == "0" and room != nothing] or [""]
    sweep(one)
    assert (said("大白菜")[nothing], DoorMark.objects.filter(household__room=nothing).count()) == (OPEN, 0)
    assert other == "" or said("大白菜")[other] == OPEN
    assert DoorMark.objects.count() == sum(got != "0" for got in one.got().values())


def test_run_with_a_door_that_got_nothing_counts_it_nowhere():
    one = cabbages("2", *THREE)
    draft = sharing.make_sharing(good=one.good, by=one.coordinator, at=AFTER)
    sharing.apply_sharing(sharing=draft, by=one.coordinator, at=AFTER)
    Round.objects.update(state="delivering")
    one.round.refresh_from_db()
    nothing = sum(got == "0" for got in one.got().values())
    batch = Batch.objects.create(
        compound=one.compound, leaves_at=AFTER, number=1, day=AFTER.date(), state="out", state_at=AFTER
    )
    trip = Trip.objects.create(batch=batch, position=1, runner=one.coordinator)
    for door in one.compound.households.all():
        Stop.objects.create(trip=trip, round=one.round, household=door, bags=1)
    page = run_page(batch, rules_of(one.compound), at=LATER)
    assert (page.doors, page.bags, page.done, len(page.gone)) == (3 - nothing, 3 - nothing, 0, nothing)
    assert places_of(batch)[0].expected == 3 - nothing
    [row], _free = trips_to_carry(one.compound, runner=one.coordinator.pk, only=None)
    assert (row.stops, row.bags, row.open) == (3 - nothing, 3 - nothing, 3 - nothing)

    at_the_desk(one)
    page = run_page(batch, rules_of(one.compound), at=LATER)
    assert (page.doors, page.done) == (3 - nothing, 3 - nothing)
    [row], _free = trips_to_carry(one.compound, runner=one.coordinator.pk, only=None)
    assert row.open == 0
    short = sum(word == "missing" for word, _got in said("大白菜").values())
    # Nobody comes once more to a door to which nothing comes; its stop is over all the same.
    assert runs.finish_run(batch=batch, by=one.coordinator, at=LATER) == short
    assert Stop.objects.filter(ended_at=None).count() == 3 - nothing - short
