"""Shopping: what a round needs, what was bought at what price, who paid, and the words that people use for goods."""

import uuid

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from compound.models import Household, StoredFile, User
from orders.models.phone import PhoneEvent
from orders.models.rounds import Item, Round, SupplyPoint


class GoodsWord(models.Model):
    """What the residents call a good, once a person has said which one they mean. 大白菜 → 白菜.

    `word` is folded as `orders.services.orders` folds names; with a unit it holds for that unit alone.
    """

    supply_point = models.ForeignKey(
        SupplyPoint, on_delete=models.CASCADE, related_name="words", verbose_name=_("supply point")
    )
    word = models.CharField(_("word"), max_length=100)
    unit = models.CharField(pgettext_lazy("of goods", "unit"), max_length=10, blank=True)
    item = models.ForeignKey(Item, on_delete=models.CASCADE, related_name="words", verbose_name=_("goods"))
    learned_at = models.DateTimeField(_("learned at"))
    learned_by = models.ForeignKey(User, on_delete=models.RESTRICT, related_name="+", verbose_name=_("learned by"))

    class Meta:
        verbose_name = _("word for goods")
        verbose_name_plural = _("words for goods")
        ordering = ["supply_point", "word"]
        constraints = [
            models.UniqueConstraint(fields=["supply_point", "word", "unit"], name="goods_word_once"),
            models.CheckConstraint(condition=~Q(word=""), name="goods_word_not_empty"),
        ]

    def __str__(self) -> str:
        return f"{self.word} → {self.item.name}"


class ItemPrice(models.Model):
    """What a good has cost, as offered or as paid at the till. Rows are only added."""

    class Source(models.TextChoices):
        OFFER = "offer", _("as offered")
        TILL = "till", _("at the till")

    item = models.ForeignKey(Item, on_delete=models.CASCADE, related_name="prices", verbose_name=_("goods"))
    price = models.DecimalField(_("price, yuan"), max_digits=8, decimal_places=2)
    source = models.CharField(_("from"), max_length=6, choices=Source.choices)
    at = models.DateTimeField(_("at"))
    by = models.ForeignKey(User, on_delete=models.RESTRICT, null=True, related_name="+", verbose_name=_("by"))

    class Meta:
        verbose_name = _("price")
        verbose_name_plural = _("prices")
        ordering = ["item", "-at"]
        indexes = [models.Index(fields=["item", "-at"], name="price_history")]
        constraints = [models.CheckConstraint(condition=Q(price__gte=0), name="price_not_negative")]

    def __str__(self) -> str:
        return f"{self.item.name} {self.price}"


class SubstituteWish(models.Model):
    """What a household wants when its good cannot be had. No row: `call`."""

    class Wish(models.TextChoices):
        CALL = "call", _("call me")
        SIMILAR = "similar", _("something similar")
        NONE = "none", _("nothing instead")

    household = models.OneToOneField(
        Household, on_delete=models.CASCADE, related_name="substitute_wish", verbose_name=_("household")
    )
    wish = models.CharField(_("instead"), max_length=8, choices=Wish.choices)
    set_at = models.DateTimeField(_("set at"))
    set_by = models.ForeignKey(User, on_delete=models.RESTRICT, null=True, related_name="+", verbose_name=_("set by"))

    class Meta:
        verbose_name = _("wish for substitutes")
        verbose_name_plural = _("wishes for substitutes")

    def __str__(self) -> str:
        return f"{self.household.room}: {self.get_wish_display()}"


