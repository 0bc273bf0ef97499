"""Today: who is missing, what nobody has yet, the shifts of the day; for whom, and at what cost."""

import datetime as dt

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from compound.models import Role
from roster.models import Plan, SignUp, StandIn
from tests import make
from tests.make import ELEVEN, NOON

AT = "/c/xingfuli/"
MINUTE, HOUR, DAY = dt.timedelta(minutes=1), dt.timedelta(hours=1), dt.timedelta(days=1)
MIDNIGHT = ELEVEN.replace(hour=0)
WORDS = {"卡口在岗", "未到岗", "我正在值班", "我的下一班"}


@pytest.fixture
def post(of):
    make.round(of)
    make.household(of, "20-1702")
    return make.post(of, "东门岗", kind="gate", gate=make.gate(of))


@pytest.fixture
def zhang(of):
    return make.volunteer(of, "张喆", "13000000071")


def tiles(answer):
    return [(t.word, t.number, t.trend, t.kind, t.url) for t in answer.context["page"].tiles if t.word in WORDS]


def needs(answer):
    rows = answer.context["page"].needs
    return [(need.text, need.detail, need.action, need.url) for need in rows if "手机" not in need.text]


def lanes(answer):
    return {
        lane["label"]: [
            (span["from_q"], span["to_q"], span["time"], span["text"], span["kind"]) for span in lane["spans"]
        ]
        for lane in answer.context["page"].posts
    }


def test_today_with_somebody_signed_in_says_that_the_gate_is_manned(of, log_in, post, zhang):
    make.assignment(make.shift(post, ELEVEN - HOUR), zhang, "signed_in")
    answer = log_in().get(AT)
    assert tiles(answer) == [
        ("卡口在岗", "1/1", "", "", AT + "roster/now/"),
        ("未到岗", "0", "", "", AT + "roster/now/"),
    ]
    assert needs(answer) == []


def test_today_with_somebody_missing_names_them_and_leads_to_the_shift(of, log_in, post, zhang):
    shift = make.shift(post, ELEVEN - HOUR)
    make.assignment(shift, zhang)
    answer = log_in().get(AT)
    assert tiles(answer) == [
        ("卡口在岗", "0/1", "1个卡口没人", "no", AT + "roster/now/"),
        ("未到岗", "1", "东门岗", "no", AT + "roster/now/"),
    ]
    assert needs(answer) == [
        ("东门岗：张喆未到岗", "10:00起该在岗，还没有签到", "找人", f"{AT}roster/shifts/{shift.pk}/")
    ]  # fmt: skip


def test_today_within_the_minutes_of_grace_misses_nobody(of, log_in, post, zhang):
    make.assignment(make.shift(post, ELEVEN - 9 * MINUTE), zhang)
    answer = log_in().get(AT)
    assert [tile[:2] for tile in tiles(answer)] == [("卡口在岗", "1/1"), ("未到岗", "0")]
    assert needs(answer) == []


def test_today_with_five_missing_names_three_and_leads_to_the_others(of, log_in, post):
    for number in range(5):
        where = make.post(of, f"{number}号岗", position=number)
        make.assignment(
            make.shift(where, ELEVEN - HOUR), make.volunteer(of, f"张{number}", f"1300000008{number}")
        )  # fmt: skip
    assert [(text, url) for text, _detail, _action, url in needs(log_in().get(AT))][3:] == [
        ("还有2人未到岗", AT + "roster/now/")
    ]


def test_today_with_gaps_says_what_is_short_now_and_how_much_within_48_hours(of, log_in, post):
    on_now = make.shift(post, ELEVEN - HOUR)
    tonight = make.shift(post, NOON + 8 * HOUR, seats=2)
    make.shift(post, ELEVEN + 47 * HOUR)
    make.shift(post, ELEVEN + 49 * HOUR)
    make.shift(post, ELEVEN + 20 * HOUR, cancelled_at=ELEVEN)
    assert needs(log_in().get(AT)) == [
        ("东门岗现在缺1人", "东门岗 今天 10:00–14:00", "找人", f"{AT}roster/shifts/{on_now.pk}/"),
        ("48小时内缺岗3处", "最早：东门岗 今天 20:00–24:00", "找人", f"{AT}roster/shifts/{tonight.pk}/"),
    ]


