"""The roll of 1,760 households as a gate phone fetches it: whole, and after 20 households changed.

In one process with all of the middleware, authentication and compression; without network and gunicorn. The passes'
hashes are most of the bytes: nothing compresses them.
"""

from __future__ import annotations

import datetime as dt
import json
import logging
import random
import statistics
import time
import uuid

import django

django.setup()

from django.db import connection, transaction
from django.db.backends.postgresql.psycopg_any import DateTimeTZRange
from django.test import Client
from django.utils import timezone

from compound.models import Building, Compound, Gate, Household, Resident, Rulebook
from gate.models import Check, Device, Outing, Pass
from gate.services.devices import issue_device
from gate.services.tokens import pass_token, token_hash

HOUSEHOLDS, BUILDINGS, ROUNDS = 1760, 57, 20
DAY = dt.timedelta(days=1)
NAMES = ("周旻", "王秀英", "李建国", "欧阳静", "张桂兰", "陈志强", "刘洋", "司马青", "赵敏", "黄丽")


def emit(name: str, value: float, unit: str, **more: object) -> None:
    print(json.dumps({"bench": name, "value": round(value, 2), "unit": unit, **more}, ensure_ascii=False), flush=True)


def card(of: Compound, door: Household | None, kind: str, now: dt.datetime, **more: object) -> Pass:
    key = uuid.uuid4()
    return Pass(
        id=key, compound=of, household=door, kind=kind, token_hash=token_hash(pass_token(key)), issued_at=now, **more
    )


@transaction.atomic
def fill(now: dt.datetime) -> tuple[Device, str]:
    """A pass for each household, a tenth with another one, 300 cars, and half of the households out lately."""
    draw = random.Random(1)
    of = Compound.objects.create(code="bench-roll", name="测试小区", created_at=now)
    gate = Gate.objects.create(compound=of, name="东门")
    device, token = issue_device(compound=of, gate=gate, ends_at=now + DAY, at=now)
    starts = now - 9 * DAY
    Rulebook.objects.create(compound=of, notice="通告", starts_at=starts, created_at=starts, longest_minutes=120)
    buildings = [Building.objects.create(compound=of, name=str(n)) for n in range(1, BUILDINGS + 1)]
    doors = []
    for n in range(HOUSEHOLDS):
        floor, door = divmod(n // BUILDINGS, 4)
        household = Household(compound=of, building=buildings[n % BUILDINGS], number=f"{floor + 1}0{door + 1}")
        household.name_room()
        doors.append(household)
    Household.objects.bulk_create(doors)
    Resident.objects.bulk_create(
        Resident(household=door, name=draw.choice(NAMES), is_contact=not place) for door in doors for place in range(3)
    )
    cards = [card(of, door, "household", starts) for door in doors]
    cards += [card(of, door, "essential", starts, valid_until=now + 30 * DAY) for door in draw.sample(doors, 176)]
    cards += [
        card(of, door, "vehicle", starts, plate=f"沪A{number:05}")
        for number, door in enumerate(draw.sample(doors, 300))
    ]
    Pass.objects.bulk_create(cards)
    checks, outings = [], []
    for own in draw.sample(cards[:HOUSEHOLDS], HOUSEHOLDS // 2):
        at = now - dt.timedelta(seconds=draw.uniform(600, 3 * 86_400))
        check = Check(
            id=uuid.uuid4(), compound=of, gate=gate, device=device, direction="out", kind="household",
            household=own.household, gate_pass=own, event_at=at, device_at=at, received_at=at, verdict="allow",
        )  # fmt: skip
        checks.append(check)
        back = at + dt.timedelta(seconds=draw.uniform(600, 9000))
        outings.append(
            Outing(
                compound=of, household=own.household, gate_pass=own, kind="household", check_out=check, out_at=at,
                due_at=at + dt.timedelta(hours=2), slot=1, period=DateTimeTZRange(at, at + 2 * DAY),
                back_at=back if back < now else None,
            )
        )  # fmt: skip
    Check.objects.bulk_create(checks)
    Outing.objects.bulk_create(outings)
    return device, token


def main() -> None:
    # Without Redis each request says once that it was not counted.
    logging.getLogger("compound.throttle").setLevel(logging.ERROR)
    _device, token = fill(timezone.now())
    with connection.cursor() as sql:
        sql.execute("ANALYZE")
    client = Client(headers={"Authorization": f"Device {token}", "Accept-Encoding": "gzip"}, SERVER_NAME="localhost")

    def ask(cursor: str) -> tuple[float, bytes]:
        start = time.perf_counter()
        response = client.get("/api/v1/gate/roll", {"cursor": cursor} if cursor else {})
        took = (time.perf_counter() - start) * 1000
        assert (response.status_code, response.headers["Content-Encoding"]) == (200, "gzip"), response.content[:300]
        return took, response.content

    def measure(name: str, cursor: str, **more: object) -> None:
        ask(cursor)
        runs = [ask(cursor) for _ in range(ROUNDS)]
        times = sorted(took for took, _body in runs)
        emit(f"{name}_ms", statistics.median(times), "ms", worst=round(times[-1], 1), target=100, **more)
        emit(f"{name}_bytes", len(runs[0][1]) / 1000, "kB", target=60, **more)

    plain = json.loads(Client(SERVER_NAME="localhost").get(
        "/api/v1/gate/roll", headers={"Authorization": f"Device {token}"}
    ).content)  # fmt: skip
    raw = len(json.dumps(plain, ensure_ascii=False, separators=(",", ":")).encode()) / 1000
    measure("gate_roll", "", households=HOUSEHOLDS, raw_kB=round(raw))
    doors = list(Household.objects.filter(compound__code="bench-roll").values_list("pk", flat=True)[:20])
    Household.objects.filter(pk__in=doors).update(remark="x")
    measure("gate_roll_changes", plain["cursor"], changed=len(doors))


if __name__ == "__main__":
    main()
