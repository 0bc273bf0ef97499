"""Writes the demo's volunteers: who they are, what they can do, when they can, and who leads which group."""

import datetime as dt
import random
from dataclasses import dataclass, field
from typing import Final

from compound.models import Household, Membership, Resident, Role, User
from desk.demo import cast
from desk.demo.passes import may_go_out
from desk.demo.people import Families
from desk.demo.registry import Registry, refuse_people_of_real_compounds, user_of
from roster.models import Availability, DutyGroup, GroupMember, SignUp, Skill, Volunteer, VolunteerSkill

Kind, Part, Level, Origin = DutyGroup.Kind, GroupMember.Part, Availability.Level, Volunteer.Origin
HOUR = 60
# Of no operator either, and of no family: whoever does not live here.
OUTSIDERS: Final = tuple(f"1600000{number:04d}" for number in range(1, 100))
VOLUNTEERS: Final = 64
RESIDENTS: Final = 33
# Everybody knows 冯磊, and he leads nothing.
FENG_LEI: Final = cast.CAST[Role.VOLUNTEER].phone
SUITED: Final = "防护服"
DRIVES, CARRIES, COMPUTER, MEDICAL, DIALECT = "驾驶", "搬运", "电脑", "医护", "方言"
SKILLS: Final = ((MEDICAL, True), (SUITED, True), (DRIVES, True), (CARRIES, False), (COMPUTER, False), (DIALECT, False))
# From when until when on which weekdays (0 is Monday), and how gladly; minutes from midnight.
EVERY_DAY, WORKDAYS, WEEKEND = range(7), range(5), range(5, 7)
RHYTHMS: Final = {
    # Sent in or at work here: any hour.
    "any": ((EVERY_DAY, 0, 24 * HOUR, Level.CAN),),
    "day": ((EVERY_DAY, 7 * HOUR, 20 * HOUR, Level.CAN),),
    "early": ((EVERY_DAY, 6 * HOUR, 14 * HOUR, Level.CAN),),
    # Works at home in the daytime; a night is possible, but.
    "late": (
        (EVERY_DAY, 16 * HOUR, 24 * HOUR, Level.CAN),
        (EVERY_DAY, 0, 6 * HOUR, Level.RATHER_NOT),
        (WEEKEND, 8 * HOUR, 16 * HOUR, Level.CAN),
    ),
    "night": ((EVERY_DAY, 18 * HOUR, 32 * HOUR, Level.CAN), (WEEKEND, 8 * HOUR, 18 * HOUR, Level.RATHER_NOT)),
}
# Name, what it is for, and whether its leader may take people in.
GROUPS: Final = (
    (Kind.GATE, "卡口值守组", "查证、测温、登记，昼夜有人。交接时当面清点登记表和测温枪。", True),
    (Kind.GROUP_BUY, "团购组", "收接龙、对数量、联系供货商；每天两次公布截单。", False),
    (Kind.SHOPPING, "采买组", "8:30 出发，按单采买，按户装袋，小票随袋。", False),
    (Kind.DISTRIBUTION, "分发组", "门口到中转站，中转站到单元；每一袋都要有人签收。", False),
    (Kind.MEDICAL, "医疗组", "代配药、送医协调、居家测温回访。", False),
    (Kind.SUPPLIES, "物资组", "防护物资进出登记，每晚盘点。", False),
    (Kind.DISINFECTION, "消杀清运组", "楼道每天两消，垃圾日产日清。", False),
    (Kind.INFORMATION, "信息网格组", "各单元情况上报，夜间巡查。", False),
    (Kind.PUBLICITY, "宣传组", "通告、群消息、楼道张贴。", False),
    (Kind.ELDERS, "一老一小组", "独居老人每天一个电话，需要时上门。", False),
)  # fmt: skip
ORGANISATIONS: Final = ("区机关工委", "区税务局", "市二院支援队", "街道办事处")


@dataclass
class Sketch:
    """Somebody before there are rows. `groups`: the first one is where they mostly stand."""

    name: str
    phone: str
    rhythm: str
    groups: tuple[str, ...]
    origin: str = Origin.RESIDENT
    household: Household | None = None
    organisation: str = ""
    skills: tuple[str, ...] = ()
    leads: str = ""
    hours_a_week: int | None = None
    ground_floor_only: bool = False
    note: str = ""


