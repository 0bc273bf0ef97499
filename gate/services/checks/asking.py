"""What comes in and what goes out: a check as a phone, a form or a page hands it over, and its answer."""

import datetime as dt
import uuid
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from gate.rules import Direction, Kind


@dataclass(frozen=True, slots=True, kw_only=True)
class NewCheck:
    """A check of the wire (docs/gate.md), validated: `at` is aware, `temperature` has one decimal, 30.0 to 45.0.

    Who is meant: `token` of a pass, else `plate`, else `household` (a room as written); by `refers_to` for readings,
    undoing and corrections, where a room or token is the right one. `verdict` is set when whoever stood
    there has acted already. `implausible`: what was sent as a temperature and is none of a person, '' for what is no
    number; `temperature` is None then.
    """

    id: uuid.UUID
    at: dt.datetime
    direction: Direction = "out"
    token: str = ""
    household: str = ""
    plate: str = ""
    kind: Kind = "household"
    action: str = "check"
    temperature: Decimal | None = None
    implausible: str | None = None
    verdict: str | None = None
    clock_offset_ms: int = 0
    override: str = ""
    refers_to: uuid.UUID | None = None
    reason: str = ""
    method: str = ""
    source: str = "phone"
    gate: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """The answer to one check; `error` (`code`, `text`) instead of all else when it could not be recorded."""

    id: uuid.UUID
    verdict: str = ""
    amber: bool = False
    reasons: list[dict[str, Any]] = field(default_factory=list)
    conflict: bool = False
    next_out_on: dt.date | None = None
    next_out_at: dt.datetime | None = None
    room: str = ""
    surname: str = ""
    kind: str = ""
    direction: str = ""
    replayed: bool = False
    error: dict[str, str] | None = None

    def as_json(self) -> dict[str, Any]:
        """As contracts.md has it. Moments as ISO 8601."""
        if self.error is not None:
            return {"id": str(self.id), "error": self.error}
        return {
            "id": str(self.id),
            "verdict": self.verdict,
            "amber": self.amber,
            "reasons": self.reasons,
            "conflict": self.conflict,
            "next_out_on": self.next_out_on.isoformat() if self.next_out_on else None,
            "next_out_at": self.next_out_at.isoformat() if self.next_out_at else None,
            "room": self.room,
            "surname": self.surname,
            "kind": self.kind,
            "direction": self.direction,
            "replayed": self.replayed,
        }
