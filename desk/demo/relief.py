"""Two rounds of relief parcels, one that adds up and one with a gap, and what they were made of."""

import datetime as dt
import random
from collections.abc import Mapping
from decimal import Decimal

from compound.models import Membership, Role, User
from desk.demo.registry import Registry
from orders.models import Donation, Relief, ReliefCount, ReliefParcel
from orders.services.donations import mark_thanked, record_donation
from orders.services.relief import add_count, close_relief, make_relief

Outcome, Step = ReliefParcel.Outcome, ReliefCount.Step


def write_relief(registry: Registry, *, seed: int, now: dt.datetime) -> None:
    """Two days ago: done and closed. Today: every door was tried, five parcels are nowhere, the round stays open."""
    rng = random.Random(f"{seed}:relief")
    people = _people(registry)
    coordinator, supply, runner = people[Role.COORDINATOR], people[Role.SUPPLY], people[Role.VOLUNTEER]
    day = now.replace(hour=9, minute=0, second=0, microsecond=0)
    first, second = day - dt.timedelta(days=2), min(day, now - dt.timedelta(hours=3))
    cabbages = _given(registry, supply, "春风农场", "大白菜", "400", "颗", "1200", first)
    _given(registry, supply, "一位老邻居", "口罩", "50", "包", None, second)
    mark_thanked(donation=cabbages, thanked=True, by=coordinator, at=first + dt.timedelta(hours=5))

    done = _round(registry, "第一批蔬菜包", [cabbages], coordinator, first)
    came = done.parcels.count() + 2
    _stations(done, came, supply, first)
    _doors(done, {}, runner, first, rng)
    for step, count in ((Step.SPOILED, 1), (Step.RETURNED, 1)):
        add_count(relief=done, step=step, count=count, by=supply, at=first + dt.timedelta(hours=7))
    close_relief(relief=done, by=coordinator, at=first + dt.timedelta(hours=8))

    under_way = _round(registry, "第二批蔬菜包", [], coordinator, second)
    outcomes = {0: Outcome.NOBODY_HOME, 1: Outcome.NOBODY_HOME, 2: Outcome.REFUSED}
    _doors(under_way, outcomes, runner, second, rng)
    # The three that nobody took came back; of the rest five more came than anybody can say where they are.
    _stations(under_way, under_way.parcels.count() + 5, supply, second)
    add_count(relief=under_way, step=Step.RETURNED, count=3, by=supply, at=second + dt.timedelta(hours=2))


def _people(registry: Registry) -> dict[str, User]:
    rows = Membership.objects.filter(compound=registry.compound).select_related("user").order_by("pk")
    people: dict[str, User] = {}
    for row in rows:
        people.setdefault(row.role, row.user)
    return people


def _given(
    registry: Registry, by: User, donor: str, goods: str, quantity: str, unit: str, weight: str | None, at: dt.datetime
) -> Donation:
    return record_donation(
        compound=registry.compound,
        donor=donor,
        goods=goods,
        quantity=Decimal(quantity),
        unit=unit,
        weight_kg=Decimal(weight) if weight else None,
        received_at=at,
        by=by,
        at=at,
    )


def _round(registry: Registry, title: str, gifts: list[Donation], by: User, at: dt.datetime) -> Relief:
    return make_relief(
        compound=registry.compound,
        title=title,
        content="大白菜1颗、萝卜3根、鸡蛋10个",
        count_by=Relief.CountBy.HOUSEHOLD,
        per_count=1,
        who={"occupied": True, "buildings": [], "tags": []},
        donations=gifts,
        by=by,
        at=at,
    )


def _stations(relief: Relief, came: int, by: User, at: dt.datetime) -> None:
    for hours, step in enumerate((Step.ARRIVED, Step.SORTED, Step.PACKED, Step.CARRIED)):
        add_count(relief=relief, step=step, count=came, by=by, at=at + dt.timedelta(minutes=30 * hours))


def _doors(relief: Relief, outcomes: Mapping[int, str], by: User, at: dt.datetime, rng: random.Random) -> None:
    """Every door handed out but those at the places named in `outcomes`."""
    parcels = list(relief.parcels.order_by("household__sort_key"))
    places = rng.sample(range(len(parcels)), min(len(outcomes), len(parcels)))
    other = {place: outcomes[number] for number, place in enumerate(places)}
    for place, parcel in enumerate(parcels):
        parcel.outcome = other.get(place, Outcome.HANDED)
        parcel.handed = parcel.due if parcel.outcome == Outcome.HANDED else 0
        parcel.outcome_at = at + dt.timedelta(minutes=60, seconds=place)
        parcel.outcome_by = by
    ReliefParcel.objects.bulk_update(parcels, ["outcome", "handed", "outcome_at", "outcome_by"], batch_size=2_000)
