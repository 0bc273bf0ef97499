"""Whether the ledger's sums are right: read from the rows alone, beside the constraints that hold them.

A constraint can be dropped, a trigger switched off, a dump restored in part: this is how somebody finds out.
"""

from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from django.db import connection
from django.db.models import Count, F, Sum

from compound.models import Compound
from money.models import Account, CashCount, Entry, Posting
from money.queries.balances import ZERO
from money.queries.overview import unexplained
from orders.models import Receipt


@dataclass
class Sums:
    """`balances` by kind of account; they come to 0.00 together. `wrong`: one sentence a fault."""

    code: str
    entries: int
    postings: int
    balances: dict[str, Decimal]
    unexplained: list[dict[str, str]] = field(default_factory=list)
    receipts_without_entry: int = 0
    wrong: list[str] = field(default_factory=list)

    def to_json(self) -> dict[str, Any]:
        """Amounts as strings with two places."""
        return {
            "compound": self.code,
            "entries": self.entries,
            "postings": self.postings,
            "balances": {kind: f"{amount:.2f}" for kind, amount in self.balances.items()},
            "unexplained": self.unexplained,
            "receipts_without_entry": self.receipts_without_entry,
            "wrong": self.wrong,
        }


def sums_of(compound: Compound) -> Sums:
    """A dozen statements, over every row of the compound's ledger."""
    postings = Posting.objects.filter(compound=compound).order_by()
    by_kind = dict(postings.values_list("account__kind").annotate(sum=Sum("amount")))
    balances = {kind: by_kind.get(kind, ZERO) for kind in Account.Kind.values}
    found = Sums(
        code=compound.code,
        entries=Entry.objects.filter(compound=compound).count(),
        postings=postings.count(),
        balances=balances,
        unexplained=[
            {
                "round": str(row.round.pk) if row.round else "",
                "title": str(row.round or ""),
                "amount": f"{row.amount:.2f}",
            }
            for row in unexplained(compound)
        ],
    )
    total = sum(balances.values(), ZERO)
    if total:
        found.wrong.append(f"all accounts together come to {total:.2f}, not 0.00")
    uneven = Entry.objects.filter(compound=compound).order_by().annotate(sum=Sum("postings__amount"))
    for entry in uneven.annotate(sides=Count("postings")).exclude(sum=0, sides__gte=2):
        found.wrong.append(f"entry {entry.pk}: {entry.sides} postings that sum up to {entry.sum or ZERO:.2f}")
    found.wrong += [f"entry {key} does not mirror what it takes back" for key in _crooked_mirrors(compound)]
    found.wrong += [f"entry {key}: its lines are not what is posted" for key in _crooked_bills(compound)]
    _check_counts(compound, found)
    _check_receipts(compound, found)
    return found


def _crooked_mirrors(compound: Compound) -> list[str]:
    """Reversals that leave something of what they take back: the two together are zero on every account."""
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT DISTINCT r.id::text FROM money_entry r
               JOIN money_posting p ON p.entry_id IN (r.id, r.reverses_id)
               WHERE r.compound_id = %s AND r.reverses_id IS NOT NULL
               GROUP BY r.id, p.account_id HAVING sum(p.amount) <> 0 ORDER BY 1""",
            [compound.pk],
        )
        return [row[0] for row in cursor.fetchall()]


def _crooked_bills(compound: Compound) -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT e.id::text FROM money_entry e
               JOIN (SELECT entry_id, sum(amount) AS lines FROM money_billline GROUP BY entry_id) b ON b.entry_id = e.id
               WHERE e.compound_id = %s AND b.lines <> (
                   SELECT coalesce(sum(p.amount), 0) FROM money_posting p JOIN money_account a ON a.id = p.account_id
                   WHERE p.entry_id = e.id AND a.kind = 'household')
               ORDER BY 1""",
            [compound.pk],
        )
        return [row[0] for row in cursor.fetchall()]


def _check_counts(compound: Compound, found: Sums) -> None:
    cash = Posting.objects.filter(compound=compound, account__kind=Account.Kind.CASH)
    differences = dict(cash.filter(entry__cash_count__isnull=False).values_list("entry", "amount"))
    for count in CashCount.objects.filter(compound=compound).exclude(counted=F("expected")):
        if differences.get(count.entry_id) != count.counted - count.expected:  # type: ignore[arg-type]
            found.wrong.append(f"count {count.pk}: the difference is not what is posted")


def _check_receipts(compound: Compound, found: Sums) -> None:
    """What stands on the goods account for a receipt is its total, or nothing where it counts no more."""
    goods = Posting.objects.filter(compound=compound, account__kind=Account.Kind.GOODS, entry__receipt__isnull=False)
    posted = dict(goods.order_by().values_list("entry__receipt").annotate(sum=Sum("amount")))
    for receipt in Receipt.objects.filter(round__compound=compound).order_by("pk"):
        if receipt.pk not in posted:
            found.receipts_without_entry += receipt.void_at is None
        elif posted[receipt.pk] != (ZERO if receipt.void_at else receipt.total):
            found.wrong.append(f"receipt {receipt.pk}: {posted[receipt.pk]:.2f} is posted of {receipt.total:.2f}")
