"""What the ledger does at once when something has happened elsewhere: inside the transaction in which it happened."""

import datetime as dt
from typing import Any

from django.dispatch import receiver

from compound.models import User
from errands.models import Errand
from errands.signals import errand_ended, errand_paid
from money.services.bills import bill_round, post_advance, take_advance_back
from money.services.errands import bill_errand
from orders.models import Receipt, Round
from orders.signals import receipt_entered, receipt_voided, round_settled


@receiver(receipt_entered)
def owe_the_payer(receipt: Receipt, by: User, at: dt.datetime, **_more: Any) -> None:
    post_advance(receipt=receipt, by=by, at=at)


@receiver(receipt_voided)
def owe_nobody(receipt: Receipt, by: User, at: dt.datetime, **_more: Any) -> None:
    take_advance_back(receipt=receipt, by=by, at=at)


@receiver(round_settled)
def bill_everybody(round: Round, by: User, at: dt.datetime, **_more: Any) -> None:
    bill_round(round=round, by=by, at=at)


@receiver([errand_paid, errand_ended])
def bill_the_household(errand: Errand, by: User | None, at: dt.datetime, now: dt.datetime, **_more: Any) -> None:
    bill_errand(errand=errand, by=by, at=at, now=now)
