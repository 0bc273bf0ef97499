"""The ledger: entries and their postings, and what stands on a bill. Rows are only added."""

import uuid
from decimal import Decimal

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from compound.models import Compound, User
from errands.models import Errand
from money.models.accounts import Account
from orders.models import OrderLine, Receipt, Round


class Entry(models.Model):
    """One thing that happened to money: two postings or more, whose sum is zero. Append-only.

    The primary key is the UUID of the form that it was typed in: sent twice, it is one entry. A mistake is put right
    by an entry that `reverses` it, posting for posting; one entry is reversed once at most, and a reversal may be
    reversed in its turn. PostgreSQL holds both at commit (migration 0002).
    """

    class Kind(models.TextChoices):
        # A volunteer paid at the till: goods +, volunteer −.
        ADVANCE = "advance", _("paid at the till")
        # A volunteer gets money from the cash box before shopping: volunteer +, cash −.
        FLOAT = "float", _("given in advance")
        # What a household really got: household +, goods −. Below zero where a bill was too high.
        BILL = "bill", _("bill")
        # A household pays: household −, cash + (or volunteer +, who has taken it).
        PAYMENT = "payment", _("payment")
        # A household gets money back: household +, cash −.
        REFUND = "refund", _("refund")
        # A volunteer gets back what was laid out: volunteer +, cash −.
        REIMBURSEMENT = "reimbursement", _("paid back")
        # Brought in by a volunteer who took payments at doors: volunteer −, cash +.
        HANDED_IN = "handed_in", _("handed in")
        # What is left of a receipt when everybody has been charged: goods −, rest +.
        REST = "rest", _("explained rest")
        # Money that somebody gave: cash +, donations −. Spent on a household's bill: household −, donations +.
        DONATION = "donation", pgettext_lazy("ledger", "donation")
        # Nobody will pay it: household −, written off +.
        WRITE_OFF = "write_off", pgettext_lazy("ledger", "written off")
        # The box was counted: cash ±, rest ∓.
        COUNT = "count", _("difference in the cash box")
        REVERSAL = "reversal", _("taken back")

    class Method(models.TextChoices):
        NONE = "", pgettext_lazy("payment", "—")
        CASH = "cash", _("cash")
        TRANSFER = "transfer", _("WeChat or Alipay")

    class Why(models.TextChoices):
        """Of a rest: what it is."""

        NONE = "", "—"
        SURPLUS = "surplus", _("bought more than was handed out")
        ROUNDING = "rounding", _("rounded in the households' favour")
        REFUSED = "refused", _("refused at the door")
        DAMAGED = "damaged", _("damaged or lost")
        NEED = "need", _("given to households in need")
        TILL = "till", _("the till's own difference")
        OTHER = "other", _("something else")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    compound = models.ForeignKey(Compound, on_delete=models.CASCADE, related_name="entries", verbose_name=_("compound"))
    kind = models.CharField(_("kind"), max_length=14, choices=Kind.choices)
    method = models.CharField(_("how"), max_length=8, choices=Method.choices, default=Method.NONE, blank=True)
    why = models.CharField(_("what it is"), max_length=8, choices=Why.choices, default=Why.NONE, blank=True)
    reason = models.CharField(_("reason"), max_length=200, blank=True)
    round = models.ForeignKey(
        Round, on_delete=models.RESTRICT, null=True, blank=True, related_name="entries", verbose_name=_("round")
    )
    receipt = models.ForeignKey(
        Receipt, on_delete=models.RESTRICT, null=True, blank=True, related_name="entries", verbose_name=_("receipt")
    )
    errand = models.ForeignKey(
        Errand, on_delete=models.RESTRICT, null=True, blank=True, related_name="entries", verbose_name=_("errand")
    )
    reverses = models.OneToOneField(
        "self",
        on_delete=models.RESTRICT,
        null=True,
        blank=True,
        related_name="reversed_by",
        verbose_name=_("takes back"),
    )
    # When it happened, and when it was written down.
    at = models.DateTimeField(_("at"))
    entered_at = models.DateTimeField(_("entered at"))
    # Empty where the program itself made it.
    entered_by = models.ForeignKey(
        User, on_delete=models.RESTRICT, null=True, blank=True, related_name="+", verbose_name=_("entered by")
    )

    class Meta:
        verbose_name = _("entry")
        verbose_name_plural = _("entries")
        ordering = ["-entered_at", "id"]
        indexes = [
            # The journal, newest first.
            models.Index(fields=["compound", "-entered_at"], name="entry_of_compound"),
            models.Index(fields=["round", "kind"], condition=Q(round__isnull=False), name="entry_of_round"),
        ]
        constraints = [
            # Target of the composite key that keeps a posting in its entry's compound.
            models.UniqueConstraint(fields=["id", "compound"], name="entry_with_compound"),
            models.CheckConstraint(
                condition=Q(kind="reversal", reverses__isnull=False) | (~Q(kind="reversal") & Q(reverses__isnull=True)),
                name="entry_reversal_of_one",
            ),
            models.CheckConstraint(
                condition=Q(reverses__isnull=True) | ~Q(reverses=F("id")), name="entry_not_of_itself"
            ),
            models.CheckConstraint(
                condition=~Q(kind__in=["reversal", "write_off", "rest", "refund", "count"]) | ~Q(reason=""),
                name="entry_with_reason",
            ),
            models.CheckConstraint(
                condition=(Q(kind="rest") & ~Q(why="")) | (~Q(kind="rest") & Q(why="")), name="entry_rest_says_what"
            ),
            models.CheckConstraint(
                condition=~Q(kind="advance") | Q(receipt__isnull=False) | Q(errand__isnull=False),
                name="entry_advance_for_something",
            ),
            models.CheckConstraint(
                condition=~Q(kind="bill") | Q(round__isnull=False) | Q(errand__isnull=False),
                name="entry_bill_for_something",
            ),
            models.CheckConstraint(condition=Q(at__lte=F("entered_at")), name="entry_not_in_the_future"),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.at:%Y-%m-%d}"


