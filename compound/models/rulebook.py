"""The rules of the gate as dated rows. Changing the rules is adding a row; the past keeps the row that judged it."""

from decimal import Decimal

from django.contrib.postgres.fields import ArrayField
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from compound.models.registry import Building, Compound


class Rulebook(models.Model):
    """Rules in force for the compound, or harder ones for one building, from `starts_at` on.

    A building's row holds until its end, or until replaced, and beats the compound's row. A compound's row may end
    all building rows before it (`ends_building_rows`).
    """

    class Window(models.TextChoices):
        CALENDAR = "calendar", _("calendar days")
        ROLLING = "rolling", _("rolling hours")

    class Overstay(models.TextChoices):
        NOTHING = "nothing", _("nothing")
        FORFEIT = "forfeit", _("the next outing")

    class Vehicles(models.TextChoices):
        NONE = "none", _("no vehicles")
        OUT = "out", _("out only")
        BOTH = "both", _("out and in")

    class Visitors(models.TextChoices):
        REFUSED = "refused", _("no visitors")
        CONSENT = "consent", _("with the household's consent")

    class Level(models.TextChoices):
        HIGH = "high", _("high risk: nobody leaves home")
        MEDIUM = "medium", _("medium risk: nobody leaves the compound")
        LOW = "low", _("low risk: personal protection, no gatherings")
        CUSTOM = "custom", _("own rules")

    compound = models.ForeignKey(
        Compound, on_delete=models.CASCADE, related_name="rulebooks", verbose_name=_("compound")
    )
    building = models.ForeignKey(
        Building,
        on_delete=models.RESTRICT,
        null=True,
        blank=True,
        related_name="rulebooks",
        verbose_name=_("building"),
        help_text=_("Empty: the whole compound."),
    )
    level = models.CharField(_("risk level"), max_length=8, choices=Level.choices, default=Level.CUSTOM)
    notice = models.CharField(
        _("notice"), max_length=200, help_text=_("Which notice this comes from, by name and date.")
    )
    starts_at = models.DateTimeField(_("starts at"))
    ends_at = models.DateTimeField(_("ends at"), null=True, blank=True)
    ends_building_rows = models.BooleanField(_("ends all rules of single buildings"), default=False)

    persons = models.PositiveSmallIntegerField(
        _("persons per household"), default=1, help_text=_("0: nobody goes out.")
    )
    per_days = models.PositiveSmallIntegerField(
        _("every so many days"), default=2, validators=[MinValueValidator(1), MaxValueValidator(31)]
    )
    window = models.CharField(_("days counted as"), max_length=8, choices=Window.choices, default=Window.CALENDAR)
    longest_minutes = models.PositiveSmallIntegerField(_("longest outing, minutes"), null=True, blank=True)
    overstay = models.CharField(
        _("an overstay costs"), max_length=8, choices=Overstay.choices, default=Overstay.NOTHING
    )
    opens = models.TimeField(_("out from"), null=True, blank=True)
    closes = models.TimeField(_("out until"), null=True, blank=True)
    max_outside = models.PositiveSmallIntegerField(_("people outside at once"), null=True, blank=True)
    vehicles = models.CharField(_("vehicles"), max_length=4, choices=Vehicles.choices, default=Vehicles.NONE)
    visitors = models.CharField(_("visitors"), max_length=8, choices=Visitors.choices, default=Visitors.REFUSED)
    exempt_kinds = ArrayField(
        models.CharField(max_length=12),
        verbose_name=_("pass kinds that are exempt"),
        default=list,
        blank=True,
        help_text=_("essential, medical, volunteer"),
    )
    returnee_voids_pass = models.BooleanField(_("a household with a returnee has no outing"), default=True)
    fever_line = models.DecimalField(
        _("fever line, °C"),
        max_digits=3,
        decimal_places=1,
        default=Decimal("37.3"),
        validators=[MinValueValidator(Decimal("36.0")), MaxValueValidator(Decimal("39.0"))],
    )
    fever_at_line = models.BooleanField(
        _("the line itself counts as fever"), default=True, help_text=_("37.3 and above, or above 37.3.")
    )
    low_line = models.DecimalField(_("implausible below, °C"), max_digits=3, decimal_places=1, default=Decimal("35.0"))
    recheck_minutes = models.PositiveSmallIntegerField(_("minutes until the re-measurement"), default=5)

    created_at = models.DateTimeField(_("written at"), editable=False)
    created_by = models.ForeignKey(
        "compound.User",
        on_delete=models.RESTRICT,
        null=True,
        editable=False,
        related_name="+",
        verbose_name=_("written by"),
    )

    class Meta:
        verbose_name = _("rulebook")
        verbose_name_plural = _("rulebooks")
        ordering = ["compound", "-starts_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["compound", "building", "starts_at"],
                name="rulebook_one_at_a_time",
                nulls_distinct=False,
                violation_error_message=_("Another rulebook starts in the same minute."),
            ),
            models.CheckConstraint(
                condition=Q(ends_at__isnull=True) | Q(ends_at__gt=F("starts_at")),
                name="rulebook_ends_after_start",
                violation_error_message=_("The end must come after the start."),
            ),
            # Changing the rules never rewrites the past.
            models.CheckConstraint(
                condition=Q(starts_at__gte=F("created_at")),
                name="rulebook_not_back_dated",
                violation_error_message=_("Rules cannot start in the past: choose a minute from now on."),
            ),
            models.CheckConstraint(condition=Q(per_days__gte=1), name="rulebook_days_from_one"),
            models.CheckConstraint(
                condition=Q(opens__isnull=True, closes__isnull=True)
                | Q(opens__isnull=False, closes__isnull=False, closes__gt=F("opens")),
                name="rulebook_hours_both_or_neither",
                violation_error_message=_("Give both hours or neither, the first before the second."),
            ),
            models.CheckConstraint(
                condition=Q(building__isnull=True) | Q(ends_building_rows=False),
                name="rulebook_only_compound_ends_buildings",
                violation_error_message=_("Only a rulebook of the whole compound can end those of buildings."),
            ),
            models.CheckConstraint(
                condition=Q(low_line__lt=F("fever_line")),
                name="rulebook_lines_in_order",
                violation_error_message=_("The implausible line must be below the fever line."),
            ),
        ]

    def __str__(self) -> str:
        return self.notice
