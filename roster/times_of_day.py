"""The four parts of a day that people tick, and the minutes that they stand for. Pure: no tables.

A week is a grid of seven days by four parts; whoever needs finer hours writes them beside it. What is kept are rows of
(weekday, from minute, until minute, level) that never overlap.
"""

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

DAY = 1440
# In the order of the clock. The night of a day is its small hours: 周二 0–6 comes before 周二 6–12.
PARTS: dict[str, tuple[int, int]] = {
    "night": (0, 360),
    "morning": (360, 720),
    "afternoon": (720, 1080),
    "evening": (1080, DAY),
}
PART_NAMES: dict[str, Promise] = {
    "night": _("small hours"),
    "morning": _("morning"),
    "afternoon": _("afternoon"),
    "evening": _("evening"),
}
# The two lines of a box to tick.
PART_HOURS = {"night": "0–6", "morning": "6–12", "afternoon": "12–18", "evening": "18–24"}
Cell = tuple[int, str]


class Hours(NamedTuple):
    """On one weekday (0 is Monday) from minute to minute; `until` at most 1,440."""

    weekday: int
    start: int
    until: int
    level: str


class Week(NamedTuple):
    """`cells`: the parts of days that are one level throughout; `own`: everything else."""

    cells: dict[Cell, str]
    own: list[Hours]


def week_of(rows: Iterable[Hours]) -> Week:
    """The grid for what is kept. A row over the end of its day is cut at midnight."""
    cells: dict[Cell, str] = {}
    own: list[Hours] = []
    for row in without_midnight(rows):
        rest = [row]
        for part, (start, until) in PARTS.items():
            if row.start <= start and until <= row.until:
                cells[row.weekday, part] = row.level
                over = Hours(row.weekday, start, until, row.level)
                rest = [piece for before in rest for piece in _without(before, over)]
        own += rest
    return Week(cells, sorted(own))


def rows_of(cells: Mapping[Cell, str], own: Iterable[Hours]) -> list[Hours]:
    """What to keep: own hours lie over the grid, later ones over earlier; neighbours of one level are one row."""
    rows: list[Hours] = []
    for (weekday, part), level in cells.items():
        rows.append(Hours(weekday, *PARTS[part], level))
    laid: list[Hours] = []
    for row in [*rows, *without_midnight(own)]:
        laid = [piece for before in laid for piece in _without(before, row)] + [row]
    merged: list[Hours] = []
    for row in sorted(laid):
        last = merged[-1] if merged else None
        if last and (last.weekday, last.until, last.level) == (row.weekday, row.start, row.level):
            merged[-1] = last._replace(until=row.until)
        else:
            merged.append(row)
    return merged


def without_midnight(rows: Iterable[Hours]) -> list[Hours]:
    """Each row cut in two where it runs over midnight; Sunday's rest is Monday's."""
    cut: list[Hours] = []
    for row in rows:
        if row.until <= DAY:
            cut.append(row)
        else:
            cut += [row._replace(until=DAY), Hours((row.weekday + 1) % 7, 0, row.until - DAY, row.level)]
    return cut


def rows_of_ticks(days: Iterable[int], parts: Iterable[str], level: str) -> list[Hours]:
    """What a sign-up says: these parts on each of these days."""
    chosen = [part for part in PARTS if part in set(parts)]
    return rows_of({(day, part): level for day in set(days) for part in chosen}, ())


def _without(row: Hours, over: Hours) -> list[Hours]:
    """What is left of `row` beside `over`."""
    if row.weekday != over.weekday or row.until <= over.start or over.until <= row.start:
        return [row]
    pieces = [row._replace(until=over.start), row._replace(start=over.until)]
    return [piece for piece in pieces if piece.start < piece.until]
