"""Pages of the rounds by their real addresses: the list, one round and its steps, goods, schedule, sheets."""

import datetime as dt

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from compound.models import Household, Job, Membership, Role, Sheet, StoredFile
from orders.models import Order, OrderLine, Round
from orders.queries.totals import totals_of
from orders.services import rounds, sheets
from orders.services.sheet_requests import request_sheets
from tests import make
from tests.make import ELEVEN, NOON, Decimal

pytestmark = pytest.mark.django_db

HOUR = dt.timedelta(hours=1)


@pytest.fixture
def compound():
    return make.compound()


@pytest.fixture
def coordinator(compound):
    return make.member(compound)


@pytest.fixture
def round(compound):
    return make.round(compound)


@pytest.fixture
def client(client, coordinator, clock):
    clock(ELEVEN)
    client.force_login(coordinator)
    return client


def url(name, **kwargs):
    return reverse(f"orders:{name}", kwargs={"code": "xingfuli", **kwargs})


def text_of(response):
    return response.content.decode()


def statements(client, address):
    with CaptureQueriesContext(
        connection,
    ) as caught:
        assert client.get(address).status_code == 200
    return len(caught)


def close(round, at=NOON):
    rounds.close_due_rounds(at)
    round.refresh_from_db()


# ── the list ──────────────────────────────────────


def test_round_list_groups_by_what_the_clock_says(client, compound, round):
    make.round(compound, "明天的", opens_at=NOON + 20 * HOUR, cutoff_at=NOON + 24 * HOUR)
    old = make.round(compound, "昨天的", opens_at=NOON - 30 * HOUR, cutoff_at=NOON - 24 * HOUR)
    close(old, NOON - 24 * HOUR)

    rows = client.get(url("rounds")).context["rounds"]

    found = {
        name: [(r.round.title, r.phase) for r in getattr(rows, name)] for name in ("open", "upcoming", "on_the_way")
    }
    assert found == {
        "open": [("8月23日 12:00", "open")],
        "upcoming": [("明天的", "upcoming")],
        "on_the_way": [("昨天的", "closed")],
    }


def test_round_list_says_the_cutoff_in_words(client, round):
    assert "今天 12:00" in text_of(client.get(url("rounds")))


def test_round_list_of_one_and_of_three_rounds_asks_the_database_equally_often(client, compound, coordinator, round):
    make.order(round, make.household(compound, "20-1702"), ("鸡蛋", "2", "板"), by=coordinator)
    one = statements(client, url("rounds"))
    for day in (1, 2):
        more = make.round(compound, f"第{day}批", opens_at=NOON - 2 * HOUR, cutoff_at=NOON + day * HOUR)
        make.order(more, make.household(compound, f"3-{day}01"), ("鸡蛋", "2", "板"), by=coordinator)
    assert statements(client, url("rounds")) == one


def test_round_list_for_somebody_of_another_compound_is_not_there(client, round):
    make.compound("linyuan", "邻苑")
    assert client.get(reverse("orders:rounds", kwargs={"code": "linyuan"})).status_code == 404
    assert client.get(url("rounds")).status_code == 200


def test_round_pages_for_a_volunteer_are_not_there_and_for_a_supplier_they_are(client, compound, round):
    client.force_login(make.member(compound, Role.VOLUNTEER))
    assert client.get(url("round", round=round.pk)).status_code == 404
    client.force_login(make.member(compound, Role.SUPPLY))
    assert client.get(url("round", round=round.pk)).status_code == 200


def test_new_round_opens_it_and_leads_to_its_goods(client, compound):
    point = make.supply_point(compound)
    form = {
        "title": "周六猪肉",
        "supply_point": point.pk,
        "opens_at": "2022-08-23T11:00",
        "cutoff_at": "2022-08-23T16:00",
    }

    response = client.post(url("round_new"), form)

    made = compound.rounds.get()
    assert response.url == url("goods", round=made.pk)
    assert (made.title, made.cutoff_at) == ("周六猪肉", NOON + 4 * HOUR)


def test_new_round_with_the_cutoff_in_the_past_keeps_what_was_typed(client, compound):
    point = make.supply_point(compound)
    form = {
        "title": "周六猪肉",
        "supply_point": point.pk,
        "opens_at": "2022-08-23T08:00",
        "cutoff_at": "2022-08-23T10:00",
    }

    response = client.post(url("round_new"), form)

    assert response.context["form"].errors["cutoff_at"] == ["截止时间已经过了：请选晚一点的时间。"]
    assert 'value="周六猪肉"' in text_of(response)
    assert not compound.rounds.exists()


