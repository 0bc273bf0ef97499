"""Shifts, who was on them, stand-ins and plans: to look at and search."""

from django.contrib import admin

from compound.admin.scoped import ReadOnlyAdmin, ReadOnlyInline
from roster.models import Assignment, Plan, Shift, StandIn

BY_COMPOUND = ("compound", admin.RelatedOnlyFieldListFilter)


class AssignmentInline(ReadOnlyInline):
    model = Assignment
    fk_name = "shift"
    fields = ["user", "state", "seat", "signed_in_at", "signed_out_at", "overridden_why"]


@admin.register(Shift)
class ShiftAdmin(ReadOnlyAdmin[Shift]):
    list_display = ["starts_at", "ends_at", "duty_on", "post", "minimum", "maximum", "is_night", "cancelled_at"]
    list_filter = [BY_COMPOUND, "is_night", ("post", admin.RelatedOnlyFieldListFilter)]
    list_select_related = ["post"]
    search_fields = ["post__name", "note"]
    ordering = ["-starts_at"]
    date_hierarchy = "duty_on"
    inlines = [AssignmentInline]


@admin.register(Assignment)
class AssignmentAdmin(ReadOnlyAdmin[Assignment]):
    """`overridden_why`: a rule was set aside. What is set aside again and again is worth a word."""

    list_display = ["starts_at", "user", "post", "state", "signed_in_at", "signed_out_at", "overridden_by", "ended_why"]
    list_filter = [BY_COMPOUND, "state", ("overridden_by", admin.EmptyFieldListFilter)]
    list_select_related = ["user", "shift__post", "overridden_by"]
    search_fields = ["user__name", "shift__post__name"]
    ordering = ["-starts_at"]
    date_hierarchy = "starts_at"

    @admin.display(ordering="shift__post")
    def post(self, assignment: Assignment) -> str:
        return assignment.shift.post.name


@admin.register(StandIn)
class StandInAdmin(ReadOnlyAdmin[StandIn]):
    compound_path = "assignment__compound"
    list_display = ["asked_at", "assignment", "to", "is_late", "state", "answered_at", "answered_by"]
    list_filter = ["state", "is_late"]
    list_select_related = ["assignment__shift__post", "assignment__volunteer__user", "to__user", "answered_by"]
    search_fields = ["assignment__user__name", "to__user__name"]
    ordering = ["-asked_at"]
    date_hierarchy = "asked_at"


@admin.register(Plan)
class PlanAdmin(ReadOnlyAdmin[Plan]):
    list_display = ["asked_at", "from_on", "until_on", "state", "seats", "filled", "is_optimal", "took_seconds"]
    list_filter = [BY_COMPOUND, "state"]
    ordering = ["-asked_at"]
    date_hierarchy = "asked_at"
    exclude = ["pairs", "empty"]
