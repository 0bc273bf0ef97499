"""How it is at the gates now, who is outside, incidents: what each role sees, what is counted, at what cost."""

import datetime as dt
import uuid

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from compound.models import Role
from gate.models import Check, Conflict, Device, Incident, Outing, TemperatureRecord
from tests import make
from tests.make import ELEVEN

GATES, OUTSIDE, INCIDENTS = "/c/xingfuli/gates/", "/c/xingfuli/outside/", "/c/xingfuli/incidents/"
MINUTE, HOUR, DAY = dt.timedelta(minutes=1), dt.timedelta(hours=1), dt.timedelta(days=1)
PAGES = [GATES, OUTSIDE, INCIDENTS, "/c/xingfuli/conflicts/", "/c/xingfuli/emergencies/", "/c/xingfuli/rules/"]


@pytest.fixture
def east(of):
    return make.device(make.gate(of, "东门"), at=ELEVEN - 8 * DAY, hours=24 * 9)


def went_out(door, phone, *, at=ELEVEN - HOUR, due=None, slot=1, forfeit=False, **more):
    return make.outing(make.check(door, at=at, phone=phone, **more), due_at=due, slot=slot, forfeit=forfeit)


def cost(client, url):
    with CaptureQueriesContext(connection) as queries:
        assert client.get(url).status_code == 200
    return len(queries)


# ── who may look ──────────────────────────────────


@pytest.mark.parametrize("url", PAGES)
def test_pages_of_the_gate_are_for_who_sees_the_gates(of, log_in, url):
    answers = {role: log_in(role).get(url).status_code for role in Role if role != Role.CAPTAIN}
    assert answers == {
        Role.SECRETARY: 200,
        Role.COORDINATOR: 200,
        Role.GATE: 200,
        Role.MEDICAL: 404,
        Role.SUPPLY: 404,
        Role.VOLUNTEER: 404,
    }


def tabs(answer):
    text = answer.content.decode()
    nav = text[text.index('<nav class="tabs"') :]
    return [part.split('"')[0].removeprefix("/c/xingfuli/") for part in nav[: nav.index("</nav>")].split('href="')[1:]]


def test_tabs_show_a_guard_less_than_the_coordinator(of, log_in):
    mine = {"gates/", "outside/", "passages/", "conflicts/", "temperatures/", "isolations/", "parcels/"}
    mine |= {"incidents/", "rules/"}
    assert set(tabs(log_in(Role.GATE).get(GATES))) == mine
    assert set(tabs(log_in().get(GATES))) == mine | {"passes/", "gate-phones/", "paper/"}


@pytest.mark.parametrize(
    ("role", "page"),
    [
        (Role.COORDINATOR, "/c/xingfuli/gates/"),
        (Role.GATE, "/c/xingfuli/gates/"),
        (Role.VOLUNTEER, "/c/xingfuli/parcels/"),
        (Role.MEDICAL, "/c/xingfuli/temperatures/"),
    ],
)
def test_menu_has_one_entry_for_the_gates(of, log_in, role, page):
    entries = [entry["url"] for entry in log_in(role).get("/c/xingfuli/").context["nav"]]
    assert [url for url in entries if url in {GATES, "/c/xingfuli/parcels/", "/c/xingfuli/temperatures/"}] == [page]


# ── how it is now ─────────────────────────────────


def test_overview_counts_the_day_at_each_gate(of, log_in, east):
    west = make.device(make.gate(of, "西门"), "west")
    doors = [make.household(of, f"20-170{n}") for n in range(5)]
    make.check(doors[0], at=ELEVEN - 2 * HOUR, phone=east)
    make.check(doors[0], "in", at=ELEVEN - HOUR - MINUTE, phone=west)
    make.check(doors[1], at=ELEVEN - MINUTE, phone=west)
    used = [{"code": "quota_used", "effect": "refuse", "params": {}}]
    both = [*used, {"code": "outside_hours", "effect": "refuse", "params": {}}]
    make.check(doors[2], at=ELEVEN - 3 * HOUR, phone=east, verdict="refuse", reasons=used)
    make.check(doors[3], at=ELEVEN - 3 * HOUR, phone=east, verdict="refuse", reasons=both)
    make.check(doors[4], at=ELEVEN - DAY, phone=east)

    page = log_in().get(GATES).context["page"]

    assert [
        (line.gate.name, line.count.out, line.count.back, line.count.refused, line.count.last_at) for line in page.gates
    ] == [("东门", 1, 0, 2, ELEVEN - 2 * HOUR), ("西门", 1, 1, 0, ELEVEN - MINUTE)]
    assert [(hour.text, counts) for hour, counts in page.hours] == [("09:00", [1, 1]), ("10:00", [0, 1])]
    assert page.day.refusals == [("quota_used", 2), ("outside_hours", 1)]
    assert (page.passed, page.refused) == (3, 2)


