"""What was bought, at what price, in whose words: all of it written on the shoppers' own pages."""

from django.contrib import admin

from compound.admin.scoped import ReadOnlyAdmin
from orders.models import GoodsWord, ItemPrice, OrderRules, Purchase, Receipt, RoundGood, SubstituteWish


@admin.register(GoodsWord)
class GoodsWordAdmin(ReadOnlyAdmin[GoodsWord]):
    compound_path = "supply_point__compound"
    list_display = ["word", "unit", "item", "supply_point", "learned_at", "learned_by"]
    list_select_related = ["item", "supply_point", "learned_by"]
    search_fields = ["word", "item__name"]


@admin.register(ItemPrice)
class ItemPriceAdmin(ReadOnlyAdmin[ItemPrice]):
    compound_path = "item__supply_point__compound"
    list_display = ["item", "price", "source", "at", "by"]
    list_filter = ["source"]
    list_select_related = ["item", "by"]
    search_fields = ["item__name"]
    date_hierarchy = "at"


@admin.register(SubstituteWish)
class SubstituteWishAdmin(ReadOnlyAdmin[SubstituteWish]):
    compound_path = "household__compound"
    list_display = ["household", "wish", "set_at", "set_by"]
    list_filter = ["wish"]
    list_select_related = ["household", "set_by"]
    search_fields = ["household__room"]


@admin.register(RoundGood)
class RoundGoodAdmin(ReadOnlyAdmin[RoundGood]):
    compound_path = "round__compound"
    list_display = ["goods", "unit", "item", "round"]
    list_select_related = ["item", "round"]
    search_fields = ["goods", "round__title"]


@admin.register(Purchase)
class PurchaseAdmin(ReadOnlyAdmin[Purchase]):
    compound_path = "good__round__compound"
    list_display = ["good", "kind", "quantity", "amount", "instead", "by", "at"]
    list_filter = ["kind"]
    list_select_related = ["good", "by"]
    search_fields = ["good__goods", "instead"]
    ordering = ["-at"]


@admin.register(Receipt)
class ReceiptAdmin(ReadOnlyAdmin[Receipt]):
    compound_path = "round__compound"
    list_display = ["round", "paid_by", "total", "paid_at", "void_at", "void_reason"]
    list_select_related = ["round", "paid_by"]
    search_fields = ["round__title", "paid_by__name"]
    ordering = ["-paid_at"]


@admin.register(OrderRules)
class OrderRulesAdmin(ReadOnlyAdmin[OrderRules]):
    list_display = ["compound", "quiet_from", "quiet_until", "bags_a_trip", "floor_weight"]
    list_select_related = ["compound"]
