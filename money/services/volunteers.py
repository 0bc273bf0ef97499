"""What passes between the compound and its volunteers: money given in advance, handed in, paid back."""

import datetime as dt
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from django.db import transaction
from django.utils.translation import gettext as _

from compound.models import Compound, User
from compound.refusals import Refusal
from money.models import Account, Entry
from money.queries.balances import balance
from money.services.ledger import account_of, lock_accounts, post
from money.services.limits import check_at_most, check_box, check_way, is_written
from money.services.moving import account_with, move

K = Account.Kind


@dataclass(frozen=True)
class Settlement:
    """`changed`: what they are owed is no more what the page said, so nothing was paid to them."""

    entries: tuple[Entry, ...]
    total: Decimal
    changed: tuple[User, ...]


@transaction.atomic
def settle_volunteers(
    *,
    compound: Compound,
    owed: Mapping[User, Decimal],
    paid_by: User | None = None,
    method: str = Entry.Method.CASH,
    by: User,
    at: dt.datetime,
    id: uuid.UUID,
) -> Settlement:
    """Pays back all of `owed` (what the page showed for each) out of the cash box, or by `paid_by`.

    Under the lock of all their accounts: of two who press at once one pays, and for the other everybody has `changed`.
    The same `id` again pays nothing twice. Raises `box_too_empty`, `transfer_to_whom`, `pays_himself`.
    """
    check_way(method, paid_by)
    if paid_by is not None and paid_by in owed:
        raise Refusal("pays_himself", _("Nobody pays himself back: take %(who)s off the list.") % {"who": paid_by.name})
    place = account_with(compound, paid_by)
    accounts = {user: account_of(compound=compound, user=user) for user in owed}
    lock_accounts([place, *accounts.values()])
    keys = {user: uuid.uuid5(id, str(user.pk)) for user in owed}
    due = [user for user in owed if is_written(keys[user]) or 0 < owed[user] == -balance(accounts[user])]
    if paid_by is None:
        new = sum((owed[user] for user in due if not is_written(keys[user])), Decimal(0))
        if new:
            check_box(place, new)
    entries = [
        post(
            compound=compound,
            kind=Entry.Kind.REIMBURSEMENT,
            postings={accounts[user]: owed[user], place: -owed[user]},
            method=method,
            at=at,
            now=at,
            by=by,
            id=keys[user],
        )[0]
        for user in due
    ]
    total = sum((owed[user] for user in due), Decimal(0))
    return Settlement(tuple(entries), total, tuple(user for user in owed if user not in due))


@transaction.atomic
def reimburse(
    *,
    compound: Compound,
    user: User,
    amount: Decimal,
    paid_by: User | None = None,
    method: str = Entry.Method.CASH,
    by: User,
    at: dt.datetime,
    id: uuid.UUID | None = None,
) -> tuple[Entry, bool]:
    """Pays one volunteer a part of what is owed.

    Raises `more_than_owed`, `box_too_empty`, `amount_wrong`, `transfer_to_whom`, `pays_himself`, `id_taken`.
    """
    check_way(method, paid_by)
    if paid_by == user:
        raise Refusal("pays_himself", _("Nobody pays himself back: take %(who)s off the list.") % {"who": user.name})
    account, place = account_of(compound=compound, user=user), account_with(compound, paid_by)

    def allowed() -> None:
        words = _("Only %(most)s yuan are owed to the volunteer.")
        check_at_most(amount, -balance(account), code="more_than_owed", message=words)
        if paid_by is None:
            check_box(place, amount)

    return move(
        kind=Entry.Kind.REIMBURSEMENT,
        amount=amount,
        debit=account,
        credit=place,
        allowed=allowed,
        method=method,
        at=at,
        by=by,
        id=id,
    )


@transaction.atomic
def give_float(
    *, compound: Compound, user: User, amount: Decimal, by: User, at: dt.datetime, id: uuid.UUID | None = None
) -> tuple[Entry, bool]:
    """Money out of the cash box before shopping. Raises `box_too_empty`, `amount_wrong`, `id_taken`."""
    box = account_of(compound=compound, kind=K.CASH)
    return move(
        kind=Entry.Kind.FLOAT,
        amount=amount,
        debit=account_of(compound=compound, user=user),
        credit=box,
        allowed=lambda: check_box(box, amount),
        method=Entry.Method.CASH,
        at=at,
        by=by,
        id=id,
    )


@transaction.atomic
def hand_in(
    *, compound: Compound, user: User, amount: Decimal, by: User, at: dt.datetime, id: uuid.UUID | None = None
) -> tuple[Entry, bool]:
    """A volunteer brings what was taken at doors, or left of the float, to the cash box.

    Raises `more_than_held`, `amount_wrong`, `id_taken`.
    """
    account = account_of(compound=compound, user=user)

    def allowed() -> None:
        words = _(
            "By the ledger only %(most)s yuan are with the volunteer: first write down the payments that were taken."
        )
        check_at_most(amount, balance(account), code="more_than_held", message=words)

    return move(
        kind=Entry.Kind.HANDED_IN,
        amount=amount,
        debit=account_of(compound=compound, kind=K.CASH),
        credit=account,
        allowed=allowed,
        method=Entry.Method.CASH,
        at=at,
        by=by,
        id=id,
    )
