"""The log of the gates: what is found, what is folded, one passage, a day as a file."""

import datetime as dt
import io
import uuid

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from openpyxl import load_workbook

from compound.models import AuditEntry, Role
from gate.models import Check, Conflict, Outing
from tests import make
from tests.make import ELEVEN

AT = "/c/xingfuli/passages/"
MINUTE, HOUR, DAY = dt.timedelta(minutes=1), dt.timedelta(hours=1), dt.timedelta(days=1)
ROLES = [Role.SECRETARY, Role.COORDINATOR, Role.GATE]
OTHERS = [Role.MEDICAL, Role.SUPPLY, Role.VOLUNTEER]


@pytest.fixture
def east(of):
    return make.device(make.gate(of, "东门"), at=ELEVEN - 8 * DAY, hours=24 * 9)


@pytest.fixture
def door(of):
    return make.household(of, "20-1702")


def rows(answer):
    return [(row.check.shown, row.check.direction, row.verdict) for row in answer.context["page"].object_list]


def about(check, action, **more):
    """A row that says something about another one."""
    given = {"action": action, "refers_to": check.pk, "at": check.event_at + MINUTE, "phone": check.device, **more}
    return make.check(check.household, check.direction, **given)


# ── the list ──────────────────────────────────────


@pytest.mark.parametrize("role", ROLES)
def test_passages_of_today_stand_newest_first(of, log_in, east, door, role):
    make.check(door, at=ELEVEN - HOUR, phone=east)
    make.check(door, "in", at=ELEVEN - MINUTE, phone=east)
    make.check(door, at=ELEVEN - DAY, phone=east)
    assert rows(log_in(role).get(AT)) == [("20-1702", "in", "allow"), ("20-1702", "out", "allow")]


@pytest.mark.parametrize("role", OTHERS)
def test_passages_for_who_does_not_see_the_gates_are_not_there(of, log_in, east, door, role):
    check = make.check(door, phone=east)
    client = log_in(role)
    assert [client.get(url).status_code for url in (AT, f"{AT}{check.pk}/", f"{AT}day.xlsx")] == [404] * 3


def test_passages_of_a_captain_are_not_there(of, log_in, east, door):
    make.check(door, phone=east)
    assert log_in(Role.CAPTAIN, building=door.building).get(AT).status_code == 404


def test_passages_at_half_past_midnight_belong_to_the_day_that_has_begun(of, log_in, east, door):
    """00:30 in Shanghai is the day before in UTC."""
    night = ELEVEN.replace(hour=0, minute=30)
    make.check(door, at=night, phone=east)
    coordinator = log_in()
    assert len(rows(coordinator.get(AT, {"day": "2022-08-23"}))) == 1
    assert len(rows(coordinator.get(AT, {"day": "2022-08-22"}))) == 0


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ({}, ["20-1702", "20-1703", "3-2-501", "?"]),
        ({"direction": "in"}, ["20-1703"]),
        ({"verdict": "refuse"}, ["?"]),
        ({"mark": "override"}, ["3-2-501"]),
        ({"mark": "offline"}, ["20-1702"]),
        ({"mark": "skew"}, ["20-1702"]),
        ({"mark": "any"}, ["20-1702", "3-2-501"]),
        ({"mark": "nonsense"}, ["20-1702", "20-1703", "3-2-501", "?"]),
        ({"day": "2022-08-20"}, []),
        ({"day": "0000-99-99"}, ["20-1702", "20-1703", "3-2-501", "?"]),
    ],
)
def test_passages_when_filtered_are_those_asked_for(of, log_in, east, door, asked, found):
    make.check(door, at=ELEVEN - MINUTE, phone=east, decided_offline=True, clock_offset_ms=-121_000)
    make.check(make.household(of, "20-1703"), "in", at=ELEVEN - 2 * MINUTE, phone=east, clock_offset_ms=119_000)
    make.check(make.household(of, "3-2-501"), at=ELEVEN - 3 * MINUTE, phone=east, override="说是去医院")
    make.check(None, at=ELEVEN - 4 * MINUTE, phone=east, verdict="refuse", shown="?")
    assert [room for room, _, _ in rows(log_in().get(AT, asked))] == found


def test_passages_by_gate_are_those_of_that_gate(of, log_in, east, door):
    west = make.device(make.gate(of, "西门"), "west")
    make.check(door, phone=east)
    make.check(door, "in", at=ELEVEN, phone=west)
    answer = log_in().get(AT, {"gate": west.gate_id})
    assert [row.check.gate.name for row in answer.context["page"].object_list] == ["西门"]