class RoundGood(models.Model):
    """One line of a round's shopping list: a good in one unit, as `OrderLine` names it by `goods` and `unit`.

    Made when the round closes and whenever a line brings a new one. What is needed is the sum of the lines; what was
    bought is the sum of the purchases. Neither is stored here: several shoppers write at once.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    round = models.ForeignKey(Round, on_delete=models.CASCADE, related_name="goods")
    item = models.ForeignKey(Item, on_delete=models.RESTRICT, null=True, related_name="round_goods")
    goods = models.CharField(_("goods"), max_length=100)
    unit = models.CharField(pgettext_lazy("of goods", "unit"), max_length=10, blank=True)

    class Meta:
        verbose_name = _("good of a round")
        verbose_name_plural = _("goods of a round")
        ordering = ["round", "item__section__position", "goods", "unit"]
        constraints = [
            models.UniqueConstraint(fields=["round", "goods", "unit"], name="round_good_once"),
            models.CheckConstraint(condition=~Q(goods=""), name="round_good_has_name"),
        ]

    def __str__(self) -> str:
        return f"{self.goods} {self.unit}".strip()


class Receipt(models.Model):
    """A till receipt: who paid how much for which round, with a photo of it if there is one.

    Its sum and the purchases that name it may differ; the difference is shown and explained, never hidden.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    round = models.ForeignKey(Round, on_delete=models.RESTRICT, related_name="receipts", verbose_name=_("round"))
    paid_by = models.ForeignKey(User, on_delete=models.RESTRICT, related_name="receipts", verbose_name=_("paid by"))
    total = models.DecimalField(_("total, yuan"), max_digits=9, decimal_places=2)
    paid_at = models.DateTimeField(_("paid at"))
    photo = models.ForeignKey(StoredFile, on_delete=models.SET_NULL, null=True, related_name="+")
    # What it was for, said when it is written down: purchases themselves only grow.
    purchases = models.ManyToManyField(
        "orders.Purchase", related_name="receipts", blank=True, verbose_name=_("purchases")
    )
    note = models.CharField(_("note"), max_length=200, blank=True)
    entered_at = models.DateTimeField(_("entered at"))
    entered_by = models.ForeignKey(User, on_delete=models.RESTRICT, related_name="+", verbose_name=_("entered by"))
    # Entered by mistake: stays, and counts nowhere.
    void_at = models.DateTimeField(null=True)
    void_by = models.ForeignKey(User, on_delete=models.RESTRICT, null=True, related_name="+")
    void_reason = models.CharField(_("why it does not count"), max_length=100, blank=True)

    class Meta:
        verbose_name = _("receipt")
        verbose_name_plural = _("receipts")
        ordering = ["round", "paid_at"]
        constraints = [
            models.CheckConstraint(condition=Q(total__gt=0), name="receipt_of_something"),
            models.CheckConstraint(
                condition=Q(void_at__isnull=True, void_by__isnull=True, void_reason="")
                | (Q(void_at__isnull=False, void_by__isnull=False) & ~Q(void_reason="")),
                name="receipt_void_with_reason",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.total} {self.paid_by}"


class Purchase(models.Model):
    """What a shopper did about one good: bought some, took something else, or found none. Append-only.

    `VOID` takes an earlier row back; the sum of a good counts what is not taken back. Two shoppers who bought the same
    good have both bought it: the surplus is shown.
    """

    class Kind(models.TextChoices):
        BOUGHT = "bought", _("bought")
        SUBSTITUTE = "substitute", _("something else instead")
        SHORT = "short", _("could not be had")
        VOID = "void", _("taken back")

    # The phone's UUID.
    event = models.OneToOneField(
        PhoneEvent, on_delete=models.RESTRICT, primary_key=True, related_name="purchase", db_column="id"
    )
    good = models.ForeignKey(RoundGood, on_delete=models.RESTRICT, related_name="purchases")
    kind = models.CharField(_("what"), max_length=10, choices=Kind.choices)
    # In the good's unit. For a substitute: for how much of the good it stands.
    quantity = models.DecimalField(_("quantity"), max_digits=9, decimal_places=3, default=0)
    # What all of it cost at the till; null while nobody has said.
    amount = models.DecimalField(_("paid, yuan"), max_digits=9, decimal_places=2, null=True)
    # The good that was taken instead, in the shopper's words.
    instead = models.CharField(_("instead"), max_length=100, blank=True)
    refers_to = models.OneToOneField(
        "self", on_delete=models.RESTRICT, null=True, related_name="taken_back_by", verbose_name=_("takes back")
    )
    by = models.ForeignKey(User, on_delete=models.RESTRICT, related_name="+", verbose_name=_("shopper"))
    at = models.DateTimeField(_("at"))

    class Meta:
        verbose_name = _("purchase")
        verbose_name_plural = _("purchases")
        ordering = ["good", "at"]
        constraints = [
            models.CheckConstraint(
                condition=Q(kind__in=["bought", "substitute"], quantity__gt=0)
                | Q(kind__in=["short", "void"], quantity=0, amount__isnull=True),
                name="purchase_of_something",
            ),
            models.CheckConstraint(condition=Q(amount__isnull=True) | Q(amount__gte=0), name="purchase_amount"),
            models.CheckConstraint(
                condition=(Q(kind="substitute") & ~Q(instead="")) | (~Q(kind="substitute") & Q(instead="")),
                name="purchase_instead_named",
            ),
            models.CheckConstraint(
                condition=Q(kind="void", refers_to__isnull=False) | (~Q(kind="void") & Q(refers_to__isnull=True)),
                name="purchase_void_of_one",
            ),
            models.CheckConstraint(
                condition=Q(refers_to__isnull=True) | ~Q(refers_to=F("event")), name="purchase_not_of_itself"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.quantity}"
