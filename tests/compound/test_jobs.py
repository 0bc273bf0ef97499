"""Jobs: written with their cause, done once whoever runs them, found again whatever was lost."""

import datetime as dt
import threading
import time

import pytest
from django.db import connection, transaction
from django.utils import timezone

from compound import jobs as registry
from compound.models import Job
from compound.refusals import Refusal
from compound.services import jobs
from tests.at_once import Other, until_blocked
from tests.embedded import SERVERS
from tests.make import NOON

pytestmark = pytest.mark.django_db

SECOND = dt.timedelta(seconds=1)


@pytest.fixture
def kind():
    """Registers runners for one test: `kind(function)`."""
    names = []

    def register(run, name="test"):
        names.append(name)
        registry.job_kind(name)(run)
        return name

    yield register
    for name in names:
        del registry.RUNNERS[name]


def ask(at=NOON, key="a"):
    return jobs.request_job(kind="test", key=key, by=None, at=at)


def test_request_job_while_one_waits_is_the_same_job():
    assert ask().pk == ask(NOON + SECOND).pk
    assert Job.objects.count() == 1


def test_request_job_while_one_runs_is_another_job_because_that_may_have_read_already():
    first = ask()
    Job.objects.filter(pk=first.pk).update(state="running")
    assert ask().pk != first.pk


def test_request_job_in_a_transaction_that_fails_leaves_no_job():
    class TheCauseFailed(Exception):
        pass

    def cause():
        with transaction.atomic():
            ask()
            raise TheCauseFailed

    with pytest.raises(TheCauseFailed):
        cause()
    assert Job.objects.count() == 0


def test_run_job_that_works_is_done_with_its_progress(kind, clock):
    clock(NOON)
    kind(lambda job, progress: progress(3, 3))
    job = ask()
    assert jobs.run_job(job_id=job.pk) == "done"
    job.refresh_from_db()
    assert (job.state, job.done, job.total, job.attempts, job.finished_at) == ("done", 3, 3, 1, NOON)


def test_run_job_that_is_over_does_nothing(kind):
    calls = []
    kind(lambda job, progress: calls.append(job.key))
    job = ask()
    assert [jobs.run_job(job_id=job.pk), jobs.run_job(job_id=job.pk)] == ["done", None]
    assert calls == ["a"]


def test_run_job_that_fails_waits_and_is_tried_again_until_it_has_failed_for_good(kind, clock):
    now = clock(NOON)
    tries = []

    def fail(job, progress):
        tries.append(timezone.now() - NOON)
        raise ValueError("no paper")

    kind(fail)
    job = ask()
    states = []
    for _attempt in range(jobs.ATTEMPTS):
        states.append(jobs.run_job(job_id=job.pk))
        assert jobs.run_job(job_id=job.pk) is None  # not before its time
        now.shift(dt.timedelta(minutes=5))
    job.refresh_from_db()
    assert states == ["running"] * 4 + ["failed"]
    assert (job.state, job.error, len(tries)) == ("failed", "ValueError('no paper')", 5)


def test_run_job_that_is_refused_fails_at_once_with_its_sentence(kind):
    def refuse(job, progress):
        raise Refusal("round_closed", "已经截单")

    kind(refuse)
    job = ask()
    assert jobs.run_job(job_id=job.pk) == "failed"
    job.refresh_from_db()
    assert (job.error, job.attempts) == ("已经截单", 1)


def test_run_job_of_a_worker_that_dies_every_time_ends_as_failed(kind):
    kind(lambda job, progress: None)
    job = ask()
    Job.objects.filter(pk=job.pk).update(state="running", attempts=jobs.ATTEMPTS)
    assert jobs.run_job(job_id=job.pk) == "failed"


def test_cancel_job_that_waits_ends_it_before_it_starts(kind):
    kind(lambda job, progress: pytest.fail("ran"))
    job = ask()
    jobs.cancel_job(job=job, at=NOON)
    assert jobs.run_job(job_id=job.pk) is None
    job.refresh_from_db()
    assert job.state == "cancelled"