@pytest.mark.parametrize("typed", ["20-1702", "20栋1702", "1702", "20－1702"])
def test_passages_of_a_room_are_those_of_all_days(of, log_in, east, door, typed):
    make.check(make.household(of, "20-1703"), phone=east)
    make.check(door, at=ELEVEN - DAY, phone=east)
    make.check(door, at=ELEVEN - 5 * DAY, phone=east)
    answer = log_in().get(AT, {"room": typed})
    assert [row.check.event_at for row in answer.context["page"].object_list] == [ELEVEN - DAY, ELEVEN - 5 * DAY]


def test_passages_of_a_room_on_a_day_find_what_was_only_typed(of, log_in, east, door):
    make.check(None, phone=east, verdict="refuse", shown="20-1799")
    make.check(door, phone=east)
    assert rows(log_in().get(AT, {"room": "1799", "day": "2022-08-23"})) == [("20-1799", "out", "refuse")]


def test_passages_show_the_last_reading_and_the_corrected_verdict(of, log_in, east, door):
    fever = make.check(door, at=ELEVEN - HOUR, phone=east, verdict="recheck", temperature="37.8")
    about(fever, "reading", verdict="allow", temperature="36.9")
    refused = make.check(door, at=ELEVEN - 2 * HOUR, phone=east, verdict="refuse")
    about(refused, "correct", verdict="allow", reason="门卫放行")
    undone = make.check(door, at=ELEVEN - 3 * HOUR, phone=east)
    about(undone, "undo", reason="点错了")

    page = log_in().get(AT).context["page"].object_list

    assert [(row.verdict, str(row.temperature), [mark.word for mark in row.marks]) for row in page] == [
        ("allow", "36.9", []),
        ("allow", "None", ["已更正"]),
        ("allow", "None", ["已撤销"]),
    ]


def test_passages_filtered_by_verdict_go_by_what_stands_now(of, log_in, east, door):
    refused = make.check(door, at=ELEVEN - 2 * HOUR, phone=east, verdict="refuse")
    about(refused, "correct", verdict="allow", reason="门卫放行")
    undone = make.check(door, at=ELEVEN - 3 * HOUR, phone=east, verdict="refuse")
    about(undone, "undo", reason="点错了")
    coordinator = log_in()
    assert rows(coordinator.get(AT, {"verdict": "refuse"})) == []
    assert rows(coordinator.get(AT, {"verdict": "allow"})) == [("20-1702", "out", "allow")]
    assert len(rows(coordinator.get(AT, {"mark": "changed"}))) == 2


def test_passages_with_a_conflict_are_marked_on_both_sides(of, log_in, east, door):
    earlier = make.check(door, at=ELEVEN - HOUR, phone=east)
    later = make.check(door, at=ELEVEN - MINUTE, phone=east, conflict=True)
    make.check(door, "in", phone=east)
    Conflict.objects.create(
        compound=of, household=door, earlier=earlier, later=later, code="quota_used", found_at=ELEVEN
    )
    answer = log_in().get(AT, {"mark": "conflict"})
    assert [[mark.word for mark in row.marks] for row in answer.context["page"].object_list] == [["冲突"], ["冲突"]]


def test_passages_cost_the_same_with_one_row_and_with_three(of, log_in, east, door):
    coordinator = log_in()

    def cost():
        with CaptureQueriesContext(connection) as queries:
            assert coordinator.get(AT).status_code == 200
        return len(queries)

    about(make.check(door, phone=east), "undo", reason="x")
    one = cost()
    for number in range(3):
        other = make.household(of, f"20-180{number}")
        first, second = make.check(other, phone=east), make.check(other, at=ELEVEN - MINUTE, phone=east, conflict=True)
        about(first, "reading", temperature="36.5")
        Conflict.objects.create(
            compound=of, household=other, earlier=second, later=first, code="quota_used", found_at=ELEVEN
        )
    assert (cost(), one <= 8) == (one, True)


def test_passages_come_fifty_at_a_time(of, log_in, east, door):
    for number in range(51):
        make.check(door, at=ELEVEN - number * MINUTE, phone=east)
    coordinator = log_in()
    assert [len(rows(coordinator.get(AT, {"page": page}))) for page in ("1", "2", "x")] == [50, 1, 50]


def test_passages_of_another_compound_are_not_shown(of, log_in, east, door):
    other = make.compound("dongyuan", "东园")
    phone = make.device(make.gate(other), "other")
    check = make.check(make.household(other, "20-1702"), phone=phone)
    coordinator = log_in()
    assert rows(coordinator.get(AT)) == []
    assert coordinator.get(f"{AT}{check.pk}/").status_code == 404


# ── one passage ───────────────────────────────────


