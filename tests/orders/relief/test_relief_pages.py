"""The pages of relief, by their real addresses: who sees what, what is asked and said, how often the database is."""

import datetime as dt

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from compound.models import Role
from orders.models import Relief, ReliefCount, ReliefParcel
from tests import make
from tests.make import ELEVEN
from tests.orders.relief.conftest import at_door, round_of, tap

pytestmark = pytest.mark.django_db


@pytest.fixture
def client(client, coordinator, clock):
    clock(ELEVEN)
    client.force_login(coordinator)
    return client


def url(name, **kwargs):
    return reverse(f"orders:{name}", kwargs={"code": "xingfuli", **kwargs})


def text_of(response):
    return response.content.decode()


def asked(**changes):
    return {"title": "第四批", "content": "鸡蛋", "count_by": "household", "per_count": "1", "occupied": "on"} | changes


# ── a new round ───────────────────────────────────


def test_preview_says_how_many_for_whom_and_who_is_left_out_and_makes_nothing(client, compound):
    make.household(compound, "3-2-601", head_count=4, tags=["infant"])
    tag = make.Tag.objects.get(code="infant").pk
    response = client.post(url("relief_new"), asked(do="preview", count_by="head", per_count="2", tags=[tag]))
    found = response.context["preview"]
    assert (found.parcels, found.households, found.people, found.left_out, found.left_out_empty) == (8, 1, 4, 5, 1)
    assert [(row.title, row.households, row.parcels, row.left_out) for row in found.buildings] == [
        ("3栋", 1, 8, 3),
        ("20栋", 0, 0, 2),
    ]
    assert found.rooms == ("3-2-601",)
    assert not Relief.objects.exists()


def test_round_is_made_after_the_preview(client, coordinator):
    client.post(url("relief_new"), asked(do="make"))
    made = Relief.objects.get()
    assert (made.title, made.made_by, made.parcels.count(), made.filter) == (
        "第四批",
        coordinator,
        4,
        {"occupied": True, "buildings": [], "tags": []},
    )


def test_round_for_nobody_is_refused_with_what_was_typed(client, compound):
    tag = make.Tag.objects.get(code="infant").pk
    response = client.post(url("relief_new"), asked(do="make", tags=[tag]))
    assert response.context["form"].non_field_errors() == ["没有选中任何一户，谁也领不到。"]
    assert 'value="第四批"' in text_of(response)


# ── the page of a round ───────────────────────────


def test_count_on_the_page_is_written_down_with_who(client, coordinator, relief):
    client.post(url("relief_count", relief=relief.pk), {"step": "arrived", "count": "4", "note": ""})
    row = ReliefCount.objects.get()
    assert (row.step, row.count, row.by, row.at) == ("arrived", 4, coordinator, ELEVEN)


def test_correction_without_a_note_is_asked_for_one_and_keeps_what_was_typed(client, relief):
    client.post(url("relief_count", relief=relief.pk), {"step": "arrived", "count": "40"})
    response = client.post(url("relief_count", relief=relief.pk), {"step": "arrived", "count": "-36"})
    assert response.context["count_form"].errors["note"] == ["请写明前一次为什么数错了。"]
    assert 'value="-36"' in text_of(response)


def test_gap_is_said_in_words_and_the_round_closes_once_it_is_explained(client, relief, volunteer):
    client.post(url("relief_count", relief=relief.pk), {"step": "arrived", "count": "5"})
    for parcel in relief.parcels.select_related("household"):
        tap(relief, parcel.household.room, by=volunteer)
    page = client.get(url("relief", relief=relief.pk))
    assert page.context["gap_words"] == "有1份没有着落。"
    assert "对不上账" in text_of(page)
    assert url("relief_close", relief=relief.pk) not in text_of(page)

    refused = client.post(url("relief_close", relief=relief.pk), {})
    assert refused.context["end_form"].non_field_errors() == [
        "还对不上账。有1份没有着落。到货5份；发出4份，破损0份，退回0份，已说明0份。请再清点，或者写明差数的原因。"
    ]
    client.post(url("relief_explain", relief=relief.pk), {"count": "1", "reason": "给了卡口"})
    client.post(url("relief_close", relief=relief.pk), {})
    relief.refresh_from_db()
    assert (relief.closed_at, relief.arrived, relief.explained) == (ELEVEN, 5, 1)
    assert "已结清" in text_of(client.get(url("relief", relief=relief.pk)))


