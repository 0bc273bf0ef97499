"""Lines as people of sixty write and dictate them: what is read, and what must not be taken silently."""

import pytest

from orders.jielong import parse_chain
from orders.quantities import plain


def entry(text, title="团购"):
    (found,) = parse_chain(f"#接龙\n{title}\n1. {text}").entries
    items = [(i.goods, None if i.quantity is None else plain(i.quantity), i.unit) for i in found.items]
    return found.room, found.name, items, found.status, [w.partition(":")[0] for w in found.warnings]


@pytest.mark.parametrize(
    ("text", "room"),
    [
        ("5栋六楼604 3罐", "5-604"),
        ("5栋6楼604 3罐", "5-604"),
        ("15-1-903桶装水三桶", "15-1-903"),
        ("12-903桶装水三桶", "12-903"),
        ("3栋501袋装奶2份", "3-501"),
        ("3-501-2份", "3-501"),
    ],
)
def test_room_with_its_floor_or_with_goods_right_behind_it(text, room):
    assert entry(text)[0] == room


@pytest.mark.parametrize("text", ["王姐 3-5斤", "王姐 2-500克盐1袋"])
def test_numbers_that_are_quantities_are_no_rooms(text):
    assert entry(text)[0] is None


@pytest.mark.parametrize(
    ("text", "name", "items"),
    [
        ("5-1102 老张要三板", "老张", [("", "3", "板")]),
        ("5-1102陈师傅要一份青菜包一份肉包", "陈师傅", [("青菜包", "1", "份"), ("肉包", "1", "份")]),
        ("5-1102 孙奶奶一个人在家 要馒头5个", "孙奶奶", [("馒头", "5", "个")]),
        ("5-1102 要青菜2斤", "", [("青菜", "2", "斤")]),
    ],
)
def test_who_wants_it_is_a_name_and_no_good(text, name, items):
    assert entry(text)[1:4] == (name, items, "order")


@pytest.mark.parametrize(
    ("text", "items"),
    [
        ("7-1104 西瓜1/2个", [("西瓜", "0.5", "个")]),
        ("7-1104 ,1/2个", [("", "0.5", "个")]),
        ("8-701 老母鸡1只约3斤", [("老母鸡", "1", "只")]),
    ],
)
def test_half_of_one_and_about_how_heavy_it_is(text, items):
    assert entry(text)[2:] == (items, "order", [])


@pytest.mark.parametrize(
    "text", ["3-601 两板还是一板都行", "3-604 一板，有的话两板", "3-605 2板或1板", "3-606 鸡蛋1板，牛奶再说"]
)
def test_line_that_leaves_open_what_is_wanted_goes_to_review(text):
    assert "unsure" in entry(text)[4]


def test_counting_word_that_a_telephone_heard_wrong_goes_to_review():
    assert entry("8-502 苹果2金")[2:] == ([("苹果", "2", "金")], "order", ["odd_unit"])


def test_arrow_between_two_quantities_is_a_change():
    room, _name, items, status, warnings = entry("8-203 榨菜 2包→3包")
    assert (room, items, status, warnings) == ("8-203", [("榨菜", "3", "包")], "change", ["changed"])


@pytest.mark.parametrize("text", ["7-301 给父母4-502送2份", "8-601帮8-602带苹果两斤"])
def test_order_for_another_door_goes_to_review(text):
    assert entry(text)[4] == ["room_conflict"]


def test_two_quantities_of_nothing_that_is_named_go_to_review():
    assert entry("12-301 2板16个")[4] == ["two_quantities"]


def test_good_that_is_changed_for_another_is_a_change_and_no_cancelled_order():
    assert entry("11-1203 奶粉不要了，换成麦片1袋")[2:4] == ([("麦片", "1", "袋")], "change")


def test_chain_without_title_and_with_bare_numbers_has_its_entries():
    found = parse_chain("接龙\n1 商务楼301 三份\n2 商务楼302 2份")
    assert [(e.number, e.room) for e in found.entries] == [(1, "商务楼-301"), (2, "商务楼-302")]


def test_two_lines_run_together_go_to_review():
    found = parse_chain("#接龙\n1.6-301 2份 2.6-302 1份\n3.6-303 1份").entries[0]
    assert "room_conflict" in [w.partition(":")[0] for w in found.warnings]
