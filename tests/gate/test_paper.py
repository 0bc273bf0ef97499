"""The gate log on paper: what is printed, and how what was written on it is read."""

import datetime as dt
import io
import uuid
from decimal import Decimal

import pytest
from django.db import connection, transaction
from django.http import QueryDict
from django.utils import translation
from pypdf import PdfReader

from compound.models import Compound, Membership, Role
from gate.forms.paper import Sheet, TypedRow, read_temperature, read_time, typed_rows
from gate.models import Check, Conflict, Outing
from gate.queries.paper import rule_on_paper
from gate.services import paper
from gate.services.checks import NewCheck
from gate.services.checks.subjects import CAP_LOCK
from gate.sheets.log_form import FEWEST_ROWS, LogForm, draw_log_form
from tests import make
from tests.at_once import Other, until_blocked
from tests.make import ELEVEN, SHANGHAI

TUESDAY = dt.date(2022, 8, 23)
NIGHT = (dt.time(20, 0), dt.time(8, 0))
RULE = "每户每2天1人，最长2小时，06:00–20:00"


def text_of(form: LogForm, language: str = "zh-hans") -> list[str]:
    """The text of each page."""
    return [page.extract_text() for page in PdfReader(io.BytesIO(draw_log_form(form, language=language))).pages]


# ---------------------------------------------------------------------- the form


def test_form_when_drawn_has_head_rule_and_rows_on_every_page() -> None:
    form = LogForm(
        "幸福里", "https://192.168.1.5:8443/c/xingfuli/paper/type/", "东门", TUESDAY, *NIGHT, "周静、林涛", RULE, 2
    )
    pages = text_of(form)
    assert len(pages) == 2
    for number, page in enumerate(pages, start=1):
        words = [
            *("卡口出入登记表", "幸福里", f"第{number}张，共2张", "东门", "8月23日(周二)", "20:00–08:00", "周静、林涛"),
            *(f"规定：{RULE}。", "急病", "时间", "房号", "复测"),
        ]
        assert [word for word in words if word not in page] == []
        # 〓 stands for a character that the font does not have.
        assert "〓" not in page


def test_form_when_drawn_has_at_least_25_rows_a_page_in_both_languages() -> None:
    long_rule = f"{RULE}；20栋：不得外出；3号楼：每户每天1人，08:00–10:00；商务楼：不得外出"
    for language in ("zh-hans", "en"):
        first, second = text_of(
            LogForm("幸福里", "https://192.168.1.5:8443/c/x/paper/type/", rule=long_rule, pages=2), language
        )
        numbers = [int(line) for line in first.split() if line.isdecimal()]
        numbers = numbers[numbers.index(3) - 2 :]  # what stands in the head is no row
        assert len(numbers) >= FEWEST_ROWS
        assert numbers == list(range(1, len(numbers) + 1))
        assert str(len(numbers) + 1) in second.split()


def test_form_when_nothing_is_known_leaves_room_to_write_it() -> None:
    (page,) = text_of(LogForm("幸福里", "https://192.168.1.5:8443/c/xingfuli/paper/type/"))
    assert [word for word in ("卡口", "日期", "班次", "值守人", "问协调员") if word not in page] == []
    assert "None" not in page


def test_form_when_drawn_twice_is_the_same_bytes() -> None:
    form = LogForm("幸福里", "https://192.168.1.5:8443/c/xingfuli/paper/type/", rule=RULE)
    assert draw_log_form(form, language="zh-hans") == draw_log_form(form, language="zh-hans")


@pytest.mark.django_db
def test_rule_on_paper_when_a_building_is_sealed_names_it() -> None:
    compound = make.compound()
    assert rule_on_paper(compound, ELEVEN) == ""
    make.rulebook(compound)
    make.rulebook(compound, building=make.household(compound, "20-1702").building, persons=0)
    with translation.override("en"):
        assert rule_on_paper(compound, ELEVEN) == "1 person per household every 2 days; building 20: nobody goes out"


# ---------------------------------------------------------------------- how a row is read


@pytest.mark.parametrize(
    ("text", "time"),
    [
        ("902", "09:02"), ("0902", "09:02"), ("2145", "21:45"), ("9:02", "09:02"), ("9：02", "09:02"),
        ("21.30", "21:30"),
        ("9点02分", "09:02"), ("9点", "09:00"), ("9", "09:00"), ("０９０２", "09:02"), ("000", "00:00"),
        ("", None), ("90", None), ("2400", None), ("975", None), ("9:2:1", None), ("noon", None), ("12345", None),
    ],
)  # fmt: skip
def test_time_when_typed_is_read_as_on_the_clock(text: str, time: str | None) -> None:
    found = read_time(text)
    assert (found and f"{found:%H:%M}") == time


@pytest.mark.parametrize(
    ("text", "value"),
    [("365", "36.5"), ("36.5", "36.5"), ("36。5", "36.5"), ("37", "37.0"), ("36.5℃", "36.5"), ("３６５", "36.5"),
     ("3655", None), ("5", None), ("465", None), ("29.9", None), ("normal", None)],
)  # fmt: skip
def test_temperature_when_typed_is_read_with_one_decimal(text: str, value: str | None) -> None:
    found, problem = read_temperature(text)
    assert (None if found is None else str(found), bool(problem)) == (value, value is None)


