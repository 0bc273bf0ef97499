"""What the services write into the ledger, and what they refuse."""

import datetime as dt
import json
import uuid
from decimal import Decimal
from functools import partial

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from compound.models import AuditEntry
from money.models import CashCount, Entry
from money.queries.balances import household_money
from money.queries.owing import owing_in
from money.queries.statements import building_text, household_text
from money.services import cash, payments, volunteers
from money.services.ledger import post, reverse
from tests.make import NOON
from tests.money.books import Books, K, code_of

pytestmark = pytest.mark.django_db
D = Decimal
MINUTE = dt.timedelta(minutes=1)


@pytest.fixture
def books() -> Books:
    return Books()


def pay(books: Books, amount: str = "12.50", **more: object) -> tuple[Entry, bool]:
    values = {"household": books.door, "amount": D(amount), "taken_by": None, "by": books.by, "at": NOON}
    return payments.take_payment(**values | more)  # type: ignore[arg-type]


def test_bill_when_paid_leaves_the_household_at_zero(books):
    books.bill(books.door, "12.50")
    entry, replayed = pay(books)
    assert (replayed, entry.method, books.at(books.door), books.at(K.CASH)) == (False, "cash", "0.00", "12.50")
    assert books.wrong() == []


def test_payment_when_the_form_arrives_twice_is_one(books):
    books.bill(books.door, "12.50")
    id = uuid.uuid4()
    first, second = pay(books, id=id), pay(books, id=id, at=NOON + MINUTE)
    assert (first[0], first[1], second[1], books.at(K.CASH)) == (second[0], False, True, "12.50")


def test_payment_when_its_id_is_another_entry_refuses(books):
    id = uuid.uuid4()
    pay(books, "12.50", id=id)
    assert code_of(pay, books, "12.60", id=id) == "id_taken"
    assert code_of(pay, books, "12.50", id=id, household=books.next_door) == "id_taken"
    assert Entry.objects.count() == 1


def test_payment_of_the_same_sum_on_one_day_is_asked_about_and_goes_through_when_said_so(books):
    pay(books)
    assert code_of(pay, books) == "paid_the_same"
    assert code_of(pay, books, "12.49") == ""
    assert code_of(pay, books, at=NOON + dt.timedelta(days=1)) == ""
    assert code_of(pay, books, again=True) == ""
    assert books.at(K.CASH) == "49.99"


def test_payment_of_the_same_sum_when_the_first_was_taken_back_goes_through(books):
    entry, _replayed = pay(books)
    payments.take_back(entry=entry, reason="记错了户", by=books.by, at=NOON)
    assert code_of(pay, books) == ""


def test_payment_when_a_volunteer_took_it_is_with_the_volunteer_until_handed_in(books):
    pay(books, taken_by=books.captain, method="transfer")
    assert (books.at(books.captain), books.at(K.CASH)) == ("12.50", "0.00")
    hand_in = partial(volunteers.hand_in, compound=books.compound, user=books.captain, by=books.by, at=NOON)
    assert code_of(hand_in, amount=D("12.51")) == "more_than_held"
    hand_in(amount=D("12.50"))
    assert (books.at(books.captain), books.at(K.CASH)) == ("0.00", "12.50")


@pytest.mark.parametrize(
    ("amount", "code"), [("0", "amount_wrong"), ("-1", "amount_wrong"), ("99999999", "amount_wrong")]
)
def test_payment_of_no_sum_refuses(books, amount, code):
    assert code_of(pay, books, amount) == code


def test_transfer_into_the_cash_box_refuses(books):
    assert code_of(pay, books, method="transfer") == "transfer_to_whom"


def test_payments_of_a_list_when_sent_twice_are_written_once_and_name_who_had_paid(books):
    books.bill(books.door, "12.50")
    books.bill(books.next_door, "8")
    pay(books, "12.50")
    paid = [(books.door, D("12.50")), (books.next_door, D("8.00"))]
    send = partial(payments.take_payments, compound=books.compound, paid=paid, taken_by=None, by=books.by, at=NOON)
    id = uuid.uuid4()
    first, second, other = send(id=id), send(id=id), send(id=uuid.uuid4())
    assert [(len(taken.entries), taken.total, taken.already) for taken in (first, second, other)] == [
        (1, D("8.00"), (books.door,)),
        (1, D("8.00"), (books.door,)),
        (0, D(0), (books.door, books.next_door)),
    ]
    assert (books.at(books.door), books.at(books.next_door), books.at(K.CASH)) == ("0.00", "0.00", "20.50")


def test_refund_is_of_what_stands_to_the_credit(books):
    pay(books, "20")
    books.bill(books.door, "12.50")
    give = partial(payments.refund, household=books.door, reason="少了一板", by=books.by, at=NOON)
    assert code_of(give, amount=D("7.51")) == "more_than_credit"
    assert code_of(give, amount=D("7.50"), reason=" ") == "reason_missing"
    give(amount=D("7.50"))
    assert (books.at(books.door), books.at(K.CASH)) == ("0.00", "12.50")
    assert AuditEntry.objects.get(action="money.refund").params == {"amount": "7.50", "reason": "少了一板"}


