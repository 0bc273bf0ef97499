from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class RosterConfig(AppConfig):
    name = "roster"
    verbose_name = _("Roster")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        # Registers this app's pages in the menu, its jobs, sweepers and channels.
        from compound.navigation import register
        from roster.menu import ENTRIES
        from roster.services import (  # noqa: F401 (registers their sweepers)
            alerts,
            generation,
            paper,
            planning,
            reminders,
            retention,
            stand_ins,
            waiting,
        )

        register(*ENTRIES)
