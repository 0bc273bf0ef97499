"""The compound of bench.gate_check: doors with passes, four gates with a phone each, a log of any size."""

from __future__ import annotations

import datetime as dt
import sys
import time
import uuid

from django.db import connection
from django.utils import timezone

from compound.models import Building, Compound, Gate, Household, Resident, Rulebook
from gate.models import Device, Pass
from gate.queries.devices import hash_of
from gate.services.tokens import pass_token, token_hash

HOUSEHOLDS, BUILDINGS = 6000, 57
TOKENS = [f"bench-{n}" for n in range(4)]
# Outings `first` to `last` of the past with their two checks: every household every second day, the latest first.
FILL = """
WITH n AS MATERIALIZED (
    SELECT n, d.*, uuidv7(out_at - now()) AS out_id, uuidv7(out_at - now() + interval '1 hour') AS in_id, day, out_at
    FROM generate_series(%(first)s, %(last)s) n
    JOIN bench_door d ON d.place = n %% %(doors)s
    CROSS JOIN LATERAL (SELECT %(until)s::timestamptz - n / %(doors)s * interval '2 days' AS day) x
    CROSS JOIN LATERAL (SELECT day + interval '6 hours' + n %% 600 * interval '1 minute' AS out_at) y
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
