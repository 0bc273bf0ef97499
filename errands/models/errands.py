"""What somebody runs for one household: medicine, a top-up, whatever else cannot wait for a round."""

import uuid

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from compound.models import Compound, Household, StoredFile, User
from orders.models import SupplyPoint


class Errand(models.Model):
    """跑腿: asked for → taken on → bought → handed over; else refused at the door, not to be had, or withdrawn.

    `state` is where it stands; every step is a row of `ErrandStep` as well. An urgent one stands on Today until it has
    ended. Prices are in yuan; `amount` is what it cost at the counter, null while nobody has paid.
    """

    class Kind(models.TextChoices):
        MEDICINE = "medicine", pgettext_lazy("kind of errand", "medicine")
        TOP_UP = "top_up", pgettext_lazy("kind of errand", "top-up")
        HELP = "help", pgettext_lazy("kind of errand", "help")

    class State(models.TextChoices):
        ASKED = "asked", _("asked for")
        TAKEN = "taken", _("taken on")
        BOUGHT = "bought", _("bought or done, on its way")
        HANDED_OVER = "handed_over", _("handed over")
        REFUSED = "refused", _("refused at the door")
        NOT_TO_BE_HAD = "not_to_be_had", _("not to be had")
        WITHDRAWN = "withdrawn", _("withdrawn")

    class Channel(models.TextChoices):
        HOUSEHOLD = "household", _("the household's own page")
        PHONE = "phone", _("by phone")
        DESK = "desk", _("at the desk")

    class Bears(models.TextChoices):
        """Who pays for medicine that is refused at the door: said before it is bought."""

        NONE = "", _("not said yet")
        HOUSEHOLD = "household", _("the household")
        COMPOUND = "compound", _("the compound")
        RETURN = "return", _("nobody: the pharmacy takes it back")

    # The UUID of the form it was asked with: sent twice, it is one errand.
    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    compound = models.ForeignKey(Compound, on_delete=models.CASCADE, related_name="errands", verbose_name=_("compound"))
    household = models.ForeignKey(
        Household, on_delete=models.RESTRICT, related_name="errands", verbose_name=_("household")
    )
    kind = models.CharField(_("kind"), max_length=10, choices=Kind.choices)
    state = models.CharField(_("state"), max_length=14, choices=State.choices, default=State.ASKED)
    is_urgent = models.BooleanField(_("urgent"), default=False)
    # One person, one bag: 王奶奶, 老周. Not for a top-up.
    person = models.CharField(pgettext_lazy("medicine", "for whom"), max_length=40, blank=True)
    # What is wanted in the words of whoever asked; of medicine what its lines do not say.
    text = models.CharField(_("what is wanted"), max_length=300, blank=True)
    supply_point = models.ForeignKey(
        SupplyPoint,
        on_delete=models.RESTRICT,
        null=True,
        blank=True,
        related_name="errands",
        verbose_name=_("pharmacy or shop"),
    )
    refusal_borne_by = models.CharField(
        _("who bears a refusal"), max_length=10, choices=Bears.choices, default=Bears.NONE, blank=True
    )
    channel = models.CharField(_("came by"), max_length=10, choices=Channel.choices)
    asked_at = models.DateTimeField(_("asked at"))
    # Empty where the household itself asked on its page.
    asked_by = models.ForeignKey(
        User, on_delete=models.RESTRICT, null=True, blank=True, related_name="+", verbose_name=_("written down by")
    )
    taken_by = models.ForeignKey(
        User, on_delete=models.RESTRICT, null=True, blank=True, related_name="errands", verbose_name=_("taken on by")
    )
    amount = models.DecimalField(_("paid, yuan"), max_digits=9, decimal_places=2, null=True, blank=True)
    paid_by = models.ForeignKey(
        User, on_delete=models.RESTRICT, null=True, blank=True, related_name="+", verbose_name=_("paid by")
    )
    receipt = models.ForeignKey(
        StoredFile, on_delete=models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("receipt")
    )
    ended_at = models.DateTimeField(_("ended at"), null=True, blank=True)
    end_reason = models.CharField(_("why it ended so"), max_length=100, blank=True)

    class Meta:
        verbose_name = _("errand")
        verbose_name_plural = _("errands")
        ordering = ["-asked_at"]
        indexes = [
            models.Index(fields=["compound", "-asked_at"], name="errand_of_compound"),
            # What is to be done, and what Today shows.
            models.Index(fields=["compound", "kind"], condition=Q(ended_at__isnull=True), name="errand_open"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["id", "compound"], name="errand_with_compound"),
            models.CheckConstraint(
                condition=Q(channel="household", asked_by__isnull=True)
                | (~Q(channel="household") & Q(asked_by__isnull=False)),
                name="errand_asked_by",
            ),
            models.CheckConstraint(
                condition=Q(state__in=["asked", "taken", "bought"], ended_at__isnull=True, end_reason="")
                | Q(state="handed_over", ended_at__isnull=False)
                | (Q(state__in=["refused", "not_to_be_had", "withdrawn"], ended_at__isnull=False) & ~Q(end_reason="")),
                name="errand_ended_with_reason",
            ),
            models.CheckConstraint(
                condition=Q(state__in=["asked", "not_to_be_had", "withdrawn"]) | Q(taken_by__isnull=False),
                name="errand_taken_by_somebody",
            ),
            models.CheckConstraint(
                condition=~Q(kind="medicine")
                | Q(state__in=["asked", "taken", "not_to_be_had", "withdrawn"])
                | ~Q(refusal_borne_by=""),
                name="errand_medicine_refusal_said_before",
                violation_error_message=_("First say who pays if it is refused at the door."),
            ),
            models.CheckConstraint(
                condition=~Q(kind="medicine") | ~Q(person=""),
                name="errand_medicine_for_one_person",
                violation_error_message=_("Who is this medicine for? One person, one bag."),
            ),
            models.CheckConstraint(
                condition=Q(amount__isnull=True, paid_by__isnull=True)
                | Q(amount__isnull=False, amount__gte=0, paid_by__isnull=False),
                name="errand_amount_and_by",
            ),
            models.CheckConstraint(condition=~Q(kind="help") | ~Q(text=""), name="errand_help_says_what"),
        ]

    def __str__(self) -> str:
        return f"{self.household.room} {self.get_kind_display()}"

    @property
    def is_open(self) -> bool:
        return self.ended_at is None


