"""What volunteers say they laid out since they were last paid back, and of which there is no photo of the receipt."""

from collections import defaultdict
from dataclasses import dataclass
from decimal import Decimal

from django.db.models import Exists, OuterRef, Q

from compound.models import Compound
from money.models import Account, Entry, Posting

# Yuan. So much without a receipt is looked at before it is paid back: 11.50 is soon typed as 1150.
MUCH = Decimal(300)


@dataclass(frozen=True)
class Unproved:
    """The entries of one person, newest first, and what they come to."""

    entries: tuple[Entry, ...]
    amount: Decimal

    @property
    def is_much(self) -> bool:
        return self.amount >= MUCH


def unproved(compound: Compound) -> dict[int, Unproved]:
    """By user's primary key. One statement."""
    paid_back = Posting.objects.filter(
        account=OuterRef("account"),
        entry__kind=Entry.Kind.REIMBURSEMENT,
        entry__reversed_by=None,
        entry__entered_at__gt=OuterRef("entry__entered_at"),
    )
    advances = Posting.objects.filter(
        Q(entry__errand__isnull=False, entry__errand__receipt=None)
        | Q(entry__receipt__isnull=False, entry__receipt__photo=None),
        ~Exists(paid_back),
        compound=compound,
        account__kind=Account.Kind.VOLUNTEER,
        entry__kind=Entry.Kind.ADVANCE,
        entry__reversed_by=None,
    )
    rows: dict[int, list[Posting]] = defaultdict(list)
    for row in advances.select_related("account", "entry__errand__household", "entry__round").order_by(
        "-entry__entered_at", "pk"
    ):
        rows[row.account.user_id or 0].append(row)
    return {
        user: Unproved(tuple(row.entry for row in found), -sum((row.amount for row in found), Decimal(0)))
        for user, found in rows.items()
    }
