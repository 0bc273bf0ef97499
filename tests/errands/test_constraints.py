"""What the tables of errands hold by themselves, whoever writes to them."""

import datetime as dt
from types import SimpleNamespace

import pytest
from django.db import InternalError, connection, transaction
from django.db.utils import IntegrityError

from errands.models import ErrandStep
from tests import make
from tests.errands.one_of_each import one_of_each
from tests.make import ELEVEN, NOON
from tests.named_constraints import again, changed, keys_targets, named_constraints, refused_by, rows_of

pytestmark = pytest.mark.django_db
MINUTE = dt.timedelta(minutes=1)


@pytest.fixture
def good() -> SimpleNamespace:
    compound = make.compound()
    good = one_of_each(make.household(compound, "20-1702"), by=make.member(compound))
    good.elsewhere = make.household(make.compound("kanghuayuan", "康华苑"), "3-2-501")
    return good


TABLE = rows_of(
    ("errand_household_in_compound", lambda good: changed(good.errand, household=good.elsewhere)),
    ("errand_asked_by", lambda good: changed(good.errand, asked_by=None)),
    ("errand_asked_by", lambda good: changed(good.errand, channel="household")),
    ("errand_ended_with_reason", lambda good: changed(good.errand, ended_at=NOON)),
    ("errand_ended_with_reason", lambda good: changed(good.errand, state="withdrawn", ended_at=NOON)),
    ("errand_ended_with_reason", lambda good: changed(good.errand, state="not_to_be_had", end_reason="没货")),
    ("errand_taken_by_somebody", lambda good: changed(good.gas, state="bought")),
    (
        "errand_medicine_refusal_said_before",
        lambda good: changed(good.errand, state="bought", taken_by=good.by),
    ),
    ("errand_medicine_for_one_person", lambda good: changed(good.errand, person="")),
    ("errand_amount_and_by", lambda good: changed(good.errand, amount=5)),
    ("errand_amount_and_by", lambda good: changed(good.errand, amount=-5, paid_by=good.by)),
    ("errand_help_says_what", lambda good: changed(good.gas, kind="help")),
    ("errand_step_not_in_the_future", lambda good: again(good.step, at=ELEVEN + MINUTE)),
    ("errand_step_takes_back_one", lambda good: again(good.step, step="taken_back")),
    ("errand_step_takes_back_one", lambda good: again(good.step, undoes_id=good.step.pk)),
    (
        "errand_step_taken_back_of_errand",
        lambda good: again(good.step, step="taken_back", undoes_id=good.step.pk, errand_id=good.gas.pk),
    ),
    ("medicine_has_name", lambda good: changed(good.medicine, name="")),
    ("medicine_of_something", lambda good: changed(good.medicine, quantity=0)),
    ("medicine_bought_as_asked", lambda good: changed(good.medicine, bought=3)),
    ("card_out_once", lambda good: again(good.card)),
    ("card_given_by_somebody", lambda good: changed(good.card, given_by="")),
    ("card_returned_to_somebody", lambda good: changed(good.card, returned_at=NOON, returned_by=good.by)),
    (
        "card_back_after_taken",
        lambda good: changed(good.card, returned_at=ELEVEN - MINUTE, returned_by=good.by, returned_to="王奶奶"),
    ),
    ("top_up_of_something", lambda good: changed(good.top_up, wanted=0)),
)


@pytest.mark.parametrize(("constraint", "deed"), TABLE)
def test_bad_row_is_refused_by_the_database(good: SimpleNamespace, constraint: str, deed) -> None:  # type: ignore[no-untyped-def]
    assert refused_by(lambda: deed(good)) == constraint


@pytest.mark.parametrize(
    "deed",
    [
        lambda good: changed(good.errand, channel="household", asked_by=None),
        lambda good: changed(good.errand, state="bought", taken_by=good.by, refusal_borne_by="return"),
        lambda good: changed(good.errand, state="withdrawn", ended_at=NOON, end_reason="已经买到"),
        lambda good: changed(good.gas, state="handed_over", ended_at=NOON, taken_by=good.by),
        lambda good: changed(good.gas, kind="help", text="网断了"),
        lambda good: changed(good.gas, amount=0, paid_by=good.by),
        lambda good: changed(good.medicine, bought=2),
        lambda good: changed(good.card, returned_at=NOON, returned_by=good.by, returned_to="王奶奶"),
        lambda good: again(good.card, holder="王爷爷"),
        lambda good: again(good.step, step="taken_back", undoes_id=good.step.pk),
        lambda good: changed(good.top_up, number="", wanted="0.01"),
    ],
)
def test_good_row_beside_it_goes_through(good: SimpleNamespace, deed) -> None:  # type: ignore[no-untyped-def]
    assert refused_by(lambda: deed(good)) is None


def test_every_named_constraint_stands_in_the_table() -> None:
    """The targets of composite keys cannot be broken: the first of their columns is the primary key."""
    targets = {"errand_with_compound", "errand_step_with_errand"}
    assert targets <= keys_targets()
    assert named_constraints("errands") == {row.values[0] for row in TABLE} | targets


def test_step_when_it_is_changed_or_deleted_refuses(good: SimpleNamespace) -> None:
    for statement in ("UPDATE errands_errandstep SET at = at", "DELETE FROM errands_errandstep"):
        with pytest.raises((IntegrityError, InternalError), match="append-only"), transaction.atomic():
            connection.cursor().execute(statement)
    assert ErrandStep.objects.get() == good.step
