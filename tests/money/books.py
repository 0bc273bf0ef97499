"""A compound with a ledger, and three households. 林涛 runs the money, 罗强 shops, 郭芳 is captain of building 3."""

import uuid
from decimal import Decimal

from compound.models import Household, Role, User
from compound.refusals import Refusal
from money.models import Account, Entry
from money.queries.balances import balance
from money.queries.sums import sums_of
from money.services.ledger import Line, account_of, post
from orders.models import Receipt
from tests import make
from tests.make import NOON

K = Account.Kind


def code_of(deed, *args, **values) -> str:  # type: ignore[no-untyped-def]
    """The refusal's code, '' when there was none."""
    try:
        deed(*args, **values)
    except Refusal as refusal:
        return refusal.code
    return ""


class Books:
    def __init__(self) -> None:
        self.compound = make.compound()
        self.door, self.next_door, self.far = (
            make.household(self.compound, room) for room in ("20-1702", "20-1703", "3-2-501")
        )
        self.by = make.member(self.compound, Role.COORDINATOR)
        self.shopper = make.member(self.compound, Role.SUPPLY)
        self.captain = make.member(self.compound, Role.CAPTAIN, building=self.far.building)
        self.round = make.round(self.compound)

    def account(self, of: Household | User | str) -> Account:
        if isinstance(of, Household):
            return account_of(compound=self.compound, household=of)
        if isinstance(of, User):
            return account_of(compound=self.compound, user=of)
        return account_of(compound=self.compound, kind=of)

    def at(self, of: Household | User | str) -> str:
        """What stands on an account: `12.50`."""
        return f"{balance(self.account(of)):.2f}"

    def enter(self, kind: str, sides: dict[Household | User | str, str], **more: object) -> Entry:
        postings = {self.account(of): Decimal(amount) for of, amount in sides.items()}
        values = {"compound": self.compound, "kind": kind, "at": NOON, "now": NOON, "by": self.by}
        return post(**values | more, postings=postings)[0]  # type: ignore[arg-type]

    def bill(self, door: Household, amount: str, goods: str = "鸡蛋") -> Entry:
        line = Line(goods, "板", Decimal(1), Decimal(amount), Decimal(amount))
        return self.enter("bill", {door: amount, K.GOODS: f"-{amount}"}, round=self.round, lines=[line])

    def advance(self, user: User, amount: str) -> Entry:
        """A receipt, with the entry that it makes."""
        receipt = Receipt(
            id=uuid.uuid4(),
            round=self.round,
            paid_by=user,
            total=Decimal(amount),
            paid_at=NOON,
            entered_at=NOON,
            entered_by=user,
        )
        receipt.save()
        return self.enter("advance", {K.GOODS: amount, user: f"-{amount}"}, round=self.round, receipt=receipt)

    def wrong(self) -> list[str]:
        return sums_of(self.compound).wrong
