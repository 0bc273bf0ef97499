"""Import of a list of 1,760 households in 57 buildings: reading, planning, writing; then the same list again.

`python -m bench.household_import [--households N]` prints one JSON object a line. It uses a pair of servers and a
database of its own and leaves nothing behind.
"""

from __future__ import annotations

import argparse
import datetime as dt
import io
import json
import os
import time

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.settings")

import django

django.setup()

import openpyxl
from django.test.utils import setup_databases, teardown_databases

from compound.household_list import load
from compound.models import Compound
from compound.services.household_import import Plan, apply_import, plan_import

AT = dt.datetime(2022, 8, 23, 11, 0, tzinfo=dt.UTC)
TAGS = ("", "", "", "独居老人、行动不便", "", "", "婴幼儿", "", "慢性病", "", "")
STATES = ("常住", "租户", "常住", "返乡", "常住")


def spreadsheet(households: int = 1760, buildings: int = 57) -> bytes:
    """A list with title, totals, mixed room forms and buildings left out, always the same."""
    book = openpyxl.Workbook()
    sheet = book.worksheets[0]
    sheet.append(["幸福里小区住户信息登记表"])
    sheet.merge_cells("A1:J1")
    sheet.append([])
    sheet.append(["序号", "楼栋", "单元", "房号", "户主", "联系电话", "常住人数", "特殊人群", "居住状态", "备注"])
    each, more = divmod(households, buildings)
    number = 0
    for building in range(1, buildings + 1):
        for door in range(each + (building <= more)):
            number += 1
            room = 100 * (1 + door // 4) + 1 + door % 2
            unit = 1 + door // 2 % 2
            named = (f"{building}栋", building, None, f"{building}#")[door % 4]
            written = (room, f"{room}室", str(room))[door % 3]
            empty = number % 13 == 0
            sheet.append(
                [
                    number,
                    named,
                    f"{unit}单元",
                    written,
                    None if empty else f"住户{number}",
                    None if empty else f"1300000{number:04d}",
                    0 if empty else (1 + number % 5 if number % 7 else f"{1 + number % 5}人"),
                    None if empty else TAGS[number % 11],
                    "空户" if empty else STATES[number % 5],
                    "养狗" if number % 9 == 0 else None,
                ]
            )
        sheet.append(["小计", None, None, None, None, None, each])
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def say(bench: str, started: float, **facts: object) -> None:
    value = round(time.perf_counter() - started, 3)
    print(json.dumps({"bench": bench, "value": value, "unit": "s", **facts}), flush=True)


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--households", type=int, default=1760)
    households = parser.parse_args().households
    data = spreadsheet(households)
    databases = setup_databases(verbosity=0, interactive=False)
    try:
        compound = Compound.objects.create(code="bench", name="Bench", created_at=AT)
        started = time.perf_counter()
        plan = imported(compound, data)
        say(f"import_{households}_households", started, new=len(plan.new), errors=len(plan.errors))
        started = time.perf_counter()
        plan = imported(compound, data)
        say(f"import_{households}_households_again", started, new=len(plan.new), same=len(plan.same))
    finally:
        teardown_databases(databases, verbosity=0)


def imported(compound: Compound, data: bytes) -> Plan:
    plan = plan_import(compound=compound, book=load(data), name="bench.xlsx")
    apply_import(plan=plan, by=None, at=AT)
    return plan


if __name__ == "__main__":
    main()
