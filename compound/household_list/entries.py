"""What one line of a list says, before it is a household."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from compound.household_list.problems import Problem
from compound.household_list.values import Written
from compound.spreadsheet.labels import label

UnitWritten = Literal["written", "none", "left_out", "unknown"]


@dataclass(slots=True)
class Entry:
    """A line that names a room. `unit_written`: `left_out` was taken from above, `none` is an explicit `/`."""

    sheet: str
    row: int
    building: str | None = None
    unit: str | None = None
    unit_written: UnitWritten = "unknown"
    written: Written | None = None
    number: str = ""
    people: int | None = None
    people_cell: str | None = None
    tags: list[str] = field(default_factory=list)
    empty: bool = False
    returned: bool = False
    name: str = ""
    phone: str = ""
    remarks: list[str] = field(default_factory=list)
    remark_cell: str | None = None
    # Of all `remarks`, once the persons are joined.
    remark: str = ""
    relation: str = ""
    # The room is repeated from the line above (left out, or a merged cell): another person of the same household.
    continued: bool = False
    room_cell: str | None = None
    floor: str = ""
    # Building, unit and room could be read, whatever else is wrong.
    placed: bool = False
    errors: list[Problem] = field(default_factory=list)
    warnings: list[Problem] = field(default_factory=list)

    @property
    def is_head(self) -> bool:
        return label(self.relation) in (
            "户主",
            "本人",
            "业主",
            "房主",
            "self",
            "head",
            "owner",
            "householder",
            "承租人",
        )


@dataclass(slots=True)
class Place:
    """Which building and unit the next line belongs to if it names none."""

    building: str | None = None
    unit: str | None = None
    unit_written: UnitWritten = "unknown"


@dataclass(slots=True)
class Lines:
    """What a section holds."""

    entries: list[Entry] = field(default_factory=list)
    skipped: list[Problem] = field(default_factory=list)
