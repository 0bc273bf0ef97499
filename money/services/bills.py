"""Bills: what a round costs each household, as the facts stand, less what the ledger says already; and the rest.

Nobody corrects a bill by hand. Facts change (a mark at a door, a price said later), and the next bill is the
difference; without a difference nothing is written, however often and by how many it is pressed.
"""

import datetime as dt
import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import override

from compound.models import Compound, User
from compound.refusals import Refusal
from compound.services import audit
from money.bills import Difference, Part, entries_of
from money.models import Account, Entry
from money.queries.entries import in_force
from money.queries.rounds import facts_of
from money.services.ledger import Line, account_of, lock_accounts, post, post_bills, reverse
from orders.models import OrderLine, Receipt, Round
from orders.quantities import plain
from orders.services.locks import lock_round

ZERO = Decimal(0)
K = Account.Kind


@dataclass(frozen=True)
class Billed:
    """What one press of the button wrote: so many households, so many yuan in all (below zero: given back)."""

    households: int
    amount: Decimal


@transaction.atomic
def bill_round(*, round: Round, by: User, at: dt.datetime) -> Billed:
    """Posts for each household the difference between what the facts say now and what is posted. Pressed twice, or by
    two at once, it posts nothing more.

    Locks the round, then all accounts. Some twenty statements, however many households. Receipts that are in no entry
    yet are posted as well.
    """
    round = lock_round(round.pk)
    compound, found = round.compound, facts_of(round).unbilled
    accounts = _household_accounts(compound, found)
    missing = _missing_advances(round)
    payers = [account_of(compound=compound, user=receipt.paid_by) for receipt in missing]
    lock_accounts([account_of(compound=compound, kind=K.GOODS), *payers, *accounts.values()])
    for receipt in missing:
        post_advance(receipt=receipt, by=by, at=at)
    if not found:
        return Billed(0, ZERO)
    lines = OrderLine.objects.in_bulk({row.key.line for rows in found.values() for row in rows})
    bills = [
        (accounts[household], [_line(row, lines) for row in entry])
        for household, rows in found.items()
        for entry in entries_of(rows)
    ]
    total = post_bills(compound=compound, bills=bills, round=round, by=by, at=at)
    _record(round, "round.billed", by, at, households=len(found), amount=str(total))
    return Billed(len(found), total)


def _line(row: Difference, lines: Mapping[int, OrderLine]) -> Line:
    return Line(row.key.goods, row.key.unit, row.quantity, row.price, row.amount, lines[row.key.line])


def _household_accounts(compound: Compound, households: Iterable[int]) -> dict[int, Account]:
    """By household's primary key, made where they have none. Three statements."""
    keys = set(households)
    mine = Account.objects.filter(compound=compound, kind=K.HOUSEHOLD, household__in=keys)
    missing = keys - set(mine.values_list("household", flat=True))
    made = [Account(compound=compound, kind=K.HOUSEHOLD, household_id=pk) for pk in sorted(missing)]
    Account.objects.bulk_create(made, ignore_conflicts=True)
    return {account.household_id: account for account in mine if account.household_id is not None}


# ── receipts ──────────────────────────────────────


def advance_id(id: uuid.UUID) -> uuid.UUID:
    """Of the entry for what somebody laid out on a receipt: one, whoever comes first."""
    return uuid.uuid5(id, "advance")


@transaction.atomic
def post_advance(*, receipt: Receipt, by: User | None, at: dt.datetime) -> None:
    """Whoever paid at the till is owed it. Once a receipt; the round is locked by the caller."""
    compound = receipt.round.compound
    post(
        compound=compound,
        kind=Entry.Kind.ADVANCE,
        postings={
            account_of(compound=compound, kind=K.GOODS): receipt.total,
            account_of(compound=compound, user=receipt.paid_by): -receipt.total,
        },
        at=receipt.paid_at,
        now=at,
        by=by,
        id=advance_id(receipt.pk),
        round=receipt.round,
        receipt=receipt,
    )


