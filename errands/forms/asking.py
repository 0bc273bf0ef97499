"""Writing an errand down for somebody who called or came, and putting it right."""

from collections.abc import Collection
from decimal import Decimal
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from compound.forms.doors import FindsDoor, RoomField
from compound.forms.once import OnceField
from compound.models import Compound, User
from errands.forms.numbers import CountField, SumField
from errands.models import Errand, TopUp
from errands.services.asking import MedicineWish, TopUpWish
from orders.models import SupplyPoint

Kind = Errand.Kind
ROWS = 5


def yuan(label: Any) -> SumField:
    return SumField(label=label, min_value=Decimal("0.01"), max_digits=9, decimal_places=2)


class PointField(forms.ModelChoiceField[SupplyPoint]):
    def label_from_instance(self, obj: Any) -> str:
        return str(obj.name)


def points_of(compound: Compound, kind: str, now: SupplyPoint | None = None) -> QuerySet[SupplyPoint]:
    """Medicine comes from a pharmacy, and only from one; `now`: what stands there already may stay."""
    points = compound.supply_points.filter(is_active=True)
    if kind == Kind.MEDICINE:
        points = points.filter(kind=SupplyPoint.Kind.PHARMACY)
    return points | compound.supply_points.filter(pk=now.pk) if now is not None else points


class MedicineRow(forms.Form):
    """The boxes of one medicine; a row in which nothing is typed counts for nothing."""

    name = forms.CharField(label=_("Name on the box"), max_length=60, required=False)
    specification = forms.CharField(
        label=_("Specification"),
        max_length=40,
        required=False,
        widget=forms.TextInput(attrs={"placeholder": "0.25g×24粒", "autocomplete": "off"}),
    )
    maker = forms.CharField(label=_("Maker"), max_length=60, required=False)
    quantity = CountField(
        label=pgettext_lazy("medicine", "How many"),
        min_value=1,
        max_value=99,
        required=False,
        widget=forms.TextInput(attrs={"class": "short", "inputmode": "numeric", "placeholder": "1"}),
    )
    unit = forms.CharField(
        label=_("Unit"),
        max_length=10,
        required=False,
        widget=forms.TextInput(attrs={"class": "short", "placeholder": "盒"}),
    )
    is_cold = forms.BooleanField(label=_("Keep cold"), required=False)
    needs_prescription = forms.BooleanField(label=_("On prescription"), required=False)
    photo = forms.FileField(
        label=_("Photo of the empty box or the prescription"),
        required=False,
        widget=forms.FileInput(attrs={"accept": "image/*"}),
    )

    @property
    def wish(self) -> MedicineWish | None:
        """Asked for once: a photo that was uploaded is read once."""
        data = self.cleaned_data
        if not any(value for value in data.values()):
            return None
        photo = data["photo"]
        return MedicineWish(
            name=data["name"],
            quantity=data["quantity"] or 1,
            unit=data["unit"] or "盒",
            maker=data["maker"],
            specification=data["specification"],
            is_cold=data["is_cold"],
            needs_prescription=data["needs_prescription"],
            photo=photo.read() if photo else None,
        )