# ── one round ─────────────────────────────────────


def test_round_page_adds_up_what_has_a_price_and_says_what_has_none(client, compound, coordinator, round):
    eggs = make.offer(round, "鸡蛋", "板", price="23.50")
    for room, quantity in (("1-101", "2"), ("3-201", "1.5")):
        order = make.order(
            round, make.household(compound, room), ("鸡蛋", quantity, "板"), ("盐", "1", "包"), by=coordinator
        )
        order.lines.filter(goods="鸡蛋").update(item=eggs.item)

    totals = client.get(url("round", round=round.pk)).context["totals"]

    rows = [(row.goods, row.quantity, row.unit, row.households, row.sum) for row in totals.rows]
    assert sorted(rows, key=str) == [
        ("盐", Decimal(2), "包", 2, None),
        ("鸡蛋", Decimal("3.5"), "板", 2, Decimal("82.25")),
    ]
    assert (totals.known, totals.unpriced, totals.orders, totals.households) == (Decimal("82.25"), 1, 2, 2)


def test_round_page_of_a_captain_shows_the_own_building_only(client, compound, coordinator, round):
    mine = make.household(compound, "3-201")
    make.order(round, mine, ("鸡蛋", "1", "板"), by=coordinator)
    make.order(round, make.household(compound, "20-1702"), ("鸡蛋", "2", "板"), by=coordinator)
    client.force_login(make.member(compound, Role.CAPTAIN, building=mine.building))

    response = client.get(url("round", round=round.pk))

    assert [order.household.room for order in response.context["orders"]] == ["3-201"]
    assert [(row.goods, row.quantity) for row in response.context["totals"].rows] == [("鸡蛋", Decimal(1))]
    assert "20-1702" not in text_of(response)


def test_round_page_with_1760_households_costs_15_statements_at_most(client, compound, coordinator, round):
    building = make.household(compound, "1-1").building
    doors = [Household(compound=compound, building=building, number=str(n), head_count=2) for n in range(2, 1761)]
    for door in doors:
        door.name_room()
    Household.objects.bulk_create(doors)
    orders = [
        Order(round=round, household=door, channel="phone", entered_at=ELEVEN, entered_by=coordinator)
        for door in compound.households.all()
    ]
    Order.objects.bulk_create(orders)
    OrderLine.objects.bulk_create(
        OrderLine(order=order, position=p, goods=f"货品{p}", ordered=1, unit="份") for order in orders for p in range(3)
    )
    with CaptureQueriesContext(connection) as caught:
        response = client.get(url("round", round=round.pk))
    assert response.context["totals"].households == 1760
    assert len(caught) <= 15, len(caught)


def test_round_page_of_many_orders_shows_one_building_and_the_chosen_one_on_request(
    client, compound, coordinator, round
):
    for building in ("1", "2"):
        for number in range(101, 136):
            make.order(round, make.household(compound, f"{building}-{number}"), ("盐", "1", "包"), by=coordinator)
    first = client.get(url("round", round=round.pk)).context["orders"]
    second = client.get(url("round", round=round.pk), {"building": "2"}).context["orders"]
    assert {order.household.room[:2] for order in first} == {"1-"}
    assert {order.household.room[:2] for order in second} == {"2-"}


# ── its steps ─────────────────────────────────────


def test_move_cutoff_by_the_page_moves_it_in_the_compounds_zone(client, round):
    response = client.post(url("round_cutoff", round=round.pk), {"cutoff_at": "2022-08-23T13:30"})
    round.refresh_from_db()
    assert (response.url, round.cutoff_at) == (url("round", round=round.pk), NOON + 1.5 * HOUR)


def test_move_cutoff_into_the_past_is_refused_beside_the_box_with_the_time_kept(client, round):
    response = client.post(url("round_cutoff", round=round.pk), {"cutoff_at": "2022-08-23T10:30"})
    assert response.context["cutoff_form"].non_field_errors() == ["新的截止时间已经过了：请选晚一点的时间。"]
    assert 'value="2022-08-23T10:30"' in text_of(response)


