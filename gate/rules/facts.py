"""What the gate's decision is made from. `static/js/gate/rules.js` takes the same shapes as plain JSON objects.

Moments are whole milliseconds since the epoch, temperatures and lines decimal strings of °C ("36.6"), hours of the
day "HH:MM" or "HH:MM:SS" on the compound's wall. `Facts.from_json` reads the JSON; what it leaves out has its default.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

Direction = Literal["out", "in"]
Kind = Literal["household", "essential", "medical", "visitor", "vehicle", "volunteer", "emergency"]
# From a moment on, minutes east of UTC. The first entry also holds for everything before it.
Offsets = tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True)
class Pass:
    """Half-open validity: `valid_from` is in, `valid_until` is out. `last_out` and `outside_since` are this pass's."""

    kind: Kind = "household"
    valid_from: int | None = None
    valid_until: int | None = None
    revoked: bool = False
    every_days: int | None = None  # 2: every second day, for dialysis
    single: bool = False  # good for one exit
    last_out: int | None = None
    outside_since: int | None = None
    plate: str | None = None
    consent: bool = False  # a visitor's: the household has agreed


@dataclass(frozen=True, slots=True)
class Outing:
    """One exit of the household, and its return. `due` and `forfeit` come from the rulebook that judged the exit.

    `counts` is False where no slot was taken (exempt, emergency, overridden) or the slot was released.
    """

    out: int
    back: int | None = None
    due: int | None = None
    forfeit: bool = False  # late: the next outing is lost
    counts: bool = True
    kind: Kind = "household"
    gate: str | None = None


@dataclass(frozen=True, slots=True)
class Household:
    """`no_outing_until` is neutral: why is not the gate's business. `outings`: open ones and twice the window."""

    building: str | None = None
    no_outing_until: int | None = None
    has_returnee: bool = False
    outings: tuple[Outing, ...] = ()


@dataclass(frozen=True, slots=True)
class Rules:
    """A row of `compound.Rulebook`, field by field."""

    id: int | str
    starts_at: int
    ends_at: int | None = None
    building: str | None = None
    ends_building_rows: bool = False
    persons: int = 1
    per_days: int = 2
    window: Literal["calendar", "rolling"] = "calendar"
    longest_minutes: int | None = None
    overstay: Literal["nothing", "forfeit"] = "nothing"
    opens: str | None = None
    closes: str | None = None
    max_outside: int | None = None
    vehicles: Literal["none", "out", "both"] = "none"
    visitors: Literal["refused", "consent"] = "refused"
    exempt_kinds: tuple[str, ...] = ()
    returnee_voids_pass: bool = True
    fever_line: str = "37.3"
    fever_at_line: bool = True
    low_line: str = "35.0"
    recheck_minutes: int = 5


@dataclass(frozen=True, slots=True)
class Outside:
    """People outside who are not exempt: of the whole compound, and of the household's building."""

    compound: int = 0
    building: int = 0


@dataclass(frozen=True, slots=True)
class Facts:
    """One person at a gate. `pass_` (JSON: `pass`) or `household` is None when what was shown is not known."""

    now: int
    direction: Direction
    by: Literal["pass", "room", "plate"]
    offsets: Offsets = ((0, 480),)
    kind: Kind = "household"  # what was asked for; a pass's own kind wins, but for an emergency
    plate: str | None = None  # read at the gate
    pass_: Pass | None = None
    household: Household | None = None
    rulebooks: tuple[Rules, ...] = ()
    outside: Outside = Outside()
    temperature: str | None = None
    override: str | None = None
    clock_offset_ms: int = 0  # server minus phone
    ahead_ms: int = 0  # how far the corrected time of the event lay behind its receipt, in the future
    stale: bool = False  # decided from a phone's copy while the server did not answer

    @classmethod
    def from_json(cls, given: Mapping[str, Any]) -> "Facts":
        """The facts as rules.js takes them. Unknown keys raise `TypeError`: a misspelt rule would be no rule."""
        facts = dict(given)
        household = facts.pop("household", None)
        if household is not None:
            outings = tuple(Outing(**outing) for outing in household.get("outings", ()))
            household = Household(**{**household, "outings": outings})
        card = facts.pop("pass", None)
        rows = tuple(
            Rules(**{**row, "exempt_kinds": tuple(row.get("exempt_kinds", ()))}) for row in facts.pop("rulebooks", ())
        )
        return cls(
            pass_=None if card is None else Pass(**card),
            household=household,
            rulebooks=rows,
            offsets=tuple((int(start), int(minutes)) for start, minutes in facts.pop("offsets", ((0, 480),))),
            outside=Outside(**facts.pop("outside", {})),
            **facts,
        )
