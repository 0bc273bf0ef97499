"""A long paste in pieces: each group of the review shows so many lines, and the next ones when they are asked for.

A piece begins behind a place in the paste, not behind a number of lines: what was decided meanwhile moves nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from orders.queries.review import Review, Row

PIECE = 50
T = TypeVar("T")


@dataclass(frozen=True)
class Piece(Generic[T]):
    """Some lines of a group. `after` is the place of the last of them, `until` where the next piece would end.

    `rest`: how many lines come behind it; `anchor`: the first of those.
    """

    rows: tuple[T, ...]
    after: int
    until: int
    rest: int
    anchor: int


def piece_of(review: Review, group: str, *, after: int = -1, until: int = -1) -> Piece[Row]:
    """Lines of a group behind the place `after`: a piece of them, or more where `until` lies further on."""
    return _piece(review.group(group), lambda row: row.place, lambda row: row.entry.position, after, until)


def piece_of_skipped(
    skipped: Sequence[dict[str, Any]], *, after: int = -1, until: int = -1
) -> Piece[tuple[int, dict[str, Any]]]:
    """Lines that are no orders, each behind its place among them: their line is one of several sheets."""

    def place(one: tuple[int, dict[str, Any]]) -> int:
        return one[0]

    return _piece(list(enumerate(skipped)), place, place, after, until)


def _piece(
    rows: Sequence[T], place: Callable[[T], int], anchor: Callable[[T], int], after: int, until: int
) -> Piece[T]:
    behind = [row for row in rows if place(row) > after]
    size = max(_whole(behind, place, PIECE), sum(place(row) <= until for row in behind))
    shown, rest = behind[:size], behind[size:]
    coming = rest[: _whole(rest, place, PIECE)]
    return Piece(
        rows=tuple(shown),
        after=place(shown[-1]) if shown else after,
        until=place(coming[-1]) if coming else -1,
        rest=len(rest),
        anchor=anchor(rest[0]) if rest else -1,
    )


def _whole(rows: Sequence[T], place: Callable[[T], int], size: int) -> int:
    """So many rows, and those of the same place with them: lines of one name are decided together."""
    while 0 < size < len(rows) and place(rows[size]) == place(rows[size - 1]):
        size += 1
    return min(size, len(rows))
