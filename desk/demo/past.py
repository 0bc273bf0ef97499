"""Writes the rounds that have closed: orders from two chat groups and the telephone, and what happened at the doors.

Straight into the tables and in bulk: the services would take a statement for each of some 3,000 orders.
"""

import datetime as dt
import random
from dataclasses import dataclass, field
from decimal import Decimal

from compound.models import AuditEntry, Household, Role, User
from desk.demo import cast
from desk.demo.days import Slot
from desk.demo.goods import Wish, basket, remark
from desk.demo.registry import Registry
from desk.demo.shop import FIRST_GROUP, SEALED_GROUP, SECOND_GROUP, Shop, write_offers
from orders.models import ChainEntry, ChainImport, Order, OrderLine, Round

Outcome = OrderLine.Outcome
# Orders of a round in a compound of 1,300 households, and those of the sealed building in a day.
ORDERS, FULL_SIZE = (100, 300), 1300
SEALED_A_DAY = (5, 18)
BY_CHAIN, CANCELLED = 0.86, 0.012
NOBODY_HOME, REFUSED, MISSING = 0.012, 0.004, 0.012
# After two days nearly everything that was left open has found its end.
CLOSED_SOON, CLOSED_LATER = 0.35, 0.9
REASONS = ("已退款给居民", "居民自己买到了", "次日补送，已签收", "居民说不要了")


@dataclass
class Written:
    """Rows on their way into the tables."""

    rounds: list[Round] = field(default_factory=list)
    imports: list[ChainImport] = field(default_factory=list)
    orders: list[Order] = field(default_factory=list)
    lines: list[OrderLine] = field(default_factory=list)
    entries: list[ChainEntry] = field(default_factory=list)


def write_past(registry: Registry, shop: Shop, slots: list[Slot], *, seed: int, now: dt.datetime) -> list[Round]:
    """The rounds of `slots`, oldest first. About 20 statements, however many orders."""
    rng = random.Random(f"{seed}:rounds")
    written = Written()
    sealed_a_day: dict[dt.date, int] = {}
    for slot in slots:
        round = _round(registry, shop, slot)
        written.rounds.append(round)
        day = registry.compound.day_of(slot.cutoff_at)
        today = sealed_a_day.setdefault(day, rng.randint(*SEALED_A_DAY))
        noon = round_half(today * 0.6)
        doors = who_orders(registry, rng, sealed=noon if slot.cutoff.hour == 12 else today - noon)
        _fill(written, round, slot, doors, registry, shop, rng, now)
    Round.objects.bulk_create(written.rounds)
    write_offers(written.rounds, shop)
    ChainImport.objects.bulk_create(written.imports)
    Order.objects.bulk_create(written.orders, batch_size=3000)
    OrderLine.objects.bulk_create(written.lines, batch_size=3000)
    ChainEntry.objects.bulk_create(written.entries, batch_size=3000)
    AuditEntry.objects.bulk_create(
        AuditEntry(
            compound=registry.compound,
            at=round.cutoff_at + dt.timedelta(seconds=9),
            action="round.closed",
            subject=str(round.pk),
            text=round.title,
        )
        for round in written.rounds
    )
    return written.rounds


def round_half(number: float) -> int:
    return int(number + 0.5)


def who_orders(registry: Registry, rng: random.Random, *, sealed: int) -> list[Household]:
    """A different part of the compound each time: 100 to 300 doors of 1,300, and `sealed` of the sealed building."""
    behind = [door for door in registry.occupied if door.building.name == cast.SEALED_BUILDING]
    others = [door for door in registry.occupied if door.building.name != cast.SEALED_BUILDING]
    wanted = round_half(rng.randint(*ORDERS) * min(len(registry.households), 2000) / FULL_SIZE)
    return [
        *rng.sample(others, min(wanted, len(others))),
        *rng.sample(behind, min(sealed, len(behind))),
    ]


def _round(registry: Registry, shop: Shop, slot: Slot) -> Round:
    return Round(
        compound=registry.compound,
        supply_point=shop.point,
        schedule=shop.schedules[slot.cutoff],
        scheduled_for=slot.cutoff_at,
        title=round_title(registry, slot.cutoff_at),
        opens_at=slot.opens_at,
        cutoff_at=slot.cutoff_at,
        state=slot.state,
        closed_at=slot.cutoff_at + dt.timedelta(seconds=9),
        state_at=max(slot.state_at, slot.cutoff_at + dt.timedelta(seconds=9)),
    )


def round_title(registry: Registry, cutoff_at: dt.datetime) -> str:
    local = registry.compound.local(cutoff_at)
    return f"{local.month}月{local.day}日 {local:%H:%M}"


