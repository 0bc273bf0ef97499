"""Gate phones: to look at, and to lock out."""

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from compound.admin.scoped import ReadOnlyAdmin, me
from gate.models import Device
from gate.services.devices import revoke_device


@admin.register(Device)
class DeviceAdmin(ReadOnlyAdmin[Device]):
    list_display = ["gate", "label", "bound_at", "last_seen_at", "ends_at", "revoked_at", "compound"]
    list_filter = [("compound", admin.RelatedOnlyFieldListFilter), ("gate", admin.RelatedOnlyFieldListFilter)]
    list_select_related = ["gate", "compound"]
    search_fields = ["label", "gate__name"]
    fields = [
        "compound", "gate", "label", "issued_at", "issued_by", "bound_at", "last_seen_at", "ends_at", "revoked_at",
        "revoked_by",
    ]  # fmt: skip
    actions = ["lock_out"]

    @admin.action(description=gettext_lazy("Lock out: nothing that these phones send counts any more"))
    def lock_out(self, request: HttpRequest, chosen: QuerySet[Device]) -> None:
        now = timezone.now()
        phones = chosen.select_related("compound", "gate")
        count = sum(revoke_device(device=device, by=me(request), at=now) for device in phones)
        self.message_user(request, _("Phones locked out: %(count)d") % {"count": count}, messages.SUCCESS)
