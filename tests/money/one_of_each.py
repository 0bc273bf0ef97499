"""A good row in each table of the ledger, for tests that go through all of them."""

from decimal import Decimal
from types import SimpleNamespace

from compound.models import Household, User
from money.models import Account, BillLine, CashCount, Entry, Posting
from orders.models import Round
from tests.make import NOON


def one_of_each(door: Household, round: Round, *, by: User) -> SimpleNamespace:
    """The household has a bill of 12.50, the volunteer an account; 10.00 more than expected were in the cash box."""
    of = door.compound
    kinds = {kind: Account.objects.get_or_create(compound=of, kind=kind)[0] for kind in ("cash", "goods", "rest")}
    accounts = SimpleNamespace(
        household=Account.objects.create(compound=of, kind="household", household=door),
        volunteer=Account.objects.get_or_create(compound=of, kind="volunteer", user=by)[0],
        **kinds,
    )
    good = SimpleNamespace(compound=of, by=by, door=door, round=round, account=accounts)
    good.bill = entry(good, "bill", household="12.50", goods="-12.50", round=round)
    good.line = BillLine.objects.create(
        entry=good.bill, goods="鸡蛋", unit="板", quantity=1, price="12.50", amount="12.50"
    )
    good.surplus = entry(good, "count", cash="10", rest="-10", reason="盘点")
    good.count = CashCount.objects.create(compound=of, counted=10, expected=0, entry=good.surplus, at=NOON, by=by)
    return good


def entry(good: SimpleNamespace, kind: str, **more: object) -> Entry:
    """An entry with the postings that are named by their accounts."""
    sides = {name: more.pop(name) for name in list(more) if name in vars(good.account)}
    values = {"compound": good.compound, "kind": kind, "at": NOON, "entered_at": NOON, "entered_by": good.by}
    made = Entry.objects.create(**values | more)
    for name, amount in sides.items():
        Posting.objects.create(
            compound=made.compound, entry=made, account=getattr(good.account, name), amount=Decimal(str(amount))
        )
    return made
