"""Shifts by hand: one more, other hours or seats, cancelled, a week once again. Patterns generate the rest."""

import datetime as dt
import uuid
from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass, field

from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop, ngettext

from compound.models import Compound, User
from compound.refusals import Refusal
from roster.models import Assignment, Post, Shift
from roster.queries.facts import limits_of
from roster.rules import is_night, week_of
from roster.services import notices
from roster.services.generation import generate_days
from roster.services.log import log
from roster.services.seats import State, let_go, lock_people, lock_shifts
from roster.services.stand_ins import close_requests
from roster.services.waiting import offer_next

DAY = dt.timedelta(days=1)
# From a Monday to its Sunday.
WEEK = 6 * DAY
LONGEST = dt.timedelta(hours=24)
MOST = 30
CHANGED = (
    "starts_at", "ends_at", "duty_on", "is_night", "minimum", "maximum", "note", "edited_at", "edited_by",
)  # fmt: skip


@transaction.atomic
def add_shift(
    *,
    post: Post,
    starts_at: dt.datetime,
    ends_at: dt.datetime,
    minimum: int | None = None,
    maximum: int | None = None,
    note: str = "",
    by: User,
    at: dt.datetime,
) -> Shift:
    """A single one, of no pattern; seats are the post's where none are given. No pattern touches it.

    Raises `ends_before_start`, `too_long`, `seats`, `post_ended`.
    """
    if post.ended_at is not None:
        raise Refusal("post_ended", _("The post %(post)s is given up: choose another one.") % {"post": post.name})
    minimum, maximum = _seats(minimum or post.minimum, maximum or max(post.maximum, minimum or 0))
    _hours(starts_at, ends_at)
    compound = post.compound
    shift = Shift.objects.create(
        compound=compound,
        post=post,
        duty_on=compound.day_of(starts_at),
        starts_at=starts_at,
        ends_at=ends_at,
        is_night=is_night(starts_at, ends_at, limits_of(compound)),
        minimum=minimum,
        maximum=maximum,
        note=note.strip()[:200],
        edited_at=at,
        edited_by=by,
    )
    _log(shift, by, at, "roster.shift_added", gettext_noop("New shift: %(subject)s"))
    return shift


@transaction.atomic
def edit_shift(
    *,
    shift: Shift,
    starts_at: dt.datetime | None = None,
    ends_at: dt.datetime | None = None,
    minimum: int | None = None,
    maximum: int | None = None,
    note: str | None = None,
    by: User,
    at: dt.datetime,
) -> Shift:
    """What is None stays. The hours of everybody on it follow; they are told. A pattern touches it no more.

    Raises `overlap` (naming whom), `too_few_seats`, `cancelled`, `ends_before_start`, `too_long`, `seats`. Rest and
    hours of the week are not asked again: whoever changes a shift sees them on the board. A shift that is over stays as
    it was (`over`); one at which somebody is, or was, keeps its start and does not end before they came
    (`signed_in_already`).
    """
    shift = lock_shifts([shift.pk], hours_change=True)[shift.pk]
    if shift.cancelled_at:
        raise Refusal("cancelled", _("This shift is cancelled and can't be changed. Add a new one instead."))
    if shift.ends_at <= at:
        raise Refusal("over", _("This shift is over and can't be changed. Add a new one instead."))
    before = (shift.starts_at, shift.ends_at)
    words = notices.shift_of(shift)
    after = (starts_at or shift.starts_at, ends_at or shift.ends_at)
    _hours(*after)
    rows = list(Assignment.objects.filter(shift=shift, seat__isnull=False).select_related("user").order_by("pk"))
    if before != after:
        _keeps_who_came(shift, *after)
        rows = _without_who_left(rows, after[1], shift)
    shift.minimum, shift.maximum = _seats(minimum or shift.minimum, maximum or shift.maximum)
    if len(rows) > shift.maximum:
        too_few = ngettext(
            "%(count)d person is on this shift: there can't be fewer seats. Take somebody off first.",
            "%(count)d people are on this shift: there can't be fewer seats. Take somebody off first.",
            len(rows),
        )
        raise Refusal("too_few_seats", too_few % {"count": len(rows)})
    if before != after:
        lock_people(row.user_id for row in rows)
        _nobody_twice(shift, rows, *after)
    shift.starts_at, shift.ends_at = after
    shift.duty_on = shift.compound.day_of(after[0])
    shift.is_night = is_night(*after, limits_of(shift.compound))
    shift.note = shift.note if note is None else note.strip()[:200]
    shift.edited_at, shift.edited_by = at, by
    _save(shift)
    text = gettext_noop("Shift changed: %(subject)s (before: %(before)s)")
    _log(shift, by, at, "roster.shift_changed", text, before=words)
    if before != after:
        promised = [row for row in rows if row.state in Assignment.COUNTED and shift.ends_at > at]
        notices.tell_changed(shift, promised, at=at, before=words)
    offer_next(shift=shift, at=at)
    return shift


