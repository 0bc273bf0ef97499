"""What a column holds, by what stands in it: the headings' word is put right, or made up for."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import replace
from decimal import Decimal
from itertools import pairwise

from compound.rooms import clean
from compound.spreadsheet import Cell, Row, label
from orders.order_list import words
from orders.order_list.amounts import read_amount, read_parts, split_spec
from orders.order_list.doors import Doors
from orders.order_list.places import read_place
from orders.order_list.sections import Column

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


def settled(columns: list[Column], body: Sequence[Row], doors: Doors) -> list[Column]:
    values = {c.index: texts_below(c.index, body) for c in columns}
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
        columns = find_quantity(columns, values)
    return columns


def texts_below(index: int, body: Sequence[Row]) -> list[str]:
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


def find_quantity(columns: list[Column], values: dict[int, list[str]]) -> list[Column]:
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
        # Some write the building once more.
        and _share(values[c.index], lambda t: len(t) <= 10 and not re.search("楼|栋|幢|座|#", t)) > 0.6
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


def is_place(cell: Cell, doors: Doors) -> bool:
    return cell.kind == "text" and _is_long(cell.text) and _is_full(cell.text, doors)


def find_goods(columns: list[Column], values: dict[int, list[str]]) -> list[Column]:
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
_GROUP_HEADING = re.compile(
    r"品种|数量|商品|订购|购买|团购|菜单|品名|items|goods"
    r"|^(?:生鲜|粮油|米面粮油|肉禽蛋?|肉蛋奶?|水产|冷冻|副食|调味|日用|百货|零食|主食|.{1,4}(?:类|专区))品?$",
    re.IGNORECASE,
)


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
    lower = words.NUMBERING.sub("", clean(lower))
    name = re.sub(
        r"[¥￥]?[0-9.]+元(?:/[^\s/]{1,2})?\s*$|数量$|\([¥￥]?[0-9.]+元?(?:/[^\s/]{1,2})?\)\s*$", "", lower
    ).strip()
    return replace(column, good=split_spec(name or lower))
