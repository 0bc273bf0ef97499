"""Supply points, words, goods and group buys by their real addresses."""

from decimal import Decimal

import pytest
from django.urls import reverse

from compound.models import Role
from orders.models import GoodsWord, Item, ItemPrice, Offer, Order, OrderLine, Section
from orders.queries.shops import shelves_of, supply_point_rows
from orders.services.chains import paste_chain
from orders.services.goods import change_offer
from orders.services.prices import note_paid, note_price
from orders.services.rounds import close_due_rounds
from orders.services.words import Meaning, learn_words
from tests import make
from tests.make import ELEVEN, NOON

pytestmark = pytest.mark.django_db


class Cast:
    """何秀兰's compound with a round of 鸡蛋; 林涛 is logged in at eleven."""

    def __init__(self, client, clock) -> None:
        self.client, self.clock = client, clock
        self.compound = make.compound()
        self.round = make.round(self.compound)
        self.point = self.round.supply_point
        self.offer = make.offer(self.round, "鸡蛋", "板", section="肉禽蛋", price="23.5")
        self.by = make.member(self.compound, Role.COORDINATOR)
        clock(ELEVEN)
        client.force_login(self.by)

    def url(self, page: str, **more: object) -> str:
        where = {"code": "xingfuli", "name": "惠民超市"} | more
        if "round" in more or page == "supply_points":
            del where["name"]
        return reverse(f"orders:{page}", kwargs=where)

    def get(self, page: str, **more: object):
        return self.client.get(self.url(page, **more))

    def post(self, page: str, data: dict[str, object], **more: object):
        return self.client.post(self.url(page, **more), data)


@pytest.fixture
def cast(client, clock):
    return Cast(client, clock)


FACTS = {"kind": "shop", "opens": "07:30", "closes": "21:00", "sells": "蔬菜 肉蛋", "is_active": "on"}


def test_supply_point_says_when_it_is_open(cast):
    cast.post("supply_point_change", FACTS | {"contact": "马店长", "contact_phone": "13000045678"})
    page = cast.get("supply_point").content.decode()
    assert ("营业到 21:00" in page, "马店长" in page, "蔬菜 肉蛋" in page) == (True, True, True)
    (row,) = supply_point_rows(cast.compound, ELEVEN)
    assert (row.is_open, row.items, row.sections) == (True, 1, 1)


def test_supply_point_with_half_of_its_hours_is_asked_for_the_rest(cast):
    page = cast.post("supply_point_change", FACTS | {"closes": ""})
    cast.point.refresh_from_db()
    assert (page.status_code, cast.point.opens) == (200, None)
    assert page.context["point_form"].non_field_errors() == ["开门和关门的时间要么都填，要么都不填。"]


def test_supply_point_whose_name_has_a_slash_has_a_page(cast):
    make.supply_point(cast.compound, "烟酒/百货")
    assert cast.get("supply_point", name="烟酒/百货").context["point"].name == "烟酒/百货"
    assert cast.get("supply_points").status_code == 200


@pytest.mark.parametrize("page", ["supply_point", "words", "minimums"])
def test_page_of_another_compound_is_not_there(cast, page):
    elsewhere = make.compound("yuehu", "月湖")
    other = make.round(elsewhere)
    where = {"name": "惠民超市"} if page == "supply_point" else {"round": other.pk}
    assert cast.get(page, **{**where, "code": "yuehu"}).status_code == 404
    if page != "supply_point":
        assert cast.get(page, **where).status_code == 404


def test_volunteer_sees_the_shop_and_changes_nothing(cast):
    cast.client.force_login(make.member(cast.compound, Role.VOLUNTEER))
    assert cast.get("supply_point").status_code == 200
    assert cast.post("supply_point_change", FACTS).status_code == 404
    assert cast.post("section_add", {"name": "水果"}).status_code == 404
    assert cast.get("words", round=cast.round.pk).status_code == 404
    assert cast.post("minimums", {}, round=cast.round.pk).status_code == 404


def walk(cast: Cast) -> list[str]:
    return list(Section.objects.order_by("position").values_list("name", flat=True))


@pytest.mark.parametrize("headers", [{}, {"HX-Request": "true"}])
def test_section_is_moved_in_the_walk_with_and_without_scripts(cast, headers):
    for name in ("蔬菜", "水果"):
        cast.post("section_add", {"name": name})
    fruit = Section.objects.get(name="水果")
    answer = cast.client.post(cast.url("section_change"), {"section": fruit.pk, "do": "up"}, headers=headers)
    assert (walk(cast), answer.status_code) == (["肉禽蛋", "水果", "蔬菜"], 200 if headers else 302)
    for _time in range(3):
        cast.post("section_change", {"section": fruit.pk, "do": "up"})
    assert walk(cast) == ["水果", "肉禽蛋", "蔬菜"]
    cast.post("section_change", {"section": fruit.pk, "do": "remove"})
    assert walk(cast) == ["肉禽蛋", "蔬菜"]


