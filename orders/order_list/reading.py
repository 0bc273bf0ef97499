"""All sheets of a workbook → one reading. Summaries and second copies of the same orders are left out, and named."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import replace

from compound.rooms import clean
from compound.spreadsheet import Book, Sheet, label
from orders.order_list import words
from orders.order_list.columns import find_sections
from orders.order_list.doors import Doors
from orders.order_list.model import BadCell, NoOrders, OrderReading, OrderRow, SkippedRow
from orders.order_list.picks import NO_PICKS, Picks
from orders.order_list.rows import Lines, Reader
from orders.order_list.sections import Section


def read_orders(book: Book, doors: Doors, *, goods: str = "", picks: Picks = NO_PICKS) -> OrderReading:
    """`goods`: what a line orders that names nothing. `picks`: columns that a person explained.

    Linear in the number of rows. Raises `NoOrders`.
    """
    sheets = [(sheet, [] if sheet.hidden else find_sections(sheet, doors, picks)) for sheet in book]
    lists = [sheet for sheet, sections in sheets if sections]
    if not lists:
        raise NoOrders("no_orders_header")
    rows: list[OrderRow] = []
    skipped: list[SkippedRow] = []
    errors: list[BadCell] = []
    for sheet, sections in sheets:
        if not sections:
            why = "hidden" if sheet.hidden else "sheet"
            if sheet.rows:
                skipped.append(SkippedRow(0, sheet.title, sheet.title, why))  # type: ignore[arg-type]
            continue
        lines = _read_sheet(sheet, sections, doors, goods=goods, several=len(lists) > 1)
        if rows and _is_copy(rows, lines.rows):
            skipped.append(SkippedRow(0, sheet.title, sheet.title, "copy"))
            continue
        rows += lines.rows
        skipped += lines.skipped
        errors += lines.errors
    if not rows:
        raise NoOrders("no_orders")
    first = next(sections for _sheet, sections in sheets if sections)[0]
    return OrderReading(
        tuple(_marked(rows)),
        tuple(skipped),
        tuple(errors),
        _platform(first),
        {c.field: c.heading for c in first.columns if c.field},
    )


def _read_sheet(sheet: Sheet, sections: list[Section], doors: Doors, *, goods: str, several: bool) -> Lines:
    lines = Lines()
    for row in sections[0].above:
        raw = " ".join(cell.text for _i, cell in row.written)[:200]
        if raw:
            lines.skipped.append(SkippedRow(row.number, sheet.title if several else "", raw, "remark"))
    named = sheet.title if several and not words.PLAIN_TITLE.search(clean(sheet.title)) else ""
    building = doors.building(named) if re.search(r"栋|幢|座|楼|#|号$", named) else None
    for section in sections:
        reader = Reader(
            section,
            doors,
            goods=goods or ("" if building else named),
            sheet=sheet.title if several else "",
            building=building,
        )
        read = reader.read()
        lines.rows += read.rows
        lines.skipped += read.skipped
        lines.errors += read.errors
    return lines


def _is_copy(before: list[OrderRow], rows: list[OrderRow]) -> bool:
    """Whether a further sheet has the orders of an earlier one once more, sorted in another way."""

    def key(row: OrderRow) -> tuple[object, ...]:
        return (row.reference or row.buyer, row.goods, row.spec, row.quantity, row.room)

    known = Counter(key(row) for row in before)
    return sum((Counter(key(row) for row in rows) & known).values()) >= 0.8 * len(rows) if rows else False


def _marked(rows: list[OrderRow]) -> list[OrderRow]:
    """With a warning where one order names one good twice: an export does not, a second copy below the first does."""
    seen: set[tuple[object, ...]] = set()
    marked = []
    for row in rows:
        key = (row.reference, row.buyer, row.place, row.goods, row.spec, row.quantity)
        if row.reference and key in seen:
            row = replace(row, warnings=(*row.warnings, f"repeated_row: {row.row}"))
        seen.add(key)
        marked.append(row)
    return marked


def _platform(section: Section) -> str:
    headings = " ".join(label(column.heading) for column in section.columns)
    if "接龙" in headings:
        return "群接龙"
    if "跟团" in headings or "团员" in headings or "自提点" in headings:
        return "快团团"
    return ""