def test_advance_round_goes_one_step_and_not_two(client, round):
    close(round)
    client.post(url("round_advance", round=round.pk, to="delivering"))
    round.refresh_from_db()
    assert round.state == "closed"
    client.post(url("round_advance", round=round.pk, to="shopping"))
    round.refresh_from_db()
    assert round.state == "shopping"


def test_advance_round_to_a_state_that_has_no_button_is_not_there(client, round):
    assert client.post(url("round_advance", round=round.pk, to="closed")).status_code == 404


def test_cancel_round_without_a_reason_is_refused_and_with_one_done(client, round):
    refused = client.post(url("round_cancel", round=round.pk), {"reason": ""})
    assert refused.context["cancel_form"].errors["reason"] == ["该字段是必填项。"]
    client.post(url("round_cancel", round=round.pk), {"reason": "超市停业"})
    round.refresh_from_db()
    assert (round.state, round.cancel_reason) == ("cancelled", "超市停业")


def test_steps_for_a_supplier_are_not_there(client, compound, round):
    client.force_login(make.member(compound, Role.SUPPLY))
    for name in ("round_cutoff", "round_cancel", "round_make_sheets", "round_take_late", "goods_add"):
        assert client.post(url(name, round=round.pk)).status_code == 404, name


def test_step_opened_as_a_page_leads_back_to_the_round(client, round):
    assert client.get(url("round_cutoff", round=round.pk)).url == url("round", round=round.pk)


def test_take_late_takes_the_ticked_orders_into_the_open_round(client, compound, coordinator, round):
    old = make.round(compound, "早上", opens_at=NOON - 8 * HOUR, cutoff_at=NOON - 4 * HOUR)
    late = make.order(old, make.household(compound, "3-201"), ("鸡蛋", "1", "板"), by=coordinator)
    Order.objects.filter(pk=late.pk).update(state="late")

    page = client.get(url("round", round=old.pk))
    client.post(url("round_take_late", round=old.pk), {"order": [str(late.pk)], "into": str(round.pk)})

    late.refresh_from_db()
    assert [r.title for r in page.context["late_rounds"]] == [round.title]
    assert (late.state, late.round_id, late.late_for_id) == ("placed", round.pk, old.pk)


def test_chat_text_counts_bags_per_building_and_names_nobody(client, compound, coordinator, round):
    make.order(round, make.household(compound, "20-1702"), ("鸡蛋", "2", "板"), by=coordinator, remark="孕妇")
    make.order(round, make.household(compound, "商务楼-305"), ("鸡蛋", "1.5", "板"), by=coordinator)
    texts = client.get(url("round_text", round=round.pk)).context["texts"]
    assert texts.summary.splitlines() == [
        "【8月23日 12:00】接单中，今天 12:00截单",
        "共2户：",
        "20栋：1袋",
        "商务楼：1袋",
        "货品：",
        "· 鸡蛋 3.5板",
    ]


def test_chat_text_in_english_says_the_same(client, compound, coordinator, round):
    make.order(round, make.household(compound, "20-1702"), ("鸡蛋", "2", "板"), by=coordinator)
    client.cookies["django_language"] = "en"
    texts = client.get(url("round_text", round=round.pk)).context["texts"]
    assert texts.summary.splitlines()[1:4] == ["1 household in all:", "building 20: 1 bag", "Goods:"]


# ── goods ─────────────────────────────────────────

GOODS = "【蛋奶】\n鸡蛋 板 23.5 限2\n牛奶 58元/箱\n"


def test_goods_looked_at_are_shown_and_not_added(client, round):
    response = client.post(url("goods_add", round=round.pk), {"goods": GOODS, "do": "look"})
    assert [(line.name, line.unit, line.price) for line in response.context["preview"]] == [
        ("鸡蛋", "板", Decimal("23.5")),
        ("牛奶", "箱", Decimal(58)),
    ]
    assert not round.offers.exists()


def test_goods_added_stand_in_the_round_with_section_price_and_cap(client, round):
    client.post(url("goods_add", round=round.pk), {"goods": GOODS, "do": "add"})
    rows = round.offers.values_list("item__name", "item__unit", "item__section__name", "price", "cap")
    assert list(rows) == [
        ("鸡蛋", "板", "蛋奶", Decimal("23.50"), Decimal(2)),
        ("牛奶", "箱", "蛋奶", Decimal(58), None),
    ]


