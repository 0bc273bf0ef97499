"""What a coordinator says about passages: which of two took place, and whether an emergency was one."""

import uuid

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from compound.models import Compound, Household, User
from gate.models.passages import Check


class Conflict(models.Model):
    """Two passages that cannot both be within the rule, by corrected event time: the later one is asked about.

    What was settled stays as it was settled. Taken back, the pair is asked about by a row of its own, which `follows`
    the settlement and says who took it back, when and why; the last row of such a chain is the one that holds.
    """

    class Outcome(models.TextChoices):
        BOTH_REAL = "both_real", _("both went out")
        EARLIER_WRONG = "earlier_wrong", _("the earlier one did not take place")
        LATER_WRONG = "later_wrong", _("the later one did not take place")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    compound = models.ForeignKey(
        Compound, on_delete=models.CASCADE, related_name="gate_conflicts", verbose_name=_("compound")
    )
    household = models.ForeignKey(
        Household, on_delete=models.RESTRICT, null=True, related_name="gate_conflicts", verbose_name=_("household")
    )
    earlier = models.ForeignKey(
        Check, on_delete=models.RESTRICT, related_name="conflicts_as_earlier", verbose_name=_("earlier passage")
    )
    later = models.ForeignKey(
        Check, on_delete=models.RESTRICT, related_name="conflicts_as_later", verbose_name=_("later passage")
    )
    code = models.CharField(_("what clashes"), max_length=20)
    found_at = models.DateTimeField(_("found at"))
    settled_at = models.DateTimeField(_("settled at"), null=True)
    settled_by = models.ForeignKey(
        User, on_delete=models.RESTRICT, null=True, related_name="+", verbose_name=_("settled by")
    )
    outcome = models.CharField(_("what really happened"), max_length=14, choices=Outcome.choices, blank=True)
    note = models.CharField(_("note"), max_length=200, blank=True)
    follows: "models.OneToOneField[Conflict | None, Conflict | None]" = models.OneToOneField(
        "self",
        on_delete=models.RESTRICT,
        null=True,
        related_name="taken_back",
        db_constraint=False,
        verbose_name=_("settlement taken back"),
    )
    reopened_at = models.DateTimeField(_("taken back at"), null=True)
    reopened_by = models.ForeignKey(
        User, on_delete=models.RESTRICT, null=True, related_name="+", verbose_name=_("taken back by")
    )
    reopened_why = models.CharField(_("taken back because"), max_length=200, blank=True, default="")

    class Meta:
        verbose_name = _("conflict")
        verbose_name_plural = _("conflicts")
        ordering = ["-found_at"]
        indexes = [
            models.Index(fields=["compound"], condition=Q(settled_at__isnull=True), name="conflict_open"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["earlier", "later"], condition=Q(follows__isnull=True), name="conflict_pair_once"
            ),
            models.UniqueConstraint(
                fields=["earlier", "later"], condition=Q(settled_at__isnull=True), name="conflict_open_once"
            ),
            # What a row follows is a settlement of the same pair: the target of the composite key of migration 0004.
            models.UniqueConstraint(fields=["id", "earlier", "later"], name="conflict_with_pair"),
            models.CheckConstraint(condition=~Q(earlier=F("later")), name="conflict_of_two"),
            models.CheckConstraint(
                condition=Q(settled_at__isnull=True, settled_by__isnull=True, outcome="", note="")
                | (Q(settled_at__isnull=False, settled_by__isnull=False) & ~Q(outcome="")),
                name="conflict_settled_at_and_by",
            ),
            models.CheckConstraint(
                condition=Q(follows__isnull=True, reopened_at__isnull=True, reopened_by__isnull=True, reopened_why="")
                | (
                    Q(follows__isnull=False, reopened_at__isnull=False, reopened_by__isnull=False) & ~Q(reopened_why="")
                ),
                name="conflict_reopened_by_and_why",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.found_at:%Y-%m-%d %H:%M}"


class Ratification(models.Model):
    """A coordinator has looked at an emergency, afterwards: it was never held up."""

    check_ratified: "models.OneToOneField[Check, Check]" = models.OneToOneField(
        Check, on_delete=models.RESTRICT, related_name="ratification", verbose_name=_("emergency passage")
    )
    is_accepted = models.BooleanField(_("was in order"))
    note = models.CharField(_("note"), max_length=200, blank=True)
    at = models.DateTimeField(_("looked at on"))
    by = models.ForeignKey(User, on_delete=models.RESTRICT, related_name="+", verbose_name=_("looked at by"))

    class Meta:
        verbose_name = _("ratification")
        verbose_name_plural = _("ratifications")
        ordering = ["-at"]
        constraints = [
            models.CheckConstraint(condition=Q(is_accepted=True) | ~Q(note=""), name="ratification_doubt_has_note"),
        ]

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M}"
