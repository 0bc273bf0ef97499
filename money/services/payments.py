"""What passes between the compound and a household: payments, refunds, what is given or written off, and mistakes."""

import datetime as dt
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.db import transaction
from django.utils.translation import gettext as _

from compound.days import Clock
from compound.models import Compound, Household, User
from compound.refusals import Refusal
from compound.services import audit
from money.models import Account, Entry
from money.queries.balances import balance
from money.queries.entries import paid_the_same, root_of
from money.services.ledger import account_of, lock_accounts, reverse
from money.services.limits import check_at_most, check_box, check_reason, check_way, is_written
from money.services.moving import account_with, move

K = Account.Kind


@dataclass(frozen=True)
class Taken:
    """What a list of payments came to. `already` had paid just that on the day: nothing was written for them."""

    entries: tuple[Entry, ...]
    total: Decimal
    already: tuple[Household, ...]


@transaction.atomic
def take_payment(
    *,
    household: Household,
    amount: Decimal,
    taken_by: User | None,
    method: str = Entry.Method.CASH,
    again: bool = False,
    above: bool = True,
    by: User,
    at: dt.datetime,
    now: dt.datetime | None = None,
    id: uuid.UUID | None = None,
) -> tuple[Entry, bool]:
    """A household pays, into the cash box or to `taken_by`: (the entry, whether it had been written before).

    `at` is when it paid, `now` when it is written down (the same where nothing is said). More than it owes stands to
    its credit. Raises `amount_wrong`, `transfer_to_whom`, `id_taken`, and `paid_the_same` where the same sum was
    written down for the household for that day already, unless `again`; `more_than_owes` only without `above` and
    `again`: 163.90 is soon typed as 16390.
    """
    now = now or at
    check_way(method, taken_by)
    compound = household.compound
    account, place = account_of(compound=compound, household=household), account_with(compound, taken_by)

    def allowed() -> None:
        same = None if again else paid_the_same(account, amount, compound=compound, at=at)
        if same is not None:
            raise Refusal("paid_the_same", _same_words(household, amount, same, at=at, now=now), entry=str(same.pk))
        owes = balance(account)
        if amount > owes and not (above or again):
            raise Refusal("more_than_owes", _more_words(household, amount, owes), rooms=[household.room])

    return move(
        kind=Entry.Kind.PAYMENT,
        amount=amount,
        debit=place,
        credit=account,
        allowed=allowed,
        method=method,
        at=at,
        now=now,
        by=by,
        id=id,
    )


def _same_words(household: Household, amount: Decimal, same: Entry, *, at: dt.datetime, now: dt.datetime) -> str:
    clock = Clock(household.compound, now)
    facts = {
        "room": household.room,
        "amount": f"{amount:,.2f}",
        "who": same.entered_by or "",
        "day": clock.day(clock.compound.day_of(at)),
        "time": clock.time(same.entered_at),
        "moment": clock.when(same.entered_at),
    }
    if clock.compound.day_of(at) == clock.compound.day_of(now) == clock.compound.day_of(same.entered_at):
        words = _(
            "%(room)s has paid %(amount)s yuan today already: %(who)s wrote it down at %(time)s. "
            "Is it a second payment? Then say so."
        )
    else:
        words = _(
            "%(room)s has paid %(amount)s yuan already, %(day)s: %(who)s wrote it down %(moment)s. "
            "Is it a second payment? Then say so."
        )
    return words % facts


def _more_words(household: Household, amount: Decimal, owes: Decimal) -> str:
    facts = {"room": household.room, "amount": f"{amount:,.2f}", "owes": f"{max(owes, Decimal(0)):,.2f}"}
    words = _("%(room)s owes %(owes)s yuan, and %(amount)s are to be written down. Is the sum right? Then say so.")
    return words % facts


@transaction.atomic
def take_payments(
    *,
    compound: Compound,
    paid: Sequence[tuple[Household, Decimal]],
    taken_by: User | None,
    method: str = Entry.Method.CASH,
    above: Mapping[Household, Decimal] | None = None,
    by: User,
    at: dt.datetime,
    now: dt.datetime | None = None,
    id: uuid.UUID,
) -> Taken:
    """The payments of a list, all or none. Whoever has paid the same on that day already is left out and named.

    `above` are the sums that are more than what is owed, and right. The same `id` again writes nothing. A dozen
    statements a payment. Raises as `take_payment` does, and `more_than_owes` with the `rooms` of all other sums that
    are more than what is owed.
    """
    place = account_with(compound, taken_by)
    accounts = {household: account_of(compound=compound, household=household) for household, _amount in paid}
    lock_accounts([place, *accounts.values()])
    entries, already, more, total = [], [], [], Decimal(0)
    for household, amount in paid:
        key = uuid.uuid5(id, household.room)
        if not is_written(key) and paid_the_same(accounts[household], amount, compound=compound, at=at):
            already.append(household)
            continue
        if amount > balance(accounts[household]) and (above or {}).get(household) != amount and not is_written(key):
            more.append(household.room)
            continue
        entry, _replayed = take_payment(
            household=household,
            amount=amount,
            taken_by=taken_by,
            method=method,
            again=True,
            by=by,
            at=at,
            now=now,
            id=key,
        )
        entries.append(entry)
        total += amount
    if more:
        words = _("More is to be written down than is owed: %(rooms)s. Are the sums right? Then say so below.")
        raise Refusal("more_than_owes", words % {"rooms": "、".join(more)}, rooms=more)
    return Taken(tuple(entries), total, tuple(already))


