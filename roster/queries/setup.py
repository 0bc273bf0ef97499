"""What the pages of groups, posts and patterns show."""

import datetime as dt
import uuid
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field

from django.db.models import Count, F, Prefetch, Q, QuerySet

from compound.models import Compound
from roster.models import Assignment, DutyGroup, GroupMember, Post, PostNeed, Shift, ShiftPattern, Volunteer
from roster.pattern_words import timing_words
from roster.rules import Limits, is_night
from roster.rules.slots import Slot, minutes_of_a_day, slots
from roster.services.generation import timing_of
from roster.services.group_templates import Template, missing_skills, missing_templates
from roster.services.pattern_shifts import ON_IT
from roster.services.patterns import Repeating
from roster.services.posts import gates_without_post
from roster.words import span_words

DAY = dt.timedelta(days=1)
WEEK = 7
Part = GroupMember.Part


@dataclass(frozen=True)
class GroupRow:
    """A group in the list. `leader` is None where nobody leads it yet."""

    group: DutyGroup
    leader: Volunteer | None
    deputies: list[Volunteer]
    members: int
    posts: list[Post]


@dataclass(frozen=True)
class GroupsPage:
    groups: list[GroupRow]
    missing: list[Template]
    missing_skills: list[str]

    @property
    def leaderless(self) -> int:
        return sum(row.leader is None for row in self.groups)


def groups_page(*, compound: Compound) -> GroupsPage:
    """Five queries."""
    open_posts = Prefetch("posts", Post.objects.filter(ended_at=None), to_attr="open_posts")
    people = Prefetch("member_rows", GroupMember.objects.select_related("volunteer__user"), to_attr="people")
    groups = DutyGroup.objects.filter(compound=compound, ended_at=None).prefetch_related(open_posts, people)
    rows = [_group_row(group) for group in groups]
    return GroupsPage(rows, missing_templates(compound), missing_skills(compound))


def _group_row(group: DutyGroup) -> GroupRow:
    people: list[GroupMember] = group.people  # type: ignore[attr-defined]
    posts: list[Post] = group.open_posts  # type: ignore[attr-defined]
    by_part: dict[str, list[Volunteer]] = defaultdict(list)
    for row in people:
        by_part[row.part].append(row.volunteer)
    leader = next(iter(by_part[Part.LEADER]), None)
    return GroupRow(group, leader, by_part[Part.DEPUTY], len(people), posts)


def member_rows(group: DutyGroup) -> list[GroupMember]:
    """Leader, deputies, members, each by name. One query."""
    order = {Part.LEADER: 0, Part.DEPUTY: 1}
    rows = group.member_rows.select_related("volunteer__user").order_by("volunteer__user__name")
    return sorted(rows, key=lambda row: order.get(Part(row.part), 2))


@dataclass
class PatternRow:
    """A pattern with its words. `state`: now, to_come, over."""

    pattern: ShiftPattern
    words: str
    state: str
    minimum: int
    maximum: int
    hours_a_day: float


@dataclass
class PostRow:
    """A post in the list, with the patterns that hold or will. `left_over`: shifts that no pattern holds any more."""

    post: Post
    patterns: list[PatternRow]
    needs: list[PostNeed]
    left_over: int = 0


@dataclass(frozen=True)
class PostsPage:
    """`by_group`: every open group that has posts, in its order."""

    by_group: list[tuple[DutyGroup, list[PostRow]]]
    has_groups: bool
    bare_gates: list[str]
    ended: list[Post]

    @property
    def count(self) -> int:
        return sum(len(rows) for _group, rows in self.by_group)


def posts_page(*, compound: Compound, at: dt.datetime) -> PostsPage:
    """Seven queries."""
    today = compound.day_of(at)
    unended = ShiftPattern.objects.filter(Q(ends_on=None) | Q(ends_on__gte=today))
    posts = Post.objects.filter(compound=compound, ended_at=None).select_related("group", "gate", "building")
    posts = posts.order_by("group__position", "group__name", "position", "name").prefetch_related(
        Prefetch("patterns", unended, to_attr="open_patterns"),
        Prefetch("needs", PostNeed.objects.select_related("skill")),
    )
    rows = list(left_over(compound, at).values("post").annotate(shifts=Count("pk")).order_by())
    left = {row["post"]: row["shifts"] for row in rows}
    groups: dict[uuid.UUID, tuple[DutyGroup, list[PostRow]]] = {}
    for post in posts:
        patterns: list[ShiftPattern] = post.open_patterns
        row = PostRow(post, pattern_rows(patterns, post, compound, today), list(post.needs.all()), left.get(post.pk, 0))
        groups.setdefault(post.group_id, (post.group, []))[1].append(row)
    ended = list(Post.objects.filter(compound=compound).exclude(ended_at=None).order_by("-ended_at")[:20])
    has_groups = bool(groups) or DutyGroup.objects.filter(compound=compound, ended_at=None).exists()
    bare = [gate.name for gate in gates_without_post(compound)]
    return PostsPage(list(groups.values()), has_groups, bare, ended)