class ErrandStep(models.Model):
    """What happened to an errand, when, and who said so. Append-only."""

    class Step(models.TextChoices):
        ASKED = "asked", _("asked for")
        CHANGED = "changed", _("changed")
        TAKEN = "taken", _("taken on")
        GIVEN_BACK = "given_back", _("given back to the list")
        BOUGHT = "bought", _("bought or done")
        CALLED = "called", _("called back")
        NOBODY_HOME = "nobody_home", _("nobody home")
        HANDED_OVER = "handed_over", _("handed over")
        REFUSED = "refused", _("refused at the door")
        NOT_TO_BE_HAD = "not_to_be_had", _("not to be had")
        WITHDRAWN = "withdrawn", _("withdrawn")
        CARD_TAKEN = "card_taken", _("card taken along")
        CARD_RETURNED = "card_returned", _("card brought back")
        TAKEN_BACK = "taken_back", _("said by mistake")

    # The UUID of the form or of the phone's act.
    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    errand = models.ForeignKey(Errand, on_delete=models.CASCADE, related_name="steps", verbose_name=_("errand"))
    step = models.CharField(_("what"), max_length=14, choices=Step.choices)
    note = models.CharField(_("note"), max_length=200, blank=True)
    at = models.DateTimeField(_("at"))
    entered_at = models.DateTimeField(_("entered at"))
    by = models.ForeignKey(
        User, on_delete=models.RESTRICT, null=True, blank=True, related_name="+", verbose_name=_("by")
    )
    # The step that did not happen after all: each is taken back once.
    undoes = models.OneToOneField(
        "self", on_delete=models.CASCADE, null=True, blank=True, related_name="undone_by", verbose_name=_("takes back")
    )

    class Meta:
        verbose_name = _("step of an errand")
        verbose_name_plural = _("steps of errands")
        ordering = ["errand", "entered_at"]
        constraints = [
            models.CheckConstraint(condition=Q(at__lte=F("entered_at")), name="errand_step_not_in_the_future"),
            models.CheckConstraint(
                condition=Q(step="taken_back", undoes__isnull=False) | (~Q(step="taken_back") & Q(undoes__isnull=True)),
                name="errand_step_takes_back_one",
            ),
            models.UniqueConstraint(fields=["id", "errand"], name="errand_step_with_errand"),
        ]

    def __str__(self) -> str:
        return self.get_step_display()


