"""Hostile sums, the same form with another content, deep reversals, three at once: nothing is lost or doubled."""

import uuid
from decimal import Decimal
from functools import partial

import pytest
from django.db import transaction

from compound.models import Role
from errands.models import Errand
from errands.services import steps
from money.models import Entry
from money.queries.balances import household_money
from money.queries.rounds import facts_of
from money.queries.sums import sums_of
from money.services import payments, volunteers
from money.services.bills import bill_round, write_rest
from money.services.cash import receive_donation
from tests import make
from tests.at_once import Other, until_blocked
from tests.make import NOON
from tests.money.books import Books, K, code_of
from tests.money.scene import AFTER, Scene
from tests.money.test_ledger_pages import Cast

D = Decimal
HOSTILE = ("NaN", "-1", "0", "0.005", "12.345", "1e400", "Infinity", "10000000", "9" * 60, "½", "十二", "=1+1", "\x00")


@pytest.fixture
def cast(client, clock, db):
    return Cast(client, clock)


@pytest.mark.parametrize("typed", HOSTILE)
def test_sum_that_is_none_writes_nothing_on_any_form(cast, typed):
    cast.bill(cast.door, "12.50")
    cast.advance(cast.shopper, "20")
    receive_donation(compound=cast.compound, amount=D(100), by=cast.by, at=NOON)
    before = Entry.objects.count()
    door, shopper = {"room": "20-1702"}, cast.shopper.pk
    sent = [
        cast.post("household", {"amount": typed}, **door),
        cast.post("refund", {"amount": typed, "reason": "退"}, **door),
        cast.post("write_off", {"amount": typed, "reason": "免"}, **door),
        cast.post("from_donations", {"amount": typed}, **door),
        cast.post("building", {"paid": ["20-1702"], "amount-20-1702": typed}, building="20"),
        cast.post("volunteers", {"user": [shopper], f"owed-{shopper}": typed}),
        cast.post("pay_part", {"part-user": shopper, "part-amount": typed, "part-method": "cash"}),
        cast.post("float", {"float-user": shopper, "float-amount": typed}),
        cast.post("hand_in", {"in-user": shopper, "in-amount": typed}),
        cast.post("donations", {"amount": typed}),
        cast.post("cash", {"counted": "-1" if typed == "0" else typed, "reason": "差"}),
        cast.post(
            "round_other_rest", {"amount": typed, "why": "other", "reason": "差", "which": "more"}, round=cast.round.pk
        ),
    ]
    assert {page.status_code for page in sent} == {200}
    assert (Entry.objects.count(), cast.wrong()) == (before, [])


def test_form_that_comes_again_with_another_sum_is_refused_and_with_the_same_is_one(cast):
    cast.bill(cast.door, "12.50")
    form = {"amount": "5", "id": uuid.uuid4()}
    cast.post("household", form, room="20-1702")
    page = cast.post("household", form | {"amount": "6"}, room="20-1702")
    assert page.context["payment"].non_field_errors() == ["这条先前已作别的发送过：请重新打开页面。"]
    page = cast.post("household", form, room="20-1703")
    assert page.context["payment"].non_field_errors() == ["这条先前已作别的发送过：请重新打开页面。"]
    cast.post("household", form, room="20-1702")
    assert (cast.at(cast.door), Entry.objects.filter(kind="payment").count()) == ("7.50", 1)


@pytest.mark.django_db
def test_sum_of_more_than_ten_million_is_paid_back_in_parts():
    books = Books()
    for _time in range(3):
        receive_donation(compound=books.compound, amount=D("9999999"), by=books.by, at=NOON)
    for _time in range(2):
        books.advance(books.shopper, "9999999")
    part = partial(volunteers.reimburse, compound=books.compound, user=books.shopper, by=books.by, at=NOON)
    assert code_of(part, amount=D(10_000_000)) == "amount_wrong"
    assert [code_of(part, amount=D("9999999")) for _time in range(3)] == ["", "", "more_than_owed"]
    assert (books.at(books.shopper), books.at(K.CASH), books.wrong()) == ("0.00", "9999999.00", [])


@pytest.mark.django_db
def test_payment_that_is_taken_back_a_dozen_times_counts_every_second_time():
    books = Books()
    books.bill(books.door, "30")
    entry, _replayed = payments.take_payment(household=books.door, amount=D(10), taken_by=None, by=books.by, at=NOON)
    found = []
    last = entry
    for _time in range(12):
        last, _replayed = payments.take_back(entry=last, reason="错", by=books.by, at=NOON)
        money = household_money(books.door)
        found.append((str(money.owes), [row.taken_back for row in money.entries if row.entry == entry]))
    assert found == [("30.00", [True]), ("20.00", [False])] * 6
    assert (books.at(K.CASH), books.wrong()) == ("10.00", [])


@pytest.mark.django_db
def test_rest_that_is_taken_back_a_dozen_times_is_still_of_its_kind():
    books = Books()
    more = {"why": "damaged", "amount": D(5), "reason": "碎了", "id": uuid.uuid4()}
    last, _replayed = write_rest(round=books.round, by=books.by, at=NOON, **more)
    rests = []
    for _time in range(12):
        last, _replayed = payments.take_back(entry=last, reason="错", by=books.by, at=NOON)
        rests.append({why: str(amount) for why, amount in facts_of(books.round).rests.items() if amount})
    assert rests == [{}, {"damaged": "5.00"}] * 6


@pytest.mark.django_db(transaction=True)
def test_bills_payments_and_a_payment_taken_back_at_once_wait_for_each_other_and_none_is_lost():
    scene = Scene()
    captain = make.member(scene.compound, Role.CAPTAIN, building=scene.door("3-101").building)
    doors = [scene.door("3-101"), scene.door("3-102")]
    pay = {"taken_by": captain, "by": captain, "at": AFTER}
    first, _replayed = payments.take_payment(household=doors[0], amount=D(9), **pay)
    scene.receipt("鸡蛋", "猪肉", total="41.00", paid_by=captain)
    for room in scene.doors:
        scene.mark(room, "delivered")
    with transaction.atomic():
        bill_round(round=scene.round, by=scene.chief, at=AFTER)
        listed = Other(
            partial(
                payments.take_payments,
                compound=scene.compound,
                paid=[(door, D(4)) for door in doors],
                id=uuid.uuid4(),
                **pay,
            )
        )
        assert until_blocked(listed)
        back = Other(partial(payments.take_back, entry=first, reason="错", by=scene.chief, at=AFTER))
        assert until_blocked(listed, back)
    assert (listed.ended().total, back.ended()[1]) == (D(8), False)
    assert scene.owes() == {"3-101": "8.50", "3-102": "12.50", "20-1702": "16.91"}
    assert sums_of(scene.compound).wrong == []


@pytest.mark.django_db(transaction=True)
def test_errand_handed_over_while_its_household_pays_waits_and_charges_it():
    books = Books()
    errand = Errand.objects.create(
        compound=books.compound, household=books.door, kind="help", text="网线", asked_at=NOON, channel="desk",
        asked_by=books.by,
    )  # fmt: skip
    steps.buy(errand=errand, by=books.shopper, at=NOON, amount=D("30.50"))
    with transaction.atomic():
        payments.take_payment(household=books.door, amount=D(10), taken_by=books.shopper, by=books.by, at=NOON)
        other = Other(partial(steps.hand_over, errand=errand, by=books.shopper, at=NOON))
        assert until_blocked(other)
    other.ended()
    assert (books.at(books.door), books.at(books.shopper), books.wrong()) == ("20.50", "-20.50", [])
