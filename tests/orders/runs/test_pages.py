"""The pages of packing, runs and stations by their real addresses, and what they cost."""

import datetime as dt
import io
from urllib.parse import quote

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from pypdf import PdfReader

from compound.models import Role
from orders.models import Bag, Batch, Handover, OrderLine, OrderRules, TransitStation, Vehicle
from orders.services import runs
from tests import make
from tests.orders.runs.conftest import ROOMS, TWO, rooms_of

MOST_QUERIES = 15


def url(name, **kwargs):
    return reverse(f"orders:{name}", kwargs={"code": "xingfuli", **kwargs})


def text_of(response):
    return response.content.decode()


def said(response):
    return [str(message) for message in response.context["messages"]]


@pytest.fixture
def client(client, house):
    client.force_login(house.by)
    return client


def queries_of(client, address):
    client.get(address)
    with CaptureQueriesContext(
        connection,
    ) as queries:
        assert client.get(address).status_code == 200
    return len(queries)


# ── packing ───────────────────────────────────────


def ticked(house, room, **changes):
    form = {"building": room.split("-")[0], "room": room, "do": "packed", "bags": "1"}
    for line in house.lines(room):
        form |= {f"in-{line.pk}": "on", f"packed-{line.pk}": str(line.ordered.normalize())}
    return {key: value for key, value in (form | changes).items() if value is not None}


def test_packing_page_opens_at_the_first_building_that_is_not_packed(client, house):
    house.pack("2-101", "2-501")
    page = client.get(url("packing", round=house.round.pk)).context["packing"]
    assert (page.building.name, page.packed, page.households) == ("3", 2, 5)


def test_bag_with_every_line_ticked_is_packed_and_one_without_asks(client, house):
    line = house.lines("2-101")[0]
    asked = client.post(url("packing_bag", round=house.round.pk), ticked(house, "2-101", **{f"in-{line.pk}": None}))
    assert "请逐样勾选袋里有的货" in text_of(asked)
    assert not Bag.objects.exists()
    client.post(url("packing_bag", round=house.round.pk), ticked(house, "2-101", bags="2"))
    assert [(bag.household.room, bag.bags) for bag in Bag.objects.all()] == [("2-101", 2)]


def test_bag_with_the_rest_missing_is_packed_without_it(client, house):
    line = house.lines("2-101")[0]
    form = ticked(house, "2-101", do="rest_missing", **{f"in-{line.pk}": None})
    client.post(url("packing_bag", round=house.round.pk), form)
    assert [int(line.packed) for line in house.lines("2-101")] == [0, 1]


def test_bag_of_weighed_goods_asks_for_the_weight_and_takes_it(client, house):
    OrderLine.objects.filter(order__household=house.doors["2-101"], goods="青菜").update(item=house.item)
    line = house.lines("2-101")[1]
    asked = client.post(url("packing_bag", round=house.round.pk), ticked(house, "2-101", **{f"packed-{line.pk}": ""}))
    assert "青菜：请写数量或重量。" in text_of(asked)
    client.post(url("packing_bag", round=house.round.pk), ticked(house, "2-101", **{f"packed-{line.pk}": "2.3"}))
    assert [str(line.packed.normalize()) for line in house.lines("2-101")] == ["2", "2.3"]


def test_bag_by_htmx_comes_back_with_the_progress(client, house):
    answer = client.post(
        url("packing_bag", round=house.round.pk), ticked(house, "2-101"), headers={"HX-Request": "true"}
    )
    text = text_of(answer)
    assert ('id="d2-101"' in text, 'id="packed"' in text, "1/5" in text) == (True, True, True)


def test_bag_checked_by_its_packer_warns_and_by_another_does_not(client, house):
    house.pack("2-101")
    form = ticked(house, "2-101", do="check")
    assert said(client.post(url("packing_bag", round=house.round.pk), form, follow=True)) == []
    client.force_login(house.packer)
    house.pack("2-501")
    answer = client.post(url("packing_bag", round=house.round.pk), ticked(house, "2-501", do="check"), follow=True)
    assert said(answer) == ["2-501：装袋和复核是同一个人。换个人看更稳妥。"]


