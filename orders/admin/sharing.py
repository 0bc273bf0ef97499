"""How shortages were shared out: the rule, the run with its seed, who got what and why."""

from django.contrib import admin

from compound.admin.scoped import ReadOnlyAdmin, ReadOnlyInline
from orders.models import Allotment, Sharing, SharingRule


@admin.register(SharingRule)
class SharingRuleAdmin(ReadOnlyAdmin[SharingRule]):
    list_display = ["name", "kind", "is_default", "is_active", "compound"]
    list_filter = ["kind", "is_active"]
    list_select_related = ["compound"]
    search_fields = ["name"]


class AllotmentInline(ReadOnlyInline):
    model = Allotment
    fields = ["position", "line", "quantity", "code"]
    readonly_fields = ["line"]


@admin.register(Sharing)
class SharingAdmin(ReadOnlyAdmin[Sharing]):
    compound_path = "good__round__compound"
    list_display = [
        "good",
        "instead",
        "arrived",
        "seed",
        "made_at",
        "made_by",
        "applied_at",
        "replaced_at",
        "withdrawn_reason",
    ]
    list_select_related = ["good", "made_by"]
    search_fields = ["good__goods", "seed"]
    ordering = ["-made_at"]
    inlines = [AllotmentInline]
