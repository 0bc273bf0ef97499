"""What a person said about the columns of a layout: kept by its headings, so that the next file of it is read alike.

A layout is the headings of a line, in their short form. Pure; `as_json` is what is stored.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from compound.rooms import clean
from compound.spreadsheet import Row, label
from orders.order_list import words
from orders.order_list.amounts import split_spec
from orders.order_list.sections import Column

SEARCH_ROWS = 80
MOST_COLUMNS = 60
GOOD = "good"
# What can be said of a column, in the order in which it is offered; `good`: it counts the good that it is headed by.
CHOICES = (
    "goods", "spec", "quantity", GOOD, "address", "building", "unit", "room", "floor", "buyer", "remark", "status",
    "refunded", "refunded_money", "reference", "pickup", "receiver", "phone", "ignore",
)  # fmt: skip


def layout_of(row: Row) -> tuple[str, ...]:
    """The short headings of a line, without the empty ones behind the last."""
    labels = [label(cell.text) if cell.text and cell.own else "" for cell in row.cells[:MOST_COLUMNS]]
    while labels and not labels[-1]:
        labels.pop()
    return tuple(labels)


@dataclass(frozen=True, slots=True)
class Pick:
    """`labels`: the layout. `fields`: one of `CHOICES` for each column; `ignore` where nothing is to be read."""

    labels: tuple[str, ...]
    fields: tuple[str, ...]

    def as_json(self) -> dict[str, list[str]]:
        return {"labels": list(self.labels), "fields": list(self.fields)}

    @property
    def is_enough(self) -> bool:
        """Whether it says what was ordered, and for whom."""
        return bool({"goods", GOOD} & set(self.fields)) and bool(
            {"address", "building", "room", "buyer", "remark", "pickup"} & set(self.fields)
        )


class Picks:
    """All layouts that somebody explained. `blocks` and `columns` answer nothing where none of them fits."""

    def __init__(self, picks: Iterable[Pick] = ()) -> None:
        self._by_labels = {pick.labels: pick for pick in picks if pick.labels}

    def __bool__(self) -> bool:
        return bool(self._by_labels)

    def pick_of(self, row: Row) -> Pick | None:
        return self._by_labels.get(layout_of(row)) if self._by_labels else None

    def blocks(self, rows: Sequence[Row]) -> list[tuple[int, int]]:
        """(index, 1) of the first line with such headings. The same line further down is a repeated heading."""
        if not self._by_labels:
            return []
        return [(index, 1) for index, row in enumerate(rows[:SEARCH_ROWS]) if self.pick_of(row)][:1]

    def columns(self, header: Sequence[Row]) -> list[Column]:
        pick = self.pick_of(header[0]) if len(header) == 1 else None
        if pick is None:
            return []
        columns: list[Column] = []
        seen: dict[str, int] = {}
        for index, name in enumerate(pick.fields):
            heading = clean(header[0].cell(index).text)
            if name == GOOD:
                columns.append(Column(index, heading, None, 1.0, good=split_spec(heading)))
                continue
            part = 0
            if name in ("goods", "spec", "quantity"):
                part = seen.get(name, 0)
                seen[name] = part + 1
            field: words.Field = name  # type: ignore[assignment]  # one of CHOICES
            columns.append(Column(index, heading, field, 1.0, part=part))
        return columns


NO_PICKS = Picks()


def picks_from(stored: Iterable[Mapping[str, Any]]) -> Picks:
    """From what `as_json` gave; what no longer fits is left out."""
    found = []
    for one in stored:
        labels, fields = tuple(one.get("labels", ())), tuple(one.get("fields", ()))
        if labels and len(labels) == len(fields) and set(fields) <= set(CHOICES):
            found.append(Pick(labels, fields))
    return Picks(found)
