"""Group buys that need so much to take place: how far each has come, and what still waits for a decision."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from django.db.models import Count, OuterRef, QuerySet, Subquery, Sum
from django.db.models.functions import Coalesce
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from compound.models import Compound
from orders.models import Offer, Order, OrderLine, Round
from orders.packs import ToBuy, to_buy
from orders.quantities import plain
from orders.services.minimums import TO_DECIDE


@dataclass(frozen=True)
class Minimum:
    """One offer with a minimum. `ordered` and `households` count what still stands: what was called off is gone."""

    offer: Offer
    ordered: Decimal
    households: int

    @property
    def is_reached(self) -> bool:
        return self.offer.minimum is not None and self.ordered >= self.offer.minimum

    @property
    def lacks(self) -> Decimal:
        return max((self.offer.minimum or Decimal(0)) - self.ordered, Decimal(0))

    @property
    def is_called_off(self) -> bool:
        return self.offer.fate in (Offer.Fate.CANCEL, Offer.Fate.NEXT)

    @property
    def waits(self) -> bool:
        """Somebody has to decide, once the round takes no more orders: also about what came after a decision."""
        if self.is_called_off:
            return self.ordered > 0
        return not self.offer.fate and self.ordered > 0 and not self.is_reached


def minimums_of(round: Round) -> list[Minimum]:
    """The round's offers with a minimum, as far as they have come. One statement."""
    return _minimums(Offer.objects.filter(round=round))


def waiting_minimums(compound: Compound, at: dt.datetime) -> list[Minimum]:
    """All that somebody has to decide now, by round. One statement."""
    offers = Offer.objects.filter(
        round__compound=compound, round__state__in=TO_DECIDE, round__cutoff_at__lte=at, minimum__isnull=False
    )
    return [minimum for minimum in _minimums(offers) if minimum.waits]


def _minimums(offers: QuerySet[Offer]) -> list[Minimum]:
    placed = OrderLine.objects.filter(
        order__round=OuterRef("round"), order__state=Order.State.PLACED, item=OuterRef("item"), closed_at=None
    ).order_by()
    by_item = placed.values("item")
    rows = (
        offers.filter(minimum__isnull=False)
        .select_related("item", "round__supply_point", "fate_by")
        .annotate(
            total=Coalesce(Subquery(by_item.annotate(sum=Sum("ordered")).values("sum")), Decimal(0)),
            doors=Coalesce(
                Subquery(by_item.annotate(doors=Count("order__household", distinct=True)).values("doors")), 0
            ),
        )
        .order_by("round__cutoff_at", "round", "position", "pk")
    )
    return [Minimum(offer, offer.total, offer.doors) for offer in rows]


def packs_of(offer: Offer, needed: Decimal) -> ToBuy:
    """What to take off the shelf for `needed` of an offer, with its item at hand."""
    return to_buy(needed, offer.item.pack_size, offer.rounding)


def rounds_to_roll_into(round: Round, at: dt.datetime) -> list[Round]:
    """Open rounds of the same supply point, the one that closes first in front. One statement."""
    rounds = Round.objects.filter(
        supply_point=round.supply_point_id, state=Round.State.OPEN, opens_at__lte=at, cutoff_at__gt=at
    )
    return list(rounds.exclude(pk=round.pk).order_by("cutoff_at"))


def text_for_chat(round: Round, minimums: Iterable[Minimum], *, is_open: bool = False) -> str:
    """What to tell the neighbours about group buys that did not come about, or (`is_open`) may still. No names."""
    said = [_words(minimum, is_open=is_open) for minimum in minimums if minimum.waits or minimum.offer.fate]
    # Translators: first line of a text for the chat
    return "\n".join([_("[%(title)s] group buys") % {"title": round.title}, *said]) if said else ""


def _words(minimum: Minimum, *, is_open: bool) -> str:
    offer = minimum.offer
    unit = offer.item.unit
    facts = {
        "goods": offer.item.name,
        "least": f"{plain(offer.minimum or Decimal(0))}{unit}",
        "ordered": f"{plain(minimum.ordered)}{unit}",
        "lacks": f"{plain(minimum.lacks)}{unit}",
    }
    if is_open:
        return _("· %(goods)s: %(ordered)s so far, %(lacks)s missing until it is bought (from %(least)s on).") % facts
    match offer.fate:
        case Offer.Fate.CANCEL:
            return _("· %(goods)s: fewer than %(least)s came together, so it is not bought this time.") % facts
        case Offer.Fate.NEXT:
            return (
                _("· %(goods)s: fewer than %(least)s came together; the orders go into the next round by themselves.")
                % facts
            )
        case Offer.Fate.BUY:
            return _("· %(goods)s: fewer than %(least)s came together; it is bought all the same.") % facts
    text = ngettext(
        "· %(goods)s: %(ordered)s of at least %(least)s from %(count)d household. Shall we buy it all the same?",
        "· %(goods)s: %(ordered)s of at least %(least)s from %(count)d households. Shall we buy it all the same?",
        minimum.households,
    )
    return text % {**facts, "count": minimum.households}
