"""The one way into the ledger. Lock order: Round, Errand, then the accounts by primary key.

Whoever posts several entries in one transaction takes all their accounts at once with `lock_accounts` first.
"""

import datetime as dt
import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from compound.models import Compound, Household, User
from compound.refusals import Refusal
from errands.models import Errand
from money.models import Account, BillLine, Entry, Posting
from orders.models import OrderLine, Receipt, Round

CENT = Decimal("0.01")


@dataclass(frozen=True)
class Line:
    """One line of a bill: `quantity` and `amount` may be below zero where a bill is corrected.

    `price` is for one unit, None where a fee has none; `line` the order line that it charges, if it is one.
    """

    goods: str
    unit: str
    quantity: Decimal
    price: Decimal | None
    amount: Decimal
    line: OrderLine | None = None


def account_of(
    *, compound: Compound, household: Household | None = None, user: User | None = None, kind: str | None = None
) -> Account:
    """The account of a household, of a volunteer, or (`kind`) of the compound itself; made when it is first needed.

    Two who need it at once get the same one. Costs one statement, three where it is new.
    """
    if (household is not None) + (user is not None) + (kind is not None) != 1:
        raise ValueError("an account is a household's, a volunteer's, or one of a kind")
    if household is not None:
        kind = Account.Kind.HOUSEHOLD
    elif user is not None:
        kind = Account.Kind.VOLUNTEER
    accounts = Account.objects.filter(compound=compound, kind=kind, household=household, user=user)
    found = accounts.first()
    if found is None:
        made = Account(compound=compound, kind=str(kind), household=household, user=user)
        Account.objects.bulk_create([made], ignore_conflicts=True)
        found = accounts.get()
    return found


def lock_accounts(accounts: Iterable[Account]) -> None:
    """In one order, until the transaction ends: balances read after this stand still. New postings wait."""
    keys = {account.pk for account in accounts}
    list(Account.objects.select_for_update(of=("self",), no_key=True).filter(pk__in=keys).order_by("pk").values("pk"))


@transaction.atomic
def post(
    *,
    compound: Compound,
    kind: str,
    postings: Mapping[Account, Decimal],
    at: dt.datetime,
    now: dt.datetime,
    by: User | None,
    id: uuid.UUID | None = None,
    method: str = "",
    why: str = "",
    reason: str = "",
    round: Round | None = None,
    receipt: Receipt | None = None,
    errand: Errand | None = None,
    lines: Sequence[Line] = (),
) -> tuple[Entry, bool]:
    """Writes one entry: (it, whether the same `id` had been written before, in which case nothing was added).

    Amounts are yuan with two places, above zero debit; those of zero are left out. `at` is when it happened (a later
    one than `now` counts as now), `by` None where the program itself posts. Locks the accounts. Raises `id_taken`
    (this id is another entry), `nothing_to_post`; ValueError where the amounts do not balance, which no page may cause.
    """
    amounts = {account: amount for account, amount in postings.items() if amount}
    if sum(amounts.values()) != 0 or any(amount != amount.quantize(CENT) for amount in amounts.values()):
        raise ValueError(f"does not balance: {sorted(map(str, amounts.values()))}")
    if not amounts:
        raise Refusal("nothing_to_post", _("There is nothing to write down: the amount is zero."))
    entry = Entry(
        id=id or Entry._meta.pk.get_default(),
        compound=compound,
        kind=kind,
        method=method,
        why=why,
        reason=reason.strip()[:200],
        round=round,
        receipt=receipt,
        errand=errand,
        at=min(at, now),
        entered_at=now,
        entered_by=by,
    )
    lock_accounts(amounts)
    return _write(entry, amounts, lines)


