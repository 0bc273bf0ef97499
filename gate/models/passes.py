"""What lets somebody through, what holds somebody back, and the phone that asks."""

import uuid

from django.core.validators import MaxValueValidator, MinValueValidator, RegexValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from compound.models import Compound, Gate, Household, User

PLATE = RegexValidator(r"^[0-9A-Z\u4e00-\u9fff]{4,10}\Z", _("A plate without spaces or dots, for example 沪A12345."))


class Pass(models.Model):
    """通行证: a card with a code. Only the SHA-256 of its token is kept (see gate/services/tokens.py)."""

    class Kind(models.TextChoices):
        HOUSEHOLD = "household", _("household pass")
        ESSENTIAL = "essential", _("work pass")
        MEDICAL = "medical", _("medical pass")
        VISITOR = "visitor", _("visitor pass")
        VEHICLE = "vehicle", _("vehicle pass")
        VOLUNTEER = "volunteer", _("volunteer on duty")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    compound = models.ForeignKey(Compound, on_delete=models.CASCADE, related_name="passes", verbose_name=_("compound"))
    # Volunteers sent in from outside and supply vehicles belong to no household.
    household = models.ForeignKey(
        Household, on_delete=models.RESTRICT, null=True, blank=True, related_name="passes", verbose_name=_("household")
    )
    kind = models.CharField(_("kind"), max_length=10, choices=Kind.choices)
    token_hash = models.CharField(max_length=64, unique=True, editable=False)
    holder = models.CharField(_("for whom"), max_length=40, blank=True)
    employer = models.CharField(_("employer"), max_length=80, blank=True)
    # Who has looked at the employer's certificate or the hospital's letter. No copy of it is kept.
    seen_at = models.DateTimeField(_("certificate seen at"), null=True, blank=True)
    seen_by = models.ForeignKey(
        User, on_delete=models.RESTRICT, null=True, blank=True, related_name="+", verbose_name=_("certificate seen by")
    )
    plate = models.CharField(_("plate"), max_length=10, blank=True, validators=[PLATE])
    valid_from = models.DateTimeField(_("valid from"), null=True, blank=True)
    valid_until = models.DateTimeField(_("valid until"), null=True, blank=True)
    every_days = models.PositiveSmallIntegerField(
        _("every so many days"),
        null=True,
        blank=True,
        validators=[MinValueValidator(1), MaxValueValidator(31)],
        help_text=_("2: every second day, for example for dialysis."),
    )
    single = models.BooleanField(_("good for one outing"), default=False)
    consent = models.BooleanField(_("the household has agreed"), default=False)
    issued_at = models.DateTimeField(_("issued at"))
    issued_by = models.ForeignKey(
        User, on_delete=models.RESTRICT, null=True, related_name="+", verbose_name=_("issued by")
    )
    revoked_at = models.DateTimeField(_("revoked at"), null=True, blank=True)
    revoked_by = models.ForeignKey(
        User, on_delete=models.RESTRICT, null=True, blank=True, related_name="+", verbose_name=_("revoked by")
    )
    revoked_why = models.CharField(_("why revoked"), max_length=100, blank=True)

    class Meta:
        verbose_name = _("pass")
        verbose_name_plural = _("passes")
        ordering = ["-issued_at"]
        indexes = [
            # The list of passes, newest first.
            models.Index(fields=["compound", "-issued_at"], name="pass_of_compound"),
        ]
        constraints = [
            # Target of the composite foreign keys that keep a pass's passages in its compound.
            models.UniqueConstraint(fields=["id", "compound"], name="pass_with_compound"),
            models.UniqueConstraint(
                fields=["household"],
                condition=Q(kind="household", revoked_at__isnull=True),
                name="pass_one_per_household",
                violation_error_message=_("This household has a pass. Replace it: the old one ends with that."),
            ),
            models.UniqueConstraint(
                fields=["compound", "plate"],
                condition=Q(kind="vehicle", revoked_at__isnull=True),
                name="pass_one_per_plate",
                violation_error_message=_("This plate has a pass already."),
            ),
            models.CheckConstraint(
                condition=Q(kind="vehicle", plate__regex=r"^[0-9A-Z\u4e00-\u9fff]{4,10}$")
                | (~Q(kind="vehicle") & Q(plate="")),
                name="pass_vehicle_has_plate",
                violation_error_message=_("A vehicle pass needs a plate, and no other pass has one."),
            ),
            models.CheckConstraint(
                condition=Q(kind__in=["vehicle", "volunteer"]) | Q(household__isnull=False),
                name="pass_has_household",
                violation_error_message=_("Which household is this pass for?"),
            ),
            models.CheckConstraint(
                condition=Q(valid_from__isnull=True) | Q(valid_until__isnull=True) | Q(valid_until__gt=F("valid_from")),
                name="pass_ends_after_start",
                violation_error_message=_("The end must come after the start."),
            ),
            models.CheckConstraint(
                condition=Q(kind="medical") | Q(every_days__isnull=True, single=False),
                name="pass_schedule_is_medical",
                violation_error_message=_("Only a medical pass has a schedule."),
            ),
            models.CheckConstraint(
                condition=Q(every_days__isnull=True) | Q(every_days__gte=1, every_days__lte=31, single=False),
                name="pass_schedule_in_days",
            ),
            models.CheckConstraint(
                condition=Q(seen_at__isnull=True, seen_by__isnull=True)
                | Q(seen_at__isnull=False, seen_by__isnull=False),
                name="pass_seen_at_and_by",
            ),
            # Who revoked it is empty where a command did.
            models.CheckConstraint(
                condition=Q(revoked_at__isnull=False) | Q(revoked_by__isnull=True, revoked_why=""),
                name="pass_revoked_at_and_by",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.plate or (self.household.room if self.household else self.holder)}"


class Isolation(models.Model):
    """Nobody of the household goes out before `until`. Why is not the gate's business: `note` never reaches a phone."""

    household = models.ForeignKey(
        Household, on_delete=models.CASCADE, related_name="isolations", verbose_name=_("household")
    )
    until = models.DateTimeField(_("until"))
    note = models.CharField(_("note"), max_length=200, blank=True)
    set_at = models.DateTimeField(_("set at"))
    set_by = models.ForeignKey(User, on_delete=models.RESTRICT, null=True, related_name="+", verbose_name=_("set by"))
    ended_at = models.DateTimeField(_("ended at"), null=True, blank=True)
    ended_by = models.ForeignKey(
        User, on_delete=models.RESTRICT, null=True, blank=True, related_name="+", verbose_name=_("ended by")
    )

    class Meta:
        verbose_name = _("home isolation")
        verbose_name_plural = _("home isolations")
        ordering = ["-set_at"]
        constraints = [
            # A new date ends the row before it.
            models.UniqueConstraint(
                fields=["household"], condition=Q(ended_at__isnull=True), name="isolation_one_per_household"
            ),
            models.CheckConstraint(condition=Q(until__gt=F("set_at")), name="isolation_ends_after_start"),
            models.CheckConstraint(
                condition=Q(ended_at__isnull=False) | Q(ended_by__isnull=True), name="isolation_ended_at_and_by"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.household.room} – {self.until:%Y-%m-%d}"


class Device(models.Model):
    """A phone at a gate: invited by a code on the coordinator's screen, bound by whoever scans it first, once.

    invited (`code_hash`) → bound (`token_hash`) → over (`ends_at` passed, or revoked). Made by the command, it is
    bound at once.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    compound = models.ForeignKey(
        Compound, on_delete=models.CASCADE, related_name="gate_devices", verbose_name=_("compound")
    )
    gate = models.ForeignKey(Gate, on_delete=models.RESTRICT, related_name="devices", verbose_name=_("gate"))
    label = models.CharField(_("whose phone"), max_length=40, blank=True)
    code_hash = models.CharField(max_length=64, unique=True, null=True, editable=False)
    code_expires_at = models.DateTimeField(_("code good until"), null=True, editable=False)
    token_hash = models.CharField(max_length=64, unique=True, null=True, editable=False)
    bound_at = models.DateTimeField(_("bound at"), null=True, editable=False)
    issued_at = models.DateTimeField(_("issued at"))
    issued_by = models.ForeignKey(
        User, on_delete=models.RESTRICT, null=True, related_name="+", verbose_name=_("issued by")
    )
    ends_at = models.DateTimeField(_("ends at"))
    revoked_at = models.DateTimeField(_("revoked at"), null=True, blank=True)
    revoked_by = models.ForeignKey(
        User, on_delete=models.RESTRICT, null=True, blank=True, related_name="+", verbose_name=_("revoked by")
    )
    last_seen_at = models.DateTimeField(_("last seen at"), null=True, blank=True, editable=False)

    class Meta:
        verbose_name = _("gate phone")
        verbose_name_plural = _("gate phones")
        ordering = ["-issued_at"]
        constraints = [
            # Target of the composite foreign key that keeps a phone's passages in its compound.
            models.UniqueConstraint(fields=["id", "compound"], name="device_with_compound"),
            models.CheckConstraint(condition=Q(ends_at__gt=F("issued_at")), name="device_ends_after_start"),
            models.CheckConstraint(
                condition=Q(code_hash__isnull=True, code_expires_at__isnull=True)
                | Q(code_hash__isnull=False, code_expires_at__isnull=False),
                name="device_code_and_expiry",
            ),
            models.CheckConstraint(
                condition=Q(token_hash__isnull=True, bound_at__isnull=True)
                | Q(token_hash__isnull=False, bound_at__isnull=False),
                name="device_token_and_bound_at",
            ),
            models.CheckConstraint(
                condition=Q(code_hash__isnull=False) | Q(token_hash__isnull=False), name="device_has_code_or_token"
            ),
            models.CheckConstraint(
                condition=Q(revoked_at__isnull=False) | Q(revoked_by__isnull=True), name="device_revoked_at_and_by"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.gate.name} {self.label}".strip()
