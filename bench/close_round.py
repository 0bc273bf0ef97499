"""Closing a round of 1,760 households × 8 lines and making its sheets: closing, reading, drawing, keeping.

Reading, drawing and storing are timed apart and then together, as the worker does it: one process, the job's own code.
"""

from __future__ import annotations

import datetime as dt
import json
import resource
import time
from decimal import Decimal
from zoneinfo import ZoneInfo

import django

django.setup()

from django.db import transaction

from compound.models import Building, Compound, Household, Job, Sheet, User
from compound.services import jobs
from orders.models import Item, Offer, Order, OrderLine, Round, Section, SupplyPoint
from orders.queries.sheet_rows import sheets_of
from orders.queries.sheets import round_snapshot
from orders.services import rounds

HOUSEHOLDS, LINES, BUILDINGS = 1760, 8, 57
NOON = dt.datetime(2022, 8, 23, 12, 0, tzinfo=ZoneInfo("Asia/Shanghai"))
SECTIONS = ("蔬菜", "水果", "肉禽蛋", "粮油", "奶品", "日用")
GOODS = (
    "青菜 斤",
    "番茄 斤",
    "土豆 斤",
    "鸡蛋 板",
    "五花肉 斤",
    "大米 袋",
    "纯牛奶 箱",
    "卷纸 提",
    "香蕉 斤",
    "酱油 瓶",
)


def emit(name: str, value: float, unit: str, **more: object) -> None:
    print(json.dumps({"bench": name, "value": round(value, 3), "unit": unit, **more}, ensure_ascii=False), flush=True)


@transaction.atomic
def fill() -> Round:
    compound = Compound.objects.create(code="bench", name="测试小区", created_at=NOON)
    person = User.objects.create_user("13000000000", "林涛")
    point = SupplyPoint.objects.create(compound=compound, name="惠民超市")
    made = Round.objects.create(
        compound=compound, supply_point=point, title="8月23日 12:00", opens_at=NOON - dt.timedelta(hours=18),
        cutoff_at=NOON, state_at=NOON,
    )  # fmt: skip
    items = []
    for place, words in enumerate(GOODS):
        name, unit = words.split()
        section, _ = Section.objects.get_or_create(
            supply_point=point, name=SECTIONS[place % 6], defaults={"position": place % 6}
        )
        items.append(Item.objects.create(supply_point=point, section=section, name=name, unit=unit))
        Offer.objects.create(round=made, item=items[-1], price=Decimal("9.90") if place % 3 else None)
    buildings = [Building.objects.create(compound=compound, name=str(n)) for n in range(1, BUILDINGS + 1)]
    doors = []
    for n in range(HOUSEHOLDS):
        floor, door = divmod(n // BUILDINGS, 4)
        household = Household(
            compound=compound, building=buildings[n % BUILDINGS], number=f"{floor + 1}0{door + 1}", head_count=3
        )
        household.name_room()
        doors.append(household)
    Household.objects.bulk_create(doors)
    orders = Order.objects.bulk_create(
        Order(
            round=made, household=door, channel="phone", entered_at=NOON, entered_by=person,
            remark="" if n % 5 else "放门口就行，不用敲门",
        )
        for n, door in enumerate(doors)
    )  # fmt: skip
    OrderLine.objects.bulk_create(
        [
            OrderLine(
                order=order, position=place, item=(item := items[(n + place) % len(items)]), goods=item.name,
                unit=item.unit, ordered=1 + (n + place) % 3,
            )
            for n, order in enumerate(orders)
            for place in range(LINES)
        ],
        batch_size=2000,
    )  # fmt: skip
    return made


def main() -> None:
    made = fill()
    size = {"households": HOUSEHOLDS, "lines": HOUSEHOLDS * LINES}
    start = time.perf_counter()
    rounds.close_due_rounds(NOON)
    closed = time.perf_counter()
    emit("close_round", closed - start, "s", **size)
    snapshot = round_snapshot(made)
    read = time.perf_counter()
    rows = sheets_of(snapshot)
    built = time.perf_counter()
    emit("sheets_query", read - closed, "s", **size)
    emit("sheets_rows", built - read, "s", sheets=len(rows))
    del snapshot, rows
    start = time.perf_counter()
    state = jobs.run_job(job_id=Job.objects.values_list("pk", flat=True).get())
    done = time.perf_counter()
    assert state == "done", Job.objects.get().error
    pages = sum(Sheet.objects.values_list("pages", flat=True))
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    emit("close_round_and_make_sheets", done - start, "s", sheets=Sheet.objects.count(), pages=pages,
         peak_rss_mb=memory)  # fmt: skip


if __name__ == "__main__":
    main()
