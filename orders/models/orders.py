"""What a household ordered. Quantities of a line are separate facts; none is ever overwritten by another."""

import uuid

from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from compound.models import Household, User
from orders.models.chains import ChainImport
from orders.models.rounds import Item, Round
from orders.quantities import plain


class Order(models.Model):
    """One household's order in one round. A household may have several; the sheets put them in one bag.

    A change is a new order that replaces the old one: nothing that was ordered is ever lost. An order that came
    after the cut-off is `late`: kept, and offered to the next round.
    """

    class State(models.TextChoices):
        PLACED = "placed", _("placed")
        LATE = "late", _("too late, kept for the next round")
        REPLACED = "replaced", _("replaced")
        CANCELLED = "cancelled", _("cancelled")

    class Channel(models.TextChoices):
        CHAIN = "chain", _("接龙")
        LIST = "list", _("order export")
        PHONE = "phone", _("by phone")
        DESK = "desk", _("at the desk")
        HOUSEHOLD = "household", _("the household's own page")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    round = models.ForeignKey(Round, on_delete=models.RESTRICT, related_name="orders", verbose_name=_("round"))
    household = models.ForeignKey(
        Household, on_delete=models.RESTRICT, related_name="orders", verbose_name=_("household")
    )
    state = models.CharField(_("state"), max_length=10, choices=State.choices, default=State.PLACED)
    channel = models.CharField(_("came by"), max_length=10, choices=Channel.choices)
    # The paste that it came with.
    chain_import = models.ForeignKey(
        ChainImport, on_delete=models.RESTRICT, null=True, blank=True, related_name="orders", editable=False
    )
    remark = models.CharField(_("remark"), max_length=200, blank=True)
    entered_at = models.DateTimeField(_("entered at"))
    # Empty where the household itself ordered, on its own page.
    entered_by = models.ForeignKey(
        User, on_delete=models.RESTRICT, null=True, related_name="+", verbose_name=_("entered by")
    )
    # The round that it came too late for, once it has been taken into a later one.
    late_for = models.ForeignKey(
        Round, on_delete=models.RESTRICT, null=True, blank=True, related_name="late_orders", editable=False
    )
    # A change that came too late to change anything: the placed order that it would have replaced.
    instead_of = models.ForeignKey(
        "self", on_delete=models.RESTRICT, null=True, blank=True, related_name="late_changes", editable=False
    )
    ended_at = models.DateTimeField(_("ended at"), null=True, blank=True, editable=False)
    ended_by = models.ForeignKey(
        User, on_delete=models.RESTRICT, null=True, blank=True, editable=False, related_name="+"
    )
    # The paste that replaced or cancelled it: undoing that paste brings it back.
    ended_import = models.ForeignKey(
        ChainImport,
        on_delete=models.RESTRICT,
        null=True,
        blank=True,
        editable=False,
        related_name="ended_orders",
    )
    end_reason = models.CharField(_("why it ended"), max_length=100, blank=True, editable=False)

    class Meta:
        verbose_name = _("order")
        verbose_name_plural = _("orders")
        ordering = ["round", "household__sort_key", "entered_at"]
        indexes = [
            # One round's bags; the sheets read nothing else.
            models.Index(fields=["round", "household"], condition=Q(state="placed"), name="order_placed"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=["placed", "late"], ended_at__isnull=True, ended_by__isnull=True)
                # Nobody's name only where the household itself took back what it ordered on its own page.
                | (
                    Q(state__in=["replaced", "cancelled"], ended_at__isnull=False)
                    & (Q(ended_by__isnull=False) | Q(channel="household"))
                ),
                name="order_ended_at_and_by",
            ),
            models.CheckConstraint(
                condition=Q(channel__in=["chain", "list"], chain_import__isnull=False)
                | (~Q(channel__in=["chain", "list"]) & Q(chain_import__isnull=True)),
                name="order_of_chain_has_import",
            ),
            models.CheckConstraint(
                condition=Q(channel="household", entered_by__isnull=True)
                | (~Q(channel="household") & Q(entered_by__isnull=False)),
                name="order_entered_by_somebody",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.household} · {self.round}"


