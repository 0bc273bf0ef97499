"""What comes out of reading an export: frozen dataclasses, `as_dict()` gives the JSON shape of the contract."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from types import MappingProxyType
from typing import Any, Literal

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from compound.spreadsheet import ListRefused
from orders.quantities import plain

Why = Literal["header", "total", "remark", "blank", "copy", "sheet", "hidden", "heading", "no_goods"]

# Every warning is "code: facts"; the facts of `unit_ambiguous` are the rooms, parted by |. Words: orders/warning_words.
WARNINGS: frozenset[str] = frozenset(
    {
        # the door
        "unit_ambiguous", "room_unknown", "no_room", "building_only", "room_only", "room_conflict", "columns_conflict",
        "remark_room", "place_hint", "date_recovered", "room_is_date", "glued", "unit_ignored", "by_nickname",
        "by_layout", "by_number", "bad_cell",
        # the goods
        "quantity_unreadable", "no_quantity", "zero", "large", "no_items", "total_differs",
        # the state
        "partial_refund", "refund_asked", "unpaid", "remark_cancel", "state_unknown",
        # the line
        "hidden_row", "repeated_row",
    }
)  # fmt: skip
# These inform: the row can be taken without asking anybody.
HARMLESS = frozenset({"by_nickname", "by_layout", "date_recovered", "hidden_row"})

_REFUSALS = {
    "no_orders_header": gettext_noop(
        "No line with the headings of an order list was found. It needs at least one for the goods (商品) or one "
        "column for each good, and one for the door (地址, or 楼号 and 房号)."
    ),
    "no_orders": gettext_noop("The file has headings, but no orders under them."),
}

_BAD_CELLS = {
    "formula": gettext_noop(
        "%(cell)s is a formula without a stored result. Open the file in Excel, save it, and upload it again."
    ),
    "cell_error": gettext_noop("%(cell)s shows an Excel error (%(text)s)."),
    "room_is_date": gettext_noop(
        "%(cell)s has become a date (%(text)s), as Excel does with 3-2. Set the column to “text” "
        "and write the room again."
    ),
    "quantity_unreadable": gettext_noop("%(cell)s is no quantity (it says “%(text)s”)."),
    "quantity_missing": gettext_noop("%(cell)s is empty: how much was ordered?"),
    "row_unreadable": gettext_noop("%(cell)s: this line was not understood (it says “%(text)s”)."),
}


class NoOrders(ListRefused):
    """The file can be read, and holds no list of orders."""

    sentences = _REFUSALS


@dataclass(frozen=True, slots=True)
class BadCell:
    """A cell that somebody has to correct in the file. `sheet` is '' while only one sheet was read."""

    code: str
    row: int
    cell: str
    sheet: str = ""
    text: str = ""

    @property
    def message(self) -> str:
        place = f"{self.sheet}!{self.cell}" if self.sheet else self.cell
        return _(_BAD_CELLS[self.code]) % {"cell": place, "text": self.text}

    def as_dict(self) -> dict[str, Any]:
        return {"cell": self.cell, "message": self.message, "code": self.code, "row": self.row, "sheet": self.sheet}


@dataclass(frozen=True, slots=True)
class OrderRow:
    """One good of one order, from one row. `reference`: the platform's own number of the order, '' when it has none.

    `quantity` None: not to be read. `place`: all that was written about the door, as words. `raw`: the row without
    telephone numbers, receivers and money.
    """

    row: int
    sheet: str
    reference: str
    buyer: str
    goods: str
    spec: str
    quantity: Decimal | None
    unit: str
    cancelled: bool
    room: str | None
    place: str
    remark: str
    raw: str
    warnings: tuple[str, ...] = ()

    @property
    def order(self) -> tuple[str, str, str, str]:
        """What rows of one order share."""
        return (self.reference, self.buyer, self.place, self.remark if not self.reference else "")

    def as_dict(self) -> dict[str, Any]:
        return {
            "row": self.row,
            "sheet": self.sheet,
            "room": self.room,
            "goods": self.goods,
            "spec": self.spec,
            "quantity": None if self.quantity is None else plain(self.quantity),
            "cancelled": self.cancelled,
            "warnings": list(self.warnings),
        }


@dataclass(frozen=True, slots=True)
class SkippedRow:
    """A line that is no order; `row` 0 for a whole sheet."""

    row: int
    sheet: str
    raw: str
    why: Why

    def as_dict(self) -> dict[str, Any]:
        return {"line": self.row, "raw": self.raw, "why": self.why, "sheet": self.sheet}


@dataclass(frozen=True, slots=True)
class OrderReading:
    """`platform`: 快团团, 群接龙 or ''. `columns`: heading by field, to be shown."""

    rows: tuple[OrderRow, ...]
    skipped: tuple[SkippedRow, ...]
    errors: tuple[BadCell, ...]
    platform: str = ""
    columns: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
