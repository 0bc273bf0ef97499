"""What a round adds up to: per good for the shopper, per building for the text that goes into the chat."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.db.models import Count, Sum
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from compound.days import Clock
from compound.listing import listed
from orders.models import Offer, Order, OrderLine, Round
from orders.quantities import plain
from orders.queries.rounds import BuildingCount, building_counts

# A chat shows about this much of a message before it folds it.
GOODS_IN_TEXT = 30
FEW_LINES = 8


@dataclass(frozen=True)
class Total:
    """Σ of one good in one unit. `price` is None while it is unknown, or where the unit is not the offer's."""

    goods: str
    unit: str
    section: str
    quantity: Decimal
    households: int
    price: Decimal | None

    @property
    def sum(self) -> Decimal | None:
        return None if self.price is None else (self.price * self.quantity).quantize(Decimal("0.01"))


@dataclass(frozen=True)
class Totals:
    """`known` is the sum of what has a price; `unpriced` counts the goods that it leaves out,
    `unknown` those that are no good of the list."""

    rows: tuple[Total, ...]
    known: Decimal
    unpriced: int
    unknown: int
    orders: int
    households: int


def totals_of(round: Round, buildings: Sequence[BuildingCount], *, only: Collection[int] | None = None) -> Totals:
    """By section, then name. Two statements. `only`: primary keys of buildings that may be seen."""
    lines = OrderLine.objects.filter(order__round=round, order__state=Order.State.PLACED)
    if only is not None:
        lines = lines.filter(order__household__building__in=only)
    prices = {
        item: (price, unit)
        for item, price, unit in Offer.objects.filter(round=round).values_list("item", "price", "item__unit")
    }
    sums = list(
        lines.values("item", "goods", "unit", "item__section__name", "item__section__position")
        .annotate(quantity=Sum("ordered"), households=Count("order__household", distinct=True))
        .order_by("item__section__position", "item__section__name", "goods", "unit")
    )
    rows = []
    for row in sums:
        price, unit = prices.get(row["item"], (None, ""))
        rows.append(
            Total(
                goods=row["goods"],
                unit=row["unit"],
                section=row["item__section__name"] or "",
                quantity=row["quantity"],
                households=row["households"],
                price=price if row["unit"] == unit else None,
            )
        )
    return Totals(
        rows=tuple(rows),
        known=sum((row.sum for row in rows if row.sum is not None), Decimal(0)),
        unpriced=sum(row.price is None for row in rows),
        unknown=sum(row["item"] is None for row in sums),
        orders=sum(one.orders for one in buildings),
        # A household is in one building: no door is counted twice.
        households=sum(one.bags for one in buildings),
    )


def buildings_words(names: Iterable[str]) -> str:
    """`19、20栋、商务楼`: those with a mere number or letter first, with the word once."""
    known = list(dict.fromkeys(names))
    plain, others = [name for name in known if name[-1:].isascii()], [name for name in known if not name[-1:].isascii()]
    words = ngettext("building %(names)s", "buildings %(names)s", len(plain)) % {"names": listed(plain)}
    return listed([*([words] if plain else []), *others])


def building_words(name: str) -> str:
    """`3栋`, but 商务楼 as it is: a name that is a word already needs no other one."""
    return _("building %(name)s") % {"name": name} if name[-1:].isascii() else name


@dataclass(frozen=True)
class ChatTexts:
    """Texts to paste into the chat, in the language in force. Nobody is named, no room is written."""

    reminder: str
    summary: str


def chat_texts(round: Round, clock: Clock) -> ChatTexts:
    """Four statements."""
    buildings = building_counts(round)
    totals = totals_of(round, buildings)
    return ChatTexts(reminder=_reminder(round, clock), summary=_summary(round, totals, buildings, clock))


def _reminder(round: Round, clock: Clock) -> str:
    lines = [
        # Translators: first line of a text for the chat
        _("[%(title)s] %(point)s: orders until %(when)s")
        % {"title": round.title, "point": round.supply_point.name, "when": clock.when(round.cutoff_at)}
    ]
    offers = round.offers.select_related("item").order_by("position", "id")
    lines += [f"· {_offer_words(offer)}" for offer in offers]
    lines.append(_("Please write building-room, goods and how much, for example: 20-1702 eggs 2"))
    lines.append(_("What comes later is kept for the next round."))
    return "\n".join(lines)


def _offer_words(offer: Offer) -> str:
    words = offer.item.name
    if offer.price is not None:
        words += " " + _("%(price)s yuan") % {"price": plain(offer.price)}
        words += f"/{offer.item.unit}" if offer.item.unit else ""
    else:
        words += " " + _("(price at the till)")
    if offer.cap is not None:
        words += " " + _("(at most %(cap)s)") % {"cap": plain(offer.cap)}
    return words


def _summary(round: Round, totals: Totals, buildings: Sequence[BuildingCount], clock: Clock) -> str:
    lines = [_first_line(round, clock)]
    households = ngettext("%(count)d household", "%(count)d households", totals.households)
    lines.append(_("%(households)s in all:") % {"households": households % {"count": totals.households}})
    lines += side_by_side([_bags_words(one) for one in buildings])
    lines.append(_("Goods:"))
    lines += side_by_side([f"· {row.goods} {plain(row.quantity)}{row.unit}" for row in totals.rows[:GOODS_IN_TEXT]])
    if (more := len(totals.rows) - GOODS_IN_TEXT) > 0:
        lines.append(ngettext("and %(count)d kind more", "and %(count)d kinds more", more) % {"count": more})
    return "\n".join(lines)


def _bags_words(one: BuildingCount) -> str:
    bags = ngettext("%(count)d bag", "%(count)d bags", one.bags) % {"count": one.bags}
    return _("%(building)s: %(bags)s") % {"building": building_words(one.name), "bags": bags}


def side_by_side(words: Sequence[str]) -> list[str]:
    """One a line while they are few; else three, because a chat folds a long message away."""
    if len(words) <= FEW_LINES:
        return list(words)
    return ["　".join(words[start : start + 3]) for start in range(0, len(words), 3)]


def _first_line(round: Round, clock: Clock) -> str:
    facts = {"title": round.title, "when": clock.when(round.cutoff_at)}
    if round.state == Round.State.OPEN:
        return _("[%(title)s] so far; orders until %(when)s") % facts
    if round.state == Round.State.DELIVERING:
        return _("[%(title)s] is on its way: please listen for the door") % facts
    return _("[%(title)s] closed at %(when)s") % facts
