"""Audit log, jobs, files and sheets: to look at."""

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from compound.admin.scoped import ReadOnlyAdmin, me
from compound.models import AuditEntry, Job, Message, Sheet, ShortCode, StoredFile
from compound.services.short_codes import revoke_short_code


@admin.register(AuditEntry)
class AuditAdmin(ReadOnlyAdmin[AuditEntry]):
    list_display = ["at", "by", "text", "subject", "action", "compound"]
    list_display_links = ["at"]
    list_filter = [("compound", admin.RelatedOnlyFieldListFilter), "action"]
    list_select_related = ["by", "compound"]
    search_fields = ["text", "subject", "by__name", "action"]
    ordering = ["-at", "-id"]
    date_hierarchy = "at"


@admin.register(Message)
class MessageAdmin(ReadOnlyAdmin[Message]):
    """What people were told. Addresses stay out of the list."""

    list_display = ["subject", "kind", "channel", "to", "audience", "due_at", "sent_at", "error"]
    list_filter = ["channel", "kind"]
    list_select_related = ["to"]
    search_fields = ["subject", "audience"]
    ordering = ["-due_at"]
    date_hierarchy = "due_at"
    fields = [
        "subject",
        "text",
        "kind",
        "channel",
        "to",
        "audience",
        "due_at",
        "good_until",
        "sent_at",
        "sent_by",
        "error",
    ]


@admin.register(Job)
class JobAdmin(ReadOnlyAdmin[Job]):
    list_display = ["kind", "state", "done", "total", "attempts", "created_at", "created_by", "error"]
    list_filter = ["state", "kind"]
    list_select_related = ["created_by"]
    ordering = ["-created_at"]
    date_hierarchy = "created_at"


@admin.register(StoredFile)
class StoredFileAdmin(ReadOnlyAdmin[StoredFile]):
    """What is stored, not the bytes: those are opened on the pages that they belong to."""

    list_display = ["name", "kind", "size", "created_at", "created_by", "keep_until"]
    list_filter = ["kind"]
    list_select_related = ["created_by"]
    search_fields = ["name"]
    ordering = ["-created_at"]
    fields = ["name", "kind", "content_type", "size", "sha256", "created_at", "created_by", "keep_until"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[StoredFile]:
        return super().get_queryset(request).defer("content")


@admin.register(Sheet)
class SheetAdmin(ReadOnlyAdmin[Sheet]):
    list_display = ["title", "kind", "part", "version", "pages", "made_at"]
    list_filter = ["kind"]
    search_fields = ["title", "part"]
    ordering = ["-made_at", "kind", "part_key", "-version"]
    date_hierarchy = "made_at"
    fields = ["title", "kind", "part", "version", "pages", "language", "made_at", "rows_sha256"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Sheet]:
        return super().get_queryset(request).defer("rows")


@admin.register(ShortCode)
class ShortCodeAdmin(ReadOnlyAdmin[ShortCode]):
    """The short links on paper. A lost sheet's link is taken back here."""

    compound_path = "sheet__compound"
    list_display = ["sheet", "expires_at", "revoked_at", "revoked_by"]
    list_select_related = ["sheet", "revoked_by"]
    search_fields = ["sheet__title"]
    ordering = ["-expires_at"]
    fields = ["sheet", "expires_at", "revoked_at", "revoked_by"]
    actions = ["revoke"]

    @admin.action(description=gettext_lazy("Take back the short links chosen"))
    def revoke(self, request: HttpRequest, queryset: QuerySet[ShortCode]) -> None:
        rows = queryset.select_related("sheet__compound")
        revoked = [revoke_short_code(short_code=row, by=me(request), at=timezone.now()) for row in rows]
        self.message_user(request, _("%(count)d short links taken back.") % {"count": sum(revoked)})
