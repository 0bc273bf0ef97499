"""One process that must run."""

import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from compound.servers.keeper import die_with_parent

FIRST_PAUSE, LONGEST_PAUSE = 1.0, 30.0
# Whoever ran that long was not in a crash loop.
STEADY_AFTER = 60.0
WIDTH = 8


def say(prefix: str, line: str) -> None:
    """One line on the console. Losing the console is no reason to fall over."""
    with contextlib.suppress(OSError, ValueError):
        print(f"{prefix:<{WIDTH}} | {line}", flush=True)  # noqa: T201


@dataclass
class Part:
    """A process that is started, read and, when it dies, started again after 1, 2, 4 … 30 s.

    `died_with` is what it gets when the supervisor itself is killed, `stop_with` when it is asked to end. It
    runs in a session of its own, so that
    Ctrl-C reaches the supervisor alone. Start it in the supervisor's main thread only: the kernel watches the
    thread that forked.
    """

    name: str
    command: list[str]
    stop_with: signal.Signals = signal.SIGTERM
    died_with: signal.Signals = signal.SIGTERM
    on_line: Callable[[str], None] = lambda line: None
    # Its own, over everybody's.
    environment: Mapping[str, str] = field(default_factory=dict)
    process: "subprocess.Popen[bytes] | None" = None
    failures: int = 0
    started_at: float = 0.0
    start_at: float = 0.0
    _rest: bytes = field(default=b"", repr=False)

    def start(self, environment: Mapping[str, str]) -> int:
        """Starts it; the file descriptor of its output, not blocking."""
        self.process = subprocess.Popen(
            self.command,
            env={**environment, **self.environment},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            preexec_fn=die_with_parent(self.died_with),
        )
        self.started_at = time.monotonic()
        assert self.process.stdout
        descriptor = self.process.stdout.fileno()
        os.set_blocking(descriptor, False)
        return descriptor

    @property
    def is_running(self) -> bool:
        return self.process is not None and self.process.poll() is None

    def read(self) -> bool:
        """Shows what it has written since; False at the end of its output."""
        assert self.process
        assert self.process.stdout
        try:
            chunk = os.read(self.process.stdout.fileno(), 65536)
        except BlockingIOError:
            return True
        *lines, self._rest = (self._rest + chunk).split(b"\n")
        if not chunk and self._rest:
            lines, self._rest = [self._rest], b""
        for raw in lines:
            line = raw.decode(errors="replace").rstrip()
            say(self.name, line)
            self.on_line(line)
        return bool(chunk)

    def has_died(self, now: float) -> float:
        """Notes an unexpected end; the pause in seconds until the next start."""
        if now - self.started_at > STEADY_AFTER:
            self.failures = 0
        pause = min(FIRST_PAUSE * 2.0 ** min(self.failures, 9), LONGEST_PAUSE)
        self.failures += 1
        self.start_at = now + pause
        return pause

    def signal(self, number: signal.Signals) -> None:
        if self.process and self.process.poll() is None:
            with contextlib.suppress(ProcessLookupError):
                self.process.send_signal(number)

    def kill(self) -> None:
        """The whole session of it, children too."""
        if self.process:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(self.process.pid, signal.SIGKILL)


def how_it_ended(code: int) -> str:
    """`exit 1` or `SIGKILL`."""
    if code >= 0:
        return f"exit {code}"
    try:
        return signal.Signals(-code).name
    except ValueError:
        return f"signal {-code}"


def manage(*arguments: str) -> list[str]:
    """The command line of another command of this project."""
    return [sys.executable, os.path.abspath(sys.argv[0]), *arguments]
