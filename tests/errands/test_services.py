"""From the empty box to the door: what is written down, what is refused, what is only flagged."""

import dataclasses
import datetime as dt
import uuid
from decimal import Decimal
from types import SimpleNamespace
from typing import Any

import pytest
from django.db import transaction

from compound.models import AuditEntry, Message
from compound.refusals import Refusal
from errands import signals
from errands.models import CardLoan, Errand, ErrandStep, TopUp
from errands.queries.errands import errands_of
from errands.services import steps
from errands.services.asking import MedicineWish, TopUpWish, ask_errand, change_errand, withdraw
from errands.services.cards import return_card, take_card
from errands.services.numbers import show_number
from tests.at_once import Other, until_blocked
from tests.errands.asked import INSULIN, NIFEDIPINE, gas, medicine, picture
from tests.make import ELEVEN

pytestmark = pytest.mark.django_db
MINUTE, HOUR = dt.timedelta(minutes=1), dt.timedelta(hours=1)


@pytest.fixture
def heard() -> Any:
    """What the ledger is told, in order."""
    told: list[tuple[str, str, Decimal | None]] = []

    def paid(errand: Errand, **_facts: Any) -> None:
        told.append(("paid", errand.state, errand.amount))

    def ended(errand: Errand, **_facts: Any) -> None:
        told.append(("ended", errand.state, errand.amount))

    signals.errand_paid.connect(paid)
    signals.errand_ended.connect(ended)
    yield told
    signals.errand_paid.disconnect(paid)
    signals.errand_ended.disconnect(ended)


def said(errand: Errand) -> list[tuple[str, str]]:
    rows = ErrandStep.objects.filter(errand=errand).order_by("entered_at", "at")
    return [(row.step, row.by.name if row.by else "") for row in rows]


def test_medicine_when_photographed_bought_and_handed_over_comes_with_its_card_and_its_cost(
    place: SimpleNamespace, heard: list[Any]
) -> None:
    wish = MedicineWish(name="硝苯地平控释片", specification="30mg×7片", quantity=2, photo=picture())
    errand = medicine(place, wish, supply_point=place.point)
    photo = errand.medicines.get().photo
    assert photo is not None
    assert bytes(photo.content)[:2] == b"\xff\xd8"
    runner: dict[str, Any] = {"errand": errand, "by": place.feng}
    steps.take_on(**runner, at=ELEVEN + MINUTE)
    card, flags = take_card(
        **runner, id=uuid.uuid4(), kind="insurance", holder="王奶奶", given_by="王奶奶", at=ELEVEN + 2 * MINUTE
    )
    bought = steps.buy(**runner, at=ELEVEN + HOUR, amount=Decimal("86.40"), refusal_borne_by="compound")
    first = steps.hand_over(**runner, at=ELEVEN + 2 * HOUR, to="王奶奶")
    back, _flags = return_card(card=card, returned_to="王奶奶", by=place.feng, at=ELEVEN + 3 * HOUR)
    errand.refresh_from_db()
    assert (flags, bought.flags, first.flags) == ((), (), ("card_out",))
    assert (errand.state, errand.amount, errand.paid_by, errand.refusal_borne_by, errand.ended_at) == (
        "handed_over", Decimal("86.40"), place.feng, "compound", ELEVEN + 2 * HOUR,
    )  # fmt: skip
    assert (back.returned_to, back.returned_by, back.returned_at) == ("王奶奶", place.feng, ELEVEN + 3 * HOUR)
    assert errand.medicines.get().bought == 2
    assert said(errand) == [
        ("asked", "林涛"), ("taken", "冯磊"), ("card_taken", "冯磊"), ("bought", "冯磊"), ("handed_over", "冯磊"),
        ("card_returned", "冯磊"),
    ]  # fmt: skip
    assert heard == [("paid", "bought", Decimal("86.40")), ("ended", "handed_over", Decimal("86.40"))]


