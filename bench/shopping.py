"""The shopper's page of a round with 1,760 households' orders, as a phone asks for it, and one act of a shopper.

In one process with all of the middleware and compression; without network and gunicorn. 60 goods in 8 sections, three
lines an order, every fifth household with a wish of its own, half of the goods bought by two shoppers.
"""

from __future__ import annotations

import datetime as dt
import json
import logging
import statistics
import time
import uuid
from decimal import Decimal
from typing import Any

import django

django.setup()

from django.db import connection, transaction
from django.test import Client
from django.utils import timezone

from compound.access import standing_of
from compound.models import Building, Compound, Household, Membership, Role, User
from orders.events import phone_act, take_act
from orders.models import Item, Offer, Order, OrderLine, Round, RoundGood, Section, SubstituteWish, SupplyPoint
from orders.services.round_goods import list_goods

HOUSEHOLDS, BUILDINGS, GOODS, SECTIONS, ROUNDS = 1760, 57, 60, 8, 15


@transaction.atomic
def fill(now: dt.datetime) -> tuple[Round, User, User]:
    of = Compound.objects.create(code="bench-shop", name="测试小区", created_at=now)
    luo = User.objects.create_user("13900000000", "罗强", None)
    feng = User.objects.create_user("13900000001", "冯磊", None)
    Membership.objects.create(user=luo, compound=of, role=Role.SUPPLY)
    Membership.objects.create(user=feng, compound=of, role=Role.VOLUNTEER)
    buildings = [Building.objects.create(compound=of, name=str(n + 1)) for n in range(BUILDINGS)]
    doors = []
    for n in range(HOUSEHOLDS):
        place = n // BUILDINGS
        door = Household(compound=of, building=buildings[n % BUILDINGS], number=f"{place // 4 + 1}0{place % 4 + 1}",
                         head_count=3)  # fmt: skip
        door.name_room()
        doors.append(door)
    Household.objects.bulk_create(doors)
    SubstituteWish.objects.bulk_create(
        SubstituteWish(household=door, wish=SubstituteWish.Wish.values[n % 3], set_at=now, set_by=luo)
        for n, door in enumerate(doors[::5])
    )
    point = SupplyPoint.objects.create(compound=of, name="惠民超市")
    sections = [Section.objects.create(supply_point=point, name=f"{n}号货架", position=n) for n in range(SECTIONS)]
    items = [
        Item.objects.create(supply_point=point, section=sections[n % SECTIONS], name=f"商品{n}", unit="份")
        for n in range(GOODS)
    ]
    round = Round.objects.create(
        compound=of, supply_point=point, title="今天 12:00", opens_at=now - dt.timedelta(hours=20),
        cutoff_at=now - dt.timedelta(hours=3), closed_at=now, state_at=now, state=Round.State.SHOPPING,
    )  # fmt: skip
    Offer.objects.bulk_create(
        Offer(round=round, item=item, price=Decimal(5), position=n) for n, item in enumerate(items)
    )
    orders = Order.objects.bulk_create(
        Order(round=round, household=door, channel=Order.Channel.DESK, entered_at=now, entered_by=luo) for door in doors
    )
    OrderLine.objects.bulk_create(
        OrderLine(order=order, position=k, item=items[(n + 20 * k) % GOODS], goods=items[(n + 20 * k) % GOODS].name,
                  unit="份", ordered=Decimal(k + 1))
        for n, order in enumerate(orders)
        for k in range(3)
    )  # fmt: skip
    list_goods(round)
    return round, luo, feng


def buy(by: User, good: RoundGood, quantity: str, now: dt.datetime) -> None:
    standing = standing_of(by, "bench-shop")
    assert standing is not None
    body = {"good": str(good.pk), "did": "bought", "quantity": quantity}
    act = phone_act(
        id=uuid.uuid4(), standing=standing, kind="purchase", at=now, clock_offset_ms=0, received_at=now, body=body
    )
    take_act(act)


def main() -> None:
    # Without Redis each request says once that it was not counted.
    logging.getLogger("compound.throttle").setLevel(logging.ERROR)
    now = timezone.now()
    round, luo, feng = fill(now)
    goods = list(RoundGood.objects.filter(round=round))
    for n, good in enumerate(goods[::2]):
        buy((luo, feng)[n % 2], good, "40", now)
    with connection.cursor() as sql:
        sql.execute("ANALYZE")
    client = Client(headers={"Accept-Encoding": "gzip"}, SERVER_NAME="localhost")
    client.force_login(luo, backend="django.contrib.auth.backends.ModelBackend")

    def ask(path: str) -> tuple[float, int]:
        start = time.perf_counter()
        response = client.get(f"/c/bench-shop/{path}")
        took = (time.perf_counter() - start) * 1000
        assert response.status_code == 200, response.status_code
        return took, len(response.content)

    def measure(name: str, path: str) -> None:
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
        answer = {"bench": name, "value": round_(statistics.median(times)), "unit": "ms", "queries": len(queries)}
        print(json.dumps({**answer, "best": round_(times[0]), "worst": round_(times[-1]), "cpu_ms": round_(cpu),
                          "kB": size // 1000, "target": 200, "target_queries": 15, "households": HOUSEHOLDS,
                          "goods": GOODS}), flush=True)  # fmt: skip

    measure("shopping_lists", "shopping/")
    measure("shopping_page", f"rounds/{round.pk}/shopping/")
    measure("receipts_page", f"rounds/{round.pk}/receipts/")
    times = []
    for good in goods:
        start = time.perf_counter()
        buy(feng, good, "1", now)
        times.append((time.perf_counter() - start) * 1000)
    print(json.dumps({"bench": "purchase_taken", "value": round_(statistics.median(times)), "unit": "ms",
                      "acts": len(times)}), flush=True)  # fmt: skip


def round_(value: float) -> float:
    return float(f"{value:.1f}")


if __name__ == "__main__":
    main()
