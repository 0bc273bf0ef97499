"""Builders with a named cast, the same in tests, demo and screenshots. No random values: a test reads like a story.

何秀兰 is the branch secretary, 林涛 the coordinator, 周静 stands at the gate, 唐敏 leads the medical group, 罗强 the
supplies, 郭芳 is captain of building 3, 冯磊 a volunteer. Nobody of them exists.
"""

import datetime as dt
import uuid
from collections.abc import Iterable
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from compound.models import (
    Building,
    Compound,
    Gate,
    Household,
    Membership,
    Resident,
    Role,
    Rulebook,
    Tag,
    Unit,
    User,
)
from compound.rooms import parse_room
from gate.models import Check, Device, Outing, Pass
from gate.queries.devices import hash_of
from gate.services.tokens import pass_token, token_hash
from orders.models import ChainSource, Item, Offer, Order, OrderLine, Round, Section, SupplyPoint

SHANGHAI = ZoneInfo("Asia/Shanghai")
# 23 August 2022, a Tuesday, 11:00: an hour before the noon cut-off.
ELEVEN = dt.datetime(2022, 8, 23, 11, 0, tzinfo=SHANGHAI)
NOON = dt.datetime(2022, 8, 23, 12, 0, tzinfo=SHANGHAI)
PASSWORD = "shouwang-2022"

CAST = {
    Role.SECRETARY: ("何秀兰", "13000000001"),
    Role.COORDINATOR: ("林涛", "13000000002"),
    Role.GATE: ("周静", "13000000003"),
    Role.MEDICAL: ("唐敏", "13000000004"),
    Role.SUPPLY: ("罗强", "13000000005"),
    Role.CAPTAIN: ("郭芳", "13000000006"),
    Role.VOLUNTEER: ("冯磊", "13000000007"),
}


def compound(code: str = "xingfuli", name: str = "幸福里", *, at: dt.datetime = ELEVEN) -> Compound:
    return Compound.objects.create(code=code, name=name, created_at=at)


def user(name: str = "林涛", phone: str = "13000000002", *, password: str | None = None) -> User:
    return User.objects.create_user(phone, name, password)


def member(of: Compound, role: Role = Role.COORDINATOR, *, building: Building | None = None) -> User:
    """The one of the cast who has this role, with a login."""
    name, phone = CAST[role]
    person = User.objects.filter(phone=phone).first() or user(name, phone, password=PASSWORD)
    Membership.objects.create(user=person, compound=of, role=role, building=building)
    return person


def household(of: Compound, room: str, *, head_count: int = 2, tags: Iterable[str] = ()) -> Household:
    """The household behind `3-2-501`, with its building and unit; `head_count=0` is an empty flat."""
    parsed = parse_room(room)
    assert parsed is not None, room
    building, _ = Building.objects.get_or_create(compound=of, name=parsed.building)
    unit = Unit.objects.get_or_create(building=building, name=parsed.unit)[0] if parsed.unit else None
    made = Household.objects.create(
        compound=of,
        building=building,
        unit=unit,
        number=parsed.number,
        head_count=head_count,
        occupancy=Household.Occupancy.OCCUPIED if head_count else Household.Occupancy.EMPTY,
    )
    made.tags.set(Tag.objects.filter(code__in=list(tags)))
    return made


def resident(of: Household, name: str = "周旻", phone: str = "13000041234") -> Resident:
    return Resident.objects.create(household=of, name=name, phone=phone, is_contact=True)


def supply_point(of: Compound, name: str = "惠民超市") -> SupplyPoint:
    return SupplyPoint.objects.get_or_create(compound=of, name=name)[0]


def round(
    of: Compound,
    title: str = "8月23日 12:00",
    *,
    opens_at: dt.datetime = NOON - dt.timedelta(hours=18),
    cutoff_at: dt.datetime = NOON,
) -> Round:
    """An open round that closes at noon of 23 August."""
    return Round.objects.create(
        compound=of,
        supply_point=supply_point(of),
        title=title,
        opens_at=opens_at,
        cutoff_at=cutoff_at,
        state_at=opens_at,
    )


