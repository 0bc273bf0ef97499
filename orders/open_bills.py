"""What the households of a round still owe. Orders keeps no accounts: whoever does answers when asked."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import NamedTuple

from orders.models import Round


class Owed(NamedTuple):
    """So many households have not paid everything yet, and how many yuan that is in all, earlier bills included.

    `is_billed`: whether any has a bill of the round. `comes_later`: something came that has no price yet.
    """

    households: int
    amount: Decimal
    is_billed: bool = True
    comes_later: bool = False


@dataclass(frozen=True)
class OpenBills:
    """Of the households that have a bill of the round. `buildings`: by primary key, those with a bill or that get one
    once what came has its price."""

    buildings: Mapping[int, Owed]

    @property
    def everywhere(self) -> Owed:
        rows = self.buildings.values()
        return Owed(
            sum(row.households for row in rows),
            sum((row.amount for row in rows), Decimal(0)),
            any(row.is_billed for row in rows),
            any(row.comes_later for row in rows),
        )


Answer = Callable[[Round], OpenBills | None]
_keepers: list[Answer] = []


def keeps_bills(answer: Answer) -> Answer:
    """Decorates the function that knows: None while nothing of the round is billed."""
    _keepers.append(answer)
    return answer


def open_bills(round: Round) -> OpenBills | None:
    """None while nothing is billed, or where nobody keeps accounts."""
    return next((found for answer in _keepers if (found := answer(round)) is not None), None)