class OrderLine(models.Model):
    """One good of an order.

    `goods` and `unit` are the words of whoever ordered; `item` joins them to the catalogue where they match.
    The quantities run ordered → bought → allocated → packed → delivered, each a column of its own with the
    step that writes it.
    """

    class Outcome(models.TextChoices):
        """What happened at the door, as ticked on the delivery run."""

        PENDING = "", _("not yet delivered")
        DELIVERED = "delivered", _("delivered")
        MISSING = "missing", _("missing")
        REFUSED = "refused", _("refused")
        NOBODY_HOME = "nobody_home", _("nobody home")
        DAMAGED = "damaged", _("damaged")
        LEFT = "left", _("left at the door")

    order = models.ForeignKey(Order, on_delete=models.CASCADE, related_name="lines", verbose_name=_("order"))
    position = models.PositiveSmallIntegerField(_("position"), default=0)
    item = models.ForeignKey(
        Item,
        on_delete=models.RESTRICT,
        null=True,
        blank=True,
        related_name="lines",
        verbose_name=_("goods on sale"),
    )
    goods = models.CharField(_("goods"), max_length=100)
    unit = models.CharField(pgettext_lazy("of goods", "unit"), max_length=10, blank=True)
    # What it was called by whoever ordered, where a person has joined those words to a good since; '' else.
    said = models.CharField(_("as it was said"), max_length=100, blank=True)
    ordered = models.DecimalField(_("ordered"), max_digits=9, decimal_places=3, validators=[MinValueValidator(0)])
    # What a sharing out gave, of the good itself or of something else instead; null: nobody had to share.
    allocated = models.DecimalField(
        _("allocated"), max_digits=9, decimal_places=3, null=True, blank=True, editable=False
    )
    allocated_instead = models.DecimalField(
        _("allocated of something else"), max_digits=9, decimal_places=3, null=True, blank=True, editable=False
    )
    packed = models.DecimalField(_("packed"), max_digits=9, decimal_places=3, null=True, blank=True, editable=False)
    packed_at = models.DateTimeField(null=True, blank=True, editable=False)
    packed_by = models.ForeignKey(
        User, on_delete=models.RESTRICT, null=True, blank=True, editable=False, related_name="+"
    )
    delivered = models.DecimalField(
        _("delivered"), max_digits=9, decimal_places=3, null=True, blank=True, editable=False
    )
    outcome = models.CharField(
        _("at the door"), max_length=12, choices=Outcome.choices, default=Outcome.PENDING, blank=True
    )
    outcome_at = models.DateTimeField(null=True, blank=True, editable=False)
    outcome_by = models.ForeignKey(
        User, on_delete=models.RESTRICT, null=True, blank=True, editable=False, related_name="+"
    )
    # Not served, and somebody has said why that is the end of it.
    closed_at = models.DateTimeField(null=True, blank=True, editable=False)
    closed_by = models.ForeignKey(
        User, on_delete=models.RESTRICT, null=True, blank=True, editable=False, related_name="+"
    )
    closed_reason = models.CharField(_("closed because"), max_length=100, blank=True, editable=False)

    class Meta:
        verbose_name = _("order line")
        verbose_name_plural = _("order lines")
        ordering = ["order", "position", "id"]
        indexes = [
            # "Not served yet": the lines that still owe somebody something.
            models.Index(
                fields=["order"],
                condition=Q(closed_at__isnull=True) & ~Q(outcome="delivered"),
                name="line_not_served",
            )
        ]
        constraints = [
            models.CheckConstraint(condition=Q(ordered__gt=0), name="line_ordered_something"),
            models.CheckConstraint(condition=~Q(goods=""), name="line_has_goods"),
            models.CheckConstraint(
                condition=Q(delivered__isnull=True) | Q(delivered__gte=0), name="line_delivered_not_negative"
            ),
            models.CheckConstraint(
                # Who is not known where it came from paper: the tries at the door name the sheet.
                condition=Q(outcome="", outcome_at__isnull=True, outcome_by__isnull=True, delivered__isnull=True)
                | (~Q(outcome="") & Q(outcome_at__isnull=False, delivered__isnull=False)),
                name="line_outcome_at_and_by",
            ),
            models.CheckConstraint(
                condition=~Q(outcome__in=["refused", "nobody_home", "damaged"]) | Q(delivered=0),
                name="line_not_handed_over",
            ),
            models.CheckConstraint(
                condition=(Q(allocated__isnull=True) | Q(allocated__gte=0, allocated__lte=F("ordered")))
                & (Q(allocated_instead__isnull=True) | Q(allocated_instead__gte=0)),
                name="line_allocated_within_ordered",
            ),
            models.CheckConstraint(
                condition=Q(packed__isnull=True, packed_at__isnull=True, packed_by__isnull=True)
                | Q(packed__gte=0, packed_at__isnull=False, packed_by__isnull=False),
                name="line_packed_at_and_by",
            ),
            models.CheckConstraint(
                condition=~Q(outcome="missing") | Q(delivered__lt=F("ordered")), name="line_missing_is_less"
            ),
            models.CheckConstraint(
                condition=Q(closed_at__isnull=True, closed_by__isnull=True, closed_reason="")
                | (Q(closed_at__isnull=False, closed_by__isnull=False) & ~Q(closed_reason="")),
                name="line_closed_with_reason",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.goods} {plain(self.ordered)}{self.unit}"
