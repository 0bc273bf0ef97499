"""How, to whom and until when to pay: said once, and written wherever somebody reads what is owed."""

from decimal import Decimal

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone, translation

from compound.days import Clock
from compound.models import AuditEntry, Compound, Role
from compound.services.household_keys import issue_key, token_of_key
from money.queries.owing import owing_in
from money.queries.statements import building_text, household_text
from money.queries.strips import checksum, strips_of, to_json
from money.services.terms import say_how_to_pay
from orders.models import Notice
from orders.notice_words import Telling
from orders.queries.notice_facts import RoundNews
from tests import make
from tests.make import NOON
from tests.money.books import Books, code_of
from tests.money.scene import Scene

pytestmark = pytest.mark.django_db
WORDS = "现金交楼长，或到南门扫收款码\n星期日晚上前"


def test_page_keeps_the_text_line_by_line_and_says_who_wrote_it(client: Client) -> None:
    books = Books()
    client.force_login(books.by)
    page = reverse("money:how_to_pay", kwargs={"code": "xingfuli"})
    client.post(page, {"text": "  现金交楼长，或到南门扫收款码 \r\n\r\n 星期日晚上前"})
    client.post(page, {"text": WORDS})
    assert (Compound.objects.get().how_to_pay, AuditEntry.objects.filter(action="money.how_to_pay").count()) == (
        WORDS,
        1,
    )
    assert WORDS in client.get(page).content.decode()
    refused = client.post(page, {"text": "微信转13800000001"})
    assert refused.context["form"].errors["text"] == ["里面有电话号码或证件号码，请删掉。"]
    assert (Compound.objects.get().how_to_pay, client.post(page, {"text": ""}).status_code) == (WORDS, 302)
    assert Compound.objects.get().how_to_pay == ""


def test_text_that_is_too_long_or_holds_a_number_is_refused() -> None:
    books = Books()
    how = {"compound": books.compound, "by": books.by, "at": NOON}
    assert code_of(say_how_to_pay, text="交" * 301, **how) == "too_long"
    assert code_of(say_how_to_pay, text="电话 0571-8888 1234", **how) == "number_in_it"
    assert say_how_to_pay(text="交" * 300, **how) == "交" * 300


@pytest.mark.parametrize("role", [Role.CAPTAIN, Role.SUPPLY, Role.VOLUNTEER])
def test_page_is_nobodys_who_does_not_run_the_money(client: Client, role: Role) -> None:
    books = Books()
    people = {Role.CAPTAIN: books.captain, Role.SUPPLY: books.shopper}
    client.force_login(people.get(role) or make.member(books.compound, role))
    assert client.post(reverse("money:how_to_pay", kwargs={"code": "xingfuli"}), {"text": "交给我"}).status_code == 404


def test_statements_end_with_how_to_pay_where_something_is_owed() -> None:
    books = Books()
    say_how_to_pay(compound=books.compound, text=WORDS, by=books.by, at=NOON)
    assert household_text(books.door).splitlines() == ["【对账单】20-1702", "", "已付清，谢谢。"]
    books.bill(books.door, "12.50")
    assert household_text(books.door).splitlines()[-3:] == ["还欠：12.50元", *WORDS.splitlines()]
    assert building_text(books.compound, owing_in(books.compound, books.door.building)).splitlines() == [
        "【对账单】20栋，还没付的",
        "20-1702：12.50元",
        "",
        *WORDS.splitlines(),
        "已经付了？请告诉楼长：可能还没记上。",
    ]


def test_number_that_came_in_by_the_admin_stands_in_no_text() -> None:
    books = Books()
    Compound.objects.update(how_to_pay="微信转13800000001")
    books.compound.refresh_from_db()
    books.door.compound = books.compound
    books.bill(books.door, "5")
    assert household_text(books.door).splitlines()[-1] == "微信转（号码略）"


def test_strips_say_how_to_pay_and_without_it_are_the_rows_they_were() -> None:
    scene = Scene()
    before = to_json(strips_of(scene.round))
    assert {name for row in before["strips"] for name in row} == {"room", "lines", "total"}
    scene.round.compound.how_to_pay = WORDS
    after = to_json(strips_of(scene.round))
    assert [row["pay"] for row in after["strips"]] == [tuple(WORDS.splitlines())] * 3
    assert checksum(before) != checksum(after)


def test_notice_of_what_it_costs_says_how_to_pay() -> None:
    books = Books()
    books.round.compound.how_to_pay = WORDS
    news = RoundNews(books.round, (), (), receipts=0, paid=Decimal(0))
    with translation.override("zh-hans"):
        telling = Telling(news, Notice.Step.MONEY, clock=Clock(books.compound, NOON))
        lines = telling.for_all().splitlines()
    assert lines[-3:] == ["每户付多少：看袋子里的账单、自己的页面，或者问楼长。", *WORDS.splitlines()]


def test_own_page_says_how_to_pay_to_who_owes(client: Client) -> None:
    books = Books()
    say_how_to_pay(compound=books.compound, text=WORDS, by=books.by, at=NOON)
    key = issue_key(household=books.door, by=books.by, at=timezone.now())
    page = f"/h/{token_of_key(key)}/money/"
    assert "南门扫收款码" not in client.get(page).content.decode()
    books.bill(books.door, "12.50")
    assert "南门扫收款码" in client.get(page).content.decode()