def test_overview_counts_what_was_corrected_as_corrected_and_not_what_was_undone(of, log_in, east):
    door = make.household(of, "20-1702")
    refused = make.check(door, at=ELEVEN - HOUR, phone=east, verdict="refuse")
    make.check(door, phone=east, action="correct", refers_to=refused.pk, reason="放行了", verdict="allow")
    undone = make.check(door, at=ELEVEN - HOUR, phone=east)
    make.check(door, phone=east, action="undo", refers_to=undone.pk, reason="点错")
    page = log_in().get(GATES).context["page"]
    assert (page.out, page.refused) == (1, 0)


def test_overview_says_which_guarded_gate_has_no_phone(of, log_in, east):
    make.gate(of, "西门")
    make.gate(of, "车库", kind="sealed")
    Device.objects.update(last_seen_at=ELEVEN - MINUTE)
    coordinator = log_in()
    page = coordinator.get(GATES).context["page"]
    assert (page.manned, page.guarded) == (1, 2)
    assert [(line.gate.name, line.is_unmanned, line.phones.seen_at) for line in page.gates] == [
        ("东门", False, ELEVEN - MINUTE),
        ("西门", True, None),
    ]
    Device.objects.update(revoked_at=ELEVEN)
    assert coordinator.get(GATES).context["page"].manned == 0


def test_overview_shows_the_rule_in_force_with_its_notice(of, log_in, east):
    make.rulebook(
        of,
        "第2号通告",
        longest_minutes=120,
        opens=dt.time(6),
        closes=dt.time(20),
    )
    sealed = make.household(of, "20-1702").building
    make.rulebook(of, "20栋封控", building=sealed, persons=0)
    words = log_in().get(GATES).content.decode()
    assert "每户每2天1人，最长2小时，06:00–20:00" in words
    assert "第2号通告" in words
    assert "不得外出" in words


def test_overview_counts_what_waits_for_somebody(of, log_in, east):
    door = make.household(of, "20-1702")
    make.check(door, phone=east, kind="emergency", action="emergency", reason="孩子39.3℃")
    earlier = make.check(door, at=ELEVEN - HOUR, phone=east)
    later = make.check(door, at=ELEVEN - MINUTE, phone=east)
    Conflict.objects.create(
        compound=of, household=door, earlier=earlier, later=later, code="quota_used", found_at=ELEVEN
    )
    TemperatureRecord.objects.create(
        compound=of, household=door, check_first=earlier, is_fever=True, opened_at=ELEVEN, recheck_at=ELEVEN
    )
    went_out(door, east, due=ELEVEN - MINUTE, at=ELEVEN - 2 * HOUR)
    page = log_in(Role.GATE).get(GATES).context["page"]
    assert (page.emergencies, page.conflicts, page.fevers, page.outside.all, page.outside.overdue) == (1, 1, 1, 1, 1)


def test_overview_costs_the_same_with_one_passage_and_with_three_gates(of, log_in, east):
    coordinator, door = log_in(), make.household(of, "20-1702")
    make.check(door, phone=east, verdict="refuse")
    one = cost(coordinator, GATES)
    for name in ("西门", "南门", "北门"):
        phone = make.device(make.gate(of, name), name)
        went_out(make.household(of, f"20-1{phone.gate.position}03"), phone)
        make.rulebook(of, name, starts_at=ELEVEN - phone.gate.position * HOUR)
    assert (cost(coordinator, GATES), one <= 13) == (one, True)


# ── who is outside ────────────────────────────────


def test_outside_lists_by_building_the_longest_outside_first(of, log_in, east):
    nine, twenty = make.household(of, "9-101"), make.household(of, "20-1702")
    make.resident(twenty, "欧阳静")
    went_out(twenty, east, at=ELEVEN - 3 * HOUR, due=ELEVEN - HOUR)
    went_out(twenty, east, at=ELEVEN - 2 * HOUR, slot=2)
    went_out(nine, east, due=ELEVEN + HOUR)
    came_back = went_out(make.household(of, "20-1703"), east)
    Outing.objects.filter(pk=came_back.pk).update(back_at=ELEVEN)
    void = went_out(make.household(of, "20-1704"), east)
    Outing.objects.filter(pk=void.pk).update(void_at=ELEVEN, released_at=ELEVEN, released_why="undone")

    page = log_in().get(OUTSIDE).context["page"]

    assert [
        (building.name, [(one.room, one.surname, one.minutes_late) for one in building.people])
        for building in page.buildings
    ] == [("9", [("9-101", "", 0)]), ("20", [("20-1702", "欧阳", 60), ("20-1702", "欧阳", 0)])]


