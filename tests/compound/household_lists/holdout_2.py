"""Lists whose shapes were written down after the reader was finished, to see how it does at first contact (2)."""

import io
from collections.abc import Callable

import openpyxl

from tests.compound.household_lists import Shape, text, xlsx

HOLDOUT: list[Callable[[], Shape]] = []


def holdout(build: Callable[[], Shape]) -> Callable[[], Shape]:
    HOLDOUT.append(build)
    return build


@holdout
def three_side_by_side() -> Shape:
    rows = [
        ["1号楼", None, "2号楼", None, "3号楼", None],
        ["房号", "人数", "房号", "人数", "房号", "人数"],
        [101, 2, 101, 3, 101, 1],
        [102, 1, 102, 0, 102, 4],
    ]
    return Shape(
        "",
        xlsx(("x", rows, ["A1:B1", "C1:D1", "E1:F1"])),
        ["3 1-101 2", "3 2-101 3", "3 3-101 1", "4 1-102 1", "4 2-102 0 空", "4 3-102 4"],
    )


@holdout
def formulas_with_text_and_subtotal_count() -> Shape:
    rows = [
        ["序号", "楼栋", "房号", "人数", "签名"],
        ["=ROW()-1", "1栋", "101", 2, None],
        ["=ROW()-1", "=B2", "102", 3, None],
        ["=ROW()-1", None, "103", 1, None],
        ["合计", None, "3户", "=SUM(D2:D4)", None],
    ]
    return Shape("", xlsx(("x", rows)), ["2 1-101 2", "4 1-103 1"], ["B3 formula"])


@holdout
def captains_sheet_with_phone_in_title_and_no_building_word() -> Shape:
    rows = [
        ["楼栋：", "6栋", "楼长：", "王某", "电话：", "13000009999"],
        [],
        ["房号", "户主", "人数", "特殊情况"],
        ["101", "赵一", "2", "高血压、糖尿病"],
        ["102", "钱二", "3", "党员"],
        ["注：请如实填写"],
    ]
    return Shape("", xlsx(("Sheet1", rows)), ["4 6-101 2 慢性病", "5 6-102 3"], [], ["D5 tag_unknown"])


@holdout
def people_as_decimal_and_negative_and_huge() -> Shape:
    rows = [
        ["楼", "室", "人口"],
        [1, 101, 2.5],
        [1, 102, 13000001111],
        [1, 103, "3.0"],
        [1, 104, "半"],
        [1, 105, "六人"],
    ]
    return Shape(
        "",
        xlsx(("x", rows)),
        ["4 1-103 3", "6 1-105 6"],
        ["C2 people_unreadable", "C3 people_unreadable", "C5 people_unreadable"],
    )


@holdout
def building_column_after_room_and_area() -> Shape:
    rows = [
        ["户主", "房间", "楼栋", "区域", "人数"],
        ["赵一", "101", "东区3号楼", "东区", 2],
        ["钱二", "101", "西区3号楼", "西区", 3],
    ]
    return Shape("", xlsx(("x", rows)), ["2 东区3-101 2", "3 西区3-101 3"])


@holdout
def hidden_old_sheet() -> Shape:
    b = openpyxl.Workbook()
    s = b.worksheets[0]
    s.title = "名单"
    for r in [["楼栋", "房号", "人数"], ["1", 101, 2]]:
        s.append(r)
    o = b.create_sheet("旧名单")
    o.sheet_state = "hidden"
    for r in [["楼栋", "房号", "人数"], ["1", 101, 5]]:
        o.append(r)
    f = io.BytesIO()
    b.save(f)
    return Shape("", f.getvalue(), ["2 1-101 2"])


@holdout
def traditional_english_mixed_head() -> Shape:
    rows = [
        ["楼栋 Building", "单元 Unit", "房号 Room", "户主 Name", "人数 People", "特殊人群 Tags"],
        ["1", "1", "101", "赵", 2, "infant"],
        ["1", "2", "101", "钱", 1, "lone elder/chronic illness"],
    ]
    return Shape("", xlsx(("x", rows)), ["2 1-1-101 2 婴幼儿", "3 1-2-101 1 独居老人 慢性病"])


