""".csv → grid: UTF-8 with or without a mark, UTF-16, GB18030 (what Excel writes in China), Big5; `,` `;` tab or `|`."""

from __future__ import annotations

import csv
import io
import re
from functools import lru_cache

from compound.rooms import clean
from compound.spreadsheet.grid import BLANK, Book, Cell, Row, Sheet
from compound.spreadsheet.privacy import without_identity
from compound.spreadsheet.refused import ListRefused
from compound.spreadsheet.xlsx import MAX_COLUMNS, MAX_ROWS

_MARKUP = re.compile(r"^\s*<(?:!doctype|html|\?xml|table|head|meta|div)", re.IGNORECASE)
# Excel in China writes 3-2 as 3月2日, Excel elsewhere as 2-Mar or Mar-02.
_DATE = re.compile(
    r"(?:19|20)[0-9]{2}[-/.年][0-9]{1,2}[-/.月][0-9]{1,2}日?(?: 0?0:00(?::00)?)?"
    r"|[0-9]{1,2}/[0-9]{1,2}/(?:19|20)[0-9]{2}"
    r"|[0-9]{1,2}月[0-9]{1,2}日|[0-9]{1,2}月-[0-9]{1,2}"
    r"|[0-9]{1,2}-(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)"
    r"|(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)-[0-9]{1,2}",
    re.IGNORECASE,
)
_NUMBER = re.compile(r"-?[0-9]{1,17}(?:\.[0-9]+)?")
_ERROR = re.compile(r"#(?:REF!|N/A|VALUE!|DIV/0!|NAME\?|NUM!|NULL!)")


def read_delimited(data: bytes) -> Book:
    """One sheet without a title. Raises `ListRefused`: encoding, no_table, web_page, too_many_rows."""
    text = decode(data)
    if _MARKUP.match(text):
        raise ListRefused("web_page")
    first, _, rest = text.partition("\n")
    if re.fullmatch(r"sep=[,;\t|]\r?", first, re.IGNORECASE):
        # The line that tells Excel the delimiter; it stays a row, so that the numbers are Excel's.
        delimiter, text = first[4], "\n" + rest
    else:
        delimiter = _delimiter(text)
    csv.field_size_limit(100_000)
    rows: list[Row] = []
    try:
        for number, values in enumerate(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter), 1):
            cells = [_cell(value) for value in values[:MAX_COLUMNS]]
            if any(cell is not BLANK for cell in cells):
                rows.append(Row(number, tuple(cells)))
                if len(rows) > MAX_ROWS:
                    raise ListRefused("too_many_rows", limit=MAX_ROWS)
    except csv.Error as failure:
        raise ListRefused("no_table") from failure
    finally:
        # What went in was not yet free of identity numbers.
        _cell.cache_clear()
    if not rows:
        raise ListRefused("file_empty")
    return Book((Sheet("", tuple(rows)),))


def decode(data: bytes) -> str:
    """Raises `ListRefused`: encoding for text in an unknown one, no_table for what is no text."""
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        encodings = ["utf-16"]
    elif b"\x00" in data[:4000]:
        # No mark: in Western text every other byte is zero, and Chinese lists have commas and line breaks at least.
        even, odd = data[:4000:2].count(0), data[1:4000:2].count(0)
        encodings = ["utf-16-be"] if even > odd else ["utf-16-le"]
    else:
        encodings = ["utf-8-sig", "gb18030", "big5hkscs"]
    readable = ""
    for encoding in encodings:
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        if _is_text(text):
            # Big5 bytes are often valid GB18030, as rare characters; the words of a header tell.
            if encoding == "gb18030" and not _looks_chinese(text):
                readable = text
                continue
            return text
    if readable:
        return readable
    control = sum(byte < 9 or 13 < byte < 32 for byte in data[:4000])
    raise ListRefused("no_table" if control > len(data[:4000]) / 20 else "encoding")


def _is_text(text: str) -> bool:
    sample = text[:20_000]
    odd = sum(1 for char in sample if (char < " " and char not in "\t\r\n\f\x1a") or "\ue000" <= char <= "\uf8ff")
    return odd <= len(sample) / 200


def _looks_chinese(text: str) -> bool:
    return re.search(r"[号室栋幢楼房户人数单元姓名地址电话]", text[:20_000]) is not None


def _delimiter(text: str) -> str:
    """The one that splits most of the first lines most evenly."""
    lines = [line for line in text.splitlines()[:60] if line.strip()][:40]

    def score(delimiter: str) -> tuple[int, int]:
        counts = [re.sub(r'"[^"]*"', "", line).count(delimiter) for line in lines]
        used = [count for count in counts if count]
        if not used:
            return (0, 0)
        common = max(set(used), key=used.count)
        return (used.count(common) * min(common, 10), common)

    best = max([",", "\t", ";", "|"], key=score)
    if score(best)[0]:
        return best
    return "，" if score("，")[0] else ","


@lru_cache(maxsize=8192)
def _cell(value: str) -> Cell:
    text = value.strip()
    # ="0302" and '302 are how people keep Excel from changing a number.
    if text.startswith('="') and text.endswith('"'):
        text = text[2:-1]
    text, identity = without_identity(clean(text.removeprefix("'")))
    if identity:
        return Cell("", "identity")
    if not text:
        return BLANK
    if text.startswith("=") and len(text) > 1:
        return Cell("", "formula")
    if _ERROR.fullmatch(text):
        return Cell(text, "error")
    if _DATE.fullmatch(text):
        return Cell(text, "date")
    return Cell(text, "number" if _NUMBER.fullmatch(text) else "text")
