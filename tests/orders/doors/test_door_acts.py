"""What runners' phones send: once each, the later word stands, what has happened is never refused."""

import datetime as dt
import uuid
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from compound.models import AuditEntry, Role
from compound.phone_pages import user_mark
from compound.refusals import Refusal
from orders.models import DoorMark, Handover, Item, OrderLine, PhoneEvent, Round, SupplyPoint
from orders.services import delivery, rounds
from tests import make
from tests.make import NOON
from tests.orders.doors.conftest import HOUR, THREE, captain, log_in, outcomes, tap, trip

MINUTE = dt.timedelta(minutes=1)


@pytest.mark.parametrize(
    ("do", "delivered"), [("delivered", "1"), ("left", "1"), ("refused", "0"), ("nobody_home", "0"), ("damaged", "0")]
)
def test_door_when_tapped_is_a_row_and_stands_in_its_line(round, runner, do, delivered):
    answer = tap(round, "3-2-501", do, runner)
    assert (answer["room"], answer["outcome"], answer["flags"]) == ("3-2-501", do, [])
    assert outcomes("3-2-501") == [("盐", do, delivered)]
    mark = DoorMark.objects.get()
    assert (mark.outcome, mark.source, mark.by, mark.at) == (do, "phone", runner, THREE)


def test_door_with_a_missing_part_delivers_the_rest(round, runner):
    line = OrderLine.objects.get(goods="土豆").pk
    tap(round, "3-1-501", "missing", runner, line=str(line), **{f"arrived-{line}": "1.5"})
    assert outcomes("3-1-501") == [("鸡蛋", "delivered", "2"), ("土豆", "missing", "1.5")]


def test_door_when_undone_is_open_and_both_words_are_kept(round, runner):
    tap(round, "3-2-501", "refused", runner)
    tap(round, "3-2-501", "undo", runner, THREE + MINUTE)
    assert outcomes("3-2-501") == [("盐", "", None)]
    assert list(DoorMark.objects.order_by("at").values_list("outcome", flat=True)) == ["refused", ""]


def test_door_undone_after_somebody_else_has_handed_it_over_stays_delivered_and_says_so(compound, round, runner):
    """冯磊 found nobody at 13:00, 罗强 handed it over at 13:05, 冯磊 takes his own word back at 13:06."""
    other, mine = make.member(compound, Role.SUPPLY), uuid.uuid4()
    tap(round, "3-2-501", "nobody_home", runner, NOON + 60 * MINUTE, received=THREE, id=mine)
    tap(round, "3-2-501", "delivered", other, NOON + 65 * MINUTE, received=THREE)
    answer = tap(round, "3-2-501", "undo", runner, NOON + 66 * MINUTE, received=THREE + HOUR, of=str(mine))
    assert (answer["outcome"], answer["flags"], outcomes("3-2-501")) == (
        "delivered", ["overtaken"], [("盐", "delivered", "1")],
    )  # fmt: skip


@pytest.mark.parametrize("of", ["mine", "none"])
def test_door_undone_before_the_other_runners_earlier_word_comes_in_is_the_other_ones(compound, round, runner, of):
    other, mine = make.member(compound, Role.SUPPLY), uuid.uuid4()
    tap(round, "3-2-501", "nobody_home", runner, NOON + 60 * MINUTE, received=THREE, id=mine)
    named = {"of": [str(mine)]} if of == "mine" else {}
    assert tap(round, "3-2-501", "undo", runner, NOON + 66 * MINUTE, received=THREE, **named)["outcome"] == ""
    tap(round, "3-2-501", "delivered", other, NOON + 65 * MINUTE, received=THREE + HOUR)
    assert outcomes("3-2-501") == [("盐", "delivered", "1")]


def test_door_undone_by_somebody_who_has_seen_the_others_word_is_open(compound, round, runner):
    other, theirs = make.member(compound, Role.SUPPLY), uuid.uuid4()
    tap(round, "3-2-501", "delivered", other, id=theirs)
    answer = tap(round, "3-2-501", "undo", runner, THREE + MINUTE, of=str(theirs))
    assert (answer["outcome"], answer["flags"], outcomes("3-2-501")) == ("", [], [("盐", "", None)])


