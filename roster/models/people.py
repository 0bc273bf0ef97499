"""Volunteers: who they are, what they can do, and when they can."""

import uuid

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from compound.models import PHONE, Compound, Household, User


# One name for "from where" in the two tables that ask.
class Origin(models.TextChoices):
    RESIDENT = "resident", _("resident")
    CADRE = "cadre", _("cadre sent in")
    PROPERTY = "property", _("property staff")
    COMMUNITY = "community", _("community")


class Skill(models.Model):
    """What a seat may ask for: 医护, 驾驶, 电脑, 搬运, 方言 … Rows, so that a compound adds its own."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    compound = models.ForeignKey(Compound, on_delete=models.CASCADE, related_name="skills", verbose_name=_("compound"))
    name = models.CharField(_("name"), max_length=20)
    # Somebody must have seen a paper for it: a driving licence, a nurse's certificate.
    needs_evidence = models.BooleanField(_("needs evidence"), default=False)
    position = models.PositiveSmallIntegerField(_("position"), default=100)

    class Meta:
        verbose_name = _("skill")
        verbose_name_plural = _("skills")
        ordering = ["position", "name"]
        constraints = [
            models.UniqueConstraint(
                fields=["compound", "name"],
                name="skill_once",
                violation_error_message=_("There is a skill of this name already."),
            ),
            models.UniqueConstraint(fields=["id", "compound"], name="skill_with_compound"),
        ]

    def __str__(self) -> str:
        return self.name


class Volunteer(models.Model):
    """志愿者: one person in one compound. Duty at the same hour is refused over all compounds, by `user`."""

    Origin = Origin

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    compound = models.ForeignKey(
        Compound, on_delete=models.CASCADE, related_name="volunteers", verbose_name=_("compound")
    )
    user = models.ForeignKey(User, on_delete=models.RESTRICT, related_name="volunteers", verbose_name=_("person"))
    origin = models.CharField(_("from where"), max_length=10, choices=Origin.choices, default=Origin.RESIDENT)
    household = models.ForeignKey(
        Household,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="volunteers",
        verbose_name=_("lives in"),
    )
    organisation = models.CharField(_("organisation"), max_length=80, blank=True)
    email = models.EmailField(_("e-mail"), blank=True)
    # Empty: the compound's own limit (RosterRules).
    hours_a_week = models.PositiveSmallIntegerField(_("hours a week at most"), null=True, blank=True)
    nights_a_week = models.PositiveSmallIntegerField(_("nights a week at most"), null=True, blank=True)
    ground_floor_only = models.BooleanField(_("no stairs"), default=False)
    note = models.CharField(_("note"), max_length=200, blank=True)
    skills = models.ManyToManyField(
        Skill, through="VolunteerSkill", related_name="volunteers", verbose_name=_("skills")
    )
    joined_at = models.DateTimeField(_("joined at"))
    joined_by = models.ForeignKey(
        User, on_delete=models.RESTRICT, null=True, related_name="+", editable=False, verbose_name=_("taken in by")
    )
    ended_at = models.DateTimeField(_("ended at"), null=True, blank=True)
    ended_by = models.ForeignKey(
        User, on_delete=models.RESTRICT, null=True, blank=True, related_name="+", editable=False
    )
    # Part of the calendar's secret address: one more ends the old address.
    feed_version = models.PositiveSmallIntegerField(default=1, editable=False)

    class Meta:
        verbose_name = _("volunteer")
        verbose_name_plural = _("volunteers")
        ordering = ["user__name", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["user", "compound"],
                name="volunteer_once",
                violation_error_message=_("This person is a volunteer here already."),
            ),
            # Targets of the composite keys that keep an assignment's person and compound right.
            models.UniqueConstraint(fields=["id", "user"], name="volunteer_with_user"),
            models.UniqueConstraint(fields=["id", "compound"], name="volunteer_with_compound"),
            models.CheckConstraint(
                condition=Q(hours_a_week__isnull=True) | Q(hours_a_week__lte=168), name="volunteer_hours_in_a_week"
            ),
            models.CheckConstraint(
                condition=Q(nights_a_week__isnull=True) | Q(nights_a_week__lte=7), name="volunteer_nights_in_a_week"
            ),
            models.CheckConstraint(
                condition=Q(ended_at__isnull=False) | Q(ended_by__isnull=True), name="volunteer_ended_at_and_by"
            ),
        ]

    def __str__(self) -> str:
        return self.user.name


class VolunteerSkill(models.Model):
    """Who can what, and who has seen the paper that says so. No copy of the paper is kept."""

    volunteer = models.ForeignKey(
        Volunteer, on_delete=models.CASCADE, related_name="skill_rows", verbose_name=_("volunteer")
    )
    skill = models.ForeignKey(Skill, on_delete=models.CASCADE, related_name="volunteer_rows", verbose_name=_("skill"))
    compound = models.ForeignKey(Compound, on_delete=models.CASCADE, related_name="+", verbose_name=_("compound"))
    evidence = models.CharField(_("evidence"), max_length=80, blank=True)
    seen_at = models.DateTimeField(_("seen at"), null=True, blank=True)
    seen_by = models.ForeignKey(
        User, on_delete=models.RESTRICT, null=True, blank=True, related_name="+", verbose_name=_("seen by")
    )

    class Meta:
        verbose_name = _("skill of a volunteer")
        verbose_name_plural = _("skills of volunteers")
        constraints = [
            models.UniqueConstraint(fields=["volunteer", "skill"], name="volunteer_skill_once"),
            models.CheckConstraint(
                condition=Q(seen_at__isnull=True, seen_by__isnull=True)
                | Q(seen_at__isnull=False, seen_by__isnull=False),
                name="volunteer_skill_seen_at_and_by",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.volunteer} · {self.skill}"


class Availability(models.Model):
    """When somebody can: every week on a weekday, or on one date. A date beats the weekday.

    `from_minute` and `until_minute` are counted from that day's midnight on the wall clock; `until_minute` goes up to
    2,880, so that 20:00 to 08:00 is one row of the evening's day. Nobody without any row is ever planned.
    """

    class Level(models.TextChoices):
        CAN = "can", _("can")
        RATHER_NOT = "rather_not", _("rather not")
        CANNOT = "cannot", _("cannot")

    volunteer = models.ForeignKey(
        Volunteer, on_delete=models.CASCADE, related_name="availability", verbose_name=_("volunteer")
    )
    # 0 is Monday.
    weekday = models.PositiveSmallIntegerField(_("weekday"), null=True, blank=True)
    on = models.DateField(_("date"), null=True, blank=True)
    from_minute = models.PositiveSmallIntegerField(_("from"), default=0)
    until_minute = models.PositiveSmallIntegerField(_("until"), default=1440)
    level = models.CharField(_("level"), max_length=10, choices=Level.choices, default=Level.CAN)

    class Meta:
        verbose_name = _("availability")
        verbose_name_plural = _("availability")
        ordering = ["volunteer", "on", "weekday", "from_minute"]
        constraints = [
            models.CheckConstraint(
                condition=Q(weekday__isnull=True, on__isnull=False) | Q(weekday__isnull=False, on__isnull=True),
                name="availability_weekday_or_date",
            ),
            models.CheckConstraint(condition=Q(weekday__isnull=True) | Q(weekday__lte=6), name="availability_weekday"),
            models.CheckConstraint(
                condition=Q(until_minute__gt=F("from_minute"), until_minute__lte=2880, from_minute__lt=1440),
                name="availability_ends_after_start",
                violation_error_message=_("The end must come after the start."),
            ),
            models.UniqueConstraint(
                fields=["volunteer", "weekday", "on", "from_minute"], nulls_distinct=False, name="availability_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.on or self.weekday} {self.from_minute}-{self.until_minute} {self.level}"


class SignUp(models.Model):
    """Somebody who wants to help, as they wrote it on the public page. No login before a coordinator has confirmed."""

    class State(models.TextChoices):
        WAITING = "waiting", _("waiting")
        CONFIRMED = "confirmed", _("confirmed")
        REFUSED = "refused", pgettext_lazy("person", "refused")

    Origin = Origin

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    compound = models.ForeignKey(
        Compound, on_delete=models.CASCADE, related_name="sign_ups", verbose_name=_("compound")
    )
    name = models.CharField(_("name"), max_length=40)
    phone = models.CharField(_("phone"), max_length=20, validators=[PHONE])
    origin = models.CharField(_("from where"), max_length=10, choices=Origin.choices, default=Origin.RESIDENT)
    # As it was typed; which door that is, is decided on confirmation.
    room = models.CharField(_("room"), max_length=20, blank=True)
    organisation = models.CharField(_("organisation"), max_length=80, blank=True)
    skills = models.ManyToManyField(Skill, blank=True, related_name="+", verbose_name=_("skills"))
    # {"days": [0..6], "times": ["morning" | "afternoon" | "evening" | "night"]}
    when = models.JSONField(_("when"), default=dict, blank=True)
    hours_a_week = models.PositiveSmallIntegerField(_("hours a week at most"), null=True, blank=True)
    ground_floor_only = models.BooleanField(_("no stairs"), default=False)
    note = models.CharField(_("note"), max_length=200, blank=True)
    state = models.CharField(_("state"), max_length=10, choices=State.choices, default=State.WAITING)
    asked_at = models.DateTimeField(_("signed up at"))
    decided_at = models.DateTimeField(_("decided at"), null=True, blank=True)
    decided_by = models.ForeignKey(
        User, on_delete=models.RESTRICT, null=True, blank=True, related_name="+", verbose_name=_("decided by")
    )
    volunteer = models.ForeignKey(
        Volunteer,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="sign_ups",
        verbose_name=_("volunteer"),
    )

    class Meta:
        verbose_name = _("sign-up")
        verbose_name_plural = _("sign-ups")
        ordering = ["asked_at"]
        indexes = [
            # Who waits, the newest first, and who else waits with the same number: anybody may write anybody's.
            models.Index(fields=["compound", "-asked_at"], condition=Q(state="waiting"), name="sign_up_waits"),
            models.Index(fields=["compound", "phone"], condition=Q(state="waiting"), name="sign_up_waits_with_number"),
        ]
        constraints = [
            models.CheckConstraint(condition=Q(phone__regex=r"^\+?[0-9]{5,20}$"), name="sign_up_phone_is_digits"),
            models.CheckConstraint(
                condition=Q(state="waiting", decided_at__isnull=True, decided_by__isnull=True)
                | (~Q(state="waiting") & Q(decided_at__isnull=False, decided_by__isnull=False)),
                name="sign_up_decided_at_and_by",
            ),
        ]

    def __str__(self) -> str:
        return self.name
