"""A post: where, how many, who can do what."""

import uuid
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from compound.forms.once import OnceField
from compound.models import Building, Compound, Gate
from roster.forms.patterns import number_input
from roster.models import DutyGroup, Post, Skill
from roster.services.posts import PostFacts

Kind = Post.Kind
NEED = "need_"


class BuildingField(forms.ModelChoiceField[Building]):
    def label_from_instance(self, building: Building) -> str:
        return building.name if not building.name[-1:].isdigit() else _("Building %(name)s") % {"name": building.name}


class PostForm(forms.Form):
    """After `is_valid`: `facts`. One small box for each skill of the compound says how many must have it."""

    id = OnceField()
    name = forms.CharField(
        label=gettext_lazy("Name of the post"), max_length=30, widget=forms.TextInput(attrs={"autocomplete": "off"})
    )
    group = forms.ModelChoiceField(
        label=gettext_lazy("Duty group"), queryset=DutyGroup.objects.none(), empty_label=gettext_lazy("choose …")
    )
    kind = forms.ChoiceField(label=gettext_lazy("Kind"), choices=Kind.choices, initial=Kind.OTHER)
    gate = forms.ModelChoiceField(
        label=gettext_lazy("Gate"),
        queryset=Gate.objects.none(),
        required=False,
        empty_label=gettext_lazy("choose …"),
        help_text=gettext_lazy("Who signs in here counts as on duty at this gate."),
    )
    building = BuildingField(
        label=gettext_lazy("Building"),
        queryset=Building.objects.none(),
        required=False,
        empty_label=gettext_lazy("choose …"),
    )
    place = forms.CharField(
        label=gettext_lazy("Where to meet"),
        max_length=60,
        required=False,
        help_text=gettext_lazy("So that somebody new finds it at night."),
    )
    minimum = forms.IntegerField(
        label=gettext_lazy("People at least"), min_value=1, max_value=30, initial=1, widget=number_input()
    )
    maximum = forms.IntegerField(
        label=gettext_lazy("People at most"), min_value=1, max_value=30, initial=1, widget=number_input()
    )
    has_stairs = forms.BooleanField(
        label=gettext_lazy("Stairs have to be climbed"),
        required=False,
        help_text=gettext_lazy("Nobody who can only work on the ground floor is proposed for it."),
    )
    position = forms.IntegerField(
        label=gettext_lazy("Place in the list"),
        min_value=1,
        max_value=999,
        initial=100,
        help_text=gettext_lazy("Small numbers stand on top."),
        widget=number_input(),
    )

    def __init__(self, *args: Any, compound: Compound, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        fields: Any = self.fields
        fields["group"].queryset = DutyGroup.objects.filter(compound=compound, ended_at=None)
        fields["gate"].queryset = compound.gates.order_by("position", "name")
        fields["building"].queryset = compound.buildings.order_by("sort_key")
        self.skills: dict[str, Skill] = {}
        for skill in Skill.objects.filter(compound=compound):
            name = f"{NEED}{skill.pk.hex}"
            self.skills[name] = skill
            fields[name] = forms.IntegerField(
                label=skill.name, required=False, min_value=0, max_value=30, widget=number_input()
            )

    @property
    def need_fields(self) -> list[forms.BoundField]:
        return [self[name] for name in self.skills]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        least, most = data.get("minimum"), data.get("maximum")
        if least and most and most < least:
            self.add_error("maximum", ValidationError(_("Not fewer than at least."), code="order"))
        for name in self.skills:
            if most and (data.get(name) or 0) > most:
                text = _("Not more than the %(most)d people who stand there.") % {"most": most}
                self.add_error(name, ValidationError(text, code="many"))
        if data.get("kind") == Kind.GATE and not data.get("gate") and "gate" in data:
            self.add_error("gate", ValidationError(_("Which gate?"), code="required"))
        if data.get("kind") == Kind.SEALED_DOOR and not data.get("building") and "building" in data:
            self.add_error("building", ValidationError(_("Which building?"), code="required"))
        return data

    @property
    def facts(self) -> PostFacts:
        data = self.cleaned_data
        return PostFacts(
            group=data["group"],
            name=data["name"],
            kind=data["kind"],
            gate=data["gate"] if data["kind"] == Kind.GATE else None,
            building=data["building"] if data["kind"] != Kind.GATE else None,
            place=data["place"],
            minimum=data["minimum"],
            maximum=data["maximum"],
            has_stairs=data["has_stairs"],
            position=data["position"],
            needs={skill: data[name] for name, skill in self.skills.items() if data.get(name)},
        )


def initial_of(post: Post) -> dict[str, Any]:
    """One query."""
    names = ("name", "kind", "place", "minimum", "maximum", "has_stairs", "position")
    values: dict[str, Any] = {name: getattr(post, name) for name in names}
    values |= {"group": post.group_id, "gate": post.gate_id, "building": post.building_id}
    needs: dict[uuid.UUID, int] = dict(post.needs.values_list("skill", "count"))
    return values | {f"{NEED}{skill.hex}": count for skill, count in needs.items()}