def pattern_rows(patterns: Iterable[ShiftPattern], post: Post, compound: Compound, today: dt.date) -> list[PatternRow]:
    """No query."""
    rows = []
    for pattern in patterns:
        state = "now"
        if pattern.ends_on is not None and pattern.ends_on < today:
            state = "over"
        elif pattern.starts_on > today:
            state = "to_come"
        timing = timing_of(pattern)
        rows.append(
            PatternRow(
                pattern=pattern,
                words=timing_words(timing, compound.tz),
                state=state,
                minimum=pattern.minimum or post.minimum,
                maximum=pattern.maximum or post.maximum,
                hours_a_day=minutes_of_a_day(timing) / 60,
            )
        )
    return sorted(rows, key=lambda row: (row.state == "over", row.pattern.starts_on, row.pattern.made_at))


@dataclass(frozen=True)
class LeftShift:
    """A shift that no pattern holds any more; `people` are on it or wait for it."""

    shift: Shift
    hours: str
    people: int


@dataclass(frozen=True)
class PostPage:
    post: Post
    needs: list[PostNeed]
    patterns: list[PatternRow]
    left_over: list[LeftShift]
    days: list["Day"] = field(default_factory=list)

    @property
    def has_past(self) -> bool:
        return any(row.state == "over" for row in self.patterns)


def post_page(*, post: Post, compound: Compound, at: dt.datetime) -> PostPage:
    """Four queries. `days`: the shifts that are there for the next seven days."""
    today = compound.day_of(at)
    needs = list(post.needs.select_related("skill"))
    patterns = pattern_rows(post.patterns.all(), post, compound, today)
    on_it = Count("assignments", filter=Q(assignments__state__in=ON_IT))
    left = left_over(compound, at).filter(post=post).annotate(people=on_it).order_by("starts_at")
    hand = [LeftShift(shift, span_words(shift.starts_at, shift.ends_at, compound.tz), shift.people) for shift in left]
    until = today + WEEK * DAY
    shifts = post.shifts.filter(duty_on__gte=today, duty_on__lt=until, cancelled_at=None).order_by("starts_at")
    by_day: dict[dt.date, list[Span]] = {today + number * DAY: [] for number in range(WEEK)}
    for shift in shifts:
        words = span_words(shift.starts_at, shift.ends_at, compound.tz)
        by_day[shift.duty_on].append(Span(words, shift.is_night, shift.pk))
    return PostPage(post, needs, patterns, hand, [Day(day, spans) for day, spans in by_day.items()])


def left_over(compound: Compound, at: dt.datetime) -> QuerySet[Shift]:
    """Made by a pattern that has ended before them, and not begun: kept for who is on them, or what was edited."""
    ended = Q(pattern=None) | Q(duty_on__gt=F("pattern__ends_on"))
    rows = Shift.objects.filter(ended, compound=compound, starts_at__gt=at, cancelled_at=None)
    return rows.exclude(slot_at=None)


@dataclass(frozen=True)
class Span:
    hours: str
    is_night: bool
    shift: uuid.UUID | None = None


@dataclass(frozen=True)
class Day:
    day: dt.date
    spans: list[Span]


@dataclass(frozen=True)
class Preview:
    """Which shifts come out, and what they ask of people. `volunteers`: at the compound's hours a week."""

    days: list[Day]
    hours_a_day: float
    shifts_a_week: int
    person_hours: float
    hours_a_week: int
    volunteers: int

    @property
    def gap_hours(self) -> float:
        return 24 - self.hours_a_day


def preview(
    *, compound: Compound, post: Post, repeating: Repeating, starts_on: dt.date, limits: Limits, days: int = WEEK
) -> Preview:
    """The shifts that start on the first days; a rolling pattern's are not the same on any two days. No query."""
    timing = repeating.timing
    found = list(slots(timing, compound.tz, starts_on, starts_on + (days - 1) * DAY))
    by_day: dict[dt.date, list[Span]] = {starts_on + number * DAY: [] for number in range(days)}
    ends_on = repeating.ends_on or dt.date.max
    for slot in found:
        if slot.duty_on <= ends_on:
            by_day[slot.duty_on].append(_span(slot, compound, limits))
    minimum = repeating.minimum or post.minimum
    hours = sum((slot.ends_at - slot.starts_at).total_seconds() / 3600 for slot in found) * minimum * WEEK / days
    each = limits.hours_a_week
    return Preview(
        days=[Day(day, spans) for day, spans in by_day.items()],
        hours_a_day=minutes_of_a_day(timing) / 60,
        shifts_a_week=len(found),
        person_hours=hours,
        hours_a_week=each,
        volunteers=-int(-hours // each) if each else 0,
    )


def _span(slot: Slot, compound: Compound, limits: Limits) -> Span:
    night = is_night(slot.starts_at, slot.ends_at, limits)
    return Span(span_words(slot.starts_at, slot.ends_at, compound.tz), night)


def people_by_shift(shifts: list[Shift]) -> dict[uuid.UUID, list[str]]:
    """Who is on these shifts, by name. One query."""
    rows = Assignment.objects.filter(shift__in=shifts, state__in=ON_IT).select_related("user").order_by("seat")
    names: dict[uuid.UUID, list[str]] = defaultdict(list)
    for row in rows:
        names[row.shift_id].append(row.user.name)
    return dict(names)