def test_form_of_the_gap_proposes_what_is_left_over_and_never_what_doors_are_to_get(client, relief):
    assert client.get(url("relief", relief=relief.pk)).context["explain_form"]["count"].value() is None
    client.post(url("relief_count", relief=relief.pk), {"step": "arrived", "count": "6"})
    page = client.get(url("relief", relief=relief.pk))
    assert page.context["explain_form"]["count"].value() == 2
    assert "还有4户共4份没有发" in text_of(page)
    refused = client.post(url("relief_explain", relief=relief.pk), {"count": "6", "reason": "退回仓库"})
    assert list(refused.context["explain_form"].errors) == ["owed"]


def test_closed_round_that_a_phone_disagrees_with_says_so_on_its_page(client, relief, volunteer):
    for step, count in (("arrived", 4), ("returned", 4)):
        client.post(url("relief_count", relief=relief.pk), {"step": step, "count": str(count)})
    client.post(url("relief_close", relief=relief.pk), {"reason": "全部退回"})
    tap(relief, "20-1702", by=volunteer, at=ELEVEN - dt.timedelta(hours=1))
    page = client.get(url("relief", relief=relief.pk))
    assert page.context["figures"].state == "difference"
    assert "结清后有差数" in text_of(page)
    client.post(url("relief_explain", relief=relief.pk), {"count": "-1", "reason": "其实发了一份"})
    assert client.get(url("relief", relief=relief.pk)).context["figures"].state == "closed"


def test_household_that_moved_in_is_put_on_the_list_by_its_room(client, compound, relief):
    make.household(compound, "3-1-601")
    make.household(compound, "3-2-601")
    asked_which = client.post(url("relief_add", relief=relief.pk), {"add-room": "3-601"})
    assert [door.room for door in asked_which.context["add_form"].doors] == ["3-1-601", "3-2-601"]
    client.post(url("relief_add", relief=relief.pk), {"add-room": "3-601", "add-chosen": "3-2-601", "add-due": "2"})
    assert relief.parcels.get(household__room="3-2-601").due == 2


def test_household_that_left_is_taken_off_with_a_reason(client, relief):
    missing = client.post(url("relief_remove", relief=relief.pk), {"remove-room": "20-1702"})
    assert missing.context["remove_form"].errors["reason"] == ["请写明为什么把这一户从名单上拿掉。"]
    client.post(url("relief_remove", relief=relief.pk), {"remove-room": "20-1702", "remove-reason": "已搬走"})
    assert not relief.parcels.filter(household__room="20-1702").exists()
    assert "从名单上拿掉：20-1702" in text_of(client.get(url("relief", relief=relief.pk)))


def test_chat_text_has_buildings_and_no_rooms_or_names(client, relief, volunteer):
    tap(relief, "20-1702", by=volunteer)
    text = client.get(url("relief_text", relief=relief.pk)).context["text"]
    assert text.splitlines() == [
        "【救助物资】第三批蔬菜包",
        "每份里有：白菜、萝卜、鸡蛋",
        "每户1份",
        "",
        "3栋：共3户，已领0户，还有3户",
        "20栋：1户全部领到",
        "",
        "我们来的时候不在家？请告诉楼长，我们再送一次。",
    ]


# ── at the doors ──────────────────────────────────


def test_doors_of_a_building_stand_in_walking_order_by_unit(client, relief):
    run = client.get(url("relief_doors", relief=relief.pk, building="3")).context["run"]
    assert [(unit, [door.room for door in doors]) for unit, doors in run.units] == [
        ("1", ["3-1-101", "3-1-501"]),
        ("2", ["3-2-501"]),
    ]


def test_door_that_is_marked_says_who_and_when_and_offers_undo(client, relief, volunteer):
    tap(relief, "20-1702", by=volunteer)
    page = text_of(client.get(url("relief_doors", relief=relief.pk, building="20")))
    assert "冯磊 今天 11:00" in page
    assert relief.parcels.get(household__room="20-1702").event_id is not None
    assert f'data-event="{relief.parcels.get(household__room="20-1702").event_id}"' in page