def _keeps_who_came(shift: Shift, starts_at: dt.datetime, ends_at: dt.datetime) -> None:
    """Who has signed in came to these hours; their attendance must not lie outside the shift."""
    came = list(
        Assignment.objects.filter(shift=shift, state__in=[State.SIGNED_IN, State.SIGNED_OUT])
        .select_related("user")
        .order_by("user__name")
    )
    if came and (starts_at != shift.starts_at or any((one.signed_in_at or ends_at) >= ends_at for one in came)):
        names = [one.user.name for one in came]
        raise Refusal(
            "signed_in_already",
            _("%(names)s signed in at this shift: its start stays, and it can't end before they came. Change its end.")
            % {"names": _(", ").join(names)},
            names=names,
        )


def _without_who_left(rows: list[Assignment], ends_at: dt.datetime, shift: Shift) -> list[Assignment]:
    """Who signed out at the old end has left a shift that goes on: their seat is free, and the old hours theirs."""
    grace = dt.timedelta(minutes=limits_of(shift.compound).missing_minutes)
    gone = [row.pk for row in rows if row.signed_out_at is not None and row.signed_out_at < ends_at - grace]
    Assignment.objects.filter(pk__in=gone).update(seat=None)
    return [row for row in rows if row.pk not in gone]


def _nobody_twice(shift: Shift, rows: list[Assignment], starts_at: dt.datetime, ends_at: dt.datetime) -> None:
    """Under the locks of shift and people. Names everybody who would be at two places."""
    counted = [row.user_id for row in rows if row.state in Assignment.COUNTED]
    clash = Assignment.objects.filter(
        user__in=counted, state__in=Assignment.COUNTED, seat__isnull=False, starts_at__lt=ends_at, ends_at__gt=starts_at
    ).exclude(shift=shift)
    names = sorted(set(clash.values_list("user__name", flat=True)))
    if names:
        raise Refusal(
            "overlap",
            _("At these hours %(names)s would be on duty at two places. Take them off one of the two shifts first.")
            % {"names": _(", ").join(names)},
            names=names,
        )


def _save(shift: Shift) -> None:
    """The hours of the assignments follow by their composite key; the constraint sees what slipped by the locks."""
    try:
        with transaction.atomic():
            shift.save(update_fields=CHANGED)
    except IntegrityError as error:
        raise Refusal(
            "overlap",
            _("Somebody on this shift would be on duty at two places. Open the page again and look."),
            names=[],
        ) from error


