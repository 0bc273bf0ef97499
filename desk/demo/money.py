"""Writes what happened to the money after the bills: who has paid, to whom, what came back, what was counted."""

import datetime as dt
import random
from collections.abc import Iterator
from decimal import Decimal

from compound.models import Role
from desk.demo import cast
from desk.demo.ids import seeded_uuid
from desk.demo.registry import Registry
from money.models import Account, Entry
from money.queries.balances import AccountBalance, balances
from money.services.cash import count_cash, receive_donation
from money.services.payments import pay_from_donations, take_back, take_payment, take_payments
from money.services.volunteers import give_float, hand_in, settle_volunteers

# Beside the captain's building so many others have paid; the last households of each still owe.
PAID_BUILDINGS, STILL_OWE = 3, 2
GIFT, FLOAT = Decimal(2000), Decimal(300)
# What was found missing when the box was counted.
MISSING = Decimal("0.50")


def write_money(registry: Registry, *, seed: int, now: dt.datetime) -> None:
    """Wants the bills of `write_bills`. Some ten statements a payment, of which there are a few dozen."""
    compound, people = registry.compound, registry.people
    rng, coordinator = random.Random(f"{seed}:money"), people[Role.COORDINATOR]
    owing: dict[str, list[AccountBalance]] = {}
    for row in balances(compound, Account.Kind.HOUSEHOLD):
        if row.account.household is not None and row.balance > 0:
            owing.setdefault(row.account.household.building.name, []).append(row)
    if not owing:
        return
    moments = _moments(registry, now)
    receive_donation(
        compound=compound,
        amount=GIFT,
        note="一位退休教师，给有困难的户",
        by=coordinator,
        at=next(moments),
        id=seeded_uuid(rng),
    )
    captain = people[Role.CAPTAIN]
    others = [name for name in owing if name != cast.CAPTAINS_BUILDING][:PAID_BUILDINGS]
    for name in [cast.CAPTAINS_BUILDING, *others]:
        rows = owing.get(name, [])[:-STILL_OWE]
        paid = [(row.account.household, row.balance) for row in rows if row.account.household is not None]
        if paid:
            by = captain if name == cast.CAPTAINS_BUILDING else coordinator
            take_payments(
                compound=compound,
                paid=paid,
                taken_by=captain if by == captain else None,
                by=by,
                at=next(moments),
                id=seeded_uuid(rng),
            )
    last = owing[others[-1] if others else cast.CAPTAINS_BUILDING][-1]
    if last.account.household is not None:
        wrong, _replayed = take_payment(
            household=last.account.household,
            amount=last.balance,
            taken_by=None,
            by=coordinator,
            at=next(moments),
            id=seeded_uuid(rng),
        )
        take_back(entry=wrong, reason="记错了户", by=coordinator, at=next(moments), id=seeded_uuid(rng))
        pay_from_donations(
            household=last.account.household,
            amount=min(last.balance, Decimal(30)),
            reason="低保户",
            by=coordinator,
            at=next(moments),
            id=seeded_uuid(rng),
        )
    _volunteers(registry, rng, moments)
    box = next(iter(balances(compound, Account.Kind.CASH))).balance
    count_cash(
        compound=compound,
        counted=max(box - MISSING, Decimal(0)),
        reason="找零时少了五角",
        by=coordinator,
        at=next(moments),
        id=seeded_uuid(rng),
    )


def _volunteers(registry: Registry, rng: random.Random, moments: Iterator[dt.datetime]) -> None:
    """Half of what the captain took is in the box, the smaller of two shoppers is paid back, one has a float."""
    compound, coordinator = registry.compound, registry.people[Role.COORDINATOR]
    captain = registry.people[Role.CAPTAIN]
    sums = {row.account.user: row.balance for row in balances(compound, Account.Kind.VOLUNTEER) if row.account.user}
    if sums.get(captain, Decimal(0)) > 1:
        hand_in(
            compound=compound,
            user=captain,
            amount=(sums[captain] / 2).quantize(Decimal(1)),
            by=coordinator,
            at=next(moments),
            id=seeded_uuid(rng),
        )
    box = next(iter(balances(compound, Account.Kind.CASH))).balance
    owed = sorted(
        ((-balance, user.phone, user) for user, balance in sums.items() if balance < 0), key=lambda one: one[:2]
    )
    if owed and owed[0][0] <= box - FLOAT:
        amount, _phone, user = owed[0]
        settle_volunteers(compound=compound, owed={user: amount}, by=coordinator, at=next(moments), id=seeded_uuid(rng))
    if box >= FLOAT:
        give_float(
            compound=compound,
            user=registry.people[Role.MEDICAL],
            amount=FLOAT,
            by=coordinator,
            at=next(moments),
            id=seeded_uuid(rng),
        )


def _moments(registry: Registry, now: dt.datetime) -> Iterator[dt.datetime]:
    """From the last entry of the bills until now, in equal steps."""
    last = Entry.objects.filter(compound=registry.compound).order_by("-entered_at").values_list("entered_at", flat=True)
    step = max((now - (last.first() or now)) / 20, dt.timedelta(0))
    moment = now - 19 * step
    while True:
        yield min(moment, now)
        moment += step
