"""Relief parcels and who gave them."""

from django.contrib import admin

from compound.admin.scoped import ReadOnlyAdmin
from orders.models import Donation, Relief, ReliefCount, ReliefParcel


@admin.register(Donation)
class DonationAdmin(ReadOnlyAdmin[Donation]):
    list_display = ["goods", "quantity", "unit", "donor", "received_at", "thanked_at", "compound"]
    list_select_related = ["compound"]
    search_fields = ["donor", "goods"]
    ordering = ["-received_at"]


@admin.register(Relief)
class ReliefAdmin(ReadOnlyAdmin[Relief]):
    list_display = ["title", "count_by", "made_at", "made_by", "closed_at", "compound"]
    list_select_related = ["made_by", "compound"]
    search_fields = ["title"]
    ordering = ["-made_at"]


@admin.register(ReliefCount)
class ReliefCountAdmin(ReadOnlyAdmin[ReliefCount]):
    compound_path = "relief__compound"
    list_display = ["relief", "step", "count", "note", "at", "by"]
    list_filter = ["step"]
    list_select_related = ["relief", "by"]
    ordering = ["-at"]


@admin.register(ReliefParcel)
class ReliefParcelAdmin(ReadOnlyAdmin[ReliefParcel]):
    compound_path = "relief__compound"
    list_display = ["household", "relief", "due", "handed", "outcome", "outcome_at", "outcome_by"]
    list_filter = ["outcome"]
    list_select_related = ["household", "relief", "outcome_by"]
    search_fields = ["household__room", "relief__title"]
    exclude = ["event"]
