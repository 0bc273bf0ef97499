"""One sum from one account to another: how nearly everything that people write down by hand gets into the ledger."""

import datetime as dt
import uuid
from collections.abc import Callable
from decimal import Decimal

from django.db import transaction

from compound.models import Compound, User
from money.models import Account, Entry
from money.services.ledger import account_of, lock_accounts, post
from money.services.limits import check_amount, is_written


def account_with(compound: Compound, person: User | None) -> Account:
    """Where the money is: with somebody, or in the cash box (None)."""
    return (
        account_of(compound=compound, user=person) if person else account_of(compound=compound, kind=Account.Kind.CASH)
    )


@transaction.atomic
def move(
    *,
    kind: str,
    amount: Decimal,
    debit: Account,
    credit: Account,
    allowed: Callable[[], None] | None = None,
    by: User,
    at: dt.datetime,
    now: dt.datetime | None = None,
    id: uuid.UUID | None = None,
    method: str = Entry.Method.NONE,
    reason: str = "",
) -> tuple[Entry, bool]:
    """Posts `amount` to `debit`, less it to `credit`: (the entry, whether the same `id` had been written before).

    `allowed` raises what speaks against it. It is asked under the lock of both accounts, and not for an entry that is
    there already. Raises `amount_wrong`, `id_taken` besides.
    """
    check_amount(amount)
    lock_accounts([debit, credit])
    if allowed is not None and not is_written(id):
        allowed()
    return post(
        compound=debit.compound,
        kind=kind,
        postings={debit: amount, credit: -amount},
        method=method,
        reason=reason,
        at=at,
        now=now or at,
        by=by,
        id=id,
    )
