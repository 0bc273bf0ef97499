"""What is forgotten of an errand, when, and what stays."""

import datetime as dt
from types import SimpleNamespace

import pytest

from compound.services.retention import forget_due
from errands.models import CardLoan, Errand, ErrandStep, Medicine, TopUp
from tests import make
from tests.errands.one_of_each import one_of_each
from tests.make import NOON

pytestmark = pytest.mark.django_db
DAY = dt.timedelta(days=1)


@pytest.fixture
def way() -> SimpleNamespace:
    """Both errands over at noon, the card back with its owner."""
    of = make.compound(at=NOON - 500 * DAY)
    made = one_of_each(make.household(of, "20-1702"), by=make.member(of))
    CardLoan.objects.update(returned_at=NOON, returned_by=made.by, returned_to="王奶奶")
    Errand.objects.update(state="withdrawn", ended_at=NOON, end_reason="住院了")
    return made


def test_errand_when_its_days_are_over_keeps_what_it_was_and_cost_and_nothing_of_the_person(
    way: SimpleNamespace,
) -> None:
    forget_due(NOON + 61 * DAY)
    kept = Errand.objects.order_by("kind").values_list("kind", "household__room", "person", "text", "end_reason")
    assert list(kept) == [("medicine", "20-1702", "—", "—", "—"), ("top_up", "20-1702", "—", "—", "—")]
    assert [model.objects.count() for model in (ErrandStep, Medicine, CardLoan, TopUp)] == [0, 0, 0, 0]


def test_errand_when_a_day_is_left_is_whole(way: SimpleNamespace) -> None:
    forget_due(NOON + 59 * DAY)
    assert Errand.objects.get(kind="medicine").person == "王奶奶"
    assert [model.objects.count() for model in (ErrandStep, Medicine, CardLoan, TopUp)] == [1, 1, 1, 1]


def test_errand_whose_card_is_still_out_is_kept_whole(way: SimpleNamespace) -> None:
    CardLoan.objects.update(returned_at=None, returned_by=None, returned_to="")
    forget_due(NOON + 61 * DAY)
    assert Errand.objects.get(kind="medicine").person == "王奶奶"
    assert CardLoan.objects.get().holder == "王奶奶"
    assert not TopUp.objects.exists()
