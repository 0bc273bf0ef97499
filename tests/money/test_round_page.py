"""The page of a round's money, and the strips for its bags, through real URLs."""

import io
import re

import pytest
from django.test import Client
from django.urls import reverse
from pypdf import PdfReader

from compound.models import Role, Sheet, ShortCode
from money.models import Entry
from money.queries.rounds import facts_of
from money.queries.strips import Strip, StripLine, strips_of
from money.services.bills import bill_round
from money.sheets.strips import Stamp, draw_strips
from orders.models import OrderLine, Sharing
from tests import make
from tests.money.scene import AFTER, Scene


@pytest.fixture
def scene(db: None) -> Scene:
    return Scene()


def url(scene: Scene, name: str = "round") -> str:
    return reverse(f"money:{name}", kwargs={"code": "xingfuli", "round": scene.round.pk})


def words(response) -> str:  # type: ignore[no-untyped-def]
    text = re.sub(r"<[^>]+>", " ", response.content.decode())
    return " ".join(text.split())


def logged_in(client: Client, person: object) -> Client:
    client.force_login(person)  # type: ignore[arg-type]
    return client


def test_page_before_and_after_the_bills_says_what_is_left(scene: Scene, client: Client) -> None:
    logged_in(client, scene.chief)
    scene.receipts()
    for room in scene.doors:
        scene.mark(room, "delivered")

    before = client.get(url(scene))
    assert "3 户" in words(before)
    assert (facts_of(scene.round).charged, Entry.objects.filter(kind="bill").count()) == (0, 0)
    client.get(url(scene, "round_bill"))
    assert Entry.objects.filter(kind="bill").count() == 0

    client.post(url(scene, "round_bill"))
    after = client.get(url(scene))
    assert after.context["facts"].unbilled == {}
    assert "2.09" in words(after)

    ticked = re.findall(r'name="parts"\s+value="([^"]+)"', after.content.decode())
    assert ticked == ["surplus:2.08", "rounding:0.01"]
    client.post(url(scene, "round_rest"), {"parts": ticked, "id": ""})
    assert facts_of(scene.round).left == 0


def test_bills_without_a_receipt_are_asked_about_first(scene: Scene, client: Client) -> None:
    logged_in(client, scene.chief)
    overview = reverse("money:overview", kwargs={"code": "xingfuli"})
    assert client.get(overview).context["money"].unbilled == ()
    scene.mark("3-101", "delivered")
    assert client.get(overview).context["money"].unbilled == (scene.round,)

    asked = client.post(url(scene, "round_bill"))
    assert (asked.status_code, 'name="sure"' in asked.content.decode(), Entry.objects.count()) == (200, True, 0)

    client.post(url(scene, "round_bill"), {"sure": "1"})
    assert Entry.objects.filter(kind="bill").count() == 1
    assert client.get(overview).context["money"].unbilled == ()


def test_page_of_a_round_on_its_way_ticks_nothing_and_calls_nothing_explained(scene: Scene, client: Client) -> None:
    page = logged_in(client, scene.chief).get(url(scene))

    assert (page.context["facts"].is_under_way, facts_of(scene.round).left) == (True, 0)
    assert ("这一批还没完" in words(page), "已说明到分" in words(page)) == (True, False)
    assert re.findall(r"<input[^>]+parts[^>]+checked", page.content.decode()) == []


@pytest.mark.parametrize("role", [Role.SUPPLY, Role.CAPTAIN, Role.VOLUNTEER, Role.GATE])
def test_page_for_who_does_not_run_the_money_is_not_there(scene: Scene, client: Client, role: Role) -> None:
    building = scene.door("3-101").building
    known = {Role.SUPPLY: scene.luo, Role.VOLUNTEER: scene.feng}
    logged_in(
        client,
        known.get(role) or make.member(scene.compound, role, building=building if role == Role.CAPTAIN else None),
    )

    assert client.get(url(scene)).status_code == 404
    for name in ("round_bill", "round_rest", "round_other_rest", "round_strips"):
        assert client.post(url(scene, name)).status_code == 404


def test_rest_by_hand_without_a_reason_is_asked_for_and_with_one_written(scene: Scene, client: Client) -> None:
    logged_in(client, scene.chief)
    form = {"why": "other", "amount": "1,5", "is_less": "on", "reason": ""}
    refused = client.post(url(scene, "round_other_rest"), form)
    assert (refused.status_code, Entry.objects.count()) == (200, 0)

    client.post(url(scene, "round_other_rest"), form | {"reason": "找零少了"})

    entry = Entry.objects.get()
    assert (entry.why, entry.reason, str(facts_of(scene.round).left)) == ("other", "找零少了", "1.50")


