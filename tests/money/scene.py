"""A round on its way to three doors: eggs, weighed pork, and spinach that came short, with pak choi for one door."""

import datetime as dt
import uuid
from decimal import Decimal

from compound.models import Household, Role
from money.models import Account, Entry, Posting
from money.queries.rounds import facts_of
from orders.models import Allotment, Item, OrderLine, PhoneEvent, Purchase, Receipt, Round, RoundGood, Sharing
from orders.services.delivery import mark_door
from orders.services.receipts import enter_receipt
from orders.services.round_goods import list_goods
from orders.services.rounds import advance_round
from tests import make
from tests.make import NOON

HOUR = dt.timedelta(hours=1)
AFTER = NOON + 4 * HOUR
ROOMS = ("3-101", "3-102", "20-1702")


class Scene:
    """罗强 has paid 41.00 for 2 board of eggs and 2.3 jin of pork, 冯磊 7.00 for a jin of spinach and one of pak choi.

    3-101 has ordered eggs, 3-102 eggs and spinach, 20-1702 pork and spinach, for which it gets pak choi.
    """

    def __init__(self) -> None:
        self.compound = make.compound()
        self.chief = make.member(self.compound)
        self.luo = make.member(self.compound, Role.SUPPLY)
        self.feng = make.member(self.compound, Role.VOLUNTEER)
        self.round = make.round(self.compound)
        items = {
            name: make.offer(self.round, name, unit, price=price).item
            for name, unit, price in (("鸡蛋", "板", "12.00"), ("猪肉", "斤", None), ("菠菜", "斤", "5.00"))
        }
        Item.objects.filter(pk=items["猪肉"].pk).update(is_weighed=True)
        self.doors = {room: make.household(self.compound, room) for room in ROOMS}
        orders = {"3-101": (EGGS,), "3-102": (EGGS, GREENS), "20-1702": (PORK, GREENS)}
        for room, goods in orders.items():
            made = make.order(self.round, self.doors[room], *goods, by=self.chief)
            for line in made.lines.all():
                OrderLine.objects.filter(pk=line.pk).update(item=items[line.goods])
        Round.objects.filter(pk=self.round.pk).update(state="delivering", closed_at=NOON, state_at=NOON)
        self.round.refresh_from_db()
        list_goods(self.round)
        self.bought = {
            "鸡蛋": self.buy("鸡蛋", "2", "25.00"),
            "猪肉": self.buy("猪肉", "2.3", "16.00"),
            "菠菜": self.buy("菠菜", "1", "4.00"),
            "小白菜": self.buy("菠菜", "1", "3.00", instead="小白菜"),
        }
        self.share("", {"3-102": "1", "20-1702": "0"})
        self.share("小白菜", {"20-1702": "1"})

    def buy(self, goods: str, quantity: str, amount: str | None, *, instead: str = "") -> Purchase:
        good, at = RoundGood.objects.get(round=self.round, goods=goods), NOON + HOUR
        event = PhoneEvent.objects.create(
            id=uuid.uuid4(), compound=self.compound, kind="purchase", by=self.luo, at=at, received_at=at
        )
        return Purchase.objects.create(
            event=event,
            good=good,
            kind="substitute" if instead else "bought",
            instead=instead,
            quantity=Decimal(quantity),
            amount=None if amount is None else Decimal(amount),
            by=self.luo,
            at=at,
        )

    def share(self, instead: str, shares: dict[str, str]) -> None:
        """As it stands in the tables once a sharing out is in force."""
        good = RoundGood.objects.get(round=self.round, goods="菠菜")
        made = Sharing.objects.create(
            good=good, instead=instead, arrived=1, rule={}, claims={}, seed="1", result_sha256="0",
            made_at=NOON, made_by=self.chief, applied_at=NOON, applied_by=self.chief,
        )  # fmt: skip
        for place, (room, much) in enumerate(shares.items()):
            line = self.line(room, "菠菜")
            Allotment.objects.create(sharing=made, line=line, quantity=Decimal(much), code="all", position=place)
            values = {"allocated_instead" if instead else "allocated": Decimal(much)}
            OrderLine.objects.filter(pk=line.pk).update(**values)

    def line(self, room: str, goods: str) -> OrderLine:
        return OrderLine.objects.get(order__round=self.round, order__household__room=room, goods=goods)

    def receipt(self, *goods: str, total: str, paid_by: object = None, id: uuid.UUID | None = None) -> Receipt:
        return enter_receipt(
            id=id or uuid.uuid4(),
            round=self.round,
            paid_by=paid_by or self.luo,  # type: ignore[arg-type]
            total=Decimal(total),
            paid_at=NOON + HOUR,
            purchases=[self.bought[name].pk for name in goods],
            photo=None,
            note="",
            by=self.luo,
            at=NOON + 2 * HOUR,
        )

    def receipts(self) -> None:
        self.receipt("鸡蛋", "猪肉", total="41.00")
        self.receipt("菠菜", "小白菜", total="7.00", paid_by=self.feng)

    def mark(self, room: str, outcome: str, *goods: str, at: dt.datetime = NOON + 3 * HOUR) -> None:
        only = [self.line(room, name).pk for name in goods]
        mark_door(
            round=self.round, household=self.doors[room], outcome=outcome, by=self.chief, at=at, only=only
        )  # fmt: skip

    def weigh(self, room: str, goods: str, quantity: str) -> None:
        values = {"packed": Decimal(quantity), "packed_at": NOON, "packed_by": self.luo}
        OrderLine.objects.filter(pk=self.line(room, goods).pk).update(**values)

    def settle(self) -> None:
        advance_round(round=self.round, to="settled", by=self.chief, at=AFTER)
        self.round.refresh_from_db()

    def owes(self) -> dict[str, str]:
        """By room, as far as anything was ever posted."""
        rows = Account.objects.filter(kind="household").order_by("household__sort_key")
        return {account.household.room: str(self.balance(account)) for account in rows if account.household}

    def owed(self, person: object) -> str:
        return str(-self.balance(Account.objects.get(kind="volunteer", user=person)))

    def balance(self, account: Account) -> Decimal:
        return sum((row.amount for row in Posting.objects.filter(account=account)), Decimal("0.00"))

    def left(self) -> str:
        """Of the round's receipts, neither charged nor explained."""
        return f"{facts_of(self.round).left:.2f}"

    def said(self, kind: str) -> list[tuple[str, str, str]]:
        """The lines of all entries of a kind: good, quantity, amount."""
        entries = Entry.objects.filter(kind=kind, round=self.round).order_by("entered_at", "pk")
        rows = [line for entry in entries for line in entry.lines.order_by("line", "goods")]
        return sorted((line.goods, str(line.quantity.normalize()), str(line.amount)) for line in rows)

    def door(self, room: str) -> Household:
        return self.doors[room]


EGGS, PORK, GREENS = ("鸡蛋", "1", "板"), ("猪肉", "2", "斤"), ("菠菜", "1", "斤")
