"""Sums that are wrong, zero, words, or more than there is: said in plain words, in the place where they were typed."""

import pytest

from tests.money.test_ledger_pages import Cast

pytestmark = pytest.mark.django_db


@pytest.fixture
def cast(client, clock):
    return Cast(client, clock)


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ("两块", "请写多少元，例如 35.50。"),
        ("-5", "不能小于0。"),
        ("99999999", "数目太大了，请再看一看。"),
        ("1.005", "最多写到分，例如 35.50。"),
    ],
)
def test_count_that_is_no_sum_is_answered_in_plain_words(cast, typed, words):
    page = cast.post("cash", {"counted": typed})
    assert (page.context["form"].errors["counted"], page.context["form"]["counted"].value()) == ([words], typed)


@pytest.mark.parametrize(("page", "form"), [("refund", "refund"), ("write_off", "write_off")])
def test_account_that_refuses_a_sum_is_opened_there_and_the_payment_goes_where_payments_go(cast, page, form):
    cast.bill(cast.door, "12.50")
    answer = cast.post(page, {"amount": "0", "reason": "x"}, room="20-1702")
    html = answer.content.decode()
    assert answer.context[form].errors["amount"] == ["要大于0，最少0.01元。"]
    there = [
        f'action="{cast.url("household", room="20-1702")}#pay"' in html,
        f'id="{page.replace("_", "-")}" open' in html,
    ]
    assert there == [
        True,
        True,
    ]


def test_account_offers_only_what_can_be_done_and_says_why_not(cast):
    def folds() -> list[str]:
        html = cast.get("household", room="20-1702").content.decode()
        return [name for name in ("refund", "from-donations", "write-off") if f'id="{name}"' in html]

    assert folds() == []
    cast.bill(cast.door, "12.50")
    assert folds() == ["from-donations", "write-off"]
    page = cast.post("refund", {"amount": "7", "reason": "多付"}, room="20-1702")
    assert page.context["refund"].non_field_errors() == ["这户没有多付。"]
    cast.post("household", {"amount": "20", "above": "20.00"}, room="20-1702")
    assert folds() == ["refund"]
    page = cast.post("write_off", {"amount": "7", "reason": "搬走"}, room="20-1702")
    assert page.context["write_off"].non_field_errors() == ["这户不欠钱。"]
