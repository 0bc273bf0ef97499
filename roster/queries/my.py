"""我的班: what one volunteer has before them, what they are asked, and what they have done."""

import datetime as dt
import uuid
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Count, Q, QuerySet, Sum

from compound.models import Compound, User
from roster.models import Assignment, DutyGroup, GroupMember, Post, RosterRules, Shift, StandIn, Volunteer
from roster.queries.load import done, lately
from roster.queries.served import served

State = Assignment.State
TO_COME = (State.PUBLISHED, State.CONFIRMED)
# Who forgot to sign out can do it so long after the end.
SIGN_OUT_LATE = dt.timedelta(hours=12)
ZERO = dt.timedelta(0)


@dataclass(frozen=True)
class MyShift:
    """One of the volunteer's own shifts and what its page offers now. `beside`: names of the others on it;
    `to_call`: who leads its group, while somebody else is looked for."""

    assignment: Assignment
    beside: tuple[str, ...]
    search: StandIn | None
    at: dt.datetime
    opens_at: dt.datetime
    to_call: tuple[User, ...] = ()

    @property
    def shift(self) -> Shift:
        return self.assignment.shift

    @property
    def post(self) -> Post:
        return self.assignment.shift.post

    @property
    def is_to_come(self) -> bool:
        return self.assignment.state in TO_COME and self.at < self.assignment.ends_at

    @property
    def can_confirm(self) -> bool:
        """Not while somebody else is looked for: that is what must be taken back first."""
        return self.assignment.state == State.PUBLISHED and self.at < self.assignment.starts_at and self.search is None

    @property
    def can_sign_in(self) -> bool:
        return self.is_to_come and self.opens_at <= self.at

    @property
    def can_sign_out(self) -> bool:
        return self.assignment.state == State.SIGNED_IN

    @property
    def is_on_now(self) -> bool:
        """On duty at this moment, signed in or not."""
        is_there = self.can_sign_out or self.is_to_come
        return is_there and self.assignment.starts_at <= self.at < self.assignment.ends_at

    @property
    def can_ask(self) -> bool:
        """Swap, or ask somebody: until it is over, and once at a time."""
        return self.is_to_come and self.search is None

    @property
    def can_say_no(self) -> bool:
        """ "I can't come", also while one person has not answered yet; not when everybody is asked already."""
        return self.is_to_come and (self.search is None or self.search.to_id is not None)


@dataclass(frozen=True)
class Hours:
    """Hours that were worked (`roster.queries.load.done`), counted by the shift; of who left early those served.
    `planned`: what this week still brings; `fortnight`: the last 14 days as on the coordinator's pages.

    `unsigned`: shifts of the last 14 days that are over without anybody having signed in or ticked.
    """

    week: float
    planned: float
    fortnight: float
    total: float
    nights: int
    shifts: int
    unsigned: int


@dataclass(frozen=True)
class MyPage:
    """`shifts` in the order of time, the next one first. `asks`: stand-in requests that name this volunteer;
    `searches`: how many others ask everybody."""

    shifts: list[MyShift]
    offers: list[Assignment]
    waiting: list[Assignment]
    asks: list[StandIn]
    searches: int
    hours: Hours

    @property
    def next(self) -> MyShift | None:
        return self.shifts[0] if self.shifts else None

    @property
    def later(self) -> list[MyShift]:
        return self.shifts[1:]

    @property
    def to_confirm(self) -> list[MyShift]:
        return [one for one in self.shifts if one.can_confirm]


def my_page(*, compound: Compound, volunteer: Volunteer, rules: RosterRules, at: dt.datetime) -> MyPage:
    """Six queries, however many shifts."""
    rows = _own(volunteer).filter(
        Q(state__in=[*TO_COME, State.WAITING, State.OFFERED], ends_at__gt=at)
        | Q(state=State.SIGNED_IN, ends_at__gt=at - SIGN_OUT_LATE)
    )
    found = [row for row in rows if row.shift.cancelled_at is None]
    counted = [row for row in found if row.state in Assignment.COUNTED]
    asks = (
        StandIn.objects.filter(to=volunteer, state=StandIn.State.OPEN, assignment__ends_at__gt=at)
        .filter(assignment__shift__cancelled_at=None)
        .select_related("assignment__shift__post", "assignment__user", "offered__shift__post")
        .order_by("assignment__starts_at")
    )
    searches = StandIn.objects.filter(
        assignment__compound=compound, state=StandIn.State.OPEN, to=None, assignment__ends_at__gt=at
    )
    return MyPage(
        shifts=my_shifts(counted, rules=rules, at=at),
        offers=[row for row in found if row.offer_until is not None and row.offer_until > at],
        waiting=[row for row in found if row.state == State.WAITING and row.starts_at > at],
        asks=list(asks),
        searches=searches.exclude(assignment__volunteer=volunteer).count(),
        hours=hours_of(compound=compound, volunteer=volunteer, at=at),
    )


