"""What each place of a run should count, from what the places before it have counted. Pure.

The chain is gate → station → building; a building without a station hangs below the gate. Each place takes on what it
counts: what was missing at the gate is not missing a second time at the only station behind it.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Spot:
    """One place. `planned`: the bags of its trips; `counted` at `at`, None while nobody has."""

    key: Hashable
    parent: Hashable | None
    planned: int
    counted: int | None = None
    at: dt.datetime | None = None


def expected_at(spots: Sequence[Spot]) -> dict[Hashable, int]:
    """By key. Parents stand before their children.

    Of what came to a place its children were each planned a part. Who counts first is asked for the whole part; who
    counts later for no more than is left, because bags that were missing before them cannot come to them. While
    nobody has counted, that part, or what is left in all.
    """
    expected: dict[Hashable, int] = {}
    children: dict[Hashable, list[Spot]] = defaultdict(list)
    for spot in spots:
        if spot.parent is None:
            expected[spot.key] = spot.planned
        else:
            children[spot.parent].append(spot)
    for spot in spots:
        left = expected[spot.key] if spot.counted is None else spot.counted
        for child in _as_counted(children[spot.key]):
            expected[child.key] = max(min(child.planned, left), 0)
            if child.counted is not None:
                left -= child.counted
    return expected


def _as_counted(spots: Iterable[Spot]) -> list[Spot]:
    far = dt.datetime.max.replace(tzinfo=dt.UTC)
    return sorted(spots, key=lambda spot: spot.at or far)
