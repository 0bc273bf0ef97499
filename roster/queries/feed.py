"""What a volunteer's calendar holds: the own shifts, and nothing about anybody else."""

import datetime as dt

from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext as _

from roster.calendar import Entry
from roster.models import Assignment, Volunteer
from roster.words import span_words

State = Assignment.State
# So long a shift that is over stays, and one that was cancelled is called so: a phone that was off learns of it.
PAST = dt.timedelta(days=60)
CANCELLED = dt.timedelta(days=28)


def calendar_entries(volunteer: Volunteer, *, base: str, at: dt.datetime) -> list[Entry]:
    """By time. `base` is the address in front of a page's path. `volunteer.compound` at hand: one query.

    The note of a shift stays out: it may name people, and a calendar goes to whichever company keeps it.
    """
    compound = volunteer.compound
    there = Q(state__in=[*Assignment.COUNTED, State.ABSENT], ends_at__gt=at - PAST)
    # Who steps back from the waiting list, or lets an offer pass, had no shift: that has no reason, or nobody's hand.
    never = Q(state=State.DECLINED) & (Q(ended_why="") | Q(ended_by=None))
    gone = Q(state__in=[State.DECLINED, State.EXCUSED], ends_at__gt=at - CANCELLED) & ~never
    rows = Assignment.objects.filter(there | gone, volunteer=volunteer).select_related("shift__post")
    return [
        Entry(
            id=row.pk,
            revision=row.revision + row.shift.revision,
            changed_at=_changed_at(row),
            starts_at=row.starts_at,
            ends_at=row.ends_at,
            title=_("Duty: %(post)s") % {"post": row.shift.post.name},
            where=row.shift.post.place or row.shift.post.name,
            text=span_words(row.starts_at, row.ends_at, compound.tz),
            url=base + reverse("roster:my_shift", kwargs={"code": compound.code, "assignment": row.pk}),
            is_cancelled=row.shift.cancelled_at is not None or row.state in (State.DECLINED, State.EXCUSED),
        )
        for row in rows.order_by("starts_at", "made_at")
    ]


def _changed_at(row: Assignment) -> dt.datetime:
    """The last thing that is known to have happened to it."""
    moments = (
        row.made_at, row.confirmed_at, row.signed_in_at, row.signed_out_at, row.ended_at,
        row.shift.edited_at, row.shift.cancelled_at,
    )  # fmt: skip
    return max(moment for moment in moments if moment is not None)
