"""A check at the gate against the real server: gunicorn with 2 workers of 4 threads, as `manage.py up` runs it.

`gate_check_p50`: one client, one check after the other. `gate_check_rate` and `gate_check_p99`: eight clients at once.
Both again with 5,000,000 checks in the log, and the ratio. Exits and returns by pass, each household once in its
window, so that every exit writes an outing and a check, every return a return and a check.
"""

from __future__ import annotations

import datetime as dt
import http.client
import json
import os
import signal
import subprocess
import sys
import threading
import time
import uuid
from pathlib import Path

import django

django.setup()

from django.conf import settings
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from compound.models import Building, Compound, Gate, Household, Resident, Rulebook
from compound.servers.postgres import free_port, wait_until
from compound.servers.valkey import Valkey
from gate.models import Device, Pass
from gate.queries.devices import hash_of
from gate.services.tokens import pass_token, token_hash

HOUSEHOLDS, BUILDINGS = 6000, 57
ONE_CLIENT, CLIENTS, EACH = 300, 8, 300
SMALL, LARGE = 10_000, 5_000_000
TOKENS = [f"bench-{n}" for n in range(4)]
# Outings `first` to `last` of the past with their two checks: every household every second day, the latest first.
FILL = """
WITH n AS MATERIALIZED (
    SELECT n, d.*, gen_random_uuid() AS out_id, gen_random_uuid() AS in_id, day,
        day + interval '6 hours' + n %% 600 * interval '1 minute' AS out_at
    FROM generate_series(%(first)s, %(last)s) n
    JOIN bench_door d ON d.place = n %% %(doors)s
    CROSS JOIN LATERAL (SELECT %(until)s::timestamptz - n / %(doors)s * interval '2 days' AS day) x
), logged AS (
    INSERT INTO gate_check (
        id, compound_id, gate_id, device_id, source, action, direction, kind, household_id, gate_pass_id, shown,
        event_at, device_at, clock_offset_ms, received_at, decided_offline, verdict, amber, reasons, conflict,
        rulebook_id, temperature, method, override, reason, said_room,
        said_surname
    )
    SELECT id, %(compound)s, (%(gates)s)[1 + n %% 4], (%(devices)s::uuid[])[1 + n %% 4], 'phone', 'check', direction,
        'household', door, card, room, moment, moment, 0, moment, false, 'allow', false, '[]', false, %(rules)s, 36.5,
        '', '', '', room, '周'
    FROM n CROSS JOIN LATERAL (
        VALUES (out_id, 'out', out_at), (in_id, 'in', out_at + interval '1 hour')
    ) passage (id, direction, moment)
)
INSERT INTO gate_outing (
    compound_id, household_id, gate_pass_id, kind, is_exempt, check_out_id, out_at, forfeit, slot, period, back_at,
    check_in_id, released_why
)
SELECT %(compound)s, door, card, 'household', false, out_id, out_at, false, 1,
    tstzrange(day, day + interval '2 days'), out_at + interval '1 hour', in_id, ''
FROM n
"""
# What slows a bulk load down: foreign keys, the exclusion constraint, indexes of no constraint.
LOOSE = """
SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid) FROM pg_constraint
WHERE conrelid IN ('gate_check'::regclass, 'gate_outing'::regclass) AND contype IN ('f', 'x')
"""
LOOSE_INDEXES = """
SELECT indexrelid::regclass::text, pg_get_indexdef(indexrelid) FROM pg_index
WHERE indrelid IN ('gate_check'::regclass, 'gate_outing'::regclass) AND NOT indisunique AND NOT indisexclusion
"""


def emit(name: str, value: float, unit: str, **more: object) -> None:
    print(json.dumps({"bench": name, "value": round(value, 3), "unit": unit, **more}, ensure_ascii=False), flush=True)


