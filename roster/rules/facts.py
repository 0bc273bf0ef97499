"""What the rules know about a person, a place on a shift, and the compound's limits.

Moments are aware. They are turned to UTC here, because Python compares and subtracts two moments of the same zone by
their wall clocks, and is an hour off in the two nights of the year in which the clock changes.
"""

import datetime as dt
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal
from zoneinfo import ZoneInfo

Level = Literal["can", "rather_not", "cannot"]
NOBODY: frozenset[uuid.UUID] = frozenset()


@dataclass(frozen=True)
class Turn:
    """A counted assignment of a person, in whichever compound; `post` is empty where it is another compound's."""

    id: uuid.UUID
    shift_id: uuid.UUID
    starts_at: dt.datetime
    ends_at: dt.datetime
    is_night: bool
    duty_on: dt.date
    post: str = ""

    def __post_init__(self) -> None:
        object.__setattr__(self, "starts_at", self.starts_at.astimezone(dt.UTC))
        object.__setattr__(self, "ends_at", self.ends_at.astimezone(dt.UTC))

    @property
    def minutes(self) -> int:
        return round((self.ends_at - self.starts_at).total_seconds() / 60)


@dataclass(frozen=True)
class Hours:
    """A row of availability: every week on `weekday` (0 is Monday), or on one date; minutes as in the table."""

    weekday: int | None
    on: dt.date | None
    from_minute: int
    until_minute: int
    level: str


@dataclass(frozen=True)
class Person:
    """`id` is the volunteer's; `turns` are those around the place over all compounds; own limits or None."""

    id: uuid.UUID
    user_id: int
    name: str
    skills: frozenset[uuid.UUID] = NOBODY
    ground_floor_only: bool = False
    hours_a_week: int | None = None
    nights_a_week: int | None = None
    is_active: bool = True
    hours: tuple[Hours, ...] = ()
    turns: tuple[Turn, ...] = ()


@dataclass(frozen=True)
class Place:
    """A seat on a shift. `id` is the shift's.

    `taken` counts the offered seats too; `offered_to` are those for whom one of them is kept. `needs` and `has`: of
    the people there so many must have the skill, so many have it.
    """

    id: uuid.UUID
    post_id: uuid.UUID
    starts_at: dt.datetime
    ends_at: dt.datetime
    duty_on: dt.date
    is_night: bool = False
    is_cancelled: bool = False
    has_stairs: bool = False
    minimum: int = 1
    maximum: int = 1
    taken: int = 0
    needs: Mapping[uuid.UUID, int] = field(default_factory=dict)
    has: Mapping[uuid.UUID, int] = field(default_factory=dict)
    on_it: frozenset[uuid.UUID] = NOBODY
    offered_to: frozenset[uuid.UUID] = NOBODY
    post: str = ""

    def __post_init__(self) -> None:
        object.__setattr__(self, "starts_at", self.starts_at.astimezone(dt.UTC))
        object.__setattr__(self, "ends_at", self.ends_at.astimezone(dt.UTC))

    @property
    def minutes(self) -> int:
        return round((self.ends_at - self.starts_at).total_seconds() / 60)


@dataclass(frozen=True)
class Limits:
    """The compound's roster rules (`RosterRules` has the meaning of each) and its zone."""

    tz: ZoneInfo
    rest_minutes: int = 480
    night_rest_minutes: int = 660
    night_from: dt.time = dt.time(22)
    night_until: dt.time = dt.time(6)
    night_minutes: int = 180
    warn_minutes: int = 360
    most_minutes: int = 480
    hours_a_week: int = 28
    nights_a_week: int = 3
    early_minutes: int = 720
    remind_minutes: int = 480
    alert_hours: int = 48
    offer_minutes: int = 60
    missing_minutes: int = 10
    sign_in_minutes: int = 30

    def rest_after(self, turn: Turn | Place) -> dt.timedelta:
        return dt.timedelta(minutes=self.night_rest_minutes if turn.is_night else self.rest_minutes)
