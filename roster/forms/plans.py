"""Which days the planner fills, and what of its proposal is published."""

import datetime as dt
import uuid
from contextlib import suppress
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from roster.forms.board import day_field
from roster.services.planning import MOST_DAYS

SECONDS = [(10, _("10 seconds")), (30, _("30 seconds")), (60, _("1 minute")), (120, _("2 minutes"))]


class StartForm(forms.Form):
    """The days, both included, and how long it may search."""

    from_on = day_field(label=_("First day"))
    until_on = day_field(label=_("Last day"))
    seconds = forms.TypedChoiceField(
        label=_("Search for"),
        choices=SECONDS,
        coerce=int,
        initial=30,
        help_text=_("It ends sooner when nothing better is possible."),
    )

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        first, last = cleaned.get("from_on"), cleaned.get("until_on")
        if isinstance(first, dt.date) and isinstance(last, dt.date):
            if last < first:
                self.add_error("until_on", ValidationError(_("The last day comes before the first.")))
            elif (last - first).days >= MOST_DAYS:
                words = _("At most %(days)d days at once.") % {"days": MOST_DAYS}
                self.add_error("until_on", ValidationError(words))
        return cleaned


class UuidsField(forms.Field):
    """Ticked boxes; what is no id is left out, and what is no proposal any more is the service's to say."""

    widget = forms.MultipleHiddenInput

    def to_python(self, value: Any) -> list[uuid.UUID]:
        found = []
        for one in value or []:
            with suppress(ValueError):
                found.append(uuid.UUID(one))
        return found


class PublishPlanForm(forms.Form):
    """One button of the page: everything, a day, a group, or what is ticked."""

    scope = forms.ChoiceField(required=False, choices=[("all", "all"), ("group", "group"), ("ticked", "ticked")])
    # A day's button has no scope beside it.
    day = forms.DateField(required=False)
    group = forms.UUIDField(required=False)
    pick = UuidsField(required=False)

    def clean(self) -> dict[str, Any]:
        """`day`, `group`, `only`: at most one of them is set, as the service takes them."""
        cleaned: dict[str, Any] = super().clean() or {}
        scope = cleaned.get("scope") or "day"
        chosen = {"day": cleaned.get("day"), "group": cleaned.get("group"), "ticked": cleaned.get("pick")}
        if scope != "all" and not chosen[scope]:
            raise ValidationError(_("Tick at least one proposal first."))
        names = {"day": "day", "group": "group", "ticked": "only"}
        return {names[one]: value if one == scope else None for one, value in chosen.items()}
