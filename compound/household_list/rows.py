"""One section of a list → entries: one for each line that speaks of a room, with everything that is wrong with it.

The building, and the unit within it, may be written once and left out below, stand on a line of their own, in a title
above, or be the sheet's name. Lines that are no households (totals, signatures, notes, repeated headings) are skipped
and named; nothing disappears.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from compound.household_list import words
from compound.household_list.entries import Entry, Lines, Place
from compound.household_list.facts import FactReader
from compound.household_list.header import Section, same_heading
from compound.household_list.places import building_cell, heading_of, named_building
from compound.household_list.problems import Problem
from compound.household_list.values import (
    Written,
    is_empty_word,
    is_nothing,
    is_returned_word,
    joined,
    plain_english,
    read_room,
)
from compound.rooms import unit_name
from compound.spreadsheet.grid import Cell, Row, coordinate


def read_section(section: Section, place: Place, *, several: bool, grouped: bool) -> Lines:
    """The lines of one section. `place` is carried on and changed; `several`: name the sheet in each problem.

    `grouped`: some table of the list has a column for groups, so that a remark is none.
    """
    reader = _Reader(section, place, section.sheet if several else "", grouped=grouped)
    for row in section.rows:
        reader.line(row)
    reader.fit_rooms()
    return reader.lines


_EXAMPLE = re.compile(r"^[(（]?(?:例|示例|样例|范例|举例|example|e\.g\.)[)）:： ]", re.IGNORECASE)
_HOW = re.compile(
    r"^(?:请?填|必填|选填|如[:： 0-9]|例[:：如]|见说明|格式|下拉|可选|数字$|文本$|自动|不填|可不填|按实际"
    r"|required|optional)",
    re.IGNORECASE,
)


def _is_example(texts: Sequence[str], name: str) -> bool:
    """The line under the headings that says how to fill it in, and example lines of a template."""
    if _EXAMPLE.match(name) or (texts and _EXAMPLE.match(texts[0] + " ")):
        return True
    return bool(texts) and sum(bool(_HOW.match(text)) for text in texts) >= max(1, len(texts) / 2)


# What the registry's constraints accept.
_PART = re.compile(r"[^\s-]{1,20}")


class _Reader(FactReader):
    """The lines of one section: which of them are households, and which door each is."""

    # ── what kind of line ─────────────────────────────────────────────────────────────────────────────────────────

    def line(self, row: Row) -> None:
        written = [(i, cell) for i, cell in row.written if i in self.own_columns]
        if not written:
            # Only the continuation of merged cells: no line of its own.
            return
        why = self._no_household(row, written)
        if why:
            text = " ".join(cell.text for _, cell in written)[:60]
            self.lines.skipped.append(Problem(why, row.number, None, self.sheet, {"text": text}))
            return
        self._entry(row)

    def _no_household(self, row: Row, written: list[tuple[int, Cell]]) -> str | None:
        room = row.cell(self.room.index) if self.room else None
        has_room = (
            room is not None
            and room.own
            and not room.blank
            and (room.kind in ("date", "formula", "error") or read_room(room.text) is not None)
        )
        first = written[0][1]
        texts = [cell.text for _, cell in written if cell.kind == "text"]
        if words.TOTAL_ALONE.search(first.text):
            return "total"
        if any(words.TOTAL.search(text) for text in texts[:4]) and not has_room:
            return "total"
        if first.kind == "text" and words.NOTE.search(first.text) and not has_room:
            return "note"
        if _is_example(texts, row.cell(self.name.index).text if self.name else ""):
            return "example"
        if same_heading(self.section, row):
            return "header"
        if len(written) == 1 and not has_room:
            return self._alone(*written[0])
        if not has_room and (self.room is None or room is None or (room.own and room.blank)):
            return self._without_room(row, written)
        return None

    def _alone(self, column: int, cell: Cell) -> str | None:
        """A single cell: the heading of a building, a running number, a remark below the list."""
        found = heading_of(cell.text)
        if found is None and self.building and column == self.building.index and cell.kind in ("text", "number"):
            name = named_building(plain_english(cell.text))
            found = (name, None) if name and len(name) <= 12 else None
        if found:
            self._enter(*found)
            return "heading"
        if self.name and column == self.name.index:
            return None
        if self.room and column == self.room.index:
            return None if len(cell.text) <= 12 else "note"
        if self.people and column == self.people.index and self.place.building is not None:
            return "total" if cell.kind in ("number", "formula") else "note"
        return "blank" if cell.kind in ("number", "formula") or cell.text.isdigit() else "note"

    def _without_room(self, row: Row, written: list[tuple[int, Cell]]) -> str | None:
        """No room in this line: a heading, a prepared but empty line, a person of the household above, or a mistake."""
        used = [
            (i, cell) for i, cell in written if i in self.used and not (cell.kind == "text" and is_nothing(cell.text))
        ]
        placing = {c.index for c in (self.building, self.unit, self.floor) if c}
        heading = heading_of(written[0][1].text)
        if heading and not any(i in self.used - placing for i, _ in written[1:]):
            self._enter(*heading)
            return "heading"
        if heading and heading[0] and len(written) <= 3 and not self._is_person(row):
            self._enter(*heading)
            return "heading"
        if not [i for i, _ in used if i not in placing]:
            if self.building and not row.cell(self.building.index).blank and row.cell(self.building.index).own:
                self._read_building(row, Entry(self.sheet, row.number))
            return "blank"
        return None

    def _is_person(self, row: Row) -> bool:
        return self.name is not None and not row.cell(self.name.index).blank and row.cell(self.name.index).own

    def _enter(self, building: str | None, unit: str | None) -> None:
        if building is not None:
            self.place.building = building
        self.place.unit, self.place.unit_written = unit, "written" if unit else "unknown"

    # ── one household or person ───────────────────────────────────────────────────────────────────────────────────

    def _entry(self, row: Row) -> None:
        entry = Entry(self.sheet, row.number)
        self._read_building(row, entry)
        self._read_unit(row, entry)
        self._read_room(row, entry)
        entry.placed = not entry.errors
        self._read_name(row, entry)
        self._read_groups(row, entry)
        self._read_states(row, entry)
        self._read_remarks(row, entry)
        self._read_people(row, entry)
        self.lines.entries.append(entry)

    def _read_building(self, row: Row, entry: Entry) -> None:
        cell = row.cell(self.building.index) if self.building else None
        if self.building is None or cell is None or cell.blank or (cell.kind == "text" and is_nothing(cell.text)):
            entry.building = self.place.building
            return
        if self._bad(entry, self.building, cell):
            return
        if cell.kind == "date":
            entry.errors.append(self._problem("room_is_date", row.number, self.building, text=cell.text))
            return
        name, unit = building_cell(cell.text)
        if name is None:
            entry.errors.append(self._problem("building_unreadable", row.number, self.building, text=cell.text[:40]))
            return
        if name != self.place.building or unit:
            self.place.unit, self.place.unit_written = unit, "written" if unit else "unknown"
        entry.building = self.place.building = name

    def _read_unit(self, row: Row, entry: Entry) -> None:
        cell = row.cell(self.unit.index) if self.unit else None
        if self.unit is None or cell is None or cell.blank:
            entry.unit = self.place.unit
            known = self.place.unit_written in ("written", "left_out")
            entry.unit_written = "left_out" if known else self.place.unit_written
            return
        if self._bad(entry, self.unit, cell):
            return
        if is_nothing(cell.text):
            entry.unit, entry.unit_written = None, "none"
        else:
            entry.unit, entry.unit_written = unit_name(plain_english(joined(cell.text))), "written"
            if entry.unit is None:
                problem = self._problem("unit_unreadable", row.number, self.unit, text=cell.text[:40])
                entry.errors.append(problem)
                return
        self.place.unit, self.place.unit_written = entry.unit, entry.unit_written

    def _read_room(self, row: Row, entry: Entry) -> None:
        assert self.room is not None  # noqa: S101 -- sections without a room column are not read
        cell = row.cell(self.room.index)
        entry.room_cell = coordinate(row.number, self.room.index)
        if self.floor:
            entry.floor = re.sub(r"[^0-9]", "", row.cell(self.floor.index).text)[:3]
        if self._bad(entry, self.room, cell):
            return
        if cell.kind == "date":
            entry.errors.append(self._problem("room_is_date", row.number, self.room, text=cell.text))
            return
        if cell.blank or cell.kind == "identity":
            before = self.lines.entries[-1] if self.lines.entries else None
            if before and self._is_person(row) and (self.relation or self._people_blank(row)) and not entry.errors:
                entry.continued, entry.written = True, before.written
                entry.building, entry.unit, entry.unit_written = before.building, before.unit, before.unit_written
                entry.number = before.number
                return
            entry.errors.append(self._problem("room_missing", row.number, self.room))
            return
        entry.written = read_room(cell.text, frozenset({entry.building} if entry.building else ()))
        if entry.written is None:
            entry.errors.append(self._problem("room_unreadable", row.number, self.room, text=cell.text[:40]))
            return
        entry.continued = not cell.own
        if is_empty_word(entry.written.note):
            entry.empty = True
        elif is_returned_word(entry.written.note):
            entry.returned = True

    def _people_blank(self, row: Row) -> bool:
        return self.people is None or row.cell(self.people.index).blank or not row.cell(self.people.index).own

    # ── the room with its building ────────────────────────────────────────────────────────────────────────────────

    def fit_rooms(self) -> None:
        """Join what the room cell says with the columns beside it.

        `1-501` in building 3 is unit 1; `3-501` in building 3 repeats the building. Where one column holds both
        kinds of first part, it is the unit.
        """
        twos = [
            e for e in self.lines.entries if e.written and e.written.building and e.written.unit is None and e.building
        ]
        as_units = any(e.written and e.written.building != e.building for e in twos)
        short = self.floor is not None and all(
            len(e.written.number) <= 2 for e in self.lines.entries if e.written and e.placed
        )
        for entry in self.lines.entries:
            if entry.written is not None and entry.placed:
                self._fit(entry, entry.written, as_units=as_units)
                if short and entry.number.isdigit():
                    self._with_floor(entry)

    def _fit(self, entry: Entry, said: Written, *, as_units: bool) -> None:
        entry.number = said.number
        text = "-".join(part for part in (said.building, said.unit, said.number) if part)
        building, unit = said.building, said.unit
        two = building is not None and unit is None and entry.building is not None
        if two and as_units and (building != entry.building or not entry.unit or building == entry.unit):
            # Two parts beside a building: unit and number, not the building said again.
            building, unit = None, building
        if unit == "":
            unit = None
        if building is not None:
            if entry.building is None or self.building is None:
                if self.building is None and building != self.place.building:
                    entry.unit, entry.unit_written = (
                        (None, "unknown") if self.unit is None else (entry.unit, entry.unit_written)
                    )
                entry.building = building
            elif building != entry.building:
                entry.errors.append(
                    self._problem("building_mismatch", entry.row, self.room, text=text, building=entry.building)
                )
                return
        if unit is not None:
            if entry.unit is not None and entry.unit_written == "written" and entry.unit != unit:
                entry.errors.append(self._problem("unit_mismatch", entry.row, self.room, text=text, unit=entry.unit))
                return
            entry.unit, entry.unit_written = unit, "written"
        if entry.building is None:
            entry.errors.append(self._problem("building_missing", entry.row, self.room))
        elif not all(_PART.fullmatch(part) for part in (entry.building, entry.unit or "1", entry.number)):
            entry.errors.append(self._problem("room_unreadable", entry.row, self.room, text=text[:40]))

    @staticmethod
    def _with_floor(entry: Entry) -> None:
        """Floor 17, room 2 → 1702."""
        if entry.floor:
            entry.number = f"{int(entry.floor)}{int(entry.number):02d}"
