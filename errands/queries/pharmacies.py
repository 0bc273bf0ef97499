"""What is to be fetched at one pharmacy or shop: one errand is one person's, one bag.

    counters(compound, *, only=None, runner=None) -> list[Counter]       every place that something waits at, and none
    bags_at(point, *, only=None, runner=None) -> list[ErrandRow]         not bought yet, urgent first, then door by door
    list_of(point, rows) -> PharmacyList                                 what the sheet is drawn from
    labels_of(rows) -> list[BagLabel]

`runner`: only what this user has taken on.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Q, QuerySet

from compound.models import Compound, User
from errands.models import Errand
from errands.queries.errands import ErrandRow, rows_of, seen, top_up_words, with_parts
from orders.models import SupplyPoint
from orders.queries.sheet_rows import without_numbers

Kind, State = Errand.Kind, Errand.State
TO_FETCH = (State.ASKED, State.TAKEN)


@dataclass(frozen=True)
class Counter:
    """A place and how much is to be fetched there; `point` None: medicine for which nobody has chosen a pharmacy."""

    point: SupplyPoint | None
    open: int
    urgent: int


@dataclass(frozen=True)
class ListLine:
    """One medicine as it stands on the box, or what else is to be had."""

    name: str
    maker: str = ""
    specification: str = ""
    quantity: str = ""
    is_cold: bool = False
    needs_prescription: bool = False


@dataclass(frozen=True)
class PersonBag:
    """What goes into one bag. `cards`: those that have gone along already, `王奶奶 医保卡`."""

    room: str
    person: str
    is_urgent: bool
    runner: str
    lines: tuple[ListLine, ...]
    bears: str
    note: str
    cards: tuple[str, ...]


@dataclass(frozen=True)
class PharmacyList:
    point: str
    address: str
    bags: tuple[PersonBag, ...]

    @property
    def lines(self) -> int:
        return sum(len(bag.lines) for bag in self.bags)


@dataclass(frozen=True)
class BagLabel:
    """No medicine stands on the label: the bag stands at a gate or in a stairwell."""

    room: str
    person: str
    point: str
    is_cold: bool


def _to_fetch(compound: Compound, only: Collection[int] | None, runner: User | None) -> QuerySet[Errand]:
    errands = seen(compound, only).filter(state__in=TO_FETCH)
    return errands.filter(taken_by=runner) if runner is not None else errands


def counters(compound: Compound, *, only: Collection[int] | None = None, runner: User | None = None) -> list[Counter]:
    """Two statements."""
    errands = _to_fetch(compound, only, runner).filter(Q(kind=Kind.MEDICINE) | Q(supply_point__isnull=False))
    urgent = Count("pk", filter=Q(is_urgent=True))
    counted = errands.order_by().values("supply_point").annotate(open=Count("pk"), urgent=urgent)
    found: dict[int | None, Any] = {row["supply_point"]: row for row in counted}
    points = SupplyPoint.objects.filter(pk__in=[pk for pk in found if pk is not None])
    rows = [Counter(point, found[point.pk]["open"], found[point.pk]["urgent"]) for point in points]
    if None in found:
        rows.append(Counter(None, found[None]["open"], found[None]["urgent"]))
    return rows


def bags_at(point: SupplyPoint, *, only: Collection[int] | None = None, runner: User | None = None) -> list[ErrandRow]:
    errands = _to_fetch(point.compound, only, runner).filter(supply_point=point)
    return rows_of(with_parts(errands.order_by("-is_urgent", "household__sort_key", "asked_at", "pk")))


def list_of(point: SupplyPoint, rows: Sequence[ErrandRow]) -> PharmacyList:
    return PharmacyList(point.name, point.address, tuple(_bag(row) for row in rows))


def _bag(row: ErrandRow) -> PersonBag:
    errand = row.errand
    lines = tuple(
        ListLine(
            medicine.name,
            medicine.maker,
            medicine.specification,
            f"{medicine.quantity}{medicine.unit}",
            medicine.is_cold,
            medicine.needs_prescription,
        )
        for medicine in row.medicines
    )
    if errand.kind == Kind.TOP_UP:
        lines = (ListLine(top_up_words(errand)),)
    elif not lines:
        lines = (ListLine(without_numbers(errand.text)),)
    return PersonBag(
        room=errand.household.room,
        person=errand.person,
        is_urgent=errand.is_urgent,
        runner=errand.taken_by.name if errand.taken_by else "",
        lines=lines,
        bears=errand.get_refusal_borne_by_display() if errand.kind == Kind.MEDICINE else "",
        note=without_numbers(errand.text) if errand.kind == Kind.MEDICINE else "",
        cards=tuple(f"{card.holder} {card.get_kind_display()}" for card in row.cards),
    )


def labels_of(rows: Sequence[ErrandRow]) -> list[BagLabel]:
    return [
        BagLabel(
            row.errand.household.room,
            row.errand.person,
            row.errand.supply_point.name if row.errand.supply_point else "",
            row.is_cold,
        )
        for row in rows
        if row.errand.kind == Kind.MEDICINE
    ]
