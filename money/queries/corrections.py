"""What a later bill of a round put right, line by line: what stood there, and what stands there now."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from uuid import UUID

from compound.models import Household
from money.models import BillLine, Entry

ZERO = Decimal(0)


@dataclass(frozen=True)
class Correction:
    """One good of an order line: its quantity and yuan in all bills up to the one before, and with this one."""

    goods: str
    unit: str
    before: tuple[Decimal, Decimal]
    now: tuple[Decimal, Decimal]

    @property
    def amount(self) -> Decimal:
        """The difference, below zero where too much had been charged."""
        return self.now[1] - self.before[1]


def corrections_of(
    household: Household, rounds: Iterable[UUID], *, without: Iterable[UUID]
) -> dict[UUID, tuple[Correction, ...]]:
    """By entry, of those bills of `rounds` that put an earlier one right, all their lines; neither a round's first bill
    does nor one of what was not charged before. `without`: the entries that count no more. One statement; none without
    a round.
    """
    rounds = set(rounds)
    if not rounds:
        return {}
    lines = (
        BillLine.objects.filter(
            entry__round__in=rounds, entry__kind=Entry.Kind.BILL, entry__postings__account__household=household
        )
        .exclude(entry__in=list(without))
        .order_by("entry__at", "entry__entered_at", "entry", "pk")
        .values_list("entry", "line", "goods", "unit", "quantity", "amount")
    )
    charged: dict[tuple[int, str, str], tuple[Decimal, Decimal]] = {}
    found: dict[UUID, list[Correction]] = defaultdict(list)
    for entry, line, goods, unit, quantity, amount in lines:
        key = (line, goods, unit)
        before = charged.get(key, (ZERO, ZERO))
        charged[key] = now = (before[0] + quantity, before[1] + amount)
        found[entry].append(Correction(goods, unit, before, now))
    return {entry: tuple(rows) for entry, rows in found.items() if any(row.before[1] for row in rows)}
