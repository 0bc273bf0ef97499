"""What people are told when something about their duty changes: words and occasion of each message."""

import datetime as dt
from collections.abc import Collection, Iterable
from typing import Any

from django.utils import translation
from django.utils.translation import gettext as _

from compound.models import Message, User
from compound.services.outbox import Note, take_back, tell_all
from roster.models import Assignment, GroupMember, Shift, StandIn
from roster.words import moment_words, shift_words


def shift_of(shift: Shift) -> str:
    """`8月23日(周二) 20:00–24:00 东门岗` in the compound's language: it is kept, in a message or in the audit log."""
    with translation.override(shift.compound.language):
        return shift_words(shift.starts_at, shift.ends_at, shift.compound.tz, shift.post.name)


def leaders_of(shift: Shift) -> list[User]:
    """Leader first, then deputies, of the post's group. One query."""
    rows = GroupMember.objects.filter(
        group=shift.post.group_id, part__in=[GroupMember.Part.LEADER, GroupMember.Part.DEPUTY], volunteer__ended_at=None
    )
    rows = rows.select_related("volunteer__user")
    return [row.volunteer.user for row in sorted(rows, key=lambda one: (one.part != "leader", one.pk))]


def tell_person(
    kind: str, row: Assignment, *, at: dt.datetime, subject: Any, text: Any, to: User | None = None, key: str = ""
) -> None:
    """Somebody about one assignment, once a state and moment."""
    _tell(
        row.shift,
        [
            Note(
                kind=kind,
                key=f"{kind}:{row.pk}:{key or int(at.timestamp())}",
                subject=subject,
                text=text,
                due_at=at,
                to=to or row.user,
                params={"shift": str(row.shift_id), "assignment": str(row.pk)},
                good_until=row.shift.ends_at,
            )
        ],
        at,
    )


def _tell(shift: Shift, notes: Collection[Note], at: dt.datetime) -> None:
    tell_all(compound=shift.compound, notes=list(notes), at=at)


def tell_assigned(row: Assignment, *, at: dt.datetime, by: User | None = None) -> None:
    """But for whoever has put themselves there."""
    if by == row.user:
        return
    with translation.override(row.compound.language):
        words = _("You are on duty: %(shift)s. If you can't come, say so on the page “My duty”.")
        tell_person(
            "assigned", row, at=at, subject=_("A shift for you"), text=words % {"shift": shift_of(row.shift)}
        )  # fmt: skip


def tell_removed(row: Assignment, *, why: str, at: dt.datetime) -> None:
    """Not whoever did it, and not who never heard of it: then what still waits to be sent is taken back instead."""
    if row.ended_by == row.user or (row.confirmed_at is None and _unheard(row, at)):
        return
    with translation.override(row.compound.language):
        words = _("You need not come: %(shift)s. %(why)s") % {"shift": shift_of(row.shift), "why": why}
        tell_person("removed", row, at=at, subject=_("A shift less"), text=words.strip())


def _unheard(row: Assignment, at: dt.datetime) -> bool:
    """Takes back what was written of this duty; whether that was all of it. Three queries."""
    own = Message.objects.filter(compound=row.compound, to=row.user)
    of_row = own.filter(kind__in=["assigned", "offered"], params__assignment=str(row.pk))
    was_sent = of_row.filter(sent_at__isnull=False).exists()
    is_listed = own.filter(kind="published", dropped_at=None, params__assignments__contains=[str(row.pk)]).exists()
    taken_back = take_back(messages=of_row, at=at)
    return bool(taken_back) and not was_sent and not is_listed


