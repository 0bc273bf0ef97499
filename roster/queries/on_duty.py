"""Who stands where at one moment, and who should but does not."""

import datetime as dt
from collections import defaultdict
from dataclasses import dataclass, field

from compound.models import Compound, Gate
from roster.models import Assignment, Post, Shift
from roster.services.house_rules import rules_of

EXPECTED = (Assignment.State.PUBLISHED, Assignment.State.CONFIRMED)


@dataclass(frozen=True)
class OnDuty:
    """`people` are there or should be, those of `missing` among them: nobody has signed them in and the minutes of
    grace are over. `empty`: seats that must be filled and are nobody's."""

    shift: Shift
    post: Post
    people: list[Assignment] = field(default_factory=list)
    missing: list[Assignment] = field(default_factory=list)
    empty: int = 0


def on_duty(compound: Compound, at: dt.datetime) -> list[OnDuty]:
    """The shifts that are on at `at`, by post. Three queries."""
    late = at - dt.timedelta(minutes=rules_of(compound).missing_minutes)
    shifts = list(
        Shift.objects.filter(compound=compound, starts_at__lte=at, ends_at__gt=at, cancelled_at=None)
        .select_related("post", "post__gate")
        .order_by("post__position", "post__name", "starts_at")
    )
    people: dict[object, list[Assignment]] = defaultdict(list)
    rows = Assignment.objects.filter(shift__in=shifts, state__in=Assignment.COUNTED, seat__isnull=False)
    relieved: dict[object, int] = defaultdict(int)
    for row in rows.select_related("user", "volunteer__user").order_by("seat"):
        # Gone in the last minutes: nobody is looked for, but they are not there.
        if row.state == Assignment.State.SIGNED_OUT:
            relieved[row.shift_id] += 1
        else:
            people[row.shift_id].append(row)
    return [
        OnDuty(
            shift,
            shift.post,
            people[shift.pk],
            [one for one in people[shift.pk] if one.state in EXPECTED and shift.starts_at <= late],
            max(0, shift.minimum - len(people[shift.pk]) - relieved[shift.pk]),
        )
        for shift in shifts
    ]


def people_at_gate(gate: Gate, at: dt.datetime) -> list[Assignment]:
    """Who is on duty at the gate's posts at `at`: signed in first, then those who should be there. One query."""
    rows = Assignment.objects.filter(
        shift__post__gate=gate,
        shift__cancelled_at=None,
        starts_at__lte=at,
        ends_at__gt=at,
        state__in=[Assignment.State.SIGNED_IN, *EXPECTED],
    ).select_related("user", "shift__post")
    return sorted(rows, key=lambda one: (one.state != Assignment.State.SIGNED_IN, one.starts_at, one.seat or 0))
