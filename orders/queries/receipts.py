"""Receipts of a round beside the purchases that they cover."""

from collections import defaultdict
from dataclasses import dataclass
from decimal import Decimal

from django.db.models import Prefetch

from compound.models import User
from orders.models import Purchase, Receipt, Round
from orders.queries.shopping import standing

ZERO = Decimal(0)


@dataclass(frozen=True)
class ReceiptRow:
    """`covered`: what the purchases on it come to; `unpriced` of them have no price yet. `taken_back`: they stand on it
    and were taken back since, which is part of the difference."""

    receipt: Receipt
    purchases: tuple[Purchase, ...]
    covered: Decimal
    unpriced: int
    taken_back: tuple[Purchase, ...] = ()

    @property
    def difference(self) -> Decimal:
        """Paid less what is known of it: above 0 the receipt says more than the purchases."""
        return self.receipt.total - self.covered


@dataclass(frozen=True)
class Receipts:
    """`paid`: by whom how much, without void ones. `open`: bought, and on no receipt yet, by shopper and time."""

    rows: tuple[ReceiptRow, ...]
    paid: tuple[tuple[User, Decimal], ...]
    open: tuple[Purchase, ...]

    @property
    def to_price(self) -> list[Purchase]:
        """Nobody has said yet what they cost: on receipts that count, then on none."""
        counted = [row for receipt in self.rows if receipt.receipt.void_at is None for row in receipt.purchases]
        return [row for row in (*counted, *self.open) if row.amount is None]

    @property
    def total(self) -> Decimal:
        return sum((sum_ for _user, sum_ in self.paid), ZERO)

    @property
    def covered(self) -> Decimal:
        return sum((row.covered for row in self.rows if row.receipt.void_at is None), ZERO)

    @property
    def unpriced(self) -> int:
        return sum(row.unpriced for row in self.rows if row.receipt.void_at is None)

    @property
    def difference(self) -> Decimal:
        return self.total - self.covered


def open_purchases(round: Round) -> list[Purchase]:
    """Bought or substituted, and on no receipt that counts. One statement."""
    counted = Receipt.objects.filter(round=round, void_at=None)
    rows = standing(Purchase.objects.filter(good__round=round)).exclude(kind=Purchase.Kind.SHORT)
    return list(rows.exclude(receipts__in=counted).select_related("good", "by").order_by("by__name", "by", "at", "pk"))


def receipts_of(round: Round) -> Receipts:
    """Three statements."""
    receipts = Receipt.objects.filter(round=round).select_related("paid_by", "entered_by", "void_by")
    purchases = Purchase.objects.select_related("good", "by", "taken_back_by").order_by("at", "pk")
    rows = []
    paid: dict[User, Decimal] = defaultdict(lambda: ZERO)
    for receipt in receipts.prefetch_related(Prefetch("purchases", queryset=purchases)).order_by("paid_at"):
        taken_back = tuple(row for row in receipt.purchases.all() if hasattr(row, "taken_back_by"))
        bought = tuple(row for row in receipt.purchases.all() if row not in taken_back)
        covered = sum((row.amount for row in bought if row.amount is not None), ZERO)
        rows.append(ReceiptRow(receipt, bought, covered, sum(row.amount is None for row in bought), taken_back))
        if receipt.void_at is None:
            paid[receipt.paid_by] += receipt.total
    return Receipts(tuple(rows), tuple(paid.items()), tuple(open_purchases(round)))
