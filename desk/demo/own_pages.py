"""Writes the demo's slips, and what households have said and ordered on their own pages."""

import datetime as dt
import random
from decimal import Decimal

from compound.models import AuditEntry, HouseholdKey, Role
from compound.services.household_keys import household_token, replace_key
from compound.tokens import token_hash
from desk.demo.ids import seeded_uuid
from desk.demo.registry import Registry
from orders.models import HouseholdReport, Offer, OrderLine, Round
from orders.services.orders import Line
from orders.services.own_orders import order_as_household
from orders.services.reports import answer_report, report_wrong

MINUTE = dt.timedelta(minutes=1)
# Of a hundred households that many have opened their page, and of those that got something so many said so.
OPENED, SAID_RECEIVED = 45, 30
ORDERS = 3
WRONG = (("碎了两个，麻烦看一下。", "明天上午补两个，不用再付钱。"), ("少了，袋子里没有。", ""))


def write_own_pages(
    registry: Registry, rounds: list[Round], *, seed: int, start: dt.datetime, now: dt.datetime
) -> None:
    """A slip for each household that somebody lives in; words about the last round; orders in the one that is open."""
    rng = random.Random(f"{seed}:own pages")
    _write_keys(registry, rng, start + 30 * MINUTE, now)
    # The newest of which something has come to the doors.
    brought = [round for round in rounds if round.state in (Round.State.DELIVERING, Round.State.SETTLED)]
    if brought:
        _write_words(registry, brought[-1], rng, now)
    _write_orders(registry, rng, now)


def _write_keys(registry: Registry, rng: random.Random, at: dt.datetime, now: dt.datetime) -> None:
    coordinator = registry.people[Role.COORDINATOR]
    keys = []
    for door in registry.occupied:
        key = HouseholdKey(id=seeded_uuid(rng), household=door, issued_at=at, issued_by=coordinator)
        key.token_hash = token_hash(household_token(key.pk))
        if rng.randrange(100) < OPENED:
            key.first_opened_at = at + (now - at) * rng.random()
        keys.append(key)
    HouseholdKey.objects.bulk_create(keys)
    AuditEntry.objects.create(
        compound=registry.compound,
        by=coordinator,
        at=at,
        action="household_keys.issued",
        params={"count": len(keys)},
        text=f"制作了{len(keys)}张家门单",
    )
    replace_key(household=rng.choice(registry.occupied), reason="被别人看到了", by=coordinator, at=now - 90 * MINUTE)


def _write_words(registry: Registry, round: Round, rng: random.Random, now: dt.datetime) -> None:
    """“Received” of some who got all of it, and something wrong of two: one answered, one for Today."""
    got = OrderLine.objects.filter(order__round=round, order__state="placed", outcome="delivered")
    first: dict[int, OrderLine] = {}
    for line in got.select_related("order__household").order_by("order__household__sort_key", "pk"):
        first.setdefault(line.order.household_id, line)
    doors = list(first.values())
    wrong = doors[: len(WRONG)]
    HouseholdReport.objects.bulk_create(
        HouseholdReport(
            id=seeded_uuid(rng),
            household=line.order.household,
            round=round,
            kind=HouseholdReport.Kind.RECEIVED,
            at=min(now, (line.outcome_at or now) + rng.randrange(2, 50) * MINUTE),
        )
        for line in doors[len(WRONG) :]
        if rng.randrange(100) < SAID_RECEIVED
    )
    for line, (text, answer) in zip(wrong, WRONG, strict=False):
        at = min(now, (line.outcome_at or now) + 20 * MINUTE)
        report = report_wrong(
            household=line.order.household, round=round, line=line, text=text, at=at, id=seeded_uuid(rng)
        )
        if answer:
            by = registry.people[Role.COORDINATOR]
            answer_report(report=report, answer=answer, by=by, at=min(now, at + 15 * MINUTE))


def _write_orders(registry: Registry, rng: random.Random, now: dt.datetime) -> None:
    open_rounds = registry.compound.rounds.filter(state=Round.State.OPEN, opens_at__lte=now, cutoff_at__gt=now)
    round = open_rounds.order_by("cutoff_at").first()
    if round is None:
        return
    offers = list(Offer.objects.filter(round=round, cap=None, minimum=None).select_related("item").order_by("pk"))
    doors = [door for door in registry.occupied if door.room != "20-1702"]
    for door in rng.sample(doors, min(ORDERS, len(doors))):
        chosen = rng.sample(offers, min(3, len(offers)))
        lines = [Line(offer.item.name, Decimal(rng.randint(1, 2)), offer.item.unit) for offer in chosen]
        if lines:
            at = max(round.opens_at, now - rng.randrange(5, 60) * MINUTE)
            order_as_household(round=round, household=door, lines=lines, remark="", at=at, id=seeded_uuid(rng))