def test_urgent_medicine_when_asked_at_23_tells_coordinator_and_medical_group_at_once(
    place: SimpleNamespace, settings: Any
) -> None:
    settings.SENDS_EMAIL = True
    night = ELEVEN + 12 * HOUR
    errand = medicine(place, at=night, is_urgent=True, by=None, channel="household")
    messages = Message.objects.filter(kind="errands.urgent")
    [chat] = messages.filter(to=None)
    assert (chat.due_at, chat.audience, chat.text.splitlines()[0]) == (
        night, "医疗组", "加急：20栋要买药，23:00 提出。",
    )  # fmt: skip
    # Nobody's door in a chat.
    assert "1702" not in chat.text
    steps.take_on(errand=errand, by=place.feng, at=night + MINUTE)
    chat.refresh_from_db()
    assert chat.dropped_at == night + MINUTE


def test_medicine_when_nobody_said_who_pays_for_a_refusal_is_not_bought_and_then_it_is(place: SimpleNamespace) -> None:
    errand = medicine(place)
    with pytest.raises(Refusal) as refused:
        steps.buy(errand=errand, by=place.feng, at=ELEVEN, amount=Decimal(10))
    assert refused.value.code == "refusal_not_said"
    change_errand(
        errand=errand, by=place.lin, at=ELEVEN, is_urgent=False, person="王奶奶", text="", supply_point=None,
        refusal_borne_by="household",
    )  # fmt: skip
    assert steps.buy(errand=errand, by=place.feng, at=ELEVEN, amount=Decimal(10)).errand.state == "bought"


def test_medicine_when_refused_at_the_door_ends_with_the_reason_and_who_bears_it(
    place: SimpleNamespace, heard: list[Any]
) -> None:
    errand = medicine(place, refusal_borne_by="compound")
    steps.buy(errand=errand, by=place.feng, at=ELEVEN, amount=Decimal(200))
    with pytest.raises(Refusal) as refused:
        steps.refuse(errand=errand, by=place.feng, at=ELEVEN, reason=" ")
    steps.refuse(errand=errand, by=place.feng, at=ELEVEN + HOUR, reason="家里已经有了")
    errand.refresh_from_db()
    assert refused.value.code == "reason_missing"
    assert (errand.state, errand.end_reason, errand.refusal_borne_by) == ("refused", "家里已经有了", "compound")
    assert heard[-1] == ("ended", "refused", Decimal(200))


def test_medicine_when_not_all_was_there_counts_the_boxes_and_never_more_than_asked(place: SimpleNamespace) -> None:
    errand = medicine(place, NIFEDIPINE, INSULIN, refusal_borne_by="return")
    two, cold = errand.medicines.order_by("pk")
    with pytest.raises(Refusal) as more:
        steps.buy(errand=errand, by=place.feng, at=ELEVEN, bought={two.pk: 3})
    with pytest.raises(Refusal) as none:
        steps.buy(errand=errand, by=place.feng, at=ELEVEN, bought={two.pk: 0, cold.pk: 0})
    told = steps.buy(errand=errand, by=place.feng, at=ELEVEN, bought={two.pk: 1})
    assert (more.value.code, none.value.code, told.flags) == ("quantity_wrong", "quantity_wrong", ("in_part",))
    assert list(errand.medicines.order_by("pk").values_list("bought", flat=True)) == [1, 1]


def test_errand_when_withdrawn_and_bought_all_the_same_is_open_again(place: SimpleNamespace, heard: list[Any]) -> None:
    errand = gas(place)
    steps.take_on(errand=errand, by=place.feng, at=ELEVEN)
    withdraw(errand=errand, reason="自己充了", by=place.lin, at=ELEVEN + HOUR)
    # Done at the counter before that, sent after it.
    late = steps.buy(
        errand=errand, by=place.feng, at=ELEVEN + MINUTE, entered_at=ELEVEN + 2 * HOUR, amount=Decimal(100)
    )
    errand.refresh_from_db()
    assert (late.flags, errand.state, errand.ended_at, errand.end_reason) == (("reopened",), "bought", None, "")
    assert heard == [("ended", "withdrawn", None), ("paid", "bought", Decimal(100))]