def test_page_of_more_doors_costs_no_more_statements(
    scene: Scene, client: Client, django_assert_max_num_queries
) -> None:  # type: ignore[no-untyped-def]
    logged_in(client, scene.chief)
    scene.receipts()
    scene.settle()
    client.get(url(scene))

    with django_assert_max_num_queries(16):
        client.get(url(scene))


def test_strips_before_anybody_marked_a_door_say_what_is_in_the_bags(scene: Scene) -> None:
    scene.weigh("20-1702", "猪肉", "2.3")

    assert strips_of(scene.round) == (
        Strip("3-101", (StripLine("鸡蛋", "1板", "12.50", "12.50"),), "12.50"),
        Strip(
            "3-102",
            (StripLine("鸡蛋", "1板", "12.50", "12.50"), StripLine("菠菜", "1斤", "4.00", "4.00")),
            "16.50",
        ),
        Strip(
            "20-1702",
            (StripLine("猪肉", "2.3斤", "≈6.96", "16.00"), StripLine("小白菜", "1斤", "3.00", "3.00")),
            "19.00",
        ),
    )
    bill_round(round=scene.round, by=scene.chief, at=AFTER)
    assert not Entry.objects.exists()


def test_strips_name_what_nobody_has_shared_out_and_bill_the_rest(scene: Scene, client: Client) -> None:
    Sharing.objects.update(replaced_at=AFTER)
    OrderLine.objects.filter(goods="菠菜").update(allocated=None, allocated_instead=None)

    assert strips_of(scene.round)[1:] == (
        Strip("3-102", (StripLine("鸡蛋", "1板", "12.50", "12.50"), StripLine("菠菜", "", "", "")), "12.50"),
        Strip("20-1702", (StripLine("猪肉", "2斤", "≈6.96", "13.91"), StripLine("菠菜", "", "", "")), "13.91"),
    )
    logged_in(client, scene.chief)
    file = client.get(client.post(url(scene, "round_strips"))["Location"])
    text = "".join(page.extract_text() for page in PdfReader(io.BytesIO(file.content)).pages)
    said = [word for word in ("来的不够，还没分配", "以后算", "来的不够的，分配以后再算。") if word in text]
    assert (said, "菠菜" in text) == (["来的不够，还没分配", "以后算", "来的不够的，分配以后再算。"], True)

    # Packed all the same: what is in the bag is charged.
    scene.weigh("3-102", "菠菜", "1")
    assert strips_of(scene.round)[1].total == "16.50"


def test_strip_of_a_household_that_waits_for_everything_says_what_and_no_sum(scene: Scene, client: Client) -> None:
    Sharing.objects.update(replaced_at=AFTER)
    OrderLine.objects.filter(goods="菠菜").update(allocated=None, allocated_instead=None)
    scene.mark("3-102", "refused", "鸡蛋")

    strip = strips_of(scene.round)[1]
    assert strip == Strip("3-102", (StripLine("菠菜", "", "", ""),), "")
    stamp = Stamp("幸福里", "周三团购", 1, AFTER, scene.compound.tz, "AB23", "https://example.org/s/AB23")
    pdf, pages = draw_strips((strip,), stamp)
    text = PdfReader(io.BytesIO(pdf)).pages[0].extract_text()
    said = [word for word in ("3-102", "菠菜", "来的不够，还没分配", "来的不够的，分配以后再算。") if word in text]
    assert (pages, len(said), "合计" in text, "0.00" in text) == (1, 4, False, False)


def test_strips_are_kept_and_made_again_only_when_they_changed(scene: Scene, client: Client) -> None:
    logged_in(client, scene.chief)
    for _time in range(2):
        answer = client.post(url(scene, "round_strips"))
    sheet = Sheet.objects.get(kind="bill_strips")
    file = client.get(answer["Location"])
    text = "".join(page.extract_text() for page in PdfReader(io.BytesIO(file.content)).pages)
    assert [room for room in ("3-101", "3-102", "20-1702") if room in text] == ["3-101", "3-102", "20-1702"]
    assert "12.50" in text

    code = reverse("desk:short_link", kwargs={"code": ShortCode.objects.get(sheet=sheet).code})
    assert client.get(code)["Location"] == answer["Location"]
    client.logout()
    assert client.get(code).status_code == 404

    logged_in(client, scene.chief)
    scene.mark("3-101", "refused")
    client.post(url(scene, "round_strips"))
    assert Sheet.objects.filter(kind="bill_strips").count() == 2
