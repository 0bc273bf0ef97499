"""The week and the day as a board: posts by duty group, their shifts by day, each seat a name or a gap."""

import datetime as dt
import uuid
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from compound.days import WEEKDAYS
from compound.models import Compound
from roster.models import Assignment, DutyGroup, Post, Shift, StandIn
from roster.services.house_rules import rules_of
from roster.words import span_words

State = Assignment.State
DAY = dt.timedelta(days=1)
# On the board: who has a seat, who is proposed for one, and who did not come.
SHOWN = (*Assignment.SEATED, State.PROPOSED, State.ABSENT)


@dataclass(frozen=True, slots=True)
class Seat:
    """A name with what has to be said about it, or a gap. `kind` is the part of the CSS class."""

    kind: str
    name: str
    mark: str = ""


@dataclass(slots=True)
class Slot:
    """A shift as the board shows it. `gap`: seats short of the minimum for which nobody is even proposed."""

    id: uuid.UUID
    starts_at: dt.datetime
    ends_at: dt.datetime
    hours: str
    minimum: int
    maximum: int
    is_night: bool
    is_cancelled: bool
    is_over: bool
    is_now: bool
    note: str
    taken: int = 0
    proposed: int = 0
    missing: int = 0
    seats: list[Seat] = field(default_factory=list)

    @property
    def is_closed(self) -> bool:
        return self.is_cancelled or self.is_over

    @property
    def gap(self) -> int:
        return 0 if self.is_closed else max(0, self.minimum - self.taken - self.proposed)

    @property
    def spare(self) -> int:
        """Seats above the minimum that somebody may still take."""
        return 0 if self.is_closed else max(0, self.maximum - max(self.taken + self.proposed, self.minimum))

    @property
    def css(self) -> str:
        classes = (
            ("night", self.is_night),
            ("cancelled", self.is_cancelled),
            ("over", self.is_over),
            ("now", self.is_now),
        )
        return "".join(f" slot--{name}" for name, holds in classes if holds)


@dataclass(frozen=True, slots=True)
class Line:
    """A post and its shifts: one list a day."""

    post: Post
    cells: list[list[Slot]]


@dataclass(frozen=True, slots=True)
class Block:
    group: DutyGroup
    lines: list[Line]


@dataclass(frozen=True, slots=True)
class Day:
    on: dt.date
    weekday: str
    date: str
    is_today: bool
    is_past: bool
    shifts: int
    gaps: int
    proposed: int


@dataclass(frozen=True, slots=True)
class Board:
    days: list[Day]
    blocks: list[Block]

    @property
    def gaps(self) -> int:
        return sum(day.gaps for day in self.days)

    @property
    def proposed(self) -> int:
        return sum(day.proposed for day in self.days)

    @property
    def shifts(self) -> int:
        return sum(day.shifts for day in self.days)


def monday_of(day: dt.date) -> dt.date:
    return day - dt.timedelta(days=day.weekday())


def hours_words(compound: Compound, starts_at: dt.datetime, ends_at: dt.datetime) -> str:
    """`22:00–次日06:00`, for other apps: of the roster they may ask its queries alone."""
    return span_words(starts_at, ends_at, compound.tz)


def board_of(*, compound: Compound, from_on: dt.date, days: int, at: dt.datetime) -> Board:
    """`days` days from `from_on` on. Four queries, whatever the number of shifts and people.

    Rows of values and no model instances: a week of 20 posts has some 840 shifts with twice as many people.
    """
    until_on = from_on + (days - 1) * DAY
    slots, where = _slots(compound, from_on, until_on, at)
    _seat_people(compound, slots, at)
    per_day: dict[dt.date, list[Slot]] = defaultdict(list)
    per_cell: dict[tuple[uuid.UUID, dt.date], list[Slot]] = defaultdict(list)
    for key, slot in slots.items():
        _close(slot)
        post, day = where[key]
        per_day[day].append(slot)
        per_cell[post, day].append(slot)
    dates = [from_on + number * DAY for number in range(days)]
    posts = _posts(compound, {post for post, _day in where.values()})
    return Board([_day(compound, day, per_day[day], at) for day in dates], _blocks(posts, dates, per_cell))


def _slots(
    compound: Compound, from_on: dt.date, until_on: dt.date, at: dt.datetime
) -> tuple[dict[uuid.UUID, Slot], dict[uuid.UUID, tuple[uuid.UUID, dt.date]]]:
    """The shifts in order of time, and of each its post and day."""
    rows = (
        Shift.objects.filter(compound=compound, duty_on__range=(from_on, until_on))
        .order_by("starts_at", "ends_at", "pk")
        .values_list(
            "pk", "post_id", "duty_on", "starts_at", "ends_at", "minimum", "maximum", "is_night", "cancelled_at", "note"
        )
    )
    slots, where = {}, {}
    for pk, post, day, starts_at, ends_at, minimum, maximum, is_night, cancelled_at, note in rows:
        slots[pk] = Slot(
            id=pk,
            starts_at=starts_at,
            ends_at=ends_at,
            hours=hours_words(compound, starts_at, ends_at),
            minimum=minimum,
            maximum=maximum,
            is_night=is_night,
            is_cancelled=cancelled_at is not None,
            is_over=ends_at <= at,
            is_now=starts_at <= at < ends_at,
            note=note,
        )
        where[pk] = (post, day)
    return slots, where


