"""Shapes: where the building is, headings."""

from tests.compound.household_lists import Shape, shape, xlsx

# ── where the building is ─────────────────────────────────────────────────────────────────────────────────────────


@shape
def building_merged_over_its_rows() -> Shape:
    rows = [
        ["楼号", "门牌号", "户主姓名", "人口数"],
        ["5号楼", 101, "赵一", 3],
        [None, 102, "钱二", 2],
        [None, 201, "孙三", "4人"],
        ["6号楼", 101, "李四", 1],
        [None, 102, "周五", 5],
    ]
    data = xlsx(("Sheet1", rows, ["A2:A4", "A5:A6"]))
    return Shape("merged building", data, ["2 5-101 3", "3 5-102 2", "4 5-201 4", "5 6-101 1", "6 6-102 5"])


@shape
def building_on_a_line_of_its_own() -> Shape:
    rows = [
        ["阳光小区住户名册"],
        ["房间号", "姓名", "居住人数", "备注"],
        ["1号楼"],
        ["101", "赵一", "3", ""],
        ["102室", "钱二", "2", "空调外机"],
        ["2号楼（共2户）"],
        ["101", "孙三", "1", ""],
        [102, "", 0, "空置"],
        ["合计", "", "6"],
    ]
    return Shape(
        "building heading rows",
        xlsx(("名册", rows, ["A1:D1", "A3:D3", "A6:D6"])),
        ["4 1-101 3", "5 1-102 2", "7 2-101 1", "8 2-102 0 空"],
    )


@shape
def sheet_for_each_building() -> Shape:
    head = ["室号", "户主", "人数"]
    return Shape(
        "sheets named by building",
        xlsx(
            ("说明", [["填写说明"], ["请各楼长于周五前交表"]]),
            ("1号楼", [["1号楼住户表"], head, [101, "赵一", 2], [102, "钱二", 3]]),
            ("2号楼", [["2号楼住户表"], head, [101, "孙三", 4]]),
            ("商务楼", [head, [305, "李四", 1]]),
        ),
        ["3 1-101 2", "4 1-102 3", "3 2-101 4", "2 商务楼-305 1"],
    )


@shape
def building_in_the_title() -> Shape:
    rows = [
        ["幸福里小区12号楼住户信息登记表（2022年8月）"],
        ["房号", "户主", "常住人口"],
        ["101A", "赵一", 2],
        ["101B", "钱二", 3],
    ]
    return Shape("title names building", xlsx(("Sheet1", rows, ["A1:C1"])), ["3 12-101A 2", "4 12-101B 3"])


@shape
def whole_address_in_one_column() -> Shape:
    rows = [
        ["序号", "住址", "户主", "电话", "家庭人口"],
        [1, "20栋1702", "赵一", "13000001111", 2],
        [2, "3号楼2单元501室", "钱二", "130 0000 2222", 3],
        [3, "3号楼1单元501室", "孙三", "", 1],
        [4, "168弄2号602室", "李四", "", 4],
        [5, "12-101A", "周五", "", 2],
        [6, "商务楼305", "吴六", "", 1],
        [7, "幸福里小区20栋1703室", "郑七", "", 1],
    ]
    return Shape(
        "addresses",
        xlsx(("表", rows)),
        ["2 20-1702 2", "3 3-2-501 3", "4 3-1-501 1", "5 2-602 4", "6 12-101A 2", "7 商务楼-305 1", "8 20-1703 1"],
    )


@shape
def lane_number_room() -> Shape:
    rows = [
        ["弄", "号", "室", "承租人", "在住人数", "人员类别"],
        [168, 2, 602, "赵一", 2, "孤老"],
        [None, 2, 603, "钱二", 3, ""],
        [None, 9, 101, "孙三", 1, "低保、残疾"],
    ]
    return Shape("弄号室", xlsx(("x", rows)), ["2 2-602 2 独居老人", "3 2-603 3", "4 9-101 1 困难户 行动不便"])


@shape
def unit_and_room_in_one_cell() -> Shape:
    rows = [
        ["幢号", "单元-房号", "业主", "人数"],
        ["3幢", "1-501", "赵一", 2],
        ["", "2-501", "钱二", 3],
        ["4幢", "1-101", "孙三", 1],
        ["", "2-101", "李四", 1],
    ]
    return Shape("unit-room", xlsx(("x", rows)), ["2 3-1-501 2", "3 3-2-501 3", "4 4-1-101 1", "5 4-2-101 1"])


@shape
def unit_merged_and_left_out() -> Shape:
    rows = [
        ["楼栋", "单元", "房间", "姓名", "人数"],
        ["7栋", "一单元", 101, "赵一", 2],
        [None, None, 102, "钱二", 3],
        [None, "二单元", 101, "孙三", 1],
        [None, None, 102, "李四", 4],
        ["8栋", None, 101, "周五", 2],
    ]
    return Shape(
        "unit once",
        xlsx(("x", rows, ["A2:A5", "B2:B3"])),
        ["2 7-1-101 2", "3 7-1-102 3", "4 7-2-101 1", "5 7-2-102 4", "6 8-101 2"],
    )


@shape
def building_and_unit_heading_rows() -> Shape:
    rows = [
        ["房号", "户主", "人数"],
        ["3号楼1单元", None, None],
        [101, "赵一", 2],
        ["3号楼2单元", None, None],
        [101, "钱二", 3],
        ["4号楼", None, None],
        [101, "孙三", 1],
    ]
    return Shape("unit headings", xlsx(("x", rows)), ["3 3-1-101 2", "5 3-2-101 3", "7 4-101 1"])


