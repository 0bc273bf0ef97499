"""Reminding people of their shifts: one message for each assignment and its hours, however often the clock sweeps.

The key names the assignment and its hours: changed hours are a new occasion. What waits is taken back as soon as the
person is off the shift, or its hours are others.
"""

import datetime as dt
from collections import defaultdict
from collections.abc import Collection, Mapping
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db.models import (
    BigIntegerField,
    CharField,
    DateTimeField,
    DurationField,
    Exists,
    ExpressionWrapper,
    F,
    OuterRef,
    Q,
    UUIDField,
    Value,
)
from django.db.models.fields.json import KeyTextTransform
from django.db.models.functions import Cast, Coalesce, Concat, Extract
from django.utils import translation
from django.utils.translation import gettext as _

from compound.jobs import sweeper
from compound.models import Compound, Message
from compound.outbox import EMAIL, addresses
from compound.services import outbox
from compound.services.outbox import Note
from roster import words
from roster.models import Assignment, RosterRules, Volunteer

REMINDER = "roster.reminder"
TO_COME = (Assignment.State.PUBLISHED, Assignment.State.CONFIRMED)
MINUTE = Value(dt.timedelta(minutes=1), output_field=DurationField())
MOST_A_SWEEP = 500


def minutes_of_house(field: str) -> Any:
    """A number of minutes from the compound's house rules, as a length of time; the default while it has no row."""
    default = getattr(RosterRules(), field)
    return ExpressionWrapper(
        Coalesce(F(f"compound__roster_rules__{field}"), Value(default)) * MINUTE, output_field=DurationField()
    )


def _seconds(field: str) -> Cast:
    return Cast(Cast(Extract(field, "epoch"), BigIntegerField()), CharField())


# `reminder:<assignment>:<start>-<end>`, seconds since 1970.
KEY = Concat(
    Value("reminder:"),
    Cast("pk", CharField()),
    Value(":"),
    _seconds("starts_at"),
    Value("-"),
    _seconds("ends_at"),
    output_field=CharField(),
)


@addresses(EMAIL)
def emails_of_volunteers(compound: Compound, users: Collection[int]) -> Mapping[int, str]:
    """What they have written down as volunteers here. One query."""
    rows = Volunteer.objects.filter(compound=compound, user__in=users, ended_at=None).exclude(email="")
    return dict(rows.values_list("user_id", "email"))


@sweeper
def remind(at: dt.datetime) -> None:
    """Two statements when nobody has to be reminded."""
    take_back_reminders(at=at)
    remind_due(at=at)


def remind_due(*, at: dt.datetime) -> list[Message]:
    """Writes the reminders whose time has come; nobody is reminded of a shift that has begun.

    Two people on one shift cost as much as twenty: three queries, and three for each compound.
    """
    told = Message.objects.filter(compound=OuterRef("compound"), key=OuterRef("key"))
    begins = ExpressionWrapper(F("starts_at") - minutes_of_house("remind_minutes"), output_field=DateTimeField())
    rows = Assignment.objects.filter(state__in=TO_COME, starts_at__gt=at, shift__cancelled_at=None)
    due = (
        rows.annotate(key=KEY, begins=begins)
        .filter(~Exists(told), begins__lte=at)
        .select_related("compound", "shift__post__group", "user")
        .order_by("compound", "starts_at", "pk")[:MOST_A_SWEEP]
    )
    by_compound: dict[Compound, list[Assignment]] = defaultdict(list)
    for row in due:
        by_compound[row.compound].append(row)
    beside = _beside([row for found in by_compound.values() for row in found]) if by_compound else {}
    new = []
    for compound, found in by_compound.items():
        with translation.override(compound.language):
            notes = [_reminder(row, beside, at) for row in found]
        new += outbox.tell_all(compound=compound, notes=notes, at=at)
    return new


def _beside(rows: Collection[Assignment]) -> dict[UUID, list[tuple[UUID, str]]]:
    """Who else is on these shifts: (assignment, name) in the order of the seats."""
    names = defaultdict(list)
    others = Assignment.objects.filter(shift__in={row.shift_id for row in rows}, state__in=Assignment.COUNTED)
    for pk, shift, name in others.order_by("seat").values_list("pk", "shift", "user__name"):
        names[shift].append((pk, name))
    return names


def _reminder(row: Assignment, beside: Mapping[UUID, list[tuple[UUID, str]]], at: dt.datetime) -> Note:
    compound, post = row.compound, row.shift.post
    when = words.shift_words(row.starts_at, row.ends_at, compound.tz)
    others = _(", ").join(name for pk, name in beside.get(row.shift_id, []) if pk != row.pk)
    lines = [
        _("%(name)s, you are on duty: %(when)s, %(post)s.") % {"name": row.user.name, "when": when, "post": post.name},
        _("Where: %(place)s.") % {"place": post.place} if post.place else "",
        _("With you: %(names)s.") % {"names": others} if others else _("You are alone on this shift."),
        _("To mind: %(note)s") % {"note": row.shift.note} if row.shift.note else "",
        _("You can't come? Say so now, so that somebody else can be found: press “I can't come” at %(address)s")
        % {"address": f"{settings.PUBLIC_URL}/c/{compound.code}/duty/"},
    ]
    return Note(
        kind=REMINDER,
        key=row.key,  # type: ignore[attr-defined]
        to=row.user,
        audience=post.group.name,
        params={
            "assignment": str(row.pk),
            "shift": str(row.shift_id),
            "name": row.user.name,
            "post": post.name,
            "starts_at": row.starts_at.isoformat(),
            "ends_at": row.ends_at.isoformat(),
        },
        subject=_("On duty %(when)s, %(post)s") % {"when": when, "post": post.name},
        text="\n".join(line for line in lines if line),
        due_at=at,
        good_until=row.starts_at,
    )


def take_back_reminders(*, at: dt.datetime) -> int:
    """Reminders that nobody has sent yet, of people who are off the shift, and of hours that are others by now."""
    still = (
        Assignment.objects.annotate(key=KEY)
        .filter(pk=Cast(KeyTextTransform("assignment", OuterRef("params")), UUIDField()), key=OuterRef("key"))
        .filter(state__in=TO_COME, shift__cancelled_at=None)
    )
    waiting = Message.objects.filter(Q(kind=REMINDER), ~Exists(still))
    return outbox.take_back(messages=waiting, at=at)