def test_goods_with_a_word_that_is_not_understood_are_refused_and_kept(client, round):
    typed = "鸡蛋 板 23.5 限2 什么9号"
    response = client.post(url("goods_add", round=round.pk), {"goods": typed, "do": "add"})
    assert response.context["form"].errors["goods"] == ["第1行：看不懂“什么9号”。"]
    assert typed in text_of(response)


def test_goods_taken_over_from_another_round(client, compound, round):
    old = make.round(compound, "昨天", opens_at=NOON - 40 * HOUR, cutoff_at=NOON - 24 * HOUR)
    make.offer(old, "鸡蛋", "板", price="23.5", cap="2")
    page = client.get(url("goods", round=round.pk))
    client.post(url("goods_copy", round=round.pk), {"source": page.context["last"].pk})
    assert list(round.offers.values_list("item__name", "price", "cap")) == [("鸡蛋", Decimal("23.50"), Decimal(2))]


def test_goods_changed_and_removed(client, round):
    offer = make.offer(round, "鸡蛋", "板", price="23.5")
    client.post(url("goods_change", round=round.pk), {"offer": offer.pk, "price": "25", "cap": "1"})
    offer.refresh_from_db()
    assert (offer.price, offer.cap) == (Decimal(25), Decimal(1))
    client.post(url("goods_change", round=round.pk), {"offer": offer.pk, "do": "remove"})
    assert not round.offers.exists()


def test_goods_of_another_round_can_not_be_changed_here(client, compound, round):
    other = make.round(compound, "别的", cutoff_at=NOON + HOUR)
    offer = make.offer(other, "鸡蛋", "板")
    assert client.post(url("goods_change", round=round.pk), {"offer": offer.pk, "do": "remove"}).status_code == 404


# ── schedule ──────────────────────────────────────


def test_schedule_added_makes_rounds_and_switched_off_makes_none(client, compound):
    point = make.supply_point(compound)
    client.post(url("schedule_add"), {"supply_point": point.pk, "cutoff": "16:00"})
    row = compound.round_schedules.get()
    assert compound.rounds.count() == 2
    client.post(url("schedule_switch"), {"schedule": row.pk})
    row.refresh_from_db()
    assert not row.is_active


def test_supply_point_of_a_known_name_is_refused_and_of_a_new_one_added(client, compound):
    make.supply_point(compound, "惠民超市")
    refused = client.post(url("supply_point_add"), {"name": "惠民超市", "kind": "shop"})
    assert refused.context["point_form"].errors["name"] == ["已经有叫这个名字的保供点了。"]
    client.post(url("supply_point_add"), {"name": "仁心药房", "kind": "pharmacy"})
    assert compound.supply_points.get(name="仁心药房").kind == "pharmacy"


# ── sheets and jobs ───────────────────────────────


@pytest.fixture
def printed(compound, coordinator, round, clock):
    """A closed round with its sheets; two buildings."""
    make.order(round, make.household(compound, "3-201"), ("鸡蛋", "1", "板"), by=coordinator)
    make.order(round, make.household(compound, "20-1702"), ("鸡蛋", "2", "板"), by=coordinator)
    sheets.make_sheets(round=round, at=ELEVEN, by=coordinator, progress=lambda done, total: None)
    return {(sheet.kind, sheet.part): sheet for sheet in Sheet.objects.select_related("file")}


def test_sheet_file_comes_inline_private_and_with_its_chinese_name(client, printed):
    sheet = printed["delivery_run", "3"]
    response = client.get(url("file", file=sheet.file_id))
    assert response.content.startswith(b"%PDF")
    assert (response["Content-Type"], response["ETag"]) == ("application/pdf", f'"{sheet.file.sha256}"')
    assert response["Content-Disposition"].startswith("inline; filename*=utf-8''")
    assert "private" in response["Cache-Control"]
    again = client.get(url("file", file=sheet.file_id), headers={"If-None-Match": response["ETag"]})
    assert again.status_code == 304


def test_sheet_file_for_download_is_an_attachment(client, printed):
    response = client.get(
        url("file", file=printed["shopping_list", next(p for k, p in printed if k == "shopping_list")].file_id),
        {"download": ""},
    )
    assert response["Content-Disposition"].startswith("attachment; ")


def test_sheet_file_is_there_for_its_roles_only(client, compound, printed):
    file = printed["delivery_run", "20"].file_id
    for role, status in ((Role.VOLUNTEER, 200), (Role.SECRETARY, 200), (Role.GATE, 404), (Role.MEDICAL, 404)):
        client.force_login(make.member(compound, role))
        assert client.get(url("file", file=file)).status_code == status, role


