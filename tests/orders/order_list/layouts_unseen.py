"""Layouts written after the reader: at first 442 of 442 doors, 386 rows right in everything.

What they showed (goods on a line of their own, 多少 and 要什么 as headings, a line of prices) was mended after that.
"""

from __future__ import annotations

from tests.orders.order_list.corpus import Case, Cast, Truth, csv_bytes, room_of, workbook


def receiver_in_one(seed: int = 101) -> Case:
    """Name, telephone and address in one cell."""
    cast, truth = Cast(seed), []
    rows: list[list[object]] = [["订单ID", "团员信息", "商品", "SKU", "件数", "收件信息", "备注信息"]]
    for number in range(1, 41):
        door, (goods, spec), count = cast.door(), cast.good(), cast.count()
        text = cast.address(door, with_unit=True)
        rows.append(
            [
                f"T{number:08d}",
                cast.nick(),
                goods,
                spec,
                count,
                f"{cast.person()},{cast.phone()},幸福里小区{text}",
                cast.pick("", "到了打电话"),
            ]
        )
        truth.append((number + 1, room_of(door, unit_written=True), goods, spec, str(count), False))
    return Case("receiver_in_one", workbook(("导出", rows)), truth)


def questions(seed: int = 102) -> Case:
    """A form whose headings are questions, goods as columns."""
    cast, truth = Cast(seed), []
    goods = [("鸡蛋", "30枚/板"), ("纯牛奶", "24盒/箱")]
    rows: list[list[object]] = [
        [
            "提交时间",
            "1. 您的微信昵称",
            "2. 请填写楼号-单元-室号（如1-2-301）",
            "鸡蛋（30枚/板）",
            "纯牛奶（24盒/箱）",
            "5. 还有什么要说的",
        ]
    ]
    for number in range(1, 41):
        door = cast.door()
        counts = [cast.rng.choice(["", "1", "2份"]), cast.rng.choice(["1", "2"])]
        rows.append(
            [
                f"2022/5/1 10:{number % 60:02d}",
                cast.nick(),
                cast.address(door, with_unit=True),
                *counts,
                cast.pick("", "谢谢", "辛苦了"),
            ]
        )
        truth += [
            (number + 1, room_of(door, unit_written=True), g, s, c.rstrip("份"), False)
            for (g, s), c in zip(goods, counts, strict=True)
            if c
        ]
    return Case("questions", workbook(("收集结果", rows)), truth)


def provinces(seed: int = 103) -> Case:
    """The address in five columns, a pick-up point that is no door."""
    cast, truth = Cast(seed), []
    rows: list[list[object]] = [
        [
            "订单编号",
            "用户名",
            "商品名称",
            "规格",
            "购买数量",
            "实付金额",
            "支付状态",
            "省",
            "市",
            "区",
            "街道地址",
            "自提点",
            "收货人",
            "手机",
        ]
    ]
    for number in range(1, 41):
        door, (goods, spec), count = cast.door(), cast.good(), cast.count()
        written = cast.rng.random() < 0.8
        state = cast.pick("已支付", "已支付", "已支付", "已退款")
        rows.append(
            [
                f"{number:06d}",
                cast.nick(),
                goods,
                spec,
                count,
                12.5,
                state,
                "上海市",
                "上海市",
                "徐汇区",
                f"幸福路168弄幸福里{cast.address(door, with_unit=written)}",
                "3号楼门厅",
                cast.person(),
                cast.phone(),
            ]
        )
        truth.append((number + 1, room_of(door, unit_written=written), goods, spec, str(count), state == "已退款"))
    return Case("provinces", workbook(("orders", rows)), truth)


def unit_in_building(seed: int = 104) -> Case:
    """The unit stands with the building, in several spellings."""
    cast, truth = Cast(seed), []
    rows: list[list[object]] = [["团员", "楼栋", "门牌", "货品", "规格", "数目"]]
    for number in range(1, 41):
        door, (goods, spec), count = cast.door(han=False), cast.good(), cast.count()
        b, u, n = door
        box = (
            cast.pick(f"{b}号楼-{u}单元", f"{b}栋{u}单元", f"{b}#{u}单元", f"{b}幢 {u}单元")
            if u
            else cast.pick(b, f"{b}号楼", f"{b}栋")
        )
        rows.append([cast.nick(), box, cast.room_box(n), goods, spec, count])
        truth.append((number + 1, room_of(door, unit_written=True), goods, spec, str(count), False))
    return Case("unit_in_building", workbook(("名单", rows)), truth)


def goods_as_lines(seed: int = 105) -> Case:
    """The good stands on a line of its own above those who ordered it."""
    cast, truth = Cast(seed), []
    rows: list[list[object]] = [["昵称", "房号", "数量"]]
    for goods, spec in (("鸡蛋", "30枚/板"), ("纯牛奶", "24盒/箱")):
        rows.append([f"{goods}（{spec}）"])
        for _n in range(10):
            door, count = cast.door(), cast.count()
            rows.append([cast.nick(), cast.address(door, with_unit=True), count])
            truth.append((len(rows), room_of(door, unit_written=True), goods, spec, str(count), False))
        rows.append(["小计", None, 20])
    return Case("goods_as_lines", workbook(("按商品", rows)), truth)


