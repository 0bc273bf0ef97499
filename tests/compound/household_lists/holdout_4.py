"""Lists whose shapes were written down after the reader was finished, to see how it does at first contact (4)."""

import io
import zipfile
from collections.abc import Callable

import openpyxl

from tests.compound.household_lists import Shape, text, xlsx

HOLDOUT: list[Callable[[], Shape]] = []


def holdout(build: Callable[[], Shape]) -> Callable[[], Shape]:
    HOLDOUT.append(build)
    return build


@holdout
def people_in_words_within_remark_and_error_values() -> Shape:
    rows = [
        ["栋", "房", "人数", "备注"],
        ["1", "101", "#VALUE!", "x"],
        ["1", "102", 3, "独居老人已过世"],
        ["1", "103", "四口之家", ""],
        ["1", "104", "５人", ""],
    ]
    return Shape("", xlsx(("x", rows)), ["3 1-102 3", "5 1-104 5"], ["C2 cell_error", "C4 people_unreadable"])


@holdout
def phone_and_name_together_and_two_contacts() -> Shape:
    rows = [
        ["房号", "户主及电话", "人口", "租户", "租户电话"],
        ["3-101", "赵一13000001111", 2, "", ""],
        ["3-102", "钱二", 3, "李某", "13000002222"],
    ]
    return Shape("", xlsx(("x", rows)), ["2 3-101 2", "3 3-102 3"])


@holdout
def sheet_titles_with_names() -> Shape:
    head = ["房号", "户主", "人数", "特殊"]
    return Shape(
        "",
        xlsx(
            ("A座", [head, ["101", "赵", 2, "无"]]),
            ("B座(32户)", [head, ["101", "钱", 3, "高血压"]]),
            ("目录", [["A座"], ["B座"]]),
        ),
        ["2 A-101 2", "2 B-101 3 慢性病"],
    )


@holdout
def no_people_column_but_members() -> Shape:
    rows = [["楼栋", "房号", "户主", "家庭成员"], ["1", "101", "赵一", "钱二、赵小"], ["1", "102", "孙三", ""]]
    return Shape("", xlsx(("x", rows)), ["2 1-101 ?", "3 1-102 ?"], [], ["None no_people_column"])


@holdout
def english_returned_and_flags() -> Shape:
    rows = [
        [
            "Block",
            "Unit",
            "Door",
            "Household head",
            "Household size",
            "Medical family",
            "Hardship",
            "Empty",
            "Back from elsewhere",
            "Comment",
        ],
        ["5", "1", "0501", "Zhao", "2", "x", "", "", "", ""],
        ["5", "2", "0501", "Qian", "1", "", "✓", "no", "yes", ""],
        ["5", "2", "0502", "", "0", "", "", "yes", "", ""],
    ]
    return Shape("", text(rows), ["2 5-1-501 2", "3 5-2-501 1 困难户 返", "4 5-2-502 0 空"])


@holdout
def trailing_sheet_with_statistics_by_room_type() -> Shape:
    return Shape(
        "",
        xlsx(
            ("明细", [["楼号", "房号", "人数"], ["1", "101", 2], ["1", "102", 1]]),
            ("统计表", [["楼号", "户数", "人数", "空置户数"], ["1", 2, 3, 0]]),
            ("字典", [["特殊人群"], ["独居老人"], ["孕妇"]]),
        ),
        ["2 1-101 2", "3 1-102 1"],
    )


@holdout
def house_list_with_block_names_and_double_units() -> Shape:
    rows = [
        ["锦绣花园住户台账（截至8月20日）"],
        ["编号", "座", "单元", "房间号", "业主姓名", "联系方式", "现居人数", "人员标签", "备注信息"],
        ["1", "A座", "1单元", "0301", "赵一", "13000001111", "2", "独居老人;慢性病", ""],
        ["2", "", "", "0302室", "钱二", "", "两人", "", ""],
        ["3", "", "2单元", "0301", "孙三", "", "4人", "医护人员", "返乡"],
        ["4", "B座", "", "0301", "", "", "", "", "空房"],
        ["小计", "", "", "", "", "", "8", "", ""],
        ["总计", "", "", "", "", "", "8", "", ""],
    ]
    return Shape(
        "",
        xlsx(("台账", rows, ["A1:I1"])),
        ["3 A-1-301 2 独居老人 慢性病", "4 A-1-302 2", "5 A-2-301 4 医护人员家庭 返", "6 B-301 0 空"],
    )


@holdout
def csv_gbk_with_semicolon_tags_and_total() -> Shape:
    rows = [
        ["栋号", "单元", "室号", "户主", "手机", "人口", "困难类型", "入住情况"],
        ["3#", "1", "501室", "赵一", "130-0000-1111", "3.0", "五保户;残疾", "自住"],
        ["3#", "2", "501室", "钱二", "", "2", "", "空置"],
        ["", "合计", "", "", "", "3", "", ""],
    ]
    return Shape("", text(rows, encoding="gb18030"), ["2 3-1-501 3 困难户 行动不便"], ["F3 people_conflict"])


@holdout
def formula_cached_values() -> Shape:
    b = openpyxl.Workbook()
    s = b.worksheets[0]
    for r in [["楼栋", "房号", "人数"], ["1", "101", "=1+1"], ["1", "102", 3]]:
        s.append(r)
    f = io.BytesIO()
    b.save(f)
    out = io.BytesIO()
    with zipfile.ZipFile(f) as a, zipfile.ZipFile(out, "w") as z:
        for n in a.namelist():
            d = a.read(n)
            if n.endswith("sheet1.xml"):
                d = (
                    d.replace(b"<f>1+1</f><v />", b"<f>1+1</f><v>2</v>")
                    .replace(b"<f>1+1</f><v></v>", b"<f>1+1</f><v>2</v>")
                    .replace(b"<f>1+1</f><v/>", b"<f>1+1</f><v>2</v>")
                )
            z.writestr(n, d)
    return Shape("", out.getvalue(), ["2 1-101 2", "3 1-102 3"])


