"""Supply points, goods, schedules to edit; rounds, orders, pastes to look at: those are made on their own pages."""

from typing import Any

from django.contrib import admin
from django.core.exceptions import ValidationError
from django.db.models import Count, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from compound.admin.scoped import ReadOnlyAdmin, ReadOnlyInline, SameCompoundForm, ScopedAdmin, ScopedInline
from orders.models import (
    AddressLayout,
    ChainEntry,
    ChainImport,
    ChainSource,
    Item,
    Nickname,
    Offer,
    Order,
    OrderLine,
    Round,
    RoundSchedule,
    Section,
    SupplyPoint,
)


class SectionInline(ScopedInline):
    model = Section
    fields = ["name", "position"]


@admin.register(SupplyPoint)
class SupplyPointAdmin(ScopedAdmin[SupplyPoint]):
    list_display = ["name", "kind", "address", "is_active", "position", "compound"]
    list_filter = [("compound", admin.RelatedOnlyFieldListFilter), "kind", "is_active"]
    list_select_related = ["compound"]
    search_fields = ["name", "address"]
    inlines = [SectionInline]


@admin.register(Section)
class SectionAdmin(ScopedAdmin[Section]):
    compound_path = "supply_point__compound"
    list_display = ["name", "supply_point", "position"]
    list_filter = [("supply_point", admin.RelatedOnlyFieldListFilter)]
    list_select_related = ["supply_point"]
    search_fields = ["name"]


class ItemForm(SameCompoundForm[Item]):
    def clean(self) -> dict[str, Any]:
        data = super().clean()
        section, supply_point = data.get("section"), data.get("supply_point")
        if section and supply_point and section.supply_point_id != supply_point.pk:
            text = _("This section is of another supply point.")
            self.add_error("section", ValidationError(text, code="other_supply_point"))
        return data


@admin.register(Item)
class ItemAdmin(ScopedAdmin[Item]):
    form = ItemForm
    compound_path = "supply_point__compound"
    list_display = ["name", "unit", "section", "supply_point", "is_active"]
    list_filter = [("supply_point", admin.RelatedOnlyFieldListFilter), "is_active"]
    list_select_related = ["supply_point", "section"]
    search_fields = ["name", "aliases"]
    autocomplete_fields = ["supply_point", "section"]


@admin.register(RoundSchedule)
class RoundScheduleAdmin(ScopedAdmin[RoundSchedule]):
    form = SameCompoundForm[RoundSchedule]
    list_display = ["cutoff", "supply_point", "is_active", "compound"]
    list_filter = [("compound", admin.RelatedOnlyFieldListFilter), "is_active"]
    list_select_related = ["compound", "supply_point"]
    autocomplete_fields = ["supply_point"]


class OfferInline(ReadOnlyInline):
    model = Offer
    fields = ["item", "price", "cap", "position"]


@admin.register(Round)
class RoundAdmin(ReadOnlyAdmin[Round]):
    list_display = ["title", "state", "opens_at", "cutoff_at", "order_count", "supply_point", "compound"]
    list_filter = [("compound", admin.RelatedOnlyFieldListFilter), "state"]
    list_select_related = ["compound", "supply_point"]
    search_fields = ["title"]
    ordering = ["-cutoff_at"]
    date_hierarchy = "cutoff_at"
    inlines = [OfferInline]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Round]:
        return super().get_queryset(request).annotate(order_rows=Count("orders"))

    @admin.display(description=gettext_lazy("orders"), ordering="order_rows")
    def order_count(self, round: Round) -> int:
        return round.order_rows  # type: ignore[attr-defined, no-any-return]


@admin.register(Offer)
class OfferAdmin(ReadOnlyAdmin[Offer]):
    compound_path = "round__compound"
    list_display = ["item", "price", "cap", "round"]
    list_select_related = ["item", "round"]
    search_fields = ["item__name", "round__title"]


class OrderLineInline(ReadOnlyInline):
    model = OrderLine
    fields = ["goods", "ordered", "unit", "item", "delivered", "outcome"]
    readonly_fields = ["delivered"]


