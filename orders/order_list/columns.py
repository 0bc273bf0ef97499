"""Where the headings of an export are, and what each column holds, by its name and by what stands beneath."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

from compound.rooms import clean
from compound.spreadsheet import Row, Sheet, label
from orders.order_list import words
from orders.order_list.amounts import read_amount, split_spec
from orders.order_list.doors import Doors
from orders.order_list.places import read_place

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
_FIRST_SINGLE = (
    "goods",
    "spec",
    "quantity",
    "refunded",
    "buyer",
    "reference",
    "building",
    "unit",
    "room",
    "area",
    "floor",
)


@dataclass(frozen=True, slots=True)
class Column:
    """`field` None: nobody knows. `good`: (name, spec) for a column that counts one good."""

    index: int
    heading: str
    field: words.Field | None
    sure: float = 0.0
    good: tuple[str, str] | None = None


@dataclass(frozen=True, slots=True)
class Section:
    """One table of a sheet."""

    sheet: str
    columns: tuple[Column, ...]
    rows: tuple[Row, ...]
    above: tuple[Row, ...]
    header: tuple[Row, ...]

    def of(self, name: str) -> list[Column]:
        return [column for column in self.columns if column.field == name]

    def one(self, name: str) -> Column | None:
        found = self.of(name)
        return found[0] if found else None

    @property
    def goods_columns(self) -> list[Column]:
        return [column for column in self.columns if column.good is not None]


@lru_cache(maxsize=4096)
def match_heading(text: str) -> tuple[words.Field | None, float]:
    word = label(text)
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


def find_sections(sheet: Sheet, doors: Doors) -> list[Section]:
    """The tables of one sheet, in reading order; [] for a sheet without orders."""
    blocks = _blocks(sheet.rows)
    sections: list[Section] = []
    for number, (first, size) in enumerate(blocks):
        end = blocks[number + 1][0] if number + 1 < len(blocks) else len(sheet.rows)
        header, body = sheet.rows[first : first + size], sheet.rows[first + size : end]
        columns = _settled(_columns(header, body), body, doors)
        above = sheet.rows[:first] if number == 0 else ()
        sections.append(Section(sheet.title, tuple(columns), body, above, header))
    return [section for section in sections if _is_list(section)]


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


def _settled(columns: list[Column], body: Sequence[Row], doors: Doors) -> list[Column]:
    values = {c.index: _values(c.index, body) for c in columns}
    columns = [_by_values(c, values[c.index], doors) for c in columns]
    if not any(c.field in ("address", "building", "room") for c in columns):
        columns = _find_address(columns, values, doors)
    columns = _only_one(columns, values)
    if not any(c.field == "goods" for c in columns):
        columns = [_as_good(c, values[c.index]) for c in columns]
    elif not any(c.field == "quantity" for c in columns):
        columns = _find_quantity(columns, values)
    return columns


def _values(index: int, body: Sequence[Row]) -> list[str]:
    found = []
    for row in body:
        cell = row.cell(index)
        if cell.text and cell.kind != "identity" and clean(cell.text).lower() not in words.NOTHING:
            found.append(cell.text)
            if len(found) == 150:
                break
    return found


def _share(texts: Sequence[str], test: Callable[[str], bool]) -> float:
    return sum(test(text) for text in texts) / len(texts) if texts else 0.0


def _is_door(text: str, doors: Doors) -> bool:
    return any(doors.find(part).rooms for part in read_place(text, doors).parts)


def _by_values(column: Column, texts: list[str], doors: Doors) -> Column:
    if column.field == "quantity" and texts and _share(texts, lambda t: read_amount(t).quantity is not None) < 0.3:
        return replace(column, field="goods" if "商品" in column.heading else None, sure=0.6)
    if column.field in ("building", "room", "unit") and texts and _share(texts, lambda t: _is_full(t, doors)) > 0.8:
        # Headed 楼号 or 房号, and each cell is a whole address.
        return replace(column, field="address", sure=column.sure)
    if (
        column.field == "goods"
        and texts
        and column.sure < 0.9
        and _share(texts, lambda t: read_amount(t).quantity is not None) > 0.8
    ):
        return replace(column, field=None)
    if (
        column.field is None
        and len(texts) > 1
        and _share(texts, lambda t: words.STATE.match(clean(t)) is not None) > 0.7
    ):
        return replace(column, field="status", sure=0.7)
    if (
        column.field is None
        and texts
        and _share(texts, lambda t: _is_door(t, doors)) > 0.7
        and _share(texts, _is_long) > 0.5
    ):
        return replace(column, field="address", sure=0.6)
    return column


def _is_long(text: str) -> bool:
    return len(text) >= 4 and not text.isdigit()


def _is_full(text: str, doors: Doors) -> bool:
    return any(part.is_full and doors.find(part).rooms for part in read_place(text, doors).parts) and not text.isdigit()


def _find_address(columns: list[Column], values: dict[int, list[str]], doors: Doors) -> list[Column]:
    """No column says where: the one whose values lead to doors most often, if that is often."""

    def rank(column: Column) -> float:
        if column.field not in (None, "remark", "receiver", "buyer", "pickup", "ignore") or column.good:
            return 0.0
        return _share(values[column.index], lambda t: _is_door(t, doors))

    best = max(columns, key=rank, default=None)
    if best is None or rank(best) < 0.5 or best.field in ("buyer", "remark"):
        return columns
    return [replace(c, field="address", sure=0.6) if c is best else c for c in columns]


def _find_quantity(columns: list[Column], values: dict[int, list[str]]) -> list[Column]:
    likely = [
        c
        for c in columns
        if c.field is None
        and len(values[c.index]) > 1
        and _share(values[c.index], lambda t: (q := read_amount(t).quantity) is not None and q < 100) > 0.9
    ]
    return [replace(c, field="quantity", sure=0.6) if len(likely) == 1 and c is likely[0] else c for c in columns]


def _only_one(columns: list[Column], values: dict[int, list[str]]) -> list[Column]:
    """Of several columns for one thing the surest that holds something; addresses and remarks may be several."""
    for name in _FIRST_SINGLE:
        same = [c for c in columns if c.field == name]
        if len(same) < 2:
            continue
        best = max(same, key=lambda c: (bool(values[c.index]), c.sure, -c.index))
        columns = [c if c is best or c.field != name else replace(c, field="ignore") for c in columns]
    return columns


_TOTAL_HEADING = re.compile(r"合计|总计|小计|总数|总量|总份数|总件数|total", re.IGNORECASE)


def _as_good(column: Column, texts: list[str]) -> Column:
    """A column that counts one good: an unknown heading above small numbers."""
    if column.field is not None or not column.heading or not texts or _TOTAL_HEADING.search(label(column.heading)):
        return column
    counts = [read_amount(text).quantity for text in texts if text not in ("√", "✓")]
    good = [count for count in counts if count is not None and count < 1000]
    if len(good) < 0.8 * len(counts) or sum(c == c.to_integral_value() for c in good) < 0.8 * len(good):
        return column
    upper, _line, lower = column.heading.rpartition("\n")
    if upper and label(upper) not in words.GOODS_GROUPS:
        return replace(column, good=(clean(upper), clean(lower)))
    name = re.sub(
        r"[¥￥]?[0-9.]+元(?:/[^\s/]{1,2})?\s*$|数量$|\([¥￥]?[0-9.]+元?(?:/[^\s/]{1,2})?\)\s*$", "", clean(lower)
    ).strip()
    return replace(column, good=split_spec(name or clean(lower)))
