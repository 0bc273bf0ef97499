"""The list to fill in, for who has none: headings that are read without a question, three example lines, notes."""

from __future__ import annotations

import io

from openpyxl import Workbook
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.worksheet.datavalidation import DataValidation

_CHINESE = (
    "住户名单",
    ("楼栋", "单元", "房号", "户主", "联系电话", "人数", "特殊人群", "居住状态"),
    (
        ("1", "1", "101", "例：张小明", "13000001234", 3, "婴幼儿", "常住"),
        ("1", "2", "302A", "例：李桂英", "", 1, "独居老人、慢性病", "返乡"),
        ("商务楼", "", "305", "例：（没有人）", "", 0, "", "空户"),
    ),
    "填写说明",
    (
        "一行一户，房号每户都要写；“例：”开头的行不读，可以删去。",
        "楼栋：1、1栋、1号楼、1# 都可以，同一栋可以只写第一行。没有单元的楼，单元空着。",
        "人数：只写数字；空户写 0。",
        "特殊人群：医护人员家庭、困难户、独居老人、留守儿童、婴幼儿、孕妇、慢性病、不能做饭、行动不便，几样用顿号隔开。",
        "居住状态：常住、租户、空户、返乡。",
        "请不要写身份证号码：系统不读也不存。",
        "自己已有的名单不用改成这样，可以直接上传。",
    ),
)
_ENGLISH = (
    "Households",
    ("Building", "Unit", "Room", "Householder", "Phone", "People", "Groups", "Status"),
    (
        ("1", "1", "101", "Example: Zhang Xiaoming", "13000001234", 3, "infant", "resident"),
        ("1", "2", "302A", "Example: Li Guiying", "", 1, "lone elder, chronic illness", "returned"),
        ("A", "", "305", "Example: (nobody)", "", 0, "", "vacant"),
    ),
    "Notes",
    (
        "One line a household; the room is needed in each line. Example lines are not read.",
        "Building: 1, 1栋, 1号楼 and 1# are all read; it may stand on its first line only. No units: leave unit blank.",
        "People: a number; 0 for an empty flat.",
        "Groups: medical family, hardship, lone elder, children left behind, infant, pregnant, chronic illness, "
        "cannot cook, reduced mobility; commas between several.",
        "Status: resident, tenant, vacant, returned.",
        "No identity-card numbers please: they are neither read nor kept.",
        "A list that you have already need not be changed into this: upload it as it is.",
    ),
)


def template_bytes(*, english: bool = False) -> bytes:
    """An .xlsx. Building, unit and room are text, so that Excel does not turn 3-2 into a date."""
    title, headings, examples, notes_title, notes = _ENGLISH if english else _CHINESE
    book = Workbook()
    book.remove(book.worksheets[0])
    sheet = book.create_sheet(title)
    sheet.append(headings)
    for row in examples:
        sheet.append(row)
    fill = PatternFill("solid", fgColor="EFEBE1")
    for column, cell in enumerate(sheet[1]):
        cell.font, cell.fill = Font(bold=True), fill
        sheet.column_dimensions[cell.column_letter].width = (10, 8, 10, 24, 16, 8, 30, 12)[column]
    for letters in "ABCE":
        for number in range(2, 502):
            sheet[f"{letters}{number}"].number_format = "@"
    whole = DataValidation(type="whole", operator="between", formula1="0", formula2="60", allow_blank=True)
    sheet.add_data_validation(whole)
    whole.add("F2:F3000")
    sheet.freeze_panes = "A2"
    page = book.create_sheet(notes_title)
    page.column_dimensions["A"].width = 90
    for number, note in enumerate(notes, 1):
        page.cell(number, 1, note).alignment = Alignment(wrap_text=True, vertical="top")
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()
