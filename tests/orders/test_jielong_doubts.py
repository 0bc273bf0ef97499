"""What neighbours write beside their order: read right or asked about, never taken silently for something else."""

import pytest

from orders.jielong import parse_chain
from orders.quantities import plain


def entry(text, title="团购"):
    (found,) = parse_chain(f"#接龙\n{title}\n1. {text}").entries
    items = [(i.goods, None if i.quantity is None else plain(i.quantity), i.unit) for i in found.items]
    return found.room, found.name, items, found.status, [w.partition(":")[0] for w in found.warnings]


@pytest.mark.parametrize(
    ("text", "items"),
    [
        ("8-1003 小葱半斤 姜俩块", [("小葱", "0.5", "斤"), ("姜", "2", "块")]),
        ("8-1003 吐司俩", [("吐司", "2", "")]),
        ("8-1003 苹果5斤，火龙果仨", [("苹果", "5", "斤"), ("火龙果", "3", "")]),
        ("8-1003 五花肉叁斤伍两", [("五花肉", "3.5", "斤")]),
        ("8-1003 大米2袋（39.9×2=79.8）", [("大米", "2", "袋")]),
        ("8-1003 大米2袋 39.9×2=79.8", [("大米", "2", "袋")]),
        ("8-1003 草莓2盒 已付129.9", [("草莓", "2", "盒")]),
        ("8-1003 草莓2盒 共58元", [("草莓", "2", "盒")]),
        ("8-1003 我自己要鸡蛋2板", [("鸡蛋", "2", "板")]),
        ("8-1003 麦片1袋 牛奶1箱（昨天送来的是坏的）", [("麦片", "1", "袋"), ("牛奶", "1", "箱")]),
    ],
)
def test_pairs_formal_weights_and_money_are_read(text, items):
    assert entry(text) == ("8-1003", "", items, "order", [])


@pytest.mark.parametrize("people", ["爷俩", "哥俩", "娘俩", "爷孙俩", "姐妹俩", "父子俩", "小鱼儿俩"])
def test_two_people_are_no_good(people):
    assert entry(f"3-501 {people} 苹果2斤")[2] == [("苹果", "2", "斤")]


@pytest.mark.parametrize("good", ["全麦欧包", "吐司", "包子", "姜"])
def test_pair_of_a_known_good_is_two_of_it(good):
    (found,) = parse_chain(f"#接龙\n团购\n1. 8-1003 {good}俩", offered=["全麦欧包"]).entries
    assert [(item.goods, item.quantity) for item in found.items] == [(good, 2)]


@pytest.mark.parametrize(
    ("text", "items"),
    [
        ("五花肉 共2.5斤", [("五花肉", "2.5", "斤")]),
        ("排骨一共3.5斤", [("排骨", "3.5", "斤")]),
        ("五花肉共2.50斤 鸡蛋1板", [("五花肉", "2.5", "斤"), ("鸡蛋", "1", "板")]),
        ("排骨 总共 1.5kg", [("排骨", "1.5", "kg")]),
        ("苹果2箱 付30块", [("苹果", "2", "箱")]),
        ("苹果2箱 已付30块了", [("苹果", "2", "箱")]),
        ("苹果2箱 已付129元 米10斤", [("苹果", "2", "箱"), ("米", "10", "斤")]),
        ("苹果2箱 共79.8块钱", [("苹果", "2", "箱")]),
    ],
)
def test_sum_of_goods_is_no_money(text, items):
    assert entry(f"3-501 {text}")[2] == items


@pytest.mark.parametrize(
    ("text", "amount", "code"),
    [
        ("鸡蛋 2*3=6板", ("3", ""), "two_quantities"),
        ("豆腐 付2块豆腐", ("2", "块"), "no_quantity"),
        ("苹果2箱 付3块豆腐", ("3", "块"), "no_quantity"),
    ],
)
def test_what_may_be_money_or_goods_is_asked_about(text, amount, code):
    found = entry(f"3-501 {text}")
    assert amount in [item[1:] for item in found[2]]
    assert code in found[4]


def test_people_who_are_two_are_no_quantity():
    assert entry("8-1003 我们俩 鸡蛋2板")[2] == [("鸡蛋", "2", "板")]


@pytest.mark.parametrize(
    ("text", "codes"),
    [
        ("8-1003 西红柿三斤多一点 黄瓜5根", ["unsure"]),
        ("8-1003 西红柿3斤左右", ["unsure"]),
        ("8-1003 都来一份", ["unsure"]),
        ("8-1003 鸡蛋2板 还能加吗？", ["note_guessed", "unsure"]),
        ("8-1003 油2桶 不要米了", ["unsure"]),
        ("8-1003 豆腐3快 豆芽1斤", ["odd_unit"]),
        ("8-1003 油1捅", ["odd_unit"]),
        ("8-1003 鸡蛋2板 上次少给我一板", ["odd_goods", "unsure"]),
        ("8-1003 鸡蛋2板 现在3板", ["odd_goods"]),
        ("8-1003 布洛芬一盒或者感冒灵一盒", ["odd_goods"]),
        ("8-1003 贝果4个 原味的2个", ["odd_goods"]),
        ("8-1003 橙子8块的来3斤", ["odd_goods"]),
        ("8-1003 韭菜1把、韭菜1把", ["two_quantities"]),
        ("8-1003 白菜一两棵", ["range"]),
        ("8-1003 草莓2盒（一盒给对门1101）", ["room_conflict"]),
        ("8-1003 草莓2盒 给隔壁也带一盒", ["room_conflict"]),
        ("8-1003 米10斤 降压药没了", ["note_guessed"]),
        ("8-1003 昨天那个取消", ["earlier_order"]),
        ("8-1003 上次的不要了", ["earlier_order"]),
    ],
)
def test_what_is_left_open_is_asked_about(text, codes):
    found = entry(text)
    assert found[0] == "8-1003"
    assert [code for code in found[4] if code in codes] == codes


@pytest.mark.parametrize(
    "text",
    [
        "8-1003 西红柿三斤 黄瓜5根",
        "8-1003 黄鱼2条1斤左右的",
        "8-1003 油麦菜一把，没有的话换生菜",
        "8-1003 帮宝适2包",
        "8-1003 倍他乐克47.5mg 2盒",
        "8-1003 豆腐3块 豆芽1斤",
        "8-1003 取消",
    ],
)
def test_what_is_said_plainly_is_not_asked_about(text):
    assert set(entry(text)[4]) <= {"no_items"}
