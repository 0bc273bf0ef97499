"""Tables of shapes that no platform has: what their columns are, by headings of all kinds and by contents."""

import io

import openpyxl
import pytest

from compound.spreadsheet import load
from orders.order_list import Doors, NoOrders, Pick, Picks, read_orders
from tests.orders.order_list.corpus import csv_bytes, workbook

ROOMS = ["1-1-201", "1-2-201", "2-1-201", "3-501", "3-502", "3-1-101", "20-1702"]
DOORS = Doors([*ROOMS, "15-1-101", "15-3-101"])


def read(*rows, picks=None):
    reading = read_orders(load(workbook(("x", [list(row) for row in rows]))), DOORS, picks=picks or Picks())
    return [(r.room, r.goods, r.spec, r.quantity and int(r.quantity), r.cancelled, r.warnings) for r in reading.rows]


def order(room, goods, quantity, spec="", *, cancelled=False, warnings=()):
    return (room, goods, spec, quantity, cancelled, warnings)


def test_good_in_the_column_of_specifications_and_money_due_is_no_good():
    assert read(["团员", "详细地址", "商品规格", "购买数量", "应付"], ["高平", "3号楼501", "鸡蛋【30枚】", 2, 70]) == [
        order("3-501", "鸡蛋", 2, "30枚")
    ]


def test_pairs_of_good_and_quantity_side_by_side_are_each_an_order():
    head = ["团员", "住址", "商品1", "数量1", "商品2", "数量2"]
    rows = [["高平", "3-501", "鸡蛋", 1, "大米", 2], ["何敏", "20-1702", "大米", 3, None, None]]
    assert read(head, *rows) == [order("3-501", "鸡蛋", 1), order("3-501", "大米", 2), order("20-1702", "大米", 3)]


def test_unit_and_number_below_a_line_with_the_building_are_in_that_building():
    rows = [["房号", "称呼", "品种", "几份"], ["1号楼"], ["2-201", "高", "鸡蛋", 1], ["1-201", "何", "鸡蛋", 2]]
    assert [row[0] for row in read(*rows)] == ["1-2-201", "1-1-201"]


def test_rest_of_the_room_beside_a_building_written_once_is_unit_and_number():
    head, first = ["楼栋", "单元房号", "姓名", "商品", "数量"], ["15栋", "3-101", "高", "鸡蛋", 1]
    below = [[None, "1-101", "何", "鸡蛋", 1], [None, "3-101", "钱", "鸡蛋", 1], [None, "3-501", "杨", "鸡蛋", 1]]
    found = read(head, first, *below)
    # 3-501 is a door, and beside 15栋 it is none that anybody may guess.
    assert [row[0] for row in found[:3]] == ["15-3-101", "15-1-101", "15-3-101"]
    assert (found[3][0], found[3][5]) == (None, ("room_unknown: 15-3-501",))


@pytest.mark.parametrize(
    "head",
    [
        ["时间", "您贵姓", "您住哪里", "想买什么", "买多少"],
        ["日期", "团员", "送哪", "买的啥", "几个"],
        ["x", "经手", "住户信息", "购买情况", "份"],
        ["甲", "乙", "丙", "丁", "戊"],
    ],
)
def test_headings_that_are_sentences_or_say_nothing_are_read_by_words_or_contents(head):
    body = [
        ["4月", "小王", "3-501", good, n]
        for n, good in enumerate(["鸡蛋", "大米", "鸡蛋", "鸡蛋", "大米", "大米", "鸡蛋"], 2)
    ]
    body[3][4] = 1
    found = read(head, *body)
    assert [(row[0], row[1], row[3]) for row in found] == [("3-501", line[3], line[4]) for line in body]


def test_table_without_headings_is_read_by_contents_and_its_line_numbers_are_no_quantity():
    body = [[n, "3-501", "鸡蛋" if n % 2 else "大米", 2 + n % 2] for n in range(1, 9)]
    assert [(row[0], row[1], row[3]) for row in read(*body)] == [("3-501", line[2], line[3]) for line in body]


