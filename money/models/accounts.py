"""Who owes what to whom is never stored: it is the sum of the postings on an account."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from compound.models import Compound, Household, User


class Account(models.Model):
    """An account of the compound's ledger, made when something is first posted to it.

    A balance above zero is owed to the compound or held by it, one below zero is owed by it: a household that has not
    paid stands above zero, a volunteer who has laid out money below.
    """

    class Kind(models.TextChoices):
        HOUSEHOLD = "household", _("household")
        VOLUNTEER = "volunteer", _("volunteer")
        CASH = "cash", _("cash box")
        # What has been paid at tills and is not yet charged to anybody. Zero per round means: explained to the cent.
        GOODS = "goods", pgettext_lazy("account", "goods bought")
        # What the compound bears itself: surplus, rounding, what was damaged, a difference in the cash box.
        REST = "rest", _("borne by the compound")
        DONATIONS = "donations", pgettext_lazy("ledger", "donations")
        WRITE_OFF = "write_off", _("written off")

    compound = models.ForeignKey(
        Compound, on_delete=models.CASCADE, related_name="accounts", verbose_name=_("compound")
    )
    kind = models.CharField(_("kind"), max_length=10, choices=Kind.choices)
    household = models.OneToOneField(
        Household,
        on_delete=models.RESTRICT,
        null=True,
        blank=True,
        related_name="account",
        verbose_name=_("household"),
    )
    user = models.ForeignKey(
        User, on_delete=models.RESTRICT, null=True, blank=True, related_name="accounts", verbose_name=_("volunteer")
    )

    class Meta:
        verbose_name = _("account")
        verbose_name_plural = _("accounts")
        ordering = ["compound", "kind", "household__sort_key", "user__name"]
        constraints = [
            # Target of the composite keys that keep an entry in one compound.
            models.UniqueConstraint(fields=["id", "compound"], name="account_with_compound"),
            models.UniqueConstraint(
                fields=["compound", "user"], condition=Q(kind="volunteer"), name="account_one_per_volunteer"
            ),
            models.UniqueConstraint(
                fields=["compound", "kind"],
                condition=Q(household__isnull=True, user__isnull=True),
                name="account_one_of_a_kind",
            ),
            models.CheckConstraint(
                condition=Q(kind="household", household__isnull=False, user__isnull=True)
                | Q(kind="volunteer", household__isnull=True, user__isnull=False)
                | (~Q(kind__in=["household", "volunteer"]) & Q(household__isnull=True, user__isnull=True)),
                name="account_of_whom",
            ),
        ]

    def __str__(self) -> str:
        return str(self.household or self.user or self.get_kind_display())
