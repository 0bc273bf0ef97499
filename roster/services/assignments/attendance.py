"""Who was there: signed in by themselves at the post, or ticked by the leader. Every tick can be taken back."""

import datetime as dt
from dataclasses import replace

from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from compound.access import standing_of
from compound.models import User
from compound.refusals import Refusal
from roster.access import can_assign, duty_of
from roster.models import Assignment
from roster.queries.facts import limits_of
from roster.rules import REFUSE, Person
from roster.services import notices
from roster.services.assignments.publishing import not_on_duty
from roster.services.log import log
from roster.services.seats import State, constraints_refuse, free_seat, get_up, lock_assignment, scene
from roster.services.stand_ins import close_requests
from roster.services.waiting import offer_next
from roster.words import moment_words, reasons_words

EXPECTED = (State.PUBLISHED, State.CONFIRMED)


@transaction.atomic
def sign_in(*, assignment: Assignment, by: User, at: dt.datetime, at_post: bool = False) -> Assignment:
    """There. By themselves from `sign_in_minutes` before the start until the end; by the leader also afterwards, from
    a list on paper: then it counts from the shift's start. Somebody marked absent who comes after all gets a seat
    again if one is free, by the leader's hand and not by their own.

    `at_post`: with the code that hangs there. Without it, by themselves, it is their own word, and the leader sees so.
    Raises `signed_in_already` (who, when), `too_early`, `over`, `cancelled`, `marked_absent`, `seat_taken`,
    `not_on_duty`.
    """
    row = lock_assignment(assignment)
    _not_twice(row)
    if row.shift.cancelled_at:
        raise Refusal("cancelled", _("This shift was cancelled: nobody need come. Look at your next shift."))
    opens_at = row.starts_at - dt.timedelta(minutes=limits_of(row.compound).sign_in_minutes)
    if at < opens_at:
        facts = {"start": _time(row, row.starts_at), "opens": _time(row, opens_at)}
        raise Refusal(
            "too_early", _("It is too early: the shift starts at %(start)s. Sign in from %(opens)s on.") % facts
        )
    if at >= row.ends_at and by.pk == row.user_id:
        raise Refusal("over", _("This shift is over. Tell the leader that you were there; they can tick it."))
    if row.state == State.ABSENT:
        if by.pk == row.user_id:
            raise Refusal(
                "marked_absent",
                _("You were marked absent at this shift. Tell the leader that you are there; they can tick it."),
            )
        _sit_again(row, by, at)
    elif row.state not in EXPECTED:
        raise not_on_duty(row)
    row.state, row.signed_in_by = State.SIGNED_IN, by
    row.signed_in_at = at if at < row.ends_at else row.starts_at
    row.on_own_word = by.pk == row.user_id and not at_post
    _save(row, by)
    close_requests(row, by=by, at=at)
    _log(row, by, at, "roster.signed_in", gettext_noop("%(subject)s signed in: %(shift)s"))
    return row


def _not_twice(row: Assignment) -> None:
    if row.state not in (State.SIGNED_IN, State.SIGNED_OUT):
        return
    if row.state == State.SIGNED_OUT and row.seat is None:
        facts = {"name": row.user.name, "at": _time(row, row.signed_out_at)}
        raise Refusal(
            "signed_out_already",
            _("%(name)s signed out at %(at)s. If that was wrong, the leader can take it back.") % facts,
        )
    facts = {
        "name": row.user.name,
        "at": _time(row, row.signed_in_at),
        "by": row.signed_in_by.name if row.signed_in_by else "",
    }
    raise Refusal(
        "signed_in_already",
        _("%(name)s has been signed in since %(at)s, by %(by)s. There is nothing more to do.") % facts,
        **facts,
    )


