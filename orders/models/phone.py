"""What a phone sent: once each, however often it was sent."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from compound.models import Compound, StoredFile, User


class PhoneEvent(models.Model):
    """One act of a shopper or runner, under the UUID that the phone gave it before anything was sent. Append-only.

    The row is written first, in the transaction of what it caused, so that a second copy finds it and gets the stored
    answer. `at` is when it happened, put right by the phone's offset to this clock and never later than its receipt.
    """

    id = models.UUIDField(primary_key=True, editable=False)
    compound = models.ForeignKey(Compound, on_delete=models.CASCADE, related_name="phone_events")
    # The name under which `orders.events` knows its handler.
    kind = models.CharField(_("kind"), max_length=20)
    by = models.ForeignKey(User, on_delete=models.RESTRICT, related_name="+", verbose_name=_("by"))
    at = models.DateTimeField(_("happened at"))
    received_at = models.DateTimeField(_("received at"))
    clock_offset_ms = models.BigIntegerField(default=0)
    answer = models.JSONField(default=dict)
    # Of what was said: the same id with something else in it is no second copy. The words themselves are not kept.
    body_sha256 = models.CharField(max_length=64, default="", editable=False)

    class Meta:
        verbose_name = _("act at a phone")
        verbose_name_plural = _("acts at phones")
        ordering = ["-received_at"]
        constraints = [
            models.CheckConstraint(condition=Q(at__lte=models.F("received_at")), name="phone_event_not_in_the_future"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.id}"


class Picture(models.Model):
    """A photo that belongs to an act: a till receipt, a torn bag, a pile of parcels. Sent after the act."""

    file = models.OneToOneField(StoredFile, on_delete=models.CASCADE, primary_key=True, related_name="picture")
    event = models.ForeignKey(PhoneEvent, on_delete=models.CASCADE, related_name="pictures")

    class Meta:
        verbose_name = _("photo of an act")
        verbose_name_plural = _("photos of acts")

    def __str__(self) -> str:
        return str(self.file)