@dataclass
class Team:
    """Who there is, in the order in which they were written down."""

    skills: dict[str, Skill]
    groups: dict[str, DutyGroup]
    sketches: list[Sketch] = field(default_factory=list)
    volunteers: list[Volunteer] = field(default_factory=list)

    def named(self, phone: str) -> Volunteer:
        return next(person for person in self.volunteers if person.user.phone == phone)

    def leader(self, kind: str) -> User:
        """Whoever leads the group of this kind."""
        pairs = zip(self.sketches, self.volunteers, strict=True)
        return next(person.user for sketch, person in pairs if sketch.leads == kind)


def write_team(registry: Registry, *, seed: int, start: dt.datetime) -> Team:
    """Ten statements. The cast and some captains are among them; the others have no password."""
    rng = random.Random(f"{seed}:volunteers")
    compound, by = registry.compound, registry.people[Role.COORDINATOR]
    skills = [
        Skill(compound=compound, name=name, needs_evidence=paper, position=place)
        for place, (name, paper) in enumerate(SKILLS, start=1)
    ]
    groups = [
        DutyGroup(compound=compound, kind=kind, name=name, duties=duties, leaders_confirm=confirm, position=place)
        for place, (kind, name, duties, confirm) in enumerate(GROUPS, start=1)
    ]
    Skill.objects.bulk_create(skills)
    DutyGroup.objects.bulk_create(groups)
    team = Team({skill.name: skill for skill in skills}, {group.kind: group for group in groups})
    team.sketches = [*_of_the_cast(), *_captains(registry), *_outsiders(rng)]
    team.sketches += _residents(registry, rng, VOLUNTEERS - len(team.sketches))
    _fill_up(team.sketches, rng)
    users = _write_users(registry, team.sketches)
    joined_at = start + dt.timedelta(minutes=50)
    for sketch, user in zip(team.sketches, users, strict=True):
        joined_at += dt.timedelta(seconds=rng.randrange(8, 40))
        team.volunteers.append(
            Volunteer(
                compound=compound,
                user=user,
                origin=sketch.origin,
                household=sketch.household,
                organisation=sketch.organisation,
                hours_a_week=sketch.hours_a_week,
                ground_floor_only=sketch.ground_floor_only,
                note=sketch.note,
                joined_at=joined_at,
                joined_by=by,
            )
        )
    Volunteer.objects.bulk_create(team.volunteers)
    _write_what_they_can(team, by, joined_at)
    return team


# ── who they are ──────────────────────────────────


def _of_the_cast() -> list[Sketch]:
    """冯磊 shops in the morning, if he can, and stands at a gate in the evening: the one that everybody knows."""

    def one(role: Role, rhythm: str, *groups: str, **more: object) -> Sketch:
        name, phone = cast.CAST[role]
        return Sketch(name, phone, rhythm, groups, **more)  # type: ignore[arg-type]

    return [
        one(Role.GATE, "any", Kind.GATE, leads=Kind.GATE, origin=Origin.COMMUNITY),
        one(Role.MEDICAL, "day", Kind.MEDICAL, leads=Kind.MEDICAL, skills=(MEDICAL,), origin=Origin.COMMUNITY),
        one(Role.SUPPLY, "day", Kind.SUPPLIES, Kind.SHOPPING, leads=Kind.SUPPLIES, skills=(DRIVES, CARRIES)),
        one(Role.CAPTAIN, "late", Kind.INFORMATION, leads=Kind.INFORMATION, ground_floor_only=True),
        one(Role.VOLUNTEER, "late", Kind.GATE, Kind.SHOPPING, skills=(DRIVES, COMPUTER)),
    ]


