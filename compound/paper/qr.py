"""QR codes as rectangles, so that they print sharp at any size."""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

import segno


class Bar(NamedTuple):
    """A run of dark modules in one row, counted from the top left."""

    row: int
    start: int
    length: int


@lru_cache(maxsize=256)
def qr_bars(payload: str) -> tuple[int, tuple[Bar, ...]]:
    """(modules per side, dark runs). Error level M: a folded, damp sheet must still scan."""
    matrix = segno.make(payload, error="m", micro=False, boost_error=False).matrix
    bars: list[Bar] = []
    for row, modules in enumerate(matrix):
        start = -1
        for column, module in enumerate((*modules, 0)):
            if module and start < 0:
                start = column
            elif not module and start >= 0:
                bars.append(Bar(row, start, column - start))
                start = -1
    return len(matrix), tuple(bars)
