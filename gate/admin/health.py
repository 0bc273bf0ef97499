"""Temperatures and parcels: to look at and search."""

from django.contrib import admin

from compound.admin.scoped import ReadOnlyAdmin, ReadOnlyInline
from gate.models import Parcel, TemperatureReading, TemperatureRecord

BY_COMPOUND = ("compound", admin.RelatedOnlyFieldListFilter)
BY_GATE = ("gate", admin.RelatedOnlyFieldListFilter)


class ReadingInline(ReadOnlyInline):
    model = TemperatureReading
    fields = ["attempt", "value", "method", "taken_at"]
    readonly_fields = ["attempt", "value", "method", "taken_at"]


@admin.register(TemperatureRecord)
class TemperatureRecordAdmin(ReadOnlyAdmin[TemperatureRecord]):
    list_display = ["opened_at", "household", "is_fever", "outcome", "closed_at", "closed_by"]
    list_filter = [BY_COMPOUND, "is_fever", "outcome"]
    list_select_related = ["household", "closed_by"]
    search_fields = ["household__room"]
    ordering = ["-opened_at"]
    date_hierarchy = "opened_at"
    inlines = [ReadingInline]


@admin.register(TemperatureReading)
class TemperatureReadingAdmin(ReadOnlyAdmin[TemperatureReading]):
    list_display = ["taken_at", "household", "value", "source", "person", "by"]
    list_filter = [BY_COMPOUND, "source"]
    list_select_related = ["household", "by"]
    search_fields = ["household__room"]
    ordering = ["-taken_at"]
    date_hierarchy = "taken_at"


@admin.register(Parcel)
class ParcelAdmin(ReadOnlyAdmin[Parcel]):
    list_display = ["dropped_at", "building", "household", "count", "disinfected_at", "handed_at", "handed_to"]
    list_filter = [BY_COMPOUND, BY_GATE]
    list_select_related = ["building", "household"]
    search_fields = ["household__room", "handed_to"]
    ordering = ["-dropped_at"]
    date_hierarchy = "dropped_at"
