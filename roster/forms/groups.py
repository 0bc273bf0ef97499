"""A duty group, its members, and which of the usual ones are wanted."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from compound.forms.once import OnceField
from compound.models import Compound
from roster.models import DutyGroup, GroupMember, Volunteer
from roster.services.groups import GroupFacts

Part = GroupMember.Part


class GroupForm(forms.Form):
    """After `is_valid`: `facts`."""

    id = OnceField()
    name = forms.CharField(
        label=_("Name of the group"), max_length=20, widget=forms.TextInput(attrs={"autocomplete": "off"})
    )
    kind = forms.ChoiceField(label=_("Kind"), choices=DutyGroup.Kind.choices, initial=DutyGroup.Kind.OTHER)
    duties = forms.CharField(
        label=_("Written duties"),
        max_length=2000,
        required=False,
        help_text=_("One a line. Every member reads them on the phone."),
        widget=forms.Textarea(attrs={"rows": 7}),
    )
    leaders_assign = forms.BooleanField(
        label=_("Leader and deputies may put people on the group's shifts"), required=False, initial=True
    )
    leaders_message = forms.BooleanField(
        label=_("Leader and deputies may write to the members"), required=False, initial=True
    )
    leaders_confirm = forms.BooleanField(label=_("Leader and deputies may take in new members"), required=False)
    position = forms.IntegerField(
        label=_("Place in the list"),
        min_value=1,
        max_value=999,
        initial=100,
        help_text=_("Small numbers stand on top."),
        widget=forms.NumberInput(attrs={"class": "short", "inputmode": "numeric"}),
    )

    NAMES = ("name", "kind", "duties", "leaders_assign", "leaders_confirm", "leaders_message", "position")

    @property
    def facts(self) -> GroupFacts:
        values = {name: self.cleaned_data[name] for name in self.NAMES}
        # A browser sends line ends as \r\n; what comes back unchanged must compare as unchanged.
        values["duties"] = values["duties"].replace("\r\n", "\n").strip()
        return GroupFacts(**values)


def initial_of(group: DutyGroup) -> dict[str, Any]:
    return {name: getattr(group, name) for name in GroupForm.NAMES}


class VolunteerField(forms.ModelChoiceField[Volunteer]):
    def label_from_instance(self, volunteer: Volunteer) -> str:
        return volunteer.user.name


class MemberForm(forms.Form):
    """Somebody, and what they are in the group."""

    volunteer = VolunteerField(
        label=_("Volunteer"),
        queryset=Volunteer.objects.none(),
        empty_label=_("choose …"),
        error_messages={"invalid_choice": _("This person does not help here any more."), "required": _("Who?")},
    )
    part = forms.ChoiceField(label=_("As"), choices=Part.choices, initial=Part.MEMBER)

    def __init__(self, *args: Any, compound: Compound, group: DutyGroup | None = None, **kwargs: Any) -> None:
        """`group`: whoever is in it already is not offered."""
        super().__init__(*args, **kwargs)
        rows = Volunteer.objects.filter(compound=compound, ended_at=None).select_related("user").order_by("user__name")
        if group is not None:
            rows = rows.exclude(groups=group)
        self.fields["volunteer"].queryset = rows  # type: ignore[attr-defined]


class WhoForm(forms.Form):
    """A member who is to leave."""

    volunteer = forms.ModelChoiceField(queryset=Volunteer.objects.none())

    def __init__(self, *args: Any, compound: Compound, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["volunteer"].queryset = Volunteer.objects.filter(compound=compound)  # type: ignore[attr-defined]


class TemplatesForm(forms.Form):
    """Which of the usual groups; and the usual skills with them."""

    kinds = forms.MultipleChoiceField(choices=DutyGroup.Kind.choices, required=False)
    skills = forms.BooleanField(required=False)
