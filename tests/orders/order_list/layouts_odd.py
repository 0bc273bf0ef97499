"""Layouts that the reader was made with: what Excel, other encodings and people make of a file. 9 files."""

from __future__ import annotations

import datetime as dt

from tests.orders.order_list.corpus import Case, Cast, Truth, csv_bytes, room_of, workbook


def gb_csv(seed: int = 10) -> Case:
    cast, truth = Cast(seed), []
    rows: list[list[object]] = [["订单号", "姓名", "楼号", "单元号", "房间号", "货品名称", "规格型号", "件数", "状态"]]
    for number in range(1, 31):
        door, (goods, spec), count = cast.door(), cast.good(), cast.count()
        state = cast.pick("已付款", "已付款", "交易关闭")
        rows.append(
            [
                f"D{number:03d}",
                cast.person(),
                cast.building_box(door[0]),
                door[1] or "/",
                cast.room_box(door[2]),
                goods,
                spec,
                count,
                state,
            ]
        )
        truth.append((number + 1, room_of(door, unit_written=True), goods, spec, str(count), state == "交易关闭"))
    return Case("gb_csv", csv_bytes(rows, "gb18030"), truth)


def by_sheet(seed: int = 11) -> Case:
    """A sheet for each building, with rooms only."""
    cast, truth, sheets = Cast(seed), [], []
    for building in ("3", "10", "20"):
        rows: list[list[object]] = [["昵称", "房号", "商品", "数量"]]
        for _n in range(10):
            while (door := cast.door(units=False))[0] != building:
                pass
            goods, _spec = cast.good()
            rows.append([cast.nick(), cast.room_box(door[2]), goods, 1])
            truth.append((len(rows), f"{building}-{door[2]}", goods, "", "1", False))
        sheets.append((f"{building}号楼", rows))
    return Case("by_sheet", workbook(*sheets), truth)


def dates(seed: int = 12) -> Case:
    """What Excel makes of rooms: dates, numbers with a format, decimals, text numbers."""
    cast, truth = Cast(seed), []
    rows: list[list[object]] = [["下单人", "商品", "数量", "门牌号"]]
    formats = {}
    for index in range(24):
        goods, _spec = cast.good()
        kind = index % 4
        if kind == 0:
            month = number = index // 4 + 1
            month = 9
            value: object = dt.datetime(2022, month, number)
            room: str | None = f"9-{number}"
        elif kind == 1:
            door = cast.door(han=False, units=False)
            while door[0] != "20" or len(door[2]) != 4:
                door = cast.door(han=False, units=False)
            value, room = int(door[0] + door[2]), f"20-{door[2]}"
            formats[index + 2] = "00-0000"
        elif kind == 2:
            value, room = 20.1702, "20-1702"
        else:
            door = cast.door(units=False, han=False)
            value, room = f"{door[0]}－{door[2]}", f"{door[0]}-{door[2]}"
        rows.append([cast.nick(), goods, 1, value])
        truth.append((index + 2, room, goods, "", "1", False))

    def edit(book):
        for row, number_format in formats.items():
            book.active.cell(row, 4).number_format = number_format

    return Case("dates", workbook(("Sheet1", rows), edit=edit), truth)


def in_one_cell(seed: int = 13) -> Case:
    """Several goods with their counts in one cell."""
    cast, truth = Cast(seed), []
    rows: list[list[object]] = [["接龙编号", "接龙人昵称", "接龙内容", "收货人地址", "接龙时间"]]
    for number in range(1, 31):
        door, chosen = (
            cast.door(),
            cast.rng.sample(
                [("纯牛奶", "24盒/箱"), ("鸡蛋", "30枚/板"), ("大米", "10斤/袋")], cast.rng.choice([1, 2, 3])
            ),
        )
        counts = [cast.count() for _ in chosen]
        style = number % 3
        texts = [
            f"{g}({s})*{c}" if style == 0 else f"{g}【{s}】×{c}" if style == 1 else f"{g}（{s}）x{c}份"
            for (g, s), c in zip(chosen, counts, strict=True)
        ]
        rows.append(
            [
                number,
                cast.nick(),
                cast.pick("\n", "；", "，", "、").join(texts),
                cast.address(door, with_unit=True),
                "2022-05-01 10:00",
            ]
        )
        truth += [
            (number + 1, room_of(door, unit_written=True), g, s, str(c), False)
            for (g, s), c in zip(chosen, counts, strict=True)
        ]
    return Case("in_one_cell", workbook(("Sheet0", rows)), truth)


