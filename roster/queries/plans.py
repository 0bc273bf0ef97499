"""What the planner's pages show: the plans there were, and one of them beside what is promised already."""

import datetime as dt
import statistics
import uuid
from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from itertools import groupby

from django.db.models import Count, Max, Min, Q, QuerySet

from compound.models import Compound
from roster.models import Assignment, DutyGroup, Plan, Shift, Skill, Volunteer, VolunteerSkill
from roster.plan_words import why_seat_empty
from roster.queries.facts import PROVED, places_for
from roster.rules import Place

PLAN_JOB = "roster.plan"
State = Assignment.State
SHOWN = (State.PROPOSED, *Assignment.SEATED)


def plans_of(compound: Compound) -> QuerySet[Plan]:
    """Newest first; `left`: proposals that wait for somebody's word, `done`: those that became duty."""
    return (
        Plan.objects.filter(compound=compound)
        .select_related("job", "asked_by", "decided_by")
        .annotate(
            left=Count("assignments", filter=Q(assignments__state=State.PROPOSED)),
            done=Count("assignments", filter=Q(assignments__state__in=Assignment.COUNTED)),
        )
        .order_by("-asked_at", "-pk")
    )


@dataclass(frozen=True)
class Beside:
    """Places that are proposed and not over: those of some days, and the others with their first and last day."""

    here: int
    others: int
    first: dt.date | None
    last: dt.date | None


def proposals_beside(compound: Compound, at: dt.datetime, *, from_on: dt.date, until_on: dt.date) -> Beside:
    """One query."""
    here = Q(shift__duty_on__range=(from_on, until_on))
    rows = Assignment.objects.filter(compound=compound, state=State.PROPOSED, ends_at__gt=at, shift__cancelled_at=None)
    found = rows.aggregate(
        here=Count("pk", filter=here),
        others=Count("pk", filter=~here),
        first=Min("shift__duty_on", filter=~here),
        last=Max("shift__duty_on", filter=~here),
    )
    return Beside(**found)


def newer_plan(plan: Plan) -> Plan | None:
    """The newest one that took over days of `plan`: what was still proposed there is gone. One query."""
    rows = Plan.objects.filter(
        compound=plan.compound_id,
        asked_at__gt=plan.asked_at,
        from_on__lte=plan.until_on,
        until_on__gte=plan.from_on,
        state__in=(Plan.State.READY, Plan.State.PUBLISHED),
    )
    return rows.order_by("-asked_at", "-pk").first()


@dataclass(frozen=True)
class Gap:
    """Seats of a shift that the plan left empty and that still are: how many, for which skill ("" is none), and why in
    words."""

    missing: int
    skill: str
    why: str


@dataclass(frozen=True)
class Row:
    """A shift: who is promised there, whom this plan proposes, what stays empty."""

    shift: Shift
    now: list[Assignment]
    proposed: list[Assignment]
    gaps: list[Gap]

    @property
    def is_changed(self) -> bool:
        return bool(self.proposed)


@dataclass(frozen=True)
class Day:
    on: dt.date
    rows: list[Row]

    @property
    def left(self) -> int:
        return sum(len(row.proposed) for row in self.rows)

    @property
    def missing(self) -> int:
        return sum(gap.missing for row in self.rows for gap in row.gaps)


@dataclass(frozen=True)
class Spread:
    """Hours in these days of whoever has a shift, promised or proposed, and who has none."""

    least: float = 0
    median: float = 0
    most: float = 0
    nights: int = 0
    people: int = 0
    idle: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class PlanPage:
    """`filled` of `seats`: those of the shifts of these days as they are now, with whoever is proposed by any plan."""

    filled: int
    seats: int
    days: list[Day]
    spread: Spread
    groups: list[tuple[DutyGroup, int]]

    @property
    def left(self) -> int:
        return sum(day.left for day in self.days)

    @property
    def gaps(self) -> list[tuple[Shift, Gap]]:
        return [(row.shift, gap) for day in self.days for row in day.rows for gap in row.gaps]


