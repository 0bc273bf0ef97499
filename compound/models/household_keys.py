"""The key to a household's own page, as it stands on the slip in the door."""

import uuid

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from compound.models.accounts import User
from compound.models.registry import Household


class HouseholdKey(models.Model):
    """Opens `/h/<token>/`. Only the SHA-256 of the token is kept (see compound/services/household_keys.py).

    One is valid at a time: a new slip ends the old one. Whoever holds the slip is the household; so the page shows
    nothing that the household does not know by itself.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    household = models.ForeignKey(Household, on_delete=models.CASCADE, related_name="keys", verbose_name=_("household"))
    token_hash = models.CharField(max_length=64, unique=True, editable=False)
    issued_at = models.DateTimeField(_("issued at"))
    # Empty where a command issued it.
    issued_by = models.ForeignKey(
        User, on_delete=models.RESTRICT, null=True, related_name="+", verbose_name=_("issued by")
    )
    # The day is enough to see whose slip nobody has used.
    first_opened_at = models.DateTimeField(_("first opened at"), null=True, blank=True)
    revoked_at = models.DateTimeField(_("revoked at"), null=True, blank=True)
    revoked_by = models.ForeignKey(
        User, on_delete=models.RESTRICT, null=True, blank=True, related_name="+", verbose_name=_("revoked by")
    )
    revoked_why = models.CharField(_("why revoked"), max_length=100, blank=True)

    class Meta:
        verbose_name = _("key of a household")
        verbose_name_plural = _("keys of households")
        ordering = ["-issued_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["household"], condition=Q(revoked_at__isnull=True), name="household_key_one_valid"
            ),
            models.CheckConstraint(condition=Q(token_hash__regex=r"^[0-9a-f]{64}$"), name="household_key_is_hashed"),  # noqa: S106
            models.CheckConstraint(
                condition=Q(revoked_at__isnull=False) | Q(revoked_by__isnull=True, revoked_why=""),
                name="household_key_revoked_at_and_by",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.household.room} {self.issued_at:%Y-%m-%d}"