@admin.register(Order)
class OrderAdmin(ReadOnlyAdmin[Order]):
    compound_path = "round__compound"
    list_display = ["household", "round", "state", "channel", "remark", "entered_at", "entered_by"]
    list_filter = ["state", "channel"]
    list_select_related = ["household", "round", "entered_by"]
    search_fields = ["household__room", "round__title", "remark", "lines__goods"]
    ordering = ["-round__cutoff_at", "household__sort_key", "entered_at"]
    date_hierarchy = "entered_at"
    inlines = [OrderLineInline]


@admin.register(OrderLine)
class OrderLineAdmin(ReadOnlyAdmin[OrderLine]):
    compound_path = "order__round__compound"
    list_display = ["goods", "ordered", "unit", "household", "round", "delivered", "outcome"]
    list_filter = ["outcome"]
    list_select_related = ["order__household", "order__round"]
    search_fields = ["goods", "order__household__room"]
    ordering = ["-order__entered_at", "position"]

    @admin.display(description=gettext_lazy("household"), ordering="order__household__sort_key")
    def household(self, line: OrderLine) -> str:
        return line.order.household.room

    @admin.display(description=gettext_lazy("round"))
    def round(self, line: OrderLine) -> str:
        return line.order.round.title


@admin.register(ChainSource)
class ChainSourceAdmin(ScopedAdmin[ChainSource]):
    form = SameCompoundForm[ChainSource]
    list_display = ["name", "building", "is_active", "compound"]
    list_filter = [("compound", admin.RelatedOnlyFieldListFilter), "is_active"]
    list_select_related = ["compound", "building"]
    search_fields = ["name"]
    autocomplete_fields = ["building"]


@admin.register(Nickname)
class NicknameAdmin(ScopedAdmin[Nickname]):
    """Learned while reviewing a paste; corrected or forgotten here."""

    form = SameCompoundForm[Nickname]
    list_display = ["name", "household", "learned_at", "learned_by", "compound"]
    list_filter = [("compound", admin.RelatedOnlyFieldListFilter)]
    list_select_related = ["household", "learned_by", "compound"]
    search_fields = ["name", "household__room"]
    fields = ["compound", "name", "household", "learned_at", "learned_by"]
    readonly_fields = ["compound", "learned_at", "learned_by"]
    autocomplete_fields = ["household"]

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False


@admin.register(AddressLayout)
class AddressLayoutAdmin(ReadOnlyAdmin[AddressLayout]):
    """Learned while reviewing an export of orders."""

    list_display = ["pattern", "learned_at", "learned_by", "compound"]
    list_filter = [("compound", admin.RelatedOnlyFieldListFilter)]
    list_select_related = ["learned_by", "compound"]
    search_fields = ["pattern"]


@admin.register(ChainImport)
class ChainImportAdmin(ReadOnlyAdmin[ChainImport]):
    compound_path = "round__compound"
    list_display = ["round", "source", "state", "pasted_at", "pasted_by"]
    list_filter = ["state"]
    list_select_related = ["round", "source", "pasted_by"]
    search_fields = ["round__title", "source__name", "text"]
    ordering = ["-pasted_at"]
    date_hierarchy = "pasted_at"
    fields = ["round", "source", "state", "text", "pasted_at", "pasted_by", "confirmed_at", "confirmed_by"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[ChainImport]:
        return super().get_queryset(request).defer("skipped")


@admin.register(ChainEntry)
class ChainEntryAdmin(ReadOnlyAdmin[ChainEntry]):
    compound_path = "chain_import__round__compound"
    list_display = ["raw", "household", "status", "change", "decision", "chain_import"]
    list_filter = ["status", "change", "decision"]
    list_select_related = ["household", "chain_import__round", "chain_import__source"]
    search_fields = ["raw", "household__room"]
    ordering = ["-chain_import__pasted_at", "position"]
    fields = ["chain_import", "line", "raw", "household", "items", "note", "status", "change", "decision"]
