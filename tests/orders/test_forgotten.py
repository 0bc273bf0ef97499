"""What is forgotten of the way to the door, when, and what stays."""

import datetime as dt

import pytest

from compound.services.retention import forget_due
from orders.models import DoorMark, Handover, HandoverGap, OrderLine, PhoneEvent, Purchase
from tests import make
from tests.make import NOON
from tests.orders.one_of_each import one_of_each, phone_event

pytestmark = pytest.mark.django_db
DAY = dt.timedelta(days=1)


@pytest.fixture
def way():
    of = make.compound(at=NOON - 500 * DAY)
    made = one_of_each(make.household(of, "20-1702"), by=make.member(of))
    made.batch.state = "done"
    made.batch.save(update_fields=["state"])
    return made


def test_tries_counts_and_acts_when_their_days_are_over_are_gone_and_what_was_bought_stays(way) -> None:
    loose = phone_event(way.door, "door", by=way.by)
    forget_due(NOON + 61 * DAY)
    assert not DoorMark.objects.exists()
    assert not Handover.objects.exists()
    assert not HandoverGap.objects.exists()
    assert not PhoneEvent.objects.filter(pk=loose.pk).exists()
    assert list(Purchase.objects.all()) == [way.bought]
    assert list(OrderLine.objects.all()) == [way.line]


def test_tries_counts_and_acts_when_a_day_is_left_are_there(way) -> None:
    loose = phone_event(way.door, "door", by=way.by)
    forget_due(NOON + 59 * DAY)
    assert list(DoorMark.objects.all()) == [way.mark]
    assert list(Handover.objects.all()) == [way.counted]
    assert PhoneEvent.objects.filter(pk=loose.pk).exists()


def test_counts_of_a_run_that_is_still_out_are_kept(way) -> None:
    way.batch.state = "out"
    way.batch.save(update_fields=["state"])
    forget_due(NOON + 61 * DAY)
    assert list(Handover.objects.all()) == [way.counted]
