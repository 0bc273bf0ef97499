"""What a line says about a household besides its room: name, phone, groups, state, number of people."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from compound.household_list.columns import Column
from compound.household_list.entries import Entry, Lines, Place
from compound.household_list.header import Section
from compound.household_list.problems import Problem
from compound.household_list.remarks import groups_named, remark_of
from compound.household_list.values import (
    MOST_PEOPLE,
    Count,
    count_people,
    find_phone,
    is_empty_word,
    is_nothing,
    is_ordinary_word,
    is_returned_word,
    read_tags,
    split_name,
    tick,
)
from compound.spreadsheet.grid import Cell, Row, coordinate
from compound.spreadsheet.privacy import MASK


class FactReader:
    """Reads the columns of one section into an entry; what is wrong goes into the entry too."""

    def __init__(self, section: Section, place: Place, sheet: str, *, grouped: bool) -> None:
        self.section = section
        self.grouped = grouped
        self.place = place
        self.sheet = sheet
        self.lines = Lines()
        self.strange: set[str] = set()
        one = section.one
        self.building, self.unit, self.room = one("building"), one("unit"), one("room")
        self.people, self.name, self.floor = one("people"), one("name"), one("floor")
        self.relation = one("relation")
        self.phones, self.parts = section.of("phone"), section.of("people_part")
        self.states = section.of("status", "empty", "occupied", "returned")
        self.tag_columns, self.ticks, self.remarks = section.of("tags"), section.of("tag"), section.of("remark")
        self.used = {c.index for c in section.columns if c.used}
        self.own_columns = {c.index for c in section.columns}

    def _problem(self, code: str, row: int, column: Column | None, **params: Any) -> Problem:
        cell = coordinate(row, column.index) if column else None
        if column:
            params = {"head": column.heading or column.letters, **params}
        return Problem(code, row, cell, self.sheet, params)

    def _bad(self, entry: Entry, column: Column, cell: Cell) -> bool:
        """A cell that holds no value at all: the error goes to the entry."""
        if cell.kind == "formula":
            entry.errors.append(self._problem("formula", entry.row, column))
        elif cell.kind == "error":
            entry.errors.append(self._problem("cell_error", entry.row, column, text=cell.text))
        else:
            return False
        return True

    def _read_name(self, row: Row, entry: Entry) -> None:
        cell = row.cell(self.name.index) if self.name else None
        if cell and cell.kind == "text" and not is_nothing(cell.text):
            if is_empty_word(cell.text) and len(cell.text) <= 8:
                entry.empty = True
            elif not cell.text.isdigit():
                entry.name, entry.phone = split_name(cell.text)
                entry.name = entry.name[:40]
        for column in self.phones:
            cell = row.cell(column.index)
            if entry.phone or cell.blank or cell.kind in ("formula", "error", "identity") or is_nothing(cell.text):
                continue
            entry.phone = find_phone(cell.text) or ""
            if not entry.phone and not is_empty_word(cell.text):
                entry.warnings.append(self._problem("phone_unreadable", row.number, column))
        if self.relation:
            entry.relation = row.cell(self.relation.index).text

    def _read_groups(self, row: Row, entry: Entry) -> None:
        for column in self.tag_columns:
            cell = row.cell(column.index)
            if cell.kind in ("formula", "error"):
                self._bad(entry, column, cell)
                continue
            found, unknown = read_tags(cell.text)
            self._add(entry, found)
            if is_returned_word(cell.text):
                entry.returned = True
            if is_empty_word(cell.text):
                entry.empty = True
            for word in unknown:
                entry.warnings.append(self._problem("tag_unknown", row.number, column, text=word[:30]))
        for column in self.ticks:
            cell = row.cell(column.index)
            if self._bad(entry, column, cell) or cell.kind == "identity":
                continue
            ticked = tick(cell.text)
            if ticked is None:
                found, _ = read_tags(cell.text)
                ticked = not re.match(r"[无非没否]", cell.text)
                if ticked and column.tag not in found:
                    entry.warnings.append(self._problem("tick_unclear", row.number, column, text=cell.text[:30]))
            if ticked:
                self._add(entry, [column.tag])

    def _read_remarks(self, row: Row, entry: Entry) -> None:
        """After the groups and states. Words of a remark count as groups where the list has no column for groups."""
        for column in self.remarks:
            cell = row.cell(column.index)
            if cell.kind in ("formula", "error"):
                # The household is right without it: a warning, which does not leave the line out.
                code = "formula" if cell.kind == "formula" else "cell_error"
                entry.warnings.append(self._problem(code, row.number, column, text=cell.text))
                continue
            if kept := remark_of(cell.text):
                entry.remarks.append(kept)
                entry.remark_cell = entry.remark_cell or coordinate(row.number, column.index)
            named = groups_named(cell.text)
            if not self.grouped:
                self._add(entry, [one.group for one in named if one.sure])
            if unread := [one.word for one in named if one.group not in entry.tags]:
                text = "、".join(unread)[:30]
                entry.warnings.append(self._problem("remark_names_group", row.number, column, text=text))

    @staticmethod
    def _add(entry: Entry, tags: Iterable[str]) -> None:
        entry.tags += [tag for tag in tags if tag not in entry.tags]

    def _read_states(self, row: Row, entry: Entry) -> None:
        for column in self.states:
            cell = row.cell(column.index)
            if self._bad(entry, column, cell) or cell.blank or cell.kind == "identity":
                continue
            if is_empty_word(cell.text) and column.field != "returned":
                entry.empty = True
                continue
            ticked = tick(cell.text)
            if column.field == "empty":
                entry.empty = entry.empty or bool(ticked)
            elif column.field == "occupied":
                entry.empty = entry.empty or (ticked is False)
            elif column.field == "returned":
                entry.returned = entry.returned or ticked is True or is_returned_word(cell.text)
                if ticked is None and not is_returned_word(cell.text) and not is_nothing(cell.text):
                    self._returned_text(entry, column, cell.text)
            elif is_returned_word(cell.text):
                entry.returned = True
            elif not is_ordinary_word(cell.text) and ticked is None:
                found, unknown = read_tags(cell.text)
                self._add(entry, found)
                if unknown and cell.text not in self.strange:
                    # Once for each word, not once for each line.
                    self.strange.add(cell.text)
                    entry.warnings.append(self._problem("status_unknown", row.number, column, text=cell.text[:30]))
        for column in self.remarks:
            text = row.cell(column.index).text
            if len(text) <= 20:
                entry.empty = entry.empty or is_empty_word(text)
                entry.returned = entry.returned or is_returned_word(text)

    def _returned_text(self, entry: Entry, column: Column, text: str) -> None:
        """`8月12日从武汉` in the column of who has come back."""
        if not re.match(r"[无没未非否不]", text):
            entry.returned = True
            entry.warnings.append(self._problem("tick_unclear", entry.row, column, text=text[:30]))

    def _read_people(self, row: Row, entry: Entry) -> None:
        if self.people is None:
            self._read_parts(row, entry)
            return
        cell = row.cell(self.people.index)
        entry.people_cell = coordinate(row.number, self.people.index)
        if cell.kind in ("formula", "error") and self._bad(entry, self.people, cell):
            return
        if cell.blank or (
            cell.kind == "text"
            and is_nothing(cell.text)
            and tick(cell.text) is False
            and cell.text != "0"
            and not cell.text.startswith(("无", "没"))
        ):
            return
        if cell.kind in ("date", "identity"):
            problem = self._problem("people_unreadable", row.number, self.people, text=cell.text or MASK)
            entry.errors.append(problem)
            return
        count = Count(0) if cell.text in ("无", "没有") else count_people(cell.text)
        if count.people is None:
            entry.errors.append(self._problem("people_unreadable", row.number, self.people, text=cell.text[:30]))
        elif count.people > MOST_PEOPLE:
            entry.errors.append(self._problem("people_too_many", row.number, self.people, text=cell.text[:30]))
        else:
            entry.people = count.people
            if count.people == 0 and is_empty_word(cell.text):
                entry.empty = True
            if count.added:
                params = {"text": cell.text[:30], "people": count.people}
                entry.warnings.append(self._problem("people_added_up", row.number, self.people, **params))

    def _read_parts(self, row: Row, entry: Entry) -> None:
        """No column with the number of people, but adults and children in columns of their own."""
        total = None
        for column in self.parts:
            cell = row.cell(column.index)
            entry.people_cell = coordinate(row.number, column.index)
            if self._bad(entry, column, cell) or cell.blank or is_nothing(cell.text):
                continue
            count = count_people(cell.text)
            if count.people is None:
                entry.errors.append(self._problem("people_unreadable", row.number, column, text=cell.text[:30]))
            else:
                total = (total or 0) + count.people
        if self.parts:
            entry.people = total
