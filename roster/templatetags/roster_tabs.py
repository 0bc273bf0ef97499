"""`{% roster_tabs here as tabs %}`: the coordinator's pages of the roster. Used by templates/roster/tabs.html."""

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from django import template
from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext_lazy as _

from compound.access import Standing, can_run_roster

register = template.Library()

# Key, word, page. In the order of a day: what is, what is planned, who there is, what it stands on, what goes out.
TABS: tuple[tuple[str, Any, str], ...] = (
    ("board", _("Week board"), "roster:board"),
    ("now", _("On duty now"), "roster:now"),
    ("load", _("Load"), "roster:load"),
    ("plans", _("Planner"), "roster:plans"),
    ("volunteers", _("Volunteers"), "roster:volunteers"),
    ("groups", _("Groups and posts"), "roster:groups"),
    ("sheets", _("Duty sheets"), "roster:sheets"),
    ("messages", _("Messages"), "roster:messages"),
)


@dataclass(frozen=True)
class Tab:
    label: Any
    url: str
    is_current: bool


@register.simple_tag(takes_context=True)
def roster_tabs(context: Mapping[str, Any], here: str = "") -> list[Tab]:
    """No query. Empty for whoever does not run the roster; a page that is not there is left out."""
    membership = context.get("membership")
    if not isinstance(membership, Standing) or not can_run_roster(membership):
        return []
    tabs = []
    for key, label, name in TABS:
        with suppress(NoReverseMatch):
            tabs.append(Tab(label, reverse(name, kwargs={"code": membership.compound.code}), key == here))
    return tabs
