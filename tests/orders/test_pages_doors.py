"""Typing an order in, marking doors, and what is still owed: by their real addresses."""

import datetime as dt

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from compound.models import Role
from orders.models import Order, OrderLine
from orders.services import rounds
from orders.services.packing import pack_household
from tests import make
from tests.make import ELEVEN, NOON, Decimal

pytestmark = pytest.mark.django_db

HOUR = dt.timedelta(hours=1)


@pytest.fixture
def compound():
    compound = make.compound()
    for room in ("20-1702", "3-1-501", "3-2-501"):
        make.household(compound, room)
    return compound


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


def typed(**changes):
    return {
        "room": "20-1702",
        "sentence": "",
        "goods": ["鸡蛋", "", ""],
        "quantity": ["2", "", ""],
        "unit": ["板", "", ""],
        "remark": "放门口",
        "channel": "phone",
    } | changes


# ── an order for somebody on the phone ────────────


def test_order_typed_in_is_kept_with_who_entered_it(client, coordinator, round):
    client.post(url("order_new", round=round.pk), typed())
    order = Order.objects.get()
    assert (order.household.room, order.remark, order.entered_by, order.state) == (
        "20-1702",
        "放门口",
        coordinator,
        "placed",
    )
    assert [str(line) for line in order.lines.all()] == ["鸡蛋 2板"]


def test_order_in_one_sentence_becomes_lines(client, round):
    sentence = typed(sentence="鸡蛋2板，牛奶1箱", goods=["盐"], quantity=["1"], unit=["包"])
    client.post(url("order_new", round=round.pk), sentence)
    lines = Order.objects.get().lines.order_by("position")
    assert [str(line) for line in lines] == ["盐 1包", "鸡蛋 2板", "牛奶 1箱"]


def test_order_in_a_sentence_without_a_quantity_asks_for_it_with_all_else_kept(client, round):
    response = client.post(url("order_new", round=round.pk), typed(sentence="牛奶"))
    form = response.context["form"]
    assert form.non_field_errors() == ["牛奶要多少？请写数量。"]
    assert [(row.goods, row.quantity) for row in form.rows] == [("鸡蛋", "2"), ("牛奶", "")]
    assert 'value="放门口"' in text_of(response)
    assert not Order.objects.exists()


def test_order_for_a_room_of_several_units_asks_which_and_takes_the_chosen_one(client, round):
    asked = client.post(url("order_new", round=round.pk), typed(room="3-501"))
    assert [door.room for door in asked.context["form"].doors] == ["3-1-501", "3-2-501"]
    assert not Order.objects.exists()
    client.post(url("order_new", round=round.pk), typed(room="3-501", chosen="3-2-501"))
    assert Order.objects.get().household.room == "3-2-501"


def test_order_for_a_room_that_does_not_exist_is_refused(client, round):
    response = client.post(url("order_new", round=round.pk), typed(room="9-999"))
    assert response.context["form"].errors["room"] == ["住户名单里没有“9-999”。"]


def test_order_over_the_cap_is_refused_and_kept(client, round):
    make.offer(round, "鸡蛋", "板", cap="1")
    response = client.post(url("order_new", round=round.pk), typed())
    assert response.context["form"].non_field_errors() == ["鸡蛋每户限购1板：请把数量改小。"]
    assert 'value="鸡蛋"' in text_of(response)


def test_order_after_the_cutoff_is_kept_for_the_next_round_and_says_so(client, clock, round):
    clock(NOON + HOUR)
    assert "这一批已截单" in text_of(client.get(url("order_new", round=round.pk)))
    client.post(url("order_new", round=round.pk), typed())
    assert Order.objects.get().state == "late"


def test_order_by_a_captain_is_for_the_own_building_only(client, compound, round):
    client.force_login(make.member(compound, Role.CAPTAIN, building=compound.buildings.get(name="3")))
    refused = client.post(url("order_new", round=round.pk), typed())
    assert refused.context["form"].errors["room"] == ["住户名单里没有“20-1702”。"]
    client.post(url("order_new", round=round.pk), typed(room="3-1-501"))
    assert Order.objects.get().household.room == "3-1-501"


def test_order_page_and_its_cancelling(client, compound, coordinator, round):
    order = make.order(round, compound.households.get(room="20-1702"), ("鸡蛋", "2", "板"), by=coordinator)
    assert "林涛" in text_of(client.get(url("order", order=order.pk)))
    client.post(url("order_cancel", order=order.pk), {"reason": "不要了"})
    order.refresh_from_db()
    assert (order.state, order.end_reason) == ("cancelled", "不要了")


