"""What is out of the ordinary in the days ahead, through the roster's services: each is what a person would have done.

Somebody gives a shift back in time and leaves a gap, somebody can't come tonight, one asks 冯磊 to swap, one waits for
a full shift.
"""

import datetime as dt
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from compound.refusals import Refusal
from desk.demo.registry import Registry
from desk.demo.roster_people import FENG_LEI, SUITED, Team
from roster.models import Assignment, Plan, Post, Shift, Volunteer
from roster.services import assignments, stand_ins

State = Assignment.State
MINUTE, HOUR = dt.timedelta(minutes=1), dt.timedelta(hours=1)
HELD = (State.PUBLISHED, State.CONFIRMED)
# "I can't come" is in time so long before the start: then the place is free at once.
EARLY, ALERT = 13 * HOUR, 46 * HOUR
# When 冯磊 can.
EVENING = range(16, 21)
GIVEN_BACK_WHY = "单位通知回去值班"
TONIGHT_WHY = "搬菜扭了腰"
SWAP_WHY = "那天要送老人做透析，能换一下吗？"


@dataclass
class Roster:
    """What was written, for what comes next."""

    team: Team
    posts: list[Post]
    shifts: list[Shift]
    assignments: list[Assignment]
    plans: list[Plan] = field(default_factory=list)

    def could(self, person: Volunteer, shift: Shift) -> bool:
        """Of the same group, with what the post asks for and no other shift anywhere near."""
        at = self.team.volunteers.index(person)
        sketch = self.team.sketches[at]
        kinds = {group.pk: kind for kind, group in self.team.groups.items()}
        if kinds[shift.post.group_id] not in sketch.groups or SUITED in sketch.skills or sketch.rhythm != "any":
            return False
        return self.is_free(person, shift)

    def is_free(self, person: Volunteer, shift: Shift, *, but: Assignment | None = None, hours: int = 16) -> bool:
        """No other shift for so many hours before and after, `but` one left out."""
        since, until = shift.starts_at - hours * HOUR, shift.ends_at + hours * HOUR
        mine = [row for row in self.assignments if row.volunteer is person and row is not but]
        return not any(row.starts_at < until and row.ends_at > since for row in mine)


def write_cases(registry: Registry, roster: Roster, *, now: dt.datetime) -> None:
    ahead = sorted(
        (row for row in roster.assignments if row.state in HELD and row.starts_at > now and row.user.phone != FENG_LEI),
        key=lambda row: (row.starts_at, row.shift.post.position),
    )
    for row in _some(ahead, (Post.Kind.GATE,), now + EARLY, now + ALERT):
        assignments.cannot_come(assignment=row, by=row.user, at=now - 50 * MINUTE, why=GIVEN_BACK_WHY)
        ahead.remove(row)
    for row in _some(ahead, (Post.Kind.OTHER, Post.Kind.GATE, Post.Kind.STATION), now + HOUR, now + EARLY - 2 * HOUR):
        assignments.cannot_come(assignment=row, by=row.user, at=now - 25 * MINUTE, why=TONIGHT_WHY)
        ahead.remove(row)
    _swap(registry, roster, ahead, now)
    _wait(roster, now)


def _some(
    rows: Iterable[Assignment], kinds: tuple[str, ...], since: dt.datetime, until: dt.datetime
) -> Iterator[Assignment]:
    """One, the first kind first."""
    found = [row for row in rows if row.shift.post.kind in kinds and since <= row.starts_at <= until]
    yield from sorted(found, key=lambda row: kinds.index(row.shift.post.kind))[:1]


def _swap(registry: Registry, roster: Roster, ahead: list[Assignment], now: dt.datetime) -> None:
    """Somebody of the same group asks 冯磊 for a shift of another day, and both could."""
    feng_lei = roster.team.named(FENG_LEI)
    mine = [row for row in roster.assignments if row.volunteer is feng_lei and row.starts_at > now + 20 * HOUR]
    theirs = [row for row in ahead if row.starts_at > now + 20 * HOUR and row.shift.post.kind == Post.Kind.GATE]
    # Rather an evening, when he mostly can.
    theirs.sort(key=lambda row: registry.compound.local(row.starts_at).hour not in EVENING)
    for row in theirs:
        for own in mine[1:] + mine[:1]:
            same_group = row.shift.post.group_id == own.shift.post.group_id
            if own.state not in HELD or not same_group:
                continue
            his = roster.is_free(feng_lei, row.shift, but=own, hours=11)
            if his and roster.is_free(row.volunteer, own.shift, but=row, hours=11):
                at = now - 70 * MINUTE
                stand_ins.ask_stand_in(assignment=row, to=feng_lei, offered=own, why=SWAP_WHY, by=row.user, at=at)
                return


def _wait(roster: Roster, now: dt.datetime) -> None:
    """The supermarket run of one of the next days is full, and one more would like to go."""
    for shift in roster.shifts:
        if shift.post.kind != Post.Kind.SUPERMARKET or shift.starts_at < now + 20 * HOUR:
            continue
        for person in roster.team.volunteers:
            if not roster.is_free(person, shift) or person.user.phone == FENG_LEI:
                continue
            try:
                assignments.wait(shift=shift, volunteer=person, by=person.user, at=now - 15 * MINUTE)
            except Refusal:
                continue
            return
