"""The outbox: each occasion once over each channel, sent outside of transactions, by one worker."""

import datetime as dt
import threading
from collections.abc import Collection, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from smtplib import SMTPDataError, SMTPRecipientsRefused

import pytest
from django.core import mail
from django.db import close_old_connections, connection, transaction
from django.utils.translation import gettext_lazy as _
from pytest_django import DjangoAssertNumQueries, Settings

from compound import outbox as channels
from compound.models import Compound, Message, User
from compound.services import outbox
from tests import make

NOW = make.NOON
HOUR = dt.timedelta(hours=1)


@pytest.fixture
def by_email(settings: Settings) -> Iterator[dict[int, str]]:
    """E-mail is switched on; what is put in is who has which address."""
    settings.SENDS_EMAIL = True
    book: dict[int, str] = {}

    def find(compound: Compound, users: Collection[int]) -> Mapping[int, str]:
        return {user: book[user] for user in users if user in book}

    before = channels.ADDRESSES.get(channels.EMAIL, [])
    channels.ADDRESSES[channels.EMAIL] = [find]
    yield book
    channels.ADDRESSES[channels.EMAIL] = before


def tell(compound: Compound, key: str = "shift:1", **more: object) -> list[Message]:
    values: dict[str, object] = {
        "kind": "test.kind",
        "subject": "值守提醒",
        "text": "今天 20:00 东门",
        "due_at": NOW,
        **more,
    }
    return outbox.tell(compound=compound, key=key, at=NOW, **values)  # type: ignore[arg-type]


def facts(message: Message) -> tuple[str, str, str]:
    return message.channel, message.address, message.text


@pytest.mark.django_db
def test_tell_to_nobody_in_particular_is_one_text_for_the_chat() -> None:
    compound = make.compound()
    [message] = tell(compound, audience="值守组")
    assert facts(message) == ("chat", "", "今天 20:00 东门")
    assert (message.to, message.audience, message.sent_at) == (None, "值守组", None)


@pytest.mark.django_db
def test_tell_somebody_with_an_address_is_an_email_and_no_text(by_email: dict[int, str]) -> None:
    compound, user = make.compound(), make.user()
    by_email[user.pk] = "tao@example.org"
    assert [facts(m) for m in tell(compound, to=user)] == [("email", "tao@example.org", "今天 20:00 东门")]


@pytest.mark.django_db
def test_tell_somebody_without_an_address_is_a_text(by_email: dict[int, str]) -> None:
    compound, user = make.compound(), make.user()
    assert [facts(m) for m in tell(compound, to=user)] == [("chat", "", "今天 20:00 东门")]
    assert tell(compound, "shift:2", to=user, channels=["email"]) == []


@pytest.mark.django_db
def test_tell_without_email_url_is_a_text(by_email: dict[int, str], settings: Settings) -> None:
    settings.SENDS_EMAIL = False
    compound, user = make.compound(), make.user()
    by_email[user.pk] = "tao@example.org"
    assert [facts(m) for m in tell(compound, to=user)] == [("chat", "", "今天 20:00 东门")]


@pytest.mark.django_db
def test_tell_when_told_before_writes_nothing() -> None:
    compound, other = make.compound(), make.compound("other", "别处")
    assert len(tell(compound)) == 1
    assert tell(compound, text="又一次") == []
    assert len(tell(compound, "shift:2")) == 1
    assert len(tell(other)) == 1
    assert list(Message.objects.filter(compound=compound).values_list("key", flat=True).order_by("key")) == [
        "shift:1",
        "shift:2",
    ]


@pytest.mark.django_db
def test_tell_lazy_words_are_kept_in_the_compounds_language() -> None:
    compound = make.compound()
    [message] = tell(compound, subject=_("waiting"), text=_("waiting"))
    assert (message.subject, message.text) == ("等待中", "等待中")


