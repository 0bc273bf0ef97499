"""How a post's shifts repeat: begun, changed from a day on, ended. Nobody on a shift is ever lost by it.

Locks as in roster/services/generation.py: Post → ShiftPattern → Shift; whoever assigns locks the shift first as well.
"""

import datetime as dt
import uuid
from dataclasses import dataclass

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from compound.models import Compound, User
from compound.refusals import Refusal
from roster.models import Post, ShiftPattern
from roster.rules.slots import Timing
from roster.services.generation import AHEAD_DAYS, DAY, generate_patterns, lock_patterns
from roster.services.log import log
from roster.services.pattern_shifts import (
    Change,
    begun_before,
    keep_begun,
    left_over,
    lock_shifts,
    of_pattern,
    settle,
    settle_locked,
    sort_shifts,
)


@dataclass(frozen=True)
class Repeating:
    """What somebody has chosen for a pattern. Seats None: the post's own."""

    timing: Timing
    minimum: int | None = None
    maximum: int | None = None
    ends_on: dt.date | None = None


@transaction.atomic
def make_pattern(
    *,
    post: Post,
    repeating: Repeating,
    starts_on: dt.date,
    by: User | None,
    at: dt.datetime,
    id: uuid.UUID | None = None,
) -> Change:
    """A pattern from `starts_on`, and its shifts of the next weeks. Sent twice with an `id` it is one.

    Shifts that an earlier pattern has left at the very same hours become this one's, with the people on them.
    Refuses with `in_the_past`, `pattern_twice`, `post_ended`, `ends_before_start`.
    """
    post = lock_post(post)
    if known := _known(post, id):
        return Change(pattern=known)
    _check(post, repeating, starts_on, at)
    pattern = _create(post, repeating, starts_on, by, at, id)
    change = settle(left_over(post, starts_on), None, pattern, by, at, Change(pattern=pattern))
    change.made = _generate(pattern, at)
    _log(pattern, by, at, "roster.pattern_made", gettext_noop("%(subject)s: new shift pattern from %(on)s"), starts_on)
    return change


@transaction.atomic
def change_pattern(
    *,
    pattern: ShiftPattern,
    repeating: Repeating,
    from_on: dt.date,
    by: User | None,
    at: dt.datetime,
    id: uuid.UUID | None = None,
) -> Change:
    """“From this day on”: the pattern ends the day before, a new one begins.

    Shifts of the old one that start on `from_on` or later and have not begun: taken over with everybody on them where
    the new one has the same hours; kept where somebody is on them or they were edited by hand; cancelled where nobody
    is left on them but somebody was; else deleted. A turn that has begun before goes on to its end: turns of the new
    pattern that lie wholly within it are not made. A pattern that would not have begun yet goes altogether.
    Refuses with `in_the_past`, `pattern_over`, `nothing_changed`, `pattern_twice`, `post_ended`, `ends_before_start`.
    """
    post = lock_post(pattern.post)
    if known := _known(post, id):
        return Change(pattern=known)
    old = _lock_pattern(pattern)
    _check_change(old, post, repeating, from_on, at)
    new = _create(post, repeating, from_on, by, at, id)
    shifts = lock_shifts(of_pattern(old, from_on, at) | left_over(post, from_on))
    change = settle_locked(shifts, old, new, by, at, Change(pattern=new))
    begun = begun_before(old, from_on, at)
    keep_begun(begun, new, from_on, at, change)
    covered_until = max((shift.ends_at for shift in begun), default=None)
    change.made = _generate(new, at, begun=False, until=old.generated_until, covered_until=covered_until)
    _end(old, from_on - DAY)
    _log(new, by, at, "roster.pattern_changed", gettext_noop("%(subject)s: shift pattern changed from %(on)s"), from_on)
    return change


def preview_change(*, pattern: ShiftPattern, repeating: Repeating, from_on: dt.date, at: dt.datetime) -> Change:
    """What `change_pattern` would do now; nothing is written or locked. Raises the same refusals. 6 queries."""
    post = Post.objects.select_related("compound").get(pk=pattern.post_id)
    _check_change(pattern, post, repeating, from_on, at)
    new = ShiftPattern(post=post, starts_on=from_on, **_values(repeating))
    shifts = list((of_pattern(pattern, from_on, at) | left_over(post, from_on)).order_by("starts_at"))
    change = sort_shifts(shifts, pattern, new, Change(pattern=new))
    keep_begun(begun_before(pattern, from_on, at), new, from_on, at, change)
    return change


@transaction.atomic
def end_pattern(*, pattern: ShiftPattern, last_on: dt.date, by: User | None, at: dt.datetime) -> Change:
    """`last_on` is its last day, which may also be later than the one before. What becomes of the shifts after it is
    as in `change_pattern`. Refuses with `in_the_past`, `pattern_over`, `post_ended`.
    """
    post = lock_post(pattern.post)
    old = _lock_pattern(pattern)
    today = post.compound.day_of(at)
    if old.ends_on == last_on:
        return Change(pattern=old)
    if old.ends_on and old.ends_on < today:
        raise _over()
    if last_on < today - DAY:
        raise Refusal("in_the_past", _("The past stays as it was: choose today or a day to come."))
    shifts = lock_shifts(of_pattern(old, last_on + DAY, at))
    change = settle_locked(shifts, old, None, by, at, Change())
    _log(old, by, at, "roster.pattern_ended", gettext_noop("%(subject)s: shift pattern ends on %(on)s"), last_on)
    if _end(old, last_on):
        change.pattern = old
        change.made = _generate(old, at)
    return change


