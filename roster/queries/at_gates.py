"""Who stands at which gate by the roster, for the gate's own pages."""

import datetime as dt
from dataclasses import dataclass, field

from compound.models import Compound
from roster.models import Assignment

State = Assignment.State


@dataclass
class AtGate:
    """`ends_at`: of the shift that ends last. `here` have signed in, `expected` have not."""

    ends_at: dt.datetime
    here: list[str] = field(default_factory=list)
    expected: list[str] = field(default_factory=list)

    @property
    def names(self) -> list[str]:
        return [*self.here, *self.expected]


def at_gates(compound: Compound, at: dt.datetime) -> dict[int, AtGate]:
    """By the gate's key; a gate for which nobody has a shift at `at` is not among them. One query."""
    rows = Assignment.objects.filter(
        compound=compound,
        state__in=[State.PUBLISHED, State.CONFIRMED, State.SIGNED_IN],
        shift__post__gate__isnull=False,
        shift__cancelled_at=None,
        starts_at__lte=at,
        ends_at__gt=at,
    )
    found: dict[int, AtGate] = {}
    values = rows.order_by("starts_at", "seat").values_list("shift__post__gate", "ends_at", "state", "user__name")
    for gate, ends_at, state, name in values:
        there = found.setdefault(gate, AtGate(ends_at))
        there.ends_at = max(there.ends_at, ends_at)
        (there.here if state == State.SIGNED_IN else there.expected).append(name)
    return found
