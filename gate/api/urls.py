"""Addresses below /api/v1/gate/."""

from django.urls import URLPattern, path

from gate.api.checks import Checks
from gate.api.devices import Devices
from gate.api.incidents import Incidents
from gate.api.parcels import Parcels
from gate.api.roll import Roll

urlpatterns: list[URLPattern] = [
    path("checks", Checks.as_view(), name="gate_checks"),
    path("devices", Devices.as_view(), name="gate_devices"),
    path("roll", Roll.as_view(), name="gate_roll"),
    path("incidents", Incidents.as_view(), name="gate_incidents"),
    path("parcels", Parcels.as_view(), name="gate_parcels"),
]
