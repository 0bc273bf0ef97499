"""What happens before the first page can be served. Every failure is one sentence (Trouble)."""

import fcntl
import hashlib
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from typing import IO

from compound.servers.commands import fingerprint
from compound.servers.keeper import die_with_parent
from compound.servers.paths import BASE_DIR, need_space, storage_trouble
from compound.servers.trouble import Trouble
from compound.supervisor.part import manage, say

# A killed run's web server lets go of the port within this time.
DYING = 6.0


class Presence:
    """The lock that says: `up` runs on this data folder."""

    def __init__(self, data_dir: Path, port: int) -> None:
        self.path = data_dir / "up"
        try:
            self._file: IO[str] = os.fdopen(os.open(self.path, os.O_RDWR | os.O_CREAT, 0o600), "r+")
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            other = self._file.read().strip()
            raise Trouble(
                f"守望已经在用 {data_dir} 运行（{other}）：请用那一个，或另选 DATA_DIR 和 PORT",
                f"Shouwang runs on {data_dir} already ({other}): use that one, or choose another DATA_DIR and PORT",
            ) from None
        except OSError as error:
            raise storage_trouble(self.path, error) from error
        # A clean end empties the file.
        self.earlier_was_killed = bool(self._file.read())
        self._write(f"pid {os.getpid()}, http://127.0.0.1:{port}\n")

    def leave(self) -> None:
        self._write("")
        self._file.close()

    def _write(self, text: str) -> None:
        try:
            self._file.seek(0)
            self._file.truncate()
            self._file.write(text)
            self._file.flush()
        except OSError as error:
            raise storage_trouble(self.path, error) from error


def wanted_port(setting: str = "PORT", default: int = 8000) -> int:
    text = os.environ.get(setting) or str(default)
    if text.isdecimal() and 0 < int(text) < 65536:
        return int(text)
    raise Trouble(f"{setting}={text} 不是端口号（1–65535）", f"{setting}={text} is no port number (1-65535)")


def need_free_port(port: int, patience: float, *, setting: str = "PORT", host: str = "127.0.0.1") -> None:
    """Raises Trouble when somebody listens there, after `patience` seconds at the most."""
    end = time.monotonic() + patience
    while True:
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((host, port))
            except PermissionError:
                raise Trouble(
                    f"没有权限使用端口 {port}，请换一个：make run {setting}=8001",
                    f"Port {port} needs more rights; choose another: make run {setting}=8001",
                ) from None
            except OSError:
                if time.monotonic() > end:
                    raise Trouble(
                        f"端口 {port} 已被别的程序占用，请换一个：make run {setting}={port + 1}",
                        f"Port {port} is in use by another program; choose another: make run {setting}={port + 1}",
                    ) from None
            else:
                return
        time.sleep(0.1)


def fresh_scratch(data_dir: Path) -> Path:
    """An empty folder for temporary files: uploads hold names and rooms and do not belong into /tmp."""
    scratch = data_dir / "scratch"
    try:
        shutil.rmtree(scratch, ignore_errors=True)
        scratch.mkdir(mode=0o700, exist_ok=True)
        need_space(scratch, 20)
    except OSError as error:
        raise storage_trouble(scratch, error) from error
    return scratch


def run_step(words: str, command: list[str], environment: Mapping[str, str]) -> None:
    """A command that must succeed before the servers start; its output is shown with the prefix `up`.

    Raises Trouble naming the command and the last line that it wrote.
    """
    say("up", words)
    began, last = time.monotonic(), ""
    with subprocess.Popen(
        command, env=dict(environment), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT, text=True, errors="replace", start_new_session=True,
        preexec_fn=die_with_parent(signal.SIGKILL),
    ) as process:  # fmt: skip
        assert process.stdout
        try:
            for line in process.stdout:
                last = line.strip() or last
                say("up", f"  {line.rstrip()}")
        except BaseException:
            process.terminate()
            raise
    if process.returncode:
        name = command[2] if len(command) > 2 else command[0]
        raise Trouble(f"{name} 没有成功：{last}", f"{name} failed: {last}")
    say("up", f"  {time.monotonic() - began:.1f} s")


def collect_static(static_root: Path, environment: Mapping[str, str]) -> None:
    """Copies static files under hashed names, when one of them has changed since."""
    stamp, now = static_root.with_name("static-collected"), static_fingerprint()
    if stamp.exists() and stamp.read_text() == now and (static_root / "staticfiles.json").exists():
        return
    stamp.unlink(missing_ok=True)
    command = manage("collectstatic", "--noinput", "--clear", "--verbosity=0")
    run_step("静态文件 / static files", command, environment)
    stamp.write_text(now)


def static_fingerprint() -> str:
    files = sorted(path for path in (BASE_DIR / "static").rglob("*") if path.is_file())
    lines = [f"{path}:{path.stat().st_size}:{path.stat().st_mtime_ns}" for path in files]
    return hashlib.sha256("\n".join([sys.version, fingerprint(), *lines]).encode()).hexdigest()
