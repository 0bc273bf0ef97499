from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

ROUND_PAGES = tuple(
    f"orders:{page}"
    for page in (
        "round",
        "paste",
        "review",
        "goods",
        "order",
        "schedule",
        "supply_point",
        "delivery",
        "words",
        "minimums",
        "notices",
    )
)
RELIEF_PAGES = ("orders:relief", "orders:donation")


class OrdersConfig(AppConfig):
    name = "orders"
    verbose_name = _("Orders")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        # Registers this app's jobs and sweepers, and what a new compound starts with.
        from compound.access import can_deliver, can_run_deliveries, can_see_orders, can_shop
        from compound.navigation import Entry, register
        from compound.signals import compound_started
        from orders.services import (  # noqa: F401 (register what they do)
            door_acts,
            handovers,
            purchases,
            relief_doors,
            retention,
            rounds,
            sheets,
        )

        register(
            # Every page of the orders hangs below a round, except what is left over from all of them.
            Entry(20, _("Rounds"), "orders:rounds", can_see_orders, covers=ROUND_PAGES),
            Entry(25, _("Carry"), "orders:carrying", can_deliver, covers=("orders:carrying", "orders:trip")),
            # Who carries sees the way to the doors, and only that.
            Entry(27, _("Relief"), "orders:reliefs", can_deliver, covers=RELIEF_PAGES),
            Entry(
                24,
                pgettext_lazy("in the menu", "Runs"),
                "orders:runs",
                can_run_deliveries,
                covers=("orders:run", "orders:stations"),
            ),
            Entry(21, _("Shopping"), "orders:shopping_lists", can_shop, covers=("orders:shopping", "orders:receipt")),
            Entry(
                30,
                pgettext_lazy("in the menu", "Not served"),
                "orders:not_served",
                can_see_orders,
                covers=("orders:not_served",),
            ),
        )
        compound_started.connect(rounds.start_orders_of_new_compound)
