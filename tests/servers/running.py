"""Drives `manage.py` as a process of its own, as somebody at a terminal would."""

import contextlib
import os
import queue
import signal
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

from compound.servers.paths import BASE_DIR

MANAGE = [sys.executable, str(BASE_DIR / "manage.py")]
OF_THE_TEST_RUN = (
    "DATABASE_URL",
    "REDIS_URL",
    "DATA_DIR",
    "SECRET_KEY",
    "DJANGO_SETTINGS_MODULE",
    "PORT",
    "PUBLIC_URL",
)


def environment(data_dir: Path, **more: str) -> dict[str, str]:
    """What a terminal would have, with this data folder."""
    kept = {key: value for key, value in os.environ.items() if key not in OF_THE_TEST_RUN}
    return {**kept, "DATA_DIR": str(data_dir), **more}


def manage(data_dir: Path, *arguments: str, **more: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [*MANAGE, *arguments],
        env=environment(data_dir, **more),
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def processes_of(data_dir: Path) -> dict[int, str]:
    """Every living process that has to do with this data folder, by its command line, environment or working
    folder.
    """
    needle, found = os.fsencode(data_dir), {}
    for folder in Path("/proc").iterdir():
        if not folder.name.isdecimal() or int(folder.name) == os.getpid():
            continue
        with contextlib.suppress(OSError):
            command = (folder / "cmdline").read_bytes()
            where = os.fsencode(os.readlink(folder / "cwd"))
            if needle in command or needle in where or needle in (folder / "environ").read_bytes():
                found[int(folder.name)] = command.replace(b"\0", b" ").decode(errors="replace")[:120]
    return found


def wait_for_none(data_dir: Path, seconds: float) -> dict[int, str]:
    """The processes that are still there after so many seconds."""
    end = time.monotonic() + seconds
    while (left := processes_of(data_dir)) and time.monotonic() < end:
        time.sleep(0.1)
    return left


class Up:
    """A running `manage.py up`."""

    def __init__(self, data_dir: Path, port: int, **more: str) -> None:
        self.data_dir, self.port = data_dir, port
        self.lines: list[str] = []
        self._news: queue.Queue[str] = queue.Queue()
        self.began = time.monotonic()
        self.process = subprocess.Popen(
            [*MANAGE, "up", "--no-demo"], env=environment(data_dir, PORT=str(port), **more), stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT, text=True, start_new_session=True,
        )  # fmt: skip
        threading.Thread(target=self._listen, daemon=True).start()

    def _listen(self) -> None:
        assert self.process.stdout
        with self.process.stdout:
            for line in self.process.stdout:
                self._news.put(line.rstrip())

    def wait_for(self, text: str, seconds: float = 40) -> float:
        """Waits for a line with this text that has not been waited for; seconds since the start."""
        end = time.monotonic() + seconds
        while True:
            try:
                line = self._news.get(timeout=max(end - time.monotonic(), 0.01))
            except queue.Empty:
                raise AssertionError(f"no line with {text!r}:\n" + "\n".join(self.lines)) from None
            self.lines.append(line)
            if text in line:
                return time.monotonic() - self.began

    def stop(self, number: signal.Signals) -> float:
        """Sends the signal to the supervisor alone; seconds until it has ended."""
        began = time.monotonic()
        self.process.send_signal(number)
        self.process.wait(30)
        return time.monotonic() - began

    def health(self) -> int:
        """The status of /healthz; 0 when nobody answers."""
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/healthz", timeout=5) as answer:
                return int(answer.status)
        except urllib.error.HTTPError as error:
            error.close()
            return error.code
        except OSError:
            return 0

    def wait_for_health(self, seconds: float = 15) -> bool:
        end = time.monotonic() + seconds
        while self.health() != 200:
            if time.monotonic() > end:
                return False
            time.sleep(0.2)
        return True

    def pid_of(self, needle: str) -> int:
        """The oldest process of this run whose command line holds the text."""
        return min(pid for pid, command in processes_of(self.data_dir).items() if needle in command)


@contextlib.contextmanager
def running(data_dir: Path, port: int, **more: str) -> Iterator[Up]:
    """`more` goes into its environment."""
    up = Up(data_dir, port, **more)
    try:
        yield up
    finally:
        if up.process.poll() is None:
            up.process.kill()
            up.process.wait()
        wait_for_none(data_dir, 10)
