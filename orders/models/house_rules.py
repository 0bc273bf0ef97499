"""How this compound buys, shares out and delivers, as it has set it."""

from django.contrib.postgres.fields import ArrayField
from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from compound.models import Compound


class OrderRules(models.Model):
    """One row a compound; made with these defaults when it is first asked for. Changing it rewrites nothing."""

    compound = models.OneToOneField(
        Compound, on_delete=models.CASCADE, related_name="order_rules", verbose_name=_("compound")
    )
    # Nobody rings at a door then, but for medicine.
    quiet_from = models.TimeField(_("quiet from"), default="22:00")
    quiet_until = models.TimeField(_("quiet until"), default="07:00")
    # When the day's runs leave the gate; half-hourly runs are written as two times and `every_minutes`.
    run_times = ArrayField(models.TimeField(), verbose_name=_("runs leave at"), default=list, blank=True)
    # What one runner carries in one go where nothing else is said.
    bags_a_trip = models.PositiveSmallIntegerField(_("bags a trip"), default=30, validators=[MinValueValidator(1)])
    # A floor without a lift counts as so many bags when trips are shared out among runners.
    floor_weight = models.DecimalField(
        _("a floor on foot counts as so many bags"), max_digits=4, decimal_places=2, default="0.50"
    )

    class Meta:
        verbose_name = _("rules of orders")
        verbose_name_plural = _("rules of orders")
        constraints = [
            models.CheckConstraint(condition=Q(bags_a_trip__gte=1), name="order_rules_some_bags"),
            models.CheckConstraint(condition=Q(floor_weight__gte=0), name="order_rules_floor_weight"),
        ]

    def __str__(self) -> str:
        return self.compound.name