def test_building_packed_and_checked_at_once(client, house):
    address = url("packing_building", round=house.round.pk)
    answer = client.post(address, {"building": "3", "do": "pack"}, follow=True)
    assert said(answer) == ["2户已按单装袋。"]
    client.post(address, {"building": "3", "do": "check"})
    assert Bag.objects.filter(checked_by=house.by, packed_by=house.by).count() == 2


def test_volunteer_packs_and_gate_duty_does_not(client, house):
    client.force_login(house.runner)
    assert client.get(url("packing", round=house.round.pk)).status_code == 200
    client.force_login(make.member(house.compound, Role.GATE))
    assert client.get(url("packing", round=house.round.pk)).status_code == 404


# ── labels ────────────────────────────────────────


def test_labels_on_a_roll_are_one_a_page_with_the_room_at_36_pt_and_no_names(client, house):
    make.resident(house.doors["2-101"])
    house.pack(bags=2)
    answer = client.get(url("labels", round=house.round.pk), {"paper": "roll", "building": "2"})
    pages = PdfReader(io.BytesIO(answer.content)).pages
    assert [(round(float(page.mediabox.width)), round(float(page.mediabox.height))) for page in pages] == [
        (227, 170)
    ] * 4
    texts = [page.extract_text().split("\n") for page in pages]
    assert [{"2-101", "2-501"} & set(lines) for lines in texts] == [{"2-101"}, {"2-101"}, {"2-501"}, {"2-501"}]
    assert "第2袋/共2袋" in pages[1].extract_text()
    sizes = set()
    pages[0].extract_text(visitor_text=lambda text, cm, tm, font, size: sizes.add((text.strip(), size)))
    assert ("2-101", 36.0) in sizes


def test_labels_on_a4_begin_at_the_first_free_one(client, house):
    answer = client.get(url("labels", round=house.round.pk), {"first": "23"})
    pages = PdfReader(io.BytesIO(answer.content)).pages
    rooms = [[line for line in page.extract_text().split("\n") if line in ROOMS] for page in pages]
    assert rooms == [["2-101", "2-501"], ["3-201", "3-601", "20-1702"]]


# ── runs ──────────────────────────────────────────


def planned(client, house, **changes):
    form = {"leaves_at": "2022-08-23T16:00", "runners": [house.runner.pk]} | changes
    return client.post(url("runs_plan"), form, follow=True)


def test_run_planned_on_the_page_shows_its_trips(client, house):
    answer = planned(client, house)
    batch = Batch.objects.get()
    assert answer.redirect_chain == [(url("run", batch=batch.pk), 302)]
    assert "1趟、5户、5袋" in text_of(answer)
    assert "冯磊" in text_of(answer)


def test_run_at_night_is_refused_on_the_page_and_a_reason_may(client, house):
    answer = planned(client, house, leaves_at="2022-08-23T23:00")
    assert answer.context["form"].errors["reason"] == [
        "22:00到07:00是静音时段，不敲门：请换个时间，或只送药，或写明原因。"
    ]
    planned(client, house, leaves_at="2022-08-23T23:00", reason="停电")
    assert Batch.objects.get().quiet_reason == "停电"


def test_run_times_of_the_rules_are_offered_until_something_is_planned_for_them(client, house):
    client.post(
        url("delivery_rules_save"),
        {
            "run_times": "10:00，15:30-16:30/30",
            "quiet_from": "22:00",
            "quiet_until": "07:00",
            "bags_a_trip": "30",
            "floor_weight": "0.5",
        },
    )
    assert [f"{time:%H:%M}" for time in OrderRules.objects.get().run_times] == ["10:00", "15:30", "16:00", "16:30"]
    page = client.get(url("runs")).context["page"]
    assert [(f"{house.compound.local(row.at):%H:%M}", row.is_past) for row in page.departures] == [
        ("10:00", True),
        ("15:30", False),
        ("16:00", False),
        ("16:30", False),
    ]
    planned(client, house)
    page = client.get(url("runs")).context["page"]
    assert [f"{house.compound.local(row.at):%H:%M}" for row in page.departures] == ["10:00", "15:30", "16:30"]


@pytest.mark.parametrize("typed", ["25:00", "abc", "10:00-12:00", "9:00-17:00/1"])
def test_run_times_that_are_none_are_named(client, house, typed):
    form = {"run_times": typed, "quiet_from": "22:00", "quiet_until": "07:00", "bags_a_trip": "30", "floor_weight": "0"}
    answer = client.post(url("delivery_rules_save"), form)
    assert answer.context["rules_form"].errors["run_times"] == [f"“{typed}”不是时间。请写成 10:00。"]


