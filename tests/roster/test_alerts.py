"""Alerts: gaps of the next two days, once; who is missing now, once."""

import datetime as dt

import pytest
from pytest_django import DjangoAssertNumQueries, Settings

from compound.models import Compound, Membership, Message
from roster.models import Assignment, GroupMember, Shift
from roster.services.alerts import alert, gaps_text, open_gaps, tell_gaps, tell_missing
from tests import make

NOON = make.NOON
HOUR, MINUTE = dt.timedelta(hours=1), dt.timedelta(minutes=1)
# 09:00 on the wall: the morning's digest is due.
NINE = NOON - 3 * HOUR


@pytest.fixture(autouse=True)
def _public_url(settings: Settings) -> None:
    settings.PUBLIC_URL = "https://house.example"


def texts(kind: str = "roster.gaps") -> list[tuple[str, str]]:
    rows = Message.objects.filter(kind=kind, channel="chat", dropped_at=None).order_by("made_at", "audience")
    return [(row.audience, row.text) for row in rows]


def gap(compound: Compound, starts_at: dt.datetime = NOON, name: str = "东门岗", **more: object) -> Shift:
    return make.shift(make.post(compound, name, **more), starts_at)  # type: ignore[arg-type]


@pytest.mark.django_db
def test_gaps_in_the_morning_are_one_text_for_the_groups_chat() -> None:
    compound = make.compound()
    post = make.post(compound, seats=2)
    make.assignment(make.shift(post), make.volunteer(compound))
    make.shift(post, NOON + 8 * HOUR)
    make.shift(post, NOON + 12 * HOUR)
    tell_gaps(at=NINE)
    assert texts() == [
        (
            "值守组",
            "还缺：\n8月23日(周二)\n东门岗 12:00–16:00 1人\n东门岗 20:00–24:00 2人\n8月24日(周三)\n"
            "东门岗 00:00–04:00 2人\n谁能来？打开 https://house.example/c/xingfuli/duty/open/ 点“我来”",
        )
    ]


@pytest.mark.django_db
def test_gaps_again_and_again_are_told_once_a_day() -> None:
    compound = make.compound()
    gap(compound, NOON + 40 * HOUR)
    for hours in range(23):
        tell_gaps(at=NINE + hours * HOUR)
    assert list(Message.objects.values_list("key", flat=True)) == [
        f"gaps:2022-08-23:day:{compound.duty_groups.get().pk}"
    ]
    tell_gaps(at=NINE + 23 * HOUR)
    assert Message.objects.count() == 2


@pytest.mark.django_db
def test_gap_beyond_two_days_or_filled_or_cancelled_is_told_to_nobody() -> None:
    compound = make.compound()
    gap(compound, NINE + 48 * HOUR + dt.timedelta(minutes=1))
    make.assignment(gap(compound, name="西门岗"), make.volunteer(compound))
    make.shift(make.post(compound, "南门岗"), cancelled_at=NINE)
    tell_gaps(at=NINE)
    assert Message.objects.count() == 0


@pytest.mark.django_db
def test_gap_that_appears_soon_before_its_start_is_told_at_once_and_the_older_text_taken_back() -> None:
    compound = make.compound()
    gap(compound, name="西门岗")
    row = make.assignment(gap(compound, NOON + 2 * HOUR), make.volunteer(compound))
    tell_gaps(at=NINE)
    Assignment.objects.filter(pk=row.pk).update(state="declined", seat=None, ended_at=NINE)
    tell_gaps(at=NINE + HOUR)
    tell_gaps(at=NINE + 2 * HOUR)
    [(audience, text)] = texts()
    assert audience == "值守组"
    assert text.splitlines()[2:4] == ["西门岗 12:00–16:00 1人", "东门岗 14:00–18:00 1人"]
    assert Message.objects.count() == 2


@pytest.mark.django_db
def test_gap_that_appears_tomorrow_waits_for_the_morning() -> None:
    compound = make.compound()
    gap(compound)
    tell_gaps(at=NINE)
    gap(compound, NINE + 30 * HOUR, "西门岗")
    tell_gaps(at=NINE + HOUR)
    assert Message.objects.count() == 1
    tell_gaps(at=NINE + 24 * HOUR)
    assert Message.objects.count() == 2


@pytest.mark.django_db
def test_gap_before_the_morning_is_told_only_when_it_is_near() -> None:
    compound = make.compound()
    gap(compound, NINE + 30 * HOUR)
    tell_gaps(at=NINE - 3 * HOUR)
    assert Message.objects.count() == 0
    gap(compound, NINE + 20 * HOUR, "西门岗")
    tell_gaps(at=NINE - 3 * HOUR)
    assert Message.objects.count() == 1


