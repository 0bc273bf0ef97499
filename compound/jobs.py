"""What kinds of long work there are: each app registers its own when it is loaded.

A kind is a function `run(job, progress)`. It must be safe to run twice: a worker may be killed after any statement.
A sweeper is a function `sweep(at)` that the clock calls every 15 seconds; it catches up after any downtime.
"""

import datetime as dt
from collections.abc import Callable
from typing import Protocol

from compound.models import Job


class Progress(Protocol):
    def __call__(self, done: int, total: int) -> None:
        """Shows how far the job is. Raises `Cancelled` when somebody has asked for its end."""


class Cancelled(Exception):
    """Somebody pressed cancel: the job ends here, keeping what it finished."""


Runner = Callable[[Job, Progress], None]
Sweeper = Callable[[dt.datetime], None]

RUNNERS: dict[str, Runner] = {}
SWEEPERS: list[Sweeper] = []


def job_kind(name: str) -> Callable[[Runner], Runner]:
    def register(run: Runner) -> Runner:
        if name in RUNNERS:
            raise RuntimeError(f"Two runners for jobs of kind {name!r}")
        RUNNERS[name] = run
        return run

    return register


def sweeper(sweep: Sweeper) -> Sweeper:
    SWEEPERS.append(sweep)
    return sweep
