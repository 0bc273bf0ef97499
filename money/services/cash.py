"""The cash box: what was given into it, and what was counted in it."""

import datetime as dt
import uuid
from decimal import Decimal

from django.db import transaction
from django.utils.translation import gettext as _

from compound.models import Compound, User
from compound.refusals import Refusal
from compound.services import audit
from money.models import Account, CashCount, Entry
from money.queries.balances import balance
from money.services.ledger import account_of, lock_accounts, post
from money.services.limits import MOST, check_way
from money.services.moving import account_with, move

K = Account.Kind


@transaction.atomic
def receive_donation(
    *,
    compound: Compound,
    amount: Decimal,
    note: str = "",
    taken_by: User | None = None,
    method: str = Entry.Method.CASH,
    by: User,
    at: dt.datetime,
    id: uuid.UUID | None = None,
) -> tuple[Entry, bool]:
    """Somebody gives money. Raises `amount_wrong`, `transfer_to_whom`, `id_taken`."""
    check_way(method, taken_by)
    return move(
        kind=Entry.Kind.DONATION,
        amount=amount,
        debit=account_with(compound, taken_by),
        credit=account_of(compound=compound, kind=K.DONATIONS),
        method=method,
        reason=note,
        at=at,
        by=by,
        id=id,
    )


@transaction.atomic
def count_cash(
    *,
    compound: Compound,
    counted: Decimal,
    reason: str = "",
    note: str = "",
    by: User,
    at: dt.datetime,
    id: uuid.UUID | None = None,
) -> CashCount:
    """Somebody counted the box. A difference to the ledger becomes an entry, so that the ledger says what is there.

    The same `id` again is the count that is there. Raises `amount_wrong`, `difference_needs_reason` (with what the
    ledger expected), `id_taken`.
    """
    if not 0 <= counted <= MOST:
        raise Refusal("amount_wrong", _("How much is in the box? Write it in yuan."))
    box, rest = (account_of(compound=compound, kind=kind) for kind in (K.CASH, K.REST))
    lock_accounts([box, rest])
    id = id or uuid.uuid4()
    known = CashCount.objects.filter(pk=id).first()
    if known is not None:
        if (known.compound_id, known.counted) != (compound.pk, counted):
            raise Refusal("id_taken", _("This was sent before as something else: load the page again."))
        return known
    expected = balance(box)
    entry = None
    if counted != expected:
        if not reason.strip():
            raise Refusal(
                "difference_needs_reason",
                _("The ledger expects %(expected)s yuan, you counted %(counted)s. Count again, or say what it may be.")
                % {"expected": f"{expected:,.2f}", "counted": f"{counted:,.2f}"},
                expected=str(expected),
                counted=str(counted),
            )
        entry, _replayed = post(
            compound=compound,
            kind=Entry.Kind.COUNT,
            postings={box: counted - expected, rest: expected - counted},
            reason=reason,
            at=at,
            now=at,
            by=by,
            id=uuid.uuid5(id, "difference"),
        )
    count = CashCount.objects.create(
        id=id,
        compound=compound,
        counted=counted,
        expected=expected,
        entry=entry,
        note=note.strip()[:200],
        at=at,
        by=by,
    )
    audit.record(
        compound=compound,
        by=by,
        at=at,
        action="money.counted",
        subject=str(count.pk),
        text=f"{counted:.2f}",
        counted=str(counted),
        expected=str(expected),
    )
    return count
