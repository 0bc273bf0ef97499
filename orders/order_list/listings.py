"""How a table writes what was ordered, seen over all of its rows: once for many, or several goods in one cell. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from compound.rooms import clean
from compound.spreadsheet import Cell
from orders.order_list import words
from orders.order_list.amounts import Part, read_amount, read_parts
from orders.order_list.sections import Column, Section


@dataclass(frozen=True, slots=True)
class Listing:
    """`counts`: the count behind a lone good (`五花肉x2`) is how many, and no pack of two.

    `kinds`: the quantity beside the goods may be how many kinds there are; else it is their sum.
    """

    counts: bool = False
    kinds: bool = True

    def fits(self, parts: Sequence[Part], total: Decimal | None) -> bool:
        return total is None or total == _sum(parts) or (self.kinds and total == len(parts))


def listing_of(section: Section, goods: Column | None, quantity: Column | None) -> Listing:
    """Several goods in one cell show it. Without them only a table whose counts all stand beside it once more does."""
    if goods is None or quantity is None:
        return Listing()
    read = [
        (read_parts(clean(row.cell(goods.index).text)), read_amount(row.cell(quantity.index).text).quantity)
        for row in section.rows
    ]
    several = [(parts, total) for parts, total in read if len(parts) > 1 and total is not None]
    told = [(parts, total) for parts, total in several if _sum(parts) != len(parts)]
    sums = sum(total == _sum(parts) for parts, total in told)
    kinds = sum(total == len(parts) for parts, total in told)
    alone = [(_sum(parts), total) for parts, total in read if len(parts) == 1]
    alike = all(count == total for count, total in alone) and len({count for count, _total in alone}) > 1
    return Listing(counts=bool(several) or alike, kinds=kinds > sums or not sums)


def _sum(parts: Iterable[Part]) -> Decimal:
    return sum((part.amount.quantity or Decimal(0) for part in parts), Decimal(0))


def says(cell: Cell) -> bool:
    return cell.kind in ("formula", "error") or (bool(cell.text) and clean(cell.text).lower() not in words.NOTHING)


def is_written_once(section: Section, once: Column | None, each: Column | None) -> bool:
    """Whether many rows leave out what stands above them in the one column, and fill the other all the same."""
    if once is None or each is None:
        return False
    filled = [row for row in section.rows if says(row.cell(each.index))]
    without = [row for row in filled if not row.cell(once.index).text]
    return len(filled) > 3 and len(without) > 0.4 * len(filled) and bool(filled[0].cell(once.index).text)
