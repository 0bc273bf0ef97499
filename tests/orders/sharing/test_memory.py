"""Who missed last time: by what arrived at the doors, whether anybody ran a sharing or not."""

import datetime as dt
import random
from decimal import Decimal

import pytest

from orders.models import OrderLine, Purchase, Round
from orders.queries.sharing_memory import memory_of
from orders.services import delivery, packing, rounds, sharing
from tests.orders.sharing.scene import Scene, cabbages, closed_round, more_cabbages, purchase

pytestmark = pytest.mark.django_db

DOORS = ("3-101", "3-102", "3-201", "3-202", "3-301")
MINUTE = dt.timedelta(minutes=1)
ONES = tuple((room, "1") for room in DOORS)


def after(scene: Scene) -> dt.datetime:
    return scene.round.cutoff_at + dt.timedelta(hours=2)


def next_round(scene: Scene, bought: str, *rooms: tuple[str, str], days: int = 0) -> Scene:
    made = closed_round(scene.compound, f"{days}天前", days=days)
    return more_cabbages(scene.compound, scene.coordinator, made, bought, *rooms)


def remembered(scene: Scene) -> dict[str, int]:
    rooms = dict(scene.compound.households.values_list("pk", "room"))
    return {rooms[household]: number for household, number in memory_of(scene.good).items()}


def say(scene: Scene, room: str, outcome: str, got: str | None = None) -> None:
    door = scene.compound.households.get(room=room)
    arrived = None if got is None else Decimal(got)
    only = [scene.lines[room].pk]
    by = scene.coordinator
    delivery.mark_door(
        round=scene.round, household=door, outcome=outcome, only=only, delivered=arrived, by=by, at=after(scene)
    )


def deliver(scene: Scene) -> None:
    Round.objects.filter(pk=scene.round.pk).update(state="delivering")
    scene.round.refresh_from_db()


def settle(scene: Scene) -> None:
    rounds.advance_round(round=scene.round, to="settled", by=scene.coordinator, at=after(scene) + MINUTE)


def test_memory_of_a_round_that_nobody_shared_out_is_what_arrived_at_the_doors():
    first = cabbages("2", *ONES, days=1)
    deliver(first)
    for room in DOORS[:2]:
        say(first, room, "missing", "1")
    settle(first)
    assert remembered(next_round(first, "2", *ONES)) == dict.fromkeys(DOORS[2:], 2)


def test_memory_of_such_a_round_puts_them_first_when_it_is_shared_out_next_time():
    first = cabbages("2", *ONES, days=1)
    deliver(first)
    for room in DOORS[:2]:
        say(first, room, "missing", "1")
    settle(first)
    second = next_round(first, "3", *ONES)
    draft = sharing.make_sharing(good=second.good, by=second.coordinator, at=after(second))
    sharing.apply_sharing(sharing=draft, by=second.coordinator, at=after(second))
    assert {room for room, got in second.got().items() if got == "1"} == set(DOORS[2:])


def test_memory_of_a_round_on_its_way_counts_what_the_packer_wrote_and_what_nobody_decided():
    first = cabbages("1", *ONES[:3], days=1)
    door = first.compound.households.get(room="3-101")
    line = first.lines["3-101"].pk
    packing.pack_household(
        round=first.round, household=door, packed={line: Decimal(1)}, bags=1, by=first.coordinator, at=after(first)
    )
    assert remembered(next_round(first, "1", *ONES[:3])) == {}
    deliver(first)
    assert remembered(next_round(first, "1", *ONES[:3], days=-1)) == {"3-102": 2, "3-201": 2}


@pytest.mark.parametrize(
    ("outcome", "is_closed", "missed"),
    [
        ("delivered", False, 0),
        ("left", False, 0),
        # It was there for them.
        ("refused", False, 0),
        ("refused", True, 0),
        ("nobody_home", False, 0),
        # It never arrived.
        ("nobody_home", True, 2),
        ("damaged", False, 2),
        ("missing", False, 2),
        ("missing", True, 2),
    ],
)
def test_memory_by_what_was_said_at_the_door(outcome, is_closed, missed):
    first = cabbages("", ("3-101", "1"), days=1)
    deliver(first)
    say(first, "3-101", outcome)
    if is_closed:
        line = OrderLine.objects.get()
        delivery.close_line(line=line, reason="搬走了", by=first.coordinator, at=after(first))
    settle(first)
    assert remembered(next_round(first, "1", ("3-101", "1"))) == ({"3-101": missed} if missed else {})


