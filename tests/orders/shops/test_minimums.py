"""A group buy below its minimum: bought all the same, called off, or in the next round; once, whoever decides."""

import datetime as dt
import uuid
from decimal import Decimal

import pytest
from django.db import transaction
from django.utils import timezone

from compound.models import Role
from compound.refusals import Refusal
from desk.queries.today.needs import Need
from orders.models import Offer, Order, OrderLine, PhoneEvent, Purchase, Round, RoundGood
from orders.queries.minimums import minimums_of, text_for_chat, waiting_minimums
from orders.queries.sheet_rows import shopping_lists
from orders.queries.sheets import round_snapshot
from orders.services.minimums import decide_minimum
from orders.services.round_goods import list_goods
from orders.services.rounds import close_due_rounds
from tests import make
from tests.at_once import Other, until_blocked
from tests.make import ELEVEN, NOON

pytestmark = pytest.mark.django_db
AFTER = NOON + dt.timedelta(minutes=5)


class Pork:
    """600 斤 of pork for at least 100; two doors ordered 30, one of them eggs as well. The round has closed."""

    def __init__(self, *, closed: bool = True) -> None:
        self.compound = make.compound()
        self.by = make.member(self.compound, Role.COORDINATOR)
        self.round = make.round(self.compound)
        self.next = make.round(self.compound, "8月23日 18:00", opens_at=NOON, cutoff_at=NOON + dt.timedelta(hours=6))
        self.eggs = make.offer(self.round, "鸡蛋", "板")
        self.offer = make.offer(self.round, "猪肉", "斤", price="10")
        Offer.objects.filter(pk=self.offer.pk).update(minimum=100)
        self.both = self.order("3-101", ("猪肉", "20", "斤"), ("鸡蛋", "1", "板"))
        self.only = self.order("3-102", ("猪肉", "10", "斤"))
        if closed:
            close_due_rounds(AFTER)
            self.round.refresh_from_db()

    def order(self, room: str, *goods: tuple[str, str, str]) -> Order:
        order = make.order(self.round, make.household(self.compound, room), *goods, by=self.by, remark="放门口")
        items = {"猪肉": self.offer.item, "鸡蛋": self.eggs.item}
        for line in order.lines.all():
            line.item = items[line.goods]
            line.save()
        return order

    def decide(self, fate: str, *, into: Round | None = None, at: dt.datetime = AFTER):
        return decide_minimum(offer=self.offer, fate=fate, into=into, by=self.by, at=at)

    def placed(self, round: Round) -> list[tuple[str, str, Decimal]]:
        lines = OrderLine.objects.filter(order__round=round, order__state="placed")
        rows = lines.order_by("order__household__sort_key", "goods")
        return list(rows.values_list("order__household__room", "goods", "ordered"))


@pytest.fixture
def pork():
    return Pork()


ALL = [("3-101", "猪肉", Decimal(20)), ("3-101", "鸡蛋", Decimal(1)), ("3-102", "猪肉", Decimal(10))]


def test_minimum_not_reached_waits_for_somebody(pork):
    (row,) = minimums_of(pork.round)
    assert (row.ordered, row.households, row.lacks, row.is_reached, row.waits) == (30, 2, 70, False, True)
    assert [one.offer for one in waiting_minimums(pork.compound, AFTER)] == [pork.offer]
    assert text_for_chat(pork.round, [row]) == (
        "【8月23日 12:00】团购\n· 猪肉：2 户共订30斤，不到起团量100斤。还买不买？"
    )


def test_minimum_not_reached_while_orders_come_in_says_what_is_missing(pork):
    text = text_for_chat(pork.round, minimums_of(pork.round), is_open=True)
    assert text == "【8月23日 12:00】团购\n· 猪肉：已订30斤，还差70斤起团（满100斤）。"


def test_minimum_reached_waits_for_nobody(pork):
    Offer.objects.filter(pk=pork.offer.pk).update(minimum=30)
    (row,) = minimums_of(pork.round)
    assert (row.is_reached, row.waits, row.lacks) == (True, False, 0)
    assert waiting_minimums(pork.compound, AFTER) == []


def test_call_off_ends_the_lines_with_a_reason_and_leaves_the_rest(pork):
    decided = pork.decide("cancel")
    assert (decided.lines, decided.moved) == (2, 0)
    assert pork.placed(pork.round) == [("3-101", "鸡蛋", Decimal(1))]
    gone = OrderLine.objects.filter(goods="猪肉").order_by("order__household__sort_key")
    facts = gone.values_list("ordered", "closed_reason", "closed_by", "order__state", "order__end_reason")
    assert list(facts) == [
        (20, "没到起团量", pork.by.pk, "cancelled", "没到起团量"),
        (10, "没到起团量", pork.by.pk, "cancelled", "没到起团量"),
    ]
    pork.both.refresh_from_db()
    pork.only.refresh_from_db()
    assert (pork.both.state, pork.only.state) == ("placed", "cancelled")
    pork.offer.refresh_from_db()
    assert (pork.offer.fate, pork.offer.fate_by, pork.offer.fate_at) == ("cancel", pork.by, AFTER)


def test_call_off_takes_the_good_off_the_sheets(pork):
    before, after = [], []
    for found in (before, after):
        (shopping,) = shopping_lists(round_snapshot(pork.round))
        found += [(line.goods, line.quantity) for line in shopping.lines]
        if found is before:
            pork.decide("cancel")
    assert (before, after) == ([("猪肉", "30"), ("鸡蛋", "1")], [("鸡蛋", "1")])


