"""The leader's list of a day: who should be where, who has come, and who says so."""

import datetime as dt
import uuid
from collections import defaultdict
from dataclasses import dataclass

from django.db.models import Q
from django.urls import reverse

from compound.models import Compound
from roster.models import Assignment, DutyGroup, Post, RosterRules, Shift, StandIn
from roster.services.tokens import link_token

State = Assignment.State
SHOWN = (*Assignment.COUNTED, State.ABSENT, State.EXCUSED)
DAY = dt.timedelta(days=1)


@dataclass(frozen=True)
class Tick:
    """A person of the list and what may be ticked now. `by`: who ticked last, None where it was nobody."""

    assignment: Assignment
    at: dt.datetime
    opens_at: dt.datetime
    missing_from: dt.datetime
    search: StandIn | None

    @property
    def is_to_come(self) -> bool:
        return self.assignment.state in (State.PUBLISHED, State.CONFIRMED)

    @property
    def is_missing(self) -> bool:
        return self.is_to_come and self.missing_from <= self.at

    @property
    def can_sign_in(self) -> bool:
        """Also when the shift is over: that somebody was there can be ticked later."""
        return self.is_to_come and self.opens_at <= self.at

    @property
    def can_sign_out(self) -> bool:
        return self.assignment.state == State.SIGNED_IN

    @property
    def can_be_absent(self) -> bool:
        return self.is_to_come and self.assignment.starts_at <= self.at

    @property
    def can_undo(self) -> bool:
        """Only what was ticked on this list."""
        row = self.assignment
        ticked = row.state == State.EXCUSED and row.ended_on_list
        return ticked or row.state in (State.SIGNED_IN, State.SIGNED_OUT, State.ABSENT)

    @property
    def has_begun(self) -> bool:
        """Before, excusing somebody changes the plan: only for those who may assign."""
        return self.assignment.starts_at <= self.at


@dataclass(frozen=True)
class ShiftTicks:
    shift: Shift
    people: list[Tick]

    @property
    def empty(self) -> int:
        """Seats short of the minimum."""
        here = sum(tick.assignment.seat is not None for tick in self.people)
        return max(0, self.shift.minimum - here)


@dataclass(frozen=True)
class AttendancePage:
    """`shifts` of the day by time; `running`: of the day before, and not over yet. `searches`: open ones ahead."""

    day: dt.date
    at: dt.datetime
    shifts: list[ShiftTicks]
    running: list[ShiftTicks]
    searches: list[StandIn]
    came: int
    expected: int
    missing: int

    @property
    def ahead(self) -> list[ShiftTicks]:
        """What is on now first, then what comes."""
        return [one for one in self.shifts if self.at < one.shift.ends_at]

    @property
    def over(self) -> list[ShiftTicks]:
        return [one for one in self.shifts if one.shift.ends_at <= self.at]

    @property
    def unticked(self) -> int:
        """People of shifts that are over of whom nobody has said whether they came."""
        return sum(tick.is_to_come for one in self.over for tick in one.people)


def attendance_page(
    *, compound: Compound, group: DutyGroup, day: dt.date, rules: RosterRules, at: dt.datetime
) -> AttendancePage:
    """Three queries."""
    today = compound.day_of(at)
    own_day = Q(duty_on=day)
    if day == today:
        own_day |= Q(duty_on=day - DAY, ends_at__gt=at)
    shifts = list(
        Shift.objects.filter(own_day, post__group=group, cancelled_at=None)
        .select_related("post")
        .order_by("starts_at", "post__position", "post__name")
    )
    searches = list(
        StandIn.objects.filter(
            assignment__shift__post__group=group, state=StandIn.State.OPEN, assignment__ends_at__gt=at
        )
        .select_related("assignment__shift__post", "assignment__user", "to__user")
        .order_by("assignment__starts_at")
    )
    ticks = _ticks(shifts, {search.assignment_id: search for search in searches}, rules, at)
    listed = [ShiftTicks(shift, ticks[shift.pk]) for shift in shifts]
    people = [tick for one in listed for tick in one.people if tick.assignment.state in Assignment.COUNTED]
    return AttendancePage(
        day=day,
        at=at,
        shifts=[one for one in listed if one.shift.duty_on == day],
        running=[one for one in listed if one.shift.duty_on != day],
        searches=searches,
        came=sum(not tick.is_to_come for tick in people),
        expected=len(people),
        missing=sum(tick.is_missing and at < tick.assignment.ends_at for tick in people),
    )


def _ticks(
    shifts: list[Shift], searches: dict[uuid.UUID, StandIn], rules: RosterRules, at: dt.datetime
) -> dict[uuid.UUID, list[Tick]]:
    rows = Assignment.objects.filter(shift__in=shifts, state__in=SHOWN).order_by("seat", "user__name")
    ticks = defaultdict(list)
    for row in rows.select_related("user", "signed_in_by", "signed_out_by", "ended_by"):
        opens_at = row.starts_at - dt.timedelta(minutes=rules.sign_in_minutes)
        missing_from = row.starts_at + dt.timedelta(minutes=rules.missing_minutes)
        ticks[row.shift_id].append(Tick(row, at, opens_at, missing_from, searches.get(row.pk)))
    return ticks


def tick_of(group: DutyGroup, assignment_id: uuid.UUID) -> Assignment | None:
    """An assignment at one of the group's posts. One query."""
    rows = Assignment.objects.filter(pk=assignment_id, shift__post__group=group, state__in=SHOWN)
    return rows.select_related("shift__post", "user", "volunteer").first()


def post_of(compound: Compound, post_id: uuid.UUID) -> Post | None:
    """A post that is in use. One query."""
    return Post.objects.filter(compound=compound, pk=post_id, ended_at=None).select_related("group").first()


def sign_in_path(post: Post) -> str:
    """The address in the QR at a post, without its host. `post.compound` should be at hand: else one query."""
    token = link_token("post", post.pk, post.sign_in_version)
    return reverse("roster:post_sign_in", kwargs={"code": post.compound.code, "post": post.pk, "token": token})
