"""The stock admin site under the project's name, open to branch secretaries and superusers."""

from typing import Any

from django.contrib import admin
from django.contrib.admin import apps
from django.http import HttpRequest
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _
from django.views.i18n import JavaScriptCatalog

# Which models stand first on the index: what is needed on the first evening, in that order.
FIRST = ("Compound", "Gate", "Building", "Household", "Resident", "Membership", "User", "Rulebook")

# Django's Chinese catalogue leaves these to the English letters: the calendar would begin with S M T W.
WEEKDAYS = {
    "Sunday": "日",
    "Monday": "一",
    "Tuesday": "二",
    "Wednesday": "三",
    "Thursday": "四",
    "Friday": "五",
    "Saturday": "六",
}


class AdminWords(JavaScriptCatalog):
    """The words of the admin's own scripts."""

    def get_catalog(self) -> dict[str, Any]:
        catalog: dict[str, Any] = super().get_catalog()
        if (get_language() or "").startswith("zh"):
            # \x04 parts context and message in a catalogue's key.
            for day, letter in WEEKDAYS.items():
                catalog[f"one letter {day}\x04{day[0]}"] = letter
        return catalog


class AdminSite(admin.AdminSite):
    site_header = _("Shouwang")
    site_title = _("Shouwang")
    index_title = _("Registry and rules")
    # Straight to where one works.
    site_url = "/"

    def has_permission(self, request: HttpRequest) -> bool:
        from compound.backends import secretary_of

        user: Any = request.user
        return bool(user.is_active and (user.is_superuser or secretary_of(user)))

    def logout(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> Any:
        """Out to the project's own login page instead of a second one."""
        from django.contrib.auth.views import LogoutView

        return LogoutView.as_view()(request)

    def i18n_javascript(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> Any:
        return AdminWords.as_view(packages=["django.contrib.admin"])(request)

    def get_app_list(self, request: HttpRequest, app_label: str | None = None) -> list[Any]:
        app_list = super().get_app_list(request, app_label)
        for app in app_list:
            app["models"].sort(
                key=lambda row: FIRST.index(row["object_name"]) if row["object_name"] in FIRST else len(FIRST)
            )
        return sorted(app_list, key=lambda app: app["app_label"] != "compound")


class AdminConfig(apps.AdminConfig):
    default_site = "compound.admin_site.AdminSite"
