"""Where the headings of a list are, and what each column means, with how sure that is.

A heading may take up to three rows (merged groups above single words), may come again further down with other
columns, and two lists may stand side by side. All of that ends as `Section`s: heading rows, columns, data rows.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from compound.household_list import words
from compound.household_list.columns import ASK_BELOW, Choice, Column, chosen, settle
from compound.household_list.values import (
    find_phone,
    read_room,
)
from compound.household_list.words import Field
from compound.spreadsheet.grid import Row, Sheet
from compound.spreadsheet.labels import label
from compound.spreadsheet.privacy import is_identity_heading

SEARCH_ROWS = 60
_WEIGHT: dict[str, float] = {"room": 3, "building": 2, "unit": 1.5, "people": 2, "name": 1, "phone": 1, "tags": 1}


@dataclass(frozen=True, slots=True)
class Section:
    """One table of a sheet. `header` are the numbers of its heading rows; `rows` what stands below, in order."""

    sheet: str
    header: tuple[int, ...]
    columns: tuple[Column, ...]
    rows: tuple[Row, ...]
    above: tuple[Row, ...] = ()
    beside: bool = False

    def of(self, *fields: str) -> list[Column]:
        return [column for column in self.columns if column.used and column.field in fields]

    def one(self, name: Field) -> Column | None:
        found = self.of(name)
        return found[0] if found else None

    @property
    def unsure(self) -> list[Column]:
        """What a page should ask about: guessed columns, and unknown ones that hold something."""
        return [c for c in self.columns if not c.by_hand and c.sure < ASK_BELOW and c.field not in ("identity",)]


# ── one heading ───────────────────────────────────────────────────────────────────────────────────────────────────


_ABOUT_TAG = re.compile(r"号|时间|日期|地址|电话|姓名|药|证|类|型|情况|说明|备注|原因|^是?否?特殊|户数")


@lru_cache(maxsize=4096)
def match_heading(text: str) -> tuple[Field | None, float, str]:
    """Field, sureness 0..1, and for a tick column the group that it ticks."""
    word = label(text)
    if not word or len(word) > 30:
        return None, 0.0, ""
    if is_identity_heading(word):
        return "identity", 1.0, ""
    known = words.HEADINGS.get(word) or words.HEADINGS.get(word.rstrip("0123456789"))
    if known:
        return known[0], known[1], ""
    bare = word.removeprefix("是否").removeprefix("有无").removeprefix("是").removesuffix("家庭")
    tag = words.TAG_OF.get(bare) or words.TAG_OF.get(word)
    if tag:
        return "tag", 0.95, tag
    inside = words.TAG_IN.search(word)
    if inside and len(word) <= 12 and not _ABOUT_TAG.search(word):
        return "tag", 0.8, words.TAG_OF[inside[0]]
    for pattern, name, sure in words.HEADING_PATTERNS:
        if pattern.search(word):
            return name, sure - (0.1 if len(word) > 10 else 0), ""
    return None, 0.0, ""


def _match_stack(stack: Sequence[str]) -> tuple[str, Field | None, float, str]:
    """The best reading of the words above one column, from the group on top to the single word at the bottom."""
    texts = list(dict.fromkeys(text for text in stack if text))
    if not texts:
        return "", None, 0.0, ""
    options = [(texts[-1], 0.0)]
    if len(texts) > 1:
        options += [("".join(texts), 0.0), (texts[-1] + texts[0], 0.02), (texts[0], 0.3)]
    best: tuple[Field | None, float, str] = (None, 0.0, "")
    for text, less in options:
        name, sure, tag = match_heading(text)
        if name is not None and sure - less > best[1]:
            best = (name, sure - less, tag)
    return texts[-1], *best


# ── where the headings are ────────────────────────────────────────────────────────────────────────────────────────


def find_sections(sheet: Sheet, choice: Choice | None = None) -> list[Section]:
    """The tables of one sheet, in reading order; empty for a sheet without a list."""
    row = choice.header_row if choice else None
    blocks = _blocks(sheet.rows) if row is None else [_block_at(sheet, row)]
    sections: list[Section] = []
    for number, (first, size) in enumerate(blocks):
        header = sheet.rows[first : first + size]
        end = blocks[number + 1][0] if number + 1 < len(blocks) else len(sheet.rows)
        body = sheet.rows[first + size : end]
        columns = _columns(header, sheet.rows[first + size :])
        above = sheet.rows[:first] if number == 0 else ()
        parts = _side_by_side(columns)
        if len(parts) > 1:
            above = (*above, *header)
        for part in parts:
            known = chosen(settle(part, body), choice)
            numbers = tuple(row.number for row in header)
            sections.append(Section(sheet.title, numbers, known, body, above, beside=len(parts) > 1))
    return sections


def _block_at(sheet: Sheet, number: int) -> tuple[int, int]:
    """The heading that somebody pointed at; 0: the list begins at once."""
    for index, row in enumerate(sheet.rows):
        if number and row.number >= number:
            return index, 1
    return 0, 0


def _blocks(rows: Sequence[Row]) -> list[tuple[int, int]]:
    """(index of the first heading row, number of heading rows) of each table."""
    candidates: list[tuple[float, int, int]] = []
    for index in range(min(SEARCH_ROWS, len(rows))):
        best: tuple[float, int, int] = (0.0, index, 1)
        for size in (1, 2, 3):
            score = _score(rows[index : index + size]) if index + size <= len(rows) else 0.0
            # The first of equals; a heading of more rows must be clearly better.
            if score > best[0] + 0.4:
                best = (score, index, size)
        candidates.append(best)
    highest = max((score for score, _, _ in candidates), default=0.0)
    if not highest:
        return []
    # The first good one, so that the first of several tables is not taken for a title; but not one that only
    # has a better one inside.
    best = next(
        c
        for c in candidates
        if c[0] >= 0.6 * highest and not any(other[0] >= c[0] for other in candidates[c[1] + 1 : c[1] + c[2]])
    )
    best = (best[0], best[1], _extended(rows, best[1], best[2]))
    blocks = [(best[1], best[2])]
    first = _labels(rows[best[1] : best[1] + best[2]])
    index = best[1] + best[2]
    while index < len(rows):
        size = _again(rows, index, first, best)
        if size:
            blocks.append((index, size))
            index += size
        else:
            index += 1
    return blocks


def _extended(rows: Sequence[Row], first: int, size: int) -> int:
    """With the lines below that only name parts of the groups above: nothing of their own where the room stands."""
    while size < 3 and first + size < len(rows):
        row = rows[first + size]
        rooms = [c.index for c in _columns(rows[first : first + size], ()) if c.field == "room"]
        own = row.written
        if any((anchor := row.cell(i).anchor) and rows[first].number <= anchor[0] < row.number for i in rooms):
            # The room's own heading is merged down over this line.
            size += 1
            continue
        if not own or any(not row.cell(i).blank and row.cell(i).own for i in rooms):
            break
        known = sum(match_heading(cell.text)[0] is not None for _, cell in own)
        spread = any(not cell.own for cell in row.cells)
        # Without merged cells to show it, the words must speak for themselves, and stand where no heading is yet.
        under = spread or all(rows[first + size - 1].cell(i).blank or i + 1 == len(row.cells) for i, _ in own[1:])
        if known < (0.5 if spread else 0.8) * len(own) or not under or _is_data([rows[first], row]):
            break
        size += 1
    return size


def _again(rows: Sequence[Row], index: int, first: Sequence[str], best: tuple[float, int, int]) -> int:
    """The number of rows of a further heading at `index`: the same one with other columns, or 0."""
    row = rows[index]
    if len(row.written) < 2 or any(cell.kind not in ("text",) for _, cell in row.written):
        return 0
    for size in (best[2], 1):
        block = rows[index : index + size]
        if len(block) == size and _score(block) >= min(best[0], 5.0) - 0.5 and _labels(block) != list(first):
            return size
    return 0


def _labels(header: Sequence[Row]) -> list[str]:
    """The words above each column, groups joined: for comparing headings."""
    width = max((len(row.cells) for row in header), default=0)
    found = [label("".join(dict.fromkeys(row.cell(i).text for row in header))) for i in range(width)]
    while found and not found[-1]:
        found.pop()
    return found


def same_heading(section: Section, row: Row) -> bool:
    """Whether a row repeats a line of the heading (a page break)."""
    texts = {label(cell.text) for _, cell in row.written}
    if len(texts) < 2 and len(section.columns) > 1:
        return False
    mine = {label(column.heading) for column in section.columns}
    return len(texts) > 0 and len(texts & mine) >= 0.7 * len(texts) and not any(t.isdigit() for t in texts)


def _score(header: Sequence[Row]) -> float:
    columns = _columns(header, ())
    written = [column for column in columns if column.heading]
    if not written or _is_data(header):
        return 0.0
    matched = [column for column in written if column.field is not None]
    if len(matched) < 0.4 * len(written):
        return 0.0
    best: dict[str, float] = {}
    for column in matched:
        if column.field not in ("ignore", "identity", None):
            weight = _WEIGHT.get(str(column.field), 0.7)
            best[str(column.field)] = max(best.get(str(column.field), 0.0), weight * column.sure)
    if "room" not in best and not {"building", "unit"} <= best.keys():
        return 0.0
    extra = 0.1 * (len(matched) - len(best))
    alone = len(written) == 1 and written[0].sure < 1.0
    if len(matched) < 2 and alone:
        return 0.0
    # A row of its own for each heading row costs a little, so that a title or a data row is not taken in.
    return sum(best.values()) + extra - 0.5 * (len(header) - 1)


def _is_data(header: Sequence[Row]) -> bool:
    for position, row in enumerate(header):
        own = row.written
        if not own and position > 0:
            return True
        kinds = [cell.kind for _, cell in own]
        if any(kind in ("date", "formula", "error", "identity") for kind in kinds):
            return True
        if sum(kind == "number" for kind in kinds) > 0.2 * len(kinds):
            return True
        if position > 0 and any(len(cell.text) > 20 for _, cell in own):
            return True
        if len(header) > 1 and position == 0 and len(own) < 2:
            return True
        if any(_looks_like_values(cell.text) for _, cell in own):
            return True
    return False


def _looks_like_values(text: str) -> bool:
    if _NUMBERED.fullmatch(text):
        return True
    return any(c.isdigit() for c in text) and (find_phone(text) is not None or read_room(text) is not None)


_NUMBERED = re.compile(
    r"[0-9A-Za-z一二三四五六七八九十]{1,3}\s?(?:号楼|栋|幢|座|#|号)(?:\s?[0-9A-Za-z一二三四五六七八九东西南北中]\s?单元)?"
    r"|[0-9一二三四五六七八九]{1,2}\s?单元"
)


def _columns(header: Sequence[Row], below: Sequence[Row]) -> list[Column]:
    """One column for each heading, and for each column without one that holds something below."""
    width = max((len(row.cells) for row in (*header, *below[:200])), default=0)
    stacks: list[list[str]] = [[row.cell(i).text for row in header] for i in range(width)]
    # A group that is not merged stands above its first column only: carry it to the right where single words follow.
    for level in range(len(header) - 1):
        group = ""
        for stack in stacks:
            group = stack[level] or group
            if not stack[level] and any(stack[level + 1 :]):
                stack[level] = group
    columns = []
    for index, stack in enumerate(stacks):
        heading, name, sure, tag = _match_stack(stack)
        columns.append(Column(index, heading, name, sure, tag))
    return columns


def _side_by_side(columns: list[Column]) -> list[list[Column]]:
    """Two lists beside each other have the same headings twice, the room among them."""
    headings = [label(column.heading) for column in columns]
    starts = [i for i, h in enumerate(headings) if h]
    if not starts:
        return [columns]
    first = starts[0]
    for again in starts[1:]:
        if headings[again] != headings[first]:
            continue
        size = again - first
        left = [h for h in headings[first:again] if h]
        right = [h for h in headings[again : again + size] if h]
        rooms = [c for c in columns[first:again] if c.field == "room"]
        if left == right and rooms and len(left) > 1:
            rest = columns[again + size :]
            parts = [columns[:again], columns[again : again + size]]
            return [*parts, *(_side_by_side(rest) if any(c.field == "room" for c in rest) else [])]
    return [columns]
