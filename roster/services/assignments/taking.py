"""A person gets a seat: put there by coordinator or leader, or of their own."""

import datetime as dt

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from compound.access import standing_of
from compound.models import User
from compound.refusals import Refusal
from roster.access import can_assign, duty_of
from roster.models import Assignment, Shift, Volunteer
from roster.services import notices
from roster.services.log import log
from roster.services.seats import State, asked, lock_shifts, refuse, refused, scene, sit_down


@transaction.atomic
def assign(*, shift: Shift, volunteer: Volunteer, by: User, at: dt.datetime, why: str = "") -> Assignment:
    """Coordinator or leader. `why` sets rest, hours, nights, skill, stairs and wishes aside; overlap and a full shift
    never. Whoever writes a reason must be one who may assign here, and not the one who gets the seat. Raises the first
    reason's code, `not_allowed`, `second_person`.
    """
    locked = lock_shifts([shift.pk])
    shift = locked[shift.pk]
    on = scene(locked, [volunteer], at)
    reasons = on.reasons(shift.pk, volunteer.pk)
    aside = asked(reasons)
    if refused(reasons) or (aside and not why.strip()):
        refuse(reasons, on.people[volunteer.pk], by=by, may_override=True)
    if aside:
        _may_override(by, shift, volunteer)
    row = sit_down(on, shift, volunteer, State.PUBLISHED, by=by, overridden=aside, why=why.strip())
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
