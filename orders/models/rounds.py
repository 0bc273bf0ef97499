"""Where things are bought, when a round closes, and what it offers."""

import datetime as dt
import uuid

from django.contrib.postgres.fields import ArrayField
from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from compound.models import Compound, User
from orders.names import round_name

# The kind of the job that makes a round's sheets; its key is the round's id.
SHEETS_JOB = "round_sheets"


class SupplyPoint(models.Model):
    """保供点: a shop or pharmacy that may sell to the compound."""

    class Kind(models.TextChoices):
        SHOP = "shop", _("shop")
        PHARMACY = "pharmacy", _("pharmacy")

    compound = models.ForeignKey(
        Compound, on_delete=models.CASCADE, related_name="supply_points", verbose_name=_("compound")
    )
    name = models.CharField(_("name"), max_length=40)
    kind = models.CharField(_("kind"), max_length=10, choices=Kind.choices, default=Kind.SHOP)
    address = models.CharField(_("address"), max_length=120, blank=True)
    is_active = models.BooleanField(_("sells at present"), default=True)
    position = models.PositiveSmallIntegerField(_("position"), default=0)
    # Both or neither; a shop that is open over midnight closes before it opens.
    opens = models.TimeField(_("opens"), null=True, blank=True)
    closes = models.TimeField(_("closes"), null=True, blank=True)
    contact = models.CharField(_("contact"), max_length=40, blank=True)
    contact_phone = models.CharField(_("telephone"), max_length=20, blank=True)
    sells = models.CharField(_("may sell"), max_length=200, blank=True)

    class Meta:
        verbose_name = _("supply point")
        verbose_name_plural = _("supply points")
        ordering = ["compound", "position", "name"]
        constraints = [
            models.UniqueConstraint(fields=["compound", "name"], name="supply_point_once"),
            models.CheckConstraint(condition=~Q(name=""), name="supply_point_has_name"),
            models.CheckConstraint(
                condition=Q(opens__isnull=True, closes__isnull=True) | Q(opens__isnull=False, closes__isnull=False),
                name="supply_point_opens_and_closes",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class Section(models.Model):
    """A section of a supply point, in the order in which a shopper walks through it."""

    supply_point = models.ForeignKey(
        SupplyPoint, on_delete=models.CASCADE, related_name="sections", verbose_name=_("supply point")
    )
    name = models.CharField(_("name"), max_length=20)
    position = models.PositiveSmallIntegerField(_("position"), default=0)

    class Meta:
        verbose_name = _("section")
        verbose_name_plural = _("sections")
        ordering = ["supply_point", "position", "name"]
        constraints = [models.UniqueConstraint(fields=["supply_point", "name"], name="section_once")]

    def __str__(self) -> str:
        return self.name


class Item(models.Model):
    """A good that a supply point sells, under the name that the sheets use."""

    supply_point = models.ForeignKey(
        SupplyPoint, on_delete=models.CASCADE, related_name="items", verbose_name=_("supply point")
    )
    section = models.ForeignKey(
        Section,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="items",
        verbose_name=_("section"),
    )
    name = models.CharField(_("goods"), max_length=60)
    unit = models.CharField(pgettext_lazy("of goods", "unit"), max_length=10, blank=True)
    # Other words for the same good in the residents' mouths, exact after cleaning.
    aliases = ArrayField(models.CharField(max_length=60), verbose_name=_("other names"), default=list, blank=True)
    is_active = models.BooleanField(_("on sale"), default=True)
    # 2.3 斤 instead of 2: what is bought is weighed, what was ordered is a wish.
    is_weighed = models.BooleanField(_("weighed"), default=False)
    # Sold by the case: so many of `unit` in one `pack_name` (12 瓶 in a 箱).
    pack_size = models.DecimalField(_("in a pack"), max_digits=7, decimal_places=3, null=True, blank=True)
    pack_name = models.CharField(_("pack"), max_length=10, blank=True)

    class Meta:
        verbose_name = _("goods")
        verbose_name_plural = _("goods")
        ordering = ["supply_point", "section__position", "name"]
        constraints = [
            models.UniqueConstraint(fields=["supply_point", "name", "unit"], name="item_once"),
            models.CheckConstraint(condition=~Q(name=""), name="item_has_name"),
            models.CheckConstraint(
                condition=Q(pack_size__isnull=True, pack_name="") | (Q(pack_size__gt=0) & ~Q(pack_name="")),
                name="item_pack_size_and_name",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class RoundSchedule(models.Model):
    """A cut-off that comes every day (12:00, 18:00); rounds are made from it ahead of time by the sweep."""

    compound = models.ForeignKey(
        Compound, on_delete=models.CASCADE, related_name="round_schedules", verbose_name=_("compound")
    )
    supply_point = models.ForeignKey(
        SupplyPoint, on_delete=models.CASCADE, related_name="schedules", verbose_name=_("supply point")
    )
    cutoff = models.TimeField(_("cut-off each day"))
    is_active = models.BooleanField(_("active"), default=True)

    class Meta:
        verbose_name = _("round schedule")
        verbose_name_plural = _("round schedules")
        ordering = ["compound", "cutoff"]
        constraints = [
            models.UniqueConstraint(fields=["supply_point", "cutoff"], name="schedule_once"),
        ]

    def __str__(self) -> str:
        return f"{self.supply_point.name} {self.cutoff:%H:%M}"


class Round(models.Model):
    """One order round: open until its cut-off, then closed → shopping → delivering → settled, or cancelled.

    Whether it takes orders is asked of the clock (`takes_orders`), not of `state`: the closing job may be late.
    """

    class State(models.TextChoices):
        OPEN = "open", _("open")
        CLOSED = "closed", _("closed")
        SHOPPING = "shopping", _("shopping")
        DELIVERING = "delivering", _("delivering")
        SETTLED = "settled", _("settled")
        CANCELLED = "cancelled", _("cancelled")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    compound = models.ForeignKey(Compound, on_delete=models.CASCADE, related_name="rounds", verbose_name=_("compound"))
    supply_point = models.ForeignKey(
        SupplyPoint, on_delete=models.RESTRICT, related_name="rounds", verbose_name=_("supply point")
    )
    schedule = models.ForeignKey(
        RoundSchedule, on_delete=models.SET_NULL, null=True, blank=True, editable=False, related_name="rounds"
    )
    # The cut-off as the schedule meant it, before anybody moved it.
    scheduled_for = models.DateTimeField(null=True, blank=True, editable=False)
    title = models.CharField(_("title"), max_length=80)
    opens_at = models.DateTimeField(_("opens at"))
    cutoff_at = models.DateTimeField(_("cut-off"))
    state = models.CharField(_("state"), max_length=10, choices=State.choices, default=State.OPEN)
    closed_at = models.DateTimeField(_("closed at"), null=True, blank=True, editable=False)
    state_at = models.DateTimeField(_("in this state since"), editable=False)
    # How a shortage will be shared out: chosen while orders still come in, the compound's usual one otherwise.
    sharing_rule = models.ForeignKey(
        "orders.SharingRule",
        on_delete=models.RESTRICT,
        null=True,
        blank=True,
        related_name="rounds",
        verbose_name=_("rule for sharing out"),
    )
    cancel_reason = models.CharField(_("why it was cancelled"), max_length=100, blank=True)

    class Meta:
        verbose_name = _("round")
        verbose_name_plural = _("rounds")
        ordering = ["compound", "-cutoff_at"]
        indexes = [
            # The rounds page, newest first.
            models.Index(fields=["compound", "-cutoff_at"], name="round_of_compound"),
            # The sweep: what is due.
            models.Index(fields=["cutoff_at"], condition=Q(state="open"), name="round_due"),
        ]
        constraints = [
            # Target of the composite keys that keep what belongs to a round in its compound.
            models.UniqueConstraint(fields=["id", "compound"], name="round_with_compound"),
            models.UniqueConstraint(fields=["schedule", "scheduled_for"], name="round_once_per_cutoff"),
            models.CheckConstraint(
                condition=Q(cutoff_at__gt=F("opens_at")),
                name="round_closes_after_opening",
                violation_error_message=_("The cut-off must come after the opening."),
            ),
            models.CheckConstraint(
                condition=Q(state="open", closed_at__isnull=True)
                | Q(state="cancelled")
                | (~Q(state__in=["open", "cancelled"]) & Q(closed_at__isnull=False)),
                name="round_closed_at",
            ),
            models.CheckConstraint(
                condition=~Q(state="cancelled") | ~Q(cancel_reason=""), name="round_cancelled_with_reason"
            ),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def name(self) -> str:
        """Its title in the reader's language, where the schedule gave it."""
        return round_name(self.title)

    def takes_orders(self, at: dt.datetime) -> bool:
        return self.state == self.State.OPEN and self.opens_at <= at < self.cutoff_at


class Offer(models.Model):
    """An item in a round. The price may be unknown until the till: null, left out of totals."""

    class Fate(models.TextChoices):
        BUY = "buy", _("buy all the same")
        CANCEL = "cancel", _("cancel it")
        NEXT = "next", _("into the next round")

    class Rounding(models.TextChoices):
        UP = "up", _("buy one pack more")
        DOWN = "down", _("buy one pack less")
        NEAREST = "nearest", _("whatever is nearer")

    class Surplus(models.TextChoices):
        STOCK = "stock", _("kept at the desk")
        NEED = "need", _("to households in need")

    round = models.ForeignKey(Round, on_delete=models.CASCADE, related_name="offers", verbose_name=_("round"))
    item = models.ForeignKey(Item, on_delete=models.RESTRICT, related_name="offers", verbose_name=_("goods"))
    price = models.DecimalField(
        _("price, yuan"),
        max_digits=8,
        decimal_places=2,
        null=True,
        blank=True,
        validators=[MinValueValidator(0)],
    )
    # A group buy takes place from so much on, over all households; below it somebody decides at the cut-off.
    minimum = models.DecimalField(
        _("at least in all"), max_digits=9, decimal_places=3, null=True, blank=True, validators=[MinValueValidator(0)]
    )
    fate = models.CharField(_("minimum not reached"), max_length=8, choices=Fate.choices, blank=True, editable=False)
    fate_at = models.DateTimeField(null=True, blank=True, editable=False)
    fate_by = models.ForeignKey(
        User, on_delete=models.RESTRICT, null=True, blank=True, editable=False, related_name="+"
    )
    # Packs that do not come out even, and where what is over goes.
    rounding = models.CharField(_("packs"), max_length=8, choices=Rounding.choices, default=Rounding.UP)
    surplus = models.CharField(_("what is over"), max_length=8, choices=Surplus.choices, default=Surplus.STOCK)
    cap = models.DecimalField(
        _("at most per household"),
        max_digits=7,
        decimal_places=3,
        null=True,
        blank=True,
        validators=[MinValueValidator(0)],
    )
    position = models.PositiveSmallIntegerField(_("position"), default=0)

    class Meta:
        verbose_name = _("offer")
        verbose_name_plural = _("offers")
        ordering = ["round", "position", "id"]
        constraints = [
            models.UniqueConstraint(fields=["round", "item"], name="offer_once"),
            models.CheckConstraint(condition=Q(price__isnull=True) | Q(price__gte=0), name="offer_price"),
            models.CheckConstraint(condition=Q(cap__isnull=True) | Q(cap__gt=0), name="offer_cap"),
            models.CheckConstraint(condition=Q(minimum__isnull=True) | Q(minimum__gt=0), name="offer_minimum"),
            models.CheckConstraint(
                condition=Q(fate="", fate_at__isnull=True, fate_by__isnull=True)
                | (~Q(fate="") & Q(minimum__isnull=False, fate_at__isnull=False, fate_by__isnull=False)),
                name="offer_fate_at_and_by",
            ),
        ]

    def __str__(self) -> str:
        return self.item.name
