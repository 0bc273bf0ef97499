from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class DeskConfig(AppConfig):
    name = "desk"
    verbose_name = _("Desk")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from compound import access
        from compound.navigation import Entry, register
        from compound.services import (
            household_keys,  # noqa: F401 (registers its job)
            retention,  # noqa: F401 (registers its sweeper)
        )

        covers = ("desk:today", "desk:search", "desk:household", "desk:report")
        register(Entry(10, _("Today"), "desk:today", lambda membership: True, covers=covers))
        register(
            Entry(38, _("Statistics"), "desk:statistics", access.can_run_orders, ("desk:statistics",), is_seldom=True)
        )
        register(Entry(45, _("Slips"), "desk:slips", access.can_give_slips, ("desk:slip",), is_seldom=True))
