"""What people are told: one row for each message, written in the transaction of its cause, sent afterwards."""

import uuid

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from compound.models.accounts import User
from compound.models.registry import Compound


class Message(models.Model):
    """A reminder, an alert, a text for the chat. Channels are registered in compound/outbox.py.

    `key` names the occasion: the same one is never told twice, however often a sweep runs. `kind` and `params` say
    what it is about (a page says it again in its reader's language), `text` are the words as they are sent. A message
    to nobody in particular (`to` none) is for the coordinators, or to be pasted into the chat of `audience`.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    compound = models.ForeignKey(
        Compound, on_delete=models.CASCADE, related_name="messages", verbose_name=_("compound")
    )
    kind = models.CharField(_("kind"), max_length=40)
    key = models.CharField(max_length=160)
    channel = models.CharField(_("channel"), max_length=10)
    to = models.ForeignKey(
        User, on_delete=models.CASCADE, null=True, blank=True, related_name="messages", verbose_name=_("to")
    )
    address = models.CharField(_("address"), max_length=254, blank=True)
    audience = models.CharField(_("for whom"), max_length=80, blank=True)
    params = models.JSONField(default=dict, blank=True)
    subject = models.CharField(_("subject"), max_length=120, blank=True)
    text = models.TextField(_("text"))
    made_at = models.DateTimeField(_("made at"))
    due_at = models.DateTimeField(_("due at"))
    # After that it would only confuse: a reminder when the shift is over.
    good_until = models.DateTimeField(_("good until"), null=True, blank=True)
    sent_at = models.DateTimeField(_("sent at"), null=True, blank=True)
    # A chat text is sent by a person.
    sent_by = models.ForeignKey(User, on_delete=models.RESTRICT, null=True, blank=True, related_name="+")
    dropped_at = models.DateTimeField(_("dropped at"), null=True, blank=True)
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0)
    not_before = models.DateTimeField(_("not before"))
    error = models.CharField(_("error"), max_length=200, blank=True)

    class Meta:
        verbose_name = _("message")
        verbose_name_plural = _("messages")
        ordering = ["-due_at"]
        indexes = [
            # The sweep, and the page of texts that wait.
            models.Index(
                fields=["compound", "not_before"],
                condition=Q(sent_at__isnull=True, dropped_at__isnull=True),
                name="message_waits",
            ),
            # What was told lately of one kind, so that it is not told again.
            models.Index(fields=["kind", "made_at"], name="message_of_kind"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["compound", "key", "channel"], name="message_once"),
            models.CheckConstraint(
                condition=Q(sent_at__isnull=True) | Q(dropped_at__isnull=True), name="message_one_end"
            ),
            models.CheckConstraint(condition=~Q(channel="email") | ~Q(address=""), name="message_email_has_address"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.key}"
