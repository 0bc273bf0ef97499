"""消息: what waits to be copied into a chat, what was sent, what became of e-mails; and texts made on demand."""

import datetime as dt
import uuid
from collections.abc import Callable, Collection
from dataclasses import dataclass
from itertools import groupby

from django.db.models import Count, Q, QuerySet
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from compound.models import Compound, Message, User
from compound.outbox import CHAT
from roster import words
from roster.models import DutyGroup
from roster.queries.sheet_rows import DutyShift, duty_days
from roster.services.alerts import GAPS, MISSING
from roster.services.reminders import REMINDER

# How long a page looks back.
LATELY = dt.timedelta(hours=48)
MOST = 100
KIND_WORDS = {
    REMINDER: gettext_lazy("Reminders"),
    GAPS: gettext_lazy("Gaps"),
    MISSING: gettext_lazy("Not there yet"),
}


@dataclass(frozen=True)
class Block:
    """What is copied in one go: one text, or the reminders of one group together. `subject` says what it is about."""

    messages: list[Message]
    text: str

    @property
    def first(self) -> Message:
        return self.messages[0]

    @property
    def ids(self) -> list[uuid.UUID]:
        return [message.pk for message in self.messages]

    @property
    def html_id(self) -> str:
        return f"text-{self.first.pk}"

    @property
    def kind_words(self) -> str:
        return str(KIND_WORDS.get(self.first.kind) or self.first.subject)

    @property
    def to(self) -> User | None:
        """Whom it is for, when it is for one person alone."""
        return self.first.to if len(self.messages) == 1 else None


@dataclass(frozen=True)
class Emails:
    """E-mails of the last two days. `failing`: not sent, newest first."""

    sent: int
    waiting: int
    given_up: int
    failing: list[Message]


def messages_for(compound: Compound, audiences: Collection[str] | None) -> QuerySet[Message]:
    """All of the compound, or those for these groups' chats and people: what a leader copies."""
    rows = Message.objects.filter(compound=compound)
    return rows if audiences is None else rows.filter(audience__in=audiences)


def waiting_blocks(compound: Compound, audiences: Collection[str] | None, *, at: dt.datetime) -> list[Block]:
    """Texts that nobody has sent yet, the oldest first; reminders of one group as one text. One query."""
    rows = messages_for(compound, audiences).filter(channel=CHAT, sent_at=None, dropped_at=None, due_at__lte=at)
    rows = rows.filter(Q(good_until=None) | Q(good_until__gt=at)).select_related("to").order_by("due_at", "key")[:MOST]
    return _blocks(compound, rows, lambda message: (message.audience,))


def sent_blocks(compound: Compound, audiences: Collection[str] | None, *, at: dt.datetime) -> list[Block]:
    """What somebody marked as sent, the newest first; what was marked together stands together. One query."""
    rows = messages_for(compound, audiences).filter(channel=CHAT, sent_at__gt=at - LATELY, sent_by__isnull=False)
    rows = rows.select_related("to", "sent_by").order_by("-sent_at", "key")[:MOST]
    return _blocks(compound, rows, lambda message: (message.audience, message.sent_at, message.sent_by_id))


def _blocks(
    compound: Compound, rows: QuerySet[Message], together: Callable[[Message], tuple[object, ...]]
) -> list[Block]:
    """Reminders that belong together stand where the first of them stood."""
    found: dict[object, list[Message]] = {}
    for message in rows:
        key: object = together(message) if message.kind == REMINDER else message.pk
        found.setdefault(key, []).append(message)
    return [Block(own, _joined(compound, own)) for own in found.values()]


def _joined(compound: Compound, messages: list[Message]) -> str:
    """`值守提醒：` and a line for each shift with its people, for the group's chat."""
    if len(messages) == 1:
        return messages[0].text
    ordered = sorted(messages, key=lambda one: (one.params["starts_at"], one.params["post"], one.params["name"]))
    with translation.override(compound.language):
        lines = [_("Reminder of your duty:")]
        for (starts_at, ends_at, post), own in groupby(
            ordered, key=lambda one: (one.params["starts_at"], one.params["ends_at"], one.params["post"])
        ):
            moments = dt.datetime.fromisoformat(starts_at), dt.datetime.fromisoformat(ends_at)
            names = _(", ").join(one.params["name"] for one in own)
            when = words.shift_words(*moments, compound.tz, post)
            lines.append(_("%(shift)s: %(names)s") % {"shift": when, "names": names})
        lines.append(_("You can't come? Say so at once."))
    return "\n".join(lines)


def emails_of(compound: Compound, audiences: Collection[str] | None, *, at: dt.datetime) -> Emails:
    """Two queries."""
    rows = messages_for(compound, audiences).exclude(channel=CHAT).filter(made_at__gt=at - LATELY)
    waits = Q(sent_at=None, dropped_at=None)
    counts = rows.aggregate(
        sent=Count("pk", filter=Q(sent_at__isnull=False)),
        waiting=Count("pk", filter=waits),
        given_up=Count("pk", filter=Q(dropped_at__isnull=False) & ~Q(error="")),
    )
    failing = rows.filter(sent_at=None).exclude(error="").select_related("to").order_by("-made_at")[:MOST]
    return Emails(**counts, failing=list(failing))


# -- texts made on demand -------------------------------------------------------------------------------------------


def roster_text(compound: Compound, group: DutyGroup, day: dt.date) -> str:
    """A day's roster of one group for its chat: posts, hours, names; never a telephone number. Two queries."""
    sheets = duty_days(compound, day, groups=[group.pk])
    with translation.override(compound.language):
        title = {"day": words.day_words(day), "group": group.name}
        lines = [_("%(day)s, %(group)s on duty:") % title]
        for sheet in sheets:
            lines.append(sheet.post)
            lines += [_shift_line(compound, shift) for shift in sheet.shifts]
        if not sheets:
            lines.append(_("No shifts on this day."))
    return "\n".join(lines)


def _shift_line(compound: Compound, shift: DutyShift) -> str:
    moments = dt.datetime.fromisoformat(shift.starts_at), dt.datetime.fromisoformat(shift.ends_at)
    missing = ngettext("%(count)d person missing", "%(count)d people missing", shift.missing)
    people = [*shift.people, *([missing % {"count": shift.missing}] if shift.missing else [])]
    return f"{words.span_words(*moments, compound.tz)} {_(', ').join(people)}".rstrip()
