"""Rounds as their pages show them: the list, one round with its orders, its pastes and its sheets."""

import datetime as dt
import uuid
from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from itertools import groupby
from typing import Any

from django.core.paginator import Page, Paginator
from django.db.models import Count, Q, QuerySet

from compound.models import Compound, Job, Sheet
from orders.models import SHEETS_JOB, ChainEntry, ChainImport, Order, OrderLine, Round
from orders.queries.due import DUE

S = Round.State
ALIVE = (Order.State.PLACED, Order.State.LATE)
PAST_PER_PAGE = 20
# In the order in which they are needed: shop, share out, pack, carry, ask again.
SHEET_KINDS = ("shopping_list", "sharing", "bag_slips", "delivery_run", "not_served")
# They name households of every building on one sheet: not for a captain of one.
ALL_DOORS = ("sharing", "bag_slips", "not_served")
# One building each, which is the part of the sheet: a captain opens those of the own one.
OF_A_BUILDING = ("delivery_run", "relief_ticks")


@dataclass(frozen=True)
class RoundRow:
    """One line of the list. `phase`: open, upcoming, closing, closed, shopping, delivering, settled, cancelled."""

    round: Round
    phase: str
    orders: int
    households: int
    open_entries: int
    sheets: int


@dataclass(frozen=True)
class RoundsPage:
    open: list[RoundRow]
    upcoming: list[RoundRow]
    on_the_way: list[RoundRow]
    past: list[RoundRow]
    pages: Page[Round]


def phase_of(round: Round, at: dt.datetime) -> str:
    """The round's state with what the clock adds to it: not open yet, or past its cut-off and about to close."""
    if round.state != S.OPEN:
        return round.state
    if at < round.opens_at:
        return "upcoming"
    return "open" if at < round.cutoff_at else "closing"


def rounds_page(*, compound: Compound, page: str | int, at: dt.datetime) -> RoundsPage:
    """All rounds under way and one page of those that are over. Six statements, however many rounds there are."""
    rounds = compound.rounds.select_related("supply_point")
    current = list(rounds.exclude(state__in=[S.SETTLED, S.CANCELLED]).order_by("cutoff_at"))
    over = rounds.filter(state__in=[S.SETTLED, S.CANCELLED]).order_by("-cutoff_at")
    pages = Paginator(over, PAST_PER_PAGE).get_page(page)
    past = list(pages)
    rows = _rows([*current, *past], at)
    by_phase: dict[str, list[RoundRow]] = defaultdict(list)
    for row in rows[: len(current)]:
        by_phase[row.phase].append(row)
    return RoundsPage(
        open=by_phase["closing"] + by_phase["open"],
        upcoming=by_phase["upcoming"],
        on_the_way=by_phase["delivering"] + by_phase["shopping"] + by_phase["closed"],
        past=rows[len(current) :],
        pages=pages,
    )


def _rows(rounds: list[Round], at: dt.datetime) -> list[RoundRow]:
    ids = [round.pk for round in rounds]
    orders: dict[uuid.UUID, tuple[int, int]] = {
        round_id: (count, households)
        for round_id, count, households in Order.objects.filter(round__in=ids, state=Order.State.PLACED)
        .values_list("round")
        .annotate(orders=Count("pk"), households=Count("household", distinct=True))
        .order_by()
    }
    to_look_at = dict(
        _open_entries()
        .filter(chain_import__round__in=ids)
        .values_list("chain_import__round")
        .annotate(count=Count("pk"))
        .order_by()
    )
    # Distinct parts: three versions of one list are one sheet.
    sheets = dict(
        Sheet.objects.filter(group__in=ids, version=1).values_list("group").annotate(count=Count("pk")).order_by()
    )
    return [
        RoundRow(
            round=round,
            phase=phase_of(round, at),
            orders=orders.get(round.pk, (0, 0))[0],
            households=orders.get(round.pk, (0, 0))[1],
            open_entries=to_look_at.get(round.pk, 0),
            sheets=sheets.get(round.pk, 0),
        )
        for round in rounds
    ]


def _open_entries() -> QuerySet[ChainEntry]:
    """What nobody has decided yet, in pastes that still count."""
    states = [ChainImport.State.REVIEW, ChainImport.State.CONFIRMED]
    pastes = ChainImport.objects.filter(state__in=states).current()
    return ChainEntry.objects.filter(decision=ChainEntry.Decision.OPEN, chain_import__in=pastes)


# ── one round ─────────────────────────────────────


@dataclass(frozen=True)
class BuildingCount:
    """A building with orders in a round. `bags` is the number of households that get one."""

    pk: int
    name: str
    bags: int
    orders: int
    lines: int
    marked: int  # lines with a word about what happened at the door


@dataclass(frozen=True)
class Paste:
    """`is_overtaken`: a later confirmed paste of the group has taken its place, and there is nothing to do about it."""

    chain_import: ChainImport
    entries: int
    open: int
    can_undo: bool
    is_overtaken: bool


@dataclass
class SheetPart:
    """One sheet (a list, the run of one building) with all its versions, newest first. No file is read."""

    kind: str
    part: str
    versions: list[Sheet] = field(default_factory=list)

    @property
    def newest(self) -> Sheet:
        return self.versions[0]

    @property
    def older(self) -> list[Sheet]:
        return self.versions[1:]


