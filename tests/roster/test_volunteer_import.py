"""Lists of volunteers: what is read of a spreadsheet, what it would change, and doing it."""

import io

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from openpyxl import Workbook, load_workbook

from compound.household_list import load
from compound.models import AuditEntry, Role, StoredFile, User
from compound.refusals import Refusal
from roster.models import Volunteer
from roster.volunteer_list import read_list
from roster.volunteer_list.template import template_bytes
from tests import make
from tests.make import ELEVEN

URL = "/c/xingfuli/roster/volunteers/import/"
BACKEND = "django.contrib.auth.backends.ModelBackend"
HEAD = ("姓名", "联系电话", "来源", "房号", "单位", "技能", "每周最多小时", "不爬楼", "备注")
ZHAO = ("赵敏", 13000000020, "居民", "20-1702", None, "驾驶、电脑", 12, None, "白天上班")
GAO = ("高山", "130 0000 0021", "下沉干部", None, "区财政局", None, None, "是", None)


def xlsx(*rows, title="幸福里志愿者名单"):
    book = Workbook()
    sheet = book.worksheets[0]
    if title:
        sheet.append([title])
    for row in rows:
        sheet.append(row)
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def read(*rows, **more):
    return read_list(load(xlsx(*rows, **more)))


# ── reading ───────────────────────────────────────────────────────────────────────────────────────────────────────


def test_list_with_a_title_line_is_read_by_its_headings():
    reading = read(HEAD, ZHAO, GAO)
    assert [column.field for column in reading.columns] == [
        "name", "phone", "origin", "room", "organisation", "skills", "hours_a_week", "ground_floor_only", "note",
    ]  # fmt: skip
    assert [(line.row, line.name, line.phone, dict(line.values)) for line in reading.lines] == [
        (
            3,
            "赵敏",
            "13000000020",
            {
                "origin": "resident",
                "room": "20-1702",
                "skills": ("驾驶", "电脑"),
                "hours_a_week": 12,
                "note": "白天上班",
            },
        ),
        (4, "高山", "13000000021", {"origin": "cadre", "organisation": "区财政局", "ground_floor_only": True}),
    ]
    assert (reading.errors, reading.warnings) == ([], [])


@pytest.mark.parametrize(
    ("column", "value", "code", "cell"),
    [
        (0, None, "name_missing", "A3"),
        (0, "敏" * 41, "name_long", "A3"),
        (1, None, "phone_missing", "B3"),
        (1, "不告诉", "phone_unreadable", "B3"),
        (1, "13000000020或13000000021", "phone_unreadable", "B3"),
        (1, "1391234", "phone_short", "B3"),
        (1, "1390000002", "phone_short", "B3"),
        (1, "139000000200", "phone_long", "B3"),
        (1, "12000000020", "phone_strange", "B3"),
        (1, "=B9", "formula", "B3"),
        (1, "#N/A", "cell_error", "B3"),
        (2, "火星", "origin_unknown", "C3"),
        (6, "很多", "number_unreadable", "G3"),
        (6, 169, "number_unreadable", "G3"),
        (6, 2.5, "number_unreadable", "G3"),
        (7, "也许", "tick_unreadable", "H3"),
    ],
)
def test_cell_that_cannot_be_read_leaves_its_line_out_by_coordinate(column, value, code, cell):
    row = list(ZHAO)
    row[column] = value
    reading = read(HEAD, row, GAO)
    assert [(problem.code, problem.cell) for problem in reading.errors] == [(code, cell)]
    assert [line.name for line in reading.lines] == ["高山"]


def test_number_that_stands_twice_counts_once_and_names_the_other_cell():
    reading = read(HEAD, ZHAO, ("赵敏敏", "+86 13000000020"))
    assert [line.name for line in reading.lines] == ["赵敏"]
    assert reading.errors[0].message == "B4: 这个号码在 B3 已经有了，这一行没有读"