@pytest.fixture
def compound() -> Compound:
    made = make.compound()
    make.gate(made)
    make.rulebook(made)
    for room in ("20-1702", "20-1703", "3-1702"):
        make.household(made, room)
    return made


def sheet(of: Compound, *, hours: tuple[dt.time | None, dt.time | None] = NIGHT, on: dt.date = TUESDAY) -> Sheet:
    at = dt.datetime(2022, 8, 25, 12, 0, tzinfo=SHANGHAI)
    return Sheet(of, gate=make.gate(of), on=on, starts=hours[0], ends=hours[1], at=at)


def row(**cells: str) -> TypedRow:
    return TypedRow(uuid.uuid4(), **{"time": "902", "room": "20-1702", **cells})


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("hours", "time", "moment"),
    [
        (NIGHT, "20:05", "23 20:05"), (NIGHT, "19:55", "23 19:55"), (NIGHT, "23:59", "23 23:59"),
        (NIGHT, "0:30", "24 00:30"), (NIGHT, "7:30", "24 07:30"), (NIGHT, "8:05", "24 08:05"),
        ((dt.time(0), dt.time(4)), "23:55", "22 23:55"), ((dt.time(0), dt.time(4)), "0:30", "23 00:30"),
        ((dt.time(20), None), "0:30", "24 00:30"), ((None, None), "0:30", "23 00:30"),
        ((None, None), "23:59", "23 23:59"),
        ((dt.time(8), dt.time(16)), "7:50", "23 07:50"),
    ],
)  # fmt: skip
def test_row_when_the_shift_goes_over_midnight_is_on_the_right_day(
    compound: Compound, hours: tuple[dt.time | None, dt.time | None], time: str, moment: str
) -> None:
    (read,) = sheet(compound, hours=hours).read([row(time=time)])
    assert read.check is not None
    assert f"{compound.local(read.check.at):%d %H:%M}" == moment


@pytest.mark.django_db
def test_row_when_read_becomes_a_check_as_it_was_written(compound: Compound) -> None:
    typed = row(direction="in", room="20栋1702", temperature="366", verdict="recheck", note="等5分钟")
    (read,) = sheet(compound, hours=(None, None)).read([typed])
    assert read.check == NewCheck(
        id=typed.id, at=dt.datetime(2022, 8, 23, 9, 2, tzinfo=SHANGHAI), direction="in", household="20-1702",
        temperature=Decimal("36.6"), verdict="recheck", reason="等5分钟", source="paper",
    )  # fmt: skip


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("cells", "box", "words"),
    [
        ({"time": ""}, "time", "When? Write the time, for example 902 or 9:02."),
        ({"time": "975"}, "time", "“975” is no time. Write 902 for 09:02."),
        ({"room": ""}, "room", "Which room?"),
        ({"room": "99-1"}, "room", "There is no room “99-1” in the list of households."),
        ({"room": "1702"}, "room", "Several doors have this number: 3-1702, 20-1702. Write the whole room."),
        ({"kind": "vehicle", "room": ""}, "room", "Which vehicle? Write its plate."),
        ({"kind": "emergency"}, "note", "Why was it an emergency? Write it as on the sheet."),
        (
            {"temperature": "3"},
            "temperature",
            "“3” is no temperature. Write 365 for 36.5; a reading above 45 is not to be trusted.",
        ),
    ],
)
def test_row_when_something_is_wrong_says_what(compound: Compound, cells: dict[str, str], box: str, words: str) -> None:
    with translation.override("en"):
        wrong, right = sheet(compound).read([row(**cells), row(note="急病")])
    assert (dict(wrong.problems), wrong.check) == ({box: words}, None)
    assert (dict(right.problems), right.check is None) == ({}, False)


@pytest.mark.django_db
def test_row_when_its_time_has_not_come_is_refused(compound: Compound) -> None:
    with translation.override("en"):
        (read,) = sheet(compound, on=dt.date(2022, 8, 25), hours=(None, None)).read([row(time="12:01")])
    assert read.problems == {"time": "This time has not come yet. Check the date and the hours of the shift."}
    (read,) = sheet(compound, on=dt.date(2022, 8, 25), hours=(None, None)).read([row(time="12:00")])
    assert read.problems == {}


def test_rows_when_empty_are_left_out_and_a_copied_number_is_replaced() -> None:
    key = uuid.uuid4()
    cells = {"id": [str(key), str(key), "", "x"], "time": ["902", "903", "904", ""], "direction": ["in", "up", "", ""]}
    data = QueryDict(mutable=True)
    for name, values in cells.items():
        data.setlist(name, values)
    rows = typed_rows(data)
    assert [(r.time, r.direction, r.room) for r in rows] == [("902", "in", ""), ("903", "out", ""), ("904", "out", "")]
    assert (rows[0].id, len({r.id for r in rows})) == (key, 3)


# ---------------------------------------------------------------------- recording


