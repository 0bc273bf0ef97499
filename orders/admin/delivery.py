"""From the gate to the door: stations, runs, what was counted where, every try at a door."""

from django.contrib import admin

from compound.admin.scoped import ReadOnlyAdmin, ReadOnlyInline
from orders.models import (
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


class StationBuildingInline(ReadOnlyInline):
    model = StationBuilding
    fields = ["building"]


@admin.register(TransitStation)
class TransitStationAdmin(ReadOnlyAdmin[TransitStation]):
    list_display = ["name", "position", "is_active", "compound"]
    list_select_related = ["compound"]
    search_fields = ["name"]
    inlines = [StationBuildingInline]


@admin.register(Vehicle)
class VehicleAdmin(ReadOnlyAdmin[Vehicle]):
    list_display = ["name", "capacity", "is_active", "compound"]
    list_select_related = ["compound"]
    search_fields = ["name"]


class TripInline(ReadOnlyInline):
    model = Trip
    fields = ["position", "station", "vehicle", "runner"]


class HandoverGapInline(ReadOnlyInline):
    model = HandoverGap
    fields = ["missing", "reason", "at", "by"]
    readonly_fields = ["at"]


@admin.register(Batch)
class BatchAdmin(ReadOnlyAdmin[Batch]):
    list_display = ["day", "number", "leaves_at", "state", "is_medicine", "compound"]
    list_filter = ["state", "is_medicine"]
    list_select_related = ["compound"]
    ordering = ["-day", "number"]
    date_hierarchy = "day"
    inlines = [TripInline, HandoverGapInline]


@admin.register(Stop)
class StopAdmin(ReadOnlyAdmin[Stop]):
    compound_path = "trip__batch__compound"
    list_display = ["household", "round", "trip", "bags", "is_again", "ended_at"]
    list_select_related = ["household", "round", "trip__batch"]
    search_fields = ["household__room", "round__title"]


@admin.register(Bag)
class BagAdmin(ReadOnlyAdmin[Bag]):
    compound_path = "round__compound"
    list_display = ["household", "round", "bags", "packed_by", "packed_at", "checked_by"]
    list_select_related = ["household", "round", "packed_by", "checked_by"]
    search_fields = ["household__room", "round__title"]


@admin.register(Handover)
class HandoverAdmin(ReadOnlyAdmin[Handover]):
    compound_path = "batch__compound"
    list_display = ["batch", "leg", "station", "building", "bags", "by", "at"]
    list_filter = ["leg"]
    list_select_related = ["batch", "station", "building", "by"]
    ordering = ["-at"]


@admin.register(DoorMark)
class DoorMarkAdmin(ReadOnlyAdmin[DoorMark]):
    compound_path = "round__compound"
    list_display = ["household", "round", "outcome", "source", "by", "at"]
    list_filter = ["outcome", "source"]
    list_select_related = ["household", "round", "by"]
    search_fields = ["household__room", "round__title"]
    # The code on the paper opens that paper's page.
    exclude = ["paper"]
    ordering = ["-at"]