@transaction.atomic
def cancel_shift(*, shift: Shift, why: str, by: User, at: dt.datetime) -> Shift:
    """Nobody need come: everybody on it is excused and told, the waiting list ends. It stays, for whoever was on it.

    A second time it changes nothing. Raises `over`, `signed_in_already`.
    """
    shift = lock_shifts([shift.pk])[shift.pk]
    if shift.cancelled_at:
        return shift
    if shift.ends_at <= at:
        raise Refusal("over", _("This shift is over and can't be cancelled."))
    rows = list(
        Assignment.objects.filter(shift=shift)
        .exclude(state__in=Assignment.OVER)
        .select_for_update(of=("self",), no_key=True)
        .select_related("user")
        .order_by("pk")
    )
    there = [row.user.name for row in rows if row.state in (State.SIGNED_IN, State.SIGNED_OUT)]
    if there:
        raise Refusal(
            "signed_in_already",
            _("%(names)s signed in at this shift: change its end instead of cancelling it.")
            % {"names": _(", ").join(there)},
            names=there,
        )
    shift.cancelled_at, shift.cancelled_by, shift.cancelled_why = at, by, why.strip()[:100]
    shift.save(update_fields=["cancelled_at", "cancelled_by", "cancelled_why"])
    told = [row for row in rows if row.state != State.PROPOSED]
    close_requests(*rows, by=by, at=at)
    for row in rows:
        let_go(row, at=at, by=by, why=shift.cancelled_why)
    text = gettext_noop("Shift cancelled: %(subject)s. %(why)s")
    _log(shift, by, at, "roster.shift_cancelled", text, why=shift.cancelled_why)
    notices.tell_cancelled(shift, told, at=at)
    return shift


@dataclass
class Copied:
    """`made` are new; `there` counts shifts that the week had already."""

    made: list[Shift] = field(default_factory=list)
    there: int = 0
    people: int = 0


@transaction.atomic
def copy_week(
    *,
    compound: Compound,
    from_week: dt.date,
    to_week: dt.date,
    by: User,
    at: dt.datetime,
    posts: Collection[Post] | None = None,
    with_people: bool = False,
) -> Copied:
    """Every shift of the week of `from_week` (any day of it) at the same hours of the wall clock of the other week.

    What a pattern makes is not copied beside it: the other week's own turns are made first, however far ahead, and a
    turn of this week that would overlap one of them at its post counts as there. Safe to repeat, and to press twice at
    once: a post that has a shift starting at that moment, cancelled or not, gets no second one. With people: whoever
    had a seat is proposed, where seats are left; publishing judges them by the rules. Raises `same_week`.
    """
    first, target = week_of(from_week), week_of(to_week)
    days = (target - first).days
    if days == 0:
        raise Refusal("same_week", _("That is the same week. Choose another one to copy to."))
    limits = limits_of(compound)
    source = Shift.objects.filter(
        compound=compound, duty_on__range=(first, first + WEEK), cancelled_at=None, post__ended_at=None
    ).select_related("post")
    if posts is not None:
        source = source.filter(post__in=posts)
    standing = _lock_posts(source)
    generate_days(compound=compound, first=target, last=target + WEEK, posts=standing)
    there = _there(standing, target)
    result = Copied()
    origin: dict[uuid.UUID, Shift] = {}
    for old in source.order_by("starts_at", "pk"):
        starts_at, ends_at = (_later(compound, moment, days) for moment in (old.starts_at, old.ends_at))
        known = [one for one in there[old.post_id] if one.starts_at == starts_at]
        # Beside what somebody adds by hand there may be a turn, beside a turn no other one.
        if known or (old.slot_at and any(_overlaps(one, starts_at, ends_at) for one in there[old.post_id])):
            result.there += 1
            ahead = [one for one in known if one.cancelled_at is None and one.starts_at > at]
            if ahead:
                origin[old.pk] = ahead[0]
            continue
        new = Shift(
            compound=compound,
            post=old.post,
            duty_on=compound.day_of(starts_at),
            starts_at=starts_at,
            ends_at=ends_at,
            is_night=is_night(starts_at, ends_at, limits),
            minimum=old.minimum,
            maximum=old.maximum,
            note=old.note,
            edited_at=at,
            edited_by=by,
        )
        there[old.post_id].append(new)
        result.made.append(new)
        origin[old.pk] = new
    Shift.objects.bulk_create(result.made)
    if with_people:
        result.people = _propose(compound, origin, by, at)
    log(
        compound=compound,
        by=by,
        at=at,
        action="roster.week_copied",
        text=gettext_noop("Week of %(subject)s copied: %(shifts)d shifts"),
        subject=str(target),
        shifts=len(result.made),
        people=result.people,
    )
    return result


