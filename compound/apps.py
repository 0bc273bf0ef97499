from django.apps import AppConfig
from django.db.models.signals import post_migrate
from django.utils.translation import gettext_lazy as _


class CompoundConfig(AppConfig):
    name = "compound"
    verbose_name = _("Compound registry")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from compound.access import can_give_logins, can_import_households, can_manage_members
        from compound.navigation import Entry, register
        from compound.services import outbox  # noqa: F401 (registers its sweeper)
        from compound.tags import seed_tags

        register(
            Entry(40, _("Household list"), "household_import", can_import_households, ("household_",), is_seldom=True),
            Entry(50, _("Login QR codes"), "logins", can_give_logins, ("logins", "issue_login"), is_seldom=True),
            Entry(60, _("Admin site"), "admin:index", can_manage_members, is_seldom=True),
        )
        post_migrate.connect(seed_tags, sender=self)
