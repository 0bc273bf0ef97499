"""What counts once a sum, an end or a photo was taken back: what others and the same person have said besides."""

import datetime as dt
import uuid
from decimal import Decimal
from types import SimpleNamespace
from typing import Any

import pytest

from compound.access import standing_of
from compound.models import StoredFile
from compound.refusals import Refusal
from compound.services.photos import store_photo
from errands.models import Errand
from errands.services import steps
from errands.services.mistakes import take_back
from orders.events import form_act, phone_act, take_act
from orders.models import Picture
from tests.errands.asked import gas
from tests.errands.test_acts import act, help_with
from tests.errands.test_mistakes import owed
from tests.make import ELEVEN

pytestmark = pytest.mark.django_db
MINUTE, HOUR = dt.timedelta(minutes=1), dt.timedelta(hours=1)


def test_second_sum_that_was_a_slip_when_taken_back_leaves_the_first(place: SimpleNamespace) -> None:
    errand = gas(place)
    runner: dict[str, Any] = {"errand": errand, "by": place.feng}
    steps.buy(**runner, at=ELEVEN, amount=Decimal("35.00"))
    steps.buy(**runner, at=ELEVEN + 30 * MINUTE, amount=Decimal("350.00"))
    told = take_back(**runner, what="bought", at=ELEVEN + 31 * MINUTE)
    errand.refresh_from_db()
    assert (told.flags, errand.state, errand.amount, errand.paid_by) == (
        ("earlier",), "bought", Decimal("35.00"), place.feng,
    )  # fmt: skip
    steps.hand_over(**runner, at=ELEVEN + 40 * MINUTE)
    assert owed(place) == {"door": Decimal("35.00"), "runner": Decimal("-35.00")}


def test_slip_after_the_desk_has_put_the_sum_right_when_taken_back_leaves_the_desks(place: SimpleNamespace) -> None:
    errand = gas(place)
    steps.buy(errand=errand, by=place.feng, at=ELEVEN, amount=Decimal("35.00"))
    said: dict[str, Any] = {"amount": Decimal("36.50"), "paid_by": place.guo, "reason": "小票"}
    steps.correct_amount(errand=errand, by=place.lin, at=ELEVEN + MINUTE, **said)
    for minute, person in ((2, place.guo), (3, place.feng)):
        steps.buy(errand=errand, by=person, at=ELEVEN + minute * MINUTE, amount=Decimal(365))
    take_back(errand=errand, by=place.feng, what="bought", at=ELEVEN + 4 * MINUTE)
    errand.refresh_from_db()
    assert (errand.amount, errand.paid_by) == (Decimal(365), place.guo)
    take_back(errand=errand, by=place.lin, what="bought", at=ELEVEN + HOUR, is_desk=True, reason="没买")
    errand.refresh_from_db()
    assert (errand.amount, errand.paid_by, owed(place)) == (None, None, {})


def test_desks_sum_stays_when_the_payer_takes_back_a_later_slip(place: SimpleNamespace) -> None:
    errand = gas(place)
    steps.buy(errand=errand, by=place.feng, at=ELEVEN, amount=Decimal("35.00"))
    said: dict[str, Any] = {"amount": Decimal("36.50"), "paid_by": place.feng, "reason": "小票"}
    steps.correct_amount(errand=errand, by=place.lin, at=ELEVEN + MINUTE, **said)
    steps.buy(errand=errand, by=place.feng, at=ELEVEN + HOUR, amount=Decimal(350))
    take_back(errand=errand, by=place.feng, what="bought", at=ELEVEN + HOUR + MINUTE)
    assert owed(place) == {"goods": Decimal("36.50"), "runner": Decimal("-36.50")}