@holdout
def two_title_rows_then_header_in_third_with_spaces() -> Shape:
    rows = [
        ["幸 福 里 小 区"],
        ["住 户 信 息 表"],
        ["楼  栋", "单  元", "房  号", "姓  名", "人  数", "备  注"],
        ["1 号楼", "1 单元", "101 室", "赵 一", "2 人", ""],
        ["", "", "102 室", "钱 二", "1 人", "独居 老人"],
        ["", "2 单元", "101 室", "孙 三", "3 人", "返乡 人员"],
    ]
    return Shape("", xlsx(("x", rows, ["A1:F1", "A2:F2"])), ["4 1-1-101 2", "5 1-1-102 1 独居老人", "6 1-2-101 3 返"])


@holdout
def yes_no_columns_in_chinese() -> Shape:
    rows = [
        ["楼栋", "门牌", "户主", "人口", "是否低保", "是否残疾", "是否独居老人", "是否空户", "是否返乡人员"],
        ["1", "101", "赵", 1, "是", "否", "是", "否", "否"],
        ["1", "102", "", 0, "否", "否", "否", "是", "否"],
        ["1", "103", "孙", 3, "否", "否", "否", "否", "是"],
    ]
    return Shape("", xlsx(("x", rows)), ["2 1-101 1 困难户 独居老人", "3 1-102 0 空", "4 1-103 3 返"])


@holdout
def big_building_numbers_and_long_rooms() -> Shape:
    rows = [["楼栋", "房号", "人数"], ["295", "909", 6], ["295", "10号", 1], ["1001", "12-1203", 2], ["12", "3301", 2]]
    return Shape("", xlsx(("x", rows)), ["2 295-909 6", "3 295-10 1", "4 1001-1203 2", "5 12-3301 2"])


@holdout
def total_first_and_repeated_titles_per_page() -> Shape:
    head = ["序号", "房号", "户主", "人数", "特殊人群"]
    rows = [
        ["1号楼住户名单（第1页）"],
        head,
        [1, "1-101", "赵", 2, ""],
        [2, "2-101", "钱", 1, "慢病"],
        ["1号楼住户名单（第2页）"],
        head,
        [3, "2-102", "孙", 4, ""],
        ["制表：李", "", "", "", ""],
    ]
    return Shape("", xlsx(("x", rows)), ["3 1-1-101 2", "4 1-2-101 1 慢性病", "7 1-2-102 4"])


@holdout
def person_list_by_id_card_with_household_head_only_marked() -> Shape:
    rows = [
        ["楼号", "单元", "房号", "姓名", "公民身份号码", "性别", "年龄", "与户主关系", "联系电话", "人员类别"],
        ["6", "1", "201", "赵一", "110101199003071233", "男", 32, "本人", "13000001111", ""],
        ["6", "1", "201", "钱二", "110101199103071233", "女", 31, "配偶", "", ""],
        ["6", "1", "201", "赵小", "110101202003071233", "男", 2, "子女", "", "婴幼儿"],
        ["6", "2", "201", "孙三", "110101194003071233", "女", 82, "本人", "", "独居老人"],
    ]
    return Shape("", xlsx(("x", rows)), ["2 6-1-201 3 婴幼儿", "5 6-2-201 1 独居老人"])


@holdout
def only_rooms_and_counts_without_building_column_in_file_with_building_headings_and_gaps() -> Shape:
    rows = [["栋/房", "人数"], ["1栋", None], ["101", 2], ["102", 3], [None, None], ["2栋", None], ["101", 1]]
    return Shape("", xlsx(("x", rows)), ["3 1-101 2", "4 1-102 3", "7 2-101 1"])


@holdout
def numbers_with_units_glued_in_building_column() -> Shape:
    rows = [
        ["楼栋", "房号", "常住人数"],
        ["1栋1单元", 101, 2],
        ["1栋1单元", 102, 2],
        ["1栋2单元", 101, 1],
        ["2栋1单元", 101, 5],
    ]
    return Shape("", xlsx(("x", rows)), ["2 1-1-101 2", "3 1-1-102 2", "4 1-2-101 1", "5 2-101 5"])


@holdout
def wrong_cells_of_many_kinds() -> Shape:
    rows = [
        ["楼栋", "单元", "房号", "人数"],
        ["1", "1", "101", "2"],
        ["1", "2", "101", "若干"],
        ["1", "3a", "#N/A", "1"],
        ["1", "二", "102", "1"],
        ["1", "?", "103", "1"],
        ["", "1", "104", "12.5"],
    ]
    return Shape(
        "",
        xlsx(("x", rows)),
        ["2 1-1-101 2", "5 1-2-102 1"],
        ["D3 people_unreadable", "B4 unit_unreadable", "C4 cell_error", "B6 unit_unreadable", "D7 people_unreadable"],
    )


@holdout
def sheet_with_logo_rows_and_footer_block() -> Shape:
    rows = [
        [None] * 6,
        [None, "物业服务中心", None, None, None, None],
        [None, "楼栋", "房号", "户主", "人数", "状态"],
        [None, "5栋", "1101", "赵", 2, "常住"],
        [None, None, "1102", "钱", 2, "租客"],
        [None, "共2户", None, None, 4, None],
        [None, "经办人：", None, "日期：2022.8.1", None, None],
        [None, "说明：租客请登记房东", None, None, None, None],
    ]
    return Shape("", xlsx(("x", rows, ["B2:F2"])), ["4 5-1101 2", "5 5-1102 2"])
