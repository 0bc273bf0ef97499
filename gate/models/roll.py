"""What moves the cursor of the phones' roll."""

from django.db import models

from compound.models import Compound


class RollChange(models.Model):
    """Which household's line of the roll changed in which transaction. Written by triggers only (migration 0002).

    A phone's cursor is the oldest transaction that was still open when its roll was read: what has that number or
    a higher one may be new to it. No clock, so nothing that commits late is missed. `household_id` 0 is the
    whole compound: its rules or passes without a household. No foreign key, for rows of households that are gone.
    """

    compound = models.ForeignKey(Compound, on_delete=models.CASCADE, related_name="+")
    household_id = models.BigIntegerField()
    room = models.CharField(max_length=62, blank=True)
    xid = models.BigIntegerField()

    class Meta:
        indexes = [models.Index(fields=["compound", "xid"], name="roll_change_since")]
        constraints = [
            models.UniqueConstraint(fields=["compound", "household_id"], name="roll_change_once"),
        ]

    def __str__(self) -> str:
        return f"{self.room} {self.xid}"
