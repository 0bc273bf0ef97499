"""Where the headings of an export are, and what each column holds, by its name and by what stands beneath."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import lru_cache
from itertools import pairwise

from compound.rooms import clean
from compound.spreadsheet import Cell, Row, Sheet, label
from orders.order_list import words
from orders.order_list.amounts import read_amount, read_parts, split_spec
from orders.order_list.doors import Doors
from orders.order_list.picks import GOOD, NO_PICKS, Picks
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
    """`field` None: nobody knows. `good`: (name, spec) for a column that counts one good.

    `part`: 1, 2, … for the second, third … good of a row (`商品1 数量1 商品2 数量2`).
    """

    index: int
    heading: str
    field: words.Field | None
    sure: float = 0.0
    good: tuple[str, str] | None = None
    part: int = 0


@dataclass(frozen=True, slots=True)
class Section:
    """One table of a sheet."""

    sheet: str
    columns: tuple[Column, ...]
    rows: tuple[Row, ...]
    above: tuple[Row, ...]
    header: tuple[Row, ...]

    def of(self, name: str, part: int = 0) -> list[Column]:
        return [column for column in self.columns if column.field == name and column.part == part]

    def one(self, name: str) -> Column | None:
        found = self.of(name)
        return found[0] if found else None

    @property
    def parts(self) -> list[int]:
        """The further goods of a row, by number."""
        return sorted({column.part for column in self.columns if column.part})

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
        columns = picks.columns(header) or _settled(_columns(header, body), body, doors)
        above = sheet.rows[:first] if number == 0 else ()
        sections.append(Section(sheet.title, tuple(columns), body, above, header))
    return [section for section in sections if _is_list(section)]


def guess_columns(sheet: Sheet, doors: Doors) -> tuple[Row | None, dict[int, str]]:
    """The line of headings and what its columns seem to be, as far as is known: what a person is shown to correct."""
    blocks = _blocks(sheet.rows)
    if blocks:
        first, size = blocks[0]
        header, body = sheet.rows[first : first + size], sheet.rows[first + size :]
        columns = _settled(_columns(header, body), body, doors)
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


def _settled(columns: list[Column], body: Sequence[Row], doors: Doors) -> list[Column]:
    values = {c.index: _values(c.index, body) for c in columns}
    columns = [_by_values(c, values[c.index], doors) for c in columns]
    columns = _beside_building(_in_parts(columns, values), values)
    if not any(c.field in ("address", "building", "room") for c in columns):
        columns = _find_address(columns, values, doors)
    columns = _only_one(columns, values)
    if not any(c.field == "goods" for c in columns):
        columns = _spec_as_good(columns, values)
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
        and not _counts_up(values[c.index])
    ]
    return [replace(c, field="quantity", sure=0.6) if len(likely) == 1 and c is likely[0] else c for c in columns]


def _counts_up(texts: Sequence[str]) -> bool:
    """1, 2, 3 …: the number of the line."""
    numbers = [int(text) for text in texts if text.isdigit()]
    return len(numbers) > 2 and all(after == before + 1 for before, after in pairwise(numbers))


def _only_one(columns: list[Column], values: dict[int, list[str]]) -> list[Column]:
    """Of several columns for one thing the surest that holds something; addresses and remarks may be several."""
    for name in _FIRST_SINGLE:
        same = [c for c in columns if c.field == name and not c.part]
        if len(same) < 2:
            continue
        best = max(same, key=lambda c: (bool(values[c.index]), c.sure, -c.index))
        columns = [c if c is best or c.field != name or c.part else replace(c, field="ignore") for c in columns]
    return columns


def _in_parts(columns: list[Column], values: dict[int, list[str]]) -> list[Column]:
    """`商品1 数量1 商品2 数量2`, or the same headings over again: each pair is a good of its own."""
    stems: dict[tuple[str | None, str], list[Column]] = {}
    for column in columns:
        if column.field in ("goods", "spec", "quantity") and not column.good:
            stem = re.sub(r"[0-9一二三四五六七八九十]+", "", label(column.heading))
            stems.setdefault((column.field, stem), []).append(column)
    goods = max((found for (name, _s), found in stems.items() if name == "goods"), key=len, default=[])
    counts = max((found for (name, _s), found in stems.items() if name == "quantity"), key=len, default=[])
    filled = [column for column in goods if values[column.index]]
    if len(goods) < 2 or len(filled) < 2 or len(counts) != len(goods):
        return columns
    part_of = {column.index: number for found in stems.values() if len(found) == len(goods)
               for number, column in enumerate(found)}  # fmt: skip
    return [replace(c, part=part_of.get(c.index, 0)) for c in columns]


def _beside_building(columns: list[Column], values: dict[int, list[str]]) -> list[Column]:
    """门牌 or 单元房号 beside a column of buildings is the rest of the room: 3-101 in it is unit 3."""
    if not any(c.field == "building" and values[c.index] for c in columns) or any(c.field == "room" for c in columns):
        return columns
    short = [
        c
        for c in columns
        if c.field == "address"
        and re.search("门牌|房|室|户", c.heading)
        and not re.search("楼|栋|幢|座|址", c.heading)
        and _share(values[c.index], lambda t: len(t) <= 10 and not re.search("楼|栋|幢|座|#", t)) > 0.9
    ]
    return [replace(c, field="room") if len(short) == 1 and c is short[0] else c for c in columns]


def _spec_as_good(columns: list[Column], values: dict[int, list[str]]) -> list[Column]:
    """商品规格 alone, beside a quantity: what is ordered stands in it."""
    spec = next((c for c in columns if c.field == "spec" and values[c.index]), None)
    if spec is None or not any(c.field == "quantity" for c in columns):
        return columns
    whole = _share(values[spec.index], lambda t: bool(split_spec(t)[1]))
    if whole < 0.5 and not re.search("商品|品|货|菜", spec.heading):
        return columns
    return [replace(c, field="goods", sure=0.7) if c is spec else c for c in columns]


# ── without headings that anybody knows ───────────


def _by_contents(sheet: Sheet, doors: Doors) -> Section | None:
    """A table whose headings say nothing: a column of doors, one of numbers, one of a few texts over and over."""
    rows = sheet.rows
    width = max((len(row.cells) for row in rows[:200]), default=0)
    doors_in = {c: [r for r in rows[:300] if r.cell(c).own and _is_place(r.cell(c), doors)] for c in range(width)}
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
    values = {c.index: _values(c.index, body) for c in columns}
    if not any(c.field == "goods" for c in columns):
        columns = _find_goods(columns, values)
    if any(c.field == "goods" for c in columns) and not any(c.field == "quantity" for c in columns):
        columns = _find_quantity(columns, values)
    columns = _settled(columns, body, doors)
    if sum(c.good is not None for c in columns) == 1:
        # One column of numbers below a word that nobody knows may be anything.
        columns = [replace(c, good=None) for c in columns]
    return Section(sheet.title, tuple(columns), body, rows[: start - len(header)], header)


def _is_place(cell: Cell, doors: Doors) -> bool:
    return cell.kind == "text" and _is_long(cell.text) and _is_full(cell.text, doors)


def _find_goods(columns: list[Column], values: dict[int, list[str]]) -> list[Column]:
    """The one column of words that come again and again, or of words with their counts."""

    counted = [c for c in columns if c.field is None and _share(values[c.index], lambda t: bool(read_parts(t))) > 0.8]

    def likely(column: Column) -> bool:
        texts = values[column.index]
        if column.field is not None or len(texts) < 2 or counted:
            return column in counted
        wordy = _share(texts, lambda t: re.search("[\u4e00-\u9fffA-Za-z]", t) is not None)
        return wordy > 0.9 and len(texts) >= 6 and len(set(texts)) <= 0.5 * len(texts)

    found = [c for c in columns if likely(c)]
    if len(found) > 1:
        # The same word in every line is who wrote the list, or when.
        found = [c for c in found if len(set(values[c.index])) > 1]
    return [replace(c, field="goods", sure=0.5) if len(found) == 1 and c is found[0] else c for c in columns]


_TOTAL_HEADING = re.compile(r"合计|总计|小计|总数|总量|总份数|总件数|total", re.IGNORECASE)

# Above all goods: it names none of them.
_GROUP_HEADING = re.compile(r"品种|数量|商品|订购|购买|团购|菜单|品名|items|goods", re.IGNORECASE)


def _as_good(column: Column, texts: list[str]) -> Column:
    """A column that counts one good: an unknown heading above small numbers."""
    if column.field is not None or not column.heading or not texts or _TOTAL_HEADING.search(label(column.heading)):
        return column
    counts = [read_amount(text).quantity for text in texts if text not in ("√", "✓")]
    good = [count for count in counts if count is not None and count < 1000]
    if any(text.lstrip().startswith(("¥", "￥")) for text in texts) or sorted(good)[len(good) // 2 :][:1] > [
        Decimal(40)
    ]:
        # Nobody orders that many of everything: prices, points, numbers of orders.
        return column
    if len(good) < 0.8 * len(counts) or sum(c == c.to_integral_value() for c in good) < 0.8 * len(good):
        return column
    upper, _line, lower = column.heading.rpartition("\n")
    if upper and label(upper) not in words.GOODS_GROUPS and not _GROUP_HEADING.search(label(upper)):
        return replace(column, good=(clean(upper), clean(lower)))
    name = re.sub(
        r"[¥￥]?[0-9.]+元(?:/[^\s/]{1,2})?\s*$|数量$|\([¥￥]?[0-9.]+元?(?:/[^\s/]{1,2})?\)\s*$", "", clean(lower)
    ).strip()
    return replace(column, good=split_spec(name or clean(lower)))
