"""Rounds: open by the clock, closed by the sweep, moved along in one direction."""

import datetime as dt

import pytest
from django.db import IntegrityError, transaction

from compound.models import AuditEntry, Job
from compound.refusals import Refusal
from orders.models import Order, OrderLine, Round
from orders.services import delivery, rounds
from orders.services.locks import lock_round
from orders.services.orders import Line, cancel_order, enter_order
from tests import make
from tests.at_once import Other, until_blocked
from tests.make import ELEVEN, NOON, Decimal

pytestmark = pytest.mark.django_db

MINUTE = dt.timedelta(minutes=1)
EGGS = Line("鸡蛋", Decimal(2), "板")


def refused(code: str) -> "pytest.RaisesContext[Refusal]":
    return pytest.raises(Refusal, check=lambda refusal: refusal.code == code)


@pytest.fixture
def compound():
    return make.compound()


@pytest.fixture
def coordinator(compound):
    return make.member(compound)


@pytest.fixture
def door(compound):
    return make.household(compound, "20-1702")


def phone(round, door, by, at, lines=(EGGS,)):
    return enter_order(
        round=round, household=door, lines=list(lines), remark="", channel=Order.Channel.PHONE, by=by, at=at
    )


# ── open by the clock ─────────────────────────────


def test_enter_order_in_the_last_second_is_placed(compound, coordinator, door):
    order = phone(make.round(compound), door, coordinator, NOON - dt.timedelta(seconds=1))
    assert (order.state, [str(line) for line in order.lines.all()]) == ("placed", ["鸡蛋 2板"])


def test_enter_order_at_the_cutoff_is_kept_as_late_though_nothing_closed_the_round_yet(compound, coordinator, door):
    order = phone(make.round(compound), door, coordinator, NOON)
    assert order.state == "late"


def test_enter_order_before_the_opening_is_refused(compound, coordinator, door):
    round = make.round(compound, opens_at=ELEVEN + MINUTE)
    with refused("round_not_open_yet"):
        phone(round, door, coordinator, ELEVEN)
    phone(round, door, coordinator, ELEVEN + MINUTE)


def test_enter_order_into_a_cancelled_round_is_refused(compound, coordinator, door):
    round = make.round(compound)
    rounds.cancel_round(round=round, reason="超市停业", by=coordinator, at=ELEVEN)
    with refused("round_cancelled"):
        phone(round, door, coordinator, ELEVEN)


def test_enter_order_over_the_cap_is_refused_with_the_goods_named(compound, coordinator, door):
    round = make.round(compound)
    make.offer(round, "鸡蛋", "板", cap="2")
    with pytest.raises(Refusal) as refusal:
        phone(round, door, coordinator, ELEVEN, [Line("鸡蛋", Decimal(3), "板")])
    assert (refusal.value.code, refusal.value.params) == ("over_cap", {"goods": "鸡蛋", "cap": "2"})
    phone(round, door, coordinator, ELEVEN, [Line("鸡蛋", Decimal(2), "板")])


def test_enter_order_by_another_name_joins_the_goods_on_offer(compound, coordinator, door):
    round = make.round(compound)
    offer = make.offer(round, "鸡蛋", "板", aliases=["草鸡蛋"])
    line = phone(round, door, coordinator, ELEVEN, [Line("草 鸡蛋", Decimal(1))]).lines.get()
    assert (line.item, line.goods, line.unit) == (offer.item, "鸡蛋", "板")


def test_enter_order_for_a_household_of_another_compound_is_refused(compound, coordinator):
    other = make.household(make.compound("yangguang", "阳光"), "1-101")
    with refused("household_elsewhere"):
        phone(make.round(compound), other, coordinator, ELEVEN)


# ── closed by the sweep ───────────────────────────


def test_close_due_rounds_after_three_days_of_downtime_closes_and_asks_for_sheets_once(compound, coordinator):
    round = make.round(compound)
    later = NOON + dt.timedelta(days=3)

    rounds.close_due_rounds(later)
    rounds.close_due_rounds(later + MINUTE)

    round.refresh_from_db()
    assert (round.state, round.closed_at) == ("closed", later)
    assert list(Job.objects.values_list("kind", "key", "state")) == [("round_sheets", str(round.pk), "queued")]
    assert AuditEntry.objects.filter(action="round.closed").count() == 1


