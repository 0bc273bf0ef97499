"""Forms of the sharing out: which rule, which goods; and a rule itself, a fieldset a tier, without JavaScript."""

from decimal import Decimal
from typing import Any

from django import forms
from django.core.validators import MaxValueValidator, MinValueValidator
from django.utils.translation import gettext_lazy as _

from compound.models import Compound, Tag
from orders.models import Round, RoundGood, SharingRule
from orders.quantities import plain

# A rule with more tiers than this nobody understands at the door.
MOST_TIERS = 5


class RuleChoice(forms.Form):
    rule = forms.ModelChoiceField(label=_("Rule"), queryset=SharingRule.objects.none(), empty_label=None)

    def __init__(self, *args: Any, compound: Compound, is_active: bool = True, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        rules = compound.sharing_rules.filter(is_active=is_active)
        self.fields["rule"].queryset = rules  # type: ignore[attr-defined]


class MakeForm(forms.Form):
    """What is shared out by which rule. No `rule`: the one chosen before."""

    good = forms.ModelMultipleChoiceField(queryset=RoundGood.objects.none())
    rule = forms.ModelChoiceField(queryset=SharingRule.objects.none(), required=False)
    reason = forms.CharField(max_length=200, required=False)

    def __init__(self, *args: Any, round: Round, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["good"].queryset = round.goods.all()  # type: ignore[attr-defined]
        rules = round.compound.sharing_rules.all()
        self.fields["rule"].queryset = rules  # type: ignore[attr-defined]


class WithdrawForm(forms.Form):
    reason = forms.CharField(label=_("Why it is taken back"), max_length=200, required=False, strip=True)


class InsteadForm(forms.Form):
    """A substitute and the rooms that said yes on the telephone."""

    good = forms.ModelChoiceField(queryset=RoundGood.objects.none())
    instead = forms.CharField(max_length=100)

    def __init__(self, *args: Any, round: Round, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["good"].queryset = round.goods.all()  # type: ignore[attr-defined]


class RuleForm(forms.ModelForm[SharingRule]):
    class Meta:
        model = SharingRule
        fields = ["name", "kind", "each", "step", "missed_first"]
        labels = {
            "each": _("Each household first gets at most"),
            "step": _("Smallest part"),
            "missed_first": _("Who came away with less last time comes first"),
        }
        help_texts = {
            "each": _("1: one per household before anybody gets a second. Empty: as much as was ordered."),
            "step": _("1 for cabbages; 0.1 for meat that is weighed."),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in ("each", "step"):
            if isinstance(value := self.initial.get(name), Decimal):
                self.initial[name] = plain(value)


class TierForm(forms.Form):
    """One tier. A row without tags and per cent is no tier."""

    name = forms.CharField(label=_("Name"), max_length=40, required=False)
    tags = forms.ModelMultipleChoiceField(
        label=_("Households with"),
        queryset=Tag.objects.all(),
        to_field_name="code",
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    percent = forms.IntegerField(
        label=_("Kept for them, per cent of what arrived"),
        required=False,
        validators=[MinValueValidator(0), MaxValueValidator(100)],
        widget=forms.NumberInput(attrs={"class": "short", "inputmode": "numeric"}),
    )

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if (data.get("name") or data.get("percent")) and not data.get("tags") and not self.errors:
            self.add_error("tags", _("Tick which households belong to it."))
        return data

    @property
    def tier(self) -> dict[str, Any] | None:
        """As `SharingRule.tiers` keeps it; None for an empty row."""
        tags = list(self.cleaned_data.get("tags") or ())
        if not tags:
            return None
        name = self.cleaned_data.get("name") or "、".join(str(tag) for tag in tags)
        percent = self.cleaned_data.get("percent") or 0
        return {"name": name[:40], "tags": [tag.code for tag in tags], "percent": percent}


def tier_forms(data: Any = None, rule: SharingRule | None = None) -> list[TierForm]:
    """The tiers of a rule and empty rows after them, as many as a rule may have."""
    tiers = list(rule.tiers) if rule else []
    return [
        TierForm(data, prefix=f"tier{place}", initial=tiers[place] if place < len(tiers) else None)
        for place in range(MOST_TIERS)
    ]
