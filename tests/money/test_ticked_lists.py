"""Lists that are ticked, and the page of one entry: through real URLs."""

import datetime as dt
import uuid
from decimal import Decimal

import pytest
from django.urls import reverse

from compound.models import StoredFile
from compound.services.household_keys import issue_key, token_of_key
from errands.models import Errand
from money.models import Entry
from money.queries.balances import ENTRIES_PER_PAGE, household_money
from money.services.cash import receive_donation
from money.services.payments import take_back, take_payment
from tests import make
from tests.make import NOON
from tests.money.books import Books, K, code_of
from tests.money.test_ledger_pages import Cast, said

pytestmark = pytest.mark.django_db
D = Decimal
MINUTE = dt.timedelta(minutes=1)


@pytest.fixture
def cast(client, clock):
    return Cast(client, clock)


def ticked(page, name: str = "form") -> list[bool]:  # type: ignore[no-untyped-def]
    return [row.ticked for row in page.context[name].rows]


def test_list_of_a_building_is_ticked_whole_by_a_link_and_nobody_at_first(cast):
    cast.bill(cast.door, "12.50")
    cast.bill(cast.next_door, "8")
    pages = [cast.get("building", query, building="20") for query in ("", "?all=1", "?all=0")]
    assert [ticked(page) for page in pages] == [[False] * 2, [True] * 2, [False] * 2]
    page = cast.client.post(
        cast.url("building", building="20") + "?all=1",
        {"id": uuid.uuid4(), "method": "cash", "paid": ["20-1702"], "amount-20-1702": "x", "amount-20-1703": "8"},
    )
    assert ticked(page) == [True, False]


def test_list_of_a_building_that_is_refused_says_so_in_a_red_notice(cast):
    cast.bill(cast.door, "12.50")
    page = cast.post("building", {"amount-20-1702": "12.50"}, building="20").content.decode()
    assert page.count('class="notice notice--no"') == 1


def errand_of(cast, amount: str, *, photo: bool = False, at: dt.datetime = NOON) -> Errand:  # type: ignore[no-untyped-def]
    receipt = None
    if photo:
        receipt = make_photo(cast)
    errand = Errand.objects.create(
        compound=cast.compound, household=cast.door, kind="help", text="网线", asked_at=NOON, channel="desk",
        asked_by=cast.by, receipt=receipt,
    )  # fmt: skip
    cast.enter("advance", {K.GOODS: amount, cast.shopper: f"-{amount}"}, errand=errand, at=at, now=at)
    return errand


def make_photo(cast) -> StoredFile:  # type: ignore[no-untyped-def]
    return StoredFile.objects.create(
        compound=cast.compound, kind="receipt", name="x.jpg", content_type="image/jpeg", content=b"x", size=1,
        sha256="0" * 64, created_at=NOON,
    )  # fmt: skip


def test_errand_with_a_photo_of_its_receipt_is_paid_back_without_a_second_look(cast):
    receive_donation(compound=cast.compound, amount=D(5000), by=cast.by, at=NOON)
    errand_of(cast, "400", photo=True)
    page = cast.get("volunteers")
    assert (ticked(page, "settle"), page.context["settle"].rows[0].unproved) == ([True], None)


def test_volunteer_who_laid_out_much_without_a_photo_is_not_ticked_and_shown(cast):
    receive_donation(compound=cast.compound, amount=D(5000), by=cast.by, at=NOON)
    errand_of(cast, "299.99")
    page = cast.get("volunteers")
    assert (ticked(page, "settle"), page.context["looks_first"]) == ([True], False)
    errand = errand_of(cast, "0.01")
    page = cast.get("volunteers")
    assert (ticked(page, "settle"), page.context["looks_first"]) == ([False], True)
    assert (ticked(cast.get("volunteers", "?all=1"), "settle"), "没有小票照片：300.00元" in page.content.decode()) == (
        [True],
        True,
    )
    assert reverse("errands:errand", kwargs={"code": "xingfuli", "errand": errand.pk}) in page.content.decode()


def test_volunteer_who_was_paid_back_since_has_nothing_without_a_photo_any_more(cast, clock):
    receive_donation(compound=cast.compound, amount=D(5000), by=cast.by, at=NOON)
    errand_of(cast, "400")
    clock(NOON + MINUTE)
    owed = {"user": [cast.shopper.pk], f"owed-{cast.shopper.pk}": "400.00"}
    assert said(cast.post("volunteers", owed)) == ["已给1人报销，共400.00元。"]
    errand_of(cast, "3", at=NOON + 2 * MINUTE)
    page = cast.get("volunteers")
    assert [str(row.unproved.amount) for row in page.context["settle"].rows if row.unproved] == ["3.00"]