def my_shifts(rows: Iterable[Assignment], *, rules: RosterRules, at: dt.datetime) -> list[MyShift]:
    """Two queries: who else is there, and whether somebody is looked for; then a third, whom to call. `rows` with shift
    and post."""
    own = list(rows)
    beside = _beside(own)
    searches = StandIn.objects.filter(assignment__in=own, state=StandIn.State.OPEN).select_related(
        "to__user", "offered__shift__post"
    )
    by_assignment = {search.assignment_id: search for search in searches}
    early = dt.timedelta(minutes=rules.sign_in_minutes)
    searching = {row.shift.post.group_id for row in own if row.pk in by_assignment}
    to_call = leaders_to_call(Q(group__in=searching)) if searching else {}
    return [
        MyShift(
            row,
            tuple(beside[row.shift_id]),
            by_assignment.get(row.pk),
            at,
            row.starts_at - early,
            tuple(one for one in to_call.get(row.shift.post.group_id, ()) if one.pk != row.user_id),
        )
        for row in own
    ]


def leaders_to_call(of: Q) -> dict[uuid.UUID, list[User]]:
    """Leader and deputies of the groups that `of` names, by group; for people of these groups only. One query."""
    rows = GroupMember.objects.filter(
        of, part__in=[GroupMember.Part.LEADER, GroupMember.Part.DEPUTY], volunteer__ended_at=None, group__ended_at=None
    ).select_related("volunteer__user")
    found: dict[uuid.UUID, list[User]] = defaultdict(list)
    for row in sorted(rows, key=lambda one: (one.part != GroupMember.Part.LEADER, one.pk)):
        found[row.group_id].append(row.volunteer.user)
    return found


def medics_to_call(compound: Compound) -> list[User]:
    """Whoever leads the medical group. One query."""
    medical = leaders_to_call(Q(group__compound=compound, group__kind=DutyGroup.Kind.MEDICAL))
    return [user for users in medical.values() for user in users]


def my_assignment(volunteer: Volunteer, assignment_id: uuid.UUID) -> Assignment | None:
    """One of the volunteer's own, whatever its state. One query."""
    return _own(volunteer).filter(pk=assignment_id).first()


def _own(volunteer: Volunteer) -> QuerySet[Assignment]:
    rows = Assignment.objects.filter(volunteer=volunteer).select_related("shift__post__group")
    return rows.order_by("starts_at", "made_at")


def _beside(own: list[Assignment]) -> dict[uuid.UUID, list[str]]:
    """Names of the others by shift; who is on the plan now, whether they have come or not."""
    mine = {row.pk for row in own}
    others = Assignment.objects.filter(
        shift__in={row.shift_id for row in own}, state__in=Assignment.COUNTED, seat__isnull=False
    )
    names = defaultdict(list)
    for pk, shift, name in others.order_by("seat").values_list("pk", "shift", "user__name"):
        if pk not in mine:
            names[shift].append(name)
    return names


def hours_of(*, compound: Compound, volunteer: Volunteer, at: dt.datetime) -> Hours:
    """One query. A week is Monday to Sunday of the duty dates on the compound's wall."""
    today = compound.day_of(at)
    monday = today - dt.timedelta(days=today.weekday())
    in_week = Q(shift__duty_on__gte=monday, shift__duty_on__lt=monday + dt.timedelta(days=7))
    here = Q(volunteer=volunteer)
    was_here = here & done(at)
    ahead = here & Q(state__in=TO_COME, ends_at__gt=at, shift__cancelled_at=None)
    long = served()
    # A body is one: the 14 days are those of every compound.
    found = Assignment.objects.filter(user=volunteer.user_id, state__in=Assignment.COUNTED).aggregate(
        week=Sum(long, filter=was_here & in_week, default=ZERO),
        planned=Sum(long, filter=ahead & in_week, default=ZERO),
        fortnight=Sum(long, filter=lately(at), default=ZERO),
        total=Sum(long, filter=was_here, default=ZERO),
        nights=Count("pk", filter=was_here & Q(shift__is_night=True)),
        shifts=Count("pk", filter=was_here),
        unsigned=Count("pk", filter=here & lately(at) & Q(state__in=TO_COME)),
    )
    sums = {name: found[name].total_seconds() / 3600 for name in ("week", "planned", "fortnight", "total")}
    return Hours(**sums, nights=found["nights"], shifts=found["shifts"], unsigned=found["unsigned"])


@dataclass(frozen=True)
class AtPost:
    """What the QR at a post finds. `here`: the shift at this very post that can be signed in or out now; else
    `elsewhere`: the one that is on at another post; `later`: the next one here; `done`: the one here just ended."""

    here: MyShift | None
    elsewhere: MyShift | None
    later: MyShift | None
    done: MyShift | None


def at_the_post(*, post: Post, volunteer: Volunteer, rules: RosterRules, at: dt.datetime) -> AtPost:
    """Three queries. Of two that could be meant (one ends, the next begins) the one that is signed in comes first."""
    near = _own(volunteer).filter(
        state__in=Assignment.COUNTED, ends_at__gt=at - SIGN_OUT_LATE, shift__cancelled_at=None
    )
    found = my_shifts(near.filter(starts_at__lt=at + dt.timedelta(days=7)), rules=rules, at=at)
    here = [one for one in found if one.shift.post_id == post.pk]
    signed_in = [one for one in here if one.can_sign_out]
    now = signed_in[-1:] + [one for one in here if one.can_sign_in]
    return AtPost(
        here=now[0] if now else None,
        elsewhere=next((one for one in found if one.is_on_now and one.shift.post_id != post.pk), None),
        later=next((one for one in here if one.is_to_come and not one.can_sign_in), None),
        done=next((one for one in reversed(here) if one.assignment.state == State.SIGNED_OUT), None),
    )
