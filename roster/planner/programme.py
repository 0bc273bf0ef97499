"""The planning problem as a linear programme in whole numbers: columns, rows, and which column is which pair.

One binary column for each pair that may be assigned; empty seats, and the n-th shift and night of each person, are
continuous columns (the n-th shift costs 2n - 1 times the load, so that n of them cost n²; that is convex, so the
cheaper ones fill first by themselves). Rows: the seats of a shift, at most one of each set of `at_most_one`, the
limits of day and week, pairs that keep together.
"""

import time
from collections import defaultdict
from dataclasses import dataclass
from math import inf

import highspy
import numpy as np

from roster.planner.conflicts import at_most_one
from roster.planner.limits import limits_of
from roster.planner.problem import Id, Pair, Problem, Shift

Terms = list[tuple[int, float]]


class Rows:
    """lower ≤ Σ value × column ≤ upper, one after the other as they are added."""

    def __init__(self) -> None:
        self.lower: list[float] = []
        self.upper: list[float] = []
        self.starts: list[int] = [0]
        self.columns: list[int] = []
        self.values: list[float] = []

    def add(self, lower: float, upper: float, terms: Terms) -> None:
        self.lower.append(lower)
        self.upper.append(upper)
        for column, value in terms:
            self.columns.append(column)
            self.values.append(value)
        self.starts.append(len(self.columns))


@dataclass(frozen=True)
class Matrix:
    """Rows as arrays. `row_of` is the row of each term."""

    lower: np.ndarray
    upper: np.ndarray
    row_of: np.ndarray
    columns: np.ndarray
    values: np.ndarray

    @classmethod
    def of(cls, rows: Rows) -> "Matrix":
        sizes = np.diff(np.array(rows.starts, dtype=np.int64))
        return cls(
            np.array(rows.lower, dtype=np.double),
            np.array(rows.upper, dtype=np.double),
            np.repeat(np.arange(len(sizes)), sizes),
            np.array(rows.columns, dtype=np.int64),
            np.array(rows.values, dtype=np.double),
        )

    def __len__(self) -> int:
        return len(self.lower)

    def take(self, wanted: np.ndarray) -> "Matrix":
        """The rows for which `wanted` is true, in their order."""
        terms = wanted[self.row_of]
        number = np.cumsum(wanted) - 1
        return Matrix(
            self.lower[wanted], self.upper[wanted], number[self.row_of[terms]], self.columns[terms], self.values[terms]
        )

    def over(self, other: "Matrix") -> "Matrix":
        """These rows and then those of `other`."""
        return Matrix(
            np.concatenate([self.lower, other.lower]),
            np.concatenate([self.upper, other.upper]),
            np.concatenate([self.row_of, other.row_of + len(self)]),
            np.concatenate([self.columns, other.columns]),
            np.concatenate([self.values, other.values]),
        )

    def sums(self, values: np.ndarray) -> np.ndarray:
        """What each row adds up to."""
        return np.bincount(self.row_of, weights=self.values * values[self.columns], minlength=len(self))

    def priced(self, duals: np.ndarray, columns: int) -> np.ndarray:
        """By column, what the rows' prices add to it."""
        return np.bincount(self.columns, weights=self.values * duals[self.row_of], minlength=columns)

    @property
    def starts(self) -> np.ndarray:
        return np.searchsorted(self.row_of, np.arange(len(self) + 1))