def plan_page(plan: Plan) -> PlanPage:
    """Ten queries, however long the plan is."""
    shifts = list(
        Shift.objects.filter(
            compound=plan.compound_id, duty_on__range=(plan.from_on, plan.until_on), cancelled_at=None
        ).select_related("post__group")
    )
    there = _there(plan, shifts)
    missing = _missing(shifts)
    gaps = _gaps(plan, missing)
    rows = [
        Row(
            shift=shift,
            now=[one for one in there[shift.pk] if one.state != State.PROPOSED],
            proposed=[one for one in there[shift.pk] if one.state == State.PROPOSED],
            gaps=gaps[str(shift.pk)],
        )
        for shift in shifts
    ]
    rows.sort(key=lambda row: (row.shift.duty_on, row.shift.starts_at, row.shift.post.position, row.shift.post.name))
    days = [Day(on, list(of)) for on, of in groupby(rows, key=lambda row: row.shift.duty_on)]
    filled = sum(one.filled for one in missing.values())
    seats = filled + sum(sum(one.empty.values()) for one in missing.values())
    return PlanPage(filled, seats, days, _spread(plan, rows), _groups(rows))


def _there(plan: Plan, shifts: list[Shift]) -> dict[uuid.UUID, list[Assignment]]:
    there: defaultdict[uuid.UUID, list[Assignment]] = defaultdict(list)
    rows = Assignment.objects.filter(shift__in=[one.pk for one in shifts], state__in=SHOWN)
    for row in rows.exclude(~Q(plan=plan), state=State.PROPOSED).select_related("volunteer__user"):
        there[row.shift_id].append(row)
    return there


@dataclass(frozen=True)
class Now:
    """A shift's seats with everybody promised and proposed: `empty` by the skill that is asked for ("" is none)."""

    filled: int
    empty: dict[str, int]


def _missing(shifts: list[Shift]) -> dict[str, Now]:
    """By the shift's id as text. Five queries."""
    places = places_for(shifts)
    proposed: defaultdict[uuid.UUID, list[uuid.UUID]] = defaultdict(list)
    rows = Assignment.objects.filter(shift__in=list(places), state=State.PROPOSED)
    for shift, volunteer in rows.values_list("shift", "volunteer"):
        proposed[shift].append(volunteer)
    can = set(
        VolunteerSkill.objects.filter(
            PROVED, volunteer__in={one for some in proposed.values() for one in some}
        ).values_list("volunteer", "skill")
    )
    return {str(key): _now(place, proposed[key], can) for key, place in places.items()}


def _now(place: Place, proposed: list[uuid.UUID], can: set[tuple[uuid.UUID, uuid.UUID]]) -> Now:
    """As the planner counts seats: first for each skill that is missing, then for anybody."""
    taken = place.taken + len(proposed)
    left, wanted = max(0, place.maximum - taken), max(0, place.minimum - taken)
    empty = {}
    for skill, count in sorted(place.needs.items()):
        there = place.has.get(skill, 0) + sum((one, skill) in can for one in proposed)
        need = max(0, min(count - there, left))
        empty[str(skill)] = need
        left, wanted = left - need, max(0, wanted - need)
    empty[""] = min(wanted, left)
    return Now(min(taken, place.minimum), empty)


def _gaps(plan: Plan, missing: dict[str, Now]) -> defaultdict[str, list[Gap]]:
    """Those of the plan's that are still empty."""
    gaps: defaultdict[str, list[Gap]] = defaultdict(list)
    names = {str(one.pk): one.name for one in Skill.objects.filter(compound=plan.compound_id)} if plan.empty else {}
    for one in plan.empty:
        key = one.get("skill", "")
        now = missing.get(one["shift"])
        count = min(one["missing"], now.empty.get(key, 0)) if now else 0
        if count:
            skill = names.get(key, "")
            gaps[one["shift"]].append(Gap(count, skill, why_seat_empty(one, skill)))
    return gaps


def _spread(plan: Plan, rows: Iterable[Row]) -> Spread:
    hours: Counter[uuid.UUID] = Counter()
    nights: Counter[uuid.UUID] = Counter()
    for row in rows:
        for one in (*row.now, *row.proposed):
            hours[one.volunteer_id] += round((row.shift.ends_at - row.shift.starts_at).total_seconds())
            nights[one.volunteer_id] += row.shift.is_night
    people = Volunteer.objects.filter(compound=plan.compound_id, ended_at=None).select_related("user")
    idle = [one.user.name for one in people if one.pk not in hours]
    if not hours:
        return Spread(idle=idle)
    each = [seconds / 3600 for seconds in hours.values()]
    return Spread(min(each), statistics.median(each), max(each), max(nights.values()), len(each), idle)


def _groups(rows: Iterable[Row]) -> list[tuple[DutyGroup, int]]:
    """The groups of whose posts something is proposed, with how much."""
    left: Counter[DutyGroup] = Counter()
    for row in rows:
        if row.proposed:
            left[row.shift.post.group] += len(row.proposed)
    return sorted(left.items(), key=lambda one: (one[0].position, one[0].name))