def test_section_twice_is_refused_beside_its_name(cast):
    page = cast.post("section_add", {"name": "肉禽蛋"})
    assert page.context["section_form"].errors["name"] == ["已经有“肉禽蛋”这个区了。"]


def good(**more: object) -> dict[str, object]:
    return {"name": "矿泉水", "unit": "瓶", "aliases": "纯净水、 农夫", "is_active": "on"} | more


def test_good_is_added_with_its_pack_and_other_names(cast):
    cast.post("item_save", good(pack_size="24", pack_name="箱"))
    item = Item.objects.get(name="矿泉水")
    assert (item.unit, item.aliases, item.pack_size, item.pack_name) == ("瓶", ["纯净水", "农夫"], 24, "箱")


@pytest.mark.parametrize("half", [{"pack_size": "24"}, {"pack_name": "箱"}])
def test_good_with_half_a_pack_is_asked_for_the_rest(cast, half):
    page = cast.post("item_save", good(**half))
    assert ("pack_size" in page.context["item_form"].errors, Item.objects.count()) == (True, 1)


def test_good_that_is_there_in_this_unit_is_refused(cast):
    page = cast.post("item_save", good(name="鸡蛋", unit="板"))
    assert page.context["item_form"].errors["name"] == ["“鸡蛋”这个单位的已经有了。"]


@pytest.mark.parametrize(("ordered", "name"), [(True, "鸡蛋"), (False, "草鸡蛋")])
def test_good_keeps_its_name_while_it_is_ordered(cast, ordered, name):
    if ordered:
        order = make.order(cast.round, make.household(cast.compound, "3-101"), ("鸡蛋", "1", "板"), by=cast.by)
        order.lines.update(item=cast.offer.item)
    cast.post("item_save", good(name="草鸡蛋", unit="板", item=cast.offer.item_id))
    cast.offer.item.refresh_from_db()
    assert cast.offer.item.name == name


@pytest.mark.parametrize("goods", [1, 3])
def test_supply_point_takes_the_same_statements_for_one_good_and_for_three(cast, goods, django_assert_num_queries):
    for name in ("青菜", "番茄")[: goods - 1]:
        item = make.offer(cast.round, name, "斤", price="3").item
        note_price(item=item, price=Decimal(3), source="offer", by=cast.by, at=ELEVEN)
    with django_assert_num_queries(4):
        assert sum(len(shelf.goods) for shelf in shelves_of(cast.point)) == goods


def test_price_is_noted_when_it_is_set_and_changed_and_paid(cast):
    item = cast.offer.item
    for price in ("23.5", "25", "25", "24"):
        change_offer(offer=cast.offer, price=Decimal(price), cap=None, by=cast.by, at=ELEVEN)
        cast.offer.refresh_from_db()
    note_paid(item=item, amount=Decimal("50"), quantity=Decimal("3"), by=cast.by, at=NOON)
    prices = ItemPrice.objects.order_by("pk").values_list("price", "source")
    assert list(prices) == [
        (Decimal("25.00"), "offer"),
        (Decimal("24.00"), "offer"),
        (Decimal("16.67"), "till"),
    ]
    (shelf,) = shelves_of(cast.point)
    assert (shelf.goods[0].last.price, shelf.goods[0].before, shelf.goods[0].trend) == (
        Decimal("16.67"),
        Decimal("24.00"),
        "down",
    )


def test_goods_typed_with_minimum_and_pack_are_offered_so(cast):
    lines = "猪肉 斤 10元 满600\n矿泉水 瓶 2元 24瓶/箱"
    cast.post("goods_add", {"goods": lines, "do": "add"}, round=cast.round.pk)
    rows = cast.round.offers.order_by("position").values_list(
        "item__name", "minimum", "item__pack_size", "item__pack_name"
    )
    assert list(rows) == [("鸡蛋", None, None, ""), ("猪肉", 600, None, ""), ("矿泉水", None, 24, "箱")]
    assert ItemPrice.objects.count() == 2


def test_goods_page_changes_minimum_and_rounding(cast):
    Item.objects.filter(pk=cast.offer.item_id).update(pack_size=12, pack_name="箱")
    facts = {"offer": cast.offer.pk, "price": "23.5", "minimum": "60", "rounding": "down", "surplus": "need"}
    cast.post("goods_change", facts, round=cast.round.pk)
    offer = Offer.objects.get(pk=cast.offer.pk)
    assert (offer.minimum, offer.rounding, offer.surplus, offer.price) == (60, "down", "need", Decimal("23.5"))
    page = cast.get("goods", round=cast.round.pk).content.decode()
    assert ("1箱12板" in page, "少买一件" in page) == (True, True)


