"""Forms that come a second time after the world has moved, and rows that were read before a wait."""

import datetime as dt
import uuid
from decimal import Decimal

import pytest
from django.db import connection, transaction

from compound.models import Role
from compound.refusals import Refusal
from orders.models import HouseholdReport, Offer, Order, Round
from orders.services.minimums import decide_minimum
from orders.services.orders import Line, enter_order
from orders.services.own_orders import order_as_household
from orders.services.reports import answer_report, report_wrong
from orders.services.rounds import take_late_order
from tests import make
from tests.at_once import Other, until_blocked
from tests.make import ELEVEN, NOON

AFTER = NOON + dt.timedelta(minutes=5)
LINES = [Line("盐", Decimal(1), "包"), Line("米", Decimal(2), "袋")]


class Scene:
    def __init__(self) -> None:
        self.compound = make.compound()
        self.by = make.member(self.compound, Role.COORDINATOR)
        self.door = make.household(self.compound, "3-101")
        self.round = make.round(self.compound)
        self.next = make.round(self.compound, "晚上", opens_at=NOON, cutoff_at=NOON + dt.timedelta(hours=6))

    def enter(self, id: uuid.UUID, lines=LINES, at: dt.datetime = AFTER) -> Order:
        return enter_order(
            round=self.round, household=self.door, lines=lines, remark="", channel="desk", by=self.by, at=at, id=id
        )

    def own(self, id: uuid.UUID) -> Order:
        return order_as_household(round=self.round, household=self.door, lines=LINES, remark="", at=AFTER, id=id)


@pytest.mark.django_db
@pytest.mark.parametrize("way", ["enter", "own"])
def test_late_form_sent_again_after_its_order_was_taken_into_another_round_is_that_order(way):
    scene, key = Scene(), uuid.uuid4()
    send = getattr(scene, way)
    first = send(key)
    take_late_order(order=first, into=scene.next, by=scene.by, at=AFTER)
    again = send(key)
    assert (again.pk, again.state, again.round) == (first.pk, "placed", scene.next)
    assert Order.objects.count() == 1


@pytest.mark.django_db
def test_other_words_under_the_id_of_a_late_order_that_was_taken_are_another_order():
    scene, key = Scene(), uuid.uuid4()
    first = scene.enter(key)
    take_late_order(order=first, into=scene.next, by=scene.by, at=AFTER)
    other = scene.enter(key, LINES[:1])
    assert (other.pk != first.pk, other.state, Order.objects.count()) == (True, "late", 2)


@pytest.mark.django_db
@pytest.mark.parametrize("fate", ["cancel", "next"])
def test_form_sent_again_after_one_of_its_goods_was_called_off_is_the_first_order(fate):
    scene, key = Scene(), uuid.uuid4()
    make.offer(scene.round, "盐", "包")
    rice = make.offer(scene.round, "米", "袋")
    Offer.objects.filter(pk=rice.pk).update(minimum=100)
    first = scene.enter(key, at=ELEVEN)
    Round.objects.filter(pk=scene.round.pk).update(state="closed", closed_at=NOON)
    into = scene.next if fate == "next" else None
    decide_minimum(offer=rice, fate=fate, into=into, by=scene.by, at=AFTER)
    before = Order.objects.count()
    assert (scene.enter(key).pk, Order.objects.count()) == (first.pk, before)


# ── two connections ───────────────────────────────


@pytest.mark.django_db(transaction=True)
def test_two_answers_to_one_report_at_once_are_one_and_the_second_is_told_whose():
    scene = Scene()
    make.order(scene.round, scene.door, ("盐", "1", "包"), by=scene.by)
    other = make.user("罗强", "13000000005")
    report = report_wrong(household=scene.door, round=scene.round, line=None, text="盐没有", at=AFTER, id=uuid.uuid4())

    def answers() -> str:
        return answer_report(report=report, answer="已退钱", by=other, at=AFTER).answer

    with transaction.atomic():
        answer_report(report=report, answer="明天补", by=scene.by, at=AFTER)
        second = Other(answers)
        until_blocked(second)
    assert second.ended() == "answered_already"
    stands = HouseholdReport.objects.get()
    assert (stands.answer, stands.answered_by) == ("明天补", scene.by)
    with pytest.raises(Refusal) as refused:
        answers()
    assert "林涛" in refused.value.message
    connection.close()


@pytest.mark.django_db(transaction=True)
def test_decision_about_a_minimum_that_waits_for_another_one_says_who_has_decided():
    scene = Scene()
    offer = make.offer(scene.round, "猪肉", "斤")
    Offer.objects.filter(pk=offer.pk).update(minimum=100)
    make.order(scene.round, scene.door, ("猪肉", "1", "斤"), by=scene.by)
    Round.objects.filter(pk=scene.round.pk).update(state="closed", closed_at=NOON)

    def decides() -> str:
        try:
            decide_minimum(offer=offer, fate="buy", by=scene.by, at=AFTER)
        except Refusal as refusal:
            return refusal.message
        return ""

    with transaction.atomic():
        row = Offer.objects.select_for_update().get(pk=offer.pk)
        row.fate, row.fate_at, row.fate_by = "cancel", AFTER, scene.by
        row.save()
        second = Other(decides)
        until_blocked(second)
    assert str(second.ended()).startswith("林涛")
    connection.close()