def test_passage_says_its_reasons_in_the_readers_language_and_by_which_rules(of, log_in, east, door):
    rules = make.rulebook(of, "8月20日通告")
    reasons = [
        {
            "code": "quota_used",
            "effect": "refuse",
            "params": {
                "of": "household",
                "persons": 1,
                "per_days": 2,
                "window": "calendar",
                "out": (ELEVEN - DAY).isoformat(),
                "gate": "西门",
                "forfeited": False,
            },
            "text": "first shown",
        }
    ]
    check = make.check(door, phone=east, verdict="refuse", reasons=reasons, rulebook=rules)
    coordinator = log_in()

    chinese = coordinator.get(f"{AT}{check.pk}/")
    coordinator.cookies["django_language"] = "en"
    english = coordinator.get(f"{AT}{check.pk}/")

    said = [(one.code, one.text) for one in chinese.context["said"]]
    assert len(said) == 1
    assert said[0][0] == "quota_used"
    assert "20-1702" in said[0][1]
    assert "西门" in said[0][1]
    assert english.context["said"][0].text.startswith("Not today: 20-1702 went out yesterday 11:00 by 西门")
    assert (chinese.context["rule_words"], english.context["rule_words"]) == (
        "每户每2天1人",
        "1 person per household every 2 days",
    )
    assert "8月20日通告" in chinese.content.decode()


def test_passage_shows_what_came_after_it_and_its_outing(of, log_in, east, door):
    out = make.check(door, at=ELEVEN - HOUR, phone=east)
    back = make.check(door, "in", at=ELEVEN - MINUTE, phone=east)
    make.outing(out, back_at=back.event_at, check_in=back, due_at=ELEVEN + HOUR)
    about(out, "reading", temperature="36.5", verdict="allow")
    page = log_in().get(f"{AT}{back.pk}/").context["page"]
    assert [(outing.check_out_id, outing.check_in_id) for outing in page.outings] == [(out.pk, back.pk)]
    page = log_in(Role.GATE).get(f"{AT}{out.pk}/").context["page"]
    assert [(change.action, str(change.temperature)) for change in page.changes] == [("reading", "36.5")]


def test_first_reading_after_the_scan_is_a_temperature_and_the_next_is_measured_again(of, log_in, east, door):
    out = make.check(door, phone=east)
    about(out, "reading", temperature="37.6", verdict="recheck")
    about(out, "reading", temperature="36.5", at=ELEVEN + 2 * MINUTE)
    page = log_in().get(f"{AT}{out.pk}/")
    assert page.context["page"].first_reading == page.context["page"].changes[0]
    assert page.content.decode().count("复测体温") == 1


def test_passage_whose_outing_was_handed_back_says_no_next_outing(of, log_in, east, door):
    out = make.check(door, phone=east, next_out_on=dt.date(2022, 8, 25))
    outing = make.outing(out)
    coordinator = log_in()
    assert "下次外出" in coordinator.get(f"{AT}{out.pk}/").content.decode()
    outing.released_at, outing.released_why = ELEVEN, "fever"
    outing.save()
    assert "下次外出" not in coordinator.get(f"{AT}{out.pk}/").content.decode()


def test_passage_of_a_correction_leads_to_the_one_it_is_about(of, log_in, east, door):
    out = make.check(door, phone=east)
    change = about(out, "undo", reason="点错了", at=ELEVEN)
    answer = log_in().get(f"{AT}{change.pk}/")
    assert answer.context["page"].about == out
    assert f'href="{AT}{out.pk}/"' in answer.content.decode()
    assert answer.context["can_change"] is False


def test_passage_with_a_fever_hides_it_from_who_may_not_know(of, log_in, east, door, monkeypatch):
    """Everybody who sees the gates sees temperatures too; the page does not lean on that."""
    monkeypatch.setattr("compound.access.SEE_HEALTH", ())
    reasons = [{"code": "fever", "effect": "recheck", "params": {"celsius": "38.2", "minutes": 5}, "text": "38.2"}]
    check = make.check(door, phone=east, verdict="recheck", temperature="38.2", reasons=reasons)
    guard, secretary = log_in(Role.GATE), log_in(Role.SECRETARY)
    assert "38.2" not in guard.get(f"{AT}{check.pk}/").content.decode()
    assert "38.2" not in guard.get(AT).content.decode()
    assert "38.2" in secretary.get(f"{AT}{check.pk}/").content.decode()


def test_passage_that_is_not_there_is_not_found(of, log_in):
    assert log_in().get(f"{AT}{uuid.uuid4()}/").status_code == 404


# ── putting it right ──────────────────────────────


