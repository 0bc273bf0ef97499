"""What the sheets of a round are read from: one household's way from the tables to its row."""

import datetime as dt
from decimal import Decimal

import pytest

from compound.models import Building, Role
from orders.models import ChainEntry, ChainImport, Order, OrderLine, Round
from orders.queries.sheet_rows import (
    BagLine,
    BagSlip,
    DeliveryRun,
    LeftLine,
    RunStop,
    ShoppingLine,
    Walk,
    Why,
    bag_slips,
    delivery_runs,
    not_served,
    shopping_lists,
)
from orders.queries.sheets import round_snapshot
from orders.services import chains, rounds
from tests import make

pytestmark = pytest.mark.django_db

YESTERDAY = make.NOON - dt.timedelta(days=1)


def earlier_round(of, title="8月22日 12:00", state=Round.State.SETTLED):
    made = make.round(of, title, opens_at=YESTERDAY - dt.timedelta(hours=18), cutoff_at=YESTERDAY)
    Round.objects.filter(pk=made.pk).update(
        state=state,
        closed_at=None if state == Round.State.OPEN else YESTERDAY,
        cancel_reason="大雨" if state == Round.State.CANCELLED else "",
    )
    made.refresh_from_db()
    return made


def outcome(line, what, delivered, by):
    OrderLine.objects.filter(pk=line.pk).update(
        outcome=what, delivered=Decimal(delivered), outcome_at=YESTERDAY, outcome_by=by
    )


def test_round_snapshot_when_two_households_ordered_gives_all_sheets():
    compound = make.compound()
    coordinator = make.member(compound, Role.COORDINATOR)
    door, neighbour = make.household(compound, "3-2-501"), make.household(compound, "3-2-502")
    make.household(compound, "3-2-601")
    make.household(compound, "3-2-602", head_count=0)
    Building.objects.update(has_lift=False)
    round = make.round(compound)
    eggs = make.offer(round, "鸡蛋", "板", section="肉禽蛋", price="32.00")
    first = make.order(
        round, door, ("土鸡蛋（要大的）", "2", "板"), ("青菜", "1.5", "斤"), by=coordinator, remark="放门口"
    )
    second = make.order(round, neighbour, ("鸡蛋", "1", ""), by=coordinator)
    OrderLine.objects.filter(order__in=[first, second], goods__contains="鸡蛋").update(item=eggs.item)

    snapshot = round_snapshot(round)

    (shopping,) = shopping_lists(snapshot)
    assert shopping.supply_point == "惠民超市"
    assert [(row.section, row.goods, row.unit, row.quantity, row.price) for row in shopping.lines] == [
        ("肉禽蛋", "鸡蛋", "板", "3", "32"),
        ("", "青菜", "斤", "1.5", None),
    ]
    assert bag_slips(snapshot).slips == (
        BagSlip("3-2-501", "", (BagLine("鸡蛋（要大的）", "板", "2"), BagLine("青菜", "斤", "1.5")), "放门口"),
        BagSlip("3-2-502", "", (BagLine("鸡蛋", "板", "1"),)),
    )
    assert delivery_runs(snapshot) == (
        DeliveryRun(
            "3",
            Walk.UP,
            (RunStop("3-2-501", "2", 1, "放门口"), RunStop("3-2-502", "2", 1)),
            ("3-2-601",),
            ("3-2-602",),
        ),
    )
    assert not_served(snapshot).lines == ()


def test_round_snapshot_when_an_order_is_cancelled_or_late_leaves_it_off_the_lists():
    compound = make.compound()
    coordinator = make.member(compound)
    round = make.round(compound)
    order = make.order(round, make.household(compound, "2-101"), ("盐", "1", "包"), by=coordinator)
    assert shopping_lists(round_snapshot(round))[0].lines == (ShoppingLine("", "盐", "包", "1", 1),)

    Order.objects.filter(pk=order.pk).update(
        state=Order.State.CANCELLED, ended_at=make.ELEVEN, ended_by=coordinator, end_reason="不要了"
    )

    snapshot = round_snapshot(round)
    assert shopping_lists(snapshot)[0].lines == ()
    assert bag_slips(snapshot).slips == ()
    assert delivery_runs(snapshot) == ()


