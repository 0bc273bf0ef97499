"""Bytes of an upload → grid. Says in one sentence what to do with everything that is no .xlsx or .csv.

The name of the file is not trusted: the first bytes decide.
"""

from __future__ import annotations

from dataclasses import replace

from compound.spreadsheet.delimited import read_delimited
from compound.spreadsheet.grid import Book, Cell, Sheet
from compound.spreadsheet.labels import label
from compound.spreadsheet.privacy import is_identity_heading
from compound.spreadsheet.refused import ListRefused
from compound.spreadsheet.xlsx import read_xlsx, what_zip

MAX_BYTES = 10 * 1024 * 1024

_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_MAGIC = [
    (b"%PDF", "pdf"),
    (b"\x89PNG", "picture"),
    (b"\xff\xd8\xff", "picture"),
    (b"GIF8", "picture"),
    (b"BM", "picture"),
    (b"Rar!", "archive"),
    (b"7z\xbc\xaf", "archive"),
    (b"\x1f\x8b", "archive"),
    (b"II*\x00", "picture"),
    (b"MM\x00*", "picture"),
]


def load(data: bytes) -> Book:
    """The grid of the file.

    Raises `ListRefused`: file_empty, file_too_large, password, old_excel, word, pdf, picture, archive, web_page,
    encoding, broken, … 20,000 rows take about 2 s and 150 MB.
    """
    if not data.strip(b" \t\r\n\x00\xef\xbb\xbf\xff\xfe"):
        raise ListRefused("file_empty")
    check_size(len(data))
    if data.startswith(b"PK"):
        kind = what_zip(data)
        if kind != "xlsx":
            raise ListRefused(kind)
        return _without_identity_columns(read_xlsx(data))
    if data.startswith(_OLE):
        raise ListRefused(_what_ole(data))
    for magic, code in _MAGIC:
        # BM alone could begin a text; a bitmap has zero bytes early on.
        if data.startswith(magic) and (magic != b"BM" or b"\x00" in data[:20]):
            raise ListRefused(code)
    if data[8:12] == b"WEBP" or data[4:12] in (b"ftypheic", b"ftypmif1", b"ftypheix"):
        raise ListRefused("picture")
    return _without_identity_columns(read_delimited(data))


def check_size(size: int) -> None:
    """For the form, before the bytes are read. Raises `ListRefused` file_too_large."""
    if size > MAX_BYTES:
        raise ListRefused("file_too_large", size=round(size / 1024 / 1024, 1), limit=MAX_BYTES // 1024 // 1024)


def _what_ole(data: bytes) -> str:
    """An OLE container is an old workbook, an old document, or an encrypted new one."""
    if "EncryptedPackage".encode("utf-16-le") in data or "EncryptionInfo".encode("utf-16-le") in data:
        return "password"
    if "WordDocument".encode("utf-16-le") in data:
        return "word"
    if "PowerPoint Document".encode("utf-16-le") in data:
        return "slides"
    return "old_excel"


def _without_identity_columns(book: Book) -> Book:
    """Blank everything below a heading such as 身份证号, whatever its cells look like (passports, last four digits)."""
    return Book(tuple(_without_identity_column(sheet) for sheet in book))


def _without_identity_column(sheet: Sheet) -> Sheet:
    closed: set[int] = set()
    rows = []
    for row in sheet.rows:
        cells = tuple(
            Cell("", "identity", cell.anchor) if column in closed and not cell.blank else cell
            for column, cell in enumerate(row.cells)
        )
        rows.append(replace(row, cells=cells))
        for column, cell in enumerate(row.cells):
            if cell.kind == "text" and len(cell.text) <= 24 and is_identity_heading(label(cell.text)):
                closed.add(column)
    return replace(sheet, rows=tuple(rows))
