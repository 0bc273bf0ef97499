"""Celery's thin callers: the worker runs jobs, the clock sweeps."""

import logging
import uuid

from celery import shared_task
from django.db import close_old_connections
from django.utils import timezone

from compound.jobs import SWEEPERS
from compound.models import Heartbeat
from compound.services import jobs

logger = logging.getLogger(__name__)


@shared_task
def run(job_id: str) -> None:
    """One job, if it still has to be done and nobody else is doing it."""
    close_old_connections()
    jobs.run_job(job_id=uuid.UUID(job_id))


@shared_task
def sweep() -> None:
    """Every 15 s: what the clock demands, then every job that nobody is working on.

    One sweeper that fails must not keep the others from their work.
    """
    close_old_connections()
    at = timezone.now()
    for sweeper in SWEEPERS:
        try:
            sweeper(at)
        except Exception:
            logger.exception("sweeper %s failed", sweeper.__name__)
    for job_id in jobs.due_jobs(at=at):
        jobs.offer_job(job_id)


@shared_task
def heartbeat() -> None:
    close_old_connections()
    Heartbeat.objects.update_or_create(name="worker", defaults={"at": timezone.now()})
