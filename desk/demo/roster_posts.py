"""Writes where the demo's volunteers stand and when: ten posts, their patterns, the shifts of three weeks ahead.

Guard is changed at two gates on the even hours of four, at the two others two hours later, so that never all are at it
at once. The sealed building's door goes round in turns of five hours, which walk through the day.
"""

import datetime as dt
from dataclasses import dataclass

from compound.models import Role, User
from desk.demo import cast
from desk.demo.registry import Registry
from desk.demo.roster_people import CARRIES, COMPUTER, DRIVES, SUITED, Team
from roster.models import DutyGroup, Post, PostNeed, Shift, ShiftPattern
from roster.services.generation import AHEAD_DAYS, generate

Kind, Group = Post.Kind, DutyGroup.Kind
HOUR, DAY = 60, dt.timedelta(days=1)
EVEN = tuple(range(0, 24 * HOUR, 4 * HOUR))
ODD = tuple(range(2 * HOUR, 24 * HOUR, 4 * HOUR))
# Who went round the door first, at seven in the morning.
FIRST_TURN = dt.time(7)


@dataclass(frozen=True)
class Place:
    """A post before there are rows. No `starts`: turns one after the other."""

    name: str
    kind: str
    group: str
    starts: tuple[int, ...]
    minutes: int
    where: str = ""
    least: int = 1
    most: int = 1
    skill: str = ""
    has_stairs: bool = False


def places(has_sealed: bool) -> list[Place]:
    gates = [
        Place(name, Kind.GATE, Group.GATE, EVEN if at % 2 == 0 else ODD, 4 * HOUR, where=f"{name}岗亭")
        for at, name in enumerate(cast.GATES)
    ]
    sealed = Place(
        f"{cast.SEALED_BUILDING}栋门岗", Kind.SEALED_DOOR, Group.GATE, (), 5 * HOUR, where="单元门口", skill=SUITED
    )  # fmt: skip
    others = [
        Place("超市采买", Kind.SUPERMARKET, Group.SHOPPING, (510,), 3 * HOUR, "东门集合", 5, 5, DRIVES),
        Place("中转站", Kind.STATION, Group.DISTRIBUTION, (540, 900), 3 * HOUR, "中心花园", 2, 3, CARRIES),
        Place("求助热线", Kind.HOTLINE, Group.ELDERS, (480, 720, 960), 4 * HOUR, "物业一楼", skill=COMPUTER),
        Place("楼道消杀", Kind.OTHER, Group.DISINFECTION, (780,), 2 * HOUR, "物业仓库领药", 2, 3, has_stairs=True),
        Place("夜间巡逻", Kind.OTHER, Group.INFORMATION, (20 * HOUR,), 4 * HOUR, "监控室集合", 2, 2),
    ]  # fmt: skip
    return [*gates, *([sealed] if has_sealed else []), *others]


def write_posts(registry: Registry, team: Team, *, first: dt.date, now: dt.datetime) -> list[Post]:
    """Some 30 statements; the shifts from the day `first` on are made by the service that makes them every day."""
    compound, by = registry.compound, registry.people[Role.COORDINATOR]
    sealed = compound.buildings.filter(name=cast.SEALED_BUILDING).first()
    gates = {gate.name: gate for gate in compound.gates.all()}
    made = places(sealed is not None)
    posts = [
        Post(
            compound=compound,
            group=team.groups[place.group],
            kind=place.kind,
            name=place.name,
            gate=gates.get(place.name),
            building=sealed if place.kind == Kind.SEALED_DOOR else None,
            place=place.where,
            minimum=place.least,
            maximum=place.most,
            has_stairs=place.has_stairs,
            position=position,
        )
        for position, place in enumerate(made, start=1)
    ]
    Post.objects.bulk_create(posts)
    PostNeed.objects.bulk_create(
        PostNeed(post=post, skill=team.skills[place.skill], compound=compound)
        for place, post in zip(made, posts, strict=True)
        if place.skill
    )
    begins_at = compound.moment(first, dt.time())
    ShiftPattern.objects.bulk_create(
        ShiftPattern(
            post=post,
            kind=ShiftPattern.Kind.DAILY if place.starts else ShiftPattern.Kind.ROLLING,
            starts=list(place.starts),
            anchor_at=None if place.starts else compound.moment(first, FIRST_TURN),
            length_minutes=place.minutes,
            starts_on=first,
            made_at=begins_at,
            made_by=by,
        )
        for place, post in zip(made, posts, strict=True)
    )
    _write_second_guard(posts[0], first, begins_at, by)
    generate(compound=compound, until=compound.day_of(now) + AHEAD_DAYS * DAY, by=by, at=begins_at)
    return posts


def _write_second_guard(east: Post, first: dt.date, at: dt.datetime, by: User) -> None:
    """In the daytime the goods come in by the east gate: somebody more may stand there."""
    daily = east.patterns.get()
    daily.starts = [start for start in daily.starts if not 8 * HOUR <= start < 20 * HOUR]
    daily.save(update_fields=["starts"])
    ShiftPattern.objects.create(
        post=east,
        kind=ShiftPattern.Kind.DAILY,
        starts=[8 * HOUR, 12 * HOUR, 16 * HOUR],
        length_minutes=4 * HOUR,
        minimum=1,
        maximum=2,
        starts_on=first,
        made_at=at,
        made_by=by,
    )


def shifts_to_fill(registry: Registry) -> list[Shift]:
    """In order of time; one statement, and one for what they need."""
    rows = Shift.objects.filter(compound=registry.compound).select_related("post")
    return list(rows.prefetch_related("post__needs__skill").order_by("starts_at", "post__position"))
