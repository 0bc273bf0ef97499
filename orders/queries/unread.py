"""Lines of the chat that nobody has decided: they ordered nothing yet, and somebody wrote them."""

import datetime as dt
import uuid
from collections.abc import Collection
from dataclasses import dataclass

from django.db.models import Q, QuerySet

from compound.models import Compound
from orders.models import ChainEntry, ChainImport, Round
from orders.names import round_name
from orders.queries.sheet_rows import without_numbers

Change, Decision, Status, State = ChainEntry.Change, ChainEntry.Decision, ChainEntry.Status, ChainImport.State


def unread_entries(compound_id: int, *, until: dt.datetime) -> QuerySet[ChainEntry]:
    """Those of every round whose cut-off is at `until` or before it, oldest paste first. A cancelled one owes nothing.

    A review counts in whole (nothing of it is confirmed), a confirmed paste with what was left open, unless a later
    paste of the same group has taken its place.
    """
    pastes = ChainImport.objects.filter(round__compound_id=compound_id, round__cutoff_at__lte=until)
    pastes = pastes.exclude(round__state=Round.State.CANCELLED)
    return (
        ChainEntry.objects.filter(
            Q(chain_import__in=pastes.filter(state=State.REVIEW))
            | Q(chain_import__in=pastes.filter(state=State.CONFIRMED).current(), decision=Decision.OPEN)
        )
        .exclude(Q(chain_import__state=State.REVIEW, change=Change.SAME))
        .exclude(Q(change=Change.GONE) | Q(status=Status.CANCEL) | Q(decision=Decision.LEAVE))
        .order_by("chain_import__pasted_at", "position")
    )


@dataclass(frozen=True)
class UnreadLine:
    """`words`: as it was written, without anybody's number. `paste` and `position` say where it is decided."""

    paste: uuid.UUID
    position: int
    line: int | None
    words: str
    room: str
    source: str
    round: str


def unread_lines(compound: Compound, *, at: dt.datetime, only: Collection[int] | None = None) -> list[UnreadLine]:
    """For a page. One statement.

    `only`: primary keys of buildings that may be seen; a line whose room nobody knows is left to who sees them all.
    """
    entries = unread_entries(compound.pk, until=at)
    if only is not None:
        entries = entries.filter(household__building__in=only)
    rows = entries.values_list(
        "chain_import",
        "position",
        "line",
        "raw",
        "household__room",
        "chain_import__source__name",
        "chain_import__round__title",
    )
    return [
        UnreadLine(paste, position, line, without_numbers(" ".join(raw.split())), room or "", source, round_name(title))
        for paste, position, line, raw, room, source, title in rows
    ]
