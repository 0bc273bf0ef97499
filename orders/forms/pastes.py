"""Forms of a paste: the text that goes in, and a word about one of its entries."""

from decimal import Decimal
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from compound.models import Building, Compound, Household
from compound.queries.doors import doors_for
from compound.rooms import clean
from orders.models import ChainEntry, ChainImport, ChainSource
from orders.quantities import decimal_of, number_of
from orders.queries.review import TWICE, Good, who_of
from orders.services.chain_deciding import Word
from orders.services.chain_reading import EARLIER
from orders.services.orders import as_line

Change, Decision, Status = ChainEntry.Change, ChainEntry.Decision, ChainEntry.Status


# The choice that is no group yet.
NEW = "new"


class PasteForm(forms.Form):
    """The text of the chat. Without a group chosen the name of a new one is needed."""

    text = forms.CharField(
        label=_("Text of the chat"),
        strip=False,
        error_messages={"required": _("Paste the text of the chat first.")},
        help_text=_("The whole 接龙 as it stands in the chat, with its heading. Old copies of it do no harm."),
        widget=forms.Textarea(attrs={"rows": 14, "class": "area", "spellcheck": "false", "autofocus": True}),
    )
    source = forms.ChoiceField(label=_("Chat group"))
    new_source = forms.CharField(label=_("Name of the new group"), max_length=40, required=False)
    building = forms.ModelChoiceField(
        label=_("Group of one building only"),
        queryset=Building.objects.none(),
        required=False,
        empty_label=_("no, of several"),
        help_text=_("Then a room number alone belongs to this building."),
        widget=forms.Select(attrs={"class": "short"}),
    )
    goods = forms.CharField(
        label=_("What does a bare “6份” mean here?"),
        max_length=60,
        required=False,
        help_text=_("Only where the lines name no goods. Empty: the round's only good, or the heading."),
    )

    def __init__(self, *args: Any, compound: Compound, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        groups = compound.chain_sources.filter(is_active=True, kind=ChainSource.Kind.CHAT)
        self.sources = {str(source.pk): source for source in groups}
        choices = [(pk, source.name) for pk, source in self.sources.items()]
        self.fields["source"].choices = [*choices, (NEW, _("a new group …"))]  # type: ignore[attr-defined]
        self.fields["building"].queryset = compound.buildings.order_by("sort_key")  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        if data.get("source") == NEW and not data.get("new_source"):
            self.add_error("new_source", ValidationError(_("Choose the group, or name a new one."), code="required"))
        return data

    @property
    def known_source(self) -> ChainSource | None:
        """The group that was chosen; None for a new one."""
        return self.sources.get(self.cleaned_data["source"])


class UnitForm(forms.Form):
    """Which unit all lines of a building without one are of."""

    building = forms.CharField(max_length=20)
    unit = forms.CharField(max_length=10)


class DecideForm(forms.Form):
    """A word about one entry of `chain_import`; `said` is for the service: about twins it has a word on each.

    `do` is take, leave, both, later, instead (of the order that came another way), or keep: nothing is decided yet;
    `reopen=<position>` says the same. `room` and `amount` come from one tap on a suggestion; `room_text` and the
    repeated `goods`, `quantity`, `unit` from the boxes.
    `own=<position>:<index>` takes back that an item's words mean a good of the list, or gives it back that meaning.
    """

    position = forms.IntegerField(min_value=0, max_value=1_000_000)
    do = forms.ChoiceField(
        choices=[(w, w) for w in ("take", "leave", "keep", "both", "later", "instead")], required=False
    )
    room = forms.CharField(max_length=62, required=False)
    room_text = forms.CharField(max_length=62, required=False)
    amount = forms.CharField(max_length=20, required=False)

    def __init__(self, data: QueryDict, *, chain_import: ChainImport, compound: Compound) -> None:
        if "reopen" in data:
            position = str(data["reopen"])
            data = data.copy()
            data["position"], data["do"] = position, "keep"
        if "own" in data:
            data = data.copy()
            data["position"], _colon, data["own"] = str(data["own"]).partition(":")
        super().__init__(data)
        self.chain_import, self.compound = chain_import, compound
        self.found: ChainEntry | None = None
        self.household: Household | None = None
        self.items: list[dict[str, str | None]] | None = None

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        entries = self.chain_import.entries.select_related("household", "chain_import", "follows")
        self.found = entries.filter(position=data.get("position", -1)).first()
        if self.found is None:
            raise ValidationError(_("This line is not there any more. Load the page again."), code="gone")
        if room := data.get("room") or data.get("room_text"):
            self._find_household(room)
        if amount := data.get("amount"):
            self._set_amount(amount)
        elif "own" in self.data:
            self._set_own(str(self.data["own"]))
        elif "goods" in self.data:
            self._read_items()
        return data

    @property
    def entry(self) -> ChainEntry:
        """Which entry it is about; only where `found` is one."""
        if self.found is None:
            raise ValueError("no entry")
        return self.found

    def _find_household(self, room: str) -> None:
        doors = doors_for(self.compound, room, building=self.chain_import.source.building)
        if not doors:
            raise ValidationError(
                _("There is no room “%(room)s” in the list of households.") % {"room": room}, code="room_unknown"
            )
        if len(doors) > 1:
            rooms = str(_(" or ")).join(door.room for door in doors)
            raise ValidationError(_("Which one: %(rooms)s?") % {"rooms": rooms}, code="room_several")
        self.household = doors[0]

    def _set_amount(self, amount: str) -> None:
        written, _colon, value = amount.partition(":")
        self._item(written)["quantity"] = quantity_of(value)

    def _set_own(self, written: str) -> None:
        item = self._item(written)
        item["own"] = None if item.get("own") else "yes"

    def _item(self, written: str) -> dict[str, str | None]:
        """The item at an index, to be changed; `items` holds them all from now on."""
        index = number_of(written)
        self.items = [dict(item) for item in self.entry.items]
        if index is None or index >= len(self.items):
            raise ValidationError(_("This line is not there any more. Load the page again."), code="gone")
        return self.items[index]

    def _read_items(self) -> None:
        """What stands in the boxes: a row without goods and quantity is no row."""
        rows = zip(*(self._list(name) for name in ("goods", "quantity", "unit")), strict=False)
        items: list[dict[str, str | None]] = []
        for goods, quantity, unit in rows:
            goods, unit = clean(goods)[:60], clean(unit)[:10]
            if goods or quantity.strip():
                items.append({"goods": goods, "quantity": quantity_of(quantity), "unit": unit})
        self.items = items

    def _list(self, name: str) -> list[str]:
        getlist = getattr(self.data, "getlist", None)
        return list(getlist(name)) if getlist else []

    @property
    def typed_items(self) -> list[Good]:
        """What stood in the boxes, understood or not."""
        rows = zip(*(self._list(name) for name in ("goods", "quantity", "unit")), strict=False)
        return [Good(goods[:60], quantity[:60], unit[:10]) for goods, quantity, unit in rows if goods or quantity]

    @property
    def said(self) -> list[Word]:
        """A suggestion takes the entry as soon as nothing is missing any more."""
        do = self.cleaned_data.get("do") or ""
        twins = self._twins() if do in ("both", "later") or self.household is not None else [self.entry]
        words = []
        for twin in twins:
            if do == "both" and twin.decision == Decision.TAKE:
                continue
            mine = twin.pk == self.entry.pk
            items = self.items if mine else None
            words.append(Word(twin, self._decision(twin, do, items, twins), self.household, items, do == "instead"))
        return words

    def _decision(
        self, twin: ChainEntry, do: str, items: list[dict[str, str | None]] | None, twins: list[ChainEntry]
    ) -> str:
        if do == "both":
            return Decision.TAKE
        if do == "later":
            return Decision.TAKE if twin.pk == twins[-1].pk else Decision.LEAVE
        if twin.pk != self.entry.pk:
            # The room of one line is the room of its twin; what to do with it is another question.
            return Decision.OPEN
        if do in ("take", "leave"):
            return do
        if twin.status == ChainEntry.Status.CANCEL and any(w.startswith(EARLIER) for w in twin.warnings):
            # Whose line it is opens the view of the orders before; what becomes of them is still to be seen.
            return Decision.OPEN
        if do == "instead":
            return Decision.TAKE
        if "own" in self.data:
            # What the words mean is one thing, whether the line counts another.
            return twin.decision
        asks_more = len(twins) > 1 or any(w.startswith(TWICE) for w in twin.warnings)
        wanted = twin.items if items is None else items
        known = self.household is not None or twin.household is not None
        complete = known and bool(wanted) and all(as_line(item) for item in wanted)
        return Decision.TAKE if complete and not asks_more and do != "keep" else Decision.OPEN

    def _twins(self) -> list[ChainEntry]:
        """The entries that are about the same name, in their order; once confirmed only what is still open."""
        in_review = self.chain_import.state == ChainImport.State.REVIEW
        by_name = self.cleaned_data.get("do") in ("both", "later") and in_review
        mine = who_of(self.entry, self.chain_import)
        entries = self.chain_import.entries.select_related("household", "chain_import", "follows").exclude(
            change=Change.GONE
        )
        twins = [
            entry
            for entry in entries.order_by("position")
            if who_of(entry, self.chain_import) == mine
            and (by_name or entry.pk == self.entry.pk or entry.decision == Decision.OPEN)
        ]
        is_named = any(w.startswith(TWICE) for twin in twins for w in twin.warnings)
        return twins if is_named else [self.entry]


def quantity_of(text: str) -> str | None:
    """`2`, `０.５`, `2.50`, `1,200` as the entry keeps it; None for an empty box.

    Raises ValidationError for anything else.
    """
    words = clean(text)
    if not words:
        return None
    number = decimal_of(words)
    # `quantize` looks at every digit; the default precision of other operations would round some of them away.
    if number is None or not 0 < number < 1_000_000 or number.quantize(Decimal("0.001")) != number:
        raise ValidationError(_("“%(text)s” is no quantity.") % {"text": words}, code="quantity")
    plain = f"{number:f}"
    return plain.rstrip("0").rstrip(".") if "." in plain else plain
