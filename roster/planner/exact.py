"""The best plan, by HiGHS, in steps each of which may be the last when time is up:

1. The programme without whole numbers gives the bound: no plan costs less. It begins without the rows of overlap and
   rest, most of which nobody comes near, and gets those that it breaks, again and again.
2. What is whole there is kept, and only the rest is decided, by small steps and then in whole numbers: a good plan
   within seconds, and as a rule one that costs no more than the bound, which ends the search.
3. All pairs that cost nothing more than the bound at its prices.
4. All pairs, but for those so dear that no plan with one of them is better than the best one known.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass
from math import ceil
from typing import Any

import highspy
import numpy as np

from roster.planner.checker import cost_of
from roster.planner.greedy import greedy
from roster.planner.improve import improve
from roster.planner.problem import Pair, Problem
from roster.planner.programme import Programme, lp_of

# Of the time that is left, so much for the bound; of the rest so much for its completion by small steps, and for
# each of the two smaller searches.
BOUNDING, COMPLETING, ROUNDING = 0.6, 0.2, 0.5
# Below this a number of the solver's is nothing.
NOTHING = 1e-6
# A row of the rests with less room than this is given to the solver with those that are broken.
NEAR = 0.01
# The solver looks at its clock between two steps; this is how much longer than asked one may take, in seconds.
STEP = 0.05


@dataclass(frozen=True)
class Answer:
    """The best plan known, `first` where none is better; `bound` is None when nothing was proved."""

    assignments: set[Pair]
    bound: float | None
    is_optimal: bool


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
    """The best plan that is found in `seconds`, starting from `first`. `should_stop` is asked now and then."""
    try:
        search = Search(problem, first, time.monotonic() + seconds, should_stop, on_better)
    except TimeoutError:
        return Answer(first, None, False)
    search.run()
    return Answer(search.best, search.bound, search.is_done())


class Search:
    """What is known so far: the best plan, the bound, the prices."""

    def __init__(
        self,
        problem: Problem,
        first: set[Pair],
        until: float,
        should_stop: Callable[[], bool] | None,
        on_better: Callable[[set[Pair], float], None] | None,
    ) -> None:
        self.problem, self.best, self.cost = problem, first, cost_of(problem, first)
        self.until, self.on_better = until, on_better
        self.should_stop = should_stop or (lambda: False)
        self.step = 1.0 if is_whole(problem) else 0.0
        self.bound: float | None = None
        # The bound at the prices that `relax` returned: what a column costs beyond them comes on top of it.
        self.floor = -highspy.kHighsInf
        self.programme = Programme(problem, until=until)

    def left(self) -> float:
        return self.until - time.monotonic()

    def is_done(self) -> bool:
        """Whether nothing can be better by a whole step, or where costs are no whole numbers by anything."""
        tolerance = max(NOTHING, 1e-9 * abs(self.cost))
        return self.bound is not None and self.cost - self.bound < max(self.step - NOTHING, tolerance)

    def is_over(self) -> bool:
        return self.is_done() or self.left() < STEP or self.should_stop()

    def run(self) -> None:
        if self.is_over():
            return
        values, reduced, keeps_rests = self.relax(self.left() * BOUNDING)
        pairs = np.arange(len(self.programme.cost)) < len(self.programme.pairs)
        free = np.abs(reduced) <= NOTHING
        if self.is_over():
            return
        if values is not None and not keeps_rests:
            # Most of it is as it should be; who keeps together would be torn apart.
            if not self.problem.together:
                self.complete(pairs & (values > 1 - NOTHING))
        elif values is not None:
            whole = pairs & (values > 1 - NOTHING)
            if np.all(whole | ~pairs | (values < NOTHING)):
                self.better(self.programme.read(values))
            else:
                self.complete(whole)
            if not self.is_over():
                open_to = self.programme.not_full(whole)
                self.decide(~pairs | free & open_to | whole, fixed=whole, seconds=self.left() * ROUNDING)
        if not self.is_over():
            self.decide(~pairs | free, seconds=self.left() * ROUNDING)
        if not self.is_over():
            self.decide(~pairs | (reduced < self.cost - self.floor), seconds=self.left(), proves=True)

    def complete(self, whole: np.ndarray) -> None:
        """What is whole without whole numbers is nearly all; the rest of it by small steps."""
        given = self.programme.read(whole.astype(np.double))
        filled = greedy(self.problem, given=given, seconds=self.left() * COMPLETING)
        self.better(improve(self.problem, filled, seconds=self.left() * COMPLETING))

    def relax(self, seconds: float) -> tuple[np.ndarray | None, np.ndarray, bool]:
        """Sets the bound. Returns the columns' values, None where there was no time for any; how much each column costs
        beyond its price; and whether all rows of the rests are kept, for which there may have been no time either."""
        programme, until = self.programme, time.monotonic() + seconds
        held, rows = np.zeros(len(programme.rests), dtype=bool), programme.core
        lp, _kept = lp_of(programme, rows, lower=programme.lower, upper=_open(programme), is_whole=False)
        highs = _highs()
        interrupt(highs.cbSimplexInterrupt, self.should_stop)
        highs.passModel(lp)
        reduced = np.zeros(len(programme.cost))
        values: np.ndarray | None = None
        while True:
            # Its clock goes on where the run before has stopped it.
            highs.setOptionValue("time_limit", highs.getRunTime() + max(STEP, until - time.monotonic()))
            highs.run()
            solution = highs.getSolution()
            if solution.dual_valid:
                duals = np.array(solution.row_dual)
                self.floor = programme.bound(rows, duals)
                self._raise(self.floor)
                reduced = programme.cost - rows.priced(duals, len(programme.cost))
            if highs.getModelStatus() != highspy.HighsModelStatus.kOptimal:
                return values, reduced, False
            values = np.array(solution.col_value)
            over = programme.rests.sums(values) - programme.rests.upper
            broken = ~held & (over > NOTHING)
            if not broken.any():
                return values, reduced, True
            # Those that are just kept would be broken next.
            broken |= ~held & (over > -NEAR)
            if until - time.monotonic() < STEP or self.should_stop():
                return values, reduced, False
            held |= broken
            more = programme.rests.take(broken)
            highs.addRows(
                len(more), more.lower, more.upper, len(more.columns),
                more.starts[:-1].astype(np.int32), more.columns.astype(np.int32), more.values,
            )  # fmt: skip
            rows = rows.over(more)

    def _raise(self, bound: float) -> None:
        """A better bound; where plans cost whole numbers the next whole number."""
        if self.step:
            bound = float(ceil(bound - 1e-4))
        self.bound = bound if self.bound is None else max(self.bound, bound)

    def decide(
        self, kept: np.ndarray, *, seconds: float, fixed: np.ndarray | None = None, proves: bool = False
    ) -> None:
        """The best plan out of the columns that are `kept`, with those that are `fixed`. `proves`: its bound is one
        for all plans, those that cost no less than the best one apart."""
        programme, start = self.programme, self.programme.start(self.best)
        lower, upper = programme.lower.copy(), np.where(kept, programme.upper, 0.0)
        if fixed is None:
            # The plan that is known must be among those to choose from.
            upper = np.where(start > 0.5, programme.upper, upper)
        else:
            lower[fixed] = 1.0
        upper = np.maximum(upper, lower)
        lp, columns = lp_of(programme, programme.core.over(programme.rests), lower=lower, upper=upper, is_whole=True)
        highs = _highs()
        highs.setOptionValue("mip_rel_gap", 0.0)
        highs.setOptionValue("mip_abs_gap", 0.99 if self.step else NOTHING)
        highs.passModel(lp)
        if fixed is None:
            solution = highspy.HighsSolution()
            solution.col_value = start[columns]
            highs.setSolution(solution)
        interrupt(highs.cbMipInterrupt, self.should_stop)

        def take(found: np.ndarray) -> None:
            values = np.zeros(len(programme.cost))
            values[columns] = found
            self.better(programme.read(values))

        highs.cbMipImprovingSolution += lambda event: take(np.array(event.data_out.mip_solution))
        highs.setOptionValue("time_limit", max(STEP, min(seconds, self.left())))
        highs.run()
        info = highs.getInfo()
        if info.primal_solution_status == highspy.SolutionStatus.kSolutionStatusFeasible:
            take(np.array(highs.getSolution().col_value))
        if proves and abs(info.mip_dual_bound) < highspy.kHighsInf:
            # What was left out costs at least as much as the best plan did.
            self._raise(min(info.mip_dual_bound, self.cost))

    def better(self, assignments: set[Pair]) -> None:
        cost = cost_of(self.problem, assignments)
        if cost < self.cost:
            self.best, self.cost = assignments, cost
            if self.on_better is not None:
                self.on_better(assignments, cost)


def _open(programme: Programme) -> np.ndarray:
    """No column is left out of the bound, not even one that has room for nothing."""
    return np.maximum(programme.upper, NOTHING / 10)


def _highs() -> highspy.Highs:
    highs = highspy.Highs()  # type: ignore[no-untyped-call]
    highs.silent()
    # One core: the other one is for the pages.
    highs.setOptionValue("threads", 1)
    return highs


def interrupt(callback: Any, should_stop: Callable[[], bool]) -> None:
    def ask(event: highspy.HighsCallbackEvent) -> None:
        if event.data_in is not None:
            event.data_in.user_interrupt = should_stop()

    callback += ask
