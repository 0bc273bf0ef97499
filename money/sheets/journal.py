"""The journal as a table for a spreadsheet: a line a side, so that every sum can be made again there."""

import io
from collections.abc import Iterable
from typing import Any

from django.utils.translation import gettext as _
from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
from openpyxl.styles import Font

from compound.models import Compound
from money.models import Entry
from money.words import entry_words

WIDTHS = (17, 17, 26, 22, 12, 12, 34, 24, 14, 38, 38)


def journal_file(compound: Compound, entries: Iterable[Entry]) -> bytes:
    """An .xlsx in the active language. Amounts are numbers: debit and credit in two columns."""
    book = Workbook(write_only=True)
    sheet = book.create_sheet(_("Journal"))
    for letter, wide in zip("ABCDEFGHIJK", WIDTHS, strict=True):
        sheet.column_dimensions[letter].width = wide
    sheet.freeze_panes = "A2"
    heads = (
        _("When"),
        _("Written down"),
        _("What"),
        _("Account"),
        _("Debit, yuan"),
        _("Credit, yuan"),
        _("Reason"),
        _("Round"),
        _("By"),
        _("Number"),
        _("Takes back"),
    )
    sheet.append([_cell(sheet, word, bold=True) for word in heads])
    for entry in entries:
        for side in entry.postings.all():
            values = (
                f"{compound.local(entry.at):%Y-%m-%d %H:%M}",
                f"{compound.local(entry.entered_at):%Y-%m-%d %H:%M}",
                entry_words(entry),
                str(side.account),
                side.amount if side.amount > 0 else None,
                -side.amount if side.amount < 0 else None,
                entry.reason,
                str(entry.round or ""),
                str(entry.entered_by or ""),
                str(entry.pk),
                str(entry.reverses_id or ""),
            )
            sheet.append([_cell(sheet, value) for value in values])
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
    elif value is not None:
        cell.number_format = "0.00"
    if bold:
        cell.font = Font(bold=True)
    return cell