class AskForm(FindsDoor):
    """One kind of errand. `rows` are the medicines; nothing typed is lost when something is missing."""

    id = OnceField()
    room = RoomField()
    chosen = forms.CharField(max_length=62, required=False, widget=forms.HiddenInput)
    person = forms.CharField(
        label=pgettext_lazy("medicine", "For whom"),
        max_length=40,
        help_text=_("One person, one bag: ask again for a second person."),
    )
    service = forms.ChoiceField(label=_("What for"), choices=TopUp.Service.choices)
    number = forms.CharField(
        label=_("Number of the card, the meter or the telephone"),
        max_length=40,
        help_text=_("Only the runner sees all of it, and it is erased when the errand ends."),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    wanted = yuan(_("How much, yuan"))
    text = forms.CharField(
        label=_("What is needed"), max_length=300, widget=forms.Textarea(attrs={"rows": 3, "maxlength": 300})
    )
    supply_point = PointField(
        label=_("Pharmacy or shop"), queryset=SupplyPoint.objects.none(), required=False, empty_label=_("not decided")
    )
    refusal_borne_by = forms.ChoiceField(
        label=_("Who pays if it is refused at the door"),
        choices=Errand.Bears.choices,
        required=False,
        help_text=_("It must be said before the medicine is bought."),
    )
    is_urgent = forms.BooleanField(
        label=_("Urgent: tell the coordinators and the medical group at once, at any hour"), required=False
    )
    channel = forms.ChoiceField(
        label=_("Came by"),
        choices=[(c.value, c.label) for c in (Errand.Channel.PHONE, Errand.Channel.DESK)],
        widget=forms.Select(attrs={"class": "short"}),
    )

    FIELDS = {
        Kind.MEDICINE: ("person", "text", "supply_point", "refusal_borne_by"),
        Kind.TOP_UP: ("service", "number", "wanted", "text", "supply_point"),
        Kind.HELP: ("person", "text", "supply_point"),
    }

    def __init__(
        self, *args: Any, compound: Compound, kind: str, only: frozenset[int] | None = None, **kwargs: Any
    ) -> None:
        super().__init__(*args, compound=compound, only=only, **kwargs)
        self.kind = Kind(kind)
        wanted = {"id", "room", "chosen", "is_urgent", "channel", *self.FIELDS[self.kind]}
        for name in set(self.fields) - wanted:
            del self.fields[name]
        self.fields["supply_point"].queryset = points_of(compound, kind)  # type: ignore[attr-defined]
        if self.kind == Kind.HELP:
            self.fields["person"].required = False
            self.fields["person"].help_text = ""
        else:
            self.fields["text"].required = False
            self.fields["text"].label = _("What else the runner should know")
        self.rows: list[MedicineRow] = []
        if self.kind == Kind.MEDICINE:
            data, files = (self.data, self.files) if self.is_bound else (None, None)
            self.rows = [MedicineRow(data, files, prefix=f"m{number}") for number in range(ROWS)]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        if room := data.get("room"):
            self.find_door(room, data.get("chosen") or "")
        if not all(row.is_valid() for row in self.rows):
            self.add_error(None, ValidationError(_("Look at the medicines: something is not right there."), code="row"))
        return data

    @property
    def asked(self) -> dict[str, Any]:
        """For `ask_errand`; only of a valid form."""
        data = self.cleaned_data
        facts: dict[str, Any] = {
            "id": data["id"],
            "household": self.household,
            "kind": self.kind,
            "channel": data["channel"],
            "is_urgent": data["is_urgent"],
            "person": data.get("person", ""),
            "text": data["text"],
            "supply_point": data["supply_point"],
            "refusal_borne_by": data.get("refusal_borne_by", ""),
            "medicines": [wish for row in self.rows if (wish := row.wish) is not None],
        }
        if self.kind == Kind.TOP_UP:
            facts["top_up"] = TopUpWish(service=data["service"], number=data["number"], wanted=data["wanted"])
        return facts


class ChangeForm(forms.Form):
    """What can be put right before the errand ends."""

    person = forms.CharField(label=pgettext_lazy("medicine", "For whom"), max_length=40, required=False)
    text = forms.CharField(
        label=_("What is needed"),
        max_length=300,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3, "maxlength": 300}),
    )
    supply_point = PointField(
        label=_("Pharmacy or shop"), queryset=SupplyPoint.objects.none(), required=False, empty_label=_("not decided")
    )
    refusal_borne_by = forms.ChoiceField(
        label=_("Who pays if it is refused at the door"), choices=Errand.Bears.choices, required=False
    )
    is_urgent = forms.BooleanField(label=_("Urgent"), required=False)

    def __init__(self, *args: Any, errand: Errand, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial = {name: getattr(errand, name) for name in ("person", "text", "refusal_borne_by", "is_urgent")}
        self.initial["supply_point"] = errand.supply_point_id
        points = points_of(errand.compound, errand.kind, errand.supply_point)
        self.fields["supply_point"].queryset = points  # type: ignore[attr-defined]
        if errand.kind != Kind.MEDICINE:
            del self.fields["refusal_borne_by"]
        if errand.kind == Kind.TOP_UP:
            del self.fields["person"]

    @property
    def said(self) -> dict[str, Any]:
        return {"person": "", "refusal_borne_by": "", **self.cleaned_data}


class GiveForm(forms.Form):
    runner = forms.ModelChoiceField(label=_("Who goes"), queryset=User.objects.none(), empty_label=None)

    def __init__(self, *args: Any, runners: QuerySet[User], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["runner"].queryset = runners  # type: ignore[attr-defined]


class AmountForm(forms.Form):
    amount = yuan(_("What it really cost, yuan"))
    paid_by = forms.ModelChoiceField(label=_("Who paid"), queryset=User.objects.none(), empty_label=None)
    reason = forms.CharField(label=_("Why"), max_length=100)

    def __init__(self, *args: Any, runners: QuerySet[User], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["paid_by"].queryset = runners  # type: ignore[attr-defined]


class WithdrawForm(forms.Form):
    reason = forms.CharField(label=_("Why is it not needed?"), max_length=100)


class MistakeForm(forms.Form):
    """What was said by mistake, of what can be taken back as it stands."""

    what = forms.ChoiceField(label=_("What did not happen"), widget=forms.RadioSelect)
    reason = forms.CharField(label=_("Why"), max_length=100)

    LABELS = {
        "ended": _("How it ended"),
        "bought": _("That it was bought or done"),
        "card": _("That the card is back"),
    }

    def __init__(self, *args: Any, found: Collection[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = [(what, label) for what, label in self.LABELS.items() if what in found]
        self.fields["what"].choices = choices  # type: ignore[attr-defined]
        self.initial = {"what": choices[0][0] if choices else ""}