def note(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


class Place:
    """A compound of doors with passes, four gates with a phone each."""

    def __init__(self) -> None:
        now = timezone.now()
        self.compound = Compound.objects.create(code="bench", name="测试小区", created_at=now)
        self.rules = Rulebook.objects.create(
            compound=self.compound, notice="通告", starts_at=now - dt.timedelta(days=400), per_days=2,
            longest_minutes=120, overstay="forfeit", created_at=now - dt.timedelta(days=400),
        )  # fmt: skip
        self.gates = [Gate.objects.create(compound=self.compound, name=n) for n in ("东门", "南门", "西门", "北门")]
        self.devices = [
            Device.objects.create(
                compound=self.compound, gate=gate, token_hash=hash_of(token), bound_at=now, issued_at=now,
                ends_at=now + dt.timedelta(hours=12),
            )
            for gate, token in zip(self.gates, TOKENS, strict=True)
        ]  # fmt: skip
        buildings = [Building.objects.create(compound=self.compound, name=str(n)) for n in range(1, BUILDINGS + 1)]
        doors = []
        for n in range(HOUSEHOLDS):
            floor, number = divmod(n // BUILDINGS, 4)
            door = Household(
                compound=self.compound,
                building=buildings[n % BUILDINGS],
                number=f"{floor + 1}0{number + 1}",
                head_count=3,
            )
            door.name_room()
            doors.append(door)
        Household.objects.bulk_create(doors)
        Resident.objects.bulk_create(Resident(household=door, name="周旻", is_contact=True) for door in doors)
        keys = [uuid.uuid4() for _ in doors]
        Pass.objects.bulk_create(
            Pass(id=key, compound=self.compound, household=door, kind="household", issued_at=now,
                 token_hash=token_hash(pass_token(key)))
            for key, door in zip(keys, doors, strict=True)
        )  # fmt: skip
        self.tokens = [pass_token(key) for key in keys]
        self.used = 0
        with connection.cursor() as cursor:
            cursor.execute(
                "CREATE TABLE bench_door AS "
                "SELECT row_number() OVER (ORDER BY h.id) - 1 AS place, h.id AS door, h.room, p.id AS card "
                "FROM compound_household h JOIN gate_pass p ON p.household_id = h.id"
            )
            cursor.execute("CREATE UNIQUE INDEX ON bench_door (place)")
            cursor.execute("ANALYZE")

    def fill(self, first: int, last: int) -> None:
        """The log from its check `first` to its check `last`, as it would be."""
        began = time.perf_counter()
        today = timezone.localtime().replace(hour=0, minute=0, second=0, microsecond=0)
        values = {
            "compound": self.compound.pk, "gates": [g.pk for g in self.gates], "rules": self.rules.pk,
            "devices": [d.pk for d in self.devices], "until": today - dt.timedelta(days=30), "doors": HOUSEHOLDS,
        }  # fmt: skip
        with connection.cursor() as cursor:
            cursor.execute(LOOSE)
            constraints = cursor.fetchall()
            cursor.execute(LOOSE_INDEXES)
            indexes = cursor.fetchall()
            cursor.execute("SET synchronous_commit = off; SET maintenance_work_mem = '256MB'")
            for table, name, _definition in constraints:
                cursor.execute(f"ALTER TABLE {table} DROP CONSTRAINT {name}")
            for name, _definition in indexes:
                cursor.execute(f"DROP INDEX {name}")
            cursor.execute("ALTER TABLE gate_outing DISABLE TRIGGER USER")
            for at in range(first // 2, last // 2, 100_000):
                cursor.execute(FILL, values | {"first": at, "last": min(at + 100_000, last // 2) - 1})
            note(f"{last} checks after {time.perf_counter() - began:.0f} s")
            for _name, definition in indexes:
                cursor.execute(definition)
            for table, name, definition in constraints:
                valid = "" if definition.startswith("EXCLUDE") else " NOT VALID"
                cursor.execute(f"ALTER TABLE {table} ADD CONSTRAINT {name} {definition}{valid}")
            cursor.execute("ALTER TABLE gate_outing ENABLE TRIGGER USER")
            for statement in ("VACUUM (ANALYZE) gate_check", "VACUUM (ANALYZE) gate_outing"):
                cursor.execute(statement)
        connection.close()
        note(f"ready after {time.perf_counter() - began:.0f} s")

    def take(self, doors: int) -> list[str]:
        """Passes that were not used in this run."""
        taken = self.tokens[self.used : self.used + doors]
        self.used += doors
        assert len(taken) == doors
        return taken


class Server:
    """gunicorn with the project's own configuration, on a port of its own, and a Valkey beside it."""

    def __init__(self) -> None:
        folder = Path(settings.DATA_DIR) / "bench"
        folder.mkdir()
        self.valkey = Valkey(folder, free_port())
        self.cache = subprocess.Popen(self.valkey.command(), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        wait_until(self.valkey.is_ready, 10)
        self.port = free_port()
        self.log = (folder / "gunicorn.log").open("w")
        self.process = subprocess.Popen(
            [sys.executable, "-m", "gunicorn", "-c", "compound/gunicorn.py", "compound.wsgi:application"],
            env={**os.environ, "PORT": str(self.port), "REDIS_URL": self.valkey.url}, stdout=self.log, stderr=self.log,
        )  # fmt: skip
        assert wait_until(self.answers, 20)

    def answers(self) -> bool:
        try:
            self.connect().request("GET", "/healthz")
        except OSError:
            return False
        return True

    def connect(self) -> http.client.HTTPConnection:
        return http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)

    def stop(self) -> None:
        for process in (self.process, self.cache):
            process.send_signal(signal.SIGTERM)
            process.wait(10)
        self.log.close()


def ask(client: http.client.HTTPConnection, token: str, card: str, direction: str) -> float:
    """One check and its answer; seconds."""
    check = {
        "id": str(uuid.uuid4()), "at": timezone.now().isoformat(), "direction": direction, "pass": card,
        "clock_offset_ms": 0, "temperature": "36.5",
    }  # fmt: skip
    body = json.dumps({"checks": [check]})
    headers = {"Authorization": f"Device {token}", "Content-Type": "application/json"}
    began = time.perf_counter()
    client.request("POST", "/api/v1/gate/checks", body, headers)
    answer = client.getresponse()
    text = answer.read()
    took = time.perf_counter() - began
    assert answer.status == 200, text.decode()
    assert b'"verdict":"allow"' in text, text.decode()
    return took


def run(server: Server, place: Place, clients: int, each: int) -> tuple[list[float], float]:
    """Every client lets `each` / 2 people out and in again; their seconds, and how long it took altogether."""
    cards = place.take(clients * each // 2)
    took: list[list[float]] = [[] for _ in range(clients)]

    def work(number: int) -> None:
        client, token = server.connect(), TOKENS[number % len(TOKENS)]
        for card in cards[number::clients]:
            took[number] += [ask(client, token, card, "out"), ask(client, token, card, "in")]

    threads = [threading.Thread(target=work, args=[number]) for number in range(clients)]
    began = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    whole = time.perf_counter() - began
    done = sorted(second for seconds in took for second in seconds)
    assert len(done) == clients * each
    return done, whole


def measure(server: Server, place: Place, checks: int) -> dict[str, float]:
    run(server, place, CLIENTS, 40)
    one, _ = run(server, place, 1, ONE_CLIENT)
    many, whole = run(server, place, CLIENTS, EACH)
    found = {
        "p50": one[len(one) // 2] * 1000,
        "rate": len(many) / whole,
        "p99": many[len(many) * 99 // 100] * 1000,
    }
    load = round(os.getloadavg()[0], 1)
    emit("gate_check_p50", found["p50"], "ms", clients=1, checks=checks, load=load, target=7)
    emit("gate_check_rate", found["rate"], "checks/s", clients=CLIENTS, checks=checks, load=load, target=400)
    emit("gate_check_p99", found["p99"], "ms", clients=CLIENTS, checks=checks, load=load, target=60)
    return found


def count_statements(place: Place) -> int:
    """Of one exit, with its authentication and without BEGIN and COMMIT; two of them go in one message."""
    check = {"id": str(uuid.uuid4()), "at": timezone.now().isoformat(), "direction": "out", "pass": place.take(1)[0]}
    with CaptureQueriesContext(connection) as captured:
        answer = Client(SERVER_NAME="127.0.0.1", headers={"Authorization": f"Device {TOKENS[0]}"}).post(
            "/api/v1/gate/checks", json.dumps({"checks": [check]}), content_type="application/json"
        )
    assert answer.status_code == 200, answer.content
    return sum(max(1, query["sql"].count("EXECUTE ")) for query in captured if query["sql"] not in ("BEGIN", "COMMIT"))


def main() -> None:
    large = int(os.environ.get("BENCH_CHECKS") or LARGE)
    place = Place()
    emit("gate_check_statements", count_statements(place), "statements", target=6)
    place.fill(0, SMALL)
    server = Server()
    try:
        small = measure(server, place, SMALL)
        place.fill(SMALL, large)
        big = measure(server, place, large)
    finally:
        server.stop()
    for name in ("p50", "p99"):
        emit(f"gate_check_{name}_ratio", big[name] / small[name], "times", checks=[SMALL, large], target=1.2)
    emit("gate_check_rate_ratio", small["rate"] / big["rate"], "times", checks=[SMALL, large], target=1.2)


if __name__ == "__main__":
    main()