def _captains(registry: Registry) -> list[Sketch]:
    """Those of six other buildings: they know their stairwells."""
    members = Membership.objects.filter(compound=registry.compound, role=Role.CAPTAIN, user__phone__lt="13000000100")
    known = {person.phone for person in cast.CAST.values()}
    users = [member.user for member in members.select_related("user").order_by("user__phone")]
    kinds = (Kind.INFORMATION, Kind.INFORMATION, Kind.ELDERS, Kind.PUBLICITY, Kind.DISINFECTION, Kind.INFORMATION)
    rhythms = ("late", "day", "day", "late", "early", "late")
    own = [user for user in users if user.phone not in known]
    return [
        Sketch(user.name, user.phone, rhythm, (kind,), leads=kind if kind in (Kind.ELDERS, Kind.PUBLICITY) else "")
        for user, kind, rhythm in zip(own, kinds, rhythms, strict=False)
    ]


def _outsiders(rng: random.Random) -> list[Sketch]:
    """Six of the property office for the sealed door, cadres for the gates, two of the community."""
    namer, phones = Families(rng), iter(OUTSIDERS)
    made = [
        Sketch(
            namer.name(), next(phones), "any", (Kind.GATE,), Origin.PROPERTY, organisation="幸福里物业",
            skills=(SUITED,), hours_a_week=35,
        )
        for _ in range(6)
    ]  # fmt: skip
    made += [
        Sketch(
            namer.name(), next(phones), "any" if place < 9 else "night", (Kind.GATE,), Origin.CADRE,
            organisation=ORGANISATIONS[place % len(ORGANISATIONS)],
        )
        for place in range(13)
    ]  # fmt: skip
    made += [
        Sketch(namer.name(), next(phones), "day", (kind,), Origin.COMMUNITY, organisation="幸福里居委会", leads=kind)
        for kind in (Kind.GROUP_BUY, Kind.DISINFECTION)
    ]
    return made


# Where neighbours help, how often each, with what and when; in turn.
NEIGHBOURS: Final = (
    ("late", (Kind.GATE,), ()),
    ("early", (Kind.SHOPPING,), (CARRIES,)),
    ("day", (Kind.GROUP_BUY, Kind.ELDERS), (COMPUTER,)),
    ("day", (Kind.DISTRIBUTION,), (CARRIES,)),
    ("late", (Kind.GATE, Kind.INFORMATION), ()),
    ("night", (Kind.GATE,), ()),
    ("early", (Kind.SHOPPING,), (DRIVES,)),
    ("day", (Kind.ELDERS, Kind.GATE), (DIALECT, COMPUTER)),
    ("late", (Kind.INFORMATION, Kind.GATE), ()),
    ("day", (Kind.DISINFECTION, Kind.DISTRIBUTION), (CARRIES,)),
    ("day", (Kind.DISTRIBUTION, Kind.SHOPPING), (CARRIES,)),
)


def _residents(registry: Registry, rng: random.Random, wanted: int) -> list[Sketch]:
    """Contacts of households that may go out; as many as there are where the compound is small."""
    doors = [door for door in registry.occupied if may_go_out(door)]
    doors = rng.sample(doors, min(len(doors), min(wanted, RESIDENTS) + 4))
    rows = Resident.objects.filter(household__in=doors, is_contact=True).exclude(phone="").order_by("id")
    people = [(person.name, person.phone, person.household) for person in rows.select_related("household__building")]
    made = []
    for place, (name, phone, door) in enumerate(people[: min(wanted, RESIDENTS)]):
        rhythm, groups, skills = NEIGHBOURS[place % len(NEIGHBOURS)]
        sketch = Sketch(name, phone, rhythm, groups, household=door, skills=skills)
        sketch.ground_floor_only = place % 9 == 4
        if place % 7 == 3:
            sketch.hours_a_week = 12
            sketch.note = "要带孩子，别排太多"
        made.append(sketch)
    return made


