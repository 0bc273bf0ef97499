"""Packs, hours, likeness, goods lines: arithmetic and words without a database."""

import datetime as dt
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orders.alike import Candidate, alike
from orders.goods_lines import parse_goods
from orders.hours import is_open
from orders.models import Offer
from orders.packs import ToBuy, to_buy

R = Offer.Rounding
quantities = st.decimals(0, 100_000, places=3)
sizes = st.decimals(Decimal("0.001"), 9_999, places=3)


@pytest.mark.parametrize(
    ("needed", "rounding", "packs", "quantity", "surplus"),
    [
        ("45", R.UP, 4, "48", "3"),
        ("45", R.DOWN, 3, "36", "-9"),
        ("45", R.NEAREST, 4, "48", "3"),
        ("42", R.NEAREST, 4, "48", "6"),
        ("41.9", R.NEAREST, 3, "36", "-5.9"),
        ("48", R.UP, 4, "48", "0"),
        ("48", R.DOWN, 4, "48", "0"),
        ("5", R.DOWN, 0, "0", "-5"),
        ("0", R.UP, 0, "0", "0"),
    ],
)
def test_to_buy_in_twelves_rounds_as_it_was_said(needed, rounding, packs, quantity, surplus):
    assert to_buy(Decimal(needed), Decimal(12), rounding) == ToBuy(packs, Decimal(quantity), Decimal(surplus))


def test_to_buy_without_packs_is_what_is_needed():
    assert to_buy(Decimal("2.5"), None) == ToBuy(None, Decimal("2.5"), Decimal(0))


@given(needed=quantities, size=sizes, rounding=st.sampled_from(R.values))
def test_to_buy_whole_packs_add_up_and_differ_by_less_than_one(needed, size, rounding):
    packs, quantity, surplus = to_buy(needed, size, rounding)
    assert quantity == packs * size
    assert quantity - needed == surplus
    assert abs(surplus) < size


@given(needed=quantities, size=sizes)
def test_to_buy_up_never_leaves_somebody_short_and_down_nothing_over(needed, size):
    assert to_buy(needed, size, R.UP).short == 0
    assert to_buy(needed, size, R.DOWN).over == 0
    nearest = to_buy(needed, size, R.NEAREST)
    assert abs(nearest.surplus) * 2 <= size


SEVEN, NINE_PM, TWO_AM, SIX_AM = dt.time(7), dt.time(21), dt.time(2), dt.time(6)


@pytest.mark.parametrize(
    ("opens", "closes", "at", "expected"),
    [
        (SEVEN, NINE_PM, dt.time(7), True),
        (SEVEN, NINE_PM, dt.time(6, 59), False),
        (SEVEN, NINE_PM, dt.time(21), False),
        (NINE_PM, SIX_AM, dt.time(23, 30), True),
        (NINE_PM, SIX_AM, dt.time(5, 59), True),
        (NINE_PM, SIX_AM, dt.time(6), False),
        (NINE_PM, SIX_AM, dt.time(12), False),
        (TWO_AM, TWO_AM, dt.time(12), True),
        (None, None, dt.time(12), None),
    ],
)
def test_is_open_by_the_hours(opens, closes, at, expected):
    assert is_open(opens, closes, at) is expected


SHELF = [
    Candidate(1, ("白菜",), "颗"),
    Candidate(2, ("番茄", "西红柿"), "斤"),
    Candidate(3, ("鸡蛋",), "板"),
    Candidate(4, ("鸡腿",), "盒"),
    Candidate(5, ("香蕉",), "斤"),
    Candidate(6, ("白酒",), "瓶"),
]


@pytest.mark.parametrize(
    ("goods", "unit", "first"),
    [
        ("大白菜", "颗", 1),
        ("白菜（要嫩的）", "", 1),
        ("土鸡蛋", "板", 3),
        ("鸡大腿", "盒", 4),
        ("香蕉（熟点）", "斤", 5),
        ("小西红柿", "斤", 2),
    ],
)
def test_alike_puts_the_good_that_is_meant_first(goods, unit, first):
    assert alike(goods, unit, SHELF)[0][0] == first


def test_alike_of_the_very_name_is_sure():
    assert alike("鸡蛋", "个", SHELF)[0] == (3, 1.0)


def test_alike_of_something_else_altogether_suggests_nothing():
    assert alike("5号电池", "板", SHELF) == []


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("猪肉 斤 10元 满600 限3", ("猪肉", "斤", Decimal(600), None, "", False)),
        ("猪肉 10元/斤 600斤起", ("猪肉", "斤", Decimal(600), None, "", False)),
        ("矿泉水 2元/瓶 24瓶/箱", ("矿泉水", "瓶", None, Decimal(24), "箱", False)),
        ("鲫鱼 斤 称重", ("鲫鱼", "斤", None, None, "", True)),
        ("pork kg 10 min 600 weighed", ("pork", "kg", Decimal(600), None, "", True)),
    ],
)
def test_goods_line_says_minimum_pack_and_weighed(text, expected):
    (line,) = parse_goods(text)
    assert line.problem == ""
    assert (line.name, line.unit, line.minimum, line.pack_size, line.pack_name, line.is_weighed) == expected


@pytest.mark.parametrize("text", ["苹果 3元起", "苹果 斤 满0", "水 瓶 0瓶/箱", "苹果 5元 6元/斤"])
def test_goods_line_that_says_none_of_it_is_asked_about(text):
    (line,) = parse_goods(text)
    assert line.problem
    assert (line.minimum, line.pack_size) == (None, None)
