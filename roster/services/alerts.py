"""Telling coordinators and group leaders of gaps before they hurt, and of who is missing now.

Gaps of the next hours (`RosterRules.alert_hours`) are told once a day in the morning, and between two mornings at
once when one appears that begins within `URGENT`. What has been told stays told for a day.
"""

import datetime as dt
import hashlib
from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from itertools import chain, groupby
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models import Count, DateTimeField, Exists, ExpressionWrapper, F, Max, OuterRef, Q, QuerySet
from django.db.models.functions import Greatest
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from compound.jobs import sweeper
from compound.models import Compound, Membership, Message, Role, User
from compound.outbox import CHAT, EMAIL
from compound.services import outbox
from compound.services.outbox import Note
from roster import words
from roster.models import Assignment, DutyGroup, GroupMember, Shift
from roster.services.reminders import TO_COME, minutes_of_house

State = Assignment.State
GAPS = "roster.gaps"
MISSING = "roster.missing"
MORNING = dt.time(8)
URGENT = dt.timedelta(hours=24)
TOLD_FOR = dt.timedelta(hours=24)
# A day's turn in the night in which the clocks go back.
LONGEST = dt.timedelta(hours=25)
# For less than that of a shift nobody is called any more.
WORTH = dt.timedelta(minutes=30)
# More lines than these nobody reads in a chat: the rest is counted.
MOST_LINES = 40
LEADING = (GroupMember.Part.LEADER, GroupMember.Part.DEPUTY)


@dataclass(frozen=True)
class Gap:
    """Seats that must be filled and are nobody's; an offered one is kept for somebody.

    `since`: when the last one of a shift that runs already was found absent, was excused, or left early.
    """

    shift: Shift
    missing: int
    since: dt.datetime | None = None

    @property
    def group(self) -> DutyGroup:
        return self.shift.post.group


def open_gaps(*, at: dt.datetime, compound: Compound | None = None, until: dt.datetime | None = None) -> list[Gap]:
    """Shifts to come, or running with something left to do, that lack people: by compound, group, time. One query.

    Without `until` those of each compound's own `alert_hours`.
    """
    rows = Shift.objects.filter(Q(starts_at__gt=at) | Q(ends_at__gte=at + WORTH), cancelled_at=None)
    # Says nothing new, but the index `shift_to_come` goes by the start.
    rows = rows.filter(starts_at__gt=at - LONGEST)
    if compound is not None:
        rows = rows.filter(compound=compound)
    if until is None:
        begins = ExpressionWrapper(F("starts_at") - minutes_of_house("alert_hours") * 60, output_field=DateTimeField())
        rows = rows.annotate(begins=begins).filter(begins__lte=at)
    else:
        rows = rows.filter(starts_at__lt=until)
    off = Q(assignments__state__in=[State.ABSENT, State.EXCUSED], assignments__ended_at__gte=F("starts_at"))
    found = rows.annotate(
        taken=Count("assignments__seat"),
        since=Greatest(Max("assignments__ended_at", filter=off), Max("assignments__signed_out_at")),
    )
    found = found.filter(taken__lt=F("minimum")).select_related("compound", "post__group")
    order = ("compound", "post__group__position", "post__group__name", "starts_at", "post__position", "post__name")
    return [Gap(row, row.minimum - row.taken, row.since) for row in found.order_by(*order)]


@sweeper
def alert(at: dt.datetime) -> None:
    """Four statements when there is nothing to tell."""
    tell_gaps(at=at)
    tell_missing(at=at)


def tell_gaps(*, at: dt.datetime) -> list[Message]:
    """Writes what is new to say of gaps; those messages."""
    gaps = open_gaps(at=at)
    recent = Message.objects.filter(kind=GAPS).filter(Q(made_at__gt=at - TOLD_FOR) | Q(sent_at=None, dropped_at=None))
    told: dict[int, list[Message]] = defaultdict(list)
    for message in recent:
        told[message.compound_id].append(message)
    _take_back_filled(gaps, recent=[message for some in told.values() for message in some], at=at)
    new: list[Message] = []
    for compound, own in groupby(gaps, key=lambda gap: gap.shift.compound):
        new += _tell_compound(compound, list(own), told[compound.pk], at)
    return new


def _take_back_filled(gaps: Iterable[Gap], *, recent: Iterable[Message], at: dt.datetime) -> None:
    """Texts that still wait for somebody to copy them, when none of their gaps is one any more."""
    open_now = {str(gap.shift.pk) for gap in gaps}
    stale = [
        message.pk
        for message in recent
        if message.sent_at is None
        and message.dropped_at is None
        and not open_now & {shift for shift, _missing in message.params["gaps"]}
    ]
    if stale:
        outbox.take_back(messages=Message.objects.filter(pk__in=stale), at=at)


