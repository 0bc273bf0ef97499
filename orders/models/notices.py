"""What was said to the chats about a round, and what the households said back."""

import uuid

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from compound.models import Building, Compound, Household, User
from orders.models.chains import ChainSource
from orders.models.orders import OrderLine
from orders.models.rounds import Round


class Notice(models.Model):
    """One text for the chat: a step of a round, for one building or for all, with the groups that it was sent to.

    The text is kept as it was sent. Names and telephone numbers never stand in it.
    """

    class Step(models.TextChoices):
        CLOSED = "closed", _("orders are closed")
        SHOPPING = "shopping", _("being bought")
        SHORT = "short", _("what could not be had")
        ARRIVES = "arrives", _("arrives about")
        AT_THE_DOOR = "at_the_door", _("being carried to the doors")
        DONE = "done", _("all handed over")
        MONEY = "money", _("what it costs")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    compound = models.ForeignKey(Compound, on_delete=models.CASCADE, related_name="notices", verbose_name=_("compound"))
    round = models.ForeignKey(Round, on_delete=models.CASCADE, related_name="notices", verbose_name=_("round"))
    step = models.CharField(_("step"), max_length=12, choices=Step.choices)
    building = models.ForeignKey(
        Building, on_delete=models.RESTRICT, null=True, blank=True, related_name="+", verbose_name=_("building")
    )
    text = models.TextField(_("text"))
    made_at = models.DateTimeField(_("made at"))
    made_by = models.ForeignKey(User, on_delete=models.RESTRICT, related_name="+", verbose_name=_("made by"))

    class Meta:
        verbose_name = _("text for the chat")
        verbose_name_plural = _("texts for the chat")
        ordering = ["-made_at"]
        constraints = [models.CheckConstraint(condition=~Q(text=""), name="notice_says_something")]

    def __str__(self) -> str:
        return f"{self.get_step_display()} {self.building or ''}".strip()


class NoticeSent(models.Model):
    """Ticked by whoever pasted a text into a chat group: 12 of 18."""

    notice = models.ForeignKey(Notice, on_delete=models.CASCADE, related_name="sent", verbose_name=_("text"))
    source = models.ForeignKey(ChainSource, on_delete=models.CASCADE, related_name="+", verbose_name=_("chat group"))
    at = models.DateTimeField(_("sent at"))
    by = models.ForeignKey(User, on_delete=models.RESTRICT, related_name="+", verbose_name=_("sent by"))

    class Meta:
        verbose_name = _("text sent")
        verbose_name_plural = _("texts sent")
        constraints = [models.UniqueConstraint(fields=["notice", "source"], name="notice_sent_once")]

    def __str__(self) -> str:
        return f"{self.notice} → {self.source}"


class HouseholdReport(models.Model):
    """What a household says on its own page about a round: everything is here, or something is wrong.

    It changes no outcome by itself: what is wrong stands on Today until somebody has answered it.
    """

    class Kind(models.TextChoices):
        RECEIVED = "received", _("received")
        WRONG = "wrong", _("something is wrong")

    # The UUID of the form: sent twice, it is one report.
    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    household = models.ForeignKey(
        Household, on_delete=models.RESTRICT, related_name="reports", verbose_name=_("household")
    )
    round = models.ForeignKey(Round, on_delete=models.RESTRICT, related_name="reports", verbose_name=_("round"))
    line = models.ForeignKey(
        OrderLine, on_delete=models.RESTRICT, null=True, blank=True, related_name="reports", verbose_name=_("line")
    )
    kind = models.CharField(_("what"), max_length=10, choices=Kind.choices)
    text = models.CharField(_("what is wrong"), max_length=200, blank=True)
    at = models.DateTimeField(_("at"))
    answered_at = models.DateTimeField(_("answered at"), null=True, blank=True)
    answered_by = models.ForeignKey(
        User, on_delete=models.RESTRICT, null=True, blank=True, related_name="+", verbose_name=_("answered by")
    )
    answer = models.CharField(_("answer"), max_length=200, blank=True)

    class Meta:
        verbose_name = _("word of a household")
        verbose_name_plural = _("words of households")
        ordering = ["-at"]
        indexes = [
            # Today: what nobody has answered yet.
            models.Index(
                fields=["round"], condition=Q(kind="wrong", answered_at__isnull=True), name="report_unanswered"
            ),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(kind="received", text="", line__isnull=True)
                | (Q(kind="wrong") & (~Q(text="") | Q(line__isnull=False))),
                name="report_says_what",
            ),
            models.CheckConstraint(
                condition=Q(answered_at__isnull=True, answered_by__isnull=True, answer="")
                | (Q(answered_at__isnull=False, answered_by__isnull=False) & ~Q(answer="")),
                name="report_answered_at_and_by",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.household.room} {self.get_kind_display()}"