def _seat_people(compound: Compound, slots: Mapping[uuid.UUID, Slot], at: dt.datetime) -> None:
    if not slots:
        return
    first = min(slot.starts_at for slot in slots.values())
    last = max(slot.starts_at for slot in slots.values())
    late_from = at - dt.timedelta(minutes=rules_of(compound).missing_minutes)
    within = {"compound": compound, "starts_at__range": (first, last)}
    asks = StandIn.objects.filter(state=StandIn.State.OPEN, assignment=OuterRef("pk"))
    rows = (
        Assignment.objects.filter(state__in=SHOWN, **within)
        .order_by("seat", "made_at")
        .values_list("shift_id", "state", "seat", "user__name", Exists(asks))
    )
    words = marks()
    for shift, state, number, name, searches in rows:
        slot = slots.get(shift)
        if slot is None:
            continue
        if state == State.PROPOSED:
            slot.proposed += 1
        elif number is not None:
            slot.taken += 1
        kind = state
        if state in (State.PUBLISHED, State.CONFIRMED) and slot.starts_at <= late_from and slot.ends_at > at:
            kind = "missing"
            slot.missing += 1
        elif searches:
            kind = "searching"
        slot.seats.append(Seat(kind, name, words.get(kind, "")))


def marks() -> dict[str, str]:
    """What the board says beside a name, in the active language."""
    return {
        State.PROPOSED: _("proposal"),
        State.OFFERED: _("asked"),
        State.CONFIRMED: "✓",
        State.SIGNED_IN: _("is here"),
        State.ABSENT: _("did not come"),
        "missing": pgettext("duty", "missing"),
        "searching": _("looks for a stand-in"),
    }


def _close(slot: Slot) -> None:
    """The boxes that stand for nobody."""
    if slot.is_cancelled:
        return
    if slot.gap:
        slot.seats.append(Seat("empty", _("%(count)d empty") % {"count": slot.gap}))
    elif slot.spare:
        slot.seats.append(Seat("spare", _("%(count)d more") % {"count": slot.spare}))
    elif slot.is_over and not slot.taken:
        slot.seats.append(Seat("nobody", _("nobody")))


def _posts(compound: Compound, with_shifts: Iterable[uuid.UUID]) -> list[Post]:
    """Every post in use, and those given up that still had shifts then."""
    rows = Post.objects.filter(Q(ended_at=None) | Q(pk__in=list(with_shifts)), compound=compound)
    return list(rows.select_related("group").order_by("group__position", "group__name", "group_id", "position", "name"))


def _blocks(
    posts: Iterable[Post], dates: list[dt.date], cells: Mapping[tuple[uuid.UUID, dt.date], list[Slot]]
) -> list[Block]:
    blocks: list[Block] = []
    for post in posts:
        if not blocks or blocks[-1].group.pk != post.group_id:
            blocks.append(Block(post.group, []))
        blocks[-1].lines.append(Line(post, [cells.get((post.pk, day), []) for day in dates]))
    return blocks


def _day(compound: Compound, day: dt.date, slots: list[Slot], at: dt.datetime) -> Day:
    today = compound.day_of(at)
    return Day(
        on=day,
        weekday=str(WEEKDAYS[day.weekday()]),
        # Translators: a date without its year and weekday, for example 8月23日
        date=_("%(month)d/%(day)d") % {"month": day.month, "day": day.day},
        is_today=day == today,
        is_past=day < today,
        shifts=sum(not slot.is_cancelled for slot in slots),
        gaps=sum(slot.gap for slot in slots),
        proposed=sum(slot.proposed for slot in slots if not slot.is_closed),
    )


def proposed_ids(
    compound: Compound, at: dt.datetime, *, from_on: dt.date | None = None, until_on: dt.date | None = None
) -> list[uuid.UUID]:
    """The proposals to publish: all that are ahead, or those of some days, in order of time. One query."""
    rows = Assignment.objects.filter(compound=compound, state=State.PROPOSED, ends_at__gt=at)
    if from_on is not None and until_on is not None:
        rows = rows.filter(shift__duty_on__range=(from_on, until_on))
    return list(rows.order_by("starts_at", "pk").values_list("pk", flat=True))
