"""When somebody must stand at a post, and what the planner proposes."""

import uuid

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from compound.models import Compound, Job, User
from roster.models.groups import Post

DAY = 1440


class ShiftPattern(models.Model):
    """How a post's shifts repeat.

    daily: at each of `starts` (minutes from midnight on the wall clock) on `weekdays` (none: every day), so that
    three 8-hour shifts are `[0, 480, 960]` × 480 and 20:00–24:00 is `[1200]` × 240. rolling: from `anchor_at` one
    after the other without a gap, so that turns of 5 hours walk through the day. A shift belongs to the day on which
    it starts.
    """

    class Kind(models.TextChoices):
        DAILY = "daily", _("every day at the same hours")
        ROLLING = "rolling", _("one after the other")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    post = models.ForeignKey(Post, on_delete=models.CASCADE, related_name="patterns", verbose_name=_("post"))
    kind = models.CharField(_("kind"), max_length=8, choices=Kind.choices, default=Kind.DAILY)
    starts = ArrayField(models.PositiveSmallIntegerField(), verbose_name=_("starts"), default=list, blank=True)
    weekdays = ArrayField(models.PositiveSmallIntegerField(), verbose_name=_("weekdays"), default=list, blank=True)
    anchor_at = models.DateTimeField(_("first start"), null=True, blank=True)
    length_minutes = models.PositiveSmallIntegerField(_("length, minutes"))
    # Empty: the post's own.
    minimum = models.PositiveSmallIntegerField(_("people at least"), null=True, blank=True)
    maximum = models.PositiveSmallIntegerField(_("people at most"), null=True, blank=True)
    starts_on = models.DateField(_("from"))
    ends_on = models.DateField(_("until"), null=True, blank=True)
    # Every shift up to and with this day has been made: what keeps the sweep cheap.
    generated_until = models.DateField(null=True, editable=False)
    made_at = models.DateTimeField(_("made at"))
    made_by = models.ForeignKey(
        User, on_delete=models.RESTRICT, null=True, related_name="+", editable=False, verbose_name=_("made by")
    )

    class Meta:
        verbose_name = _("shift pattern")
        verbose_name_plural = _("shift patterns")
        ordering = ["post", "starts_on", "made_at"]
        constraints = [
            models.CheckConstraint(
                condition=Q(kind="daily", anchor_at__isnull=True, starts__len__gte=1)
                | Q(kind="rolling", anchor_at__isnull=False, starts=[], weekdays=[]),
                name="shift_pattern_starts_or_anchor",
            ),
            models.CheckConstraint(
                condition=Q(length_minutes__gte=30, length_minutes__lte=DAY), name="shift_pattern_length"
            ),
            models.CheckConstraint(
                condition=Q(ends_on__isnull=True) | Q(ends_on__gte=F("starts_on")),
                name="shift_pattern_ends_after_start",
                violation_error_message=_("The end must come after the start."),
            ),
            models.CheckConstraint(
                condition=Q(minimum__isnull=True, maximum__isnull=True)
                | Q(minimum__isnull=False, maximum__isnull=False)
                & Q(minimum__gte=1, maximum__gte=F("minimum"), maximum__lte=30),
                name="shift_pattern_minimum_to_maximum",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.post} {self.starts_on}"


class Shift(models.Model):
    """班次. `duty_on` is the date on the wall clock at its start: 00:30 to 07:30 is a shift of that day.

    `edited_at`: changed by hand, so that no pattern touches it any more. Cancelled ones stay, for whoever was on them.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    compound = models.ForeignKey(Compound, on_delete=models.CASCADE, related_name="shifts", verbose_name=_("compound"))
    post = models.ForeignKey(Post, on_delete=models.RESTRICT, related_name="shifts", verbose_name=_("post"))
    pattern = models.ForeignKey(
        ShiftPattern, on_delete=models.SET_NULL, null=True, blank=True, related_name="shifts", verbose_name=_("pattern")
    )
    # The turn of the pattern that this is, whatever hours it was given by hand since. None: added by hand.
    slot_at = models.DateTimeField(_("turn"), null=True, blank=True, editable=False)
    duty_on = models.DateField(_("day"))
    starts_at = models.DateTimeField(_("starts at"))
    ends_at = models.DateTimeField(_("ends at"))
    # By the rules when it was made: see RosterRules.night_minutes.
    is_night = models.BooleanField(_("night"), default=False)
    minimum = models.PositiveSmallIntegerField(_("people at least"))
    maximum = models.PositiveSmallIntegerField(_("people at most"))
    note = models.CharField(_("note"), max_length=200, blank=True)
    edited_at = models.DateTimeField(_("edited at"), null=True, blank=True)
    edited_by = models.ForeignKey(
        User, on_delete=models.RESTRICT, null=True, related_name="+", editable=False, verbose_name=_("edited by")
    )
    cancelled_at = models.DateTimeField(_("cancelled at"), null=True, blank=True)
    cancelled_by = models.ForeignKey(
        User, on_delete=models.RESTRICT, null=True, related_name="+", editable=False, verbose_name=_("cancelled by")
    )
    cancelled_why = models.CharField(_("why cancelled"), max_length=100, blank=True)
    # One more with every change, by a trigger; never write it.
    revision = models.PositiveIntegerField(default=0, editable=False)

    class Meta:
        verbose_name = _("shift")
        verbose_name_plural = _("shifts")
        ordering = ["starts_at", "post"]
        indexes = [
            # The board of a week, the sheet of a day, and what is on now.
            models.Index(fields=["compound", "starts_at"], name="shift_of_compound"),
            models.Index(fields=["compound", "duty_on"], name="shift_of_day"),
            # The gaps of the next hours, over all compounds.
            models.Index(fields=["starts_at"], condition=Q(cancelled_at__isnull=True), name="shift_to_come"),
        ]
        constraints = [
            # Generating again makes nothing twice.
            models.UniqueConstraint(fields=["pattern", "slot_at"], name="shift_once_per_turn"),
            models.CheckConstraint(
                condition=Q(pattern__isnull=True) | Q(slot_at__isnull=False), name="shift_of_pattern_has_turn"
            ),
            # Targets of the composite keys of an assignment: its hours are the shift's, its compound too.
            models.UniqueConstraint(fields=["id", "starts_at", "ends_at"], name="shift_with_hours"),
            models.UniqueConstraint(fields=["id", "compound"], name="shift_with_compound"),
            models.CheckConstraint(
                condition=Q(ends_at__gt=F("starts_at")),
                name="shift_ends_after_start",
                violation_error_message=_("The end must come after the start."),
            ),
            models.CheckConstraint(
                condition=Q(minimum__gte=1, maximum__gte=F("minimum"), maximum__lte=30),
                name="shift_minimum_to_maximum",
                violation_error_message=_("At most 30 people, and not fewer than at least."),
            ),
            models.CheckConstraint(
                condition=Q(cancelled_at__isnull=False) | Q(cancelled_by__isnull=True, cancelled_why=""),
                name="shift_cancelled_at_and_by",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.post} {self.duty_on}"

    @property
    def hours(self) -> float:
        return (self.ends_at - self.starts_at).total_seconds() / 3600


class Plan(models.Model):
    """One run of the planner over the shifts that start from `from_on` to `until_on`, both included.

    While it runs `pairs` is the best plan so far: [[shift id, volunteer id], …]. What came out are Assignment rows in
    the state "proposed" that refer to it; a newer plan takes those of the one before away.
    """

    class State(models.TextChoices):
        RUNNING = "running", _("at work")
        READY = "ready", _("proposed")
        PUBLISHED = "published", _("published")
        DROPPED = "dropped", _("dropped")
        FAILED = "failed", _("failed")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    compound = models.ForeignKey(Compound, on_delete=models.CASCADE, related_name="plans", verbose_name=_("compound"))
    job = models.ForeignKey(Job, on_delete=models.SET_NULL, null=True, related_name="+", verbose_name=_("job"))
    from_on = models.DateField(_("from"))
    until_on = models.DateField(_("until"))
    seconds = models.PositiveSmallIntegerField(_("seconds at most"), default=30)
    state = models.CharField(_("state"), max_length=10, choices=State.choices, default=State.RUNNING)
    pairs = models.JSONField(default=list, blank=True)
    seats = models.PositiveIntegerField(_("seats"), default=0)
    filled = models.PositiveIntegerField(_("filled"), default=0)
    cost = models.FloatField(_("cost"), null=True)
    bound = models.FloatField(_("bound"), null=True)
    greedy_cost = models.FloatField(_("cost of the first answer"), null=True)
    is_optimal = models.BooleanField(_("proven best"), default=False)
    took_seconds = models.FloatField(_("seconds"), null=True)
    # [{"shift": id, "missing": n, "skilled": n, "reasons": {code: n}}]: codes and counts, said by roster/words.py.
    empty = models.JSONField(default=list, blank=True)
    asked_at = models.DateTimeField(_("asked at"))
    asked_by = models.ForeignKey(
        User, on_delete=models.RESTRICT, null=True, related_name="+", verbose_name=_("asked by")
    )
    decided_at = models.DateTimeField(_("decided at"), null=True)
    decided_by = models.ForeignKey(
        User, on_delete=models.RESTRICT, null=True, related_name="+", verbose_name=_("decided by")
    )

    class Meta:
        verbose_name = _("plan")
        verbose_name_plural = _("plans")
        ordering = ["-asked_at"]
        constraints = [
            models.UniqueConstraint(fields=["compound"], condition=Q(state="running"), name="plan_one_at_a_time"),
            models.CheckConstraint(condition=Q(until_on__gte=F("from_on")), name="plan_ends_after_start"),
        ]

    def __str__(self) -> str:
        return f"{self.from_on}–{self.until_on}"
