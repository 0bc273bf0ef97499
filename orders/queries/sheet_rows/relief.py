"""The tick-off sheet of relief parcels, one a building: who is still to get how many, and everybody who is not."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar


@dataclass(frozen=True, slots=True)
class ReliefStop:
    """A door that has not got all that is due. `tried`: '' or `nobody_home`."""

    room: str
    unit: str
    due: int
    tried: str = ""

    @property
    def key(self) -> str:
        return self.room


@dataclass(frozen=True, slots=True)
class ReliefTicks:
    """(e) One building of a relief round. `walk` is a value of `Walk`.

    stops, `served` and `refused` (counts), `not_listed` (people live there, but the round is not for them or forgot
    them) and `empty` are together all doors of the building.
    """

    building: str
    walk: str
    content: str
    stops: tuple[ReliefStop, ...]
    served: int = 0
    refused: int = 0
    not_listed: tuple[str, ...] = ()
    empty: tuple[str, ...] = ()
    kind: ClassVar[str] = "relief_ticks"

    @property
    def part(self) -> str:
        return self.building

    @property
    def parcels(self) -> int:
        return sum(stop.due for stop in self.stops)

    def to_content(self) -> dict[str, Any]:
        return {
            "building": self.building,
            "walk": self.walk,
            "content": self.content,
            "stops": [[stop.room, stop.unit, stop.due, stop.tried] for stop in self.stops],
            "served": self.served,
            "refused": self.refused,
            "not_listed": list(self.not_listed),
            "empty": list(self.empty),
        }

    @classmethod
    def from_content(cls, content: Mapping[str, Any]) -> ReliefTicks:
        """KeyError or ValueError for anything that `to_content` did not write."""
        return cls(
            content["building"],
            content["walk"],
            content["content"],
            tuple(ReliefStop(*stop) for stop in content["stops"]),
            content["served"],
            content["refused"],
            tuple(content["not_listed"]),
            tuple(content["empty"]),
        )
