"""Sharing out what came short: the rule chosen before, the run with its seed, and who got what for which reason."""

import uuid

from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from compound.models import Compound, User
from orders.models.orders import OrderLine
from orders.models.shopping import RoundGood


class SharingRule(models.Model):
    """How a shortage is shared out, chosen before anybody knows who comes short. See `orders/allocation`."""

    class Kind(models.TextChoices):
        TIERS = "tiers", _("by need, in tiers")
        EQUAL = "equal", _("the same for everybody")
        PER_HEAD = "per_head", _("by people in the household")
        PROPORTIONAL = "proportional", _("by what was ordered")
        FIRST_COME = "first_come", _("first come, first served")

    compound = models.ForeignKey(
        Compound, on_delete=models.CASCADE, related_name="sharing_rules", verbose_name=_("compound")
    )
    name = models.CharField(_("name"), max_length=40)
    kind = models.CharField(_("kind"), max_length=12, choices=Kind.choices, default=Kind.TIERS)
    # Highest first: [{"name": "医护家庭", "tags": ["medical_family"], "percent": 30}]; a household belongs to the first
    # that names one of its tags, everybody else to a last tier of all. `percent`: of what arrived, kept for the tier.
    tiers = models.JSONField(_("tiers"), default=list, blank=True)
    # A household gets at most so much before everybody else has had that; null: as ordered.
    each = models.DecimalField(_("at most per household"), max_digits=9, decimal_places=3, null=True, blank=True)
    missed_first = models.BooleanField(_("who missed last time comes first"), default=True)
    # What is not cut: 1 for cabbages, 0.1 for jin of meat.
    step = models.DecimalField(
        _("smallest part"), max_digits=6, decimal_places=3, default=1, validators=[MinValueValidator(0)]
    )
    is_default = models.BooleanField(_("used where nothing else was chosen"), default=False)
    is_active = models.BooleanField(_("active"), default=True)

    class Meta:
        verbose_name = _("rule for sharing out")
        verbose_name_plural = _("rules for sharing out")
        ordering = ["compound", "-is_default", "name"]
        constraints = [
            models.UniqueConstraint(fields=["compound", "name"], name="sharing_rule_once"),
            models.UniqueConstraint(fields=["compound"], condition=Q(is_default=True), name="sharing_rule_one_default"),
            models.CheckConstraint(condition=Q(step__gt=0), name="sharing_rule_step"),
            models.CheckConstraint(condition=Q(each__isnull=True) | Q(each__gt=0), name="sharing_rule_each"),
        ]

    def __str__(self) -> str:
        return self.name


class Sharing(models.Model):
    """One run of `orders.allocation` for one good: all that went in and all that came out, to be run again by anybody.

    Made (looked at) → applied (the lines' `allocated`) → replaced by a later one, or by none: taken back by somebody,
    with a reason, or fallen with the good that it stood in for.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    good = models.ForeignKey(RoundGood, on_delete=models.CASCADE, related_name="sharings")
    # What was bought under another name and is shared out on its own: the substitute; '' for the good itself.
    instead = models.CharField(_("instead"), max_length=100, blank=True)
    arrived = models.DecimalField(_("to share out"), max_digits=9, decimal_places=3)
    # The rule as it was, and the claims that went in: {"claims": [...]}, see `orders.allocation`.
    rule = models.JSONField()
    claims = models.JSONField()
    seed = models.CharField(_("seed"), max_length=64)
    result_sha256 = models.CharField(max_length=64)
    # Why another rule than the one chosen before.
    rule_reason = models.CharField(_("why this rule"), max_length=200, blank=True)
    made_at = models.DateTimeField(_("made at"))
    made_by = models.ForeignKey(User, on_delete=models.RESTRICT, related_name="+", verbose_name=_("made by"))
    applied_at = models.DateTimeField(null=True)
    applied_by = models.ForeignKey(User, on_delete=models.RESTRICT, null=True, related_name="+")
    replaced_at = models.DateTimeField(null=True)
    # Taken back while nothing of it was packed or handed over; the good is undecided again.
    withdrawn_by = models.ForeignKey(User, on_delete=models.RESTRICT, null=True, related_name="+")
    withdrawn_reason = models.CharField(_("why it was taken back"), max_length=200, blank=True, default="")
    # Rooms whose bags were opened again when it was applied just now; not stored here but in the audit log.
    opened: tuple[str, ...] = ()

    class Meta:
        verbose_name = _("sharing out")
        verbose_name_plural = _("sharings out")
        ordering = ["good", "-made_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["good", "instead"],
                condition=Q(applied_at__isnull=False, replaced_at__isnull=True),
                name="sharing_one_in_force",
            ),
            models.CheckConstraint(condition=Q(arrived__gte=0), name="sharing_of_what_arrived"),
            models.CheckConstraint(
                condition=Q(applied_at__isnull=True, applied_by__isnull=True)
                | Q(applied_at__isnull=False, applied_by__isnull=False),
                name="sharing_applied_at_and_by",
            ),
            models.CheckConstraint(
                condition=Q(withdrawn_by__isnull=True, withdrawn_reason="")
                | (Q(withdrawn_by__isnull=False, applied_at__isnull=False, replaced_at__isnull=False))
                & ~Q(withdrawn_reason=""),
                name="sharing_withdrawn_with_reason",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.good} {self.arrived}"


class Allotment(models.Model):
    """What one line gets of one sharing, and why: a code with parameters that a page puts into words."""

    sharing = models.ForeignKey(Sharing, on_delete=models.CASCADE, related_name="allotments")
    line = models.ForeignKey(OrderLine, on_delete=models.CASCADE, related_name="allotments")
    quantity = models.DecimalField(_("gets"), max_digits=9, decimal_places=3)
    code = models.CharField(max_length=20)
    params = models.JSONField(default=dict)
    # In the order in which the rule served them.
    position = models.PositiveIntegerField()

    class Meta:
        verbose_name = _("allotment")
        verbose_name_plural = _("allotments")
        ordering = ["sharing", "position"]
        constraints = [
            models.UniqueConstraint(fields=["sharing", "line"], name="allotment_once"),
            models.CheckConstraint(condition=Q(quantity__gte=0), name="allotment_not_negative"),
        ]

    def __str__(self) -> str:
        return f"{self.line} {self.quantity}"
