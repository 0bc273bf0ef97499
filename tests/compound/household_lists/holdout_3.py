"""Lists whose shapes were written down after the reader was finished, to see how it does at first contact (3)."""

import datetime as dt
from collections.abc import Callable

from tests.compound.household_lists import Shape, text, xlsx

HOLDOUT: list[Callable[[], Shape]] = []


def holdout(build: Callable[[], Shape]) -> Callable[[], Shape]:
    HOLDOUT.append(build)
    return build


@holdout
def big_title_and_unit_in_header_sheet() -> Shape:
    head = ["房间", "业主", "人口"]
    return Shape(
        "",
        xlsx(
            ("1栋1单元", [["幸福里小区"], head, ["101", "赵", 2]]),
            ("1栋2单元", [["幸福里小区"], head, ["101", "钱", 3]]),
            ("2栋", [["幸福里小区"], head, ["101", "孙", 1]]),
        ),
        ["3 1-1-101 2", "3 1-2-101 3", "3 2-101 1"],
    )


@holdout
def floor_blocks_by_heading() -> Shape:
    rows = [
        ["房号", "户主", "人数"],
        ["一、1号楼"],
        ["101", "赵", 2],
        ["二、2号楼"],
        ["101", "钱", 1],
        ["三、商务楼"],
        ["305", "孙", 4],
    ]
    return Shape("", xlsx(("x", rows)), ["3 1-101 2", "5 2-101 1", "7 商务楼-305 4"])


@holdout
def sample_cousin_with_english_titles_and_totals_in_room_column() -> Shape:
    rows = [
        ["Happiness Garden – households", None, None, None, None, None],
        ["as of 17.8.2022"],
        ["#", "Bldg", "Entrance", "Flat", "Head", "Persons", "Special group", "State"],
        [1, "No. 1", 1, "101", "Zhou", 2, "chronic", "tenant"],
        [2, None, 2, "101", "Qian", "3 persons", "", "returned"],
        [None, None, None, "Subtotal", None, 5],
        [3, "2", None, "101A", "Sun", "two", "", "owner"],
        ["Checked by:", None, None, None],
    ]
    return Shape("", xlsx(("L", rows)), ["4 1-1-101 2 慢性病", "5 1-2-101 3 返"], ["F7 people_unreadable"])


@holdout
def merged_room_cells_with_two_persons_and_counts() -> Shape:
    rows = [
        ["楼栋", "房号", "居民姓名", "身份", "人口"],
        ["3栋", "101", "赵一", "户主", 2],
        [None, None, "钱二", "妻", None],
        ["3栋", "102", "孙三", "户主", 1],
    ]
    return Shape("", xlsx(("x", rows, ["A2:A3", "B2:B3", "E2:E3"])), ["2 3-101 2", "4 3-102 1"])


@holdout
def units_as_words() -> Shape:
    rows = [
        ["楼栋", "单元", "房间号", "户数人口"],
        ["5号楼", "东单元", "101", 2],
        ["5号楼", "西单元", "101", 3],
        ["5号楼", "西单元", "102室", 1],
    ]
    return Shape("", xlsx(("x", rows)), ["2 5-东-101 2", "3 5-西-101 3", "4 5-西-102 1"], [], [])


@holdout
def wechat_form_export() -> Shape:
    rows = [
        [
            "提交时间",
            "您的楼栋号",
            "您的单元号",
            "您的房间号",
            "您的姓名",
            "您的手机号码",
            "家里现在住几个人？",
            "家中是否有以下人员（可多选）",
            "填写IP",
        ],
        [
            dt.datetime(2022, 4, 1, 9, 30),
            "12栋",
            "2单元",
            "1203",
            "赵一",
            "13000001111",
            "3",
            "孕妇|婴幼儿",
            "127.0.0.1",
        ],
        [dt.datetime(2022, 4, 1, 9, 31), "12栋", "1单元", "1203", "钱二", "13000002222", "2", "无", "127.0.0.1"],
    ]
    return Shape("", xlsx(("Sheet1", rows)), ["2 12-2-1203 3 孕妇 婴幼儿", "3 12-1-1203 2"])


@holdout
def whole_list_in_text_export_with_tabs_and_spaces() -> Shape:
    d = "幸福里\t\t\t\n楼栋\t房号\t户主\t人数\n1栋 \t 101 \t赵一\t 2\n\t102\t钱二\t3 \n\t\t小计\t5\n".encode("utf-16")
    return Shape("", d, ["3 1-101 2", "4 1-102 3"])


