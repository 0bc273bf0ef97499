"""How much one person may be asked for, as the compound has set it."""

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from compound.models import Compound

FOUR_HOURS, SIX_HOURS, EIGHT_HOURS = 240, 360, 480


class RosterRules(models.Model):
    """One row a compound; made with these defaults when it is first asked for. Changing it rewrites nothing."""

    compound = models.OneToOneField(
        Compound, on_delete=models.CASCADE, related_name="roster_rules", verbose_name=_("compound")
    )
    rest_minutes = models.PositiveSmallIntegerField(_("rest between two shifts, minutes"), default=EIGHT_HOURS)
    night_rest_minutes = models.PositiveSmallIntegerField(_("rest after a night, minutes"), default=11 * 60)
    # A night shift covers this much of the hours from 22:00 to 06:00, however early it starts or late it ends.
    night_from = models.TimeField(_("the night starts at"), default="22:00")
    night_until = models.TimeField(_("the night ends at"), default="06:00")
    night_minutes = models.PositiveSmallIntegerField(_("a night shift has so many minutes of it"), default=180)
    # On duty within one day: a warning from the first, a confirmation with a reason from the second.
    warn_minutes = models.PositiveSmallIntegerField(_("warn from so many minutes a day"), default=SIX_HOURS)
    most_minutes = models.PositiveSmallIntegerField(
        _("ask for a reason from so many minutes a day"), default=EIGHT_HOURS
    )
    hours_a_week = models.PositiveSmallIntegerField(
        _("hours a week"), default=28, help_text=_("For everybody who has named no limit of their own.")
    )
    nights_a_week = models.PositiveSmallIntegerField(_("nights a week"), default=3)
    # "I can't come" this long before the start is early: the shift goes back to the pool.
    early_minutes = models.PositiveSmallIntegerField(_("early notice, minutes"), default=12 * 60)
    remind_minutes = models.PositiveSmallIntegerField(_("remind so many minutes before"), default=EIGHT_HOURS)
    alert_hours = models.PositiveSmallIntegerField(
        _("report gaps of the next hours"), default=48, validators=[MinValueValidator(1), MaxValueValidator(336)]
    )
    # Somebody of the waiting list has so long to answer before the next one is asked.
    offer_minutes = models.PositiveSmallIntegerField(_("an offered place is kept, minutes"), default=60)
    # Nobody there so long after the start: missing.
    missing_minutes = models.PositiveSmallIntegerField(_("missing after, minutes"), default=10)
    sign_in_minutes = models.PositiveSmallIntegerField(_("sign in at most so many minutes before"), default=30)
    sign_up_open = models.BooleanField(_("new volunteers may sign up"), default=True)
    # Part of the sign-up address: one more ends the old address.
    sign_up_version = models.PositiveSmallIntegerField(default=1, editable=False)

    class Meta:
        verbose_name = _("roster rules")
        verbose_name_plural = _("roster rules")
        constraints = [
            models.CheckConstraint(
                condition=Q(most_minutes__gte=F("warn_minutes")),
                name="limits_warn_first",
                violation_error_message=_("The warning must come before the question."),
            ),
            models.CheckConstraint(
                condition=Q(rest_minutes__lte=1440, night_rest_minutes__lte=1440), name="limits_rest_within_a_day"
            ),
            models.CheckConstraint(condition=Q(hours_a_week__lte=168, nights_a_week__lte=7), name="limits_week"),
        ]

    def __str__(self) -> str:
        return str(self.compound)
