"""Writes the demo's compound: gates, buildings, households and their people, rules, members. All in bulk."""

import datetime as dt
import random
from dataclasses import dataclass

from django.contrib.auth.hashers import check_password, make_password

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
from compound.refusals import Refusal
from compound.rooms import Room, sort_key
from desk.demo import cast, chains
from desk.demo.buildings import (
    EMPTY_SHARE,
    PEOPLE_A_HOUSEHOLD,
    ROOM_ALWAYS_THERE,
    SEALED_DOORS,
    SEALED_PEOPLE,
    Block,
    Door,
    blocks_for,
)
from desk.demo.people import Families, Family, head_counts


@dataclass(frozen=True)
class Registry:
    """What the orders are made for. `people` are the cast by role, households in walking order."""

    compound: Compound
    people: dict[str, User]
    households: list[Household]

    @property
    def occupied(self) -> list[Household]:
        return [household for household in self.households if household.is_occupied]


def write_registry(*, households: int, seed: int, start: dt.datetime, now: dt.datetime) -> Registry:
    """Everything but the orders. About 25 statements, however many households."""
    compound = Compound.objects.create(
        code=cast.CODE, name=cast.NAME, is_demo=True, created_at=start, how_to_pay=cast.HOW_TO_PAY
    )
    Gate.objects.bulk_create(
        Gate(compound=compound, name=name, position=place) for place, name in enumerate(cast.GATES, start=1)
    )
    blocks = blocks_for(households)
    buildings = _write_buildings(compound, blocks)
    people = _write_members(compound, list(buildings.values()), seed)
    rows = _write_households(compound, blocks, buildings, people[Role.MEDICAL], seed, now)
    _write_rules(compound, buildings.get(cast.SEALED_BUILDING), people[Role.SECRETARY], start, now)
    return Registry(compound, people, rows)


def _write_buildings(compound: Compound, blocks: list[Block]) -> dict[str, Building]:
    rows = [
        Building(
            compound=compound,
            name=block.name,
            sort_key=sort_key(block.name),
            floors=block.floors,
            has_lift=block.has_lift,
        )
        for block in blocks
    ]
    return {row.name: row for row in Building.objects.bulk_create(rows)}


# ── who lives there ───────────────────────────────


def _families(blocks: list[Block], rng: random.Random) -> dict[tuple[str, Door], Family]:
    """A family for each door. Nobody's flat in the sealed building is empty, nor is 20-1702."""
    families = Families(rng)
    doors = [(block.name, door) for block in blocks for door in block.doors]
    sealed = [key for key in doors if key[0] == cast.SEALED_BUILDING]
    always = (ROOM_ALWAYS_THERE[0], Door("", ROOM_ALWAYS_THERE[1]))
    written = chains.rooms_written() - chains.EMPTY
    open_doors = [key for key in doors if key[0] != cast.SEALED_BUILDING and _room(*key) not in written]
    empty = set(rng.sample(open_doors, round(len(open_doors) * EMPTY_SHARE)))
    sealed_people = SEALED_PEOPLE if len(sealed) == SEALED_DOORS else round(len(sealed) * SEALED_PEOPLE / SEALED_DOORS)
    lived_in = [key for key in doors if key[0] != cast.SEALED_BUILDING and key not in empty]
    everybody = round(len(doors) * PEOPLE_A_HOUSEHOLD)
    heads = dict(zip(sealed, head_counts(len(sealed), sealed_people, rng), strict=True))
    heads |= dict(zip(lived_in, head_counts(len(lived_in), everybody - sealed_people, rng), strict=True))
    return {
        key: families.family(heads[key], plain=key == always) if key in heads else families.empty() for key in doors
    }


def _room(building: str, door: Door) -> str:
    return str(Room(building, door.unit or None, door.number))


def _write_households(
    compound: Compound, blocks: list[Block], buildings: dict[str, Building], by: User, seed: int, now: dt.datetime
) -> list[Household]:
    rng = random.Random(f"{seed}:people")
    families = _families(blocks, rng)
    units = {
        (block.name, name): Unit(building=buildings[block.name], name=name, sort_key=sort_key(name))
        for block in blocks
        for name in block.units
    }
    Unit.objects.bulk_create(units.values())
    made: list[tuple[Household, Family]] = []
    for block in blocks:
        for door in block.doors:
            family = families[block.name, door]
            household = Household(
                compound=compound,
                building=buildings[block.name],
                unit=units.get((block.name, door.unit)),
                number=door.number,
                occupancy=Household.Occupancy.OCCUPIED if family.head_count else Household.Occupancy.EMPTY,
                head_count=family.head_count,
                has_returnee=bool(family.back_from),
                card=family.card,
                card_reason=_card_reason(family, compound, rng, now),
            )
            if family.card != Household.Card.RED:
                household.card_at, household.card_by = now - dt.timedelta(hours=rng.randrange(20, 120)), by
            household.name_room()
            made.append((household, family))
    made.sort(key=lambda pair: pair[0].sort_key)
    Household.objects.bulk_create([household for household, _ in made], batch_size=2000)
    Resident.objects.bulk_create(
        [
            Resident(household=household, name=person.name, phone=person.phone, is_contact=place == 0)
            for household, family in made
            for place, person in enumerate(family.residents)
        ],
        batch_size=5000,
    )
    tags = dict(Tag.objects.values_list("code", "pk"))
    through = Household.tags.through
    through.objects.bulk_create(
        [through(household_id=household.pk, tag_id=tags[code]) for household, family in made for code in family.tags]
    )
    return [household for household, _ in made]


