"""The posts at this moment: who stands there since when, who should and does not, and what comes next."""

import datetime as dt
import uuid
from collections.abc import Collection
from dataclasses import dataclass

from compound.models import Compound
from roster.models import Assignment, Shift
from roster.queries.on_duty import OnDuty, on_duty
from roster.words import span_words

State = Assignment.State
# How far ahead the next change is looked for.
AHEAD = dt.timedelta(hours=24)


@dataclass(frozen=True)
class PostNow:
    """A shift that is on. `here`: signed in; `expected`: not signed in, and still within the minutes of grace."""

    shift: Shift
    hours: str
    here: list[Assignment]
    missing: list[Assignment]
    expected: list[Assignment]
    empty: int

    @property
    def needs_look(self) -> bool:
        return bool(self.missing or self.empty)


@dataclass(frozen=True)
class Next:
    """A shift that starts at the next change."""

    shift: Shift
    hours: str
    names: list[str]
    gap: int


@dataclass(frozen=True)
class NowPage:
    at: dt.datetime
    posts: list[PostNow]
    next_at: dt.datetime | None
    coming: list[Next]

    @property
    def here(self) -> int:
        return sum(len(post.here) for post in self.posts)

    @property
    def missing(self) -> int:
        return sum(len(post.missing) for post in self.posts)

    @property
    def empty(self) -> int:
        return sum(post.empty for post in self.posts)


def now_page(*, compound: Compound, at: dt.datetime, groups: Collection[uuid.UUID] | None = None) -> NowPage:
    """`groups`: only their posts. Those that somebody must look at stand first. Five queries."""
    rows = [row for row in on_duty(compound, at) if groups is None or row.post.group_id in groups]
    posts = [_post(compound, row) for row in rows]
    posts.sort(key=lambda post: not post.needs_look)
    next_at, coming = _coming(compound, at, groups)
    return NowPage(at, posts, next_at, coming)


def _post(compound: Compound, row: OnDuty) -> PostNow:
    missing = {one.pk for one in row.missing}
    return PostNow(
        shift=row.shift,
        hours=span_words(row.shift.starts_at, row.shift.ends_at, compound.tz),
        here=[one for one in row.people if one.state == State.SIGNED_IN],
        missing=row.missing,
        expected=[one for one in row.people if one.state != State.SIGNED_IN and one.pk not in missing],
        empty=row.empty,
    )


def _coming(
    compound: Compound, at: dt.datetime, groups: Collection[uuid.UUID] | None
) -> tuple[dt.datetime | None, list[Next]]:
    """The shifts of the next moment at which some begin."""
    rows = Shift.objects.filter(
        compound=compound, starts_at__gt=at, starts_at__lte=at + AHEAD, cancelled_at=None
    ).select_related("post")
    if groups is not None:
        rows = rows.filter(post__group__in=groups)
    ordered = list(rows.order_by("starts_at", "post__position", "post__name"))
    shifts = [row for row in ordered if row.starts_at == ordered[0].starts_at]
    names: dict[uuid.UUID, list[str]] = {row.pk: [] for row in shifts}
    people = Assignment.objects.filter(shift__in=names, state__in=Assignment.COUNTED, seat__isnull=False)
    for key, name in people.order_by("seat").values_list("shift_id", "user__name"):
        names[key].append(name)
    coming = [
        Next(
            row,
            span_words(row.starts_at, row.ends_at, compound.tz),
            names[row.pk],
            max(0, row.minimum - len(names[row.pk])),
        )
        for row in shifts
    ]
    return (shifts[0].starts_at if shifts else None), coming
