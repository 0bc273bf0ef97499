"""`make run LAN=1`: the listener in the local network and the door to its certificate, as two more parts."""

import datetime as dt
import os
import signal
import sys
import time
from pathlib import Path

from compound.lan.addresses import host_name, lan_addresses
from compound.servers.paths import note_public_url
from compound.supervisor import prepare
from compound.supervisor.part import Part, say

# How often the addresses are looked at: a laptop is carried to another Wi-Fi.
LOOK_EVERY = 20.0
DOOR = Path(__file__).resolve().parent.parent / "lan" / "door.py"


def is_wanted() -> bool:
    return os.environ.get("LAN", "").strip().lower() not in ("", "0", "no", "off", "false")


class Lan:
    """Ports, addresses and certificate; `look` says when they have changed."""

    def __init__(self, data_dir: Path, web_port: int) -> None:
        self.data_dir, self.web_port = data_dir, web_port
        self.port = prepare.wanted_port("LAN_PORT", 8443)
        self.door_port = prepare.wanted_port("LAN_HTTP_PORT", 8080)
        self.addresses: tuple[str, ...] = ()
        self.fingerprint = ""
        self.left_out: tuple[str, ...] = ()
        self._look_at = 0.0
        self._own_public_url = bool(os.environ.get("PUBLIC_URL"))

    def need_ports(self, patience: float) -> None:
        """Raises Trouble when somebody listens there."""
        prepare.need_free_port(self.port, patience, setting="LAN_PORT", host="0.0.0.0")  # noqa: S104
        prepare.need_free_port(self.door_port, patience, setting="LAN_HTTP_PORT", host="0.0.0.0")  # noqa: S104

    @property
    def url(self) -> str:
        return f"https://{self.addresses[0]}:{self.port}" if self.addresses else ""

    @property
    def help_url(self) -> str:
        return f"http://{self.addresses[0]}:{self.door_port}/lan/" if self.addresses else ""

    def prepare(self) -> dict[str, str]:
        """Finds the addresses and makes the certificate; what every part must know of it. Raises Trouble."""
        self.addresses = lan_addresses()
        self._ensure_leaf()
        self._look_at = time.monotonic() + LOOK_EVERY
        return self._environment()

    def leave(self) -> None:
        note_public_url(self.data_dir, "")

    def _ensure_leaf(self) -> bool:
        """Whether the certificate is a new one."""
        # Here, not above: 0.1 s that a run without LAN=1 need not spend.
        from compound.lan import authority

        shown = authority.ensure_leaf(
            self.data_dir, addresses=self.addresses, host=host_name(), at=dt.datetime.now(dt.UTC)
        )
        self.fingerprint, self.left_out = authority.fingerprint(shown.root), shown.left_out
        return shown.is_new

    def _environment(self) -> dict[str, str]:
        told = {"LAN_URL": self.url, "LAN_HELP_URL": self.help_url}
        note_public_url(self.data_dir, os.environ.get("PUBLIC_URL", "") if self._own_public_url else self.url)
        # What phones open, and so what is printed as a QR code.
        return told | ({"PUBLIC_URL": self.url} if self.url and not self._own_public_url else {})

    def parts(self) -> list[Part]:
        web = [sys.executable, "-m", "gunicorn", "-c", "python:compound.lan.gunicorn", "compound.wsgi"]
        door = [sys.executable, "-I", "-S", str(DOOR), str(self.door_port), str(self.web_port)]
        return [
            Part("lan", web, died_with=signal.SIGQUIT, environment=self._of_the_listener(), on_line=self._hear),
            Part("door", door, died_with=signal.SIGKILL),
        ]

    def _of_the_listener(self) -> dict[str, str]:
        host = host_name()
        names = [*self.addresses, *([host, f"{host}.local"] if host else []), "127.0.0.1", "localhost"]
        given = os.environ.get("ALLOWED_HOSTS", "")
        return {
            "LAN_LISTENER": "1",
            "LAN_PORT": str(self.port),
            "ALLOWED_HOSTS": ",".join([*names, *([given] if given else [])]),
        }

    def look(self, now: float, parts: list[Part]) -> dict[str, str] | None:
        """The parts' new environment when the addresses have changed or the certificate has; else None.

        Asks the parts to end that must start again with it. No address at all is no change: Wi-Fi comes and goes.
        """
        if now < self._look_at:
            return None
        self._look_at = now + LOOK_EVERY
        found = lan_addresses()
        had_url, changed = self.url, bool(found) and found != self.addresses
        if changed:
            self.addresses = found
        # A new leaf for the old addresses is read at the next connection; new addresses need a new list of hosts.
        self._ensure_leaf()
        if not changed:
            return None
        say("up", "局域网地址变了 / other addresses in the local network")
        for part in parts:
            if part.name == "lan":
                part.environment = self._of_the_listener()
                part.signal(part.stop_with)
            elif part.name in ("web", "worker") and self.url != had_url:
                part.signal(part.stop_with)
        return self._environment()

    def _hear(self, line: str) -> None:
        """gunicorn listens only when the application is loaded."""
        if "Listening at:" in line:
            self.announce()

    def announce(self) -> None:
        from compound.lan.announce import lines

        say("up", "")
        ports = (self.port, self.door_port)
        for line in lines(
            url=self.url, help_url=self.help_url, fingerprint=self.fingerprint, ports=ports, left_out=self.left_out
        ):
            say("up", line)
        say("up", "")