def test_outside_has_a_text_for_the_chat_with_overdue_rooms_and_no_name(of, log_in, east):
    late, in_time = make.household(of, "20-1702"), make.household(of, "20-1703")
    make.resident(late, "周旻")
    went_out(late, east, at=ELEVEN - 3 * HOUR, due=ELEVEN - HOUR)
    went_out(in_time, east, due=ELEVEN + HOUR)
    went_out(make.household(of, "9-101"), east, due=ELEVEN + HOUR)

    texts = log_in().get(OUTSIDE).context["texts"]

    assert [(building.name, text) for building, text in texts] == [
        ("20", "以下住户外出已超时，请尽快回小区；有困难请打电话给卡口：\n20-1702，应在今天 10:00前回来")
    ]


def test_outside_costs_the_same_with_one_and_with_three(of, log_in, east):
    coordinator = log_in()
    went_out(make.household(of, "20-1702"), east)
    one = cost(coordinator, OUTSIDE)
    for room in ("20-1703", "9-101", "3-2-501"):
        door = make.household(of, room)
        make.resident(door)
        went_out(door, east, due=ELEVEN - MINUTE)
    assert (cost(coordinator, OUTSIDE), one <= 6) == (one, True)


def test_came_back_unseen_ends_the_outing_by_an_entry_from_the_desk(of, log_in, east):
    make.rulebook(of)
    door = make.household(of, "20-1702")
    outing = went_out(door, east)
    coordinator = log_in()

    coordinator.post(OUTSIDE + "back/", {"check": str(outing.check_out_id), "reason": "电话确认已到家"})

    entry = Check.objects.get(direction="in")
    outing.refresh_from_db()
    assert (outing.back_at, outing.check_in_id) == (ELEVEN, entry.pk)
    assert (entry.source, entry.by.name, entry.reason, entry.verdict) == ("desk", "林涛", "电话确认已到家", "allow")


def test_came_back_unseen_by_a_pass_ends_the_outing_of_that_pass(of, log_in, east):
    make.rulebook(of, exempt_kinds=["medical"])
    door = make.household(of, "20-1702")
    own = went_out(door, east, at=ELEVEN - 2 * HOUR)
    card = make.gate_pass(of, door, "medical")
    by_pass = went_out(door, east, kind="medical", gate_pass=card, slot=None)
    log_in().post(OUTSIDE + "back/", {"check": str(by_pass.check_out_id), "reason": "医院回来"})
    own.refresh_from_db()
    by_pass.refresh_from_db()
    assert (own.back_at, by_pass.back_at) == (None, ELEVEN)


def test_came_back_unseen_of_two_ends_the_one_that_was_chosen_and_says_which(of, log_in, east):
    make.rulebook(of, persons=2)
    door = make.household(of, "20-1702")
    first, second = went_out(door, east, at=ELEVEN - 2 * HOUR), went_out(door, east, slot=2)
    answer = log_in().post(OUTSIDE + "back/", {"check": str(second.check_out_id), "reason": "在家"}, follow=True)
    first.refresh_from_db()
    second.refresh_from_db()
    assert (first.back_at, second.back_at) == (None, ELEVEN)
    assert [str(message) for message in answer.context["messages"]] == [
        "20-1702 已回来：今天 10:00 从东门外出的这一次已结束。"
    ]


def test_came_back_unseen_after_another_secret_key_ends_the_outing_of_the_pass(of, log_in, east, settings):
    make.rulebook(of)
    door = make.household(of, "20-1702")
    outing = went_out(door, east, gate_pass=make.gate_pass(of, door))
    settings.SECRET_KEY = "another" * 8
    log_in().post(OUTSIDE + "back/", {"check": str(outing.check_out_id), "reason": "在家"})
    outing.refresh_from_db()
    assert outing.back_at == ELEVEN