def test_today_with_proposals_counts_them_beside_what_is_empty(of, log_in, post, zhang):
    tonight = make.shift(post, NOON + 8 * HOUR)
    make.assignment(tonight, zhang, "proposed")
    coordinator = log_in()
    assert needs(coordinator.get(AT)) == [
        ("48小时内1个席位有建议、待发布", "最早：东门岗 今天 20:00–24:00", "查看并发布", f"{AT}roster/")
    ]

    tomorrow = make.shift(post, NOON + 20 * HOUR, seats=2)
    assert needs(coordinator.get(AT)) == [
        ("48小时内缺岗2处，另有建议1处", "最早：东门岗 明天 08:00–12:00", "找人", f"{AT}roster/shifts/{tomorrow.pk}/")
    ]

    # Nobody has been told: at a post that is empty now a proposal is nobody.
    on_now = make.shift(make.post(of, "热线"), ELEVEN - HOUR)
    make.assignment(on_now, make.volunteer(of, "李昕", "13000000072"), "proposed")
    assert needs(coordinator.get(AT))[0][0] == "热线现在缺1人"


def test_today_with_a_late_search_a_plan_and_a_sign_up_asks_for_each(of, log_in, post, zhang):
    shift = make.shift(post, NOON + 8 * HOUR)
    asked = StandIn.objects.create(
        assignment=make.assignment(shift, zhang), is_late=True, asked_at=ELEVEN, asked_by=zhang.user
    )
    plan = Plan.objects.create(
        compound=of,
        from_on=MIDNIGHT.date() + DAY,
        until_on=MIDNIGHT.date() + 7 * DAY,
        state="ready",
        seats=40,
        filled=38,
        asked_at=ELEVEN,
    )
    SignUp.objects.create(compound=of, name="李昕", phone="13000000072", asked_at=ELEVEN)
    coordinator = log_in()
    assert needs(coordinator.get(AT)) == [
        ("张喆临时来不了，急找替班", "东门岗 今天 20:00–24:00", "找人", f"{AT}roster/shifts/{shift.pk}/"),
        ("建议方案待发布", "明天至8月30日(周二) · 缺2人", "查看并发布", f"{AT}roster/plans/{plan.pk}/"),
        ("1人报名当志愿者", "报名待确认。", "确认", AT + "roster/sign-ups/"),
    ]

    StandIn.objects.filter(pk=asked.pk).update(is_late=False)
    Plan.objects.update(state="published")
    SignUp.objects.update(state="refused", decided_at=ELEVEN, decided_by=zhang.user)
    assert needs(coordinator.get(AT)) == []


def test_today_at_half_past_midnight_has_the_shift_of_the_evening_before(of, log_in, post, zhang, clock):
    clock(MIDNIGHT + 30 * MINUTE)
    make.assignment(make.shift(post, MIDNIGHT - 2 * HOUR, is_night=True), zhang, "signed_in")
    make.shift(post, MIDNIGHT + 22 * HOUR)
    make.shift(post, MIDNIGHT - 6 * HOUR)
    answer = log_in().get(AT)
    assert tiles(answer)[0][:2] == ("卡口在岗", "1/1")
    assert lanes(answer) == {
        "东门岗": [(0, 8, "–02:00", "张喆", "now"), (88, 96, "22:00–次日02:00", "缺1", "gap")]
    }  # fmt: skip


