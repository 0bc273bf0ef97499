"""Today: what goes on at the gates, for whom, with the button that leads there, and at what cost."""

import datetime as dt

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from compound.models import Role
from gate.models import Conflict, Isolation, Pass, TemperatureRecord
from tests import make
from tests.make import ELEVEN

AT = "/c/xingfuli/"
MINUTE, HOUR, DAY = dt.timedelta(minutes=1), dt.timedelta(hours=1), dt.timedelta(days=1)
WORDS = {"有手机的卡口", "在外", "今天不放行", "体温待跟进"}


@pytest.fixture
def east(of):
    return make.device(make.gate(of, "东门"), at=ELEVEN - HOUR)


@pytest.fixture
def door(of):
    make.round(of)
    return make.household(of, "20-1702")


def tiles(answer):
    return [(t.word, t.number, t.trend, t.kind) for t in answer.context["page"].tiles if t.word in WORDS]


def needs(answer):
    return [(need.text, need.action, need.url) for need in answer.context["page"].needs]


@pytest.fixture
def busy(of, east, door):
    """One of everything that asks for somebody."""
    make.gate(of, "西门")
    make.outing(make.check(door, at=ELEVEN - 3 * HOUR, phone=east), due_at=ELEVEN - HOUR)
    make.check(door, at=ELEVEN - 2 * HOUR, phone=east, verdict="refuse")
    make.check(door, at=ELEVEN - HOUR, phone=east, kind="emergency", action="emergency", reason="急")
    earlier, later = (make.check(door, at=ELEVEN - n * MINUTE, phone=east) for n in (2, 1))
    Conflict.objects.create(
        compound=of, household=door, earlier=earlier, later=later, code="quota_used", found_at=ELEVEN
    )
    TemperatureRecord.objects.create(
        compound=of,
        household=door,
        check_first=later,
        is_fever=True,
        opened_at=ELEVEN - 9 * MINUTE,
        recheck_at=ELEVEN - 4 * MINUTE,
    )
    Isolation.objects.create(household=door, until=ELEVEN + 20 * HOUR, set_at=ELEVEN - DAY)


def test_today_counts_the_refused_as_they_are_known_now(of, log_in, east, door):
    def passage(verdict, then="", now=""):
        made = make.check(door, at=ELEVEN - HOUR, phone=east, verdict=verdict)
        if then:
            make.check(door, phone=east, action=then, refers_to=made.pk, reason="x", verdict=now or "allow")

    passage("refuse")
    passage("refuse", "undo")
    passage("refuse", "correct", "allow")
    passage("allow", "correct", "refuse")
    passage("recheck", "reading", "allow")
    make.check(door, at=ELEVEN - DAY, phone=east, verdict="refuse")
    # A room that is none was mistyped, and a visitor belongs to no door.
    make.check(None, at=ELEVEN - HOUR, phone=east, verdict="refuse")
    make.check(None, at=ELEVEN - HOUR, phone=east, verdict="refuse", kind="visitor")
    assert [tile for tile in tiles(log_in().get(AT)) if tile[0] == "今天不放行"] == [("今天不放行", "3", "", "")]


def test_today_of_a_coordinator_names_everything_that_waits_at_the_gates(busy, log_in):
    answer = log_in().get(AT)
    assert tiles(answer) == [
        ("有手机的卡口", "1/2", "1个卡口没有", "ask"),
        ("在外", "1", "1人超时", "no"),
        ("今天不放行", "1", "", ""),
        ("体温待跟进", "1", "1人该复测了", "ask"),
    ]
    assert needs(answer) == [
        ("1人体温待跟进", "去看", AT + "temperatures/"),
        ("1个值守卡口没有手机", "绑定手机", AT + "gate-phones/new/"),
        ("1次紧急放行待追认", "追认", AT + "emergencies/"),
        ("1对通行记录有冲突", "处理", AT + "conflicts/"),
        ("1人外出超时", "看是谁", AT + "outside/"),
        ("1户居家隔离即将结束", "看是谁", AT + "isolations/"),
    ]