def test_round_snapshot_when_an_order_came_late_owes_it():
    compound = make.compound()
    round = make.round(compound)
    order = make.order(round, make.household(compound, "2-101"), ("盐", "1", "包"), by=make.member(compound))
    Order.objects.filter(pk=order.pk).update(state=Order.State.LATE)
    assert not_served(round_snapshot(round)).lines == (
        LeftLine("2-101", "盐", "包", "1", "2022-08-23", "8月23日 12:00", Why.LATE),
    )


@pytest.mark.parametrize(
    ("what", "delivered", "quantity", "why"),
    [
        (OrderLine.Outcome.MISSING, "0.5", "1.5", Why.MISSING),
        (OrderLine.Outcome.REFUSED, "0", "2", Why.REFUSED),
        (OrderLine.Outcome.NOBODY_HOME, "0", "2", Why.NOBODY_HOME),
        (None, None, "2", Why.NOT_DELIVERED),
    ],
)
def test_round_snapshot_when_an_earlier_line_was_not_handed_over_owes_the_rest(what, delivered, quantity, why):
    compound = make.compound()
    coordinator = make.member(compound)
    before = earlier_round(compound)
    order = make.order(before, make.household(compound, "2-101"), ("盐", "2", "包"), by=coordinator)
    if what:
        outcome(order.lines.get(), what, delivered, coordinator)
    assert not_served(round_snapshot(make.round(compound))).lines == (
        LeftLine("2-101", "盐", "包", quantity, "2022-08-22", "8月22日 12:00", why),
    )


def test_round_snapshot_when_a_round_of_the_same_day_is_still_on_its_way_owes_nothing_of_it_yet():
    compound = make.compound()
    coordinator = make.member(compound)
    noon = make.round(compound)
    make.order(noon, make.household(compound, "2-101"), ("盐", "2", "包"), by=coordinator)
    rounds.close_due_rounds(make.NOON)
    hour = dt.timedelta(hours=1)
    evening = make.round(compound, "18:00", opens_at=make.NOON, cutoff_at=make.NOON + 6 * hour)
    next_noon = make.round(compound, "次日 12:00", opens_at=make.NOON, cutoff_at=make.NOON + 24 * hour)
    assert not_served(round_snapshot(evening)).lines == ()
    assert [line.room for line in not_served(round_snapshot(next_noon)).lines] == ["2-101"]


def test_round_snapshot_when_a_confirmed_paste_has_an_open_entry_owes_it_until_a_later_paste_takes_its_place():
    compound = make.compound()
    coordinator = make.member(compound)
    round, source = make.round(compound), make.chain_source(compound)
    for _again in range(2):
        pasted = chains.paste_chain(
            round=round, source=source, text="#接龙\n菜\n\n1.尘 牛奶1箱\n", by=coordinator, at=make.ELEVEN
        )
        chains.confirm_chain(chain_import=pasted, by=coordinator, at=make.ELEVEN)
    assert [(line.goods, line.why) for line in not_served(round_snapshot(round)).lines] == [
        ("1.尘 牛奶1箱", Why.UNREAD)
    ]


def test_round_snapshot_when_an_earlier_line_is_delivered_or_closed_owes_nothing():
    compound = make.compound()
    coordinator = make.member(compound)
    before = earlier_round(compound)
    order = make.order(before, make.household(compound, "2-101"), ("盐", "2", "包"), ("糖", "1", "包"), by=coordinator)
    salt, sugar = order.lines.order_by("position")
    outcome(salt, OrderLine.Outcome.DELIVERED, "2", coordinator)
    OrderLine.objects.filter(pk=sugar.pk).update(closed_at=make.ELEVEN, closed_by=coordinator, closed_reason="不再需要")
    assert not_served(round_snapshot(make.round(compound))).lines == ()


@pytest.mark.parametrize("state", [Round.State.OPEN, Round.State.CANCELLED])
def test_round_snapshot_when_an_earlier_round_is_open_or_cancelled_owes_nothing_from_it(state):
    compound = make.compound()
    before = earlier_round(compound, state=state)
    make.order(before, make.household(compound, "2-101"), ("盐", "2", "包"), by=make.member(compound))
    assert not_served(round_snapshot(make.round(compound))).lines == ()


def chain_entry(round, by, raw, *, state=ChainImport.State.REVIEW, **more):
    source = round.compound.chain_sources.first() or make.chain_source(round.compound)
    pasted = ChainImport.objects.create(
        round=round,
        source=source,
        text=raw,
        state=state,
        pasted_at=make.ELEVEN,
        pasted_by=by,
        confirmed_at=make.ELEVEN if state == ChainImport.State.CONFIRMED else None,
        confirmed_by=by if state == ChainImport.State.CONFIRMED else None,
    )
    return ChainEntry.objects.create(chain_import=pasted, position=1, line=1, raw=raw, **more)


