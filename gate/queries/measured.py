"""Every temperature of a day, out of rows that exist: passages and readings from home. For the street office."""

import datetime as dt
from dataclasses import dataclass

from compound.models import Compound, Household, Rulebook
from gate.models import Check, TemperatureReading
from gate.queries.rulebooks import in_force
from gate.queries.temperature import day_span


@dataclass(frozen=True)
class Measured:
    """One reading. `gate` is '' for one from home; `building`, `unit`, `room` are '' for somebody of no household."""

    building: str
    unit: str
    room: str
    person: str
    value: str
    is_fever: bool
    method: str
    gate: str
    direction: str
    source: str
    taken_at: dt.datetime


def measured_on(compound: Compound, day: dt.date) -> list[Measured]:
    """In walking order, each door's by time; who belongs to no door comes last. Three statements."""
    begin, end = day_span(compound, day)
    rows: list[tuple[tuple[bool, str, dt.datetime], Measured]] = []
    checks = Check.objects.filter(
        compound=compound, event_at__gte=begin, event_at__lt=end, temperature__isnull=False
    ).select_related("household__building", "household__unit", "gate")
    for check in checks.defer("override", "reason"):
        fever = any(reason.get("code") == "fever" for reason in check.reasons)
        row = _row(check.household, "", str(check.temperature), fever, check.method, check.event_at)
        rows.append(_keyed(check.household, {**row, "gate": check.gate.name, "direction": check.direction}))
    rulebooks = list(compound.rulebooks.select_related("building").order_by("starts_at", "pk"))
    readings = TemperatureReading.objects.filter(
        compound=compound, taken_at__gte=begin, taken_at__lt=end, check_row=None
    ).select_related("household__building", "household__unit")
    for reading in readings:
        line = _line(rulebooks, reading)
        fever = reading.value > line.fever_line or (line.fever_at_line and reading.value == line.fever_line)
        row = _row(reading.household, reading.person, str(reading.value), fever, reading.method, reading.taken_at)
        rows.append(_keyed(reading.household, {**row, "source": reading.source}))
    return [row for _key, row in sorted(rows, key=lambda keyed: keyed[0])]


def _row(
    door: Household | None, person: str, value: str, is_fever: bool, method: str, taken_at: dt.datetime
) -> dict[str, str | bool | dt.datetime]:
    return {
        "building": door.building.name if door else "",
        "unit": door.unit.name if door and door.unit else "",
        "room": door.room if door else "",
        "person": person,
        "value": value,
        "is_fever": is_fever,
        "method": method,
        "gate": "",
        "direction": "",
        "source": TemperatureReading.Source.GATE,
        "taken_at": taken_at,
    }


def _keyed(door: Household | None, row: dict[str, object]) -> tuple[tuple[bool, str, dt.datetime], Measured]:
    measured = Measured(**row)  # type: ignore[arg-type]
    return (door is None, door.sort_key if door else "", measured.taken_at), measured


def _line(rulebooks: list[Rulebook], reading: TemperatureReading) -> Rulebook:
    """The row that held for that door then."""
    building = reading.household.building_id if reading.household else None
    mine = [row for row in rulebooks if row.building_id in (None, building) and row.starts_at <= reading.taken_at]
    found = in_force(mine, reading.taken_at)
    own = [row for row in found if row.building_id is not None]
    return (own or found or [Rulebook()])[0]
