"""Why a file cannot be read at all, as codes with facts; the sentences are in one place and are translated."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from compound.refusals import Refusal

_FILE = {
    "file_empty": gettext_noop("The file is empty. Choose the file with the list and upload it again."),
    "file_too_large": gettext_noop(
        "The file is %(size)s MB; at most %(limit)s MB are read. Remove pictures and unused sheets, then save it again."
    ),
    "too_many_rows": gettext_noop("The list has more than %(limit)s rows. Split it, for example by building."),
    "unpacks_too_large": gettext_noop(
        "Unpacked, the file would be over %(limit)s MB. Copy the list into a new workbook and save it as .xlsx."
    ),
    "old_excel": gettext_noop(
        "This is the old Excel format (.xls). Open it in Excel or WPS, choose “Save as”, type .xlsx, and upload that."
    ),
    "password": gettext_noop(
        "The workbook is protected by a password. Open it, take the password off, save it, and upload it again."
    ),
    "word": gettext_noop("This is a Word document. Copy the table into Excel or WPS and save it as .xlsx."),
    "slides": gettext_noop("This is a presentation. Copy the table into Excel or WPS and save it as .xlsx."),
    "open_document": gettext_noop("This is an OpenDocument file. Save it as .xlsx and upload that."),
    "binary_excel": gettext_noop("This is the binary Excel format (.xlsb). Save it as .xlsx and upload that."),
    "pdf": gettext_noop("This is a PDF. Ask for the spreadsheet that it was made from, or copy the table into Excel."),
    "picture": gettext_noop("This is a picture. A list can only be read from .xlsx or .csv, not from a photo."),
    "archive": gettext_noop("This is a packed archive. Unpack it and upload the .xlsx or .csv file that is inside."),
    "web_page": gettext_noop(
        "This is a web page or XML table named like a spreadsheet. Open it in Excel or WPS, save it as .xlsx."
    ),
    "broken": gettext_noop("The workbook is damaged. Open it in Excel or WPS, save it under a new name, upload that."),
    "no_table": gettext_noop("This is no spreadsheet: only .xlsx and .csv can be read."),
    "encoding": gettext_noop("The characters of this .csv cannot be read. Save it as “CSV UTF-8” or as .xlsx."),
}


class ListRefused(Refusal):
    """The whole file cannot be read; nothing of it was used. What a list is about has `sentences` of its own."""

    sentences: ClassVar[Mapping[str, str]] = {}

    def __init__(self, code: str, **params: Any) -> None:
        sentence = self.sentences.get(code) or _FILE[code]
        super().__init__(code, _(sentence) % params, **params)
