"""The roster on paper: the rows, the text of the PDFs, their versions."""

import datetime as dt
import io
import re
from pathlib import Path

import pytest
from django.core.management import call_command
from pypdf import PdfReader
from pytest_django import DjangoAssertNumQueries, Settings

from compound.models import AuditEntry, Compound, Sheet
from roster.models import Assignment, GroupMember
from roster.queries.sheet_rows import DutyShift, duty_days, duty_week, group_list, without_numbers
from roster.services.paper import (
    make_day_sheets,
    make_group_lists,
    make_week_plan,
    sign_in_pages,
    sign_in_url,
)
from roster.sheets.week import lines_of
from tests import make

NOON = make.NOON
HOUR = dt.timedelta(hours=1)
DAY = dt.date(2022, 8, 23)
MONDAY = dt.date(2022, 8, 22)


@pytest.fixture(autouse=True)
def _public_url(settings: Settings) -> None:
    settings.PUBLIC_URL = "https://house.example"


def at(compound: Compound, hour: int, minute: int = 0, day: int = 23) -> dt.datetime:
    return dt.datetime(2022, 8, day, hour, minute, tzinfo=compound.tz)


def text_of(sheet: Sheet) -> str:
    return pdf_text(bytes(sheet.file.content))


def pdf_text(content: bytes) -> str:
    reader = PdfReader(io.BytesIO(content))
    return re.sub(r"[ \t]+", " ", "\n".join(page.extract_text() for page in reader.pages))


@pytest.fixture
def staffed() -> Compound:
    """East gate: 00:30–07:30 with 冯磊, 20:00–08:00 with 程颖 of two; the evening before 20:00–06:00."""
    compound = make.compound()
    post = make.post(compound, seats=2, place="岗亭 电话13912345678")
    lei, ying = make.volunteer(compound), make.volunteer(compound, "程颖", "13000000011")
    make.assignment(make.shift(post, at(compound, 20, day=22), hours=4.5, seats=1, is_night=True), ying, "confirmed")
    make.assignment(make.shift(post, at(compound, 0, 30), hours=7, seats=1, is_night=True), lei)
    make.assignment(make.shift(post, at(compound, 20), hours=12, is_night=True, note="雨衣"), ying, seat=2)
    return compound


@pytest.mark.django_db
def test_day_rows_when_shifts_cross_midnight_stand_on_the_day_of_their_start(staffed: Compound) -> None:
    [sheet] = duty_days(staffed, DAY)
    assert [(s.starts_at[5:16], s.ends_at[5:16], s.people, s.missing, s.is_night) for s in sheet.shifts] == [
        ("08-23T00:30", "08-23T07:30", ("冯磊",), 0, True),
        ("08-23T20:00", "08-24T08:00", ("程颖",), 1, True),
    ]
    assert [(s.starts_at[5:16], s.people) for s in sheet.before] == [("08-22T20:00", ("程颖",))]
    assert (sheet.post, sheet.group, sheet.place) == ("东门岗", "值守组", "岗亭 电话…")


@pytest.mark.django_db
def test_day_rows_leave_out_who_is_only_proposed_or_off_and_cancelled_shifts() -> None:
    compound = make.compound()
    post = make.post(compound, seats=3)
    shift = make.shift(post)
    for number, state in enumerate(["proposed", "declined", "waiting", "confirmed"]):
        make.assignment(shift, make.volunteer(compound, state, f"1300000020{number}"), state)
    make.shift(post, NOON + 8 * HOUR, cancelled_at=NOON)
    [sheet] = duty_days(compound, DAY)
    assert [shift.people for shift in sheet.shifts] == [("confirmed",)]


@pytest.mark.django_db
def test_day_sheet_text_has_hours_names_night_and_empty_seats(staffed: Compound) -> None:
    [made] = make_day_sheets(compound=staffed, day=DAY, by=None, at=NOON)
    text = text_of(made.sheet)
    for words in (
        "值班表：东门岗 8月23日(周二)",
        "幸福里 · 值守组",
        "前一天开始、今天还在值守：20:00–次日00:30 程颖",
        "00:30–07:30",
        "20:00–次日08:00",
        "夜班",
        "冯磊",
        "缺",
        "雨衣",
        "2个班次，还缺1人",
    ):
        assert words in text, words
    assert "139" not in text
    assert (made.sheet.kind, made.sheet.part, made.sheet.version, made.sheet.pages) == ("duty_day", "东门岗", 1, 1)


