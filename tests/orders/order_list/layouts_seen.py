"""Layouts that the reader was made with, as platforms and forms write them: 9 files."""

from __future__ import annotations

from tests.orders.order_list.corpus import Case, Cast, Truth, room_of, workbook


def boxes(seed: int = 1) -> Case:
    """快团团: labelled boxes of which many are not bare digits, and an address that says the same."""
    cast, truth = Cast(seed), []
    rows: list[list[object]] = [
        [
            "跟团号",
            "下单人",
            "团员备注",
            "支付时间",
            "商品",
            "规格",
            "数量",
            "订单金额(元)",
            "订单状态",
            "收货人",
            "联系电话",
            "详细地址",
            "楼号（如10）",
            "房号（如606）",
        ]
    ]
    for number in range(1, 61):
        door, (goods, spec), count = cast.door(), cast.good(), cast.count()
        written = cast.rng.random() < 0.6
        state = cast.pick("待发货", "待发货", "待发货", "已取消", "已完成")
        rows.append(
            [
                number,
                cast.nick(),
                cast.pick("", "放门口"),
                "2022-05-01 11:00:00",
                goods,
                spec,
                count,
                30.5,
                state,
                cast.person(),
                cast.phone(),
                cast.address(door, with_unit=written),
                cast.building_box(door[0]),
                cast.room_box(door[2]),
            ]
        )
        truth.append((number + 1, room_of(door, unit_written=written), goods, spec, str(count), state == "已取消"))
    rows.append(["合计", None, None, None, None, None, 99])
    return Case("boxes", workbook(("订单列表", rows), ("说明", [["已取消订单不含在内"]])), truth)


def matrix(seed: int = 2) -> Case:
    """群接龙: goods as columns."""
    cast, truth = Cast(seed), []
    columns = [("鸡蛋", "30枚/板"), ("纯牛奶", "24盒/箱"), ("大米", "10斤/袋")]
    rows: list[list[object]] = [
        ["#接龙 周三团购"],
        ["截单时间 18:00"],
        ["序号", "昵称", "楼号-房号", *[f"{g}({s})" for g, s in columns], "总份数", "总金额", "备注"],
    ]
    for number in range(1, 41):
        door, written = cast.door(), True
        counts = [cast.rng.choice([None, 1, 2]) for _ in columns]
        if not any(counts):
            counts[0] = 1
        rows.append(
            [
                number,
                cast.nick(),
                cast.address(door, with_unit=written),
                *counts,
                sum(c or 0 for c in counts),
                88,
                cast.pick("", "谢谢团长"),
            ]
        )
        truth += [
            (number + 3, room_of(door, unit_written=True), g, s, str(c), False)
            for (g, s), c in zip(columns, counts, strict=True)
            if c
        ]
    rows.append(["合计", None, None, 33, 21, 14, 68, 3000])
    return Case("matrix", workbook(("接龙", rows)), truth)


def merged(seed: int = 3) -> Case:
    """One order over several rows, its own cells merged downwards."""
    cast, truth = Cast(seed), []
    rows: list[list[object]] = [
        ["订单号", "团员昵称", "商品名称", "规格", "购买数量", "收货人", "手机号", "收货地址", "订单状态"]
    ]
    ranges, at = [], 2
    for number in range(1, 26):
        door, size = cast.door(), cast.rng.choice([1, 2, 3])
        for index in range(size):
            goods, spec = cast.good()
            count = cast.count()
            own = [f"KT2205{number:04d}", cast.nick()] if index == 0 else [None, None]
            tail = (
                [cast.person(), cast.phone(), "幸福里小区" + cast.address(door, with_unit=True)]
                if index == 0
                else [None] * 3
            )
            rows.append([*own, goods, spec, count, *tail, "已支付"])
            truth.append((at + index, room_of(door, unit_written=True), goods, spec, str(count), False))
        if size > 1:
            ranges += [f"{c}{at}:{c}{at + size - 1}" for c in "ABFGH"]
        at += size

    def edit(book):
        for one in ranges:
            book.active.merge_cells(one)

    return Case("merged", workbook(("明细", rows), edit=edit), truth)


def continued(seed: int = 4) -> Case:
    """The same without merging: what is repeated is left out."""
    cast, truth = Cast(seed), []
    rows: list[list[object]] = [["团员", "门牌号", "品名", "份数"]]
    for _n in range(25):
        door = cast.door()
        for index in range(cast.rng.choice([1, 2])):
            goods, _spec = cast.good()
            count = cast.count()
            rows.append(
                [
                    cast.nick() if index == 0 else None,
                    cast.address(door, with_unit=True) if index == 0 else None,
                    goods,
                    f"{count}份",
                ]
            )
            truth.append((len(rows), room_of(door, unit_written=True), goods, "", str(count), False))
    rows.append([None, None, "总计", "77份"])
    return Case("continued", workbook(("Sheet1", rows)), truth)


