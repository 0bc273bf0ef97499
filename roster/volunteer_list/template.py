"""The list to fill in: headings that are read without a question, two example lines, notes."""

import io

from openpyxl import Workbook
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.worksheet.datavalidation import DataValidation

_CHINESE = (
    "志愿者名单",
    ("姓名", "电话", "来源", "房号", "单位", "技能", "每周最多小时", "每周最多夜班", "不爬楼", "邮箱", "备注"),
    (
        ("例：张小明", "13000001234", "居民", "20-1702", "", "驾驶、电脑", 20, 2, "", "", "白天上班"),
        ("例：李桂英", "13000005678", "下沉干部", "", "区财政局", "", "", "", "是", "", ""),
    ),
    "居民,下沉干部,物业,社区",
    "填写说明",
    (
        "一行一人，姓名和电话必填；“例：”开头的行不读，可以删去。",
        "来源：居民、下沉干部、物业、社区；空着算居民。",
        "技能：写小区技能表里有的，几样用顿号隔开；表里没有的先到“技能”页加上。",
        "每周最多小时、夜班：空着就按小区的规定。",
        "请不要写身份证号码：系统不读也不存。",
        "同一份名单导两遍，不会变成两个人：按电话认人，已有的姓名不改。",
    ),
)
_ENGLISH = (
    "Volunteers",
    (
        "Name", "Phone", "From where", "Room", "Organisation", "Skills", "Hours a week", "Nights a week", "No stairs",
        "E-mail", "Note",
    ),
    (
        ("Example: Zhang Xiaoming", "13000001234", "resident", "20-1702", "", "driving, computer", 20, 2, "", "", ""),
        ("Example: Li Guiying", "13000005678", "cadre", "", "Finance Bureau", "", "", "", "yes", "", ""),
    ),
    "resident,cadre,property,community",
    "Notes",
    (
        "One person a line; name and phone are needed. Example lines are not read.",
        "From where: resident, cadre, property, community; empty means resident.",
        "Skills: as they stand in the compound's list of skills, commas between several.",
        "Hours and nights a week at most: empty means the compound's own limit.",
        "No identity-card numbers please: they are neither read nor kept.",
        "The same list twice makes nobody twice: people are known by their number, and names stay.",
    ),
)  # fmt: skip
WIDTHS = (18, 16, 12, 12, 20, 24, 14, 14, 10, 24, 30)


def template_bytes(*, english: bool = False) -> bytes:
    """An .xlsx. Phone and room are text, so that Excel neither rounds the one nor dates the other."""
    title, headings, examples, origins, notes_title, notes = _ENGLISH if english else _CHINESE
    book = Workbook()
    book.remove(book.worksheets[0])
    sheet = book.create_sheet(title)
    sheet.append(headings)
    for row in examples:
        sheet.append(row)
    fill = PatternFill("solid", fgColor="EFEBE1")
    for column, cell in enumerate(sheet[1]):
        cell.font, cell.fill = Font(bold=True), fill
        sheet.column_dimensions[cell.column_letter].width = WIDTHS[column]
    for letters in "BD":
        for number in range(2, 302):
            sheet[f"{letters}{number}"].number_format = "@"
    choice = DataValidation(type="list", formula1=f'"{origins}"', allow_blank=True)
    sheet.add_data_validation(choice)
    choice.add("C2:C1001")
    sheet.freeze_panes = "A2"
    page = book.create_sheet(notes_title)
    page.column_dimensions["A"].width = 90
    for number, note in enumerate(notes, 1):
        page.cell(number, 1, note).alignment = Alignment(wrap_text=True, vertical="top")
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()
