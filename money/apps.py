from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class MoneyConfig(AppConfig):
    name = "money"
    verbose_name = _("Money")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from compound.access import can_take_payments
        from compound.navigation import Entry, register
        from money import listeners  # noqa: F401 (posts what happens in rounds and errands)
        from money.queries import owing  # noqa: F401 (answers what a round's households still owe)

        register(Entry(35, _("Money"), "money:overview", can_take_payments))
