"""Order exports of 快团团, 群接龙 and the like: a grid → one row for each good of each order, with its door. Pure.

`read_orders` takes the grid (`compound.spreadsheet`) and the doors that there are; nothing is guessed silently and no
line disappears: each is an order, an error with its coordinate, or in `skipped` with its reason. docs/order-imports.md.
"""

from orders.order_list.columns import guess_columns
from orders.order_list.doors import Doors
from orders.order_list.layouts import Layout, learn
from orders.order_list.model import HARMLESS, BadCell, NoOrders, OrderReading, OrderRow, SkippedRow
from orders.order_list.picks import CHOICES, NO_PICKS, Pick, Picks, layout_of, picks_from
from orders.order_list.reading import read_orders

__all__ = [
    "CHOICES",
    "HARMLESS",
    "NO_PICKS",
    "BadCell",
    "Doors",
    "Layout",
    "NoOrders",
    "OrderReading",
    "OrderRow",
    "Pick",
    "Picks",
    "SkippedRow",
    "guess_columns",
    "layout_of",
    "learn",
    "picks_from",
    "read_orders",
]
