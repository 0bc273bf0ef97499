"""Grid → lines: one person each, with the place of every cell that has to be named."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from compound.household_list import Book
from compound.household_list.values import is_nothing, tick
from compound.models.accounts import clean_phone
from compound.spreadsheet.grid import Cell, Row, Sheet, coordinate
from roster.phone_numbers import phone_fault
from roster.volunteer_list.columns import NEEDED, Column, columns_of, header_of
from roster.volunteer_list.problems import Problem, no_list

# A compound has 30 to 300 volunteers.
MOST_LINES = 1_000
LIMITS = {"organisation": 80, "note": 200}
NAME_LIMIT = 40
NUMBERS = {"hours_a_week": 168, "nights_a_week": 7}
PHONE = re.compile(r"\+?[0-9]{5,20}")
EXAMPLE = re.compile(r"^[(（]?(?:例|示例|样例|example)\s*[)）:：]", re.IGNORECASE)
TOTAL = re.compile(r"^(?:合计|总计|共计|小计|total)", re.IGNORECASE)
ORIGINS = {
    "resident": "居民 业主 住户 租户 本小区居民 本小区 小区居民 resident owner tenant",
    "cadre": "干部 下沉干部 机关干部 下派干部 下沉人员 机关 党员干部 单位下沉 包联干部 cadre cadresentin",
    "property": "物业 物业人员 物业员工 物业公司 保安 property propertystaff",
    "community": "社区 居委会 居委 社区工作者 社工 网格员 community",
}
ORIGIN_OF = {word: code for code, words in ORIGINS.items() for word in words.split()}
EMAIL = re.compile(r"[^@\s,;，；]+@[^@\s,;，；]+\.[A-Za-z0-9-]{2,}")


@dataclass(frozen=True, slots=True)
class Line:
    """One person. `values` has what is written, by field; a blank cell is not in it. `cells`: `C17` by field.

    `origin` is a code, `skills` a tuple of names as written, limits are numbers, `ground_floor_only` a bool.
    """

    row: int
    sheet: str
    name: str
    phone: str
    values: Mapping[str, Any]
    cells: Mapping[str, str]


@dataclass
class Reading:
    """`errors` leave their line out, `warnings` do not. `missing`: needed fields that no column has."""

    sheet: str
    columns: tuple[Column, ...]
    lines: list[Line] = field(default_factory=list)
    errors: list[Problem] = field(default_factory=list)
    warnings: list[Problem] = field(default_factory=list)

    @property
    def missing(self) -> list[str]:
        return [name for name in NEEDED if all(column.field != name for column in self.columns)]


def read_list(book: Book, choices: Mapping[int, str] | None = None) -> Reading:
    """The first visible sheet with headings. Raises Refusal: no_header, no_lines, too_many_lines."""
    for sheet in book:
        header = None if sheet.hidden else header_of(sheet)
        if header is not None:
            return _read(sheet, header, choices or {})
    raise no_list("no_header")


def _read(sheet: Sheet, header: Row, choices: Mapping[int, str]) -> Reading:
    body = tuple(row for row in sheet.rows if row.number > header.number)
    reading = Reading(sheet.title, columns_of(header, body, choices))
    if not body:
        raise no_list("no_lines")
    if len(body) > MOST_LINES:
        raise no_list("too_many_lines", limit=MOST_LINES)
    if reading.missing:
        return reading
    phones: dict[str, str] = {}
    heading = [cell.text for _column, cell in header.written]
    for row in body:
        if [cell.text for _column, cell in row.written] == heading:
            continue
        line = _Line(row, reading).read()
        if line is None:
            continue
        if line.phone in phones:
            other = phones[line.phone]
            reading.errors.append(Problem("phone_twice", row.number, line.cells["phone"], "", {"other": other}))
            continue
        phones[line.phone] = line.cells["phone"]
        reading.lines.append(line)
    if not reading.lines and not reading.errors:
        raise no_list("no_lines")
    return reading


class _Line:
    """One row of the body, cell by cell."""

    def __init__(self, row: Row, reading: Reading) -> None:
        self.row, self.reading = row, reading
        self.at = {column.field: column.index for column in reading.columns if column.field}
        self.errors: list[Problem] = []
        self.warnings: list[Problem] = []
        self.values: dict[str, Any] = {}

    def read(self) -> Line | None:
        """None for a line that is no person, or one with an error."""
        name, phone = self._text("name"), self._text("phone")
        if EXAMPLE.match(name) or (TOTAL.match(name) and not phone) or not self._is_written():
            return None
        self._name(name)
        number = self._phone(phone)
        for column in self.reading.columns:
            if column.field and column.field not in NEEDED:
                self._field(column.field)
        self.reading.errors += self.errors
        if self.errors:
            return None
        self.reading.warnings += self.warnings
        cells = {name: coordinate(self.row.number, index) for name, index in self.at.items()}
        return Line(self.row.number, self.reading.sheet, name, number, self.values, cells)

    def _is_written(self) -> bool:
        """A number in the first column alone is a prepared, empty line."""
        return any(self._cell(name).text or self._cell(name).kind in ("formula", "error") for name in self.at)

    def _cell(self, name: str) -> Cell:
        return self.row.cell(self.at[name])

    def _text(self, name: str) -> str:
        cell = self._cell(name)
        return cell.text.strip() if cell.kind not in ("formula", "error") else ""

    def _error(self, code: str, name: str, **params: Any) -> None:
        self.errors.append(Problem(code, self.row.number, coordinate(self.row.number, self.at[name]), "", params))

    def _warn(self, code: str, name: str, **params: Any) -> None:
        self.warnings.append(Problem(code, self.row.number, coordinate(self.row.number, self.at[name]), "", params))

    def _is_bad(self, name: str) -> bool:
        cell = self._cell(name)
        if cell.kind == "formula":
            self._error("formula", name)
        elif cell.kind == "error":
            self._error("cell_error", name, text=cell.text)
        else:
            return False
        return True

    def _name(self, name: str) -> None:
        if self._is_bad("name"):
            return
        if not name:
            self._error("name_missing", "name")
        elif len(name) > NAME_LIMIT:
            self._error("name_long", "name", limit=NAME_LIMIT)

    def _phone(self, text: str) -> str:
        if self._is_bad("phone"):
            return ""
        if not text:
            self._error("phone_missing", "phone")
            return ""
        number = clean_phone(text)
        if not PHONE.fullmatch(number) or sum(not c.isdigit() and c not in "+-() （）" for c in text) > 0:
            self._error("phone_unreadable", "phone", text=text[:30])
            return ""
        if fault := phone_fault(number):
            self._error(f"phone_{fault}", "phone", text=text[:30])
            return ""
        return number

    def _field(self, name: str) -> None:
        if self._is_bad(name):
            return
        text = self._text(name)
        # For “no stairs” a 无 is an answer.
        if not text or (name != "ground_floor_only" and is_nothing(text)):
            return
        if name == "origin":
            code = ORIGIN_OF.get(text.lower().replace(" ", ""))
            if code is None:
                self._error("origin_unknown", name, text=text[:30])
            else:
                self.values[name] = code
        elif name in NUMBERS:
            if re.fullmatch(r"[0-9]{1,3}", text) and int(text) <= NUMBERS[name]:
                self.values[name] = int(text)
            else:
                self._error("number_unreadable", name, text=text[:30], most=NUMBERS[name])
        elif name == "ground_floor_only":
            ticked = tick(text)
            if ticked is None:
                self._error("tick_unreadable", name, text=text[:30])
            else:
                self.values[name] = ticked
        elif name == "skills":
            self.values[name] = tuple(dict.fromkeys(word for word in re.split(r"[、,，;；/\s]+", text) if word))
        elif name == "email":
            if EMAIL.fullmatch(text) and len(text) <= 254:
                self.values[name] = text
            else:
                self._warn("email_unreadable", name, text=text[:40])
        else:
            limit = LIMITS.get(name, 40)
            if len(text) > limit:
                self._warn("cut", name, limit=limit)
            self.values[name] = text[:limit]