def new(compound: Compound, time: str, **more: str) -> NewCheck:
    (read,) = sheet(compound, hours=(None, None)).read([row(time=time, **more)])
    assert read.check is not None
    return read.check


def typist(compound: Compound) -> dict[str, object]:
    by = make.member(compound, Role.COORDINATOR)
    assert Membership.objects.filter(user=by).exists()
    at = dt.datetime(2022, 8, 25, 12, 0, tzinfo=SHANGHAI)
    return {"compound": compound, "gate": make.gate(compound), "by": by, "at": at}


@pytest.mark.django_db
def test_sheet_when_typed_in_twice_has_one_effect(compound: Compound) -> None:
    who = typist(compound)
    checks = [new(compound, "902"), new(compound, "1010", direction="in", temperature="365")]
    first = paper.type_in(checks=checks, **who)
    again = paper.type_in(checks=checks, **who)
    assert [(a.verdict, a.conflict, a.replayed) for a in (*first, *again)] == [
        ("allow", False, False), ("allow", False, False), ("allow", False, True), ("allow", False, True),
    ]  # fmt: skip
    rows = Check.objects.order_by("event_at").values_list("source", "by", "direction", "decided_offline", "temperature")
    assert list(rows) == [
        ("paper", who["by"].pk, "out", True, None), ("paper", who["by"].pk, "in", True, Decimal("36.5")),  # type: ignore[attr-defined]
    ]  # fmt: skip
    outing = Outing.objects.get()
    assert (f"{compound.local(outing.out_at):%H:%M}", f"{compound.local(outing.back_at):%H:%M}") == ("09:02", "10:10")  # type: ignore[arg-type]


@pytest.mark.django_db
def test_sheet_when_looked_over_says_the_same_and_leaves_nothing(compound: Compound) -> None:
    who = typist(compound)
    checks = [new(compound, "1030"), new(compound, "902")]
    looked = paper.look_over(checks=checks, **who)
    assert (Check.objects.count(), Outing.objects.count(), Conflict.objects.count()) == (0, 0, 0)
    recorded = paper.type_in(checks=checks, **who)
    assert looked == recorded
    assert (Check.objects.count(), Conflict.objects.count()) == (2, 1)


@pytest.mark.django_db
def test_row_when_it_collides_is_recorded_as_written_and_blames_the_later_event(compound: Compound) -> None:
    answers = paper.type_in(checks=[new(compound, "1030"), new(compound, "902")], **typist(compound))
    assert [(a.verdict, a.conflict) for a in answers] == [("allow", True), ("allow", False)]


@pytest.mark.django_db
def test_emergency_when_typed_in_waits_to_be_ratified(compound: Compound) -> None:
    check = new(compound, "0230", kind="emergency", note="婴儿39.3度")
    (answer,) = paper.type_in(checks=[check], **typist(compound))
    assert (answer.verdict, answer.error) == ("allow", None)
    stored = Check.objects.get()
    assert (stored.action, stored.kind, stored.reason) == ("emergency", "emergency", "婴儿39.3度")


# ---------------------------------------------------------------------- beside the phones


@pytest.fixture
def at_the_limit(transactional_db: None) -> Compound:
    """So many may be outside: who goes out waits for one lock of the whole compound."""
    made = make.compound()
    make.gate(made)
    make.rulebook(made, max_outside=50)
    for room in ("20-1702", "20-1703"):
        make.household(made, room)
    return made


def take(compound: Compound, *rooms: str, cap: bool = False) -> None:
    """The locks of a phone's check, in the order in which a check takes them."""
    with connection.cursor() as cursor:
        if cap:
            cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", [CAP_LOCK, compound.pk])
        for room in rooms:
            compound.households.select_for_update(no_key=True).get(room=room)


def test_sheet_when_looked_over_beside_a_phone_ends_without_a_deadlock(at_the_limit: Compound) -> None:
    """A row that needs no cap, then one that does; the phone has the cap and wants the first row's door."""
    who = typist(at_the_limit)
    checks = [new(at_the_limit, "902", direction="in", room="20-1703"), new(at_the_limit, "1010")]
    with transaction.atomic():
        take(at_the_limit, cap=True)
        other = Other(lambda: paper.look_over(checks=checks, **who))  # type: ignore[arg-type]
        assert until_blocked(other)
        take(at_the_limit, "20-1703")
    answers = other.ended()
    assert [(a.verdict, a.error) for a in answers] == [("allow", None), ("allow", None)]
    assert not Check.objects.exists()


def test_sheet_when_a_door_stays_locked_is_refused_and_the_phone_goes_on(
    at_the_limit: Compound, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(paper, "LOCK_TIMEOUT", "100ms")
    who = typist(at_the_limit)
    checks = [new(at_the_limit, "902"), new(at_the_limit, "1010", direction="in", room="20-1703")]
    with transaction.atomic():
        take(at_the_limit, "20-1703")
        other = Other(lambda: paper.look_over(checks=checks, **who))  # type: ignore[arg-type]
        assert other.ended() == "gates_busy"
    assert [a.verdict for a in paper.look_over(checks=checks, **who)] == ["allow", "allow"]  # type: ignore[arg-type]