def test_today_draws_each_post_with_its_shifts_and_says_what_is_empty(of, log_in, post, zhang):
    run = make.post(of, "超市采买", seats=2, position=200)
    make.assignment(make.shift(run, ELEVEN - 3 * HOUR, hours=2), zhang, "signed_out")
    make.assignment(make.shift(post, ELEVEN + HOUR), zhang)
    make.assignment(make.shift(run, ELEVEN - HOUR), make.volunteer(of, "李昕", "13000000072"), "signed_in")
    make.shift(post, ELEVEN + DAY)
    assert lanes(log_in().get(AT)) == {
        "东门岗": [(48, 64, "12:00–16:00", "张喆", "plain")],
        "超市采买": [(32, 40, "08:00–10:00", "张喆、缺1", "done"), (40, 56, "10:00–14:00", "李昕、缺1", "gap")],
    }


def test_today_of_a_volunteer_says_the_day_of_a_next_shift_that_is_not_today(of, log_in, post):
    client = log_in(Role.VOLUNTEER)
    make.assignment(make.shift(post, NOON + 20 * HOUR), make.volunteer(of))
    assert tiles(client.get(AT)) == [("我的下一班", "明天 08:00", "东门岗", "", AT + "duty/")]


def test_today_of_a_volunteer_shows_the_own_next_shift_and_who_asks(of, log_in, post, zhang):
    client = log_in(Role.VOLUNTEER)
    me = make.volunteer(of)
    make.assignment(make.shift(post, ELEVEN - DAY), me, "signed_out")
    mine = make.assignment(make.shift(post, NOON + 8 * HOUR), me)
    make.assignment(make.shift(post, ELEVEN - HOUR), zhang)
    assert tiles(client.get(AT)) == [("我的下一班", "20:00", "东门岗", "", AT + "duty/")]
    assert (needs(client.get(AT)), lanes(client.get(AT))) == ([], {})

    theirs = make.assignment(make.shift(post, NOON + DAY), zhang)
    StandIn.objects.create(assignment=theirs, to=me, offered=mine, asked_at=ELEVEN, asked_by=zhang.user)
    assert needs(client.get(AT)) == [("1人请您替班", "", "答复", AT + "duty/requests/")]


def test_today_of_gate_duty_counts_the_gates_and_leads_nowhere(of, log_in, post, zhang):
    make.assignment(make.shift(post, ELEVEN - HOUR), zhang)
    answer = log_in(Role.GATE).get(AT)
    assert tiles(answer) == [("卡口在岗", "0/1", "1个卡口没人", "no", ""), ("未到岗", "1", "东门岗", "no", "")]
    assert needs(answer) == []
    assert "张喆" not in answer.content.decode()


@pytest.mark.parametrize("role", [Role.MEDICAL, Role.SUPPLY])
def test_today_of_others_says_nothing_of_the_roster(of, log_in, post, zhang, role):
    make.assignment(make.shift(post, ELEVEN - HOUR), zhang)
    answer = log_in(role).get(AT)
    assert (tiles(answer), needs(answer), lanes(answer)) == ([], [], {})


def test_today_in_english_says_it_too(of, log_in, post, zhang):
    make.assignment(make.shift(post, ELEVEN - HOUR), zhang)
    coordinator = log_in()
    coordinator.cookies["django_language"] = "en"
    answer = coordinator.get(AT)
    assert "张喆 is missing at 东门岗" in answer.content.decode()


def test_today_costs_the_same_however_many_posts_shifts_and_people(of, log_in, post, zhang):
    coordinator = log_in()

    def cost():
        with CaptureQueriesContext(connection) as queries:
            assert coordinator.get(AT).status_code == 200
        return len(queries)

    make.assignment(make.shift(post, ELEVEN - HOUR), zhang)
    coordinator.get(AT)  # the first one makes the house's rules
    one = cost()
    for number in range(3):
        where = make.post(of, f"{number}号岗", kind="gate", gate=make.gate(of, f"{number}门"), position=number)
        person = make.volunteer(of, f"张{number}", f"1300000008{number}")
        make.assignment(make.shift(where, ELEVEN - HOUR), person)
        late = make.assignment(make.shift(where, ELEVEN + 9 * HOUR), person)
        StandIn.objects.create(assignment=late, is_late=True, asked_at=ELEVEN, asked_by=person.user)
        make.shift(where, ELEVEN + 4 * HOUR)
        SignUp.objects.create(compound=of, name="李", phone=f"1300000009{number}", asked_at=ELEVEN)
    assert (cost(), one <= 34) == (one, True)


