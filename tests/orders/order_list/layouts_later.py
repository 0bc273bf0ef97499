"""The last set, written when the reader was finished: at first 188 of 188 doors, 172 rows right in everything.

What it showed (states under a heading that nobody knew, a title between two tables) was mended after it was measured.
"""

from __future__ import annotations

import datetime as dt

from tests.orders.order_list.corpus import Case, Cast, Truth, room_of, workbook


def driver(seed: int = 201) -> Case:
    """A delivery list: the door merged over several orders, goods with counts in one cell."""
    cast, truth = Cast(seed), []
    rows: list[list[object]] = [["配送单 2022-05-03"], ["楼栋号", "单元", "房间号", "收货人/电话", "商品明细", "打勾"]]
    ranges = []
    for _n in range(20):
        door = cast.door()
        start = len(rows) + 1
        for _m in range(cast.rng.choice([1, 2])):
            goods, count = cast.pick("鸡蛋", "大米", "卷纸"), cast.count()
            rows.append(
                [
                    cast.building_box(door[0]),
                    door[1],
                    door[2],
                    f"{cast.person()} {cast.phone()}",
                    f"{goods}×{count}",
                    "□",
                ]
            )
            truth.append((len(rows), room_of(door, unit_written=True), goods, "", str(count), False))
        if len(rows) > start:
            ranges.append((start, len(rows)))

    def edit(book):
        for first, last in ranges:
            for letter in "ABC":
                book.active.merge_cells(f"{letter}{first}:{letter}{last}")

    return Case("driver", workbook(("配送", rows), edit=edit), truth)


def teams(seed: int = 202) -> Case:
    """A second platform: member number, tags, the door in a field that the leader named himself."""
    cast, truth = Cast(seed), []
    rows: list[list[object]] = [
        [
            "单号",
            "顾客昵称",
            "顾客ID",
            "标签",
            "商品标题",
            "商品规格",
            "购买量",
            "自定义信息：小区楼号房号",
            "下单渠道",
            "订单进度",
        ]
    ]
    for number in range(1, 41):
        door, (goods, spec), count = cast.door(), cast.good(), cast.count()
        written = cast.rng.random() < 0.75
        state = cast.pick("已付款", "待发货", "已发货", "已取消(超时)", "退款完成")
        rows.append(
            [
                f"S{number}",
                cast.nick(),
                880000 + number,
                "老客",
                goods,
                spec,
                count,
                cast.pick("", "幸福里 ") + cast.address(door, with_unit=written),
                "小程序",
                state,
            ]
        )
        truth.append(
            (
                number + 1,
                room_of(door, unit_written=written),
                goods,
                spec,
                str(count),
                state in ("已取消(超时)", "退款完成"),
            )
        )
    return Case("teams", workbook(("data", rows)), truth)


def two_tables(seed: int = 203) -> Case:
    """Two tables below each other with other columns; rooms as numbers, text and dates."""
    cast, truth = Cast(seed), []
    rows: list[list[object]] = [["一、蔬菜团"], ["昵称", "楼号", "房号", "套餐", "数量"]]
    for _n in range(15):
        door = cast.door(units=False)
        spec, count = cast.pick("A套餐", "B套餐"), cast.count()
        rows.append(
            [
                cast.nick(),
                int(door[0]) if door[0].isdigit() else door[0],
                int(door[2]) if door[2].isdigit() else door[2],
                spec,
                count,
            ]
        )
        truth.append((len(rows), room_of(door, unit_written=True), "", spec, str(count), False))
    rows += [[], ["二、牛奶团"], ["序号", "门牌号", "昵称", "商品名称", "数量"]]
    for number in range(1, 16):
        count = cast.count()
        value: object = dt.datetime(2022, 9, number % 12 + 1) if number % 3 == 0 else f"9号{number % 12 + 1}室"
        rows.append([number, value, cast.nick(), "纯牛奶", count])
        truth.append((len(rows), f"9-{number % 12 + 1}", "纯牛奶", "", str(count), False))
    return Case("two_tables", workbook(("团购", rows)), truth)


def chatty(seed: int = 204) -> Case:
    """Addresses as people really talk."""
    cast, truth = Cast(seed), []
    rows: list[list[object]] = [["跟团号", "团员", "商品", "规格", "数量", "收货地址", "团员备注"]]
    for number in range(1, 41):
        door, (goods, spec), count = cast.door(han=False), cast.good(), cast.count()
        b, u, n = door
        plain = f"{b}号楼{u}单元{n}" if u else f"{b}号楼{n}"
        text = cast.pick(
            f"我家{plain}，谢谢",
            f"{plain}（按门铃）",
            f"幸福里小区东门进来右手边{plain}",
            f"{plain} 张阿姨家",
            f"送到{plain}就行",
            f"{plain}，没人就放门口，电话{cast.phone()}",
        )
        rows.append([number, cast.nick(), goods, spec, f"{count} 件", text, cast.pick("", "要新鲜的", "周三前送")])
        truth.append((number + 1, room_of(door, unit_written=True), goods, spec, str(count), False))
    return Case("chatty", workbook(("表格", rows)), truth)


def sums(seed: int = 205) -> Case:
    """Matrix with a group heading, totals in the middle, who has cancelled marked in a column."""
    cast, truth = Cast(seed), []
    rows: list[list[object]] = [
        ["编号", "接龙人", "是否取消", "水果", None, "合计份数", "地址"],
        [None, None, None, "苹果5斤", "香蕉3斤", None, None],
    ]
    for number in range(1, 31):
        door = cast.door()
        cancelled = cast.rng.random() < 0.15
        counts = [cast.rng.choice([None, 1, 2]), 1]
        rows.append(
            [
                number,
                cast.nick(),
                "是" if cancelled else "否",
                *counts,
                sum(c or 0 for c in counts),
                cast.address(door, with_unit=True),
            ]
        )
        truth += [
            (number + 2, room_of(door, unit_written=True), "水果", s, str(c), cancelled)
            for s, c in zip(("苹果5斤", "香蕉3斤"), counts, strict=True)
            if c
        ]

    def edit(book):
        for one in ("A1:A2", "B1:B2", "C1:C2", "D1:E1", "F1:F2", "G1:G2"):
            book.active.merge_cells(one)

    return Case("sums", workbook(("接龙", rows), edit=edit), truth)


CASES = [driver, teams, two_tables, chatty, sums]
__all__ = ["CASES", "Truth"]