@transaction.atomic
def sign_out(*, assignment: Assignment, by: User, at: dt.datetime) -> Assignment:
    """Gone. Earlier than `missing_minutes` before the end it gives the seat up: somebody else can have it at once, the
    leader is told, and the time that was served counts. Raises `signed_out_already`, `not_signed_in`.
    """
    row = lock_assignment(assignment)
    if row.state == State.SIGNED_OUT:
        facts = {"name": row.user.name, "at": _time(row, row.signed_out_at)}
        raise Refusal(
            "signed_out_already", _("%(name)s signed out at %(at)s already. There is nothing more to do.") % facts
        )
    if row.state != State.SIGNED_IN:
        raise Refusal("not_signed_in", _("%(name)s is not signed in. Sign in first.") % {"name": row.user.name})
    row.state, row.signed_out_at, row.signed_out_by = State.SIGNED_OUT, max(at, row.signed_in_at or at), by
    left = leaves_seat(row, limits_of(row.compound).missing_minutes)
    if left:
        row.seat = None
    row.save(update_fields=["state", "seat", "signed_out_at", "signed_out_by"])
    text = gettext_noop("%(subject)s signed out: %(shift)s")
    if left:
        text = gettext_noop("%(subject)s signed out before the end: %(shift)s")
    _log(row, by, at, "roster.signed_out", text)
    if left:
        notices.tell_left(row, by=by, at=at)
        offer_next(shift=row.shift, at=at)
    return row


@transaction.atomic
def mark_absent(*, assignment: Assignment, by: User, at: dt.datetime) -> Assignment:
    """Did not come: the seat is free for somebody else. Raises `too_early` before the start, `not_on_duty`."""
    row = lock_assignment(assignment)
    if row.state not in EXPECTED:
        raise not_on_duty(row)
    if at < row.starts_at:
        raise Refusal(
            "too_early",
            _("The shift starts at %(start)s: nobody is absent before. Take them off if they will not come.")
            % {"start": _time(row, row.starts_at)},
        )
    close_requests(row, by=by, at=at)
    row.ended_on_list = True
    get_up(row, State.ABSENT, at=at, by=by, extra=["ended_on_list"])
    _log(row, by, at, "roster.absent", gettext_noop("%(subject)s did not come: %(shift)s"))
    offer_next(shift=row.shift, at=at)
    return row


@transaction.atomic
def excuse(*, assignment: Assignment, by: User, at: dt.datetime, why: str) -> Assignment:
    """Need not come, or was rightly not there: also from absent. Before the start it is taking somebody off: only by
    who may assign there, and the person is told. Raises `not_on_duty`, `not_allowed`.
    """
    row = lock_assignment(assignment)
    if row.state not in (*EXPECTED, State.ABSENT):
        raise not_on_duty(row)
    _may_plan(row, by, at)
    had_seat = row.seat is not None
    close_requests(row, by=by, at=at)
    row.ended_on_list = True
    get_up(row, State.EXCUSED, at=at, by=by, why=why, extra=["ended_on_list"])
    _log(row, by, at, "roster.excused", gettext_noop("%(subject)s is excused: %(shift)s"))
    if at < row.starts_at:
        notices.tell_removed(row, why=row.ended_why, at=at)
    if had_seat:
        offer_next(shift=row.shift, at=at)
    return row


