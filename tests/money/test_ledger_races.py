"""Two people at the same moment, each on a connection of their own: one effect each."""

import uuid
from decimal import Decimal
from functools import partial

import pytest
from django.db import transaction

from money.models import Entry
from money.services import payments, volunteers
from tests.at_once import Other, until_blocked
from tests.make import NOON
from tests.money.books import Books, K

pytestmark = pytest.mark.django_db(transaction=True)
D = Decimal


def test_settlement_pressed_by_two_pays_once_and_the_other_one_reads_so():
    books = Books()
    payments.take_payment(household=books.door, amount=D(100), taken_by=None, by=books.by, at=NOON)
    books.advance(books.shopper, "35.60")
    owed = {books.shopper: D("35.60")}
    press = partial(volunteers.settle_volunteers, compound=books.compound, owed=owed, at=NOON)
    with transaction.atomic():
        first = press(by=books.by, id=uuid.uuid4())
        other = Other(partial(press, by=books.captain, id=uuid.uuid4()))
        assert until_blocked(other)
    second = other.ended()
    assert (first.total, second.total, second.changed) == (D("35.60"), D(0), (books.shopper,))
    assert (books.at(books.shopper), books.at(K.CASH), books.wrong()) == ("0.00", "64.40", [])


def test_payment_sent_twice_at_once_and_entered_by_two_is_one():
    books = Books()
    books.bill(books.door, "12.50")
    pay = partial(payments.take_payment, household=books.door, amount=D("12.50"), taken_by=None, at=NOON)
    id = uuid.uuid4()
    with transaction.atomic():
        first, _replayed = pay(by=books.by, id=id)
        same = Other(partial(pay, by=books.by, id=id))
        assert until_blocked(same)
        another = Other(partial(pay, by=books.captain, id=uuid.uuid4()))
        assert until_blocked(same, another)
    assert (same.ended(), another.ended()) == ((first, True), "paid_the_same")
    assert (books.at(books.door), Entry.objects.filter(kind="payment").count()) == ("0.00", 1)


def test_reversal_pressed_by_two_takes_back_once():
    books = Books()
    entry, _replayed = payments.take_payment(household=books.door, amount=D(5), taken_by=None, by=books.by, at=NOON)
    press = partial(payments.take_back, entry=entry, reason="错了", at=NOON)
    with transaction.atomic():
        press(by=books.by)
        other = Other(partial(press, by=books.captain))
        assert until_blocked(other)
    assert (other.ended(), books.at(books.door)) == ("already_reversed", "0.00")
