"""Lists whose shapes were written down after the reader was finished, to see how it does at first contact (1)."""

import datetime as dt
from collections.abc import Callable

from tests.compound.household_lists import Shape, text, xlsx

HOLDOUT: list[Callable[[], Shape]] = []


def holdout(build: Callable[[], Shape]) -> Callable[[], Shape]:
    HOLDOUT.append(build)
    return build


@holdout
def long_preface_and_three_heading_rows() -> Shape:
    rows = [
        ["和平街道红旗社区"],
        ["小区名称：幸福里", None, None, "网格员：王某", None, "联系电话：13000009999"],
        ["填报时间", dt.datetime(2022, 4, 1), None, None, None, None],
        [],
        ["序号", "住址", None, None, "家庭", None, "人群", None, "居住"],
        [None, "楼幢", "单元", "门牌", "户主姓名", "人口", None, None, "情况"],
        [None, None, None, None, None, "总数", "残疾", "低保", None],
        [1, "6幢", "1", "301", "赵一", 4, "", "√", "自住"],
        [2, "6幢", "2", "301", "钱二", 1, "√", "", "出租"],
        [3, "6幢", "2", "302", "", 0, "", "", "空置"],
    ]
    merged = ["A1:I1", "A5:A7", "B5:D5", "E5:F5", "G5:H6", "B6:B7", "C6:C7", "D6:D7", "E6:E7"]
    return Shape(
        "preface",
        xlsx(("Sheet1", rows, merged)),
        ["8 6-1-301 4 困难户", "9 6-2-301 1 行动不便", "10 6-2-302 0 空"],
    )


@holdout
def doors_with_dashes_and_own_words_for_states() -> Shape:
    rows = [
        ["门牌", "产权人", "现住人数", "居住类别", "需帮助人群"],
        ["2-1-501", "赵一", 3, "自有", "高血压患者"],
        ["2-1-502", "钱二", 2, "租赁", None],
        ["2-2-501", None, None, "空置", None],
        ["2-2-502", "孙三", "1人", "自有", "80岁独居老人，行动不便"],
    ]
    return Shape(
        "dashes",
        xlsx(("2022", rows)),
        ["2 2-1-501 3 慢性病", "3 2-1-502 2", "4 2-2-501 0 空", "5 2-2-502 1 独居老人 行动不便"],
    )


@holdout
def buildings_with_letters() -> Shape:
    rows = [
        ["楼座", "房间号", "联系人", "入住人数"],
        ["A1座", "1-0101", "赵一", 2],
        [None, "1-0102", "钱二", 2],
        [None, "2-0101", "孙三", 3],
        ["B座", "1101", "李四", 1],
        ["B座", "1102", "周五", 4],
    ]
    return Shape(
        "letters",
        xlsx(("x", rows, ["A2:A4"])),
        ["2 A1-1-101 2", "3 A1-1-102 2", "4 A1-2-101 3", "5 B-1101 1", "6 B-1102 4"],
    )


@holdout
def gb18030_with_preface_and_totals() -> Shape:
    rows = [
        ["幸福里小区摸排表", "", "", "", ""],
        ["填表人：王某", "", "", "日期：2022-04-01", ""],
        ["栋号", "房号", "住户", "人数", "有无返乡人员"],
        ["1栋", "101", "赵一", "3", "无"],
        ["1栋", "102", "钱二", "2", "有"],
        ["1栋小计", "", "", "5", ""],
        ["2栋", "101", "孙三", "1", ""],
        ["2栋小计", "", "", "1", ""],
        ["总计", "3户", "", "6", ""],
        ["负责人签字：", "", "", "", ""],
    ]
    return Shape("gb18030", text(rows, encoding="gb18030"), ["4 1-101 3", "5 1-102 2 返", "7 2-101 1"])


@holdout
def persons_with_the_count_on_the_first_line() -> Shape:
    rows = [
        ["楼栋", "单元", "室", "家庭人数", "成员姓名", "与户主关系", "证件号码", "手机号"],
        ["3号楼", "1单元", "101", 3, "赵一", "户主", "310101199001011233", "13000001111"],
        [None, None, None, None, "钱二", "妻子", "31010119910101123X", ""],
        [None, None, None, None, "赵小", "儿子", None, None],
        ["3号楼", "2单元", "101", 1, "孙三", "户主", "310101194001011233", None],
        ["3号楼", "2单元", "102", 2, "李四", "户主", None, None],
        [None, None, None, None, "周五", "配偶", None, None],
    ]
    merged = ["D2:D4", "C2:C4", "D6:D7", "C6:C7"]
    return Shape("persons", xlsx(("x", rows, merged)), ["2 3-1-101 3", "5 3-2-101 1", "6 3-2-102 2"])


