"""What differs between two versions of a sheet, row by row."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Generic, TypeVar

from orders.queries.sheet_rows.relief import ReliefTicks
from orders.queries.sheet_rows.rows import (
    BagLine,
    BagSlip,
    BagSlips,
    DeliveryRun,
    NotServed,
    SheetRows,
    ShoppingList,
)
from orders.queries.sheet_rows.sharing import SharingResult

Row = TypeVar("Row")


class Change(StrEnum):
    SAME = "same"
    NEW = "new"
    CHANGED = "changed"
    GONE = "gone"


@dataclass(frozen=True, slots=True)
class Marked(Generic[Row]):
    """A row with what became of it. `before` is the earlier row of a changed one; a gone row is the earlier one."""

    row: Row
    change: Change = Change.SAME
    before: Row | None = None


@dataclass(frozen=True, slots=True)
class Summary:
    new: int = 0
    changed: int = 0
    gone: int = 0

    def __bool__(self) -> bool:
        return bool(self.new or self.changed or self.gone)


def merge(
    previous: Sequence[Row] | None,
    current: Sequence[Row],
    *,
    key: Callable[[Row], Hashable],
    group: Callable[[Row], Hashable] = lambda row: None,
) -> list[Marked[Row]]:
    """The current rows in their order, each marked, and the gone ones where they used to stand.

    `key` tells rows apart within a version, `group` keeps a gone row among those of its section. With `previous`
    None (a first version) nothing is marked. Linear in the number of rows.
    """
    if previous is None:
        return [Marked(row) for row in current]
    earlier = {key(row): row for row in previous}
    now = {key(row) for row in current}
    # A gone row comes after the nearest row before it that is still there, within its group.
    gone: dict[tuple[Hashable, Hashable], list[Row]] = {}
    anchors: dict[Hashable, Hashable] = {}
    first = object()
    kept_group = {key(row): group(row) for row in current}
    for row in previous:
        row_key, row_group = key(row), group(row)
        if row_key in now:
            if kept_group[row_key] == row_group:
                anchors[row_group] = row_key
        else:
            gone.setdefault((row_group, anchors.get(row_group, first)), []).append(row)

    def fallen(row_group: Hashable, anchor: Hashable) -> list[Marked[Row]]:
        return [Marked(row, Change.GONE) for row in gone.pop((row_group, anchor), ())]

    merged: list[Marked[Row]] = []
    begun: set[Hashable] = set()
    for row in current:
        row_key, row_group = key(row), group(row)
        if row_group not in begun:
            begun.add(row_group)
            merged += fallen(row_group, first)
        before = earlier.get(row_key)
        if before is None:
            merged.append(Marked(row, Change.NEW))
        elif before != row:
            merged.append(Marked(row, Change.CHANGED, before))
        else:
            merged.append(Marked(row))
        merged += fallen(row_group, row_key)
    # Groups that have vanished as a whole.
    for rows in gone.values():
        merged += [Marked(row, Change.GONE) for row in rows]
    return merged


def _count(marked: Sequence[Marked[Row]]) -> Summary:
    changes = [row.change for row in marked]
    return Summary(changes.count(Change.NEW), changes.count(Change.CHANGED), changes.count(Change.GONE))


def bag_changes(before: BagSlip, now: BagSlip) -> list[Marked[BagLine]]:
    """The goods of one slip against the slip of the version before."""
    return merge(before.lines, now.lines, key=lambda line: line.key)


def summary(previous: SheetRows, current: SheetRows) -> Summary:
    """How many rows are new, changed and gone. ValueError when the two are not of one kind."""
    match previous, current:
        case ShoppingList(), ShoppingList():
            return _count(merge(previous.lines, current.lines, key=lambda line: line.key))
        case BagSlips(), BagSlips():
            return _count(merge(previous.slips, current.slips, key=lambda slip: slip.key))
        case DeliveryRun(), DeliveryRun():
            return _count(merge(previous.stops, current.stops, key=lambda stop: stop.key))
        case ReliefTicks(), ReliefTicks():
            return _count(merge(previous.stops, current.stops, key=lambda stop: stop.key))
        case SharingResult(), SharingResult():
            return _count(merge(previous.lines, current.lines, key=lambda line: line.key))
        case NotServed(), NotServed():
            return _count(merge(previous.lines, current.lines, key=lambda line: line.key))
    raise ValueError(f"{previous.kind} cannot be compared with {current.kind}")
