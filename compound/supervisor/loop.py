"""Holds the parts together, and stops them in order."""

import os
import selectors
import signal
import socket
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterable
from pathlib import Path
from types import FrameType

from django.conf import settings
from django.core.management import get_commands
from django.db import connection
from django.utils.module_loading import import_string

from compound.models import Compound
from compound.servers.commands import fingerprint
from compound.servers.lease import Lease
from compound.servers.paths import note_public_url, servers_dir
from compound.servers.postgres import free_port
from compound.servers.trouble import Trouble
from compound.servers.valkey import Valkey
from compound.supervisor import lan, prepare
from compound.supervisor.part import Part, how_it_ended, manage, say

TICK = 0.25
# Before the first page: a part that fails so often will not get better by itself.
FAILURES_AT_START = 4
# Together under ten seconds, whatever the parts are busy with.
WEB_SECONDS, WORKER_SECONDS, VALKEY_SECONDS, POSTGRES_SECONDS = 2.0, 5.5, 0.5, 1.5


class Asked(Exception):
    """Ctrl-C or SIGTERM before everything was up."""


class Supervisor:
    def __init__(self, data_dir: Path, *, demo: bool) -> None:
        self.began = time.monotonic()
        self.data_dir = data_dir
        self.demo = demo
        self.port = prepare.wanted_port()
        self.lan = lan.Lan(data_dir, self.port) if lan.is_wanted() else None
        self.environment = dict(os.environ)
        self.lease: Lease | None = None
        self.parts: list[Part] = []
        self.is_ready = self.worker_is_ready = False
        self._asked = False
        self._selector = selectors.DefaultSelector()
        self._wake, self._waker = socket.socketpair()
        self._log_at = 0
        self._lease_failures = 0
        self._lease_at = 0.0

    # ------------------------------------------------------------------ from start to end

    def run(self) -> None:
        """Returns after Ctrl-C or SIGTERM, when all has stopped. Raises Trouble."""
        presence = prepare.Presence(self.data_dir, self.port)
        self._listen_for_signals()
        try:
            patience = prepare.DYING if presence.earlier_was_killed else 0.0
            prepare.need_free_port(self.port, patience)
            if self.lan:
                self.lan.need_ports(patience)
            self._prepare()
            for part in self.parts:
                # These can wait until there is a page: two cores have enough to do until then.
                if part.name in ("beat", "lan", "door"):
                    part.start_at = float("inf")
                else:
                    self._start(part)
            self._loop()
        except Asked:
            pass
        finally:
            # From here on a second Ctrl-C changes nothing: the end is near anyway.
            self._asked = True
            self._stop()
            if self.lan:
                self.lan.leave()
            presence.leave()

    def _prepare(self) -> None:
        scratch = prepare.fresh_scratch(self.data_dir)
        self.environment |= {
            "DATA_DIR": str(self.data_dir), "PORT": str(self.port), "TMPDIR": str(scratch),
            "PYTHONUNBUFFERED": "1", "PUBLIC_URL": settings.PUBLIC_URL,
        }  # fmt: skip
        if not os.environ.get("PUBLIC_URL"):
            self.environment["PUBLIC_URL"] = f"http://127.0.0.1:{self.port}"
        note_public_url(self.data_dir, "")
        if self.lan:
            self.environment |= self.lan.prepare()
        home = servers_dir(self.data_dir)
        migrate = True
        if not os.environ.get("DATABASE_URL"):
            say("up", "PostgreSQL …")
            self.lease = Lease(self.data_dir)
            self._log_at = self.lease.postgres.log.stat().st_size if self.lease.postgres.log.exists() else 0
            self.environment["DATABASE_URL"] = self.lease.acquire()
            self._use_database(self.environment["DATABASE_URL"])
            stamp = home / "migrated"
            migrate = not stamp.exists() or stamp.read_text() != fingerprint()
        self._check_asked()
        if not os.environ.get("REDIS_URL"):
            self._add_valkey(home)
        if migrate:
            prepare.run_step("数据库结构 / migrations", manage("migrate", "--verbosity=0"), self.environment)
            if self.lease:
                (home / "migrated").write_text(fingerprint())
        self._check_asked()
        prepare.collect_static(Path(settings.STATIC_ROOT), self.environment)
        self._check_asked()
        if self.demo and "demo" in get_commands() and self._is_empty():
            prepare.run_step("演示小区 / demo compound", manage("demo"), self.environment)
        self._check_asked()
        self._add_parts()

    def _is_empty(self) -> bool:
        try:
            return not Compound.objects.exists()
        finally:
            connection.close()

    def _use_database(self, url: str) -> None:
        """This process read its settings before it had a database."""
        import environ

        connection.close()
        connection.settings_dict.update(
            {key: value for key, value in environ.Env.db_url_config(url).items() if key != "ENGINE"}
        )

    # ------------------------------------------------------------------ parts

    def _add_valkey(self, home: Path) -> None:
        valkey = Valkey(home, free_port())
        (home / "valkey-port").write_text(str(valkey.port))
        self.environment["REDIS_URL"] = valkey.url
        self.parts.append(Part("valkey", valkey.command(), died_with=signal.SIGKILL))

    def _add_parts(self) -> None:
        celery = [sys.executable, "-m", "celery", "--quiet", "-A", "compound"]
        web = [sys.executable, "-m", "gunicorn", "-c", "python:compound.gunicorn", "compound.wsgi"]
        self.parts += [
            Part("web", web, died_with=signal.SIGQUIT),
            Part(
                "worker",
                [*celery, "worker", "--loglevel=INFO", "--without-gossip", "--without-mingle"],
                # Celery's soft shutdown: five seconds for the task at work, then it goes back into the queue.
                stop_with=signal.SIGQUIT,
                died_with=signal.SIGKILL,
                on_line=self._hear_worker,
            ),
            Part("beat", [*celery, "beat", "--loglevel=WARNING"], died_with=signal.SIGKILL),
        ]
        if self.lan:
            self.parts += self.lan.parts()

    def _hear_worker(self, line: str) -> None:
        self.worker_is_ready = self.worker_is_ready or line.endswith(" ready.")

    def _start(self, part: Part) -> None:
        part.start_at = 0.0
        self._selector.register(part.start(self.environment), selectors.EVENT_READ, part)

    def _loop(self) -> None:
        while not self._asked:
            self._read(TICK)
            self._look_after_postgres()
            now = time.monotonic()
            if self.lan and self.is_ready:
                self.environment |= self.lan.look(now, self.parts) or {}
            for part in self.parts:
                if part.start_at:
                    if now >= part.start_at:
                        self._start(part)
                elif not part.is_running:
                    self._note_death(part, now)
            if not self.is_ready and self._web_answers():
                self.is_ready = True
                self._say_ready()
                for part in self.parts:
                    part.start_at = min(part.start_at, now)

    def _note_death(self, part: Part, now: float) -> None:
        self._forget(part)
        assert part.process
        ended, pause = how_it_ended(part.process.returncode), part.has_died(now)
        if not self.is_ready and part.failures >= FAILURES_AT_START:
            raise Trouble(
                f"{part.name} 一再退出（{ended}），原因见上面的日志",
                f"{part.name} keeps ending ({ended}); see its lines above",
            )
        words = f"{part.name} 已退出（{ended}），{pause:.0f} 秒后重启 / ended, starting again in {pause:.0f} s"
        say("up", words)
        part.kill()  # its children, if it left any

    def _forget(self, part: Part) -> None:
        """Reads the rest of a dead part's output and closes it."""
        if part.process and part.process.stdout and not part.process.stdout.closed:
            while part.read() and part.process.poll() is None:
                pass
            self._selector.unregister(part.process.stdout)
            part.process.stdout.close()

    def _read(self, seconds: float) -> None:
        for key, _ in self._selector.select(seconds):
            if isinstance(key.data, Part):
                if not key.data.read():
                    # End of its output, perhaps before its end as a process; the loop looks for that.
                    time.sleep(0.02)
            else:
                self._wake.recv(4096)
        self._show_postgres_log()

    # ------------------------------------------------------------------ PostgreSQL, which its keeper holds

    def _look_after_postgres(self) -> None:
        if not self.lease or time.monotonic() < self._lease_at:
            return
        try:
            url = self.lease.ensure()
        except Trouble as trouble:
            pause = min(2.0 ** min(self._lease_failures, 9), 30.0)
            self._lease_failures += 1
            self._lease_at = time.monotonic() + pause
            say("up", f"{trouble} ({pause:.0f} s)")
            return
        self._lease_failures = 0
        if url != self.environment["DATABASE_URL"]:
            # Over a loopback port it may have come back at another one.
            self.environment["DATABASE_URL"] = url
            for part in self.parts:
                if part.name != "valkey":
                    part.signal(part.stop_with)

    def _show_postgres_log(self) -> None:
        if not self.lease:
            return
        try:
            size = self.lease.postgres.log.stat().st_size
            if size == self._log_at:
                return
            with self.lease.postgres.log.open("rb") as log:
                log.seek(self._log_at if size > self._log_at else 0)
                for line in log.read().decode(errors="replace").splitlines():
                    say("postgres", line)
                self._log_at = log.tell()
        except OSError:
            return

    # ------------------------------------------------------------------ ready

    def _web_answers(self) -> bool:
        if not self.worker_is_ready:
            return False
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/healthz", timeout=2):
                return True
        except urllib.error.HTTPError as error:
            error.close()
            return True
        except OSError:
            return False

    def _say_ready(self) -> None:
        seconds = time.monotonic() - self.began
        say("up", "")
        say("up", f"守望已就绪 / ready after {seconds:.1f} s:  http://127.0.0.1:{self.port}")
        for label, phone, password in self._logins():
            say("up", f"    {label}  {phone}  {password}")
        for room, path in self._household_page():
            say("up", f"    {room} 本户页面 / a household's own page:  http://127.0.0.1:{self.port}{path}")
        say("up", "按 Ctrl-C 停止 / Ctrl-C stops it")
        say("up", "")

    def _logins(self) -> Iterable[tuple[str, str, str]]:
        """Role, phone number and password of the demo's cast; nothing when there is no demo compound."""
        try:
            logins: list[tuple[str, str, str]] = import_string(settings.DEMO_LOGINS)()
        except ImportError:
            return []
        finally:
            connection.close()
        return logins

    def _household_page(self) -> Iterable[tuple[str, str]]:
        """Room and path of the demo household's own page; nothing when there is no demo compound."""
        try:
            page: tuple[str, str] | None = import_string(settings.DEMO_PAGE)()
        except ImportError:
            return []
        finally:
            connection.close()
        return [page] if page else []

    # ------------------------------------------------------------------ the end

    def _listen_for_signals(self) -> None:
        self._waker.setblocking(False)
        signal.set_wakeup_fd(self._waker.fileno(), warn_on_full_buffer=False)
        self._selector.register(self._wake, selectors.EVENT_READ)
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, self._ask)

    def _ask(self, number: int, frame: FrameType | None) -> None:
        first, self._asked = not self._asked, True
        # During the steps before the first page there is nothing yet that must be stopped in order.
        if first and not any(part.process for part in self.parts):
            raise Asked

    def _check_asked(self) -> None:
        if self._asked:
            raise Asked

    def _stop(self) -> None:
        began = time.monotonic()
        named = {part.name: part for part in self.parts if part.process}
        if named:
            say("up", "正在停止 / stopping")
        first = [named[name] for name in ("lan", "door", "web", "beat") if name in named]
        for part in first:
            part.signal(part.stop_with)
        self._wait_for(first, WEB_SECONDS)
        for name, seconds in (("worker", WORKER_SECONDS), ("valkey", VALKEY_SECONDS)):
            if name in named:
                named[name].signal(named[name].stop_with)
                self._wait_for([named[name]], seconds)
        if self.lease:
            self._leave_postgres(self.lease)
        if named:
            say("up", f"已停止 / stopped after {time.monotonic() - began:.1f} s")

    def _wait_for(self, parts: list[Part], seconds: float) -> None:
        end = time.monotonic() + seconds
        while any(part.is_running for part in parts) and time.monotonic() < end:
            self._read(0.05)
        for part in parts:
            part.kill()
            if part.process:
                part.process.wait(2)
            self._forget(part)

    def _leave_postgres(self, lease: Lease) -> None:
        connection.close()
        if not lease.leave(POSTGRES_SECONDS):
            say("up", "数据库还在被其他命令使用 / the database stays up for another command")
        self._show_postgres_log()