@holdout
def sheets_named_by_unit() -> Shape:
    head = ["房号", "业主姓名", "居住人口", "标签"]
    return Shape(
        "unit sheets",
        xlsx(
            ("封面", [["幸福里小区5号楼"], ["制表：物业服务中心"]]),
            ("5号楼1单元", [head, [101, "赵一", 2, ""], [102, "钱二", 1, "独居"]]),
            ("5号楼2单元", [head, [101, "孙三", 3, "孕妇 婴幼儿"], [102, "李四", "四", ""]]),
            ("统计", [["单元", "户数", "人数"], ["1单元", 2, 3], ["2单元", 2, 7]]),
        ),
        ["2 5-1-101 2", "3 5-1-102 1 独居老人", "2 5-2-101 3 孕妇 婴幼儿", "3 5-2-102 4"],
    )


@holdout
def english_with_yes_and_no() -> Shape:
    rows = [
        [
            "S/N",
            "Block",
            "Flat No",
            "Head of household",
            "Tel",
            "No. of residents",
            "Vacant (Y/N)",
            "Lone elder",
            "Infant",
            "Remarks",
        ],
        ["1", "3", "501", "Zhao Yi", "13000001111", "2", "N", "Y", "N", ""],
        ["2", "3", "502", "", "", "0", "Y", "", "", ""],
        ["3", "12", "101A", "Qian Er", "", "3 people", "N", "no", "yes", "returned"],
        ["4", "12", "102", "Sun San", "", "n/a", "N", "", "", ""],
    ]
    return Shape(
        "y/n",
        text(rows, ";"),
        ["2 3-501 2 独居老人", "3 3-502 0 空", "4 12-101A 3 婴幼儿 返"],
        ["F5 people_missing"],
    )


@holdout
def chinese_numerals_everywhere() -> Shape:
    rows = [
        ["楼号", "单元号", "房间", "户主名", "共几人"],
        ["十二号楼", "一单元", "二〇一室", "赵一", "三"],
        ["十二号楼", "二单元", "二〇一室", "钱二", "两口人"],
        ["十号楼", "/", "一〇一", "孙三", "一"],
    ]
    return Shape("numerals", xlsx(("x", rows)), ["2 12-1-201 3", "3 12-2-201 2", "4 10-101 1"])


@holdout
def unit_inside_the_room_cell() -> Shape:
    rows = [
        ["楼", "房间号码", "户主", "人口（人）", "特殊家庭"],
        ["1号楼", "1单元101", "赵一", 2, "军属"],
        ["1号楼", "1单元102室", "钱二", 2, "医务人员"],
        ["1号楼", "2单元101室", "孙三", 2, ""],
        ["2号楼", "1单元101室", "李四", 5, "困难群众，慢病"],
    ]
    return Shape(
        "unit in room",
        xlsx(("x", rows)),
        ["2 1-1-101 2", "3 1-1-102 2 医护人员家庭", "4 1-2-101 2", "5 2-101 5 困难户 慢性病"],
        [],
        ["E2 tag_unknown"],
    )


@holdout
def heading_rows_with_the_captain() -> Shape:
    head = ["门号", "姓名", "人数", "备注"]
    rows = [
        ["幸福里小区居民台账"],
        ["3号楼 楼长：王某 电话：13000009999"],
        head,
        ["101室", "赵一", 2, "8月10日从武汉返回"],
        ["102室", "钱二", 3, "低保"],
        ["4号楼 楼长：李某 电话：13000008888"],
        head,
        ["101室", "孙三", 1, "租户"],
        ["102室", "无人", 0, ""],
    ]
    return Shape(
        "captains",
        xlsx(("台账", rows, ["A1:D1", "A2:D2", "A6:D6"])),
        ["4 3-101 2 返", "5 3-102 3 困难户", "8 4-101 1", "9 4-102 0 空"],
    )


@holdout
def traditional_in_big5() -> Shape:
    rows = [
        ["樓棟", "單元", "房號", "戶主", "常住人數", "特殊人群", "備註"],
        ["1棟", "1單元", "101室", "趙一", "2人", "獨居老人", ""],
        ["1棟", "2單元", "101室", "錢二", "3人", "孕婦、嬰幼兒", ""],
        ["1棟", "2單元", "102室", "", "0", "", "空戶"],
    ]
    return Shape(
        "big5",
        text(rows, encoding="big5"),
        ["2 1-1-101 2 独居老人", "3 1-2-101 3 孕妇 婴幼儿", "4 1-2-102 0 空"],
    )


@holdout
def text_numbers_with_odd_spaces() -> Shape:
    rows = [
        ["楼栋　号", " 房号 ", "户主", "人 数"],
        ["\u200b1 栋", " 101\u00a0", "赵一", " 2 "],
        ["'2栋", "'0102", "钱二", "３ 人"],
        ["2＃", "103．0", "孙三", "1.00"],
    ]
    return Shape("spaces", xlsx(("x", rows)), ["2 1-101 2", "3 2-102 3", "4 2-103 1"])


@holdout
def building_and_unit_in_one_column() -> Shape:
    rows = [
        ["楼栋单元", "室号", "户主", "实住人数", "状态"],
        ["1号楼1单元", "101", "赵一", 2, "常住"],
        ["", "102", "钱二", 2, "外地返回"],
        ["1号楼2单元", "101", "孙三", 4, "常住"],
        ["2号楼", "101", "李四", 1, "常住"],
    ]
    return Shape("building+unit", xlsx(("x", rows)), ["2 1-1-101 2", "3 1-1-102 2 返", "4 1-2-101 4", "5 2-101 1"])