def test_came_back_unseen_too_late_costs_the_next_outing_of_that_one_alone(of, log_in, east):
    make.rulebook(of, persons=2, longest_minutes=30, overstay="forfeit")
    door = make.household(of, "20-1702")
    first = went_out(door, east, at=ELEVEN - 2 * HOUR, due=ELEVEN - 90 * MINUTE, forfeit=True)
    second = went_out(door, east, slot=2, due=ELEVEN + 30 * MINUTE, forfeit=True)
    coordinator = log_in()
    coordinator.post(OUTSIDE + "back/", {"check": str(second.check_out_id), "reason": "在家"})
    second.refresh_from_db()
    assert ([reason["code"] for reason in second.check_in.reasons], second.period.upper - second.period.lower) == (
        [],
        2 * DAY,
    )
    coordinator.post(OUTSIDE + "back/", {"check": str(first.check_out_id), "reason": "在家"})
    first.refresh_from_db()
    assert ([reason["code"] for reason in first.check_in.reasons], first.period.upper - first.period.lower) == (
        ["overstay"],
        4 * DAY,
    )


def test_came_back_unseen_without_a_reason_writes_nothing(of, log_in, east):
    outing = went_out(make.household(of, "20-1702"), east)
    answer = log_in().post(OUTSIDE + "back/", {"check": str(outing.check_out_id), "reason": ""})
    assert list(answer.context["back_form"].errors) == ["reason"]
    assert not Check.objects.filter(direction="in").exists()


def test_came_back_unseen_of_an_outing_that_has_ended_says_so(of, log_in, east):
    outing = went_out(make.household(of, "20-1702"), east)
    Outing.objects.update(back_at=ELEVEN)
    client = log_in()
    answer = client.post(OUTSIDE + "back/", {"check": str(outing.check_out_id), "reason": "x"}, follow=True)
    assert [str(message) for message in answer.context["messages"]] == ["这次外出已经结束。"]


def test_came_back_unseen_is_not_for_the_guard(of, log_in, east):
    outing = went_out(make.household(of, "20-1702"), east)
    answer = log_in(Role.GATE).post(OUTSIDE + "back/", {"check": str(outing.check_out_id), "reason": "x"})
    outing.refresh_from_db()
    assert (answer.status_code, outing.back_at) == (404, None)


# ── incidents ─────────────────────────────────────


def test_incident_written_at_the_desk_stands_in_the_list(of, log_in, east):
    make.household(of, "20-1702")
    guard = log_in(Role.GATE)
    given = {
        "kind": "rushed",
        "gate": east.gate_id,
        "room": "20-1702",
        "note": "推开栏杆",
        "at": "2022-08-23T10:30",
        "id": str(uuid.uuid4()),
    }
    for _ in range(2):
        guard.post(INCIDENTS + "add/", given)
    rows = guard.get(INCIDENTS).context["page"].object_list
    assert [(row.kind, row.household.room, row.note, row.event_at, row.by.name) for row in rows] == [
        ("rushed", "20-1702", "推开栏杆", ELEVEN - 30 * MINUTE, "周静")
    ]


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"kind": "other"}, "note"),
        ({"room": "99-1"}, "room"),
        ({"at": "2022-08-23T11:30"}, "at"),
        ({"gate": 0}, "gate"),
        ({"kind": ""}, "kind"),
    ],
)
def test_incident_that_is_wrong_says_where(of, log_in, east, wrong, field):
    answer = log_in().post(INCIDENTS + "add/", {"kind": "rushed", "gate": east.gate_id, **wrong})
    assert list(answer.context["form"].errors) == [field]
    assert not Incident.objects.exists()


def test_incidents_cost_the_same_with_one_and_with_three(of, log_in, east):
    coordinator = log_in()

    def happened(n):
        Incident.objects.create(
            id=uuid.uuid4(), compound=of, gate=east.gate, device=east, kind="abuse", event_at=ELEVEN, received_at=ELEVEN
        )

    happened(0)
    one = cost(coordinator, INCIDENTS)
    happened(1)
    happened(2)
    assert cost(coordinator, INCIDENTS) == one


def test_overview_without_a_phone_leads_whoever_runs_the_gates_to_bind_one(of, log_in):
    make.gate(of, "东门")
    link = "/c/xingfuli/gate-phones/new/?gate=%E4%B8%9C%E9%97%A8"
    assert link not in log_in(Role.GATE).get(GATES).content.decode()
    coordinator = log_in()
    assert link in coordinator.get(GATES).content.decode()
    assert coordinator.get(link).context["form"]["gate"].value() == of.gates.get().pk
