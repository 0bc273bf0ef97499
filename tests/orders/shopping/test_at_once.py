"""Two connections at the same moment."""

import uuid
from decimal import Decimal

import pytest
from django.db import transaction

from orders.models import PhoneEvent, Purchase, Receipt, RoundGood
from orders.services.receipts import enter_receipt
from tests.at_once import Other, until_blocked
from tests.orders.shopping.conftest import ONE, Shop


@pytest.mark.django_db(transaction=True)
def test_act_when_sent_on_two_connections_at_once_is_one_row_and_equal_answers(transactional_db: None) -> None:
    shop, id = Shop(), uuid.uuid4()
    with transaction.atomic():
        RoundGood.objects.select_for_update().get(pk=shop.good().pk)
        same = [Other(lambda: shop.act("bought", quantity="12", id=id)) for _ in range(2)]
        assert until_blocked(*same)
    first, second = (other.ended() for other in same)
    assert first == second
    assert (first["bought"], Purchase.objects.count(), PhoneEvent.objects.count()) == ("12", 1, 1)


@pytest.mark.django_db(transaction=True)
def test_purchase_when_two_shoppers_buy_the_same_at_once_counts_both_and_one_hears_of_the_surplus(
    transactional_db: None,
) -> None:
    shop = Shop()
    with transaction.atomic():
        RoundGood.objects.select_for_update().get(pk=shop.good().pk)
        both = [Other(lambda by=by: shop.act("bought", by, quantity="12")) for by in (shop.luo, shop.feng)]
        assert until_blocked(*both)
    answers = sorted((other.ended() for other in both), key=lambda answer: answer["bought"])
    assert [(answer["bought"], answer["flags"]) for answer in answers] == [("12", []), ("24", ["surplus"])]


@pytest.mark.django_db(transaction=True)
def test_receipt_when_its_purchase_is_taken_back_at_once_waits_and_is_refused(transactional_db: None) -> None:
    shop = Shop()
    shop.act("bought", quantity="12")
    bought = shop.last()
    facts = {"paid_by": shop.luo, "total": Decimal(270), "paid_at": ONE, "photo": None, "note": "", "by": shop.luo}
    with transaction.atomic():
        shop.act("void", refers_to=str(bought.pk))
        other = Other(
            lambda: enter_receipt(id=uuid.uuid4(), round=shop.round, purchases=[bought.pk], at=ONE, **facts)  # type: ignore[arg-type]
        )
        assert until_blocked(other)
    assert (other.ended(), Receipt.objects.count()) == ("purchase_elsewhere", 0)
