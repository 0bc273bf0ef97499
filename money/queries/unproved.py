"""What volunteers say they laid out, are still owed, and of which there is no photo of the receipt."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from compound.models import Compound
from money.models import Entry, Posting
from money.queries.balances import AccountBalance

# Yuan. So much without a receipt is looked at before it is paid back: 11.50 is soon typed as 1150.
MUCH = Decimal(300)


@dataclass(frozen=True)
class Unproved:
    """The entries of one person, newest first, and what of them is still owed."""

    entries: tuple[Entry, ...]
    amount: Decimal

    @property
    def is_much(self) -> bool:
        return self.amount >= MUCH


def unproved(compound: Compound, rows: Iterable[AccountBalance]) -> dict[int, Unproved]:
    """By user's primary key, of the volunteers' accounts `rows`. One statement.

    What is paid back settles the oldest sums first: of what is still owed the newest sums are what it is for.
    """
    left = {row.account.pk: -row.balance for row in rows if row.balance < 0}
    advances = Posting.objects.filter(
        compound=compound, account__in=left, entry__kind=Entry.Kind.ADVANCE, entry__reversed_by=None
    )
    found: dict[int, list[Entry]] = defaultdict(list)
    sums: dict[int, Decimal] = defaultdict(Decimal)
    for row in advances.select_related(
        "account", "entry__errand__household", "entry__round", "entry__receipt"
    ).order_by("-entry__entered_at", "pk"):
        part = min(-row.amount, left[row.account_id])
        if part <= 0:
            continue
        left[row.account_id] -= part
        if _has_no_photo(row.entry):
            user = row.account.user_id or 0
            found[user].append(row.entry)
            sums[user] += part
    return {user: Unproved(tuple(entries), sums[user]) for user, entries in found.items()}


def _has_no_photo(entry: Entry) -> bool:
    if entry.errand is not None:
        return entry.errand.receipt_id is None
    return entry.receipt is not None and entry.receipt.photo_id is None
