"""Which unit a door is in: the registry decides, and a list only where the building is new."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field

from compound.household_list.entries import Entry
from compound.household_list.problems import Problem


@dataclass(frozen=True, slots=True)
class Registered:
    """What the registry knows of one building: its units (none: it has no units) and which of them have which room.

    `bare`: numbers of doors that have no unit.
    """

    units: frozenset[str] = frozenset()
    rooms: Mapping[str, frozenset[str]] = field(default_factory=dict)
    bare: frozenset[str] = frozenset()


def settle_units(households: list[Entry], registry: Mapping[str, Registered]) -> None:
    """The registry decides whether a building has units. In a new building one single unit value means none."""
    units: dict[str, set[str]] = defaultdict(set)
    numbers: dict[tuple[str, str], set[str]] = defaultdict(set)
    for entry in households:
        if entry.building is not None and entry.unit is not None:
            units[entry.building].add(entry.unit)
            if entry.unit_written == "written":
                numbers[entry.building, entry.number].add(entry.unit)
    for entry in households:
        if entry.building is None:
            continue
        known = registry.get(entry.building)
        has = known.units if known is not None else frozenset(units[entry.building])
        if (known is None and len(has) < 2) or (entry.errors and not has):
            entry.unit = None
        elif entry.errors:
            continue
        elif known is not None and not has:
            _without_units(entry, units[entry.building])
        elif entry.unit is None:
            _find_unit(entry, known, numbers)


def _without_units(entry: Entry, written: set[str]) -> None:
    if entry.unit is None:
        return
    params = {"unit": entry.unit, "building": entry.building}
    if len(written) > 1:
        entry.errors.append(Problem("unit_not_there", entry.row, entry.room_cell, entry.sheet, params))
    elif entry.unit != "1":
        entry.warnings.append(Problem("unit_ignored", entry.row, entry.room_cell, entry.sheet, params))
    entry.unit = None


def _find_unit(entry: Entry, known: Registered | None, numbers: Mapping[tuple[str, str], set[str]]) -> None:
    """A room without its unit: fine where one is registered just so, or in one unit only; never guessed otherwise."""
    building = entry.building or ""
    if known and entry.number in known.bare:
        return
    registered = known.rooms.get(entry.number, frozenset()) if known else frozenset()
    if len(registered) == 1:
        entry.unit = next(iter(registered))
        return
    several = sorted(registered | numbers.get((building, entry.number), set()))
    rooms = "|".join(f"{building}-{unit}-{entry.number}" for unit in several)
    params = {"number": entry.number, "rooms": rooms, "building": building}
    code = "unit_ambiguous" if len(several) > 1 else "unit_missing"
    entry.errors.append(Problem(code, entry.row, entry.room_cell, entry.sheet, params))
