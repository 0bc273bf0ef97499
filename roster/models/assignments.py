"""Who stands where: one row for each person and shift, from the proposal to the end of duty."""

import uuid

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateTimeRangeField, RangeBoundary, RangeOperators
from django.db import models
from django.db.models import F, Func, Q
from django.utils.translation import gettext_lazy as _

from compound.models import Compound, User
from roster.models.people import Volunteer
from roster.models.shifts import Plan, Shift


class TsTzRange(Func):
    function = "TSTZRANGE"
    output_field = DateTimeRangeField()


class Assignment(models.Model):
    """排班: its hours are the shift's (a composite key that follows changes), so that the database refuses overlap.

    Who is in a counted state has a seat: 1 to the shift's maximum, each once. Only whoever signed out well before the
    end has given it up: the seat is free, only the time that was served counts, and another shift may overlap what is
    left. `offered` keeps a seat for somebody of the waiting list until `offer_until`, and may overlap: nothing has
    been promised yet.
    Services that change the state lock the shift first (roster/services/assignments.py has the order).
    """

    class State(models.TextChoices):
        PROPOSED = "proposed", _("proposed")
        WAITING = "waiting", _("on the waiting list")
        OFFERED = "offered", _("offered")
        PUBLISHED = "published", _("published")
        CONFIRMED = "confirmed", _("confirmed")
        SIGNED_IN = "signed_in", _("signed in")
        SIGNED_OUT = "signed_out", _("signed out")
        DECLINED = "declined", _("declined")
        ABSENT = "absent", _("absent")
        EXCUSED = "excused", _("excused")

    # Of two that overlap one is refused. A seat is taken by whoever has a number in `seat`: not by all of these.
    COUNTED = (State.PUBLISHED, State.CONFIRMED, State.SIGNED_IN, State.SIGNED_OUT)
    SEATED = (State.OFFERED, *COUNTED)
    OVER = (State.DECLINED, State.ABSENT, State.EXCUSED)

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    compound = models.ForeignKey(
        Compound, on_delete=models.CASCADE, related_name="assignments", verbose_name=_("compound")
    )
    shift = models.ForeignKey(Shift, on_delete=models.CASCADE, related_name="assignments", verbose_name=_("shift"))
    volunteer = models.ForeignKey(
        Volunteer, on_delete=models.RESTRICT, related_name="assignments", verbose_name=_("volunteer")
    )
    # The volunteer's: somebody who helps in two compounds has one body.
    user = models.ForeignKey(User, on_delete=models.RESTRICT, related_name="assignments", verbose_name=_("person"))
    starts_at = models.DateTimeField(_("starts at"))
    ends_at = models.DateTimeField(_("ends at"))
    state = models.CharField(_("state"), max_length=10, choices=State.choices, default=State.PROPOSED)
    seat = models.PositiveSmallIntegerField(_("place in the shift"), null=True, blank=True)
    plan = models.ForeignKey(
        Plan, on_delete=models.SET_NULL, null=True, blank=True, related_name="assignments", verbose_name=_("plan")
    )
    made_at = models.DateTimeField(_("made at"))
    made_by = models.ForeignKey(User, on_delete=models.RESTRICT, null=True, related_name="+", verbose_name=_("made by"))
    offer_until = models.DateTimeField(_("offered until"), null=True, blank=True)
    confirmed_at = models.DateTimeField(_("confirmed at"), null=True, blank=True)
    signed_in_at = models.DateTimeField(_("signed in at"), null=True, blank=True)
    signed_in_by = models.ForeignKey(
        User, on_delete=models.RESTRICT, null=True, blank=True, related_name="+", verbose_name=_("signed in by")
    )
    # By themselves, on their own phone, and not with the code that hangs at the post.
    on_own_word = models.BooleanField(_("signed in away from the post's code"), default=False)
    signed_out_at = models.DateTimeField(_("signed out at"), null=True, blank=True)
    signed_out_by = models.ForeignKey(
        User, on_delete=models.RESTRICT, null=True, blank=True, related_name="+", verbose_name=_("signed out by")
    )
    # Declined, absent or excused: when, by whose word, why.
    ended_at = models.DateTimeField(_("ended at"), null=True, blank=True)
    ended_by = models.ForeignKey(
        User, on_delete=models.RESTRICT, null=True, blank=True, related_name="+", verbose_name=_("ended by")
    )
    ended_why = models.CharField(_("why"), max_length=200, blank=True)
    # Absent or excused by a tick on the attendance list, where alone it can be taken back.
    ended_on_list = models.BooleanField(_("ticked on the attendance list"), default=False)
    # A rule (rest, hours, nights, skill) was set aside: which ones, by whom, why. Overlap never is.
    overridden = models.JSONField(_("rules set aside"), default=list, blank=True)
    overridden_by = models.ForeignKey(
        User, on_delete=models.RESTRICT, null=True, blank=True, related_name="+", verbose_name=_("set aside by")
    )
    overridden_why = models.CharField(_("why set aside"), max_length=200, blank=True)
    # One more with every change, by a trigger; never write it.
    revision = models.PositiveIntegerField(default=0, editable=False)

    class Meta:
        verbose_name = _("assignment")
        verbose_name_plural = _("assignments")
        ordering = ["starts_at", "seat", "made_at"]
        indexes = [
            # My shifts, and what somebody worked in the last two weeks.
            models.Index(fields=["user", "starts_at"], name="assignment_of_person"),
            # Looked through by every sweep.
            models.Index(fields=["ends_at"], condition=Q(state="waiting"), name="assignment_waiting"),
            models.Index(fields=["offer_until"], condition=Q(state="offered"), name="assignment_offered"),
            # Who has to be reminded of a shift, and who is missing from one, over all compounds.
            models.Index(
                fields=["starts_at"], condition=Q(state__in=["published", "confirmed"]), name="assignment_to_come"
            ),
        ]
        constraints = [
            ExclusionConstraint(
                name="assignment_no_overlap",
                expressions=[
                    ("user", RangeOperators.EQUAL),
                    (TsTzRange("starts_at", "ends_at", RangeBoundary()), RangeOperators.OVERLAPS),
                ],
                condition=Q(
                    state__in=["published", "confirmed", "signed_in", "signed_out"], seat__isnull=False
                ),
                violation_error_message=_("This person is on duty somewhere else at that time."),
            ),
            models.UniqueConstraint(
                fields=["shift", "seat"], condition=Q(seat__isnull=False), name="assignment_seat_once"
            ),
            models.UniqueConstraint(
                fields=["shift", "volunteer"],
                condition=~Q(state__in=["declined", "absent", "excused"]),
                name="assignment_once",
                violation_error_message=_("This person is on this shift already."),
            ),
            models.CheckConstraint(
                condition=Q(
                    state__in=["offered", "published", "confirmed", "signed_in", "signed_out"],
                    # A comparison with NULL refuses nothing.
                    seat__isnull=False, seat__gte=1, seat__lte=30,
                )
                | Q(
                    state__in=["proposed", "waiting", "signed_out", "declined", "absent", "excused"], seat__isnull=True
                ),
                name="assignment_counted_has_seat",
            ),
            models.CheckConstraint(condition=Q(ends_at__gt=F("starts_at")), name="assignment_ends_after_start"),
            models.CheckConstraint(
                condition=Q(state="offered", offer_until__isnull=False) | (~Q(state="offered") & Q(offer_until=None)),
                name="assignment_offer_has_end",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["signed_in", "signed_out"])
                | Q(signed_in_at__isnull=False, signed_in_by__isnull=False),
                name="assignment_signed_in_at_and_by",
            ),
            models.CheckConstraint(
                condition=Q(on_own_word=False) | Q(state__in=["signed_in", "signed_out"]),
                name="assignment_own_word_of_signed_in",
            ),
            models.CheckConstraint(
                condition=Q(ended_on_list=False) | Q(state__in=["absent", "excused"]),
                name="assignment_ended_on_list",
            ),
            models.CheckConstraint(
                condition=Q(
                    state="signed_out",
                    signed_out_at__isnull=False, signed_out_at__gte=F("signed_in_at"), signed_out_by__isnull=False,
                )
                | (~Q(state="signed_out") & Q(signed_out_at=None, signed_out_by=None)),
                name="assignment_signed_out_at_and_by",
            ),
            models.CheckConstraint(
                condition=Q(state__in=["declined", "absent", "excused"], ended_at__isnull=False)
                | (~Q(state__in=["declined", "absent", "excused"]) & Q(ended_at=None, ended_by=None, ended_why="")),
                name="assignment_ended_at_and_by",
            ),
            models.CheckConstraint(
                condition=Q(overridden=[], overridden_by=None, overridden_why="")
                | (~Q(overridden=[]) & ~Q(overridden_why="") & Q(overridden_by__isnull=False)),
                name="assignment_override_has_reason",
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.volunteer} · {self.shift}"