def _fill_up(sketches: list[Sketch], rng: random.Random) -> None:
    """More cadres where there are few neighbours; then a leader for every group that has none yet."""
    namer, used = Families(rng), {sketch.phone for sketch in sketches}
    free = iter(phone for phone in OUTSIDERS if phone not in used)
    while len(sketches) < VOLUNTEERS:
        rhythm, groups, skills = NEIGHBOURS[len(sketches) % len(NEIGHBOURS)]
        organisation = ORGANISATIONS[len(sketches) % len(ORGANISATIONS)]
        sketches.append(
            Sketch(
                namer.name(), next(free), rhythm, groups, Origin.CADRE, organisation=organisation, skills=skills
            )
        )  # fmt: skip
    led = {sketch.leads for sketch in sketches}
    for kind, *_ in GROUPS:
        if kind not in led:
            mine = [s for s in sketches if kind in s.groups and not s.leads and s.phone != FENG_LEI]
            leader = mine[0] if mine else next(sketch for sketch in reversed(sketches) if not sketch.leads)
            leader.groups = tuple(dict.fromkeys((*leader.groups, kind)))
            leader.leads = kind


# ── rows ──────────────────────────────────────────


def _write_users(registry: Registry, sketches: list[Sketch]) -> list[User]:
    """Members of the compound; whoever has a role already keeps it as it is."""
    known = {user.phone: user for user in User.objects.filter(phone__in=[sketch.phone for sketch in sketches])}
    refuse_people_of_real_compounds(known)
    members = set(Membership.objects.filter(compound=registry.compound).values_list("user_id", flat=True))
    strangers = [sketch for sketch in sketches if known.get(sketch.phone, User()).pk not in members]
    new = {s.phone: user_of(cast.Person(s.name, s.phone), known, "") for s in strangers}
    User.objects.bulk_create([user for user in new.values() if user.pk is None])
    User.objects.bulk_update([user for user in new.values() if user.phone in known], ["name", "password", "is_active"])
    Membership.objects.bulk_create(
        Membership(user=user, compound=registry.compound, role=Role.VOLUNTEER) for user in new.values()
    )
    return [new.get(sketch.phone) or known[sketch.phone] for sketch in sketches]


def _write_what_they_can(team: Team, by: User, at: dt.datetime) -> None:
    pairs = list(zip(team.sketches, team.volunteers, strict=True))
    paper = dict(SKILLS)
    VolunteerSkill.objects.bulk_create(
        VolunteerSkill(
            volunteer=person,
            skill=team.skills[name],
            compound=person.compound,
            evidence="证件已看" if paper[name] else "",
            seen_at=at if paper[name] else None,
            seen_by=by if paper[name] else None,
        )
        for sketch, person in pairs
        for name in sketch.skills
    )
    Availability.objects.bulk_create(
        Availability(volunteer=person, weekday=day, from_minute=begins, until_minute=ends, level=level)
        for sketch, person in pairs
        for days, begins, ends, level in RHYTHMS[sketch.rhythm]
        for day in days
    )
    deputies: set[str] = set()
    rows = []
    for sketch, person in pairs:
        for kind in sketch.groups:
            part = Part.LEADER if sketch.leads == kind else Part.MEMBER
            if part == Part.MEMBER and sketch.groups[0] == kind and kind not in deputies and not sketch.leads:
                part = Part.DEPUTY if sketch.phone != FENG_LEI else Part.MEMBER
                deputies |= {kind} if part == Part.DEPUTY else set()
            rows.append(
                GroupMember(group=team.groups[kind], volunteer=person, compound=person.compound, part=part)
            )  # fmt: skip
    GroupMember.objects.bulk_create(rows)


def write_sign_ups(registry: Registry, team: Team, *, seed: int, now: dt.datetime) -> None:
    """Two of this morning that nobody has looked at yet."""
    rng = random.Random(f"{seed}:sign-ups")
    namer = Families(rng)
    doors = [door for door in registry.occupied if may_go_out(door)]
    for place, (minutes, skill, note) in enumerate(((190, DRIVES, "有面包车，可以拉菜"), (35, CARRIES, ""))):
        row = SignUp.objects.create(
            compound=registry.compound,
            name=namer.name(),
            phone=OUTSIDERS[-1 - place],
            room=rng.choice(doors).room if doors else "",
            when={"days": [*range(7)][place:], "times": ["morning", "evening"][place:]},
            hours_a_week=(None, 10)[place],
            note=note,
            asked_at=now - dt.timedelta(minutes=minutes),
        )
        row.skills.add(team.skills[skill])
