"""What the columns of a table mean: between several for one thing the best, with a look at the values beneath."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from compound.household_list import words
from compound.household_list.values import (
    count_people,
    find_phone,
    is_empty_word,
    is_ordinary_word,
    is_returned_word,
    read_room,
    read_tags,
)
from compound.household_list.words import Field
from compound.spreadsheet.grid import Row, column_letters
from compound.spreadsheet.labels import label

# Below this a page asks; from that on the column is used all the same, and the list says so.
ASK_BELOW = 0.75
USE_FROM = 0.5
_MANY = (
    "tag",
    "tags",
    "ignore",
    "identity",
    "remark",
    "people_part",
    "status",
    "empty",
    "returned",
    "phone",
    "occupied",
)


@dataclass(frozen=True, slots=True)
class Column:
    """`field` None: nobody knows. `tag` is set for a tick column (独居老人 √). `heading` is what the user wrote."""

    index: int
    heading: str
    field: Field | None
    sure: float = 0.0
    tag: str = ""
    by_hand: bool = False

    @property
    def letters(self) -> str:
        return column_letters(self.index)

    @property
    def used(self) -> bool:
        return self.field is not None and self.field not in ("ignore", "identity") and self.sure >= USE_FROM


@dataclass(frozen=True, slots=True)
class Choice:
    """What somebody has said by hand for one sheet: the row of the headings (0 for none) and fields by column index.

    `headings` (short form → field) is what was said for earlier lists. A field is one of `words.Field`, or `tag:` and
    the group for a column of ticks.
    """

    header_row: int | None = None
    fields: Mapping[int, str] = field(default_factory=dict)
    headings: Mapping[str, str] = field(default_factory=dict)

    def of(self, column: Column) -> str | None:
        return self.fields.get(column.index) or self.headings.get(label(column.heading) if column.heading else "")


def settle(columns: list[Column], body: Sequence[Row]) -> tuple[Column, ...]:
    """Choose between columns that say the same, look at the values, and drop columns that hold nothing at all."""
    values = {column.index: _values(column.index, body) for column in columns}
    columns = [_with_values(column, values[column.index]) for column in columns]
    columns = _english_unit(columns, values)
    if not any(c.field == "room" for c in columns):
        # 弄 / 号 / 室, or a lone 门牌: the next best that reads as rooms.
        columns = _promote(columns, values)
    if not any(c.field in ("people", "people_part", "relation") for c in columns):
        columns = _guess_people(columns, values)
    for name in ("room", "building", "unit", "people", "name", "floor", "relation"):
        columns = _only_one(columns, name, values)
    if any(c.field == "people" and c.sure >= USE_FROM for c in columns):
        columns = [replace(c, field="ignore", sure=1.0) if c.field == "people_part" else c for c in columns]
    return tuple(c for c in columns if c.heading or values[c.index])


def _values(index: int, body: Sequence[Row]) -> list[str]:
    found: list[str] = []
    for row in body:
        cell = row.cell(index)
        if cell.own and cell.text and cell.kind != "identity":
            found.append(cell.text)
            if len(found) == 200:
                break
    return found


def _share(texts: Sequence[str], test: Callable[[str], bool]) -> float:
    if not texts:
        return 0.0
    return sum(1 for text in texts if test(text)) / len(texts)


def _room_share(texts: Sequence[str]) -> float:
    return _share(texts, lambda text: read_room(text) is not None)


def _with_values(column: Column, texts: list[str]) -> Column:
    """Less sure where the values do not fit the heading; a guess where the heading says nothing."""
    if not texts:
        return column
    if column.field == "room" and _room_share(texts) < 0.3:
        return replace(column, sure=min(column.sure, 0.55 if column.sure == 1 else 0.4))
    if column.field == "people":
        fits = _share(texts, lambda text: count_people(text).people is not None)
        return replace(column, sure=min(column.sure, 0.6 if column.sure == 1 else 0.45)) if fits < 0.4 else column
    if column.field in (None, "status") or (column.field in ("tags", "ignore") and column.sure < 1):
        return _by_values(column, texts)
    return column


def _by_values(column: Column, texts: list[str]) -> Column:
    tags = _share(texts, lambda text: bool(read_tags(text)[0]))
    states = _share(texts, lambda text: is_empty_word(text) or is_returned_word(text))
    known_states = _share(texts, lambda text: is_empty_word(text) or is_returned_word(text) or is_ordinary_word(text))
    if column.field == "status":
        return replace(column, field="tags", sure=0.8) if tags > 0.6 and tags > states else column
    if tags >= 0.4 and tags >= states:
        return replace(column, field="tags", sure=max(column.sure, 0.8))
    if states > 0 and known_states >= 0.7:
        return replace(column, field="status", sure=0.8)
    if column.field is None and _share(texts, lambda text: find_phone(text) is not None) > 0.8:
        return replace(column, field="phone", sure=0.7)
    return column


def _english_unit(columns: list[Column], values: Mapping[int, list[str]]) -> list[Column]:
    """“Unit” is a stairwell beside a room column, and the flat itself where there is none."""
    if any(c.field == "room" for c in columns):
        return columns
    return [
        replace(c, field="room", sure=0.8)
        if c.field == "unit" and _share(values[c.index], lambda t: len(t) >= 3 and read_room(t) is not None) > 0.6
        else c
        for c in columns
    ]


def _guess_people(columns: list[Column], values: Mapping[int, list[str]]) -> list[Column]:
    """The one column with an unknown heading that holds small numbers, if there is no column of people: to be asked."""

    def small(text: str) -> bool:
        people = count_people(text).people
        return people is not None and people <= 12

    likely = [
        c
        for c in columns
        if c.field is None and not re.search(r"号|编|码|序|no|id", c.heading.lower())
        if len(values[c.index]) > 1 and _share(values[c.index], small) >= 0.8
    ]
    if len(likely) != 1:
        return columns
    return [replace(c, field="people", sure=0.55) if c is likely[0] else c for c in columns]


def _promote(columns: list[Column], values: Mapping[int, list[str]]) -> list[Column]:
    def rank(column: Column) -> float:
        if column.field not in ("building", "unit", "name", None) and label(column.heading) not in (
            "编号",
            "小区",
            "社区",
        ):
            return 0.0
        return _share(
            values[column.index],
            lambda t: (w := read_room(t)) is not None and (w.building is not None or len(w.number) >= 3),
        )

    best = max(columns, key=rank, default=None)
    if best is None or rank(best) < 0.6:
        return columns
    return [replace(c, field="room", sure=0.6 if c.field is None else 0.8) if c is best else c for c in columns]


def _only_one(columns: list[Column], name: str, values: Mapping[int, list[str]]) -> list[Column]:
    """Of several columns for one thing the best stays; the others are known and not used."""
    same = [c for c in columns if c.field == name]
    if len(same) < 2:
        return columns

    def rank(column: Column) -> tuple[float, ...]:
        filled = float(bool(values[column.index]))
        if name == "people":
            word = label(column.heading)
            kind = next((rank for pattern, rank in words.PEOPLE_RANK if pattern.search(word)), 2)
            return (filled, kind, column.sure, -column.index)
        fits = _room_share(values[column.index]) if name == "room" else 1.0
        # Where building and room have columns of their own, a full address beside them says nothing new.
        return (filled, round(fits, 1), column.sure, -column.index)

    best = max(same, key=rank)
    if name == "room" and not any(c.field == "building" for c in columns):
        # 楼栋单元 beside 室号: an address that stops at the stairwell.
        columns = [
            replace(c, field="building", sure=0.8) if c in same and c is not best and _BUILDING.search(c.heading) else c
            for c in columns
        ]
    return [c if c is best or c.field != name else replace(c, field="ignore", sure=1.0) for c in columns]


_BUILDING = re.compile(r"楼|栋|幢|座|单元|building|block", re.IGNORECASE)


def chosen(columns: tuple[Column, ...], choice: Choice | None) -> tuple[Column, ...]:
    """What somebody said by hand beats everything; a field named by hand is taken from the column that was guessed."""
    if choice is None or not (choice.fields or choice.headings):
        return columns
    said = {column.index: word for column in columns if (word := choice.of(column))}
    named = {word for word in said.values() if word not in _MANY and not word.startswith("tag:")}
    changed = []
    for column in columns:
        word = said.get(column.index)
        if word is not None:
            tag = word.removeprefix("tag:") if word.startswith("tag:") else ""
            name: Field = "tag" if tag else word  # type: ignore[assignment]
            changed.append(replace(column, field=name, tag=tag, sure=1.0, by_hand=True))
        elif column.field in named:
            changed.append(replace(column, field="ignore", sure=1.0))
        else:
            changed.append(column)
    return tuple(changed)