def test_undo_writes_a_row_with_its_reason_and_gives_the_outing_back(of, log_in, east, door):
    make.rulebook(of)
    out = make.check(door, at=ELEVEN - HOUR, phone=east)
    outing = make.outing(out)
    coordinator = log_in()

    assert coordinator.post(f"{AT}{out.pk}/undo/", {"reason": "点错了房号"}).status_code == 302

    change = Check.objects.get(action="undo")
    assert (change.refers_to, change.reason, change.by.name, change.source, change.device) == (
        out.pk,
        "点错了房号",
        "林涛",
        "desk",
        None,
    )
    outing.refresh_from_db()
    assert (outing.released_why, outing.void_at) == ("undone", ELEVEN)
    assert coordinator.get(f"{AT}{out.pk}/").context["can_change"] is False


def test_undo_without_a_reason_writes_nothing(of, log_in, east, door):
    out = make.check(door, phone=east)
    answer = log_in().post(f"{AT}{out.pk}/undo/", {"reason": " "})
    assert list(answer.context["undo_form"].errors) == ["reason"]
    assert not Check.objects.filter(action="undo").exists()


def test_undo_sent_twice_is_one_row(of, log_in, east, door):
    make.rulebook(of)
    out = make.check(door, phone=east)
    coordinator, key = log_in(), str(uuid.uuid4())
    for _ in range(2):
        coordinator.post(f"{AT}{out.pk}/undo/", {"reason": "点错了", "id": key})
    assert [str(pk) for pk in Check.objects.filter(action="undo").values_list("pk", flat=True)] == [key]


def test_correct_says_that_the_guard_let_them_through(of, log_in, east, door):
    make.rulebook(of)
    refused = make.check(door, at=ELEVEN - MINUTE, phone=east, verdict="refuse")
    coordinator = log_in()

    coordinator.post(f"{AT}{refused.pk}/correct/", {"verdict": "allow", "reason": "门卫认识，已放行"})

    change = Check.objects.get(action="correct")
    assert (change.refers_to, change.verdict, change.reason) == (refused.pk, "allow", "门卫认识，已放行")
    assert [row.verdict for row in coordinator.get(AT).context["page"].object_list] == ["allow"]
    assert Outing.objects.filter(household=door, void_at__isnull=True).count() == 1


def test_correct_with_a_room_that_is_none_says_so(of, log_in, east, door):
    make.rulebook(of)
    out = make.check(door, phone=east)
    client = log_in()
    answer = client.post(f"{AT}{out.pk}/correct/", {"verdict": "allow", "reason": "房号错", "room": "99-999"})
    assert answer.context["correct_form"].errors["room"] == ["住户名单里没有“99-999”。"]
    assert not Check.objects.filter(action="correct").exists()


@pytest.mark.parametrize("what", ["undo", "correct"])
def test_guard_at_the_gate_sees_a_passage_and_cannot_change_it_here(of, log_in, east, door, what):
    out = make.check(door, phone=east)
    guard = log_in(Role.GATE)
    answer = guard.post(f"{AT}{out.pk}/{what}/", {"reason": "x", "verdict": "allow"})
    assert (answer.status_code, Check.objects.count()) == (404, 1)
    assert guard.get(f"{AT}{out.pk}/").context["can_change"] is False


# ── a day as a file ───────────────────────────────


def read(answer):
    sheet = load_workbook(io.BytesIO(answer.content)).worksheets[0]
    return [[cell.value for cell in row] for row in sheet.iter_rows()]


def test_file_of_a_day_holds_every_row_and_the_log_says_who_took_it(of, log_in, east, door):
    out = make.check(door, at=ELEVEN - HOUR, phone=east, temperature="36.5")
    about(out, "undo", reason="=1+1")
    make.check(door, at=ELEVEN - DAY, phone=east)
    coordinator = log_in()

    table = read(coordinator.get(f"{AT}day.xlsx", {"day": "2022-08-23"}))

    assert [row[:8] for row in table[1:]] == [
        ["10:00:00", "东门", "出小区", "20-1702", "户", "通行", "放行", None],
        ["10:01:00", "东门", "出小区", "20-1702", "户", "已撤销", "放行", None],
    ]
    # Typed at a gate, and still no formula.
    assert (table[1][8], table[2][12]) == (36.5, "=1+1")
    assert table[2][13] == f"{str(Check.objects.get(action='undo').pk)[:8]} → {str(out.pk)[:8]}"
    entry = AuditEntry.objects.get(action="passages.exported")
    assert (entry.by.name, entry.subject) == ("林涛", "2022-08-23")


def test_file_of_a_day_for_the_guard_is_not_there(of, log_in):
    assert log_in(Role.GATE).get(f"{AT}day.xlsx").status_code == 404
    assert not AuditEntry.objects.exists()
