"""Shifts that are there when a pattern changes: taken over, kept, cancelled or deleted, and with which seats.

The callers (patterns.py, posts.py) hold the locks of the post and its patterns.
"""

import datetime as dt
import uuid
from collections.abc import Iterable
from dataclasses import dataclass, field

from django.db.models import F, Max, Q, QuerySet
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from compound.models import User
from roster.models import Assignment, Post, Shift, ShiftPattern
from roster.rules.slots import slots
from roster.services.generation import DAY, timing_of
from roster.services.waiting import offer_free_seats

State = Assignment.State
# Somebody counts on this shift, or has been promised it. A proposal of the planner is no promise.
ON_IT = (State.WAITING, *Assignment.SEATED)


@dataclass
class Change:
    """What a change does, or did, to the shifts that were there already. `kept` stay beside the new pattern."""

    made: int = 0
    deleted: list[Shift] = field(default_factory=list)
    cancelled: list[Shift] = field(default_factory=list)
    taken_over: list[Shift] = field(default_factory=list)
    kept: list[Shift] = field(default_factory=list)
    pattern: ShiftPattern | None = None


def lock_shifts(which: QuerySet[Shift]) -> list[Shift]:
    """FOR UPDATE, in id order: some may be deleted, and whoever writes an assignment without having locked its shift
    holds the key."""
    ids = which.order_by("pk").values_list("pk", flat=True)
    locked = (
        Shift.objects.filter(pk__in=list(ids)).order_by("pk").select_related("compound").select_for_update(of=("self",))
    )
    return sorted(locked, key=lambda shift: shift.starts_at)


def people_on(shifts: Iterable[Shift]) -> set[uuid.UUID]:
    """The shifts that somebody is on, waits for, or has been offered. One query."""
    rows = Assignment.objects.filter(shift__in=list(shifts), state__in=ON_IT)
    return set(rows.values_list("shift_id", flat=True))


def clear(shifts: list[Shift], *, why: str, by: User | None, at: dt.datetime, change: Change) -> None:
    """Takes away what nobody is on: deletes it, or cancels it where somebody was once. The caller holds the locks.

    `why` is a msgid. What is cancelled here is no turn of its pattern any more, so that the turn can be made anew
    should the pattern's end be moved back; one that somebody cancelled by hand stays its turn, and cancelled.
    """
    if not shifts:
        return
    with translation.override(shifts[0].compound.language):
        words = _(why)
    once = set(
        Assignment.objects.filter(shift__in=shifts).exclude(state=State.PROPOSED).values_list("shift_id", flat=True)
    )
    for shift in shifts:
        (change.cancelled if shift.pk in once else change.deleted).append(shift)
    if change.cancelled:
        Shift.objects.filter(pk__in=[shift.pk for shift in change.cancelled], cancelled_at=None).update(
            pattern=None, cancelled_at=at, cancelled_by=by, cancelled_why=words
        )
    Shift.objects.filter(pk__in=[shift.pk for shift in change.deleted]).delete()


def of_pattern(pattern: ShiftPattern, from_on: dt.date, at: dt.datetime) -> QuerySet[Shift]:
    """Those of its turns from that day on that have not begun."""
    begins = pattern.post.compound.moment(from_on, dt.time(0))
    return Shift.objects.filter(pattern=pattern, slot_at__gte=begins, starts_at__gt=at)


def left_over(post: Post, from_on: dt.date) -> QuerySet[Shift]:
    """What a pattern that has ended left at this post, from that day on."""
    ended = Q(pattern=None) | Q(duty_on__gt=F("pattern__ends_on"))
    ids = Shift.objects.filter(ended, post=post, duty_on__gte=from_on, cancelled_at=None).exclude(slot_at=None)
    return Shift.objects.filter(pk__in=ids.values("pk"))


def begun_before(old: ShiftPattern, from_on: dt.date, at: dt.datetime) -> list[Shift]:
    """Turns of this pattern, or of one before it, that begin before the change and last into it. One query."""
    begins = old.post.compound.moment(from_on, dt.time(0))
    whose = Q(pattern=old) | Q(pattern=None) | Q(pattern__ends_on__lt=from_on)
    before = Q(starts_at__lte=at) | Q(slot_at__lt=begins)
    rows = Shift.objects.filter(whose, before, post=old.post_id, cancelled_at=None, slot_at__isnull=False)
    return list(rows.filter(ends_at__gt=max(at, begins)))


