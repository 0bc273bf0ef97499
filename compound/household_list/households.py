"""Entries → households: persons of one room joined, units settled, rooms checked for standing twice."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from compound.household_list.columns import Choice
from compound.household_list.entries import Entry, Place
from compound.household_list.header import Section, find_sections
from compound.household_list.places import place_of
from compound.household_list.problems import NoHouseholds, Problem
from compound.household_list.remarks import BETWEEN, MOST_CHARACTERS
from compound.household_list.rows import read_section
from compound.household_list.units import Registered, settle_units
from compound.rooms import Room
from compound.spreadsheet.grid import Book, Sheet


@dataclass(frozen=True, slots=True)
class Line:
    """One household as the list has it. `people` None: the list does not say (no such column)."""

    sheet: str
    row: int
    room: Room
    people: int | None
    tags: tuple[str, ...]
    empty: bool
    returned: bool
    name: str
    phone: str
    # '' where the list has none: what is registered stays.
    remark: str
    # Which of these the list speaks about at all; what it does not mention stays as it is registered.
    says: frozenset[str]

    def to_json(self) -> dict[str, Any]:
        return {
            "row": self.row,
            "room": str(self.room),
            "people": self.people or 0,
            "tags": list(self.tags),
            "empty": self.empty,
            "returned": self.returned,
            "sheet": self.sheet,
        }


@dataclass(frozen=True, slots=True)
class Reading:
    """Everything a list says. Every line of the file is in exactly one of `lines`, `errors` (by row) and `skipped`,
    or belongs as a further person to a household of `lines`."""

    lines: tuple[Line, ...]
    errors: tuple[Problem, ...]
    warnings: tuple[Problem, ...]
    skipped: tuple[Problem, ...]
    sections: tuple[Section, ...]
    # The rooms of lines with an error, as far as they are known: these households are wrong, not absent.
    left_out: frozenset[str] = frozenset()
    # The rows of further persons, who are counted in the household of the line above.
    persons: frozenset[int] = frozenset()

    @property
    def asks(self) -> bool:
        """Whether the columns should be looked at by a human before anything is done with the list."""
        if not any(s.one("room") for s in self.sections):
            return True
        essential = ("room", "building", "unit", "people", "tags", "status", "name", "people_part")
        return any(
            (column.field is None and _filled(section, column.index)) or column.field in essential
            for section in self.sections
            for column in section.unsure
        )


def _filled(section: Section, index: int) -> bool:
    return any(not row.cell(index).blank for row in section.rows)


def sections_of(book: Book, choices: Mapping[str, Choice] | None = None) -> list[Section]:
    """Every table of every visible sheet, in order. `choices` by sheet title."""
    return [
        section
        for sheet in book
        if not sheet.hidden
        for section in find_sections(sheet, (choices or {}).get(sheet.title))
    ]


def read_book(
    book: Book,
    *,
    choices: Mapping[str, Choice] | None = None,
    registry: Mapping[str, Registered] | None = None,
) -> Reading:
    """The households of a book. `registry` by building name; a building that is not in it is new.

    Raises `NoHouseholds`: no_header, no_room_column, no_rows.
    """
    sections = sections_of(book, choices)
    if not sections:
        raise NoHouseholds("no_header")
    usable = [section for section in sections if section.one("room")]
    if not usable:
        raise NoHouseholds("no_room_column")
    several = len({section.sheet for section in usable}) > 1
    entries, skipped = _entries(usable, several=several)
    skipped += _skipped_sheets(book, usable)
    if not entries:
        raise NoHouseholds("no_rows")
    # Further persons of a line whose room cannot be read: that line is named, they go with it.
    doors = [entry for entry in entries if not (entry.continued and entry.written is None)]
    households = _join_persons(doors, usable)
    says = _says(usable)
    if len(households) < len(entries):
        says |= {"people"}
    _join_remarks(households)
    _check_people(households, usable)
    settle_units(households, registry or {})
    _check_twice(households, registry or {})
    errors = [problem for entry in households for problem in entry.errors]
    warnings = [problem for entry in households for problem in entry.warnings] + _unsure(usable, several=several)
    if "people" not in says:
        warnings.insert(0, Problem("no_people_column"))
    lines = [_line(entry, says) for entry in households if not entry.errors]
    order = {section.sheet: position for position, section in enumerate(usable)}
    lines.sort(key=lambda line: (order.get(line.sheet, 0), line.row))
    left_out = frozenset(
        str(Room(entry.building, entry.unit, entry.number))
        for entry in households
        if entry.errors and entry.building and entry.number
    )
    persons = frozenset(entry.row for entry in entries) - {entry.row for entry in households}
    return Reading(tuple(lines), tuple(errors), tuple(warnings), tuple(skipped), tuple(sections), left_out, persons)


def _entries(sections: Sequence[Section], *, several: bool) -> tuple[list[Entry], list[Problem]]:
    entries: list[Entry] = []
    skipped: list[Problem] = []
    sheet: str | None = None
    place = Place()
    grouped = any(section.of("tags", "tag") for section in sections)
    for section in sections:
        if section.sheet != sheet:
            sheet = section.sheet
            place = place_of(sheet, section)
        elif section.beside and section.above:
            named = place_of("", section)
            place = named if named.building else place
        lines = read_section(section, place, several=several, grouped=grouped)
        entries += lines.entries
        skipped += lines.skipped
    return entries, skipped


def _skipped_sheets(book: Book, usable: Sequence[Section]) -> list[Problem]:
    used = {section.sheet for section in usable}
    return [
        Problem("hidden" if sheet.hidden else "sheet", None, None, sheet.title, {"text": _first_words(sheet)})
        for sheet in book
        if sheet.rows and sheet.title not in used
    ]


def _first_words(sheet: Sheet) -> str:
    return " ".join(cell.text for _, cell in sheet.rows[0].written)[:60]


def _says(sections: Sequence[Section]) -> frozenset[str]:
    """Which facts some column of the list is about."""
    about = {
        "people": ("people", "people_part", "relation"),
        "tags": ("tags", "tag"),
        "state": ("status", "empty", "occupied"),
        "returned": ("returned", "status"),
        "name": ("name",),
        "phone": ("phone",),
    }
    said = {fact for fact, fields in about.items() if any(section.of(*fields) for section in sections)}
    return frozenset(said)


def _unsure(sections: Sequence[Section], *, several: bool) -> list[Problem]:
    found = []
    for section in sections:
        for column in section.unsure:
            if column.used and column.field is not None:
                sheet = section.sheet if several else ""
                params = {"text": column.heading or column.letters, "field": str(column.field)}
                found.append(
                    Problem("column_unsure", None, f"{column.letters}{max(section.header, default=1)}", sheet, params)
                )
    return found


# ── persons ───────────────────────────────────────────────────────────────────────────────────────────────────────


def _join_persons(entries: list[Entry], sections: Sequence[Section]) -> list[Entry]:
    """Lists with one line per person: the lines of one room become one household with its head count.

    A list counts as one of persons when it has a column for the relation to the head, or when lines repeat or leave
    out the room of the line above while no number of people is written in them.
    """
    by_sheet: dict[str, list[Entry]] = defaultdict(list)
    for entry in entries:
        by_sheet[entry.sheet].append(entry)
    joined: list[Entry] = []
    several = len({section.sheet for section in sections}) > 1
    for sheet, own in by_sheet.items():
        here = [s for s in sections if not several or s.sheet == sheet]
        relation = any(s.one("relation") for s in here)
        counted = any(s.one("people") or s.of("people_part") for s in here)
        named = any(s.one("name") for s in here)
        repeats = sum(1 for before, entry in pairwise(own) if _same_room(before, entry))
        persons = relation or (named and repeats >= max(1, len(own) // 10) and not counted)
        merged = named and any(entry.continued for entry in own)
        joined += _joined(own, persons=persons) if persons or merged else own
    return joined


def _same_room(one: Entry, two: Entry) -> bool:
    return bool(one.number) and (one.building, one.unit, one.number) == (two.building, two.unit, two.number)


def _joined(entries: list[Entry], *, persons: bool) -> list[Entry]:
    households: list[list[Entry]] = []
    for entry in entries:
        if households and _same_room(households[-1][0], entry) and (persons or entry.continued):
            households[-1].append(entry)
        else:
            households.append([entry])
    return [_household(people, persons=persons) for people in households]


def _household(people: list[Entry], *, persons: bool) -> Entry:
    first = people[0]
    head = next((p for p in people if p.is_head and p.name), next((p for p in people if p.name), first))
    declared = list(dict.fromkeys(p.people for p in people if p.people is not None))
    listed = sum(1 for p in people if p.name)
    if len(people) == 1 and not persons:
        return first
    first.name = head.name
    first.phone = head.phone or next((p.phone for p in people if p.phone), "")
    first.empty = all(p.empty for p in people) if listed else any(p.empty for p in people)
    first.returned = any(p.returned for p in people)
    for other in people[1:]:
        first.tags += [tag for tag in other.tags if tag not in first.tags]
        first.errors += [problem for problem in other.errors if problem not in first.errors]
        first.warnings += other.warnings
        first.remarks += other.remarks
        first.remark_cell = first.remark_cell or other.remark_cell
    if len(declared) == 1:
        first.people = declared[0]
        if listed not in (0, declared[0]) and len(people) > 1:
            params = {"head": first.people_cell or "", "text": declared[0], "people": listed}
            first.warnings.append(Problem("people_differ", first.row, first.people_cell, first.sheet, params))
    elif not first.empty:
        first.people = listed
    return first


def _join_remarks(households: list[Entry]) -> None:
    """Several columns, or several persons of one household: each text once, and no more than the registry holds."""
    for entry in households:
        text = BETWEEN.join(dict.fromkeys(entry.remarks))
        if len(text) > MOST_CHARACTERS:
            params = {"limit": MOST_CHARACTERS}
            entry.warnings.append(Problem("remark_too_long", entry.row, entry.remark_cell, entry.sheet, params))
        entry.remark = text[:MOST_CHARACTERS].rstrip()


# ── head counts ───────────────────────────────────────────────────────────────────────────────────────────────────


def _check_people(households: list[Entry], sections: Sequence[Section]) -> None:
    """Empty flats have nobody; a number that is missing is an error, except in lists that leave empty flats blank."""
    columns = {s.sheet: column for s in sections for column in [s.one("people")] if column}
    anywhere = next(iter(columns.values()), None)
    counted = any(s.one("people") or s.of("people_part") for s in sections)
    marks_empty = any(entry.empty or entry.people == 0 for entry in households)
    named = any(s.one("name") for s in sections)
    for entry in households:
        if any(problem.code.startswith("people") for problem in entry.errors):
            continue
        if entry.empty and entry.people:
            # 空户 beside a number of people: one of the two is wrong, and only the office knows which.
            column = columns.get(entry.sheet, anywhere)
            params = {
                "head": column.heading if column else "",
                "text": "空户",
                "people": entry.people,
                "other": entry.people_cell or "",
            }
            entry.errors.append(Problem("people_conflict", entry.row, entry.people_cell, entry.sheet, params))
        elif entry.empty:
            entry.people = 0
        elif entry.people == 0:
            entry.empty = True
        elif entry.people is None and counted and not any(p.code in ("formula", "cell_error") for p in entry.errors):
            column = columns.get(entry.sheet, anywhere)
            params = {"head": column.heading if column else ""}
            if named and not entry.name and not entry.phone and not entry.tags and not marks_empty:
                entry.people, entry.empty = 0, True
                entry.warnings.append(Problem("read_as_empty", entry.row, entry.people_cell, entry.sheet, params))
            else:
                entry.errors.append(Problem("people_missing", entry.row, entry.people_cell, entry.sheet, params))


# ── rooms that stand twice ──────────────────────────────────────────────────────────────────────────────────────────


def _check_twice(households: list[Entry], registry: Mapping[str, Registered]) -> None:
    """The first line of a room stays; a later one is left out and names the first.

    A line whose unit was only carried down loses against one that writes it, and is then ambiguous.
    """
    first: dict[Room, Entry] = {}
    ordered = sorted(households, key=lambda entry: entry.unit_written == "left_out")
    units_of: dict[tuple[str | None, str], set[str]] = defaultdict(set)
    for entry in households:
        if entry.unit:
            units_of[entry.building, entry.number].add(entry.unit)
    for entry in ordered:
        if entry.errors or entry.building is None:
            continue
        room = Room(entry.building, entry.unit, entry.number)
        other = first.setdefault(room, entry)
        if other is entry:
            continue
        where = other.room_cell or str(other.row)
        if other.sheet != entry.sheet:
            where = f"{other.sheet} {where}"
        params: dict[str, Any] = {"room": str(room), "other": where}
        code = "duplicate"
        if entry.unit is not None and entry.unit_written == "left_out" and other.unit_written == "written":
            known = registry.get(entry.building)
            units = units_of[entry.building, entry.number] | set(known.rooms.get(entry.number, ()) if known else ())
            if len(units) > 1:
                code = "unit_ambiguous"
                params = {
                    "number": entry.number,
                    "rooms": "|".join(f"{entry.building}-{u}-{entry.number}" for u in sorted(units)),
                }
        entry.errors.append(Problem(code, entry.row, entry.room_cell, entry.sheet, params))


def _line(entry: Entry, says: frozenset[str]) -> Line:
    room = Room(entry.building or "", entry.unit, entry.number)
    return Line(
        entry.sheet,
        entry.row,
        room,
        entry.people,
        tuple(entry.tags),
        entry.empty,
        entry.returned and not entry.empty,
        entry.name,
        entry.phone,
        entry.remark,
        says,
    )
