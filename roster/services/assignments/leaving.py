"""Somebody can't come, or is taken off."""

import datetime as dt
from dataclasses import dataclass
from typing import Literal

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from compound.models import User
from compound.refusals import Refusal
from roster.models import Assignment, StandIn
from roster.queries.facts import limits_of
from roster.services import notices
from roster.services.assignments.publishing import not_on_duty
from roster.services.log import log
from roster.services.seats import State, get_up, let_go, lock_assignment
from roster.services.stand_ins import close_requests, open_search
from roster.services.waiting import offer_next


@dataclass(frozen=True)
class Outcome:
    """freed: the shift is back in the pool. searching: too late for that, the person is on duty until somebody
    accepts `stand_in`."""

    what: Literal["freed", "searching"]
    stand_in: StandIn | None = None


@transaction.atomic
def cannot_come(*, assignment: Assignment, by: User, at: dt.datetime, why: str, ill: bool = False) -> Outcome:
    """“I can't come.” Early (`RosterRules.early_minutes` before the start) the seat is free at once and the waiting
    list is asked; later the leader is told, everybody who could is asked, and the person stays on duty. Who is `ill`
    is on no duty any more, however late it is: nobody brings a fever to a post.

    Pressed twice it finds the same search. Raises `signed_in_already`, `over`, `not_on_duty`.
    """
    row = lock_assignment(assignment)
    if row.state == State.SIGNED_IN:
        raise Refusal(
            "signed_in_already", _("You are signed in at this shift already. To leave, sign out: the leader is told.")
        )
    if row.state not in (State.PUBLISHED, State.CONFIRMED):
        raise not_on_duty(row)
    if row.ends_at <= at:
        raise Refusal("over", _("This shift is over. Tell the leader if you were not there."))
    late = at > row.starts_at - dt.timedelta(minutes=limits_of(row.compound).early_minutes)
    if late and not ill:
        return Outcome("searching", open_search(row, why=why, by=by, at=at))
    close_requests(row, by=by, at=at)
    get_up(row, State.DECLINED, at=at, by=by, why=why)
    _log(row, by, at, "roster.declined", gettext_noop("%(subject)s can't come: %(shift)s"))
    if late:
        notices.tell_gone(row, by=by, at=at)
    offer_next(shift=row.shift, at=at)
    return Outcome("freed")


@transaction.atomic
def unassign(*, assignment: Assignment, by: User, at: dt.datetime, why: str) -> Assignment:
    """Coordinator or leader takes somebody off, or from the waiting list; a proposal is gone altogether. Raises
    `signed_in_already`, `not_on_duty`.
    """
    row = lock_assignment(assignment)
    if row.state in (State.SIGNED_IN, State.SIGNED_OUT):
        raise Refusal(
            "signed_in_already",
            _("%(name)s has signed in at this shift. Take the tick back first.") % {"name": row.user.name},
        )
    if row.state in Assignment.OVER:
        raise not_on_duty(row)
    had_seat, was_promised = row.seat is not None, row.state in (State.PUBLISHED, State.CONFIRMED, State.OFFERED)
    close_requests(row, by=by, at=at)
    let_go(row, at=at, by=by, why=why)
    _log(row, by, at, "roster.unassigned", gettext_noop("%(subject)s was taken off: %(shift)s"))
    if was_promised and row.ends_at > at:
        notices.tell_removed(row, why=why.strip()[:200], at=at)
    if had_seat:
        offer_next(shift=row.shift, at=at)
    return row


def _log(row: Assignment, by: User, at: dt.datetime, action: str, text: str) -> None:
    """Without the reason: mostly an illness, and the row forgets it after a month, which the audit log never does."""
    log(
        compound=row.compound,
        by=by,
        at=at,
        action=action,
        text=text,
        subject=row.user.name,
        shift=notices.shift_of(row.shift),
        assignment=str(row.pk),
    )