def _fill(
    written: Written,
    round: Round,
    slot: Slot,
    doors: list[Household],
    registry: Registry,
    shop: Shop,
    rng: random.Random,
    now: dt.datetime,
) -> None:
    """One round's orders: most of them out of two or three pasted texts, the rest typed in."""
    coordinator, supply = registry.people[Role.COORDINATOR], registry.people[Role.SUPPLY]
    pasted: dict[str, list[tuple[Order, list[Wish]]]] = {}
    pasted_at = slot.cutoff_at - dt.timedelta(minutes=rng.randint(6, 25))
    for door in doors:
        by_chain = rng.random() < BY_CHAIN
        order = Order(
            round=round,
            household=door,
            channel=Order.Channel.CHAIN if by_chain else rng.choice([Order.Channel.PHONE, Order.Channel.DESK]),
            remark=remark(rng),
            entered_at=pasted_at if by_chain else slot.opens_at + (slot.cutoff_at - slot.opens_at) * rng.random(),
            entered_by=coordinator if by_chain or rng.random() < 0.5 else supply,
        )
        wishes = basket(rng)
        if by_chain:
            sealed = door.building.name == cast.SEALED_BUILDING and SEALED_GROUP in shop.groups
            group = SEALED_GROUP if sealed else rng.choice([FIRST_GROUP, SECOND_GROUP])
            pasted.setdefault(group, []).append((order, wishes))
        elif rng.random() < CANCELLED * 5:
            order.state, order.ended_at, order.ended_by = Order.State.CANCELLED, slot.cutoff_at, supply
            order.end_reason = "居民来电取消"
        written.orders.append(order)
        lines = [_line(order, place, wish, shop) for place, wish in enumerate(wishes)]
        if order.state == Order.State.PLACED and slot.delivered_at is not None:
            _deliver(lines, slot.delivered_at, registry.people[Role.VOLUNTEER], coordinator, rng, now)
        written.lines += lines
    for group in sorted(pasted):
        _paste(written, round, shop, group, pasted[group], pasted_at, coordinator, rng)


def _line(order: Order, place: int, wish: Wish, shop: Shop) -> OrderLine:
    item = shop.items[wish.good.name] if wish.good else None
    return OrderLine(order=order, position=place, item=item, goods=wish.name, unit=wish.unit, ordered=wish.quantity)


def _deliver(
    lines: list[OrderLine],
    at: dt.datetime,
    volunteer: User,
    coordinator: User,
    rng: random.Random,
    now: dt.datetime,
) -> None:
    """What the delivery run came back with: nearly always everything."""
    draw = rng.random()
    whole = Outcome.NOBODY_HOME if draw < NOBODY_HOME else Outcome.REFUSED if draw < NOBODY_HOME + REFUSED else None
    is_old = now - at > dt.timedelta(days=2)
    for line in lines:
        missing = whole is None and rng.random() < MISSING
        line.outcome = whole or (Outcome.MISSING if missing else Outcome.DELIVERED)
        line.delivered = line.ordered if line.outcome == Outcome.DELIVERED else Decimal(0)
        line.outcome_at, line.outcome_by = at, volunteer
        if line.outcome != Outcome.DELIVERED and rng.random() < (CLOSED_LATER if is_old else CLOSED_SOON):
            line.closed_at, line.closed_by = min(at + dt.timedelta(hours=2), now), coordinator
            line.closed_reason = rng.choice(REASONS)


def _paste(
    written: Written,
    round: Round,
    shop: Shop,
    group: str,
    orders: list[tuple[Order, list[Wish]]],
    at: dt.datetime,
    by: User,
    rng: random.Random,
) -> None:
    """The text that these orders came with, and its entries as they were confirmed."""
    title = f"{round.title} {shop.point.name}代买"
    head = ["#接龙", title, "例 楼栋-房号 要什么 多少", ""]
    chain_import = ChainImport(
        round=round,
        source=shop.groups[group],
        title=title,
        goods=title[:60],
        skipped=[
            {"line": 1, "raw": head[0], "why": "header"},
            {"line": 3, "raw": head[2], "why": "example"},
        ],
        state=ChainImport.State.CONFIRMED,
        pasted_at=at,
        pasted_by=by,
        confirmed_at=at,
        confirmed_by=by,
    )
    body = []
    for place, (order, wishes) in enumerate(orders):
        raw = chain_line(place + 1, order.household.room, wishes, order.remark, rng)
        body.append(raw)
        order.chain_import = chain_import
        items = [
            {"goods": wish.name, "quantity": f"{wish.quantity.normalize():f}", "unit": wish.unit} for wish in wishes
        ]
        written.entries.append(
            ChainEntry(
                chain_import=chain_import,
                position=place,
                line=len(head) + place + 1,
                number=place + 1,
                raw=raw,
                room_text=order.household.room,
                read_items=items,
                items=items,
                note=order.remark,
                status=ChainEntry.Status.ORDER,
                household=order.household,
                order=order,
                decision=ChainEntry.Decision.TAKE,
            )
        )
    chain_import.text = "\n".join([*head, *body])
    written.imports.append(chain_import)


def chain_line(number: int, room: str, wishes: list[Wish], note: str, rng: random.Random) -> str:
    """`12. 20-1702 鸡蛋2板，青菜1斤`, each with the habits of whoever wrote it."""
    comma = rng.choice(["，", "，", "、", " "])
    text = comma.join(wish.words for wish in wishes)
    return f"{number}. {room} {text}" + (f"（{note}）" if note else "")
