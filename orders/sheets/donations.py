"""The statement of donations as a table for a spreadsheet. It names nobody."""

import io
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
from openpyxl.styles import Font

from orders.queries.donations import Statement


def statement_file(found: Statement) -> bytes:
    """An .xlsx in the active language: what was given, then what was handed out of it."""
    book = Workbook(write_only=True)
    given = book.create_sheet(_("Donations received"))
    for letter, wide in zip("ABCDE", (30, 12, 8, 14, 12), strict=True):
        given.column_dimensions[letter].width = wide
    given.append(
        [_cell(given, word, bold=True) for word in (_("Goods"), _("Quantity"), _("Unit"), "kg", _("Donations"))]
    )
    for line in found.lines:
        weight = float(line.weight_kg) if line.weight_kg is not None else None
        given.append(
            [_cell(given, value) for value in (line.goods, float(line.quantity), line.unit, weight, line.gifts)]
        )
    out = book.create_sheet(_("Handed out"))
    out.column_dimensions["A"].width = 40
    out.append(
        [_cell(out, word, bold=True) for word in (_("Relief round"), pgettext("relief", "Parcels"), _("Households"))]
    )
    for round in found.rounds:
        out.append([_cell(out, value) for value in (round.title, round.parcels, round.households)])
    content = io.BytesIO()
    book.save(content)
    return content.getvalue()


def _cell(sheet: Any, value: Any, *, bold: bool = False) -> Any:
    """What was typed is text, whatever it begins with: `=1+1` must not become a formula."""
    if isinstance(value, str):
        value = ILLEGAL_CHARACTERS_RE.sub("", value)
    cell = WriteOnlyCell(sheet, value=value)
    if isinstance(value, str):
        cell.data_type = "s"
    if bold:
        cell.font = Font(bold=True)
    return cell