def tell_gone(row: Assignment, *, by: User, at: dt.datetime) -> None:
    """Somebody is ill and has given up a shift that is soon: the leaders, and a text for the group's chat. Without the
    reason: the leader reads it on the list, and the chat is not to know."""
    shift = row.shift
    with translation.override(row.compound.language):
        facts = {"name": row.user.name, "shift": shift_of(shift)}
        alert = _("%(name)s can't come: %(shift)s. The place is free; please find somebody.") % facts
        asking = _("Who can come? %(shift)s. Press “I'll take it” under “Free shifts” on “My duty”.") % facts
        people: list[User | None] = [one for one in leaders_of(shift) if one not in (by, row.user)]
        told = [(leader, "", alert, leader.pk if leader else "all") for leader in people or [None]]
        notes = [
            Note(
                kind="gone",
                key=f"gone:{row.pk}:{key}",
                subject=_("Somebody is needed"),
                text=text,
                due_at=at,
                to=to,
                audience=audience,
                params={"shift": str(shift.pk), "assignment": str(row.pk)},
                good_until=shift.ends_at,
            )
            for to, audience, text, key in [*told, (None, shift.post.group.name, asking, "chat")]
        ]
        _tell(shift, notes, at)


def tell_left(row: Assignment, *, by: User, at: dt.datetime) -> None:
    """Leader and deputies, but for whoever ticked it: somebody went before the end, and the place is empty."""
    shift = row.shift
    with translation.override(row.compound.language):
        facts = {"name": row.user.name, "shift": shift_of(shift), "time": f"{row.compound.local(at):%H:%M}"}
        text = _("%(name)s signed out at %(time)s, before the end: %(shift)s. The place is free again.") % facts
        # Translators: subject of a message to the leader
        subject = _("Somebody left early")
        people: list[User | None] = [one for one in leaders_of(shift) if one not in (by, row.user)]
        notes = [
            Note(
                kind="left",
                key=f"left:{row.pk}:{int(at.timestamp())}:{leader.pk if leader else 'all'}",
                subject=subject,
                text=text,
                due_at=at,
                to=leader,
                audience="" if leader else shift.post.group.name,
                params={"shift": str(shift.pk), "assignment": str(row.pk)},
                good_until=shift.ends_at,
            )
            for leader in people or ([None] if by == row.user else [])
        ]
        _tell(shift, notes, at)


def tell_offered(row: Assignment, *, at: dt.datetime) -> None:
    with translation.override(row.compound.language):
        until = moment_words(row.compound.local(row.offer_until or at))
        words = _("A place is free: %(shift)s. It is kept for you until %(until)s; say yes or no on “My duty”.")
        text = words % {"shift": shift_of(row.shift), "until": until}
        tell_person("offered", row, at=at, subject=_("A place is free"), text=text)


def tell_published(rows: Iterable[Assignment], *, at: dt.datetime, key: str) -> None:
    """One message for each person with all their new shifts."""
    mine: dict[int, list[Assignment]] = {}
    for row in sorted(rows, key=lambda one: one.starts_at):
        mine.setdefault(row.user_id, []).append(row)
    if not mine:
        return
    compound = next(iter(mine.values()))[0].compound
    notes = []
    with translation.override(compound.language):
        for turns in mine.values():
            lines = "\n".join(shift_of(row.shift) for row in turns)
            notes.append(
                Note(
                    kind="published",
                    key=f"published:{key}:{turns[0].user_id}",
                    subject=_("Your shifts"),
                    text=_("Your shifts:\n%(shifts)s\nIf you can't come, say so on “My duty”.") % {"shifts": lines},
                    due_at=at,
                    to=turns[0].user,
                    params={"assignments": [str(row.pk) for row in turns]},
                    good_until=turns[-1].ends_at,
                )
            )
        tell_all(compound=compound, notes=notes, at=at)


def tell_search(request: StandIn, row: Assignment, *, at: dt.datetime) -> None:
    """At short notice: every leader of the group, who waits for that shift, and a text for the group's chat."""
    shift = row.shift
    with translation.override(row.compound.language):
        facts = {"name": row.user.name, "shift": shift_of(shift), "why": request.why}
        alert = _("%(name)s can't come: %(shift)s. %(why)s\nA stand-in is being looked for; if nobody answers, call.")
        asking = _("Who can stand in? %(shift)s. Press “I'll take it” on “My duty”.") % facts
        notes = [
            _about(request, f"search:{request.pk}:{leader.pk}", _("A stand-in is needed"), alert % facts, leader, shift)
            for leader in leaders_of(shift)
            if leader not in (row.user, request.asked_by)
        ]
        if not notes:
            notes = [_about(request, f"search:{request.pk}:all", _("A stand-in is needed"), alert % facts, None, shift)]
        waiting = Assignment.objects.filter(shift=shift, state=Assignment.State.WAITING).select_related("user")
        notes += [
            _about(request, f"search:{request.pk}:{one.user_id}", _("Who can stand in?"), asking, one.user, shift)
            for one in waiting.order_by("made_at", "pk")
        ]
        group = shift.post.group.name
        notes.append(_about(request, f"search:{request.pk}:chat", _("Who can stand in?"), asking, None, shift, group))
        _tell(shift, notes, at)