def test_errand_when_handed_over_twice_and_then_said_refused_ends_once(
    place: SimpleNamespace, heard: list[Any]
) -> None:
    errand = gas(place)
    steps.buy(errand=errand, by=place.feng, at=ELEVEN, amount=Decimal(100))
    told = [
        steps.hand_over(errand=errand, by=place.feng, at=ELEVEN + MINUTE).flags,
        steps.hand_over(errand=errand, by=place.feng, at=ELEVEN + MINUTE).flags,
        steps.refuse(errand=errand, by=place.lin, at=ELEVEN + HOUR, reason="不要").flags,
    ]
    errand.refresh_from_db()
    assert told == [(), ("already",), ("ended",)]
    assert (errand.state, errand.end_reason, [row[0] for row in heard]) == ("handed_over", "", ["paid", "ended"])


def test_top_up_when_it_ends_forgets_the_number_and_keeps_the_last_digits(place: SimpleNamespace) -> None:
    errand = gas(place)
    assert show_number(errand=errand, by=place.feng, at=ELEVEN) == "8000123456"
    [trace] = AuditEntry.objects.filter(action="errand.number_shown")
    assert (trace.by, trace.params) == (place.feng, {"room": "3-2-501"})
    assert [row.title for row in errands_of(place.other)] == ["燃气 100.00 元 ····3456"]
    steps.buy(errand=errand, by=place.feng, at=ELEVEN, amount=Decimal(100))
    steps.hand_over(errand=errand, by=place.feng, at=ELEVEN)
    top_up = TopUp.objects.get(errand=errand)
    assert (top_up.number, top_up.number_end) == ("", "3456")
    with pytest.raises(Refusal) as gone:
        show_number(errand=errand, by=place.feng, at=ELEVEN)
    assert gone.value.code == "number_gone"


def test_errand_when_asked_twice_with_one_form_is_one_until_it_has_ended(place: SimpleNamespace) -> None:
    asked: dict[str, Any] = {
        "id": uuid.uuid4(),
        "kind": "help",
        "text": "路由器坏了",
        "channel": "household",
        "by": None,
    }
    first, replayed = ask_errand(**asked, household=place.door, at=ELEVEN)
    second, again = ask_errand(**asked, household=place.door, at=ELEVEN + MINUTE)
    assert (first, replayed, again, second.asked_at) == (second, False, True, ELEVEN)
    change_errand(
        errand=first, by=place.lin, at=ELEVEN, is_urgent=True, person="", text="路由器", supply_point=None,
        refusal_borne_by="",
    )  # fmt: skip
    assert ask_errand(**asked, household=place.door, at=ELEVEN) == (first, True)
    withdraw(errand=first, reason="", by=None, at=ELEVEN)
    once_more = [ask_errand(**asked, household=place.door, at=ELEVEN) for _twice in range(2)]
    assert [(errand.is_open, known) for errand, known in once_more] == [(True, False), (True, True)]
    assert len({first.pk, *(errand.pk for errand, _known in once_more)}) == 2


def test_form_sent_again_with_other_content_loses_nothing_and_tells_of_what_is_urgent(place: SimpleNamespace) -> None:
    form = uuid.uuid4()
    photo = picture()
    medicine(place, id=form)
    for _twice in range(2):
        medicine(place, INSULIN, id=form, is_urgent=True)
        medicine(place, id=form, person="老周")
        medicine(place, id=form, household=place.other)
        medicine(place, dataclasses.replace(NIFEDIPINE, photo=photo), id=form)
        gas(place, id=form)
        gas(place, number="8000 1234 57", id=form)
        assert medicine(place, id=form).pk == form
    errands = Errand.objects.filter(kind="medicine")
    wanted = errands.values_list("household__room", "person", "medicines__name", "is_urgent", "medicines__photo")
    assert sorted((*row, photo is not None) for *row, photo in wanted) == [
        ("20-1702", "王奶奶", "硝苯地平控释片", False, False),
        ("20-1702", "王奶奶", "硝苯地平控释片", False, True),
        ("20-1702", "王奶奶", "门冬胰岛素笔芯", True, False),
        ("20-1702", "老周", "硝苯地平控释片", False, False),
        ("3-2-501", "王奶奶", "硝苯地平控释片", False, False),
    ]
    assert set(TopUp.objects.values_list("number", flat=True)) == {"8000123456", "8000123457"}
    assert Message.objects.filter(kind="errands.urgent", channel="chat").count() == 1


