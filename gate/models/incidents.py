"""What happened at a gate and was no passage."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from compound.models import Compound, Gate, Household, User
from gate.models.passes import Device


class Incident(models.Model):
    """Somebody rushed the gate or was abusive, in two taps. Append-only by trigger; the key is the phone's UUID."""

    class Kind(models.TextChoices):
        RUSHED = "rushed", _("rushed the gate")
        ABUSE = "abuse", _("was abusive")
        CLIMBED = "climbed", _("climbed the fence or went through the garage")
        OTHER = "other", _("something else")

    id = models.UUIDField(primary_key=True, editable=False)
    compound = models.ForeignKey(
        Compound, on_delete=models.CASCADE, related_name="gate_incidents", verbose_name=_("compound")
    )
    gate = models.ForeignKey(Gate, on_delete=models.RESTRICT, related_name="incidents", verbose_name=_("gate"))
    device = models.ForeignKey(
        Device, on_delete=models.RESTRICT, null=True, related_name="incidents", verbose_name=_("gate phone")
    )
    by = models.ForeignKey(User, on_delete=models.RESTRICT, null=True, related_name="+", verbose_name=_("written by"))
    kind = models.CharField(_("what happened"), max_length=8, choices=Kind.choices)
    household = models.ForeignKey(
        Household, on_delete=models.RESTRICT, null=True, related_name="incidents", verbose_name=_("household")
    )
    note = models.CharField(_("note"), max_length=200, blank=True)
    event_at = models.DateTimeField(_("happened at"))
    received_at = models.DateTimeField(_("received at"))

    class Meta:
        verbose_name = _("incident")
        verbose_name_plural = _("incidents")
        ordering = ["-event_at"]
        indexes = [models.Index(fields=["compound", "-event_at"], name="incident_of_compound")]
        constraints = [
            models.CheckConstraint(condition=Q(event_at__lte=F("received_at")), name="incident_not_in_the_future"),
            models.CheckConstraint(
                condition=Q(device__isnull=False, by__isnull=True) | Q(device__isnull=True, by__isnull=False),
                name="incident_by_device_or_user",
            ),
            models.CheckConstraint(condition=~Q(kind="other") | ~Q(note=""), name="incident_other_has_note"),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.event_at:%Y-%m-%d %H:%M}"
