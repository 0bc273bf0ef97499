"""What the services of orders say no to, by its stable code; each with a twin that goes through."""

import datetime as dt

import pytest

from compound.refusals import Refusal
from orders.goods_lines import parse_goods
from orders.models import ChainImport, Order
from orders.services import chains, goods, rounds
from orders.services.orders import Catalogue, Line, as_line, cancel_order, enter_order
from tests import make
from tests.make import ELEVEN, NOON, Decimal

pytestmark = pytest.mark.django_db

HOUR = dt.timedelta(hours=1)


def refused(code: str) -> "pytest.RaisesContext[Refusal]":
    return pytest.raises(Refusal, check=lambda refusal: refusal.code == code)


@pytest.fixture
def compound():
    return make.compound()


@pytest.fixture
def coordinator(compound):
    return make.member(compound)


@pytest.fixture
def door(compound):
    return make.household(compound, "20-1702")


@pytest.fixture
def round(compound):
    return make.round(compound)


def phone(round, door, by, *lines, at=ELEVEN):
    return enter_order(round=round, household=door, lines=lines, remark="", channel="phone", by=by, at=at)


# ── rounds ────────────────────────────────────────


def test_open_round_of_another_compounds_supply_point_is_refused(compound, coordinator):
    def open_round(point):
        return rounds.open_round(
            compound=compound,
            supply_point=point,
            title="加单",
            opens_at=ELEVEN,
            cutoff_at=NOON,
            by=coordinator,
            at=ELEVEN,
        )

    with refused("supply_point_elsewhere"):
        open_round(make.supply_point(make.compound("yangguang", "阳光")))
    assert open_round(make.supply_point(compound)).title == "加单"


def test_open_round_that_closes_before_it_opens_is_refused(compound, coordinator):
    def open_round(opens_at):
        return rounds.open_round(
            compound=compound,
            supply_point=make.supply_point(compound),
            title="加单",
            opens_at=opens_at,
            cutoff_at=NOON,
            by=coordinator,
            at=ELEVEN,
        )

    with refused("cutoff_before_opening"):
        open_round(NOON)
    assert open_round(NOON - HOUR).cutoff_at == NOON


def test_move_cutoff_before_the_opening_is_refused(compound, coordinator):
    round = make.round(compound, opens_at=NOON, cutoff_at=NOON + 6 * HOUR)
    with refused("cutoff_before_opening"):
        rounds.move_cutoff(round=round, cutoff_at=NOON, by=coordinator, at=ELEVEN)
    moved = rounds.move_cutoff(round=round, cutoff_at=NOON + HOUR, by=coordinator, at=ELEVEN)
    assert moved.cutoff_at == NOON + HOUR


# ── goods ─────────────────────────────────────────


def test_add_offers_without_a_line_is_refused(coordinator, round):
    with refused("no_goods"):
        goods.add_offers(round=round, goods=[], by=coordinator, at=ELEVEN)
    assert goods.add_offers(round=round, goods=parse_goods("鸡蛋 板"), by=coordinator, at=ELEVEN) == 1


def test_add_offers_with_a_word_that_is_not_understood_adds_none(coordinator, round):
    lines = parse_goods("鸡蛋 板 23.5\n牛奶 箱 9箱子")
    with refused("goods_unclear"):
        goods.add_offers(round=round, goods=lines, by=coordinator, at=ELEVEN)
    assert not round.offers.exists()
    assert goods.add_offers(round=round, goods=lines[:1], by=coordinator, at=ELEVEN) == 1


def test_goods_of_a_round_that_is_over_stay_as_they_were(coordinator, round):
    offer = make.offer(round)
    rounds.cancel_round(round=round, reason="超市停业", by=coordinator, at=ELEVEN)
    lines = parse_goods("牛奶 箱")
    for change in (
        lambda: goods.add_offers(round=round, goods=lines, by=coordinator, at=ELEVEN),
        lambda: goods.change_offer(offer=offer, price=Decimal(1), cap=None, by=coordinator, at=ELEVEN),
        lambda: goods.remove_offer(offer=offer, by=coordinator, at=ELEVEN),
    ):
        with refused("round_over"):
            change()
    assert [row.price for row in round.offers.all()] == [None]


def test_copy_offers_of_another_supply_point_is_refused(compound, coordinator, round):
    other = make.round(compound)
    other.supply_point = make.supply_point(compound, "仁心药房")
    other.save()
    with refused("supply_point_elsewhere"):
        goods.copy_offers(round=round, source=other, by=coordinator, at=ELEVEN)
    before = make.round(compound)
    make.offer(before)
    assert goods.copy_offers(round=round, source=before, by=coordinator, at=ELEVEN) == 1


