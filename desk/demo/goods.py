"""What the demo's shop sells and what a household puts into its basket. Pure and seeded."""

import random
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

SHOP, PHARMACY = "惠民超市", "康宁大药房"


@dataclass(frozen=True)
class Good:
    """`price` None: only the till knows it. `usual` are the quantities that people ask for."""

    section: str
    name: str
    unit: str
    price: str | None
    usual: tuple[str, ...] = ("1", "1", "2")
    cap: str | None = None
    aliases: tuple[str, ...] = ()


GOODS: Final = (
    Good("蔬菜", "青菜", "斤", "3.50", ("1", "2", "2", "3"), aliases=("小青菜", "上海青")),
    Good("蔬菜", "番茄", "斤", "4.80", ("1", "2", "3"), aliases=("西红柿",)),
    Good("蔬菜", "土豆", "斤", "2.60", ("2", "3", "5"), aliases=("洋芋", "马铃薯")),
    Good("蔬菜", "黄瓜", "斤", "4.20", ("1", "2"), aliases=("青瓜",)),
    Good("蔬菜", "大白菜", "棵", None, ("1", "1", "2"), cap="2", aliases=("白菜",)),
    Good("蔬菜", "胡萝卜", "斤", "3.00", ("1", "2")),
    Good("蔬菜", "生姜", "斤", "9.80", ("0.5", "0.5", "1"), aliases=("姜",)),
    Good("蔬菜", "大葱", "把", "5.00", ("1",), aliases=("葱",)),
    Good("水果", "苹果", "斤", "6.80", ("2", "3", "5")),
    Good("水果", "香蕉", "斤", "5.50", ("2", "3")),
    Good("水果", "西瓜", "个", None, ("1",)),
    Good("肉禽蛋", "鸡蛋", "板", "26.80", ("1", "1", "2"), cap="2", aliases=("草鸡蛋",)),
    Good("肉禽蛋", "五花肉", "斤", "18.90", ("1", "2"), aliases=("猪五花",)),
    Good("肉禽蛋", "鸡腿", "盒", "15.90", ("1", "2")),
    Good("肉禽蛋", "鲫鱼", "条", None, ("1", "2")),
    Good("粮油", "大米", "袋", "45.00", ("1",), aliases=("东北大米",)),
    Good("粮油", "挂面", "把", "5.90", ("1", "2", "3"), aliases=("面条",)),
    Good("粮油", "菜籽油", "桶", "69.90", ("1",), cap="1", aliases=("食用油",)),
    Good("粮油", "盐", "包", "2.50", ("1", "2"), aliases=("食盐",)),
    Good("粮油", "酱油", "瓶", "9.90", ("1",), aliases=("生抽",)),
    Good("奶品", "纯牛奶", "箱", "52.00", ("1", "1", "2"), cap="2", aliases=("牛奶",)),
    Good("奶品", "酸奶", "提", "16.80", ("1", "2")),
    Good("奶品", "馒头", "袋", "6.00", ("1", "2", "3")),
    Good("日用", "卷纸", "提", "21.90", ("1",), aliases=("卫生纸",)),
    Good("日用", "洗洁精", "瓶", "8.90", ("1",)),
    Good("日用", "84消毒液", "瓶", "6.50", ("1", "2"), aliases=("消毒液",)),
    Good("日用", "纸尿裤L码", "包", None, ("1",), aliases=("尿不湿L码",)),
)
# Ordered now and then, and on no shelf of the list.
OTHER_GOODS: Final = (
    ("老干妈", "瓶"),
    ("猫粮", "袋"),
    ("5号电池", "板"),
    ("豆腐", "盒"),
    ("榨菜", "包"),
    ("绿豆", "斤"),
    ("垃圾袋", "卷"),
)
REMARKS: Final = (
    "放门口就行，不用敲门",
    "家里老人耳朵不好，请多敲几下",
    "鸡蛋轻放，谢谢",
    "青菜要嫩一点的",
    "电话联系后再送",
    "没有的话不用换",
)


@dataclass(frozen=True)
class Wish:
    """One line of a basket. `good` None where it is on no shelf."""

    good: Good | None
    name: str
    quantity: Decimal
    unit: str

    @property
    def words(self) -> str:
        """As people write it: 鸡蛋2板, 生姜半斤."""
        amount = "半" if self.quantity == Decimal("0.5") else f"{self.quantity.normalize():f}"
        return f"{self.name}{amount}{self.unit}"


def basket(rng: random.Random, sizes: tuple[int, ...] = (1, 2, 3, 3, 4, 4, 5, 6, 8)) -> list[Wish]:
    """One to eight different goods in usual quantities."""
    chosen = rng.sample(GOODS, rng.choice(sizes))
    wishes = [Wish(good, good.name, Decimal(rng.choice(good.usual)), good.unit) for good in chosen]
    if rng.random() < 0.08:
        name, unit = rng.choice(OTHER_GOODS)
        wishes.append(Wish(None, name, Decimal(1), unit))
    return wishes


def remark(rng: random.Random) -> str:
    return rng.choice(REMARKS) if rng.random() < 0.07 else ""
