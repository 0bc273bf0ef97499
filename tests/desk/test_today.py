"""Today: what each role is shown, what needs somebody, and at what cost."""

import datetime as dt

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from compound.models import Role, User
from compound.services.jobs import request_job
from desk.queries.today import Today
from desk.queries.today.needs import Need
from desk.queries.today.tiles import duration
from orders.models import SHEETS_JOB, Batch, Order, Round, Stop, Trip
from orders.services.chains import confirm_chain, paste_chain
from orders.services.rounds import close_due_rounds
from orders.services.sheets import make_sheets
from tests import make
from tests.make import ELEVEN, NOON

AT = "/c/xingfuli/"
MINUTE, HOUR = dt.timedelta(minutes=1), dt.timedelta(hours=1)


def coordinator_of(of):
    """林涛 as a user, whether logged in or not."""
    return User.objects.get(phone=make.CAST[Role.COORDINATOR][1])


def supply(of):
    """Somebody else who enters orders."""
    return make.user("罗强", "13000000088")


def tiles(answer):
    return [(tile.word, tile.number) for tile in answer.context["page"].tiles]


def needs(answer):
    return [(need.text, need.detail, need.action) for need in answer.context["page"].needs]


def closed_round(of, by, title="8月22日 18:00", *, hours=17):
    """A round that closed so many hours before eleven, with one order and its sheets."""
    cutoff = ELEVEN - hours * HOUR
    round = make.round(of, title, opens_at=cutoff - 6 * HOUR, cutoff_at=cutoff)
    door = of.households.first() or make.household(of, "20-1702")
    make.order(round, door, ("鸡蛋", "2", "板"), by=by, at=cutoff - HOUR)
    Round.objects.filter(pk=round.pk).update(state="closed", closed_at=cutoff, state_at=cutoff)
    round.refresh_from_db()
    make_sheets(round=round, at=cutoff, by=None, progress=lambda done, total: None)
    return round


def test_today_of_an_empty_compound_says_to_import_the_list(of, log_in):
    answer = log_in().get(AT)
    assert answer.context["page"].action == ("导入住户名单", "/c/xingfuli/households/import/")
    assert 'href="/c/xingfuli/households/import/"' in answer.content.decode()


def test_today_of_an_empty_compound_for_a_volunteer_has_no_button(of, log_in):
    answer = log_in(Role.VOLUNTEER).get(AT)
    assert answer.context["page"].action is None
    assert "请志愿者协调员导入住户名单。" in answer.content.decode()


def test_today_with_an_open_round_says_when_it_closes_and_leads_to_the_paste(of, log_in):
    round = make.round(of)
    coordinator = log_in()
    make.order(round, make.household(of, "20-1702"), ("鸡蛋", "2", "板"), by=coordinator_of(of))

    answer = coordinator.get(AT)

    assert tiles(answer) == [("接龙截止", "12:00"), ("已下单", "1")]
    assert answer.context["page"].tiles[0].trend == "还有1小时00分截单"
    assert answer.context["page"].tiles[1].trend == "1户中的1户"
    assert answer.context["page"].action == ("粘贴接龙", f"/c/xingfuli/rounds/{round.pk}/paste/")
    assert needs(answer) == []


def test_today_with_no_round_open_says_so(of, log_in):
    make.household(of, "20-1702")
    assert needs(log_in().get(AT)) == [("现在没有接单的批次", "居民现在没法下单。", "开一个批次")]


def test_today_with_lines_to_look_at_leads_to_each_paste(of, log_in):
    round, coordinator = make.round(of), log_in()
    make.household(of, "20-1702")
    by = coordinator_of(of)
    first, second = make.chain_source(of, "业主一群"), make.chain_source(of, "业主二群")
    text = "#接龙\n买菜\n\n1. 20-1702 鸡蛋2板\n2. 尘 青菜两斤"
    confirmed = paste_chain(round=round, source=first, text=text, by=by, at=ELEVEN - 9 * MINUTE)
    confirm_chain(chain_import=confirmed, by=by, at=ELEVEN - 8 * MINUTE)
    review = paste_chain(round=round, source=second, text=text, by=by, at=ELEVEN - 5 * MINUTE)

    answer = coordinator.get(AT)

    assert [(need.text, need.detail, need.url) for need in answer.context["page"].needs] == [
        ("“业主一群”的接龙", "1条要看", f"/c/xingfuli/pastes/{confirmed.pk}/"),
        ("“业主二群”的接龙", "还没有确认 · 2条要看", f"/c/xingfuli/pastes/{review.pk}/"),
    ]
    assert ("要看", "3") in tiles(answer)


