"""Relief rounds as their pages show them: where the parcels are, which doors have theirs, who is left."""

import datetime as dt
import uuid
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.core.paginator import Page, Paginator
from django.db.models import Count, F, Q, QuerySet, Sum

from compound.models import AuditEntry, Building, Compound, Household
from orders.models import Relief, ReliefCount, ReliefParcel
from orders.queries.sheet_rows import Door, walking_order
from orders.relief_rules import Balance, parcels_due, signed_balance
from orders.sheets.words import building as building_name

Outcome, Step = ReliefParcel.Outcome, ReliefCount.Step
ROUNDS_PER_PAGE = 20
# Work on the parcels before they are at the doors, in its order.
STATIONS = (Step.ARRIVED, Step.SORTED, Step.PACKED, Step.CARRIED)
# A building with more doors left is said as a number; its page and its paper have the rooms.
ROOMS_NAMED = 24
# What got less than its due has not been served either.
UNSERVED = Q(outcome__in=[Outcome.PENDING, Outcome.NOBODY_HOME]) | Q(outcome=Outcome.HANDED, handed__lt=F("due"))


@dataclass(frozen=True)
class Doors:
    """Counts of doors and parcels. `unserved`: not yet, nobody home, or less than what was due."""

    all: int = 0
    due: int = 0
    handed: int = 0
    handed_doors: int = 0
    pending: int = 0
    nobody_home: int = 0
    refused: int = 0
    unserved: int = 0
    # Parcels that the unserved doors are still to get.
    still_due: int = 0

    @property
    def marked(self) -> int:
        return self.all - self.pending


@dataclass(frozen=True)
class Figures:
    """One round in numbers. `balance` is as it is now, `steps` the sum of each step's counts."""

    relief: Relief
    doors: Doors
    steps: dict[str, int]

    @property
    def balance(self) -> Balance:
        sums = {step: self.steps.get(step, 0) for step in (Step.ARRIVED, Step.SPOILED, Step.RETURNED, Step.EXPLAINED)}
        return Balance(
            arrived=sums[Step.ARRIVED],
            handed_out=self.doors.handed,
            spoiled=sums[Step.SPOILED],
            returned=sums[Step.RETURNED],
            explained=sums[Step.EXPLAINED],
        )

    @property
    def gap(self) -> int:
        return self.balance.gap

    @property
    def has_difference(self) -> bool:
        """It was closed, and what phones sent afterwards does not agree with what it was closed with."""
        return self.relief.closed_at is not None and self.balance != signed_balance(self.relief)

    @property
    def state(self) -> str:
        """open, gap (every door was tried and the parcels do not add up), closed, difference."""
        if self.relief.closed_at is not None:
            return "difference" if self.has_difference else "closed"
        return "gap" if self.needs_explaining else "open"

    @property
    def needs_explaining(self) -> bool:
        """A gap is one once no door waits any more, or as soon as more left than came."""
        return self.relief.closed_at is None and (self.gap < 0 or (self.gap != 0 and not self.doors.pending))

    @property
    def spare(self) -> int:
        """Parcels beyond what the doors still get (+), or too few for them (−)."""
        return self.gap - self.doors.still_due

    def owed_of(self, count: int) -> int:
        """How many of `count` parcels to be explained are not missing but still to be handed out at doors."""
        return count - max(self.spare, 0) if self.doors.still_due and count <= self.gap else 0


_COUNTS: dict[str, Any] = {
    "n_all": Count("pk"),
    "n_due": Sum("due", default=0),
    "n_handed": Sum("handed", default=0),
    "n_handed_doors": Count("pk", filter=Q(outcome=Outcome.HANDED)),
    "n_pending": Count("pk", filter=Q(outcome=Outcome.PENDING)),
    "n_nobody_home": Count("pk", filter=Q(outcome=Outcome.NOBODY_HOME)),
    "n_refused": Count("pk", filter=Q(outcome=Outcome.REFUSED)),
    "n_unserved": Count("pk", filter=UNSERVED),
    "n_still_due": Sum(F("due") - F("handed"), filter=UNSERVED, default=0),
}


def _doors(row: Mapping[str, Any]) -> Doors:
    """From a row of `_COUNTS`, whose names may not be those of the columns that they count."""
    return Doors(**{name.removeprefix("n_"): row[name] for name in _COUNTS})


