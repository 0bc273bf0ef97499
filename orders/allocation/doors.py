"""The households behind the claims, and the lots they drew. Quantities are whole thousandths from here on."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from orders.allocation.model import Claim, thousandths


def draw(seed: str, household: str) -> bytes:
    """A household's lot: SHA-256 of seed, colon and household in UTF-8. The smallest comes first.

    Anybody can do it again with any tool: `printf '%s:%s' SEED 20-1702 | sha256sum`.
    """
    return sha256(f"{seed}:{household}".encode()).digest()


@dataclass(slots=True)
class Door:
    """A household with all its claims, and what it has got so far. `turn` counts who was served when (0: not yet).

    `uneven`: at its turn there was something left, and too little for the part that it was due.
    """

    household: str
    lot: bytes
    tier: int
    people: int
    missed: int
    came: str
    wants: int
    claims: list[Claim]
    got: int = 0
    due: int = 0
    turn: int = 0
    more: bool = False
    uneven: bool = False
    code: str = ""
    params: Mapping[str, Any] | None = None

    def because(self, code: str, params: Mapping[str, Any]) -> None:
        """The first reason stays: it says how the household came to its turn."""
        if not self.code:
            self.code, self.params = code, params


def doors_of(claims: Iterable[Claim], seed: str) -> list[Door]:
    """One per household; where its claims differ the better rank, the larger family, the earlier order count."""
    doors: dict[str, Door] = {}
    # As `draw` does, without beginning anew for each household.
    begun = sha256(f"{seed}:".encode())
    for claim in claims:
        household, wants = claim.household, thousandths(claim.wants)
        door = doors.get(household)
        if door is None:
            lot = begun.copy()
            lot.update(household.encode())
            doors[household] = Door(
                household, lot.digest(), claim.tier, claim.people or 1, claim.missed, claim.came, wants, [claim]
            )
            continue
        door.tier = min(door.tier, claim.tier)
        door.people = max(door.people, claim.people)
        door.missed = max(door.missed, claim.missed)
        door.came = min(door.came, claim.came)
        door.wants += wants
        door.claims.append(claim)
    return list(doors.values())
