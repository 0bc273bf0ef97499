""".xlsx → grid, with openpyxl in its streaming mode.

The streaming mode has no merged cells, and the ordinary one makes an object of each cell of a merged range, so that
one range over whole columns costs gigabytes. So the ranges are read here, from the sheet's XML, and clipped to the
rows that hold something. A second pass over the formulas is made only where a sheet has any.
"""

from __future__ import annotations

import datetime as dt
import io
import re
import warnings
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice, repeat
from operator import is_
from typing import Any
from xml.etree.ElementTree import ParseError

import openpyxl
from openpyxl.cell.read_only import EMPTY_CELL
from openpyxl.utils.exceptions import InvalidFileException

from compound.rooms import clean
from compound.spreadsheet.grid import BLANK, Book, Cell, Row, Sheet
from compound.spreadsheet.privacy import without_identity
from compound.spreadsheet.refused import ListRefused

MAX_ROWS = 20_000
MAX_COLUMNS = 120
MAX_UNPACKED = 150 * 1024 * 1024
MAX_SHEETS = 80
# Empty but formatted rows are common to the very end of a sheet; they cost time, not memory. Two such sheets.
MAX_ROWS_SEEN = 2_200_000
MAX_MERGED = 2_000_000
# Bytes. The text of a cell is 32,767 characters at the most.
LONGEST_TOKEN = 256 * 1024
# Bytes of a sheet's XML from which it is worth looking for rows that are only formatted.
LEAN_FROM = 2 * 1024 * 1024


@dataclass
class Budget:
    """What is left for the whole book: a limit of each sheet would be 80 times itself."""

    rows: int = MAX_ROWS
    seen: int = MAX_ROWS_SEEN
    merged: int = MAX_MERGED

    def see(self) -> None:
        self.seen -= 1
        if self.seen < 0:
            raise too_large()

    def merge(self, cells: int) -> None:
        self.merged -= cells
        if self.merged < 0:
            raise too_large()


def too_large() -> ListRefused:
    return ListRefused("unpacks_too_large", limit=MAX_UNPACKED // 1024 // 1024)


def what_zip(data: bytes) -> str:
    """`xlsx`, or the code of the refusal."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as packed:
            names = {info.filename for info in packed.infolist()}
            unpacked = sum(info.file_size for info in packed.infolist())
            mimetype = packed.read("mimetype")[:80] if _small(packed, "mimetype") else b""
    except (zipfile.BadZipFile, OSError, RuntimeError, NotImplementedError, EOFError, ValueError):
        return "broken"
    if "xl/workbook.bin" in names:
        return "binary_excel"
    if b"opendocument" in mimetype:
        return "open_document"
    if any(name.startswith("word/") for name in names):
        return "word"
    if any(name.startswith("ppt/") for name in names):
        return "slides"
    if "[Content_Types].xml" not in names or not any(name.startswith("xl/") for name in names):
        return "archive"
    if unpacked > MAX_UNPACKED or len(names) > 5000:
        raise too_large()
    return "xlsx"


def _small(packed: zipfile.ZipFile, name: str) -> bool:
    return name in packed.namelist() and packed.getinfo(name).file_size < 1000


def read_xlsx(data: bytes) -> Book:
    """Every worksheet, hidden ones marked. Chart sheets are left out. Raises `ListRefused`."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as packed:
            _refuse_traps(packed)
            lean = _without_empty_rows(packed)
            if lean is None:
                return _read(data, packed)
            with zipfile.ZipFile(io.BytesIO(lean)) as repacked:
                return _read(lean, repacked)
    except ListRefused:
        raise
    # A damaged workbook fails in openpyxl in a dozen ways; the user's next step is the same in each.
    except (
        zipfile.BadZipFile,
        InvalidFileException,
        ParseError,
        KeyError,
        ValueError,
        TypeError,
        AttributeError,
        IndexError,
        OSError,
        EOFError,
        RuntimeError,
        NotImplementedError,
        AssertionError,
        OverflowError,
        zipfile.LargeZipFile,
    ) as failure:
        raise ListRefused("broken") from failure
    finally:
        _clean.cache_clear()


def _refuse_traps(packed: zipfile.ZipFile) -> None:
    """What no spreadsheet program writes and what would keep the XML parser busy.

    A DOCTYPE (for its entities), UTF-16 (in which one would be overlooked), and a tag or comment of megabytes:
    expat before 2.6 reads it anew with every 16 kB.
    """
    for info in packed.infolist():
        if info.filename.lower().endswith((".xml", ".rels")):
            xml = packed.read(info)
            if b"\0" in xml[:64] or b"<!DOCTYPE" in xml or _has_long_token(xml):
                raise ListRefused("broken")


# A row that says its number and has cells without a value, or none: format only.
_EMPTY_ROW = re.compile(
    rb'<(?:[a-z]+:)?row (?=[^<>]*\br="[0-9])[^<>]*'
    rb"(?:/>|(?<!/)>(?:\s*<(?:[a-z]+:)?c\b[^<>]*/>)*\s*</(?:[a-z]+:)?row>)\s*"
)


def _without_empty_rows(packed: zipfile.ZipFile) -> bytes | None:
    """The workbook without rows that are only formatted; None where that would not spare much.

    A sheet that is formatted to its last row has a million of them, and the XML parser needs 20 s for what a regular
    expression finds in one. The rows left keep their numbers.
    """
    lean: dict[str, bytes] = {}
    for info in packed.infolist():
        if info.file_size > LEAN_FROM and re.search(r"worksheets/[^/]+\.xml$", info.filename):
            xml = _EMPTY_ROW.sub(b"", packed.read(info))
            if len(xml) < 0.8 * info.file_size:
                lean[info.filename] = xml
    if not lean:
        return None
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_STORED) as target:
        for info in packed.infolist():
            target.writestr(info.filename, lean.get(info.filename) or packed.read(info))
    return out.getvalue()


