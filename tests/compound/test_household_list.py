"""Pure reading of household lists: the sample equals its truth, and each shape is read as it is meant."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from compound.household_list import Choice, ListRefused, book_from_bytes, book_to_bytes, load, read_book, sections_of
from tests.compound.household_lists import (
    SHAPES,
    Shape,
    cells,
    columns,
    holdout_1,
    holdout_2,
    holdout_3,
    holdout_4,
    problems_said,
    rows_said,
    text,
    xlsx,
)

# Importing the modules fills SHAPES.
MODULES = (cells, columns)
HOLDOUT = [*holdout_1.HOLDOUT, *holdout_2.HOLDOUT, *holdout_3.HOLDOUT, *holdout_4.HOLDOUT]
LISTS = Path(__file__).parent / "household_lists"


@pytest.mark.parametrize("build", [*SHAPES, *HOLDOUT], ids=lambda build: build.__name__)
def test_list_when_shaped_oddly_is_read_as_meant(build: Callable[[], Shape]) -> None:
    shape = build()
    reading = read_book(load(shape.data))
    assert rows_said(reading) == shape.rows
    assert problems_said(reading.errors) == shape.errors
    assert problems_said(reading.warnings) == shape.warnings


def test_sample_when_read_equals_its_truth_in_every_row() -> None:
    truth = json.loads((LISTS / "sample.truth.json").read_text())
    reading = read_book(load((LISTS / "sample.xlsx").read_bytes()))
    assert [line.to_json() for line in reading.lines] == [
        {
            "row": row["row"],
            "room": "-".join(part for part in (row["building"], row["unit"], row["room"]) if part),
            "people": row["people"],
            "tags": row["tags"],
            "empty": row["empty"],
            "returned": row["returned"],
            "sheet": "",
        }
        for row in truth
    ]
    assert (reading.errors, reading.warnings, reading.asks) == ((), (), False)
    assert [(p.row, p.code) for p in reading.skipped] == [
        (41, "total"),
        (78, "total"),
        (97, "total"),
        (131, "total"),
        (150, "total"),
        (169, "total"),
        (171, "note"),
    ]


def test_book_when_kept_and_taken_back_reads_the_same() -> None:
    for build in SHAPES:
        book = load(build().data)
        assert book_from_bytes(book_to_bytes(book)) == book


# ── identity numbers ──────────────────────────────────────────────────────────────────────────────────────────────


def test_identity_numbers_wherever_they_stand_are_in_no_cell_that_is_kept() -> None:
    rows = [
        ["楼栋", "房号", "户主", "身份证", "人数", "护照号码", "备注"],
        [1, 101, "赵一 110101199003071233", "110101199003071233", 2, "E12345678", "证 110101 19900307 123X 在物业"],
        [1, 102, "钱二", 110101199003071233, "110101199003071233", None, 1.10101199003071e17],
    ]
    book = load(xlsx(("x", rows)))
    kept = json.dumps([[cell.text for cell in row.cells] for sheet in book for row in sheet.rows], ensure_ascii=False)
    assert [part for part in ("1101", "19900307", "E1234") if part in kept] == []
    reading = read_book(book)
    assert [line.name for line in reading.lines] == ["赵一 〔…〕"]
    assert problems_said(reading.errors) == ["E3 people_unreadable"]


def test_identity_column_when_its_cells_are_only_digits_of_its_end_is_blank() -> None:
    book = load(text([["房号", "身份证后四位", "人数"], ["1-101", "1233", "2"]]))
    assert [cell.kind for cell in book.sheets[0].rows[1].cells] == ["text", "identity", "number"]


# ── columns ───────────────────────────────────────────────────────────────────────────────────────────────────────

STRANGE = [["甲", "乙", "丙", "丁"], ["1", "101", "赵一", "2"], ["1", "102", "钱二", "3"]]


def test_list_when_no_heading_is_known_is_refused() -> None:
    with pytest.raises(ListRefused) as refused:
        read_book(load(text(STRANGE)))
    assert refused.value.code == "no_header"


def test_list_when_the_columns_were_chosen_by_hand_is_read() -> None:
    choice = Choice(header_row=1, fields={0: "building", 1: "room", 2: "name", 3: "people"})
    reading = read_book(load(text(STRANGE)), choices={"": choice})
    assert rows_said(reading) == ["2 1-101 2", "3 1-102 3"]
    assert reading.asks is False


def test_list_when_it_begins_without_headings_is_read_with_columns_chosen_by_hand() -> None:
    choice = Choice(header_row=0, fields={0: "building", 1: "room", 3: "people"})
    reading = read_book(load(text(STRANGE[1:])), choices={"": choice})
    assert rows_said(reading) == ["1 1-101 2", "2 1-102 3"]


def test_heading_when_it_was_learned_is_not_asked_about_again() -> None:
    rows = [["楼栋", "房号", "丁口"], ["1", "101", "2"]]
    before = read_book(load(text(rows)))
    assert before.asks is True
    after = read_book(load(text(rows)), choices={"": Choice(headings={"丁口": "people"})})
    assert (rows_said(after), after.asks) == (["2 1-101 2"], False)


def test_columns_when_two_count_people_take_those_who_live_there() -> None:
    rows = [["楼栋", "房号", "户籍人数", "实际居住人数", "老人人数"], ["1", "101", "5", "2", "1"]]
    section = sections_of(load(text(rows)))[0]
    assert [(c.heading, c.field) for c in section.columns] == [
        ("楼栋", "building"),
        ("房号", "room"),
        ("户籍人数", "ignore"),
        ("实际居住人数", "people"),
        ("老人人数", "ignore"),
    ]


def test_errors_when_several_sheets_were_read_name_the_sheet() -> None:
    head = ["房号", "人数"]
    reading = read_book(load(xlsx(("1号楼", [head, [101, 2]]), ("2号楼", [head, [101, "约三"]]))))
    assert [p.message for p in reading.errors] == ["工作表“2号楼” B2: 人数不是数字（写的是“约三”）"]


# ── remarks ───────────────────────────────────────────────────────────────────────────────────────────────────────

PLAIN = ["楼栋", "房号", "人数", "备注"]
GROUPED = ["楼栋", "房号", "人数", "特殊人群", "备注"]


def test_remark_when_written_is_kept_without_identity_and_phone_numbers() -> None:
    remarks = {
        "糖尿病，需胰岛素": "糖尿病，需胰岛素",
        "儿子13000041234": "儿子",
        "儿子 +86 130-0004-1234，晚上来": "儿子，晚上来",
        "女儿(021-55556666)": "女儿",
        "电话02155556666": "电话",
        "(021)55556666 女儿": "女儿",
        "1234567 13000041234 8901": "1234567 8901",
        "证 110101199003071233 在物业": "证 在物业",
        "证110101900307123": "证",
        "水表 12345678": "水表 12345678",
        "13000041234": "",
        "110101199003071233": "",
        "/": "",
        "无": "",
        "": "",
        "猫" * 200: "猫" * 200,
        "有电梯卡 / 独居老人": "有电梯卡 / 独居老人",
        "猫（两只）": "猫（两只）",
    }
    rows = [["1", str(101 + n), "2", remark] for n, remark in enumerate(remarks)]
    reading = read_book(load(text([PLAIN, *rows])))
    assert [line.remark for line in reading.lines] == list(remarks.values())


def test_remark_when_longer_than_200_characters_is_cut_and_says_so() -> None:
    reading = read_book(load(text([PLAIN, ["1", "101", "2", "猫" * 201]])))
    assert [line.remark for line in reading.lines] == ["猫" * 200]
    assert [p.message for p in reading.warnings] == ["D2: 备注超过200个字，后面的没有导入"]


def test_remark_when_it_is_a_formula_without_a_result_is_named_and_the_line_goes_in() -> None:
    reading = read_book(load(xlsx(("x", [PLAIN, ["1", "101", 2, "=A2"]]))))
    assert (rows_said(reading), [line.remark for line in reading.lines]) == (["2 1-101 2"], [""])
    assert problems_said(reading.warnings) == ["D2 formula"]


def test_remark_when_several_columns_or_persons_have_one_keeps_each_once() -> None:
    rows = [
        ["房号", "姓名", "与户主关系", "备注", "其他"],
        ["1-101", "赵一", "户主", "有电梯卡", "养猫"],
        ["1-101", "赵二", "子", "有电梯卡", "住校"],
    ]
    assert [line.remark for line in read_book(load(text(rows))).lines] == ["有电梯卡；养猫；住校"]


def test_remark_when_the_list_has_no_groups_gives_those_that_are_a_word_of_it() -> None:
    remarks = {
        "糖尿病，需胰岛素": "慢性病",
        "有电梯卡 / 独居老人": "独居老人",
        "孕妇、残疾": "孕妇 行动不便",
        "独居老人已过世": "",
        "独居老人（已过世）": "",
        "低保 无": "",
        "无 独居老人": "",
        "钥匙在物业": "",
    }
    rows = [["1", str(101 + n), "2", remark] for n, remark in enumerate(remarks)]
    reading = read_book(load(text([PLAIN, *rows])))
    assert [" ".join(line.tags) for line in reading.lines] == list(remarks.values())
    # What stands beside the word may mean the contrary: not guessed at.
    assert problems_said(reading.warnings) == [f"D{row} remark_names_group" for row in (6, 7, 8)]


def test_remark_when_the_list_has_groups_is_only_named() -> None:
    rows = [
        ["1", "101", "2", "", "有电梯卡 / 独居老人"],
        ["1", "102", "2", "孕妇", "养猫"],
        ["1", "103", "2", "独居老人", "独居，有电梯卡"],
    ]
    reading = read_book(load(text([GROUPED, *rows])))
    assert rows_said(reading) == ["2 1-101 2", "3 1-102 2 孕妇", "4 1-103 2 独居老人"]
    assert [(p.code, p.message) for p in reading.warnings] == [
        ("remark_names_group", "E2: 备注里写了“独居老人”，像是特殊人群。只记入备注，没有加标签，请看一下")
    ]
    ticked = read_book(load(text([["房号", "人数", "孕妇", "备注"], ["1-101", "2", "", "独居老人"]])))
    assert (ticked.lines[0].tags, problems_said(ticked.warnings)) == ((), ["D2 remark_names_group"])


def test_remark_when_another_table_of_the_list_has_groups_is_only_named() -> None:
    one = [["房号", "人数", "特殊人群"], ["101", 2, "孕妇"]]
    two = [["房号", "人数", "备注"], ["101", 2, "独居老人"]]
    reading = read_book(load(xlsx(("1号楼", one), ("2号楼", two))))
    assert rows_said(reading) == ["2 1-101 2 孕妇", "2 2-101 2"]
    assert problems_said(reading.warnings) == ["C2 remark_names_group"]