def test_good_written_once_beside_the_first_who_ordered_it_counts_for_all_below():
    head = ["商品", "规格", "团员", "楼号", "房号", "数量"]
    rows = [["鸡蛋", "30枚", "高", "3", "501", 1], *([None, None, "何", "3", "502", 2] for _n in range(4))]
    rows += [["鸡蛋 汇总", None, None, None, None, 9]]
    assert [row[1:4] for row in read(head, *rows)] == [("鸡蛋", "30枚", 1)] + [("鸡蛋", "30枚", 2)] * 4


def test_state_written_once_for_an_order_holds_for_its_other_goods():
    head = ["跟团号", "收货人", "详细地址", "商品", "数量", "状态"]
    rows = [
        [1, "高平", "3-501", "鸡蛋", 1, "已关闭"],
        [None, None, None, "大米", 2, None],
        [2, "何敏", "3-502", "大米", 1, ""],
    ]
    assert [row[4] for row in read(head, *rows)] == [True, True, False]


def test_refund_of_one_good_is_not_taken_for_the_next_one():
    head = ["跟团号", "收货人", "详细地址", "商品", "数量", "售后状态"]
    rows = [[1, "高平", "3-501", "鸡蛋", 1, "退款成功"], [None, None, None, "大米", 2, None]]
    assert [row[4] for row in read(head, *rows)] == [True, False]


def test_units_in_a_line_below_the_goods_are_no_quantities():
    head = [
        ["序号", "住户", None, "品种", None],
        [None, "楼栋", "房号", "大米", "鸡蛋"],
        [None, None, None, "（袋）", "（板）"],
    ]
    body = [[n, "3", "501", 1, 2] for n in range(1, 5)]

    def merged(book):
        for cells in ("A1:A3", "B1:C1", "D1:E1", "B2:B3", "C2:C3"):
            book.active.merge_cells(cells)

    reading = read_orders(load(workbook(("x", [*head, *body]), edit=merged)), DOORS)
    assert [(r.goods, r.spec, int(r.quantity)) for r in reading.rows] == [("大米", "", 1), ("鸡蛋", "", 2)] * 4


def test_note_over_the_whole_table_does_not_hide_the_headings_below_it():
    def merged(book):
        book.active.merge_cells("A1:E1")

    rows = [
        ["说明：请打勾"],
        ["栋号", "室号", "业主", "全脂奶粉", "低脂奶粉"],
        ["3", "501", "高", "√", None],
        ["3", "502", "何", None, "2"],
    ]
    reading = read_orders(load(workbook(("x", rows), edit=merged)), DOORS)
    assert [(r.room, r.goods, int(r.quantity)) for r in reading.rows] == [
        ("3-501", "全脂奶粉", 1),
        ("3-502", "低脂奶粉", 2),
    ]


@pytest.mark.parametrize(
    ("text", "goods"),
    [
        ("鸡蛋30枚 x3板, 大米10kg x1袋", [("鸡蛋30枚", 3), ("大米10kg", 1)]),
        ("大米（10kg）*4；矿泉水（550ml*24）*2", [("大米", 4), ("矿泉水", 2)]),
        (
            "【鸡蛋】规格：30枚，数量：2，单价：35元\n【大米】规格：10kg，数量：1，单价：65元",
            [("鸡蛋", 2), ("大米", 1)],
        ),
        ("酸奶 2杯、矿泉水 3箱", [("酸奶", 2), ("矿泉水", 3)]),
    ],
)
def test_goods_with_sizes_and_counts_in_one_cell(text, goods):
    rows = read(["跟团号", "昵称", "地址", "订单内容"], [1, "高", "3-501", text])
    assert [(row[1], row[3]) for row in rows] == goods