def test_close_due_rounds_a_second_before_the_cutoff_closes_nothing(compound):
    round = make.round(compound)
    rounds.close_due_rounds(NOON - dt.timedelta(seconds=1))
    round.refresh_from_db()
    assert (round.state, Job.objects.count()) == ("open", 0)


# ── moved along ───────────────────────────────────


@pytest.mark.parametrize(
    ("state", "to"),
    [
        ("open", "shopping"),
        ("open", "delivering"),
        ("open", "settled"),
        ("closed", "delivering"),
        ("shopping", "closed"),
        ("shopping", "shopping"),
        ("delivering", "shopping"),
        ("settled", "delivering"),
        ("cancelled", "shopping"),
        ("closed", "open"),
    ],
)
def test_advance_round_against_the_direction_is_refused(compound, coordinator, state, to):
    round = make.round(compound)
    Round.objects.filter(pk=round.pk).update(
        state=state, closed_at=None if state == "open" else NOON, cancel_reason="x" if state == "cancelled" else ""
    )
    with refused("round_state"):
        rounds.advance_round(round=round, to=to, by=coordinator, at=NOON)
    round.refresh_from_db()
    assert round.state == state


def test_advance_round_step_by_step_reaches_settled_and_counts_the_rest_as_delivered(compound, coordinator, door):
    round = make.round(compound)
    neighbour = make.household(compound, "20-1703")
    make.order(round, door, ("鸡蛋", "2", "板"), by=coordinator)
    make.order(round, neighbour, ("大米", "1", "袋"), by=coordinator)
    rounds.close_due_rounds(NOON)
    for step in ("shopping", "delivering"):
        rounds.advance_round(round=round, to=step, by=coordinator, at=NOON)
    delivery.mark_door(round=round, household=neighbour, outcome="nobody_home", by=coordinator, at=NOON)

    settled = rounds.advance_round(round=round, to="settled", by=coordinator, at=NOON + MINUTE)

    assert settled.state == "settled"
    assert sorted(OrderLine.objects.values_list("goods", "outcome", "delivered")) == [
        ("大米", "nobody_home", Decimal(0)),
        ("鸡蛋", "delivered", Decimal(2)),
    ]


def test_move_cutoff_after_it_has_passed_is_refused_though_the_sweep_is_late(compound, coordinator):
    round = make.round(compound)
    with refused("round_closed"):
        rounds.move_cutoff(round=round, cutoff_at=NOON + MINUTE, by=coordinator, at=NOON)
    moved = rounds.move_cutoff(round=round, cutoff_at=NOON + MINUTE, by=coordinator, at=NOON - MINUTE)
    assert moved.cutoff_at == NOON + MINUTE


def test_move_cutoff_into_the_past_is_refused(compound, coordinator):
    with refused("cutoff_past"):
        rounds.move_cutoff(round=make.round(compound), cutoff_at=ELEVEN, by=coordinator, at=ELEVEN)


def test_cancel_round_without_a_reason_is_refused(compound, coordinator):
    round = make.round(compound)
    with refused("reason_missing"):
        rounds.cancel_round(round=round, reason=" ", by=coordinator, at=ELEVEN)


# ── late orders ───────────────────────────────────


def test_take_late_order_into_the_next_round_remembers_where_it_came_from(compound, coordinator, door):
    noon = make.round(compound)
    evening = make.round(compound, "8月23日 18:00", opens_at=NOON, cutoff_at=NOON + dt.timedelta(hours=6))
    order = phone(noon, door, coordinator, NOON + MINUTE)

    taken = rounds.take_late_order(order=order, into=evening, by=coordinator, at=NOON + 2 * MINUTE)

    assert (taken.state, taken.round, taken.late_for) == ("placed", evening, noon)
    with refused("order_not_late"):
        rounds.take_late_order(order=order, into=evening, by=coordinator, at=NOON + 3 * MINUTE)


