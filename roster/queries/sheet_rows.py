"""What the roster's sheets say, as typed rows: JSON-serialisable, without any telephone number.

A moment is ISO 8601 with the offset of the compound's wall clock. Nobody but the people themselves and their names is
on paper: what was typed as a note or a place loses whatever looks like a telephone number.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import re
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from typing import Any, ClassVar
from uuid import UUID

from compound.models import Compound
from roster.models import Assignment, DutyGroup, GroupMember, Post, Shift, VolunteerSkill
from roster.queries.facts import PROVED

WEEK = 7
# Seven digits and more, however they are grouped.
NUMBER = re.compile(r"\+?[0-9０-９](?:[\s\-－.·()（）]{0,2}[0-9０-９]){6,}")
PARTS = (GroupMember.Part.LEADER, GroupMember.Part.DEPUTY, GroupMember.Part.MEMBER)


def without_numbers(text: str) -> str:
    return NUMBER.sub("…", text)


@dataclass(frozen=True, slots=True)
class DutyShift:
    """One shift: who is on it in the order of the seats. `minimum` must be there, up to `maximum` may be."""

    starts_at: str
    ends_at: str
    is_night: bool
    minimum: int
    maximum: int
    people: tuple[str, ...]
    note: str = ""
    # Seats with a proposal that is not published: nobody's yet, and not forgotten. Without the names.
    proposed: int = 0

    @property
    def missing(self) -> int:
        return max(0, self.minimum - len(self.people) - self.proposed)


@dataclass(frozen=True, slots=True)
class DutyDay:
    """The duty sheet of one post and day. `before`: what began the day before and still runs after midnight."""

    kind: ClassVar[str] = "duty_day"
    day: str
    post: str
    group: str
    group_id: str
    place: str
    shifts: tuple[DutyShift, ...]
    before: tuple[DutyShift, ...] = ()


@dataclass(frozen=True, slots=True)
class WeekPost:
    post: str
    group: str
    days: tuple[tuple[DutyShift, ...], ...]


@dataclass(frozen=True, slots=True)
class DutyWeek:
    """The plan for the wall: each post with its seven days from `monday`."""

    kind: ClassVar[str] = "duty_week"
    monday: str
    posts: tuple[WeekPost, ...]


@dataclass(frozen=True, slots=True)
class GroupShift:
    starts_at: str
    ends_at: str
    post: str
    is_night: bool


@dataclass(frozen=True, slots=True)
class Member:
    name: str
    part: str
    skills: tuple[str, ...]
    shifts: tuple[GroupShift, ...]


@dataclass(frozen=True, slots=True)
class GroupList:
    """A leader's list of the own people, with the shifts of the week from `monday`, at whatever post."""

    kind: ClassVar[str] = "duty_group"
    monday: str
    group: str
    group_id: str
    members: tuple[Member, ...]


SheetRows = DutyDay | DutyWeek | GroupList
KINDS = (DutyDay.kind, DutyWeek.kind, GroupList.kind)


def to_json(rows: SheetRows) -> dict[str, Any]:
    # Through JSON, so that what is stored is what comes back.
    stored: dict[str, Any] = json.loads(json.dumps({"kind": rows.kind, **asdict(rows)}))
    return stored


