"""Holds one server for all who use it, and stops it after the last.

Runs as a process of its own: `python -I -S keeper.py LOCK_FD USERS UID GID COMMAND...`. Standard library only,
and nothing of
this project: it must be up in a few milliseconds and cost little.

The users hold a shared lock on the file USERS. The kernel keeps their count and lets go of a lock
when its process ends, however it ends; so waiting for the exclusive lock is waiting for the last user. While
the keeper lives
it holds the server's own lock (LOCK_FD, inherited from who started it).
"""

import ctypes
import fcntl
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable

PR_SET_PDEATHSIG = 1


def die_with_parent(number: signal.Signals, parent: int | None = None) -> Callable[[], None]:
    """For `preexec_fn`: the child gets this signal when the thread that started it ends, also by kill -9.

    It is cleared by a change of user; `subprocess` changes the user before it calls this. Nothing happens
    where there is no prctl (macOS).
    """
    if not sys.platform.startswith("linux"):
        return lambda: None
    prctl, expected = ctypes.CDLL(None).prctl, parent or os.getpid()

    def in_child() -> None:
        prctl(PR_SET_PDEATHSIG, int(number))
        if os.getppid() != expected:  # it died between fork and prctl
            os.kill(os.getpid(), number)

    return in_child


def main(users: str, uid: int, gid: int, command: list[str]) -> int:
    # SIGINT is PostgreSQL's fast shutdown; SIGTERM would wait for its clients.
    server = subprocess.Popen(
        command, stdin=subprocess.DEVNULL, cwd="/", preexec_fn=die_with_parent(signal.SIGINT),
        user=uid if uid >= 0 else None, group=gid if uid >= 0 else None, extra_groups=[] if uid >= 0 else None,
    )  # fmt: skip

    def gone() -> None:
        status = server.wait()
        os._exit(0 if status == 0 else 1)

    threading.Thread(target=gone, daemon=True).start()

    def stop(*_: object) -> None:
        server.send_signal(signal.SIGINT)

    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(number, stop)
    with open(users) as file:
        # Signal handlers run in between; flock is taken up again after them.
        fcntl.flock(file, fcntl.LOCK_EX)
        # Whoever comes now waits at this lock until the server is down and this process with it.
        server.send_signal(signal.SIGINT)
        threading.Event().wait(20)
        server.send_signal(signal.SIGQUIT)
        threading.Event().wait(5)
        server.kill()
        threading.Event().wait()
    return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[2], int(sys.argv[3]), int(sys.argv[4]), sys.argv[5:]))
