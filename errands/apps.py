from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

PAGES = tuple(f"errands:{page}" for page in ("errands", "errand", "ask", "pharmacy"))


class ErrandsConfig(AppConfig):
    name = "errands"
    verbose_name = _("Errands")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from compound.access import can_do_errands
        from compound.navigation import Entry, register
        from errands.services import acts, retention  # noqa: F401 (acts of phones, and what is forgotten)

        register(Entry(26, _("Errands"), "errands:errands", can_do_errands, covers=PAGES))
