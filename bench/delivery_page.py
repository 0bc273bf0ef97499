"""Doors of a compound of 1,760 households that have all ordered: the page of its largest building, and a runner's trip.

In one process with all of the middleware and compression; without network and gunicorn. The building has 34 floors with
four doors each; the trip is a runner's 30 bags out of it. A third of the doors has its word already.
"""

from __future__ import annotations

import datetime as dt
import json
import logging
import statistics
import time
from typing import Any

import django

django.setup()

from django.db import connection, transaction
from django.test import Client
from django.utils import timezone

from compound.models import Building, Compound, Household, Membership, Role, User
from orders.models import Batch, DoorMark, Order, OrderLine, Round, Stop, SupplyPoint, Trip

HOUSEHOLDS, FLOORS, DOORS, BAGS, ROUNDS = 1760, 34, 4, 30, 20
GOODS = (("鸡蛋", "板"), ("土豆", "斤"), ("盐", "包"))


@transaction.atomic
def fill(now: dt.datetime) -> tuple[User, Round, Trip]:
    of = Compound.objects.create(code="bench-doors", name="测试小区", created_at=now)
    runner = User.objects.create_user("13900000000", "冯磊", None)
    Membership.objects.create(user=runner, compound=of, role=Role.VOLUNTEER)
    left, number = HOUSEHOLDS, 0
    while left:
        number += 1
        count = min(left, FLOORS * DOORS if number == 1 else 28)
        building = Building.objects.create(compound=of, name=str(number))
        for place in range(count):
            room = f"{place // DOORS + 1}{place % DOORS + 1:02}"
            Household.objects.create(compound=of, building=building, number=room, head_count=2)
        left -= count
    point = SupplyPoint.objects.create(compound=of, name="惠民超市")
    round = Round.objects.create(
        compound=of, supply_point=point, title="团购", opens_at=now - dt.timedelta(days=1),
        cutoff_at=now - dt.timedelta(hours=4), state="delivering", state_at=now, closed_at=now,
    )  # fmt: skip
    doors = list(of.households.order_by("sort_key"))
    orders = Order.objects.bulk_create(
        Order(round=round, household=door, channel="desk", entered_at=now, entered_by=runner, remark="放门口")
        for door in doors
    )
    OrderLine.objects.bulk_create(
        OrderLine(order=order, position=place, goods=goods, unit=unit, ordered=2)
        for order in orders
        for place, (goods, unit) in enumerate(GOODS)
    )
    batch = Batch.objects.create(compound=of, leaves_at=now, number=1, day=of.day_of(now), state="out", state_at=now)
    trip = Trip.objects.create(batch=batch, position=1, runner=runner)
    first = [door for door in doors if door.building.name == "1"]
    Stop.objects.bulk_create(Stop(trip=trip, round=round, household=door) for door in first[:BAGS])
    said = first[::3]
    DoorMark.objects.bulk_create(
        DoorMark(round=round, household=door, outcome="nobody_home", source="phone", by=runner, at=now, received_at=now)
        for door in said
    )
    OrderLine.objects.filter(order__household__in=said).update(
        outcome="nobody_home", delivered=0, outcome_at=now, outcome_by=runner
    )
    return runner, round, trip


def main() -> None:
    # Without Redis each request says once that it was not counted.
    logging.getLogger("compound.throttle").setLevel(logging.ERROR)
    runner, made, trip = fill(timezone.now())
    with connection.cursor() as sql:
        sql.execute("ANALYZE")
    client = Client(headers={"Accept-Encoding": "gzip"}, SERVER_NAME="localhost")
    client.force_login(runner, backend="django.contrib.auth.backends.ModelBackend")

    def ask(path: str) -> tuple[float, int]:
        start = time.perf_counter()
        response = client.get(f"/c/bench-doors/{path}")
        took = (time.perf_counter() - start) * 1000
        assert response.status_code == 200, response.status_code
        return took, len(response.content)

    def measure(name: str, path: str, **more: object) -> None:
        ask(path)
        queries: list[str] = []

        def note(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
            queries.append(sql)
            return execute(sql, params, many, context)

        with connection.execute_wrapper(note):
            _took, size = ask(path)
        before = time.process_time()
        times = sorted(ask(path)[0] for _ in range(ROUNDS))
        cpu = (time.process_time() - before) * 1000 / ROUNDS
        answer = {"bench": name, "value": round(statistics.median(times), 1), "unit": "ms", "queries": len(queries)}
        print(json.dumps({**answer, "target": 200, "target_queries": 15, "best": round(times[0], 1),
                          "worst": round(times[-1], 1),
                           "cpu_ms": round(cpu, 1), "kB": round(size / 1000), **more}), flush=True)  # fmt: skip

    measure(
        "delivery_page_of_largest_building",
        f"rounds/{made.pk}/delivery/1/",
        doors=FLOORS * DOORS,
        households=HOUSEHOLDS,
    )
    measure("delivery_trip", f"carrying/{trip.pk}/", doors=BAGS, households=HOUSEHOLDS)
    measure("delivery_carrying", "carrying/", households=HOUSEHOLDS)


if __name__ == "__main__":
    main()