def _has_long_token(xml: bytes) -> bool:
    at = 0
    while len(xml) - at > LONGEST_TOKEN:
        at = xml.rfind(b">", at, at + LONGEST_TOKEN) + 1
        if at == 0:
            return True
    comment = xml.find(b"<!--")
    while comment >= 0:
        end = xml.find(b"-->", comment, comment + LONGEST_TOKEN)
        if end < 0:
            return True
        comment = xml.find(b"<!--", end)
    return False


def _read(data: bytes, packed: zipfile.ZipFile) -> Book:
    with warnings.catch_warnings():
        # Styles, extensions and validations that openpyxl does not know do not matter here.
        warnings.simplefilter("ignore")
        values = openpyxl.load_workbook(io.BytesIO(data), read_only=True, data_only=True, keep_links=False)
        sheets = [s for s in values.worksheets if hasattr(s, "iter_rows")][:MAX_SHEETS]
        # openpyxl knows the part of each sheet and does not tell it in public.
        paths = {s.title: str(vars(s)["_worksheet_path"]) for s in sheets}
        # Many sheets may name one part, which then is unpacked as often.
        if sum(packed.getinfo(path).file_size for path in paths.values()) > MAX_UNPACKED:
            raise too_large()
        parts = {title: packed.read(path) for title, path in paths.items()}
        formulas = None
        if any(b"<f>" in xml or b"<f " in xml or b"<f/" in xml for xml in parts.values()):
            formulas = openpyxl.load_workbook(io.BytesIO(data), read_only=True, keep_links=False)
        read: list[Sheet] = []
        budget = Budget()
        for sheet in sheets:
            width = _width(parts[sheet.title])
            unsolved = set() if formulas is None else _unsolved(sheet, formulas[sheet.title], budget, width)
            rows = _rows(sheet, unsolved, budget, width)
            spread = _spread(rows, _ranges(parts[sheet.title]), budget, _hidden_rows(parts[sheet.title]))
            read.append(Sheet(clean(sheet.title), spread, hidden=sheet.sheet_state != "visible"))
        return Book(tuple(read))


# `<` excluded: in a comment full of half tags each of them would be looked for to its end.
_PLACE = re.compile(rb'<(?:[a-z]+:)?c [^<>]*?\br="([A-Z]{1,3})[0-9]')
_ANY_CELL = re.compile(rb"<(?:[a-z]+:)?c[ />]")


def _width(xml: bytes) -> int:
    """Columns in use. One far-out cell must not make every row as wide as the sheet can be."""
    letters = {found[1] for found in _PLACE.finditer(xml)}
    # Cells need not say their place; rows without any must not be padded.
    default = MAX_COLUMNS if _ANY_CELL.search(xml) else 1
    return min(MAX_COLUMNS, max((_column(name) + 1 for name in letters), default=default))


def _grid(sheet: Any, width: int) -> Iterator[tuple[Any, ...]]:
    # The size that a sheet states about itself is often wrong (WPS, exports); without it all is read.
    sheet.reset_dimensions()
    return sheet.iter_rows(max_col=width)  # type: ignore[no-any-return]


def _is_padding(cells: tuple[Any, ...]) -> bool:
    """No cell at all in a row. Without a loop in Python: there may be a million such rows."""
    return all(map(is_, cells, repeat(EMPTY_CELL)))


def _unsolved(values: Any, formulas: Any, budget: Budget, width: int) -> set[tuple[int, int]]:
    """(row, column) of each formula without a stored result."""
    found: set[tuple[int, int]] = set()
    for number, (solved, written) in enumerate(zip(_grid(values, width), _grid(formulas, width), strict=False), 1):
        budget.see()
        if _is_padding(written):
            continue
        for column, cell in enumerate(written):
            if cell.data_type == "f" and (column >= len(solved) or solved[column].value is None):
                found.add((number, column))
    return found