def test_empty_example_and_total_lines_and_a_repeated_heading_are_nobody():
    reading = read(HEAD, ("例：张小明", "13000001234"), (None,) * 9, ZHAO, HEAD, ("合计", None, None, "1人"))
    assert [line.name for line in reading.lines] == ["赵敏"]
    assert reading.errors == []


def test_identity_numbers_are_not_read():
    reading = read((*HEAD, "身份证号"), (*ZHAO, "110101199001011234"))
    assert "110101199001011234" not in repr(reading)


@pytest.mark.parametrize(
    ("rows", "code"), [([("a", "b"), (1, 2)], "no_header"), ([HEAD], "no_lines"), ([HEAD, (None,)], "no_lines")]
)
def test_file_that_is_no_list_is_refused(rows, code):
    with pytest.raises(Refusal) as refused:
        read(*rows)
    assert refused.value.code == code


def test_list_of_more_than_a_thousand_is_refused():
    rows = [("赵敏", str(13000000000 + number)) for number in range(1001)]
    with pytest.raises(Refusal) as refused:
        read(("姓名", "电话"), *rows)
    assert refused.value.code == "too_many_lines"


@pytest.mark.parametrize("english", [False, True])
def test_template_is_read_without_a_question_and_holds_nobody(english):
    book = load_workbook(io.BytesIO(template_bytes(english=english)))
    sheet = book.worksheets[0]
    sheet.delete_rows(2, 2)
    for column, value in enumerate(("赵敏", "13000000020"), 1):
        sheet.cell(4, column, value)
    stream = io.BytesIO()
    book.save(stream)
    reading = read_list(load(stream.getvalue()))
    assert ([line.name for line in reading.lines], reading.missing) == (["赵敏"], [])
    assert None not in [column.field for column in reading.columns]


# ── the pages ─────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.fixture
def of(clock, db):
    clock(ELEVEN)
    return make.compound()


@pytest.fixture
def client(of):
    found = Client()
    found.force_login(make.member(of), backend=BACKEND)
    return found


def upload(client, *rows):
    """Returns the address of the preview."""
    response = client.post(URL, {"file": SimpleUploadedFile("名单.xlsx", xlsx(*rows))})
    assert response.status_code == 302, response.context["form"].errors
    return response["Location"]


def imported(client, *rows):
    page = upload(client, *rows)
    digest = client.get(page).context["plan"].digest
    return client.post(page, {"digest": digest}, follow=True)


def kept():
    rows = Volunteer.objects.select_related("user", "household").order_by("user__phone")
    return [
        (
            row.user.name,
            row.user.phone,
            row.origin,
            row.household and row.household.room,
            row.organisation,
            row.hours_a_week,
            row.ground_floor_only,
            sorted(skill.name for skill in row.skills.all()),
        )
        for row in rows
    ]


def test_import_takes_in_what_was_shown(client, of):
    make.household(of, "20-1702")
    make.skill(of, "驾驶")
    page = upload(client, HEAD, ZHAO, GAO)
    text = client.get(page).content.decode()
    assert "“电脑”不在小区的技能表里" in text
    assert Volunteer.objects.count() == 0
    response = client.post(page, {"digest": client.get(page).context["plan"].digest}, follow=True)
    assert "已导入：新增2，改动0，未动0，略过0。" in response.content.decode()
    assert kept() == [
        ("赵敏", "13000000020", "resident", "20-1702", "", 12, False, ["驾驶"]),
        ("高山", "13000000021", "cadre", None, "区财政局", None, True, []),
    ]
    assert StoredFile.objects.filter(kind="volunteer_list").count() == 0
    entry = AuditEntry.objects.get(action="volunteers.imported")
    assert "1300000002" not in f"{entry.text}{entry.params}"


def test_import_of_the_same_file_twice_changes_nothing(client, of):
    make.household(of, "20-1702")
    make.skill(of, "驾驶")
    imported(client, HEAD, ZHAO, GAO)
    before, entries = kept(), AuditEntry.objects.count()
    page = upload(client, HEAD, ZHAO, GAO)
    plan = client.get(page).context["plan"]
    assert (len(plan.added), len(plan.changed), len(plan.same)) == (0, 0, 2)
    assert "不用再做什么" in client.get(page).content.decode()
    assert (kept(), AuditEntry.objects.count()) == (before, entries)


