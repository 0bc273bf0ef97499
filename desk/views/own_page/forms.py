"""Forms of the household's page. Few boxes, every word kept when something is wrong."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from compound.rooms import clean
from errands.forms.numbers import CountField
from errands.models import Errand, TopUp
from errands.services.asking import MedicineWish, TopUpWish
from money.forms.amounts import YuanField
from orders.forms.pastes import quantity_of
from orders.jielong import parse_chain
from orders.models import Offer, Order, OrderLine
from orders.quantities import plain
from orders.services.orders import Line

MOST_PHOTO_BYTES = 12 * 1024 * 1024
# Between two goods; a number that only counts the lines (1. 2、 ③); a telephone number; what is no word of a good.
SPACE = re.compile(r"[\s,，、;；。]+")
COUNTING = re.compile(r"^\s*\d{1,2}\s*[.、．)）](?!\d)|[①-⑳]", re.MULTILINE)
NUMBER = re.compile(r"[\d一二两三四五六七八九十半]")
LONG_NUMBER = re.compile(r"\d{7}")
NO_WORD = re.compile(r"[\d\s.×xX*()（）一二两三四五六七八九十半]")


@dataclass(frozen=True)
class Box:
    """One good of the list with the box for how much: `name` of the box, what stands in it, what is wrong with it."""

    offer: Offer
    name: str
    value: str
    error: str = ""

    @property
    def cap(self) -> str:
        return plain(self.offer.cap) if self.offer.cap is not None else ""


@dataclass(frozen=True)
class Shelf:
    """A section of the shop with its goods; '' for goods without one."""

    name: str
    boxes: list[Box]


class OrderForm:
    """How much of each good that is offered, and what else in a line of its own.

    No Django form: a round has some hundred goods, and each is one box.
    """

    def __init__(
        self,
        offers: Sequence[Offer],
        data: Mapping[str, str] | None,
        *,
        lines: Sequence[OrderLine] = (),
        remark: str = "",
    ) -> None:
        self.offers, self.is_bound = offers, data is not None
        self.error = ""
        self.lines: list[Line] = []
        self.missing: list[str] = []
        if data is not None:
            self._values = {name: clean(data.get(name, ""))[:20] for name in map(_name, offers)}
            self.more, self.remark = typed(data.get("more", ""))[:400], typed(data.get("remark", ""))[:200]
        else:
            self._values, rest = self._from_lines(lines)
            self.more, self.remark = " ".join(map(str, rest)), remark
        self._errors: dict[str, str] = {}
        self.more_error = ""

    def _from_lines(self, lines: Sequence[OrderLine]) -> tuple[dict[str, str], list[OrderLine]]:
        """What stands in the boxes for an order that is there, and its lines that have no box."""
        sums: dict[str, Decimal] = {}
        rest = []
        by_good = {(offer.item_id, offer.item.unit): offer for offer in self.offers}
        for line in lines:
            offer = by_good.get((line.item_id or 0, line.unit))
            if offer is None:
                rest.append(line)
            else:
                sums[_name(offer)] = sums.get(_name(offer), Decimal(0)) + line.ordered
        return {name: plain(quantity) for name, quantity in sums.items()}, rest

    def keep_only_offered(self) -> None:
        """Of an order that is repeated: what has no box now is named, not ordered in words."""
        self.missing, self.more = ([self.more] if self.more else []), ""

    @property
    def shelves(self) -> list[Shelf]:
        found: list[Shelf] = []
        for offer in self.offers:
            section = offer.item.section.name if offer.item.section else ""
            if not found or found[-1].name != section:
                found.append(Shelf(section, []))
            name = _name(offer)
            found[-1].boxes.append(Box(offer, name, self._values.get(name, ""), self._errors.get(name, "")))
        return found

    def is_valid(self) -> bool:
        if not self.is_bound:
            return False
        for offer in self.offers:
            self._read(offer)
        self._read_more()
        if self._errors:
            self.error = _("Look at the boxes marked ✕ and write a number, for example 2.")
        elif not self.lines and not self.more_error:
            self.error = _("Nothing is chosen yet: write a number beside what you want.")
        return not (self.error or self.more_error)

    def _read(self, offer: Offer) -> None:
        name, unit = _name(offer), offer.item.unit
        typed = self._values[name].removesuffix(unit) if unit else self._values[name]
        # `0` is what is left in a box of which one wants none after all.
        if not typed.strip("0.　 "):
            return
        try:
            quantity = quantity_of(typed)
        except ValidationError:
            self._errors[name] = _("Write a number, for example 2.")
            return
        if quantity is not None:
            self.lines.append(Line(offer.item.name, Decimal(quantity).quantize(Decimal("0.001")), unit))

    def _read_more(self) -> None:
        """Good by good: what is no good with how much of it is asked about in its own words, never left out."""
        for piece in _pieces(self.more):
            lines, note = _goods_in(piece)
            if not lines:
                self.more_error = _(
                    "Not understood: “%(words)s”. Write each good with how much of it, for example: 盐2包 葱1把. "
                    "Anything else goes into the last box."
                ) % {"words": piece}
                return
            self.lines += lines
            if note and note not in self.remark:
                self.remark = f"{self.remark} {note}".strip()[:200]


def _pieces(text: str) -> list[str]:
    """`1、盐 2包，葱1把` → `盐2包`, `葱1把`: without numbers that only count the lines."""
    found: list[str] = []
    for piece in SPACE.split(clean_lines(COUNTING.sub(" ", text))):
        # A good and how much of it, with a space between: 盐 2包, 牛奶250ml 2盒.
        is_rest = found and NUMBER.match(piece) and not _goods_in(piece)[0]
        if is_rest and _goods_in(found[-1] + piece)[0]:
            found[-1] += piece
        elif piece:
            found.append(piece)
    return found


def _goods_in(piece: str) -> tuple[list[Line], str]:
    """What one piece orders, and what stands in brackets beside it; no lines where any of it is something else.

    The reader of chats finds rooms and telephone numbers too, and leaves out what it does not know: not here.
    """
    entries = parse_chain(f"#接龙\n\n1. {piece}\n").entries
    if len(entries) != 1 or entries[0].room or LONG_NUMBER.search(piece):
        return [], ""
    items = [item.as_dict() for item in entries[0].items]
    if not all(item["goods"] and item["quantity"] for item in items):
        return [], ""
    note = entries[0].note
    read = note + "".join(f"{item['goods']}{item['unit']}" for item in items)
    if sorted(NO_WORD.sub("", read)) != sorted(NO_WORD.sub("", piece)):
        return [], ""
    return [Line(item["goods"], _thousandths(item["quantity"]), item["unit"]) for item in items], note


def _thousandths(quantity: str | None) -> Decimal:
    return Decimal(quantity or 0).quantize(Decimal("0.001"))


def typed(text: str) -> str:
    """What somebody has typed, without control characters: no column holds a NUL."""
    return "".join(sign for sign in text if sign.isprintable() or sign in "\n ").strip()


def clean_lines(text: str) -> str:
    return "\n".join(clean(line) for line in text.splitlines())


def _name(offer: Offer) -> str:
    return f"q{offer.pk}"


def again(offers: Sequence[Offer], last: Order) -> OrderForm:
    """The form filled in with an earlier order; `missing` names what is not on the list this time."""
    form = OrderForm(offers, None, lines=list(last.lines.all()))
    form.keep_only_offered()
    return form


def _text(label: Any, most: int, *, required: bool = True, **more: Any) -> forms.CharField:
    return forms.CharField(label=label, max_length=most, required=required, **more)


class MedicineForm(forms.Form):
    """One medicine as it stands on the box; a photo of the box says more than the boxes here."""

    person = _text(gettext_lazy("Who is it for?"), 40, help_text=gettext_lazy("For example: grandmother Wang."))
    name = _text(gettext_lazy("Name of the medicine"), 60, help_text=gettext_lazy("The name that stands on the box."))
    specification = _text(
        gettext_lazy("How strong"), 40, required=False, help_text=gettext_lazy("For example 0.5g×20.")
    )
    maker = _text(gettext_lazy("Maker"), 60, required=False)
    quantity = CountField(label=gettext_lazy("How many boxes"), min_value=1, max_value=99, initial=1)
    photo = forms.FileField(
        label=gettext_lazy("Photo of the box or the prescription"),
        required=False,
        widget=forms.ClearableFileInput(attrs={"accept": "image/*"}),
    )
    needs_prescription = forms.BooleanField(label=gettext_lazy("Only on prescription"), required=False)
    is_cold = forms.BooleanField(label=gettext_lazy("Must be kept cold"), required=False)
    text = _text(gettext_lazy("Anything else"), 300, required=False)
    is_urgent = forms.BooleanField(label=gettext_lazy("Urgent: it is needed within hours"), required=False)

    def clean_photo(self) -> bytes | None:
        photo = self.cleaned_data.get("photo")
        if not photo:
            return None
        if photo.size > MOST_PHOTO_BYTES:
            raise ValidationError(_("This photo is too large: take a smaller one, or send it without."))
        return bytes(photo.read())

    def asked(self) -> dict[str, Any]:
        data = self.cleaned_data
        wish = MedicineWish(
            name=data["name"],
            quantity=data["quantity"],
            maker=data["maker"],
            specification=data["specification"],
            is_cold=data["is_cold"],
            needs_prescription=data["needs_prescription"],
            photo=data["photo"],
        )
        return {
            "person": data["person"],
            "text": data["text"],
            "medicines": [wish],
            "is_urgent": data["is_urgent"],
        }


class TopUpForm(forms.Form):
    service = forms.ChoiceField(label=gettext_lazy("What for"), choices=TopUp.Service.choices, widget=forms.RadioSelect)
    number = _text(
        gettext_lazy("Number of the card or the telephone"),
        40,
        help_text=gettext_lazy("Only whoever pays it in sees it, and it is deleted when that is done."),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    wanted = YuanField(
        label=gettext_lazy("How much, in yuan"),
        widget=forms.TextInput(attrs={"inputmode": "decimal"}),
    )
    is_urgent = forms.BooleanField(label=gettext_lazy("Urgent: it is nearly used up"), required=False)

    def asked(self) -> dict[str, Any]:
        data = self.cleaned_data
        wish = TopUpWish(service=data["service"], wanted=data["wanted"], number=data["number"])
        return {"top_up": wish, "is_urgent": data["is_urgent"]}


class HelpForm(forms.Form):
    text = _text(
        gettext_lazy("What do you need?"),
        300,
        help_text=gettext_lazy("In a few words, for example: the tap drips, somebody to talk to."),
        widget=forms.Textarea(attrs={"rows": 4}),
    )
    is_urgent = forms.BooleanField(label=gettext_lazy("Urgent: it cannot wait"), required=False)

    def asked(self) -> dict[str, Any]:
        return {"text": self.cleaned_data["text"], "is_urgent": self.cleaned_data["is_urgent"]}


ASK_FORMS: dict[str, type[MedicineForm | TopUpForm | HelpForm]] = {
    Errand.Kind.MEDICINE.value: MedicineForm,
    Errand.Kind.TOP_UP.value: TopUpForm,
    Errand.Kind.HELP.value: HelpForm,
}
