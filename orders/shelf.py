"""How far a good of a round has been bought. Pure: no database, no clock."""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from orders.models import Purchase

Kind = Purchase.Kind
ZERO = Decimal(0)
# Of weighed goods: so far off, in parts of what was wanted, the scales may be and the wish is met all the same.
WEIGHED_SLACK = Decimal("0.25")


class Stand(StrEnum):
    OPEN = "open"
    # Some of it, and nobody has said that there is no more.
    PART = "part"
    DONE = "done"
    # Somebody has said so, and it is not all there.
    SHORT = "short"


@dataclass(frozen=True)
class Shelf:
    """`wanted`: what is to be taken off the shelf, whole packs where it comes in packs. `covered`: bought or replaced.

    `surplus` is what several shoppers have bought too much between them (or one), `short` what is lacking once
    nobody looks for it any more; both 0 else. All in the good's unit.
    """

    needed: Decimal
    wanted: Decimal
    bought: Decimal
    replaced: Decimal
    stand: Stand
    surplus: Decimal
    short: Decimal

    @property
    def covered(self) -> Decimal:
        return self.bought + self.replaced

    @property
    def left(self) -> Decimal:
        return max(self.wanted - self.covered, ZERO)


def is_enough(quantity: Decimal, *, ordered: Decimal, is_weighed: bool) -> bool:
    """Whether nothing is missing. Of weighed goods the scales may be off: 3.95 斤 are the 4 that were ordered."""
    return 0 < quantity >= ordered - (ordered * WEIGHED_SLACK if is_weighed else ZERO)


def shelf_of(*, needed: Decimal, wanted: Decimal, is_weighed: bool, purchases: Iterable[Purchase]) -> Shelf:
    """`purchases`: those of one good that are not taken back, in the order of their event times."""
    rows = list(purchases)
    bought = sum((row.quantity for row in rows if row.kind == Kind.BOUGHT), ZERO)
    replaced = sum((row.quantity for row in rows if row.kind == Kind.SUBSTITUTE), ZERO)
    covered = bought + replaced
    slack = wanted * WEIGHED_SLACK if is_weighed else ZERO
    if is_enough(covered, ordered=min(wanted, needed), is_weighed=is_weighed):
        stand = Stand.DONE
    elif any(row.kind == Kind.SHORT for row in rows):
        stand = Stand.SHORT
    else:
        stand = Stand.PART if covered else Stand.OPEN
    over = covered - wanted
    return Shelf(
        needed=needed,
        wanted=wanted,
        bought=bought,
        replaced=replaced,
        stand=stand,
        surplus=over if over > slack else ZERO,
        short=max(needed - covered, ZERO) if stand is Stand.SHORT else ZERO,
    )