def test_volunteer_who_was_paid_back_a_part_keeps_what_is_still_owed_without_a_photo(cast, clock):
    receive_donation(compound=cast.compound, amount=D(5000), by=cast.by, at=NOON)
    errand_of(cast, "3000")
    clock(NOON + MINUTE)
    part = {"part-id": uuid.uuid4(), "part-method": "cash", "part-user": cast.shopper.pk, "part-amount": "0.01"}
    cast.post("pay_part", part)
    page = cast.get("volunteers")
    [row] = page.context["settle"].rows
    assert (str(row.unproved.amount), row.ticked) == ("2999.99", False)
    # What is proved and newer is what is still owed first.
    errand_of(cast, "100", photo=True, at=NOON + 2 * MINUTE)
    cast.post("pay_part", part | {"part-id": uuid.uuid4(), "part-amount": "2900"})
    [row] = cast.get("volunteers").context["settle"].rows
    assert (str(row.owed), str(row.unproved.amount)) == ("199.99", "99.99")


def test_gift_has_a_page_and_is_taken_back_there_and_counts_again(cast):
    gift, _replayed = receive_donation(compound=cast.compound, amount=D(100), note="退休教师", by=cast.by, at=NOON)
    page = cast.get("entry", entry=gift.pk)
    assert (page.context["counts"], "退休教师" in page.content.decode()) == (True, True)
    assert cast.url("entry", entry=gift.pk) in cast.get("donations").content.decode()
    form = {"reason": "记错", "from": "entry"}
    page = cast.post("take_back", form, entry=gift.pk)
    assert (said(page), page.redirect_chain[-1][0]) == (
        ["已冲销：两笔都留在账本里。"],
        cast.url("entry", entry=gift.pk),
    )
    assert (page.context["counts"], cast.at(K.DONATIONS), cast.at(K.CASH)) == (False, "0.00", "0.00")
    back = Entry.objects.get(reverses=gift)
    page = cast.post("take_back", {"reason": "没错", "from": "entry"}, entry=back.pk)
    assert [one.kind for one in page.context["chain"]] == ["donation", "reversal", "reversal"]
    assert (cast.get("entry", entry=gift.pk).context["counts"], cast.at(K.CASH)) == (True, "100.00")


def test_entry_is_shown_to_nobody_who_does_not_run_the_money(cast):
    gift, _replayed = receive_donation(compound=cast.compound, amount=D(100), note="退休教师", by=cast.by, at=NOON)
    codes = [cast.as_(user).get("entry", entry=gift.pk).status_code for user in (cast.captain, cast.shopper, cast.by)]
    assert (codes, cast.get("entry", entry=uuid.uuid4()).status_code) == ([404, 404, 200], 404)
    other = make.compound("yuanqu")
    make.member(other)
    assert cast.client.get(reverse("money:entry", kwargs={"code": "yuanqu", "entry": gift.pk})).status_code == 404


def test_same_sum_is_asked_about_when_the_first_one_counts_again_after_two_reversals():
    books = Books()
    pay = {"household": books.door, "amount": D(5), "taken_by": None, "by": books.by, "at": NOON}
    entry, _replayed = take_payment(**pay)
    back, _replayed = take_back(entry=entry, reason="错", by=books.by, at=NOON)
    assert code_of(take_payment, **pay | {"id": uuid.uuid4()}) == ""
    second = Entry.objects.filter(kind="payment").exclude(pk=entry.pk).get()
    take_back(entry=second, reason="错", by=pay["by"], at=NOON)
    take_back(entry=back, reason="没错", by=pay["by"], at=NOON)
    assert code_of(take_payment, **pay) == "paid_the_same"


def test_own_page_has_the_newest_entries_and_the_earlier_ones_behind_a_link(client):
    books = Books()
    for number in range(ENTRIES_PER_PAGE + 2):
        books.enter(
            "bill",
            {books.door: "1", K.GOODS: "-1"},
            round=books.round,
            at=NOON + number * MINUTE,
            now=NOON + number * MINUTE,
        )
    first = Entry.objects.order_by("entered_at").first()
    take_back_now = {"reason": "错", "by": books.by, "at": NOON + 99 * MINUTE}
    payment, _replayed = take_payment(household=books.door, amount=D(3), taken_by=None, by=books.by, at=NOON)
    take_back(entry=payment, **take_back_now)
    pages = [household_money(books.door, page=number) for number in (1, 2, 3)]
    assert [(len(page.entries), page.has_earlier, page.balance) for page in pages] == [
        (30, True, D(32)),
        (4, False, D(32)),
        (0, False, D(32)),
    ]
    assert first in [row.entry for row in pages[1].entries]
    # What took it back stands on the page before.
    assert [row.entry for row in pages[1].entries if row.taken_back] == [payment]
    token = token_of_key(issue_key(household=books.door, by=books.by, at=NOON))
    contents = {
        asked: client.get(f"/h/{token}/money/{asked}").content.decode()
        for asked in ("", "?page=2", "?page=-1", "?page=x")
    }
    # The payment that was taken back is a line of words, and what took it back is not shown.
    assert [contents[asked].count("<article") for asked in contents] == [29, 3, 29, 29]
    assert [contents[asked].count("记错了，已取消") for asked in contents] == [0, 1, 0, 0]
    assert ('href="?page=2"' in contents[""], 'href="?page=1"' in contents["?page=2"]) == (True, True)
