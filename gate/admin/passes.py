"""Passes and isolations: to look at and search. They are written on the pages of the gate."""

from django.contrib import admin
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from compound.admin.scoped import ReadOnlyAdmin
from gate.models import Isolation, Pass

BY_COMPOUND = ("compound", admin.RelatedOnlyFieldListFilter)


@admin.register(Pass)
class PassAdmin(ReadOnlyAdmin[Pass]):
    """Issued, replaced and revoked on the pages of the gate, where the card is printed too."""

    list_display = ["whom", "kind", "holder", "issued_at", "valid_until", "revoked_at", "page"]
    list_filter = [BY_COMPOUND, "kind"]
    list_select_related = ["household", "compound"]
    search_fields = ["household__room", "plate", "holder"]
    ordering = ["-issued_at"]
    date_hierarchy = "issued_at"
    fields = [
        "compound", "household", "kind", "holder", "employer", "seen_at", "seen_by", "plate", "valid_from",
        "valid_until", "every_days", "single", "consent", "issued_at", "issued_by", "revoked_at", "revoked_by",
        "revoked_why",
    ]  # fmt: skip

    @admin.display(description=_("for whom"))
    def whom(self, card: Pass) -> str:
        return card.plate or (card.household.room if card.household else card.holder)

    @admin.display(description="")
    def page(self, card: Pass) -> str:
        url = reverse("gate:pass", kwargs={"code": card.compound.code, "card": card.pk})
        return format_html('<a href="{}">{}</a>', url, _("Print, replace, revoke"))


@admin.register(Isolation)
class IsolationAdmin(ReadOnlyAdmin[Isolation]):
    compound_path = "household__compound"
    list_display = ["household", "until", "note", "set_at", "set_by", "ended_at"]
    list_select_related = ["household", "set_by"]
    search_fields = ["household__room"]
    ordering = ["-set_at"]