def test_order_page_of_another_building_is_not_there_for_a_captain(client, compound, coordinator, round):
    order = make.order(round, compound.households.get(room="20-1702"), ("鸡蛋", "2", "板"), by=coordinator)
    client.force_login(make.member(compound, Role.CAPTAIN, building=compound.buildings.get(name="3")))
    assert client.get(url("order", order=order.pk)).status_code == 404


def hidden_id(client, round):
    page = client.get(url("order_new", round=round.pk))
    key = page.context["form"]["id"].value()
    assert f'<input type="hidden" name="id" value="{key}"' in text_of(page)
    return key


def test_order_sent_twice_is_one_order_and_is_answered_like_the_first_time(client, round):
    make.offer(round, "鸡蛋", "板", cap="2")
    form = typed(id=hidden_id(client, round))
    answers = [client.post(url("order_new", round=round.pk), form, follow=True) for _ in range(2)]
    assert [[str(m) for m in answer.context["messages"]] for answer in answers] == [["已登记：20-1702，鸡蛋 2板。"]] * 2
    assert [str(order.pk) for order in Order.objects.all()] == [form["id"]]


def test_order_of_another_door_from_the_page_before_is_an_order_of_its_own(client, round):
    """Back in the browser, another room: the page still has the first order's id."""
    key = hidden_id(client, round)
    for room in ("20-1702", "3-1-501"):
        client.post(url("order_new", round=round.pk), typed(id=key, room=room))
    assert sorted(order.household.room for order in Order.objects.all()) == ["20-1702", "3-1-501"]


@pytest.mark.parametrize("key", ["", "x", "²"])
def test_order_with_an_id_that_is_none_is_entered_all_the_same(client, round, key):
    client.post(url("order_new", round=round.pk), typed(id=key))
    assert Order.objects.count() == 1


@pytest.mark.parametrize("quantity", ["999999." + "9" * 40, "0.0004", "0000000000001000000"])
def test_order_of_a_quantity_that_no_column_holds_is_refused(client, round, quantity):
    response = client.post(url("order_new", round=round.pk), typed(quantity=[quantity, "", ""]))
    assert response.context["form"].non_field_errors() == [f"“{quantity}”不是数量。"]
    assert not Order.objects.exists()


def test_order_of_a_quantity_with_many_zeros_in_front_is_that_quantity(client, round):
    client.post(url("order_new", round=round.pk), typed(quantity=["00000000000012", "", ""]))
    assert [str(line) for line in Order.objects.get().lines.all()] == ["鸡蛋 12板"]


# ── doors ─────────────────────────────────────────


@pytest.fixture
def delivering(client, clock, compound, coordinator, round):
    """Building 3 with two doors, the first with two goods; the round is on its way at 15:00."""
    first, second = (compound.households.get(room=room) for room in ("3-1-501", "3-2-501"))
    make.order(round, first, ("鸡蛋", "2", "板"), ("土豆", "4", "斤"), by=coordinator)
    make.order(round, second, ("盐", "1", "包"), by=coordinator)
    rounds.close_due_rounds(NOON)
    round.refresh_from_db()
    clock(NOON + 3 * HOUR)
    return round


@pytest.fixture
def mark(client, delivering):
    def post(room, **data):
        return client.post(url("delivery_mark", round=delivering.pk, building="3"), {"room": room, **data})

    return post


def outcomes(room):
    lines = OrderLine.objects.filter(order__household__room=room).order_by("position")
    return [(line.goods, line.outcome, line.delivered) for line in lines]


def test_delivery_page_has_the_doors_in_walking_order(client, delivering):
    walk = client.get(url("delivery", round=delivering.pk, building="3")).context["walk"]
    assert [(door.household.room, len(door.lines)) for door in walk.doors] == [("3-1-501", 2), ("3-2-501", 1)]
    assert (walk.counts.open, walk.counts.marked) == (2, 0)


@pytest.mark.parametrize(("do", "delivered"), [("delivered", 1), ("refused", 0), ("nobody_home", 0)])
def test_mark_a_door_marks_its_lines_and_undo_takes_it_back(mark, do, delivered):
    response = mark("3-2-501", do=do)
    assert response.url.endswith("#d3-2-501")
    assert outcomes("3-2-501") == [("盐", do, Decimal(delivered))]
    mark("3-2-501", do="undo")
    assert outcomes("3-2-501") == [("盐", "", None)]


