"""`{% gate_tabs here as tabs %}`: the pages of the gate that somebody may open. Used by templates/gate/tabs.html."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from django import template
from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext_lazy as _

from compound import access
from compound.access import Standing

register = template.Library()


def _sees_temperatures(membership: Standing) -> bool:
    """A captain comes here to hand a reading in; what others handed in is another question."""
    return access.can_see_health(membership) or access.can_hand_in_readings(membership)


# Key, word, page, who may open it. In the order of a shift: what goes on, what has to be done, what is prepared.
TABS: tuple[tuple[str, Any, str, Callable[[Standing], bool]], ...] = (
    ("overview", _("At the gates"), "gate:overview", access.can_see_gates),
    ("outside", _("Outside now"), "gate:outside", access.can_see_gates),
    ("passages", _("Passages"), "gate:passages", access.can_see_gates),
    ("conflicts", _("Conflicts"), "gate:conflicts", access.can_see_gates),
    ("temperatures", _("Temperatures"), "gate:temperatures", _sees_temperatures),
    ("isolations", _("Home isolation"), "gate:isolations", access.can_see_health),
    ("parcels", _("Parcels"), "gate:parcels", access.can_see_parcels),
    ("incidents", _("Incidents"), "gate:incidents", access.can_see_gates),
    ("passes", _("Passes"), "gate:passes", access.can_run_gates),
    ("phones", _("Gate phones"), "gate:phones", access.can_run_gates),
    ("rules", _("Rules"), "gate:rules", access.can_see_gates),
    ("paper", _("Paper forms"), "gate:paper", access.can_run_gates),
)


@dataclass(frozen=True)
class Tab:
    label: Any
    url: str
    is_current: bool


@register.simple_tag(takes_context=True)
def gate_tabs(context: Mapping[str, Any], here: str = "") -> list[Tab]:
    """No query. A page that is not there yet is left out."""
    membership = context.get("membership")
    if not isinstance(membership, Standing):
        return []
    tabs = []
    for key, label, name, may_open in TABS:
        if may_open(membership) and (url := _url(name, membership.compound.code)):
            tabs.append(Tab(label, url, key == here))
    return tabs


def _url(name: str, code: str) -> str:
    try:
        return reverse(name, kwargs={"code": code})
    except NoReverseMatch:
        return ""
