"""A proposal becomes a promise, and a promise is confirmed."""

import datetime as dt
import uuid
from collections.abc import Iterable
from dataclasses import dataclass, field

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from compound.models import Compound, User
from compound.refusals import Refusal
from roster.models import Assignment
from roster.services import notices
from roster.services.log import log
from roster.services.seats import (  # fmt: skip
    Scene,
    State,
    asked,
    constraints_refuse,
    lock_assignment,
    lock_shifts,
    refuse,
    refused,
    scene,
)

BATCH = 500


@dataclass
class Published:
    """Which proposals became duty, and which did not and why."""

    done: list[Assignment] = field(default_factory=list)
    refused: list[tuple[Assignment, Refusal]] = field(default_factory=list)


@transaction.atomic
def publish(*, assignments: Iterable[uuid.UUID], by: User, at: dt.datetime) -> Published:
    """All of one compound. What is no proposal any more is left out; a rule that is broken by now (somebody took the
    seat, or another shift) refuses that one row and no other. Everybody reads one message with all their new shifts.

    Queries: some twenty, and one for every 500 rows.
    """
    wanted = Assignment.objects.filter(pk__in=set(assignments), state=State.PROPOSED)
    found = list(wanted.select_related("volunteer__user").order_by("starts_at", "shift", "made_at", "pk"))
    result = Published()
    if not found:
        return result
    locked = lock_shifts({row.shift_id for row in found})
    on = scene(locked, {row.volunteer_id: row.volunteer for row in found}.values(), at)
    # Under the locks: whoever published or took the same rows a moment ago has changed their state.
    still = set(wanted.select_for_update(no_key=True).order_by("pk").values_list("pk", flat=True))
    seats: dict[uuid.UUID, set[int]] = {one: set() for one in locked}
    for shift, seat in Assignment.objects.filter(shift__in=locked, seat__isnull=False).values_list("shift", "seat"):
        seats[shift].add(seat or 0)
    for row in (row for row in found if row.pk in still):
        row.shift, row.user = locked[row.shift_id], row.volunteer.user
        row.compound = row.shift.compound
        reasons = on.reasons(row.shift_id, row.volunteer_id)
        if refused(reasons) or asked(reasons):
            result.refused.append((row, _refusal(on, row, by)))
            continue
        seat = next(number for number in range(1, 32) if number not in seats[row.shift_id])
        row.state, row.seat = State.PUBLISHED, seat
        seats[row.shift_id].add(seat)
        on.sat_down(row)
        result.done.append(row)
    _write(on, result, by)
    if result.done:
        _record(on.compound, result, by, at)
        notices.tell_published(result.done, at=at, key=str(result.done[0].pk))
    return result


def _refusal(on: Scene, row: Assignment, by: User) -> Refusal:
    try:
        refuse(on.reasons(row.shift_id, row.volunteer_id), on.people[row.volunteer_id], by=by, may_override=True)
    except Refusal as refusal:
        return refusal


def _write(on: Scene, result: Published, by: User) -> None:
    """In one go; row by row when the database knows of something that the locks did not hold off."""
    try:
        with transaction.atomic():
            Assignment.objects.bulk_update(result.done, ["state", "seat"], batch_size=BATCH)
        return
    except IntegrityError:
        done, result.done = result.done, []
    for row in done:
        try:
            with constraints_refuse(on.people[row.volunteer_id], by):
                row.save(update_fields=["state", "seat"])
            result.done.append(row)
        except Refusal as refusal:
            row.state, row.seat = State.PROPOSED, None
            result.refused.append((row, refusal))


def _record(compound: Compound, result: Published, by: User, at: dt.datetime) -> None:
    log(
        compound=compound,
        by=by,
        at=at,
        action="roster.published",
        text=gettext_noop("%(seats)d seats published, %(refused)d not"),
        seats=len(result.done),
        refused=len(result.refused),
        assignments=[str(row.pk) for row in result.done],
    )


@transaction.atomic
def confirm(*, assignment: Assignment, by: User, at: dt.datetime) -> Assignment:
    """“I'll be there.” A second time it changes nothing. Raises `not_on_duty`."""
    row = lock_assignment(assignment)
    if row.state == State.CONFIRMED:
        return row
    if row.state != State.PUBLISHED:
        raise not_on_duty(row)
    row.state, row.confirmed_at = State.CONFIRMED, at
    row.save(update_fields=["state", "confirmed_at"])
    return row


def not_on_duty(row: Assignment) -> Refusal:
    """Somebody was quicker, or the page is old."""
    return Refusal(
        "not_on_duty",
        _("This can't be done any more: %(name)s is “%(state)s” on this shift. Open the page again.")
        % {"name": row.user.name, "state": row.get_state_display()},
        state=row.state,
    )
