"""What the tables of the ledger hold by themselves, whoever writes to them."""

import datetime as dt
import uuid
from decimal import Decimal
from types import SimpleNamespace

import pytest
from django.db import InternalError, connection, transaction
from django.db.utils import IntegrityError

from errands.models import Errand
from money.models import Account, Entry, Posting
from tests import make
from tests.make import ELEVEN, NOON
from tests.money.one_of_each import entry, one_of_each
from tests.named_constraints import again, keys_targets, named_constraints, refused_by, rows_of

pytestmark = pytest.mark.django_db
MINUTE = dt.timedelta(minutes=1)


@pytest.fixture
def good() -> SimpleNamespace:
    compound = make.compound()
    by, door = make.member(compound), make.household(compound, "20-1702")
    good = one_of_each(door, make.round(compound), by=by)
    good.other = make.compound("kanghuayuan", "康华苑")
    good.errand = Errand.objects.create(
        compound=compound, household=door, kind="help", text="网断了", channel="phone", asked_at=ELEVEN, asked_by=by
    )
    good.door_elsewhere = make.household(good.other, "3-2-501")
    return good


def posted(good: SimpleNamespace, account: Account, amount: str, **differs: object) -> None:
    Posting.objects.create(
        **{"compound": good.compound, "entry": good.bill, "account": account, "amount": amount} | differs
    )


def account(good: SimpleNamespace, kind: str, **more: object) -> None:
    Account.objects.create(**{"compound": good.compound, "kind": kind} | more)


def counted(good: SimpleNamespace, **differs: object) -> None:
    again(good.count, **{"entry_id": None, "expected": 10} | differs)


# What an UPDATE would meet the append-only trigger for, a second row shows.
TABLE = rows_of(
    ("account_one_per_volunteer", lambda good: account(good, "volunteer", user=good.by)),
    ("account_one_of_a_kind", lambda good: account(good, "cash")),
    ("account_of_whom", lambda good: account(good, "household")),
    ("account_of_whom", lambda good: account(good, "donations", user=good.by)),
    ("account_household_in_compound", lambda good: account(good, "household", household=good.door_elsewhere)),
    ("entry_balances", lambda good: entry(good, "payment", household="-5", cash="4.99")),
    ("entry_balances", lambda good: entry(good, "payment")),
    ("entry_balances", lambda good: posted(good, good.account.cash, "0.01")),
    ("entry_lines_sum_up", lambda good: again(good.line, amount=Decimal("0.01"))),
    (
        "entry_mirrors_what_it_reverses",
        lambda good: entry(good, "reversal", household="-12.00", goods="12.00", reverses=good.bill, reason="错了"),
    ),
    (
        "entry_mirrors_what_it_reverses",
        lambda good: entry(
            good, "reversal", household="-12.50", goods="12.50", cash="1", rest="-1", reverses=good.bill, reason="错了"
        ),
    ),
    ("entry_reversal_of_one", lambda good: entry(good, "reversal", household="-1", cash="1", reason="错了")),
    ("entry_reversal_of_one", lambda good: entry(good, "payment", household="-1", cash="1", reverses=good.bill)),
    ("entry_not_of_itself", lambda good: own_reversal(good)),
    ("entry_with_reason", lambda good: entry(good, "refund", household="1", cash="-1")),
    ("entry_rest_says_what", lambda good: entry(good, "rest", goods="-1", rest="1", reason="剩一颗")),
    ("entry_rest_says_what", lambda good: entry(good, "payment", household="-1", cash="1", why="surplus")),
    ("entry_advance_for_something", lambda good: entry(good, "advance", goods="1", volunteer="-1")),
    ("entry_bill_for_something", lambda good: entry(good, "bill", goods="-1", household="1")),
    (
        "entry_not_in_the_future",
        lambda good: entry(good, "payment", household="-1", cash="1", at=NOON + MINUTE),
    ),
    ("entry_round_in_compound", lambda good: abroad(good, round=good.round)),
    ("entry_errand_in_compound", lambda good: abroad(good, errand=good.errand)),
    ("posting_entry_in_compound", lambda good: abroad(good)),
    ("posting_account_in_compound", lambda good: abroad(good, own=True)),
    ("posting_once_per_account", lambda good: posted(good, good.account.goods, "1")),
    ("posting_of_something", lambda good: posted(good, good.account.cash, "0")),
    ("bill_line_has_goods", lambda good: again(good.line, goods="", amount=0)),
    ("bill_line_price", lambda good: again(good.line, price=-1, amount=0)),
    ("cash_count_not_negative", lambda good: counted(good, counted=-1, expected=-1)),
    ("cash_count_difference_is_posted", lambda good: counted(good, counted=11)),
    ("cash_count_difference_is_posted", lambda good: again(good.count, expected=10)),
    ("cashcount_entry_in_compound", lambda good: counted_abroad(good)),
)


