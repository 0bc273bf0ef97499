"""Plans for made-up compounds of four sizes, ample and scarce: cost, proof, time. One JSON object a line; no database.

`value` is the gap to the bound in per cent: 0 is proven best. Every plan is looked over by the checker.
"""

from __future__ import annotations

import json
import os
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from bench._plan_problems import plan_problem
from roster.planner import Problem, plan
from roster.planner.checker import cost_of, faults
from roster.planner.greedy import greedy

# Volunteers, seats, days, seconds.
SIZES = {"S": (30, 154, 7, 1), "M": (60, 490, 14, 10), "L": (120, 798, 14, 15), "XL": (300, 1540, 14, 60)}
# `scarce`: seats must stay empty. `uneven`: no two shifts are alike to people, nor two people to shifts.
KINDS = {"": {}, "_scarce": {"scarce": True}, "_uneven": {"uneven": True}}


def bench(size: str, kind: str) -> None:
    volunteers, seats, days, seconds = SIZES[size]
    problem = Problem.from_json(plan_problem(volunteers, seats, days, **KINDS[kind]))
    begin = time.perf_counter()
    first = cost_of(problem, greedy(problem))
    greedy_seconds = time.perf_counter() - begin
    begin, cpu = time.perf_counter(), time.process_time()
    made = plan(problem, seconds=seconds)
    wall, cpu = time.perf_counter() - begin, time.process_time() - cpu
    gap = None if made.bound is None else round(100 * (made.cost - made.bound) / max(1.0, abs(made.cost)), 3)
    line = {
        "bench": f"plan_{size}{kind}",
        "value": gap,
        "unit": "% over the bound",
        "seconds": round(wall, 2),
        "cpu": round(cpu, 2),
        "allowed": seconds,
        "status": made.status,
        "cost": made.cost,
        "bound": made.bound,
        "greedy_cost": first,
        "greedy_seconds": round(greedy_seconds, 2),
        "empty": sum(one.missing for one in made.empty),
        "pairs": len(problem.can),
        "broken_rules": len(list(faults(problem, made.assignments))),
        "load_average": round(os.getloadavg()[0], 1),
    }
    print(json.dumps(line), flush=True)


if __name__ == "__main__":
    for wanted in sys.argv[1:] or SIZES:
        for each in KINDS:
            bench(wanted, each)