def test_take_late_order_into_its_own_round_is_possible_until_shopping_starts(compound, coordinator, door):
    noon = make.round(compound)
    order = phone(noon, door, coordinator, NOON + MINUTE)
    second = phone(noon, door, coordinator, NOON + MINUTE)
    rounds.close_due_rounds(NOON + MINUTE)

    taken = rounds.take_late_order(order=order, into=noon, by=coordinator, at=NOON + 2 * MINUTE)
    rounds.advance_round(round=noon, to="shopping", by=coordinator, at=NOON + 2 * MINUTE)

    assert (taken.state, taken.late_for) == ("placed", None)
    with refused("round_closed"):
        rounds.take_late_order(order=second, into=noon, by=coordinator, at=NOON + 3 * MINUTE)


@pytest.mark.django_db(transaction=True)
def test_take_late_orders_of_two_rounds_while_somebody_takes_one_of_the_other_way_does_not_deadlock():
    compound = make.compound()
    coordinator = make.member(compound)
    door = make.household(compound, "20-1702")
    low, high, into = sorted((make.round(compound, title) for title in "abc"), key=lambda round: round.pk)
    first, second, third = (make.order(round, door, ("鸡蛋", "2", "板"), by=coordinator) for round in (high, low, low))
    Order.objects.update(state=Order.State.LATE)

    def take(orders, into):
        return Other(lambda: rounds.take_late_orders(orders=orders, into=into, by=coordinator, at=ELEVEN))

    with transaction.atomic():
        # The first stops between its orders until this transaction ends.
        Order.objects.select_for_update().get(pk=first.pk)
        one = take([first, second], into)
        assert until_blocked(one)
        two = take([third], high)
        assert until_blocked(one, two)

    assert (one.ended(), two.ended()) == (2, 1)
    titles = dict(Order.objects.values_list("pk", "round"))
    assert titles == {first.pk: into.pk, second.pk: into.pk, third.pk: high.pk}


# ── cancelled, delivered, closed ──────────────────


def test_cancel_order_of_a_round_on_its_way_is_refused(compound, coordinator, door):
    round = make.round(compound)
    order = make.order(round, door, ("鸡蛋", "2", "板"), by=coordinator)
    rounds.close_due_rounds(NOON)
    rounds.advance_round(round=round, to="shopping", by=coordinator, at=NOON)
    rounds.advance_round(round=round, to="delivering", by=coordinator, at=NOON)
    with refused("round_delivering"):
        cancel_order(order=order, reason="不要了", by=coordinator, at=NOON)


def test_cancel_order_while_shopping_ends_it_with_its_reason(compound, coordinator, door):
    round = make.round(compound)
    order = make.order(round, door, ("鸡蛋", "2", "板"), by=coordinator)
    ended = cancel_order(order=order, reason="不要了", by=coordinator, at=ELEVEN)
    assert (ended.state, ended.end_reason, ended.ended_by) == ("cancelled", "不要了", coordinator)
    with refused("order_over"):
        cancel_order(order=order, reason="不要了", by=coordinator, at=ELEVEN)


def test_mark_door_in_an_open_round_is_refused(compound, coordinator, door):
    round = make.round(compound)
    make.order(round, door, ("鸡蛋", "2", "板"), by=coordinator)
    with refused("round_not_closed"):
        delivery.mark_door(round=round, household=door, outcome="delivered", by=coordinator, at=ELEVEN)


def test_mark_door_twice_changes_nothing_the_second_time_and_pending_takes_it_back(compound, coordinator, door):
    round = make.round(compound)
    make.order(round, door, ("鸡蛋", "2", "板"), ("大米", "1", "袋"), by=coordinator)
    rounds.close_due_rounds(NOON)

    def mark(outcome, **kwargs):
        return delivery.mark_door(round=round, household=door, outcome=outcome, by=coordinator, at=NOON, **kwargs)

    assert [mark("delivered"), mark("delivered"), mark("")] == [2, 0, 2]
    assert set(OrderLine.objects.values_list("outcome", "delivered", "outcome_by")) == {("", None, None)}


def test_mark_door_missing_keeps_what_did_arrive_beside_what_was_ordered(compound, coordinator, door):
    round = make.round(compound)
    line = make.order(round, door, ("鸡蛋", "2", "板"), by=coordinator).lines.get()
    rounds.close_due_rounds(NOON)
    missing = {"round": round, "household": door, "outcome": "missing", "by": coordinator, "at": NOON}
    with refused("missing_not_less"):
        delivery.mark_door(**missing, only=[line.pk], delivered=Decimal(2))
    delivery.mark_door(**missing, only=[line.pk], delivered=Decimal(1))
    line.refresh_from_db()
    assert (line.ordered, line.delivered) == (Decimal(2), Decimal(1))