@pytest.mark.parametrize(
    ("asked", "code"),
    [
        ({"kind": "medicine", "medicines": (NIFEDIPINE,)}, "person_missing"),
        ({"kind": "medicine", "person": "王奶奶"}, "medicines_missing"),
        ({"kind": "medicine", "person": "王奶奶", "medicines": (MedicineWish(name=" "),)}, "medicines_missing"),
        ({"kind": "medicine", "person": "王奶奶", "medicines": (NIFEDIPINE,) * 11}, "medicines_too_many"),
        (
            {"kind": "medicine", "person": "王奶奶", "medicines": (MedicineWish(name="药", quantity=0),)},
            "quantity_wrong",
        ),
        (
            {"kind": "medicine", "person": "王奶奶", "medicines": (NIFEDIPINE,), "refusal_borne_by": "x"},
            "bears_unknown",
        ),
        ({"kind": "top_up"}, "top_up_missing"),
        ({"kind": "top_up", "top_up": TopUpWish(service="gas", wanted=Decimal(1), number=" ")}, "number_missing"),
        ({"kind": "top_up", "top_up": TopUpWish(service="gas", wanted=Decimal(0), number="1")}, "amount_wrong"),
        ({"kind": "help", "text": "  "}, "text_missing"),
    ],
)
def test_asking_when_something_is_missing_says_what(place: SimpleNamespace, asked: dict[str, Any], code: str) -> None:
    with pytest.raises(Refusal) as refused:
        ask_errand(id=uuid.uuid4(), household=place.door, channel="desk", by=place.lin, at=ELEVEN, **asked)
    assert (refused.value.code, Errand.objects.count()) == (code, 0)


def test_errand_when_given_to_somebody_else_is_theirs_and_the_list_has_it_no_more(place: SimpleNamespace) -> None:
    errand = medicine(place)
    steps.take_on(errand=errand, by=place.feng, at=ELEVEN)
    with pytest.raises(Refusal) as taken:
        steps.take_on(errand=errand, by=place.tang, at=ELEVEN)
    steps.take_on(errand=errand, by=place.lin, runner=place.tang, at=ELEVEN)
    errand.refresh_from_db()
    assert (taken.value.code, errand.taken_by) == ("taken_already", place.tang)
    steps.give_back(errand=errand, by=place.tang, at=ELEVEN)
    errand.refresh_from_db()
    assert (errand.state, errand.taken_by) == ("asked", None)


def test_sum_when_put_right_after_the_end_is_told_to_the_ledger_again(place: SimpleNamespace, heard: list[Any]) -> None:
    errand = gas(place)
    correct: dict[str, Any] = {
        "errand": errand,
        "by": place.lin,
        "at": ELEVEN,
        "paid_by": place.feng,
        "reason": "看错了",
    }
    with pytest.raises(Refusal) as early:
        steps.correct_amount(**correct, amount=Decimal(90))
    steps.buy(errand=errand, by=place.feng, at=ELEVEN, amount=Decimal(100))
    steps.hand_over(errand=errand, by=place.feng, at=ELEVEN)
    steps.correct_amount(**correct, amount=Decimal(90))
    assert early.value.code == "not_bought"
    assert heard[-1] == ("paid", "handed_over", Decimal(90))