def test_door_marked_before_a_late_line_came_says_nothing_of_that_line(compound, round, coordinator, runner):
    """Delivered at 13:00; 米 is taken in at 15:00; 盐 turns out to be missing: 米 has not left the shop."""
    Round.objects.filter(pk=round.pk).update(state="closed")
    round.refresh_from_db()
    tap(round, "3-2-501", "delivered", runner, NOON + HOUR)
    door = compound.households.get(room="3-2-501")
    order = make.order(round, door, ("米", "1", "袋"), by=coordinator, at=NOON + 30 * MINUTE)
    order.state = "late"
    order.save()
    rounds.take_late_order(order=order, into=round, by=coordinator, at=THREE)
    salt = OrderLine.objects.get(goods="盐", order__household=door).pk
    tap(round, "3-2-501", "missing", runner, NOON + 90 * MINUTE, received=THREE + MINUTE, line=str(salt))
    said = OrderLine.objects.filter(order__household=door).order_by("pk").values_list("goods", "outcome")
    assert list(said) == [("盐", "missing"), ("米", "")]
    tap(round, "3-2-501", "left", runner, THREE + 2 * MINUTE)
    assert list(said.all()) == [("盐", "left"), ("米", "left")]


@pytest.mark.parametrize(("packed", "outcome"), [("3.95", "delivered"), ("3", "delivered"), ("2.9", "missing")])
def test_door_with_weighed_goods_is_short_only_beyond_the_scales(compound, round, coordinator, runner, packed, outcome):
    weigh(round)
    OrderLine.objects.filter(goods="土豆").update(packed=Decimal(packed), packed_at=THREE, packed_by=coordinator)
    tap(round, "3-1-501", "delivered", runner)
    assert outcomes("3-1-501") == [("鸡蛋", "delivered", "2"), ("土豆", outcome, packed)]


def test_rest_with_weighed_goods_is_short_only_beyond_the_scales(compound, round, coordinator):
    weigh(round)
    OrderLine.objects.filter(goods="土豆").update(packed=Decimal("3.95"), packed_at=THREE, packed_by=coordinator)
    OrderLine.objects.filter(goods="鸡蛋").update(packed=Decimal("1.9"), packed_at=THREE, packed_by=coordinator)
    building = compound.buildings.get(name="3")
    delivery.deliver_building(round=round, building=building, by=coordinator, at=THREE)
    assert outcomes("3-1-501") == [("鸡蛋", "missing", "1.9"), ("土豆", "delivered", "3.95")]


def weigh(round):
    item = Item.objects.create(supply_point=round.supply_point, name="土豆", unit="斤", is_weighed=True)
    OrderLine.objects.filter(goods="土豆").update(item=item)


def test_door_left_with_one_good_short_keeps_left_for_the_others(round, runner):
    OrderLine.objects.filter(goods="鸡蛋").update(allocated=1)
    tap(round, "3-1-501", "left", runner)
    assert outcomes("3-1-501") == [("鸡蛋", "missing", "1"), ("土豆", "left", "4")]


def test_door_of_two_runners_offline_flushed_in_the_wrong_order_has_the_later_word(compound, round, runner):
    other = make.member(compound, Role.SUPPLY)
    # 冯磊 found nobody at 13:00; 罗强 handed it over at 13:20 and found the network first.
    second = tap(round, "3-2-501", "delivered", other, NOON + 80 * MINUTE, received=THREE)
    first = tap(round, "3-2-501", "nobody_home", runner, NOON + HOUR, received=THREE + HOUR)
    assert (second["flags"], first["flags"], first["outcome"]) == ([], ["overtaken"], "delivered")
    line = OrderLine.objects.get(goods="盐", order__household__room="3-2-501")
    assert (line.outcome, line.outcome_by, line.outcome_at) == ("delivered", other, NOON + 80 * MINUTE)
    assert DoorMark.objects.count() == 2


def test_door_ticked_alike_by_two_runners_offline_is_delivered_once(compound, round, runner):
    other = make.member(compound, Role.SUPPLY)
    tap(round, "3-2-501", "delivered", other, NOON + 80 * MINUTE, received=THREE)
    answer = tap(round, "3-2-501", "delivered", runner, NOON + 81 * MINUTE, received=THREE + HOUR)
    assert answer["flags"] == ["already"]
    assert outcomes("3-2-501") == [("盐", "delivered", "1")]
    assert AuditEntry.objects.filter(action="door.marked").count() == 1