def building_counts(round: Round, *, only: Collection[int] | None = None) -> list[BuildingCount]:
    """Buildings with orders, in walking order. One statement. `only`: primary keys of buildings that may be seen.

    Bags and lines of what is carried: a door for which nothing was left has none.
    """
    lines = OrderLine.objects.filter(order__round=round, order__state=Order.State.PLACED).annotate(due=DUE)
    if only is not None:
        lines = lines.filter(order__household__building__in=only)
    rows = (
        lines.values("order__household__building", "order__household__building__name")
        .annotate(
            bags=Count("order__household", distinct=True, filter=Q(due__gt=0)),
            orders=Count("order", distinct=True),
            lines=Count("pk", filter=Q(due__gt=0)),
            marked=Count("pk", filter=Q(due__gt=0) & ~Q(outcome=OrderLine.Outcome.PENDING)),
        )
        .order_by("order__household__building__sort_key")
    )
    return [
        BuildingCount(
            pk=row["order__household__building"],
            name=row["order__household__building__name"],
            bags=row["bags"],
            orders=row["orders"],
            lines=row["lines"],
            marked=row["marked"],
        )
        for row in rows
    ]


def unmarked_buildings(round: Round) -> list[BuildingCount]:
    """Buildings with lines about which nobody has said what happened at the door, in walking order. One statement."""
    return [building for building in building_counts(round) if building.marked < building.lines]


def orders_of(round: Round, *, buildings: Collection[int]) -> list[Order]:
    """Placed orders of some buildings (primary keys), door by door in walking order, with lines. Two statements."""
    orders = Order.objects.filter(round=round, state=Order.State.PLACED, household__building__in=buildings)
    return list(
        orders.select_related("household", "entered_by", "chain_import__source", "late_for")
        .prefetch_related("lines")
        .order_by("household__sort_key", "entered_at")
    )


def late_orders(round: Round) -> list[Order]:
    """Orders that missed this round and that nobody has taken into another one. Two statements."""
    orders = Order.objects.filter(round=round, state=Order.State.LATE)
    rows = orders.select_related("household", "entered_by", "chain_import__source").prefetch_related("lines")
    return list(rows.order_by("household__sort_key"))


def rounds_for_late_orders(round: Round, at: dt.datetime) -> list[Round]:
    """Where a late order may go: its own round while that is only just closed, then what is open now. One statement."""
    open_now = Q(state=S.OPEN, opens_at__lte=at, cutoff_at__gt=at)
    own = Q(pk=round.pk, state=S.CLOSED)
    return list(Round.objects.filter(compound=round.compound_id).filter(open_now | own).order_by("cutoff_at"))


def pastes_of(round: Round, at: dt.datetime) -> list[Paste]:
    """What was pasted for the round, newest first, with what may be undone. Two statements."""
    imports: list[Any] = list(
        round.chain_imports.exclude(state=ChainImport.State.DISCARDED)
        .select_related("source", "pasted_by")
        .annotate(
            entries_count=Count("entries", filter=~Q(entries__change=ChainEntry.Change.GONE)),
            open_count=Count("entries", filter=Q(entries__decision=ChainEntry.Decision.OPEN)),
        )
        .order_by("-pasted_at")
    )
    current = set(round.chain_imports.current().values_list("pk", flat=True))
    confirmed = ChainImport.State.CONFIRMED
    return [
        Paste(
            chain_import=one,
            entries=one.entries_count,
            open=one.open_count if one.pk in current and one.state in (ChainImport.State.REVIEW, confirmed) else 0,
            can_undo=one.pk in current and one.state == confirmed and round.takes_orders(at),
            is_overtaken=one.pk not in current,
        )
        for one in imports
    ]


def sheets_of(round: Round, *, buildings: Collection[str] | None = None) -> list[SheetPart]:
    """Every sheet of the round with its versions; files and rows stay in the database. One statement.

    `buildings`: names of those whose runs may be seen, and then no sheet of all doors either; None for all.
    """
    sheets = Sheet.objects.filter(group=round.pk)
    if buildings is not None:
        sheets = sheets.exclude(~Q(part__in=buildings), kind="delivery_run").exclude(kind__in=ALL_DOORS)
    sheets = sheets.select_related("file").defer("rows", "file__content").order_by("kind", "part_key", "-version")
    found = _parts(sheets)
    known = {kind: place for place, kind in enumerate(SHEET_KINDS)}
    return sorted(found, key=lambda part: known.get(part.kind, len(known)))


def sheets_of_group(group: uuid.UUID) -> list[SheetPart]:
    """Every sheet that was made for something else than a round, with its versions. One statement."""
    sheets = Sheet.objects.filter(group=group).select_related("file").defer("rows", "file__content")
    return _parts(sheets.order_by("kind", "part_key", "-version"))


def _parts(sheets: Iterable[Sheet]) -> list[SheetPart]:
    groups = groupby(sheets, key=lambda sheet: (sheet.kind, sheet.part))
    return [SheetPart(kind, part, list(versions)) for (kind, part), versions in groups]


def sheets_job(round: Round) -> Job | None:
    """The newest job that made, or makes, the round's sheets. One statement."""
    return Job.objects.filter(kind=SHEETS_JOB, key=str(round.pk)).order_by("-created_at").first()