@pytest.mark.django_db
def test_tell_all_costs_the_same_for_one_and_for_three(
    by_email: dict[int, str], django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    compound, user = make.compound(), make.user()
    notes = [outbox.Note(kind="k", key=str(number), subject="s", text="t", due_at=NOW, to=user) for number in range(4)]
    with django_assert_num_queries(4):
        outbox.tell_all(compound=compound, notes=notes[:1], at=NOW)
    with django_assert_num_queries(4):
        outbox.tell_all(compound=compound, notes=notes[1:], at=NOW)


@pytest.mark.django_db(transaction=True)
def test_sweep_when_due_sends_outside_of_a_transaction(by_email: dict[int, str]) -> None:
    compound, user = make.compound(), make.user()
    by_email[user.pk] = "tao@example.org"
    [early] = tell(compound, to=user)
    [later] = tell(compound, "shift:2", to=user, due_at=NOW + HOUR)
    seen = []

    def send(message: Message) -> None:
        seen.append(connection.in_atomic_block)
        channels.send_email(message)

    _swapped(send, lambda: outbox.send_due(NOW))
    early.refresh_from_db()
    later.refresh_from_db()
    assert seen == [False]
    assert [(m.to, m.subject, m.body, m.extra_headers) for m in mail.outbox] == [
        (["tao@example.org"], "值守提醒", "今天 20:00 东门", {"Message-ID": f"<{early.pk}@shouwang>"})
    ]
    assert (early.sent_at, early.attempts, later.sent_at) == (NOW, 1, None)


def _swapped(send: channels.Send, run: object) -> None:
    """With another sender of e-mails."""
    before = channels.CHANNELS[channels.EMAIL]
    channels.CHANNELS[channels.EMAIL] = channels.Channel(channels.EMAIL, send, before.is_on)
    try:
        run()  # type: ignore[operator]
    finally:
        channels.CHANNELS[channels.EMAIL] = before


@pytest.mark.django_db
def test_sweep_again_sends_nothing_twice(by_email: dict[int, str]) -> None:
    compound, user = make.compound(), make.user()
    by_email[user.pk] = "tao@example.org"
    tell(compound, to=user)
    for minutes in (0, 1, 600):
        outbox.send_due(NOW + dt.timedelta(minutes=minutes))
    assert len(mail.outbox) == 1


@pytest.mark.django_db
def test_sweep_when_the_server_fails_tries_later_and_at_last_leaves_a_text(by_email: dict[int, str]) -> None:
    compound, user = make.compound(), make.user()
    by_email[user.pk] = "tao@example.org"
    [message] = tell(compound, to=user)
    at, waits = NOW, []

    def fail(message: Message) -> None:
        raise SMTPRecipientsRefused({"tao@example.org": (550, b"no such box")})

    for _attempt in range(outbox.ATTEMPTS):
        _swapped(fail, partial(outbox.send_due, at))
        message.refresh_from_db()
        waits.append((message.not_before - at) // dt.timedelta(minutes=1))
        at = message.not_before
    # The last one leaves the lease, and nobody looks at it any more.
    assert waits == [1, 5, 15, 60, 180, 5]
    assert (message.sent_at, message.error) == (None, "SMTPRecipientsRefused")
    assert message.dropped_at is not None
    copy = Message.objects.get(channel="chat")
    assert (copy.key, copy.text, copy.to, copy.sent_at) == (message.key, message.text, user, None)


@pytest.mark.django_db
def test_sweep_when_the_server_answers_keeps_its_code_and_no_word_of_it(by_email: dict[int, str]) -> None:
    compound, user = make.compound(), make.user()
    by_email[user.pk] = "tao@example.org"
    [message] = tell(compound, to=user)

    def fail(message: Message) -> None:
        raise SMTPDataError(552, b"<tao@example.org> is over its quota")

    _swapped(fail, lambda: outbox.send_due(NOW))
    message.refresh_from_db()
    assert message.error == "SMTPDataError 552"


@pytest.mark.django_db
def test_sweep_when_the_server_is_away_asks_it_twice_only(by_email: dict[int, str]) -> None:
    compound, user = make.compound(), make.user()
    by_email[user.pk] = "tao@example.org"
    for number in range(5):
        tell(compound, f"shift:{number}", to=user)
    tries = []

    def fail(message: Message) -> None:
        tries.append(message.key)
        raise TimeoutError

    _swapped(fail, lambda: outbox.send_due(NOW))
    assert len(tries) == 2
    outbox.send_due(NOW + 2 * HOUR)
    assert len(mail.outbox) == 5


@pytest.mark.django_db
def test_sweep_when_its_time_is_over_drops_it(by_email: dict[int, str]) -> None:
    compound, user = make.compound(), make.user()
    by_email[user.pk] = "tao@example.org"
    tell(compound, to=user, good_until=NOW + HOUR)
    tell(compound, "shift:2", good_until=NOW + HOUR)
    tell(compound, "shift:3", to=user, good_until=NOW + 3 * HOUR)
    outbox.send_due(NOW + HOUR)
    rows = Message.objects.order_by("key").values_list("key", "sent_at", "dropped_at")
    assert list(rows) == [
        ("shift:1", None, NOW + HOUR),
        ("shift:2", None, NOW + HOUR),
        ("shift:3", NOW + HOUR, None),
    ]


@pytest.mark.django_db
def test_sweep_with_nothing_to_do_is_two_statements(
    by_email: dict[int, str], django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    tell(make.compound())
    # And the savepoint around the row that is not there.
    with django_assert_num_queries(4):
        outbox.send_due(NOW)


@pytest.mark.django_db
def test_mark_sent_by_two_people_names_the_first_and_undo_lets_it_wait() -> None:
    compound, first, second = make.compound(), make.user(), make.user("何静", "13000000003")
    [message] = tell(compound)
    assert outbox.mark_sent(compound=compound, messages=[message.pk], by=first, at=NOW) == 1
    assert outbox.mark_sent(compound=compound, messages=[message.pk], by=second, at=NOW + HOUR) == 0
    message.refresh_from_db()
    assert (message.sent_at, message.sent_by) == (NOW, first)
    assert outbox.unmark_sent(compound=compound, messages=[message.pk]) == 1
    message.refresh_from_db()
    assert (message.sent_at, message.sent_by) == (None, None)


@pytest.mark.django_db
def test_mark_sent_of_another_compound_does_nothing() -> None:
    compound, other, user = make.compound(), make.compound("other", "别处"), make.user()
    [message] = tell(compound)
    assert outbox.mark_sent(compound=other, messages=[message.pk], by=user, at=NOW) == 0


@pytest.mark.django_db(transaction=True)
def test_two_workers_at_once_send_each_message_once(by_email: dict[int, str]) -> None:
    compound, user = make.compound(), make.user()
    by_email[user.pk] = "tao@example.org"
    for number in range(12):
        tell(compound, f"shift:{number:02}", to=user)
    sent: list[str] = []
    start = threading.Barrier(3)

    def send(message: Message) -> None:
        sent.append(message.key)

    def work() -> None:
        try:
            start.wait()
            outbox.send_due(NOW)
        finally:
            connection.close()

    def run() -> None:
        with ThreadPoolExecutor(3) as pool:
            for future in [pool.submit(work) for _ in range(3)]:
                future.result()

    _swapped(send, run)
    close_old_connections()
    assert sorted(sent) == [f"shift:{number:02}" for number in range(12)]


@pytest.mark.django_db(transaction=True)
def test_told_by_two_at_once_is_one_message() -> None:
    compound = make.compound()
    start = threading.Barrier(2)

    def work() -> int:
        try:
            start.wait()
            with transaction.atomic():
                return len(tell(compound))
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        new = [future.result() for future in [pool.submit(work) for _ in range(2)]]
    assert (sorted(new), Message.objects.count()) == ([0, 1], 1)


@pytest.mark.django_db
def test_cause_is_taken_back_with_its_message() -> None:
    compound = make.compound()

    @transaction.atomic
    def cause() -> None:
        tell(compound)
        raise RuntimeError

    with pytest.raises(RuntimeError):
        cause()
    assert Message.objects.count() == 0
    assert User.objects.count() == 0
