"""Passes and the phones that read them; the log of passages, and what is drawn from it."""

from gate.models.passes import Device, Isolation, Pass

from gate.models.passages import Check, Outing  # isort: skip
from gate.models.conflicts import Conflict, Ratification  # isort: skip
from gate.models.incidents import Incident  # isort: skip
from gate.models.roll import RollChange  # isort: skip
from gate.models.parcels import Parcel  # isort: skip
from gate.models.temperature import TemperatureReading, TemperatureRecord  # isort: skip

__all__ = [
    "Check",
    "Conflict",
    "Device",
    "Incident",
    "Isolation",
    "Outing",
    "Parcel",
    "Pass",
    "Ratification",
    "RollChange",
    "TemperatureReading",
    "TemperatureRecord",
]
