"""Seals every test: no network, no warnings, no unseen ERROR in the log, and a clock that can be set."""

import datetime as dt
import logging
from collections.abc import Callable, Iterator
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.core.cache import cache
from django.utils import timezone
from pytest_django import DjangoDbBlocker

from compound.services import jobs
from tests.emptying import Emptying, replace_flush

SHANGHAI = ZoneInfo("Asia/Shanghai")
# Where a test's clock stands when nobody set it otherwise: the evening on which the compound was closed.
EVENING = dt.datetime(2020, 2, 3, 21, 0, tzinfo=SHANGHAI)


@pytest.fixture(scope="session")
def django_db_keepdb() -> bool:
    """The whole server is thrown away after the run; dropping the database first would only take time."""
    return True


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> None:
    emptying = Emptying()
    with django_db_blocker.unblock():
        emptying.remember()
    replace_flush(emptying)


@pytest.fixture(autouse=True)
def _no_unseen_errors(request: pytest.FixtureRequest, caplog: pytest.LogCaptureFixture) -> Iterator[None]:
    """An ERROR in the log fails the test, unless it is marked `errors_expected`."""
    yield
    if request.node.get_closest_marker("errors_expected"):
        return
    records = [r for phase in ("setup", "call") for r in caplog.get_records(phase) if r.levelno >= logging.ERROR]
    if records:
        pytest.fail("logged at ERROR: " + "; ".join(r.getMessage() for r in records), pytrace=False)


@pytest.fixture
def clock() -> Iterator[Callable[[dt.datetime], time_machine.Traveller]]:
    """`clock(moment)` stops the time there; `.move_to(...)` and `.shift(...)` of what it returns move it on."""
    travellers = []

    def stop_at(moment: dt.datetime = EVENING) -> time_machine.Traveller:
        assert moment.tzinfo, "a moment without a zone is no moment"
        traveller = time_machine.travel(moment, tick=False)
        travellers.append(traveller)
        return traveller.start()

    yield stop_at
    for traveller in reversed(travellers):
        traveller.stop()


@pytest.fixture(autouse=True)
def _empty_cache() -> None:
    """Rate limits and queued messages are the test's own, like its rows."""
    cache.clear()


@pytest.fixture
def run_jobs() -> Callable[[], int]:
    """`run_jobs()` does what the worker would: every job that is due, and those that they ask for; how many ran."""

    def run() -> int:
        ran = 0
        while waiting := jobs.due_jobs(at=timezone.now()):
            done = [jobs.run_job(job_id=job_id) for job_id in waiting]
            if not any(done):
                break
            ran += sum(state is not None for state in done)
        return ran

    return run
