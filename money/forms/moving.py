"""Forms that move money: what a household pays or gets, what a volunteer brings or gets, what is in the box."""

import datetime as dt
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from compound.forms.once import OnceField
from compound.models import Compound, Household, User
from money.forms.amounts import YuanField
from money.models import Entry
from money.queries.balances import AccountBalance
from money.queries.unproved import Unproved

# Days. What was paid before is a slip of the finger.
LONGEST_AGO = 366
METHODS = [(method.value, method.label) for method in (Entry.Method.CASH, Entry.Method.TRANSFER)]


class PersonField(forms.ModelChoiceField[User]):
    """One of `people`; empty is what `empty_label` says: the cash box, everybody."""

    def __init__(self, *, people: Iterable[User] = (), **kwargs: Any) -> None:
        super().__init__(queryset=User.objects.none(), **kwargs)
        self.offer(people)

    def offer(self, people: Iterable[User]) -> None:
        self.queryset = User.objects.filter(pk__in=[user.pk for user in people]).order_by("name", "phone")


class PlaceForm(forms.Form):
    """Where money goes to or comes from: the cash box, or somebody's hands or phone.

    `only`: whoever does not run the money answers for what he takes himself; then there is nothing to choose.
    """

    id = OnceField()
    method = forms.ChoiceField(label=_("How"), choices=METHODS, initial=Entry.Method.CASH)
    person = PersonField(label=_("Who has it"), required=False, empty_label=_("Cash box"))

    def __init__(self, *args: Any, people: Iterable[User], only: User | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.only = only
        if only is None:
            self.fields["person"].offer(people)  # type: ignore[attr-defined]
        else:
            del self.fields["person"]

    @property
    def holder(self) -> User | None:
        return self.only or self.cleaned_data.get("person")


class PaidForm(PlaceForm):
    """What households have paid. `on`: a day of the compound, `today` where nothing is said."""

    on = forms.DateField(
        label=_("Paid on"), required=False, widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )

    def __init__(self, *args: Any, today: dt.date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.today = today
        self.fields["on"].initial = today

    def clean_on(self) -> dt.date:
        on: dt.date = self.cleaned_data["on"] or self.today
        if not self.today - dt.timedelta(days=LONGEST_AGO) <= on <= self.today:
            raise ValidationError(_("A day of the last twelve months, today at the latest."), code="day")
        return on


class PaymentForm(PaidForm):
    """`again`: the same sum a second time on one day; asked for only where that is so.

    `is_above`: the box beside the sum that is more than what is owed is ticked. Another sum is asked about anew.
    """

    amount = YuanField(label=_("Paid, yuan"))
    again = forms.BooleanField(label=_("It is a second payment"), required=False)
    field_order = ("id", "amount", "on", "method", "person", "again")

    @property
    def is_above(self) -> bool:
        return self.data.get("above") == self.asks_above

    @property
    def asks_above(self) -> str:
        """What the box says yes to."""
        return f"{self.cleaned_data.get('amount', 0):.2f}"


class RefundForm(PlaceForm):
    amount = YuanField(label=_("Given back, yuan"))
    reason = forms.CharField(label=_("Why"), max_length=200)
    field_order = ("id", "amount", "reason", "method", "person")


class WriteOffForm(forms.Form):
    id = OnceField()
    amount = YuanField(label=_("Written off, yuan"))
    reason = forms.CharField(label=_("Why"), max_length=200)


class FromDonationsForm(forms.Form):
    id = OnceField()
    amount = YuanField(label=_("Out of donations, yuan"))
    reason = forms.CharField(label=_("Why"), max_length=200, required=False)


class TakeBackForm(forms.Form):
    id = OnceField()
    reason = forms.CharField(label=_("Why is it taken back?"), max_length=200)


class GiftForm(PlaceForm):
    amount = YuanField(label=_("Given, yuan"))
    note = forms.CharField(
        label=_("Note"), max_length=200, required=False, help_text=_("Only who runs the money reads it.")
    )
    field_order = ("id", "amount", "note", "method", "person")


class PartForm(PlaceForm):
    """A part of what one volunteer is owed: `user`, paid by `person` or out of the box."""

    user = PersonField(label=_("Gets the money"), empty_label=None)
    amount = YuanField(label=_("Amount, yuan"))
    field_order = ("id", "user", "amount", "method", "person")

    def __init__(self, *args: Any, people: Iterable[User], owed: Iterable[User], **kwargs: Any) -> None:
        super().__init__(*args, people=people, **kwargs)
        self.fields["user"].offer(owed)  # type: ignore[attr-defined]


class WithVolunteerForm(forms.Form):
    """Money to or from one volunteer."""

    id = OnceField()
    user = PersonField(label=_("Volunteer"), empty_label=None)
    amount = YuanField(label=_("Amount, yuan"))

    def __init__(self, *args: Any, people: Iterable[User], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["user"].offer(people)  # type: ignore[attr-defined]


class CountForm(forms.Form):
    id = OnceField()
    counted = YuanField(label=_("In the box, yuan"), nought=True)
    reason = forms.CharField(
        label=_("If it differs: why?"),
        max_length=200,
        required=False,
        help_text=_("Only where the ledger expects another sum."),
    )
    note = forms.CharField(label=_("Note"), max_length=200, required=False)


# ── lists ─────────────────────────────────


@dataclass
class Row:
    """A line of a list with its box: what was typed stays, with what is wrong about it."""

    line: AccountBalance
    ticked: bool
    typed: str
    error: str = ""
    unproved: Unproved | None = None

    @property
    def owed(self) -> Decimal:
        """What there is to pay, whichever way it goes."""
        return abs(self.line.balance)

    @property
    def key(self) -> str:
        return str(self.line.account.household or self.line.account.user_id)


class PaymentsForm(PaidForm):
    """The households of one building that owe: boxes `paid` by room, amounts `amount-<room>`.

    `all_ticked`: how it begins; nobody is ticked where nothing is said.
    """

    def __init__(self, *args: Any, owing: Iterable[AccountBalance], all_ticked: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        ticked = set(self.data.getlist("paid")) if self.is_bound else set()  # type: ignore[attr-defined]
        self.rows = [
            Row(
                line,
                (room := str(line.account.household)) in ticked or (all_ticked and not self.is_bound),
                self._typed(room, line.balance),
            )
            for line in owing
        ]
        # Paid by another hand since the list was drawn: they owe nothing now and have no row any more.
        self.gone = sorted(ticked - {row.key for row in self.rows})
        self.paid: list[tuple[Household, Decimal]] = []
        # What the box below the list says yes to, where it is asked.
        self.asks_above = ""

    @property
    def above(self) -> dict[Household, Decimal]:
        """The sums that are more than what is owed, and that somebody has said to be right."""
        said = set(str(self.data.get("above", "")).split())
        return {household: amount for household, amount in self.paid if f"{household.room}={amount:.2f}" in said}

    def ask_above(self, rooms: Collection[str]) -> None:
        """Marks the rows and asks one question about them, and about those that were asked about before."""
        for row in self.rows:
            if row.key in rooms:
                row.error = str(_("More than what is owed."))
        asked = {*rooms, *(household.room for household in self.above)}
        self.asks_above = " ".join(f"{door.room}={amount:.2f}" for door, amount in self.paid if door.room in asked)

    def _typed(self, room: str, owed: Decimal) -> str:
        return str(self.data.get(f"amount-{room}", "")) if self.is_bound else f"{owed:.2f}"

    def clean(self) -> dict[str, Any]:
        field = YuanField()
        for row in self.rows:
            if not row.ticked or row.line.account.household is None:
                continue
            try:
                self.paid.append((row.line.account.household, field.clean(row.typed)))
            except ValidationError as error:
                row.error = " ".join(error.messages)
        if any(row.error for row in self.rows):
            raise ValidationError(_("Some amounts cannot be read: they are marked."), code="amounts")
        if not self.paid:
            raise ValidationError(_("Tick who has paid."), code="nobody")
        return self.cleaned_data


class SettleForm(PlaceForm):
    """The volunteers who are owed something: boxes `user`, and `owed-<user>` what the page showed.

    Ticked at first are those for whom `box`, what is in the cash box, is enough, without those of whose errands so
    much has `no_photo` (by user's primary key) that somebody should look first. `all_ticked` says otherwise.
    """

    def __init__(
        self,
        *args: Any,
        compound: Compound,
        owed: Iterable[AccountBalance],
        box: Decimal,
        no_photo: Mapping[int, Unproved] | None = None,
        all_ticked: bool | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.compound = compound
        self.ticked = set(self.data.getlist("user")) if self.is_bound else set()  # type: ignore[attr-defined]
        self.rows = []
        for line in owed:
            unproved = (no_photo or {}).get(line.account.user_id or 0)
            if self.is_bound:
                ticked = str(line.account.user_id) in self.ticked
            elif all_ticked is not None:
                ticked = all_ticked
            else:
                ticked = -line.balance <= box and not (unproved and unproved.is_much)
            box += line.balance if ticked else 0
            self.rows.append(Row(line, ticked, f"{-line.balance:.2f}", unproved=unproved))
        self.owed: dict[User, Decimal] = {}

    def clean(self) -> dict[str, Any]:
        field = YuanField()
        keys = {int(key) for key in self.ticked if key.isascii() and key.isdigit() and len(key) < 10}
        for user in User.objects.filter(pk__in=keys, accounts__compound=self.compound).distinct():
            try:
                self.owed[user] = field.clean(self.data.get(f"owed-{user.pk}", ""))
            except ValidationError:
                raise ValidationError(_("The list is not what it was: load the page again."), code="amounts") from None
        if not self.owed:
            raise ValidationError(_("Tick who gets the money."), code="nobody")
        return self.cleaned_data