def test_mark_what_is_missing_with_what_did_arrive_delivers_the_rest(mark):
    line = OrderLine.objects.get(goods="土豆").pk
    mark("3-1-501", do="missing", line=[line], **{f"arrived-{line}": "1.5"})
    assert outcomes("3-1-501") == [("鸡蛋", "delivered", Decimal(2)), ("土豆", "missing", Decimal("1.5"))]


def test_mark_as_missing_what_arrived_whole_is_refused_at_the_door(client, mark):
    line = OrderLine.objects.get(goods="土豆").pk
    response = mark("3-1-501", do="missing", line=[line], **{f"arrived-{line}": "4"})
    assert [door.error for door in response.context["walk"].doors] == ["实到数量要少于订购数量，否则就不算缺货。", ""]
    assert outcomes("3-1-501") == [("鸡蛋", "", None), ("土豆", "", None)]


def test_mark_missing_with_nothing_ticked_is_refused(mark):
    assert "请勾选缺的货品。" in text_of(mark("3-1-501", do="missing"))


@pytest.mark.parametrize("line", ["door", "²", "9" * 5000])
def test_mark_missing_with_a_line_of_another_door_is_refused_and_marks_nothing(mark, line):
    line = OrderLine.objects.get(goods="盐").pk if line == "door" else line
    response = mark("3-1-501", do="missing", line=[line])
    errors = [door.error for door in response.context["walk"].doors]
    assert errors == ["这一条已经不在了，请刷新页面。", ""]
    assert outcomes("3-1-501") == [("鸡蛋", "", None), ("土豆", "", None)]


def test_delivery_page_shows_remarks_without_anybodys_number(client, compound, delivering):
    order = OrderLine.objects.get(goods="盐").order
    order.remark = "放门口，电话13900001234"
    order.save()
    client.force_login(make.member(compound, Role.VOLUNTEER))
    page = text_of(client.get(url("delivery", round=delivering.pk, building="3")))
    assert ("放门口，电话（号码略）" in page, "13900001234" in page) == (True, False)


def test_all_others_delivered_leaves_what_was_marked(client, mark, delivering):
    mark("3-2-501", do="refused")
    asked = client.post(url("delivery_rest", round=delivering.pk, building="3"))
    assert outcomes("3-1-501") == [("鸡蛋", "", None), ("土豆", "", None)]
    rest = {"lines": 2, "doors": 1, "short": 0, "left_out": 0}
    assert (asked.context["rest"], asked.context["asks_rest"]) == (rest, True)
    client.post(url("delivery_rest", round=delivering.pk, building="3"), {"lines": "2"})
    assert outcomes("3-2-501") == [("盐", "refused", Decimal(0))]
    assert outcomes("3-1-501") == [("鸡蛋", "delivered", Decimal(2)), ("土豆", "delivered", Decimal(4))]


def test_all_others_delivered_leaves_out_what_is_in_no_bag_once_bags_are_packed(
    client, compound, coordinator, delivering
):
    packed = OrderLine.objects.get(goods="盐")
    pack_household(
        round=delivering,
        household=packed.order.household,
        packed={packed.pk: packed.ordered},
        bags=1,
        by=coordinator,
        at=NOON,
    )
    client.post(url("delivery_rest", round=delivering.pk, building="3"), {"lines": "9"})
    assert outcomes("3-2-501") == [("盐", "delivered", packed.ordered)]
    assert outcomes("3-1-501") == [("鸡蛋", "", None), ("土豆", "", None)]


def test_doors_of_an_open_round_can_not_be_marked(client, compound, coordinator, round):
    make.order(round, compound.households.get(room="3-1-501"), ("鸡蛋", "2", "板"), by=coordinator)
    client.post(url("delivery_mark", round=round.pk, building="3"), {"room": "3-1-501", "do": "delivered"})
    assert outcomes("3-1-501") == [("鸡蛋", "", None)]


def test_delivery_page_is_there_for_a_volunteer_and_not_for_the_gate(client, compound, delivering):
    address = url("delivery", round=delivering.pk, building="3")
    client.force_login(make.member(compound, Role.VOLUNTEER))
    page = client.get(address)
    assert page.status_code == 200
    assert f'href="{url("round", round=delivering.pk)}"' not in text_of(page)
    client.force_login(make.member(compound, Role.GATE))
    assert client.get(address).status_code == 404


