"""消息: texts that wait to be copied, marked as sent, taken back; what became of e-mails."""

import datetime as dt

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries, Settings

from compound.models import Compound, Message, User
from compound.services.outbox import tell
from roster.models import GroupMember
from roster.queries.messages import roster_text, sent_blocks, waiting_blocks
from roster.services.reminders import remind
from tests import make

NOON = make.NOON
HOUR = dt.timedelta(hours=1)


@pytest.fixture(autouse=True)
def _noon(clock: object, settings: Settings) -> None:
    settings.PUBLIC_URL = "https://house.example"
    clock(NOON)  # type: ignore[operator]


def url(name: str) -> str:
    return reverse(f"roster:{name}", kwargs={"code": "xingfuli"})


def text(compound: Compound, key: str, audience: str, words: str = "请看") -> Message:
    about = {"kind": "roster.note", "subject": "通知", "text": words, "due_at": NOON, "at": NOON}
    [message] = tell(compound=compound, key=key, audience=audience, **about)  # type: ignore[arg-type]
    return message


def leader(compound: Compound, **more: object) -> User:
    made = make.volunteer(compound, "组长甲", "13000000021")
    make.duty_group(compound, leader=made, **more)  # type: ignore[arg-type]
    return made.user


@pytest.mark.django_db
def test_reminders_of_one_group_are_copied_as_one_text() -> None:
    compound = make.compound()
    post = make.post(compound, seats=2)
    shift = make.shift(post, NOON + 4 * HOUR)
    make.assignment(shift, make.volunteer(compound))
    make.assignment(shift, make.volunteer(compound, "程颖", "13000000011"), seat=2)
    make.assignment(make.shift(post, NOON + 8 * HOUR), make.volunteer(compound, "高翔", "13000000012"))
    remind(NOON)
    [block] = waiting_blocks(compound, None, at=NOON)
    assert block.text.splitlines() == [
        "值守提醒：",
        "8月23日(周二) 16:00–20:00 东门岗：冯磊、程颖",
        "8月23日(周二) 20:00–24:00 东门岗：高翔",
        "来不了请马上说。",
    ]
    assert (len(block.ids), block.kind_words, block.to) == (3, "值守提醒", None)


@pytest.mark.django_db
def test_roster_text_names_posts_hours_people_and_gaps_and_no_number() -> None:
    compound = make.compound()
    post = make.post(compound, seats=2)
    make.assignment(make.shift(post, NOON + 8 * HOUR, hours=12, seats=1), make.volunteer(compound))
    make.assignment(make.shift(post), make.volunteer(compound, "程颖", "13000000011"))
    group = compound.duty_groups.get()
    assert roster_text(compound, group, dt.date(2022, 8, 23)).splitlines() == [
        "8月23日(周二) 值守组值班：",
        "东门岗",
        "12:00–16:00 程颖、缺1人",
        "20:00–次日08:00 冯磊",
    ]
    assert roster_text(compound, group, dt.date(2022, 9, 23)).splitlines()[1:] == ["这一天没有班次。"]


@pytest.mark.django_db
def test_page_shows_what_waits_and_the_texts_of_the_group(client: Client) -> None:
    compound = make.compound()
    make.shift(make.post(compound), NOON + 8 * HOUR)
    text(compound, "1", "值守组", "请大家注意安全")
    client.force_login(make.member(compound))
    page = client.get(url("messages")).content.decode()
    for words in ("请大家注意安全", "8月23日(周二) 值守组值班：", "还缺：", "东门岗 20:00–24:00 1人", "EMAIL_URL"):
        assert words in page, words
    assert "13000" not in page


@pytest.mark.django_db
def test_sent_is_marked_with_who_and_when_and_can_be_undone(client: Client) -> None:
    compound = make.compound()
    message = text(compound, "1", "值守组")
    by = make.member(compound)
    client.force_login(by)
    page = client.post(url("messages_sent"), {"message": message.pk}, follow=True).content.decode()
    message.refresh_from_db()
    assert (message.sent_at, message.sent_by) == (NOON, by)
    assert "已标记为发出。" in page
    assert "通知 · 值守组，林涛 今天 12:00 已发" in page
    assert [block.ids for block in sent_blocks(compound, None, at=NOON)] == [[message.pk]]
    again = client.post(url("messages_sent"), {"message": message.pk}, follow=True).content.decode()
    assert "已经有人标记过，或者时间已过。" in again
    client.post(url("messages_unsent"), {"message": message.pk})
    message.refresh_from_db()
    assert (message.sent_at, message.sent_by) == (None, None)


@pytest.mark.django_db
def test_leader_sees_and_sends_the_own_groups_texts_and_no_others(client: Client) -> None:
    compound = make.compound()
    client.force_login(leader(compound))
    own, other, nobodys = (
        text(compound, key, to, key) for key, to in (("本组的", "值守组"), ("别组的", "采买组"), ("协调员的", ""))
    )
    page = client.get(url("messages")).content.decode()
    assert ["本组的" in page, "别组的" in page, "协调员的" in page] == [True, False, False]
    client.post(url("messages_sent"), {"message": [own.pk, other.pk, nobodys.pk]})
    assert list(Message.objects.filter(sent_at=NOON).values_list("key", flat=True)) == ["本组的"]


@pytest.mark.django_db
def test_leader_who_may_not_message_finds_no_page(client: Client) -> None:
    compound = make.compound()
    client.force_login(leader(compound, leaders_message=False))
    assert client.get(url("messages")).status_code == 404
    assert client.get(url("sheets")).status_code == 200


@pytest.mark.django_db
def test_deputy_may_message_too(client: Client) -> None:
    compound = make.compound()
    leader(compound)
    deputy = make.volunteer(compound)
    GroupMember.objects.create(group=compound.duty_groups.get(), volunteer=deputy, compound=compound, part="deputy")
    client.force_login(deputy.user)
    assert client.get(url("messages")).status_code == 200


@pytest.mark.django_db
@pytest.mark.parametrize("ids", [[], ["nonsense"]])
def test_sent_without_a_message_is_not_there(client: Client, ids: list[str]) -> None:
    compound = make.compound()
    client.force_login(make.member(compound))
    assert client.post(url("messages_sent"), {"message": ids}).status_code == 404


@pytest.mark.django_db
def test_emails_that_failed_are_shown_with_the_reason(client: Client, settings: Settings) -> None:
    settings.SENDS_EMAIL = True
    compound = make.compound()
    values = {"compound": compound, "kind": "roster.note", "channel": "email", "address": "x@example.org", "text": "t"}
    times = {"made_at": NOON, "due_at": NOON, "not_before": NOON + HOUR}
    Message.objects.create(key="1", error="ConnectionRefusedError: no", attempts=2, **values, **times)
    Message.objects.create(key="2", sent_at=NOON, **values, **times)
    client.force_login(make.member(compound))
    page = client.get(url("messages")).content.decode()
    for words in ("近两天：已发1封，待发1封，放弃0封。", "试了2次：ConnectionRefusedError: no", "13:00再试"):
        assert words in page, words


@pytest.mark.django_db
def test_page_with_one_and_with_three_texts_costs_the_same(
    client: Client, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    compound = make.compound()
    make.duty_group(compound)
    client.force_login(make.member(compound))
    client.get(url("messages"))
    for count in (1, 3):
        for number in range(count):
            text(compound, f"{count}{number}", "值守组")
        with django_assert_num_queries(13):
            client.get(url("messages"))
