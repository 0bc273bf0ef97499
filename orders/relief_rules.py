"""When a round of relief parcels adds up, and which of two acts at one door stands. Pure: no database, no clock."""

import datetime as dt
import uuid
from dataclasses import dataclass

from orders.models import Relief, ReliefParcel

Outcome = ReliefParcel.Outcome
UNDO = "undo"
# What an act at a door may say.
ACTS = (Outcome.HANDED.value, Outcome.NOBODY_HOME.value, Outcome.REFUSED.value, UNDO)
# More at one door is a slip of the thumb.
MOST_AT_A_DOOR = 99


@dataclass(frozen=True)
class Balance:
    """Where the parcels of a round are. `explained` is signed: missing with a reason (+), or found (−)."""

    arrived: int = 0
    handed_out: int = 0
    spoiled: int = 0
    returned: int = 0
    explained: int = 0

    @property
    def gap(self) -> int:
        """Parcels of which nobody can say where they are (+), or that left without having come (−)."""
        return self.arrived - self.handed_out - self.spoiled - self.returned - self.explained

    @property
    def missing(self) -> int:
        return max(self.gap, 0)

    @property
    def too_many(self) -> int:
        return max(-self.gap, 0)


def signed_balance(relief: Relief) -> Balance | None:
    """The sums with which the round was closed; None while it is open."""
    if relief.closed_at is None:
        return None
    sums = (relief.arrived, relief.handed_out, relief.spoiled, relief.returned, relief.explained)
    return Balance(*(value or 0 for value in sums))


def parcels_due(*, count_by: str, per_count: int, head_count: int) -> int:
    """What one household is to get. Where nobody wrote down how many live there, it counts as one person."""
    return per_count * max(head_count, 1) if count_by == Relief.CountBy.HEAD else per_count


@dataclass(frozen=True)
class Mark:
    """What somebody said about a door: `outcome` '' for a mark that was taken back. `id` settles equal times."""

    outcome: str
    at: dt.datetime
    id: uuid.UUID

    def later_than(self, other: "Mark") -> bool:
        return (self.at, self.id) > (other.at, other.id)


def stands(new: Mark, standing: Mark | None) -> tuple[bool, list[str]]:
    """Whether a new mark (never an undo) replaces the standing one, and what is remarkable about it.

    The later act stands, in whichever order the two arrive; with one exception: a parcel that was handed out has
    left our hands, and "nobody home" of somebody who did not know that cannot bring it back. Only an undo of that very
    act can.
    """
    if standing is None or not standing.outcome:
        return True, []
    if new.outcome == Outcome.HANDED and standing.outcome == Outcome.HANDED:
        return new.later_than(standing), ["already"]
    if new.outcome == Outcome.HANDED:
        return True, [] if new.later_than(standing) else ["late"]
    if standing.outcome == Outcome.HANDED:
        return False, ["handed_already"]
    return (True, []) if new.later_than(standing) else (False, ["overtaken"])


def takes_back(undo: Mark, of: uuid.UUID | None, standing: Mark | None) -> tuple[bool, list[str]]:
    """Whether an undo takes the standing mark back: only the act that it names, or without a name an earlier one."""
    if standing is None or not standing.outcome:
        return False, ["nothing_to_undo"]
    if standing.id == of or (of is None and undo.later_than(standing)):
        return True, []
    return False, ["overtaken"]