def _lock_posts(source: QuerySet[Shift]) -> list[Post]:
    """Two who copy the same week stand in line. Posts come before patterns and shifts, as in generation.py."""
    ids = list(source.order_by().values_list("post", flat=True).distinct())
    return list(Post.objects.filter(pk__in=ids).order_by("pk").select_for_update(no_key=True))


def _there(posts: list[Post], target: dt.date) -> dict[uuid.UUID, list[Shift]]:
    """What these posts have in that week, and on the day before and after it: locked, so that nobody moves the hours
    while people are proposed for them. One query."""
    rows = Shift.objects.filter(post__in=posts, duty_on__range=(target - DAY, target + WEEK + DAY))
    found: dict[uuid.UUID, list[Shift]] = defaultdict(list)
    for row in rows.order_by("pk").select_for_update(no_key=True):
        found[row.post_id].append(row)
    return found


def _overlaps(turn: Shift, starts_at: dt.datetime, ends_at: dt.datetime) -> bool:
    return turn.pattern_id is not None and turn.starts_at < ends_at and starts_at < turn.ends_at


def _propose(compound: Compound, origin: dict[uuid.UUID, Shift], by: User, at: dt.datetime) -> int:
    """Those who are on the new shift already, or would have no seat there, are left out."""
    rows = Assignment.objects.filter(shift__in=list(origin), state__in=Assignment.COUNTED, volunteer__ended_at=None)
    taken: dict[uuid.UUID, set[uuid.UUID]] = defaultdict(set)
    known = Assignment.objects.filter(shift__in=[one.pk for one in origin.values()])
    for shift_id, volunteer_id in known.exclude(state__in=[*Assignment.OVER, State.WAITING]).values_list(
        "shift", "volunteer"
    ):
        taken[shift_id].add(volunteer_id)
    waiting = set(known.filter(state=State.WAITING).values_list("shift", "volunteer"))
    made = []
    for row in rows.order_by("shift", "seat"):
        new = origin[row.shift_id]
        there = taken[new.pk]
        if row.volunteer_id in there or (new.pk, row.volunteer_id) in waiting or len(there) >= new.maximum:
            continue
        there.add(row.volunteer_id)
        made.append(
            Assignment(
                compound=compound,
                shift=new,
                volunteer_id=row.volunteer_id,
                user_id=row.user_id,
                starts_at=new.starts_at,
                ends_at=new.ends_at,
                state=State.PROPOSED,
                made_at=at,
                made_by=by,
            )
        )
    # Somebody may have sat down there at this moment: then they need not be proposed.
    before = known.count()
    Assignment.objects.bulk_create(made, ignore_conflicts=True)
    return known.count() - before


def _later(compound: Compound, moment: dt.datetime, days: int) -> dt.datetime:
    local = compound.local(moment)
    return compound.moment(local.date() + dt.timedelta(days=days), local.time())


def _hours(starts_at: dt.datetime, ends_at: dt.datetime) -> None:
    if ends_at <= starts_at:
        raise Refusal(
            "ends_before_start",
            _("The end must come after the start. For a shift over midnight choose the next day for its end."),
        )
    if ends_at - starts_at > LONGEST:
        raise Refusal("too_long", _("A shift has at most 24 hours. Make two of it."))


def _seats(minimum: int, maximum: int) -> tuple[int, int]:
    if not 1 <= minimum <= maximum <= MOST:
        raise Refusal("seats", _("At most 30 people, and not fewer than at least. Correct the two numbers."))
    return minimum, maximum


def _log(shift: Shift, by: User, at: dt.datetime, action: str, text: str, **more: str) -> None:
    log(
        compound=shift.compound,
        by=by,
        at=at,
        action=action,
        text=text,
        subject=notices.shift_of(shift),
        shift=str(shift.pk),
        **more,
    )