def keep_begun(begun: list[Shift], new: ShiftPattern, from_on: dt.date, at: dt.datetime, change: Change) -> None:
    """Those that reach into a turn of the new pattern, without covering it, stay beside it."""
    if not begun:
        return
    tz, until = new.post.compound.tz, max(shift.ends_at for shift in begun)
    turns = [
        slot
        for slot in slots(timing_of(new), tz, from_on, from_on + DAY)
        if slot.starts_at > at and slot.ends_at > until
    ]
    known = {shift.pk for shift in change.kept}
    change.kept += [
        shift for shift in begun if shift.pk not in known and any(slot.starts_at < shift.ends_at for slot in turns)
    ]
    change.kept.sort(key=lambda shift: shift.starts_at)


def settle(
    which: QuerySet[Shift],
    old: ShiftPattern | None,
    new: ShiftPattern | None,
    by: User | None,
    at: dt.datetime,
    change: Change,
) -> Change:
    return settle_locked(lock_shifts(which), old, new, by, at, change)


def settle_locked(
    shifts: list[Shift],
    old: ShiftPattern | None,
    new: ShiftPattern | None,
    by: User | None,
    at: dt.datetime,
    change: Change,
) -> Change:
    sorted_out = sort_shifts(shifts, old, new, change)
    if new is not None:
        _take_over(sorted_out.taken_over, new, at)
    goes, sorted_out.deleted, sorted_out.cancelled = sorted_out.deleted, [], []
    clear(goes, why=gettext_noop("The shift pattern has changed."), by=by, at=at, change=sorted_out)
    return sorted_out


def sort_shifts(shifts: list[Shift], old: ShiftPattern | None, new: ShiftPattern | None, change: Change) -> Change:
    """Each shift into one of `taken_over`, `kept`, `deleted`; those cancelled before stay where they are."""
    if not shifts:
        return change
    before, after = _hours(old, shifts), _hours(new, shifts)
    manned = people_on(shifts)
    old_id = old.pk if old is not None else None
    # The pattern's own first: what an earlier one has left at the same turn is beside it, not in its place.
    for shift in sorted(shifts, key=lambda shift: (shift.pattern_id != old_id, shift.starts_at)):
        if old_id is not None and shift.pattern_id == old_id:
            # By the turn, so that one whose hours were changed by hand is not made a second time.
            own_end = before.get(shift.slot_at)
        else:
            own_end = None if shift.edited_at else shift.ends_at
        if own_end is not None and after.get(shift.slot_at) == own_end:
            del after[shift.slot_at]
            change.taken_over.append(shift)
        elif shift.cancelled_at is not None:
            continue
        elif shift.pk in manned or shift.edited_at is not None:
            change.kept.append(shift)
        elif old_id is not None and shift.pattern_id == old_id:
            change.deleted.append(shift)
    change.kept.sort(key=lambda shift: shift.starts_at)
    return change


def _hours(pattern: ShiftPattern | None, shifts: list[Shift]) -> dict[dt.datetime | None, dt.datetime]:
    """End of each turn of the pattern by its start, over the days of these shifts."""
    if pattern is None:
        return {}
    compound = pattern.post.compound
    days = [compound.day_of(shift.slot_at) for shift in shifts if shift.slot_at]
    last = min(max(days), pattern.ends_on) if pattern.ends_on else max(days)
    found = slots(timing_of(pattern), compound.tz, max(min(days), pattern.starts_on), last)
    return {slot.starts_at: slot.ends_at for slot in found}


def _take_over(shifts: list[Shift], new: ShiftPattern, at: dt.datetime) -> None:
    """The new pattern's seats hold where nobody sits beyond them and nobody has edited them."""
    minimum, maximum = new.minimum or new.post.minimum, new.maximum or new.post.maximum
    ids = [shift.pk for shift in shifts]
    Shift.objects.filter(pk__in=ids).update(pattern=new)
    set_seats(Shift.objects.filter(pk__in=ids), minimum=minimum, maximum=maximum, at=at)


def set_seats(which: QuerySet[Shift], *, minimum: int, maximum: int, at: dt.datetime) -> int:
    """Of those that nobody edited or cancelled, where nobody sits beyond `maximum`; how many. The caller locks.

    New seats are offered to the waiting lists.
    """
    beyond = Assignment.objects.filter(shift__in=which).values("shift").annotate(seats=Max("seat"))
    full = [row["shift"] for row in beyond if (row["seats"] or 0) > maximum]
    rows = which.filter(edited_at=None, cancelled_at=None).exclude(pk__in=full)
    count = rows.exclude(minimum=minimum, maximum=maximum).update(minimum=minimum, maximum=maximum)
    if count:
        offer_free_seats(at=at, among=which)
    return count
