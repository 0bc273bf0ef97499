"""A skill: its name, and whether somebody must have seen a paper for it."""

from django import forms
from django.utils.translation import gettext_lazy as _


class SkillForm(forms.Form):
    name = forms.CharField(
        label=_("Skill"), max_length=20, widget=forms.TextInput(attrs={"class": "short", "autocomplete": "off"})
    )
    needs_evidence = forms.BooleanField(label=_("needs a paper that somebody has seen"), required=False)
