"""The pair of servers of one test run, in a folder of its own: several runs at once do not meet.

Imported by tests/settings.py before Django reads its settings. Both servers are children of the test process
and die with it, however it
ends; the folder goes at exit.
"""

import atexit
import os
import shutil
import signal
import subprocess
import tempfile
from pathlib import Path

from compound.servers.keeper import die_with_parent
from compound.servers.paths import server_user
from compound.servers.postgres import Postgres, free_port, wait_until
from compound.servers.valkey import Valkey


class Servers:
    """PostgreSQL without durability and Valkey, up when constructed (0.8 s)."""

    def __init__(self) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="shouwang-test-"))
        home = self.folder / "servers"
        home.mkdir()
        for path in (self.folder, home):
            path.chmod(0o711 if server_user() else 0o700)
        self.home = home
        self.postgres = Postgres(home, durable=False)
        self.postgres.prepare()
        self.valkey = Valkey(home, free_port())
        atexit.register(self.stop)
        self.postgres_process = self.start_postgres()
        self.valkey_process = self.start_valkey()
        self.database_url = self.postgres.url()
        self.redis_url = self.valkey.url

    def start_postgres(self) -> "subprocess.Popen[bytes]":
        user = server_user()
        with self.postgres.log.open("a") as log:
            process = subprocess.Popen(
                self.postgres.command(), user=user and user[0], group=user and user[1],
                extra_groups=[] if user else None, stdout=log, stderr=log, stdin=subprocess.DEVNULL, cwd="/",
                start_new_session=True, preexec_fn=die_with_parent(signal.SIGQUIT),
            )  # fmt: skip
        assert wait_until(self.postgres.is_ready, 30), self.postgres.why()
        return process

    def start_valkey(self) -> "subprocess.Popen[bytes]":
        with (self.home / "valkey.log").open("a") as log:
            process = subprocess.Popen(
                self.valkey.command(), stdout=log, stderr=log, stdin=subprocess.DEVNULL, cwd="/",
                start_new_session=True, preexec_fn=die_with_parent(signal.SIGKILL),
            )  # fmt: skip
        assert wait_until(self.valkey.is_ready, 10)
        return process

    def stop(self) -> None:
        for process in (self.postgres_process, self.valkey_process):
            process.send_signal(signal.SIGQUIT)
        for process in (self.postgres_process, self.valkey_process):
            process.wait(10)
        shutil.rmtree(self.folder, ignore_errors=True)


# As root the server's programs are then taken from the place where they are kept between runs.
os.environ.pop("DATA_DIR", None)
SERVERS = Servers()
os.environ.update(
    DATA_DIR=str(SERVERS.folder),
    DATABASE_URL=SERVERS.database_url,
    REDIS_URL=SERVERS.redis_url,
    SECRET_KEY="tests-only-" + "x" * 50,
)
