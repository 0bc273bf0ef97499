"""The best plan, by HiGHS: an integer programme whose bound says how much better a plan could still be.

One binary column for each pair that may be assigned; empty seats, and the n-th shift and night of each person, are
continuous columns (the n-th shift costs 2n - 1 times the load, so that n of them cost n²; that is convex, so the
cheaper ones fill first by themselves). Rows: the seats of a shift, at most one of each set of `at_most_one`, the
week's limit, pairs that keep together.
"""

import time
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass

import highspy
import numpy as np

from roster.planner.conflicts import at_most_one
from roster.planner.problem import Id, Pair, Problem, Shift

INFINITY = highspy.kHighsInf


@dataclass(frozen=True)
class Answer:
    """`assignments` is None when no plan was found in time; `bound` when nothing was proved."""

    assignments: set[Pair] | None
    bound: float | None
    is_optimal: bool


class Programme:
    """Columns and rows as they are added; `passModel` takes them in one piece."""

    def __init__(self) -> None:
        self.cost: list[float] = []
        self.upper: list[float] = []
        self.lower: list[float] = []
        self.is_integer: list[bool] = []
        self.row_lower: list[float] = []
        self.row_upper: list[float] = []
        self.starts: list[int] = [0]
        self.columns: list[int] = []
        self.values: list[float] = []

    def column(self, cost: float, upper: float, *, lower: float = 0, is_integer: bool = False) -> int:
        self.cost.append(cost)
        self.lower.append(lower)
        self.upper.append(upper)
        self.is_integer.append(is_integer)
        return len(self.cost) - 1

    def row(self, lower: float, upper: float, terms: list[tuple[int, float]]) -> None:
        self.row_lower.append(lower)
        self.row_upper.append(upper)
        for column, value in terms:
            self.columns.append(column)
            self.values.append(value)
        self.starts.append(len(self.columns))

    def highs(self) -> highspy.HighsLp:
        lp = highspy.HighsLp()
        lp.num_col_, lp.num_row_ = len(self.cost), len(self.row_lower)
        lp.col_cost_, lp.col_lower_, lp.col_upper_ = (
            np.array(each, dtype=np.double) for each in (self.cost, self.lower, self.upper)
        )
        lp.row_lower_, lp.row_upper_ = (np.array(each, dtype=np.double) for each in (self.row_lower, self.row_upper))
        lp.a_matrix_.format_ = highspy.MatrixFormat.kRowwise
        lp.a_matrix_.start_ = np.array(self.starts)
        lp.a_matrix_.index_ = np.array(self.columns)
        lp.a_matrix_.value_ = np.array(self.values, dtype=np.double)
        kinds = highspy.HighsVarType
        lp.integrality_ = [kinds.kInteger if whole else kinds.kContinuous for whole in self.is_integer]
        return lp


