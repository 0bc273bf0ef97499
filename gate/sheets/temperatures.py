"""A day's readings as a workbook for the street office: how many of each unit, and every single one."""

import datetime as dt
import io
from collections.abc import Iterable, Sequence
from typing import Any

from django.utils.translation import gettext as _
from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
from openpyxl.styles import Font
from openpyxl.utils import get_column_letter

from compound.models import Compound
from gate.measuring import method_words
from gate.models import TemperatureReading
from gate.models.passages import Direction
from gate.queries.measured import Measured

Cell = str | int | float


def day_workbook(*, compound: Compound, day: dt.date, rows: Sequence[Measured]) -> bytes:
    """In the language in force. Rooms are text, temperatures numbers; what looks like a formula stays text."""
    book = Workbook(write_only=True)
    summary = book.create_sheet(_("By unit"))
    _write(
        summary,
        [14, 10, 12, 14, 12],
        (_("Building"), _("Unit of the building"), _("Rooms measured"), _("Readings"), _("At the line")),
        _by_unit(rows),
    )
    sheet = book.create_sheet(_("Readings"))
    _write(
        sheet,
        [10, 10, 14, 14, 8, 12, 16, 14, 18],
        (
            _("Building"),
            _("Unit of the building"),
            _("Room"),
            _("Who"),
            _("°C"),
            _("At the line"),
            _("Measured at"),
            _("Where"),
            _("When"),
        ),
        [
            (
                row.building,
                row.unit,
                row.room or _("no household"),
                row.person,
                float(row.value),
                _("yes") if row.is_fever else "",
                method_words(row.method),
                _where(row),
                f"{compound.local(row.taken_at):%Y-%m-%d %H:%M}",
            )
            for row in rows
        ],
    )
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def _by_unit(rows: Sequence[Measured]) -> list[tuple[Cell, ...]]:
    units: dict[tuple[str, str], list[Measured]] = {}
    for row in rows:
        units.setdefault((row.building, row.unit), []).append(row)
    return [
        (
            building or _("no household"),
            unit,
            len({row.room for row in of_unit if row.room}),
            len(of_unit),
            sum(row.is_fever for row in of_unit),
        )
        for (building, unit), of_unit in units.items()
    ]


def _where(row: Measured) -> str:
    if row.gate:
        return f"{row.gate} {Direction(row.direction).label}"
    return str(TemperatureReading.Source(row.source).label)


def _write(sheet: Any, widths: Sequence[int], headings: Sequence[str], rows: Iterable[Sequence[Cell]]) -> None:
    for column, width in enumerate(widths, 1):
        sheet.column_dimensions[get_column_letter(column)].width = width
    sheet.freeze_panes = "A2"
    head = []
    for words in headings:
        cell = WriteOnlyCell(sheet, words)
        cell.font = Font(bold=True)
        head.append(cell)
    sheet.append(head)
    for row in rows:
        cells = []
        for value in row:
            cell = WriteOnlyCell(sheet, ILLEGAL_CHARACTERS_RE.sub("", value) if isinstance(value, str) else value)
            if isinstance(value, str):
                # Somebody may be called "=1+1": a text is never a formula.
                cell.data_type = "s"
            elif isinstance(value, float):
                cell.number_format = "0.0"
            cells.append(cell)
        sheet.append(cells)
