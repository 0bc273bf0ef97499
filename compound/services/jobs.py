"""Jobs: asked for with their cause, run under a lock that dies with the worker, swept up when lost.

`request_job` writes a row in the caller's transaction. After the commit the row is offered to Celery; when Redis is
down that is logged and forgotten, because `due_jobs` finds every open row again within 15 seconds.
`run_job` may be called any number of times for one row, by any number of workers.
"""

import datetime as dt
import logging
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.db import connection, transaction
from django.db.models import F
from django.utils import timezone

from compound.jobs import RUNNERS, Cancelled
from compound.models import Compound, Job, User
from compound.refusals import Refusal

logger = logging.getLogger(__name__)

ATTEMPTS = 5
# Seconds until the next attempt after the first, second … failure.
BACKOFF = (5, 15, 60, 300)
# First half of the two-key advisory lock: "jobs". Other users of advisory locks take another number.
LOCK_SPACE = 0x6A6F62


def request_job(
    *,
    kind: str,
    key: str,
    by: User | None,
    at: dt.datetime,
    compound: Compound | None = None,
    params: dict[str, Any] | None = None,
    offer: bool = True,
) -> Job:
    """The waiting job of this kind and key, written now unless one waits already.

    A job that is already running does not count: it may have read what has changed since. `offer=False` leaves it
    to the sweep, for callers that know of no Redis.
    """
    job, _ = Job.objects.get_or_create(
        kind=kind,
        key=key,
        state=Job.State.QUEUED,
        defaults={
            "compound": compound,
            "params": params or {},
            "created_at": at,
            "created_by": by,
            "not_before": at,
        },
    )
    if offer:
        transaction.on_commit(lambda: offer_job(job.id))
    return job


def offer_job(job_id: uuid.UUID) -> None:
    """Best effort: hands the job to a worker at once. The sweep does it when this fails."""
    from compound.tasks import run

    try:
        run.delay(str(job_id))
    except Exception as error:
        logger.warning("job %s waits for the sweep: %s", job_id, error)


def due_jobs(*, at: dt.datetime) -> list[uuid.UUID]:
    """Every open job whose time has come, oldest first: lost by Redis, left by a killed worker, or to be retried."""
    return list(
        Job.objects.filter(state__in=[Job.State.QUEUED, Job.State.RUNNING], not_before__lte=at)
        .order_by("created_at")
        .values_list("id", flat=True)
    )


def cancel_job(*, job: Job, at: dt.datetime) -> None:
    """A waiting job ends now; a running one at its next step. One that is over stays as it is."""
    waiting = Job.objects.filter(pk=job.pk, state=Job.State.QUEUED).update(
        state=Job.State.CANCELLED, finished_at=at, cancel_asked=True
    )
    if not waiting:
        Job.objects.filter(pk=job.pk, state=Job.State.RUNNING).update(cancel_asked=True)


@contextmanager
def _only_runner(job_id: uuid.UUID) -> Iterator[bool]:
    """Holds the job's advisory lock on this connection; yields False when another connection holds it."""
    key = int.from_bytes(job_id.bytes[:4], "big", signed=True)
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s, %s)", [LOCK_SPACE, key])
        mine = cursor.fetchone()[0]
    try:
        yield mine
    finally:
        # After a lost connection there is nothing to give back, and asking would hide what went wrong.
        if mine and connection.is_usable():
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_unlock(%s, %s)", [LOCK_SPACE, key])


def run_job(*, job_id: uuid.UUID) -> Job.State | None:
    """Runs the job unless it is over or at work elsewhere. Returns the state it left, None when it did nothing.

    Reads the clock itself: it is called by tasks only. Never raises for a failing job: the row says what happened.
    """
    with _only_runner(job_id) as mine:
        if not mine:
            return None
        # One statement that asks and takes: between the two somebody may have cancelled the job.
        open_jobs = Job.objects.filter(pk=job_id, state__in=[Job.State.QUEUED, Job.State.RUNNING])
        taken = open_jobs.filter(not_before__lte=timezone.now()).update(
            state=Job.State.RUNNING, attempts=F("attempts") + 1, error=""
        )
        if not taken:
            return None
        job = Job.objects.get(pk=job_id)
        try:
            if job.attempts > ATTEMPTS:
                # The worker died each time: its last word can't be known, so say just that.
                raise Refusal("job_died", f"{ATTEMPTS} attempts ended without a word")
            RUNNERS[job.kind](job, _progress_of(job))
        except Cancelled:
            return _finish(job, Job.State.CANCELLED)
        except Refusal as refusal:
            return _finish(job, Job.State.FAILED, error=refusal.message)
        except Exception as error:
            if not connection.is_usable():
                raise
            logger.warning("job %s failed, attempt %s: %r", job, job.attempts, error, exc_info=True)
            if job.attempts >= ATTEMPTS:
                return _finish(job, Job.State.FAILED, error=repr(error))
            wait = dt.timedelta(seconds=BACKOFF[min(job.attempts, len(BACKOFF)) - 1])
            job.not_before, job.error = timezone.now() + wait, repr(error)
            job.save(update_fields=["not_before", "error"])
            return Job.State.RUNNING
        return _finish(job, Job.State.DONE)


def _progress_of(job: Job) -> Any:
    def progress(done: int, total: int) -> None:
        Job.objects.filter(pk=job.pk).update(done=done, total=total)
        job.done, job.total = done, total
        if Job.objects.filter(pk=job.pk, cancel_asked=True).exists():
            raise Cancelled

    return progress


def _finish(job: Job, state: Job.State, error: str = "") -> Job.State:
    job.state, job.error, job.finished_at = state, error, timezone.now()
    job.save(update_fields=["state", "error", "finished_at"])
    return state
