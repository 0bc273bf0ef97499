"""Writes today through the services: pasted texts, calls, an order that came too late, the last round's sheets."""

import datetime as dt
import random
from decimal import Decimal

from compound.models import Household, Job, Role, User
from desk.demo import cast, chains
from desk.demo.goods import basket
from desk.demo.past import chain_line, round_half, who_orders
from desk.demo.registry import Registry
from desk.demo.shop import FIRST_GROUP, SEALED_GROUP, SECOND_GROUP, Shop, write_offers
from orders.models import SHEETS_JOB, Item, Nickname, Offer, Order, Round
from orders.services.chains import confirm_chain, paste_chain
from orders.services.orders import Line, enter_order
from orders.services.round_goods import list_goods
from orders.services.rounds import schedule_rounds
from orders.services.sheets import make_sheets

MINUTE = dt.timedelta(minutes=1)
PHONE_ORDERS = 6


def write_sheets(round: Round) -> int:
    """The sheets of a round as its closing job made them; returns how many."""
    assert round.closed_at is not None  # noqa: S101 - only closed rounds come here
    at = round.closed_at + dt.timedelta(seconds=4)
    if round.state == Round.State.CLOSED:
        # What is to be bought next; of what was handed out already only the ledger's round has its purchases.
        list_goods(round)
    sheets = make_sheets(round=round, at=at, by=None, progress=lambda done, total: None)
    Job.objects.create(
        compound=round.compound,
        kind=SHEETS_JOB,
        key=str(round.pk),
        state=Job.State.DONE,
        done=len(sheets),
        total=len(sheets),
        attempts=1,
        created_at=round.closed_at,
        not_before=round.closed_at,
        finished_at=at + dt.timedelta(seconds=5),
    )
    return len(sheets)


def write_present(registry: Registry, shop: Shop, last: Round | None, *, seed: int, now: dt.datetime) -> None:
    rng = random.Random(f"{seed}:today")
    compound, people = registry.compound, registry.people
    schedule_rounds(compound=compound, at=now)
    upcoming = list(compound.rounds.filter(cutoff_at__gt=now).order_by("cutoff_at"))
    write_offers(upcoming, shop)
    _learn_nicknames(registry, now)
    if upcoming:
        _fill_open_round(registry, shop, upcoming[0], rng, now)
        _write_group_buy(registry, shop, upcoming[0], rng, now)
    late_at = last.cutoff_at + 12 * MINUTE if last else now
    if last and late_at <= now:
        door = rng.choice(registry.occupied)
        lines = [Line("青菜", Decimal(2), "斤"), Line("鸡蛋", Decimal(1), "板")]
        _phone(last, door, lines, people[Role.SUPPLY], late_at)


def _learn_nicknames(registry: Registry, now: dt.datetime) -> None:
    doors = {door.room: door for door in registry.occupied}
    Nickname.objects.bulk_create(
        Nickname(
            compound=registry.compound,
            name=name,
            household=doors[room],
            learned_at=now - dt.timedelta(days=2),
            learned_by=registry.people[Role.COORDINATOR],
        )
        for name, room in chains.NICKNAMES
        if room in doors
    )


def _fill_open_round(registry: Registry, shop: Shop, round: Round, rng: random.Random, now: dt.datetime) -> None:
    """As much of it as would have come in by now: two pastes confirmed, one to be reviewed, some calls."""
    coordinator, supply = registry.people[Role.COORDINATOR], registry.people[Role.SUPPLY]
    so_far = (now - round.opens_at) / (round.cutoff_at - round.opens_at)
    written_out = chains.rooms_written()
    doors = [
        door
        for door in who_orders(registry, rng, sealed=0)
        if door.room not in written_out and door.building.name != cast.SEALED_BUILDING
    ]
    doors = doors[: round_half(len(doors) * min(0.9, 0.3 + so_far / 2))]
    first, second = doors[len(doors) // 3 :], doors[: len(doors) // 3]
    title = f"{round.title} {shop.point.name}代买"
    deadline = f"{registry.compound.local(round.cutoff_at):%H:%M}"
    texts: tuple[tuple[str, str, int, list[Household], int, bool], ...] = (
        (FIRST_GROUP, chains.FIRST, chains.FIRST_COUNT, first, 70, True),
        (SEALED_GROUP, chains.SEALED, 0, [], 55, True),
        (SECOND_GROUP, chains.SECOND, chains.SECOND_COUNT, second, 12, False),
    )
    for group, text, written, more, minutes, confirmed in texts:
        if group not in shop.groups:
            continue
        pasted_at = max(round.opens_at, now - minutes * MINUTE)
        chain_import = paste_chain(
            round=round,
            source=shop.groups[group],
            text=text.format(title=title, deadline=deadline, more=_more(more, written, rng)),
            by=coordinator,
            at=pasted_at,
        )
        if confirmed:
            confirm_chain(chain_import=chain_import, by=coordinator, at=min(now, pasted_at + 4 * MINUTE))
    ordered = {door.pk for door in doors}
    quiet = [door for door in registry.occupied if door.pk not in ordered and door.room not in written_out]
    for door in rng.sample(quiet, min(PHONE_ORDERS, len(quiet))):
        lines = [Line(wish.name, wish.quantity, wish.unit) for wish in basket(rng, (1, 2, 3))]
        _phone(round, door, lines, supply, max(round.opens_at, now - rng.randint(5, 90) * MINUTE))


def _more(doors: list[Household], written: int, rng: random.Random) -> str:
    lines = [
        chain_line(number, door.room, basket(rng), "", rng) for number, door in enumerate(doors, start=written + 1)
    ]
    return "\n".join(lines)


def _phone(round: Round, door: Household, lines: list[Line], by: User, at: dt.datetime) -> Order:
    return enter_order(round=round, household=door, lines=lines, remark="", channel=Order.Channel.PHONE, by=by, at=at)


def _write_group_buy(registry: Registry, shop: Shop, beside: Round, rng: random.Random, now: dt.datetime) -> None:
    """A round of its own with one good: 600 jin of subsidised pork, where a bare `2斤` means pork."""
    item = Item.objects.create(
        supply_point=shop.point, section=shop.items["五花肉"].section, name="平价猪肉", unit="斤", aliases=["猪肉"]
    )
    opens_at = max(beside.opens_at, now - 120 * MINUTE)
    round = Round.objects.create(
        compound=registry.compound,
        supply_point=shop.point,
        title=chains.PORK_TITLE,
        opens_at=opens_at,
        cutoff_at=beside.cutoff_at + 6 * 60 * MINUTE,
        state_at=opens_at,
    )
    Offer.objects.create(round=round, item=item, price=Decimal(10), cap=Decimal(3))
    doors = rng.sample(registry.occupied, min(len(registry.occupied), round_half(len(registry.occupied) * 0.05)))
    lines = [f"{number}. {door.room} {rng.choice((1, 2, 2, 3))}斤" for number, door in enumerate(doors, start=1)]
    coordinator = registry.people[Role.COORDINATOR]
    chain_import = paste_chain(
        round=round,
        source=shop.groups[FIRST_GROUP],
        text=chains.PORK.format(more="\n".join(lines)),
        by=coordinator,
        at=max(opens_at, now - 40 * MINUTE),
    )
    confirm_chain(chain_import=chain_import, by=coordinator, at=max(opens_at, now - 38 * MINUTE))