def refunds(seed: int = 14) -> Case:
    cast, truth = Cast(seed), []
    rows: list[list[object]] = [
        ["订单号", "用户昵称", "商品名称", "商品规格", "数量", "退款数量", "订单状态", "售后状态", "地址"]
    ]
    states = [
        ("已发货", "", False),
        ("已发货", "退款成功", True),
        ("已取消", "", True),
        ("待发货", "退款失败", False),
        ("交易关闭", "全额退款", True),
        ("待发货", "退款中", False),
        ("待发货", "无售后", False),
    ]
    for number in range(1, 36):
        door, (goods, spec) = cast.door(), cast.good()
        order, after, cancelled = states[number % len(states)]
        back = 1 if number % 9 == 0 and not cancelled else None
        rows.append([number, cast.nick(), goods, spec, 3, back, order, after, cast.address(door, with_unit=True)])
        truth.append((number + 1, room_of(door, unit_written=True), goods, spec, "2" if back else "3", cancelled))

    def edit(book):
        for row in (5, 6, 7):
            book.active.row_dimensions[row].hidden = True

    return Case("refunds", workbook(("订单", rows), edit=edit), truth)


def full_width(seed: int = 15) -> Case:
    """Full width and traditional characters."""
    cast, truth = Cast(seed), []
    wide = str.maketrans("0123456789-", "０１２３４５６７８９－")
    rows: list[list[object]] = [["暱稱", "商品", "規格", "數量", "樓號", "房號", "詳細地址"]]
    for number in range(1, 31):
        door, (goods, spec), count = cast.door(han=False), cast.good(), cast.count()
        address = (
            cast.address(door, with_unit=True)
            .replace("号", "號")
            .replace("楼", "樓")
            .replace("栋", "棟")
            .replace("单", "單")
        )
        rows.append(
            [
                cast.nick(),
                goods,
                spec,
                str(count).translate(wide),
                door[0].translate(wide),
                door[2].translate(wide),
                address.translate(wide),
            ]
        )
        truth.append((number + 1, room_of(door, unit_written=True), goods, spec, str(count), False))
    return Case("full_width", workbook(("訂單", rows)), truth)


def english(seed: int = 16) -> Case:
    cast, truth = Cast(seed), []
    rows: list[list[object]] = [
        ["Order No.", "Nickname", "Product", "Spec", "Qty", "Building", "Unit", "Room", "Status"]
    ]
    for number in range(1, 21):
        door, (goods, spec), count = cast.door(), cast.good(), cast.count()
        state = cast.pick("Paid", "Paid", "Cancelled")
        rows.append([f"A{number:05d}", cast.nick(), goods, spec, count, door[0], door[1], door[2], state])
        truth.append((number + 1, room_of(door, unit_written=True), goods, spec, str(count), state == "Cancelled"))
    return Case("english", workbook(("Export", rows)), truth)


def headed(seed: int = 17) -> Case:
    """Buildings as lines between the orders."""
    cast, truth = Cast(seed), []
    rows: list[list[object]] = [["房号", "昵称", "商品", "规格", "数量"]]
    for building in ("3", "11", "20"):
        rows.append([f"{building}号楼（共8单）"])
        for _n in range(8):
            while (door := cast.door(units=False))[0] != building:
                pass
            (goods, spec), count = cast.good(), cast.count()
            rows.append([cast.room_box(door[2]), cast.nick(), goods, spec, count])
            truth.append((len(rows), f"{building}-{door[2]}", goods, spec, str(count), False))
        rows.append(["合计", None, None, None, 12])
    return Case("headed", workbook(("按楼栋", rows)), truth)


def conflicts(seed: int = 18) -> Case:
    """Columns that contradict each other, units within the room's box, a copy of all orders and a summary behind."""
    cast, truth = Cast(seed), []
    head = ["跟团号", "下单人", "商品", "规格", "数量", "楼号", "房号", "详细地址"]
    rows: list[list[object]] = [head]
    for number in range(1, 31):
        door, (goods, spec), count = cast.door(), cast.good(), cast.count()
        room = room_of(door, unit_written=True)
        box = f"{door[1]}-{door[2]}" if door[1] else door[2]
        address = cast.pick("", cast.address(door, with_unit=True))
        if number % 6 == 0:
            door, box, address, room = ("3", None, "501"), "501", "10号楼501", None
        rows.append([number, cast.nick(), goods, spec, count, cast.building_box(door[0]), box, address])
        truth.append((number + 1, room, goods, spec, str(count), False))
    again = [head, *sorted(rows[1:], key=lambda row: str(row[5]))]
    summary: list[list[object]] = [["商品", "规格", "数量"], ["鸡蛋", "30枚/板", 20]]
    return Case("conflicts", workbook(("订单明细", rows), ("按楼栋排序", again), ("商品汇总", summary)), truth)


CASES = [
    gb_csv,
    by_sheet,
    dates,
    in_one_cell,
    refunds,
    full_width,
    english,
    headed,
    conflicts,
]
__all__ = ["CASES", "Truth"]