def checksum(rows: SheetRows) -> str:
    """SHA-256 of the canonical JSON: equal exactly when the rows are equal."""
    text = json.dumps(to_json(rows), ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def duty_days(compound: Compound, day: dt.date, *, groups: Iterable[UUID] | None = None) -> list[DutyDay]:
    """One for each post with a shift on the duty date `day`, in the order of the posts. Two queries."""
    midnight = compound.moment(day, dt.time(0))
    shifts = _shifts(compound, day - dt.timedelta(days=1), day, groups=groups)
    shifts = [shift for shift in shifts if shift.duty_on == day or shift.ends_at > midnight]
    people = _people(shifts)
    by_post: dict[Post, list[Shift]] = defaultdict(list)
    for shift in shifts:
        by_post[shift.post].append(shift)
    return [
        DutyDay(
            day=day.isoformat(),
            post=without_numbers(post.name),
            group=post.group.name,
            group_id=str(post.group_id),
            place=without_numbers(post.place),
            shifts=tuple(_row(compound, shift, people) for shift in own if shift.duty_on == day),
            before=tuple(_row(compound, shift, people) for shift in own if shift.duty_on < day),
        )
        for post, own in by_post.items()
        if any(shift.duty_on == day for shift in own)
    ]


def duty_week(compound: Compound, monday: dt.date) -> DutyWeek:
    """Every post that has a shift in the week. Two queries."""
    days = [monday + dt.timedelta(days=count) for count in range(WEEK)]
    shifts = _shifts(compound, days[0], days[-1])
    people = _people(shifts)
    by_post: dict[Post, dict[dt.date, list[DutyShift]]] = {}
    for shift in shifts:
        of_day = by_post.setdefault(shift.post, defaultdict(list))
        of_day[shift.duty_on].append(_row(compound, shift, people))
    return DutyWeek(
        monday=monday.isoformat(),
        posts=tuple(
            WeekPost(without_numbers(post.name), post.group.name, tuple(tuple(of_day.get(day, ())) for day in days))
            for post, of_day in by_post.items()
        ),
    )


def group_list(group: DutyGroup, monday: dt.date) -> GroupList:
    """Leader, deputies, then members by name. Three queries."""
    rows = GroupMember.objects.filter(group=group, volunteer__ended_at=None).select_related("volunteer__user")
    members = sorted(rows, key=lambda row: (PARTS.index(GroupMember.Part(row.part)), row.volunteer.user.name))
    ids = [row.volunteer_id for row in members]
    skills: dict[UUID, list[str]] = defaultdict(list)
    for volunteer, name in (
        VolunteerSkill.objects.filter(PROVED, volunteer__in=ids)
        .order_by("skill__position", "skill__name")
        .values_list("volunteer_id", "skill__name")
    ):
        skills[volunteer].append(name)
    shifts: dict[UUID, list[GroupShift]] = defaultdict(list)
    week = (monday, monday + dt.timedelta(days=WEEK - 1))
    own = Assignment.objects.filter(
        volunteer__in=ids, state__in=Assignment.COUNTED, shift__duty_on__range=week, shift__cancelled_at=None
    )
    for row in own.select_related("shift__post", "compound").order_by("starts_at"):
        shifts[row.volunteer_id].append(
            GroupShift(
                _iso(row.compound, row.starts_at),
                _iso(row.compound, row.ends_at),
                without_numbers(row.shift.post.name),
                row.shift.is_night,
            )
        )
    return GroupList(
        monday=monday.isoformat(),
        group=group.name,
        group_id=str(group.pk),
        members=tuple(
            Member(
                without_numbers(row.volunteer.user.name),
                row.part,
                tuple(skills[row.volunteer_id]),
                tuple(shifts[row.volunteer_id]),
            )
            for row in members
        ),
    )


def _shifts(compound: Compound, first: dt.date, last: dt.date, *, groups: Iterable[UUID] | None = None) -> list[Shift]:
    """By post and time; cancelled ones are on no paper. One query."""
    rows = Shift.objects.filter(compound=compound, duty_on__range=(first, last), cancelled_at=None)
    if groups is not None:
        rows = rows.filter(post__group__in=list(groups))
    return list(
        rows.select_related("post__group").order_by("post__position", "post__name", "post_id", "starts_at", "pk")
    )


def _people(shifts: Iterable[Shift]) -> dict[UUID, list[str | None]]:
    """Names by shift, None for a proposal. One query."""
    people: dict[UUID, list[str | None]] = defaultdict(list)
    states = [*Assignment.COUNTED, Assignment.State.PROPOSED]
    rows = Assignment.objects.filter(shift__in=[shift.pk for shift in shifts], state__in=states)
    for shift, name, state in rows.order_by("seat").values_list("shift_id", "user__name", "state"):
        people[shift].append(None if state == Assignment.State.PROPOSED else without_numbers(name))
    return people


def _row(compound: Compound, shift: Shift, people: dict[UUID, list[str | None]]) -> DutyShift:
    seats = people.get(shift.pk, [])
    return DutyShift(
        starts_at=_iso(compound, shift.starts_at),
        ends_at=_iso(compound, shift.ends_at),
        is_night=shift.is_night,
        minimum=shift.minimum,
        maximum=shift.maximum,
        people=tuple(name for name in seats if name is not None),
        note=without_numbers(shift.note),
        proposed=seats.count(None),
    )


def _iso(compound: Compound, moment: dt.datetime) -> str:
    return compound.local(moment).isoformat()