@holdout
def building_numbers_with_phase() -> Shape:
    rows = [
        ["房号", "业主", "常住人口数"],
        ["一期3栋501", "赵", 2],
        ["二期3栋501", "钱", 1],
        ["二期12栋1单元501", "孙", 1],
        ["二期12栋2单元501", "李", 1],
    ]
    return Shape("", xlsx(("x", rows)), ["2 一期3-501 2", "3 二期3-501 1", "4 二期12-1-501 1", "5 二期12-2-501 1"])


@holdout
def occupancy_words_of_many_kinds() -> Shape:
    rows = [
        ["幢", "室", "户主", "人数", "居住现状"],
        [1, 101, "赵", "2", "自住（常住）"],
        [1, 102, "钱", "", "未交付"],
        [1, 103, "", "0", "装修中"],
        [1, 104, "李", "3", "租客"],
        [1, 105, "周", "1", "常住，8月从三亚回"],
        [1, 106, "吴", "2", "已返乡人员"],
        [1, 107, "郑", "", "长期无人居住"],
    ]
    return Shape(
        "",
        xlsx(("x", rows)),
        ["2 1-101 2", "3 1-102 0 空", "4 1-103 0 空", "5 1-104 3", "6 1-105 1 返", "7 1-106 2 返", "8 1-107 0 空"],
    )


@holdout
def errors_named_in_second_sheet() -> Shape:
    head = ["门牌号", "人口", "对象类别"]
    return Shape(
        "",
        xlsx(
            ("6#", [["6#楼"], head, ["101", 2, "低保"], ["102", "很多", ""]]),
            ("7#", [["7#楼"], head, ["101", "2", ""], ["101", "3", ""]]),
        ),
        ["3 6-101 2 困难户", "3 7-101 2"],
        ["B4 people_unreadable", "A4 duplicate"],
    )


@holdout
def heading_after_long_notes() -> Shape:
    rows = [
        ["关于做好住户信息登记的通知"],
        ["一、请各楼长如实填写，楼栋、房号、人数必填。"],
        ["二、特殊人群包括独居老人、孕妇等。"],
        ["三、房号只写数字。"],
        ["楼栋", "房号", "人数", "特殊人群"],
        ["1", "101", "2", "独居老人"],
        ["1", "102", "3", ""],
        ["备注：空户也要填"],
    ]
    return Shape("", xlsx(("x", rows, ["A1:D1", "A2:D2", "A3:D3", "A4:D4"])), ["6 1-101 2 独居老人", "7 1-102 3"])


@holdout
def basement_and_shops() -> Shape:
    rows = [
        ["楼栋", "房号", "人数"],
        ["1", "B101", 1],
        ["1", "101", 2],
        ["1", "商铺3", 1],
        ["商铺", "12", 1],
        ["1", "101A", 1],
        ["1", "1单元-102", 1],
    ]
    return Shape(
        "",
        xlsx(("x", rows)),
        ["2 1-B101 1", "3 1-101 2", "5 商铺-12 1", "6 1-101A 1", "7 1-102 1"],
        ["B4 room_unreadable"],
    )


@holdout
def numbers_stored_oddly() -> Shape:
    rows = [
        ["楼栋", "单元", "房号", "人数"],
        [1.0, 1.0, 101.0, 2.0],
        ["1.0", "2.0", "101.0", "3.0"],
        ["０１", "０２", "０１０２", "０３"],
    ]
    return Shape("", xlsx(("x", rows)), ["2 1-1-101 2", "3 1-2-101 3", "4 1-2-102 3"])


@holdout
def returned_with_place_and_date() -> Shape:
    rows = [
        ["楼栋", "房号", "人数", "外地返回情况"],
        ["1", "101", 2, "无"],
        ["1", "102", 2, "8.12 武汉"],
        ["1", "103", 2, "否"],
        ["1", "104", 1, "有，1人"],
    ]
    return Shape(
        "",
        xlsx(("x", rows)),
        ["2 1-101 2", "3 1-102 2 返", "4 1-103 2", "5 1-104 1 返"],
        [],
        ["D3 tick_unclear", "D5 tick_unclear"],
    )


