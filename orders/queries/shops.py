"""Supply points as their pages show them: hours, the walk, the shelves with what each good has cost."""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from django.db.models import Count, F, Q, Window
from django.db.models.functions import RowNumber

from compound.models import Compound
from orders.hours import is_open
from orders.models import GoodsWord, Item, ItemPrice, Section, SupplyPoint
from orders.queries.words import learned_words

# So many of the last prices of each good are shown.
PRICES = 8


@dataclass(frozen=True)
class PointRow:
    """One line of the list. `is_open` now; None while nobody has said its hours."""

    point: SupplyPoint
    is_open: bool | None
    items: int
    sections: int


@dataclass(frozen=True)
class Shelf:
    """A section with its goods; `section` None for goods that stand nowhere yet."""

    section: Section | None
    goods: tuple["Good", ...]


@dataclass(frozen=True)
class Good:
    """`prices` are the last ones, newest first; `before` the one before the newest of the same source."""

    item: Item
    prices: tuple[ItemPrice, ...]
    words: tuple[GoodsWord, ...]

    @property
    def last(self) -> ItemPrice | None:
        return self.prices[0] if self.prices else None

    @property
    def before(self) -> Decimal | None:
        return next((price.price for price in self.prices[1:] if price.price != self.prices[0].price), None)

    @property
    def trend(self) -> str:
        """`up`, `down`, or '' while there is nothing to compare with."""
        if self.before is None or self.last is None:
            return ""
        return "up" if self.last.price > self.before else "down"


def supply_point_rows(compound: Compound, at: dt.datetime) -> list[PointRow]:
    """Those that sell first. One statement."""
    points = compound.supply_points.annotate(
        item_count=Count("items", filter=Q(items__is_active=True), distinct=True),
        section_count=Count("sections", distinct=True),
    ).order_by("-is_active", "position", "name")
    now = compound.local(at).time()
    return [
        PointRow(point, is_open(point.opens, point.closes, now), point.item_count, point.section_count)
        for point in points
    ]


def shelves_of(point: SupplyPoint, *, active: bool = True) -> list[Shelf]:
    """By section as they are walked, what stands nowhere last. `active`: on sale, or no more. Four statements."""
    items = point.items.filter(is_active=active).order_by("name", "unit")
    goods: dict[int | None, list[Good]] = defaultdict(list)
    prices = _prices(point)
    words: dict[int, list[GoodsWord]] = defaultdict(list)
    for word in learned_words(point):
        words[word.item_id].append(word)
    for item in items:
        goods[item.section_id].append(Good(item, tuple(prices[item.pk]), tuple(words[item.pk])))
    shelves = [Shelf(section, tuple(goods[section.pk])) for section in sections_of(point)]
    return [*shelves, *([Shelf(None, tuple(goods[None]))] if goods[None] else [])]


def sections_of(point: SupplyPoint) -> list[Section]:
    """In walking order. One statement."""
    return list(point.sections.order_by("position", "name", "pk"))


def _prices(point: SupplyPoint) -> dict[int, list[ItemPrice]]:
    newest = Window(RowNumber(), partition_by=F("item"), order_by=[F("at").desc(), F("pk").desc()])
    rows: Iterable[ItemPrice] = (
        ItemPrice.objects.filter(item__supply_point=point)
        .annotate(place=newest)
        .filter(place__lte=PRICES)
        .order_by("item", "-at", "-pk")
    )
    by_item: dict[int, list[ItemPrice]] = defaultdict(list)
    for row in rows:
        by_item[row.item_id].append(row)
    return by_item