# -- the rows -----------------------------------------------------------------------------------------------------


def lock_post(post: Post) -> Post:
    """Refuses with `post_ended`."""
    found = Post.objects.select_for_update(of=("self",), no_key=True).select_related("compound").get(pk=post.pk)
    if found.ended_at is not None:
        raise Refusal("post_ended", _("“%(post)s” is closed: it takes no shifts any more.") % {"post": found.name})
    return found


def _lock_pattern(pattern: ShiftPattern) -> ShiftPattern:
    """Gone: somebody else changed it before it had begun."""
    rows = lock_patterns(ShiftPattern.objects.filter(pk=pattern.pk))
    if not rows:
        raise Refusal("pattern_over", _("This pattern is not there any more: load the page again."))
    return rows[0]


def _known(post: Post, id: uuid.UUID | None) -> ShiftPattern | None:
    return ShiftPattern.objects.filter(pk=id, post=post).first() if id else None


def _values(repeating: Repeating) -> dict[str, object]:
    timing = repeating.timing
    rolling = timing.anchor_at is not None
    return {
        "kind": ShiftPattern.Kind.ROLLING if rolling else ShiftPattern.Kind.DAILY,
        "starts": list(timing.starts),
        "weekdays": list(timing.weekdays),
        "anchor_at": timing.anchor_at,
        "length_minutes": timing.length_minutes,
        "minimum": repeating.minimum,
        "maximum": repeating.maximum,
        "ends_on": repeating.ends_on,
    }


def _create(
    post: Post, repeating: Repeating, starts_on: dt.date, by: User | None, at: dt.datetime, id: uuid.UUID | None
) -> ShiftPattern:
    # An id of another post's pattern: somebody went back to an old page.
    if id is None or ShiftPattern.objects.filter(pk=id).exists():
        id = uuid.uuid4()
    return ShiftPattern.objects.create(
        pk=id, post=post, starts_on=starts_on, made_at=at, made_by=by, **_values(repeating)
    )


def _check(
    post: Post, repeating: Repeating, starts_on: dt.date, at: dt.datetime, old: ShiftPattern | None = None
) -> None:
    if starts_on < post.compound.day_of(at):
        raise Refusal("in_the_past", _("The past stays as it was: choose today or a day to come."))
    if repeating.ends_on and repeating.ends_on < starts_on:
        raise Refusal("ends_before_start", _("The end must come after the start."))
    values = _values(repeating)
    values.pop("ends_on")
    beside = post.patterns.filter(Q(ends_on=None) | Q(ends_on__gte=starts_on), **values)
    if repeating.ends_on:
        beside = beside.filter(starts_on__lte=repeating.ends_on)
    if old is not None:
        beside = beside.exclude(pk=old.pk)
    if beside.exists():
        raise Refusal("pattern_twice", _("This post has these very shifts already: they would all be there twice."))


def _check_change(old: ShiftPattern, post: Post, repeating: Repeating, from_on: dt.date, at: dt.datetime) -> None:
    if old.ends_on and old.ends_on < from_on:
        raise _over()
    before = {name: getattr(old, name) for name in _values(repeating)}
    if before == _values(repeating):
        raise Refusal("nothing_changed", _("Nothing is different from how it is now."))
    _check(post, repeating, from_on, at, old)


def _over() -> Refusal:
    return Refusal("pattern_over", _("This pattern has ended before that day. Make a new one instead."))


def _end(pattern: ShiftPattern, last_on: dt.date) -> bool:
    """False where it would end before it begins: then it goes, and what it leaves behind keeps its hours."""
    if last_on < pattern.starts_on:
        pattern.delete()
        return False
    pattern.ends_on = last_on
    # What lies beyond was taken away: should the end be moved back, it has to be made anew.
    pattern.generated_until = min(last_on, pattern.generated_until) if pattern.generated_until else None
    pattern.save(update_fields=["ends_on", "generated_until"])
    return True


def _generate(
    pattern: ShiftPattern,
    at: dt.datetime,
    *,
    begun: bool = True,
    until: dt.date | None = None,
    covered_until: dt.datetime | None = None,
) -> int:
    """At least three weeks ahead, and as far as the pattern before it had come."""
    compound: Compound = pattern.post.compound
    horizon = compound.day_of(at) + AHEAD_DAYS * DAY
    until = max(until or horizon, horizon)
    which = ShiftPattern.objects.filter(pk=pattern.pk, starts_on__lte=until)
    return generate_patterns(which, compound=compound, until=until, at=at, begun=begun, covered_until=covered_until)


def _log(pattern: ShiftPattern, by: User | None, at: dt.datetime, action: str, text: str, on: dt.date) -> None:
    post = pattern.post
    log(
        compound=post.compound,
        by=by,
        at=at,
        action=action,
        subject=post.name,
        text=text,
        on=on.isoformat(),
        post=str(post.pk),
        pattern=str(pattern.pk),
    )