def own_reversal(good: SimpleNamespace) -> None:
    key = uuid.uuid4()
    entry(good, "reversal", id=key, reverses_id=key, reason="错了", household="-1", cash="1")


def abroad(good: SimpleNamespace, *, own: bool = False, **more: object) -> None:
    """An entry of the other compound that names what `more` says of ours, else an account (`own`), else a posting."""
    cash, rest = (Account.objects.create(compound=good.other, kind=kind) for kind in ("cash", "rest"))
    made = Entry.objects.create(compound=good.other, kind="payment", at=NOON, entered_at=NOON, **more)
    of = good.other if more or own else good.compound
    pair = (cash, rest) if more else (good.account.cash, good.account.rest)
    for one, amount in zip(pair, (1, -1), strict=True):
        Posting.objects.create(compound=of, entry=made, account=one, amount=amount)


def counted_abroad(good: SimpleNamespace) -> None:
    more = entry(good, "count", cash="1", rest="-1", reason="盘点")
    again(good.count, compound_id=good.other.pk, entry_id=more.pk)


@pytest.mark.parametrize(("constraint", "deed"), TABLE)
def test_bad_row_is_refused_by_the_database(good: SimpleNamespace, constraint: str, deed) -> None:  # type: ignore[no-untyped-def]
    assert refused_by(lambda: deed(good)) == constraint


@pytest.mark.parametrize(
    "deed",
    [
        lambda good: account(good, "donations"),
        lambda good: account(good, "household", household=make.household(good.compound, "20-1703")),
        lambda good: entry(good, "payment", household="-12.50", cash="10", volunteer="2.50"),
        lambda good: entry(good, "reversal", household="-12.50", goods="12.50", reverses=good.bill, reason="错了"),
        lambda good: entry(good, "rest", goods="-1", rest="1", why="surplus", reason="剩一颗"),
        lambda good: entry(good, "advance", goods="5", volunteer="-5", errand=good.errand),
        lambda good: again(good.line, amount=0, line_id=None),
        lambda good: counted(good),
    ],
)
def test_good_row_beside_it_goes_through(good: SimpleNamespace, deed) -> None:  # type: ignore[no-untyped-def]
    assert refused_by(lambda: deed(good)) is None


def test_every_named_constraint_stands_in_the_table() -> None:
    """The targets of composite keys cannot be broken: the first of their columns is the primary key. The three that a
    trigger holds are none of the catalogue's."""
    targets = {"account_with_compound", "entry_with_compound"}
    of_trigger = {"entry_balances", "entry_lines_sum_up", "entry_mirrors_what_it_reverses"}
    assert targets <= keys_targets()
    assert named_constraints("money") == {row.values[0] for row in TABLE} - of_trigger | targets


@pytest.mark.parametrize("table", ["entry", "posting", "billline", "cashcount"])
def test_ledger_when_it_is_changed_or_deleted_refuses(good: SimpleNamespace, table: str) -> None:
    for statement in (f"UPDATE money_{table} SET id = id", f"DELETE FROM money_{table}"):
        with pytest.raises((IntegrityError, InternalError), match="append-only"), transaction.atomic():
            connection.cursor().execute(statement)
