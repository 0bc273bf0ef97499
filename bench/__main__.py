"""`make bench`: runs each module of this folder in a process of its own and lets its lines through.

Every module prints one JSON object a line, `{"bench": name, "value": n, "unit": str, ...}`, and nothing else on
standard output. Each finds a fresh database with all migrations in DATABASE_URL, of a durable PostgreSQL, and no Redis.
Names given as arguments select modules.
"""

import contextlib
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import environ
import psycopg2  # type: ignore[import-untyped]

from compound.servers.lease import Lease
from compound.servers.paths import BASE_DIR, server_user

FOLDER = Path(__file__).parent


@contextlib.contextmanager
def fresh_database(made: str, name: str) -> Iterator[str]:
    """The address of a copy of the database at `made`, gone afterwards: no bench meets what another one has left."""
    settings = environ.Env.db_url_config(made)
    login = {"user": settings["USER"], "password": settings["PASSWORD"], "host": settings["HOST"] or None}
    admin = psycopg2.connect(dbname="postgres", port=settings["PORT"] or None, **login)
    admin.autocommit = True
    with admin.cursor() as cursor:
        cursor.execute(f"CREATE DATABASE bench_{name} TEMPLATE {settings['NAME']}")
        yield f"{made.rpartition('/')[0]}/bench_{name}"
        cursor.execute(f"DROP DATABASE bench_{name} WITH (FORCE)")
    admin.close()


def main(names: list[str]) -> int:
    modules = sorted(path.stem for path in FOLDER.glob("*.py") if not path.stem.startswith("_"))
    unknown = set(names) - set(modules)
    if unknown:
        sys.exit(f"no such bench: {', '.join(sorted(unknown))} (there are: {', '.join(modules)})")
    data_dir = Path(tempfile.mkdtemp(prefix="shouwang-bench-"))
    data_dir.chmod(0o711 if server_user() else 0o700)
    os.environ["DATA_DIR"] = str(data_dir)
    lease = Lease(data_dir)
    try:
        made = lease.acquire()
        environment = {**os.environ, "DATABASE_URL": made, "DJANGO_SETTINGS_MODULE": "compound.settings"}
        environment.pop("REDIS_URL", None)

        def run(*arguments: str) -> int:
            return subprocess.run([sys.executable, *arguments], cwd=BASE_DIR, env=environment, check=False).returncode

        if run("manage.py", "migrate", "--verbosity=0"):
            return 1
        failed = []
        for name in modules:
            if name in (names or modules):
                with fresh_database(made, name) as environment["DATABASE_URL"]:
                    if run("-m", f"bench.{name}"):
                        failed.append(name)
    finally:
        lease.leave(10)
        shutil.rmtree(data_dir, ignore_errors=True)
    if failed:
        print(f"failed: {', '.join(failed)}", file=sys.stderr)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
