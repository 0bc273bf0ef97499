"""Goods as somebody types them, one a line."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orders.goods_lines import parse_goods


@pytest.mark.parametrize(
    ("text", "name", "unit", "price", "cap"),
    [
        ("鸡蛋 板 23.5 限2", "鸡蛋", "板", "23.5", "2"),
        ("鸡蛋 23.5元/板 限购2板", "鸡蛋", "板", "23.5", "2"),
        ("１．鸡蛋　板　２３．５", "鸡蛋", "板", "23.5", None),
        ("牛奶，箱，¥58", "牛奶", "箱", "58", None),
        ("番茄 斤", "番茄", "斤", None, None),
        ("番茄", "番茄", "", None, None),
        ("eggs tray 23.5 max 2", "eggs", "tray", "23.5", "2"),
    ],
)
def test_parse_goods_when_written_like_this_reads(text, name, unit, price, cap):
    (row,) = parse_goods(text)
    as_decimal = [Decimal(x) if x else None for x in (price, cap)]
    assert (row.name, row.unit, row.price, row.cap, row.problem) == (name, unit, *as_decimal, "")


def test_parse_goods_when_a_section_stands_before_it_belongs_to_the_section():
    rows = parse_goods("盐 包\n【蔬菜】\n青菜 斤\n肉：\n五花肉 斤")
    assert [(row.name, row.section) for row in rows] == [("盐", ""), ("青菜", "蔬菜"), ("五花肉", "肉")]


@pytest.mark.parametrize("text", ["23.5", "鸡蛋 板 23.5 24", "鸡蛋 x9y", "鸡蛋 限0"])
def test_parse_goods_when_a_word_is_not_understood_names_it(text):
    (row,) = parse_goods(text)
    assert row.problem != ""


@given(st.text(max_size=300))
def test_parse_goods_never_raises_and_gives_at_most_one_row_a_line(text):
    assert len(parse_goods(text)) <= len(text.splitlines())