@transaction.atomic
def take_advance_back(*, receipt: Receipt, by: User, at: dt.datetime) -> None:
    """The receipt counts nowhere. Nothing where somebody has taken the entry back before."""
    for entry in in_force(Entry.objects.filter(pk=advance_id(receipt.pk))):
        reverse(entry=entry, reason=receipt.void_reason, by=by, at=at)


def _missing_advances(round: Round) -> list[Receipt]:
    """Receipts that were written down before there was a ledger."""
    found = list(Receipt.objects.filter(round=round, void_at=None, entries=None).select_related("paid_by"))
    for receipt in found:
        receipt.round = round
    return found


# ── the rest of a round's receipts ────────────────


@transaction.atomic
def explain_rest(
    *, round: Round, parts: Mapping[str, Decimal], by: User, at: dt.datetime, id: uuid.UUID
) -> tuple[Decimal, int]:
    """Posts computed parts of the rest, by what they are, with the amounts that the page showed: (sum, how many).

    The same `id` again posts nothing. Raises `nothing_ticked`, `bill_first` while the next bill would change the rest,
    `rest_changed` where a part is another one by now.
    """
    if not parts:
        raise Refusal("nothing_ticked", _("Tick what you want to write down."))
    round = lock_round(round.pk)
    posted = Decimal(0)
    fresh = {why: amount for why, amount in parts.items() if not Entry.objects.filter(pk=rest_id(id, why)).exists()}
    if not fresh:
        return posted, 0
    facts = facts_of(round)
    if facts.unbilled:
        raise Refusal("bill_first", _("Something is not billed yet: write the bills first, then what is left."))
    proposed = {part.why.value: part for part in facts.proposals}
    for why, amount in fresh.items():
        part = proposed.get(why)
        if part is None or part.amount != amount:
            raise Refusal("rest_changed", _("The amounts have changed meanwhile: look at them again."))
        with override(round.compound.language):
            reason = _rest_words(part)
        _post_rest(round, why, amount, reason, by, at, rest_id(id, why))
        posted += amount
    _record(round, "round.rest", by, at, amount=str(posted), parts=sorted(fresh))
    return posted, len(fresh)


@transaction.atomic
def write_rest(
    *, round: Round, why: str, amount: Decimal, reason: str, by: User, at: dt.datetime, id: uuid.UUID
) -> tuple[Entry, bool]:
    """A part of the rest that only a person knows: (the entry, whether it was there before). `amount` below zero is
    charged and was never paid. Raises `why_unknown`, `reason_missing`, `nothing_to_post`, `id_taken`.
    """
    if why not in Entry.Why.values or not why:
        raise Refusal("why_unknown", _("Choose what it is."))
    if not reason.strip():
        raise Refusal("reason_missing", _("Say what it was: the reason stays in the ledger."))
    round = lock_round(round.pk)
    entry, replayed = _post_rest(round, why, amount, reason, by, at, id)
    if not replayed:
        _record(round, "round.rest", by, at, amount=str(amount), parts=[why], reason=entry.reason)
    return entry, replayed


def rest_id(id: uuid.UUID, why: str) -> uuid.UUID:
    return uuid.uuid5(id, why)


def _post_rest(
    round: Round, why: str, amount: Decimal, reason: str, by: User, at: dt.datetime, id: uuid.UUID
) -> tuple[Entry, bool]:
    compound = round.compound
    goods, rest = (account_of(compound=compound, kind=kind) for kind in (K.GOODS, K.REST))
    return post(
        compound=compound,
        kind=Entry.Kind.REST,
        postings={rest: amount, goods: -amount},
        at=at,
        now=at,
        by=by,
        id=id,
        why=why,
        reason=reason,
        round=round,
    )


def _rest_words(part: Part) -> str:
    """猪肉 1.2斤、鸡蛋 1板; what has no goods is its own name."""
    goods = "、".join(f"{some.ware.name} {plain(some.quantity)}{some.ware.unit}" for some in part.of)
    return goods or str(Entry.Why(part.why.value).label)


def _record(round: Round, action: str, by: User, at: dt.datetime, **facts: object) -> None:
    audit.record(compound=round.compound, by=by, at=at, action=action, subject=str(round.pk), text=round.title, **facts)