def test_doors_moved_on_the_page_change_trips_and_off_waits(client, house):
    planned(client, house)
    batch = Batch.objects.get()
    stops = [str(stop.pk) for stop in batch.trips.get().stops.filter(household__room__in=["3-201", "3-601"])]
    answer = client.post(url("run_move", batch=batch.pk), {"stop": stops, "to": "new"}, follow=True)
    assert said(answer) == ["2户现在在第2趟。"]
    assert rooms_of(batch) == [["2-101", "2-501", "20-1702"], ["3-201", "3-601"]]
    client.post(url("run_move", batch=batch.pk), {"stop": stops, "to": "off"})
    assert rooms_of(batch) == [["2-101", "2-501", "20-1702"]]


def test_run_sent_counted_explained_and_done_on_the_page(client, house):
    planned(client, house)
    batch = Batch.objects.get()
    client.post(url("run_send", batch=batch.pk))
    page = text_of(client.get(url("run_count", batch=batch.pk)))
    assert 'data-act="handover"' in page
    act = {"batch": str(batch.pk), "place": "gate", "bags": "4", "next": url("run_count", batch=batch.pk)}
    answer = client.post(reverse("orders:act", kwargs={"code": "xingfuli", "kind": "handover"}), act, follow=True)
    assert said(answer) == ["已记下。少了1袋：协调员会看到。"]
    assert "有1处交接数不对" in text_of(client.get(url("run", batch=batch.pk)))
    stands = Handover.objects.get()
    client.post(url("run_explain", batch=batch.pk), {"count": str(stands.pk), "reason": "留在卡口"}, follow=True)
    for room in ROOMS:
        house.mark(room, "delivered")
    answer = client.post(url("run_finish", batch=batch.pk), follow=True)
    assert said(answer) == ["这一批已完成：全部送到。"]
    assert "留在卡口" in text_of(answer)


def test_run_with_open_doors_asks_before_it_is_done_and_can_be_taken_back(client, house):
    planned(client, house)
    batch = Batch.objects.get()
    client.post(url("run_send", batch=batch.pk))
    house.mark("2-101", "delivered")
    assert "这一批完成</button>" not in " ".join(text_of(client.get(url("run", batch=batch.pk))).split())
    asked = client.post(url("run_finish", batch=batch.pk))
    batch.refresh_from_db()
    assert (batch.state, "还有4户没有结果" in text_of(asked)) == ("out", True)
    answer = client.post(url("run_finish", batch=batch.pk), {"sure": "on"}, follow=True)
    assert said(answer) == ["这一批已完成。4户排到下一批。"]
    answer = client.post(url("run_finish_back", batch=batch.pk), follow=True)
    assert said(answer) == ["这一批又在路上了，还有4户要送。"]
    assert (answer.context["is_out"], answer.context["doors_open"]) == (True, 4)


def test_run_with_a_trip_that_nobody_carries_asks_before_it_is_sent(client, house):
    planned(client, house, runners=[])
    batch = Batch.objects.get()
    asked = client.post(url("run_send", batch=batch.pk))
    batch.refresh_from_db()
    assert (batch.state, "第1趟还没有人送" in text_of(asked)) == ("planned", True)
    client.post(url("run_send", batch=batch.pk), {"sure": "on"})
    batch.refresh_from_db()
    assert batch.state == "out"


def test_count_page_opens_at_the_place_that_is_named_and_marks_a_sealed_building(client, house):
    planned(client, house)
    make.rulebook(house.compound, building=house.building("3"), persons=0, starts_at=TWO)
    page = client.get(url("run_count", batch=Batch.objects.get().pk) + f"?place={quote('building:3')}")
    assert (page.context["chosen"].name, "封控楼：在楼门口交接" in text_of(page)) == ("3", True)


def test_runs_are_for_coordinator_and_supply_and_counting_for_whoever_carries(client, house):
    batch = house.plan()
    client.force_login(house.runner)
    pages = [url("runs"), url("run", batch=batch.pk), url("stations"), url("run_count", batch=batch.pk)]
    assert [client.get(page).status_code for page in pages] == [404, 404, 404, 200]
    client.force_login(house.packer)
    assert [client.get(page).status_code for page in pages] == [200, 200, 200, 200]


