"""Rendering of a round's sheets, apart from querying.

`python -m bench.sheets [--households N] [--lines N] [--out DIR]` prints one JSON object a line.
Invented data, always the same.
"""

from __future__ import annotations

import argparse
import datetime as dt
import json
import os
import resource
import time
from decimal import Decimal
from pathlib import Path
from zoneinfo import ZoneInfo

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "compound.settings")

import django

django.setup()

from compound.paper.fonts import fonts
from orders.queries.sheet_rows import Door, Leftover, OrderedLine, Snapshot, Why, from_json, sheets_of, to_json
from orders.sheets import Stamp, draw

GOODS = (
    ("蔬菜", "青菜", "斤"),
    ("蔬菜", "番茄", "斤"),
    ("蔬菜", "土豆", "斤"),
    ("蔬菜", "黄瓜", "斤"),
    ("蔬菜", "上海青小青菜（嫩的）", "把"),
    ("水果", "香蕉", "斤"),
    ("水果", "苹果", "斤"),
    ("水果", "橙子", "个"),
    ("肉禽蛋", "鸡蛋", "板"),
    ("肉禽蛋", "五花肉", "斤"),
    ("肉禽蛋", "鸡腿", "盒"),
    ("粮油", "东北大米 10公斤装", "袋"),
    ("粮油", "菜籽油 5升", "桶"),
    ("粮油", "挂面", "包"),
    ("奶品", "纯牛奶 250ml*24盒", "箱"),
    ("奶品", "酸奶", "排"),
    ("日用", "卷纸", "提"),
    ("日用", "洗洁精", "瓶"),
    ("日用", "婴儿纸尿裤 L码 透气超薄型大包装 54片", "包"),
    ("日用", "84消毒液", "瓶"),
    ("", "老干妈风味豆豉", "瓶"),
    ("", "猫粮", "袋"),
    ("", "5号电池", "节"),
    ("", "口罩", "盒"),
)
REMARKS = ("", "", "", "放门口就行，不用敲门", "家里有老人，耳朵不好，请多敲几下门", "", "要软一点的", "")
NAMES = ("王喆", "李旻🌸", "堃堃妈", "陈玥", "𠮷祥如意", "", "三楼阿姨👵", "小陈☀️")


def snapshot(households: int = 1760, lines: int = 8, buildings: int = 57, seed: int = 0) -> Snapshot:
    """A round in which every household of a compound has ordered."""
    doors: list[Door] = []
    per_building = -(-households // buildings)
    for number in range(households):
        building, place = divmod(number, per_building)
        name = str(building + 1)
        floor, door = divmod(place, 4)
        doors.append(Door(f"{name}-{floor + 1}0{door + 1}", name, "", f"{floor + 1}0{door + 1}", floors=8))
    ordered = []
    for index, door in enumerate(doors):
        for position in range(lines):
            section, goods, unit = GOODS[(index * 5 + position * 7 + seed) % len(GOODS)]
            ordered.append(
                OrderedLine(
                    door.room, goods, goods, unit, Decimal(1 + (index + position) % 4), "永辉超市", section,
                    len(section), Decimal("12.50") if section else None, str(index),
                    REMARKS[(index + seed) % len(REMARKS)], NAMES[index % len(NAMES)],
                )
            )  # fmt: skip
    left = tuple(
        Leftover(door.room, "鸡蛋", "板", Decimal(1), "2022-08-21", "8月21日中午团", Why.NOBODY_HOME)
        for door in doors[::20]
    )
    return Snapshot(("永辉超市",), tuple(doors), tuple(ordered), left)


def stamp(number: int) -> Stamp:
    code = f"{number:010d}"
    made_at = dt.datetime(2022, 8, 23, 12, 0, 40, tzinfo=ZoneInfo("Asia/Shanghai"))
    return Stamp(
        "守望花园", "8月23日中午团", 1, made_at, ZoneInfo("Asia/Shanghai"), code, f"https://192.168.1.20:8000/s/{code}"
    )


def emit(bench: str, value: float, unit: str, **more: object) -> None:
    print(json.dumps({"bench": bench, "value": round(value, 3), "unit": unit, **more}, ensure_ascii=False))


def peak_mb() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--households", type=int, default=1760)
    arguments.add_argument("--lines", type=int, default=8)
    arguments.add_argument("--out", type=Path)
    options = arguments.parse_args()
    size = f"{options.households}x{options.lines}"

    before = peak_mb()
    start = time.perf_counter()
    fonts()
    emit("sheets_fonts", time.perf_counter() - start, "s", grown_mb=peak_mb() - before)

    data = snapshot(options.households, options.lines)
    start = time.perf_counter()
    sheets = sheets_of(data)
    emit(f"sheets_rows_{size}", time.perf_counter() - start, "s", sheets=len(sheets))

    start = time.perf_counter()
    assert tuple(from_json(json.loads(json.dumps(to_json(rows)))) for rows in sheets) == sheets
    emit(f"sheets_rows_json_{size}", time.perf_counter() - start, "s")

    pages = largest = 0
    start, cpu = time.perf_counter(), time.process_time()
    for number, rows in enumerate(sheets):
        drawn = draw(rows, stamp(number))
        pages += drawn.pages
        largest = max(largest, len(drawn.content))
        if options.out:
            options.out.mkdir(parents=True, exist_ok=True)
            (options.out / f"{number:02d}-{rows.kind}-{rows.part}.pdf").write_bytes(drawn.content)
    seconds = time.perf_counter() - start
    cpu = time.process_time() - cpu
    emit(
        f"sheets_render_{size}",
        seconds,
        "s",
        cpu_s=round(cpu, 3),
        pages=pages,
        files=len(sheets),
        largest_kb=largest // 1024,
        peak_rss_mb=peak_mb(),
    )


if __name__ == "__main__":
    main()