@holdout
def street_office_form() -> Shape:
    rows = [
        ["附件2"],
        ["××街道××社区居民小区封控管理住户信息摸排表"],
        ["小区名称：幸福里", "", "", "", "填表人：王某", "", "联系电话：13000009999"],
        ["序号", "楼栋号", "单元号", "门牌号", "户主姓名", "实际居住人数", "其中", "", "", "有无外地返回人员", "备注"],
        ["", "", "", "", "", "", "孕产妇", "独居老人", "慢病", "", ""],
        ["1", "1", "1", "101", "赵一", "2", "", "1", "1", "无", ""],
        ["2", "1", "2", "101", "钱二", "4", "1", "", "", "有", ""],
        ["3", "1", "2", "102", "孙三", "0", "", "", "", "无", "空置"],
        ["合计", "", "", "", "", "6", "1", "1", "1", "", ""],
        ["填表说明：1.数字用阿拉伯数字。"],
    ]
    return Shape(
        "",
        xlsx(("Sheet1", rows, ["A4:A5", "B4:B5", "C4:C5", "D4:D5", "E4:E5", "F4:F5", "G4:I4", "J4:J5", "K4:K5"])),
        ["6 1-1-101 2 独居老人 慢性病", "7 1-2-101 4 孕妇 返", "8 1-2-102 0 空"],
    )


@holdout
def same_in_csv_without_merges() -> Shape:
    rows = [
        ["序号", "楼栋号", "单元号", "门牌号", "户主姓名", "实际居住人数", "其中", "", "", "备注"],
        ["", "", "", "", "", "", "孕产妇", "独居老人", "慢病", ""],
        ["1", "1", "1", "101", "赵一", "2", "", "1", "1", ""],
        ["2", "1", "2", "101", "钱二", "4", "1", "", "", ""],
    ]
    return Shape("", text(rows, encoding="gb18030"), ["3 1-1-101 2 独居老人 慢性病", "4 1-2-101 4 孕妇"])


@holdout
def property_system_export() -> Shape:
    rows = [
        ["房产编号", "房产名称", "客户名称", "移动电话", "建筑面积", "使用状态", "入住人数", "客户类型"],
        ["XFL-01-0101", "1栋-1单元-101", "赵一", "13000001111", 89.5, "已入住", 3, "业主"],
        ["XFL-01-0201", "1栋-2单元-101", "钱二", "13000002222", 89.5, "空置", 0, "业主"],
        ["XFL-02-0101", "2栋-101", "孙三", "13000003333", 70, "出租", 2, "租户"],
    ]
    return Shape("", xlsx(("导出", rows)), ["2 1-1-101 3", "3 1-2-101 0 空", "4 2-101 2"])


@holdout
def building_as_vertical_text_merged() -> Shape:
    rows = [
        ["楼\n栋", "房\n号", "姓\n名", "人\n口", "特殊\n人群"],
        ["一\n号\n楼", 101, "赵", 2, "独居\n老人"],
        [None, 102, "钱", 1, None],
        ["二\n号\n楼", 101, "孙", 3, "孕妇\n低保"],
    ]
    return Shape("", xlsx(("x", rows, ["A2:A3"])), ["2 1-101 2 独居老人", "3 1-102 1", "4 2-101 3 孕妇 困难户"])


@holdout
def subtotal_rows_with_building_names() -> Shape:
    rows = [
        ["楼号", "室号", "人数"],
        ["1号楼", "101", 2],
        ["1号楼", "102", 3],
        ["1号楼 小计", "2户", 5],
        ["2号楼", "101", 1],
        ["2号楼合计", "1户", 1],
        ["全小区总计", "3户", 6],
    ]
    return Shape("", xlsx(("x", rows)), ["2 1-101 2", "3 1-102 3", "5 2-101 1"])


@holdout
def unit_heading_then_rows_with_floor() -> Shape:
    rows = [
        ["层", "房号", "户主", "人数"],
        ["2栋1单元"],
        [1, "101", "赵", 2],
        [None, "102", "钱", 2],
        [2, "201", "孙", 1],
        ["2栋2单元"],
        [1, "101", "李", 4],
    ]
    return Shape(
        "", xlsx(("x", rows, ["A2:D2", "A6:D6", "A3:A4"])), ["3 2-1-101 2", "4 2-1-102 2", "5 2-1-201 1", "7 2-2-101 4"]
    )