def test_street_and_its_number_contradict_no_door():
    head = ["收货地址", "所在楼栋", "房号", "商品", "数量"]
    assert read(head, ["张杨路500号", "3号楼", "501", "鸡蛋", 1]) == [order("3-501", "鸡蛋", 1)]


def test_total_in_two_cells_is_no_order():
    head = ["楼栋", "房号", "商品", "数量"]
    assert len(read(head, ["3", "501", "鸡蛋", 1], ["合", "计", None, 1])) == 1


ODD = (["甲", "乙", "丙"], ["3-501", "x1", "高"], ["3-502", "x2", "何"])


def test_columns_that_a_person_explained_are_read_so_in_every_file_with_these_headings():
    picks = Picks([Pick(("甲", "乙", "丙"), ("address", "good", "buyer"))])
    assert read(*ODD, picks=picks) == [order("3-501", "乙", 1), order("3-502", "乙", 2)]
    other = (["甲", "乙", "丁"], *ODD[1:])
    with pytest.raises(NoOrders):
        read(*other, picks=picks)


def test_columns_that_a_person_explained_go_before_what_their_headings_say():
    rows = [["商品", "数量", "备注", "地址"], ["高平", 2, "鸡蛋", "3-501"]]
    picks = Picks([Pick(("商品", "数量", "备注", "地址"), ("buyer", "quantity", "goods", "address"))])
    assert read(*rows, picks=picks) == [order("3-501", "鸡蛋", 2)]
    assert read(*rows)[0][1] == "高平"


def test_list_in_the_encoding_of_excel_in_china_is_read_like_any_other():
    data = csv_bytes(
        [["买家", "收货地", "品名及规格", "件", "状态"], ["高平", "3号楼501", "鸡蛋，30枚", 2, "用户取消"]], "gb18030"
    )
    found = read_orders(load(data), DOORS).rows
    assert [(r.room, r.goods, int(r.quantity), r.cancelled) for r in found] == [("3-501", "鸡蛋,30枚", 2, True)]


def counted(*cells, head="数量"):
    rows = [["昵称", "楼号房号", "接龙内容", head], *(["高", "3-501", text, n] for text, n in cells)]
    return [(goods, quantity, warnings) for _room, goods, _spec, quantity, _cancelled, warnings in read(*rows)]


def test_count_behind_a_lone_good_is_how_many_where_other_lines_name_several():
    assert counted(("鸡蛋x2；大米×1", 3), ("大米*4", 4), ("鸡蛋x2", 1)) == [
        ("鸡蛋", 2, ()), ("大米", 1, ()), ("大米", 4, ()), ("鸡蛋", 2, ("total_differs: D4",))
    ]  # fmt: skip


def test_count_behind_a_lone_good_is_how_many_where_the_quantity_counts_the_kinds():
    assert counted(("鸡蛋x2；大米×2", 2), ("大米*4", 1)) == [("鸡蛋", 2, ()), ("大米", 2, ()), ("大米", 4, ())]


def test_count_behind_a_good_is_its_size_where_the_quantity_says_something_else():
    assert counted(("抽纸*10", 2), ("抽纸*10", 1)) == [("抽纸*10", 2, ()), ("抽纸*10", 1, ())]
    assert counted(("鸡蛋x2", 2), ("大米x3", 3)) == [("鸡蛋", 2, ()), ("大米", 3, ())]


def test_refund_beside_several_goods_in_one_cell_is_of_all_or_asked_about():
    head = ["昵称", "楼号房号", "商品", "数量", "退款数量"]
    rows = [["高", "3-501", "鸡蛋x2；大米×1", 3, n] for n in (3, 1, 0)]
    found = [(goods, cancelled, warnings) for _r, goods, _s, _q, cancelled, warnings in read(head, *rows)]
    asked = ("partial_refund: E3",)
    assert found == [
        ("鸡蛋", True, ()), ("大米", True, ()), ("鸡蛋", False, asked), ("大米", False, asked), ("鸡蛋", False, ()),
        ("大米", False, ()),
    ]  # fmt: skip


