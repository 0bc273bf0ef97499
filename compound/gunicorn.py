"""gunicorn's configuration, under `manage.py up` and in production alike."""

import gc
import os
import signal

from compound.servers.keeper import die_with_parent

bind = f"127.0.0.1:{os.environ.get('PORT') or 8000}"
# Measured best on two cores for one SELECT and one INSERT a request.
workers = int(os.environ.get("WEB_WORKERS") or 2)
worker_class = "gthread"
threads = 4
# One import for both workers.
preload_app = True
timeout = 60
graceful_timeout = 2
keepalive = 5
# A file that is touched once a second: in memory where there is such a place.
worker_tmp_dir = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None  # noqa: S108
# It would write into the home of whoever runs this.
control_socket_disable = True
logger_class = "compound.accesslog.GunicornLogger"
accesslog = "-"
access_log_format = "%(m)s %(U)s %(s)s %(B)s bytes %(M)s ms"


def when_ready(server: object) -> None:
    """What was imported is here to stay: the collector of no worker walks through it again."""
    gc.collect()
    gc.freeze()
    # What a request makes is gone with it, by counting alone: looking for rings of it every 700 objects finds none.
    gc.set_threshold(20_000, 20, 20)


def post_fork(server: object, worker: object) -> None:
    """A worker must not outlive its master, however that ends."""
    die_with_parent(signal.SIGQUIT, parent=os.getppid())()
