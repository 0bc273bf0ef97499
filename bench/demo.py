"""The demo compound of 1,760 households with the sheets of its last round, as somebody types the command.

`make bench ARGS=demo`. It replaces the compound `demo` of the database in DATABASE_URL, so it asks for one to be named.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time

from compound.servers.paths import BASE_DIR

HOUSEHOLDS = 1760


def main() -> None:
    if not os.environ.get("DATABASE_URL"):
        sys.exit("run it as: python -m bench demo")
    command = [sys.executable, "manage.py", "demo", f"--households={HOUSEHOLDS}", "--date=2022-08-23"]
    start = time.perf_counter()
    done = subprocess.run(command, cwd=BASE_DIR, check=True, stdout=subprocess.PIPE, text=True)
    seconds = time.perf_counter() - start
    answer = json.loads(done.stdout)
    facts = {key: answer[key] for key in ("households", "people", "orders", "sheets")}
    print(json.dumps({"bench": f"demo_{HOUSEHOLDS}", "value": round(seconds, 2), "unit": "s", **facts}))


if __name__ == "__main__":
    main()