def test_cancel_job_that_runs_ends_it_at_its_next_step(kind):
    steps = []

    def run(job, progress):
        for step in range(1, 5):
            progress(step, 5)
            steps.append(step)
            if step == 2:
                jobs.cancel_job(job=job, at=NOON)

    kind(run)
    assert jobs.run_job(job_id=ask().pk) == "cancelled"
    assert steps == [1, 2]


@pytest.mark.django_db(transaction=True)
def test_run_job_while_somebody_cancels_it_leaves_it_cancelled(kind):
    """The worker has read the job as waiting when the cancellation is committed."""
    kind(lambda job, progress: pytest.fail("ran"))
    job = ask()
    with transaction.atomic():
        jobs.cancel_job(job=job, at=NOON)
        worker = Other(lambda: jobs.run_job(job_id=job.pk))
        assert until_blocked(worker)
    assert worker.ended() is None
    job.refresh_from_db()
    assert (job.state, job.attempts, job.finished_at) == ("cancelled", 0, NOON)


def test_due_jobs_are_those_that_wait_and_those_that_a_dead_worker_left():
    waiting, left, over, later = (ask(key=key) for key in "abcd")
    Job.objects.filter(pk=left.pk).update(state="running")
    Job.objects.filter(pk=over.pk).update(state="done", finished_at=NOON)
    Job.objects.filter(pk=later.pk).update(not_before=NOON + SECOND)
    assert set(jobs.due_jobs(at=NOON)) == {waiting.pk, left.pk}


@pytest.mark.django_db(transaction=True)
def test_run_job_by_two_workers_at_once_runs_it_once(kind):
    """The second worker finds the lock taken while the first is inside, and the job over afterwards."""
    inside, go_on = threading.Event(), threading.Event()
    calls = []

    def run(job, progress):
        calls.append(job.key)
        inside.set()
        assert go_on.wait(10)

    kind(run)
    job = ask()
    results = []

    def work():
        try:
            results.append(jobs.run_job(job_id=job.pk))
        finally:
            connection.close()

    first = threading.Thread(target=work)
    first.start()
    assert inside.wait(10)
    second = jobs.run_job(job_id=job.pk)
    go_on.set()
    first.join(10)
    assert (second, results, calls) == (None, ["done"], ["a"])


@pytest.mark.django_db(transaction=True)
def test_run_job_after_its_worker_lost_the_connection_is_free_at_once(kind):
    """PostgreSQL gives the advisory lock back the moment the dead worker's connection is gone: no lease to wait for."""
    kind(lambda job, progress: None)
    job = ask()
    taken, die = threading.Event(), threading.Event()

    def doomed():
        with jobs._only_runner(job.pk) as mine:
            assert mine
            taken.set()
            die.wait(10)
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_backend_pid()")
            connection.connection.close()  # the process is gone: nothing unlocks, nothing says goodbye

    thread = threading.Thread(target=doomed)
    thread.start()
    assert taken.wait(10)
    Job.objects.filter(pk=job.pk).update(state="running", attempts=1)
    assert jobs.run_job(job_id=job.pk) is None
    die.set()
    thread.join(10)
    # The backend notices within milliseconds, but not before this process goes on.
    end = time.monotonic() + 10
    while (state := jobs.run_job(job_id=job.pk)) is None and time.monotonic() < end:
        time.sleep(0.02)
    assert state == "done"


@pytest.fixture
def redis_down():
    """The run's own Valkey, away for one test."""
    SERVERS.valkey_process.kill()
    SERVERS.valkey_process.wait(10)
    yield
    SERVERS.valkey_process = SERVERS.start_valkey()


@pytest.mark.usefixtures("redis_down")
def test_request_job_while_redis_is_down_keeps_the_job_for_the_sweep(django_capture_on_commit_callbacks, caplog):
    with django_capture_on_commit_callbacks(execute=True) as offers:
        job = ask()
    assert len(offers) == 1
    assert [r.message.split(":")[0] for r in caplog.records] == [f"job {job.pk} waits for the sweep"]
    assert jobs.due_jobs(at=NOON) == [job.pk]
