"""What is to be planned: volunteers, shifts, who can take which, and what each kind of trouble costs.

Pure data; no database, no clock, no words. `Problem.from_json` reads what `manage.py plan` takes (docs/planner.md).
Hours from the horizon's start become whole seconds, so that 7.1 + 0.9 hours of rest are eight hours and not
a little less.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

Id = int | str
Pair = tuple[Id, Id]

HOUR = 3600
DAY = 24 * HOUR
WEEK = 168 * HOUR


class ProblemError(ValueError):
    """The problem cannot be read: where, and what is wrong with it."""


@dataclass(frozen=True, slots=True)
class Volunteer:
    """`carried_*` are shifts of the last two weeks, which weigh on the next ones; `last_end` is the end of the last.

    No limit where one is None. Seconds, as the hours of shifts.
    """

    id: Id
    skills: frozenset[str]
    max_shifts_per_week: int | None = None
    carried_shifts: int = 0
    carried_nights: int = 0
    last_end: int | None = None
    last_was_night: bool = False
    max_week_seconds: int | None = None
    max_day_seconds: int | None = None
    max_nights_per_week: int | None = None


@dataclass(frozen=True, slots=True)
class Shift:
    """`start` and `end` in seconds from the horizon's start; `need` seats, each for somebody with `skill`."""

    id: Id
    start: int
    end: int
    skill: str
    need: int
    night: bool = False

    @property
    def week(self) -> int:
        """A shift belongs to the block of 168 hours in which it starts."""
        return self.start // WEEK

    @property
    def day(self) -> int:
        """The same for blocks of 24 hours."""
        return self.start // DAY


@dataclass(frozen=True, slots=True)
class Weights:
    """What a thing costs: an empty seat; a volunteer's shifts squared; their nights squared; a wish not met."""

    empty: float = 1000
    load: float = 1
    night: float = 1
    wish: float = 1


@dataclass(frozen=True)
class Problem:
    """`can` holds the wish cost of every pair that may be assigned; pairs without the skill are left out of it."""

    volunteers: tuple[Volunteer, ...]
    shifts: tuple[Shift, ...]
    can: Mapping[Pair, float]
    weights: Weights = Weights()
    rest: int = 8 * HOUR
    night_rest: int = 8 * HOUR
    pinned: frozenset[Pair] = frozenset()
    together: tuple[Pair, ...] = ()
    horizon_days: float = 14
    volunteer: dict[Id, Volunteer] = field(init=False)
    shift: dict[Id, Shift] = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "volunteer", {one.id: one for one in self.volunteers})
        object.__setattr__(self, "shift", {one.id: one for one in self.shifts})

    def rested_at(self, shift: Shift) -> int:
        """When somebody who worked `shift` may start again."""
        return shift.end + (self.night_rest if shift.night else self.rest)

    def free_at(self, volunteer: Volunteer) -> int | None:
        """When the rest after a shift before the horizon ends; None where there was none."""
        if volunteer.last_end is None:
            return None
        return volunteer.last_end + (self.night_rest if volunteer.last_was_night else self.rest)

    @classmethod
    def from_json(cls, given: Any) -> "Problem":
        """Reads the contract's shape. Raises ProblemError, which names the place."""
        if not isinstance(given, Mapping):
            raise ProblemError("the problem is not a JSON object")
        volunteers = tuple(_volunteer(row, _carry(given.get("carry"))) for row in _rows(given, "volunteers"))
        shifts = tuple(_shift(row) for row in _rows(given, "shifts"))
        _once("volunteers", (one.id for one in volunteers))
        _once("shifts", (one.id for one in shifts))
        rest = _hours(given, "rest_hours", 8)
        problem = cls(
            volunteers=volunteers,
            shifts=shifts,
            can={},
            weights=_weights(given.get("weights") or {}),
            rest=rest,
            night_rest=_hours(given, "night_rest_hours", rest / HOUR),
            pinned=frozenset(_pair(row, "pinned") for row in given.get("pinned") or ()),
            together=tuple(_pair(row, "together") for row in given.get("together") or ()),
            horizon_days=_number(given.get("horizon_days", 14), "horizon_days"),
        )
        object.__setattr__(problem, "can", _can(given, problem))
        _known(problem)
        return problem


def _rows(given: Mapping[str, Any], key: str) -> list[Mapping[str, Any]]:
    rows = given.get(key)
    if not isinstance(rows, list) or not all(isinstance(row, Mapping) for row in rows):
        raise ProblemError(f"{key}: a list of objects is needed")
    return rows


def _id(value: Any, where: str) -> Id:
    if isinstance(value, bool) or not isinstance(value, int | str):
        raise ProblemError(f"{where}: {value!r} is no id (a whole number or a text)")
    return value


def _number(value: Any, where: str) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or value != value or abs(value) == float("inf"):
        raise ProblemError(f"{where}: {value!r} is no number")
    return value


def _whole(value: Any, where: str) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or value < 0:
        raise ProblemError(f"{where}: {value!r} is no whole number from 0")
    return value


def _hours(given: Mapping[str, Any], key: str, default: float | None = None) -> int:
    value = given.get(key, default)
    return round(_number(value, key) * HOUR)


