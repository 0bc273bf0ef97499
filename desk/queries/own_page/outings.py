"""The household's passes, its outings, and why the last one was refused."""

import datetime as dt
from dataclasses import dataclass, field

from django.db.models import Exists, OuterRef

from compound.days import Clock
from compound.models import Household
from gate.models import Check, Outing
from gate.models.passages import Verdict
from gate.queries.outings import outings_of
from gate.queries.passages import said_of
from gate.queries.passes import PassRow, passes_of_household

# A refusal is explained so long; after that another day's rule holds.
EXPLAINED = dt.timedelta(days=7)
SHOWN = 5


@dataclass(frozen=True)
class Refused:
    """The last exit that was refused: when, at which gate, and every reason in a sentence. No health words."""

    at: dt.datetime
    gate: str
    reasons: list[str]
    next_out_at: dt.datetime | None


@dataclass
class OwnOutings:
    passes: list[PassRow] = field(default_factory=list)
    outings: list[Outing] = field(default_factory=list)
    refused: Refused | None = None


def own_outings(household: Household, clock: Clock) -> OwnOutings:
    """Four statements."""
    return OwnOutings(
        passes=passes_of_household(household, at=clock.now, ended=0),
        outings=outings_of(household)[:SHOWN],
        refused=_refused(household, clock),
    )


def _refused(household: Household, clock: Clock) -> Refused | None:
    """None where somebody of the household has gone out since: then it is no question any more."""
    rows = Check.objects.filter(
        household=household, direction="out", action=Check.Action.CHECK, event_at__gt=clock.now - EXPLAINED
    )
    changed = Check.objects.filter(refers_to=OuterRef("pk"), action__in=[Check.Action.UNDO, Check.Action.CORRECT])
    rows = rows.filter(~Exists(changed)).select_related("gate", "household", "compound")
    last = rows.order_by("-event_at", "-received_at").first()
    if last is None or last.verdict != Verdict.REFUSE:
        return None
    said = said_of(last, now=clock.now, sees_health=False)
    next_out = last.next_out_at if last.next_out_at and last.next_out_at > clock.now else None
    return Refused(last.event_at, last.gate.name, [one.text for one in said], next_out)
