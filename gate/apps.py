from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class GateConfig(AppConfig):
    name = "gate"
    verbose_name = _("Gate")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from compound import access
        from compound.navigation import Entry, register
        from gate.services import (
            devices,  # noqa: F401 (registers its sweeper)
            passes_for_all,  # noqa: F401 (registers its job)
            retention,  # noqa: F401 (registers what the gate forgets)
        )

        # One entry for all pages of the gate: templates/gate/tabs.html leads to the others. Who may not see the
        # gates has what is left: the parcels, and who does not carry those either the temperatures.
        register(
            Entry(40, _("Gates"), "gate:overview", access.can_see_gates, covers=("gate:",)),
            Entry(
                41,
                _("Parcels"),
                "gate:parcels",
                lambda member: access.can_see_parcels(member) and not access.can_see_gates(member),
                covers=("gate:",),
            ),
            Entry(
                42,
                _("Temperatures"),
                "gate:temperatures",
                lambda member: access.can_hand_in_readings(member) and not access.can_see_parcels(member),
                covers=("gate:",),
            ),
        )
