"""What errands leave in the ledger: handed over, refused, put right, taken back by the pharmacy."""

import datetime as dt
from decimal import Decimal
from types import SimpleNamespace

import pytest

from compound.models import Role
from errands.models import Errand
from errands.services import mistakes, steps
from errands.signals import errand_ended
from money.models import Account, BillLine, Entry, Posting
from money.queries.sums import sums_of
from money.services import payments
from money.services.errands import bill_errand
from tests import make
from tests.errands.asked import gas, medicine
from tests.make import ELEVEN

D = Decimal
LATER = ELEVEN + dt.timedelta(hours=1)


@pytest.fixture
def place(db: None) -> SimpleNamespace:
    compound = make.compound()
    return SimpleNamespace(
        compound=compound,
        lin=make.member(compound),
        feng=make.member(compound, Role.VOLUNTEER),
        door=make.household(compound, "3-101"),
        other=make.household(compound, "20-1702"),
    )


def bought(errand: Errand, place: SimpleNamespace, amount: str | None = "30.50", bears: str = "household") -> None:
    steps.take_on(errand=errand, by=place.feng, at=ELEVEN)
    paid = None if amount is None else D(amount)
    more = {"refusal_borne_by": bears} if errand.kind == "medicine" else {}
    steps.buy(errand=errand, by=place.feng, at=ELEVEN, amount=paid, **more)


def stands() -> dict[str, str]:
    """Every account that is not even, by room, name or kind."""
    sums: dict[str, Decimal] = {}
    for row in Posting.objects.select_related("account__household", "account__user"):
        name = row.account.household.room if row.account.household else row.account.user or row.account.kind
        sums[str(name)] = sums.get(str(name), D(0)) + row.amount
    return {name: str(amount) for name, amount in sums.items() if amount}


def test_errand_on_its_way_is_owed_to_the_runner_and_charged_to_nobody(place: SimpleNamespace) -> None:
    bought(medicine(place), place)

    assert stands() == {"goods": "30.50", "冯磊": "-30.50"}


def test_medicine_handed_over_is_charged_to_its_household(place: SimpleNamespace) -> None:
    errand = medicine(place)
    bought(errand, place)
    steps.hand_over(errand=errand, by=place.feng, at=LATER)

    assert stands() == {"3-101": "30.50", "冯磊": "-30.50"}
    # The captain reads the account: what somebody takes does not stand on it.
    assert BillLine.objects.get().goods == "买药"


def test_top_up_handed_over_is_charged_as_what_it_is(place: SimpleNamespace) -> None:
    errand = gas(place)
    bought(errand, place, "100")
    steps.hand_over(errand=errand, by=place.feng, at=LATER)

    line = BillLine.objects.get()
    assert (line.goods, line.amount, stands()) == ("代缴 燃气", D(100), {"20-1702": "100.00", "冯磊": "-100.00"})


@pytest.mark.parametrize(
    ("bears", "left"),
    [
        ("household", {"3-101": "30.50", "冯磊": "-30.50"}),
        ("compound", {"rest": "30.50", "冯磊": "-30.50"}),
        ("return", {}),
    ],
)
def test_refused_medicine_is_borne_by_whom_was_said_before(
    place: SimpleNamespace, bears: str, left: dict[str, str]
) -> None:
    errand = medicine(place)
    bought(errand, place, bears=bears)
    steps.refuse(errand=errand, by=place.feng, at=LATER, reason="家里还有")

    assert stands() == left
    assert [entry.reason for entry in Entry.objects.filter(kind="rest")] == (
        ["3-101 门口拒收"] if "rest" in left else []
    )


def test_refused_top_up_is_on_the_households_card_all_the_same(place: SimpleNamespace) -> None:
    errand = gas(place)
    bought(errand, place, "100")
    steps.refuse(errand=errand, by=place.feng, at=LATER, reason="不在家")

    assert stands() == {"20-1702": "100.00", "冯磊": "-100.00"}