def test_questions_that_are_numbered_and_goods_with_their_price_are_read():
    head = [
        "提交者",
        "1.您住几号楼？（必填）",
        "2.房间号（必填）",
        "3.鸡蛋（30枚/板）35元",
        "4.大米（5斤）12元",
        "是否取消",
    ]
    assert read(head, ["高", "3号楼", "501", 2, None, "否"], ["何", 20, 1702, None, 1, "是"]) == [
        order("3-501", "鸡蛋", 2, "30枚/板"), order("20-1702", "大米", 1, "5斤", cancelled=True)
    ]  # fmt: skip


def test_praise_before_a_good_is_no_part_of_its_name():
    head = ["昵称", "收货地址", "商品", "属性", "件数"]
    assert read(head, ["高", "3-501", "【现货】鸡蛋", "30枚/板", 1], ["何", "20-1702", "【有机】大米", "", 1]) == [
        order("3-501", "鸡蛋", 1, "30枚/板"), order("20-1702", "【有机】大米", 1)
    ]  # fmt: skip


def test_rooms_below_lines_with_the_building_are_in_that_building_though_the_column_is_one_of_addresses():
    rows = [
        ["昵称", "门牌", "商品", "数量"],
        ["1号楼"],
        ["高", "2单元201", "鸡蛋", 1],
        ["3号楼"],
        ["何", "501", "鸡蛋", 2],
    ]
    more = [["20号楼"], ["杨", "20-1702", "鸡蛋", 1], ["15号楼"], ["钱", "3-101", "鸡蛋", 1]]
    assert [(row[0], row[5]) for row in read(*rows, *more)] == [
        ("1-2-201", ()), ("3-501", ()), ("20-1702", ()), ("15-3-101", ())
    ]  # fmt: skip


def test_rest_of_the_room_beside_a_building_is_read_though_some_write_the_building_once_more():
    head, first = ["楼", "门牌号", "姓名", "商品", "数量"], ["15号楼", "3-101", "高", "鸡蛋", 1]
    rows = [
        ["15号楼", "1-101", "何", "鸡蛋", 1],
        ["1号楼", "2-201", "钱", "鸡蛋", 1],
        ["3号楼", "3号楼501", "杨", "鸡蛋", 1],
    ]
    assert [(row[0], row[5]) for row in read(head, first, *rows)] == [
        ("15-3-101", ()), ("15-1-101", ()), ("1-2-201", ()), ("3-501", ())
    ]  # fmt: skip


def test_goods_below_the_name_of_a_department_are_themselves():
    book = openpyxl.Workbook()
    rows = [["昵称", "地址", "生鲜", None, "鸡蛋", None], [None, None, "土豆5斤", "小葱", "大号", "小号"]]
    for row in [*rows, ["高", "3-501", 2, None, 1, None], ["何", "20-1702", None, 1, None, 3]]:
        book.active.append(row)
    for cells in ("A1:A2", "B1:B2", "C1:D1", "E1:F1"):
        book.active.merge_cells(cells)
    out = io.BytesIO()
    book.save(out)
    found = read_orders(load(out.getvalue()), DOORS).rows
    assert [(row.room, row.goods, row.spec, row.quantity) for row in found] == [
        ("3-501", "土豆5斤", "", 2),
        ("3-501", "鸡蛋", "大号", 1),
        ("20-1702", "小葱", "", 1),
        ("20-1702", "鸡蛋", "小号", 3),
    ]


@pytest.mark.parametrize("text", ["五花肉【2斤】 4件；苹果【约5斤】 1件", "五花肉[2斤] x4\n苹果[约5斤] x1"])
def test_count_within_a_specification_is_no_count_of_goods(text):
    assert read(["昵称", "地址", "购买清单", "件数"], ["高", "3-501", text, 5]) == [
        order("3-501", "五花肉", 4, "2斤"), order("3-501", "苹果", 1, "约5斤")
    ]  # fmt: skip