@pytest.mark.django_db
def test_day_sheet_again_is_the_same_version_until_something_changes(staffed: Compound) -> None:
    [first] = make_day_sheets(compound=staffed, day=DAY, by=None, at=NOON)
    [same] = make_day_sheets(compound=staffed, day=DAY, by=None, at=NOON + HOUR)
    assert (same.sheet.pk, same.is_new) == (first.sheet.pk, False)
    Assignment.objects.filter(user__name="冯磊").update(state="declined", seat=None, ended_at=NOON)
    [third] = make_day_sheets(compound=staffed, day=DAY, by=None, at=NOON + HOUR)
    assert (third.sheet.version, third.is_new) == (2, True)
    assert "第2版 · 8月23日(周二) 13:00" in text_of(third.sheet)


@pytest.mark.django_db
def test_day_sheet_of_many_people_goes_on_over_the_page_with_its_hours() -> None:
    compound = make.compound()
    shift = make.shift(make.post(compound, seats=30))
    for number in range(30):
        make.assignment(shift, make.volunteer(compound, f"志愿者{number:02}", f"130000003{number:02}"), seat=number + 1)
    [made] = make_day_sheets(compound=compound, day=DAY, by=None, at=NOON)
    text = text_of(made.sheet)
    assert made.sheet.pages == 2
    assert "12:00–16:00（续）" in text
    assert [name for name in (f"志愿者{number:02}" for number in range(30)) if name not in text] == []


@pytest.mark.django_db
def test_day_sheets_in_english_say_the_same() -> None:
    compound = make.compound()
    compound.language = "en"
    compound.save(update_fields=["language"])
    make.shift(make.post(compound), at(compound, 20), hours=12, is_night=True)
    [made] = make_day_sheets(compound=compound, day=DAY, by=None, at=NOON)
    text = text_of(made.sheet)
    assert "Duty sheet: 东门岗, 8/23 (Tue)" in text
    assert "1 shift, 1 person is still needed" in text


@pytest.mark.django_db
def test_week_rows_of_regular_hours_make_one_line_for_each(staffed: Compound) -> None:
    [post] = duty_week(staffed, MONDAY).posts
    assert [[s.people for s in day] for day in post.days][:3] == [[("程颖",)], [("冯磊",), ("程颖",)], []]
    assert [(line.hours, line.is_night) for line in lines_of(post, staffed.tz)] == [
        ("00:30–07:30", True),
        ("20:00–次日00:30", True),
        ("20:00–次日08:00", True),
    ]


@pytest.mark.django_db
def test_week_rows_of_five_hour_turns_make_a_line_for_each_turn_of_the_day() -> None:
    compound = make.compound()
    post = make.post(compound, "20栋封控门")
    moment = at(compound, 2, day=22)
    while moment < at(compound, 0, day=29):
        make.shift(post, moment, hours=5)
        moment += 5 * HOUR
    [row] = duty_week(compound, MONDAY).posts
    lines = lines_of(row, compound.tz)
    assert [line.hours for line in lines] == [""] * 5
    starts = [[cell[0].starts_at[11:16] if cell else "" for cell in line.cells] for line in lines]
    assert starts[0] == ["02:00", "03:00", "04:00", "00:00", "01:00", "02:00", "03:00"]
    assert starts[4] == ["22:00", "23:00", "", "20:00", "21:00", "22:00", "23:00"]


@pytest.mark.django_db
def test_week_plan_of_twenty_posts_splits_over_pages_and_names_every_post() -> None:
    compound = make.compound()
    for number in range(20):
        post = make.post(compound, f"{number + 1:02}号岗", position=number)
        for day in range(22, 29):
            for hour in (8, 14, 20):
                make.shift(post, at(compound, hour, day=day))
    made = make_week_plan(compound=compound, day=DAY, by=None, at=NOON)
    text = text_of(made.sheet)
    assert (made.sheet.kind, made.sheet.pages) == ("duty_week", 5)
    assert [name for name in (f"{n + 1:02}号岗" for n in range(20)) if name not in text] == []
    page = PdfReader(io.BytesIO(bytes(made.sheet.file.content))).pages[0].mediabox
    assert page.width > page.height
    assert text.count("周二 8/23") == 5


