"""Shapes: persons, wrong cells, text files."""

import datetime as dt
from typing import Any

from tests.compound.household_lists import Shape, shape, text, xlsx

# ── persons ───────────────────────────────────────────────────────────────────────────────────────────────────────


@shape
def line_for_each_person() -> Shape:
    rows = [
        ["楼栋", "房号", "姓名", "与户主关系", "身份证号", "电话", "特殊人群"],
        ["1栋", 101, "赵一", "户主", "310101199001011233", "13000001111", None],
        ["1栋", 101, "钱二", "配偶", "310101199101011233", None, "孕妇"],
        ["1栋", 101, "赵小", "子", "310101202001011233", None, "婴幼儿"],
        ["1栋", 102, "孙三", "户主", "310101194001011233", None, "独居老人"],
        ["1栋", 103, None, None, None, None, "空户"],
    ]
    return Shape("persons", xlsx(("x", rows)), ["2 1-101 3 孕妇 婴幼儿", "5 1-102 1 独居老人", "6 1-103 0 空"])


@shape
def persons_under_a_merged_room() -> Shape:
    rows = [
        ["楼号", "房号", "家庭成员", "关系", "手机"],
        ["1号楼", "101室", "赵一", "户主", "13000001111"],
        [None, None, "钱二", "妻", None],
        [None, None, "赵小", "女", None],
        [None, "102室", "孙三", "户主", None],
        [None, None, "李四", "夫", "13000002222"],
    ]
    return Shape("merged persons", xlsx(("x", rows, ["A2:A6", "B2:B4", "B5:B6"])), ["2 1-101 3", "5 1-102 2"])


@shape
def persons_with_room_left_out() -> Shape:
    rows = [
        ["地址", "姓名", "性别", "年龄"],
        ["1-101", "赵一", "男", 40],
        ["", "钱二", "女", 39],
        ["1-102", "孙三", "女", 71],
        ["2-101", "李四", "男", 30],
        ["", "周五", "女", 30],
        ["", "李小", "男", 3],
    ]
    return Shape("persons, room once", text(rows), ["2 1-101 2", "4 1-102 1", "5 2-101 3"])


# ── cells that are wrong ──────────────────────────────────────────────────────────────────────────────────────────


@shape
def head_counts_of_all_kinds() -> Shape:
    words = [
        "3人",
        "三人",
        "两口",
        "2.0",
        "４",
        "2大1小",
        "约三",
        "3-4",
        "?",
        "不详",
        "空户",
        None,
        "共5人",
        "-1",
        "十一",
        "4+1",
    ]
    rows = [["楼栋", "房号", "户主", "人数"], *[["1栋", 101 + i, f"户{i}", word] for i, word in enumerate(words)]]
    return Shape(
        "counts",
        xlsx(("x", rows)),
        [
            "2 1-101 3",
            "3 1-102 3",
            "4 1-103 2",
            "5 1-104 2",
            "6 1-105 4",
            "7 1-106 3",
            "12 1-111 0 空",
            "14 1-113 5",
            "16 1-115 11",
        ],
        [
            "D8 people_unreadable",
            "D9 people_unreadable",
            "D10 people_unreadable",
            "D11 people_unreadable",
            "D13 people_missing",
            "D15 people_unreadable",
            "D17 people_unreadable",
        ],
        ["D7 people_added_up"],
    )


@shape
def dates_errors_and_formulas() -> Shape:
    rows = [
        ["地址", "户主", "人数"],
        ["3-201", "赵一", 2],
        [dt.datetime(2022, 3, 2), "钱二", 3],
        ["3-203", "孙三", "=1+2"],
        ["#REF!", "李四", 2],
        ["=A2", "周五", 2],
        ["3-206", "吴六", "#N/A"],
        ["3-207", "郑七", 1],
        ["小计", None, "=SUM(C2:C8)"],
    ]
    return Shape(
        "bad cells",
        xlsx(("x", rows)),
        ["2 3-201 2", "8 3-207 1"],
        ["A3 room_is_date", "C4 formula", "A5 cell_error", "A6 formula", "C7 cell_error"],
    )


