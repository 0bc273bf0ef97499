"""Being one of those who use the embedded PostgreSQL of a data folder.

Two locked files beside the database:
- `users`: every user holds it shared. The kernel counts them and forgets the dead, also those killed with -9.
- `server`: held by whoever is starting the server, then by its keeper (keeper.py) for as long as it runs.
"""

import contextlib
import fcntl
import os
import subprocess
import sys
import time
from pathlib import Path
from typing import IO

from compound.servers import keeper
from compound.servers.paths import server_user, servers_dir, storage_trouble
from compound.servers.postgres import Postgres, wait_until

# A first start on a slow disk, and a recovery after a power cut, take their time.
PATIENCE = 120.0
LARGEST_LOG = 5 * 1024 * 1024
# What is held is held until it is released, also when nobody keeps the Lease: a collected file is a lost lock.
_HELD: set[IO[str]] = set()


class Lease:
    """Held from `acquire` until `release` or the end of the process. Forked children hold it too, executed
    ones do not.
    """

    def __init__(self, data_dir: Path) -> None:
        self.home = servers_dir(data_dir)
        self.postgres = Postgres(self.home)
        self._users: IO[str] | None = None
        self._keeper = 0

    def acquire(self) -> str:
        """Counts this process as a user and starts the server if need be; its DATABASE_URL. Raises Trouble.

        No time when the server runs, 0.05 s when it must be started, 0.8 s when it must be made.
        """
        self._users = self._open("users")
        # Waits while the server is just going down after its last user.
        fcntl.flock(self._users, fcntl.LOCK_SH)
        _HELD.add(self._users)
        try:
            return self.ensure()
        except BaseException:
            self.release()
            raise

    def release(self) -> None:
        if self._users:
            _HELD.discard(self._users)
            self._users.close()
            self._users = None

    def leave(self, seconds: float) -> bool:
        """Gives the lease back and waits until the server is down; False when it is not by then, for somebody
        else uses it.
        """
        self.release()
        return wait_until(lambda: is_unlocked(self.home / "server"), seconds)

    def ensure(self) -> str:
        """Starts the server again if it has died; its DATABASE_URL. For who holds the lease."""
        starts, end = 0, time.monotonic() + PATIENCE
        if self._keeper:
            with contextlib.suppress(ChildProcessError):
                os.waitpid(self._keeper, os.WNOHANG)
        while True:
            lock = self._open("server")
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                # The address can vanish between the two looks; then look again.
                with contextlib.suppress(OSError, IndexError):
                    if self.postgres.is_ready():
                        return self.postgres.url()
            else:
                starts += 1
                if starts > 2:
                    raise self.postgres.why()
                self.postgres.prepare()
                self._start_keeper(lock)
            finally:
                lock.close()
            if time.monotonic() > end:
                raise self.postgres.why()
            time.sleep(0.01)

    def _start_keeper(self, lock: IO[str]) -> None:
        uid, gid = server_user() or (-1, -1)
        script = [sys.executable, "-I", "-S", keeper.__file__, str(lock.fileno()), str(self.home / "users")]
        with self._open_log() as log:
            # A session of its own: Ctrl-C in the terminal is for the command, not for the database.
            process = subprocess.Popen(
                [*script, str(uid), str(gid), *self.postgres.command()],
                start_new_session=True,
                pass_fds=[lock.fileno()],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                cwd="/",
            )
        # It outlives this process; without this, Popen would warn that nobody waits for it.
        process.returncode = 0
        self._keeper = process.pid

    def _open_log(self) -> IO[str]:
        log = self.postgres.log
        try:
            if log.exists() and log.stat().st_size > LARGEST_LOG:
                log.replace(log.with_suffix(".log.1"))
            return os.fdopen(os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600), "a")
        except OSError as error:
            raise storage_trouble(log, error) from error

    def _open(self, name: str) -> IO[str]:
        path = self.home / name
        try:
            return os.fdopen(os.open(path, os.O_RDWR | os.O_CREAT, 0o600), "r+")
        except OSError as error:
            raise storage_trouble(path, error) from error


def is_unlocked(path: Path) -> bool:
    try:
        with path.open() as file:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    except OSError:
        return True
    return True