def test_door_sent_again_with_its_id_changes_nothing(round, runner):
    key = uuid.uuid4()
    first = tap(round, "3-2-501", "refused", runner, id=key)
    tap(round, "3-2-501", "delivered", runner, THREE + MINUTE)
    assert tap(round, "3-2-501", "refused", runner, id=key) == first
    assert outcomes("3-2-501") == [("盐", "delivered", "1")]
    assert (DoorMark.objects.count(), PhoneEvent.objects.count()) == (2, 2)


def test_door_flushed_after_the_round_was_settled_is_recorded_and_says_so(round, coordinator, runner):
    rounds.advance_round(round=round, to="settled", by=coordinator, at=THREE)
    answer = tap(round, "3-2-501", "refused", runner, NOON + HOUR, received=THREE + HOUR)
    assert answer["flags"] == ["settled"]
    # Settling counted it as delivered because nobody had said anything; somebody had.
    assert outcomes("3-2-501") == [("盐", "refused", "0")]


def test_door_of_a_settled_round_with_a_later_delivery_stays_delivered(round, coordinator, runner):
    tap(round, "3-2-501", "delivered", runner, NOON + 2 * HOUR)
    rounds.advance_round(round=round, to="settled", by=coordinator, at=THREE)
    answer = tap(round, "3-2-501", "refused", runner, NOON + HOUR, received=THREE + HOUR)
    assert sorted(answer["flags"]) == ["overtaken", "settled"]
    assert outcomes("3-2-501") == [("盐", "delivered", "1")]


def test_door_whose_order_was_withdrawn_meanwhile_is_recorded(round, runner):
    order = round.orders.get(household__room="3-2-501")
    order.state, order.ended_at, order.ended_by = "cancelled", THREE, runner
    order.save()
    assert tap(round, "3-2-501", "delivered", runner)["flags"] == ["nothing"]
    assert DoorMark.objects.count() == 1


def test_door_with_less_in_its_bag_than_ordered_stays_owed(round, runner):
    OrderLine.objects.filter(goods="鸡蛋").update(allocated=1)
    tap(round, "3-1-501", "delivered", runner)
    assert outcomes("3-1-501") == [("鸡蛋", "missing", "1"), ("土豆", "delivered", "4")]


def test_settle_counts_what_is_due_and_what_is_short_stays_owed(round, coordinator):
    OrderLine.objects.filter(goods="鸡蛋").update(allocated=0, allocated_instead=1)
    rounds.advance_round(round=round, to="settled", by=coordinator, at=THREE)
    assert outcomes("3-1-501") == [("鸡蛋", "missing", "1"), ("土豆", "delivered", "4")]
    assert DoorMark.objects.filter(is_rest=True, source="desk").count() == 4


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"do": "gone"}, "malformed"),
        ({"round": "x"}, "malformed"),
        ({"round": str(uuid.uuid4())}, "round_unknown"),
        ({"room": "9-999"}, "door_unknown"),
        ({"do": "missing"}, "no_lines"),
        ({"do": "missing", "line": "999"}, "gone"),
        ({"source": "paper"}, "malformed"),
    ],
)
def test_door_that_is_malformed_or_not_there_is_refused_and_stores_nothing(round, runner, change, code):
    with pytest.raises(Refusal) as refusal:
        tap(round, "3-2-501", "delivered", runner, **change)
    assert (refusal.value.code, DoorMark.objects.count(), PhoneEvent.objects.count()) == (code, 0, 0)


def test_door_of_an_open_round_is_refused(compound, runner, coordinator, clock):
    clock(NOON - HOUR)
    round = make.round(compound)
    make.order(round, compound.households.get(room="3-2-501"), ("盐", "1", "包"), by=coordinator)
    with pytest.raises(Refusal) as refusal:
        tap(round, "3-2-501", "delivered", runner, NOON - HOUR, received=NOON - HOUR)
    assert refusal.value.code == "round_not_closed"


def test_door_of_another_building_is_refused_for_a_captain_and_the_own_one_is_taken(compound, round):
    three = captain(compound)
    with pytest.raises(Refusal) as refusal:
        tap(round, "20-1702", "delivered", three)
    assert refusal.value.code == "door_unknown"
    assert tap(round, "3-2-501", "delivered", three)["outcome"] == "delivered"


def test_door_by_the_gate_is_refused(compound, round):
    with pytest.raises(Refusal) as refusal:
        tap(round, "3-2-501", "delivered", make.member(compound, Role.GATE))
    assert refusal.value.code == "not_allowed"