@pytest.mark.django_db
def test_gaps_by_email_go_to_leaders_with_their_own_and_to_coordinators_with_all(settings: Settings) -> None:
    settings.SENDS_EMAIL = True
    compound = make.compound()
    leader = make.volunteer(compound, "组长甲", "13000000021", email="jia@example.org")
    deputy = make.volunteer(compound, "副组乙", "13000000022", email="yi@example.org")
    group = make.duty_group(compound, leader=leader)
    GroupMember.objects.create(group=group, volunteer=deputy, compound=compound, part="deputy")
    make.volunteer(compound, "林涛", "13000000002", email="tao@example.org")
    coordinator = make.member(compound)
    assert coordinator.name == "林涛"
    gap(compound)
    gap(compound, name="超市", group=make.duty_group(compound, "采买组", kind="shopping"))
    tell_gaps(at=NINE)
    mails = Message.objects.filter(channel="email").order_by("address")
    assert [(m.address, m.subject, [line for line in m.text.splitlines() if "人" in line]) for m in mails] == [
        ("jia@example.org", "还缺1人", ["东门岗 12:00–16:00 1人"]),
        ("tao@example.org", "还缺2人", ["东门岗 12:00–16:00 1人", "超市 12:00–16:00 1人"]),
        ("yi@example.org", "还缺1人", ["东门岗 12:00–16:00 1人"]),
    ]


@pytest.mark.django_db
def test_gap_text_that_waits_is_taken_back_when_the_gap_is_filled() -> None:
    compound = make.compound()
    shift = gap(compound)
    tell_gaps(at=NINE)
    make.assignment(shift, make.volunteer(compound))
    tell_gaps(at=NINE + HOUR)
    assert texts() == []


@pytest.mark.django_db
def test_gaps_of_many_shifts_are_cut_and_counted() -> None:
    compound = make.compound()
    post = make.post(compound)
    for hour in range(45):
        make.shift(post, NOON + hour * HOUR, hours=1)
    lines = gaps_text(compound, open_gaps(at=NINE, compound=compound)).splitlines()
    assert lines[-2:] == ["还有5个班次", "谁能来？打开 https://house.example/c/xingfuli/duty/open/ 点“我来”"]
    assert len([line for line in lines if line.startswith("东门岗")]) == 40


@pytest.mark.django_db
def test_missing_is_told_once_after_the_minutes_of_grace() -> None:
    compound = make.compound()
    make.assignment(make.shift(make.post(compound)), make.volunteer(compound))
    tell_missing(at=NOON + dt.timedelta(minutes=9))
    assert Message.objects.count() == 0
    for minutes in (10, 11, 60):
        tell_missing(at=NOON + dt.timedelta(minutes=minutes))
    assert texts("roster.missing") == [("值守组", "东门岗 12:00–16:00：冯磊，到岗后请签到。来不了请马上说。")]


@pytest.mark.django_db
def test_missing_when_signed_in_is_told_to_nobody_and_a_waiting_text_taken_back() -> None:
    compound = make.compound()
    row = make.assignment(make.shift(make.post(compound)), make.volunteer(compound))
    tell_missing(at=NOON + dt.timedelta(minutes=10))
    Assignment.objects.filter(pk=row.pk).update(state="signed_in", signed_in_at=NOON, signed_in_by=row.user)
    tell_missing(at=NOON + dt.timedelta(minutes=12))
    assert texts("roster.missing") == []


@pytest.mark.django_db
def test_missing_of_a_second_one_on_the_same_shift_is_told_too_after_their_minutes_of_grace() -> None:
    compound = make.compound()
    shift = make.shift(make.post(compound))
    first = make.assignment(shift, make.volunteer(compound))
    tell_missing(at=NOON + 10 * MINUTE)
    Assignment.objects.filter(pk=first.pk).update(state="absent", seat=None, ended_at=NOON + 20 * MINUTE)
    other = make.volunteer(compound, "程颖", "13000000011")
    make.assignment(shift, other, made_at=NOON + 30 * MINUTE)
    tell_missing(at=NOON + 39 * MINUTE)
    # What waited says nothing that is true any more.
    assert texts("roster.missing") == []
    for minutes in (40, 41, 90):
        tell_missing(at=NOON + minutes * MINUTE)
    assert texts("roster.missing") == [("值守组", "东门岗 12:00–16:00：程颖，到岗后请签到。来不了请马上说。")]