def test_today_with_a_late_order_offers_to_take_it(of, log_in):
    make.round(of)
    coordinator = log_in()
    late = closed_round(of, coordinator_of(of))
    order = make.order(late, of.households.get(), ("青菜", "1", "斤"), by=coordinator_of(of))
    Order.objects.filter(pk=order.pk).update(state="late")

    answer = coordinator.get(AT)

    assert ("1单过了截单时间", "8月22日 18:00", "收进一个批次") in needs(answer)
    assert ("过了截单", "1") in tiles(answer)


def test_today_with_a_round_closed_offers_its_sheets(of, log_in):
    make.round(of)
    coordinator = log_in()
    closed_round(of, coordinator_of(of))

    answer = coordinator.get(AT)

    assert needs(answer) == [("8月22日 18:00 已截单", "4张单子已做好", "去打印")]
    assert ("单子", "4") in tiles(answer)


def test_today_while_sheets_are_being_made_says_how_far(of, log_in):
    make.round(of)
    coordinator = log_in()
    round = closed_round(of, coordinator_of(of))
    job = request_job(kind=SHEETS_JOB, key=str(round.pk), compound=of, by=None, at=ELEVEN)
    job.state, job.done, job.total = "running", 2, 4
    job.save(update_fields=["state", "done", "total"])

    sheets = coordinator.get(AT).context["page"].tiles[-1]

    assert (sheets.word, sheets.trend, sheets.kind) == ("单子", "8月22日 18:00 · 已做2/4", "wait")


def test_today_with_a_failed_job_says_so_until_it_is_done_again(of, log_in):
    make.round(of)
    coordinator = log_in()
    round = closed_round(of, coordinator_of(of))
    job = request_job(kind=SHEETS_JOB, key=str(round.pk), compound=of, by=None, at=ELEVEN - HOUR)
    job.state, job.finished_at = "failed", ELEVEN - HOUR
    job.save(update_fields=["state", "finished_at"])
    assert ("单子没有做成", "8月22日 18:00", "再做一次") in needs(coordinator.get(AT))

    again = request_job(kind=SHEETS_JOB, key=str(round.pk), compound=of, by=None, at=ELEVEN)
    again.state, again.finished_at = "done", ELEVEN
    again.save(update_fields=["state", "finished_at"])

    assert ("单子没有做成", "8月22日 18:00", "再做一次") not in needs(coordinator.get(AT))


def test_today_with_something_owed_counts_households_and_says_since_when(of, log_in):
    make.round(of)
    coordinator = log_in()
    round = closed_round(of, coordinator_of(of), "8月21日 18:00", hours=41)
    line = round.orders.get().lines.get()
    line.outcome, line.delivered, line.outcome_at, line.outcome_by = "missing", 0, ELEVEN, coordinator_of(of)
    line.save()
    Round.objects.filter(pk=round.pk).update(state="settled", state_at=ELEVEN - 20 * HOUR)

    answer = coordinator.get(AT)

    assert ("未送达", "1") in tiles(answer)
    assert [need[0] for need in needs(answer)] == ["1户未送达"]


def test_today_of_what_closed_last_evening_owes_nothing_yet(of, log_in):
    make.round(of)
    coordinator = log_in()
    round = closed_round(of, coordinator_of(of))
    Round.objects.filter(pk=round.pk).update(state="shopping", state_at=ELEVEN - 2 * HOUR)
    assert "未送达" not in dict(tiles(coordinator.get(AT)))


