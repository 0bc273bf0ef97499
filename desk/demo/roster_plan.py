"""The demo's roster, made by the planner itself: greedy and small changes until nothing gets better.

Not the solver, whose answer depends on how much time it had; what is here is the same on every machine.
"""

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass, replace

from compound.models import Compound
from desk.demo.roster_people import RHYTHMS, SUITED, Sketch, Team
from roster.models import Availability, Post, RosterRules, Shift
from roster.planner.checker import cost_of, faults
from roster.planner.empty import Empty, empty_seats
from roster.planner.greedy import greedy
from roster.planner.improve import improve
from roster.planner.problem import HOUR, Id, Pair, Problem, Weights
from roster.planner.problem import Shift as Turn
from roster.planner.problem import Volunteer as Worker
from roster.rules import Hours
from roster.rules.wishes import said_of
from roster.services.house_rules import rules_of

Level = Availability.Level
# Two shifts of four hours on one day are allowed, but nobody is asked for them here.
REST = 16 * HOUR
MOST_SHIFTS, MOST_TURNS = 6, 7
RATHER_NOT, OUT_OF_TURN = 3.0, 2.0
# Nothing is cut off by the clock: it ends by itself.
LONG = 600.0


@dataclass(frozen=True)
class Answer:
    """Volunteers and shifts by their place in the lists. A turn of the problem is 2 × the shift's place, and one more
    for the seats that ask for no skill."""

    problem: Problem
    first: set[Pair]
    best: set[Pair]

    @property
    def pairs(self) -> list[tuple[int, int]]:
        """(shift, volunteer), in order of time."""
        return sorted((place(turn), int(person)) for person, turn in self.best)

    @property
    def empty(self) -> list[tuple[int, Empty]]:
        return [(place(one.shift), one) for one in empty_seats(self.problem, self.best)]

    def costs(self, shifts: range) -> tuple[float, float]:
        """Of the plan and of the first answer, for these shifts alone."""
        turns = tuple(turn for turn in self.problem.shifts if place(turn.id) in shifts)
        part = replace(self.problem, shifts=turns)
        mine, first = ([pair for pair in plan if pair[1] in part.shift] for plan in (self.best, self.first))
        return cost_of(part, mine), cost_of(part, first)


def place(turn: Id) -> int:
    return int(turn) // 2


def plan_shifts(compound: Compound, team: Team, shifts: list[Shift]) -> Answer:
    """Who stands where in all of `shifts`, which are in order of time. Half a second."""
    first = compound.day_of(shifts[0].starts_at)
    monday = compound.moment(first - dt.timedelta(days=first.weekday()), dt.time())
    rules = rules_of(compound)
    problem = Problem(
        volunteers=tuple(_worker(place, sketch, rules) for place, sketch in enumerate(team.sketches)),
        shifts=tuple(turn for at, shift in enumerate(shifts) for turn in _turns(at, shift, monday)),
        can=dict(_can(compound, team, shifts)),
        weights=Weights(wish=2),
        rest=REST,
        night_rest=REST,
    )
    first_answer: set[Pair] = set()
    best: set[Pair] = set()
    for week in sorted({turn.week for turn in problem.shifts}):
        part = _week(problem, week, best)
        draft = greedy(part)
        first_answer |= draft
        best |= improve(part, draft, seconds=LONG)
    wrong = list(faults(problem, best))
    assert not wrong, wrong  # noqa: S101
    return Answer(problem, first_answer, best)


def _week(problem: Problem, week: int, before: set[Pair]) -> Problem:
    """One week by itself, with what everybody has done until then: a third of the time that all at once would take."""
    turns = tuple(turn for turn in problem.shifts if turn.week == week)
    ids = {turn.id for turn in turns}
    done: dict[Id, list[Turn]] = {one.id: [] for one in problem.volunteers}
    for person, turn in before:
        done[person].append(problem.shift[turn])
    workers = tuple(
        replace(
            one,
            carried_shifts=len(done[one.id]),
            carried_nights=sum(turn.night for turn in done[one.id]),
            last_end=max((turn.end for turn in done[one.id]), default=None),
        )
        for one in problem.volunteers
    )
    can = {pair: price for pair, price in problem.can.items() if pair[1] in ids}
    return replace(problem, volunteers=workers, shifts=turns, can=can)


def _worker(place: int, sketch: Sketch, rules: RosterRules) -> Worker:
    return Worker(
        place,
        frozenset(sketch.skills),
        max_shifts_per_week=MOST_TURNS if SUITED in sketch.skills else MOST_SHIFTS,
        max_week_seconds=(sketch.hours_a_week or rules.hours_a_week) * HOUR,
        max_day_seconds=rules.most_minutes * 60,
        max_nights_per_week=rules.nights_a_week,
    )


def _turns(at: int, shift: Shift, monday: dt.datetime) -> Iterator[Turn]:
    start, end = (round((moment - monday).total_seconds()) for moment in (shift.starts_at, shift.ends_at))
    skilled = 0
    for need in shift.post.needs.all():
        skilled += need.count
        yield Turn(2 * at, start, end, need.skill.name, need.count, night=shift.is_night)
    if skilled < shift.minimum:
        yield Turn(2 * at + 1, start, end, "", shift.minimum - skilled, night=shift.is_night)


def _can(compound: Compound, team: Team, shifts: list[Shift]) -> Iterator[tuple[Pair, float]]:
    """Members of the post's group who have said that they can. At the sealed door each has a turn of their own in the
    round; out of it costs a little."""
    said: dict[tuple[object, ...], float | None] = {}
    hours = [tuple(_hours(sketch)) for sketch in team.sketches]
    suited = [at for at, sketch in enumerate(team.sketches) if SUITED in sketch.skills]
    kinds = {group.pk: kind for kind, group in team.groups.items()}
    turn = 0
    for at, shift in enumerate(shifts):
        local = compound.local(shift.starts_at)
        is_door = shift.post.kind == Post.Kind.SEALED_DOOR
        needs = list(shift.post.needs.all())
        for person, sketch in enumerate(team.sketches):
            if kinds[shift.post.group_id] not in sketch.groups or is_door != (SUITED in sketch.skills):
                continue
            if shift.post.has_stairs and sketch.ground_floor_only:
                continue
            key = (sketch.rhythm, local.weekday(), local.time(), shift.ends_at - shift.starts_at)
            if key not in said:
                said[key] = _price(hours[person], shift, compound)
            price = said[key]
            if price is None:
                continue
            if is_door and suited[turn % len(suited)] != person:
                price += OUT_OF_TURN
            if any(need.skill.name in sketch.skills for need in needs):
                yield (person, 2 * at), price
            if sum(need.count for need in needs) < shift.minimum:
                yield (person, 2 * at + 1), price
        turn += is_door


def _hours(sketch: Sketch) -> Iterator[Hours]:
    for days, begins, ends, level in RHYTHMS[sketch.rhythm]:
        for day in days:
            yield Hours(day, None, begins, ends, level)


def _price(hours: tuple[Hours, ...], shift: Shift, compound: Compound) -> float | None:
    said = said_of(hours, shift.starts_at, shift.ends_at, compound.tz)
    if None in said or Level.CANNOT in said:
        return None
    return RATHER_NOT if Level.RATHER_NOT in said else 0.0
