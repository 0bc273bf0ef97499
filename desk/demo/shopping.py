"""Writes what the shoppers did: most is bought, one good replaced, one short; and what households want instead."""

import datetime as dt
import random
from decimal import Decimal
from typing import Final

from compound.access import standing_of
from compound.models import Role
from desk.demo.ids import seeded_uuid
from desk.demo.registry import Registry
from desk.demo.shop import Shop, write_offers
from orders.events import phone_act, take_act
from orders.models import Order, OrderLine, Round, SubstituteWish
from orders.quantities import plain
from orders.queries.shopping import lists_of
from orders.services.round_goods import list_goods

MINUTE = dt.timedelta(minutes=1)
TITLE: Final = "今天加单"
DOORS, KINDS = 24, 12
# Every so-manieth household has said what it wants when something cannot be had.
EVERY = 6


def write_shopping(registry: Registry, shop: Shop, *, seed: int, now: dt.datetime) -> None:
    """Two shoppers at the shelves of a small round besides, half-way through. A dozen statements a good."""
    rng, people = random.Random(f"{seed}:shopping"), registry.people
    rounds = [_round(registry, shop, rng, now)]
    wishes = SubstituteWish.Wish.values
    SubstituteWish.objects.bulk_create(
        SubstituteWish(household=door, wish=rng.choice(wishes), set_at=now, set_by=people[Role.SUPPLY])
        for door in registry.occupied[::EVERY]
    )
    for round in rounds:
        list_goods(round)
        [found] = lists_of([round])
        open_lines = [line for line in found.lines if not line.purchases]
        for n, line in enumerate(open_lines[: len(open_lines) * 2 // 3]):
            by = people[(Role.SUPPLY, Role.VOLUNTEER)[n % 2]]
            body = {"good": str(line.good.pk), "did": "bought", "quantity": plain(line.shelf.wanted)}
            if n == 2:
                body = {**body, "did": "substitute", "instead": "小白菜", "amount": "30"}
            elif n == 4:
                body = {"good": str(line.good.pk), "did": "short"}
            elif line.price is not None and n % 3 == 0:
                body["amount"] = str((line.price * line.shelf.wanted).quantize(Decimal("0.01")))
            standing = standing_of(by, registry.compound.code)
            assert standing is not None  # noqa: S101 - the cast are members
            at = max(round.state_at, now - 60 * MINUTE) + n * MINUTE
            take_act(
                phone_act(
                    id=seeded_uuid(rng), standing=standing, kind="purchase", at=min(at, now), clock_offset_ms=0,
                    received_at=now, body=body,
                )
            )  # fmt: skip


def _round(registry: Registry, shop: Shop, rng: random.Random, now: dt.datetime) -> Round:
    """What a few households needed besides: closed an hour and a half ago."""
    closed_at = now - 90 * MINUTE
    round = Round.objects.create(
        compound=registry.compound,
        supply_point=shop.point,
        title=TITLE,
        opens_at=closed_at - 240 * MINUTE,
        cutoff_at=closed_at,
        state=Round.State.SHOPPING,
        closed_at=closed_at,
        state_at=now - 60 * MINUTE,
    )
    write_offers([round], shop)
    items = rng.sample(list(shop.items.values()), min(KINDS, len(shop.items)))
    doors = rng.sample(registry.occupied, min(DOORS, len(registry.occupied)))
    orders = Order.objects.bulk_create(
        Order(
            round=round,
            household=door,
            channel=Order.Channel.PHONE,
            entered_at=round.opens_at + 230 * MINUTE * rng.random(),
            entered_by=registry.people[Role.SUPPLY],
        )
        for door in doors
    )
    OrderLine.objects.bulk_create(
        OrderLine(order=order, position=n, item=item, goods=item.name, unit=item.unit, ordered=rng.choice((1, 1, 2)))
        for order in orders
        for n, item in enumerate(rng.sample(items, min(4, len(items))))
    )
    return round