@transaction.atomic
def refund(
    *,
    household: Household,
    amount: Decimal,
    reason: str,
    paid_by: User | None = None,
    method: str = Entry.Method.CASH,
    by: User,
    at: dt.datetime,
    id: uuid.UUID | None = None,
) -> tuple[Entry, bool]:
    """Gives back what stands to a household's credit, out of the cash box or by `paid_by`.

    Raises `more_than_credit`, `box_too_empty`, `amount_wrong`, `reason_missing`, `transfer_to_whom`, `id_taken`.
    """
    check_reason(reason)
    check_way(method, paid_by)
    compound = household.compound
    account, place = account_of(compound=compound, household=household), account_with(compound, paid_by)

    def allowed() -> None:
        words, nothing = _("Only %(most)s yuan stand to its credit."), _("It has paid nothing too much.")
        check_at_most(amount, -balance(account), code="more_than_credit", message=words, nothing=nothing)
        if paid_by is None:
            check_box(place, amount)

    found = move(
        kind=Entry.Kind.REFUND,
        amount=amount,
        debit=account,
        credit=place,
        allowed=allowed,
        method=method,
        reason=reason,
        at=at,
        by=by,
        id=id,
    )
    return _told("money.refund", household, amount, found, by=by, at=at)


@transaction.atomic
def write_off(
    *, household: Household, amount: Decimal, reason: str, by: User, at: dt.datetime, id: uuid.UUID | None = None
) -> tuple[Entry, bool]:
    """Nobody will pay it. Raises `more_than_owed`, `amount_wrong`, `reason_missing`, `id_taken`."""
    check_reason(reason)
    compound = household.compound
    account = account_of(compound=compound, household=household)
    found = move(
        kind=Entry.Kind.WRITE_OFF,
        amount=amount,
        debit=account_of(compound=compound, kind=K.WRITE_OFF),
        credit=account,
        allowed=lambda: _check_owed(account, amount),
        reason=reason,
        at=at,
        by=by,
        id=id,
    )
    return _told("money.write_off", household, amount, found, by=by, at=at)


@transaction.atomic
def pay_from_donations(
    *, household: Household, amount: Decimal, reason: str = "", by: User, at: dt.datetime, id: uuid.UUID | None = None
) -> tuple[Entry, bool]:
    """Donated money pays a household's bill.

    Raises `more_than_owed`, `more_than_donated`, `amount_wrong`, `id_taken`.
    """
    compound = household.compound
    account = account_of(compound=compound, household=household)
    fund = account_of(compound=compound, kind=K.DONATIONS)

    def allowed() -> None:
        _check_owed(account, amount)
        words = _("Only %(most)s yuan are left of the donations.")
        check_at_most(amount, -balance(fund), code="more_than_donated", message=words)

    return move(
        kind=Entry.Kind.DONATION,
        amount=amount,
        debit=fund,
        credit=account,
        allowed=allowed,
        reason=reason,
        at=at,
        by=by,
        id=id,
    )


@transaction.atomic
def take_back(
    *,
    entry: Entry,
    reason: str,
    holder: User | None = None,
    by: User,
    at: dt.datetime,
    id: uuid.UUID | None = None,
) -> tuple[Entry, bool]:
    """Takes back what somebody wrote down by mistake; taking that back in its turn makes it count again.

    `holder` is whoever does not run the money and puts the own payment right: only while the money is still with him,
    else the compound would owe him what he has handed in.

    Raises `follows_facts` for bills and advances, which are put right where they come from, `handed_in`,
    `already_reversed`, `reason_missing`, `id_taken`.
    """
    root = root_of(entry)
    if root.kind in (Entry.Kind.BILL, Entry.Kind.ADVANCE):
        raise Refusal(
            "follows_facts",
            _("Bills and receipts follow what was bought and handed over: put it right there, the ledger follows."),
        )
    if holder is not None:
        _check_still_held(entry, holder)
    mirror, replayed = reverse(entry=entry, reason=reason, by=by, at=at, id=id)
    if not replayed:
        audit.record(
            compound=entry.compound,
            by=by,
            at=at,
            action="money.taken_back",
            subject=str(entry.pk),
            text=root.get_kind_display(),
            reason=mirror.reason,
        )
    return mirror, replayed


def _check_still_held(entry: Entry, holder: User) -> None:
    """Locks the entry's accounts. Of what is taken back already `reverse` says so."""
    sides = list(entry.postings.select_related("account"))
    lock_accounts(side.account for side in sides)
    if Entry.objects.filter(reverses=entry).exists():
        return
    taken = next((side for side in sides if side.account.user_id == holder.pk), None)
    if taken is None or balance(taken.account) < taken.amount:
        raise Refusal(
            "handed_in",
            _("You do not hold this money any more: whoever runs the money takes the payment back."),
        )


def _check_owed(account: Account, amount: Decimal) -> None:
    words, nothing = _("It owes only %(most)s yuan."), _("It owes nothing.")
    check_at_most(amount, balance(account), code="more_than_owed", message=words, nothing=nothing)


def _told(
    action: str, household: Household, amount: Decimal, found: tuple[Entry, bool], *, by: User, at: dt.datetime
) -> tuple[Entry, bool]:
    entry, replayed = found
    if not replayed:
        audit.record(
            compound=household.compound,
            by=by,
            at=at,
            action=action,
            subject=household.room,
            text=entry.get_kind_display(),
            amount=str(amount),
            reason=entry.reason,
        )
    return found