def _rows(sheet: Any, unsolved: set[tuple[int, int]], budget: Budget, width: int) -> list[Row]:
    rows: list[Row] = []
    for number, cells in enumerate(_grid(sheet, width), 1):
        budget.see()
        if _is_padding(cells):
            continue
        made = [
            BLANK if cell is EMPTY_CELL else Cell("", "formula") if (number, column) in unsolved else _cell(cell)
            for column, cell in enumerate(cells)
        ]
        while made and made[-1] is BLANK:
            made.pop()
        if made:
            rows.append(Row(number, tuple(made)))
            budget.rows -= 1
            if budget.rows < 0:
                raise ListRefused("too_many_rows", limit=MAX_ROWS)
    return rows


# Emptied after each file: what goes in is not yet free of identity numbers.
_clean = lru_cache(maxsize=8192)(clean)


def _cell(cell: Any) -> Cell:
    value = cell.value
    if value is None or value == "":
        return BLANK
    if isinstance(value, str):
        if cell.data_type == "e":
            return Cell(value, "error")
        text, identity = without_identity(_clean(value).removeprefix("'"))
        if identity:
            return Cell("", "identity")
        return Cell(text) if text else BLANK
    if isinstance(value, bool):
        return Cell("1" if value else "0", "bool")
    if isinstance(value, dt.datetime):
        return Cell(value.date().isoformat(), "date")
    if isinstance(value, dt.date | dt.time | dt.timedelta):
        return Cell(str(value), "date")
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e18:
        value = int(value)
    if isinstance(value, int) and value >= 0 and _GROUPED.fullmatch(cell.number_format):
        return Cell(_grouped(value, cell.number_format))
    text, identity = without_identity(str(value))
    return Cell("", "identity") if identity else Cell(text, "number")


# A format such as 0-0000 shows 201702 as 20-1702, and what is shown is what was meant.
_GROUPED = re.compile(r"[#0?]{1,8}(?:\\?[-–][#0?]{1,5}){1,2}")


def _grouped(value: int, number_format: str) -> str:
    sizes = [len(group) for group in re.split(r"\\?[-–]", number_format)]
    digits = str(value).zfill(sum(sizes))
    groups: list[str] = []
    for size in reversed(sizes[1:]):
        digits, group = digits[:-size], digits[-size:]
        groups.insert(0, group)
    return "-".join([digits, *groups])


_MERGED = re.compile(
    rb'<(?:[a-z]+:)?mergeCell[^<>]*?\bref="\$?([A-Z]{1,3})\$?([0-9]{1,7}):\$?([A-Z]{1,3})\$?([0-9]{1,7})"'
)
Range = tuple[int, int, int, int]


def _ranges(xml: bytes) -> list[Range]:
    """First row, first column, last row, last column; rows from 1, columns from 0."""
    found = (one.groups() for one in islice(_MERGED.finditer(xml), 50_000))
    return [(int(r1), _column(c1), int(r2), _column(c2)) for c1, r1, c2, r2 in found]


def _column(letters: bytes) -> int:
    value = 0
    for letter in letters:
        value = value * 26 + letter - 64
    return value - 1


_ROW = re.compile(rb"<(?:[a-z]+:)?row ([^<>]*)>")
_ROW_NUMBER = re.compile(rb'\br="([0-9]{1,7})"')
_HIDDEN = re.compile(rb'\bhidden="(?:1|true)"')


def _hidden_rows(xml: bytes) -> frozenset[int]:
    """Numbers of rows that a filter or a person has folded away; rows without a number of their own are not told."""
    if not _HIDDEN.search(xml):
        return frozenset()
    rows = (found[1] for found in _ROW.finditer(xml))
    return frozenset(int(number[1]) for row in rows if _HIDDEN.search(row) and (number := _ROW_NUMBER.search(row)))


def _spread(
    rows: list[Row], ranges: list[Range], budget: Budget, hidden: frozenset[int] = frozenset()
) -> tuple[Row, ...]:
    """Write the value of each merged range into its other cells, as far as the sheet has rows at all."""
    by_number = {row.number: list(row.cells) for row in rows}
    last = max(by_number, default=0)
    width = min(MAX_COLUMNS, max((len(cells) for cells in by_number.values()), default=0))
    for r1, c1, r2, c2 in ranges:
        first = by_number.get(r1)
        if first is None or c1 >= len(first) or first[c1].blank:
            continue
        budget.merge(max(0, min(r2, last) + 1 - r1) * max(0, min(c2 + 1, width) - c1))
        source = Cell(first[c1].text, first[c1].kind, (r1, c1))
        for number in range(r1, min(r2, last) + 1):
            cells = by_number.setdefault(number, [])
            for column in range(c1, min(c2 + 1, width)):
                if (number, column) == (r1, c1):
                    continue
                cells.extend([BLANK] * (column + 1 - len(cells)))
                cells[column] = source
    return tuple(Row(number, tuple(by_number[number]), number in hidden) for number in sorted(by_number))
