"""When the demo's rounds close, and how far each has come by now. Pure."""

import datetime as dt
from dataclasses import dataclass
from itertools import pairwise

from compound.models import Compound
from orders.models import Round
from orders.services.rounds import DEFAULT_CUTOFFS

State = Round.State
NOON = DEFAULT_CUTOFFS[0]
# Hours after the cut-off at which shopping begins, the bags leave, the money is settled. What was ordered by noon is
# brought before supper; what was ordered by six is bought at 08:30 next morning.
AFTER_NOON = (1.0, 3.5, 5.5)
AFTER_SIX = (14.5, 17.0, 19.0)


@dataclass(frozen=True)
class Slot:
    """A round that has closed: its times, and its state at the demo's `now` since `state_at`."""

    opens_at: dt.datetime
    cutoff_at: dt.datetime
    cutoff: dt.time
    state: str
    state_at: dt.datetime
    # When its bags arrive, if they have.
    delivered_at: dt.datetime | None


def past_slots(compound: Compound, *, days: int, now: dt.datetime) -> list[Slot]:
    """The closed rounds of the last `days` days and of today, oldest first."""
    today = compound.day_of(now)
    moments = [
        (compound.moment(today + dt.timedelta(days=day), cutoff), cutoff)
        for day in range(-days - 1, 1)
        for cutoff in DEFAULT_CUTOFFS
    ]
    closed = [(before[0], *after) for before, after in pairwise(moments) if after[0] <= now]
    since = compound.moment(today - dt.timedelta(days=days), dt.time(0))
    return [_slot(opens_at, at, cutoff, now) for opens_at, at, cutoff in closed if at >= since]


def _slot(opens_at: dt.datetime, at: dt.datetime, cutoff: dt.time, now: dt.datetime) -> Slot:
    state, state_at = State.CLOSED, at
    steps = AFTER_NOON if cutoff == NOON else AFTER_SIX
    arrival = at + dt.timedelta(hours=(steps[1] + steps[2]) / 2)
    for then, hours in zip((State.SHOPPING, State.DELIVERING, State.SETTLED), steps, strict=True):
        if at + dt.timedelta(hours=hours) <= now:
            state, state_at = then, at + dt.timedelta(hours=hours)
    return Slot(opens_at, at, cutoff, state, state_at, arrival if state == State.SETTLED else None)
