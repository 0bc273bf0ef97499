"""The log of the gates. `Check` is what happened, and only grows; `Outing` is what is counted."""

import datetime as dt

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateTimeRangeField, RangeOperators
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from compound.models import Compound, Gate, Household, Rulebook, User
from gate.models.passes import Device, Pass

# What comes so long after it took place is marked: by then it is the phone's word alone.
LATE = dt.timedelta(minutes=2)


class Direction(models.TextChoices):
    OUT = "out", _("going out")
    IN = "in", _("coming in")


class Verdict(models.TextChoices):
    ALLOW = "allow", _("let through")
    REFUSE = "refuse", _("not let through")
    RECHECK = "recheck", _("measure again")


class Kind(models.TextChoices):
    """What somebody goes out as: a pass's own kind, but for an emergency, which is an act."""

    HOUSEHOLD = "household", _("household")
    ESSENTIAL = "essential", _("to work")
    MEDICAL = "medical", _("medical")
    VISITOR = "visitor", _("visitor")
    VEHICLE = "vehicle", _("vehicle")
    VOLUNTEER = "volunteer", _("volunteer")
    EMERGENCY = "emergency", _("emergency")


class Check(models.Model):
    """One act at a gate, as it was first answered. Append-only by trigger; the key is the phone's own UUID.

    `verdict`, `reasons` (`[{"code", "effect", "params", "text"}]`), `conflict` and `next_out_*` are the answer that
    every repeat gets. What was found later lives in rows of their own: Conflict, Ratification, other Checks.
    """

    class Action(models.TextChoices):
        CHECK = "check", _("passage")
        READING = "reading", _("temperature measured again")
        UNDO = "undo", pgettext_lazy("passage", "undone")
        CORRECT = "correct", _("corrected")
        EMERGENCY = "emergency", _("emergency")

    class Source(models.TextChoices):
        PHONE = "phone", _("phone at the gate")
        PAPER = "paper", _("paper")
        DESK = "desk", _("desk")

    id = models.UUIDField(primary_key=True, editable=False)
    # The composite keys of migrations 0002 and 0004 hold compound, gate, household and rules together; a key for each
    # of them besides would be asked again at every check, and all checks would meet at the compound's row. Where there
    # is no index, one of those below begins with the column, or the row it leads to is deleted once in years.
    compound = models.ForeignKey(
        Compound,
        on_delete=models.CASCADE,
        related_name="checks",
        db_constraint=False,
        db_index=False,
        verbose_name=_("compound"),
    )
    gate = models.ForeignKey(
        Gate,
        on_delete=models.RESTRICT,
        related_name="checks",
        db_constraint=False,
        db_index=False,
        verbose_name=_("gate"),
    )
    # Who wrote it: a phone at the gate, or somebody logged in (paper, corrections at the desk).
    device = models.ForeignKey(
        Device,
        on_delete=models.RESTRICT,
        null=True,
        related_name="checks",
        db_constraint=False,
        verbose_name=_("gate phone"),
    )
    by = models.ForeignKey(
        User, on_delete=models.RESTRICT, null=True, related_name="+", db_index=False, verbose_name=_("written by")
    )
    source = models.CharField(_("written on"), max_length=5, choices=Source.choices, default=Source.PHONE)
    action = models.CharField(_("what the row says"), max_length=9, choices=Action.choices, default=Action.CHECK)
    # The check that this one undoes, corrects or measures again. No foreign key: it may arrive before that one.
    refers_to = models.UUIDField(_("speaks of passage"), null=True)

    direction = models.CharField(_("direction"), max_length=3, choices=Direction.choices)
    kind = models.CharField(_("goes out as"), max_length=10, choices=Kind.choices)
    household = models.ForeignKey(
        Household,
        on_delete=models.RESTRICT,
        null=True,
        related_name="checks",
        db_constraint=False,
        db_index=False,
        verbose_name=_("household"),
    )
    gate_pass = models.ForeignKey(
        Pass,
        on_delete=models.RESTRICT,
        null=True,
        related_name="checks",
        db_constraint=False,
        verbose_name=_("pass"),
    )
    # As typed or read, also where it led to nothing. Never a token.
    shown = models.CharField(_("shown at the gate"), max_length=40, blank=True)
    # What the answer named, so that a repeat gets the same when a room was renamed or another is its contact.
    said_room = models.CharField(_("room as said"), max_length=62, blank=True)
    said_surname = models.CharField(_("surname as said"), max_length=40, blank=True)

    event_at = models.DateTimeField(_("happened at"))
    device_at = models.DateTimeField(_("time on the phone"))
    clock_offset_ms = models.BigIntegerField(_("clock of the phone off by (ms)"), default=0)
    received_at = models.DateTimeField(_("received at"))
    # True when the phone had acted before the server knew of it.
    decided_offline = models.BooleanField(_("decided without network"), default=False)

    verdict = models.CharField(_("verdict"), max_length=7, choices=Verdict.choices)
    amber = models.BooleanField(_("needs a close look"), default=False)
    reasons = models.JSONField(_("grounds of the verdict"), default=list)
    conflict = models.BooleanField(_("clashed with another gate"), default=False)
    next_out_on = models.DateField(_("next outing on"), null=True)
    next_out_at = models.DateTimeField(_("next outing at"), null=True)
    rulebook = models.ForeignKey(
        Rulebook,
        on_delete=models.RESTRICT,
        null=True,
        related_name="+",
        db_constraint=False,
        db_index=False,
        verbose_name=_("judged by rulebook"),
    )

    temperature = models.DecimalField(_("temperature (°C)"), max_digits=3, decimal_places=1, null=True)
    method = models.CharField(_("measured how"), max_length=20, blank=True)
    # Why the guard let somebody pass against the rule, and why a row was undone or corrected.
    override = models.CharField(_("let through against the rule because"), max_length=200, blank=True)
    reason = models.CharField(_("reason given"), max_length=200, blank=True)

    class Meta:
        verbose_name = _("passage")
        verbose_name_plural = _("passage records")
        ordering = ["-event_at"]
        indexes = [
            # The log of a compound, newest first; passages per hour and gate.
            models.Index(fields=["compound", "-event_at"], name="check_of_compound"),
            # The history of a household.
            models.Index(fields=["household", "-event_at"], name="check_of_household"),
            # Emergencies that wait for a coordinator.
            models.Index(fields=["compound", "-event_at"], condition=Q(kind="emergency"), name="check_emergency"),
            # What refers to a check.
            models.Index(fields=["refers_to"], condition=Q(refers_to__isnull=False), name="check_refers_to"),
            # What somebody wrote at the desk: few rows among those of the phones.
            models.Index(fields=["by"], condition=Q(by__isnull=False), name="check_by_user"),
        ]
        constraints = [
            models.CheckConstraint(condition=Q(event_at__lte=F("received_at")), name="check_not_in_the_future"),
            models.CheckConstraint(
                condition=Q(device__isnull=False, by__isnull=True) | Q(device__isnull=True, by__isnull=False),
                name="check_by_device_or_user",
            ),
            models.CheckConstraint(
                condition=Q(action__in=["check", "emergency"], refers_to__isnull=True)
                | Q(action__in=["reading", "undo", "correct"], refers_to__isnull=False),
                name="check_refers_if_it_changes",
            ),
            models.CheckConstraint(
                condition=~Q(action__in=["undo", "correct"]) | ~Q(reason=""), name="check_change_has_reason"
            ),
            models.CheckConstraint(
                condition=Q(temperature__isnull=True) | Q(temperature__gte=30, temperature__lte=45),
                name="check_temperature_is_one",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.event_at:%Y-%m-%d %H:%M} {self.direction} {self.shown}"

    @property
    def is_late(self) -> bool:
        return self.device_id is not None and self.received_at - self.event_at > LATE


class Outing(models.Model):
    """One exit and its return. It counts for the household when it has a slot that was not released.

    The rule decides; the exclusion constraint stops races: of one household nobody else is in this slot during this
    period. Exempt exits, emergencies and collisions have no slot: they are outside, and cost nothing. An overridden
    exit takes one if one is free.
    """

    class Released(models.TextChoices):
        OUTDATED = "outdated", _("the rules were relaxed")
        UNDONE = "undone", pgettext_lazy("passage", "undone")
        CORRECTED = "corrected", _("corrected")
        SETTLED = "settled", _("conflict settled")
        FEVER = "fever", _("turned back with a fever")

    # Held by the composite keys of migration 0002, of which each row has one (`outing_is_somebodys`).
    compound = models.ForeignKey(
        Compound,
        on_delete=models.CASCADE,
        related_name="outings",
        db_constraint=False,
        db_index=False,
        verbose_name=_("compound"),
    )
    household = models.ForeignKey(
        Household,
        on_delete=models.RESTRICT,
        null=True,
        related_name="outings",
        db_constraint=False,
        db_index=False,
        verbose_name=_("household"),
    )
    gate_pass = models.ForeignKey(
        Pass,
        on_delete=models.RESTRICT,
        null=True,
        related_name="outings",
        db_constraint=False,
        db_index=False,
        verbose_name=_("pass"),
    )
    kind = models.CharField(_("goes out as"), max_length=10, choices=Kind.choices)
    # For the cap: exempt people and emergencies are not counted among those outside.
    is_exempt = models.BooleanField(_("costs no outing"), default=False)
    check_out: "models.OneToOneField[Check, Check]" = models.OneToOneField(
        Check, on_delete=models.RESTRICT, related_name="outing", verbose_name=_("passage out")
    )
    out_at = models.DateTimeField(_("went out at"))
    due_at = models.DateTimeField(_("due back at"), null=True)
    forfeit = models.BooleanField(_("late costs the next outing"), default=False)
    slot = models.PositiveSmallIntegerField(_("which outing of the household"), null=True)
    period = DateTimeRangeField(_("counts from and until"), null=True)
    released_at = models.DateTimeField(_("given back at"), null=True)
    released_why = models.CharField(_("given back because"), max_length=10, choices=Released.choices, blank=True)
    back_at = models.DateTimeField(_("came back at"), null=True)
    check_in: "models.ForeignKey[Check | None, Check | None]" = models.ForeignKey(
        Check, on_delete=models.RESTRICT, null=True, related_name="returns", verbose_name=_("passage in")
    )
    # It did not take place after all: undone, the wrong room, turned back. Such a row is nobody's passage.
    void_at = models.DateTimeField(_("declared void at"), null=True)

    class Meta:
        verbose_name = _("outing")
        verbose_name_plural = _("outing records")
        ordering = ["-out_at"]
        indexes = [
            # A household's outings of the last days.
            models.Index(fields=["household", "-out_at"], name="outing_of_household"),
            # A pass's last outing.
            models.Index(fields=["gate_pass", "-out_at"], condition=Q(gate_pass__isnull=False), name="outing_of_pass"),
            # Who is outside now.
            models.Index(
                fields=["compound", "out_at"],
                condition=Q(back_at__isnull=True, void_at__isnull=True),
                name="outing_open",
            ),
        ]
        constraints = [
            ExclusionConstraint(
                name="outing_one_per_slot",
                expressions=[
                    ("household", RangeOperators.EQUAL),
                    ("slot", RangeOperators.EQUAL),
                    ("period", RangeOperators.OVERLAPS),
                ],
                condition=Q(released_at__isnull=True, slot__isnull=False),
            ),
            models.CheckConstraint(
                condition=Q(household__isnull=False) | Q(gate_pass__isnull=False), name="outing_is_somebodys"
            ),
            models.CheckConstraint(
                condition=Q(slot__isnull=True, period__isnull=True)
                | Q(slot__isnull=False, slot__gte=1, period__isnull=False, household__isnull=False),
                name="outing_slot_and_period",
            ),
            models.CheckConstraint(
                condition=Q(released_at__isnull=True, released_why="")
                | (Q(released_at__isnull=False) & ~Q(released_why="")),
                name="outing_released_at_and_why",
            ),
            # What did not take place takes no slot.
            models.CheckConstraint(
                condition=Q(void_at__isnull=True) | Q(released_at__isnull=False), name="outing_void_is_released"
            ),
            models.CheckConstraint(
                condition=Q(back_at__isnull=True) | Q(back_at__gte=F("out_at")), name="outing_back_after_out"
            ),
            models.CheckConstraint(
                condition=Q(due_at__isnull=True) | Q(due_at__gt=F("out_at")), name="outing_due_after_out"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.household.room if self.household else self.kind} {self.out_at:%Y-%m-%d %H:%M}"