def test_sheet_file_of_another_building_is_not_there_for_a_captain(client, compound, printed):
    client.force_login(make.member(compound, Role.CAPTAIN, building=compound.buildings.get(name="3")))
    assert client.get(url("file", file=printed["delivery_run", "3"].file_id)).status_code == 200
    assert client.get(url("file", file=printed["delivery_run", "20"].file_id)).status_code == 404


def test_sheets_of_all_doors_are_not_there_for_a_captain_without_another_duty(client, compound, round, printed):
    """A bag slip has a nickname, a remark and goods on it: those of other buildings are none of a captain's."""
    shop = next(part for kind, part in printed if kind == "shopping_list")
    whole = [("bag_slips", ""), ("not_served", "")]
    captain = make.member(compound, Role.CAPTAIN, building=compound.buildings.get(name="3"))
    client.force_login(captain)
    wanted = [*whole, ("shopping_list", shop), ("delivery_run", "3")]
    assert [client.get(url("file", file=printed[key].file_id)).status_code for key in wanted] == [404, 404, 200, 200]
    assert client.get(url("round_sheets", round=round.pk), {"kind": "bag_slips"}).status_code == 404
    page = text_of(client.get(url("round", round=round.pk)))
    assert [str(printed[key].file_id) in page for key in wanted] == [False, False, True, True]

    Membership.objects.create(user=captain, compound=compound, role=Role.SUPPLY)
    assert [client.get(url("file", file=printed[key].file_id)).status_code for key in wanted] == [200] * 4
    assert client.get(url("round_sheets", round=round.pk), {"kind": "bag_slips"}).status_code == 200


def test_sheet_file_of_another_compound_is_not_there(client, printed):
    other = make.compound("linyuan", "邻苑")
    make.member(other)
    file = printed["delivery_run", "3"].file_id
    assert client.get(reverse("orders:file", kwargs={"code": "linyuan", "file": file})).status_code == 404


def test_all_sheets_come_as_one_file_with_all_pages(client, round, printed):
    from io import BytesIO

    from pypdf import PdfReader

    response = client.get(url("round_sheets", round=round.pk))
    assert len(PdfReader(BytesIO(response.content)).pages) == sum(sheet.pages for sheet in printed.values())


def test_round_page_with_sheets_reads_no_file(client, round, printed):
    with CaptureQueriesContext(connection) as caught:
        page = client.get(url("round", round=round.pk))
    assert {(part.kind, part.part) for part in page.context["sheets"]} == set(printed)
    assert not [q["sql"] for q in caught if '"content"' in q["sql"] and "storedfile" in q["sql"]]


def test_make_sheets_asks_for_a_job_and_shows_its_progress(client, round):
    client.post(url("round_make_sheets", round=round.pk))
    job = Job.objects.get()
    answer = client.get(url("job", job=job.pk), headers={"HX-Request": "true"})
    assert f'hx-get="{url("job", job=job.pk)}"' in text_of(answer)
    assert "HX-Refresh" not in answer


def test_job_that_is_over_lets_the_page_load_anew(client, round, coordinator):
    job = request_sheets(round=round, by=coordinator, at=ELEVEN)
    client.post(url("job_cancel", job=job.pk))
    answer = client.get(url("job", job=job.pk))
    assert (Job.objects.get().state, answer["HX-Refresh"]) == ("cancelled", "true")


def test_totals_without_a_line_are_zero(round):
    totals = totals_of(round, [])
    assert (totals.rows, totals.known, totals.unpriced) == ((), Decimal(0), 0)
    assert StoredFile.objects.count() == 0
    assert Round.objects.count() == 1


def test_chat_text_of_many_buildings_stands_three_a_line(client, compound, coordinator, round):
    for building in range(1, 11):
        make.order(round, make.household(compound, f"{building}-101"), ("盐", "1", "包"), by=coordinator)
    lines = client.get(url("round_text", round=round.pk)).context["texts"].summary.splitlines()
    assert lines[2:6] == [
        "1栋：1袋　2栋：1袋　3栋：1袋",
        "4栋：1袋　5栋：1袋　6栋：1袋",
        "7栋：1袋　8栋：1袋　9栋：1袋",
        "10栋：1袋",
    ]
