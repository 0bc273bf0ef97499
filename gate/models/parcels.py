"""Goods at the outer line: dropped, disinfected, handed over."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from compound.models import Building, Compound, Gate, Household, User
from gate.models.passes import Device


class Parcel(models.Model):
    """快递: what was dropped at the outer line for one door, or for a building. Each step is taken once.

    The key is the phone's own UUID. Who took a step is the phone or, at the desk, the user; the last one stands here,
    every one in the audit log.
    """

    id = models.UUIDField(primary_key=True, editable=False)
    compound = models.ForeignKey(Compound, on_delete=models.CASCADE, related_name="parcels", verbose_name=_("compound"))
    gate = models.ForeignKey(Gate, on_delete=models.RESTRICT, related_name="parcels", verbose_name=_("gate"))
    building = models.ForeignKey(
        Building, on_delete=models.RESTRICT, related_name="parcels", verbose_name=_("building")
    )
    household = models.ForeignKey(
        Household, on_delete=models.RESTRICT, null=True, related_name="parcels", verbose_name=_("household")
    )
    count = models.PositiveSmallIntegerField(_("how many"), default=1)
    note = models.CharField(_("note"), max_length=100, blank=True)
    dropped_at = models.DateTimeField(_("dropped at"))
    disinfected_at = models.DateTimeField(_("disinfected at"), null=True)
    handed_at = models.DateTimeField(_("handed over at"), null=True)
    handed_to = models.CharField(_("handed to"), max_length=40, blank=True)
    # Dropped by mistake, or sent back: it waits no more.
    withdrawn_at = models.DateTimeField(_("withdrawn at"), null=True)
    withdrawn_why = models.CharField(_("why withdrawn"), max_length=100, blank=True)
    device = models.ForeignKey(
        Device, on_delete=models.RESTRICT, null=True, related_name="parcels", verbose_name=_("gate phone")
    )
    by = models.ForeignKey(User, on_delete=models.RESTRICT, null=True, related_name="+", verbose_name=_("written by"))
    received_at = models.DateTimeField(_("received at"))

    class Meta:
        verbose_name = _("parcel")
        verbose_name_plural = _("parcels")
        ordering = ["-dropped_at"]
        indexes = [
            models.Index(fields=["compound", "-dropped_at"], name="parcel_newest"),
            # What waits, by building.
            models.Index(
                fields=["compound", "building"],
                condition=Q(handed_at__isnull=True, withdrawn_at__isnull=True),
                name="parcel_waiting",
            ),
        ]
        constraints = [
            models.CheckConstraint(condition=Q(count__gte=1, count__lte=99), name="parcel_count"),
            models.CheckConstraint(condition=Q(dropped_at__lte=F("received_at")), name="parcel_not_in_the_future"),
            models.CheckConstraint(
                condition=Q(disinfected_at__isnull=True) | Q(disinfected_at__gte=F("dropped_at")),
                name="parcel_disinfected_after_drop",
            ),
            # The inner line: nothing is handed over that was not disinfected.
            models.CheckConstraint(
                condition=Q(handed_at__isnull=True, handed_to="")
                | (
                    Q(handed_at__isnull=False, handed_at__gte=F("disinfected_at"), disinfected_at__isnull=False)
                    & ~Q(handed_to="")
                ),
                name="parcel_handed_after_disinfection",
            ),
            models.CheckConstraint(
                condition=Q(withdrawn_at__isnull=True, withdrawn_why="")
                | (Q(withdrawn_at__isnull=False, handed_at__isnull=True) & ~Q(withdrawn_why="")),
                name="parcel_withdrawn_at_and_why",
            ),
            models.CheckConstraint(
                condition=Q(device__isnull=True) | Q(by__isnull=True), name="parcel_by_device_or_user"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.household.room if self.household else self.building.name} × {self.count}"
