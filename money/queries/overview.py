"""Where the compound's money stands: who owes by building, who is owed, the box, what is not explained yet."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from decimal import Decimal
from uuid import UUID

from django.db.models import Exists, OuterRef, Sum

from compound.models import Building, Compound, Membership, User
from errands.models import Errand
from money.models import Account, Entry, Posting
from money.queries.balances import ZERO, AccountBalance, balances
from orders.models import Order, OrderLine, Round

K = Account.Kind


@dataclass
class BuildingMoney:
    """`owing` households owe `owed` together; `credit` is what others there have too much."""

    building: Building
    owing: int = 0
    owed: Decimal = ZERO
    credit: Decimal = ZERO


@dataclass(frozen=True)
class Unexplained:
    """Money paid at the till that nobody has been charged yet; below zero: charged and not paid by anybody.

    Of a round or an errand; both None is what was posted by hand.
    """

    round: Round | None
    amount: Decimal
    errand: Errand | None = None


@dataclass(frozen=True)
class Overview:
    """Sums in yuan, all above zero but `cash` and `rest`, which may be either."""

    buildings: tuple[BuildingMoney, ...]
    owed_to: tuple[AccountBalance, ...]
    held_by: tuple[AccountBalance, ...]
    kinds: dict[str, Decimal] = field(default_factory=dict)
    unexplained: tuple[Unexplained, ...] = ()
    unbilled: tuple[Round, ...] = ()

    @property
    def owed(self) -> Decimal:
        return sum((row.owed for row in self.buildings), ZERO)

    @property
    def owing(self) -> int:
        return sum(row.owing for row in self.buildings)

    @property
    def is_owed(self) -> Decimal:
        return -sum((row.balance for row in self.owed_to), ZERO)

    @property
    def held(self) -> Decimal:
        return sum((row.balance for row in self.held_by), ZERO)

    @property
    def cash(self) -> Decimal:
        return self.kinds.get(K.CASH, ZERO)

    @property
    def donations(self) -> Decimal:
        return -self.kinds.get(K.DONATIONS, ZERO)

    @property
    def written_off(self) -> Decimal:
        return self.kinds.get(K.WRITE_OFF, ZERO)

    @property
    def rest(self) -> Decimal:
        return self.kinds.get(K.REST, ZERO)


def building_money(compound: Compound, *, only: Collection[int] | None = None) -> tuple[BuildingMoney, ...]:
    """Buildings where somebody has ever been charged, in their order; `only` those primary keys. One statement."""
    rows: dict[int, BuildingMoney] = {}
    for row in balances(compound, K.HOUSEHOLD, buildings=only):
        door = row.account.household
        if door is None or not row.entries:
            continue
        found = rows.setdefault(door.building_id, BuildingMoney(door.building))
        if row.balance > 0:
            found.owing += 1
            found.owed += row.balance
        else:
            found.credit -= row.balance
    return tuple(rows.values())


def overview(compound: Compound) -> Overview:
    """Seven statements, whatever there is."""
    volunteers = balances(compound, K.VOLUNTEER)
    own = Posting.objects.filter(compound=compound, account__household=None, account__user=None)
    sums = own.order_by().values_list("account__kind").annotate(sum=Sum("amount"))
    return Overview(
        buildings=building_money(compound),
        owed_to=tuple(row for row in volunteers if row.balance < 0),
        held_by=tuple(row for row in volunteers if row.balance > 0),
        kinds=dict(sums),
        unexplained=unexplained(compound),
        unbilled=unbilled(compound),
    )


def unbilled(compound: Compound) -> tuple[Round, ...]:
    """Rounds of which something was handed over and no bill was ever written, newest first. One statement."""
    handed = OrderLine.objects.filter(order__round=OuterRef("pk"), order__state=Order.State.PLACED, delivered__gt=0)
    bills = Entry.objects.filter(round=OuterRef("pk"), kind=Entry.Kind.BILL)
    rounds = Round.objects.filter(compound=compound, state__in=[Round.State.DELIVERING, Round.State.SETTLED])
    return tuple(rounds.filter(Exists(handed), ~Exists(bills)).order_by("-cutoff_at"))


def unexplained(compound: Compound) -> tuple[Unexplained, ...]:
    """The rounds and errands whose part of the goods account is not at zero, newest first. Three statements."""
    goods = Posting.objects.filter(compound=compound, account__kind=K.GOODS).order_by()
    rows = goods.values_list("entry__round", "entry__errand").annotate(sum=Sum("amount")).exclude(sum=0)
    of_rounds: dict[UUID, Decimal] = {}
    of_errands: dict[UUID, Decimal] = {}
    other = ZERO
    for round_id, errand_id, amount in rows:
        if round_id is not None:
            of_rounds[round_id] = of_rounds.get(round_id, ZERO) + amount
        elif errand_id is not None:
            of_errands[errand_id] = amount
        else:
            other += amount
    rounds = Round.objects.filter(pk__in=[key for key, amount in of_rounds.items() if amount]).order_by("-cutoff_at")
    errands = Errand.objects.filter(pk__in=of_errands).select_related("household").order_by("-asked_at", "pk")
    return (
        *(Unexplained(round, of_rounds[round.pk]) for round in rounds),
        *(Unexplained(None, of_errands[errand.pk], errand) for errand in errands),
        *([Unexplained(None, other)] if other else []),
    )


def people_of(compound: Compound, roles: Iterable[str] | None = None) -> list[User]:
    """Who may hold the compound's money: its members, by name, and whoever still has something to settle."""
    members = Membership.objects.filter(compound=compound)
    if roles is not None:
        members = members.filter(role__in=roles)
    open_accounts = Posting.objects.filter(compound=compound, account__kind=K.VOLUNTEER).order_by()
    unsettled = open_accounts.values("account__user").annotate(sum=Sum("amount")).exclude(sum=0)
    users = User.objects.filter(pk__in=members.values("user")) | User.objects.filter(
        pk__in=unsettled.values("account__user")
    )
    return list(users.order_by("name", "phone"))
