"""What was done, by category and day, beside the days before: page, table, drawing."""

import datetime as dt
import io
import uuid
from decimal import Decimal
from xml.etree import ElementTree

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from openpyxl import load_workbook

from compound.models import Role
from desk.charts import Bar, bar_chart, days_per_bar, together
from desk.goods_categories import category_of
from desk.queries.statistics import Statistics, statistics
from errands.models import Errand
from gate.models import Parcel
from money.services.ledger import account_of, post, reverse
from orders.models import OrderLine, Receipt, Relief, ReliefParcel, Round
from tests import make
from tests.make import ELEVEN, NOON

TODAY = dt.date(2022, 8, 23)
WEEK_AGO = ELEVEN - dt.timedelta(days=7)
# 00:30 in the compound is 16:30 of the day before in UTC.
MIDNIGHT = dt.datetime(2022, 8, 23, 0, 30, tzinfo=make.SHANGHAI)


@pytest.mark.parametrize(
    ("goods", "section", "category"),
    [
        ("鸡蛋", "", "eggs"),
        ("鸡蛋面", "", "staples"),
        ("盐焗鸡", "", "meat"),
        ("加碘食用盐", "", "salt"),
        ("酱油", "", "seasoning"),
        ("金龙鱼大米5kg", "", "staples"),
        ("香蕉（青）", "", "fruit"),
        ("奶粉", "", "baby"),
        ("鲜牛奶", "", "milk"),
        ("仙女果蔬包", "蔬菜", "fruit"),
        ("沃柑礼盒", "水果", "fruit"),
        ("某某牌", "粮油", "staples"),
        ("充电线", "", "other"),
    ],
)
def test_category_of_goods_is_said_by_the_last_word_else_by_the_section(goods, section, category):
    assert category_of(goods, section) == category


