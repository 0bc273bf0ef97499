"""Forms of a supply point: itself, its sections, its goods, the words for them, and what falls below its minimum."""

import re
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from compound.rooms import clean
from orders.forms.numbers import AmountField
from orders.models import GoodsWord, Item, Offer, Round, Section, SupplyPoint
from orders.quantities import number_of, plain
from orders.services.words import Meaning

MOST_GROUPS = 500
TIME = forms.TimeInput(attrs={"type": "time", "class": "short"}, format="%H:%M")


class PointForm(forms.ModelForm[SupplyPoint]):
    """What one should know before one goes there."""

    class Meta:
        model = SupplyPoint
        fields = ["kind", "opens", "closes", "address", "contact", "contact_phone", "sells", "is_active"]
        widgets = {"opens": TIME, "closes": TIME, "contact_phone": forms.TextInput(attrs={"inputmode": "tel"})}
        help_texts = {
            "closes": _("Earlier than it opens: it is open over midnight."),
            "sells": _("What it is allowed to sell, for example: vegetables, meat, staples. No tobacco."),
            "is_active": _("Switched off it makes no rounds."),
        }

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        if (data.get("opens") is None) != (data.get("closes") is None) and not self.errors:
            raise ValidationError(_("Write when it opens and when it closes, or neither."), code="hours_half")
        return data

    def _post_clean(self) -> None:
        """The service writes and checks; the row itself stays as it is here."""


class SectionForm(forms.Form):
    name = forms.CharField(label=_("New section"), max_length=20)

    def clean_name(self) -> str:
        return clean(self.cleaned_data["name"])


class SectionChoice(forms.Form):
    """Which section a button is about, and where it goes."""

    section = forms.ModelChoiceField(queryset=Section.objects.none())
    do = forms.ChoiceField(choices=[(word, word) for word in ("up", "down", "remove")])

    def __init__(self, *args: Any, point: SupplyPoint, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        rows = point.sections.select_related("supply_point__compound")
        self.fields["section"].queryset = rows  # type: ignore[attr-defined]


class ItemForm(forms.Form):
    """One good on a shelf. Other names stand side by side, with a space, a comma or a line between them."""

    name = forms.CharField(label=_("Goods"), max_length=60)
    unit = forms.CharField(label=_("Unit"), max_length=10, required=False)
    section = forms.ModelChoiceField(
        label=_("Section"), queryset=Section.objects.none(), required=False, empty_label=_("nowhere yet")
    )
    aliases = forms.CharField(
        label=_("Other names"),
        max_length=600,
        required=False,
        help_text=_("With a space between them. Whoever writes one of them means this good."),
    )
    is_weighed = forms.BooleanField(
        label=_("Weighed: what is ordered is a wish, the scales say how much it is"), required=False
    )
    pack_size = AmountField(label=_("How many in a pack"), min_value=0, max_digits=7, decimal_places=3, required=False)
    pack_name = forms.CharField(
        label=_("Pack"), max_length=10, required=False, help_text=_("case, crate … Only where single ones are not sold")
    )
    is_active = forms.BooleanField(label=_("On sale"), required=False, initial=True)

    def __init__(self, *args: Any, point: SupplyPoint, item: Item | None = None, **kwargs: Any) -> None:
        if item is not None:
            kwargs["initial"] = {
                "name": item.name,
                "unit": item.unit,
                "section": item.section_id,
                "aliases": " ".join(item.aliases),
                "is_weighed": item.is_weighed,
                "pack_size": plain(item.pack_size) if item.pack_size else "",
                "pack_name": item.pack_name,
                "is_active": item.is_active,
            }
        super().__init__(*args, **kwargs)
        self.fields["section"].queryset = point.sections.order_by("position", "name")  # type: ignore[attr-defined]

    def clean_name(self) -> str:
        return clean(self.cleaned_data["name"])

    def clean_aliases(self) -> list[str]:
        names = [clean(name) for name in re.split(r"[\s,，、;；]+", self.cleaned_data["aliases"]) if name]
        if any(len(name) > 60 for name in names):
            raise ValidationError(_("One of these names is too long."), code="long")
        return list(dict.fromkeys(names))

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        if not self.errors and (not data.get("pack_size")) != (not data.get("pack_name")):
            self.add_error(
                "pack_size",
                ValidationError(
                    _("Write how many are in a pack and what the pack is called, or neither."), code="pack_half"
                ),
            )
        data["pack_size"] = data.get("pack_size") or None
        return data


class ItemChoice(forms.Form):
    item = forms.ModelChoiceField(queryset=Item.objects.none())

    def __init__(self, *args: Any, point: SupplyPoint, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["item"].queryset = point.items.select_related("supply_point__compound")  # type: ignore[attr-defined]


class WordChoice(forms.Form):
    word = forms.ModelChoiceField(queryset=GoodsWord.objects.none())

    def __init__(self, *args: Any, point: SupplyPoint, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        rows = GoodsWord.objects.filter(supply_point=point).select_related("supply_point__compound", "item")
        self.fields["word"].queryset = rows  # type: ignore[attr-defined]


OWN, LEAVE = "own", "leave"


def meanings_said(data: QueryDict, point: SupplyPoint) -> list[Meaning]:
    """What the words page said: `goods-0`, `unit-0`, `means-0` (a good's number, own, leave), `other-0` (a name).

    Groups that are left say nothing. Raises ValidationError for a name or a number that is no good of `point`.
    """
    items = {str(item.pk): item for item in point.items.all()}
    by_name: dict[str, list[Item]] = {}
    for item in items.values():
        by_name.setdefault(item_words(item), []).append(item)
        by_name.setdefault(clean(item.name), []).append(item)
    said = []
    for index in range(min(number_of(data.get("groups", "")) or 0, MOST_GROUPS)):
        goods, unit = data.get(f"goods-{index}", "")[:100], data.get(f"unit-{index}", "")[:10]
        means, other = data.get(f"means-{index}", LEAVE), clean(data.get(f"other-{index}", ""))
        if not clean(goods):
            continue
        if other:
            found = by_name.get(other, [])
            if not found:
                raise ValidationError(
                    _("“%(name)s” is no good of this supply point.") % {"name": other}, code="no_item"
                )
            same_unit = (item for item in found if clean(item.unit) == clean(unit))
            said.append(Meaning(goods, unit, next(same_unit, found[0])))
        elif means == OWN:
            said.append(Meaning(goods, unit, None))
        elif means in items:
            said.append(Meaning(goods, unit, items[means]))
        elif means != LEAVE:
            raise ValidationError(_("This good is not there any more. Load the page again."), code="gone")
    return said


def item_words(item: Item) -> str:
    """`鸡蛋 (板)`: how a good is chosen by name where it is sold in several units."""
    return f"{clean(item.name)} ({clean(item.unit)})" if item.unit else clean(item.name)


class FateForm(forms.Form):
    """What happens to an offer that did not reach its minimum; `into` only for the next round."""

    offer = forms.ModelChoiceField(queryset=Offer.objects.none())
    fate = forms.ChoiceField(choices=Offer.Fate.choices)
    into = forms.ModelChoiceField(queryset=Round.objects.none(), required=False)

    def __init__(self, *args: Any, round: Round, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["offer"].queryset = round.offers.select_related("item", "round")  # type: ignore[attr-defined]
        rounds = Round.objects.filter(compound=round.compound_id, supply_point=round.supply_point_id)
        self.fields["into"].queryset = rounds  # type: ignore[attr-defined]
