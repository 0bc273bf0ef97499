"""`make bench`: runs each module of this folder in a process of its own and lets its lines through.

Every module prints one JSON object a line, `{"bench": name, "value": n, "unit": str, ...}`, and nothing else on
standard output. They find a fresh, durable PostgreSQL with all migrations in DATABASE_URL, and no Redis. Names given
as arguments select modules.
"""

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from compound.servers.lease import Lease
from compound.servers.paths import BASE_DIR, server_user

FOLDER = Path(__file__).parent


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
        environment = {**os.environ, "DATABASE_URL": lease.acquire(), "DJANGO_SETTINGS_MODULE": "compound.settings"}
        environment.pop("REDIS_URL", None)

        def run(*arguments: str) -> int:
            return subprocess.run([sys.executable, *arguments], cwd=BASE_DIR, env=environment, check=False).returncode

        if run("manage.py", "migrate", "--verbosity=0"):
            return 1
        failed = [name for name in modules if name in (names or modules) and run("-m", f"bench.{name}")]
    finally:
        lease.leave(10)
        shutil.rmtree(data_dir, ignore_errors=True)
    if failed:
        print(f"failed: {', '.join(failed)}", file=sys.stderr)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
