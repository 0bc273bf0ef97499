"""Household lists of many shapes, built here, with what should be read out of each. All people are invented."""

import csv
import io
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import openpyxl

from compound.household_list import Line, Reading

Rows = Sequence[Sequence[Any]]


@dataclass(frozen=True)
class Shape:
    """`rows`: one word group a household: row, room, people, tags, 空, 返. `errors`: cell and code."""

    name: str
    data: bytes
    rows: list[str]
    errors: list[str] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)


SHAPES: list[Callable[[], Shape]] = []


def shape(build: Callable[[], Shape]) -> Callable[[], Shape]:
    SHAPES.append(build)
    return build


def xlsx(*sheets: tuple[str, Rows, Sequence[str]] | tuple[str, Rows]) -> bytes:
    """Sheets as (title, rows, merged ranges)."""
    book = openpyxl.Workbook()
    book.remove(book.active)
    for title, rows, *merged in sheets:
        sheet = book.create_sheet(title)
        for row in rows:
            sheet.append(list(row))
        for ranges in merged:
            for one in ranges:
                sheet.merge_cells(one)
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def text(rows: Rows, delimiter: str = ",", encoding: str = "utf-8") -> bytes:
    stream = io.StringIO()
    csv.writer(stream, delimiter=delimiter).writerows(rows)
    return stream.getvalue().encode(encoding)


def said(line: Line) -> str:
    parts = [str(line.row), str(line.room), "?" if line.people is None else str(line.people), *line.tags]
    return " ".join(parts + ["空"] * line.empty + ["返"] * line.returned)


def rows_said(reading: Reading) -> list[str]:
    return [said(line) for line in reading.lines]


def problems_said(problems: Sequence[Any]) -> list[str]:
    return [f"{problem.cell} {problem.code}" for problem in problems]