def test_errand_without_an_amount_costs_nobody_anything_until_it_is_said(place: SimpleNamespace) -> None:
    errand = medicine(place)
    bought(errand, place, None)
    steps.hand_over(errand=errand, by=place.feng, at=LATER)
    assert not Entry.objects.exists()

    put_right(errand, place, "12")
    assert stands() == {"3-101": "12.00", "冯磊": "-12.00"}


def put_right(errand: Errand, place: SimpleNamespace, amount: str) -> None:
    facts = {"errand": errand, "by": place.lin, "at": LATER, "paid_by": place.feng, "reason": "看错了"}
    steps.correct_amount(amount=D(amount), **facts)


def test_amount_put_right_is_taken_back_and_posted_anew_once(place: SimpleNamespace) -> None:
    errand = medicine(place)
    bought(errand, place)
    steps.hand_over(errand=errand, by=place.feng, at=LATER)
    put_right(errand, place, "35")
    put_right(errand, place, "35")

    assert stands() == {"3-101": "35.00", "冯磊": "-35.00"}
    kinds = sorted(Entry.objects.values_list("kind", flat=True))
    assert kinds == ["advance", "advance", "bill", "bill", "reversal", "reversal"]
    assert Account.objects.get(kind="goods").postings.count() == 6


# ── taken back ────────────────────────────────────


def take_back(errand: Errand, place: SimpleNamespace, what: str) -> None:
    after = ELEVEN if what == mistakes.BOUGHT else LATER
    mistakes.take_back(errand=errand, what=what, by=place.feng, at=after + dt.timedelta(minutes=1))


def test_end_that_was_taken_back_is_charged_to_nobody_and_the_runner_is_still_owed(place: SimpleNamespace) -> None:
    errand = medicine(place)
    bought(errand, place)
    steps.hand_over(errand=errand, by=place.feng, at=LATER)
    take_back(errand, place, mistakes.ENDED)

    assert stands() == {"goods": "30.50", "冯磊": "-30.50"}
    steps.hand_over(errand=errand, by=place.feng, at=LATER + dt.timedelta(minutes=2))
    assert (stands(), sums_of(place.compound).wrong) == ({"3-101": "30.50", "冯磊": "-30.50"}, [])


def test_refusal_that_was_taken_back_is_borne_by_nobody(place: SimpleNamespace) -> None:
    errand = medicine(place)
    bought(errand, place, bears="compound")
    steps.refuse(errand=errand, by=place.feng, at=LATER, reason="家里还有")
    take_back(errand, place, mistakes.ENDED)

    assert stands() == {"goods": "30.50", "冯磊": "-30.50"}


def test_purchase_that_was_taken_back_is_owed_to_nobody(place: SimpleNamespace) -> None:
    errand = medicine(place)
    bought(errand, place)
    take_back(errand, place, mistakes.BOUGHT)

    assert (stands(), sums_of(place.compound).wrong) == ({}, [])


def test_signal_that_comes_again_without_a_change_posts_nothing(place: SimpleNamespace) -> None:
    errand = medicine(place)
    bought(errand, place)
    steps.hand_over(errand=errand, by=place.feng, at=LATER)
    before = Entry.objects.count()
    errand.refresh_from_db()
    for _time in range(2):
        errand_ended.send(sender=Errand, errand=errand, by=place.feng, at=LATER, now=LATER)
    assert Entry.objects.count() == before


def test_rest_of_an_errand_that_was_taken_back_by_hand_is_posted_once_more_and_no_oftener(
    place: SimpleNamespace,
) -> None:
    errand = medicine(place)
    bought(errand, place, bears="compound")
    steps.refuse(errand=errand, by=place.feng, at=LATER, reason="家里还有")
    rest = Entry.objects.get(kind="rest")
    payments.take_back(entry=rest, reason="错", by=place.lin, at=LATER)
    assert stands() == {"goods": "30.50", "冯磊": "-30.50"}
    errand.refresh_from_db()
    for _time in range(2):
        bill_errand(errand=errand, by=place.lin, at=LATER, now=LATER)
    assert (stands(), sums_of(place.compound).wrong) == ({"rest": "30.50", "冯磊": "-30.50"}, [])
