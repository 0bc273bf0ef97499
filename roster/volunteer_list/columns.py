"""Which line has the headings, and what each column is about."""

from collections.abc import Mapping
from dataclasses import dataclass

from django.utils.translation import gettext_noop

from compound.spreadsheet.grid import Row, Sheet, column_letters
from compound.spreadsheet.labels import label

# In the order in which a page offers them.
FIELD_NAMES = {
    "name": gettext_noop("name"),
    "phone": gettext_noop("phone"),
    "origin": gettext_noop("from where"),
    "room": gettext_noop("lives in (room)"),
    "organisation": gettext_noop("organisation"),
    "skills": gettext_noop("skills"),
    "hours_a_week": gettext_noop("hours a week at most"),
    "nights_a_week": gettext_noop("nights a week at most"),
    "ground_floor_only": gettext_noop("no stairs"),
    "email": gettext_noop("e-mail"),
    "note": gettext_noop("note"),
}
IGNORE = "ignore"
NEEDED = ("name", "phone")
HEADER_WITHIN = 20
_HEADINGS = {
    "name": "姓名 名字 志愿者 志愿者姓名 人员姓名 队员 队员姓名 name fullname volunteer volunteername",
    "phone": "电话 手机 手机号 手机号码 电话号码 联系电话 联系方式 联系手机 phone phonenumber mobile "
    "mobilephone tel telephone",
    "origin": "来源 来自 类别 身份 人员类别 人员来源 人员性质 志愿者类别 fromwhere from origin category",
    "room": "房号 房间号 室号 门牌 门牌号 住址 家庭住址 居住地址 地址 楼栋房号 楼号房号 住哪里 "
    "room roomnumber address home livesin",
    "organisation": "单位 工作单位 所在单位 所属单位 派出单位 单位名称 organisation organization company employer",
    "skills": "技能 特长 专长 会什么 能做什么 擅长 职业技能 skills skill cando",
    "hours_a_week": "每周小时 每周小时数 每周最多小时 每周最多小时数 周小时 每周时长 hoursaweek hoursperweek "
    "weeklyhours",
    "nights_a_week": "每周夜班 每周夜班数 每周最多夜班 夜班数 nightsaweek nightsperweek",
    "ground_floor_only": "不爬楼 不能爬楼 不上楼 只做地面 只在地面 nostairs groundflooronly groundfloor",
    "email": "邮箱 电子邮箱 电子邮件 邮件 邮箱地址 email mail emailaddress",
    "note": "备注 说明 注 其他 note notes remark remarks",
}
_FIELD_OF = {label(word): field for field, words in _HEADINGS.items() for word in words.split()}


@dataclass(frozen=True, slots=True)
class Column:
    """`field` None: not understood, or not needed. `heading` is what the list says."""

    index: int
    heading: str
    field: str | None
    examples: tuple[str, ...] = ()

    @property
    def letters(self) -> str:
        return column_letters(self.index)


def field_of(heading: str) -> str | None:
    return _FIELD_OF.get(label(heading).replace(" ", ""))


def header_of(sheet: Sheet) -> Row | None:
    """The first of the upper lines that has most headings, two at the least; None where there is none."""
    best: tuple[int, Row | None] = (1, None)
    for row in sheet.rows[:HEADER_WITHIN]:
        fields = {field_of(cell.text) for _column, cell in row.written} - {None}
        if len(fields) > best[0]:
            best = (len(fields), row)
    return best[1]


def columns_of(header: Row, body: tuple[Row, ...], choices: Mapping[int, str]) -> tuple[Column, ...]:
    """`choices`: fields by column index as somebody chose them; they beat what was understood. One column a field."""
    chosen = {field for field in choices.values() if field != IGNORE}
    taken: set[str] = set(chosen)
    columns = []
    for index in range(max(len(row.cells) for row in (header, *body))):
        heading = header.cell(index).text
        examples = tuple(dict.fromkeys(text for row in body[:50] if (text := row.cell(index).text)))[:3]
        if not heading and not examples:
            continue
        if index in choices:
            field = choices[index] if choices[index] in FIELD_NAMES else None
        else:
            field = field_of(heading)
            if field in taken:
                field = None
            elif field:
                taken.add(field)
        columns.append(Column(index, heading, field, examples))
    return tuple(columns)