def _pair(row: Any, where: str) -> Pair:
    if not isinstance(row, list | tuple) or len(row) != 2:
        raise ProblemError(f"{where}: {row!r} is no pair")
    return _id(row[0], where), _id(row[1], where)


def _once(where: str, ids: Iterable[Id]) -> None:
    seen: set[Id] = set()
    for one in ids:
        if one in seen:
            raise ProblemError(f"{where}: id {one!r} stands there twice")
        seen.add(one)


def _weights(given: Any) -> Weights:
    if not isinstance(given, Mapping) or set(given) - {"empty", "load", "night", "wish"}:
        raise ProblemError("weights: an object with empty, load, night, wish is needed")
    weights = Weights(**{key: _number(value, f"weights.{key}") for key, value in given.items()})
    if min(weights.empty, weights.load, weights.night) < 0:
        raise ProblemError("weights: empty, load and night cannot be negative")
    return weights


def _carry(given: Any) -> dict[str, Mapping[str, Any]]:
    """`[{"volunteer": id, …}]` or `{"id": {…}}` with shifts, nights, last_end (hours, before 0), last_night."""
    if given is None:
        return {}
    if isinstance(given, Mapping):
        given = [{**row, "volunteer": key} if isinstance(row, Mapping) else row for key, row in given.items()]
    if not isinstance(given, list) or not all(isinstance(row, Mapping) and "volunteer" in row for row in given):
        raise ProblemError("carry: a list of objects with volunteer, shifts, nights, last_end, last_night is needed")
    # A JSON object's keys are texts, whatever the ids are.
    return {str(row["volunteer"]): row for row in given}


def _volunteer(row: Mapping[str, Any], carry: Mapping[str, Mapping[str, Any]]) -> Volunteer:
    volunteer = _id(row.get("id"), "volunteers")
    where = f"volunteer {volunteer!r}"
    skills = row.get("skills") or []
    if not isinstance(skills, list) or not all(isinstance(skill, str) for skill in skills):
        raise ProblemError(f"{where}: skills is a list of texts")
    most, nights = (
        None if row.get(key) is None else _whole(row[key], f"{where}, {key}")
        for key in ("max_shifts_per_week", "max_nights_per_week")
    )
    week_hours, day_hours = (
        None if row.get(key) is None else round(_number(row[key], f"{where}, {key}") * HOUR)
        for key in ("max_hours_per_week", "max_hours_per_day")
    )
    carried = carry.get(str(volunteer), {})
    last_end = carried.get("last_end")
    return Volunteer(
        id=volunteer,
        skills=frozenset(skills),
        max_shifts_per_week=most,
        max_nights_per_week=nights,
        max_week_seconds=week_hours,
        max_day_seconds=day_hours,
        carried_shifts=_whole(carried.get("shifts", 0), f"{where}, carry"),
        carried_nights=_whole(carried.get("nights", 0), f"{where}, carry"),
        last_end=None if last_end is None else round(_number(last_end, f"{where}, carry") * HOUR),
        last_was_night=bool(carried.get("last_night", False)),
    )


def _shift(row: Mapping[str, Any]) -> Shift:
    shift = _id(row.get("id"), "shifts")
    where = f"shift {shift!r}"
    start = round(_number(row.get("start"), f"{where}, start") * HOUR)
    end = round(_number(row.get("end"), f"{where}, end") * HOUR)
    if end <= start:
        raise ProblemError(f"{where}: it ends before it starts")
    skill = row.get("skill") or ""
    if not isinstance(skill, str):
        raise ProblemError(f"{where}: skill is a text")
    need = _whole(row.get("need", 1), f"{where}, need")
    return Shift(id=shift, start=start, end=end, skill=skill, need=need, night=bool(row.get("night", False)))


def _can(given: Mapping[str, Any], problem: Problem) -> dict[Pair, float]:
    """Pairs whose volunteer has the skill; the others may not be assigned and are as if they were not there."""
    rows = given.get("can")
    if not isinstance(rows, list):
        raise ProblemError("can: a list of [volunteer, shift, wish cost] is needed")
    can: dict[Pair, float] = {}
    for row in rows:
        if not isinstance(row, list | tuple) or len(row) not in (2, 3):
            raise ProblemError(f"can: {row!r} is not [volunteer, shift, wish cost]")
        pair = _pair(row[:2], "can")
        volunteer, shift = problem.volunteer.get(pair[0]), problem.shift.get(pair[1])
        if volunteer is None or shift is None:
            raise ProblemError(f"can: {row!r} names somebody or something that is not there")
        if pair in can:
            raise ProblemError(f"can: {list(pair)!r} stands there twice")
        wish = _number(row[2], "can") if len(row) == 3 else 0
        if not shift.skill or shift.skill in volunteer.skills:
            can[pair] = wish
    return can


def _known(problem: Problem) -> None:
    for pair in problem.pinned:
        if pair[0] not in problem.volunteer or pair[1] not in problem.shift:
            raise ProblemError(f"pinned: {list(pair)!r} names somebody or something that is not there")
    for one, other in problem.together:
        if one not in problem.volunteer or other not in problem.volunteer or one == other:
            raise ProblemError(f"together: {[one, other]!r} is not two volunteers")