@pytest.mark.parametrize(
    ("role", "words", "wanted"),
    [
        (Role.GATE, ["有手机的卡口", "在外", "今天不放行", "体温待跟进"], ["temperatures/", "outside/", "isolations/"]),
        (Role.MEDICAL, ["体温待跟进"], ["temperatures/", "isolations/"]),
        (Role.SUPPLY, [], []),
        (Role.VOLUNTEER, [], []),
    ],
)
def test_today_shows_each_role_of_the_gates_what_it_may_know(busy, log_in, role, words, wanted):
    answer = log_in(role).get(AT)
    assert [tile[0] for tile in tiles(answer)] == words
    assert [url.removeprefix(AT) for _, _, url in needs(answer)] == wanted


def test_today_of_a_quiet_day_at_the_gates_asks_for_nothing(east, door, log_in):
    answer = log_in().get(AT)
    assert (tiles(answer), needs(answer)) == ([("有手机的卡口", "1/1", "", ""), ("在外", "0", "", "")], [])


def test_today_of_a_compound_without_gates_says_nothing_of_them(door, log_in):
    assert tiles(log_in().get(AT)) == []


def test_today_of_an_isolation_that_ends_later_says_nothing(east, door, log_in):
    Isolation.objects.create(household=door, until=ELEVEN + 3 * DAY, set_at=ELEVEN - DAY)
    assert needs(log_in().get(AT)) == []


def test_today_costs_the_same_however_much_goes_on_at_the_gates(of, east, door, log_in):
    coordinator = log_in()

    def cost():
        with CaptureQueriesContext(connection) as queries:
            assert coordinator.get(AT).status_code == 200
        return len(queries)

    make.outing(make.check(door, phone=east))
    one = cost()
    for name in ("西门", "南门", "北门"):
        phone = make.device(make.gate(of, name), name)
        other = make.household(of, f"9-{phone.gate.position}01")
        make.outing(make.check(other, at=ELEVEN - 2 * HOUR, phone=phone), due_at=ELEVEN - HOUR)
        make.check(other, phone=phone, kind="emergency", action="emergency", reason="急")
        make.check(other, phone=phone, verdict="refuse")
        Isolation.objects.create(household=other, until=ELEVEN + HOUR, set_at=ELEVEN - DAY)
    assert (cost(), one <= 24) == (one, True)


# ── the household, the search ─────────────────────


def test_household_shows_its_outings_and_who_is_out(of, east, door, log_in):
    back = make.check(door, "in", at=ELEVEN - DAY + HOUR, phone=east)
    make.outing(make.check(door, at=ELEVEN - DAY, phone=east), back_at=back.event_at, check_in=back)
    make.outing(make.check(door, at=ELEVEN - HOUR, phone=east), slot=2, due_at=ELEVEN - MINUTE)
    url = f"{AT}households/20-1702/"
    page = log_in().get(url)
    assert [(o.out_at, o.back_at) for o in page.context["page"].outings] == [
        (ELEVEN - HOUR, None),
        (ELEVEN - DAY, ELEVEN - DAY + HOUR),
    ]
    assert "超时" in page.content.decode()
    assert log_in(Role.GATE).get(url).context["page"].outings is not None
    assert log_in(Role.SUPPLY).get(url).context["page"].outings is None


def test_search_finds_a_vehicle_by_part_of_its_plate(of, door, log_in):
    card = make.gate_pass(of, door, Pass.Kind.VEHICLE, plate="沪A12345")
    make.gate_pass(of, None, Pass.Kind.VEHICLE, plate="苏E99999", holder="惠民超市")
    answer = log_in().get(f"{AT}search/", {"q": "沪a·12345"})
    assert [found.plate for found in answer.context["found"].vehicles] == ["沪A12345"]
    assert f'href="/c/xingfuli/passes/{card.pk}/"' in answer.content.decode()
    assert log_in(Role.SUPPLY).get(f"{AT}search/", {"q": "12345"}).context["found"].vehicles == []
