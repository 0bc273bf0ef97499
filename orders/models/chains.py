"""What was pasted from the chat (接龙), what was understood, and what a person decided about it."""

import uuid
from typing import Self

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext_lazy as _

from compound.models import Building, Compound, Household, User
from orders.models.rounds import Round


class ChainSource(models.Model):
    """One of up to 18 chat groups, or a platform whose exports are imported.

    What is new, changed or gone is compared within a source.
    """

    class Kind(models.TextChoices):
        CHAT = "chat", _("chat group")
        LIST = "list", _("order export")

    compound = models.ForeignKey(
        Compound, on_delete=models.CASCADE, related_name="chain_sources", verbose_name=_("compound")
    )
    name = models.CharField(_("chat group"), max_length=40)
    kind = models.CharField(_("kind"), max_length=5, choices=Kind.choices, default=Kind.CHAT, editable=False)
    # A group of one building: `1702` alone is a room then.
    building = models.ForeignKey(
        Building,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        verbose_name=_("building"),
        related_name="+",
    )
    is_active = models.BooleanField(_("active"), default=True)
    # Of exports: what somebody said about the columns of a layout, as orders.order_list.Pick keeps it.
    columns = models.JSONField(_("columns by hand"), default=list, blank=True, editable=False)

    class Meta:
        verbose_name = _("chat group")
        verbose_name_plural = _("chat groups")
        ordering = ["compound", "id"]
        constraints = [
            models.UniqueConstraint(fields=["compound", "name"], name="source_once"),
            models.CheckConstraint(condition=~Q(name=""), name="source_has_name"),
        ]

    def __str__(self) -> str:
        return self.name


class Nickname(models.Model):
    """Who 真真-F区 is: learned when a person matched it to a household once."""

    compound = models.ForeignKey(
        Compound, on_delete=models.CASCADE, related_name="nicknames", verbose_name=_("compound")
    )
    name = models.CharField(_("nickname"), max_length=80)
    household = models.ForeignKey(
        Household, on_delete=models.CASCADE, related_name="nicknames", verbose_name=_("household")
    )
    learned_at = models.DateTimeField(_("learned at"))
    learned_by = models.ForeignKey(User, on_delete=models.RESTRICT, related_name="+", verbose_name=_("learned by"))

    class Meta:
        verbose_name = _("nickname")
        verbose_name_plural = _("nicknames")
        ordering = ["compound", "name"]
        constraints = [
            models.UniqueConstraint(fields=["compound", "name"], name="nickname_once"),
            models.CheckConstraint(condition=~Q(name=""), name="nickname_not_empty"),
        ]

    def __str__(self) -> str:
        return self.name


class AddressLayout(models.Model):
    """How addresses are written in this compound: learned when a person put one of that shape right.

    `#弄#支弄#号#` with building 2 and number 3: the third number is the building, the fourth the room
    (orders/order_list/layouts.py). `literal`: the shape names one building in words.
    """

    compound = models.ForeignKey(
        Compound, on_delete=models.CASCADE, related_name="address_layouts", verbose_name=_("compound")
    )
    pattern = models.CharField(_("address"), max_length=60)
    building = models.PositiveSmallIntegerField(null=True)
    unit = models.PositiveSmallIntegerField(null=True)
    number = models.PositiveSmallIntegerField()
    literal = models.CharField(max_length=20, blank=True)
    learned_at = models.DateTimeField(_("learned at"))
    learned_by = models.ForeignKey(User, on_delete=models.RESTRICT, related_name="+", verbose_name=_("learned by"))

    class Meta:
        verbose_name = _("way of writing an address")
        verbose_name_plural = _("ways of writing an address")
        ordering = ["compound", "pattern"]
        constraints = [
            models.UniqueConstraint(fields=["compound", "pattern"], name="address_layout_once"),
            models.CheckConstraint(
                condition=Q(building__isnull=False, literal="") | (Q(building__isnull=True) & ~Q(literal="")),
                name="address_layout_names_building",
            ),
        ]

    def __str__(self) -> str:
        return self.pattern


class ChainImportQuerySet(models.QuerySet["ChainImport"]):
    def current(self) -> Self:
        """Without the confirmed pastes that a later confirmed paste of the same group has taken the place of."""
        successors = ChainImport.objects.filter(previous=OuterRef("pk"), state=ChainImport.State.CONFIRMED)
        return self.exclude(Exists(successors), state=ChainImport.State.CONFIRMED)


