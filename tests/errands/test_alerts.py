"""Nobody goes for what is urgent: people are told again, each step once, and no more once somebody goes."""

import datetime as dt
import uuid
from types import SimpleNamespace
from typing import Any

import pytest
from django.db import transaction

from compound.models import Message
from errands.services import steps
from errands.services.alerts import remind_of_urgent, rings_enough
from errands.services.asking import ask_errand, change_errand, withdraw
from tests import make
from tests.at_once import Other, until_blocked
from tests.errands.asked import medicine
from tests.make import ELEVEN

pytestmark = pytest.mark.django_db
MINUTE, SECONDS = dt.timedelta(minutes=1), dt.timedelta(seconds=15)
NIGHT = ELEVEN + dt.timedelta(hours=12)


def told() -> list[str]:
    """First lines of the texts for the chat, oldest first."""
    texts = Message.objects.filter(kind="errands.urgent", channel="chat").order_by("made_at")
    return [message.text.splitlines()[0] for message in texts]


def sweep(start: dt.datetime, minutes: int) -> None:
    """As the clock does it, every 15 seconds."""
    for tick in range(minutes * 4 + 1):
        remind_of_urgent(start + tick * SECONDS)


def test_urgent_errand_that_nobody_takes_is_told_of_after_five_minutes_and_then_less_and_less_at_any_hour(
    place: SimpleNamespace, settings: Any
) -> None:
    settings.SENDS_EMAIL = True
    make.volunteer(place.compound, place.lin.name, place.lin.phone, email="tao@example.org")
    errand = medicine(place, at=NIGHT, is_urgent=True, by=None, channel="household")
    sweep(NIGHT, 36)
    assert told() == [
        "加急：20栋要买药，23:00 提出。",
        "5 分钟了还没有人去：加急买药，20栋，23:00 提出。",
        "15 分钟了还没有人去：加急买药，20栋，23:00 提出。",
        "30 分钟了还没有人去：加急买药，20栋，23:00 提出。",
    ]
    mails = Message.objects.filter(kind="errands.urgent", channel="email", address="tao@example.org")
    assert mails.count() == 4
    # One text waits for whoever pastes it, not four.
    assert Message.objects.filter(channel="chat", dropped_at=None).count() == 1
    steps.take_on(errand=errand, by=place.feng, at=NIGHT + 36 * MINUTE)
    sweep(NIGHT + 36 * MINUTE, 30)
    assert (len(told()), Message.objects.filter(dropped_at=None).count()) == (4, 0)
    # Given back it waits anew.
    steps.give_back(errand=errand, by=place.feng, at=NIGHT + 60 * MINUTE)
    sweep(NIGHT + 60 * MINUTE, 6)
    assert len(told()) == 6
    withdraw(errand=errand, reason="", by=None, at=NIGHT + 67 * MINUTE)
    sweep(NIGHT + 67 * MINUTE, 30)
    assert len(told()) == 6


def test_urgent_errand_after_a_downtime_is_told_of_once(place: SimpleNamespace) -> None:
    medicine(place, is_urgent=True)
    medicine(place)
    for _twice in range(2):
        remind_of_urgent(ELEVEN + 47 * MINUTE)
    assert told()[1:] == ["47 分钟了还没有人去：加急买药，20栋，11:00 提出。"]


def test_urgent_errand_that_nobody_takes_for_four_hours_is_told_to_the_coordinators_and_rings_no_more(
    place: SimpleNamespace, settings: Any
) -> None:
    settings.SENDS_EMAIL = True
    make.volunteer(place.compound, place.lin.name, place.lin.phone, email="tao@example.org")
    make.volunteer(place.compound, place.tang.name, place.tang.phone, email="tang@example.org")
    errand = medicine(place, at=NIGHT, is_urgent=True, by=None, channel="household")
    for quarter in range(4 * 72):
        remind_of_urgent(NIGHT + quarter * 15 * MINUTE)
        remind_of_urgent(NIGHT + quarter * 15 * MINUTE + 5 * MINUTE)
    rows = Message.objects.filter(kind="errands.urgent", channel="chat").order_by("made_at")
    assert [(int((row.made_at - NIGHT) / MINUTE), row.audience) for row in rows] == [
        (0, "医疗组"), (5, "医疗组"), (15, "医疗组"), (30, "医疗组"), (60, "医疗组"), (120, "医疗组"),
        (240, "志愿者协调员"),
    ]  # fmt: skip
    assert rows.last().text.splitlines() == [
        "240 分钟了还没有人去：加急买药，20栋，23:00 提出。",
        f"不再自动提醒，会一直留在“今天”页上。请打电话找人，或自己接下：{settings.PUBLIC_URL}/c/{place.compound.code}/errands/",
    ]
    mails = Message.objects.filter(kind="errands.urgent", channel="email")
    assert [mails.filter(address=f"{who}@example.org").count() for who in ("tao", "tang")] == [7, 6]
    # The group's last text is still there to be pasted, and nothing of it is left once somebody goes.
    assert list(rows.filter(dropped_at=None).values_list("audience", flat=True)) == ["医疗组", "志愿者协调员"]
    steps.take_on(errand=errand, by=place.feng, at=NIGHT + 300 * MINUTE)
    assert rows.filter(dropped_at=None).count() == 0