def test_refund_when_the_box_is_empty_refuses_and_goes_through_out_of_a_volunteers_hands(books):
    pay(books, "20", taken_by=books.captain)
    give = partial(payments.refund, household=books.door, amount=D(20), reason="没送到", by=books.by, at=NOON)
    assert code_of(give) == "box_too_empty"
    give(paid_by=books.captain)
    assert (books.at(books.door), books.at(books.captain)) == ("0.00", "0.00")


def test_write_off_and_donations_pay_no_more_than_is_owed(books):
    books.bill(books.door, "12.50")
    values = {"household": books.door, "reason": "低保户", "by": books.by, "at": NOON}
    assert code_of(payments.write_off, amount=D("12.51"), **values) == "more_than_owed"
    assert code_of(payments.pay_from_donations, amount=D("10"), **values) == "more_than_donated"
    cash.receive_donation(compound=books.compound, amount=D(10), by=books.by, at=NOON)
    payments.pay_from_donations(amount=D(10), **values)
    payments.write_off(amount=D("2.50"), **values)
    assert [books.at(of) for of in (books.door, K.DONATIONS, K.WRITE_OFF, K.CASH)] == ["0.00", "0.00", "2.50", "10.00"]
    assert books.wrong() == []


def test_reversal_when_pressed_twice_and_when_reversed_has_one_effect_each(books):
    books.bill(books.door, "12.50")
    entry, _replayed = pay(books)
    back = partial(payments.take_back, reason="不是这户", by=books.by, at=NOON)
    id = uuid.uuid4()
    mirror, _replayed = back(entry=entry, id=id)
    assert (back(entry=entry, id=id), books.at(books.door), books.at(K.CASH)) == ((mirror, True), "12.50", "0.00")
    assert code_of(back, entry=entry) == "already_reversed"
    again, _replayed = back(entry=mirror, reason="就是这户")
    assert (books.at(books.door), books.at(K.CASH)) == ("0.00", "12.50")
    assert code_of(back, entry=mirror) == "already_reversed"
    back(entry=again)
    assert (books.at(books.door), books.at(K.CASH), Entry.objects.count()) == ("12.50", "0.00", 5)
    assert books.wrong() == []


def test_reversal_of_a_bill_negates_its_lines_and_is_not_for_hands(books):
    bill = books.bill(books.door, "12.50")
    assert code_of(payments.take_back, entry=bill, reason="错", by=books.by, at=NOON) == "follows_facts"
    mirror, _replayed = reverse(entry=bill, reason="没送到", by=None, at=NOON)
    assert list(mirror.lines.values_list("goods", "quantity", "amount")) == [("鸡蛋", D(-1), D("-12.50"))]
    assert (mirror.round, books.at(books.door), books.at(K.GOODS)) == (books.round, "0.00", "0.00")
    assert code_of(payments.take_back, entry=mirror, reason="错", by=books.by, at=NOON) == "follows_facts"
    connection.check_constraints()


def test_settlement_pays_what_the_page_showed_and_nothing_twice(books):
    pay(books, "100")
    books.advance(books.shopper, "35.60")
    books.advance(books.captain, "12")
    settle = partial(volunteers.settle_volunteers, compound=books.compound, by=books.by, at=NOON)
    owed = {books.shopper: D("35.60"), books.captain: D("11.99")}
    id = uuid.uuid4()
    first, again, other = settle(owed=owed, id=id), settle(owed=owed, id=id), settle(owed=owed, id=uuid.uuid4())
    assert [(len(done.entries), done.total, done.changed) for done in (first, again, other)] == [
        (1, D("35.60"), (books.captain,)),
        (1, D("35.60"), (books.captain,)),
        (0, D(0), (books.shopper, books.captain)),
    ]
    assert (books.at(books.shopper), books.at(books.captain), books.at(K.CASH)) == ("0.00", "-12.00", "64.40")


def test_settlement_of_more_than_is_in_the_box_pays_nobody(books):
    pay(books, "40")
    books.advance(books.shopper, "35.60")
    books.advance(books.captain, "12")
    owed = {books.shopper: D("35.60"), books.captain: D("12")}
    settle = partial(
        volunteers.settle_volunteers, compound=books.compound, owed=owed, by=books.by, at=NOON, id=uuid.uuid4()
    )
    assert code_of(settle) == "box_too_empty"
    assert code_of(settle, paid_by=books.shopper) == "pays_himself"
    assert books.at(K.CASH) == "40.00"
    settle(paid_by=books.by, method="transfer")
    assert [books.at(of) for of in (books.shopper, books.captain, books.by)] == ["0.00", "0.00", "-47.60"]


def test_part_of_what_is_owed_can_be_paid_and_no_more(books):
    pay(books, "100")
    books.advance(books.shopper, "35.60")
    give = partial(volunteers.reimburse, compound=books.compound, user=books.shopper, by=books.by, at=NOON)
    assert code_of(give, amount=D("35.61")) == "more_than_owed"
    give(amount=D("30"))
    assert (books.at(books.shopper), books.at(K.CASH)) == ("-5.60", "70.00")


