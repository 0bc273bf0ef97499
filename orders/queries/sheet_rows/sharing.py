"""The result of a sharing out: who got how much for which reason, with all that is needed to run it again."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from orders.queries.sheet_rows.numbers import without_numbers

# What a sheet's `part` holds.
_PART = 60


@dataclass(frozen=True, slots=True)
class SharedLine:
    """One household: rooms only. `wants` and `quantity` are decimal strings, `missed` and `tier` as in a claim."""

    room: str
    wants: str
    quantity: str
    tier: int
    people: int
    missed: int
    code: str
    params: Mapping[str, Any]

    @property
    def key(self) -> str:
        return self.room


@dataclass(frozen=True, slots=True)
class SharingResult:
    """(f) One good of a round that was shared out. `rule` and the codes are those of `orders.allocation`.

    `instead`: it was bought instead of `goods`; '' else. `sha256` is that of the result, `seed` that of the lots.
    """

    goods: str
    unit: str
    instead: str
    arrived: str
    wanted: str
    left: str
    rule: Mapping[str, Any]
    reason: str
    seed: str
    sha256: str
    lines: tuple[SharedLine, ...]
    kind: ClassVar[str] = "sharing"

    def __post_init__(self) -> None:
        for name in ("goods", "instead", "reason"):
            object.__setattr__(self, name, without_numbers(getattr(self, name)))

    @property
    def part(self) -> str:
        """Names of goods that are longer than it holds are told apart by their seed."""
        name = f"{self.instead} ← {self.goods} {self.unit}" if self.instead else f"{self.goods} {self.unit}"
        name = name.strip()
        return name if len(name) <= _PART else f"{name[: _PART - 9]} {self.seed[:8]}"

    @property
    def got(self) -> int:
        return sum(line.quantity != "0" for line in self.lines)

    def to_content(self) -> dict[str, Any]:
        return {
            "goods": self.goods,
            "unit": self.unit,
            "instead": self.instead,
            "arrived": self.arrived,
            "wanted": self.wanted,
            "left": self.left,
            "rule": dict(self.rule),
            "reason": self.reason,
            "seed": self.seed,
            "sha256": self.sha256,
            "lines": [
                [
                    line.room,
                    line.wants,
                    line.quantity,
                    line.tier,
                    line.people,
                    line.missed,
                    line.code,
                    dict(line.params),
                ]
                for line in self.lines
            ],
        }

    @classmethod
    def from_content(cls, content: Mapping[str, Any]) -> SharingResult:
        """KeyError or ValueError for anything that `to_content` did not write."""
        facts = {name: content[name] for name in cls.__slots__ if name != "lines"}
        return cls(**facts, lines=tuple(SharedLine(*line) for line in content["lines"]))
