"""The households that owe something: of one building, the list from which payments are taken; of a round, their sum."""

from dataclasses import dataclass
from decimal import Decimal

from django.db.models import Exists, OuterRef, Sum

from compound.models import Building, Compound, Household
from money.models import Account, Posting
from money.queries.balances import ZERO, AccountBalance, balances
from money.queries.unpriced import unpriced_on
from orders.models import Round
from orders.open_bills import OpenBills, Owed, keeps_bills


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


@keeps_bills
def owed_of_round(round: Round) -> OpenBills | None:
    """Of the households with a bill of this round, who still owes and how much in all: a payment is for no bill of its
    own, so what was owed before is in it. And where something came that has no price yet: nobody has paid that.

    One statement while nothing is billed; else one more, or six where something has no price or no bill yet.
    """
    billed = Posting.objects.filter(account=OuterRef("pk"), entry__round=round)
    accounts = Account.objects.filter(Exists(billed), compound=round.compound_id, kind=Account.Kind.HOUSEHOLD)
    found: dict[int, Owed] = {}
    rows = accounts.annotate(sum=Sum("postings__amount")).values_list("household__building", "sum").order_by()
    for building, balance in rows:
        owed = found.get(building, Owed(0, ZERO))
        found[building] = Owed(owed.households + (balance > 0), owed.amount + max(balance, ZERO))
    if not found:
        return None
    later = {row.household for row in unpriced_on(round)}
    of_those = Household.objects.filter(pk__in=later).values_list("building", flat=True)
    for building in set(of_those) if later else ():
        owed = found.get(building, Owed(0, ZERO, is_billed=False))
        found[building] = owed._replace(comes_later=True)
    return OpenBills(found)
