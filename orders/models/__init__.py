"""Rounds, what was pasted for them, and what each household ordered."""

from orders.models.chains import ChainEntry, ChainImport, ChainSource, Nickname
from orders.models.rounds import SHEETS_JOB, Item, Offer, Round, RoundSchedule, Section, SupplyPoint

from orders.models.orders import Order, OrderLine  # isort: skip  (needs the two above)

__all__ = [
    "SHEETS_JOB",
    "ChainEntry",
    "ChainImport",
    "ChainSource",
    "Item",
    "Nickname",
    "Offer",
    "Order",
    "OrderLine",
    "Round",
    "RoundSchedule",
    "Section",
    "SupplyPoint",
]