def _tell_compound(compound: Compound, gaps: list[Gap], told: list[Message], at: dt.datetime) -> list[Message]:
    known = {
        (shift, missing, message.made_at)
        for message in told
        if message.made_at > at - TOLD_FOR
        for shift, missing in message.params["gaps"]
    }
    now = compound.local(at)
    daily = f"gaps:{now.date()}"
    if now.time() >= MORNING and not any(message.key.startswith(f"{daily}:day:") for message in told):
        return _digests(compound, gaps, f"{daily}:day", at)
    new = [gap for gap in gaps if gap.shift.starts_at <= at + URGENT and not _is_known(gap, known)]
    if not new:
        return []
    # Of a group with something new the whole list: the text before it is taken back.
    groups = {gap.group for gap in new}
    return _digests(compound, [gap for gap in gaps if gap.group in groups], f"{daily}:{_digest(new)}", at)


def _is_known(gap: Gap, known: Collection[tuple[str, int, dt.datetime]]) -> bool:
    """Whether as many or more were told to be missing, and nobody has gone since."""
    return any(
        shift == str(gap.shift.pk) and missing >= gap.missing and (gap.since is None or told_at >= gap.since)
        for shift, missing, told_at in known
    )


def _digest(gaps: Iterable[Gap]) -> str:
    """Names the set, so that two sweeps at once tell it once."""
    text = " ".join(sorted(f"{gap.shift.pk}/{gap.missing}/{gap.since or ''}" for gap in gaps))
    return hashlib.sha256(text.encode()).hexdigest()[:12]


@transaction.atomic
def _digests(compound: Compound, gaps: list[Gap], occasion: str, at: dt.datetime) -> list[Message]:
    """A text for each group's chat, an e-mail to each leader of it, and one of all groups to each coordinator."""
    by_group = {group: list(some) for group, some in groupby(gaps, key=lambda gap: gap.group)}
    leaders = leaders_of(by_group)
    coordinators = coordinators_of(compound)
    with translation.override(compound.language):
        notes = [_note(compound, some, f"{occasion}:{group.pk}", at, group=group) for group, some in by_group.items()]
        notes += [
            _note(compound, some, f"{occasion}:{group.pk}:{leader.pk}", at, group=group, to=leader)
            for group, some in by_group.items()
            for leader in leaders[group.pk]
            if leader not in coordinators
        ]
        notes += [_note(compound, gaps, f"{occasion}:{person.pk}", at, to=person) for person in coordinators]
    # An older text for the same chat says less.
    stale = Message.objects.filter(compound=compound, kind=GAPS, channel=CHAT, audience__in=[g.name for g in by_group])
    outbox.take_back(messages=stale, at=at)
    return outbox.tell_all(compound=compound, notes=notes, at=at)


def _note(
    compound: Compound,
    gaps: Sequence[Gap],
    key: str,
    at: dt.datetime,
    *,
    group: DutyGroup | None = None,
    to: User | None = None,
) -> Note:
    seats = sum(gap.missing for gap in gaps)
    return Note(
        kind=GAPS,
        key=key,
        to=to,
        audience=group.name if group else "",
        params={"gaps": [[str(gap.shift.pk), gap.missing] for gap in gaps], "seats": seats},
        subject=ngettext("%(count)d person is still needed", "%(count)d people are still needed", seats)
        % {"count": seats},
        text=gaps_text(compound, gaps),
        due_at=at,
        # Of what runs already somebody is needed to its end.
        good_until=max(gap.shift.starts_at if gap.shift.starts_at > at else gap.shift.ends_at for gap in gaps),
        channels=[CHAT] if to is None else [EMAIL],
    )


def gaps_text(compound: Compound, gaps: Sequence[Gap]) -> str:
    """`还缺：` and a line for each gap, by day, in the compound's language; says where to take one."""
    with translation.override(compound.language):
        lines = [_("Still needed:")]
        ordered = sorted(gaps, key=lambda gap: gap.shift.starts_at)
        for day, some in groupby(ordered[:MOST_LINES], key=lambda gap: gap.shift.duty_on):
            lines.append(words.day_words(day))
            lines += [_gap_line(compound, gap) for gap in some]
        left = len(ordered) - MOST_LINES
        if left > 0:
            lines.append(ngettext("and %(count)d more shift", "and %(count)d more shifts", left) % {"count": left})
        where = f"{settings.PUBLIC_URL}/c/{compound.code}/duty/open/"
        lines.append(_("Who can? Take it at %(address)s") % {"address": where})
    return "\n".join(lines)


def _gap_line(compound: Compound, gap: Gap) -> str:
    people = ngettext("%(count)d person", "%(count)d people", gap.missing) % {"count": gap.missing}
    hours = words.span_words(gap.shift.starts_at, gap.shift.ends_at, compound.tz)
    return f"{gap.shift.post.name} {hours} {people}"


# -- missing now --------------------------------------------------------------------------------------------------


