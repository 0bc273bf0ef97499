"""Temperatures out of line, and those taken away from the gate. A passage's own reading stands in its Check."""

import uuid

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from compound.models import Compound, Household, User
from gate.models.passages import Check


class TemperatureRecord(models.Model):
    """One person's reading out of line, the readings again after some minutes, and how it ended."""

    class Outcome(models.TextChoices):
        CLEARED = "cleared", _("cleared")
        SENT_HOME = "sent_home", _("sent home and reported")
        HOSPITAL = "hospital", _("to hospital")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    compound = models.ForeignKey(
        Compound, on_delete=models.CASCADE, related_name="temperature_records", verbose_name=_("compound")
    )
    household = models.ForeignKey(
        Household, on_delete=models.RESTRICT, null=True, related_name="temperature_records", verbose_name=_("household")
    )
    # The check that it began with; none for a reading taken at home.
    check_first: "models.OneToOneField[Check | None, Check | None]" = models.OneToOneField(
        Check,
        on_delete=models.RESTRICT,
        null=True,
        related_name="temperature_record",
        verbose_name=_("passage it began with"),
    )
    # False while only a reading that is too low to be true asked for another one.
    is_fever = models.BooleanField(_("fever line reached"))
    opened_at = models.DateTimeField(_("first measured at"))
    recheck_at = models.DateTimeField(_("to be measured again at"))
    outcome = models.CharField(_("how it ended"), max_length=9, choices=Outcome.choices, blank=True)
    outcome_note = models.CharField(_("note"), max_length=200, blank=True)
    closed_at = models.DateTimeField(_("case closed at"), null=True)
    # None where the gate's own third reading closed it.
    closed_by = models.ForeignKey(
        User, on_delete=models.RESTRICT, null=True, related_name="+", verbose_name=_("closed by")
    )

    class Meta:
        verbose_name = _("temperature record")
        verbose_name_plural = _("temperature records")
        ordering = ["-opened_at"]
        indexes = [
            models.Index(fields=["compound", "-opened_at"], name="temperature_record_newest"),
            # Those that wait for somebody.
            models.Index(fields=["compound"], condition=Q(closed_at__isnull=True), name="temperature_record_open"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(closed_at__isnull=True, closed_by__isnull=True, outcome="")
                | (Q(closed_at__isnull=False) & ~Q(outcome="")),
                name="temperature_record_closed",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.household.room if self.household else '–'} {self.opened_at:%Y-%m-%d %H:%M}"


class TemperatureReading(models.Model):
    """A reading of a record, the first of up to three; or one handed in from home, which needs no record."""

    class Source(models.TextChoices):
        GATE = "gate", _("at the gate")
        CAPTAIN = "captain", _("by the building captain")
        HOME = "home", _("from home")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    compound = models.ForeignKey(
        Compound, on_delete=models.CASCADE, related_name="temperature_readings", verbose_name=_("compound")
    )
    household = models.ForeignKey(
        Household,
        on_delete=models.RESTRICT,
        null=True,
        related_name="temperature_readings",
        verbose_name=_("household"),
    )
    record = models.ForeignKey(
        TemperatureRecord,
        on_delete=models.RESTRICT,
        null=True,
        related_name="readings",
        verbose_name=_("temperature record"),
    )
    attempt = models.PositiveSmallIntegerField(_("which reading"), null=True)
    check_row: "models.OneToOneField[Check | None, Check | None]" = models.OneToOneField(
        Check, on_delete=models.RESTRICT, null=True, related_name="temperature_reading", verbose_name=_("passage")
    )
    source = models.CharField(_("taken where"), max_length=7, choices=Source.choices)
    value = models.DecimalField(_("°C"), max_digits=3, decimal_places=1)
    method = models.CharField(_("measured how"), max_length=20, blank=True)
    person = models.CharField(_("who"), max_length=40, blank=True)
    taken_at = models.DateTimeField(_("taken at"))
    by = models.ForeignKey(User, on_delete=models.RESTRICT, null=True, related_name="+", verbose_name=_("written by"))

    class Meta:
        verbose_name = _("temperature reading")
        verbose_name_plural = _("temperature readings")
        ordering = ["-taken_at"]
        indexes = [
            models.Index(fields=["compound", "-taken_at"], name="temperature_reading_newest"),
            models.Index(fields=["household", "-taken_at"], name="temperature_reading_of_door"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["record", "attempt"], name="temperature_reading_once"),
            models.CheckConstraint(
                condition=Q(record__isnull=True, attempt__isnull=True)
                | Q(record__isnull=False, attempt__isnull=False, attempt__gte=1, attempt__lte=3),
                name="temperature_reading_up_to_three",
            ),
            models.CheckConstraint(condition=Q(value__gte=30, value__lte=45), name="temperature_reading_is_one"),
            models.CheckConstraint(
                condition=Q(source="gate", check_row__isnull=False)
                | (~Q(source="gate") & Q(check_row__isnull=True, household__isnull=False, by__isnull=False)),
                name="temperature_reading_from_somewhere",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.value} °C {self.taken_at:%Y-%m-%d %H:%M}"
