"""The whole demo in one transaction: whoever looks meanwhile sees the old one, and a failure leaves it."""

import datetime as dt
import random
from collections.abc import Callable
from dataclasses import dataclass

from django.db import transaction
from django.db.models import Sum
from django.utils import translation

from compound.models import Compound, Role
from compound.refusals import Refusal
from compound.services.retention import erase_compound
from desk.demo import cast
from desk.demo.bills import write_bills
from desk.demo.cabbages import write_cabbages
from desk.demo.days import past_slots
from desk.demo.errands import write_errands
from desk.demo.gate_cases import write_gate_cases
from desk.demo.ids import seeded_ids
from desk.demo.money import write_money
from desk.demo.notices import write_notices
from desk.demo.own_pages import write_own_pages
from desk.demo.passages import write_passages
from desk.demo.passes import write_passes
from desk.demo.past import write_past
from desk.demo.present import write_present, write_sheets
from desk.demo.registry import write_registry
from desk.demo.relief import write_relief
from desk.demo.roster import write_roster
from desk.demo.runs import write_runs
from desk.demo.shop import write_shop
from desk.demo.shopping import write_shopping
from desk.demo.shops import write_shop_facts
from orders.models import Order


@dataclass(frozen=True)
class Figures:
    """What was made."""

    households: int
    people: int
    buildings: int
    rounds: int
    orders: int
    sheets: int


@transaction.atomic
def build_demo(
    *, households: int, days: int, seed: int, now: dt.datetime, say: Callable[[str], None] = lambda words: None
) -> Figures:
    """Makes compound `demo` anew as it stands at `now`, with `days` full days behind it. Nothing else is touched.

    The same arguments give the same rows; short codes, password hashes and counters aside. Raises `demo_taken` when
    a real compound has that code, `demo_member` when one of the cast's numbers logs in to a real compound.
    """
    old = Compound.objects.filter(code=cast.CODE).first()
    if old is not None and not old.is_demo:
        raise Refusal("demo_taken", f"The compound {cast.CODE!r} is a real one: nothing was touched.")
    if old is not None:
        say("taking the old demo away")
        erase_compound(compound=old)
    with seeded_ids(random.Random(f"{seed}:ids")), translation.override("zh-hans"):
        start = (now - dt.timedelta(days=days)).replace(hour=8, minute=0, second=0, microsecond=0)
        say(f"{households} households")
        registry = write_registry(households=households, seed=seed, start=start, now=now)
        compound = registry.compound
        say(f"{days} days of rounds")
        shop = write_shop(compound, {door.building.name: door.building for door in registry.households})
        rounds = write_past(registry, shop, past_slots(compound, days=days, now=now), seed=seed, now=now)
        last = rounds[-1] if rounds else None
        say("the sheets of the last round")
        sheets = write_sheets(last) if last else 0
        say("passes, and what went through the gates")
        passes = write_passes(registry, seed=seed, start=start, now=now)
        write_gate_cases(registry, passes, write_passages(registry, passes, seed=seed, now=now), seed=seed, now=now)
        say("volunteers, posts, three weeks of shifts")
        write_roster(registry, seed=seed, start=start, now=now)
        say("relief parcels")
        write_relief(registry, seed=seed, now=now)
        say("today")
        write_present(registry, shop, last, seed=seed, now=now)
        write_shop_facts(shop, by=registry.people[Role.COORDINATOR], now=now)
        say("70 cabbages for 368 households")
        write_cabbages(registry, shop, seed=seed, now=now)
        say("what the shoppers have bought so far")
        write_shopping(registry, shop, seed=seed, now=now)
        say("bags, trips and hand-overs")
        write_runs(registry, rounds, seed=seed, now=now)
        say("a round that is paid for, to the cent")
        write_bills(registry, rounds, seed=seed, now=now)
        write_money(registry, seed=seed, now=now)
        say("medicine, top-ups, help")
        write_errands(registry, days=days, seed=seed, now=now)
        say("slips, and what households say on their own pages")
        write_own_pages(registry, rounds, seed=seed, start=start, now=now)
        say("what the chats were told")
        write_notices(registry, now=now)
    return Figures(
        households=len(registry.households),
        people=compound.households.aggregate(people=Sum("head_count"))["people"],
        buildings=compound.buildings.count(),
        rounds=compound.rounds.count(),
        orders=Order.objects.filter(round__compound=compound).count(),
        sheets=sheets,
    )