def tell_missing(*, at: dt.datetime) -> list[Message]:
    """Once for each person on a shift: who should be there and is not signed in, some minutes after the start, or after
    they were put there. Those of one shift in one text. Two statements when everybody is there."""
    expected = Assignment.objects.filter(state__in=TO_COME, shift__cancelled_at=None)
    _take_back_missing(expected, at)
    began = Greatest("starts_at", "made_at")
    late = ExpressionWrapper(began + minutes_of_house("missing_minutes"), output_field=DateTimeField())
    absent = expected.annotate(late=late).filter(late__lte=at, starts_at__lte=at, ends_at__gt=at)
    rows = absent.select_related("compound", "shift__post__group", "user")
    found = list(rows.order_by("compound", "starts_at", "shift", "seat"))
    told = _told_missing({str(row.shift_id) for row in found}) if found else set()
    ordered = [row for row in found if str(row.pk) not in told]
    new: list[Message] = []
    for compound, of_compound in groupby(ordered, key=lambda row: row.compound):
        with translation.override(compound.language):
            notes = _missing_notes(compound, list(of_compound), at)
        new += outbox.tell_all(compound=compound, notes=notes, at=at)
    return new


def _take_back_missing(expected: QuerySet[Assignment], at: dt.datetime) -> None:
    """Texts that wait, when nobody whom they name is missing any more."""
    waiting = Message.objects.filter(kind=MISSING, sent_at=None, dropped_at=None)
    named = {pk: set(params.get("assignments", [])) for pk, params in waiting.values_list("pk", "params")}
    if not named:
        return
    still = expected.filter(pk__in=set(chain.from_iterable(named.values()))).values_list("pk", flat=True)
    left = {str(pk) for pk in still}
    gone = [pk for pk, people in named.items() if not people & left]
    outbox.take_back(messages=Message.objects.filter(pk__in=gone), at=at)


def _told_missing(shifts: Collection[str]) -> set[str]:
    """Of whom on these shifts it was said already that they are not there. One query."""
    rows = Message.objects.filter(kind=MISSING, params__shift__in=list(shifts)).values_list("params", flat=True)
    return set(chain.from_iterable(params.get("assignments", []) for params in rows))


def _missing_notes(compound: Compound, rows: list[Assignment], at: dt.datetime) -> list[Note]:
    leaders = leaders_of({row.shift.post.group for row in rows})
    coordinators = coordinators_of(compound)
    notes: list[Note] = []
    for _shift, some in groupby(rows, key=lambda row: row.shift_id):
        own = list(some)
        shift, post = own[0].shift, own[0].shift.post
        names = _(", ").join(row.user.name for row in own)
        people = [str(row.pk) for row in own]
        # Of two sweeps at once only one tells it.
        occasion = f"missing:{shift.pk}:{hashlib.sha256(' '.join(people).encode()).hexdigest()[:12]}"
        facts = {
            "post": post.name,
            "hours": words.span_words(shift.starts_at, shift.ends_at, compound.tz),
            "names": names,
            "time": f"{compound.local(at):%H:%M}",
        }
        common: dict[str, Any] = {
            "kind": MISSING,
            "audience": post.group.name,
            "params": {"shift": str(shift.pk), "post": post.name, "names": names, "assignments": people},
            "subject": _("Not at %(post)s yet: %(names)s") % facts,
            "due_at": at,
            "good_until": shift.ends_at,
        }
        ask = _("%(post)s %(hours)s: %(names)s, please sign in when you are there. You can't come? Say so at once.")
        notes.append(Note(key=occasion, text=ask % facts, channels=[CHAT], **common))
        text = _("%(post)s %(hours)s: at %(time)s not signed in yet: %(names)s. Call them, or look for somebody else.")
        for person in {*leaders[post.group_id], *coordinators}:
            key = f"{occasion}:{person.pk}"
            notes.append(Note(key=key, to=person, text=text % facts, channels=[EMAIL], **common))
    return notes


def leaders_of(groups: Iterable[DutyGroup]) -> dict[UUID, list[User]]:
    """Leader and deputies of each group, who still help here and may log in. One query."""
    has_role = Exists(Membership.objects.filter(user=OuterRef("volunteer__user"), compound=OuterRef("compound")))
    rows = GroupMember.objects.filter(has_role, group__in=list(groups), part__in=LEADING, volunteer__ended_at=None)
    rows = rows.filter(volunteer__user__is_active=True)
    found: dict[UUID, list[User]] = defaultdict(list)
    for row in rows.select_related("volunteer__user").order_by("group", "part", "pk"):
        found[row.group_id].append(row.volunteer.user)
    return found


def coordinators_of(compound: Compound) -> list[User]:
    """One query."""
    rows = Membership.objects.filter(compound=compound, role=Role.COORDINATOR, user__is_active=True)
    return [row.user for row in rows.select_related("user").order_by("user__name", "pk")]
