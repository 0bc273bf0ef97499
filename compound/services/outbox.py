"""The outbox: told in the transaction of the cause, sent afterwards, each occasion once.

Writing a message is a row and nothing else. The sweep takes one row at a time under its lock (SKIP LOCKED), puts it
off by `LEASE` so that no other worker sees it, commits, and only then sends. A worker that is killed between sending
and writing that down sends again after the lease: told twice in that one case rather than never.
"""

import datetime as dt
import logging
import time
import uuid
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db import transaction
from django.db.models import QuerySet
from django.utils import translation

from compound.jobs import sweeper
from compound.models import Compound, Message, User
from compound.outbox import CHANNELS, CHAT, addresses_of, automatic

logger = logging.getLogger(__name__)

LEASE = dt.timedelta(minutes=5)
# Until the next attempt after the first, second … failure; after the last one nobody tries again.
BACKOFF = tuple(dt.timedelta(minutes=minutes) for minutes in (1, 5, 15, 60, 180))
ATTEMPTS = len(BACKOFF) + 1
# What else the clock demands must not wait for a mail server that takes its time, or does not answer at all.
SECONDS_A_SWEEP = 10.0
FAILURES_A_SWEEP = 2


@dataclass(frozen=True, kw_only=True)
class Note:
    """One occasion to tell somebody. `key` names it: within the compound it is told once over each channel.

    `to` none: to whoever coordinates, or to be pasted into the chat of `audience`. `audience` is also the duty group
    whose leader may copy a text meant for `to`. `channels`: only these (none: all that apply, see compound/outbox.py).
    """

    kind: str
    key: str
    subject: Any
    text: Any
    due_at: dt.datetime
    to: User | None = None
    audience: str = ""
    params: dict[str, Any] = field(default_factory=dict)
    good_until: dt.datetime | None = None
    channels: Collection[str] | None = None


def tell(
    *,
    compound: Compound,
    kind: str,
    key: str,
    subject: Any,
    text: Any,
    due_at: dt.datetime,
    at: dt.datetime,
    to: User | None = None,
    audience: str = "",
    params: dict[str, Any] | None = None,
    good_until: dt.datetime | None = None,
    channels: Collection[str] | None = None,
) -> list[Message]:
    """Writes one occasion's messages in the caller's transaction; those that are new. Four queries at most."""
    note = Note(
        kind=kind,
        key=key,
        subject=subject,
        text=text,
        due_at=due_at,
        to=to,
        audience=audience,
        params=params or {},
        good_until=good_until,
        channels=channels,
    )
    return tell_all(compound=compound, notes=[note], at=at)


@transaction.atomic
def tell_all(*, compound: Compound, notes: Sequence[Note], at: dt.datetime) -> list[Message]:
    """Many occasions at once, in as many queries as one. `subject` and `text` may be lazy: the compound's language."""
    with translation.override(compound.language):
        rows = list(_rows(compound, notes, at))
    if not rows:
        return []
    Message.objects.bulk_create(rows, ignore_conflicts=True)
    return list(Message.objects.filter(pk__in=[row.pk for row in rows]).order_by("due_at", "key"))


def _rows(compound: Compound, notes: Sequence[Note], at: dt.datetime) -> Iterable[Message]:
    people = {note.to.pk for note in notes if note.to is not None}
    books = {found.name: addresses_of(found.name, compound, people) if people else {} for found in automatic()}
    for note in notes:
        reached = {name: book[note.to.pk] for name, book in books.items() if note.to and note.to.pk in book}
        wanted = reached or {CHAT: ""}
        for name, address in wanted.items():
            if note.channels is None or name in note.channels:
                yield _row(compound, note, at, name, address)


def _row(compound: Compound, note: Note, at: dt.datetime, channel: str, address: str) -> Message:
    return Message(
        compound=compound,
        kind=note.kind,
        key=note.key,
        channel=channel,
        to=note.to,
        address=address,
        audience=note.audience[:80],
        params=note.params,
        subject=str(note.subject)[:120],
        text=str(note.text),
        made_at=at,
        due_at=note.due_at,
        good_until=note.good_until,
        not_before=note.due_at,
    )


