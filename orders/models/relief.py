"""Relief: what comes for nothing, to every household or some, until the count adds up. And who gave it."""

import uuid

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from compound.models import Compound, Household, User
from orders.models.phone import PhoneEvent


class Donation(models.Model):
    """What somebody gave. The donor's name is for thanks; what is published names nobody."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    compound = models.ForeignKey(
        Compound, on_delete=models.CASCADE, related_name="donations", verbose_name=_("compound")
    )
    donor = models.CharField(_("donor"), max_length=80)
    contact = models.CharField(_("contact"), max_length=80, blank=True)
    goods = models.CharField(_("goods"), max_length=100)
    quantity = models.DecimalField(_("quantity"), max_digits=9, decimal_places=3)
    unit = models.CharField(pgettext_lazy("of goods", "unit"), max_length=10, blank=True)
    weight_kg = models.DecimalField(_("weight, kg"), max_digits=9, decimal_places=3, null=True, blank=True)
    received_at = models.DateTimeField(_("received at"))
    received_by = models.ForeignKey(User, on_delete=models.RESTRICT, related_name="+", verbose_name=_("received by"))
    note = models.CharField(_("note"), max_length=200, blank=True)
    thanked_at = models.DateTimeField(_("thanked at"), null=True, blank=True)
    thanked_by = models.ForeignKey(User, on_delete=models.RESTRICT, null=True, blank=True, related_name="+")

    class Meta:
        verbose_name = _("donation")
        verbose_name_plural = _("donations")
        ordering = ["compound", "-received_at"]
        constraints = [
            models.CheckConstraint(condition=~Q(donor="") & ~Q(goods=""), name="donation_of_whom_and_what"),
            models.CheckConstraint(condition=Q(quantity__gt=0), name="donation_of_something"),
            models.CheckConstraint(condition=Q(weight_kg__isnull=True) | Q(weight_kg__gt=0), name="donation_weight"),
            models.CheckConstraint(
                condition=Q(thanked_at__isnull=True, thanked_by__isnull=True)
                | Q(thanked_at__isnull=False, thanked_by__isnull=False),
                name="donation_thanked_at_and_by",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.goods} {self.quantity}{self.unit}"


class Relief(models.Model):
    """One round of relief parcels. It stays open until arrived = handed out + spoiled + returned + explained.

    The five sums are written when it closes, and PostgreSQL holds that they add up.
    """

    class CountBy(models.TextChoices):
        HOUSEHOLD = "household", _("one per household")
        HEAD = "head", _("one per person")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    compound = models.ForeignKey(Compound, on_delete=models.CASCADE, related_name="reliefs", verbose_name=_("compound"))
    title = models.CharField(_("title"), max_length=80)
    # What is in a parcel, in words.
    content = models.CharField(_("in the parcel"), max_length=200, blank=True)
    count_by = models.CharField(_("how many"), max_length=10, choices=CountBy.choices, default=CountBy.HOUSEHOLD)
    per_count = models.PositiveSmallIntegerField(_("parcels each"), default=1)
    # Whom it is for: {"buildings": [pk], "tags": [code], "occupied": true}; as it was when the list was made.
    filter = models.JSONField(default=dict, blank=True)
    donations = models.ManyToManyField(Donation, blank=True, related_name="reliefs", verbose_name=_("donations"))
    made_at = models.DateTimeField(_("made at"))
    made_by = models.ForeignKey(User, on_delete=models.RESTRICT, related_name="+", verbose_name=_("made by"))
    closed_at = models.DateTimeField(_("closed at"), null=True)
    closed_by = models.ForeignKey(User, on_delete=models.RESTRICT, null=True, related_name="+")
    arrived = models.PositiveIntegerField(_("arrived"), null=True)
    handed_out = models.PositiveIntegerField(_("handed out"), null=True)
    spoiled = models.PositiveIntegerField(_("spoiled"), null=True)
    returned = models.PositiveIntegerField(_("returned"), null=True)
    # Signed: parcels that are missing with an explanation (+), or that were found (−).
    explained = models.IntegerField(_("explained"), null=True)

    class Meta:
        verbose_name = _("relief round")
        verbose_name_plural = _("relief rounds")
        ordering = ["compound", "-made_at"]
        constraints = [
            models.CheckConstraint(condition=~Q(title=""), name="relief_has_title"),
            models.CheckConstraint(condition=Q(per_count__gte=1), name="relief_some_parcels"),
            models.CheckConstraint(
                condition=Q(
                    closed_at__isnull=True,
                    closed_by__isnull=True,
                    arrived__isnull=True,
                    handed_out__isnull=True,
                    spoiled__isnull=True,
                    returned__isnull=True,
                    explained__isnull=True,
                )
                | Q(
                    closed_at__isnull=False,
                    closed_by__isnull=False,
                    arrived=F("handed_out") + F("spoiled") + F("returned") + F("explained"),
                ),
                name="relief_closes_when_it_adds_up",
            ),
        ]

    def __str__(self) -> str:
        return self.title


class ReliefCount(models.Model):
    """How many parcels came, were sorted, packed, carried, spoiled, returned; or why some are missing. Append-only.

    A wrong count is put right by a further one with the opposite sign and a note.
    """

    class Step(models.TextChoices):
        ARRIVED = "arrived", _("arrived")
        SORTED = "sorted", _("sorted")
        PACKED = "packed", _("packed")
        CARRIED = "carried", _("carried to the buildings")
        SPOILED = "spoiled", _("spoiled")
        RETURNED = "returned", _("returned")
        EXPLAINED = "explained", _("gap explained")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    relief = models.ForeignKey(Relief, on_delete=models.CASCADE, related_name="counts")
    step = models.CharField(_("step"), max_length=10, choices=Step.choices)
    count = models.IntegerField(_("parcels"))
    note = models.CharField(_("note"), max_length=200, blank=True)
    at = models.DateTimeField(_("at"))
    by = models.ForeignKey(User, on_delete=models.RESTRICT, related_name="+", verbose_name=_("by"))

    class Meta:
        verbose_name = _("count of relief parcels")
        verbose_name_plural = _("counts of relief parcels")
        ordering = ["relief", "at"]
        constraints = [
            models.CheckConstraint(condition=~Q(count=0), name="relief_count_of_something"),
            models.CheckConstraint(
                condition=Q(step="explained") & ~Q(note="") | (~Q(step="explained") & (Q(count__gt=0) | ~Q(note=""))),
                name="relief_count_explained",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_step_display()} {self.count}"


class ReliefParcel(models.Model):
    """What one household is to get of a relief round, and what it got."""

    class Outcome(models.TextChoices):
        PENDING = "", _("not yet handed out")
        HANDED = "handed", _("handed out")
        NOBODY_HOME = "nobody_home", _("nobody home")
        REFUSED = "refused", _("refused")

    relief = models.ForeignKey(Relief, on_delete=models.CASCADE, related_name="parcels")
    household = models.ForeignKey(
        Household, on_delete=models.RESTRICT, related_name="relief_parcels", verbose_name=_("household")
    )
    due = models.PositiveSmallIntegerField(_("parcels due"))
    handed = models.PositiveSmallIntegerField(_("handed out"), default=0)
    outcome = models.CharField(
        _("at the door"), max_length=12, choices=Outcome.choices, default=Outcome.PENDING, blank=True
    )
    outcome_at = models.DateTimeField(null=True)
    outcome_by = models.ForeignKey(User, on_delete=models.RESTRICT, null=True, related_name="+")
    # The act at a phone that wrote the outcome; null from the desk.
    event = models.ForeignKey(PhoneEvent, on_delete=models.RESTRICT, null=True, related_name="+")

    class Meta:
        verbose_name = _("relief parcel")
        verbose_name_plural = _("relief parcels")
        ordering = ["relief", "household__sort_key"]
        constraints = [
            models.UniqueConstraint(fields=["relief", "household"], name="relief_once_per_household"),
            models.CheckConstraint(condition=Q(due__gte=1), name="relief_parcel_due"),
            models.CheckConstraint(
                condition=Q(outcome="handed", handed__gte=1) | (~Q(outcome="handed") & Q(handed=0)),
                name="relief_handed_is_counted",
            ),
            models.CheckConstraint(
                condition=Q(outcome="", outcome_at__isnull=True, outcome_by__isnull=True)
                | (~Q(outcome="") & Q(outcome_at__isnull=False, outcome_by__isnull=False)),
                name="relief_outcome_at_and_by",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.household.room} {self.handed}/{self.due}"