@holdout
def prepared_lines_and_several_counts() -> Shape:
    rows = [
        ["序号", "栋", "房号", "户籍人口", "常住人口", "其中：老人", "备注"],
        [1, 1, 101, 5, 3, 2, None],
        [2, 1, 102, 3, 0, None, "全家外出，空置"],
        [3, 1, 103, 2, "若干", None, None],
        [4, None, None, None, None, None, None],
        [5, None, None, None, None, None, None],
    ]
    return Shape("prepared", xlsx(("x", rows)), ["2 1-101 3", "3 1-102 0 空"], ["E4 people_unreadable"])


@holdout
def resident_register_with_group_header_household() -> Shape:
    rows = [
        ["2022年幸福里居民登记册", None, None, None, None, None, None],
        ["编号", "房屋坐落", "户主信息", None, "居住人口", "是否重点人群", "备 注"],
        [None, None, "姓名", "联系电话", None, None, None],
        ["001", "幸福里1栋1单元101", "赵一", "13000001111", "3", "否", None],
        ["002", "幸福里1栋2单元101", "钱二", "—", "1", "独居老人", None],
        ["003", "幸福里2栋101", "/", "/", "0", "否", "空置房"],
        ["合计", None, None, None, "4", None, None],
    ]
    return Shape(
        "",
        xlsx(("Sheet1", rows, ["A1:G1", "A2:A3", "B2:B3", "C2:D2", "E2:E3", "F2:F3", "G2:G3"])),
        ["4 1-1-101 3", "5 1-2-101 1 独居老人", "6 2-101 0 空"],
    )


@holdout
def unit_number_header_with_buildings_named_once_and_subtotals_between() -> Shape:
    rows = [
        ["楼号", "单元号", "门牌号", "住户姓名", "居住人数", "类别"],
        ["8号楼", "1", "101", "赵一", "2", "低保户"],
        ["", "", "102", "钱二", "3", ""],
        ["", "2", "101", "孙三", "1", "孤寡老人、残疾人"],
        ["", "", "小计", "", "6", ""],
        ["9号楼", "", "101", "李四", "4", "医护"],
        ["", "", "102", "周五", "0", ""],
        ["", "", "小计", "", "4", ""],
        ["总计", "", "", "", "10", ""],
    ]
    return Shape(
        "",
        text(rows, "\t", "gb18030"),
        [
            "2 8-1-101 2 困难户",
            "3 8-1-102 3",
            "4 8-2-101 1 独居老人 行动不便",
            "6 9-101 4 医护人员家庭",
            "7 9-102 0 空",
        ],
    )


@holdout
def english_tower_apartment_occupants() -> Shape:
    rows = [
        ["Tower", "Apartment", "Owner Name", "Contact No.", "Occupants", "Vulnerable group", "Remarks"],
        ["Tower A", "1702", "Zhao", "13000001111", 4, "Elderly living alone", ""],
        ["", "1703", "Qian", "", 2, "Pregnant; Baby", ""],
        ["Tower B", "101", "Sun", "", 0, "", "vacant"],
    ]
    return Shape("", xlsx(("Residents", rows)), ["2 A-1702 4 独居老人", "3 A-1703 2 孕妇 婴幼儿", "4 B-101 0 空"])


@holdout
def room_dates_and_text() -> Shape:
    rows = [
        ["单元房号", "业主", "人口"],
        ["1-101", "赵", 2],
        [dt.datetime(2022, 1, 2), "钱", 2],
        ["1-103", "孙", "2户籍"],
        ["2-101", "李", 3],
    ]
    return Shape("", xlsx(("7号楼", rows)), ["2 7-1-101 2", "5 7-2-101 3"], ["A3 room_is_date", "C4 people_unreadable"])


@holdout
def status_in_the_name_column() -> Shape:
    rows = [
        ["栋号", "房号", "业主姓名", "人数", "电话"],
        ["3幢", "101", "（空置）", "", ""],
        ["3幢", "102", "出租：王五", 2, "13000001111"],
        ["3幢", "103", "未售", "", ""],
    ]
    return Shape("", xlsx(("x", rows)), ["2 3-101 0 空", "3 3-102 2", "4 3-103 0 空"])


@holdout
def header_with_notes_beneath_and_units_in_brackets() -> Shape:
    rows = [
        ["楼栋（号）", "单元（号）", "房号（室）", "户主（姓名）", "人口数（人）", "返乡人员（人）", "特殊群体"],
        ["填数字", "填数字", "如101", "", "填数字", "填数字", "见说明"],
        [1, 1, 101, "赵一", 3, 1, "慢病人员"],
        [1, 2, 101, "钱二", 2, 0, "无"],
    ]
    return Shape("", xlsx(("x", rows)), ["3 1-1-101 3 慢性病 返", "4 1-2-101 2"])