@pytest.mark.django_db
def test_missing_at_a_post_of_two_is_one_text_that_waits_while_one_of_them_is_missing() -> None:
    compound = make.compound()
    shift = make.shift(make.post(compound, seats=2))
    first = make.assignment(shift, make.volunteer(compound))
    make.assignment(shift, make.volunteer(compound, "程颖", "13000000011"), seat=2)
    tell_missing(at=NOON + 10 * MINUTE)
    Assignment.objects.filter(pk=first.pk).update(state="signed_in", signed_in_at=NOON, signed_in_by=first.user)
    tell_missing(at=NOON + 11 * MINUTE)
    assert texts("roster.missing") == [("值守组", "东门岗 12:00–16:00：冯磊、程颖，到岗后请签到。来不了请马上说。")]


@pytest.mark.django_db
@pytest.mark.parametrize("state", ["absent", "excused"])
def test_gap_that_opens_during_a_shift_is_told_once_though_the_same_one_was_told_before(state: str) -> None:
    compound = make.compound()
    shift = gap(compound)
    tell_gaps(at=NINE)
    row = make.assignment(shift, make.volunteer(compound))
    tell_gaps(at=NINE + HOUR)
    Assignment.objects.filter(pk=row.pk).update(state=state, seat=None, ended_at=NOON + 20 * MINUTE)
    tell_gaps(at=NOON + 20 * MINUTE)
    tell_gaps(at=NOON + HOUR)
    [(audience, text)] = texts()
    assert (audience, text.splitlines()[2]) == ("值守组", "东门岗 12:00–16:00 1人")
    assert list(Message.objects.order_by("made_at").values_list("made_at", "good_until")) == [
        (NINE, NOON),
        (NOON + 20 * MINUTE, NOON + 4 * HOUR),
    ]


@pytest.mark.django_db
def test_gap_that_was_told_and_stays_is_not_told_again_when_the_shift_starts() -> None:
    compound = make.compound()
    gap(compound)
    tell_gaps(at=NINE)
    tell_gaps(at=NOON + MINUTE)
    assert Message.objects.count() == 1


@pytest.mark.django_db
@pytest.mark.parametrize(("minutes", "left"), [(210, 1), (211, 0)])
def test_gaps_of_a_running_shift_count_while_half_an_hour_of_it_is_left(minutes: int, left: int) -> None:
    compound = make.compound()
    gap(compound)
    assert len(open_gaps(at=NOON + minutes * MINUTE, compound=compound)) == left


@pytest.mark.django_db
def test_gaps_by_email_reach_no_leader_without_a_role_here(settings: Settings) -> None:
    settings.SENDS_EMAIL = True
    compound = make.compound()
    leader = make.volunteer(compound, "组长甲", "13000000021", email="jia@example.org")
    make.duty_group(compound, leader=leader)
    gap(compound)
    Membership.objects.filter(user=leader.user).delete()
    tell_gaps(at=NINE)
    assert not Message.objects.filter(channel="email").exists()


@pytest.mark.django_db
def test_missing_by_email_reaches_the_leader_who_may_look_for_somebody(settings: Settings) -> None:
    settings.SENDS_EMAIL = True
    compound = make.compound()
    leader = make.volunteer(compound, "组长甲", "13000000021", email="jia@example.org")
    make.duty_group(compound, leader=leader)
    make.assignment(make.shift(make.post(compound)), make.volunteer(compound))
    tell_missing(at=NOON + dt.timedelta(minutes=10))
    message = Message.objects.get(channel="email")
    assert (message.address, message.subject) == ("jia@example.org", "东门岗未到岗：冯磊")
    assert message.text == "东门岗 12:00–16:00：12:10 还没有签到：冯磊。请打电话，或另找人替班。"


@pytest.mark.django_db
def test_alert_with_nothing_to_tell_is_four_statements(django_assert_num_queries: DjangoAssertNumQueries) -> None:
    with django_assert_num_queries(4):
        alert(NINE)


@pytest.mark.django_db
def test_alert_of_one_and_of_three_gaps_costs_the_same(django_assert_num_queries: DjangoAssertNumQueries) -> None:
    one, three = make.compound(), make.compound("other", "别处")
    gap(one)
    with django_assert_num_queries(11):
        tell_gaps(at=NINE)
    for number in range(3):
        gap(three, NOON + number * HOUR, f"岗{number}")
    with django_assert_num_queries(11):
        tell_gaps(at=NINE)