@pytest.mark.parametrize(("building", "status"), [("3", 200), ("20", 404), ("99", 404)])
def test_captain_opens_the_own_building_only(client, captain, relief, building, status):
    client.force_login(captain)
    assert client.get(url("relief_doors", relief=relief.pk, building=building)).status_code == status


def test_captain_sees_the_own_buildings_figures_and_no_balance(client, captain, relief):
    client.force_login(captain)
    page = client.get(url("relief", relief=relief.pk))
    assert [row.name for row in page.context["buildings"]] == ["3"]
    assert page.context["figures"].doors.all == 3
    assert "对得上账吗" not in text_of(page)


@pytest.mark.parametrize(
    ("role", "opened"),
    [
        (Role.SECRETARY, {"reliefs", "relief", "relief_new", "donations"}),
        (Role.SUPPLY, {"reliefs", "relief", "relief_new", "donations"}),
        (Role.VOLUNTEER, {"reliefs", "relief"}),
        (Role.GATE, set()),
        (Role.MEDICAL, set()),
    ],
)
def test_pages_open_to_whom_they_concern(client, compound, relief, role, opened):
    client.force_login(make.member(compound, role))
    pages = {"reliefs": {}, "relief": {"relief": relief.pk}, "relief_new": {}, "donations": {}}
    found = {name for name, kwargs in pages.items() if client.get(url(name, **kwargs)).status_code == 200}
    assert found == opened


def test_volunteer_cannot_close_or_count(client, volunteer, relief):
    client.force_login(volunteer)
    for name in ("relief_count", "relief_close", "relief_explain", "relief_add", "relief_make_sheets"):
        assert client.post(url(name, relief=relief.pk), {"step": "arrived", "count": "4"}).status_code == 404
    assert not ReliefCount.objects.exists()


# ── how often the database is asked ───────────────


def queries_of(client, address):
    client.get(address)
    with CaptureQueriesContext(connection) as queries:
        assert client.get(address).status_code == 200
    return len(queries)


def test_list_of_rounds_asks_as_often_for_three_as_for_one(client, compound, coordinator, relief):
    one = queries_of(client, url("reliefs"))
    for title in ("四", "五"):
        round_of(compound, coordinator, title=title)
    assert (queries_of(client, url("reliefs")), one) == (one, one)
    assert one <= 9


def test_round_asks_as_often_for_three_buildings_as_for_one(client, compound, coordinator):
    made = round_of(compound, coordinator, who={"buildings": [compound.buildings.get(name="20").pk]})
    one = queries_of(client, url("relief", relief=made.pk))
    for room in ("5-101", "6-101", "6-102"):
        door = make.household(compound, room)
        ReliefParcel.objects.create(relief=made, household=door, due=1)
    for count in range(1, 4):
        ReliefCount.objects.create(relief=made, step="arrived", count=count, at=ELEVEN, by=coordinator)
    assert queries_of(client, url("relief", relief=made.pk)) == one
    assert one <= 15


def test_doors_ask_as_often_for_three_as_for_one(client, relief):
    one = queries_of(client, url("relief_doors", relief=relief.pk, building="20"))
    assert queries_of(client, url("relief_doors", relief=relief.pk, building="3")) == one
    assert one <= 8


# ── Today ─────────────────────────────────────────


def needs_of(client):
    page = client.get(reverse("desk:today", kwargs={"code": "xingfuli"}))
    return [(need.text, need.detail) for need in page.context["page"].needs if "第三批" in need.text]


def test_today_counts_doors_without_parcels_and_names_the_gap(client, relief, volunteer):
    assert needs_of(client) == [("救助物资“第三批蔬菜包”", "还有4户没领到")]
    tap(relief, "20-1702", by=volunteer)
    assert needs_of(client) == [
        ("“第三批蔬菜包”对不上账", "出去的比到货的多1份。"),
        ("救助物资“第三批蔬菜包”", "还有3户没领到"),
    ]


def test_today_of_a_captain_counts_the_own_doors_and_no_gap(client, captain, relief, volunteer):
    tap(relief, "20-1702", by=volunteer)
    client.force_login(captain)
    assert needs_of(client) == [("救助物资“第三批蔬菜包”", "还有3户没领到")]
    assert at_door(relief, "20-1702")[0] == "handed"
