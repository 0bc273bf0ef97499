"""What came and has no price yet is charged to nobody, and named wherever somebody reads what is owed."""

from decimal import Decimal

import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from compound.models import Role
from compound.services.household_keys import issue_key, token_of_key
from money.queries.balances import household_money
from money.queries.statements import household_text
from money.queries.unpriced import goods_words, unpriced_in, unpriced_of
from money.services.bills import bill_round
from orders.models import OrderLine, Round
from tests import make
from tests.money.scene import AFTER, Scene

D = Decimal


@pytest.fixture
def scene(db: None) -> Scene:
    """3-101 got a board of eggs of which nobody knows the price; the others got what has one."""
    scene = Scene()
    line = scene.line("3-101", "鸡蛋")
    OrderLine.objects.filter(pk=line.pk).update(goods="豆腐", unit="块", item=None)
    for room in scene.doors:
        scene.mark(room, "delivered")
    return scene


def named(scene: Scene, room: str) -> str:
    return goods_words(unpriced_of(scene.door(room)))


def test_goods_without_a_price_are_named_before_and_after_the_bills(scene: Scene) -> None:
    assert [named(scene, room) for room in scene.doors] == ["豆腐 1块", "", ""]
    scene.settle()
    assert [named(scene, room) for room in scene.doors] == ["豆腐 1块", "", ""]
    [row] = unpriced_in(scene.door("3-102").building)
    assert (row.household, row.round, row.goods, row.quantity) == (scene.door("3-101").pk, scene.round, "豆腐", 1)


def test_goods_whose_price_is_said_are_named_no_more_and_charged(scene: Scene) -> None:
    make.offer(scene.round, "豆腐", "块", price="2.50")
    item = scene.round.offers.get(item__name="豆腐").item
    OrderLine.objects.filter(goods="豆腐").update(item=item)
    assert named(scene, "3-101") == ""
    bill_round(round=scene.round, by=scene.chief, at=AFTER)
    assert (named(scene, "3-101"), scene.owes()["3-101"]) == ("", "2.50")


def test_goods_that_were_refused_or_are_not_there_yet_are_not_named(scene: Scene) -> None:
    OrderLine.objects.filter(goods="豆腐").update(delivered=0, outcome="refused")
    assert named(scene, "3-101") == ""
    Round.objects.filter(pk=scene.round.pk).update(state="shopping")
    OrderLine.objects.filter(goods="豆腐").update(delivered=1, outcome="delivered")
    assert named(scene, "3-101") == ""


def test_own_part_without_a_price_beside_a_priced_substitute_is_named(scene: Scene) -> None:
    """One jin of spinach came beside the pak choi, and of the spinach nobody has said the price."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("ALTER TABLE orders_purchase DISABLE TRIGGER USER")
        cursor.execute("UPDATE orders_purchase SET amount = NULL WHERE amount = 4")
        cursor.execute("ALTER TABLE orders_purchase ENABLE TRIGGER USER")
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")
    OrderLine.objects.filter(goods="菠菜").update(item=None)
    OrderLine.objects.filter(pk=scene.line("20-1702", "菠菜").pk).update(allocated=1, delivered=2)
    scene.settle()
    assert (named(scene, "20-1702"), named(scene, "3-102")) == ("菠菜 1斤", "菠菜 1斤")
    assert ("小白菜", "1", "3.00") in scene.said("bill")


def test_statement_names_what_has_no_price(scene: Scene) -> None:
    scene.settle()
    assert household_text(scene.door("3-101")).splitlines() == [
        "【对账单】3-101",
        "价钱还没定，以后再算：豆腐 1块",
        "",
        "已定价的都付清了，谢谢。",
    ]
    assert household_money(scene.door("3-102")).unpriced == ()


def test_pages_name_what_has_no_price_and_lead_to_where_it_is_entered(scene: Scene, client: Client) -> None:
    scene.settle()
    receipts = reverse("orders:receipts", kwargs={"code": "xingfuli", "round": scene.round.pk})
    captain = make.member(scene.compound, Role.CAPTAIN, building=scene.door("3-101").building)
    pages = [
        reverse("money:building", kwargs={"code": "xingfuli", "building": "3"}),
        reverse("money:household", kwargs={"code": "xingfuli", "room": "3-101"}),
    ]
    found = {}
    for who in (scene.chief, captain):
        client.force_login(who)
        contents = [client.get(page).content.decode() for page in pages]
        found[who] = [("豆腐 1块" in page, f'href="{receipts}"' in page) for page in contents]
    assert found == {scene.chief: [(True, True)] * 2, captain: [(True, False)] * 2}


def test_own_page_names_what_has_no_price(scene: Scene, client: Client) -> None:
    scene.settle()
    token = token_of_key(issue_key(household=scene.door("3-101"), by=scene.chief, at=timezone.now()))
    assert "价钱还没定，以后再算：豆腐 1块" in client.get(f"/h/{token}/money/").content.decode()


def test_rounds_that_are_billed_whole_cost_no_more_than_one_statement(scene: Scene, django_assert_num_queries) -> None:  # type: ignore[no-untyped-def]
    make.offer(scene.round, "豆腐", "块", price="2.50")
    OrderLine.objects.filter(goods="豆腐").update(item=scene.round.offers.get(item__name="豆腐").item)
    scene.settle()
    door = scene.door("3-101")
    with django_assert_num_queries(1):
        assert unpriced_of(door) == ()
