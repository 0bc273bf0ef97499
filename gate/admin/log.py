"""The log of the gates and what was drawn from it: to look at and search. Nobody writes it twice."""

from django.contrib import admin

from compound.admin.scoped import ReadOnlyAdmin
from gate.models import Check, Conflict, Incident, Outing, Ratification

BY_COMPOUND = ("compound", admin.RelatedOnlyFieldListFilter)
BY_GATE = ("gate", admin.RelatedOnlyFieldListFilter)


@admin.register(Check)
class CheckAdmin(ReadOnlyAdmin[Check]):
    list_display = ["event_at", "gate", "direction", "kind", "shown", "verdict", "temperature", "action", "source"]
    list_filter = [BY_COMPOUND, BY_GATE, "verdict", "direction", "kind", "action", "source"]
    list_select_related = ["gate"]
    search_fields = ["household__room", "shown"]
    ordering = ["-event_at"]
    date_hierarchy = "event_at"


@admin.register(Outing)
class OutingAdmin(ReadOnlyAdmin[Outing]):
    list_display = ["household", "kind", "out_at", "due_at", "back_at", "slot", "released_why"]
    list_filter = [BY_COMPOUND, "kind", "is_exempt", "released_why"]
    list_select_related = ["household"]
    search_fields = ["household__room"]
    ordering = ["-out_at"]
    date_hierarchy = "out_at"


@admin.register(Conflict)
class ConflictAdmin(ReadOnlyAdmin[Conflict]):
    list_display = ["found_at", "household", "code", "outcome", "settled_at", "settled_by"]
    list_filter = [BY_COMPOUND, "outcome"]
    list_select_related = ["household", "settled_by"]
    search_fields = ["household__room"]
    ordering = ["-found_at"]


@admin.register(Ratification)
class RatificationAdmin(ReadOnlyAdmin[Ratification]):
    compound_path = "check_ratified__compound"
    list_display = ["at", "by", "check_ratified", "is_accepted", "note"]
    list_filter = ["is_accepted"]
    list_select_related = ["by", "check_ratified"]
    ordering = ["-at"]


@admin.register(Incident)
class IncidentAdmin(ReadOnlyAdmin[Incident]):
    list_display = ["event_at", "gate", "kind", "household", "note"]
    list_filter = [BY_COMPOUND, BY_GATE, "kind"]
    list_select_related = ["gate", "household"]
    search_fields = ["household__room", "note"]
    ordering = ["-event_at"]
    date_hierarchy = "event_at"
