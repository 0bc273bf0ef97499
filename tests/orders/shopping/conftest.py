"""A closed round at the shelves: 罗强 and 冯磊 shop, three doors want eggs, two cabbage, one pork."""

import datetime as dt
import uuid
from decimal import Decimal
from typing import Any

import pytest

from compound.access import standing_of
from compound.models import Role, User
from orders.events import phone_act, take_act
from orders.models import Item, Purchase, Round, RoundGood, Section
from orders.queries.shopping import GoodLine, lists_of
from orders.services.round_goods import list_goods
from tests import make
from tests.make import NOON

ONE = NOON + dt.timedelta(hours=1)


class Shop:
    def __init__(self) -> None:
        self.compound = make.compound()
        self.coordinator = make.member(self.compound)
        self.luo = make.member(self.compound, Role.SUPPLY)
        self.feng = make.member(self.compound, Role.VOLUNTEER)
        self.round = make.round(self.compound)
        eggs = make.offer(self.round, "鸡蛋", "板", section="蛋奶", price="23.50").item
        pork = make.offer(self.round, "五花肉", "斤", section="肉类").item
        Item.objects.filter(pk=pork.pk).update(is_weighed=True)
        Section.objects.filter(name="肉类").update(position=1)
        self.doors = [make.household(self.compound, room) for room in ("20-1702", "3-2-501", "3-2-502")]
        for door, quantity in zip(self.doors, ("5", "4", "3"), strict=True):
            order = make.order(self.round, door, ("鸡蛋", quantity, "板"), by=self.coordinator)
            order.lines.update(item=eggs)
        order = make.order(self.round, self.doors[0], ("白菜", "2", "颗"), ("五花肉", "2", "斤"), by=self.coordinator)
        order.lines.filter(goods="五花肉").update(item=pork)
        Round.objects.filter(pk=self.round.pk).update(state="closed", closed_at=NOON, state_at=NOON)
        self.round.refresh_from_db()
        list_goods(self.round)

    def good(self, name: str = "鸡蛋") -> RoundGood:
        return RoundGood.objects.get(round=self.round, goods=name)

    def line(self, name: str = "鸡蛋") -> GoodLine:
        [shopping_list] = lists_of([self.round])
        return next(line for line in shopping_list.lines if line.good.goods == name)

    def act(
        self,
        did: str,
        by: User | None = None,
        *,
        good: str = "鸡蛋",
        at: dt.datetime = ONE,
        id: uuid.UUID | None = None,
        **body: Any,
    ) -> dict[str, Any]:
        standing = standing_of(by or self.luo, "xingfuli")
        assert standing is not None
        act = phone_act(
            id=id or uuid.uuid4(),
            standing=standing,
            kind="purchase",
            at=at,
            clock_offset_ms=0,
            received_at=at + dt.timedelta(minutes=5),
            body={"good": str(self.good(good).pk), "did": did, **body},
        )
        return take_act(act)[0]

    def last(self) -> Purchase:
        return Purchase.objects.order_by("-at").first()  # type: ignore[return-value]


@pytest.fixture
def shop(db: None) -> Shop:
    return Shop()


def yuan(text: str) -> Decimal:
    return Decimal(text)