def _card_reason(family: Family, compound: Compound, rng: random.Random, now: dt.datetime) -> str:
    if not family.back_from:
        return family.card_reason
    day = compound.day_of(now) - dt.timedelta(days=rng.randrange(1, 7))
    return f"{day.month}月{day.day}日从{family.back_from}返回，居家观察7天"


# ── who works there ───────────────────────────────


def _write_members(compound: Compound, buildings: list[Building], seed: int) -> dict[str, User]:
    """The cast with their password, and a captain without one for every other building."""
    rng = random.Random(f"{seed}:captains")
    namer = Families(rng)
    others = [building for building in buildings if building.name != cast.CAPTAINS_BUILDING]
    captains = [
        (cast.Person(namer.name(), phone), building)
        for phone, building in zip(cast.CAPTAIN_PHONES, others, strict=False)
    ]
    wanted = [*cast.CAST.values(), *(person for person, _ in captains)]
    known = {user.phone: user for user in User.objects.filter(phone__in=[person.phone for person in wanted])}
    refuse_people_of_real_compounds(known)
    encoded = _encoded_password(known)
    with_password = set(cast.CAST.values())
    users = [user_of(person, known, encoded if person in with_password else "") for person in wanted]
    User.objects.bulk_create([user for user in users if user.pk is None])
    User.objects.bulk_update([user for user in users if user.phone in known], ["name", "password", "is_active"])
    by_phone = {user.phone: user for user in users}
    people: dict[str, User] = {role: by_phone[person.phone] for role, person in cast.CAST.items()}
    own = next((building for building in buildings if building.name == cast.CAPTAINS_BUILDING), buildings[0])
    Membership.objects.bulk_create(
        [
            *(
                Membership(user=user, compound=compound, role=role, building=own if role == Role.CAPTAIN else None)
                for role, user in people.items()
            ),
            *(
                Membership(user=by_phone[person.phone], compound=compound, role=Role.CAPTAIN, building=building)
                for person, building in captains
            ),
        ]
    )
    return people


def refuse_people_of_real_compounds(known: dict[str, User]) -> None:
    """A public password must never open a real compound."""
    strangers = [user for user in known.values() if user.is_superuser]
    real = Membership.objects.filter(user__in=known.values(), compound__is_demo=False).select_related("user")
    strangers += [member.user for member in real]
    if strangers:
        raise Refusal(
            "demo_member",
            f"{strangers[0].phone} is a login of a real compound: the demo needs it for itself.",
            phone=strangers[0].phone,
        )


def _encoded_password(known: dict[str, User]) -> str:
    """One hash for the whole cast: it takes a quarter of a second, and the password is public anyway.

    The one of the last demo where it still fits: whoever is logged in stays so.
    """
    before = known.get(cast.CAST[Role.COORDINATOR].phone)
    if before is not None and check_password(cast.PASSWORD, before.password):
        return before.password
    return make_password(cast.PASSWORD)


def user_of(person: cast.Person, known: dict[str, User], encoded: str) -> User:
    """The row of this number as the demo needs it, saved or not; without `encoded` no password opens it."""
    user = known.get(person.phone) or User(phone=person.phone)
    user.name, user.is_active = person.name, True
    if encoded:
        user.password = encoded
    else:
        user.set_unusable_password()
    return user


# ── the rules of these days ───────────────────────


def _write_rules(compound: Compound, sealed: Building | None, by: User, start: dt.datetime, now: dt.datetime) -> None:
    """First one person a day, then every second day; the sealed building harder from the third day on.

    PostgreSQL refuses rules that start before they were written, so each was written the moment it began.
    """
    day = dt.timedelta(days=1)
    rows = [
        Rulebook(
            notice=f"第1号通告（{_day(compound, start)}）：小区半封闭管理",
            starts_at=start,
            level=Rulebook.Level.LOW,
            persons=1,
            per_days=1,
            opens=dt.time(7),
            closes=dt.time(21),
            longest_minutes=180,
            vehicles=Rulebook.Vehicles.OUT,
        ),
        Rulebook(
            notice=f"第2号通告（{_day(compound, start + day)}）：全封闭，每户每两天一人外出采买",
            starts_at=start + day,
            level=Rulebook.Level.MEDIUM,
            persons=1,
            per_days=2,
            # No hours: whoever tries the demo out late in the evening must see it work.
            longest_minutes=120,
            overstay=Rulebook.Overstay.FORFEIT,
            vehicles=Rulebook.Vehicles.OUT,
            visitors=Rulebook.Visitors.CONSENT,
        ),
    ]
    if sealed is not None:
        since = min(start + 2 * day, now)
        rows.append(
            Rulebook(
                building=sealed,
                notice=f"{sealed.name}栋封控通知（{_day(compound, since)}）：足不出户，服务上门",
                starts_at=since,
                level=Rulebook.Level.HIGH,
                persons=0,
                per_days=1,
            )
        )
    for row in rows:
        row.compound, row.created_at, row.created_by = compound, row.starts_at, by
        row.exempt_kinds = ["essential", "medical", "volunteer"] if row.building is None else ["medical"]
    Rulebook.objects.bulk_create([row for row in rows if row.starts_at <= now])


def _day(compound: Compound, at: dt.datetime) -> str:
    day = compound.day_of(at)
    return f"{day.month}月{day.day}日"
