"""A person gets a seat: put there by coordinator or leader, or of their own."""

import datetime as dt

from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from compound.access import standing_of
from compound.models import User
from compound.refusals import Refusal
from roster.access import can_assign, duty_of
from roster.models import Assignment, Shift, Volunteer
from roster.services import notices
from roster.services.assignments.publishing import not_on_duty
from roster.services.log import log
from roster.services.seats import (  # fmt: skip
    State,
    asked,
    fresh,
    let_go,
    lock_shifts,
    refuse,
    refused,
    scene,
    sit_down,
)
from roster.services.stand_ins import close_requests


@transaction.atomic
def assign(
    *,
    shift: Shift,
    volunteer: Volunteer,
    by: User,
    at: dt.datetime,
    why: str = "",
    instead_of: Assignment | None = None,
) -> Assignment:
    """Coordinator or leader. `why` sets rest, hours, nights, skill, stairs and wishes aside; overlap and a full shift
    never. Whoever writes a reason must be one who may assign here, and not the one who gets the seat.

    `instead_of`: somebody's seat on this shift, who is judged as gone, taken off and told; who looked for a stand-in
    has found one. Either both happen or neither. Raises the first reason's code, `not_allowed`, `second_person`,
    and for the seat `signed_in_already`, `not_on_duty`.
    """
    locked = lock_shifts([shift.pk])
    shift = locked[shift.pk]
    on = scene(locked, [volunteer, *([instead_of.volunteer] if instead_of else [])], at)
    old = _seat_of(instead_of, shift) if instead_of else None
    if old is not None:
        on.got_up(old)
    reasons = on.reasons(shift.pk, volunteer.pk)
    aside = asked(reasons)
    if refused(reasons) or (aside and not why.strip()):
        refuse(reasons, on.people[volunteer.pk], by=by, may_override=True)
    if aside:
        _may_override(by, shift, volunteer)
    seat = old.seat if old else None
    if old is not None:
        _make_room(old, volunteer, by=by, at=at)
    row = sit_down(on, shift, volunteer, State.PUBLISHED, by=by, overridden=aside, why=why.strip(), seat=seat)
    row.volunteer, row.user = volunteer, volunteer.user
    text = gettext_noop("%(subject)s: %(shift)s")
    if aside:
        text = gettext_noop("%(subject)s: %(shift)s, rules set aside: %(why)s")
    log(
        compound=shift.compound,
        by=by,
        at=at,
        action="roster.overridden" if aside else "roster.assigned",
        text=text,
        subject=on.people[volunteer.pk].name,
        shift=notices.shift_of(shift),
        shift_id=str(shift.pk),
        rules=[reason.code for reason in aside],
        why=row.overridden_why,
    )
    notices.tell_assigned(row, by=by, at=at)
    return row


def _seat_of(assignment: Assignment, shift: Shift) -> Assignment:
    """The seat as it stands now. Raises `signed_in_already`, `not_on_duty`."""
    row = fresh(assignment, shift)
    if row.state in (State.SIGNED_IN, State.SIGNED_OUT):
        raise Refusal(
            "signed_in_already",
            _("%(name)s has signed in at this shift. Take the tick back first.") % {"name": row.user.name},
        )
    if row.shift_id != shift.pk or row.seat is None:
        raise not_on_duty(row)
    return row


def _make_room(old: Assignment, volunteer: Volunteer, *, by: User, at: dt.datetime) -> None:
    close_requests(old, by=by, at=at)
    was_promised = old.state in (State.PUBLISHED, State.CONFIRMED, State.OFFERED)
    with translation.override(old.compound.language):
        why = _("%(name)s stands in") % {"name": volunteer.user.name}
    let_go(old, at=at, by=by, why=why)
    if was_promised:
        notices.tell_removed(old, why=why, at=at)
    log(
        compound=old.compound,
        by=by,
        at=at,
        action="roster.unassigned",
        text=gettext_noop("%(subject)s was taken off: %(shift)s"),
        subject=old.user.name,
        shift=notices.shift_of(old.shift),
        shift_id=str(old.shift_id),
    )


def _may_override(by: User, shift: Shift, volunteer: Volunteer) -> None:
    """The pages ask first; a rule set aside is worth asking again. Nobody sets one aside for themselves: a second
    person looks at it."""
    if by.pk == volunteer.user_id:
        raise Refusal(
            "second_person",
            _(
                "Nobody sets a rule aside for themselves. "
                "Ask the coordinator or another leader, or choose somebody else."
            ),
        )
    standing = standing_of(by, shift.compound.code)
    if standing is None or not can_assign(duty_of(standing), shift.post):
        raise Refusal(
            "not_allowed",
            _("Only the coordinator and the leaders of the group may set a rule aside. Ask one of them."),
        )


@transaction.atomic
def take(*, shift: Shift, volunteer: Volunteer, by: User, at: dt.datetime) -> Assignment:
    """A volunteer for themselves: confirmed at once. No reason can be set aside. Raises the first reason's code."""
    locked = lock_shifts([shift.pk])
    shift = locked[shift.pk]
    on = scene(locked, [volunteer], at)
    reasons = on.reasons(shift.pk, volunteer.pk)
    if refused(reasons) or asked(reasons):
        refuse(reasons, on.people[volunteer.pk], by=by)
    row = sit_down(on, shift, volunteer, State.CONFIRMED, by=by)
    row.volunteer, row.user = volunteer, volunteer.user
    log(
        compound=shift.compound,
        by=by,
        at=at,
        action="roster.taken",
        text=gettext_noop("%(subject)s took a shift: %(shift)s"),
        subject=on.people[volunteer.pk].name,
        shift=notices.shift_of(shift),
        shift_id=str(shift.pk),
    )
    return row