def offer(
    of: Round,
    name: str = "鸡蛋",
    unit: str = "板",
    *,
    section: str = "",
    price: str | None = None,
    cap: str | None = None,
    aliases: Iterable[str] = (),
) -> Offer:
    shelf = Section.objects.get_or_create(supply_point=of.supply_point, name=section)[0] if section else None
    item = Item.objects.create(supply_point=of.supply_point, section=shelf, name=name, unit=unit, aliases=list(aliases))
    return Offer.objects.create(
        round=of,
        item=item,
        price=Decimal(price) if price else None,
        cap=Decimal(cap) if cap else None,
        position=of.offers.count(),
    )


def chain_source(of: Compound, name: str = "业主一群", *, building: Building | None = None) -> ChainSource:
    return ChainSource.objects.create(compound=of, name=name, building=building)


def order(
    of: Round,
    door: Household,
    *goods: tuple[str, str, str],
    by: User,
    at: dt.datetime = ELEVEN,
    remark: str = "",
) -> Order:
    """`order(round, door, ("鸡蛋", "2", "板"), by=coordinator)`: written straight into the tables."""
    made = Order.objects.create(
        round=of, household=door, channel=Order.Channel.PHONE, entered_at=at, entered_by=by, remark=remark
    )
    for position, (name, quantity, unit) in enumerate(goods):
        OrderLine.objects.create(order=made, position=position, goods=name, ordered=Decimal(quantity), unit=unit)
    return made


def gate(of: Compound, name: str = "东门", *, kind: str = Gate.Kind.GUARDED) -> Gate:
    return Gate.objects.get_or_create(compound=of, name=name, defaults={"kind": kind, "position": of.gates.count()})[0]


def rulebook(
    of: Compound,
    notice: str = "8月20日通告",
    *,
    starts_at: dt.datetime = ELEVEN - dt.timedelta(days=7),
    building: Building | None = None,
    **more: Any,
) -> Rulebook:
    """One person every 2 calendar days, since a week ago; `persons=0` seals."""
    return Rulebook.objects.create(
        compound=of, notice=notice, starts_at=starts_at, created_at=starts_at, building=building, **more
    )


def gate_pass(
    of: Compound,
    door: Household | None = None,
    kind: str = Pass.Kind.HOUSEHOLD,
    *,
    at: dt.datetime = ELEVEN - dt.timedelta(days=7),
    **more: Any,
) -> Pass:
    """Written straight into the table; its token is `pass_token(made.pk)`."""
    key = uuid.uuid4()
    return Pass.objects.create(
        id=key,
        compound=of,
        household=door,
        kind=kind,
        token_hash=token_hash(pass_token(key)),
        issued_at=at,
        **more,
    )


def device(at_gate: Gate, token: str = "tok", *, at: dt.datetime = ELEVEN, hours: int = 12, label: str = "") -> Device:
    """A bound phone; `token` is what it sends."""
    return Device.objects.create(
        compound=at_gate.compound,
        gate=at_gate,
        label=label,
        token_hash=hash_of(token),
        bound_at=at,
        issued_at=at,
        ends_at=at + dt.timedelta(hours=hours),
    )


def check(
    door: Household | None,
    direction: str = "out",
    *,
    at: dt.datetime = ELEVEN,
    phone: Device,
    verdict: str = "allow",
    **more: Any,
) -> Check:
    """One row of the log, as the phone sent it the moment it happened."""
    given: dict[str, Any] = {
        "id": uuid.uuid4(),
        "compound": phone.compound,
        "gate": phone.gate,
        "device": phone,
        "direction": direction,
        "kind": "household",
        "household": door,
        "shown": door.room if door else "",
        "event_at": at,
        "device_at": at,
        "received_at": at,
        "verdict": verdict,
    }
    if more.get("by") is not None:
        given |= {"device": None, "source": Check.Source.DESK}
    return Check.objects.create(**{**given, **more})


def outing(out: Check, *, slot: int | None = 1, days: int = 2, **more: Any) -> Outing:
    """The outing of an exit: it takes a slot for `days` calendar days, unless `slot=None`."""
    midnight = out.compound.moment(out.compound.day_of(out.event_at), dt.time(0))
    period = (midnight, midnight + dt.timedelta(days=days)) if slot else None
    return Outing.objects.create(
        compound=out.compound,
        household=out.household,
        gate_pass=out.gate_pass,
        kind=out.kind,
        check_out=out,
        out_at=out.event_at,
        slot=slot,
        period=period,
        **more,
    )