# ── the household, the search, the gate ───────────


def test_household_shows_a_coordinator_who_of_it_helps(of, log_in, post):
    door = of.households.get()
    make.volunteer(of, household=door)
    group = make.duty_group(of, leader=of.volunteers.get())
    url = f"{AT}households/20-1702/"
    answer = log_in().get(url)
    assert [(v.user.name, [*v.groups.all()]) for v in answer.context["page"].volunteers] == [("冯磊", [group])]
    assert f"{AT}roster/volunteers/{of.volunteers.get().pk}/" in answer.content.decode()
    assert log_in(Role.MEDICAL).get(url).context["page"].volunteers == []


def test_search_finds_a_volunteer_by_name_for_who_runs_the_roster(of, log_in, post, zhang):
    answer = log_in().get(f"{AT}search/", {"q": "喆"})
    assert [person.pk for person in answer.context["found"].volunteers] == [zhang.pk]
    assert f"{AT}roster/volunteers/{zhang.pk}/" in answer.content.decode()
    zhang.ended_at = ELEVEN
    zhang.save(update_fields=["ended_at"])
    assert log_in(Role.SECRETARY).get(f"{AT}search/", {"q": "喆"}).context["found"].volunteers == []


@pytest.mark.parametrize("role", [Role.MEDICAL, Role.GATE, Role.SUPPLY, Role.VOLUNTEER])
def test_search_finds_no_volunteer_for_others(of, log_in, post, zhang, role):
    assert log_in(role).get(f"{AT}search/", {"q": "喆"}).context["found"].volunteers == []


def test_a_gate_phone_is_proposed_for_who_has_the_shift_until_it_ends(of, log_in, post, zhang):
    make.assignment(make.shift(post, ELEVEN - HOUR), zhang, "signed_in")
    coordinator = log_in()
    form = coordinator.get(f"{AT}gate-phones/new/", {"gate": "东门"}).context["form"]
    assert (form.initial["label"], form.initial["ends_at"]) == ("张喆", NOON + 2 * HOUR)
    plain = coordinator.get(f"{AT}gate-phones/new/")
    assert (plain.context["form"].initial["ends_at"], "张喆，到14:00" in plain.content.decode()) == (
        ELEVEN + 12 * HOUR,
        True,
    )


def test_a_gate_phone_just_before_the_change_is_proposed_for_who_comes(of, log_in, post, zhang, clock):
    clock(NOON - 10 * MINUTE)
    make.assignment(make.shift(post, NOON - 4 * HOUR), make.volunteer(of, "李昕", "13000000072"), "signed_in")
    make.assignment(make.shift(post, NOON), zhang)
    form = log_in().get(f"{AT}gate-phones/new/", {"gate": "东门"}).context["form"]
    assert (form.initial["label"], form.initial["ends_at"]) == ("张喆", NOON + 4 * HOUR)


def test_a_gate_phone_of_a_gate_without_a_shift_is_proposed_for_twelve_hours(of, log_in, post, zhang):
    form = log_in().get(f"{AT}gate-phones/new/", {"gate": "东门"}).context["form"]
    assert (form.initial.get("label"), form.initial["ends_at"]) == (None, ELEVEN + 12 * HOUR)


def test_gates_page_names_who_stands_there_by_the_roster(of, log_in, post, zhang):
    make.assignment(make.shift(post, ELEVEN - HOUR), zhang, "signed_in")
    page = log_in().get(f"{AT}gates/").content.decode()
    assert "✓ 张喆" in page