@pytest.mark.parametrize(
    ("role", "words"),
    [
        (Role.SECRETARY, ["接龙截止", "已下单", "单子", "粉牌"]),
        (Role.COORDINATOR, ["接龙截止", "已下单", "单子", "粉牌"]),
        (Role.SUPPLY, ["接龙截止", "已下单", "单子"]),
        (Role.MEDICAL, ["接龙截止", "粉牌"]),
        (Role.GATE, ["接龙截止", "粉牌"]),
        (Role.VOLUNTEER, ["接龙截止", "单子"]),
    ],
)
def test_today_shows_a_role_what_concerns_it_and_nobody_a_name(of, log_in, role, words):
    client, by = log_in(role), supply(of)
    make.resident(make.household(of, "3-2-501"), "周旻")
    of.households.update(card="pink", card_reason="8月20日返回")
    make.round(of)
    closed_round(of, by)

    answer = client.get(AT)

    assert [word for word, _ in tiles(answer)] == words
    assert "周旻" not in answer.content.decode()


def test_today_of_a_volunteer_lists_the_buildings_of_the_round_on_its_way(of, log_in):
    make.round(of)
    volunteer = log_in(Role.VOLUNTEER)
    round = closed_round(of, supply(of))
    Round.objects.filter(pk=round.pk).update(state="delivering", state_at=ELEVEN)

    answer = volunteer.get(AT)

    assert [(row["title"], row["bags"]) for row in answer.context["page"].run_rows] == [("20栋", 1)]
    assert f'href="/c/xingfuli/rounds/{round.pk}/delivery/20/"' in answer.content.decode()


def test_today_for_somebody_of_another_compound_is_not_there(of, log_in):
    coordinator = log_in()
    make.compound("yangguang", "阳光")
    assert (coordinator.get("/c/yangguang/").status_code, coordinator.get(AT).status_code) == (404, 200)


def test_today_draws_the_day_with_its_cutoffs(of, log_in):
    make.household(of, "20-1702")
    make.round(of)

    lanes = {lane["label"]: lane["spans"] for lane in log_in().get(AT).context["page"].lanes}

    assert [(span["from_q"], span["time"], span["text"]) for span in lanes["截单"]] == [(48, "12:00", "8月23日 12:00")]
    assert [(s["from_q"], s["to_q"], s["time"], s["kind"]) for s in lanes["8月23日 12:00"]] == [
        (0, 48, "昨天 18:00–12:00", "now")
    ]


def test_today_says_of_each_cutoff_which_rounds_end_then(of, log_in):
    make.household(of, "20-1702")
    make.round(of)
    make.round(of, "团购猪肉")
    make.round(of, "傍晚", cutoff_at=NOON + 6 * HOUR)
    answer = log_in().get(AT)
    lanes = {lane["label"]: lane["spans"] for lane in answer.context["page"].lanes}
    assert [(span["time"], span["text"]) for span in lanes["截单"]] == [
        ("12:00", "8月23日 12:00、团购猪肉"),
        ("18:00", "傍晚"),
    ]


@pytest.mark.parametrize(
    ("role", "has_the_day"),
    [
        (Role.COORDINATOR, True),
        (Role.SUPPLY, True),
        (Role.VOLUNTEER, False),
        (Role.GATE, False),
        (Role.MEDICAL, False),
    ],
)
def test_today_shows_the_day_of_the_rounds_to_who_moves_them(of, log_in, role, has_the_day):
    make.household(of, "20-1702")
    make.round(of)
    answer = log_in(role).get(AT)
    assert (bool(answer.context["page"].lanes), "今天的安排" in answer.content.decode()) == (has_the_day, has_the_day)


def test_today_of_a_captain_is_without_the_day_of_the_rounds(of, client, clock):
    clock(ELEVEN)
    door = make.household(of, "20-1702")
    make.round(of)
    client.force_login(make.member(of, Role.CAPTAIN, building=door.building))
    assert client.get(AT).context["page"].lanes == []


@pytest.mark.parametrize(("hours", "words"), [(1, "12:00"), (25, "明天 12:00")])
def test_today_says_the_day_of_a_cutoff_that_is_not_today(of, log_in, hours, words):
    make.household(of, "20-1702")
    make.round(of, cutoff_at=ELEVEN + hours * HOUR)
    assert tiles(log_in().get(AT))[0] == ("接龙截止", words)