def test_round_snapshot_when_a_paste_was_never_confirmed_owes_what_it_says():
    compound = make.compound()
    coordinator = make.member(compound)
    round = make.round(compound)
    entry = chain_entry(round, coordinator, "12、尘 少少饭\n再加两瓶酱油 13800001234", status="order")
    expected = LeftLine("", "12、尘 少少饭 再加两瓶酱油 （号码略）", "", "", "2022-08-23", "8月23日 12:00", Why.UNREAD)
    assert not_served(round_snapshot(round)).lines == (expected,)

    entry.decision, entry.decided_by, entry.decided_at = ChainEntry.Decision.LEAVE, coordinator, make.ELEVEN
    entry.save()
    assert not_served(round_snapshot(round)).lines == ()


@pytest.mark.parametrize("state", [ChainImport.State.REVIEW, ChainImport.State.CONFIRMED])
def test_round_snapshot_when_the_round_of_a_paste_was_cancelled_owes_nothing_of_it(state):
    compound = make.compound()
    coordinator = make.member(compound)
    before = earlier_round(compound, state=Round.State.OPEN)
    chain_entry(before, coordinator, "12、尘 少少饭", state=state, status="order")
    round = make.round(compound)
    assert [line.goods for line in not_served(round_snapshot(round)).lines] == ["12、尘 少少饭"]

    rounds.cancel_round(round=before, reason="大雨", by=coordinator, at=make.ELEVEN)
    assert not_served(round_snapshot(round)).lines == ()


@pytest.mark.parametrize(("days", "found"), [(13, 1), (14, 1), (15, 0)])
def test_round_snapshot_when_an_unread_paste_is_older_than_two_weeks_owes_it_no_longer(days, found):
    compound = make.compound()
    before = earlier_round(compound)
    Round.objects.filter(pk=before.pk).update(
        opens_at=make.NOON - dt.timedelta(days=days + 1), cutoff_at=make.NOON - dt.timedelta(days=days)
    )
    chain_entry(before, make.member(compound), "12、尘 少少饭", status="order")
    assert len(not_served(round_snapshot(make.round(compound))).lines) == found


def test_round_snapshot_when_the_order_came_by_chat_knows_the_nickname():
    compound = make.compound()
    coordinator = make.member(compound)
    round = make.round(compound)
    order = make.order(round, make.household(compound, "2-101"), ("盐", "1", "包"), by=coordinator)
    chain_entry(
        round,
        coordinator,
        "1. 𠮷祥如意🌸 盐一包",
        state=ChainImport.State.CONFIRMED,
        status="order",
        name="𠮷祥如意🌸",
        order=order,
    )
    assert [slip.name for slip in bag_slips(round_snapshot(round)).slips] == ["𠮷祥如意🌸"]


def test_round_snapshot_when_another_compound_has_rounds_sees_nothing_of_them():
    mine, other = make.compound(), make.compound("heping", "和平里")
    coordinator = make.member(mine)
    make.order(earlier_round(other), make.household(other, "2-101"), ("盐", "1", "包"), by=coordinator)
    make.order(make.round(other), make.household(other, "2-102"), ("盐", "1", "包"), by=coordinator)
    snapshot = round_snapshot(make.round(mine))
    assert (snapshot.doors, snapshot.lines, snapshot.leftovers) == ((), (), ())


@pytest.mark.parametrize("households", [1, 3])
def test_round_snapshot_when_there_are_more_households_reads_no_more_often(households, django_assert_num_queries):
    compound = make.compound()
    coordinator = make.member(compound)
    before, round = earlier_round(compound), make.round(compound)
    for number in range(101, 101 + households):
        door = make.household(compound, f"2-{number}")
        make.order(round, door, ("盐", "1", "包"), ("糖", "1", "包"), by=coordinator)
        make.order(before, door, ("醋", "1", "瓶"), by=coordinator)
    fresh = Round.objects.select_related("compound", "supply_point").get(pk=round.pk)
    with django_assert_num_queries(10):
        snapshot = round_snapshot(fresh)
    assert (len(snapshot.doors), len(snapshot.lines), len(snapshot.leftovers)) == (
        households,
        2 * households,
        households,
    )
