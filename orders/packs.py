"""Goods that come by the case: how many packs to buy, and what is over. Pure."""

from decimal import ROUND_CEILING, ROUND_FLOOR, ROUND_HALF_UP, Decimal
from typing import NamedTuple

from orders.models import Offer

_ROUND = {
    Offer.Rounding.UP.value: ROUND_CEILING,
    Offer.Rounding.DOWN.value: ROUND_FLOOR,
    # Half a pack is nearer to a whole one: somebody waits for it.
    Offer.Rounding.NEAREST.value: ROUND_HALF_UP,
}


class ToBuy(NamedTuple):
    """`packs` is None where the good is not sold by the pack. `surplus` below 0 is what will be short."""

    packs: int | None
    quantity: Decimal
    surplus: Decimal

    @property
    def short(self) -> Decimal:
        return max(-self.surplus, Decimal(0))

    @property
    def over(self) -> Decimal:
        return max(self.surplus, Decimal(0))


def to_buy(needed: Decimal, pack_size: Decimal | None, rounding: str = Offer.Rounding.UP) -> ToBuy:
    """What to take off the shelf for `needed` ≥ 0, in the good's unit. `rounding` is one of `Offer.Rounding`.

    Buying one pack less may mean none at all: then the good is short by all that was ordered.
    """
    if pack_size is None:
        return ToBuy(None, needed, Decimal(0))
    packs = (needed / pack_size).to_integral_value(_ROUND[rounding])
    quantity = packs * pack_size
    return ToBuy(int(packs), quantity, quantity - needed)