def test_float_is_what_the_box_holds_and_is_spent_on_receipts(books):
    give = partial(volunteers.give_float, compound=books.compound, user=books.shopper, by=books.by, at=NOON)
    assert code_of(give, amount=D(50)) == "box_too_empty"
    pay(books, "50")
    give(amount=D(50))
    books.advance(books.shopper, "35.60")
    assert (books.at(books.shopper), books.at(K.CASH)) == ("14.40", "0.00")


def test_count_with_a_difference_wants_a_reason_and_puts_the_ledger_right(books):
    pay(books, "50")
    count = partial(cash.count_cash, compound=books.compound, by=books.by, at=NOON)
    assert code_of(count, counted=D("49.50")) == "difference_needs_reason"
    id = uuid.uuid4()
    first = count(counted=D("49.50"), reason="找零找错了", id=id)
    assert (count(counted=D("49.50"), id=id), first.expected, first.entry.kind) == (first, D("50.00"), "count")
    assert (books.at(K.CASH), books.at(K.REST)) == ("49.50", "0.50")
    assert code_of(count, counted=D("49"), id=id) == "id_taken"
    assert count(counted=D("49.50")).entry is None
    assert (CashCount.objects.count(), books.wrong()) == (2, [])


def test_entry_that_does_not_balance_is_no_refusal_but_an_error(books):
    sides = {books.account(K.CASH): D(1), books.account(K.REST): D("-0.99")}
    values = {"compound": books.compound, "kind": "payment", "at": NOON, "now": NOON, "by": None}
    with pytest.raises(ValueError, match="does not balance"):
        post(postings=sides, **values)
    with pytest.raises(ValueError, match="does not balance"):
        post(postings={books.account(K.CASH): D("0.005"), books.account(K.REST): D("-0.005")}, **values)
    assert code_of(post, postings={books.account(K.CASH): D(0)}, **values) == "nothing_to_post"
    assert Entry.objects.count() == 0


def test_household_money_has_newest_first_with_lines_and_what_was_taken_back(books):
    books.bill(books.door, "12.50")
    paid, _replayed = pay(books, at=NOON + MINUTE)
    payments.take_back(entry=paid, reason="记错", by=books.by, at=NOON + 2 * MINUTE)
    money = household_money(books.door)
    rows = [(row.entry.kind, row.amount, row.taken_back, [line.goods for line in row.lines]) for row in money.entries]
    assert (money.balance, money.owes, money.credit) == (D("12.50"), D("12.50"), D(0))
    assert rows == [
        ("reversal", D("12.50"), False, []),
        ("payment", D("-12.50"), True, []),
        ("bill", D("12.50"), False, ["鸡蛋"]),
    ]


def test_statement_says_what_is_owed_good_by_good_and_names_nobody(books):
    books.bill(books.door, "12.50")
    pay(books)
    books.bill(books.door, "8", "白菜")
    pay(books, "3")
    assert household_text(books.door).splitlines() == [
        "【对账单】20-1702",
        "8月23日 12:00：8.00",
        "  白菜 1板 8.00",
        "8月23日 付款：−3.00",
        "",
        "还欠：5.00元",
    ]
    assert building_text(books.compound, owing_in(books.compound, books.door.building)).splitlines()[:2] == [
        "【对账单】20栋，还没付的",
        "20-1702：5.00元",
    ]


def test_ledger_command_adds_everything_up_and_fails_on_a_wrong_sum(books, capsys):
    books.advance(books.shopper, "12.50")
    books.bill(books.door, "12.49")
    call_command("ledger", compound=books.compound.code)
    [found] = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert (found["balances"]["household"], found["balances"]["volunteer"], found["wrong"]) == ("12.49", "-12.50", [])
    assert [(row["title"], row["amount"]) for row in found["unexplained"]] == [("8月23日 12:00", "0.01")]
    connection.check_constraints()
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE money_posting DISABLE TRIGGER USER")
        cursor.execute("UPDATE money_posting SET amount = 12.48 WHERE amount = 12.49")
    with pytest.raises(CommandError, match="3 sums are wrong"):
        call_command("ledger")
    with pytest.raises(CommandError, match="no compound 'nowhere'"):
        call_command("ledger", compound="nowhere")


def test_text_of_a_payment_that_counts_again_after_two_reversals_still_says_it(books):
    books.bill(books.door, "30")
    payment, _replayed = payments.take_payment(household=books.door, amount=D(10), taken_by=None, by=books.by, at=NOON)
    back, _replayed = payments.take_back(entry=payment, reason="错", by=books.by, at=NOON)
    payments.take_back(entry=back, reason="没错", by=books.by, at=NOON)
    money = household_money(books.door)
    assert [row.entry.kind for row in money.entries if row.taken_back] == ["reversal"]
    lines = household_text(books.door).splitlines()
    assert ([line for line in lines if "10.00" in line], lines[-1]) == (["8月23日 付款：−10.00"], "还欠：20.00元")
