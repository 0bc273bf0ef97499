"""What the lines of a round say that is no good of its list, and which good each could mean."""

from collections import Counter, defaultdict
from dataclasses import dataclass
from decimal import Decimal

from orders.alike import Candidate, alike
from orders.models import GoodsWord, Item, Order, OrderLine, Round, SupplyPoint
from orders.services.orders import folded


@dataclass(frozen=True)
class Suggestion:
    """`is_offered`: whether the round's list has it already. `is_name`: the very name, in whatever unit."""

    item: Item
    is_offered: bool
    is_name: bool


@dataclass(frozen=True)
class Unknown:
    """Lines that say one thing in one unit. `goods` is its commonest spelling, `others` the rest of them."""

    goods: str
    unit: str
    others: tuple[str, ...]
    quantity: Decimal
    households: int
    lines: int
    suggestions: tuple[Suggestion, ...]


@dataclass(frozen=True)
class Words:
    """`items`: all that the supply point sells, for whoever finds the good among no suggestions."""

    unknown: tuple[Unknown, ...]
    items: tuple[Item, ...]
    learned: tuple[GoodsWord, ...]


def words_of(round: Round) -> Words:
    """What nobody has joined to a good yet, the most wanted first. Four statements."""
    lines = OrderLine.objects.filter(
        order__round=round, order__state__in=[Order.State.PLACED, Order.State.LATE], item=None, closed_at=None
    )
    groups: dict[tuple[str, str], list[tuple[str, str, Decimal, int]]] = defaultdict(list)
    for goods, unit, ordered, household in lines.order_by("pk").values_list(
        "goods", "unit", "ordered", "order__household"
    ):
        groups[folded(goods), folded(unit)].append((goods, unit, ordered, household))
    items = {item.pk: item for item in round.supply_point.items.filter(is_active=True).select_related("section")}
    learned = learned_words(round.supply_point)
    candidates = _candidates(items, learned) if groups else []
    offered = set(round.offers.values_list("item", flat=True)) if groups else set()
    unknown = []
    for rows in groups.values():
        spellings = [goods for goods, _count in Counter(row[0] for row in rows).most_common()]
        goods, unit = spellings[0], rows[0][1]
        suggestions = tuple(
            Suggestion(items[key], key in offered, is_name=folded(items[key].name) == folded(goods))
            for key, _score in alike(goods, unit, candidates)
        )
        quantity = sum((row[2] for row in rows), Decimal(0))
        households = len({row[3] for row in rows})
        unknown.append(Unknown(goods, unit, tuple(spellings[1:]), quantity, households, len(rows), suggestions))
    unknown.sort(key=lambda one: (-one.lines, one.goods, one.unit))
    return Words(tuple(unknown), tuple(items.values()), learned)


def learned_words(point: SupplyPoint) -> tuple[GoodsWord, ...]:
    """All words of a supply point, by good. One statement."""
    words = GoodsWord.objects.filter(supply_point=point).select_related("item", "learned_by")
    return tuple(words.order_by("item__name", "word", "unit"))


def _candidates(items: dict[int, Item], learned: tuple[GoodsWord, ...]) -> list[Candidate]:
    words: dict[int, list[str]] = defaultdict(list)
    for word in learned:
        words[word.item_id].append(word.word)
    return [Candidate(item.pk, (item.name, *item.aliases, *words[item.pk]), item.unit) for item in items.values()]
