"""A spreadsheet as a plain grid: sheets, rows, cells. What every reader produces and every later step works on.

A book has a JSON form, so that an upload can be kept between two pages without keeping the file itself: identity
numbers are gone before a `Cell` exists (see privacy.py), so they are in the JSON form neither.
"""

from __future__ import annotations

import json
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Literal

Kind = Literal["text", "number", "date", "bool", "formula", "error", "identity"]


@dataclass(frozen=True, slots=True)
class Cell:
    """`text` is cleaned (half width, single spaces) and never holds an identity number.

    `anchor` is (row, column) of the merged range's first cell for every other cell of the range, None otherwise.
    `formula` is a formula without a stored result; `date` has the ISO date as its text.
    """

    text: str
    kind: Kind = "text"
    anchor: tuple[int, int] | None = None

    @property
    def own(self) -> bool:
        """Written here, not spread from a merged cell."""
        return self.anchor is None

    @property
    def blank(self) -> bool:
        return self.text == "" and self.kind in ("text", "number")


BLANK = Cell("")


@dataclass(frozen=True, slots=True)
class Row:
    """`number` counts from 1 as the spreadsheet program shows it; `cells` from column A on.

    `hidden`: folded away or filtered out when the file was saved.
    """

    number: int
    cells: tuple[Cell, ...]
    hidden: bool = False

    def cell(self, column: int) -> Cell:
        return self.cells[column] if 0 <= column < len(self.cells) else BLANK

    @property
    def written(self) -> list[tuple[int, Cell]]:
        """The cells that hold something of their own: (column, cell)."""
        return [
            (i, c)
            for i, c in enumerate(self.cells)
            if c.anchor is None and (c.text or c.kind not in ("text", "number"))
        ]


@dataclass(frozen=True, slots=True)
class Sheet:
    """Rows that hold nothing at all are left out; the numbers of the others stay."""

    title: str
    rows: tuple[Row, ...]
    hidden: bool = False


@dataclass(frozen=True, slots=True)
class Book:
    sheets: tuple[Sheet, ...]

    def __iter__(self) -> Iterator[Sheet]:
        return iter(self.sheets)


def column_letters(column: int) -> str:
    """0 → A, 25 → Z, 26 → AA."""
    letters = ""
    column += 1
    while column:
        column, rest = divmod(column - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


def coordinate(row: int, column: int) -> str:
    """Row from 1, column from 0 → `G17`."""
    return f"{column_letters(column)}{row}"


def book_to_bytes(book: Book) -> bytes:
    """Compressed JSON; 1,760 rows are about 60 kB."""

    def cell(c: Cell) -> Any:
        if c.kind == "text" and c.anchor is None:
            return c.text
        return [c.text, c.kind] if c.anchor is None else [c.text, c.kind, *c.anchor]

    sheets = [[s.title, s.hidden, [[r.number, [cell(c) for c in r.cells], r.hidden] for r in s.rows]] for s in book]
    return zlib.compress(json.dumps(sheets, ensure_ascii=False, separators=(",", ":")).encode(), 6)


def book_from_bytes(data: bytes) -> Book:
    """The other way round. Only for bytes that this module has written."""

    def cell(c: Any) -> Cell:
        if isinstance(c, str):
            return Cell(c) if c else BLANK
        return Cell(c[0], c[1], (c[2], c[3]) if len(c) == 4 else None)

    sheets = json.loads(zlib.decompress(data))
    return Book(
        tuple(
            Sheet(t, tuple(Row(n, tuple(cell(c) for c in cs), *rest) for n, cs, *rest in rows), h)
            for t, h, rows in sheets
        )
    )
