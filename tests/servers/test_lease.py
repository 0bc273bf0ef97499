"""The embedded PostgreSQL of a data folder: who starts it, who stops it, and what it survives."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psycopg2
import pytest

from compound.servers.commands import needs_database
from compound.servers.lease import Lease
from compound.servers.paths import BASE_DIR, server_user, servers_dir
from compound.servers.postgres import LONGEST_SOCKET_PATH, Postgres
from compound.servers.trouble import Trouble
from tests.servers.running import environment, manage, processes_of, wait_for_none

USER = """
import sys
from pathlib import Path
from compound.servers.lease import Lease
print(Lease(Path(sys.argv[1])).acquire(), flush=True)
sys.stdin.read()
"""


class User:
    """Another process that holds a lease until it is told to go."""

    def __init__(self, data_dir: Path) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-c", USER, str(data_dir)], cwd=BASE_DIR, env=environment(data_dir), text=True,
            stdin=subprocess.PIPE, stdout=subprocess.PIPE,
        )  # fmt: skip
        assert self.process.stdout
        self.url = self.process.stdout.readline().strip()

    def leave(self, number: signal.Signals | None = None) -> None:
        if number:
            self.process.send_signal(number)
        self.process.communicate()


class Users:
    """Makes users, and sends them away at the end of the test, however it ends."""

    def __init__(self) -> None:
        self._made: list[User] = []

    def __call__(self, data_dir: Path) -> User:
        self._made.append(User(data_dir))
        return self._made[-1]

    def leave(self) -> None:
        for user in self._made:
            if user.process.poll() is None:
                user.leave(signal.SIGKILL)


@pytest.fixture
def new_user(monkeypatch: pytest.MonkeyPatch, data_dir: Path) -> Iterator[Users]:
    """`new_user(folder)`. This process looks at the data folder as theirs do."""
    monkeypatch.setenv("DATA_DIR", str(data_dir))
    users = Users()
    yield users
    users.leave()
    assert wait_for_none(data_dir, 5) == {}


def ask(url: str, sql: str) -> object:
    connection = psycopg2.connect(url_to_dsn(url))
    try:
        with connection, connection.cursor() as cursor:
            cursor.execute(sql)
            return cursor.fetchone()[0] if cursor.description else None
    finally:
        connection.close()


def url_to_dsn(url: str) -> str:
    from environ import Env

    found = Env.db_url_config(url)
    parts = {"host": found["HOST"], "port": found["PORT"] or 5432, "dbname": found["NAME"]}
    return " ".join(f"{k}={v}" for k, v in {**parts, "user": found["USER"], "password": found["PASSWORD"]}.items())


def test_lease_when_several_use_it_stops_the_server_after_the_last(data_dir: Path, new_user: Users) -> None:
    first, second = new_user(data_dir), new_user(data_dir)
    assert first.url == second.url
    ask(first.url, "CREATE TABLE kept (n int)")

    first.leave(signal.SIGKILL)
    assert ask(second.url, "SELECT count(*) FROM kept") == 0
    assert any("bin/postgres" in command for command in processes_of(data_dir).values())

    second.leave(signal.SIGKILL)
    assert wait_for_none(data_dir, 5) == {}

    third = new_user(data_dir)
    assert ask(third.url, "SELECT count(*) FROM kept") == 0
    third.leave()


def test_lease_when_the_keeper_is_killed_starts_anew(data_dir: Path, new_user: Users) -> None:
    user = new_user(data_dir)
    keeper = min(pid for pid, command in processes_of(data_dir).items() if "keeper.py" in command)
    os.kill(keeper, signal.SIGKILL)
    user.leave()
    assert wait_for_none(data_dir, 5) == {}
    again = new_user(data_dir)
    assert ask(again.url, "SELECT 1") == 1
    again.leave()


def test_lease_when_initdb_was_killed_half_way_makes_the_cluster_anew(data_dir: Path, new_user: Users) -> None:
    half = servers_dir(data_dir) / "postgres" / "making-4711"
    half.mkdir(parents=True)
    (half / "PG_VERSION").write_text("18\n")
    user = new_user(data_dir)
    assert (ask(user.url, "SELECT 1"), half.exists()) == (1, False)
    user.leave()


def test_lease_when_postmaster_pid_names_another_living_process_starts(data_dir: Path, new_user: Users) -> None:
    user = new_user(data_dir)
    user.leave()
    assert wait_for_none(data_dir, 5) == {}
    postgres = Postgres(servers_dir(data_dir))
    stale = postgres.data / "postmaster.pid"
    stale.write_text(f"{os.getpid()}\n{postgres.data}\n1\n5432\n{postgres.sockets}\n\n0\nready\n")
    if owner := server_user():
        os.chown(stale, *owner)
    user = new_user(data_dir)
    assert ask(user.url, "SELECT 1") == 1
    user.leave()


def test_lease_when_written_by_another_version_says_so(data_dir: Path, new_user: Users) -> None:
    postgres = Postgres(servers_dir(data_dir))
    postgres.data.mkdir(parents=True)
    (postgres.data / "PG_VERSION").write_text("17\n")
    with pytest.raises(Trouble, match=r"was written by PostgreSQL 17, this program brings 18: export it"):
        Lease(data_dir).acquire()


def test_lease_when_the_path_is_too_long_for_a_socket_uses_loopback(data_dir: Path, new_user: Users) -> None:
    deep = data_dir / ("long-" * 20)
    deep.mkdir()
    deep.chmod(0o711)
    assert len(str(Postgres(servers_dir(deep)).sockets)) > LONGEST_SOCKET_PATH
    user = new_user(deep)
    assert ("@127.0.0.1:" in user.url, ask(user.url, "SELECT 1")) == (True, 1)
    wrong = user.url.replace("shouwang:", "shouwang:x")
    with pytest.raises(psycopg2.OperationalError, match="password authentication failed"):
        ask(wrong, "SELECT 1")
    user.leave()


def test_database_files_when_made_are_closed_to_other_users(data_dir: Path, new_user: Users) -> None:
    user = new_user(data_dir)
    home = servers_dir(data_dir)
    modes = {
        name: oct((home / name).stat().st_mode & 0o777)
        for name in ("postgres", "postgres/data", "postgres/socket", "postgres-password", "postgres.log")
    }
    assert modes == {
        "postgres": "0o700", "postgres/data": "0o700", "postgres/socket": "0o700",
        "postgres-password": "0o600", "postgres.log": "0o600",
    }  # fmt: skip
    user.leave()


@pytest.mark.parametrize(
    ("line", "needed"),
    [
        ("", False), ("--version", False), ("help", False), ("check", False), ("check --deploy", False),
        ("check --database default", True), ("makemigrations --check", False), ("plan week.json", False),
        ("messages", False), ("jielong chat.txt", False), ("jielong chat.txt --compound demo", True),
        ("jielong --compound=demo chat.txt", True), ("migrate", True), ("migrate --help", False), ("shell", True),
        ("start A B", True), ("up", False),
    ],
)  # fmt: skip
def test_command_when_it_reads_no_table_needs_no_database(line: str, needed: bool) -> None:
    assert needs_database(["manage.py", *line.split()]) is needed


def test_command_when_it_needs_no_database_starts_none(data_dir: Path) -> None:
    result = manage(data_dir, "makemigrations", "--check", "--dry-run")
    assert (result.returncode, result.stderr) == (0, "")
    assert not (data_dir / "servers").exists()


def test_command_when_database_is_new_applies_the_migrations(data_dir: Path) -> None:
    script = "import json; from compound.models import Compound; print(json.dumps(Compound.objects.count()))"
    result = manage(data_dir, "shell", "-v0", "-c", script)
    assert (result.returncode, result.stderr, json.loads(result.stdout)) == (0, "", 0)
    assert wait_for_none(data_dir, 5) == {}


def test_command_when_data_dir_cannot_be_made_says_so(data_dir: Path) -> None:
    (data_dir / "file").write_text("")
    result = manage(data_dir / "file" / "below", "shell", "-v0", "-c", "1")
    assert result.returncode == 1
    assert result.stderr == (
        f"无法写入 {data_dir}/file/below（Not a directory），请换一个目录：DATA_DIR=… / "
        f"Cannot write {data_dir}/file/below (Not a directory); choose another folder with DATA_DIR=...\n"
    )