def free_text(seed: int = 5) -> Case:
    """Everything in one address, with road, compound, names and numbers."""
    cast, truth = Cast(seed), []
    rows: list[list[object]] = [["订单编号", "买家昵称", "商品信息", "数量", "收货地址"]]
    for number in range(1, 61):
        door, (goods, spec) = cast.door(), cast.good()
        written = cast.rng.random() < 0.7
        text = cast.address(door, with_unit=written)
        text = cast.pick(
            f"上海市浦东新区幸福路168弄{text}",
            f"幸福里小区{text}{cast.person()}",
            f"{text} {cast.phone()}",
            f"幸福路88号幸福里{text}",
            f"{cast.person()} {text}",
            text,
            f"幸福里-{text}",
            f"{text}（放门口）",
        )
        rows.append([f"2205{number:06d}", cast.nick(), f"{goods}（{spec}）", 1, text])
        truth.append((number + 1, room_of(door, unit_written=written), goods, spec, "1", False))
    return Case("free_text", workbook(("sheet1", rows)), truth)


def titled(seed: int = 6) -> Case:
    """Title and remarks above, the heading again on each page, subtotals between."""
    cast, truth = Cast(seed), []
    head = ["编号", "下单人", "商品", "规格", "数量", "楼栋", "单元", "室号", "备注"]
    rows: list[list[object]] = [["幸福里小区5月1日团购汇总表"], ["团长：林涛    截止时间：5月1日 20:00"], [], head]
    for page in range(3):
        if page:
            rows.append(head)
        for _n in range(15):
            door, (goods, spec), count = cast.door(), cast.good(), cast.count()
            written = cast.rng.random() < 0.8
            rows.append(
                [
                    len(truth) + 1,
                    cast.nick(),
                    goods,
                    spec,
                    count,
                    cast.building_box(door[0]),
                    (door[1] if not written or not door[1] else cast.pick(door[1], f"{door[1]}单元"))
                    if written
                    else None,
                    cast.room_box(door[2]),
                    cast.pick("", "送到门口"),
                ]
            )
            truth.append((len(rows), room_of(door, unit_written=written), goods, spec, str(count), False))
        rows.append(["小计", None, None, None, 31])
    rows += [["总计", None, None, None, 93], ["注：生鲜商品请当日领取"]]
    return Case("titled", workbook(("汇总", rows)), truth)


def in_remarks(seed: int = 7) -> Case:
    """The address is only the compound; the room stands in the remark."""
    cast, truth = Cast(seed), []
    rows: list[list[object]] = [["跟团号", "团员昵称", "团员备注", "商品", "规格", "数量", "详细地址"]]
    for number in range(1, 31):
        door, (goods, spec), count = cast.door(), cast.good(), cast.count()
        text = cast.address(door, with_unit=True)
        rows.append(
            [
                number,
                cast.nick(),
                cast.pick(text, f"送{text}", f"{text} 谢谢", f"麻烦放{text}门口"),
                goods,
                spec,
                count,
                "幸福里小区",
            ]
        )
        truth.append((number + 1, room_of(door, unit_written=True), goods, spec, str(count), False))
    return Case("in_remarks", workbook(("订单", rows)), truth)


def nicknames(seed: int = 8) -> Case:
    """No address at all: the nickname is the room."""
    cast, truth = Cast(seed), []
    rows: list[list[object]] = [["序号", "微信昵称", "商品", "数量"]]
    for number in range(1, 31):
        door, (goods, _spec), count = cast.door(), cast.good(), cast.count()
        text = cast.address(door, with_unit=True)
        rows.append(
            [
                number,
                cast.pick(text, f"{text}{cast.person()}", f"{text}-{cast.person()}", f"{cast.person()} {text}"),
                goods,
                count,
            ]
        )
        truth.append((number + 1, room_of(door, unit_written=True), goods, "", str(count), False))
    return Case("nicknames", workbook(("表1", rows)), truth)


def two_rows(seed: int = 9) -> Case:
    """Headings in two rows: groups above, a good's kinds below."""
    cast, truth = Cast(seed), []
    rows: list[list[object]] = [
        ["接龙号", "接龙人", "收货信息", None, None, "蔬菜套餐", None, "鸡蛋", "备注"],
        [None, None, "楼号", "房号", "电话", "A套餐", "B套餐", "30枚/板", None],
    ]
    for number in range(1, 31):
        door = cast.door(units=False)
        counts = [cast.rng.choice([None, 1, 2]) for _ in range(3)]
        if not any(counts):
            counts[1] = 2
        rows.append(
            [number, cast.nick(), cast.building_box(door[0]), cast.room_box(door[2]), cast.phone(), *counts, ""]
        )
        names = [("蔬菜套餐", "A套餐"), ("蔬菜套餐", "B套餐"), ("鸡蛋", "30枚/板")]
        truth += [
            (number + 2, room_of(door, unit_written=True), g, s, str(c), False)
            for (g, s), c in zip(names, counts, strict=True)
            if c
        ]

    def edit(book):
        for one in ("A1:A2", "B1:B2", "C1:E1", "F1:G1", "I1:I2"):
            book.active.merge_cells(one)

    return Case("two_rows", workbook(("接龙明细", rows), edit=edit), truth)


CASES = [
    boxes,
    matrix,
    merged,
    continued,
    free_text,
    titled,
    in_remarks,
    nicknames,
    two_rows,
]
__all__ = ["CASES", "Truth"]