def test_delivery_page_of_another_building_is_not_there_for_a_captain(client, compound, delivering):
    client.force_login(make.member(compound, Role.CAPTAIN, building=compound.buildings.get(name="3")))
    assert client.get(url("delivery", round=delivering.pk, building="3")).status_code == 200
    assert client.get(url("delivery", round=delivering.pk, building="20")).status_code == 404
    assert client.get(url("delivery", round=delivering.pk, building="99")).status_code == 404


def test_delivery_page_asks_the_database_equally_often_for_one_and_three_doors(client, compound, coordinator, round):
    counts = []
    for number in ("601", "602", "603"):
        make.order(round, make.household(compound, f"3-1-{number}"), ("盐", "1", "包"), by=coordinator)
        with CaptureQueriesContext(connection) as caught:
            client.get(url("delivery", round=round.pk, building="3"))
        counts.append(len(caught))
    assert len(set(counts)) == 1


# ── not served yet ────────────────────────────────


@pytest.fixture
def owed(mark, delivering):
    mark("3-1-501", do="nobody_home")
    return list(OrderLine.objects.filter(outcome="nobody_home").order_by("position"))


def test_not_served_lists_what_did_not_arrive_and_counts_what_is_on_its_way(client, owed):
    context = client.get(url("not_served")).context
    assert [(line.order.household.room, line.goods, line.owed) for line in context["page"].object_list] == [
        ("3-1-501", "鸡蛋", Decimal(2)),
        ("3-1-501", "土豆", Decimal(4)),
    ]
    assert context["on_the_way"] == 1


def test_not_served_the_day_after_lists_what_nobody_has_said_anything_about(client, clock, delivering):
    clock(NOON + 24 * HOUR)
    context = client.get(url("not_served")).context
    assert [line.goods for line in context["page"].object_list] == ["鸡蛋", "土豆", "盐"]
    assert context["on_the_way"] == 0


def test_not_served_filtered_by_building(client, compound, coordinator, round, clock):
    for room in ("20-1702", "3-1-501"):
        make.order(round, compound.households.get(room=room), ("盐", "1", "包"), by=coordinator)
    rounds.close_due_rounds(NOON)
    clock(NOON + 24 * HOUR)
    context = client.get(url("not_served"), {"building": "20"}).context
    assert context["buildings"] == ["3", "20"]
    assert [line.order.household.room for line in context["page"].object_list] == ["20-1702"]


def test_not_served_with_nothing_owed_says_so(client, compound):
    assert "都送到了" in text_of(client.get(url("not_served")))


def test_close_takes_the_ticked_lines_off_with_the_reason(client, owed):
    client.post(url("not_served_close"), {"line": [owed[0].pk], "reason": "已退款"})
    owed[0].refresh_from_db()
    assert owed[0].closed_reason == "已退款"
    assert [line.goods for line in client.get(url("not_served")).context["page"].object_list] == ["土豆"]


def test_close_without_a_reason_is_refused_and_the_ticks_stay(client, owed):
    response = client.post(url("not_served_close"), {"line": [owed[0].pk], "reason": ""})
    assert response.context["form"].errors["reason"] == ["该字段是必填项。"]
    assert response.context["ticked"] == {str(owed[0].pk)}
    assert text_of(response).count("checked") == 1


def test_close_for_a_supplier_is_not_there(client, compound, owed):
    client.force_login(make.member(compound, Role.SUPPLY))
    assert client.get(url("not_served")).status_code == 200
    assert client.post(url("not_served_close"), {"line": [owed[0].pk], "reason": "x"}).status_code == 404


def test_not_served_of_one_and_three_lines_asks_the_database_equally_often(client, compound, coordinator, round, clock):
    counts = []
    rounds_at = NOON + 24 * HOUR
    clock(rounds_at)
    round.state, round.closed_at = "closed", NOON
    round.save()
    for number in ("601", "602", "603"):
        make.order(round, make.household(compound, f"3-1-{number}"), ("盐", "1", "包"), by=coordinator)
        with CaptureQueriesContext(connection) as caught:
            client.get(url("not_served"))
        counts.append(len(caught))
    assert len(set(counts)) == 1