@pytest.mark.django_db
def test_group_list_has_skills_and_shifts_and_no_number() -> None:
    compound = make.compound()
    leader = make.volunteer(compound, "组长甲", "13000000021", skills=["驾驶", "电脑"])
    group = make.duty_group(compound, leader=leader)
    lei = make.volunteer(compound)
    GroupMember.objects.create(group=group, volunteer=lei, compound=compound)
    make.assignment(make.shift(make.post(compound), at(compound, 20), hours=12, is_night=True), lei)
    [made] = make_group_lists(compound=compound, day=DAY, groups=[group], by=None, at=NOON)
    rows = group_list(group, MONDAY)
    assert [(m.name, m.part, m.skills, len(m.shifts)) for m in rows.members] == [
        ("组长甲", "leader", ("电脑", "驾驶"), 0),
        ("冯磊", "member", (), 1),
    ]
    text = text_of(made.sheet)
    for words in ("值守组：组员与班次", "电脑、驾驶", "周二 8/23 20:00–次日08:00 东门岗 夜班", "2人"):
        assert words in text, words
    assert "13000" not in text


@pytest.mark.django_db
def test_sign_in_page_says_the_post_and_is_written_down() -> None:
    compound = make.compound()
    post = make.post(compound)
    by = make.member(compound)
    text = pdf_text(sign_in_pages(compound=compound, posts=[post], by=by, at=NOON))
    assert "东门岗" in text
    assert "到岗、离岗都请扫一扫" in text
    assert AuditEntry.objects.get(action="roster.codes_printed").text == "打印了签到码：东门岗"
    before = sign_in_url(compound, post)
    assert before.startswith(f"https://house.example/c/xingfuli/duty/at/{post.pk}/")
    post.sign_in_version = 2
    assert sign_in_url(compound, post) != before


@pytest.mark.parametrize(
    ("typed", "printed"),
    [
        ("请打13912345678", "请打…"),
        ("010-8888 6666 转3", "… 转3"),
        ("１３９１２３４５６７８", "…"),
        ("20-1702 每2人 8:00", "20-1702 每2人 8:00"),
    ],
)
def test_numbers_of_people_are_left_out(typed: str, printed: str) -> None:
    assert without_numbers(typed) == printed


def test_missing_of_a_full_shift_is_none() -> None:
    shift = DutyShift("2022-08-23T12:00:00+08:00", "2022-08-23T16:00:00+08:00", False, 1, 3, ("甲", "乙"))
    assert shift.missing == 0


@pytest.mark.django_db
def test_week_plan_of_a_proposal_says_proposed_and_not_missing() -> None:
    compound = make.compound()
    shift = make.shift(make.post(compound, seats=2))
    make.assignment(shift, make.volunteer(compound), "proposed")
    make.assignment(shift, make.volunteer(compound, "程颖", "13000000011"), seat=2)
    [post] = duty_week(compound, MONDAY).posts
    [row] = post.days[1]
    assert (row.people, row.proposed, row.missing) == (("程颖",), 1, 0)
    text = text_of(make_week_plan(compound=compound, day=DAY, by=None, at=NOON).sheet)
    assert ("建议1" in text, "冯磊" in text, "缺" in text) == (True, False, False)
    [made] = make_day_sheets(compound=compound, day=DAY, by=None, at=NOON)
    assert "1个班次，建议1" in text_of(made.sheet)


@pytest.mark.django_db
def test_week_plan_ends_with_no_nearly_empty_page() -> None:
    compound = make.compound()
    for number in range(5):
        post = make.post(compound, f"{number + 1:02}号岗", position=number)
        for hour in (8, 14, 20):
            make.shift(post, at(compound, hour))
    made = make_week_plan(compound=compound, day=DAY, by=None, at=NOON)
    pages = [page.extract_text() for page in PdfReader(io.BytesIO(bytes(made.sheet.file.content))).pages]
    assert min(len(re.findall("号岗", page)) for page in pages) >= 2


@pytest.mark.django_db
def test_rows_of_one_and_of_three_posts_cost_the_same(django_assert_num_queries: DjangoAssertNumQueries) -> None:
    compound = make.compound()
    for count in (1, 3):
        for number in range(count):
            make.shift(make.post(compound, f"岗{count}{number}"))
        with django_assert_num_queries(2):
            assert len(duty_days(compound, DAY)) in (1, 4)
        with django_assert_num_queries(2):
            duty_week(compound, MONDAY)


@pytest.mark.django_db
def test_sheets_command_writes_the_duty_sheets_of_the_day(
    staffed: Compound, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    call_command("sheets", compound="xingfuli", date=DAY, out=tmp_path)
    assert capsys.readouterr().out.splitlines() == [str(tmp_path / "2022-08-23_值班表_东门岗_v1.pdf")]
    assert "冯磊" in pdf_text((tmp_path / "2022-08-23_值班表_东门岗_v1.pdf").read_bytes())