def test_close_line_needs_a_reason_and_happens_once(compound, coordinator, door):
    round = make.round(compound)
    line = make.order(round, door, ("鸡蛋", "2", "板"), by=coordinator).lines.get()
    with refused("reason_missing"):
        delivery.close_line(line=line, reason="", by=coordinator, at=NOON)
    closed = delivery.close_line(line=line, reason="已退款", by=coordinator, at=NOON)
    assert closed.closed_reason == "已退款"
    with refused("line_served"):
        delivery.close_line(line=line, reason="已退款", by=coordinator, at=NOON)


@pytest.mark.django_db(transaction=True)
def test_close_lines_in_opposite_orders_at_once_closes_them_once_without_a_deadlock():
    compound = make.compound()
    coordinator = make.member(compound)
    door = make.household(compound, "20-1702")
    goods = [(name, "1", "包") for name in ("盐", "糖", "醋", "油")]
    first, mine, theirs, last = make.order(make.round(compound), door, *goods, by=coordinator).lines.order_by("pk")

    def close(*lines):
        return Other(lambda: delivery.close_lines(lines=lines, reason="已退款", by=coordinator, at=NOON))

    with transaction.atomic():
        # Both stop half-way until this transaction ends.
        list(OrderLine.objects.select_for_update().filter(pk__in=[mine.pk, theirs.pk]))
        one = close(first, mine, last)
        assert until_blocked(one)
        two = close(last, theirs, first)
        assert until_blocked(one, two)

    assert (one.ended(), two.ended()) == (3, "line_served")
    assert list(OrderLine.objects.filter(closed_at=None)) == [theirs]


@pytest.mark.django_db(transaction=True)
def test_close_line_while_somebody_holds_its_round_waits_for_the_round():
    compound = make.compound()
    coordinator = make.member(compound)
    round = make.round(compound)
    line = make.order(round, make.household(compound, "20-1702"), ("鸡蛋", "2", "板"), by=coordinator).lines.get()
    with transaction.atomic():
        lock_round(round.pk)
        other = Other(lambda: delivery.close_line(line=line, reason="已退款", by=coordinator, at=NOON))
        assert until_blocked(other)
    assert other.ended() == line


# ── what PostgreSQL holds ─────────────────────────


@pytest.mark.parametrize(
    ("constraint", "wrong"),
    [
        ("round_closes_after_opening", {"cutoff_at": NOON - dt.timedelta(hours=18)}),
        ("round_closed_at", {"state": "closed"}),
        ("round_closed_at", {"closed_at": NOON}),
        ("round_cancelled_with_reason", {"state": "cancelled"}),
    ],
)
def test_round_that_makes_no_sense_is_refused_by_the_database(compound, constraint, wrong):
    round = make.round(compound)
    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        Round.objects.filter(pk=round.pk).update(**wrong)


@pytest.mark.parametrize(
    ("constraint", "wrong"),
    [
        ("line_ordered_something", {"ordered": 0}),
        ("line_has_goods", {"goods": ""}),
        ("line_outcome_at_and_by", {"outcome": "delivered", "delivered": 2}),
        ("line_outcome_at_and_by", {"delivered": 2}),
        ("line_closed_with_reason", {"closed_reason": "x"}),
    ],
)
def test_line_that_makes_no_sense_is_refused_by_the_database(compound, coordinator, door, constraint, wrong):
    line = make.order(make.round(compound), door, ("鸡蛋", "2", "板"), by=coordinator).lines.get()
    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        OrderLine.objects.filter(pk=line.pk).update(**wrong)


def test_order_ended_without_anybody_is_refused_by_the_database(compound, coordinator, door):
    order = make.order(make.round(compound), door, ("鸡蛋", "2", "板"), by=coordinator)
    with pytest.raises(IntegrityError, match="order_ended_at_and_by"), transaction.atomic():
        Order.objects.filter(pk=order.pk).update(state="cancelled")