class Programme:
    """The programme of one problem. `rests` holds the rows of overlap and rest, most of which no plan comes near."""

    def __init__(self, problem: Problem, *, until: float = inf) -> None:
        """Raises TimeoutError at `until` on the monotonic clock: some 100,000 pairs take a second or two."""
        self.problem = problem
        self._cost: list[float] = []
        self._lower: list[float] = []
        self._upper: list[float] = []
        self._core, self._rests = Rows(), Rows()
        self.pairs: dict[Pair, int] = {}
        self.mine: defaultdict[Id, list[Shift]] = defaultdict(list)
        self.theirs: defaultdict[Id, list[int]] = defaultdict(list)
        self.pinned: defaultdict[Id, set[Id]] = defaultdict(set)
        for volunteer, shift in problem.pinned:
            self.pinned[volunteer].add(shift)
        for pair in {**problem.can, **dict.fromkeys(problem.pinned, 0.0)}:
            self._pair(pair)
        self._seats()
        for one in problem.volunteers:
            if time.monotonic() > until:
                raise TimeoutError
            self._person(one.id)
        for one_id, other_id in problem.together:
            self._together(one_id, other_id)
        number = {shift.id: number for number, shift in enumerate(problem.shifts)}
        self.shift_of = np.array([number[shift] for _volunteer, shift in self.pairs], dtype=np.int64)
        self.cost, self.lower, self.upper = (
            np.array(each, dtype=np.double) for each in (self._cost, self._lower, self._upper)
        )
        self.core, self.rests = Matrix.of(self._core), Matrix.of(self._rests)

    def _column(self, cost: float, upper: float, *, lower: float = 0) -> int:
        self._cost.append(cost)
        self._lower.append(lower)
        self._upper.append(upper)
        return len(self._cost) - 1

    def _pair(self, pair: Pair) -> None:
        """The pairs are the first columns, and the only ones that must be whole."""
        problem, (volunteer, shift) = self.problem, pair
        free_at = problem.free_at(problem.volunteer[volunteer])
        is_pinned = pair in problem.pinned
        if free_at is not None and problem.shift[shift].start < free_at and not is_pinned:
            return
        cost = problem.weights.wish * problem.can.get(pair, 0)
        self.pairs[pair] = column = self._column(cost, 1, lower=1 if is_pinned else 0)
        self.mine[volunteer].append(problem.shift[shift])
        self.theirs[shift].append(column)

    def _seats(self) -> None:
        """People + empty seats = need; what was pinned beyond the need stays."""
        fixed: defaultdict[Id, int] = defaultdict(int)
        for _volunteer, shift_id in self.problem.pinned:
            fixed[shift_id] += 1
        for shift in self.problem.shifts:
            empty = self._column(self.problem.weights.empty, shift.need)
            terms = [(column, 1.0) for column in self.theirs[shift.id]]
            self._core.add(shift.need, max(shift.need, fixed[shift.id]), [*terms, (empty, 1.0)])

    def _person(self, volunteer: Id) -> None:
        person, shifts, weights = self.problem.volunteer[volunteer], self.mine[volunteer], self.problem.weights
        pinned = self.pinned[volunteer]
        for group in at_most_one(self.problem, shifts):
            most = max(1, sum(one.id in pinned for one in group))
            self._rests.add(0, most, self._terms(volunteer, group))
        for limit in limits_of(person):
            for group in limit.groups(shifts):
                most = max(limit.most, sum(limit.weight(one) for one in group if one.id in pinned))
                if sum(limit.weight(one) for one in group) > most:
                    terms = [(self.pairs[volunteer, one.id], float(limit.weight(one))) for one in group]
                    # Seconds would be large beside the ones of all other rows.
                    unit = 3600.0 if limit.weight(group[0]) > 1 else 1.0
                    self._core.add(0, most / unit, [(column, value / unit) for column, value in terms])
        self._squares(volunteer, shifts, weights.load, person.carried_shifts)
        self._squares(volunteer, [one for one in shifts if one.night], weights.night, person.carried_nights)

    def _terms(self, volunteer: Id, shifts: list[Shift]) -> Terms:
        return [(self.pairs[volunteer, one.id], 1.0) for one in shifts]

    def _squares(self, volunteer: Id, shifts: list[Shift], weight: float, carried: int) -> None:
        """The n-th of them costs weight × (2 (carried + n) - 1): together (carried + n)² - carried²."""
        if not shifts or not weight:
            return
        steps = [
            (self._column(weight * (2 * (carried + n) - 1), 1), -1.0)
            for n in range(1, self._most(volunteer, shifts) + 1)
        ]
        self._core.add(0, 0, [*self._terms(volunteer, shifts), *steps])

    def _most(self, volunteer: Id, shifts: list[Shift]) -> int:
        """How many of `shifts` one person could work at all: no more columns than that."""
        fixed = len(self.pinned[volunteer])
        most = len(shifts)
        for limit in limits_of(self.problem.volunteer[volunteer]):
            groups = list(limit.groups(shifts))
            free = len(shifts) - sum(len(group) for group in groups)
            fits = sum(min(len(group), limit.most // min(limit.weight(one) for one in group)) for group in groups)
            most = min(most, free + fits + fixed)
        return most

    def _together(self, one: Id, other: Id) -> None:
        for shift in self.problem.shifts:
            pairs = [(one, shift.id), (other, shift.id)]
            columns = [self.pairs[pair] for pair in pairs if pair in self.pairs]
            if sum(pair in self.problem.pinned for pair in pairs) == 1:
                # Published for one of them alone: whether the other one joins is a matter of cost.
                continue
            if len(columns) == 2:
                self._core.add(0, 0, [(columns[0], 1.0), (columns[1], -1.0)])
            elif columns:
                self._core.add(0, 0, [(columns[0], 1.0)])

    # -- for the solver ------------------------------------------------------------------------------------------

    def start(self, assignments: set[Pair]) -> np.ndarray:
        """The columns of a plan that is known already: its pairs; the solver finds the rest."""
        values = np.zeros(len(self.cost))
        values[[self.pairs[pair] for pair in assignments]] = 1.0
        return values

    def not_full(self, given: np.ndarray) -> np.ndarray:
        """Which columns are pairs of a shift that the `given` pairs leave a seat of."""
        pairs = len(self.pairs)
        left = np.array([shift.need for shift in self.problem.shifts], dtype=np.double)
        np.subtract.at(left, self.shift_of[given[:pairs]], 1)
        wanted = np.zeros(len(self.cost), dtype=bool)
        wanted[:pairs] = left[self.shift_of] > 0
        return wanted

    def read(self, values: np.ndarray) -> set[Pair]:
        return {pair for pair, column in self.pairs.items() if values[column] > 0.5}

    def bound(self, rows: Matrix, duals: np.ndarray) -> float:
        """No plan costs less, whatever the prices are and however the solver rounded: each column at its cheaper end.

        Each row's price is paid on the side that makes the bound weaker.
        """
        reduced = self.cost - rows.priced(duals, len(self.cost))
        at_rows = np.where(duals > 0, duals * rows.lower, duals * rows.upper).sum()
        return float(at_rows + np.minimum(reduced * self.lower, reduced * self.upper).sum())


def lp_of(
    programme: Programme, rows: Matrix, *, lower: np.ndarray, upper: np.ndarray, is_whole: bool
) -> tuple[highspy.HighsLp, np.ndarray]:
    """For HiGHS, without the columns that are held at nothing; and which columns it has."""
    kept = np.flatnonzero((upper > 0) | (lower > 0))
    number = np.full(len(programme.cost), -1)
    number[kept] = np.arange(len(kept))
    terms = number[rows.columns] >= 0
    row_of = rows.row_of[terms]
    lp = highspy.HighsLp()
    lp.num_col_, lp.num_row_ = len(kept), len(rows)
    lp.col_cost_, lp.col_lower_, lp.col_upper_ = programme.cost[kept], lower[kept], upper[kept]
    lp.row_lower_, lp.row_upper_ = rows.lower, rows.upper
    lp.a_matrix_.format_ = highspy.MatrixFormat.kRowwise
    lp.a_matrix_.start_ = np.searchsorted(row_of, np.arange(len(rows) + 1))
    lp.a_matrix_.index_ = number[rows.columns[terms]]
    lp.a_matrix_.value_ = rows.values[terms]
    if is_whole:
        kinds, pairs = highspy.HighsVarType, len(programme.pairs)
        lp.integrality_ = [kinds.kInteger if column < pairs else kinds.kContinuous for column in kept]
    return lp, kept
