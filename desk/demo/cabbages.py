"""Writes the 70 cabbages for 368 households: ordered, too few bought, shared out by the rule chosen before, printed."""

import datetime as dt
import random
import uuid
from decimal import Decimal
from typing import Final

from compound.models import Role
from desk.demo.ids import seeded_uuid
from desk.demo.registry import Registry
from desk.demo.shop import Shop
from orders.models import Offer, Order, OrderLine, PhoneEvent, Purchase, Round, RoundGood
from orders.services.sharing import apply_sharing, make_sharing
from orders.services.sharing_rules import default_rule
from orders.services.sheets import make_sheets

TITLE: Final = "爱心白菜"
DOORS, CAME = 368, 70
HOUR = dt.timedelta(hours=1)
PRICE = Decimal("2.50")


def write_cabbages(registry: Registry, shop: Shop, *, seed: int, now: dt.datetime) -> None:
    """A round that closed six hours ago and whose cabbages were shared out three hours later. Some 40 statements.

    A smaller compound gets fewer in proportion, and one for which not even one would come has no such round.
    """
    rng = random.Random(f"{seed}:cabbages")
    doors = rng.sample(registry.occupied, min(DOORS, len(registry.occupied)))
    came = CAME * len(doors) // DOORS
    if not came:
        return
    people, item = registry.people, shop.items["大白菜"]
    round = _round(registry, shop, now)
    Offer.objects.create(round=round, item=item, cap=Decimal(2))
    orders = Order.objects.bulk_create(
        Order(
            round=round,
            household=door,
            channel=Order.Channel.PHONE,
            entered_at=round.opens_at + (round.cutoff_at - round.opens_at) * rng.random(),
            entered_by=people[Role.SUPPLY],
        )
        for door in doors
    )
    OrderLine.objects.bulk_create(
        OrderLine(order=order, item=item, goods=item.name, unit=item.unit, ordered=rng.choice((1, 1, 2)))
        for order in orders
    )
    good = RoundGood.objects.create(round=round, item=item, goods=item.name, unit=item.unit)
    _buy(registry, good, came, seeded_uuid(rng), now - 4 * HOUR)
    coordinator = people[Role.COORDINATOR]
    sharing = make_sharing(good=good, by=coordinator, at=now - 3 * HOUR)
    apply_sharing(sharing=sharing, by=coordinator, at=now - 3 * HOUR + dt.timedelta(minutes=2))
    make_sheets(round=round, at=now - 3 * HOUR + dt.timedelta(minutes=3), by=None, progress=lambda done, total: None)


def _round(registry: Registry, shop: Shop, now: dt.datetime) -> Round:
    closed_at = now - 6 * HOUR
    return Round.objects.create(
        compound=registry.compound,
        supply_point=shop.point,
        title=TITLE,
        opens_at=closed_at - 12 * HOUR,
        cutoff_at=closed_at,
        state=Round.State.SHOPPING,
        closed_at=closed_at,
        state_at=closed_at + HOUR,
        # Said while nobody knew how many would come.
        sharing_rule=default_rule(compound=registry.compound),
    )


def _buy(registry: Registry, good: RoundGood, came: int, event: uuid.UUID, at: dt.datetime) -> None:
    """One shopper found so many."""
    volunteer = registry.people[Role.VOLUNTEER]
    act = PhoneEvent.objects.create(
        id=event, compound=registry.compound, kind="purchase", by=volunteer, at=at, received_at=at
    )
    Purchase.objects.create(
        event=act,
        good=good,
        kind=Purchase.Kind.BOUGHT,
        quantity=Decimal(came),
        amount=came * PRICE,
        by=volunteer,
        at=at,
    )
