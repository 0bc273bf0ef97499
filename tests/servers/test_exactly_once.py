"""The cut-off under the worst of days, with real servers and real workers: each sheet once, no order lost.

One long story instead of four, because a start of everything costs seconds. The sweep comes every 3 s instead of
every 15 (quick_sweep.py), so that the story does not take minutes; each chapter is what it has to survive.
"""

import os
import signal
import time
from contextlib import closing
from pathlib import Path
from typing import Any

import psycopg2
from environ import Env

from compound.servers.paths import servers_dir
from compound.servers.postgres import Postgres, free_port
from tests.servers.running import manage, processes_of, running

# Runs inside `manage.py shell -c`: a compound with 300 doors.
SETUP = """
import datetime as dt
from django.utils import timezone
from tests import make
compound = make.compound(at=timezone.now())
by = make.member(compound)
for building in range(1, 13):
    for n in range(1, 26):
        make.household(compound, f"{building}-{n}01")
print("ready")
"""
# Rounds that are due now; each with an order of every third household.
ROUNDS = """
import datetime as dt
from django.utils import timezone
from compound.models import Compound, User
from orders.models import Order, OrderLine
from tests import make
now = timezone.now()
compound, by = Compound.objects.get(), User.objects.first()
for title in {titles!r}:
    round = make.round(
        compound, title, opens_at=now - dt.timedelta(hours=1), cutoff_at=now + dt.timedelta(seconds={after})
    )
    orders = Order.objects.bulk_create(
        Order(round=round, household=door, channel="phone", entered_at=now, entered_by=by)
        for door in compound.households.all()[::3]
    )
    OrderLine.objects.bulk_create(
        OrderLine(order=order, position=n, goods=goods, ordered=n + 1, unit="斤")
        for order in orders for n, goods in enumerate(("青菜", "鸡蛋", "大米", "番茄"))
    )
print("ready")
"""
# A round as the tables have it, read on a connection of our own: a `manage.py shell` each time would take seconds.
STATE = """
SELECT round.state,
  ARRAY(SELECT state FROM compound_job WHERE key = round.id::text ORDER BY state),
  ARRAY(SELECT attempts FROM compound_job WHERE key = round.id::text),
  ARRAY(SELECT concat_ws(' ', kind, NULLIF(part, ''), 'v' || version) FROM compound_sheet WHERE "group" = round.id),
  (SELECT jsonb_array_length(rows->'slips') FROM compound_sheet WHERE "group" = round.id AND kind = 'bag_slips'),
  (SELECT count(*) FROM orders_order WHERE round_id = round.id AND state = 'placed')
FROM orders_round round WHERE title = %s
"""
# The run of building 6 as somebody else would write it, who has not committed yet: whoever makes the same sheet waits
# at the unique constraint, with the sheets before it stored and its own file written and not committed.
IN_THE_WAY = """
INSERT INTO compound_sheet (id, compound_id, kind, "group", part, part_key, version, title, language, rows, rows_sha256,
  pages, file_id, made_at)
SELECT gen_random_uuid(), compound_id, 'delivery_run', id, '6', '', 1, '', '', '{}', '', 1, gen_random_uuid(), now()
FROM orders_round WHERE title = %s
"""
WAITING = "SELECT count(*) FROM pg_locks WHERE NOT granted AND locktype = 'transactionid'"
EACH_ONCE = sorted(
    ["bag_slips v1", "not_served v1", "shopping_list 惠民超市 v1", *(f"delivery_run {n} v1" for n in range(1, 13))]
)
PATIENCE = 90  # seconds


def shell(data_dir: Path, code: str) -> str:
    done = manage(data_dir, "shell", "--no-imports", "-c", code)
    assert done.returncode == 0, done.stderr
    return done.stdout


def connect(data_dir: Path) -> Any:
    found = Env.db_url_config(Postgres(servers_dir(data_dir)).url())
    return psycopg2.connect(
        dbname=found["NAME"],
        user=found["USER"],
        password=found["PASSWORD"],
        host=found["HOST"],
        port=found["PORT"] or None,
    )