@pytest.mark.django_db(transaction=True)
def test_urgent_errand_that_is_taken_at_this_moment_is_not_told_of(place: SimpleNamespace) -> None:
    errand = medicine(place, is_urgent=True)
    with transaction.atomic():
        steps.take_on(errand=errand, by=place.feng, at=ELEVEN + MINUTE)
        other = Other(lambda: remind_of_urgent(ELEVEN + 6 * MINUTE))
        assert until_blocked(other)
    assert (other.ended(), len(told())) == (None, 1)


def test_sweep_when_nothing_urgent_waits_costs_one_query(
    place: SimpleNamespace, django_assert_num_queries: Any
) -> None:
    medicine(place)
    with django_assert_num_queries(1):
        remind_of_urgent(ELEVEN + 60 * MINUTE)


def test_household_that_asks_urgently_again_and_again_rings_three_times_within_the_hour(place: SimpleNamespace) -> None:
    """Twenty at once, withdrawn, asked for anew: a stolen slip must not drown the others' alarms."""

    def ask(at: dt.datetime, **more: Any) -> Any:
        given = {"household": place.door, "channel": "household", "by": None, **more}
        return ask_errand(id=uuid.uuid4(), kind="help", text="开锁", is_urgent=True, at=at, **given)[0]

    errands = [ask(ELEVEN + number * SECONDS) for number in range(5)]
    assert (len(told()), all(errand.is_urgent for errand in errands)) == (3, True)
    withdraw(errand=errands[0], reason="", by=None, at=ELEVEN + MINUTE)
    ask(ELEVEN + 2 * MINUTE)
    assert len(told()) == 3
    # Of five that wait the sweep names the three oldest; other doors and the telephone are heard as ever.
    remind_of_urgent(ELEVEN + 9 * MINUTE)
    assert len(told()) == 6
    ask(ELEVEN + 10 * MINUTE, household=place.other)
    ask(ELEVEN + 10 * MINUTE, channel="phone", by=place.lin)
    ask(ELEVEN + 3 * dt.timedelta(hours=1))
    assert len(told()) == 9


def test_household_that_corrects_itself_is_heard_and_one_that_does_nothing_else_is_not(place: SimpleNamespace) -> None:
    """Withdrawn or taken on, an errand keeps no bell from the next; ten of them within the hour do."""
    for number in range(12):
        at = ELEVEN + number * MINUTE
        errand, _replayed = ask_errand(
            id=uuid.uuid4(), household=place.door, channel="household", by=None, kind="help", text="开锁",
            is_urgent=True, at=at,
        )  # fmt: skip
        assert rings_enough(place.door, at) == (number > 9)
        if number == 2:
            steps.take_on(errand=errand, by=place.feng, at=at)
        else:
            withdraw(errand=errand, reason="", by=None, at=at)
    assert len(told()) == 10


def test_urgent_errand_whose_pharmacy_is_chosen_again_and_again_waits_since_it_was_asked_for(
    place: SimpleNamespace,
) -> None:
    errand = medicine(place, is_urgent=True)
    for number in range(1, 7):
        at = ELEVEN + number * 4 * MINUTE
        steps.choose_point(errand=errand, by=place.lin, at=at, point=place.point if number % 2 else None)
        remind_of_urgent(at + 3 * MINUTE)
    assert [text[:4] for text in told()[1:]] == ["7 分钟", "15 分"]


def test_errand_that_becomes_urgent_waits_since_then(place: SimpleNamespace) -> None:
    errand = medicine(place)
    said: dict[str, Any] = {"person": errand.person, "text": errand.text, "supply_point": None, "refusal_borne_by": ""}
    change_errand(errand=errand, by=place.lin, at=ELEVEN + 30 * MINUTE, is_urgent=True, **said)
    sweep(ELEVEN + 30 * MINUTE, 6)
    assert [text[:4] for text in told()[1:]] == ["5 分钟"]