def utf16(seed: int = 106) -> Case:
    """UTF-16 with tabs, as Excel writes “Unicode text”; remarks with sizes and times in them."""
    cast, truth = Cast(seed), []
    rows: list[list[object]] = [["跟团号", "跟团人昵称", "商品", "规格", "数量", "跟团人备注", "送货地址"]]
    for number in range(1, 41):
        door, (goods, spec), count = cast.door(), cast.good(), cast.count()
        rows.append(
            [
                number,
                cast.nick(),
                goods,
                spec,
                count,
                cast.pick("", "8:30-9:00送", "5月2日送", "要2-3斤的", "电话13000001111"),
                cast.address(door, with_unit=True),
            ]
        )
        truth.append((number + 1, room_of(door, unit_written=True), goods, spec, str(count), False))
    return Case("utf16", csv_bytes(rows, "utf-16", "\t"), truth)


def lanes(seed: int = 107) -> Case:
    """Shanghai: lane and number, the nickname says it again, half of the boxes are empty."""
    cast, truth = Cast(seed), []
    rows: list[list[object]] = [["接龙号", "接龙人", "备注", "商品", "数量", "小区", "几号", "几室", "单价", "金额"]]
    for number in range(1, 41):
        door, (goods, _spec), count = cast.door(han=False, units=False, nine=True), cast.good(), cast.count()
        b, _u, n = door
        empty = number % 2
        nick = cast.pick(f"{b}号{n}室{cast.person()}", f"{b}-{n} {cast.person()}", f"168弄{b}号{n}")
        rows.append(
            [
                number,
                nick,
                "",
                goods,
                count,
                "168弄",
                None if empty else cast.pick(b, f"{b}号"),
                None if empty else cast.pick(n, f"{n}室"),
                10,
                10 * count,
            ]
        )
        truth.append((number + 1, f"{b}-{n}", goods, "", str(count), False))
    return Case("lanes", workbook(("接龙统计", rows)), truth)


def totals_above(seed: int = 108) -> Case:
    """Prices and totals directly below the headings, the door last."""
    cast, truth = Cast(seed), []
    goods = [("大米", "10斤/袋"), ("洗洁精", "1.5kg"), ("卷纸", "12卷/提")]
    rows: list[list[object]] = [
        ["参团人", *[f"{g} {s}" for g, s in goods], "应付金额", "楼栋房号"],
        ["单价", 50, 12, 20, None, None],
        ["合计", 20, 14, 9, 900, None],
    ]
    for _n in range(40):
        door = cast.door()
        counts = [cast.rng.choice([None, 1]), cast.rng.choice([None, 2]), 1]
        rows.append([cast.nick(), *counts, 99, cast.address(door, with_unit=True)])
        truth += [
            (len(rows), room_of(door, unit_written=True), f"{g} {s}", "", str(c), False)
            for (g, s), c in zip(goods, counts, strict=True)
            if c
        ]
    return Case("totals_above", workbook(("Sheet1", rows)), truth)


def spelled_out(seed: int = 109) -> Case:
    """Chinese numerals, floors, names behind and before."""
    cast, truth = Cast(seed), []
    digits = dict(zip("0123456789", "零一二三四五六七八九", strict=True))
    tens = {"10": "十", "11": "十一", "20": "二十"}
    rows: list[list[object]] = [["下单用户", "购买商品", "商品规格", "购买件数", "配送地址", "订单状态"]]
    for number in range(1, 41):
        door, (goods, spec), count = cast.door(han=False), cast.good(), cast.count()
        b, u, n = door
        name = tens.get(b) or digits[b]
        unit = f"{u}单元" if u else ""
        text = cast.pick(
            f"{name}号楼{unit}{n}",
            f"{b}号楼{unit}{n[:-2]}楼{n}室",
            f"{b}栋{unit}{n}{cast.person()}收",
            f"{name}栋{unit}{n}室（{cast.person()}）",
        )
        rows.append([cast.nick(), goods, spec, count, text, "待自提"])
        truth.append((number + 1, room_of(door, unit_written=True), goods, spec, str(count), False))
    return Case("spelled_out", workbook(("订单数据", rows)), truth)


def hands(seed: int = 110) -> Case:
    """Kept by hand: ditto marks, a blank line between, counts in words, a struck-out order told in the remark."""
    cast, truth = Cast(seed), []
    rows: list[list[object]] = [["五月团购登记"], ["楼号", "房间", "姓名", "要什么", "多少", "备注"]]
    for number in range(1, 31):
        door, count = cast.door(units=False, han=False), cast.rng.choice([1, 2, 3])
        goods = cast.pick("鸡蛋", "牛奶", "大米")
        rows.append(
            [
                cast.building_box(door[0]),
                cast.room_box(door[2]),
                cast.person(),
                goods,
                cast.pick(str(count), f"{count}箱", {1: "一份", 2: "两份", 3: "三份"}[count]),
                "",
            ]
        )
        truth.append((len(rows), f"{door[0]}-{door[2]}", goods, "", str(count), False))
        if number % 5 == 0:
            rows.append(["〃", "〃", "〃", "五花肉", 1, ""])
            truth.append((len(rows), f"{door[0]}-{door[2]}", "五花肉", "", "1", False))
        if number % 10 == 0:
            rows.append([])
    return Case("hands", workbook(("登记", rows)), truth)


CASES = [
    receiver_in_one,
    questions,
    provinces,
    unit_in_building,
    goods_as_lines,
    utf16,
    lanes,
    totals_above,
    spelled_out,
    hands,
]
__all__ = ["CASES", "Truth"]
