"""What a volunteer has laid out and taken, and from what."""

from dataclasses import dataclass
from decimal import Decimal

from compound.models import Compound, User
from money.models import Entry, Posting
from money.queries.balances import ZERO
from money.queries.entries import taken_back_among


@dataclass(frozen=True)
class Movement:
    """`amount` above zero: the volunteer holds so much more of the compound's; below: is owed so much more."""

    entry: Entry
    amount: Decimal
    room: str
    taken_back: bool

    @property
    def less(self) -> Decimal:
        return -self.amount


@dataclass(frozen=True)
class VolunteerMoney:
    """`balance` below zero is owed to the volunteer, above zero held for the compound. `movements` newest first."""

    user: User
    balance: Decimal
    movements: tuple[Movement, ...]

    @property
    def owed(self) -> Decimal:
        return max(-self.balance, ZERO)

    @property
    def held(self) -> Decimal:
        return max(self.balance, ZERO)


def volunteer_money(compound: Compound, user: User) -> VolunteerMoney:
    """The volunteer's account, whole, with the room that an entry was with. Two statements."""
    rows = (
        Posting.objects.filter(compound=compound, account__user=user)
        .select_related("entry__round", "entry__receipt", "entry__errand__household", "entry__entered_by")
        .select_related("entry__reversed_by", "entry__reverses")
        .prefetch_related("entry__postings__account__household")
        .order_by("-entry__at", "-entry__entered_at", "-pk")
    )
    back = taken_back_among((row.entry_id, row.entry.reverses_id) for row in rows)
    movements = tuple(
        Movement(
            entry=row.entry,
            amount=row.amount,
            room=next((side.account.household.room for side in row.entry.postings.all() if side.account.household), ""),
            taken_back=row.entry.pk in back,
        )
        for row in rows
    )
    return VolunteerMoney(user, sum((row.amount for row in movements), ZERO), movements)