def test_memory_of_a_part_counts_less_than_of_nothing():
    first = cabbages("1", ("3-101", "2"), ("3-102", "2"), days=1)
    deliver(first)
    say(first, "3-101", "missing", "1")
    settle(first)
    assert remembered(next_round(first, "1", ("3-101", "2"), ("3-102", "2"))) == {"3-101": 1, "3-102": 2}


def test_memory_forgets_an_order_that_was_withdrawn_and_a_round_that_was_cancelled():
    first = cabbages("0", ("3-101", "1"), days=2)
    deliver(first)
    settle(first)
    second = next_round(first, "1", ("3-101", "1"))
    assert remembered(second) == {"3-101": 2}
    order = first.lines["3-101"].order
    order.state, order.ended_at, order.ended_by = "cancelled", after(first), first.coordinator
    order.save()
    assert remembered(second) == {}


def give_by_hand(scene: Scene, rng: random.Random, bought: Decimal) -> None:
    """Whoever stood there gave some, door by door, until nothing was left."""
    for room in rng.sample(list(scene.lines), len(scene.lines)):
        wanted = scene.lines[room].ordered
        if bought >= wanted:
            say(scene, room, "delivered")
            bought -= wanted
        elif bought and rng.random() < 0.5:
            say(scene, room, "missing", str(bought))
            bought = Decimal(0)


def pack_some(scene: Scene, rng: random.Random, bought: Decimal) -> None:
    for room in rng.sample(list(scene.lines), len(scene.lines)):
        quantity = min(bought, scene.lines[room].ordered)
        bought -= quantity
        door, line = scene.compound.households.get(room=room), scene.lines[room].pk
        at = after(scene)
        packing.pack_household(
            round=scene.round, household=door, packed={line: quantity}, bags=1, by=scene.coordinator, at=at
        )


def share(scene: Scene) -> None:
    draft = sharing.make_sharing(good=scene.good, by=scene.coordinator, at=after(scene))
    sharing.apply_sharing(sharing=draft, by=scene.coordinator, at=after(scene))


@pytest.mark.parametrize("seed", range(8))
def test_memory_for_any_history_is_how_often_in_a_row_nothing_arrived(seed):
    rng = random.Random(seed)
    scene = cabbages("", *ONES, days=9)
    came: dict[str, list[tuple[Decimal, Decimal]]] = {room: [] for room in DOORS}
    deliver(scene)
    settle(scene)
    for room in DOORS:
        came[room].append((Decimal(1), Decimal(1)))
    for days in range(8, 2, -1):
        wants = [(room, str(rng.randint(1, 3))) for room in DOORS if rng.random() < 0.8]
        scene = next_round(scene, "", *wants, days=days)
        needed = sum((line.ordered for line in scene.lines.values()), Decimal(0))
        bought = Decimal(rng.randint(0, int(needed)))
        kind = Purchase.Kind.BOUGHT if bought else Purchase.Kind.SHORT
        purchase(scene.good, kind, str(bought), by=scene.coordinator)
        how = rng.choice(["shared", "by hand", "packed", "nobody"])
        if how == "shared" and bought < needed:
            share(scene)
        elif how == "packed":
            pack_some(scene, rng, bought)
        deliver(scene)
        if how == "by hand":
            give_by_hand(scene, rng, bought)
        delivery.deliver_building(
            round=scene.round, building=scene.compound.buildings.get(), by=scene.coordinator, at=after(scene)
        )
        settle(scene)
        arrived = Decimal(0)
        for line in OrderLine.objects.filter(order__round=scene.round).select_related("order__household"):
            # Nothing is said of a door to which the sharing out gave nothing.
            assert line.delivered is not None or line.allocated == 0
            delivered = line.delivered or Decimal(0)
            came[line.order.household.room].append((delivered, line.ordered))
            arrived += delivered
        assert arrived <= bought
    expected = {}
    for room, times in came.items():
        empty = next((n for n, (got, _ordered) in enumerate(reversed(times)) if got), len(times))
        got, ordered = times[-1]
        if missed := 2 * empty or int(got < ordered):
            expected[room] = missed
    assert remembered(next_round(scene, "1", *ONES)) == expected