def tell_asked(request: StandIn, row: Assignment, *, at: dt.datetime) -> None:
    """Somebody in particular is asked, to stand in or to swap."""
    shift, to = row.shift, request.to.user if request.to else None
    with translation.override(row.compound.language):
        facts = {"name": row.user.name, "shift": shift_of(shift), "why": request.why}
        if request.offered:
            facts["other"] = shift_of(request.offered.shift)
            text = _("%(name)s asks you to swap: your %(other)s for %(shift)s. %(why)s") % facts
        else:
            text = _("%(name)s asks you to stand in: %(shift)s. %(why)s") % facts
        note = _about(request, f"asked:{request.pk}", _("Can you stand in?"), text.strip(), to, shift)
        _tell(shift, [note], at)


def tell_answered(request: StandIn, row: Assignment, *, name: str, at: dt.datetime) -> None:
    """Whoever asked: somebody said yes, or no, or the time is over."""
    with translation.override(row.compound.language):
        facts = {"name": name, "shift": shift_of(row.shift)}
        if request.state == StandIn.State.ACCEPTED:
            text = _("%(name)s stands in for you: %(shift)s. You need not come.") % facts
        elif request.state == StandIn.State.REFUSED:
            text = _("%(name)s can't stand in: %(shift)s. You are still on duty; ask somebody else.") % facts
        else:
            text = _("Nobody could stand in: %(shift)s.") % facts
        note = _about(request, f"answered:{request.pk}", _("Your stand-in request"), text, row.user, row.shift)
        _tell(row.shift, [note], at)


def _about(
    request: StandIn, key: str, subject: str, text: str, to: User | None, shift: Shift, audience: str = ""
) -> Note:
    return Note(
        kind="stand_in",
        key=key,
        subject=subject,
        text=text,
        due_at=request.asked_at if request.answered_at is None else request.answered_at,
        to=to,
        audience=audience,
        params={"shift": str(shift.pk), "request": str(request.pk)},
        good_until=shift.ends_at,
    )


def tell_cancelled(shift: Shift, rows: Iterable[Assignment], *, at: dt.datetime) -> None:
    with translation.override(shift.compound.language):
        words = _("The shift is cancelled: %(shift)s. %(why)s You need not come.")
        text = words % {"shift": shift_of(shift), "why": shift.cancelled_why}
        told = [row for row in rows if row.user_id != shift.cancelled_by_id]
        _tell(shift, [_change("cancelled", shift, row, _("Shift cancelled"), text, at) for row in told], at)


def tell_changed(shift: Shift, rows: Iterable[Assignment], *, at: dt.datetime, before: str) -> None:
    with translation.override(shift.compound.language):
        words = _("Your shift has other hours: %(shift)s (before: %(before)s). If you can't come, say so on “My duty”.")
        text = words % {"shift": shift_of(shift), "before": before}
        told = [row for row in rows if row.user_id != shift.edited_by_id]
        _tell(shift, [_change("changed", shift, row, _("Shift changed"), text, at) for row in told], at)


def _change(kind: str, shift: Shift, row: Assignment, subject: str, text: str, at: dt.datetime) -> Note:
    return Note(
        kind=kind,
        key=f"{kind}:{row.pk}:{int(at.timestamp())}",
        subject=subject,
        text=text,
        due_at=at,
        to=row.user,
        params={"shift": str(shift.pk), "assignment": str(row.pk)},
        good_until=shift.ends_at,
    )