def test_import_of_somebody_known_changes_details_and_never_the_name(client, of):
    gate = make.member(of, Role.GATE)
    person = make.volunteer(of, hours_a_week=4, note="旧")
    rows = [("某某", gate.phone, "物业"), ("别人", person.user.phone, None, None, "区教育局", None, 9)]
    page = upload(client, HEAD, *rows)
    text = client.get(page).content.decode()
    assert "A3" in text
    assert "这个号码是 周静；姓名不变" in text
    imported(client, HEAD, *rows)
    assert set(User.objects.filter(phone__in=[gate.phone, person.user.phone]).values_list("name", flat=True)) == {
        "周静",
        "冯磊",
    }
    person.refresh_from_db()
    assert (person.organisation, person.hours_a_week, person.note) == ("区教育局", 9, "旧")


def test_import_leaves_out_whoever_belongs_to_another_compound_and_names_nobody(client, of):
    make.volunteer(make.compound("dongyuan", "东园"), "高山", "13000000008")
    page = upload(client, HEAD, ("别人", "13000000008"))
    text = client.get(page).content.decode()
    assert ("高山" in text, "属于别的小区" in text) == (False, True)


def test_import_when_something_changed_meanwhile_asks_to_look_again(client, of):
    page = upload(client, HEAD, GAO)
    digest = client.get(page).context["plan"].digest
    make.volunteer(of, "高山", "13000000021")
    response = client.post(page, {"digest": digest}, follow=True)
    assert "请再看一遍名单" in response.content.decode()
    assert Volunteer.objects.get().organisation == ""


def test_import_with_an_unknown_heading_asks_which_column_it_is(client, of):
    page = upload(client, ("大名", "电话", "单位"), ("赵敏", "13000000020", "区财政局"))
    assert "请先指明哪一列是姓名" in client.get(page).content.decode()
    response = client.post(page + "columns/", {"column-0": "phone", "column-1": "phone", "column-2": "ignore"})
    assert response.status_code == 422
    client.post(page + "columns/", {"column-0": "name", "column-1": "phone", "column-2": "ignore"})
    client.post(page, {"digest": client.get(page).context["plan"].digest})
    assert [(row[0], row[4]) for row in kept()] == [("赵敏", "")]


@pytest.mark.parametrize(
    ("name", "content"),
    [("a.xlsx", b""), ("a.xlsx", b"PK\x03\x04junk"), ("a.pdf", b"%PDF-1.4"), ("a.csv", b"a,b\n1,2")],
)
def test_file_that_cannot_be_read_says_why_and_is_not_kept(client, of, name, content):
    response = client.post(URL, {"file": SimpleUploadedFile(name, content)})
    assert response.status_code == 422
    assert "file" in response.context["form"].errors
    assert StoredFile.objects.count() == 0


def test_list_that_is_given_up_is_gone(client, of):
    page = upload(client, HEAD, GAO)
    client.post(page + "drop/")
    assert (client.get(page).status_code, StoredFile.objects.count(), Volunteer.objects.count()) == (404, 0, 0)


def test_preview_asks_as_often_for_three_lines_as_for_one(client, of):
    make.household(of, "20-1702")
    make.volunteer(of)
    rows = [("冯磊", "13000000007", None, "20-1702"), ("赵敏", "13000000020", None, "20-1702"), GAO]
    counts = []
    for number in (1, 3):
        page = upload(client, HEAD, *rows[:number])
        with CaptureQueriesContext(connection) as queries:
            assert client.get(page).status_code == 200
        counts.append(len(queries))
    assert counts[0] == counts[1]


@pytest.mark.parametrize("role", [Role.GATE, Role.SUPPLY, Role.VOLUNTEER])
def test_import_for_another_role_is_not_there(of, role):
    other = Client()
    other.force_login(make.member(of, role), backend=BACKEND)
    assert [other.get(URL + page).status_code for page in ("", "template.xlsx")] == [404, 404]