class Medicine(models.Model):
    """One medicine of an errand, as it stands on the box. There is no column for another one instead: never swapped."""

    errand = models.ForeignKey(Errand, on_delete=models.CASCADE, related_name="medicines", verbose_name=_("errand"))
    name = models.CharField(_("medicine"), max_length=60)
    maker = models.CharField(_("maker"), max_length=60, blank=True)
    # 0.5g×20片
    specification = models.CharField(_("specification"), max_length=40, blank=True)
    quantity = models.PositiveSmallIntegerField(_("quantity"))
    unit = models.CharField(pgettext_lazy("of goods", "unit"), max_length=10, default="盒")
    is_cold = models.BooleanField(_("keep cold"), default=False)
    needs_prescription = models.BooleanField(_("on prescription"), default=False)
    # Of the empty box or the prescription.
    photo = models.ForeignKey(
        StoredFile, on_delete=models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("photo")
    )
    # How much of exactly this was bought; null before.
    bought = models.PositiveSmallIntegerField(_("bought"), null=True, blank=True)

    class Meta:
        verbose_name = _("medicine")
        verbose_name_plural = _("medicines")
        ordering = ["errand", "id"]
        constraints = [
            models.CheckConstraint(condition=~Q(name=""), name="medicine_has_name"),
            models.CheckConstraint(condition=Q(quantity__gte=1), name="medicine_of_something"),
            models.CheckConstraint(
                condition=Q(bought__isnull=True) | Q(bought__lte=F("quantity")), name="medicine_bought_as_asked"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name} {self.specification} ×{self.quantity}"


class CardLoan(models.Model):
    """A card of the household's that goes along and must come back: insurance card, gas card, water card.

    Handed over and back by signature: the name of whoever gave it at the door, and of whoever got it back.
    """

    class Kind(models.TextChoices):
        INSURANCE = "insurance", _("insurance card")
        GAS = "gas", _("gas card")
        WATER = "water", _("water card")
        ELECTRICITY = "electricity", _("electricity card")
        OTHER = "other", _("another card")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    errand = models.ForeignKey(Errand, on_delete=models.RESTRICT, related_name="cards", verbose_name=_("errand"))
    kind = models.CharField(_("card"), max_length=12, choices=Kind.choices)
    # Whose card, and nothing that stands on it.
    holder = models.CharField(_("whose"), max_length=40)
    given_by = models.CharField(_("given by"), max_length=40)
    taken_at = models.DateTimeField(pgettext_lazy("card", "taken at"))
    taken_by = models.ForeignKey(User, on_delete=models.RESTRICT, related_name="+", verbose_name=_("taken by"))
    returned_at = models.DateTimeField(_("returned at"), null=True, blank=True)
    returned_by = models.ForeignKey(
        User, on_delete=models.RESTRICT, null=True, blank=True, related_name="+", verbose_name=_("returned by")
    )
    returned_to = models.CharField(_("returned to"), max_length=40, blank=True)

    class Meta:
        verbose_name = _("card taken along")
        verbose_name_plural = _("cards taken along")
        ordering = ["-taken_at"]
        indexes = [
            models.Index(fields=["errand"], condition=Q(returned_at__isnull=True), name="card_still_out"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["errand", "kind", "holder"], condition=Q(returned_at__isnull=True), name="card_out_once"
            ),
            models.CheckConstraint(condition=~Q(given_by="") & ~Q(holder=""), name="card_given_by_somebody"),
            models.CheckConstraint(
                condition=Q(returned_at__isnull=True, returned_by__isnull=True, returned_to="")
                | (Q(returned_at__isnull=False, returned_by__isnull=False) & ~Q(returned_to="")),
                name="card_returned_to_somebody",
            ),
            models.CheckConstraint(
                condition=Q(returned_at__isnull=True) | Q(returned_at__gte=F("taken_at")), name="card_back_after_taken"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.holder}"


class TopUp(models.Model):
    """What is to be topped up. The full number is for whoever pays at the counter, and is gone when the errand ends."""

    class Service(models.TextChoices):
        GAS = "gas", _("gas")
        WATER = "water", _("water")
        ELECTRICITY = "electricity", _("electricity")
        PHONE = "phone", _("mobile phone")

    errand = models.OneToOneField(
        Errand, on_delete=models.CASCADE, primary_key=True, related_name="top_up", verbose_name=_("errand")
    )
    service = models.CharField(_("what for"), max_length=12, choices=Service.choices)
    number = models.CharField(_("card number"), max_length=40, blank=True)
    # What every page shows: ····1234.
    number_end = models.CharField(_("last digits"), max_length=4, blank=True)
    wanted = models.DecimalField(_("how much, yuan"), max_digits=7, decimal_places=2)

    class Meta:
        verbose_name = _("top-up")
        verbose_name_plural = _("top-ups")
        constraints = [
            models.CheckConstraint(condition=Q(wanted__gt=0), name="top_up_of_something"),
        ]

    def __str__(self) -> str:
        return f"{self.get_service_display()} {self.wanted}"