class ChainImport(models.Model):
    """One paste: the raw text for ever, and its way from review to confirmed (or discarded, or undone)."""

    class State(models.TextChoices):
        REVIEW = "review", _("to review")
        CONFIRMED = "confirmed", _("confirmed")
        DISCARDED = "discarded", _("discarded")
        UNDONE = "undone", _("undone")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    round = models.ForeignKey(Round, on_delete=models.CASCADE, related_name="chain_imports")
    source = models.ForeignKey(ChainSource, on_delete=models.RESTRICT, related_name="imports")
    # The confirmed paste of the same source that this one is compared with.
    previous = models.ForeignKey("self", on_delete=models.SET_NULL, null=True, related_name="+")
    text = models.TextField()
    title = models.TextField(blank=True)
    # What a bare "6份" means here; '' when each line names its goods.
    goods = models.CharField(max_length=60, blank=True)
    # Lines that are no orders: [{"line": 3, "raw": "例 …", "why": "example"}]
    skipped = models.JSONField(default=list)
    state = models.CharField(max_length=10, choices=State.choices, default=State.REVIEW)
    pasted_at = models.DateTimeField(_("pasted at"))
    pasted_by = models.ForeignKey(User, on_delete=models.RESTRICT, related_name="+")
    confirmed_at = models.DateTimeField(null=True)
    confirmed_by = models.ForeignKey(User, on_delete=models.RESTRICT, null=True, related_name="+")
    ended_at = models.DateTimeField(null=True)
    ended_by = models.ForeignKey(User, on_delete=models.RESTRICT, null=True, related_name="+")

    objects = ChainImportQuerySet.as_manager()

    class Meta:
        verbose_name = _("pasted 接龙")
        verbose_name_plural = _("pasted 接龙")
        ordering = ["-pasted_at"]
        constraints = [
            # Two half-reviewed pastes of one group would each compare with the same past and then collide.
            models.UniqueConstraint(fields=["round", "source"], condition=Q(state="review"), name="chain_one_review"),
            models.CheckConstraint(
                condition=Q(confirmed_at__isnull=True, confirmed_by__isnull=True)
                | Q(confirmed_at__isnull=False, confirmed_by__isnull=False),
                name="chain_confirmed_at_and_by",
            ),
            models.CheckConstraint(
                condition=Q(ended_at__isnull=True, ended_by__isnull=True)
                | Q(ended_at__isnull=False, ended_by__isnull=False),
                name="chain_ended_at_and_by",
            ),
            models.CheckConstraint(
                condition=Q(state="review", confirmed_at__isnull=True, ended_at__isnull=True)
                | Q(state="confirmed", confirmed_at__isnull=False, ended_at__isnull=True)
                | Q(state="discarded", confirmed_at__isnull=True, ended_at__isnull=False)
                | Q(state="undone", confirmed_at__isnull=False, ended_at__isnull=False),
                name="chain_state_matches_times",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.round.title} · {self.source.name}"


class ChainEntry(models.Model):
    """One entry of a paste: as written, as understood, as decided."""

    class Status(models.TextChoices):
        ORDER = "order", _("order")
        CANCEL = "cancel", _("cancel")
        CHANGE = "change", _("change")
        UNCLEAR = "unclear", _("unclear")

    class Change(models.TextChoices):
        """Against the last confirmed paste of the same source."""

        NEW = "new", _("new")
        CHANGED = "changed", _("changed")
        SAME = "same", _("same")
        GONE = "gone", _("gone")

    class Decision(models.TextChoices):
        OPEN = "open", _("to look at")
        TAKE = "take", _("take")
        LEAVE = "leave", _("leave out")

    chain_import = models.ForeignKey(ChainImport, on_delete=models.CASCADE, related_name="entries")
    position = models.PositiveIntegerField()
    line = models.PositiveIntegerField(null=True)  # null: an entry of the last paste that is gone from this one
    number = models.PositiveIntegerField(null=True)
    raw = models.TextField()
    name = models.CharField(max_length=200, blank=True)
    room_text = models.CharField(max_length=62, blank=True)
    # Of an export: the platform's number of the order, and all that was written about the door.
    reference = models.CharField(max_length=64, blank=True)
    address = models.CharField(max_length=200, blank=True)
    # [{"goods": "鸡蛋", "quantity": "2" | null, "unit": "板"}] as read, and as a person left it.
    read_items = models.JSONField(default=list)
    items = models.JSONField(default=list)
    note = models.TextField(blank=True)
    status = models.CharField(max_length=10, choices=Status.choices)
    warnings = ArrayField(models.TextField(), default=list, blank=True)
    change = models.CharField(max_length=10, choices=Change.choices, default=Change.NEW)
    # The entry of the last paste that this one continues.
    follows = models.ForeignKey("self", on_delete=models.SET_NULL, null=True, related_name="+")
    household = models.ForeignKey(Household, on_delete=models.RESTRICT, null=True, related_name="chain_entries")
    # The order that stands for this entry: from the entry that it follows until it is decided, then its own.
    order = models.ForeignKey("orders.Order", on_delete=models.RESTRICT, null=True, related_name="entries")
    decision = models.CharField(max_length=10, choices=Decision.choices, default=Decision.OPEN)
    decided_by = models.ForeignKey(User, on_delete=models.RESTRICT, null=True, related_name="+")
    decided_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("entry of a 接龙")
        verbose_name_plural = _("entries of a 接龙")
        ordering = ["chain_import", "position"]
        constraints = [
            models.UniqueConstraint(fields=["chain_import", "position"], name="chain_entry_position"),
            models.CheckConstraint(
                condition=Q(decided_at__isnull=True, decided_by__isnull=True)
                | Q(decided_at__isnull=False, decided_by__isnull=False),
                name="chain_entry_decided_at_and_by",
            ),
        ]

    def __str__(self) -> str:
        return self.raw
