"""Reminders before a shift: one for each assignment and its hours, none that is not true any more."""

import datetime as dt

import pytest
from pytest_django import DjangoAssertNumQueries, Settings

from compound.models import Message
from compound.services import outbox
from roster.models import Assignment, RosterRules, Shift
from roster.services.reminders import remind
from tests import make

NOON = make.NOON
HOUR = dt.timedelta(hours=1)
MORNING = NOON - 6 * HOUR


@pytest.fixture(autouse=True)
def _public_url(settings: Settings) -> None:
    settings.PUBLIC_URL = "https://house.example"


def waiting() -> list[str]:
    rows = Message.objects.filter(kind="roster.reminder", sent_at=None, dropped_at=None).order_by("to__name")
    return [f"{row.to} {row.params['starts_at']}" for row in rows]


@pytest.mark.django_db
def test_remind_before_a_shift_says_what_where_when_with_whom_and_what_to_do_otherwise() -> None:
    compound = make.compound()
    shift = make.shift(make.post(compound, seats=2, place="东门岗亭"), note="带雨衣")
    make.assignment(shift, make.volunteer(compound))
    make.assignment(shift, make.volunteer(compound, "程颖", "13000000011"), "confirmed", seat=2)
    remind(MORNING)
    message = Message.objects.get(to__name="冯磊")
    assert message.subject == "值守提醒：8月23日(周二) 12:00–16:00 东门岗"
    assert message.text.splitlines() == [
        "冯磊，您有值守：8月23日(周二) 12:00–16:00，东门岗。",
        "地点：东门岗亭。",
        "同班：程颖。",
        "请注意：带雨衣",
        "来不了？请现在就说，好另外找人：打开 https://house.example/c/xingfuli/duty/ 点“我来不了”",
    ]
    assert (message.channel, message.audience, message.good_until) == ("chat", "值守组", shift.starts_at)


@pytest.mark.django_db
def test_remind_again_and_again_tells_each_once() -> None:
    compound = make.compound()
    make.assignment(make.shift(make.post(compound)), make.volunteer(compound))
    for minutes in range(0, 300, 15):
        remind(MORNING + dt.timedelta(minutes=minutes))
    assert Message.objects.count() == 1


@pytest.mark.django_db
def test_remind_long_before_or_after_the_start_tells_nobody() -> None:
    compound = make.compound()
    make.assignment(make.shift(make.post(compound)), make.volunteer(compound))
    remind(NOON - 8 * HOUR - dt.timedelta(seconds=1))
    remind(NOON)
    assert Message.objects.count() == 0
    remind(NOON - 8 * HOUR)
    assert waiting() == ["冯磊 2022-08-23T04:00:00+00:00"]


@pytest.mark.django_db
def test_remind_with_the_houses_own_minutes() -> None:
    compound = make.compound()
    RosterRules.objects.create(compound=compound, remind_minutes=60)
    make.assignment(make.shift(make.post(compound)), make.volunteer(compound))
    remind(NOON - 2 * HOUR)
    assert waiting() == []
    remind(NOON - HOUR)
    assert waiting() == ["冯磊 2022-08-23T04:00:00+00:00"]


@pytest.mark.django_db
@pytest.mark.parametrize("state", ["proposed", "waiting", "offered", "signed_in", "declined", "absent", "excused"])
def test_remind_when_nobody_has_to_come_tells_nobody(state: str) -> None:
    compound = make.compound()
    make.assignment(make.shift(make.post(compound)), make.volunteer(compound), state)
    remind(MORNING)
    assert Message.objects.count() == 0


@pytest.mark.django_db
def test_remind_when_the_shift_is_cancelled_tells_nobody() -> None:
    compound = make.compound()
    shift = make.shift(make.post(compound), cancelled_at=make.ELEVEN)
    make.assignment(shift, make.volunteer(compound))
    remind(MORNING)
    assert Message.objects.count() == 0


@pytest.mark.django_db
def test_remind_when_declined_meanwhile_takes_the_text_back() -> None:
    compound = make.compound()
    row = make.assignment(make.shift(make.post(compound)), make.volunteer(compound))
    remind(MORNING)
    Assignment.objects.filter(pk=row.pk).update(state="declined", seat=None, ended_at=MORNING)
    remind(MORNING + HOUR)
    assert waiting() == []
    assert Message.objects.get().dropped_at == MORNING + HOUR


@pytest.mark.django_db
def test_remind_when_the_hours_change_tells_the_new_ones() -> None:
    compound = make.compound()
    row = make.assignment(make.shift(make.post(compound)), make.volunteer(compound))
    remind(MORNING)
    Shift.objects.filter(pk=row.shift_id).update(starts_at=NOON + HOUR)
    remind(MORNING + HOUR)
    assert waiting() == ["冯磊 2022-08-23T05:00:00+00:00"]


@pytest.mark.django_db
def test_remind_by_email_reaches_the_address_of_the_volunteer(settings: Settings, mailoutbox: list[object]) -> None:
    settings.SENDS_EMAIL = True
    compound = make.compound()
    make.assignment(make.shift(make.post(compound)), make.volunteer(compound, email="lei@example.org"))
    remind(MORNING)
    outbox.send_due(MORNING)
    outbox.send_due(MORNING)
    assert [(m.to, m.subject) for m in mailoutbox] == [  # type: ignore[attr-defined]
        (["lei@example.org"], "值守提醒：8月23日(周二) 12:00–16:00 东门岗")
    ]


@pytest.mark.django_db
def test_remind_of_a_shift_from_half_past_midnight_names_its_own_day() -> None:
    compound = make.compound()
    starts_at = dt.datetime(2022, 8, 24, 0, 30, tzinfo=compound.tz)
    make.assignment(make.shift(make.post(compound), starts_at, hours=7), make.volunteer(compound))
    remind(starts_at - HOUR)
    assert Message.objects.get().subject == "值守提醒：8月24日(周三) 00:30–07:30 东门岗"


@pytest.mark.django_db
def test_remind_with_nothing_to_do_is_two_statements(django_assert_num_queries: DjangoAssertNumQueries) -> None:
    with django_assert_num_queries(2):
        remind(MORNING)


@pytest.mark.django_db
def test_remind_one_and_three_cost_the_same(django_assert_num_queries: DjangoAssertNumQueries) -> None:
    compound = make.compound()
    post = make.post(compound)
    people = [make.volunteer(compound, f"志愿者{n}", f"1300000010{n}") for n in range(4)]
    make.assignment(make.shift(post), people[0])
    with django_assert_num_queries(7):
        remind(MORNING)
    for hours, person in enumerate(people[1:], start=5):
        make.assignment(make.shift(post, NOON + hours * 4 * HOUR), person)
    with django_assert_num_queries(7):
        remind(NOON + 4 * 4 * HOUR + 10 * HOUR)