@holdout
def whole_address_in_shanghai_style() -> Shape:
    rows = [
        ["门牌", "户主", "常住人口", "联系电话"],
        ["9弄9号9室", "赵", 2, ""],
        ["9弄10号101室", "钱", 1, ""],
        ["9弄10号102", "孙", "2人", ""],
        ["9弄10-201", "李", "3", ""],
    ]
    return Shape("", xlsx(("x", rows)), ["2 9-9 2", "3 10-101 1", "4 10-102 2", "5 10-201 3"])


@holdout
def renamed_columns_with_merged_building_and_unit() -> Shape:
    rows = [
        ["XX物业 住户情况表"],
        ["序", "幢", "梯", "室", "业主", "手机", "几口人", "关爱类型", "使用状况", "说明"],
        [1, "1#楼", "1梯", "101", "赵一", "13000001111", "3 口", "孤老", "自用", None],
        [2, None, None, "102", "钱二", None, "叁", "", "空关", None],
        [3, None, "2梯", "101", "孙三", None, "两大一小", "低保/慢病", "出租", None],
        ["小计", None, None, None, None, None, 6],
        [4, "2#楼", None, "101", "李四", None, "1个人", "腿脚不便", "返乡", None],
        [None] * 10,
        ["制表人：王某", None, None, "审核：李某"],
    ]
    return Shape(
        "",
        xlsx(("x", rows, ["A1:J1", "B3:B5", "C3:C4"])),
        ["3 1-1-101 3 独居老人", "5 1-2-101 3 困难户 慢性病", "7 2-101 1 行动不便 返"],
        ["G4 people_conflict"],
        ["G5 people_added_up"],
    )


@holdout
def starts_at_c5_with_blank_rows_between() -> Shape:
    rows = [
        [],
        [],
        [None, None, "名单"],
        [],
        [None, None, "楼号", "房号", "人数", "情况"],
        [None, None, "第1栋", "101", 2, "孕妇"],
        [],
        [None, None, None, "102", 1, "正常"],
        [],
        [None, None, "第二栋", "101", 3, "婴儿，低保"],
    ]
    return Shape("", xlsx(("x", rows)), ["6 1-101 2 孕妇", "8 1-102 1", "10 2-101 3 婴幼儿 困难户"])


@holdout
def csv_crlf_newline_in_cell_and_bom() -> Shape:
    lines = [
        '"楼栋","房号","户主\n姓名","人数","备注"',
        '"1栋","101","赵\n一","2","外地\n返回"',
        '"1栋","102","钱二","0","空关房"',
    ]
    d = ("\ufeff" + "\r\n".join(lines) + "\r\n").encode()
    return Shape("", d, ["2 1-101 2 返", "3 1-102 0 空"])


@holdout
def snake_case_english() -> Shape:
    rows = [
        ["building_no", "unit_no", "room_no", "owner", "phone", "head_count", "tags", "is_occupied", "is_returned"],
        ["1", "1", "101", "Zhao", "13000001111", "2", "hardship", "yes", "no"],
        ["1", "2", "101", "Qian", "", "3", "reduced mobility|infant", "yes", "yes"],
        ["1", "2", "102", "", "", "0", "", "no", "no"],
    ]
    return Shape(
        "",
        text([[c.replace("|", ";") for c in r] for r in rows], "\t"),
        ["2 1-1-101 2 困难户", "3 1-2-101 3 行动不便 婴幼儿 返", "4 1-2-102 0 空"],
    )


@holdout
def status_as_tick_columns() -> Shape:
    rows = [
        ["楼栋", "房号", "户主", "居住状态", None, None, "人口", None, "特殊人群", None],
        [None, None, None, "自住", "出租", "空置", "男", "女", "残疾人", "60岁以上独居"],
        ["1", "101", "赵一", "√", None, None, 1, 1, None, None],
        ["1", "102", None, None, None, "√", None, None, None, None],
        ["1", "103", "孙三", None, "√", None, 0, 1, "√", "√"],
    ]
    return Shape(
        "",
        xlsx(("x", rows, ["A1:A2", "B1:B2", "C1:C2", "D1:F1", "G1:H1", "I1:J1"])),
        ["3 1-101 2", "4 1-102 0 空", "5 1-103 1 行动不便 独居老人"],
    )