class StandIn(models.Model):
    """替班: somebody on a shift looks for somebody else. Until it is accepted whoever asked is on duty.

    `to` none: whoever can. `offered`: a swap, for that other shift of `to`. `is_late`: asked when there was little
    time; the leader was told.
    """

    class State(models.TextChoices):
        OPEN = "open", _("open")
        ACCEPTED = "accepted", _("accepted")
        REFUSED = "refused", _("refused")
        WITHDRAWN = "withdrawn", _("withdrawn")
        EXPIRED = "expired", _("expired")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    assignment = models.ForeignKey(
        Assignment, on_delete=models.CASCADE, related_name="stand_ins", verbose_name=_("assignment")
    )
    offered = models.ForeignKey(
        Assignment,
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        related_name="offered_for",
        verbose_name=_("offered in return"),
    )
    to = models.ForeignKey(
        Volunteer,
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        related_name="asked_to_stand_in",
        verbose_name=_("asked"),
    )
    why = models.CharField(_("why"), max_length=200, blank=True)
    is_late = models.BooleanField(_("at short notice"), default=False)
    state = models.CharField(_("state"), max_length=10, choices=State.choices, default=State.OPEN)
    asked_at = models.DateTimeField(_("asked at"))
    asked_by = models.ForeignKey(User, on_delete=models.RESTRICT, related_name="+", verbose_name=_("asked by"))
    answered_at = models.DateTimeField(_("answered at"), null=True, blank=True)
    answered_by = models.ForeignKey(
        User, on_delete=models.RESTRICT, null=True, blank=True, related_name="+", verbose_name=_("answered by")
    )
    # Whoever stands in: their own assignment on that shift.
    result = models.ForeignKey(
        Assignment, on_delete=models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("stands in")
    )

    class Meta:
        verbose_name = _("stand-in request")
        verbose_name_plural = _("stand-in requests")
        ordering = ["-asked_at"]
        constraints = [
            models.UniqueConstraint(fields=["assignment"], condition=Q(state="open"), name="stand_in_open_once"),
            models.CheckConstraint(
                condition=Q(state="open", answered_at=None) | (~Q(state="open") & Q(answered_at__isnull=False)),
                name="stand_in_answered_at",
            ),
            models.CheckConstraint(condition=Q(offered=None) | Q(to__isnull=False), name="stand_in_swap_has_partner"),
        ]

    def __str__(self) -> str:
        return f"{self.assignment} {self.state}"