# ── headings ──────────────────────────────────────────────────────────────────────────────────────────────────────


@shape
def heading_over_two_rows() -> Shape:
    rows = [
        ["某小区居民情况一览表", None, None, None, None, None, None, None],
        ["序号", "房屋信息", None, None, "住户信息", None, None, "备注"],
        [None, "楼号", "单元", "室号", "户主", "联系方式", "人数", None],
        [1, 1, 1, 101, "赵一", 13000001111, 3, None],
        [2, 1, 2, 101, "钱二", 13000002222, 2, "返乡"],
    ]
    merged = ["A1:H1", "A2:A3", "B2:D2", "E2:G2", "H2:H3"]
    return Shape("two rows", xlsx(("x", rows, merged)), ["4 1-1-101 3", "5 1-2-101 2 返"])


@shape
def ticks_under_a_group() -> Shape:
    rows = [
        ["楼栋", "房号", "户主", "人数", "特殊人群", None, None, None, "是否空置", "是否返乡"],
        [None, None, None, None, "独居老人", "孕妇", "婴幼儿", "行动不便", None, None],
        ["1#", 101, "赵一", 1, "√", None, None, "√", "否", "否"],
        ["1#", 102, "钱二", 3, None, "是", 1, None, "否", "是"],
        ["1#", 103, None, None, None, None, None, None, "是", None],
    ]
    merged = ["A1:A2", "B1:B2", "C1:C2", "D1:D2", "E1:H1", "I1:I2", "J1:J2"]
    return Shape(
        "tick columns",
        xlsx(("x", rows, merged)),
        ["3 1-101 1 独居老人 行动不便", "4 1-102 3 孕妇 婴幼儿 返", "5 1-103 0 空"],
    )


@shape
def english_headings() -> Shape:
    rows = [
        ["Household list"],
        ["No.", "Building", "Unit", "Room No.", "Name", "Mobile", "People", "Special needs", "Status"],
        [1, 1, 1, 101, "Zhao Yi", "13000001111", 2, "lone elder; chronic illness", "owner"],
        [2, 1, 2, 101, "Qian Er", "", 3, "infant, pregnant", "returned"],
        [3, 1, 2, 102, "", "", 0, "", "vacant"],
        ["Total", "", "", "", "", "", 5],
    ]
    return Shape(
        "English",
        xlsx(("List", rows)),
        ["3 1-1-101 2 独居老人 慢性病", "4 1-2-101 3 婴幼儿 孕妇 返", "5 1-2-102 0 空"],
    )


@shape
def heading_again_on_each_page() -> Shape:
    head = ["楼栋", "房号", "户主", "人数"]
    rows = [head, [1, 101, "赵一", 2], ["本页小计", None, None, 2], head, [1, 102, "钱二", 3], ["第2页 共2页"]]
    return Shape("repeated", xlsx(("x", rows)), ["2 1-101 2", "5 1-102 3"])


@shape
def tables_below_each_other() -> Shape:
    rows = [
        ["1号楼"],
        ["房号", "户主", "人数"],
        [101, "赵一", 2],
        [],
        ["2号楼"],
        ["房号", "人数", "户主", "电话"],
        [101, 4, "钱二", "13000001111"],
    ]
    return Shape("stacked", xlsx(("x", rows)), ["3 1-101 2", "7 2-101 4"])


@shape
def two_lists_side_by_side() -> Shape:
    rows = [
        ["楼栋", "房号", "人数", None, "楼栋", "房号", "人数"],
        ["1栋", 101, 2, None, "2栋", 101, 5],
        [None, 102, 3, None, None, 102, 1],
        [None, 103, 1, None, None, None, None],
    ]
    return Shape(
        "side by side",
        xlsx(("x", rows)),
        ["2 1-101 2", "2 2-101 5", "3 1-102 3", "3 2-102 1", "4 1-103 1"],
    )


@shape
def odd_headings() -> Shape:
    rows = [
        [
            "*楼栋 号",
            "房 号\n（必填）",
            "住户（户主）",
            "手机号码（11位）",
            "实际居住\n人数（人）",
            "重点关注人群",
            "入住状态",
            "户籍人数",
            "身份证号码",
        ],
        ["2栋", "0302室", "赵一", "13000001111", "2", "空巢老人/慢病", "自住", 5, "310101199001011233"],
        ["2栋", "３０３", "钱二", "+86 13000002222", "3口", "无", "出租", 2, "E12345678"],
    ]
    return Shape("odd headings", xlsx(("x", rows)), ["2 2-302 2 独居老人 慢性病", "3 2-303 3"])


@shape
def unknown_heading_with_known_words() -> Shape:
    rows = [
        ["栋", "室", "主人", "几口人", "要照顾的", "住没住"],
        ["一栋", 101, "赵一", "两人", "老人独居", "常住"],
        ["一栋", 102, "钱二", "三口人", "有婴儿", "常住"],
        ["二栋", 101, "", "", "", "空着"],
    ]
    return Shape("by values", xlsx(("x", rows)), ["2 1-101 2 独居老人", "3 1-102 3 婴幼儿", "4 2-101 0 空"])


@shape
def floor_and_door() -> Shape:
    rows = [["楼栋", "楼层", "房号", "人数"], ["1栋", 1, "01", 2], ["1栋", 1, "02", 3], ["1栋", 17, "02", 1]]
    return Shape("floor", xlsx(("x", rows)), ["2 1-101 2", "3 1-102 3", "4 1-1702 1"])
