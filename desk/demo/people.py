"""Invented households: names, head counts, telephone numbers, what they need others to know. Pure and seeded."""

import random
from dataclasses import dataclass
from typing import Final

from compound.models import Household

# The twelve commonest come first and are drawn more often; compound surnames and rare ones at the end.
COMMON_SURNAMES: Final = "王李张刘陈杨黄赵吴周徐孙"
SURNAMES: Final = (
    *"马朱胡郭何高林罗郑梁谢宋唐许韩冯邓曹彭曾肖田董袁潘于蒋蔡余杜叶程苏魏吕丁任沈姚卢姜崔钟谭陆汪范金石廖贾夏韦付方",
    *"白邹孟熊秦邱江尹薛闫段雷侯龙史陶黎贺顾毛郝龚邵万钱严覃武戴莫孔向汤",
    "欧阳",
    "上官",
    "司徒",
)
GIVEN: Final = (
    *"伟芳娜敏静丽强磊洋艳勇军杰娟涛明超秀霞平刚桂英华玉兰凤琴建国梅红宁波鑫宇浩轩子涵欣怡梓雨晨佳慧颖婷雪倩",
    # Names that a small font would print as empty boxes.
    *"喆旻堃玥煊翀祎昕曦茜",
)
# Seven digits that no operator has given out, then four of our own; the cast has the first hundred of 1300000.
PHONE_PREFIXES: Final = ("1300000", "1500000", "1700000", "1800000")
FIRST_PHONE: Final = 100

# How many live behind a door, before the sum is put right: (heads, weight).
HEADS: Final = ((1, 9), (2, 17), (3, 30), (4, 24), (5, 13), (6, 7))
MOST_HEADS: Final = 9
# Share of occupied households with a tag. Lone elders come out of those who live alone.
TAG_SHARES: Final = {
    "medical_family": 0.025,
    "hardship": 0.03,
    "left_behind_child": 0.006,
    "infant": 0.04,
    "pregnant": 0.012,
    "chronic_illness": 0.075,
    "cannot_cook": 0.02,
    "reduced_mobility": 0.022,
}
LONE_ELDER_SHARE: Final = 0.45
RETURNEE_SHARE: Final = 0.012
YELLOW_SHARE: Final = 0.12  # of the empty flats

_PLACES: Final = ("上海", "成都", "三亚", "西宁", "拉萨", "深圳", "乌鲁木齐")


@dataclass(frozen=True)
class Resident:
    name: str
    phone: str = ""


@dataclass(frozen=True)
class Family:
    """Who lives behind one door; nobody in an empty flat. The first resident is the contact."""

    residents: tuple[Resident, ...] = ()
    tags: tuple[str, ...] = ()
    card: str = Household.Card.RED
    card_reason: str = ""
    # Where somebody has come back from.
    back_from: str = ""

    @property
    def head_count(self) -> int:
        return len(self.residents)


def head_counts(count: int, total: int, rng: random.Random) -> list[int]:
    """`count` households of 1 to 9 people who are `total` together (as near to it as 1 to 9 allows)."""
    sizes, weights = zip(*HEADS, strict=True)
    heads = rng.choices(sizes, weights, k=count)
    total = max(count, min(count * MOST_HEADS, total)) if count else 0
    missing = total - sum(heads)
    step = 1 if missing > 0 else -1
    while missing:
        place = rng.randrange(count)
        if 1 <= heads[place] + step <= MOST_HEADS:
            heads[place] += step
            missing -= step
    return heads


class Families:
    """Makes one family after the other. No telephone number comes twice."""

    def __init__(self, rng: random.Random) -> None:
        self.rng = rng
        numbers = [(prefix, number) for prefix in PHONE_PREFIXES for number in range(FIRST_PHONE, 10_000)]
        rng.shuffle(numbers)
        self._phones = iter(numbers)

    def phone(self) -> str:
        """A number for the contact; '' in the rare case that all 39,600 are given out."""
        prefix, number = next(self._phones, ("", 0))
        return f"{prefix}{number:04d}" if prefix else ""

    def surname(self) -> str:
        surname: str = self.rng.choice(COMMON_SURNAMES if self.rng.random() < 0.45 else SURNAMES)
        return surname

    def name(self, surname: str = "") -> str:
        given: str = self.rng.choice(GIVEN) + (self.rng.choice(GIVEN) if self.rng.random() < 0.6 else "")
        return (surname or self.surname()) + given

    def family(self, heads: int, *, plain: bool = False) -> Family:
        """A family of `heads`; `plain` is one that nothing keeps at home: no returnee, a red card."""
        rng = self.rng
        surname = self.surname()
        residents = [Resident(self.name(surname), self.phone())]
        for place in range(1, heads):
            shares_name = place > 1 or rng.random() < 0.15
            phone = self.phone() if rng.random() < 0.2 else ""
            residents.append(Resident(self.name(surname if shares_name else ""), phone))
        tags = [tag for tag, share in TAG_SHARES.items() if rng.random() < share]
        if heads == 1:
            tags = [tag for tag in tags if tag not in ("left_behind_child", "infant")]
            if rng.random() < LONE_ELDER_SHARE:
                tags.append("lone_elder")
        if rng.random() < RETURNEE_SHARE and not plain:
            return Family(tuple(residents), tuple(tags), Household.Card.PINK, "", rng.choice(_PLACES))
        return Family(tuple(residents), tuple(tags))

    def empty(self) -> Family:
        if self.rng.random() < YELLOW_SHARE:
            return Family(card=Household.Card.YELLOW, card_reason="三次上门无人，请户主致电物业")
        return Family()
