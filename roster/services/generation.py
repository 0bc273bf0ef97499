"""From patterns to shifts, some weeks ahead. Lock order of the setup: Post → ShiftPattern → Shift, each in id order."""

import datetime as dt
import uuid
from collections.abc import Collection, Iterable, Iterator

from django.db import transaction
from django.db.models import DateField, DateTimeField, F, Func, Q, QuerySet, Value
from django.db.models.expressions import Combinable
from django.db.models.functions import Cast
from django.utils.translation import gettext_noop

from compound.jobs import sweeper
from compound.models import Compound, User
from roster.models import Post, Shift, ShiftPattern
from roster.queries.facts import limits_of
from roster.rules import Limits, is_night
from roster.rules.slots import Timing, slots
from roster.services.log import log

AHEAD_DAYS = 21
DAY = dt.timedelta(days=1)


def timing_of(pattern: ShiftPattern) -> Timing:
    return Timing(pattern.length_minutes, tuple(pattern.starts), tuple(pattern.weekdays), pattern.anchor_at)


@transaction.atomic
def generate(*, compound: Compound, until: dt.date, by: User | None, at: dt.datetime) -> int:
    """Makes the shifts of every pattern of an open post that start up to and with the day `until`; how many.

    What is over at `at` is not made any more. Safe to repeat and to run twice at once: a turn of a pattern is one
    shift, whatever hours it was given by hand since, and one that was cancelled stays cancelled. Cheap where nothing
    is to do: each pattern remembers how far it has come. 2 queries then, else 6 and 2 for each pattern.
    """
    behind = _behind(until).filter(post__compound=compound)
    made = generate_patterns(behind, compound=compound, until=until, at=at)
    if made:
        log(
            compound=compound,
            by=by,
            at=at,
            action="roster.generated",
            text=gettext_noop("Shifts made up to %(until)s: %(count)d"),
            until=until.isoformat(),
            count=made,
        )
    return made


@sweeper
def generate_ahead(at: dt.datetime) -> None:
    """Keeps the next three weeks of shifts there, by the days of each compound's zone. One query where they are."""
    now = Func(F("post__compound__time_zone"), Value(at), function="TIMEZONE", output_field=DateTimeField())
    horizon = Cast(now, DateField()) + Value(AHEAD_DAYS * DAY)
    for compound in Compound.objects.filter(pk__in=_behind(horizon).values("post__compound")):
        generate(compound=compound, until=compound.day_of(at) + AHEAD_DAYS * DAY, by=None, at=at)


def _behind(until: dt.date | Combinable) -> QuerySet[ShiftPattern]:
    """Those that have turns left to make up to and with `until`."""
    left = Q(generated_until=None) | Q(generated_until__lt=until)
    goes_on = Q(ends_on=None) | Q(generated_until=None) | Q(ends_on__gt=F("generated_until"))
    return ShiftPattern.objects.filter(left & goes_on, post__ended_at=None, starts_on__lte=until)


def lock_patterns(which: QuerySet[ShiftPattern]) -> list[ShiftPattern]:
    return list(which.order_by("pk").select_for_update(of=("self",), no_key=True))


def generate_patterns(
    which: QuerySet[ShiftPattern],
    *,
    compound: Compound,
    until: dt.date,
    at: dt.datetime,
    begun: bool = True,
    covered_until: dt.datetime | None = None,
) -> int:
    """`begun`: also the turn that is going on at `at`. Turns that are over by `covered_until` are left out: a shift of
    before lasts as long. In the caller's transaction; locks the patterns.
    """
    patterns = lock_patterns(which)
    if not patterns:
        return 0
    # Read after the lock was got, not joined to it: whoever held it may have changed the post's seats.
    posts = {post.pk: post for post in Post.objects.filter(patterns__in=patterns)}
    limits = limits_of(compound)
    made = 0
    for pattern in patterns:
        last = min(until, pattern.ends_on) if pattern.ends_on else until
        # Yesterday's: a turn that began before midnight may still be going on.
        first = max(pattern.starts_on, compound.day_of(at) - DAY)
        if pattern.generated_until:
            first = max(first, pattern.generated_until + DAY)
        rows = [
            row
            for row in _turns(pattern, posts[pattern.post_id], compound, first, last, limits)
            if (row.ends_at if begun else row.starts_at) > at and (covered_until is None or row.ends_at > covered_until)
        ]
        made += _insert(rows)
        pattern.generated_until = max(last, pattern.generated_until or last)
        pattern.save(update_fields=["generated_until"])
    return made


def generate_days(*, compound: Compound, first: dt.date, last: dt.date, posts: Collection[Post]) -> int:
    """The turns of these posts' patterns on the days from `first` to `last`, however far ahead; how many were made.

    Leaves alone how far the patterns have come: what lies between is made when its time comes, and finds these there.
    In the caller's transaction, which has locked the posts; locks the patterns.
    """
    running = ShiftPattern.objects.filter(post__in=posts, post__ended_at=None, starts_on__lte=last)
    patterns = lock_patterns(running.filter(Q(ends_on=None) | Q(ends_on__gte=first)))
    if not patterns:
        return 0
    by_id = {post.pk: post for post in Post.objects.filter(patterns__in=patterns)}
    limits = limits_of(compound)
    rows: list[Shift] = []
    for pattern in patterns:
        # Up to there its turns were made: those that are missing by now were taken away.
        begin = max(first, pattern.starts_on, (pattern.generated_until or first - DAY) + DAY)
        end = min(last, pattern.ends_on) if pattern.ends_on else last
        rows += _turns(pattern, by_id[pattern.post_id], compound, begin, end, limits)
    return _insert(rows)


def _turns(
    pattern: ShiftPattern, post: Post, compound: Compound, first: dt.date, last: dt.date, limits: Limits
) -> Iterator[Shift]:
    """Not written yet."""
    for slot in slots(timing_of(pattern), compound.tz, first, last):
        yield Shift(
            compound=compound,
            post_id=pattern.post_id,
            pattern=pattern,
            slot_at=slot.starts_at,
            duty_on=slot.duty_on,
            starts_at=slot.starts_at,
            ends_at=slot.ends_at,
            is_night=is_night(slot.starts_at, slot.ends_at, limits),
            minimum=pattern.minimum or post.minimum,
            maximum=pattern.maximum or post.maximum,
        )


def _insert(rows: Iterable[Shift]) -> int:
    """How many were not there yet."""
    rows = list(rows)
    Shift.objects.bulk_create(rows, ignore_conflicts=True, batch_size=500)
    ids: list[uuid.UUID] = [row.pk for row in rows]
    return Shift.objects.filter(pk__in=ids).count() if ids else 0
