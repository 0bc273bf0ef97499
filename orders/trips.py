"""Which bags go on which trip, with what and with whom: a proposal that a person may change.

Pure, and simple enough to be checked by hand:

1. Stations are served one after the other, buildings without a station last; a trip is for one station.
2. Within a station the buildings come as they are walked, the doors of each in walking order. Neither is ever turned
   round, so that a runner does not walk a street twice.
3. A building goes whole onto the trip that is being filled if there is room; else it opens the next trip. It is split
   only when no vehicle holds all of it, and then it fills one trip after the other in walking order.
4. Vehicles take turns. A trip never holds more bags than its vehicle, or than one person carries where there is none.
   A door with more bags than any vehicle holds is left over and named: bags of one door go together.
5. Each trip, the heaviest first, goes to the runner who has the least so far. A door weighs its bags and, without a
   lift, so much for each floor: a runner comes down again for the next armful.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from itertools import groupby
from typing import Any

# Whatever the caller knows a door, a station, a vehicle or a person by; hashable.
Key = Any


@dataclass(frozen=True)
class Drop:
    """One door's bags. `floors`: how many are climbed on foot, 0 with a lift. `station`, `building`: any keys."""

    key: Key
    station: Key
    building: Key
    bags: int
    floors: int = 0


@dataclass(frozen=True)
class Carrier:
    """A vehicle, or a pair of hands (`key` None)."""

    key: Key
    capacity: int


@dataclass
class Load:
    """One trip. `runner` is None only when there is nobody to choose from."""

    station: Key
    carrier: Carrier
    drops: list[Drop] = field(default_factory=list)
    runner: Key = None

    @property
    def bags(self) -> int:
        return sum(drop.bags for drop in self.drops)

    @property
    def room(self) -> int:
        return self.carrier.capacity - self.bags

    def weight(self, floor_weight: Decimal) -> Decimal:
        """In bags."""
        return sum((weight_of(drop.bags, drop.floors, floor_weight) for drop in self.drops), Decimal(0))


@dataclass(frozen=True)
class Proposal:
    """`left_over`: doors that fit on no vehicle."""

    loads: tuple[Load, ...]
    left_over: tuple[Drop, ...]


def weight_of(bags: int, floors: int, floor_weight: Decimal) -> Decimal:
    """What one door weighs on a runner, in bags."""
    return bags + floor_weight * floors


def plan_trips(
    drops: Sequence[Drop],
    *,
    carriers: Sequence[Carrier],
    runners: Sequence[Key],
    floor_weight: Decimal,
) -> Proposal:
    """The proposal. `drops` stand in walking order, stations and buildings each in one stretch; `carriers` are not
    empty. The same arguments give the same proposal; linear in the doors."""
    if not carriers:
        raise ValueError("nothing to carry with")
    most = max(carrier.capacity for carrier in carriers)
    left_over = tuple(drop for drop in drops if drop.bags > most)
    turn = _Turn(carriers)
    loads: list[Load] = []
    for station, at_station in groupby((drop for drop in drops if drop.bags <= most), key=lambda drop: drop.station):
        current: Load | None = None
        for _building, doors in groupby(at_station, key=lambda drop: drop.building):
            together = list(doors)
            bags = sum(drop.bags for drop in together)
            if current is None or bags > current.room:
                current = Load(station, turn.next(min(bags, most)))
                loads.append(current)
            for drop in together:
                if drop.bags > current.room:
                    current = Load(station, turn.next(most))
                    loads.append(current)
                current.drops.append(drop)
    share_out(loads, runners, floor_weight)
    return Proposal(tuple(loads), left_over)


def share_out(loads: Iterable[Load], runners: Sequence[Key], floor_weight: Decimal) -> None:
    """Gives each load a runner. Nobody ends with more than the lightest runner has plus one trip."""
    if not runners:
        return
    sums = dict.fromkeys(runners, Decimal(0))
    for load in sorted(loads, key=lambda load: -load.weight(floor_weight)):
        load.runner = min(sums, key=lambda runner: sums[runner])
        sums[load.runner] += load.weight(floor_weight)


class _Turn:
    """Vehicles one after the other, passing over those that are too small for what is to be loaded."""

    def __init__(self, carriers: Sequence[Carrier]) -> None:
        self.carriers, self.at = carriers, 0

    def next(self, least: int) -> Carrier:
        count = len(self.carriers)
        place = next(n for n in range(self.at, self.at + count) if self.carriers[n % count].capacity >= least)
        self.at = (place + 1) % count
        return self.carriers[place % count]


def times_between(first: dt.time, last: dt.time, every: int) -> list[dt.time]:
    """Half-hourly runs as times of the day: `first`, and on every so many minutes up to `last`."""
    start, end = first.hour * 60 + first.minute, last.hour * 60 + last.minute
    return [dt.time(minute // 60, minute % 60) for minute in range(start, end + 1, max(every, 1))]
