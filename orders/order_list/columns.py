"""Where the headings of an export are, and what each column holds, by its name and by what stands beneath."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from functools import lru_cache

from compound.rooms import clean
from compound.spreadsheet import Row, Sheet, label
from orders.order_list import words
from orders.order_list.contents import find_goods, find_quantity, is_place, settled, texts_below
from orders.order_list.doors import Doors
from orders.order_list.picks import GOOD, NO_PICKS, Picks
from orders.order_list.sections import Column, Section

SEARCH_ROWS = 80
_WEIGHT = {
    "goods": 2.0,
    "quantity": 1.5,
    "address": 2.0,
    "building": 1.5,
    "room": 1.5,
    "buyer": 1.5,
    "reference": 1.0,
    "spec": 1.0,
}
_PLACING = ("address", "building", "room", "buyer", "remark", "pickup", "area")


@lru_cache(maxsize=4096)
def match_heading(text: str) -> tuple[words.Field | None, float]:
    word = label(words.NUMBERING.sub("", clean(text)))
    if not word or len(word) > 40:
        return None, 0.0
    known = words.HEADINGS.get(word) or words.HEADINGS.get(word.rstrip("0123456789"))
    if known:
        return known
    if re.fullmatch(r"[0-9.]+", word):
        return None, 0.0
    for pattern, name, sure in words.HEADING_PATTERNS:
        if pattern.search(word):
            return name, sure - (0.2 if len(word) > 16 else 0)
    return None, 0.0


def find_sections(sheet: Sheet, doors: Doors, picks: Picks = NO_PICKS) -> list[Section]:
    """The tables of one sheet, in reading order; [] for a sheet without orders.

    `picks`: what a person said about the columns below such headings; it goes before everything else.
    """
    blocks = picks.blocks(sheet.rows) or _blocks(sheet.rows)
    if not blocks:
        section = _by_contents(sheet, doors)
        return [section] if section is not None and _is_list(section) else []
    sections: list[Section] = []
    for number, (first, size) in enumerate(blocks):
        end = blocks[number + 1][0] if number + 1 < len(blocks) else len(sheet.rows)
        header, body = sheet.rows[first : first + size], sheet.rows[first + size : end]
        columns = picks.columns(header) or settled(_columns(header, body), body, doors)
        above = sheet.rows[:first] if number == 0 else ()
        sections.append(Section(sheet.title, tuple(columns), body, above, header))
    return [section for section in sections if _is_list(section)]


def guess_columns(sheet: Sheet, doors: Doors) -> tuple[Row | None, dict[int, str]]:
    """The line of headings and what its columns seem to be, as far as is known: what a person is shown to correct."""
    blocks = _blocks(sheet.rows)
    if blocks:
        first, size = blocks[0]
        header, body = sheet.rows[first : first + size], sheet.rows[first + size :]
        columns = settled(_columns(header, body), body, doors)
        head = header[-1]
    else:
        section = _by_contents(sheet, doors)
        if section is None or not section.header:
            return None, {}
        columns, head = list(section.columns), section.header[0]
    return head, {c.index: GOOD if c.good else str(c.field) for c in columns if c.good or c.field}


def _is_list(section: Section) -> bool:
    """A list of orders says what and for whom; a summary by goods says for nobody."""
    what = section.one("goods") or section.one("quantity") or section.goods_columns
    return bool(what) and any(section.of(name) for name in ("address", "building", "room", "buyer"))


def _blocks(rows: Sequence[Row]) -> list[tuple[int, int]]:
    scores: list[tuple[float, int, int]] = []
    for index in range(min(SEARCH_ROWS, len(rows))):
        best = (0.0, index, 1)
        for size in (1, 2, 3):
            score = _score(rows[index : index + size]) if index + size <= len(rows) else 0.0
            if score > best[0] + 0.4:
                best = (score, index, size)
        scores.append(best)
    highest = max((score for score, _i, _s in scores), default=0.0)
    if highest < 2.5:
        return []
    best = next(one for one in scores if one[0] >= 0.7 * highest)
    inner = [one for one in scores[best[1] + 1 : best[1] + best[2]] if one[0] >= best[0]]
    best = inner[0] if inner else best
    blocks = [(best[1], _extended(rows, best[1], best[2]))]
    labels = [_labels(rows[best[1]])]
    for index in range(blocks[0][0] + blocks[0][1], len(rows)):
        row = rows[index]
        if len(row.written) >= 3 and all(cell.kind == "text" for _i, cell in row.written):
            score = _score((row,))
            if score >= max(2.5, 0.6 * highest) and _labels(row) not in labels:
                blocks.append((index, 1))
                labels.append(_labels(row))
    return blocks


def _extended(rows: Sequence[Row], first: int, size: int) -> int:
    """With the line below that only parts merged headings: nothing of its own where the others go on downwards."""
    while size < 3 and first + size < len(rows):
        row, top = rows[first + size], rows[first].number
        down = [c for c in row.cells if c.anchor is not None and top <= c.anchor[0] < row.number]
        own = row.written
        if not down or not own or any(cell.kind != "text" for _i, cell in own):
            break
        size += 1
    return size


def _labels(row: Row) -> list[str]:
    return [label(cell.text) for cell in row.cells if cell.text]


def repeats(section: Section, row: Row) -> bool:
    """Whether a row is the heading again (a page break)."""
    texts = {label(cell.text) for _i, cell in row.written if cell.kind == "text"}
    mine = {label(cell.text) for header in section.header for cell in header.cells if cell.text}
    return len(texts) >= 2 and len(texts & mine) >= 0.7 * len(row.written)


def _score(header: Sequence[Row]) -> float:
    for position, row in enumerate(header):
        own = row.written
        if (position and not own) or any(cell.kind in ("date", "formula", "error", "identity") for _i, cell in own):
            return 0.0
        if sum(cell.kind == "number" for _i, cell in own) > 0.2 * max(1, len(own)):
            return 0.0
        if any(re.search(r"1[3-9][0-9]{9}", cell.text) for _i, cell in own):
            return 0.0
    if len(header) > 1 and len(header[0].written) == 1:
        # A title or a note over the whole table.
        return 0.0
    if any(cell.anchor is not None and cell.anchor[0] < header[0].number for cell in header[0].cells):
        # Merged down from the row above: there the headings begin.
        return 0.0
    best: dict[str, float] = {}
    matched = written = 0
    for column in _columns(header, ()):
        if not column.heading:
            continue
        written += 1
        if column.field is not None:
            matched += 1
            weight = _WEIGHT.get(column.field, 0.4) * column.sure
            best[column.field] = max(best.get(column.field, 0.0), weight)
    if matched < 2 or not any(name in best for name in ("address", "building", "room", "buyer", "receiver")):
        return 0.0
    # A line of values has hardly a word in common with headings; a list with thirty goods as columns has few too.
    if matched < 0.25 * written and matched < 4:
        return 0.0
    return sum(best.values()) + 0.1 * (matched - len(best)) - 0.5 * (len(header) - 1)


def _columns(header: Sequence[Row], body: Sequence[Row]) -> list[Column]:
    width = max((len(row.cells) for row in (*header, *body[:200])), default=0)
    columns = []
    for index in range(width):
        stack = list(dict.fromkeys(text for row in header if (text := clean(row.cell(index).text))))
        if not stack:
            columns.append(Column(index, "", None))
            continue
        if len(stack) > 1 and label(stack[-1]) in words.UNIT_HEADINGS:
            # （袋） below 大米: what it is counted in.
            stack.pop()
        options = [stack[-1], "".join(stack), *reversed(stack[:-1])]
        name, sure = None, 0.0
        for place, option in enumerate(options):
            found, how = match_heading(option)
            # A group above says what its columns are only where they say nothing themselves.
            if (
                found is not None
                and (place < 2 or found not in ("goods", "quantity", "receiver", "ignore"))
                and how - 0.1 * place > sure
            ):
                name, sure = found, how - 0.1 * place
        heading = stack[-1] if len(stack) == 1 or name is not None else "\n".join(stack[-2:])
        columns.append(Column(index, heading, name, sure))
    return columns


# ── by what stands beneath ────────────────────────


def _by_contents(sheet: Sheet, doors: Doors) -> Section | None:
    """A table whose headings say nothing: a column of doors, one of numbers, one of a few texts over and over."""
    rows = sheet.rows
    width = max((len(row.cells) for row in rows[:200]), default=0)
    doors_in = {c: [r for r in rows[:300] if r.cell(c).own and is_place(r.cell(c), doors)] for c in range(width)}
    best = max(doors_in, key=lambda c: len(doors_in[c]), default=0)
    found = doors_in.get(best, [])
    if len(found) < 2 or len(found) < 0.5 * len([r for r in rows[:300] if r.cell(best).text]):
        return None
    first = rows.index(found[0])
    above = [r for r in rows[max(0, first - 3) : first] if len(r.written) >= 3]
    header = (above[-1],) if above and all(cell.kind == "text" for _i, cell in above[-1].written) else ()
    start = rows.index(header[0]) + 1 if header else first
    body = rows[start:]
    columns = _columns(header, body)
    columns = [replace(c, field="address", sure=0.6) if c.index == best else c for c in columns]
    values = {c.index: texts_below(c.index, body) for c in columns}
    if not any(c.field == "goods" for c in columns):
        columns = find_goods(columns, values)
    if any(c.field == "goods" for c in columns) and not any(c.field == "quantity" for c in columns):
        columns = find_quantity(columns, values)
    columns = settled(columns, body, doors)
    if sum(c.good is not None for c in columns) == 1:
        # One column of numbers below a word that nobody knows may be anything.
        columns = [replace(c, good=None) for c in columns]
    return Section(sheet.title, tuple(columns), body, rows[: start - len(header)], header)
