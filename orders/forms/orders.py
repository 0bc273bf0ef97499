"""Typing an order in for somebody on the phone."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from compound.forms.doors import FindsDoor, RoomField
from compound.forms.once import OnceField
from compound.models import Compound
from compound.rooms import clean
from orders.forms.pastes import quantity_of
from orders.jielong import parse_chain
from orders.models import Order
from orders.services.orders import Line

FEWEST_ROWS = 3


@dataclass(frozen=True)
class TypedLine:
    """A row of boxes as it was typed, and what is wrong with it."""

    goods: str = ""
    quantity: str = ""
    unit: str = ""
    problem: str = ""


class OrderForm(FindsDoor):
    """Room, goods in rows or in one sentence, remark. `rows` is what the page shows again; nothing typed is lost."""

    id = OnceField()
    room = RoomField()
    chosen = forms.CharField(max_length=62, required=False, widget=forms.HiddenInput)
    sentence = forms.CharField(
        label=_("In one line"),
        max_length=400,
        required=False,
        help_text=_("As in the chat, for example: 鸡蛋2板 牛奶1箱"),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    remark = forms.CharField(label=_("Remark"), max_length=200, required=False)
    channel = forms.ChoiceField(
        label=_("Came by"),
        choices=[(c.value, c.label) for c in (Order.Channel.PHONE, Order.Channel.DESK)],
        initial=Order.Channel.PHONE,
        widget=forms.Select(attrs={"class": "short"}),
    )

    def __init__(self, *args: Any, compound: Compound, only: frozenset[int] | None = None, **kwargs: Any) -> None:
        super().__init__(*args, compound=compound, only=only, **kwargs)
        self.rows = self._typed_rows()

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        if room := data.get("room"):
            self.find_door(room, data.get("chosen") or "")
        if sentence := data.get("sentence"):
            self._read_sentence(sentence)
        self.rows = [self._checked(row) for row in self.rows if row.goods or row.quantity]
        if problem := next((row.problem for row in self.rows if row.problem), ""):
            self.add_error(None, ValidationError(problem, code="line"))
        elif not self.rows:
            text = _("Write at least one good and how much of it.")
            self.add_error(None, ValidationError(text, code="no_lines"))
        return data

    @property
    def lines(self) -> list[Line]:
        """For the service; only of a valid form."""
        return [Line(row.goods, Decimal(row.quantity).quantize(Decimal("0.001")), row.unit) for row in self.rows]

    @property
    def padded_rows(self) -> list[TypedLine]:
        """What was typed, and empty rows up to three."""
        return self.rows + [TypedLine()] * max(FEWEST_ROWS - len(self.rows), 1)

    def _read_sentence(self, sentence: str) -> None:
        """Goods of the sentence become rows below; words that are no goods go into the remark."""
        chain = parse_chain(f"#接龙\n\n1. {clean(sentence)}\n")
        items = [item.as_dict() for entry in chain.entries for item in entry.items]
        if not items:
            self.add_error("sentence", ValidationError(_("No goods were understood: use the rows below."), code="no"))
            return
        self.rows += [TypedLine(item["goods"], item["quantity"] or "", item["unit"]) for item in items]
        notes = " ".join(entry.note for entry in chain.entries if entry.note)
        self._show("sentence", "")
        if notes and notes not in self.cleaned_data.get("remark", ""):
            self.cleaned_data["remark"] = f"{self.cleaned_data.get('remark', '')} {notes}".strip()[:200]
            self._show("remark", self.cleaned_data["remark"])

    def _show(self, name: str, text: str) -> None:
        """What the page shows in a box instead of what was typed there."""
        if isinstance(self.data, QueryDict):
            data = self.data.copy()
            data[name] = text
            self.data = data

    def _typed_rows(self) -> list[TypedLine]:
        getlist = getattr(self.data, "getlist", None)
        if getlist is None:
            return []
        columns = (getlist(name)[:100] for name in ("goods", "quantity", "unit"))
        rows = [TypedLine(clean(g)[:100], clean(q)[:60], clean(u)[:10]) for g, q, u in zip(*columns, strict=False)]
        return [row for row in rows if row.goods or row.quantity or row.unit]

    def _checked(self, row: TypedLine) -> TypedLine:
        problem = ""
        if not row.goods:
            problem = str(_("Write which good the %(quantity)s are.") % {"quantity": row.quantity})
        elif not row.quantity:
            problem = str(_("How much %(goods)s? Write the quantity.") % {"goods": row.goods})
        else:
            try:
                quantity_of(row.quantity)
            except ValidationError as error:
                problem = str(error.messages[0])
        return TypedLine(row.goods, row.quantity, row.unit, problem)
