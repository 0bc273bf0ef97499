"""The secretary's view of the errands: to look at. Card numbers of top-ups are in none of its columns."""

from django.contrib import admin

from compound.admin.scoped import ReadOnlyAdmin, ReadOnlyInline
from errands.models import CardLoan, Errand, ErrandStep, Medicine


class MedicineInline(ReadOnlyInline):
    model = Medicine
    fields = ["name", "maker", "specification", "quantity", "unit", "is_cold", "bought"]


@admin.register(Errand)
class ErrandAdmin(ReadOnlyAdmin[Errand]):
    list_display = ["household", "kind", "state", "is_urgent", "person", "taken_by", "asked_at", "ended_at"]
    list_filter = ["kind", "state", "is_urgent"]
    list_select_related = ["household", "taken_by"]
    search_fields = ["household__room", "person"]
    ordering = ["-asked_at"]
    inlines = [MedicineInline]


@admin.register(ErrandStep)
class ErrandStepAdmin(ReadOnlyAdmin[ErrandStep]):
    compound_path = "errand__compound"
    list_display = ["errand", "step", "note", "at", "by"]
    list_filter = ["step"]
    list_select_related = ["errand__household", "by"]
    search_fields = ["errand__household__room"]
    ordering = ["-entered_at"]


@admin.register(CardLoan)
class CardLoanAdmin(ReadOnlyAdmin[CardLoan]):
    compound_path = "errand__compound"
    list_display = ["errand", "kind", "holder", "taken_at", "taken_by", "returned_at", "returned_to"]
    list_filter = ["kind"]
    list_select_related = ["errand__household", "taken_by"]
    search_fields = ["errand__household__room", "holder"]