class Model:
    """The programme of one problem, and which column is which pair."""

    def __init__(self, problem: Problem) -> None:
        self.problem = problem
        self.programme = Programme()
        self.pairs: dict[Pair, int] = {}
        self.mine: defaultdict[Id, list[Shift]] = defaultdict(list)
        self.theirs: defaultdict[Id, list[int]] = defaultdict(list)
        for pair in {**problem.can, **dict.fromkeys(problem.pinned, 0.0)}:
            self._pair(pair)
        for shift in problem.shifts:
            self._seats(shift)
        for volunteer in problem.volunteers:
            shifts = self.mine[volunteer.id]
            self._rests(volunteer.id, shifts)
            self._weeks(volunteer.id, shifts)
            self._squares(volunteer.id, shifts, problem.weights.load, volunteer.carried_shifts)
            nights = [one for one in shifts if one.night]
            self._squares(volunteer.id, nights, problem.weights.night, volunteer.carried_nights)
        for one, other in problem.together:
            self._together(one, other)

    def _pair(self, pair: Pair) -> None:
        problem, (volunteer, shift) = self.problem, pair
        free_at = problem.free_at(problem.volunteer[volunteer])
        is_pinned = pair in problem.pinned
        rests = free_at is not None and problem.shift[shift].start < free_at
        if rests and not is_pinned:
            return
        cost = problem.weights.wish * problem.can.get(pair, 0)
        column = self.programme.column(cost, 1, lower=1 if is_pinned else 0, is_integer=True)
        self.pairs[pair] = column
        self.mine[volunteer].append(problem.shift[shift])
        self.theirs[shift].append(column)

    def _pinned(self, volunteer: Id, shifts: list[Shift]) -> int:
        return sum((volunteer, one.id) in self.problem.pinned for one in shifts)

    def _terms(self, volunteer: Id, shifts: list[Shift]) -> list[tuple[int, float]]:
        return [(self.pairs[volunteer, one.id], 1.0) for one in shifts]

    def _seats(self, shift: Shift) -> None:
        """People + empty seats = need; what was pinned beyond the need stays."""
        fixed = sum(pair[1] == shift.id for pair in self.problem.pinned)
        empty = self.programme.column(self.problem.weights.empty, shift.need)
        terms = [(column, 1.0) for column in self.theirs[shift.id]]
        self.programme.row(shift.need, max(shift.need, fixed), [*terms, (empty, 1.0)])

    def _rests(self, volunteer: Id, shifts: list[Shift]) -> None:
        for group in at_most_one(self.problem, shifts):
            self.programme.row(0, max(1, self._pinned(volunteer, group)), self._terms(volunteer, group))

    def _weeks(self, volunteer: Id, shifts: list[Shift]) -> None:
        most = self.problem.volunteer[volunteer].max_shifts_per_week
        if most is None:
            return
        for week in {one.week for one in shifts}:
            group = [one for one in shifts if one.week == week]
            if len(group) > most:
                self.programme.row(0, max(most, self._pinned(volunteer, group)), self._terms(volunteer, group))

    def _squares(self, volunteer: Id, shifts: list[Shift], weight: float, carried: int) -> None:
        """The n-th of them costs weight × (2 (carried + n) - 1): together (carried + n)² - carried²."""
        if not shifts or not weight:
            return
        steps = [
            (self.programme.column(weight * (2 * (carried + n) - 1), 1), -1.0)
            for n in range(1, self._most(volunteer, shifts) + 1)
        ]
        self.programme.row(0, 0, [*self._terms(volunteer, shifts), *steps])

    def _most(self, volunteer: Id, shifts: list[Shift]) -> int:
        """How many of `shifts` one person could work at all: no more columns than that."""
        most = self.problem.volunteer[volunteer].max_shifts_per_week
        if most is None:
            return len(shifts)
        weeks = {one.week for one in shifts}
        limit = sum(min(most, sum(one.week == week for one in shifts)) for week in weeks)
        return min(len(shifts), limit + self._pinned(volunteer, shifts))

    def _together(self, one: Id, other: Id) -> None:
        for shift in self.problem.shifts:
            pairs = [(one, shift.id), (other, shift.id)]
            columns = [self.pairs[pair] for pair in pairs if pair in self.pairs]
            if sum(pair in self.problem.pinned for pair in pairs) == 1:
                # Published for one of them alone: whether the other one joins is a matter of cost.
                continue
            if len(columns) == 2:
                self.programme.row(0, 0, [(columns[0], 1.0), (columns[1], -1.0)])
            elif columns:
                self.programme.row(0, 0, [(columns[0], 1.0)])

    def start(self, assignments: set[Pair]) -> list[float]:
        """The columns of a plan that is known already, for HiGHS to begin with: the pairs; it finds the rest."""
        values = [0.0] * len(self.programme.cost)
        for pair in assignments:
            values[self.pairs[pair]] = 1.0
        return values

    def read(self, values: list[float]) -> set[Pair]:
        return {pair for pair, column in self.pairs.items() if values[column] > 0.5}


def is_whole(problem: Problem) -> bool:
    """Whether every plan costs a whole number: then a gap below one is none."""
    weights = problem.weights
    costs = [weights.empty, weights.load, weights.night, *(weights.wish * cost for cost in problem.can.values())]
    return all(float(cost).is_integer() for cost in costs)


def exact(
    problem: Problem,
    *,
    first: set[Pair],
    seconds: float,
    should_stop: Callable[[], bool] | None = None,
    on_better: Callable[[set[Pair], float], None] | None = None,
) -> Answer:
    """The best plan that HiGHS finds in `seconds`, starting from `first`. `should_stop` is asked now and then."""
    began = time.monotonic()
    model = Model(problem)
    highs = highspy.Highs()  # type: ignore[no-untyped-call]
    highs.silent()
    highs.setOptionValue("mip_rel_gap", 0.0)
    highs.setOptionValue("mip_abs_gap", 0.99 if is_whole(problem) else 1e-6)
    highs.passModel(model.programme.highs())
    solution = highspy.HighsSolution()
    solution.col_value = model.start(first)
    highs.setSolution(solution)
    if should_stop is not None:
        asks = should_stop

        def interrupt(event: highspy.HighsCallbackEvent) -> None:
            if event.data_in is not None:
                event.data_in.user_interrupt = bool(asks())

        highs.cbMipInterrupt += interrupt
    if on_better is not None:
        tells = on_better
        highs.cbMipImprovingSolution += lambda event: tells(
            model.read(list(event.data_out.mip_solution)), event.data_out.objective_function_value
        )
    highs.setOptionValue("time_limit", max(0.1, seconds - (time.monotonic() - began)))
    highs.run()
    info, status = highs.getInfo(), highs.getModelStatus()
    is_optimal = status == highspy.HighsModelStatus.kOptimal
    found = info.primal_solution_status == highspy.SolutionStatus.kSolutionStatusFeasible
    bound = info.mip_dual_bound if abs(info.mip_dual_bound) < INFINITY else None
    assignments = model.read(list(highs.getSolution().col_value)) if found else None
    return Answer(assignments, bound, is_optimal)
