"""Writes what the last settled round cost: two shoppers' receipts, the bills, and the rest explained to the cent."""

import datetime as dt
import random
from collections import defaultdict
from decimal import Decimal

from compound.models import Role, User
from desk.demo.ids import seeded_uuid
from desk.demo.registry import Registry
from money.queries.rounds import facts_of
from money.services.bills import bill_round, explain_rest
from orders.models import Offer, Order, OrderLine, PhoneEvent, Purchase, Round, RoundGood
from orders.services.receipts import enter_receipt
from orders.services.round_goods import list_goods

MINUTE = dt.timedelta(minutes=1)
CENT = Decimal("0.01")
# Of so many goods one more was bought than was asked for.
SURPLUS_EVERY = 7
# The second till rounds up to the tenth, as tills do.
TENTH = Decimal("0.1")
TILL = Decimal("9.90")


def write_bills(registry: Registry, rounds: list[Round], *, seed: int, now: dt.datetime) -> None:
    """`rounds`: the closed ones, oldest first. Some eight statements a household of the round."""
    settled = next((round for round in reversed(rounds) if round.state == Round.State.SETTLED), None)
    if settled is None or settled.closed_at is None:
        return
    rng, people = random.Random(f"{seed}:bills"), registry.people
    shoppers = (people[Role.SUPPLY], people[Role.VOLUNTEER])
    bought_at = settled.closed_at + 40 * MINUTE
    bought: dict[User, list[Purchase]] = defaultdict(list)
    for purchase in _buy(settled, shoppers, rng, bought_at):
        bought[purchase.by].append(purchase)
    for shopper, rows in bought.items():
        total = sum((row.amount for row in rows if row.amount is not None), Decimal(0))
        if shopper == shoppers[1]:
            total = (total / TENTH).to_integral_value(rounding="ROUND_CEILING") * TENTH
        enter_receipt(
            id=seeded_uuid(rng),
            round=settled,
            paid_by=shopper,
            total=total.quantize(CENT),
            paid_at=bought_at + 20 * MINUTE,
            purchases=[row.pk for row in rows],
            photo=None,
            note="",
            by=shopper,
            at=min(now, bought_at + 60 * MINUTE),
        )
    coordinator, at = people[Role.COORDINATOR], min(now, settled.state_at + 10 * MINUTE)
    bill_round(round=settled, by=coordinator, at=at)
    parts = {part.why.value: part.amount for part in facts_of(settled).proposals}
    if parts:
        explain_rest(round=settled, parts=parts, by=coordinator, at=at, id=seeded_uuid(rng))


def _buy(round: Round, shoppers: tuple[User, ...], rng: random.Random, at: dt.datetime) -> list[Purchase]:
    """All that left the shop for this round: what was handed over, and what somebody refused or was not home for."""
    list_goods(round)
    prices = dict(Offer.objects.filter(round=round, price__isnull=False).values_list("item", "price"))
    left: dict[tuple[str, str], Decimal] = defaultdict(Decimal)
    lines = OrderLine.objects.filter(order__round=round, order__state=Order.State.PLACED)
    for goods, unit, ordered, delivered, outcome in lines.values_list(
        "goods", "unit", "ordered", "delivered", "outcome"
    ):
        left[goods, unit] += delivered or 0 if outcome == OrderLine.Outcome.MISSING else max(ordered, delivered or 0)
    events, purchases = [], []
    for place, good in enumerate(RoundGood.objects.filter(round=round).order_by("goods", "unit")):
        quantity = left[good.goods, good.unit] + (1 if place % SURPLUS_EVERY == 0 else 0)
        if not quantity:
            continue
        price, by, when = (
            prices.get(good.item_id or 0) or TILL,
            shoppers[place % len(shoppers)],
            at + place * MINUTE / 4,
        )
        event = PhoneEvent(
            id=seeded_uuid(rng), compound=round.compound, kind="purchase", by=by, at=when, received_at=when
        )
        events.append(event)
        # Of every fourth the till rang up some cents more, as with what is weighed: no whole cents a unit then.
        cents = rng.randint(1, 9) if place % 4 == 1 else 0
        amount = (price * quantity).quantize(CENT) + Decimal(cents) / 100
        purchases.append(
            Purchase(
                event=event, good=good, kind=Purchase.Kind.BOUGHT, quantity=quantity, amount=amount, by=by, at=when
            )
        )
    PhoneEvent.objects.bulk_create(events)
    return Purchase.objects.bulk_create(purchases)
