"""What every page is told without asking for it."""

from contextlib import suppress
from typing import Any

from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse
from django.utils import timezone

from compound.days import Clock
from compound.navigation import menu_for
from compound.preferences import Preferences, preferences_of


def site(request: HttpRequest) -> dict[str, Preferences]:
    """`site.view` and `site.theme`, as chosen in this browser. The language is the i18n processor's `LANGUAGE_CODE`."""
    return {"site": preferences_of(request.COOKIES)}


def place(request: HttpRequest) -> dict[str, Any]:
    """Below /c/<code>/: `compound`, `membership`, `clock`, `nav`, `nav_more`, `home_url`, `search_url`. No query.

    Reads what `compound.views.access.compound_for` has left on the request; elsewhere there is nothing to say.
    """
    access = getattr(request, "access", None)
    if access is None:
        return {}
    compound, membership = access
    view_name = request.resolver_match.view_name if request.resolver_match else ""
    nav = [
        {"label": entry.label, "url": url, "current": entry.is_current(view_name), "seldom": entry.is_seldom}
        for entry in menu_for(membership)
        if (url := _url(entry.url_name, compound.code))
    ]
    return {
        "compound": compound,
        "membership": membership,
        "clock": Clock(compound, timezone.now()),
        "nav": [item for item in nav if not item["seldom"]],
        "nav_more": [item for item in nav if item["seldom"]],
        "home_url": _url("desk:today", compound.code) or "/",
        "search_url": _url("desk:search", compound.code),
    }


def _url(name: str, code: str) -> str:
    """The page of this compound; of the whole installation where its address has no code; '' where there is none."""
    for kwargs in ({"code": code}, {}):
        with suppress(NoReverseMatch):
            return reverse(name, kwargs=kwargs)
    return ""