class Posting(models.Model):
    """One side of an entry, in yuan: above zero is debit, below zero is credit. Append-only."""

    compound = models.ForeignKey(Compound, on_delete=models.CASCADE, related_name="+")
    entry = models.ForeignKey(Entry, on_delete=models.CASCADE, related_name="postings", verbose_name=_("entry"))
    account = models.ForeignKey(Account, on_delete=models.RESTRICT, related_name="postings", verbose_name=_("account"))
    amount = models.DecimalField(_("amount, yuan"), max_digits=11, decimal_places=2)

    class Meta:
        verbose_name = _("posting")
        verbose_name_plural = _("postings")
        ordering = ["entry", "-amount"]
        indexes = [
            # A balance is read from the index alone.
            models.Index(fields=["account"], include=["amount"], name="posting_balance"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["entry", "account"], name="posting_once_per_account"),
            models.CheckConstraint(condition=~Q(amount=0), name="posting_of_something"),
        ]

    def __str__(self) -> str:
        return f"{self.account} {self.amount}"


class BillLine(models.Model):
    """What a bill charges for: one good, how much of it, at which price. Append-only.

    Where a later bill or a reversal corrects it, quantity and amount are the difference. The lines of an entry sum up
    to its posting on the household's account. What has no price yet is not charged and has no line.
    """

    entry = models.ForeignKey(Entry, on_delete=models.CASCADE, related_name="lines", verbose_name=_("entry"))
    line = models.ForeignKey(
        OrderLine, on_delete=models.RESTRICT, null=True, related_name="bill_lines", verbose_name=_("order line")
    )
    goods = models.CharField(_("goods"), max_length=100)
    unit = models.CharField(pgettext_lazy("of goods", "unit"), max_length=10, blank=True)
    quantity = models.DecimalField(_("quantity"), max_digits=9, decimal_places=3)
    # For one unit, unrounded as far as five places tell it; null where a fee or a top-up has none.
    price = models.DecimalField(_("price, yuan"), max_digits=12, decimal_places=5, null=True)
    amount = models.DecimalField(_("amount, yuan"), max_digits=11, decimal_places=2)

    class Meta:
        verbose_name = _("line of a bill")
        verbose_name_plural = _("lines of bills")
        ordering = ["entry", "id"]
        indexes = [models.Index(fields=["line"], name="bill_line_of_order_line")]
        constraints = [
            models.CheckConstraint(condition=~Q(goods=""), name="bill_line_has_goods"),
            models.CheckConstraint(condition=Q(price__isnull=True) | Q(price__gte=0), name="bill_line_price"),
        ]

    def __str__(self) -> str:
        return f"{self.goods} {self.amount}"


class CashCount(models.Model):
    """Somebody counted the cash box. A difference is an entry of its own, with a reason. Append-only."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    compound = models.ForeignKey(
        Compound, on_delete=models.CASCADE, related_name="cash_counts", verbose_name=_("compound")
    )
    counted = models.DecimalField(_("counted, yuan"), max_digits=11, decimal_places=2)
    # What the ledger said at that moment.
    expected = models.DecimalField(_("expected, yuan"), max_digits=11, decimal_places=2)
    entry = models.OneToOneField(Entry, on_delete=models.RESTRICT, null=True, related_name="cash_count")
    note = models.CharField(_("note"), max_length=200, blank=True)
    at = models.DateTimeField(_("at"))
    by = models.ForeignKey(User, on_delete=models.RESTRICT, related_name="+", verbose_name=_("counted by"))

    class Meta:
        verbose_name = _("count of the cash box")
        verbose_name_plural = _("counts of the cash box")
        ordering = ["-at"]
        constraints = [
            models.CheckConstraint(condition=Q(counted__gte=0), name="cash_count_not_negative"),
            models.CheckConstraint(
                condition=Q(counted=F("expected"), entry__isnull=True)
                | (~Q(counted=F("expected")) & Q(entry__isnull=False)),
                name="cash_count_difference_is_posted",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.counted} {self.at:%Y-%m-%d}"

    @property
    def difference(self) -> Decimal:
        """Above zero there was more in the box than the ledger said."""
        return self.counted - self.expected
