"""What the sheets of a round say, as typed rows: built from plain data, kept as JSON, compared with each other.

No database, no clock, no words of the interface. `orders/queries/sheets.py` reads the snapshot that the builders
take, `orders/sheets` draws the rows.
"""

from orders.queries.sheet_rows.build import (
    Buying,
    Door,
    Leftover,
    OrderedLine,
    Snapshot,
    bag_slips,
    delivery_runs,
    not_served,
    sheets_of,
    shopping_lists,
    walk_of,
    walking_order,
)
from orders.queries.sheet_rows.changes import Change, Marked, Summary, bag_changes, merge, summary
from orders.queries.sheet_rows.numbers import plain, without_numbers
from orders.queries.sheet_rows.relief import ReliefStop, ReliefTicks
from orders.queries.sheet_rows.rows import (
    BagLine,
    BagSlip,
    BagSlips,
    DeliveryRun,
    LeftLine,
    NotServed,
    Packs,
    RunStop,
    SheetRows,
    ShoppingLine,
    ShoppingList,
    Variant,
    Walk,
    Why,
    checksum,
    from_json,
    to_json,
)
from orders.queries.sheet_rows.sharing import SharedLine, SharingResult

__all__ = [
    "BagLine",
    "BagSlip",
    "BagSlips",
    "Buying",
    "Change",
    "DeliveryRun",
    "Door",
    "LeftLine",
    "Leftover",
    "Marked",
    "NotServed",
    "OrderedLine",
    "Packs",
    "ReliefStop",
    "ReliefTicks",
    "RunStop",
    "SharedLine",
    "SharingResult",
    "SheetRows",
    "ShoppingLine",
    "ShoppingList",
    "Snapshot",
    "Summary",
    "Variant",
    "Walk",
    "Why",
    "bag_changes",
    "bag_slips",
    "checksum",
    "delivery_runs",
    "from_json",
    "merge",
    "not_served",
    "plain",
    "sheets_of",
    "shopping_lists",
    "summary",
    "to_json",
    "walk_of",
    "walking_order",
    "without_numbers",
]