@holdout
def several_tag_columns() -> Shape:
    rows = [
        ["楼栋", "房号", "人数", "标签1", "标签2", "标签3"],
        ["1", "101", 2, "孕妇", "低保", ""],
        ["1", "102", 1, "", "", "慢性病患者"],
    ]
    return Shape("", xlsx(("x", rows)), ["2 1-101 2 孕妇 困难户", "3 1-102 1 慢性病"])


@holdout
def road_address_and_total_on_top() -> Shape:
    rows = [
        ["合计户数：3", "", "总人数：6"],
        ["地址", "姓名", "人口数"],
        ["幸福路88号3栋2单元501", "赵一", "2"],
        ["幸福路88号3栋1单元501", "钱二", "3"],
        ["幸福路88号4栋501", "孙三", "1"],
    ]
    return Shape("", text(rows), ["3 3-2-501 2", "4 3-1-501 3", "5 4-501 1"])


@holdout
def odd_rooms() -> Shape:
    rows = [
        ["楼栋", "房号", "人数"],
        ["1", "1O1", 1],
        ["1", "101、102", 2],
        ["1", "0103", 3],
        ["1", "104室（东）", 4],
        ["1", "1-105", 5],
        ["1", "B106", 6],
        ["1栋(高层)", "107", 1],
    ]
    return Shape(
        "",
        xlsx(("x", rows)),
        ["4 1-103 3", "6 1-105 5", "7 1-B106 6", "8 1-107 1"],
        ["B2 room_unreadable", "B3 room_unreadable", "B5 room_unreadable"],
    )


@holdout
def tags_only_in_remarks() -> Shape:
    rows = [
        ["楼号", "门牌号", "住户", "人数", "备注"],
        ["2", "201", "赵一", "1", "独居老人，有慢性病"],
        ["2", "202", "钱二", "2", "养狗，钥匙在物业"],
        ["2", "203", "孙三", "3", "外地返乡"],
        ["2", "204", "", "0", "业主在国外，房屋空置"],
    ]
    return Shape("", xlsx(("x", rows)), ["2 2-201 1 独居老人 慢性病", "3 2-202 2", "4 2-203 3 返", "5 2-204 0 空"])


@holdout
def registered_by_families_with_numbers() -> Shape:
    rows = [
        ["户编号", "房号", "姓名", "称谓", "性别", "联系方式"],
        ["1", "3-101", "赵一", "户主", "男", "13000001111"],
        ["", "", "钱二", "妻子", "女", ""],
        ["2", "3-102", "孙三", "户主", "女", ""],
        ["3", "3-201", "李四", "户主", "男", ""],
        ["", "", "周五", "母亲", "女", ""],
        ["", "", "吴六", "儿子", "男", ""],
    ]
    return Shape("", xlsx(("x", rows)), ["2 3-101 2", "4 3-102 1", "5 3-201 3"])


@holdout
def notes_between_and_wrong_counts() -> Shape:
    rows = [
        ["单位：人"],
        ["楼栋", "单元", "房号", "户主姓名", "在住人口", "特殊情况说明"],
        ["1栋", "1单元", "101", "赵一", "两个", "独居"],
        ["以下为2单元"],
        ["1栋", "2单元", "101", "钱二", "未知", "无"],
        ["1栋", "2单元", "102", "孙三", "3（含1婴儿）", "婴儿"],
        ["1栋", "2单元", "103", "李四", "", "无"],
    ]
    return Shape(
        "",
        xlsx(("x", rows)),
        ["3 1-1-101 2 独居老人", "6 1-2-102 3 婴幼儿"],
        ["E5 people_unreadable", "E7 people_missing"],
    )


@holdout
def utf8_with_chinese_comma() -> Shape:
    d = "楼栋，房号，人数，特殊人群\n1栋，101，2，孕妇、低保\n1栋，102，3，\n".encode()
    return Shape("", d, ["2 1-101 2 孕妇 困难户", "3 1-102 3"])
