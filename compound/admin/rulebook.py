"""The rules in force. Those that have begun are the past: they can be ended, not rewritten."""

import datetime as dt
from typing import Any

from django import forms
from django.contrib import admin
from django.contrib.admin.widgets import AdminSplitDateTime
from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from compound.admin.scoped import SameCompoundForm, ScopedAdmin, me
from compound.models import Rulebook
from compound.services.rulebooks import save_rulebook

EXEMPT = [
    ("essential", gettext_lazy("essential work")),
    ("medical", gettext_lazy("medical visit")),
    ("volunteer", gettext_lazy("volunteer")),
]


class RulebookForm(SameCompoundForm[Rulebook]):
    exempt_kinds = forms.MultipleChoiceField(
        label=gettext_lazy("Pass kinds that are exempt"),
        choices=EXEMPT,
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    starts_at = forms.SplitDateTimeField(
        label=gettext_lazy("Starts at"),
        required=False,
        help_text=gettext_lazy("Empty: at once. Rules cannot start in the past."),
        widget=AdminSplitDateTime(),
    )

    def clean_starts_at(self) -> dt.datetime | None:
        starts_at: dt.datetime | None = self.cleaned_data["starts_at"]
        if starts_at and starts_at < timezone.now() and starts_at != self.instance.starts_at:
            raise ValidationError(_("Rules cannot start in the past: choose a minute from now on."), code="back_dated")
        return starts_at

    def clean_ends_at(self) -> dt.datetime | None:
        ends_at: dt.datetime | None = self.cleaned_data["ends_at"]
        if ends_at and ends_at < timezone.now() and ends_at != self.instance.ends_at:
            raise ValidationError(_("The end is in the past already: choose a minute from now on."), code="back_dated")
        return ends_at

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        if "starts_at" in data and data["starts_at"] is None:
            data["starts_at"] = timezone.now()
        return data


@admin.register(Rulebook)
class RulebookAdmin(ScopedAdmin[Rulebook]):
    form = RulebookForm
    list_display = [
        "notice",
        "building",
        "starts_at",
        "ends_at",
        "level",
        "persons",
        "per_days",
        "vehicles",
        "compound",
    ]
    list_filter = [
        ("compound", admin.RelatedOnlyFieldListFilter),
        "level",
        ("building", admin.RelatedOnlyFieldListFilter),
    ]
    list_select_related = ["compound", "building"]
    search_fields = ["notice"]
    ordering = ["compound", "-starts_at"]
    date_hierarchy = "starts_at"
    autocomplete_fields = ["building"]
    readonly_fields = ["created_at", "created_by"]
    fieldsets = [
        (None, {"fields": ["compound", "building", "level", "notice", "starts_at", "ends_at", "ends_building_rows"]}),
        (
            gettext_lazy("Going out"),
            {
                "fields": [
                    "persons",
                    "per_days",
                    "window",
                    "opens",
                    "closes",
                    "longest_minutes",
                    "overstay",
                    "max_outside",
                    "exempt_kinds",
                    "returnee_voids_pass",
                ]
            },
        ),
        (gettext_lazy("Coming in"), {"fields": ["vehicles", "visitors"]}),
        (gettext_lazy("Temperature"), {"fields": ["fever_line", "fever_at_line", "low_line", "recheck_minutes"]}),
        (gettext_lazy("Written"), {"fields": ["created_at", "created_by"]}),
    ]

    def get_readonly_fields(self, request: HttpRequest, obj: Rulebook | None = None) -> list[str]:
        if obj is None or obj.starts_at > timezone.now():
            return ["created_at", "created_by"]
        names = [name for _title, part in self.fieldsets or [] for name in part["fields"]]
        return [str(name) for name in names if name != "ends_at"]

    def has_delete_permission(self, request: HttpRequest, obj: Rulebook | None = None) -> bool:
        if obj is not None and obj.starts_at <= timezone.now():
            return False
        return super().has_delete_permission(request, obj)

    def get_actions(self, request: HttpRequest) -> dict[str, Any]:
        """None for many at once: among them may be one that has begun."""
        return {}

    def save_model(self, request: HttpRequest, obj: Rulebook, form: Any, change: bool) -> None:
        save_rulebook(rulebook=obj, by=me(request), at=timezone.now())
