"""Who works which shift: a problem in, a plan out. Pure; `roster.services` saves what comes out, checked once more.

problem    what is to be planned, read from JSON or built from tables
conflicts  which shifts one person cannot both take
greedy     a first answer at once
improve    a better one, by small changes
exact      the best one, by HiGHS, with a proof or a bound
checker    what a plan must keep and what it costs, written apart from the two above
empty      why a seat stays empty
"""

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from roster.planner.checker import cost_of, faults
from roster.planner.empty import Empty, empty_seats
from roster.planner.exact import exact
from roster.planner.greedy import greedy
from roster.planner.improve import improve
from roster.planner.merge import Merged
from roster.planner.problem import Pair, Problem, ProblemError

__all__ = ["Empty", "Pair", "Plan", "PlanError", "Problem", "ProblemError", "plan"]

# The solver looks at its clock between two steps, which take longer in large problems.
MARGIN, LEAST = 0.03, 0.1
# Of the time, what each of the two first steps may take at the most; the rest is the solver's.
IMPROVING = 0.1


class PlanError(RuntimeError):
    """A plan broke a rule. That is a fault of the planner, and nothing is saved."""


@dataclass(frozen=True)
class Plan:
    """`bound`: no plan costs less; None where nothing was proved. `seconds` is all of it, reading apart."""

    assignments: tuple[Pair, ...]
    cost: float
    bound: float | None
    status: Literal["optimal", "feasible"]
    seconds: float
    empty: tuple[Empty, ...]


def plan(
    problem: Problem,
    *,
    seconds: float = 20,
    should_stop: Callable[[], bool] | None = None,
    on_better: Callable[[set[Pair], float], None] | None = None,
) -> Plan:
    """The best plan found in about `seconds`: optimal with a proof, or feasible with a bound.

    Raises PlanError when what came out breaks a rule. `on_better` gets each better plan and its cost, on
    the calling thread.
    """
    began = time.monotonic()
    merged = Merged(problem)
    first = improve(merged.problem, greedy(merged.problem, seconds=seconds * IMPROVING), seconds=seconds * IMPROVING)
    best = merged.split(first)
    verifying = time.monotonic()
    _verify(problem, best)
    # The last look takes as long again, and saying why seats are empty too: on a busy machine that is a while.
    closing = 3 * (time.monotonic() - verifying)
    until = began + seconds - max(MARGIN * seconds, LEAST, closing)

    def tell(assignments: set[Pair], cost: float) -> None:
        if on_better is not None:
            on_better(merged.split(assignments), cost)

    left = until - time.monotonic()
    answer = exact(merged.problem, first=first, seconds=left, should_stop=should_stop, on_better=tell)
    best = merged.split(answer.assignments)
    _verify(problem, best)
    cost = cost_of(problem, best)
    return Plan(
        assignments=tuple(sorted(best, key=lambda pair: (problem.shift[pair[1]].start, repr(pair[1]), repr(pair[0])))),
        cost=cost,
        bound=cost if answer.is_optimal else answer.bound,
        status="optimal" if answer.is_optimal else "feasible",
        seconds=time.monotonic() - began,
        empty=tuple(empty_seats(problem, best)),
    )


def _verify(problem: Problem, assignments: set[Pair]) -> None:
    wrong = list(faults(problem, assignments))
    if wrong:
        raise PlanError("; ".join(wrong[:5]))