def test_today_costs_the_same_with_one_round_and_with_three(of, log_in):
    coordinator, by = log_in(), coordinator_of(of)
    make.household(of, "20-1702")

    def cost():
        with CaptureQueriesContext(connection) as queries:
            assert coordinator.get(AT).status_code == 200
        return len(queries)

    make.round(of)
    closed_round(of, by)
    one = cost()
    for number in range(2, 5):
        make.round(of, f"团{number}", cutoff_at=NOON + number * HOUR)
        closed_round(of, by, f"旧团{number}", hours=17 + number)
    assert (cost(), one <= 17) == (one, True)


@pytest.mark.parametrize(
    ("left", "words"),
    [
        (dt.timedelta(seconds=5), "1分钟"),
        (45 * MINUTE, "45分钟"),
        (HOUR, "1小时00分"),
        (6 * HOUR + 29 * MINUTE, "6小时29分"),
    ],
)
def test_duration_in_words(left, words):
    assert duration(left) == words


def test_today_after_the_clock_closed_the_round_asks_for_the_next(of, log_in, clock):
    make.household(of, "20-1702")
    round = make.round(of)
    clock(NOON + MINUTE)
    close_due_rounds(NOON + MINUTE)
    answer = log_in().get(AT)
    assert needs(answer) == [("现在没有接单的批次", "居民现在没法下单。", "开一个批次")]
    round.refresh_from_db()
    assert round.state == "closed"


def test_today_of_a_runner_begins_with_the_own_trip_and_of_another_has_none(of, log_in):
    round, door = make.round(of), make.household(of, "20-1702")
    runner = log_in(Role.VOLUNTEER)
    make.order(round, door, ("鸡蛋", "2", "板"), by=User.objects.get(phone=make.CAST[Role.VOLUNTEER][1]))
    batch = Batch.objects.create(compound=of, number=1, leaves_at=NOON, day=NOON.date(), state_at=ELEVEN)
    trip = Trip.objects.create(batch=batch, position=1, runner=User.objects.get(phone=make.CAST[Role.VOLUNTEER][1]))
    Stop.objects.create(trip=trip, round=round, household=door, bags=2)
    assert [(row.trip.pk, row.bags, row.buildings) for row in runner.get(AT).context["page"].trips] == [
        (trip.pk, 2, "20栋")
    ]
    assert f'href="/c/xingfuli/carrying/{trip.pk}/"' in runner.get(AT).content.decode()
    Trip.objects.update(runner=None)
    assert runner.get(AT).context["page"].trips == []


def test_today_shows_the_eight_most_urgent_and_folds_the_rest(of, log_in):
    page = Today(households=1, needs=[Need(str(number), "", "", "") for number in range(10)])
    assert ([need.text for need in page.first_needs], [need.text for need in page.more_needs]) == (
        [str(number) for number in range(8)],
        ["8", "9"],
    )


@pytest.mark.parametrize(
    ("hours", "beside"),
    [(4, ""), (1, "after")],
)
def test_day_with_a_short_bar_has_its_word_beside_it(of, log_in, hours, beside):
    make.household(of, "20-1702")
    make.round(of, "今天加单", opens_at=ELEVEN - HOUR, cutoff_at=ELEVEN - HOUR + hours * HOUR)
    lanes = {lane["label"]: lane["spans"] for lane in log_in().get(AT).context["page"].lanes}
    assert [span["beside"] for span in lanes["今天加单"]] == [beside]


def test_today_folds_what_is_less_urgent_and_a_long_list_of_buildings(of, log_in):
    for number in range(1, 9):
        make.household(of, f"{number}-101")
    by = make.user()
    round = make.round(of, "8月22日 18:00", opens_at=ELEVEN - 20 * HOUR, cutoff_at=ELEVEN - HOUR)
    for door in of.households.all():
        make.order(round, door, ("鸡蛋", "2", "板"), by=by, at=ELEVEN - 2 * HOUR)
    Round.objects.update(state="delivering", closed_at=ELEVEN, state_at=ELEVEN)
    client = log_in(Role.VOLUNTEER)
    client.cookies["django_language"] = "en"
    page = " ".join(client.get(AT).content.decode().split())
    assert '<details class="fold" > <summary> <b> Delivery runs, 8/22 18:00 </b> </summary>' in page
