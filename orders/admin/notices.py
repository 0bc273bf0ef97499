"""What was said to the chats, and what the households said back."""

from django.contrib import admin

from compound.admin.scoped import ReadOnlyAdmin, ReadOnlyInline
from orders.models import HouseholdReport, Notice, NoticeSent


class NoticeSentInline(ReadOnlyInline):
    model = NoticeSent
    fields = ["source", "at", "by"]


@admin.register(Notice)
class NoticeAdmin(ReadOnlyAdmin[Notice]):
    list_display = ["made_at", "round", "step", "building", "made_by"]
    list_filter = ["step"]
    list_select_related = ["round", "building", "made_by"]
    search_fields = ["round__title", "text"]
    ordering = ["-made_at"]
    inlines = [NoticeSentInline]


@admin.register(HouseholdReport)
class HouseholdReportAdmin(ReadOnlyAdmin[HouseholdReport]):
    compound_path = "household__compound"
    list_display = ["at", "household", "round", "kind", "text", "answered_at", "answer"]
    list_filter = ["kind"]
    list_select_related = ["household", "round"]
    search_fields = ["household__room", "round__title"]
    ordering = ["-at"]
