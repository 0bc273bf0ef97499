"""A problem and its result, and both as JSON. Quantities are decimals with at most three places."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from enum import StrEnum
from functools import lru_cache
from typing import Any, Final, NamedTuple

from orders.quantities import plain

Json = Mapping[str, Any]
_PLACES: Final = 1000
_MOST: Final = Decimal(10) ** 12


class ProblemError(ValueError):
    """What stands in a problem makes no sense; one line that says what."""


class Kind(StrEnum):
    TIERS = "tiers"
    EQUAL = "equal"
    PER_HEAD = "per_head"
    PROPORTIONAL = "proportional"
    FIRST_COME = "first_come"


# Households ask for few different quantities; looked up they cost a tenth.
@lru_cache(maxsize=4096)
def thousandths(quantity: Decimal) -> int:
    """2.5 → 2500. ProblemError for what is no such quantity: negative, endless, or finer than a thousandth."""
    if not quantity.is_finite() or not 0 <= quantity <= _MOST:
        raise ProblemError(f"{quantity} is no quantity")
    whole = quantity * _PLACES
    if whole != int(whole):
        raise ProblemError(f"{quantity} is finer than a thousandth")
    return int(whole)


@lru_cache(maxsize=4096)
def decimal(thousandths: int) -> Decimal:
    return Decimal(thousandths) / _PLACES


@dataclass(frozen=True, slots=True)
class Tier:
    """A group of households with a part of what arrived kept for it, in per cent. `name` is only shown."""

    name: str
    percent: int


@dataclass(frozen=True, slots=True)
class Rule:
    """How it is shared out. After the named tiers, highest first, comes one of everybody else with what is left.

    `each`: what a household gets before anybody gets more (None: all it asked for in one go). `step`: the smallest
    part that is cut; who asked for less may get just that. ProblemError unless the parts are within 100 % and `each`
    is a multiple of `step`.
    """

    kind: Kind
    tiers: tuple[Tier, ...] = ()
    each: Decimal | None = None
    missed_first: bool = True
    step: Decimal = Decimal(1)
    name: str = ""

    def __post_init__(self) -> None:
        if thousandths(self.step) == 0:
            raise ProblemError("the smallest part is nothing")
        if self.each is not None:
            each = thousandths(self.each)
            if each == 0 or each % thousandths(self.step):
                raise ProblemError("what each gets first must be some of the smallest parts")
        if any(not 0 <= tier.percent <= 100 for tier in self.tiers) or sum(t.percent for t in self.tiers) > 100:
            raise ProblemError("more than 100 % is kept")

    def to_json(self) -> dict[str, Any]:
        return {
            "name": self.name,
            "kind": self.kind.value,
            "tiers": [{"name": tier.name, "percent": tier.percent} for tier in self.tiers],
            "each": None if self.each is None else plain(self.each),
            "missed_first": self.missed_first,
            "step": plain(self.step),
        }

    @classmethod
    def from_json(cls, content: Json) -> Rule:
        return cls(
            kind=_kind(content["kind"]),
            tiers=tuple(Tier(str(one["name"]), _whole(one["percent"])) for one in content.get("tiers", ())),
            each=None if content.get("each") is None else _decimal(content["each"]),
            missed_first=bool(content.get("missed_first", True)),
            step=_decimal(content.get("step", "1")),
            name=str(content.get("name", "")),
        )


@dataclass(frozen=True, slots=True)
class Claim:
    """One order line. Lines of one `household` share one ticket: who orders twice is not drawn twice.

    `tier` counts from 0, the highest; `missed` is what it has to make up for (0 nothing, more comes first); `came`
    sorts by when it was ordered, as text. ProblemError for a claim to nothing, of nobody or of no tier.
    """

    id: str
    household: str
    wants: Decimal
    tier: int = 0
    people: int = 1
    missed: int = 0
    came: str = ""

    def __post_init__(self) -> None:
        if not self.id or not self.household:
            raise ProblemError("a claim of nobody")
        if thousandths(self.wants) == 0:
            raise ProblemError(f"the claim {self.id} is to nothing")
        if self.tier < 0 or self.people < 0 or self.missed < 0:
            raise ProblemError(f"the claim {self.id} has a number below nothing")

    def to_json(self) -> dict[str, Any]:
        return {
            "id": self.id,
            "household": self.household,
            "wants": plain(self.wants),
            "tier": self.tier,
            "people": self.people,
            "missed": self.missed,
            "came": self.came,
        }

    @classmethod
    def from_json(cls, content: Json) -> Claim:
        return cls(
            id=str(content["id"]),
            household=str(content["household"]),
            wants=_decimal(content["wants"]),
            tier=_whole(content.get("tier", 0)),
            people=_whole(content.get("people", 1)),
            missed=_whole(content.get("missed", 0)),
            came=str(content.get("came", "")),
        )


@dataclass(frozen=True, slots=True)
class Problem:
    arrived: Decimal
    rule: Rule
    claims: tuple[Claim, ...]
    seed: str

    def __post_init__(self) -> None:
        thousandths(self.arrived)
        if len({claim.id for claim in self.claims}) != len(self.claims):
            raise ProblemError("two claims have one id")
        if self.rule.kind is Kind.TIERS and any(claim.tier > len(self.rule.tiers) for claim in self.claims):
            raise ProblemError("a claim is of a tier that the rule does not have")

    def to_json(self) -> dict[str, Any]:
        return {
            "arrived": plain(self.arrived),
            "seed": self.seed,
            "rule": self.rule.to_json(),
            "claims": [claim.to_json() for claim in self.claims],
        }

    @classmethod
    def from_json(cls, content: object) -> Problem:
        """ProblemError with one line that says what is missing or wrong."""
        if not isinstance(content, Mapping):
            raise ProblemError("no problem: an object with arrived, seed, rule and claims is expected")
        try:
            return cls(
                arrived=_decimal(content["arrived"]),
                rule=Rule.from_json(content["rule"]),
                claims=tuple(Claim.from_json(one) for one in content["claims"]),
                seed=str(content["seed"]),
            )
        except KeyError as missing:
            raise ProblemError(f"{missing.args[0]} is missing") from missing
        except (TypeError, AttributeError) as wrong:
            raise ProblemError("a list or an object stands where something else belongs") from wrong


class Share(NamedTuple):
    """What one claim gets. `code` with `params` says why; docs/allocation.md lists them."""

    id: str
    household: str
    quantity: Decimal
    code: str
    params: Mapping[str, Any]


class Step(NamedTuple):
    """One sentence of how it went: a code with its numbers."""

    code: str
    params: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Result:
    """`shares` in the order in which the rule served them, one for each claim; `left` is what nobody could get."""

    shares: tuple[Share, ...]
    left: Decimal
    steps: tuple[Step, ...]

    @property
    def sha256(self) -> str:
        """Of who got how much and what is left: equal exactly when these are equal."""
        rows = sorted([share.id, plain(share.quantity)] for share in self.shares)
        text = json.dumps([rows, plain(self.left)], ensure_ascii=False, separators=(",", ":"))
        return hashlib.sha256(text.encode()).hexdigest()

    def to_json(self) -> dict[str, Any]:
        return {
            "shares": [
                {
                    "id": share.id,
                    "household": share.household,
                    "quantity": plain(share.quantity),
                    "code": share.code,
                    "params": dict(share.params),
                }
                for share in self.shares
            ],
            "left": plain(self.left),
            "steps": [{"code": step.code, "params": dict(step.params)} for step in self.steps],
            "sha256": self.sha256,
        }


def _decimal(text: object) -> Decimal:
    try:
        return Decimal(str(text))
    except InvalidOperation:
        raise ProblemError(f"{text!r} is no number") from None


def _whole(text: object) -> int:
    number = _decimal(text)
    if not number.is_finite() or number != int(number):
        raise ProblemError(f"{text!r} is no whole number")
    return int(number)


def _kind(text: object) -> Kind:
    try:
        return Kind(str(text))
    except ValueError:
        raise ProblemError(f"there is no rule {text!r}") from None