@pytest.mark.parametrize(("days", "size"), [(1, 1), (7, 1), (31, 1), (32, 7), (217, 7), (218, 14), (366, 14)])
def test_days_per_bar_when_there_are_many_are_whole_weeks_and_at_most_31_bars(days, size):
    assert (days_per_bar(days), -(-days // size) <= 31) == (size, True)


def test_together_when_the_days_are_no_whole_weeks_loses_none():
    assert together([Decimal(1)] * 10, 7) == [Decimal(7), Decimal(3)]


def test_bar_chart_is_an_image_with_words_for_each_bar_and_no_script_or_style():
    drawn = bar_chart(
        [Bar("8/23", Decimal(4), Decimal(2), "4", "8/23: 4 <b>"), Bar("8/24", Decimal(0), Decimal(0), "0", "none")],
        title="送货",
        names=("now", "before"),
    )
    tree = ElementTree.fromstring(drawn)
    space = "{http://www.w3.org/2000/svg}"
    assert [one.text for one in tree.iter(f"{space}title")] == ["送货", "8/23: 4 <b>", "none"]
    heights = [float(one.get("height")) for one in tree.iter(f"{space}rect")]
    assert heights == [14, 14, 111, 222]
    assert ("<style" in drawn, "<script" in drawn, "style=" in drawn) == (False, False, False)


@pytest.fixture
def coordinator(of):
    return make.member(of)


@pytest.fixture
def doors(of):
    return [make.household(of, room) for room in ("3-501", "3-601", "20-1702")]


def delivered(of, by, door, *goods, at=ELEVEN, outcome="delivered"):
    round = Round.objects.filter(compound=of).first() or make.round(of)
    order = make.order(round, door, *((name, "2", "份") for name in goods), by=by, at=at)
    amount = 2 if outcome == "delivered" else 0
    OrderLine.objects.filter(order=order).update(outcome=outcome, outcome_at=at, outcome_by=by, delivered=amount)


def errand(of, by, door, kind, *, state="handed_over", at=ELEVEN):
    more = {"person": "王奶奶", "refusal_borne_by": "compound"} if kind == "medicine" else {"text": "网线"}
    return Errand.objects.create(
        compound=of,
        household=door,
        kind=kind,
        state=state,
        channel="desk",
        asked_at=at,
        asked_by=by,
        taken_by=by,
        ended_at=at,
        end_reason="" if state == "handed_over" else "不要了",
        **more,
    )


def numbers(found: Statistics) -> dict[str, tuple[str, str]]:
    return {one.code: (one.text, one.text_before) for one in found.figures if not one.is_empty}


def week(of) -> Statistics:
    return statistics(compound=of, first=TODAY - dt.timedelta(days=6), last=TODAY)


def test_statistics_count_doors_once_goods_by_kind_and_the_week_before_beside(of, coordinator, doors):
    delivered(of, coordinator, doors[0], "鸡蛋", "大米", "苹果")
    delivered(of, coordinator, doors[0], "食盐")
    delivered(of, coordinator, doors[1], "鸡蛋", outcome="refused")
    delivered(of, coordinator, doors[2], "鸡蛋", at=MIDNIGHT)
    delivered(of, coordinator, doors[2], "鸭蛋", at=WEEK_AGO)
    assert numbers(week(of)) == {
        "households": ("2", "1"),
        "delivered": ("2", "1"),
        "door_refused": ("1", "0"),
        "goods:eggs": ("2", "1"),
        "goods:staples": ("1", "0"),
        "goods:fruit": ("1", "0"),
        "goods:salt": ("1", "0"),
    }
    figure = week(of).figure("delivered")
    assert figure is not None
    assert (figure.days[-2:], figure.days_before[-1], figure.change) == ((Decimal(0), Decimal(2)), Decimal(1), "多1")


def test_statistics_count_errands_by_kind_and_leave_out_what_was_withdrawn(of, coordinator, doors):
    errand(of, coordinator, doors[0], "medicine")
    errand(of, coordinator, doors[1], "medicine")
    errand(of, coordinator, doors[0], "help", at=WEEK_AGO)
    errand(of, coordinator, doors[0], "medicine", state="refused")
    errand(of, coordinator, doors[0], "medicine", state="withdrawn")
    assert numbers(week(of)) == {
        "households": ("2", "1"),
        "errand:medicine": ("2", "0"),
        "errand:help": ("0", "1"),
        "errand_failed": ("1", "0"),
    }


def test_statistics_count_relief_parcels_the_gates_and_the_hours_on_duty(of, coordinator, doors):
    given = Relief.objects.create(
        compound=of, title="蔬菜包", content="蔬菜包", count_by="household", made_at=ELEVEN, made_by=coordinator
    )
    ReliefParcel.objects.create(
        relief=given, household=doors[0], due=2, handed=2, outcome="handed", outcome_at=ELEVEN, outcome_by=coordinator
    )
    east = make.gate(of)
    phone = make.device(east)
    for verdict in ("allow", "allow", "refuse"):
        make.check(doors[0], phone=phone, verdict=verdict)
    make.check(doors[0], "in", phone=phone)
    Parcel.objects.create(
        id=uuid.uuid4(),
        compound=of,
        gate=east,
        building=doors[0].building,
        household=doors[0],
        count=3,
        dropped_at=WEEK_AGO,
        disinfected_at=WEEK_AGO,
        handed_at=ELEVEN,
        handed_to="本人",
        received_at=ELEVEN,
    )
    shift = make.shift(make.post(of), ELEVEN - dt.timedelta(hours=5), hours=4.5)
    make.assignment(shift, make.volunteer(of), "signed_out")
    assert numbers(week(of)) == {
        "households": ("1", "0"),
        "relief": ("2", "0"),
        "parcels": ("3", "0"),
        "gate_out": ("2", "0"),
        "gate_in": ("1", "0"),
        "gate_refused": ("1", "0"),
        "volunteers": ("1", "0"),
        "shifts": ("1", "0"),
        "hours": ("4.5", "0"),
    }


def test_statistics_of_money_leave_out_what_was_taken_back(of, coordinator, doors):
    round = make.round(of)
    Receipt.objects.create(
        round=round, paid_by=coordinator, total="90", paid_at=ELEVEN, entered_at=ELEVEN, entered_by=coordinator
    )
    cash, door = account_of(compound=of, kind="cash"), account_of(compound=of, household=doors[0])
    facts = {"compound": of, "kind": "payment", "at": ELEVEN, "now": ELEVEN, "by": coordinator, "method": "cash"}
    post(postings={cash: Decimal("12.50"), door: Decimal("-12.50")}, **facts)
    wrong, _replayed = post(postings={cash: Decimal(70), door: Decimal(-70)}, **facts)
    reverse(entry=wrong, reason="记错了", by=coordinator, at=ELEVEN)
    assert numbers(week(of)) == {"receipts": ("90.00", "0.00"), "paid": ("12.50", "0.00")}


def test_page_when_opened_shows_the_last_week_and_draws_the_deliveries(of, coordinator, doors, log_in):
    delivered(of, coordinator, doors[0], "鸡蛋")
    answer = log_in(Role.SECRETARY).get("/c/xingfuli/statistics/")
    page = answer.content.decode()
    period = answer.context["found"].period
    assert (period.first, period.last, answer.context["figure"].code) == (dt.date(2022, 8, 17), TODAY, "delivered")
    assert "8月17日(周三)至今天，" in page
    assert ("<svg" in page, "前7天" in page, "8/23：1，之前：0" in page) == (True, True, True)


@pytest.mark.parametrize(
    ("first", "last", "error"),
    [
        ("2022-08-23", "2022-08-20", "先有第一天，才有最后一天。"),
        ("2021-08-01", "2022-08-23", "最多一年。"),
        ("2022-08-01", "2022-08-23", None),
    ],
)
def test_page_when_the_days_are_impossible_says_so_and_shows_the_week(of, coordinator, log_in, first, last, error):
    answer = log_in(Role.SECRETARY).get(f"/c/xingfuli/statistics/?first={first}&last={last}")
    errors = answer.context["form"].non_field_errors()
    assert (len(errors), answer.context["found"].period.length) == ((1, 7) if error else (0, 23))


def test_page_when_somebody_without_the_role_asks_is_not_found(of, log_in):
    assert log_in(Role.SUPPLY).get("/c/xingfuli/statistics/").status_code == 404


def test_table_has_every_figure_every_day_and_the_days_before(of, coordinator, doors, log_in):
    delivered(of, coordinator, doors[0], "鸡蛋")
    answer = log_in(Role.SECRETARY).get("/c/xingfuli/statistics.xlsx?first=2022-08-22&last=2022-08-23")
    book = load_workbook(io.BytesIO(answer.content))
    sums, daily = book["合计"], book["逐日"]
    rows = {row[1]: row[2:] for row in sums.iter_rows(min_row=3, values_only=True)}
    assert rows["配送"] == ("次", 1, 0, 1)
    days = {row[0]: row[1:] for row in daily.iter_rows(values_only=True)}
    assert (days["项目"], days["配送"]) == (("单位", "2022-08-22", "2022-08-23"), ("次", 0, 1))


def test_drawing_when_the_figure_has_days_is_an_svg_and_else_the_deliveries(of, coordinator, log_in):
    client = log_in(Role.SECRETARY)
    for code, title in (("goods:eggs", "蛋（份）"), ("households", "配送（次）"), ("nothing", "配送（次）")):
        answer = client.get(f"/c/xingfuli/statistics.svg?figure={code}")
        root = ElementTree.fromstring(answer.content.decode())
        assert root[0].text == f"{title}，2022年8月17日至2022年8月23日"


def test_page_when_there_is_more_to_count_asks_the_database_as_often(of, coordinator, doors, log_in):
    client, counts = log_in(Role.SECRETARY), []
    for some in (doors[:1], doors[1:]):
        for door in some:
            delivered(of, coordinator, door, "鸡蛋", "大米", at=NOON - dt.timedelta(hours=2))
            errand(of, coordinator, door, "help")
        with CaptureQueriesContext(connection) as caught:
            client.get("/c/xingfuli/statistics/?first=2022-01-01&last=2022-08-23")
        counts.append(len(caught))
    assert counts[0] == counts[1]
