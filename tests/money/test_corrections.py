"""What a later bill puts right, and what was a mistake, in the words that the household itself reads."""

import datetime as dt
import re
import uuid
from decimal import Decimal

import pytest
from django.test import Client

from compound.services.household_keys import issue_key, token_of_key
from money.models import Entry
from money.queries.balances import household_money
from money.queries.statements import household_text
from money.services.bills import bill_round
from money.services.ledger import reverse
from money.services.payments import take_back, take_payment, write_off
from orders.models import OrderLine
from tests.money.scene import AFTER, NOON, Scene

pytestmark = pytest.mark.django_db
HOUR = dt.timedelta(hours=1)
BOOKKEEPING = ("冲销", "已撤回", "核销", "-1", "−12.50", "−25.00")


@pytest.fixture
def scene() -> Scene:
    made = Scene()
    made.receipts()
    made.settle()
    return made


def page(scene: Scene, room: str) -> str:
    key = issue_key(household=scene.doors[room], by=scene.chief, at=NOON)
    html = Client().get(f"/h/{token_of_key(key)}/money/").text
    return " ".join(re.sub(r"<[^>]+>", " ", html[html.index("<h1>") :]).split())


def put(scene: Scene, room: str, goods: str, delivered: str, *, later: int) -> None:
    OrderLine.objects.filter(pk=scene.line(room, goods).pk).update(delivered=Decimal(delivered))
    bill_round(round=scene.round, by=scene.chief, at=AFTER + later * HOUR)


def lines(scene: Scene, room: str) -> list[str]:
    """The sentences of the page about what was put right."""
    return re.findall(r"鸡蛋[^·]*?(?:改为[^。]*。|已取消。|补上。)", page(scene, room))


def test_bill_put_right_when_read_by_the_household_says_what_was_and_what_is_and_no_bookings(scene: Scene) -> None:
    put(scene, "3-101", "鸡蛋", "2", later=1)
    more = "鸡蛋：少算了12.50元，已加上。原来1板 12.50元，改为2板 25.00元。"
    assert (lines(scene, "3-101"), scene.owes()["3-101"]) == ([more], "25.00")
    put(scene, "3-101", "鸡蛋", "1", later=2)
    less = "鸡蛋：多算了12.50元，已减去。原来2板 25.00元，改为1板 12.50元。"
    assert (lines(scene, "3-101"), scene.owes()["3-101"]) == ([less, more], "12.50")
    put(scene, "3-101", "鸡蛋", "0", later=3)
    none = "鸡蛋 1板 12.50元：记错了，已取消。"
    assert (lines(scene, "3-101"), scene.owes()["3-101"]) == ([none, less, more], "0.00")
    put(scene, "3-101", "鸡蛋", "1", later=4)
    # Charged anew it is a bill like the first.
    text = page(scene, "3-101")
    assert ([word for word in BOOKKEEPING if word in text], text.count("账单")) == ([], 2)
    assert lines(scene, "3-101")[-2:] == [less, more]


def test_statement_for_the_chat_says_what_was_put_right_as_the_page_does(scene: Scene) -> None:
    put(scene, "3-101", "鸡蛋", "2", later=1)
    assert household_text(scene.doors["3-101"]).splitlines() == [
        "【对账单】3-101",
        "8月23日 12:00：12.50",
        "  鸡蛋 1板 12.50",
        "8月23日 12:00：12.50",
        "  鸡蛋：少算了12.50元，已加上。原来1板 12.50元，改为2板 25.00元。",
        "",
        "还欠：25.00元",
    ]


def test_later_bill_of_what_was_never_charged_is_a_bill() -> None:
    """Handed over a day later: nothing was wrong."""
    scene = Scene()
    scene.receipts()
    scene.mark("3-102", "delivered", "鸡蛋")
    bill_round(round=scene.round, by=scene.chief, at=AFTER)
    scene.mark("3-102", "delivered", "菠菜")
    bill_round(round=scene.round, by=scene.chief, at=AFTER + HOUR)
    text = page(scene, "3-102")
    assert (text.count("账单"), "补上" in text, scene.owes()["3-102"]) == (2, False, "16.50")


def test_payment_taken_back_is_one_line_of_words_and_the_sum_is_what_it_was(scene: Scene) -> None:
    door = scene.doors["3-101"]
    facts = {"household": door, "taken_by": None, "by": scene.chief}
    paid, _new = take_payment(amount=Decimal("12.50"), at=AFTER + HOUR, id=uuid.uuid4(), **facts)
    charged = page(scene, "3-101")
    back, _new = take_back(entry=paid, reason="记错户了", by=scene.chief, at=AFTER + 2 * HOUR)
    text = page(scene, "3-101")
    assert ("付款 12.50元：记错了，已取消。" in text, "付款 12.50元：记错了" in charged) == (True, False)
    assert ([word for word in BOOKKEEPING if word in text], household_money(door).owes) == ([], Decimal("12.50"))
    # Not a mistake after all.
    take_back(entry=back, reason="没有错", by=scene.chief, at=AFTER + 3 * HOUR)
    assert ("记错了" in page(scene, "3-101"), household_money(door).owes) == (False, 0)


def test_bill_that_was_reversed_counts_for_no_correction(scene: Scene) -> None:
    reverse(entry=Entry.objects.get(kind="bill", lines__line=scene.line("3-101", "鸡蛋")), reason="误", by=scene.chief,
            at=AFTER + HOUR)  # fmt: skip
    put(scene, "3-101", "鸡蛋", "1", later=2)
    text = page(scene, "3-101")
    assert ("改为" in text, text.count("记错了，已取消"), scene.owes()["3-101"]) == (False, 1, "12.50")


def test_write_off_is_told_to_the_household_in_its_own_words(scene: Scene) -> None:
    write_off(
        household=scene.doors["3-101"], amount=Decimal("12.50"), reason="孤老", by=scene.chief, at=AFTER
    )  # fmt: skip
    text = page(scene, "3-101")
    assert ("免付" in text, "核销" in text) == (True, False)
