"""The real server for a measurement: gunicorn with the project's own configuration, and what it costs the machine."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings
from django.db import connection

from compound.servers.postgres import free_port, wait_until
from compound.servers.valkey import Valkey

TICKS = os.sysconf("SC_CLK_TCK")


class Server:
    """gunicorn with 2 workers of 4 threads, as `manage.py up` runs it, on a port of its own, and a Valkey beside it.

    `project`: another one than ours, a module that is its settings and has its application.
    """

    def __init__(self, project: str | None = None) -> None:
        folder = Path(settings.DATA_DIR) / "bench"
        folder.mkdir(exist_ok=True)
        self.valkey = Valkey(folder, free_port())
        self.cache = subprocess.Popen(self.valkey.command(), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        wait_until(self.valkey.is_ready, 10)
        self.port = free_port()
        self.log = (folder / "gunicorn.log").open("w")
        environment = {**os.environ, "PORT": str(self.port), "REDIS_URL": self.valkey.url}
        if project:
            environment["DJANGO_SETTINGS_MODULE"] = project
        self.process = subprocess.Popen(
            [sys.executable, "-m", "gunicorn", "-c", "compound/gunicorn.py", project or "compound.wsgi"],
            env=environment, stdout=self.log, stderr=self.log,
        )  # fmt: skip
        assert wait_until(self.answers, 60)

    def answers(self) -> bool:
        try:
            self.connect().close()
        except OSError:
            return False
        return True

    def connect(self) -> socket.socket:
        connected = socket.create_connection(("127.0.0.1", self.port), timeout=30)
        connected.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return connected

    def stop(self) -> None:
        for process in (self.process, self.cache):
            process.send_signal(signal.SIGTERM)
            process.wait(10)
        self.log.close()

    def spent(self) -> Spent:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_backend_pid()")
            backend = cursor.fetchone()[0]
        return Spent(
            server=_seconds(self.process.pid) + _seconds(self.cache.pid),
            database=_seconds(_stat(backend)[1]),
            client=_own(os.getpid()),
        )


@dataclass(frozen=True)
class Spent:
    """Seconds of CPU until now: gunicorn and Valkey; PostgreSQL, all of its processes; this process."""

    server: float
    database: float
    client: float

    def since(self, before: Spent, checks: int) -> dict[str, float]:
        """In ms a check."""
        parts = ("server", "database", "client")
        found = {part: (getattr(self, part) - getattr(before, part)) * 1000 / checks for part in parts}
        return {part: round(value, 2) for part, value in found.items()} | {"all": round(sum(found.values()), 2)}


def _stat(pid: int) -> tuple[int, int]:
    """Ticks of CPU, its own and of children that it has waited for; and the parent."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return sum(int(ticks) for ticks in fields[11:15]), int(fields[1])


def _own(pid: int) -> float:
    return _stat(pid)[0] / TICKS


def _seconds(pid: int) -> float:
    """CPU of a process and of all below it."""
    parents = {}
    for folder in Path("/proc").iterdir():
        if folder.name.isdecimal():
            with contextlib.suppress(OSError):
                parents[int(folder.name)] = _stat(int(folder.name))
    family, grown = {pid}, True
    while grown:
        more = {child for child, (_, parent) in parents.items() if parent in family} - family
        family, grown = family | more, bool(more)
    return sum(parents[one][0] for one in family if one in parents) / TICKS