def take_back(*, messages: QuerySet[Message], at: dt.datetime) -> int:
    """What is not sent yet and not true any more; how many."""
    return messages.filter(sent_at=None, dropped_at=None).update(dropped_at=at)


def mark_sent(*, compound: Compound, messages: Collection[uuid.UUID], by: User, at: dt.datetime) -> int:
    """Somebody has pasted these texts into a chat. How many were still waiting: of two people one is named."""
    waiting = Message.objects.filter(compound=compound, pk__in=messages, channel=CHAT, sent_at=None, dropped_at=None)
    return waiting.update(sent_at=at, sent_by=by)


def unmark_sent(*, compound: Compound, messages: Collection[uuid.UUID]) -> int:
    """It was pressed by mistake: the texts wait again. Only those marked by hand."""
    marked = Message.objects.filter(compound=compound, pk__in=messages, channel=CHAT, sent_by__isnull=False)
    return marked.update(sent_at=None, sent_by=None)


@sweeper
def send_due(at: dt.datetime) -> None:
    """Drops what would only confuse by now, then sends what is due. Two statements when there is nothing to do."""
    drop_late(at)
    names = [found.name for found in automatic()]
    stop, failures = time.monotonic() + SECONDS_A_SWEEP, 0
    while names and failures < FAILURES_A_SWEEP and time.monotonic() < stop:
        message = _take(names, at)
        if message is None:
            break
        failures += not _send(message, at)


def drop_late(at: dt.datetime) -> int:
    """Messages whose time is over, texts for the chat among them."""
    return Message.objects.filter(sent_at=None, dropped_at=None, good_until__lte=at).update(dropped_at=at)


def _take(names: Collection[str], at: dt.datetime) -> Message | None:
    """The next message that is due, this worker's for as long as the lease."""
    due = Message.objects.filter(channel__in=names, sent_at=None, dropped_at=None, not_before__lte=at)
    with transaction.atomic():
        found = due.select_for_update(skip_locked=True).order_by("not_before", "pk").first()
        if found is not None:
            found.attempts += 1
            found.not_before = at + LEASE
            found.save(update_fields=["attempts", "not_before"])
    return found


def _send(message: Message, at: dt.datetime) -> bool:
    """Outside of any transaction. Whether it was sent; if not, the row says why and when it is tried again."""
    send = CHANNELS[message.channel].send
    still = Message.objects.filter(pk=message.pk, sent_at=None, dropped_at=None)
    try:
        if send is not None:
            send(message)
    except Exception as error:
        # Not the error's words: they may hold the address.
        logger.warning("message %s (%s) not sent: %s", message.pk, message.channel, type(error).__name__)
        words = _named(error)
        if message.attempts < ATTEMPTS:
            still.update(error=words, not_before=at + BACKOFF[message.attempts - 1])
        elif still.update(error=words, dropped_at=at):
            _as_chat(message, at)
        return False
    still.update(sent_at=at, error="")
    return True


def _named(error: Exception) -> str:
    """What kind of failure it was, and the mail server's code where it gave one: `SMTPDataError 452`. Nothing else is
    kept, for leaders read it who may not know the address."""
    code = getattr(error, "smtp_code", None)
    return " ".join([type(error).__name__, *([str(code)] if code else [])])[:200]


def _as_chat(message: Message, at: dt.datetime) -> None:
    """What could not be sent by itself waits for somebody to copy it."""
    copy = Message(
        compound_id=message.compound_id,
        kind=message.kind,
        key=message.key,
        channel=CHAT,
        to_id=message.to_id,
        audience=message.audience,
        params=message.params,
        subject=message.subject,
        text=message.text,
        made_at=at,
        due_at=message.due_at,
        good_until=message.good_until,
        not_before=at,
    )
    Message.objects.bulk_create([copy], ignore_conflicts=True)