def test_first_of_two_payers_when_he_takes_his_word_back_leaves_the_sum_of_the_second(place: SimpleNamespace) -> None:
    errand = gas(place)
    steps.buy(errand=errand, by=place.feng, at=ELEVEN, amount=Decimal(35))
    assert steps.buy(errand=errand, by=place.guo, at=ELEVEN + MINUTE, amount=Decimal(40)).flags[-1] == "paid_before"
    told = take_back(errand=errand, by=place.feng, what="bought", at=ELEVEN + 2 * MINUTE)
    errand.refresh_from_db()
    assert (told.flags, errand.amount, errand.paid_by) == (("stays",), Decimal(40), place.guo)
    steps.hand_over(errand=errand, by=place.guo, at=ELEVEN + HOUR)
    assert owed(place) == {"door": Decimal(40), "runner": Decimal(-40)}


def test_help_that_was_paid_for_earlier_when_not_done_after_all_keeps_what_it_cost(place: SimpleNamespace) -> None:
    errand = help_with(place, "换灯泡")
    runner: dict[str, Any] = {"errand": errand, "by": place.feng}
    steps.buy(**runner, at=ELEVEN, amount=Decimal(20))
    steps.hand_over(**runner, at=ELEVEN + 24 * HOUR)
    take_back(**runner, what="ended", at=ELEVEN + 24 * HOUR + MINUTE)
    errand.refresh_from_db()
    assert (errand.state, errand.amount) == ("bought", Decimal(20))
    assert owed(place) == {"goods": Decimal(20), "runner": Decimal(-20)}


@pytest.mark.parametrize(
    ("at", "received", "code"),
    [
        (ELEVEN + 5 * MINUTE, ELEVEN + 24 * HOUR, None),
        # Of a moment before the hand-over, and of one that nobody can check any more.
        (ELEVEN - HOUR, ELEVEN + MINUTE, "too_late_to_take_back"),
        (ELEVEN - HOUR, ELEVEN + 72 * HOUR, "too_late_to_take_back"),
        (ELEVEN + 5 * MINUTE, ELEVEN + 24 * HOUR + 6 * MINUTE, "too_late_to_take_back"),
    ],
)
def test_phone_that_says_a_time_of_its_own_takes_back_what_was_said_just_before_and_within_a_day(
    place: SimpleNamespace, at: dt.datetime, received: dt.datetime, code: str | None
) -> None:
    errand = gas(place)
    steps.buy(errand=errand, by=place.feng, at=ELEVEN, amount=Decimal("86.40"))
    steps.hand_over(errand=errand, by=place.feng, at=ELEVEN)
    standing = standing_of(place.feng, "xingfuli")
    assert standing is not None
    body = {"errand": str(errand.pk), "do": "take_back", "what": "ended"}
    late: dict[str, Any] = {"id": uuid.uuid4(), "standing": standing, "kind": "errand", "clock_offset_ms": 0}
    try:
        take_act(phone_act(**late, at=at, received_at=received, body=body))
        refused = None
    except Refusal as refusal:
        refused = refusal.code
    assert (refused, "door" in owed(place)) == (code, code is not None)


def test_photo_of_what_was_bought_by_mistake_goes_with_it_and_that_of_the_real_purchase_is_kept(
    place: SimpleNamespace,
) -> None:
    errand = gas(place)

    def bought() -> StoredFile:
        standing = standing_of(place.feng, "xingfuli")
        assert standing is not None
        said = {"errand": str(errand.pk), "do": "bought"}
        made = form_act(id=uuid.uuid4(), standing=standing, kind="errand", at=ELEVEN, body=said)
        take_act(made)
        file = store_photo(
            compound=place.compound, kind="photo.errand", content=made.id.bytes, name="小票", by=place.feng, at=ELEVEN,
            roles=[], keep_until=ELEVEN.date(),
        )  # fmt: skip
        Picture.objects.create(event_id=made.id, file=file)
        errand.refresh_from_db()
        return file

    first = bought()
    assert errand.receipt == first
    act(place, place.feng, errand, "take_back", what="bought")
    again = Errand.objects.get()
    assert (again.state, again.amount, again.receipt) == ("asked", None, None)
    second = bought()
    assert errand.receipt == second
