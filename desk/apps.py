from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class DeskConfig(AppConfig):
    name = "desk"
    verbose_name = _("Desk")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from compound.navigation import Entry, register
        from compound.services import retention  # noqa: F401 (registers its sweeper)

        covers = ("desk:today", "desk:search", "desk:household")
        register(Entry(10, _("Today"), "desk:today", lambda membership: True, covers=covers))