def test_add_supply_point_of_a_known_name_is_refused(compound, coordinator):
    make.supply_point(compound, "仁心药房")
    with refused("supply_point_known"):
        goods.add_supply_point(compound=compound, name="仁心药房", kind="pharmacy", by=coordinator, at=ELEVEN)
    added = goods.add_supply_point(compound=compound, name="康民药房", kind="pharmacy", by=coordinator, at=ELEVEN)
    assert added.name == "康民药房"


# ── pastes ────────────────────────────────────────


def test_paste_longer_than_any_chat_is_refused(compound, coordinator, round):
    source = make.chain_source(compound)
    text = "#接龙\n1. 20-1702 鸡蛋2板\n"
    most = text + "a" * (chains.MOST_CHARACTERS - len(text))
    with refused("text_long"):
        chains.paste_chain(round=round, source=source, text=most + "a", by=coordinator, at=ELEVEN)
    assert not ChainImport.objects.exists()
    assert chains.paste_chain(round=round, source=source, text=most, by=coordinator, at=ELEVEN).text == most


# ── orders ────────────────────────────────────────


def test_enter_order_without_a_line_is_refused(coordinator, door, round):
    with refused("no_lines"):
        phone(round, door, coordinator)
    assert phone(round, door, coordinator, Line("鸡蛋", Decimal(1))).state == "placed"


def test_enter_order_counts_the_households_other_orders_towards_the_cap(compound, coordinator, door, round):
    make.offer(round, "鸡蛋", "板", cap="2")
    make.offer(round, "牛奶", "箱")
    first = phone(round, door, coordinator, Line("鸡蛋", Decimal(2), "板"))
    with pytest.raises(Refusal) as refusal:
        phone(round, door, coordinator, Line("鸡蛋", Decimal(2), "板"))
    assert (refusal.value.code, refusal.value.params) == (
        "over_cap",
        {"goods": "鸡蛋", "cap": "2", "ordered": "2"},
    )
    assert refusal.value.message == "鸡蛋每户限2板，这一户已经订了2板：请少写一些，或先取消原来的订单。"
    # Other goods, another household, and the same one once the first order is cancelled.
    phone(round, door, coordinator, Line("牛奶", Decimal(9), "箱"))
    phone(round, make.household(compound, "20-1703"), coordinator, Line("鸡蛋", Decimal(2), "板"))
    cancel_order(order=first, reason="", by=coordinator, at=ELEVEN)
    assert phone(round, door, coordinator, Line("鸡蛋", Decimal(2), "板")).state == "placed"


def test_enter_order_that_comes_late_counts_alone_since_it_is_for_the_next_round(coordinator, door, round):
    make.offer(round, "鸡蛋", "板", cap="2")
    phone(round, door, coordinator, Line("鸡蛋", Decimal(2), "板"))
    assert phone(round, door, coordinator, Line("鸡蛋", Decimal(2), "板"), at=NOON).state == Order.State.LATE


def test_catalogue_with_a_good_in_two_units_prefers_the_one_that_was_meant(coordinator, door, round):
    tray, piece = make.offer(round, "鸡蛋", "板", cap="2"), make.offer(round, "鸡蛋", "个", cap="30")
    catalogue = Catalogue(round)
    found = [catalogue.offer_for("鸡蛋", unit) for unit in ("板", "个", "盒", "")]
    assert [*found, catalogue.offer_for("鸡蛋")] == [tray, piece, tray, tray, tray]
    order = phone(round, door, coordinator, Line("鸡蛋", Decimal(20), "个"), Line("鸡蛋", Decimal(1), "板"))
    assert [line.item for line in order.lines.all()] == [piece.item, tray.item]


@pytest.mark.parametrize(
    ("quantity", "kept"),
    [
        ("0.0004", None),
        ("0.0005", None),
        ("0.001", Decimal("0.001")),
        ("999999.999", Decimal("999999.999")),
        ("999999.9999", None),
        ("1000000", None),
        ("1e40", None),
        (None, None),
    ],
)
def test_as_line_keeps_what_the_column_can_hold_and_nothing_else(quantity, kept):
    line = as_line({"goods": "鸡蛋", "quantity": quantity, "unit": "板"})
    assert (line and line.ordered) == kept