@transaction.atomic
def post_bills(
    *,
    compound: Compound,
    bills: Sequence[tuple[Account, Sequence[Line]]],
    round: Round,
    by: User | None,
    at: dt.datetime,
) -> Decimal:
    """One bill each for the households' accounts (one may have two), over the sum of its lines, which is not zero;
    returns what they come to. As `post` writes them, but in bulk: five statements, however many there are.
    """
    goods = account_of(compound=compound, kind=Account.Kind.GOODS)
    lock_accounts([goods, *(account for account, _lines in bills)])
    facts = {"compound": compound, "kind": Entry.Kind.BILL, "round": round, "at": at, "entered_at": at}
    entries = Entry.objects.bulk_create(Entry(**facts, entered_by=by) for _bill in bills)
    total, postings, rows = Decimal(0), [], []
    for entry, (account, lines) in zip(entries, bills, strict=True):
        amount = sum((line.amount for line in lines), Decimal(0))
        if not amount:
            raise ValueError(f"a bill over nothing: {account}")
        total += amount
        for side, signed in ((account, amount), (goods, -amount)):
            postings.append(Posting(compound=compound, entry=entry, account=side, amount=signed))
        rows += [_bill_line(entry, line) for line in lines]
    Posting.objects.bulk_create(postings, batch_size=3000)
    BillLine.objects.bulk_create(rows, batch_size=3000)
    return total


@transaction.atomic
def reverse(
    *, entry: Entry, reason: str, by: User | None, at: dt.datetime, id: uuid.UUID | None = None
) -> tuple[Entry, bool]:
    """Takes an entry back with one that mirrors it, bill lines too: (the reversal, whether it was there before).

    A reversal can be reversed like anything else; then what it took back counts again. Raises `already_reversed`,
    `reason_missing`, `id_taken`.
    """
    if not reason.strip():
        raise Refusal("reason_missing", _("Say why it is taken back: the reason stays in the ledger."))
    sides = list(entry.postings.select_related("account"))
    lock_accounts(side.account for side in sides)
    known = Entry.objects.filter(reverses=entry).first()
    if known is not None and known.pk != id:
        raise Refusal("already_reversed", _("This has been taken back already: nothing was changed."))
    mirror = Entry(
        id=id or Entry._meta.pk.get_default(),
        compound_id=entry.compound_id,
        kind=Entry.Kind.REVERSAL,
        reverses=entry,
        method=entry.method,
        reason=reason.strip()[:200],
        round_id=entry.round_id,
        receipt_id=entry.receipt_id,
        errand_id=entry.errand_id,
        at=at,
        entered_at=at,
        entered_by=by,
    )
    lines = [
        Line(line.goods, line.unit, -line.quantity, line.price, -line.amount, line.line)
        for line in entry.lines.select_related("line")
    ]
    return _write(mirror, {side.account: -side.amount for side in sides}, lines)


def _write(entry: Entry, amounts: Mapping[Account, Decimal], lines: Sequence[Line]) -> tuple[Entry, bool]:
    known = Entry.objects.filter(pk=entry.pk).first()
    if known is None:
        try:
            with transaction.atomic():
                entry.save(force_insert=True)
        except IntegrityError:
            # Somebody with other accounts, so not held up by the lock, has just used this id. Or it is no such thing.
            known = Entry.objects.filter(pk=entry.pk).first()
            if known is None:
                raise
    if known is not None:
        if not _is_the_same(known, entry, amounts):
            raise Refusal("id_taken", _("This was sent before as something else: load the page again."))
        return known, True
    Posting.objects.bulk_create(
        Posting(compound_id=entry.compound_id, entry=entry, account=account, amount=amount)
        for account, amount in sorted(amounts.items(), key=lambda side: -side[1])
    )
    BillLine.objects.bulk_create(_bill_line(entry, line) for line in lines)
    return entry, False


def _bill_line(entry: Entry, line: Line) -> BillLine:
    return BillLine(
        entry=entry,
        line=line.line,
        goods=line.goods,
        unit=line.unit,
        quantity=line.quantity,
        price=line.price,
        amount=line.amount,
    )


# Not the moments: a form that is sent again a minute later is the same form.
SAME = ("compound_id", "kind", "method", "why", "reason", "round_id", "receipt_id", "errand_id", "reverses_id")


def _is_the_same(known: Entry, entry: Entry, amounts: Mapping[Account, Decimal]) -> bool:
    sides = {posting.account_id: posting.amount for posting in known.postings.all()}
    return all(getattr(known, name) == getattr(entry, name) for name in SAME) and sides == {
        account.pk: amount for account, amount in amounts.items()
    }
