"""The households of one building that owe something: the list from which payments are taken."""

from dataclasses import dataclass
from decimal import Decimal

from compound.models import Building, Compound, Household
from money.models import Account
from money.queries.balances import ZERO, AccountBalance, balances


@dataclass(frozen=True)
class Owing:
    """`open` owe something, `credit` have paid too much; whoever is even stands in neither. In walking order."""

    building: Building
    open: tuple[AccountBalance, ...]
    credit: tuple[AccountBalance, ...]
    even: int

    @property
    def total(self) -> Decimal:
        return sum((row.balance for row in self.open), ZERO)

    @property
    def doors(self) -> list[Household]:
        return [row.account.household for row in self.open if row.account.household is not None]


def owing_in(compound: Compound, building: Building) -> Owing:
    """One statement."""
    rows = [row for row in balances(compound, Account.Kind.HOUSEHOLD, buildings=[building.pk]) if row.entries]
    return Owing(
        building,
        tuple(row for row in rows if row.balance > 0),
        tuple(row for row in rows if row.balance < 0),
        sum(row.balance == 0 for row in rows),
    )