def test_card_when_taken_twice_is_out_once_and_keeps_the_errand_from_being_withdrawn(place: SimpleNamespace) -> None:
    errand = medicine(place)
    card: dict[str, Any] = {
        "errand": errand, "kind": "insurance", "holder": "王奶奶", "given_by": "王奶奶", "by": place.feng, "at": ELEVEN
    }  # fmt: skip
    first, flags = take_card(**card, id=uuid.uuid4())
    again, more = take_card(**card, id=uuid.uuid4())
    assert (first, flags, more, CardLoan.objects.count()) == (again, (), ("already",), 1)
    with pytest.raises(Refusal) as out:
        withdraw(errand=errand, reason="", by=None, at=ELEVEN)
    return_card(card=first, returned_to="王奶奶", by=place.feng, at=ELEVEN - MINUTE)
    withdraw(errand=errand, reason="", by=None, at=ELEVEN)
    first.refresh_from_db()
    errand.refresh_from_db()
    assert (out.value.code, first.returned_at, errand.state, errand.end_reason) == (
        "card_out", ELEVEN, "withdrawn", "不再需要",
    )  # fmt: skip


@pytest.mark.django_db(transaction=True)
def test_errand_when_two_take_it_on_at_once_is_one_persons(place: SimpleNamespace) -> None:
    errand = medicine(place)
    with transaction.atomic():
        steps.take_on(errand=errand, by=place.feng, at=ELEVEN)
        other = Other(lambda: steps.take_on(errand=errand, by=place.tang, at=ELEVEN))
        assert until_blocked(other)
    errand.refresh_from_db()
    assert (other.ended(), errand.taken_by) == ("taken_already", place.feng)


def test_urgent_errand_when_given_back_tells_people_once_more(place: SimpleNamespace) -> None:
    errand = medicine(place, is_urgent=True)
    chats = Message.objects.filter(kind="errands.urgent", channel="chat", dropped_at=None)
    steps.take_on(errand=errand, by=place.feng, at=ELEVEN + MINUTE)
    assert chats.count() == 0
    steps.give_back(errand=errand, by=place.feng, at=ELEVEN + 2 * MINUTE)
    assert [message.params["errand"] for message in chats] == [str(errand.pk)]
    # One that is not urgent waits in silence.
    other = gas(place)
    steps.take_on(errand=other, by=place.feng, at=ELEVEN)
    steps.give_back(errand=other, by=place.feng, at=ELEVEN)
    assert chats.count() == 1


def test_sum_of_a_second_payer_is_a_step_and_the_first_one_is_still_owed_his(
    place: SimpleNamespace, heard: Any
) -> None:
    errand = gas(place)
    steps.take_on(errand=errand, by=place.feng, at=ELEVEN)
    steps.buy(errand=errand, by=place.feng, at=ELEVEN, amount=Decimal(30))
    told = steps.buy(errand=errand, by=place.tang, at=ELEVEN + HOUR, amount=Decimal(32))
    errand.refresh_from_db()
    assert (told.flags, errand.amount, errand.paid_by) == (("already", "paid_before"), Decimal(30), place.feng)
    assert heard == [("paid", "bought", Decimal(30))]
    steps.buy(errand=errand, by=place.feng, at=ELEVEN + HOUR, amount=Decimal(31))
    assert heard[1:] == [("paid", "bought", Decimal(31))]


def test_sum_that_comes_after_it_was_handed_over_counts_once(place: SimpleNamespace, heard: Any) -> None:
    errand = gas(place)
    steps.take_on(errand=errand, by=place.feng, at=ELEVEN)
    steps.hand_over(errand=errand, by=place.feng, at=ELEVEN + MINUTE)
    for amount in (30, 40):
        told = steps.buy(errand=errand, by=place.feng, at=ELEVEN + HOUR, amount=Decimal(amount))
        assert told.flags == ("ended",)
    errand.refresh_from_db()
    assert (errand.state, errand.amount, errand.paid_by) == ("handed_over", Decimal(30), place.feng)
    assert heard == [("ended", "handed_over", None), ("paid", "handed_over", Decimal(30))]
