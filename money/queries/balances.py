"""What stands on an account: the sum of its postings, in yuan. Above zero it is owed to the compound or held by it."""

from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass
from decimal import Decimal

from django.db.models import Count, Sum

from compound.models import Compound, Household
from money.models import Account, BillLine, Entry, Posting
from money.queries.corrections import Correction, corrections_of
from money.queries.entries import taken_back_among
from money.queries.unpriced import Unpriced, unpriced_of

ZERO = Decimal("0.00")
# Entries on one of the pages of a household's own account: all of it in weeks would be too heavy for its phone.
ENTRIES_PER_PAGE = 30


@dataclass(frozen=True)
class AccountBalance:
    """`account` comes with its household and building, or its user. `entries`: how many have touched it."""

    account: Account
    balance: Decimal
    entries: int


@dataclass(frozen=True)
class HouseholdEntry:
    """What one entry did to a household: `amount` above zero is charged, below zero paid or taken off.

    `lines` are those of a bill. `taken_back`: a later entry has reversed it, and counts. `corrections`: what it puts
    right of the earlier bills of its round.
    """

    entry: Entry
    amount: Decimal
    lines: tuple[BillLine, ...]
    taken_back: bool
    corrections: tuple[Correction, ...] = ()

    @property
    def size(self) -> Decimal:
        """Without a sign, as of what counts no more."""
        return abs(self.amount)

    @property
    def less(self) -> Decimal:
        """The amount with the sign that a household expects of what it paid."""
        return -self.amount


@dataclass(frozen=True)
class HouseholdMoney:
    """`balance` above zero: it owes so much; below: it has so much to its credit. `entries` newest first, all of them
    or those of one page. `unpriced`: what came and is not in the balance, for nobody knows its price yet.
    """

    balance: Decimal
    entries: tuple[HouseholdEntry, ...]
    unpriced: tuple[Unpriced, ...] = ()
    page: int = 1
    has_earlier: bool = False

    @property
    def owes(self) -> Decimal:
        return max(self.balance, ZERO)

    @property
    def credit(self) -> Decimal:
        return max(-self.balance, ZERO)


def balance(account: Account) -> Decimal:
    """One statement, from the index alone."""
    return Posting.objects.filter(account=account).aggregate(sum=Sum("amount"))["sum"] or ZERO


def in_the_box(compound: Compound) -> Decimal:
    """What should be in the cash box. One statement."""
    box = Posting.objects.filter(compound=compound, account__kind=Account.Kind.CASH)
    return box.aggregate(sum=Sum("amount"))["sum"] or ZERO


def household_balance(household: Household) -> Decimal:
    """The same for a household that may have no account yet. One statement."""
    return Posting.objects.filter(account__household=household).aggregate(sum=Sum("amount"))["sum"] or ZERO


def balances(compound: Compound, kind: str, *, buildings: Collection[int] | None = None) -> list[AccountBalance]:
    """Of all accounts of one kind, those at zero too, in the order of the rooms or names. One statement.

    `buildings`: primary keys; only households there.
    """
    accounts = Account.objects.filter(compound=compound, kind=kind)
    if buildings is not None:
        accounts = accounts.filter(household__building__in=buildings)
    rows = (
        accounts.select_related("household__building", "household__unit", "user")
        .annotate(sum=Sum("postings__amount"), entries=Count("postings"))
        .order_by("household__building__sort_key", "household__sort_key", "user__name", "pk")
    )
    return [AccountBalance(row, row.sum or ZERO, row.entries) for row in rows]


def household_money(household: Household, *, page: int | None = None) -> HouseholdMoney:
    """The household's account with what came without a price; of its entries all, or those of one `page`, from 1.

    Four statements, one more where a round has more than one entry of it, and those of `unpriced_of`.
    """
    postings = Posting.objects.filter(account__household=household)
    every = list(postings.order_by().values_list("entry", "entry__reverses", "amount", "entry__round"))
    back = taken_back_among((key, reverses) for key, reverses, _amount, _round in every)
    times = Counter(round_id for *_entry, round_id in every if round_id is not None)
    put_right = corrections_of(household, [key for key, count in times.items() if count > 1], without=back)
    start, end = (0, len(every)) if page is None else ((page - 1) * ENTRIES_PER_PAGE, page * ENTRIES_PER_PAGE)
    rows = (
        postings.select_related(
            "entry__round", "entry__errand", "entry__entered_by", "entry__reversed_by", "entry__reverses"
        )
        .prefetch_related("entry__lines")
        .order_by("-entry__at", "-entry__entered_at", "-pk")[start:end]
    )
    entries = tuple(
        HouseholdEntry(
            entry=row.entry,
            amount=row.amount,
            lines=tuple(row.entry.lines.all()),
            taken_back=row.entry.pk in back,
            corrections=put_right.get(row.entry.pk, ()),
        )
        for row in rows
    )
    return HouseholdMoney(
        balance=sum((amount for _key, _reverses, amount, _round in every), ZERO),
        entries=entries,
        unpriced=unpriced_of(household),
        page=page or 1,
        has_earlier=end < len(every),
    )