def ask(data_dir: Path, sql: str, *values: Any) -> tuple[Any, ...]:
    with closing(connect(data_dir)) as connection, connection.cursor() as cursor:
        cursor.execute(sql, values)
        row: tuple[Any, ...] = cursor.fetchone()
        return row


def state(data_dir: Path, title: str) -> dict[str, Any]:
    names = ("state", "jobs", "attempts", "sheets", "rooms", "orders")
    found = dict(zip(names, ask(data_dir, STATE, title), strict=True))
    return {**found, "sheets": sorted(found["sheets"])}


def wait_until_made(data_dir: Path, title: str) -> dict[str, Any]:
    end = time.monotonic() + PATIENCE
    while (now := state(data_dir, title))["jobs"] != ["done"]:
        assert time.monotonic() < end, now
        time.sleep(0.2)
    return now


def expected(attempts: int = 1) -> dict[str, Any]:
    return {
        "state": "closed",
        "jobs": ["done"],
        "attempts": [attempts],
        "sheets": EACH_ONCE,
        "rooms": 100,
        "orders": 100,
    }


def hold_half_way(data_dir: Path, *titles: str) -> Any:
    """Adds rounds that are due in some seconds and lets the job of the last come as far as the run of building 6.

    Returns the connection that the job waits for. It stands there until this connection ends.
    """
    # The first sweep after that comes within 3 s; on a busy machine the shell takes some to end.
    shell(data_dir, ROUNDS.format(titles=titles, after=8))
    connection, title = connect(data_dir), titles[-1]
    with connection.cursor() as cursor:
        cursor.execute(IN_THE_WAY, [title])
    end = time.monotonic() + PATIENCE
    while ask(data_dir, WAITING) != (1,):
        assert time.monotonic() < end, state(data_dir, title)
        time.sleep(0.05)
    now = state(data_dir, title)
    assert (now["jobs"], now["attempts"], len(now["sheets"])) == (["running"], [1], 7)
    return connection


def workers(data_dir: Path) -> list[int]:
    return [pid for pid, command in processes_of(data_dir).items() if "celery" in command and " worker" in command]


def test_cutoffs_when_everything_dies_in_turn_leave_each_sheet_exactly_once(data_dir: Path) -> None:
    with running(data_dir, free_port(), DJANGO_SETTINGS_MODULE="tests.servers.quick_sweep") as up:
        up.wait_for("ready after", 180)
        assert up.wait_for_health()
        shell(data_dir, SETUP)

        # Two cut-offs in the same second, two worker processes; every one of them killed in the middle of the second
        # round's job, and the supervisor starts new ones.
        with closing(hold_half_way(data_dir, "noon", "noon too")):
            assert wait_until_made(data_dir, "noon") == expected()
            for pid in workers(data_dir):
                os.kill(pid, signal.SIGKILL)
        assert wait_until_made(data_dir, "noon too") == expected(attempts=2)

        # The broker stands still over the cut-off, and comes back.
        broker = up.pid_of("valkey")
        os.kill(broker, signal.SIGSTOP)
        shell(data_dir, ROUNDS.format(titles=["no broker"], after=1))
        time.sleep(5)  # longer than from one sweep to the next
        os.kill(broker, signal.SIGCONT)
        assert wait_until_made(data_dir, "no broker") == expected()

        # PostgreSQL is restarted under everybody, in the middle of a job.
        with closing(hold_half_way(data_dir, "no database")):
            os.kill(up.pid_of("bin/postgres -D"), signal.SIGQUIT)
            assert up.wait_for_health(40)
        assert wait_until_made(data_dir, "no database") == expected(attempts=2)

        counts = "SELECT (SELECT count(*) FROM compound_storedfile), (SELECT count(*) FROM compound_sheet)"
        assert ask(data_dir, counts) == (4 * len(EACH_ONCE), 4 * len(EACH_ONCE))

        assert up.stop(signal.SIGTERM) < 15
    assert processes_of(data_dir) == {}
