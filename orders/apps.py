from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

ROUND_PAGES = tuple(
    f"orders:{page}" for page in ("round", "paste", "review", "goods", "order", "schedule", "supply_point", "delivery")
)


class OrdersConfig(AppConfig):
    name = "orders"
    verbose_name = _("Orders")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        # Registers this app's jobs and sweepers, and what a new compound starts with.
        from compound.access import can_see_orders
        from compound.navigation import Entry, register
        from compound.signals import compound_started
        from orders.services import rounds, sheets  # noqa: F401 (registers its job)

        register(
            # Every page of the orders hangs below a round, except what is left over from all of them.
            Entry(20, _("Rounds"), "orders:rounds", can_see_orders, covers=ROUND_PAGES),
            Entry(30, _("Not served yet"), "orders:not_served", can_see_orders, covers=("orders:not_served",)),
        )
        compound_started.connect(rounds.start_orders_of_new_compound)
