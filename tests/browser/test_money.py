"""The money of one round: ordered on the household's own page, bought, one good short, delivered, one door refused,
charged, paid, and the volunteer paid back; the receipt is explained to the cent."""

import datetime as dt
from decimal import Decimal

import pytest
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import Locator, Page, expect

from compound.models import Compound, Role, User
from compound.services.household_keys import household_token, issue_key
from money.models import Account, Entry
from money.queries.balances import balance
from money.queries.rounds import facts_of
from money.queries.sums import sums_of
from money.services.cash import receive_donation
from orders.models import OrderRules, Receipt, Round, RoundGood
from orders.services import rounds, sharing
from tests import make

HOUR = dt.timedelta(hours=1)
D = Decimal


@pytest.fixture
def compound(server: str) -> Compound:
    compound = make.compound(at=timezone.now())
    make.household(compound, "20-1702")
    make.household(compound, "3-102")
    # At a shortage this family comes first.
    make.household(compound, "3-101", tags=["medical_family"])
    OrderRules.objects.create(compound=compound, quiet_from=dt.time(3), quiet_until=dt.time(3))
    return compound


def log_in(page: Page, user: User) -> None:
    page.goto("/login/")
    page.fill("[name=username]", user.phone)
    page.fill("[name=password]", make.PASSWORD)
    page.press("[name=password]", "Enter")
    page.wait_for_url(lambda address: "/login/" not in address)


def at(app: str, name: str, **where: object) -> str:
    return reverse(f"{app}:{name}", kwargs={"code": "xingfuli", **where})


def good(page: Page, name: str) -> Locator:
    return page.locator(".shop-line", has=page.locator(".shop-name", has_text=name))


def sent(page: Page) -> None:
    expect(page.locator("[data-outbox]")).to_have_attribute("data-unsent", "0")


def buy(page: Page, name: str, quantity: str, paid: str) -> None:
    good(page, name).locator("summary").click()
    panel = good(page, name).locator(".shop-panel")
    panel.get_by_label("多少", exact=True).fill(quantity)
    panel.locator("[name=amount]").first.fill(paid)
    panel.get_by_role("button", name="买了这么多").click()
    sent(page)


def share_out(round: Round, goods: str, by: User) -> None:
    made = sharing.make_sharing(
        good=RoundGood.objects.get(round=round, goods=goods), instead="", by=by, at=timezone.now()
    )
    sharing.apply_sharing(sharing=made, by=by, at=timezone.now())


