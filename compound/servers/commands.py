"""What a command needs before Django reads its settings; called by manage.py alone."""

import contextlib
import hashlib
import importlib.metadata
import os
import sys
from collections.abc import Iterator
from pathlib import Path

from compound.servers.lease import Lease
from compound.servers.paths import BASE_DIR, data_dir, noted_public_url, servers_dir, storage_trouble
from compound.servers.valkey import running_url

# They look at the code or at a file only.
WITHOUT_DATABASE = {
    "help", "version", "check", "makemigrations", "messages", "plan", "share", "collectstatic", "findstatic",
    "diffsettings", "gate_words", "startapp", "startproject", "makemessages", "compilemessages",
    "spectacular", "testserver", "test",
}  # fmt: skip
# `up` sees to the servers itself, and shows what it does.
BY_ITSELF = {"up"}
WITHOUT_MIGRATION = {"migrate", "showmigrations", "sqlmigrate", "squashmigrations", "optimizemigration", "dbshell"}


def needs_database(argv: list[str]) -> bool:
    """Whether this command line reads or writes the database."""
    command, options = (argv[1], argv[2:]) if len(argv) > 1 else ("help", [])
    if command.startswith("-") or {"--help", "-h", "--version"} & set(options):
        return False
    if command == "jielong":
        return any(option.split("=")[0] == "--compound" for option in options)
    if command == "check":
        return any(option.split("=")[0] == "--database" for option in options)
    return command not in WITHOUT_DATABASE | BY_ITSELF


@contextlib.contextmanager
def surroundings(argv: list[str]) -> Iterator[None]:
    """Within it the environment names a database that runs and has all migrations. Raises Trouble.

    Does nothing when the environment names one already, or for a command that needs none. The lease is not
    given back at the end: it ends with
    the process, after the last `atexit` function that might still want the database.
    """
    if os.environ.get("DATABASE_URL") or not needs_database(argv):
        yield
        return
    directory = data_dir()
    lease = Lease(directory)
    os.environ["DATABASE_URL"] = lease.acquire()
    if not os.environ.get("REDIS_URL") and (url := running_url(servers_dir(directory))):
        # `up` is running: its worker may as well begin at once with what this command orders.
        os.environ["REDIS_URL"] = url
    if not os.environ.get("PUBLIC_URL") and (public := noted_public_url(directory)):
        # Also what is printed by a command beside `make run LAN=1` must lead a phone to it.
        os.environ["PUBLIC_URL"] = public
    if argv[1] not in WITHOUT_MIGRATION:
        migrate_if_needed(lease.home)
    elif argv[1] == "migrate":
        (lease.home / "migrated").unlink(missing_ok=True)
    yield


def migrate_if_needed(home: Path) -> bool:
    """Applies pending migrations when the set of migration files differs from the one last applied (3 ms to see).

    Two commands at once: Django's own lock-free `migrate` is kept apart by a file lock. Whether anything had
    to be done.
    """
    import fcntl

    stamp, now = home / "migrated", fingerprint()
    with contextlib.suppress(OSError):
        if stamp.read_text() == now:
            return False
    try:
        with (home / "migrating").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            if stamp.exists() and stamp.read_text() == now:
                return False
            import django
            from django.core.management import call_command

            django.setup()
            call_command("migrate", verbosity=0, interactive=False, stdout=sys.stderr)
            stamp.write_text(now)
    except OSError as error:
        raise storage_trouble(stamp, error) from error
    return True


def fingerprint() -> str:
    """Names the set of migrations of our apps and of those we installed."""
    names = sorted(str(path.relative_to(BASE_DIR)) for path in BASE_DIR.glob("*/migrations/[0-9]*.py"))
    versions = [f"{name}=={importlib.metadata.version(name)}" for name in ("django", "django-axes")]
    return hashlib.sha256("\n".join(names + versions).encode()).hexdigest()