@shape
def rooms_twice() -> Shape:
    rows = [["楼栋", "房号", "户主", "人数"], [1, 101, "赵一", 2], [1, 102, "钱二", 2], ["1栋", "101室", "孙三", 3]]
    return Shape("twice", xlsx(("x", rows)), ["2 1-101 2", "3 1-102 2"], ["B4 duplicate"])


@shape
def rooms_missing_or_unreadable() -> Shape:
    rows = [
        ["楼栋", "房号", "户主", "人数"],
        [1, 101, "赵一", 2],
        [1, None, "钱二", 2],
        [1, "二楼东", "孙三", 2],
        ["？？", 104, "李四", 1],
    ]
    return Shape(
        "bad rooms",
        xlsx(("x", rows)),
        ["2 1-101 2"],
        ["B3 room_missing", "B4 room_unreadable", "A5 building_unreadable"],
    )


@shape
def unit_left_out_where_several_have_the_room() -> Shape:
    rows = [
        ["楼栋", "单元", "房号", "人数"],
        [1, 1, 101, 2],
        [1, 2, 101, 3],
        [1, 2, 102, 3],
        [2, 1, 101, 1],
        [1, "/", 101, 4],
    ]
    return Shape(
        "ambiguous",
        xlsx(("x", rows)),
        ["2 1-1-101 2", "3 1-2-101 3", "4 1-2-102 3", "5 2-101 1"],
        ["C6 unit_ambiguous"],
    )


@shape
def empty_flat_with_people() -> Shape:
    rows = [["楼栋", "房号", "人数", "居住状态"], [1, 101, 2, "常住"], [1, 102, 3, "空户"], [1, 103, None, "未入住"]]
    return Shape("conflict", xlsx(("x", rows)), ["2 1-101 2", "4 1-103 0 空"], ["C3 people_conflict"])


@shape
def empty_flats_left_blank() -> Shape:
    rows = [["楼栋", "房号", "户主", "人数"], [1, 101, "赵一", 2], [1, 102, None, None], [1, 103, "孙三", 1]]
    return Shape("blank flats", xlsx(("x", rows)), ["2 1-101 2", "3 1-102 0 空", "4 1-103 1"], [], ["D3 read_as_empty"])


# ── text files ────────────────────────────────────────────────────────────────────────────────────────────────────

PLAIN: list[list[Any]] = [
    ["楼栋", "单元", "房号", "户主", "人数", "特殊人群"],
    ["2栋", "1单元", "302室", "赵一", "3人", "医护、孕妇"],
    ["2栋", "2单元", "302.0", "钱二", "2", "五保户；婴儿"],
]
PLAIN_SAID = ["2 2-1-302 3 医护人员家庭 孕妇", "3 2-2-302 2 困难户 婴幼儿"]


@shape
def csv_in_utf8() -> Shape:
    return Shape("utf-8", text(PLAIN), PLAIN_SAID)


@shape
def csv_in_utf8_with_mark() -> Shape:
    return Shape("utf-8-sig", text(PLAIN, encoding="utf-8-sig"), PLAIN_SAID)


@shape
def csv_in_gb18030() -> Shape:
    return Shape("gb18030", text(PLAIN, encoding="gb18030"), PLAIN_SAID)


@shape
def csv_in_utf16_with_tabs() -> Shape:
    return Shape("utf-16", text(PLAIN, "\t", "utf-16"), PLAIN_SAID)


@shape
def csv_in_utf16_without_mark() -> Shape:
    return Shape("utf-16-le", text(PLAIN, ",", "utf-16-le"), PLAIN_SAID)


@shape
def csv_with_semicolons() -> Shape:
    rows = [[cell.replace("；", "/") for cell in row] for row in PLAIN]
    return Shape("semicolons", text(rows, ";"), PLAIN_SAID)


@shape
def csv_with_dates() -> Shape:
    rows = [["房号", "户主", "人数"], ["3月2日", "赵一", "1"], ["2-501", "钱二", "2"], ["2-Mar", "孙三", "2"]]
    return Shape("dates", text(rows), ["3 2-501 2"], ["A2 room_is_date", "A4 room_is_date"])
