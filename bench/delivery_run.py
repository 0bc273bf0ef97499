"""The run page, the list of runs and the proposal for 1,760 households, as the coordinator's browser asks for them.

In one process with all of the middleware and compression; without network and gunicorn. 57 buildings without lifts,
eight
stations, two e-tricycles, eight runners; one bag a household, three lines an order.
"""

from __future__ import annotations

import datetime as dt
import json
import logging
import statistics
import time
from decimal import Decimal
from typing import Any

import django

django.setup()

from django.db import connection, transaction
from django.test import Client
from django.utils import timezone

from compound.models import Building, Compound, Household, Membership, Role, User
from orders.models import Batch, Order, OrderLine, Round, StationBuilding, SupplyPoint, TransitStation, Vehicle
from orders.services.runs import plan_run, send_run

HOUSEHOLDS, BUILDINGS, STATIONS, RUNNERS, ROUNDS = 1760, 57, 8, 8, 15
GOODS = (("鸡蛋", "板"), ("青菜", "斤"), ("牛奶", "箱"))


@transaction.atomic
def fill(now: dt.datetime) -> tuple[Compound, User, list[User]]:
    of = Compound.objects.create(code="bench-run", name="测试小区", created_at=now)
    chief = User.objects.create_user("13900000000", "林涛", None)
    Membership.objects.create(user=chief, compound=of, role=Role.COORDINATOR)
    people = [User(phone=f"1390000{n:04}", name=f"跑腿员{n}", password="!") for n in range(1, RUNNERS + 1)]
    User.objects.bulk_create(people)
    Membership.objects.bulk_create(Membership(user=one, compound=of, role=Role.VOLUNTEER) for one in people)
    buildings = [
        Building.objects.create(compound=of, name=str(n + 1), floors=6, has_lift=False) for n in range(BUILDINGS)
    ]
    stations = [TransitStation.objects.create(compound=of, name=f"{n}号站", position=n) for n in range(1, STATIONS + 1)]
    for n, building in enumerate(buildings):
        StationBuilding.objects.create(station=stations[n * STATIONS // BUILDINGS], building=building)
    for n in (1, 2):
        Vehicle.objects.create(compound=of, name=f"{n}号三轮车", capacity=60)
    doors = []
    for n in range(HOUSEHOLDS):
        place, building = n // BUILDINGS, buildings[n % BUILDINGS]
        door = Household(compound=of, building=building, number=f"{place // 6 + 1}0{place % 6 + 1}", head_count=3)
        door.name_room()
        doors.append(door)
    Household.objects.bulk_create(doors)
    point = SupplyPoint.objects.create(compound=of, name="惠民超市")
    round = Round.objects.create(
        compound=of, supply_point=point, title="今天 12:00", opens_at=now - dt.timedelta(hours=20),
        cutoff_at=now - dt.timedelta(hours=3), closed_at=now, state_at=now, state=Round.State.DELIVERING,
    )  # fmt: skip
    orders = Order.objects.bulk_create(
        Order(round=round, household=door, channel=Order.Channel.DESK, entered_at=now, entered_by=chief)
        for door in doors
    )
    OrderLine.objects.bulk_create(
        OrderLine(order=order, position=n, goods=goods, unit=unit, ordered=Decimal(n + 1))
        for order in orders
        for n, (goods, unit) in enumerate(GOODS)
    )
    return of, chief, people


def main() -> None:
    # Without Redis each request says once that it was not counted.
    logging.getLogger("compound.throttle").setLevel(logging.ERROR)
    now = timezone.now()
    compound, chief, people = fill(now)
    with connection.cursor() as sql:
        sql.execute("ANALYZE")
    client = Client(headers={"Accept-Encoding": "gzip"}, SERVER_NAME="localhost")
    client.force_login(chief, backend="django.contrib.auth.backends.ModelBackend")

    def ask(path: str) -> tuple[float, int]:
        start = time.perf_counter()
        response = client.get(f"/c/bench-run/runs/{path}")
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
        print(json.dumps({**answer, "best": round(times[0], 1), "worst": round(times[-1], 1), "cpu_ms": round(cpu, 1),
                          "kB": round(size / 1000), **more}), flush=True)  # fmt: skip

    measure("delivery_runs_waiting", "", target=200, target_queries=15, households=HOUSEHOLDS)
    start = time.perf_counter()
    batch, _left = plan_run(
        compound=compound, leaves_at=now, runners=people, by=chief, at=now, reason="bench at any hour of the night"
    )
    took = (time.perf_counter() - start) * 1000
    trips = batch.trips.count()
    print(json.dumps({"bench": "delivery_run_planned", "value": round(took), "unit": "ms", "households": HOUSEHOLDS,
                      "trips": trips}), flush=True)  # fmt: skip
    measure("delivery_run_page", f"{batch.pk}/", target=200, target_queries=15, households=HOUSEHOLDS, trips=trips)
    send_run(batch=Batch.objects.get(pk=batch.pk), by=chief, at=now)
    measure("delivery_run_page_out", f"{batch.pk}/", target=200, target_queries=15, households=HOUSEHOLDS, trips=trips)
    measure("delivery_run_count_page", f"{batch.pk}/count/", target=200, target_queries=15, places=BUILDINGS)


if __name__ == "__main__":
    main()
