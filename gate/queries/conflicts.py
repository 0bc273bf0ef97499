"""Pairs of passages that cannot both be within the rule, and emergencies that nobody has looked at yet."""

import datetime as dt
from dataclasses import dataclass
from typing import Any

from django.core.paginator import Page, Paginator
from django.db.models import Exists, F, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce

from compound.models import Compound
from gate.models import Check, Conflict, Outing, Ratification
from gate.queries.passages import PASSAGES, undoings

PER_PAGE = 25


@dataclass(frozen=True)
class Side:
    """One of the two: what happened, where, and how far its phone's clock was off, in seconds (0: not at all)."""

    check: Check
    outing: Outing | None

    @property
    def offset_s(self) -> int:
        return round(self.check.clock_offset_ms / 1000)

    @property
    def counts(self) -> bool:
        return self.outing is not None and self.outing.slot is not None and self.outing.released_at is None


@dataclass(frozen=True)
class Pair:
    """Ordered by corrected event time: `later` is the one that is asked about."""

    conflict: Conflict
    earlier: Side
    later: Side

    @property
    def taken_back(self) -> Conflict | None:
        """The row that took this settlement back, with when, by whom and why."""
        found: Conflict | None = getattr(self.conflict, "taken_back", None)
        return found

    @property
    def sides(self) -> tuple[Side, Side]:
        return self.earlier, self.later

    @property
    def apart(self) -> dt.timedelta:
        return self.later.check.event_at - self.earlier.check.event_at


def open_conflicts(compound: Compound) -> QuerySet[Conflict]:
    return Conflict.objects.filter(compound=compound, settled_at__isnull=True)


def pair_of(conflict: Conflict) -> Pair:
    """This one as the page shows it. Two statements."""
    return _pairs([_with_sides(Conflict.objects.all()).get(pk=conflict.pk)])[0]


def conflicts_page(*, compound: Compound, settled: bool, page: str) -> "Page[Conflict]":
    """Open ones oldest first, settled ones newest first; `object_list` holds pairs. Three statements."""
    rows = Conflict.objects.filter(compound=compound, settled_at__isnull=not settled)
    found = Paginator(_with_sides(rows).order_by("-settled_at" if settled else "found_at"), PER_PAGE).get_page(page)
    found.object_list = _pairs(list(found.object_list))  # type: ignore[assignment]
    return found


def _with_sides(rows: QuerySet[Conflict]) -> QuerySet[Conflict]:
    """And with the settlement that each follows, and the row that follows it."""
    sides = [f"{side}__{what}" for side in ("earlier", "later") for what in ("gate", "device", "by")]
    before_and_after = ("reopened_by", "follows__settled_by", "taken_back__reopened_by")
    return rows.select_related("household", "settled_by", *before_and_after, *sides)


def _pairs(conflicts: list[Conflict]) -> list[Pair]:
    checks = {pk for conflict in conflicts for pk in (conflict.earlier_id, conflict.later_id)}
    outings = {outing.check_out_id: outing for outing in Outing.objects.filter(check_out__in=checks)}
    return [
        Pair(
            conflict,
            Side(conflict.earlier, outings.get(conflict.earlier_id)),
            Side(conflict.later, outings.get(conflict.later_id)),
        )
        for conflict in conflicts
    ]


def emergencies(compound: Compound) -> QuerySet[Any]:
    """Every exit, newest first: a way home is nothing to look at. Uses check_emergency.

    With `is_undone`: that it is said not to have taken place takes it from nobody's eyes.
    """
    rows = Check.objects.filter(compound=compound, kind="emergency", direction="out", action__in=PASSAGES)
    return rows.annotate(is_undone=Exists(undoings()))


def _room_of(check: str) -> Coalesce:
    """The room as it is known now: of the latest correction, else as it was written down."""
    corrected = Check.objects.filter(refers_to=OuterRef(check or "pk"), action=Check.Action.CORRECT)
    latest = corrected.order_by("-received_at", "-event_at").values("household__room")[:1]
    return Coalesce(Subquery(latest), F(f"{check}__household__room" if check else "household__room"))


def unratified(compound: Compound) -> QuerySet[Any]:
    """Oldest first: each waits until a coordinator has looked at it."""
    looked_at = Ratification.objects.filter(check_ratified=OuterRef("pk"))
    return emergencies(compound).filter(~Exists(looked_at)).order_by("event_at")


def emergencies_page(*, compound: Compound, page: str) -> tuple[list[Any], "Page[Any]"]:
    """Those that wait (few), and those that were looked at, each with `room_now`. Three statements."""
    rows = unratified(compound).annotate(room_now=_room_of(""))
    waiting = list(rows.select_related("gate", "household", "device", "by"))
    done = (
        Ratification.objects.filter(check_ratified__compound=compound, check_ratified__kind="emergency")
        .annotate(room_now=_room_of("check_ratified"))
        .select_related("check_ratified__gate", "check_ratified__household", "by")
        .order_by("-at")
    )
    return waiting, Paginator(done, PER_PAGE).get_page(page)