@pytest.mark.parametrize(
    ("hour", "kind", "flags"), [(23, "shop", ["quiet"]), (23, "pharmacy", []), (21, "shop", []), (6, "shop", ["quiet"])]
)
def test_door_in_the_quiet_hours_is_recorded_and_flagged_unless_it_is_medicine(round, runner, hour, kind, flags):
    SupplyPoint.objects.update(kind=kind)
    at = NOON.replace(hour=hour) + (dt.timedelta(days=1) if hour < 12 else dt.timedelta())
    answer = tap(round, "3-2-501", "delivered", runner, at, received=at)
    assert (answer["flags"], outcomes("3-2-501")) == (flags, [("盐", "delivered", "1")])


# ── a sealed building: one hand-over for all ──────


def hand_over(round, by, **more):
    return tap(round, "", "", by, building="3", bags="3", taken_by="郭芳 13900001234", **more)


def test_building_handed_over_counts_all_its_doors_as_delivered_but_what_was_said(round, runner):
    tap(round, "3-2-501", "refused", runner)
    answer = hand_over(round, runner)
    assert (answer["building"], answer["lines"], answer["flags"]) == ("3", 3, [])
    assert [outcomes(room)[0][1] for room in ("3-1-501", "3-1-502", "3-2-501", "20-1702")] == [
        "delivered", "delivered", "refused", "",
    ]  # fmt: skip
    assert set(DoorMark.objects.filter(is_rest=True).values_list("note", flat=True)) == {
        "在楼门口统一交接，3袋，接收人：郭芳 （号码略）"
    }


def test_building_handed_over_of_a_run_is_its_count_there_too(round, runner):
    on = trip(round, "3-1-501")
    hand_over(round, runner, batch=str(on.batch_id))
    counted = Handover.objects.get()
    assert (counted.leg, counted.building.name, counted.bags, counted.by) == ("building", "3", 3, runner)


def test_building_that_is_not_on_the_run_is_no_count_of_it(round, runner):
    on = trip(round, "20-1702")
    with pytest.raises(Refusal) as refused:
        hand_over(round, runner, batch=str(on.batch_id))
    assert (refused.value.code, DoorMark.objects.count()) == ("place_unknown", 0)


def test_building_handed_over_twice_is_handed_over_once(round, runner):
    key = uuid.uuid4()
    first = hand_over(round, runner, id=key)
    assert hand_over(round, runner, id=key) == first
    assert hand_over(round, runner)["flags"] == ["already"]
    assert DoorMark.objects.count() == 3


def test_building_handed_over_late_leaves_an_exception_that_was_made_since(round, runner):
    """The hand-over at 13:00 comes in after somebody has said at 14:00 that one door got nothing."""
    tap(round, "3-2-501", "nobody_home", runner, NOON + 2 * HOUR)
    hand_over(round, runner, at=NOON + HOUR, received=THREE + HOUR)
    assert outcomes("3-2-501") == [("盐", "nobody_home", "0")]


def test_building_of_another_captain_is_refused(compound, round):
    with pytest.raises(Refusal) as refusal:
        hand_over(round, captain(compound, "20"))
    assert refusal.value.code == "door_unknown"


# ── by the API, as the phone's outbox sends it ────


def test_doors_by_the_api_are_answered_one_by_one(round, runner):
    def event(room, do):
        body = {"round": str(round.pk), "room": room, "do": do}
        return {"id": str(uuid.uuid4()), "kind": "door", "at": THREE.isoformat(), "clock_offset_ms": 0, "body": body}

    events = [event("3-1-501", "delivered"), event("9-9", "delivered"), event("3-2-501", "nobody_home")]
    answer = log_in(runner).post(
        "/api/v1/orders/events",
        {"compound": "xingfuli", "as": user_mark(runner), "events": events},
        content_type="application/json",
    )
    results = answer.json()["results"]
    assert [row.get("outcome") or row["error"]["code"] for row in results] == [
        "delivered",
        "door_unknown",
        "nobody_home",
    ]


def test_rest_of_a_building_needs_as_many_statements_for_one_door_as_for_three(round, coordinator):
    counts = []
    for building in list(round.compound.buildings.order_by("-name")):
        with CaptureQueriesContext(connection) as caught:
            delivery.deliver_building(round=round, building=building, by=coordinator, at=THREE)
        counts.append(len(caught))
    assert len(set(counts)) == 1