def figures_of(reliefs: Iterable[Relief], *, only: Collection[int] | None = None) -> dict[uuid.UUID, Figures]:
    """The numbers of several rounds. Two statements. `only`: keys of the buildings whose doors are counted."""
    reliefs = list(reliefs)
    parcels = ReliefParcel.objects.filter(relief__in=reliefs)
    if only is not None:
        parcels = parcels.filter(household__building__in=only)
    doors = {row["relief"]: _doors(row) for row in parcels.values("relief").annotate(**_COUNTS).order_by()}
    steps: dict[uuid.UUID, dict[str, int]] = defaultdict(dict)
    counts = ReliefCount.objects.filter(relief__in=reliefs).values_list("relief", "step").annotate(sum=Sum("count"))
    for relief, step, total in counts.order_by():
        steps[relief][step] = total
    return {one.pk: Figures(one, doors.get(one.pk, Doors()), steps[one.pk]) for one in reliefs}


@dataclass(frozen=True)
class ReliefsPage:
    open: list[Figures]
    closed: list[Figures]
    pages: Page[Relief]


def reliefs_page(*, compound: Compound, page: str | int, only: Collection[int] | None = None) -> ReliefsPage:
    """All open rounds and one page of closed ones, newest first. Five statements, however many there are."""
    open_now = list(Relief.objects.filter(compound=compound).filter(closed_at=None).order_by("-made_at"))
    pages = Paginator(
        Relief.objects.filter(compound=compound).filter(closed_at__isnull=False).order_by("-made_at"), ROUNDS_PER_PAGE
    )
    closed = pages.get_page(page)
    found = figures_of([*open_now, *closed], only=only)
    return ReliefsPage([found[one.pk] for one in open_now], [found[one.pk] for one in closed], closed)


# ── one round ─────────────────────────────────────


@dataclass(frozen=True)
class BuildingDoors:
    """One building in a round; `rooms` of the unserved doors, empty where they are too many to name."""

    name: str
    doors: Doors
    rooms: tuple[str, ...] = ()

    @property
    def title(self) -> str:
        return building_name(self.name)

    @property
    def done(self) -> int:
        return self.doors.all - self.doors.unserved


def building_doors(relief: Relief, *, only: Collection[int] | None = None) -> list[BuildingDoors]:
    """The buildings of a round in natural order. Two statements."""
    parcels = relief.parcels.all()
    if only is not None:
        parcels = parcels.filter(household__building__in=only)
    rows: list[Any] = list(
        parcels.values(name=F("household__building__name"))
        .annotate(**_COUNTS)
        .order_by("household__building__sort_key")
    )
    few = [row["name"] for row in rows if 0 < row["n_unserved"] <= ROOMS_NAMED]
    rooms: dict[str, list[str]] = defaultdict(list)
    for name, room in (
        parcels.filter(UNSERVED, household__building__name__in=few)
        .order_by("household__sort_key")
        .values_list("household__building__name", "household__room")
    ):
        rooms[name].append(room)
    return [BuildingDoors(row["name"], _doors(row), tuple(rooms[row["name"]])) for row in rows]


def counts_of(relief: Relief) -> list[ReliefCount]:
    """Every count of a round with who and when, newest first. One statement."""
    return list(relief.counts.select_related("by").order_by("-at", "-pk"))


HISTORY = ("relief.closed", "relief.reopened", "relief.door_added", "relief.door_removed")


def history_of(relief: Relief) -> QuerySet[AuditEntry]:
    """Doors added and removed, closings and reopenings with their reasons, oldest first."""
    entries = AuditEntry.objects.filter(compound=relief.compound_id, at__gte=relief.made_at, action__in=HISTORY)
    return entries.filter(params__relief=str(relief.pk)).select_related("by").order_by("at", "pk")


# ── the doors of one building ─────────────────────


@dataclass(frozen=True)
class ParcelDoor:
    parcel: ReliefParcel
    unit: str

    @property
    def room(self) -> str:
        return self.parcel.household.room

    @property
    def version(self) -> str:
        """Differs when what stands at the door does."""
        parcel = self.parcel
        return f"{parcel.event_id or ''} {parcel.outcome} {parcel.handed}/{parcel.due}"

    @property
    def is_short(self) -> bool:
        return self.parcel.outcome == Outcome.HANDED and self.parcel.handed < self.parcel.due


@dataclass(frozen=True)
class BuildingRun:
    doors: tuple[ParcelDoor, ...]
    counts: Doors

    @property
    def units(self) -> list[tuple[str, list[ParcelDoor]]]:
        found: dict[str, list[ParcelDoor]] = {}
        for door in self.doors:
            found.setdefault(door.unit, []).append(door)
        return list(found.items())


