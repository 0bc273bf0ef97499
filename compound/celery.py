"""The Celery application: one worker for jobs, one beat for the clock."""

import os
import signal
import warnings
from typing import Any

from celery import Celery
from celery.signals import worker_process_init, worker_ready

from compound.servers.keeper import die_with_parent

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "compound.settings")

# On an office laptop it may well be root; the tasks are our own, and messages are JSON.
warnings.filterwarnings("ignore", message=r"(?s).*superuser privileges")

app = Celery("shouwang")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()


@worker_process_init.connect
def end_with_the_worker(**_: Any) -> None:
    """A child in the middle of a long job would notice only afterwards that its worker was killed."""
    die_with_parent(signal.SIGKILL, parent=os.getppid())()


@worker_ready.connect
def beat_at_once(**_: Any) -> None:
    """The clock's first beat comes after 10 s; a watcher and the first page should not wait for it."""
    app.send_task("compound.tasks.heartbeat")
    app.send_task("compound.tasks.sweep")