@transaction.atomic
def undo_attendance(*, assignment: Assignment, by: User, at: dt.datetime) -> Assignment:
    """One step back: signed out → signed in → expected; absent or excused → expected, if the seat is still free. Only
    what was ticked: who was taken off elsewhere, or has a stand-in, is put on the shift again by assigning.

    Raises `nothing_to_undo`, `seat_taken` (nobody loses a seat by somebody else's mistake), `not_allowed` (as excuse).
    """
    row = lock_assignment(assignment)
    was, ticked = row.state, row.signed_out_by or row.signed_in_by or row.ended_by
    if row.state == State.SIGNED_OUT:
        if row.seat is None:
            _sit_again(row, by, at)
        row.state, row.signed_out_at, row.signed_out_by = State.SIGNED_IN, None, None
    elif row.state == State.SIGNED_IN:
        row.state, row.signed_in_at, row.signed_in_by = _expected(row), None, None
        row.on_own_word = False
    elif row.state == State.ABSENT or (row.state == State.EXCUSED and row.ended_on_list):
        _may_plan(row, by, at)
        _sit_again(row, by, at)
        row.state = _expected(row)
    else:
        raise Refusal("nothing_to_undo", _("There is no tick to take back. Open the page again."))
    _save(row, by)
    with translation.override(row.compound.language):
        label = str(State(was).label)
    text = gettext_noop("%(subject)s: “%(label)s” (by %(ticked)s) taken back: %(shift)s")
    ticked_by = ticked.name if ticked else ""
    _log(row, by, at, "roster.attendance_undone", text, was=was, label=label, ticked=ticked_by)
    if was in (State.ABSENT, State.EXCUSED) and at < row.starts_at:
        notices.tell_assigned(row, at=at)
    return row


def leaves_seat(row: Assignment, grace: int) -> bool:
    """Whether a signed out row was so early that the seat is somebody else's; `grace` in minutes, for the relief that
    comes before the hour."""
    return row.signed_out_at is not None and row.signed_out_at < row.ends_at - dt.timedelta(minutes=grace)


def _may_plan(row: Assignment, by: User, at: dt.datetime) -> None:
    """Of a shift to come attendance is nothing to tick: it changes the plan."""
    if at >= row.starts_at:
        return
    standing = standing_of(by, row.compound.code)
    if standing is None or not can_assign(duty_of(standing), row.shift.post):
        raise Refusal(
            "not_allowed",
            _("The shift has not begun: only who may assign people there can change who comes. Ask the coordinator."),
        )


def _sit_again(row: Assignment, by: User, at: dt.datetime) -> None:
    """A seat for a row that had lost its own, or why there is none. Asks what refuses, not what can be set aside."""
    on = scene({row.shift_id: row.shift}, [row.volunteer], at)
    # Who left is still on it, without a seat: as anybody they come back only to one that is free.
    place = on.places[row.shift_id]
    on.places[row.shift_id] = replace(place, on_it=place.on_it - {row.volunteer_id})
    against = [
        reason
        for reason in on.reasons(row.shift_id, row.volunteer_id)
        if reason.effect == REFUSE and reason.code != "over"
    ]
    if against:
        raise Refusal(
            "seat_taken" if against[0].code == "full" else against[0].code,
            _("%(name)s can't be put back: %(why)s. Take somebody else off first, or raise the number of seats.")
            % {"name": row.user.name, "why": reasons_words(against)},
            reasons=[reason.as_json() for reason in against],
        )
    row.seat = free_seat(row.shift)
    row.ended_at, row.ended_by, row.ended_why, row.ended_on_list = None, None, "", False


def _expected(row: Assignment) -> str:
    return State.CONFIRMED if row.confirmed_at else State.PUBLISHED


def _save(row: Assignment, by: User) -> None:
    person = Person(id=row.volunteer_id, user_id=row.user_id, name=row.user.name)
    with constraints_refuse(person, by):
        row.save(
            update_fields=[
                "state", "seat", "signed_in_at", "signed_in_by", "signed_out_at", "signed_out_by",
                "ended_at", "ended_by", "ended_why", "ended_on_list", "on_own_word",
            ]
        )  # fmt: skip


def _time(row: Assignment, moment: dt.datetime | None) -> str:
    return moment_words(row.compound.local(moment)) if moment else ""


def _log(row: Assignment, by: User, at: dt.datetime, action: str, text: str, **more: str) -> None:
    log(
        compound=row.compound,
        by=by,
        at=at,
        action=action,
        text=text,
        subject=row.user.name,
        shift=notices.shift_of(row.shift),
        assignment=str(row.pk),
        **more,
    )