def test_run_of_another_compound_is_not_there(client, house):
    batch = house.plan()
    other = make.compound("yangguang", "阳光苑")
    make.member(other)
    address = reverse("orders:run", kwargs={"code": "yangguang", "batch": batch.pk})
    assert client.get(address).status_code == 404


# ── stations ──────────────────────────────────────


def test_station_takes_a_building_over_from_another(client, house):
    house.station("南区", "2", "3")
    form = {"name": "北区", "buildings": [house.building("3").pk, house.building("20").pk], "is_active": "on"}
    client.post(url("station_save"), form)
    assert {
        station.name: [row.building.name for row in station.served.order_by("building__sort_key")]
        for station in TransitStation.objects.all()
    } == {"南区": ["2"], "北区": ["3", "20"]}


def test_vehicle_of_a_known_name_is_refused_and_kept(client, house):
    house.vehicle()
    answer = client.post(url("vehicle_save"), {"name": "一号三轮车", "capacity": "20", "is_active": "on"})
    assert answer.context["vehicle_form"].errors["name"] == ["已经有这个名字的车辆。"]
    client.post(url("vehicle_save"), {"name": "二号三轮车", "capacity": "20", "is_active": "on"})
    assert Vehicle.objects.count() == 2


# ── what the pages cost ───────────────────────────


def test_pages_cost_the_same_with_one_row_and_with_three(client, house):
    house.station("南区", "2")
    house.pack("2-101")
    first = house.plan()
    pages = {
        "runs": url("runs"),
        "run": url("run", batch=first.pk),
        "count": url("run_count", batch=first.pk),
        "packing": url("packing", round=house.round.pk) + "?building=2",
        "stations": url("stations"),
    }
    one = {name: queries_of(client, page) for name, page in pages.items()}
    house.pack("2-501")
    make.order(house.round, make.household(house.compound, "2-301"), ("鸡蛋", "1", "板"), by=house.by)
    house.station("北区", "3", "20")
    house.vehicle()
    house.pack("3-201")
    house.plan()
    house.pack("20-1702")
    third = house.plan()
    runs.send_run(batch=third, by=house.by, at=TWO)
    house.pack("3-601")
    pages["run"] = url("run", batch=house.plan().pk)
    three = {name: queries_of(client, page) for name, page in pages.items()}
    assert {name: count for name, count in three.items() if count > MOST_QUERIES} == {}
    assert {name: three[name] - count for name, count in one.items() if three[name] > count + 1} == {}


def test_planned_run_shows_what_is_delivered_already_does_not_move_it_and_counts_without_it(client, house):
    house.pack()
    batch = house.plan()
    house.mark("2-101", "delivered")
    stop = batch.trips.first().stops.get(household__room="2-101")
    response = client.get(url("run", batch=batch.pk))
    page = response.context["page"]
    [gone] = [one for trip in page.trips for row in trip.buildings for one in row.stops if one.outcome]
    assert (gone.room, gone.outcome, page.doors, page.bags, page.done) == ("2-101", "delivered", 4, 4, 0)
    assert response.context["places"][0].expected == 4
    assert f'value="{stop.pk}"' not in text_of(response)
    assert "stop--done" in text_of(response)
    trips = stop.trip.batch.trips.count()
    for to in ("new", "off"):
        client.post(url("run_move", batch=batch.pk), {"stop": [str(stop.pk)], "to": to})
    stop.refresh_from_db()
    assert stop.trip.batch.trips.count() == trips


def test_run_on_its_way_counts_what_it_left_with(client, house):
    house.pack()
    batch = house.plan()
    house.mark("2-101", "delivered")
    runs.send_run(batch=batch, by=house.by, at=TWO + dt.timedelta(minutes=1))
    house.mark("2-501", "delivered")
    OrderLine.objects.filter(order__household__room="2-501").update(outcome_at=TWO + dt.timedelta(minutes=2))
    response = client.get(url("run", batch=batch.pk))
    page = response.context["page"]
    assert (page.doors, page.bags, page.done) == (4, 4, 1)
    assert response.context["places"][0].expected == 4