def test_roll_over_moves_the_lines_into_the_next_round_once(pork):
    for _time in range(2):
        pork.decide("next", into=pork.next)
    assert pork.placed(pork.next) == [("3-101", "猪肉", Decimal(20)), ("3-102", "猪肉", Decimal(10))]
    assert pork.placed(pork.round) == [("3-101", "鸡蛋", Decimal(1))]
    there = Order.objects.filter(round=pork.next).order_by("household__sort_key")
    assert [(order.remark, order.channel, order.entered_at) for order in there] == [("放门口", "phone", AFTER)] * 2
    assert OrderLine.objects.filter(goods="猪肉", order__round=pork.next, item=pork.offer.item).count() == 2
    assert list(pork.next.offers.values_list("item", "price", "minimum")) == [(pork.offer.item_id, 10, 100)]
    reasons = OrderLine.objects.filter(order__round=pork.round, goods="猪肉").values_list("closed_reason", flat=True)
    assert set(reasons) == {"没到起团量，转入“8月23日 18:00”"}


def test_buy_all_the_same_leaves_every_line_and_can_still_be_called_off(pork):
    pork.decide("buy")
    assert pork.placed(pork.round) == ALL
    assert waiting_minimums(pork.compound, AFTER) == []
    pork.decide("cancel")
    assert pork.placed(pork.round) == [("3-101", "鸡蛋", Decimal(1))]


def test_called_off_stays_called_off(pork):
    pork.decide("cancel")
    with pytest.raises(Refusal) as refusal:
        pork.decide("buy")
    assert (refusal.value.code, refusal.value.params) == ("fate_decided", {"fate": "cancel"})


def test_what_comes_after_the_decision_is_asked_about_again(pork):
    pork.decide("cancel")
    pork.order("3-201", ("猪肉", "5", "斤"))
    assert [row.waits for row in minimums_of(pork.round)] == [True]
    assert pork.decide("cancel").lines == 1
    assert [row.waits for row in minimums_of(pork.round)] == [False]


def into_itself(pork: Pork) -> None:
    pork.decide("next", into=pork.round)


def into_nothing(pork: Pork) -> None:
    pork.decide("next")


def into_a_closed_round(pork: Pork) -> None:
    pork.decide("next", into=pork.next, at=NOON + dt.timedelta(hours=7))


def into_another_shop(pork: Pork) -> None:
    Round.objects.filter(pk=pork.next.pk).update(supply_point=make.supply_point(pork.compound, "药房"))
    pork.decide("next", into=pork.next)


def on_its_way(pork: Pork) -> None:
    Round.objects.filter(pk=pork.round.pk).update(state="delivering")
    pork.decide("cancel")


def with_no_minimum(pork: Pork) -> None:
    Offer.objects.filter(pk=pork.offer.pk).update(minimum=None)
    pork.decide("cancel")


def that_is_reached(pork: Pork) -> None:
    Offer.objects.filter(pk=pork.offer.pk).update(minimum=30)
    pork.decide("cancel")


def that_is_shared_out(pork: Pork) -> None:
    OrderLine.objects.filter(order=pork.only).update(allocated=1)
    pork.decide("cancel")


def that_is_bought(pork: Pork) -> None:
    list_goods(pork.round)
    event = PhoneEvent.objects.create(
        id=uuid.UUID(int=1), compound=pork.compound, kind="purchase", at=AFTER, received_at=AFTER, by=pork.by
    )
    good = RoundGood.objects.get(goods="猪肉")
    Purchase.objects.create(event=event, good=good, kind="bought", quantity=30, by=pork.by, at=AFTER)
    pork.decide("cancel")


@pytest.mark.parametrize(
    ("what", "code"),
    [
        (into_itself, "round_missing"),
        (into_nothing, "round_missing"),
        (into_a_closed_round, "round_closed"),
        (into_another_shop, "supply_point_elsewhere"),
        (on_its_way, "round_on_its_way"),
        (with_no_minimum, "no_minimum"),
        (that_is_reached, "minimum_reached"),
        (that_is_shared_out, "shared_out"),
        (that_is_bought, "bought_already"),
    ],
)
def test_decision_that_cannot_be_is_refused_and_changes_nothing(pork, what, code):
    with pytest.raises(Refusal) as refusal:
        what(pork)
    assert refusal.value.code == code
    assert pork.placed(pork.round) == ALL
    assert Order.objects.count() == 2


def test_decision_while_orders_come_in_is_refused():
    pork = Pork(closed=False)
    with pytest.raises(Refusal) as refusal:
        pork.decide("cancel", at=ELEVEN)
    assert refusal.value.code == "round_open"


@pytest.mark.django_db(transaction=True)
def test_two_coordinators_who_decide_at_once_have_one_effect():
    pork = Pork()
    with transaction.atomic():
        Round.objects.select_for_update().get(pk=pork.round.pk)
        others = [Other(lambda: pork.decide("next", into=pork.next)), Other(lambda: pork.decide("cancel"))]
        assert until_blocked(*others)
    outcomes = [other.ended() for other in others]
    pork.offer.refresh_from_db()
    moved = pork.placed(pork.next)
    assert outcomes.count("fate_decided") == 1
    assert (pork.offer.fate, len(moved)) in {("next", 2), ("cancel", 0)}
    assert pork.placed(pork.round) == [("3-101", "鸡蛋", Decimal(1))]


def test_today_asks_the_coordinator_to_decide(pork, client, clock):
    clock(AFTER)
    client.force_login(pork.by)
    page = client.get("/c/xingfuli/")
    needs: list[Need] = [need for need in page.context["page"].needs if "猪肉" in need.text]
    assert [(need.text, need.action, need.url) for need in needs] == [
        ("猪肉：至少100斤，只有30斤", "去处理", f"/c/xingfuli/rounds/{pork.round.pk}/minimums/")
    ]
    assert timezone.now() == AFTER
