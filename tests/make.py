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
from roster.models import (
    Assignment,
    Availability,
    DutyGroup,
    GroupMember,
    Post,
    PostNeed,
    Shift,
    ShiftPattern,
    Skill,
    Volunteer,
    VolunteerSkill,
)

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


# -- the roster -------------------------------------------------------------------------------------------------


def skill(of: Compound, name: str = "医护", **more: Any) -> Skill:
    return Skill.objects.get_or_create(compound=of, name=name, defaults=more)[0]


def volunteer(
    of: Compound,
    name: str = "冯磊",
    phone: str = "13000000007",
    *,
    skills: Iterable[str] = (),
    always: bool = True,
    password: str | None = None,
    **more: Any,
) -> Volunteer:
    """Somebody with a login of their own; `always`: can at every hour of every weekday."""
    person = User.objects.filter(phone=phone).first() or user(name, phone, password=password)
    Membership.objects.get_or_create(user=person, compound=of, role=Role.VOLUNTEER, building=None)
    made = Volunteer.objects.create(compound=of, user=person, joined_at=ELEVEN, **more)
    for each in skills:
        VolunteerSkill.objects.create(volunteer=made, skill=skill(of, each), compound=of)
    if always:
        Availability.objects.bulk_create([Availability(volunteer=made, weekday=day) for day in range(7)])
    return made


def duty_group(of: Compound, name: str = "值守组", *, leader: Volunteer | None = None, **more: Any) -> DutyGroup:
    group = DutyGroup.objects.get_or_create(compound=of, name=name, defaults={"kind": "gate", **more})[0]
    if leader:
        GroupMember.objects.create(group=group, volunteer=leader, compound=of, part=GroupMember.Part.LEADER)
    return group


def post(
    of: Compound, name: str = "东门岗", *, seats: int = 1, needs: dict[str, int] | None = None, **more: Any
) -> Post:
    """A post of 值守组 with as many people at most as at least; `needs`: how many of them must have which skill."""
    values: dict[str, Any] = {"minimum": seats, "maximum": seats, **more}
    values.setdefault("group", None)
    values["group"] = values["group"] or duty_group(of)
    made = Post.objects.create(compound=of, name=name, **values)
    for each, count in (needs or {}).items():
        PostNeed.objects.create(post=made, skill=skill(of, each), compound=of, count=count)
    return made


def pattern(at_post: Post, *, starts: Iterable[int] = (0, 480, 960), minutes: int = 480, **more: Any) -> ShiftPattern:
    """Three shifts of eight hours every day from 23 August 2022 on."""
    values = {"starts_on": ELEVEN.date(), "made_at": ELEVEN, **more}
    if "anchor_at" in values:
        values = {"kind": ShiftPattern.Kind.ROLLING, **values}
        starts = ()
    return ShiftPattern.objects.create(post=at_post, starts=list(starts), length_minutes=minutes, **values)


def shift(
    at_post: Post,
    starts_at: dt.datetime = NOON,
    *,
    hours: float = 4,
    is_night: bool = False,
    seats: int | None = None,
    **more: Any,
) -> Shift:
    """Noon to 16:00 on 23 August 2022, with the post's seats."""
    values: dict[str, Any] = {"minimum": seats or at_post.minimum, "maximum": seats or at_post.maximum, **more}
    if values.get("pattern"):
        values.setdefault("slot_at", starts_at)
    return Shift.objects.create(
        compound=at_post.compound,
        post=at_post,
        duty_on=at_post.compound.day_of(starts_at),
        starts_at=starts_at,
        ends_at=starts_at + dt.timedelta(hours=hours),
        is_night=is_night,
        **values,
    )


def assignment(
    on: Shift, person: Volunteer, state: str = "published", *, seat: int | None = 1, **more: Any
) -> Assignment:
    """Somebody on a shift, as it stands in the table; `seat` counts for the states that have one."""
    values: dict[str, Any] = {"made_at": ELEVEN, **more}
    if state in ("signed_in", "signed_out"):
        values.setdefault("signed_in_at", on.starts_at)
        values.setdefault("signed_in_by", person.user)
    if state == "signed_out":
        values.setdefault("signed_out_at", on.ends_at)
        values.setdefault("signed_out_by", person.user)
    if state in Assignment.OVER:
        values.setdefault("ended_at", ELEVEN)
    if state == "offered":
        values.setdefault("offer_until", on.starts_at)
    return Assignment.objects.create(
        compound=on.compound,
        shift=on,
        volunteer=person,
        user=person.user,
        starts_at=on.starts_at,
        ends_at=on.ends_at,
        state=state,
        seat=seat if state in Assignment.SEATED else None,
        **values,
    )