def test_money_from_the_households_page_to_the_volunteers_pocket(
    page: Page, phone_page: Page, compound: Compound
) -> None:
    chief, luo = make.member(compound, Role.COORDINATOR), make.member(compound, Role.SUPPLY)
    now = timezone.now()
    round = make.round(compound, "今天中午", opens_at=now - HOUR, cutoff_at=now + HOUR)
    for name, unit, price in (("鸡蛋", "板", "14.00"), ("白菜", "颗", None), ("牛奶", "提", "25.00")):
        make.offer(round, name, unit, price=price)
    refuses, other = (compound.households.get(room=room) for room in ("3-101", "3-102"))
    make.order(round, refuses, ("白菜", "1", "颗"), ("牛奶", "1", "提"), by=chief, at=now)
    make.order(round, other, ("鸡蛋", "1", "板"), by=chief, at=now)

    # The household orders on its own page.
    door = compound.households.get(room="20-1702")
    own = f"/h/{household_token(issue_key(household=door, by=chief, at=now).pk)}/"
    phone_page.goto(own)
    phone_page.locator("a.button--red").click()
    for name, quantity in (("鸡蛋", "2"), ("白菜", "1")):
        phone_page.get_by_role("textbox", name=name).fill(quantity)
    phone_page.locator("main form[data-once] button.button--red").click()
    expect(phone_page.locator("main")).to_contain_text("鸡蛋")
    Round.objects.filter(pk=round.pk).update(cutoff_at=timezone.now())
    rounds.close_due_rounds(timezone.now(), offer=False)
    rounds.advance_round(round=round, to="shopping", by=chief, at=timezone.now())

    # 罗强 buys: the eggs for what they cost, one cabbage of two, the milk whose price is said later.
    log_in(phone_page, luo)
    phone_page.goto(at("orders", "shopping", round=round.pk))
    buy(phone_page, "鸡蛋", "3", "40.00")
    buy(phone_page, "白菜", "1", "5.90")
    good(phone_page, "白菜").locator("summary").click()
    good(phone_page, "白菜").get_by_role("button", name="没有了").click()
    sent(phone_page)
    good(phone_page, "牛奶").locator(".shop-button").click()
    sent(phone_page)
    phone_page.goto(at("orders", "receipts", round=round.pk))
    phone_page.locator(".receipt-price [name=amount]").fill("22.80")
    phone_page.locator(".receipt-price button").click()
    expect(phone_page.locator(".receipt-price")).to_have_count(0)
    # The till has rounded: ten cents more than the goods.
    phone_page.locator("[name=total]").fill("68.80")
    phone_page.locator("main form[enctype] button[type=submit]").click()
    expect(phone_page.locator(".receipt-sum")).to_contain_text("68.80")
    assert Receipt.objects.get().purchases.count() == 3

    # Too few cabbages: the medical family gets the one. On their way; one door refuses all of it.
    share_out(round, "白菜", chief)
    rounds.advance_round(round=round, to="delivering", by=chief, at=timezone.now())
    for building, marks in {"20": {"20-1702": "送到了"}, "3": {"3-101": "拒收", "3-102": "送到了"}}.items():
        phone_page.goto(at("orders", "delivery", round=round.pk, building=building))
        for room, word in marks.items():
            phone_page.locator(f"#d{room}").get_by_role("button", name=word).tap()
        sent(phone_page)
    rounds.advance_round(round=round, to="settled", by=chief, at=timezone.now())

    # Where the receipt went: charged by what was handed over, the rest proposed and written down.
    log_in(page, chief)
    page.goto(at("money", "round", round=round.pk))
    parts = page.locator(".rest .row")
    expect(parts).to_have_count(3)
    for words in ("拒收", "28.70", "牛奶 1提、白菜 1颗", "0.01", "0.10"):
        expect(page.locator(".rest")).to_contain_text(words)
    page.locator("form[action$='/rest/'] button[type=submit]").click()
    expect(page.locator(".tiles")).to_contain_text("已说明到分")
    facts = facts_of(round)
    assert (facts.receipts, facts.charged, facts.explained_by_now, facts.left) == (
        D("68.80"), D("39.99"), D("28.81"), D("0.00"),
    )  # fmt: skip

    # The household sees what it owes, for which goods, and what was short; it pays.
    phone_page.goto(f"{own}money/")
    expect(phone_page.locator("main")).to_contain_text("26.66")
    expect(phone_page.locator("main")).not_to_contain_text("白菜")
    page.goto(at("money", "household", room="20-1702"))
    page.locator("section[aria-labelledby=pay] [name=amount]").fill("26.66")
    page.locator("section[aria-labelledby=pay] button[type=submit]").click()
    phone_page.reload()
    expect(phone_page.locator("main p.sum").first).not_to_contain_text("26.66")

    # The volunteer gets back what he laid out; the box holds enough because somebody gave.
    receive_donation(compound=compound, amount=D(50), by=chief, at=timezone.now())
    phone_page.goto(at("money", "mine"))
    expect(phone_page.locator(".head-number")).to_contain_text("68.80")
    page.goto(at("money", "volunteers"))
    page.locator("section[aria-labelledby=owed] button.button--primary").click()
    phone_page.reload()
    expect(phone_page.locator(".head-number")).to_contain_text("0.00")

    stand = {account.kind: balance(account) for account in Account.objects.exclude(kind="household")}
    assert stand == {
        "goods": D("0.00"), "rest": D("28.81"), "cash": D("7.86"), "donations": D("-50.00"), "volunteer": D("0.00"),
    }  # fmt: skip
    assert {account.household.room: balance(account) for account in Account.objects.filter(kind="household")} == {
        "20-1702": D("0.00"),
        "3-102": D("13.33"),
    }
    assert (Entry.objects.filter(kind="reimbursement").count(), sums_of(compound).wrong) == (1, [])
