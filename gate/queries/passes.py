"""Passes: the list, one with its passages, those of a household, households that have none."""

import datetime as dt
from dataclasses import dataclass
from typing import Final

from django.core.paginator import Page, Paginator
from django.db.models import Count, Exists, OuterRef, Q, QuerySet
from django.utils.translation import gettext_lazy as _

from compound.models import Building, Compound, Household, Job
from compound.queries.doors import doors_for
from gate.models import Check, Outing, Pass
from gate.services.passes import clean_plate, whom

# Kind of the job that issues what is missing; its key is the compound's.
PASSES_JOB: Final = "passes"
PER_PAGE: Final = 50
HISTORY: Final = 50
# What the list is filtered by, besides the kind.
STATES: Final = {"valid": _("valid"), "ended": _("ended"), "all": _("all")}


def valid_passes(compound: Compound, at: dt.datetime) -> QuerySet[Pass]:
    """Not revoked and not over; one that begins tomorrow is among them."""
    return compound.passes.filter(_still_good(at))


def _still_good(at: dt.datetime) -> Q:
    return Q(revoked_at=None) & (Q(valid_until=None) | Q(valid_until__gt=at))


def without_pass(compound: Compound, *, at: dt.datetime, with_empty: bool = False) -> QuerySet[Household]:
    """Households without a valid household pass; empty flats only when asked for."""
    good = Pass.objects.filter(_still_good(at), household=OuterRef("pk"), kind=Pass.Kind.HOUSEHOLD)
    households = compound.households.filter(~Exists(good))
    return households if with_empty else households.filter(occupancy=Household.Occupancy.OCCUPIED)


@dataclass(frozen=True)
class Missing:
    """How many households have no pass."""

    occupied: int
    empty: int


def missing_passes(compound: Compound, *, at: dt.datetime) -> Missing:
    """One query."""
    rows = without_pass(compound, at=at, with_empty=True).values_list("occupancy").annotate(Count("pk")).order_by()
    counted = dict(rows)
    return Missing(counted.get(Household.Occupancy.OCCUPIED, 0), counted.get(Household.Occupancy.EMPTY, 0))


@dataclass(frozen=True)
class PassRow:
    """A pass and its state now: `kind` and `word` of templates/components/chip.html."""

    card: Pass
    kind: str
    word: str

    @property
    def whom(self) -> str:
        """What it is known by in a list: plate, room or name."""
        return whom(self.card)


def row_of(card: Pass, at: dt.datetime) -> PassRow:
    if card.revoked_at is not None:
        return PassRow(card, "no", str(_("revoked")))
    if card.valid_until is not None and card.valid_until <= at:
        return PassRow(card, "plain", str(_("run out")))
    if card.valid_from is not None and card.valid_from > at:
        return PassRow(card, "wait", str(_("not valid yet")))
    return PassRow(card, "done", str(_("valid")))


@dataclass(frozen=True)
class PassList:
    """`page` holds PassRow; `valid` counts all valid passes of the compound, whatever the filters say."""

    page: "Page[PassRow]"
    valid: int
    missing: Missing


def pass_list(
    *, compound: Compound, kind: str, building: str, state: str, text: str, page: str | int, at: dt.datetime
) -> PassList:
    """The passes that fit all filters, newest first; an empty filter lets all through. At most eight queries."""
    passes = compound.passes.select_related("household")
    if kind:
        passes = passes.filter(kind=kind)
    if building:
        passes = passes.filter(household__building__name=building)
    if state == "valid":
        passes = passes.filter(_still_good(at))
    elif state == "ended":
        passes = passes.exclude(_still_good(at))
    if text := text.strip():
        passes = passes.filter(_meant_by(compound, text))
    order = ["household__sort_key", "plate", "holder", "-issued_at", "pk"] if building else ["-issued_at", "pk"]
    found: Page[PassRow] = Paginator(passes.order_by(*order), PER_PAGE).get_page(page)  # type: ignore[assignment]
    found.object_list = [row_of(card, at) for card in found.object_list]  # type: ignore[arg-type]
    return PassList(found, valid_passes(compound, at).count(), missing_passes(compound, at=at))


def _meant_by(compound: Compound, text: str) -> Q:
    """A room as people write it, part of a plate, or part of a name."""
    doors = doors_for(compound, text)
    meant = Q(household__in=[door.pk for door in doors]) | Q(holder__icontains=text)
    plate = clean_plate(text)
    return meant | Q(plate__contains=plate) if plate else meant


def passes_of_household(household: Household, *, at: dt.datetime, ended: int = 3) -> list[PassRow]:
    """The valid passes of a door, newest first, then the last few that ended. One query."""
    rows = [row_of(card, at) for card in household.passes.order_by("-issued_at")[:50]]
    good = [row for row in rows if row.kind in ("done", "wait")]
    return good + [row for row in rows if row.kind not in ("done", "wait")][:ended]


@dataclass(frozen=True)
class PassHistory:
    """What a pass was shown for. `checks` newest first, at most 50; `outside_since` while somebody is out with it."""

    checks: list[Check]
    outside_since: dt.datetime | None


def history_of(card: Pass) -> PassHistory:
    """Two queries."""
    checks = list(card.checks.select_related("gate").order_by("-event_at")[:HISTORY])
    open_outing = Outing.objects.filter(gate_pass=card, back_at=None, void_at=None).order_by("-out_at").first()
    return PassHistory(checks, open_outing.out_at if open_outing else None)


# ── what is printed ───────────────────────────────


@dataclass(frozen=True)
class BuildingPasses:
    """One building, for printing: how many cards, on how many sheets, and who would get none."""

    building: Building
    cards: int
    households: int

    @property
    def missing(self) -> int:
        return self.households - self.cards


def passes_by_building(compound: Compound, *, at: dt.datetime) -> list[BuildingPasses]:
    """Household passes of each building beside its occupied households. Two queries."""
    good = valid_passes(compound, at).filter(kind=Pass.Kind.HOUSEHOLD, household__occupancy="occupied")
    cards = dict(good.values_list("household__building").annotate(Count("pk")).order_by())
    buildings = compound.buildings.annotate(
        occupied=Count("households", filter=Q(households__occupancy=Household.Occupancy.OCCUPIED))
    ).order_by("sort_key")
    return [BuildingPasses(row, cards.get(row.pk, 0), row.occupied) for row in buildings if row.occupied]


def passes_job(compound: Compound) -> Job | None:
    """The newest job that issues passes for all."""
    return compound.jobs.filter(kind=PASSES_JOB).order_by("-created_at").first()