def test_words_page_joins_what_is_chosen_and_says_how_many(cast):
    door = make.household(cast.compound, "3-101")
    order = make.order(cast.round, door, ("土鸡蛋", "2", "板"), ("老干妈", "1", "瓶"), by=cast.by)
    page = cast.get("words", round=cast.round.pk)
    assert [group["one"].goods for group in page.context["groups"]] == ["土鸡蛋", "老干妈"]
    said = {"groups": 2, "goods-0": "土鸡蛋", "unit-0": "板", "means-0": str(cast.offer.item_id)}
    done = cast.client.post(
        cast.url("words", round=cast.round.pk),
        said | {"goods-1": "老干妈", "unit-1": "瓶", "means-1": "leave"},
        follow=True,
    )
    assert [str(message) for message in done.context["messages"]] == ["记住 1 个叫法、合并 1 行"]
    rows = order.lines.order_by("position").values_list("goods", "said", "item")
    assert list(rows) == [("鸡蛋", "土鸡蛋", cast.offer.item_id), ("老干妈", "", None)]


@pytest.mark.parametrize(
    ("said", "error"),
    [({"other-0": "没有的"}, "这个保供点没有“没有的”。"), ({"means-0": "999999"}, "这样货品已经没有了，请刷新页面。")],
)
def test_words_page_told_something_that_is_no_good_says_so(cast, said, error):
    make.order(cast.round, make.household(cast.compound, "3-101"), ("土鸡蛋", "2", "板"), by=cast.by)
    said = {"groups": 1, "goods-0": "土鸡蛋", "unit-0": "板"} | said
    page = cast.post("words", said, round=cast.round.pk)
    assert (page.context["error"], GoodsWord.objects.count()) == (error, 0)


def test_word_is_forgotten_on_the_page_of_the_supply_point(cast):
    learn_words(round=cast.round, meanings=[Meaning("土鸡蛋", "板", cast.offer.item)], by=cast.by, at=ELEVEN)
    assert "土鸡蛋" in cast.get("supply_point").content.decode()
    cast.post("word_forget", {"word": GoodsWord.objects.get().pk})
    assert GoodsWord.objects.count() == 0


@pytest.fixture
def paste(cast):
    """A paste to review whose one line says 土鸡蛋, learned to be 鸡蛋."""
    make.household(cast.compound, "3-101")
    learn_words(round=cast.round, meanings=[Meaning("土鸡蛋", "板", cast.offer.item)], by=cast.by, at=ELEVEN)
    source = make.chain_source(cast.compound)
    return paste_chain(round=cast.round, source=source, text="#接龙\n买菜\n\n1. 3-101 土鸡蛋2板", by=cast.by, at=ELEVEN)


@pytest.mark.parametrize(
    ("noes", "expected"),
    [(0, ("鸡蛋", "土鸡蛋")), (1, ("土鸡蛋", "")), (2, ("鸡蛋", "土鸡蛋"))],
)
def test_review_says_what_a_word_means_and_takes_a_no(cast, paste, noes, expected):
    page = cast.client.get(reverse("orders:review", kwargs={"code": "xingfuli", "paste": paste.pk}))
    assert "“土鸡蛋”按鸡蛋算。" in page.content.decode()
    for _time in range(noes):
        cast.client.post(
            reverse("orders:review_decide", kwargs={"code": "xingfuli", "paste": paste.pk}), {"own": "0:0"}
        )
    cast.client.post(reverse("orders:review_confirm", kwargs={"code": "xingfuli", "paste": paste.pk}))
    assert OrderLine.objects.values_list("goods", "said").get() == expected


@pytest.mark.parametrize("own", ["0:9", "7:0", "x", ""])
def test_review_told_no_about_what_is_not_there_changes_nothing(cast, paste, own):
    before = paste.entries.get().items
    url = reverse("orders:review_decide", kwargs={"code": "xingfuli", "paste": paste.pk})
    assert cast.client.post(url, {"own": own}).status_code == 200
    assert paste.entries.get().items == before


def test_minimums_page_calls_off_and_keeps_the_reason(cast):
    Offer.objects.filter(pk=cast.offer.pk).update(minimum=60)
    order = make.order(cast.round, make.household(cast.compound, "3-101"), ("鸡蛋", "1", "板"), by=cast.by)
    order.lines.update(item=cast.offer.item)
    close_due_rounds(NOON)
    cast.clock(NOON)
    page = cast.get("round", round=cast.round.pk).content.decode()
    assert "鸡蛋：至少60板，只有1板。" in page
    done = cast.client.post(
        cast.url("minimums", round=cast.round.pk), {"offer": cast.offer.pk, "fate": "cancel"}, follow=True
    )
    assert [str(message) for message in done.context["messages"]] == ["鸡蛋：1 行不买了，原因已记下。请告诉大家。"]
    assert Order.objects.values_list("state", "end_reason").get() == ("cancelled", "没到起团量")


def test_minimums_page_shows_how_far_it_is_and_decides_nothing_before_the_cutoff(cast):
    Offer.objects.filter(pk=cast.offer.pk).update(minimum=60)
    page = cast.get("minimums", round=cast.round.pk)
    assert (page.context["can_decide"], [row.lacks for row in page.context["rows"]]) == (False, [60])