def doors_of(relief: Relief, building: Building) -> BuildingRun:
    """The doors of one building in walking order. Two statements, whatever the number of doors."""
    parcels = {
        parcel.household.room: parcel
        for parcel in relief.parcels.filter(household__building=building).select_related(
            "household__unit", "outcome_by"
        )
    }
    doors = walking_order(
        [
            Door(
                room,
                building.name,
                parcel.household.unit.name if parcel.household.unit else "",
                parcel.household.number,
                has_lift=building.has_lift,
                floors=building.floors,
            )
            for room, parcel in parcels.items()
        ]
    )
    counts = relief.parcels.filter(household__building=building).aggregate(**_COUNTS)
    return BuildingRun(tuple(ParcelDoor(parcels[door.room], door.unit) for door in doors), _doors(counts))


# ── whom a round is for ───────────────────────────


@dataclass(frozen=True)
class PreviewBuilding:
    name: str
    households: int = 0
    parcels: int = 0
    left_out: int = 0

    @property
    def title(self) -> str:
        return building_name(self.name)


@dataclass(frozen=True)
class Preview:
    """What a round would hand out to whom; `left_out` are the other doors, `nobody_counted` those without a number."""

    households: int = 0
    parcels: int = 0
    people: int = 0
    left_out: int = 0
    left_out_empty: int = 0
    nobody_counted: int = 0
    buildings: list[PreviewBuilding] = field(default_factory=list)
    rooms: tuple[str, ...] = ()

    @property
    def served(self) -> list[PreviewBuilding]:
        return [row for row in self.buildings if row.households]

    @property
    def others(self) -> list[PreviewBuilding]:
        """Buildings in which nobody gets anything."""
        return [row for row in self.buildings if not row.households]

    @property
    def others_left_out(self) -> int:
        return sum(row.left_out for row in self.others)


def households_for(compound: Compound, who: dict[str, Any]) -> QuerySet[Household]:
    """The doors of a filter `{"buildings": [pk], "tags": [code], "occupied": bool}`; an empty list means all of them.

    Several tags: whoever has one of them.
    """
    doors = Household.objects.filter(compound=compound)
    if who.get("occupied", True):
        doors = doors.filter(occupancy=Household.Occupancy.OCCUPIED)
    if who.get("buildings"):
        doors = doors.filter(building__in=who["buildings"])
    if who.get("tags"):
        tagged = Household.objects.filter(compound=compound, tags__code__in=who["tags"])
        doors = doors.filter(pk__in=tagged.values("pk"))
    return doors


def preview(compound: Compound, *, who: dict[str, Any], count_by: str, per_count: int) -> Preview:
    """How many parcels and for whom, before the round is made. Two statements."""
    chosen = {
        room: parcels_due(count_by=count_by, per_count=per_count, head_count=head_count)
        for room, head_count in households_for(compound, who).values_list("room", "head_count")
    }
    by_building: dict[str, list[int]] = {}
    people = nobody_counted = empty = 0
    doors = compound.households.order_by("sort_key").values_list("room", "building__name", "head_count", "occupancy")
    for room, name, head_count, occupancy in doors.order_by("building__sort_key", "sort_key"):
        row = by_building.setdefault(name, [0, 0, 0])
        if room in chosen:
            row[0] += 1
            row[1] += chosen[room]
            people += head_count
            nobody_counted += not head_count
        else:
            row[2] += 1
            empty += occupancy == Household.Occupancy.EMPTY
    return Preview(
        households=len(chosen),
        parcels=sum(chosen.values()),
        people=people,
        left_out=sum(row[2] for row in by_building.values()),
        left_out_empty=empty,
        nobody_counted=nobody_counted,
        buildings=[PreviewBuilding(name, *row) for name, row in by_building.items()],
        rooms=tuple(chosen) if len(chosen) <= ROOMS_NAMED * 4 else (),
    )


# ── Today ─────────────────────────────────────────

# A difference older than this is found in the list of rounds; Today says what is to be done now.
ON_TODAY_FOR = dt.timedelta(days=30)


def reliefs_of_concern(compound: Compound, *, at: dt.datetime, only: Collection[int] | None = None) -> list[Figures]:
    """Open rounds, and lately closed ones that no longer agree with how they were closed. Three statements at most."""
    recent = Q(closed_at=None) | Q(closed_at__gte=at - ON_TODAY_FOR)
    reliefs = list(Relief.objects.filter(compound=compound).filter(recent).order_by("made_at"))
    if not reliefs:
        return []
    found = figures_of(reliefs, only=only)
    return [one for one in found.values() if one.relief.closed_at is None or (only is None and one.has_difference)]
