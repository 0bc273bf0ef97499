"""Rounds, what was pasted for them, what each household ordered, and how it gets to the door."""

from orders.models.chains import AddressLayout, ChainEntry, ChainImport, ChainSource, Nickname
from orders.models.phone import PhoneEvent, Picture
from orders.models.rounds import SHEETS_JOB, Item, Offer, Round, RoundSchedule, Section, SupplyPoint

from orders.models.orders import Order, OrderLine  # isort: skip  (needs the ones above)
from orders.models.delivery import (
    Bag,
    Batch,
    DoorMark,
    Handover,
    HandoverGap,
    StationBuilding,
    Stop,
    TransitStation,
    Trip,
    Vehicle,
)
from orders.models.house_rules import OrderRules
from orders.models.notices import HouseholdReport, Notice, NoticeSent
from orders.models.relief import Donation, Relief, ReliefCount, ReliefParcel
from orders.models.sharing import Allotment, Sharing, SharingRule
from orders.models.shopping import GoodsWord, ItemPrice, Purchase, Receipt, RoundGood, SubstituteWish

__all__ = [
    "SHEETS_JOB",
    "AddressLayout",
    "Allotment",
    "Bag",
    "Batch",
    "ChainEntry",
    "ChainImport",
    "ChainSource",
    "Donation",
    "DoorMark",
    "GoodsWord",
    "Handover",
    "HandoverGap",
    "HouseholdReport",
    "Item",
    "ItemPrice",
    "Nickname",
    "Notice",
    "NoticeSent",
    "Offer",
    "Order",
    "OrderLine",
    "OrderRules",
    "PhoneEvent",
    "Picture",
    "Purchase",
    "Receipt",
    "Relief",
    "ReliefCount",
    "ReliefParcel",
    "Round",
    "RoundGood",
    "RoundSchedule",
    "Section",
    "Sharing",
    "SharingRule",
    "StationBuilding",
    "Stop",
    "SubstituteWish",
    "SupplyPoint",
    "TransitStation",
    "Trip",
    "Vehicle",
]
